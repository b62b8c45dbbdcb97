"""The Responses reducer: every way a server may tell the same story ends in the same items."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.core.call import Call
from playground.core.items import Message, Reasoning, Text, ToolCall, ToolOutput
from playground.core.profile import Quirks
from playground.core.recording import Event, fact
from playground.core.transcript import replay
from playground.endpoints.responses import body, reduce
from tests.endpoints.responses_streams import read

MESSAGE = {"type": "message", "id": "msg_1", "role": "assistant", "content": []}
ADDED = {"type": "response.output_item.added", "output_index": 0, "item": MESSAGE}


def delta(text: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "response.output_text.delta",
        "item_id": "msg_1",
        "output_index": 0,
        "content_index": 0,
        "delta": text,
        **more,
    }


def done(text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    item = {**MESSAGE, "content": [part]}
    return {"type": "response.output_item.done", "output_index": 0, "item": item}


def completed(*output: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "type": "response.completed",
        "response": {"status": "completed", "output": list(output), **more},
    }


def test_deltas_join_and_a_terminal_marker_completes() -> None:
    seen = read(ADDED, delta("Hel"), delta("lo"), completed())
    assert (seen.text, seen.outcome, seen.finish_reason) == ("Hello", "completed", "stop")


def test_without_a_terminal_marker_it_is_truncated_and_kept() -> None:
    seen = read(ADDED, delta("Hel"))
    assert (seen.text, seen.outcome) == ("Hel", "truncated")
    assert seen.problem is not None and seen.problem.remedy == "retry"


def test_a_whole_item_is_believed_over_deltas() -> None:
    assert read(ADDED, delta("Hxl"), done("Hello"), completed()).text == "Hello"


def test_the_final_response_is_believed_over_all() -> None:
    item = {**MESSAGE, "content": [{"type": "output_text", "text": "Right"}]}
    assert read(ADDED, delta("Wr"), done("Wrong"), completed(item)).text == "Right"


def test_a_final_response_without_output_changes_nothing() -> None:
    seen = read(ADDED, delta("Hi"), {"type": "response.completed", "response": {"output": None}})
    assert (seen.text, seen.outcome) == ("Hi", "completed")


def test_deltas_without_any_index_or_announcement() -> None:
    seen = read(
        {"type": "response.output_text.delta", "delta": "a"},
        {"type": "response.output_text.delta", "delta": "b"},
        completed(),
    )
    assert seen.text == "ab"
    assert seen.repairs


def test_function_call_arguments_arrive_and_are_not_run() -> None:
    item = {
        "type": "function_call",
        "id": "fc_1",
        "call_id": "call_1",
        "name": "weather",
        "arguments": "",
    }
    seen = read(
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.function_call_arguments.delta", "item_id": "fc_1", "delta": '{"a"'},
        {"type": "response.function_call_arguments.delta", "item_id": "fc_1", "delta": ":1}"},
        {
            "type": "response.output_item.done",
            "output_index": 0,
            "item": {**item, "arguments": '{"a":1}', "status": "completed"},
        },
        completed(),
    )
    call = seen.tool_calls[0]
    assert (call.name, str(call.arguments), call.call_id) == ("weather", '{"a":1}', "call_1")
    assert call.state == "not run"


def test_reasoning_summary_parts_are_paragraphs() -> None:
    seen = read(
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {"type": "reasoning", "id": "rs_1", "summary": []},
        },
        {"type": "response.reasoning_summary_part.added", "item_id": "rs_1"},
        {"type": "response.reasoning_summary_text.delta", "item_id": "rs_1", "delta": "One."},
        {"type": "response.reasoning_summary_part.added", "item_id": "rs_1"},
        {"type": "response.reasoning_summary_text.delta", "item_id": "rs_1", "delta": "Two."},
        {"type": "response.reasoning_summary_text.done", "item_id": "rs_1", "text": "Two."},
        completed(),
    )
    assert seen.reasoning == "One.\n\nTwo."


def test_refusal_incomplete_and_failed_are_outcomes() -> None:
    refused = read(
        ADDED, {"type": "response.refusal.delta", "item_id": "msg_1", "delta": "No."}, completed()
    )
    assert (refused.outcome, refused.refusal) == ("refused", "No.")
    cut = read(
        ADDED,
        delta("A"),
        {
            "type": "response.incomplete",
            "response": {
                "status": "incomplete",
                "incomplete_details": {"reason": "max_output_tokens"},
            },
        },
    )
    assert (cut.outcome, cut.finish_reason) == ("incomplete", "max_output_tokens")
    failed = read(
        ADDED,
        delta("A"),
        {
            "type": "response.failed",
            "response": {
                "status": "failed",
                "error": {"code": "server_error", "message": "Broken."},
            },
        },
    )
    assert (failed.outcome, failed.text) == ("failed", "A")
    assert failed.problem is not None and failed.problem.detail == "Broken."


@pytest.mark.parametrize(
    "error",
    [
        {"type": "error", "message": "Too much.", "code": "rate_limit_exceeded"},
        {"type": "error", "error": {"message": "Too much.", "code": "rate_limit_exceeded"}},
        {"error": {"message": "Too much.", "code": "rate_limit_exceeded"}},
    ],
)
def test_errors_inside_a_stream_fail_and_keep_the_text(error: dict[str, Any]) -> None:
    seen = read(ADDED, delta("Half"), error)
    assert (seen.outcome, seen.text) == ("failed", "Half")
    assert seen.problem is not None
    assert (seen.problem.detail, seen.problem.code) == ("Too much.", "rate_limit_exceeded")


def test_a_whole_answer_to_a_streamed_request_is_read() -> None:
    whole = {
        "object": "response",
        "id": "resp_1",
        "status": "completed",
        "model": "m",
        "output": [{**MESSAGE, "content": [{"type": "output_text", "text": "Hi"}]}],
        "usage": {"input_tokens": 3, "output_tokens": 1},
    }
    raw = json.dumps(whole).encode()
    head = fact(1, "head", {"status": 200, "headers": [["content-type", "application/json"]]})
    seen = replay(
        [
            fact(0, "request"),
            head,
            Event(2, "body", raw[:9]),
            Event(3, "body", raw[9:]),
            fact(4, "eof"),
            fact(5, "ended"),
        ],
        reduce,
    )
    assert (seen.text, seen.outcome, seen.response_id) == ("Hi", "completed", "resp_1")
    assert seen.usage is not None and seen.usage.input == 3


def test_malformed_lines_are_counted_and_passed_over() -> None:
    seen = read(ADDED, b"data: {not json\n\n", delta("ok"), completed())
    assert (seen.text, seen.malformed, seen.outcome) == ("ok", 1, "completed")
    assert list(seen.misread) == [3]


def test_unknown_items_are_kept_and_sent_back_untouched() -> None:
    item = {"type": "hologram", "id": "h_1", "shape": [1, 2]}
    seen = read({"type": "response.output_item.done", "output_index": 0, "item": item}, completed())
    assert body(Call(model="m"), seen.items, Quirks())["input"] == [item]


def test_a_body_says_only_what_was_asked() -> None:
    said = [Message(role="user", text=Text("Hi"))]
    assert body(Call(model="m", stream=False), said, Quirks()) == {
        "model": "m",
        "input": [{"role": "user", "content": "Hi"}],
    }
    call = Call(model="m", instructions="Be brief.", fields={"reasoning.effort": "low"})
    assert body(call, said, Quirks(drop=["stream"], rename={"instructions": "system"})) == {
        "model": "m",
        "input": [{"role": "user", "content": "Hi"}],
        "reasoning": {"effort": "low"},
        "system": "Be brief.",
    }


def test_calls_that_nobody_answered_are_not_sent_and_neither_is_their_reasoning() -> None:
    reasoning = Reasoning(wire={"type": "reasoning", "id": "rs_1"})
    call = ToolCall(call_id="c1", wire={"type": "function_call", "call_id": "c1"})
    user = Message(role="user", text=Text("Hi"))
    assert len(body(Call(), [user, reasoning, call], Quirks())["input"]) == 1
    answer = ToolOutput(call_id="c1", output="4")
    assert len(body(Call(), [user, reasoning, call, answer], Quirks())["input"]) == 4
