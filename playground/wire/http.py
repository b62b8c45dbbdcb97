"""Wire: sends requests in a thread of its own and hands back what happened, in batches of events.

What the world does never raises here: it is on the events. `client` has the HTTP client.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.core.problem import Failure, Problem, from_exception, from_response
from playground.core.profile import Address
from playground.core.recording import WIRE, Event, parse
from playground.wire.crossing import Crossing
from playground.wire.limits import Limits
from playground.wire.tape import Tape
from playground.wire.thread import WireThread

if TYPE_CHECKING:
    from playground.wire.client import Client

__all__ = ["Answer", "Exchange", "Limits", "Wire"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer that was not streamed."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


class Exchange(AsyncIterator[list[Event]]):
    """The events of one request, in batches, while they come.

    Cancelling the task that iterates, `aclose`, or letting go of the exchange closes the socket.
    """

    def __init__(self, crossing: Crossing[Event], cancel: Callable[[], None]) -> None:
        self._crossing = crossing
        self._cancel = cancel

    async def __anext__(self) -> list[Event]:
        try:
            batch = await self._crossing.take()
        except asyncio.CancelledError:
            self._cancel()
            raise
        if batch is None:
            raise StopAsyncIteration
        return batch

    async def aclose(self) -> None:
        """Returns when the socket is closed."""
        self._cancel()
        while await self._crossing.take() is not None:
            pass

    def __del__(self) -> None:
        self._cancel()


class Wire:
    """Owns one daemon thread, started on first use. Usable from any asyncio loop."""

    def __init__(
        self,
        *,
        frame: float = 0.016,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`frame`: seconds between hand-overs at least. The rest is for the waits between
        attempts: `sleep` is awaited in the wire thread, `now` gives wall-clock seconds."""
        self._frame = frame
        self._sleep = sleep
        self._now = now
        self._chance = chance
        self._thread: WireThread | None = None
        self._client: Client | None = None
        """Made and used in the thread only."""
        self._closed = False

    def exchange(
        self, address: Address, limits: Limits, *, leg: int, t0: int, earlier: int = 0
    ) -> Exchange:
        """Send a request now. `t0` is the run's beginning on the monotonic clock, nanoseconds;
        `earlier` counts the attempts of this leg before, when one goes on with its answer.

        Of each attempt there is a `request`, a `connection`, a `head`, the body, and `eof`, `cut`,
        `timeout` or `failed`; `retry` stands before the next one. The raw bytes are those of the
        body after chunked transfer and compression were undone, with secrets overwritten.
        """
        if self._closed:
            raise RuntimeError("the wire is closed")
        if self._thread is None:
            self._thread = WireThread()
        crossing: Crossing[Event] = Crossing(self._frame)
        tape = Tape(crossing.put, leg=leg, t0=t0, secrets=address.secrets, earlier=earlier)
        work = self._work(address, limits, tape)
        return Exchange(crossing, self._thread.start(work, crossing.finish))

    async def fetch(self, address: Address, limits: Limits) -> Answer:
        """A whole answer. Raises Failure when there is none, or when it is an error."""
        status, headers, body = 0, dict[str, str](), list[bytes]()
        problem: Problem | None = Problem(title="The request was broken off.", remedy="retry")
        exchange = self.exchange(address, limits, leg=0, t0=time.monotonic_ns())
        try:
            async for batch in exchange:
                for event in batch:
                    if event.kind in WIRE:
                        body.append(event.raw)
                        continue
                    data, _ = parse(event.raw.decode())
                    match event.kind:
                        case "head":
                            status, body = data["status"], []
                            headers = {name.lower(): value for name, value in data["headers"]}
                        case "eof":
                            problem = None
                        case "cut" | "timeout" | "failed":
                            problem = Problem.model_validate(data["problem"])
                        case _:
                            pass
        finally:
            await exchange.aclose()
        if problem is None and status >= 400:
            problem = from_response(status, headers, b"".join(body))
        if problem is not None:
            raise Failure(problem)
        return Answer(status, headers, b"".join(body))

    async def close(self) -> None:
        """Break off whatever is going on, close all connections, and end the thread."""
        self._closed = True
        thread, self._thread = self._thread, None
        if thread is not None:
            await thread.stop(self._close)

    async def _work(self, address: Address, limits: Limits, tape: Tape) -> None:
        try:
            await self._opened().exchange(address, limits, tape)
        except Exception as error:
            tape.failure("failed", from_exception(error))

    def _opened(self) -> Client:
        if self._client is None:
            from playground.wire.client import Client

            self._client = Client(sleep=self._sleep, now=self._now, chance=self._chance)
        return self._client

    async def _close(self) -> None:
        if self._client is not None:
            await self._client.close()
