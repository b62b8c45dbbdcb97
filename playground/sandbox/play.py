"""Plays frames onto a connection: when each goes out, and what goes wrong in between."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple, Protocol, assert_never

from playground.sandbox.scenario import Pace
from playground.sandbox.transport import pieces
from playground.sandbox.trouble import Fault, FaultKind

_TURN = 0.005
"""Seconds of uninterrupted writing after which the loop may look at its other connections."""

_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Frame(NamedTuple):
    data: bytes
    delta: bool
    """A delta waits for its time; everything else goes out at once."""


class Sink(Protocol):
    """The connection, as seen from here."""

    def write(self, data: bytes) -> None: ...
    async def drain(self) -> None: ...


class CutError(Exception):
    """The script closes the connection here."""

    def __init__(self, *, reset: bool = False) -> None:
        super().__init__()
        self.reset = reset
        """Without a goodbye: what was not yet sent is lost, and the client's socket breaks."""


def encode(value: Any) -> bytes:
    """Compact JSON in UTF-8."""
    try:
        return _text(value).encode()
    except UnicodeEncodeError:
        # Half a surrogate pair, which the request brought along.
        return json.dumps(value, separators=(",", ":")).encode()


async def play(
    frames: Iterable[Frame],
    sink: Sink,
    pace: Pace,
    fault: Fault | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Writes the frames. Every delta has its moment, counted from the first one, so that a late
    delta does not delay the next; what is late goes out at once.

    Raises CutError where the script closes the connection, and returns early where it ends the
    answer. A script that stalls never returns: the client's leaving cancels it.
    """
    waiting: list[bytes] = []
    deltas = 0
    start = turn = clock()
    interval = 1 / pace.per_second if pace.per_second else 0.0

    def flush() -> None:
        if waiting:
            sink.write(b"".join(waiting))
            waiting.clear()

    for data, delta in frames:
        if delta:
            if fault is not None and deltas >= fault.after_deltas:
                if fault.in_event:
                    waiting.append(data[: len(data) // 2])
                waiting += pieces(fault.last)
                break
            if deltas == 0:
                flush()
                await sleep(pace.first_ms / 1000)
                start = clock()
            if interval and deltas % pace.per_chunk == 0:
                wait = start + deltas * interval - clock()
                if wait > 0:
                    flush()
                    await sleep(wait)
            deltas += 1
        waiting.append(data)
        if len(waiting) >= pace.per_chunk:
            flush()
            await sink.drain()
            if clock() - turn > _TURN:
                await sleep(0)
                turn = clock()
    flush()
    await sink.drain()
    if fault is not None:
        await suffer(fault.kind)


async def suffer(kind: FaultKind) -> None:
    """Raises CutError, waits until it is cancelled, or returns for an answer that simply ends."""
    match kind:
        case "cut":
            raise CutError
        case "reset":
            raise CutError(reset=True)
        case "stall":
            await asyncio.get_running_loop().create_future()
        case "end":
            pass
        case other:
            assert_never(other)
