"""Streams of Chat Completions in short, and what is read from them."""

from __future__ import annotations

import json
from typing import Any

from playground.core.recording import Event, fact
from playground.core.transcript import Reducer, Transcript, replay
from playground.endpoints.chat import CHAT

DONE = b"data: [DONE]\n\n"


def events(*data: Any) -> list[Event]:
    """Rows of a stream, as JSON values or as bytes."""
    rows = [fact(0, "request"), fact(1, "head", {"status": 200, "headers": []})]
    for number, row in enumerate(data, 2):
        raw = row if isinstance(row, bytes) else b"data: " + json.dumps(row).encode() + b"\n\n"
        rows.append(Event(number, "sse", raw))
    return rows


def read(*data: Any, end: str = "eof", reduce: Reducer = CHAT.reduce) -> Transcript:
    return replay([*events(*data), fact(10**6, end), fact(10**6 + 1, "ended")], reduce)


def answer(data: Any, reduce: Reducer = CHAT.reduce) -> Transcript:
    """The same of an answer that was not streamed."""
    rows = events()
    raw = Event(2, "body", json.dumps(data).encode())
    return replay([*rows, raw, fact(3, "eof"), fact(4, "ended")], reduce)


def chunk(finish: str | None = None, /, **delta: Any) -> dict[str, Any]:
    return choice(0, finish, **delta)


def choice(index: int, finish: str | None = None, /, **delta: Any) -> dict[str, Any]:
    return {
        "object": "chat.completion.chunk",
        "choices": [{"index": index, "delta": delta, "finish_reason": finish}],
    }


def call(**part: Any) -> dict[str, Any]:
    """A piece of a tool call."""
    return chunk(tool_calls=[part])


def shown(seen: Transcript) -> list[tuple[str, str, str]]:
    """(id, name, arguments) of the calls."""
    return [(one.call_id, one.name, str(one.arguments)) for one in seen.tool_calls]


STOP = chunk("stop")
CALLED = chunk("tool_calls")
