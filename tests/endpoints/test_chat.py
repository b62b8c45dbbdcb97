"""The Chat Completions reducer: what each field becomes, and how an answer ends."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.items import Message, Reasoning
from playground.core.recording import Event, fact
from playground.core.session import Run
from playground.core.snapshot import snapshot
from playground.core.transcript import Transcript, replay
from playground.endpoints.chat import CHAT, reduce
from playground.endpoints.choices import UNFINISHED, Pieces
from tests.endpoints.chat_streams import (
    CALLED,
    DONE,
    STOP,
    answer,
    call,
    choice,
    chunk,
    events,
    read,
)


def only(seen: Transcript) -> Message:
    (message,) = seen.messages()
    return message


# How an answer ends.


def test_text_and_finish() -> None:
    seen = read(
        chunk(role="assistant", content=""), chunk(content="Hel"), chunk(content="lo"), STOP, DONE
    )
    assert (seen.text, seen.outcome, seen.finish_reason) == ("Hello", "completed", "stop")
    assert not seen.repairs


def test_done_without_a_finish_reason_is_truncated() -> None:
    assert read(chunk(content="Hel"), DONE).outcome == "truncated"


def test_a_finish_reason_without_done_is_completed() -> None:
    assert read(chunk(content="x"), STOP).outcome == "completed"


@pytest.mark.parametrize("reason", ["eos", "end", "eos_token", "STOP", "whatever"])
def test_unknown_finish_reasons_are_finished(reason: str) -> None:
    seen = read(chunk(content="x"), chunk(reason))
    assert (seen.outcome, seen.finish_reason) == ("completed", reason)


@pytest.mark.parametrize(
    "reason",
    ["length", "MAX_TOKENS", "model_length", "content_filter", "insufficient_system_resource"],
)
def test_cut_short_is_incomplete(reason: str) -> None:
    seen = read(chunk(content="x"), chunk(reason), DONE)
    assert (seen.outcome, seen.finish_reason) == ("incomplete", reason)


def test_an_end_after_an_end_does_not_make_a_cut_answer_whole() -> None:
    seen = read(chunk(content="x"), chunk("length"), STOP)
    assert (seen.outcome, seen.finish_reason) == ("incomplete", "length")


def test_finish_reason_error_fails_and_keeps_the_text() -> None:
    seen = read(chunk(content="x"), chunk("error"), DONE)
    assert (seen.outcome, seen.text) == ("failed", "x")
    assert seen.problem is not None
    assert "finish_reason error" in seen.problem.detail


def test_a_budget_that_went_to_reasoning_alone() -> None:
    assert read(chunk(reasoning="hm"), chunk("length")).exhausted
    assert not read(chunk(content="x"), chunk("length")).exhausted


# Several answers at once.


def test_the_first_of_several_choices_is_the_answer() -> None:
    seen = read(
        choice(1, content="one"), choice(0, content="zero"), choice(0, "stop"), choice(1, "stop")
    )
    assert (seen.text, seen.outcome) == ("zero", "completed")
    assert {one.choice: str(one.text) for one in seen.messages()} == {0: "zero", 1: "one"}


def test_two_choices_in_one_chunk() -> None:
    rows = [{"index": n, "delta": {"content": str(n)}, "finish_reason": "stop"} for n in (0, 1)]
    seen = read({"choices": rows})
    assert [(one.choice, str(one.text)) for one in seen.messages()] == [(0, "0"), (1, "1")]


def test_reasoning_refusals_and_calls_are_those_of_the_first_choice() -> None:
    rows = [
        choice(n, reasoning=f"think {n}", refusal=f"no {n}", tool_calls=[
            {"index": 0, "id": f"c{n}", "function": {"name": "f", "arguments": "{}"}}])
        for n in (1, 0)
    ]  # fmt: skip
    seen = read(*rows, choice(0, "stop"), choice(1, "stop"))
    assert (seen.reasoning, seen.refusal) == ("think 0", "no 0")
    assert [one.call_id for one in seen.tool_calls] == ["c0"]
    assert len(seen.items) == 6


def test_a_choice_without_an_end_is_truncated() -> None:
    seen = read(choice(0, content="a"), choice(1, content="b"), choice(0, "stop"))
    assert (seen.outcome, seen.terminal) == ("truncated", None)


def test_a_choice_without_an_end_and_done_is_repaired() -> None:
    seen = read(choice(0, content="a"), choice(1, content="b"), choice(0, "stop"), DONE)
    assert (seen.outcome, seen.repairs) == ("completed", [UNFINISHED])


def test_a_choice_that_begins_after_another_ended_takes_the_end_back() -> None:
    rows = (choice(0, content="a"), choice(0, "stop"), choice(1, content="b"))
    assert read(*rows).outcome == "truncated"
    assert read(*rows, choice(1, "stop")).outcome == "completed"


@pytest.mark.parametrize("cut", [0, 1])
def test_one_choice_that_was_cut_short_says_how_the_answer_ended(cut: int) -> None:
    seen = read(
        choice(0, content="a"), choice(1, content="b"),
        choice(0, "length" if cut == 0 else "stop"), choice(1, "length" if cut == 1 else "stop"),
    )  # fmt: skip
    assert (seen.outcome, seen.finish_reason) == ("incomplete", "length")


def test_the_reason_of_the_first_choice_is_shown() -> None:
    seen = read(choice(0, "stop"), choice(1, "tool_calls"))
    assert seen.finish_reason == "stop"


@pytest.mark.parametrize("index", [None, "0", 1.5, True, -1])
def test_what_is_no_index_is_the_place(index: Any) -> None:
    rows = [{"index": index, "delta": {"content": "x"}, "finish_reason": "stop"}]
    seen = read({"choices": rows})
    assert (seen.text, seen.outcome) == ("x", "completed")


# Reasoning.


@pytest.mark.parametrize("name", ["reasoning", "reasoning_content"])
def test_reasoning_under_either_name(name: str) -> None:
    seen = read(chunk(**{name: "hm"}), chunk(content="x"), STOP)
    assert (seen.reasoning, seen.text) == ("hm", "x")
    thought = seen.items[0]
    assert isinstance(thought, Reasoning)
    assert thought.name == name
    assert thought.t1 == 3  # it ends where the answer begins


def test_reasoning_under_both_names_is_read_once() -> None:
    seen = read(chunk(reasoning="hm", reasoning_content="hm"), STOP)
    assert seen.reasoning == "hm"
    assert seen.items[0].name == "reasoning_content"  # type: ignore[attr-defined]


@pytest.mark.parametrize("empty", ["", None, {}, 7])
def test_an_empty_name_gives_way_to_the_other(empty: Any) -> None:
    seen = read(chunk(reasoning_content=empty, reasoning="hm"), STOP)
    assert seen.reasoning == "hm"


def test_reasoning_before_the_answer_in_whatever_order_they_are_written() -> None:
    seen = answer({"choices": [{"message": {"content": "x", "reasoning_content": "hm"},
                                "finish_reason": "stop"}]})  # fmt: skip
    assert [type(one) for one in seen.items] == [Reasoning, Message]


def test_reasoning_details_are_kept_and_not_read_twice() -> None:
    first = {"type": "reasoning.text", "index": 0, "text": "h"}
    second = {"type": "reasoning.text", "index": 0, "text": "m", "signature": "s"}
    seen = read(
        chunk(reasoning="h", reasoning_details=[first]),
        chunk(reasoning="m", reasoning_details=[second, None, "x"]), chunk(content="x"), STOP,
    )  # fmt: skip
    thought = seen.items[0]
    assert isinstance(thought, Reasoning)
    assert (str(thought.text), thought.details) == ("hm", [first, second])


def test_reasoning_details_speak_where_nothing_else_does() -> None:
    seen = read(
        chunk(reasoning_details=[{"type": "reasoning.summary", "summary": "hm"},
                                 {"type": "reasoning.encrypted", "data": "xyz"}]),
        STOP,
    )  # fmt: skip
    thought = seen.items[0]
    assert isinstance(thought, Reasoning)
    assert (seen.reasoning, thought.name, thought.encrypted) == ("hm", "", True)


def test_gemini_marks_thoughts_in_the_content() -> None:
    seen = read(
        chunk(content="hm", extra_content={"google": {"thought": True}}), chunk(content="x"),
        chunk(extra_content={"google": {"thought_signature": "s"}}), STOP,
    )  # fmt: skip
    assert (seen.reasoning, seen.text) == ("hm", "x")
    assert only(seen).extra == {"google": {"thought_signature": "s"}}


# What else a message holds.


def test_logprobs_of_content_and_refusal() -> None:
    rows = [{"token": word, "logprob": -0.5, "top_logprobs": []} for word in ("a", "b", "c")]
    data = chunk(content="ab")
    data["choices"][0]["logprobs"] = {"content": rows[:2], "refusal": None}
    late = chunk(refusal="c")
    late["choices"][0]["logprobs"] = {"content": [None, "x"], "refusal": rows[2:]}
    message = only(read(data, late, STOP))
    assert message.logprobs == rows


def test_logprobs_that_come_before_the_message() -> None:
    early = chunk(role="assistant", content="")
    early["choices"][0]["logprobs"] = {"content": [{"token": "a"}]}
    assert only(read(early, chunk(content="a"), STOP)).logprobs == [{"token": "a"}]


def test_a_refusal() -> None:
    seen = read(chunk(refusal="I will "), chunk(refusal="not."), STOP)
    assert (seen.outcome, seen.refusal) == ("refused", "I will not.")


def test_annotations() -> None:
    mark = {"type": "url_citation", "url_citation": {"url": "https://h.example", "title": "H"}}
    assert only(read(chunk(content="x"), chunk(annotations=[mark, 7]), STOP)).annotations == [mark]


def test_empty_lists_of_everything_open_nothing() -> None:
    seen = read(
        chunk(role="assistant", content="", refusal=None, annotations=[], tool_calls=[],
              reasoning_details=[], audio=None, function_call=None),
        STOP,
    )  # fmt: skip
    assert not seen.items


def test_content_in_parts() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "image"}, None, {"text": 7}, {"text": "b"}]
    assert read(chunk(content=parts), STOP).text == "ab"


def test_a_surrogate_pair_split_over_deltas() -> None:
    seen = read(
        b'data: {"choices":[{"delta":{"content":"\\ud83d"}}]}\n\n',
        b'data: {"choices":[{"delta":{"content":"\\ude00!\\udc00"}}]}\n\n',
        STOP,
    )
    assert seen.text == "😀!\ufffd"


def spoken(*pieces: bytes) -> list[dict[str, Any]]:
    return [chunk(audio={"data": base64.b64encode(piece).decode()}) for piece in pieces]


def test_audio_is_put_together() -> None:
    seen = read(
        chunk(audio={"id": "audio_1", "transcript": "Hel"}),
        *spoken(b"ab", b"cde"),  # the first piece is padded
        chunk(audio={"transcript": "lo"}), STOP,
        chunk(audio={"expires_at": 1_900_000_000, "id": None}), DONE,
    )  # fmt: skip
    assert only(seen).audio == {
        "id": "audio_1",
        "transcript": "Hello",
        "data": base64.b64encode(b"abcde").decode(),
        "expires_at": 1_900_000_000,
    }
    assert (seen.text, seen.outcome) == ("Hello", "completed")


def test_audio_that_breaks_off_loses_little() -> None:
    words = [f"{number} " for number in range(1_000)]
    seen = read(*(chunk(audio={"transcript": word}) for word in words))
    heard = only(seen).audio["transcript"]
    assert "".join(words).startswith(heard)
    assert len(heard) > len("".join(words)) * 0.93


def test_audio_that_is_no_base64_is_kept_as_it_came() -> None:
    seen = read(chunk(audio={"data": "a="}), chunk(audio={"data": "ü"}), STOP)
    assert only(seen).audio["data"] == "a=ü"


def test_facts_of_the_answer() -> None:
    head = {"id": "c1", "model": "m-2026", "service_tier": "flex", "system_fingerprint": "fp"}
    seen = read({**chunk(content="x"), **head}, {"id": "", "model": "", "choices": []}, STOP)
    assert (seen.response_id, seen.model, seen.service_tier) == ("c1", "m-2026", "flex")


# Usage.

USAGE = {
    "prompt_tokens": 7,
    "completion_tokens": 2,
    "prompt_tokens_details": {"cached_tokens": 5},
    "completion_tokens_details": {"reasoning_tokens": 1},
}


@pytest.mark.parametrize(
    "rows",
    [
        [STOP, {"choices": [], "usage": USAGE}],
        [STOP, {"usage": USAGE}],
        [{**STOP, "usage": USAGE}],
        [{**STOP, "x_groq": {"id": "req", "usage": USAGE}}],
        [STOP, {"choices": [], "x_groq": {"usage": USAGE}}],
        [{"choices": [{**STOP["choices"][0], "usage": USAGE}]}],
        [{**chunk(content="y"), "usage": {**USAGE, "completion_tokens": 1}}, STOP,
         {"usage": USAGE}],
        [STOP, {"usage": USAGE}, {"usage": None}, {"usage": {}}, {"usage": {"prompt_tokens": "x"}}],
        [STOP, DONE, {"usage": USAGE}],
    ],
)  # fmt: skip
def test_usage_wherever_it_comes(rows: list[Any]) -> None:
    usage = read(chunk(content="x"), *rows).usage
    assert usage is not None
    assert (usage.input, usage.cached, usage.output, usage.reasoning) == (7, 5, 2, 1)


# Errors.


@pytest.mark.parametrize(
    "error",
    [
        {"error": {"message": "Gone.", "code": 502}},
        {"error": "Gone."},
        [{"error": {"message": "Gone."}}],
        b'event: error\ndata: {"message": "Gone."}\n\n',
        b'event: gateway\ndata: {"type": "error", "message": "Gone."}\n\n',
        {"object": "error", "message": "Gone.", "code": 400},
        {"choices": [], "x_groq": {"error": "Gone."}},
        {"choices": [{"error": {"message": "Gone."}, "finish_reason": "error"}]},
    ],
)
def test_errors_inside_a_stream(error: Any) -> None:
    seen = read(chunk(content="Half"), error, chunk(content=" more"), STOP, DONE)
    assert (seen.outcome, seen.text) == ("failed", "Half more")
    assert seen.problem is not None
    assert seen.problem.detail == "Gone."


def test_what_comes_with_an_error_stays() -> None:
    seen = read({**chunk("error", content="Half"), "error": {"message": "Gone.", "code": 429}})
    assert (seen.outcome, seen.text) == ("failed", "Half")
    assert seen.problem is not None
    assert (seen.problem.detail, seen.problem.status) == ("Gone.", 429)


def test_what_groq_could_not_read_is_shown() -> None:
    error = {
        "message": "Failed to call a function.",
        "type": "invalid_request_error",
        "code": "tool_use_failed",
        "failed_generation": "<f>{",
        "status_code": 400,
    }
    problem = read(b"event: error\ndata: " + json.dumps({"error": error}).encode()).problem
    assert problem is not None
    assert (problem.code, problem.status) == ("tool_use_failed", 400)
    assert problem.facts == {"failed_generation": "<f>{"}


# Whatever comes.

FIELDS = (
    "content", "refusal", "reasoning", "reasoning_content", "reasoning_details", "audio",
    "annotations", "tool_calls", "function_call", "extra_content",
)  # fmt: skip
NAMES = (
    *FIELDS, "id", "model", "choices", "usage", "error", "object", "type", "x_groq", "index",
    "delta", "message", "finish_reason", "logprobs", "data", "transcript", "function", "custom",
    "name", "arguments", "input", "text", "summary", "google", "thought", "code", "status_code",
)  # fmt: skip
WORDS = st.sampled_from(["", "x", "stop", "length", "error", "[DONE]", "reasoning.text"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 2**70) | st.floats() | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=5)
    ),
    max_leaves=20,
)
DELTAS = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4)
CHUNKS = st.builds(
    lambda index, delta, finish, more: {
        "choices": [{"index": index, "delta": delta, "finish_reason": finish, **more}]
    },
    JSON,
    DELTAS,
    JSON,
    st.dictionaries(st.sampled_from(["logprobs", "usage", "error", "message"]), JSON, max_size=2),
)


@given(st.lists(JSON | CHUNKS, max_size=5))
def test_nothing_that_is_json_is_tripped_over(data: list[Any]) -> None:
    transcript = Transcript()
    for row in data:
        reduce(transcript, "", row)  # not through the Reader, which would catch it


STREAM = [
    chunk(role="assistant", content=""),
    chunk(reasoning_content="hm "),
    chunk(reasoning_content="hm"),
    chunk(content="Grüße "),
    choice(1, content="other"),
    chunk(content="😀", annotations=[{"type": "x"}]),
    call(index=0, id="a", function={"name": "f", "arguments": '{"a'}),
    call(index=0, function={"arguments": '":1}'}),
    call(function={"name": "g", "arguments": "{}"}),
    CALLED,
    choice(1, "stop"),
    {"choices": [], "usage": USAGE},
    DONE,
]


def recording() -> list[Event]:
    return [*events(*STREAM), fact(98, "eof"), fact(99, "ended")]


def told(transcript: Transcript) -> dict[str, Any]:
    """All that a transcript says, but for revisions, which count the batches."""
    row = snapshot(transcript)
    return {**row, "rev": 0, "items": [{**one, "rev": 0} for one in row.get("items", ())]}


def test_a_replay_is_what_was_seen_live() -> None:
    rows = recording()
    live = Run("r", "s", None, Call(api="chat"), "p", [], CHAT.reduce)
    for number, event in enumerate(rows, 1):
        live.take([event])
        assert told(replay(rows[:number], CHAT.reduce)) == told(live.transcript)


def test_every_beginning_of_a_stream_is_shown_and_never_completed() -> None:
    rows = recording()
    whole = replay(rows, CHAT.reduce)
    assert (whole.outcome, whole.text) == ("completed", "Grüße 😀")
    for number in range(len(rows) - 2):
        seen = replay([*rows[:number], fact(98, "cut"), fact(99, "ended")], CHAT.reduce)
        over = number > 12  # both choices have said how they ended
        assert seen.outcome == ("completed" if over else "truncated")
        assert whole.text.startswith(seen.text)
        assert whole.reasoning.startswith(seen.reasoning)


def test_the_pieces_of_a_spoken_answer_are_joined_seldom() -> None:
    pieces = Pieces()
    copied = sum(pieces.size for _ in range(100_000) if pieces.add("x"))
    assert copied < 20 * pieces.size
