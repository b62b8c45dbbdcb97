"""Gates: at most so many requests at once to a server, and none while it takes no more.

One gate for each profile that says so (`Profile.at_once`), for the whole process. Whoever came
first goes first. Where the last answer said that nothing is left of a rate limit until a moment,
the next request waits for that; what a server asks for when it refuses (`Retry-After`) is the
wire's business.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from playground.core import rates
from playground.core.profile import Profile

LONGEST = 120.0
"""Seconds until a limit is full again that are waited for. When it takes longer the server is
asked, and says itself what it has to say."""

Told = Callable[[str, float], None]
"""(what is waited for, seconds where that is known, else 0)."""


@dataclass(slots=True)
class _Gate:
    under_way: int = 0
    line: list[asyncio.Event] = field(default_factory=list)
    """Those who wait; each is told when something has changed."""
    until: float = 0.0
    """Monotonic seconds before which nothing is left of a limit."""

    def changed(self) -> None:
        for one in self.line:
            one.set()


class Place:
    """A request may be under way."""

    def __init__(self, gate: _Gate, gates: Gates) -> None:
        self._gate = gate
        self._gates = gates

    def heard(self, headers: Mapping[str, str]) -> None:
        """What an answer says of limits; names in lower case."""
        for rate in rates.read(headers, self._gates.clock()):
            if rate.remaining == 0 and rate.reset is not None and rate.reset <= LONGEST:
                self._gate.until = max(self._gate.until, self._gates.now() + rate.reset)


class Gates:
    """Of one process."""

    def __init__(
        self,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`now` is monotonic; `clock` gives Unix time, in which servers may name a moment."""
        self._sleep = sleep
        self.now = now
        self.clock = clock
        self._gates: dict[str, _Gate] = {}

    @asynccontextmanager
    async def place(self, profile: Profile, told: Told) -> AsyncIterator[Place]:
        """A place among the requests that are under way, until it is given back. `told` hears what
        is waited for, each time that this changes."""
        gate = self._gates.setdefault(profile.id, _Gate())
        if profile.at_once:
            await self._wait(gate, profile, told)
        gate.under_way += 1
        try:
            yield Place(gate, self)
        finally:
            gate.under_way -= 1
            gate.changed()

    async def _wait(self, gate: _Gate, profile: Profile, told: Told) -> None:
        mine = asyncio.Event()
        gate.line.append(mine)
        said = ""
        try:
            while True:
                mine.clear()
                ahead = gate.line.index(mine)
                left = gate.until - self.now()
                free = ahead == 0 and gate.under_way < profile.at_once
                if free and left <= 0:
                    return
                if free:
                    words = f"Waiting until {profile.name} takes requests again"
                else:
                    words = f"Waiting for a free place at {profile.name} ({_ordinal(ahead + 1)})"
                if words != said:
                    told(words, max(left, 0.0) if free else 0.0)
                    said = words
                await (self._sleep(left) if free else mine.wait())
        finally:
            gate.line.remove(mine)
            gate.changed()


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
