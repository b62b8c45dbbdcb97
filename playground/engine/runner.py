"""Runner: takes one run from its call to its end, whatever happens on the way.

It always leaves an outcome on the recording. Cancelling the task is the only way to stop it; that
closes the socket and leaves `stopped`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any, NamedTuple

from playground.core.endpoint import Endpoint, Kept
from playground.core.items import Item
from playground.core.pricebook import PriceBook
from playground.core.problem import SHOWN, Failure, Problem, from_exception
from playground.core.profile import Address, Profile, Provider
from playground.core.recording import Event, parse
from playground.core.session import Run
from playground.core.usage import Cost
from playground.engine.accounting import account
from playground.engine.history import begins, continued
from playground.engine.loop import Answering, Loop
from playground.engine.recorder import Recorder
from playground.engine.serving import Serve, Serving
from playground.providers.models import Model, models
from playground.wire.http import Wire
from playground.wire.limits import Limits
from playground.wire.masking import spellings

log = logging.getLogger("engine")

SLICE = 0.004
"""Seconds that are spent on reading events before whoever else is waiting has a turn."""
PIECE = 64
"""Events between two looks at the clock."""


RESUMED = 3
"""Attempts in a row that may bring nothing before the rest of an answer is given up."""
QUESTION = Limits(first_token=30, idle=30)
"""For requests whose answer is short and comes at once."""


Turn = Callable[[Run], Awaitable[None]]
"""Waits until a run may be sent. It is on the disk by then, and can be stopped."""


async def _no_prices() -> PriceBook:
    return PriceBook()


class Leg(NamedTuple):
    """One request of a run, with all attempts at it."""

    number: int
    requests: int
    """How many were sent before it."""


class Runner:
    def __init__(
        self,
        *,
        endpoints: Mapping[str, Endpoint],
        providers: Mapping[str, Provider],
        wire: Wire,
        recorder: Recorder,
        serve: Serve,
        report: Callable[[Problem], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        answering: Callable[[Run], Answering] = lambda run: Answering(),
        prices: Callable[[], Awaitable[PriceBook]] = _no_prices,
    ) -> None:
        """`answering`: how the calls of a run are answered, asked once when it begins. Without it
        every call is refused. `prices`: the user's own, as they stand when an answer is there."""
        self.endpoints = endpoints
        self.providers = providers
        self.wire = wire
        self.recorder = recorder
        self.serve = serve
        self.report = report
        self.sleep = sleep
        self.answering = answering
        self.prices = prices
        self._late: set[asyncio.Task[None]] = set()

    async def go(
        self,
        run: Run,
        history: Sequence[Item],
        profile: Profile,
        limits: Limits,
        kept: Kept | None = None,
        turn: Turn | None = None,
    ) -> None:
        """Send the run's call at the end of `history` (its own input included), of which the
        server has what `kept` says; with `turn` not before that says so."""
        try:
            await self.recorder.watch(run)
            if turn is not None:
                await turn(run)
            serving = await self._serve(run, profile)
            if serving.profile.id != profile.id:
                kept = None
            kept = await self._begin_conversation(run, serving, kept)
            await self._legs(run, history, serving, limits, kept)
            _over(run, "ended")
        except asyncio.CancelledError:
            _over(run, "stopped")
            self._let_go(run, profile)
            raise
        except Exception as error:
            self._failed(run, error)
        finally:
            # Also when cancelled: what arrived and how it ended belongs on disk.
            await asyncio.shield(self.recorder.finish(run))

    async def _legs(
        self,
        run: Run,
        history: Sequence[Item],
        serving: Serving,
        limits: Limits,
        kept: Kept | None,
    ) -> None:
        """The run's requests, and what is done about their answers."""
        provider = self.providers[serving.profile.provider]
        secrets = spellings(provider.address(serving.profile, "/models", serving.key).secrets)

        def note(kind: str, data: dict[str, Any]) -> None:
            run.note(kind, data, secrets)

        loop = Loop(run, self.answering(run), note, self.endpoints[run.call.api])
        try:
            if run.call.body is not None or await loop.begin(history):
                await self._each(run, history, serving, limits, kept, loop)
        finally:
            loop.end()

    async def _each(
        self,
        run: Run,
        history: Sequence[Item],
        serving: Serving,
        limits: Limits,
        kept: Kept | None,
        loop: Loop,
    ) -> None:
        """One request after the other, as long as there is something to say to its answer."""
        seen, endpoint = run.transcript, self.endpoints[run.call.api]
        costs: list[Cost] = []
        corrected = 0
        while True:
            leg = Leg(seen.legs, seen.requests)
            if leg.number == 0 and run.call.body is not None:
                address = self._address(run, run.call.body, serving)
            else:
                address = self.address(run, [*history, *seen.items], serving, kept)
            if not await loop.may_ask(serving.profile, address.body):
                return
            if (edited := await loop.before_send(address.body)) is not None:
                address = self._address(run, edited, serving)
                if not await loop.may_ask(serving.profile, address.body):
                    return
            await self._exchange(run, address, limits, leg)
            await self._rest(run, serving, limits, leg)
            book = await self.prices()
            if (cost := await account(run, address.body, serving.profile, book)) is not None:
                costs.append(cost)
                run.cost = Cost.add(costs)
            after = len(history) + len(seen.items)
            if corrected < run.call.output.attempts and (told := await _corrections(run)):
                corrected += 1
                for kind, data in told:
                    loop.note(kind, data)
            elif not await loop.go_on(history):
                return
            kept = continued(run, after, serving.profile.quirks, endpoint)

    async def _exchange(self, run: Run, address: Address, limits: Limits, leg: Leg) -> None:
        earlier = run.transcript.requests - leg.requests
        exchange = self.wire.exchange(address, limits, leg=leg.number, t0=run.t0, earlier=earlier)
        try:
            async for batch in exchange:
                await _take(run, batch)
        finally:
            await exchange.aclose()

    async def _rest(self, run: Run, serving: Serving, limits: Limits, leg: Leg) -> None:
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
            await self._exchange(run, address, limits, leg)
            broken = 0 if run.transcript.events > seen else broken + 1
            if broken > RESUMED or (run.transcript.status or 0) >= 400:
                break

    async def _begin_conversation(
        self, run: Run, serving: Serving, kept: Kept | None
    ) -> Kept | None:
        """The conversation that a run belongs to; begun on the server when there is none yet."""
        endpoint, call = self.endpoints[run.call.api], run.call
        quirks = serving.profile.quirks
        if call.body is not None or not begins(call, kept, quirks, endpoint):
            return kept if quirks.state == "stateful" else None
        provider = self.providers[serving.profile.provider]
        address = provider.address(
            serving.profile, endpoint.conversations, serving.key, {}, call.headers
        )
        answer = await self.wire.fetch(address, QUESTION)
        made, _ = parse(answer.body.decode("utf-8", "replace"))
        if not isinstance(made, dict) or not isinstance(made.get("id"), str):
            raise Failure(
                Problem(
                    title="The server began no conversation.",
                    detail=answer.body[:SHOWN].decode("utf-8", "replace"),
                    remedy="change_request",
                    status=answer.status,
                )
            )
        return Kept(0, conversation=made["id"])

    async def fail(self, run: Run, error: Failure) -> None:
        """End a run that could not even be begun."""
        self._failed(run, error)
        await self.keep(run)

    async def keep(self, run: Run) -> None:
        """Write a run that is not sent."""
        await self.recorder.watch(run)
        await self.recorder.finish(run)

    def _failed(self, run: Run, error: Exception) -> None:
        problem = from_exception(error)
        run.note("failed", {"problem": problem.model_dump(mode="json", exclude_defaults=True)})
        _over(run, "ended")
        if problem.bug:
            log.error("A run failed by our own mistake.", exc_info=error)
            self.report(problem)

    async def _serve(self, run: Run, profile: Profile) -> Serving:
        serving = await self.serve(profile, lambda text: run.note("starting", {"text": text}))
        if serving.notice:
            run.note("notice", {"text": serving.notice})
        model = run.call.model
        if serving.profile.id != profile.id:
            run.profile, model = serving.profile.id, ""
        if not model:
            model = serving.profile.model or await self._first_model(serving)
        run.call = run.call.model_copy(update={"model": model})
        return serving

    async def _first_model(self, serving: Serving) -> str:
        found = await self.models(serving)
        if not found:
            raise Failure(
                Problem(title="The server offers no model; name one.", remedy="choose_model")
            )
        return found[0].id

    async def models(self, serving: Serving, limits: Limits | None = None) -> list[Model]:
        """What the server lists. Raises Failure with the server's words."""
        provider = self.providers[serving.profile.provider]
        address = provider.address(serving.profile, "/models", serving.key)
        answer = await self.wire.fetch(address, limits or QUESTION)
        return models(answer.body)

    async def delete(self, run: Run, profile: Profile) -> None:
        """Have the server remove what it keeps of an answer. Raises Failure with its words."""
        path = self.endpoints[run.call.api].stored(run.transcript)
        if path is None:
            raise Failure(Problem(title="The server keeps nothing of this answer."))
        await self._ask(profile, "DELETE", path)

    async def cancel(self, run: Run, profile: Profile) -> None:
        """Have the server stop an answer in the background. Raises Failure with its words."""
        path = self.endpoints[run.call.api].cancel(run.transcript)
        if path is not None:
            await self._ask(profile, "POST", path)

    def _let_go(self, run: Run, profile: Profile) -> None:
        """Whoever stops an answer in the background does not want it to go on and cost money."""
        if self.endpoints[run.call.api].cancel(run.transcript) is None:
            return

        async def work() -> None:
            try:
                await self.cancel(run, profile)
            except Failure as failure:
                log.info("The server did not stop a response: %s", failure)

        task = asyncio.ensure_future(work())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    async def close(self) -> None:
        """Wait for what was begun for runs that are over."""
        await asyncio.gather(*self._late, return_exceptions=True)

    async def _ask(self, profile: Profile, method: str, path: str) -> None:
        serving = await self.serve(profile, lambda _: None)
        provider = self.providers[serving.profile.provider]
        body: dict[str, Any] | None = {} if method == "POST" else None
        address = provider.address(serving.profile, path, serving.key, body)
        await self.wire.fetch(replace(address, method=method), QUESTION)

    def address(
        self, run: Run, history: Sequence[Item], serving: Serving, kept: Kept | None
    ) -> Address:
        """The request of a run at the end of `history`. Raises Failure when it cannot be made."""
        endpoint = self.endpoints[run.call.api]
        body = endpoint.body(run.call, history, serving.profile.quirks, kept)
        return self._address(run, body, serving)

    def _address(self, run: Run, body: dict[str, Any], serving: Serving) -> Address:
        return self.providers[serving.profile.provider].address(
            serving.profile,
            self.endpoints[run.call.api].path,
            serving.key,
            body,
            run.call.headers,
            stream=bool(body.get("stream")),
        )


def _over(run: Run, kind: str) -> None:
    """The last facts of a run."""
    if run.lag is not None:
        run.note("drawn", run.lag.facts())
    run.note(kind)


async def _corrections(run: Run) -> list[tuple[str, dict[str, Any]]]:
    """What is wrong with the form of the last answer of a run, as facts: (kind, data)."""
    from playground.engine.structured import corrections  # slow to import, and rarely needed

    return await asyncio.to_thread(corrections, run)


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
