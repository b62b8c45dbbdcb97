"""Runner: takes one run from its call to its end, whatever happens on the way.

It always leaves an outcome on the recording. Cancelling the task is the only way to stop it; that
closes the socket and leaves `stopped`.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from playground.core.endpoint import Endpoint
from playground.core.items import Item
from playground.core.problem import Failure, Problem, from_exception
from playground.core.profile import Address, Profile, Provider
from playground.core.recording import Event
from playground.core.session import Run
from playground.counting import prices, tokens
from playground.engine.recorder import Recorder
from playground.engine.serving import Serve, Serving
from playground.providers.models import Model, models
from playground.wire.http import Wire
from playground.wire.limits import Limits

log = logging.getLogger("engine")

SLICE = 0.004
"""Seconds that are spent on reading events before whoever else is waiting has a turn."""
PIECE = 64
"""Events between two looks at the clock."""


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
    ) -> None:
        self.endpoints = endpoints
        self.providers = providers
        self.wire = wire
        self.recorder = recorder
        self.serve = serve
        self.report = report

    async def go(self, run: Run, history: Sequence[Item], profile: Profile, limits: Limits) -> None:
        """Send the run's call at the end of `history` (its own input included)."""
        try:
            await self.recorder.watch(run)
            serving = await self._serve(run, profile)
            address = self._address(run, history, serving)
            exchange = self.wire.exchange(address, limits, leg=0, t0=run.t0)
            try:
                async for batch in exchange:
                    await _take(run, batch)
            finally:
                await exchange.aclose()
            await self._count(run, address, serving.profile)
            run.note("ended")
        except asyncio.CancelledError:
            run.note("stopped")
            raise
        except Exception as error:
            self._failed(run, error)
        finally:
            # Also when cancelled: what arrived and how it ended belongs on disk.
            await asyncio.shield(self.recorder.finish(run))

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
        run.note("ended")
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
        answer = await self.wire.fetch(address, limits or Limits(first_token=30, idle=30))
        return models(answer.body)

    def _address(self, run: Run, history: Sequence[Item], serving: Serving) -> Address:
        endpoint = self.endpoints[run.call.api]
        body = endpoint.body(run.call, history, serving.profile.quirks)
        return self.providers[serving.profile.provider].address(
            serving.profile,
            endpoint.path,
            serving.key,
            body,
            run.call.headers,
            stream=bool(body.get("stream")),
        )

    async def _count(self, run: Run, address: Address, profile: Profile) -> None:
        """Tokens that the server did not report, and the price of all; both off the main thread."""
        transcript = run.transcript
        model = transcript.model or run.call.model
        if transcript.usage is None and (transcript.text or transcript.reasoning):
            said = said_in(json.loads(address.body or b"{}"))
            made = transcript.reasoning + transcript.text
            given, answered = await asyncio.to_thread(
                lambda: (tokens.estimate(said, model), tokens.estimate(made, model))
            )
            run.note("estimate", {"input": given.tokens, "output": answered.tokens})
        if (usage := transcript.usage) is not None:
            tier = transcript.service_tier
            run.cost = await asyncio.to_thread(
                lambda: prices.price(profile, model, usage, datetime.now(UTC), service_tier=tier)
            )


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


def said_in(body: Any) -> str:
    """All words of a request: what an estimate of its tokens counts."""
    match body:
        case dict():
            skip = ("model", "role", "type", "stream", "stream_options", "id", "call_id")
            return "\n".join(filter(None, (said_in(v) for k, v in body.items() if k not in skip)))
        case list():
            return "\n".join(filter(None, map(said_in, body)))
        case str():
            return body
        case _:
            return ""
