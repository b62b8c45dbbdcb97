"""Exchange: one request on its way to an answer, in the headers and the timing of a real server."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from playground.sandbox.answer import Answer
from playground.sandbox.connection import Reply, Request
from playground.sandbox.errors import ApiError
from playground.sandbox.fields import Json
from playground.sandbox.layout import lay_out, replaced
from playground.sandbox.log import Entry
from playground.sandbox.play import Frame, encode, play, suffer
from playground.sandbox.scenario import Pace, Scenario
from playground.sandbox.transport import Transport, content
from playground.sandbox.trouble import Failure
from playground.sandbox.turn import Directions, Turn

REQUESTS_A_MINUTE = 10_000
TOKENS_A_MINUTE = 2_000_000

_DATE = re.compile(r"\{\{date:(-?\d+)\}\}")

JSON_TYPE = {"content-type": "application/json"}
_STREAM_TYPE = {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
}


@dataclass
class Exchange:
    request: Request
    reply: Reply
    entry: Entry
    error_shape: Any = None
    """The scenario's, once it is known."""
    _started: float = field(default_factory=time.monotonic, init=False)

    async def send(self, status: int, value: Any, headers: Mapping[str, str] | None = None) -> None:
        """Answers with JSON."""
        await self._send_bytes(
            status, {**JSON_TYPE, **self._head(0), **(headers or {})}, encode(value)
        )

    async def refuse(self, error: ApiError) -> None:
        await self.send(error.status, error.shaped(self.error_shape), error.headers)

    async def send_failure(self, failure: Failure) -> None:
        """Raises CutError where the script gives no answer at all."""
        headers = {name: _dated(value) for name, value in failure.headers.items()}
        if failure.fault is not None:
            await suffer(failure.fault)
        elif failure.error is not None:
            await self.send(failure.status, {"error": failure.error}, headers)
        elif failure.text is None:
            await self.send(failure.status, failure.body, headers)
        else:
            # Whoever answers with a page is not the server but something in front of it.
            head = {"content-type": failure.content_type, **headers}
            await self._send_bytes(failure.status, head, content(failure.text))

    async def stream(self, scenario: Scenario, turn: Turn, frames: Iterable[Frame]) -> None:
        """Answers with server-sent events at the scenario's pace. Raises CutError."""
        transport = scenario.transport
        head = {**self._head(turn.input_tokens), **_STREAM_TYPE, **scenario.headers}
        self._begin(200, _typed(head, transport))
        laid = lay_out(frames, transport)
        await play(laid, self, pace_of(scenario.pace, turn.directions), scenario.fault)
        await self.reply.end()

    async def whole(
        self, scenario: Scenario, turn: Turn, answer: Answer, build: Callable[[], Json]
    ) -> None:
        """Answers with JSON, after the time that its stream would have taken. Raises CutError."""
        pace = pace_of(scenario.pace, turn.directions)
        writing = answer.output_tokens / pace.per_second if pace.per_second else 0.0
        await asyncio.sleep(pace.first_ms / 1000 + writing)
        transport = scenario.transport
        body = content(transport.first) + replaced(encode(build()), transport)
        head = {**JSON_TYPE, **self._head(turn.input_tokens), **scenario.headers}
        head = _typed(head, transport)
        fault = scenario.fault.kind if scenario.fault else None
        if fault == "end":
            body = body[: len(body) // 2]
        if fault is None or fault == "end":
            await self._send_bytes(200, head, body)
        else:
            self._begin(200, {**head, "content-length": str(len(body))})
            self.write(body[: len(body) // 2])
            await self.drain()
            await suffer(fault)

    async def relay(self, events: AsyncIterable[bytes], input_tokens: int = 0) -> None:
        """Answers with server-sent events that somebody else makes, as they come."""
        self._begin(200, {**self._head(input_tokens), **_STREAM_TYPE})
        async for event in events:
            self.write(event)
            await self.drain()
        await self.reply.end()

    # The sink of `play`

    def write(self, data: bytes) -> None:
        self.entry.sent += len(data)
        self.reply.write(data)

    async def drain(self) -> None:
        await self.reply.drain()

    def _begin(self, status: int, headers: Mapping[str, str]) -> None:
        self.entry.status = status
        self.reply.begin(status, headers)

    async def _send_bytes(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.entry.status = status
        self.entry.sent = len(body)
        await self.reply.send(status, headers, body)

    def _head(self, input_tokens: int) -> dict[str, str]:
        """What OpenAI says with every answer. The rate limits are those of a bucket that was full
        before this request."""
        refill = 60_000 * input_tokens / TOKENS_A_MINUTE
        return {
            "x-request-id": self.entry.id,
            "openai-processing-ms": str(round((time.monotonic() - self._started) * 1000)),
            "openai-version": "2020-10-01",
            "openai-organization": "sandbox",
            "x-ratelimit-limit-requests": str(REQUESTS_A_MINUTE),
            "x-ratelimit-remaining-requests": str(REQUESTS_A_MINUTE - 1),
            "x-ratelimit-reset-requests": f"{60_000 // REQUESTS_A_MINUTE}ms",
            "x-ratelimit-limit-tokens": str(TOKENS_A_MINUTE),
            "x-ratelimit-remaining-tokens": str(max(0, TOKENS_A_MINUTE - input_tokens)),
            "x-ratelimit-reset-tokens": f"{round(refill)}ms",
        }


def _typed(head: dict[str, str], transport: Transport) -> dict[str, str]:
    if transport.content_type is not None:
        del head["content-type"]
        if transport.content_type:
            head["content-type"] = transport.content_type
    return head


def _dated(value: str) -> str:
    return _DATE.sub(lambda found: formatdate(time.time() + int(found[1]), usegmt=True), value)


def pace_of(pace: Pace, directions: Directions) -> Pace:
    """The scenario's pace, where the request has no other wish."""
    changes: dict[str, float] = {}
    if directions.per_second is not None:
        changes = {"per_second": directions.per_second, "first_ms": 0}
    if directions.per_chunk is not None:
        changes["per_chunk"] = directions.per_chunk
    return pace.model_copy(update=changes)
