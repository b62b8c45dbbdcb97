"""Asking: one request, answered from a recording or by its server when that has room for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import NamedTuple

from playground.core.endpoint import Endpoint
from playground.core.profile import Address, Provider
from playground.core.recording import Event, fact
from playground.core.session import Run
from playground.engine.gates import Gates, Place
from playground.engine.loop import Loop
from playground.engine.reuse import Reuse, again, age, digest, is_whole
from playground.engine.serving import Serving
from playground.wire.http import Wire
from playground.wire.limits import Limits

SLICE = 0.004
"""Seconds that are spent on reading events before whoever else is waiting has a turn."""
PIECE = 64
"""Events between two looks at the clock."""


RESUMED = 3
"""Attempts in a row that may bring nothing before the rest of an answer is given up."""


class Leg(NamedTuple):
    """One request of a run, with all attempts at it."""

    number: int
    requests: int
    """How many were sent before it."""


@dataclass(frozen=True, slots=True)
class Asking:
    wire: Wire
    endpoints: Mapping[str, Endpoint]
    providers: Mapping[str, Provider]
    sleep: Callable[[float], Awaitable[None]]
    gates: Gates
    reuse: Reuse | None
    written: Callable[[], Awaitable[object]]
    """Has what arrived so far written, so that others find it."""

    async def answer(
        self, run: Run, leg: Leg, address: Address, serving: Serving, limits: Limits, loop: Loop
    ) -> bool:
        """Have a request answered. Whether it was; notes why not."""
        seconds = run.call.patterns.reuse if run.call.body is None else 0
        same = ""
        if self.reuse is not None and seconds:
            same = await digest(address, run.call.api, serving.profile)
        if await self._reused(run, address, same, seconds, leg):
            return True
        before = len(run.recording)
        async with self.gates.place(serving.profile, waiting(run, leg)) as place:
            # Whoever went first may have asked the same.
            waited = len(run.recording) > before
            if waited and await self._reused(run, address, same, seconds, leg):
                return True
            if not await loop.may_ask(serving.profile, address.body):
                return False
            await self._exchange(run, address, limits, leg, place)
            await self._rest(run, serving, limits, leg, place)
            whole = run.transcript.terminal == "completed" and is_whole(run.recording, leg.number)
            if same and whole and self.reuse is not None:
                await self.written()
                await self.reuse.keep(same, run.id, leg.number)
        return True

    async def _reused(self, run: Run, address: Address, same: str, seconds: int, leg: Leg) -> bool:
        if self.reuse is None or not same or run.anew:
            return False
        found = await self.reuse.find(same, seconds)
        if found is None:
            return False
        words = f"A recorded answer, {age(found.age)}, was used again. Nothing was sent."
        attempt = run.transcript.requests - leg.requests
        events = again(found, address, t=run.now(), leg=leg.number, attempt=attempt, words=words)
        await _take(run, events)
        return True

    async def _exchange(
        self, run: Run, address: Address, limits: Limits, leg: Leg, place: Place
    ) -> None:
        earlier = run.transcript.requests - leg.requests
        exchange = self.wire.exchange(address, limits, leg=leg.number, t0=run.t0, earlier=earlier)
        heard: object = run.transcript.headers
        try:
            async for batch in exchange:
                await _take(run, batch)
                if run.transcript.headers is not heard:
                    heard = run.transcript.headers
                    place.heard(run.transcript.headers)
        finally:
            await exchange.aclose()

    async def _rest(
        self, run: Run, serving: Serving, limits: Limits, leg: Leg, place: Place
    ) -> None:
        """Fetch what a server goes on to make of an answer without us: one in the background, or
        one whose stream broke. What no more can be had of is left as it is."""
        endpoint = self.endpoints[run.call.api]
        provider = self.providers[serving.profile.provider]
        broken = 0
        while (more := endpoint.more(run.transcript)) is not None:
            seen = run.transcript.events
            await self.sleep(more.wait)
            address = provider.address(
                serving.profile,
                more.path,
                serving.key,
                None,
                run.call.headers,
                stream=more.stream,
            )
            await self._exchange(run, address, limits, leg, place)
            broken = 0 if run.transcript.events > seen else broken + 1
            if broken > RESUMED or (run.transcript.status or 0) >= 400:
                break


def waiting(run: Run, leg: Leg) -> Callable[[str, float], None]:
    """Puts on the recording what a request waits for."""

    def told(words: str, seconds: float) -> None:
        data = {"words": words, **({"seconds": round(seconds, 3)} if seconds else {})}
        attempt = run.transcript.requests - leg.requests
        run.take([fact(run.now(), "queued", data, leg.number, attempt)])

    return told


async def _take(run: Run, batch: Sequence[Event]) -> None:
    """Give a run what has arrived: all of it, but with a turn of the loop after each slice."""
    taken = 0
    try:
        while taken < len(batch):
            end = perf_counter() + SLICE
            while taken < len(batch) and perf_counter() < end:
                piece = batch[taken : taken + PIECE]
                taken += len(piece)
                run.take(piece)
            await asyncio.sleep(0)
    finally:
        if rest := batch[taken:]:  # stopped in between: what arrived stays
            run.take(rest)
