"""The bytes of a stream go out as they came, and are cut like the wire cuts them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.eventstream import Splitter
from playground.core.problem import Failure
from playground.core.recording import Event, Recording, fact
from playground.core.session import Run
from playground.core.transcript import replay
from playground.endpoints import BY_ID
from playground.export.base import Exported
from playground.export.sse import dialect, read, write


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_an_exported_stream_replays_to_the_same_answer(api: str, record: Any) -> None:
    run, profile = record(api)
    data = write(Exported(run, profile))
    assert data == b"".join(event.raw for event in run.recording if event.kind == "sse")
    events = read(data)
    assert dialect(events) == api
    seen = replay(events, BY_ID[api].reduce)
    assert (seen.text, seen.outcome) == (run.transcript.text, "completed")
    assert seen.usage == run.transcript.usage


def test_the_last_answer_is_written_not_the_errors_before_it(record: Any) -> None:
    run, profile = record(answer=[])
    run.recording = Recording(
        [
            *run.recording[:2],
            Event(1, "body", b"busy", 0, 0),
            Event(2, "sse", b"data: 1\r\n\r\n", 0, 1),
            Event(3, "rest", b"data: \xff", 0, 1),
            fact(4, "ended", leg=0, attempt=1),
        ]
    )
    assert write(Exported(run, profile)) == b"data: 1\r\n\r\ndata: \xff"


def test_a_stream_that_was_taken_up_again_is_one(record: Any) -> None:
    run, profile = record(answer=[])
    rest = {"method": "GET", "url": "http://h/v1/responses/r?stream=true&starting_after=0"}
    poll = {"method": "GET", "url": "http://h/v1/responses/r"}
    broken = [
        *run.recording[:2],
        Event(1, "sse", b"data: 0\n\n", 0, 0),
        Event(2, "rest", b"data: {", 0, 0),
        fact(3, "request", rest, leg=0, attempt=1),
        Event(4, "body", b"busy", 0, 1),
        fact(5, "request", rest, leg=0, attempt=2),
    ]
    resumed = [Event(6, "sse", b"data: 1\n\n", 0, 2), Event(7, "sse", b"data: 2\n\n", 0, 2)]
    run.recording = Recording(broken)
    assert write(Exported(run, profile)) == b"busy"
    run.recording = Recording([*broken, *resumed])
    assert write(Exported(run, profile)) == b"data: 0\n\ndata: 1\n\ndata: 2\n\n"
    whole = [fact(8, "request", poll, leg=0, attempt=3), Event(9, "body", b"{}", 0, 3)]
    run.recording = Recording([*broken, *resumed, *whole])
    assert write(Exported(run, profile)) == b"{}"


def test_nothing_that_arrived_is_nothing_to_write() -> None:
    run = Run("r", "s", None, Call(), "p", [], BY_ID["chat"].reduce)
    with pytest.raises(Failure):
        write(Exported(run, None))  # type: ignore[arg-type]


def test_an_answer_that_was_not_streamed_can_be_read() -> None:
    body = b'\n\n {"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}'
    events = read(body)
    assert dialect(events) == "chat"
    seen = replay(events, BY_ID["chat"].reduce)
    assert (seen.text, seen.outcome) == ("Hi", "completed")


@pytest.mark.parametrize(
    ("data", "api"),
    [
        ({"object": "text_completion", "choices": []}, "completions"),
        ({"choices": [{"text": "x", "index": 0}]}, "completions"),
        ({"choices": [{"text": "x", "delta": {"content": "x"}}]}, "chat"),  # Together
        ({"choices": [], "prompt_filter_results": []}, "chat"),
        ({"type": "response.created", "response": {}}, "responses"),
        ({"id": "resp_1", "object": "response"}, "responses"),
    ],
)
def test_a_saved_answer_says_which_dialect_it_is(data: Any, api: str) -> None:
    text = json.dumps(data).encode()
    assert dialect(read(text)) == api
    assert dialect(read(b": hello\n\ndata: 7\n\ndata: " + text + b"\n\n")) == api


@pytest.mark.parametrize("data", [b"", b"\n\n\n", b": nothing\n\n", b"<html>", b"data: x"])
def test_any_file_can_be_read(data: bytes) -> None:
    events = read(data)
    assert b"".join(event.raw for event in events if event.kind in ("sse", "rest", "body")) == data
    assert replay(events, BY_ID[dialect(events)].reduce).outcome in ("truncated", "failed")


@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"data: a", b":"]), max_size=20))
def test_blocks_end_where_the_wire_ends_them(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    splitter = Splitter()
    blocks = splitter.feed(data)
    cut = [event.raw for event in read(data) if event.kind == "sse"]
    assert cut == blocks
    assert b"".join(cut) + splitter.rest() == data
