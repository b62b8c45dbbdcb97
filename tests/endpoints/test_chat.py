"""The Chat Completions reducer against the ways servers really differ."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.core.items import Message, Text, ToolCall, ToolOutput
from playground.core.profile import Quirks
from playground.core.recording import Event, fact
from playground.core.session import Call
from playground.core.transcript import Transcript, replay
from playground.endpoints.chat import body, reduce


def read(*data: Any, end: str = "eof") -> Transcript:
    rows = [fact(0, "request"), fact(1, "head", {"status": 200, "headers": []})]
    for number, row in enumerate(data, 2):
        raw = row if isinstance(row, bytes) else b"data: " + json.dumps(row).encode() + b"\n\n"
        rows.append(Event(number, "sse", raw))
    return replay([*rows, fact(98, end), fact(99, "ended")], reduce)


def chunk(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {
        "object": "chat.completion.chunk",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def call(**part: Any) -> dict[str, Any]:
    return chunk(tool_calls=[part])


STOP = chunk("stop")


def test_text_and_finish() -> None:
    seen = read(
        chunk(role="assistant", content=""),
        chunk(content="Hel"),
        chunk(content="lo"),
        STOP,
        b"data: [DONE]\n\n",
    )
    assert (seen.text, seen.outcome, seen.finish_reason) == ("Hello", "completed", "stop")


def test_done_without_a_finish_reason_is_truncated() -> None:
    assert read(chunk(content="Hel"), b"data: [DONE]\n\n").outcome == "truncated"


def test_a_finish_reason_without_done_is_completed() -> None:
    assert read(chunk(content="x"), STOP).outcome == "completed"


@pytest.mark.parametrize("reason", ["eos", "end", "eos_token", "whatever"])
def test_unknown_finish_reasons_are_finished(reason: str) -> None:
    seen = read(chunk(content="x"), chunk(reason))
    assert (seen.outcome, seen.finish_reason) == ("completed", reason)


@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_cut_short_is_incomplete(reason: str) -> None:
    assert read(chunk(content="x"), chunk(reason)).outcome == "incomplete"


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_reasoning_under_either_name(name: str) -> None:
    seen = read(chunk(**{name: "hm"}), chunk(content="x"), STOP)
    assert (seen.reasoning, seen.text) == ("hm", "x")


def test_reasoning_under_both_names_is_read_once() -> None:
    assert read(chunk(reasoning="hm", reasoning_content="hm"), STOP).reasoning == "hm"


def shown(seen: Transcript) -> list[tuple[str, str, str]]:
    return [(one.call_id, one.name, str(one.arguments)) for one in seen.tool_calls]


def test_tool_calls_by_index() -> None:
    seen = read(
        call(index=0, id="a", function={"name": "f", "arguments": ""}),
        call(index=1, id="b", function={"name": "g", "arguments": "{"}),
        call(index=0, function={"arguments": "{}"}),
        call(index=1, function={"arguments": "}", "name": ""}),
        chunk("tool_calls"),
    )
    assert shown(seen) == [("a", "f", "{}"), ("b", "g", "{}")]
    assert not seen.repairs


def test_tool_calls_without_index_by_id() -> None:
    seen = read(
        call(id="a", function={"name": "f", "arguments": "{}"}),
        call(id="b", function={"name": "g", "arguments": "{}"}),
        chunk("tool_calls"),
    )
    assert shown(seen) == [("a", "f", "{}"), ("b", "g", "{}")]
    assert seen.repairs


def test_a_new_id_on_a_used_index_is_a_new_call() -> None:
    seen = read(
        call(index=0, id="a", function={"name": "f", "arguments": "{}"}),
        call(index=0, id="b", function={"name": "g", "arguments": "{}"}),
        chunk("tool_calls"),
    )
    assert [row[0] for row in shown(seen)] == ["a", "b"]


def test_no_index_no_id_goes_to_the_last_and_ids_are_made() -> None:
    seen = read(
        call(function={"name": "f", "arguments": '{"a'}),
        call(function={"arguments": '":1}'}),
        chunk("tool_calls"),
    )
    assert shown(seen) == [("call_0_0", "f", '{"a":1}')]


def test_arguments_as_an_object() -> None:
    seen = read(
        call(index=0, id="a", function={"name": "f", "arguments": {"x": "é"}}), chunk("tool_calls")
    )
    assert shown(seen) == [("a", "f", '{"x": "é"}')]


def test_a_half_received_call_is_marked_not_run() -> None:
    seen = read(call(index=0, id="a", function={"name": "f", "arguments": '{"x'}))
    assert seen.outcome == "truncated"
    assert seen.tool_calls[0].state == "not run"


def test_usage_wherever_it_comes() -> None:
    usage = {
        "prompt_tokens": 7,
        "completion_tokens": 2,
        "prompt_tokens_details": {"cached_tokens": 5},
    }
    for late in (
        {"choices": [], "usage": usage},
        {"usage": usage},
        {"choices": [], "x_groq": {"usage": usage}},
    ):
        seen = read(chunk(content="x"), STOP, late)
        assert seen.usage is not None
        assert (seen.usage.input, seen.usage.cached, seen.usage.output) == (7, 5, 2)


@pytest.mark.parametrize(
    "error",
    [
        {"error": {"message": "Gone.", "code": 502}},
        {"error": "Gone."},
        [{"error": {"message": "Gone."}}],
        b'event: error\ndata: {"message": "Gone."}\n\n',
    ],
)
def test_errors_inside_a_stream(error: Any) -> None:
    seen = read(chunk(content="Half"), error)
    assert (seen.outcome, seen.text) == ("failed", "Half")
    assert seen.problem is not None and seen.problem.detail == "Gone."


def test_empty_choices_missing_delta_and_content_parts() -> None:
    seen = read(
        {"choices": [], "prompt_filter_results": []},
        {"choices": [{"index": 0}]},
        chunk(content=[{"type": "text", "text": "a"}, {"type": "image"}]),
        STOP,
    )
    assert (seen.text, seen.outcome, seen.malformed) == ("a", "completed", 0)


def test_a_surrogate_pair_split_over_deltas() -> None:
    seen = read(
        b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
        b'data: {"choices":[{"delta":{"content":"\\ude00!\\udc00"}}]}\n\n',
        STOP,
    )
    assert seen.text == "😀!\ufffd"


def test_a_body_for_a_conversation_with_tools() -> None:
    said = [
        Message(role="user", text=Text("Hi")),
        ToolCall(call_id="a", name="f", arguments=Text("{}")),
        ToolCall(call_id="b", name="g", arguments=Text("{}")),
        ToolOutput(call_id="a", output="1"),
        ToolOutput(call_id="b", output="2"),
        Message(role="assistant", text=Text("3")),
    ]
    made = body(Call(model="m", instructions="Be brief.", fields={"seed": 1}), said, Quirks())
    assert [row["role"] for row in made["messages"]] == [
        "system",
        "user",
        "assistant",
        "tool",
        "tool",
        "assistant",
    ]
    assert [one["id"] for one in made["messages"][2]["tool_calls"]] == ["a", "b"]
    assert (made["stream"], made["stream_options"], made["seed"]) == (
        True,
        {"include_usage": True},
        1,
    )
