"""Picker: a cheap model is asked which of several targets answers a request.

It is asked once, by a request of its own that is no part of the conversation. What it was asked,
what it said and what it used stands on the fact that says where the run went.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from playground.core.call import Call
from playground.core.endpoint import Endpoint
from playground.core.items import Item, Message, Text
from playground.core.patterns import Target
from playground.core.pricebook import PriceBook
from playground.core.problem import Failure
from playground.core.profile import Address, Profile, Provider
from playground.core.recording import BODY, Event, fact, mask
from playground.core.session import Run
from playground.core.transcript import Transcript, replay
from playground.core.usage import Cost, Usage
from playground.counting import prices, tokens
from playground.engine.accounting import made_in, read_of
from playground.engine.elsewhere import Profiles, Way, way
from playground.engine.pattern_course import Course
from playground.engine.routing import INSTRUCTIONS, Fit, cut, fitting, picked, question, short
from playground.engine.serving import Serving
from playground.wire.http import Answer
from playground.wire.masking import spellings

Ready = Callable[[Call, Profile], Awaitable[tuple[Serving, Call]]]
"""A profile that can be talked to, and the call with its model. Raises Failure."""
Send = Callable[[Profile, Address], Awaitable[Answer]]
"""Sends a request and gives the whole answer. Raises Failure."""


class Limited(Exception):  # noqa: N818  no error: our side sends no further request
    pass


@dataclass(frozen=True, slots=True)
class Pick:
    """What came of asking."""

    fit: Fit
    facts: dict[str, Any]
    """For the recording: what was asked, answered and used."""
    cost: Cost | None = None
    """None: nothing was used."""


@dataclass(frozen=True, slots=True)
class Picker:
    endpoints: Mapping[str, Endpoint]
    providers: Mapping[str, Provider]
    profiles: Profiles
    ready: Ready
    send: Send
    prices: Callable[[], Awaitable[PriceBook]]

    async def route(self, run: Run, course: Course, history: Sequence[Item]) -> Cost | None:
        """Have a run go where the first rule that holds says; where none does, where the model
        says that picks. What that cost."""
        # In a thread: what somebody else wrote may be slow to match.
        fit, notes = await asyncio.to_thread(fitting, course.patterns, run.call, history)
        for text in notes:
            run.note("notice", {"text": text})
        model, choices = course.patterns.picker, course.patterns.choices
        if fit is not None:
            course.route(fit)
        elif model is not None and choices:
            run.note("queued", {"words": "Asking a model who answers"})
            pick = await self.pick(run.call, course.profile, model, choices, history)
            course.route(pick.fit, **pick.facts)
            return pick.cost
        return None

    async def pick(
        self,
        call: Call,
        own: Profile,
        model: Target,
        choices: Sequence[Target],
        history: Sequence[Item],
    ) -> Pick:
        """Ask `model` which of the choices it is. Whoever cannot be asked, or says nonsense, picks
        the session's own."""
        named = list[tuple[Target, tuple[str, str]]]()
        for choice in choices:
            try:
                place = way(call, own, choice, self.profiles, self.endpoints).place
            except Failure:
                continue  # gone: nobody is to pick it
            named.append((choice, (place, choice.about.strip())))
        default = Target(profile=own.id, model=call.model)
        if not named:
            return Pick(Fit(default, "picker", "none of the choices can be asked"), {})
        asked = question([row for _, row in named], history)
        try:
            return await self._ask(call, own, model, [one for one, _ in named], asked, default)
        except Failure as failure:
            return Pick(Fit(default, "picker", _not_asked(failure)), {})

    async def _ask(
        self,
        call: Call,
        own: Profile,
        model: Target,
        choices: Sequence[Target],
        asked: str,
        default: Target,
    ) -> Pick:
        plain = Call(api=call.api, model=call.model, instructions=INSTRUCTIONS, stream=False)
        serving, plain = await self._ready(way(plain, own, model, self.profiles, self.endpoints))
        endpoint = self.endpoints[plain.api]
        said = [Message(key="in:0", role="user", text=Text(asked))]
        body = endpoint.body(plain, said, serving.profile.quirks, None)
        address = self.providers[serving.profile.provider].address(
            serving.profile, endpoint.path, serving.key, body
        )
        text, _ = mask(address.body, spellings(address.secrets))
        facts: dict[str, Any] = {
            "asked": {"url": _bare(address), "body": text.decode("utf-8", "replace")}
        }
        began = perf_counter()
        try:
            answer = await self.send(serving.profile, address)
        except Failure as failure:
            return Pick(Fit(default, "picker", _not_asked(failure)), facts)
        ms = (perf_counter() - began) * 1000
        seen = _read(answer, endpoint)
        heard = cut(seen.text)
        found = picked(heard, choices)
        place = f"{plain.model} at {serving.profile.name}"
        if found is None:
            words = f"{place} was asked who answers, and {_words(seen)}"
            fit = Fit(default, "picker", f"{words}, which is none of the choices")
        else:
            fit = Fit(found, "picker", f"{place} picked it")
        usage = await _used(seen, body, plain.model)
        facts |= {"answered": heard, "ms": round(ms, 3)}
        if usage is None:
            return Pick(fit, facts)
        facts["usage"] = usage.raw or {"input_tokens": usage.input, "output_tokens": usage.output}
        facts["estimated"] = usage.basis == "estimated"
        book = await self.prices()
        tier, name = seen.service_tier, seen.model or plain.model
        cost = await asyncio.to_thread(
            lambda: prices.price(
                serving.profile, name, usage, datetime.now(UTC), service_tier=tier, book=book
            )
        )
        return Pick(fit, facts, cost)

    async def _ready(self, there: Way) -> tuple[Serving, Call]:
        return await self.ready(there.call, there.profile)


def _not_asked(failure: Failure) -> str:
    return f"the model that picks could not be asked ({failure.problem.title.rstrip('.')})"


def _words(seen: Transcript) -> str:
    """What the model that picks said, when it picked nothing."""
    if seen.text.strip():
        return f"said “{short(seen.text)}”"
    if seen.refusal:
        return f"refused with “{short(seen.refusal)}”"
    return "called a tool" if seen.tool_calls else "said nothing"


def _read(answer: Answer, endpoint: Endpoint) -> Transcript:
    """A whole answer, read as one that was recorded."""
    head = {"status": answer.status, "headers": [list(row) for row in answer.headers.items()]}
    events = [
        fact(0, "request"),
        fact(0, "head", head),
        Event(0, BODY, answer.body, chunk=0),
        fact(0, "eof"),
        fact(0, "ended"),
    ]
    return replay(events, endpoint.reduce)


async def _used(seen: Transcript, body: dict[str, Any], model: str) -> Usage | None:
    """What was used; counted here where the server does not say."""
    if seen.usage is not None:
        return seen.usage
    made = made_in(seen.items)
    if not made:
        return None
    given, answered = await asyncio.to_thread(
        lambda: (tokens.estimate(read_of(body), model), tokens.estimate(made, model))
    )
    return Usage(input=given.tokens, output=answered.tokens, basis="estimated")


def _bare(address: Address) -> str:
    """Where it went, without what may be a key."""
    return address.url.partition("?")[0]
