"""Runner: takes one run from its call to its end, whatever happens on the way.

It always leaves an outcome on the recording. Cancelling the task is the only way to stop it; that
closes the socket and leaves `stopped`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from playground.core.call import Call
from playground.core.endpoint import Endpoint, Kept
from playground.core.items import Item
from playground.core.pricebook import PriceBook
from playground.core.problem import SHOWN, Failure, Problem, from_exception
from playground.core.profile import OURS, Address, Profile, Provider, is_loopback
from playground.core.recording import parse
from playground.core.session import Run
from playground.core.usage import Cost
from playground.engine.accounting import account
from playground.engine.elsewhere import Profiles
from playground.engine.fallback import failed
from playground.engine.gates import Gates
from playground.engine.history import begins, continued
from playground.engine.loop import Answering, Loop
from playground.engine.pattern_asking import Asking, Leg, waiting
from playground.engine.pattern_course import Course
from playground.engine.pattern_picker import Limited, Picker
from playground.engine.recorder import Recorder
from playground.engine.reuse import Reuse
from playground.engine.serving import Serve, Serving
from playground.providers.models import Model, models
from playground.wire.http import Answer, Wire
from playground.wire.limits import Limits
from playground.wire.masking import spellings

log = logging.getLogger("engine")

STOPPED = "a request that was stopped: what it used is not known"
QUESTION = Limits(first_token=30, idle=30)
"""For requests whose answer is short and comes at once."""


Turn = Callable[[Run], Awaitable[None]]
"""Waits until a run may be sent. It is on the disk by then, and can be stopped."""


Told = Callable[[], tuple[Sequence[Item], Kept | None]]
"""The conversation up to and including a run's own input, as whom it belongs to now may be told it,
and what that server has of it. Asked anew when the run goes elsewhere."""


async def _no_prices() -> PriceBook:
    return PriceBook()


def _no_profiles(profile_id: str) -> Profile:
    raise Failure(Problem(title=f"There is no profile {profile_id!r}.", remedy="switch_profile"))


@dataclass(slots=True)
class _Way:
    """How far a run has got."""

    run: Run
    told: Told
    limits: Limits
    course: Course
    answering: Answering
    secrets: list[bytes]
    """Of all servers that were asked, as they may be spelled."""
    costs: list[Cost]
    picking: Profile | None = None
    """The server of the model that picks, while that is being asked."""
    counted: int = 0
    """Requests of the run whose use is known."""


@dataclass(slots=True)
class _Here:
    """Where the next request of a run goes, and with what before it."""

    serving: Serving
    history: Sequence[Item]
    kept: Kept | None


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
        profiles: Profiles = _no_profiles,
        gates: Gates | None = None,
        reuse: Reuse | None = None,
    ) -> None:
        """`answering`: how the calls of a run are answered, asked once when it begins. Without it
        every call is refused. `prices`: the user's own, as they stand when an answer is there.
        `profiles`: where requests may go elsewhere. Without `reuse` every request is sent."""
        self.endpoints = endpoints
        self.providers = providers
        self.wire = wire
        self.recorder = recorder
        self.serve = serve
        self.report = report
        self.sleep = sleep
        self.answering = answering
        self.prices = prices
        self.profiles = profiles
        self.gates = gates or Gates(sleep)
        self._asking = Asking(
            wire,
            endpoints,
            providers,
            lambda seconds: self.sleep(seconds),
            self.gates,
            reuse,
            recorder.flush,
        )
        self._late: set[asyncio.Task[None]] = set()

    async def go(
        self,
        run: Run,
        told: Told,
        profile: Profile,
        limits: Limits,
        turn: Turn | None = None,
    ) -> None:
        """Send the run's call at the end of what it is `told`, to the server of a profile or where
        the call's patterns have it; with `turn` not before that says so."""
        secrets: list[bytes] = []

        def note(kind: str, data: dict[str, Any]) -> None:
            run.note(kind, data, secrets)

        course = Course(run, profile, self.profiles, self.endpoints, note)
        way: _Way | None = None
        try:
            await self.recorder.watch(run)
            if turn is not None:
                await turn(run)
            way = _Way(run, told, limits, course, self.answering(run), secrets, [])
            with contextlib.suppress(Limited):
                if course.patterns.chooses:
                    await self._route(way)
                await self._legs(way, note)
            _over(run, "ended")
        except asyncio.CancelledError:
            if way is not None:
                _unpriced(way)
            _over(run, "stopped")
            self._let_go(course.profile, self.endpoints[run.call.api].cancel(run.transcript))
            raise
        except Exception as error:
            self._failed(run, error)
        finally:
            # Also when cancelled: what arrived and how it ended belongs on disk.
            await asyncio.shield(self.recorder.finish(run))

    # Where it goes.

    async def _route(self, way: _Way) -> None:
        """Choose who is asked, by rules or by a model that picks. Raises Limited."""
        run = way.run
        loop = Loop(run, way.answering, run.note, self.endpoints[run.call.api])

        async def ready(call: Call, profile: Profile) -> tuple[Serving, Call]:
            serving = await self.serve(profile, lambda text: run.note("starting", {"text": text}))
            model = call.model if serving.profile.id == profile.id else ""
            return serving, call.model_copy(update={"model": await self._model(serving, model)})

        async def send(profile: Profile, address: Address) -> Answer:
            async with self.gates.place(profile, waiting(run, Leg(0, 0))):
                if not await loop.may_ask(profile, address.body):
                    raise Limited
                way.picking = profile
                return await self.wire.fetch(address, QUESTION)

        picker = Picker(self.endpoints, self.providers, self.profiles, ready, send, self.prices)
        history, _ = way.told()
        if (cost := await picker.route(run, way.course, history)) is not None:
            way.costs.append(cost)
            run.cost = cost
        way.picking = None
        self.recorder.rewrite(run)

    async def _arrive(self, way: _Way) -> _Here:
        """Ready to ask the server of a run, or the next one that can be had. Raises Failure."""
        run, course = way.run, way.course
        while True:
            try:
                serving = await self._serve(run, course.profile)
                provider = self.providers[serving.profile.provider]
                address = provider.address(serving.profile, "/models", serving.key)
                way.secrets += spellings(address.secrets)
                history, kept = way.told()
                if serving.profile.id != course.profile.id:
                    kept = None
                return _Here(serving, history, await self._begin_conversation(run, serving, kept))
            except Failure as failure:
                if not course.turn(failure.problem, noted=False):
                    raise
            self.recorder.rewrite(run)

    # What is sent.

    async def _legs(self, way: _Way, note: Callable[[str, dict[str, Any]], None]) -> None:
        """The run's requests, and what is done about their answers."""
        here, run = await self._arrive(way), way.run
        loop = Loop(run, way.answering, note, self.endpoints[run.call.api])
        try:
            if run.call.body is not None or await loop.begin(here.history):
                await self._each(way, here, loop)
        finally:
            loop.end()

    async def _each(self, way: _Way, here: _Here, loop: Loop) -> None:
        """One request after the other, as long as there is something to say to its answer."""
        run, corrected = way.run, 0
        while True:
            answered = await self._leg(way, here, loop)
            if answered is None:
                return
            here = answered
            after = len(here.history) + len(way.course.said(run.transcript.items))
            if corrected < run.call.output.attempts and (told := await _corrections(run)):
                corrected += 1
                for kind, data in told:
                    loop.note(kind, data)
            elif not await loop.go_on(here.history):
                return
            endpoint = self.endpoints[run.call.api]
            here.kept = continued(run, after, here.serving.profile.quirks, endpoint)

    async def _leg(self, way: _Way, here: _Here, loop: Loop) -> _Here | None:
        """One request, and where it fails at one server the same at the next one: where that was.
        None: nothing was sent any more."""
        run = way.run
        leg = Leg(run.transcript.legs, run.transcript.requests)
        while True:
            address = self._made(way, here, leg)
            if (edited := await loop.before_send(address.body)) is not None:
                address = self._address(run, edited, here.serving)
            if not await self._asking.answer(run, leg, address, here.serving, way.limits, loop):
                return None
            book = await self.prices()
            cost = await account(run, address.body, here.serving.profile, book)
            if cost is not None:
                way.costs.append(cost)
                run.cost = Cost.add(way.costs)
            way.counted = run.transcript.requests
            going_on = self.endpoints[run.call.api].cancel(run.transcript)
            problem = failed(run.transcript, leg.number)
            if problem is None or not way.course.turn(problem, noted=True):
                return here
            self._let_go(here.serving.profile, going_on)
            self.recorder.rewrite(run)
            here = await self._arrive(way)
            loop.endpoint = self.endpoints[run.call.api]

    def _made(self, way: _Way, here: _Here, leg: Leg) -> Address:
        run = way.run
        if leg.number == 0 and run.call.body is not None:
            return self._address(run, run.call.body, here.serving)
        said = [*here.history, *way.course.said(run.transcript.items)]
        return self.address(run, said, here.serving, here.kept)

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
        model = await self._model(serving, model)
        run.call = run.call.model_copy(update={"model": model})
        return serving

    async def _model(self, serving: Serving, model: str) -> str:
        """Which model is asked: the first of the list when nothing says it. Raises Failure."""
        return model or serving.profile.model or await self._first_model(serving)

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

    def _let_go(self, profile: Profile, path: str | None) -> None:
        """Whoever stops an answer in the background, or has somebody else asked in its place, does
        not want it to go on and cost money. `path`: where it is stopped; None: there is none."""
        if path is None:
            return

        async def work() -> None:
            try:
                await self._ask(profile, "POST", path)
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


def _unpriced(way: _Way) -> None:
    """The run is stopped: what the request that is under way has used, its server has not said. On
    this computer that costs nothing."""
    run, asked = way.run, way.picking
    if asked is not None:
        run.note("notice", {"text": f"It was stopped while {asked.name} was asked who answers."})
    elif run.transcript.requests > way.counted and (run.transcript.status or 0) < 400:
        asked = way.course.profile
    if asked is not None and not (asked.id in OURS or is_loopback(asked.base_url)):
        run.cost = Cost.add([*way.costs, Cost(source=STOPPED)])


def _over(run: Run, kind: str) -> None:
    """The last facts of a run."""
    if run.lag is not None:
        run.note("drawn", run.lag.facts())
    run.note(kind)


async def _corrections(run: Run) -> list[tuple[str, dict[str, Any]]]:
    """What is wrong with the form of the last answer of a run, as facts: (kind, data)."""
    from playground.engine.structured import corrections  # slow to import, and rarely needed

    return await asyncio.to_thread(corrections, run)
