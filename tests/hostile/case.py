"""Case: one hostile answer and what has to come of it; and the two dialects it can be spoken in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from playground.core.profile import Api
from playground.core.transcript import Outcome

STREAM = "text/event-stream"
JSON = "application/json"
WORDS = ("Hel", "lo ", "wörld")
TEXT = "".join(WORDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    name: str
    api: Api
    body: bytes
    """As it crosses the network."""
    outcome: Outcome
    text: str = ""
    """All that can be recovered of what was said."""
    malformed: int = 0
    """Events that cannot be read, at least."""
    calls: tuple[tuple[str, str], ...] | None = ()
    """(name, arguments) of the tool calls that came whole: only these may ever be run. None: it
    is not said."""
    status: int = 200
    content_type: str = STREAM
    encoding: str = ""
    recorded: bytes | None = None
    """What the recording holds, where that is not the body itself: compression is undone."""
    end: str = "eof"
    """`eof`, or how the connection ended instead: `cut`, `timeout`."""
    seen: Mapping[str, Any] = field(default_factory=dict)
    """Further attributes of the transcript."""

    def __str__(self) -> str:
        return f"{self.api}: {self.name}"


class Dialect(Protocol):
    api: Api
    start: bytes
    """What comes before the first word. Says nothing."""
    over: bytes
    """The marker that the answer is over."""

    def word(self, text: str) -> bytes: ...

    def whole(self, text: str) -> dict[str, Any]:
        """The answer to a request that is not streamed."""
        ...


def block(data: Any, name: str = "") -> bytes:
    """An event as a good server writes it; JSON in ASCII."""
    event = f"event: {name}\n" if name else ""
    return f"{event}data: {json.dumps(data)}\n\n".encode()


class ChatDialect:
    api: Api = "chat"

    def __init__(self) -> None:
        self.start = self.chunk({"role": "assistant", "content": ""})
        self.over = self.chunk({}, "stop")

    def chunk(self, delta: Any, finish: Any = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return block({**self.head(), "choices": [choice], **more})

    def head(self) -> dict[str, Any]:
        return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}

    def word(self, text: str) -> bytes:
        return self.chunk({"content": text})

    def whole(self, text: str) -> dict[str, Any]:
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return {**self.head(), "object": "chat.completion", "choices": [choice]}


class ResponsesDialect:
    api: Api = "responses"

    def __init__(self) -> None:
        item = {"type": "message", "id": "msg_1", "role": "assistant", "content": []}
        self.start = self.event(
            "response.created", response={"id": "resp_1", "model": "m", "status": "in_progress"}
        ) + self.event("response.output_item.added", output_index=0, item=item)
        self.over = self.final([])

    def event(self, kind: str, **data: Any) -> bytes:
        return block({"type": kind, **data}, kind)

    def word(self, text: str, **where: Any) -> bytes:
        where = where or {"item_id": "msg_1", "output_index": 0, "content_index": 0}
        return self.event("response.output_text.delta", **where, delta=text)

    def final(self, output: Any, kind: str = "completed", **more: Any) -> bytes:
        response = {"id": "resp_1", "model": "m", "status": kind, "output": output, **more}
        return self.event(f"response.{kind}", response=response)

    def whole(self, text: str) -> dict[str, Any]:
        return {
            "id": "resp_1",
            "object": "response",
            "model": "m",
            "status": "completed",
            "output": [self.message(text)],
        }

    def message(self, text: str, item_id: str = "msg_1") -> dict[str, Any]:
        content = [{"type": "output_text", "text": text, "annotations": []}]
        return {
            "type": "message",
            "id": item_id,
            "role": "assistant",
            "status": "completed",
            "content": content,
        }


CHAT = ChatDialect()
RESPONSES = ResponsesDialect()
DIALECTS: tuple[Dialect, ...] = (CHAT, RESPONSES)


def spoken(dialect: Dialect, *words: str) -> list[bytes]:
    """The blocks of an answer that is never declared over."""
    return [dialect.start, *(dialect.word(word) for word in words or WORDS)]


def good(dialect: Dialect, *words: str) -> bytes:
    return b"".join([*spoken(dialect, *words), dialect.over])


def both(
    name: str, make: Callable[[Dialect], bytes], outcome: Outcome, text: str = TEXT, **more: Any
) -> Iterator[Case]:
    """The same in both dialects."""
    for dialect in DIALECTS:
        yield Case(
            name=name, api=dialect.api, body=make(dialect), outcome=outcome, text=text, **more
        )
