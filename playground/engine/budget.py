"""Budget: whether the next request of a run may be sent, and the arithmetic when it may not.

Asked before each request. What has been used is what the store knows of runs that are over, what
the runs of this process have used so far, and the least that their requests under way will cost.
Money is decided strictly: a request whose price is not known is not sent while a budget of money
holds, because nobody could say whether it would pass it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from playground.core.budget import SCOPES, Budget, Budgets, Scope
from playground.core.pricebook import PriceBook
from playground.core.problem import Problem, Remedy
from playground.core.profile import Profile
from playground.core.session import Run
from playground.core.usage import Cost
from playground.engine.cachelens import last_body
from playground.engine.estimate import Estimate, estimated
from playground.store.listing import Totals
from playground.store.spending import between

NAMES: Mapping[Scope, str] = {
    "run": "This run",
    "session": "This session",
    "day": "Today",
    "month": "This month",
}

WHOSE: Mapping[str, str] = {
    "run": "of a run",
    "session": "of this session",
    "day": "of today",
    "month": "of this month",
}


@dataclass(frozen=True, slots=True)
class Stop:
    """Why no further request is sent."""

    words: str
    """A sentence or two."""
    facts: dict[str, Any]
    """The arithmetic: `of` what, `unit`, `limit`, `spent`, and `next`, what the request would use
    at least (None: not known)."""


class Sums(Protocol):
    """What is known of runs that are over; see `store.spending`."""

    async def sums(
        self, scopes: Collection[Scope], session: str, day: date, without: Collection[str] = ()
    ) -> dict[Scope, Totals]: ...


class Spent(NamedTuple):
    usd: Decimal = Decimal(0)
    tokens: int = 0
    unknown: int = 0
    """Runs that cost something that nobody told us."""


class _Sent(NamedTuple):
    """A request under way."""

    cost: Cost | None
    """What its run had cost before."""
    least: Decimal
    tokens: int
    number: int
    """Requests of its run so far, with those that pick, and those to who takes a server's place."""


class Purse:
    """Of one process."""

    def __init__(
        self,
        budgets: Callable[[], Budgets],
        sums: Sums,
        live: Callable[[], Iterable[Run]],
        prices: Callable[[], Awaitable[PriceBook]],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`live`: the runs of this process that may not have been written to their end."""
        self._budgets = budgets
        self._sums = sums
        self._live = live
        self._prices = prices
        self._now = now
        self._sent: dict[str, _Sent] = {}
        self._one = asyncio.Lock()
        """Two runs that ask at once are not both given what is left for one."""

    async def check(self, run: Run, profile: Profile, body: bytes) -> Stop | None:
        """Why a request may not be sent; None: it may, and counts as sent from now on."""
        budgets = self._budgets()
        if not budgets.is_set:
            return None
        async with self._one:
            before = self._sent.get(run.id)
            sent = run.transcript.legs - len(run.transcript.reused)
            sent = max(sent, before.number if before is not None else 0)
            if (stop := _too_long(run, sent, budgets)) is not None:
                return stop
            made: Any = json.loads(body or b"{}")
            coming = await estimated(
                made if isinstance(made, dict) else {},
                profile,
                self._now(),
                book=await self._prices(),
                previous=last_body(run),
            )
            spent = await self._spent(run, [one for one in SCOPES if budgets.of(one).is_set])
            for scope, used in spent.items():
                if (stop := _passes(scope, budgets.of(scope), used, coming)) is not None:
                    return stop
            least = coming.least.usd or Decimal(0)
            self._sent[run.id] = _Sent(run.cost, least, coming.input, sent + 1)
        return None

    async def spent(self, scopes: Collection[Scope], session: str = "") -> dict[Scope, Spent]:
        """What has been used so far in a session, this day or this month."""
        return await self._spent(None, [one for one in scopes if one != "run"], session)

    async def _spent(
        self, run: Run | None, scopes: Collection[Scope], session: str = ""
    ) -> dict[Scope, Spent]:
        session = run.session if run is not None else session
        day = self._now().astimezone().date()
        live = list({one.id: one for one in (*self._live(), *([run] if run else ()))}.values())
        self._sent = {one.id: self._sent[one.id] for one in live if one.id in self._sent}
        known = await self._sums.sums(scopes, session, day, [one.id for one in live])
        found: dict[Scope, Spent] = {}
        for scope in scopes:
            total = known.get(scope, Totals())
            usd, tokens, unknown = total.usd or Decimal(0), total.tokens, total.unknown
            for one in live:
                if _belongs(one, scope, run, session, day):
                    used = self._used(one, asking=one is run)
                    usd, tokens = usd + used.usd, tokens + used.tokens
                    unknown += used.unknown
            found[scope] = Spent(usd, tokens, unknown)
        return found

    def _used(self, run: Run, *, asking: bool) -> Spent:
        """What a run of this process has used, with its request under way: a run that is asking
        for the next one has none."""
        usage = run.transcript.usage
        usd = run.cost.usd if run.cost is not None else None
        unpriced = run.cost is not None and (usd is None or run.cost.at_least)
        used = Spent(usd or Decimal(0), usage.total if usage is not None else 0, int(unpriced))
        sent = self._sent.get(run.id)
        if asking or sent is None or sent.cost is not run.cost:
            return used
        return used._replace(usd=used.usd + sent.least, tokens=used.tokens + sent.tokens)


def stopped(run: Run) -> Problem | None:
    """That a budget ended a run, with the arithmetic and what is best done next; None: none did."""
    seen = run.transcript
    if seen.outcome != "limited" or seen.limit != "budget":
        return None
    budget: Any = None
    for event in reversed(run.recording.events):  # of a run that is not loaded there are none
        if event.kind == "limited":
            data, _ = event.json()
            budget = data.get("budget") if isinstance(data, dict) else None
            break
    sums = budget if isinstance(budget, dict) else {}
    unpriced = sums.get("unit") == "usd" and sums.get("next") is None
    remedy: Remedy = "set_price" if unpriced else "raise_budget"
    whose = WHOSE.get(str(sums.get("of")), "")
    nothing = "Nothing" if not seen.requests else "Nothing more"
    return Problem(
        title=f"{nothing} was sent: the budget {whose}".rstrip() + " would not hold.",
        detail=seen.limited,
        remedy=remedy,
        facts=_arithmetic(sums),
    )


def _arithmetic(sums: Mapping[str, Any]) -> dict[str, str]:
    """In the order in which it is added up."""
    unit = sums.get("unit")
    if unit not in ("usd", "tokens", "requests", "seconds"):
        return {}
    rows = (("used", "spent"), ("next at least", "next"), ("budget", "limit"))
    return {
        name: f"${sums[key]}" if unit == "usd" else f"{sums[key]} {unit}"
        for name, key in rows
        if sums.get(key) is not None
    }


def _belongs(one: Run, scope: Scope, run: Run | None, session: str, day: date) -> bool:
    match scope:
        case "run":
            return one is run
        case "session":
            return one.session == session
        case "day" | "month":
            begin, end = between(scope, day)
            return begin <= one.created < end


def _too_long(run: Run, sent: int, budgets: Budgets) -> Stop | None:
    if budgets.requests is not None and sent >= budgets.requests:
        requests = "1 request" if sent == 1 else f"{sent} requests"
        words = f"This run has sent {requests}, and the budget of a run is"
        return _stop(f"{words} {budgets.requests}.", "run", "requests", budgets.requests, sent)
    seconds = run.now() // 1_000_000_000
    if budgets.seconds is not None and seconds >= budgets.seconds:
        words = f"This run has taken {seconds} seconds, and the budget of a run is"
        return _stop(f"{words} {budgets.seconds}.", "run", "seconds", budgets.seconds, seconds)
    return None


def _passes(scope: Scope, budget: Budget, spent: Spent, coming: Estimate) -> Stop | None:
    about = "" if coming.exact else "about "
    if budget.tokens is not None and spent.tokens + coming.input > budget.tokens:
        return _stop(
            f"{NAMES[scope]} has used {spent.tokens} tokens, and the next request would take"
            f" {about}{coming.input} at least: more than the budget of {budget.tokens}.",
            scope, "tokens", budget.tokens, spent.tokens, coming.input,
        )  # fmt: skip
    if budget.tokens is not None and spent.tokens >= budget.tokens:
        words = f"{NAMES[scope]} has used {spent.tokens} tokens, and the budget is {budget.tokens}."
        return _stop(words, scope, "tokens", budget.tokens, spent.tokens, coming.input)
    limit, least = budget.usd, coming.least.usd
    if limit is None or coming.free:
        return None
    without = ""
    if spent.unknown:
        answers = "an answer" if spent.unknown == 1 else f"{spent.unknown} answers"
        without = f" That is without what {answers} cost that nobody knows the price of."
    if least is None:
        return _stop(
            f"What the next request costs cannot be known, so the budget of {dollars(limit)} cannot"
            f" be kept: {coming.least.source.rstrip('.')}. Give it a price of your own, or take the"
            f" budget away.{without}",
            scope, "usd", limit, spent.usd, None, spent.unknown,
        )  # fmt: skip
    if spent.usd + least > limit or spent.usd >= limit:
        return _stop(
            f"{NAMES[scope]} has cost {dollars(spent.usd)}, and the next request would cost"
            f" {about}{dollars(least)} at least: more than the budget of {dollars(limit)}."
            f"{without}",
            scope, "usd", limit, spent.usd, least, spent.unknown,
        )  # fmt: skip
    return None


def _stop(
    words: str,
    scope: Scope,
    unit: str,
    limit: Decimal | int,
    spent: Decimal | int,
    coming: Decimal | int | None = None,
    unknown: int = 0,
) -> Stop:
    told = {"of": scope, "unit": unit, "limit": _plain(limit), "spent": _plain(spent)}
    told["next"] = None if coming is None else _plain(coming)
    if unknown:
        told["unknown"] = unknown
    return Stop(words, told)


def dollars(usd: Decimal) -> str:
    """Every digit, and none that says nothing: $0.0375."""
    return f"${_plain(usd)}"


def _plain(value: Decimal | int) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value
