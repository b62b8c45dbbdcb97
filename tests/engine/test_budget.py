"""A budget is asked before each request, and the arithmetic of its refusal is right."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from playground.core.budget import Budget, Budgets, Scope
from playground.core.call import Call
from playground.core.pricebook import PriceBook
from playground.core.profile import Profile
from playground.core.session import Run, Session
from playground.core.usage import Cost, Usage
from playground.endpoints import BY_ID
from playground.engine.budget import Purse, Stop, dollars
from playground.engine.report import EXIT, describe
from playground.store.listing import Totals
from tests.engine.answering import WEATHER, Hands, facts, talk
from tests.engine.answering import answering as answered_by
from tests.engine.conftest import Bench, Opening

OPENAI = Profile(id="o", name="", base_url="https://api.openai.com/v1")
GATEWAY = Profile(id="g", name="", base_url="https://gateway.example/v1")
HERE = Profile(id="h", name="", base_url="http://127.0.0.1:1/v1")
WHEN = datetime(2026, 11, 20, 12, tzinfo=UTC)
WORDS = json.dumps({"model": "gpt-5", "input": " ".join(["hello"] * 1000)}).encode()
"""A thousand tokens, $0.00125."""


def charge(bench: Bench, dollars: str) -> None:
    """The sandbox costs this much a request from now on."""
    row = {"server": "here", "model": "*", "from": "2020-01-01", "input": 0, "output": 0,
           "request": dollars}  # fmt: skip
    bench.app.home.prices.write_text(json.dumps({"prices": [row]}), encoding="utf-8")


def allow(bench: Bench, **given: Any) -> None:
    bench.app.settings.budgets = Budgets.model_validate(given)


def use(bench: Bench, hands: Hands) -> None:
    """Let calls be answered by these hands, with the budgets of the app."""
    how = answered_by(hands, budget=bench.app.purse.check)
    bench.workspace.runner.answering = lambda run: how


# Over the sandbox.


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_a_runaway_tool_loop_ends_before_the_request_that_would_pass_it(
    api: str, opening: Opening
) -> None:
    async with opening() as bench:
        charge(bench, "0.10")
        allow(bench, run={"usd": "0.25"})
        hands = Hands()
        use(bench, hands)
        before = bench.sandbox.newest()
        session = talk(bench, api, WEATHER, fields={"tool_choice": "required"})
        run = await bench.ask(session, "get_weather for Oslo")
        seen = run.transcript
        assert (seen.outcome, seen.limit, seen.requests) == ("limited", "budget", 2)
        assert len(bench.sandbox.since(before)) == 2 and len(hands.called) == 2
        assert run.cost is not None and run.cost.usd == Decimal("0.2")
        ((_, limited),) = facts(run, "limited")
        assert limited["budget"] == {
            "of": "run", "unit": "usd", "limit": "0.25", "spent": "0.2", "next": "0.1",
        }  # fmt: skip
        assert "$0.2" in seen.limited and "$0.1 at least" in seen.limited
        assert "$0.25" in seen.limited
        assert EXIT["limited"] == 4 and describe(run)["problem"]["code"] == "budget"


async def test_what_just_fits_is_sent(opening: Opening) -> None:
    async with opening() as bench:
        charge(bench, "0.1")
        bench.app.budget = Decimal("0.1")
        run = await bench.ask(bench.session(), "hello")
        assert run.transcript.outcome == "completed"
        bench.app.budget = Decimal("0.0999")
        run = await bench.ask(bench.session(), "hello")
        assert (run.transcript.limit, run.transcript.requests) == ("budget", 0)


async def test_a_budget_of_nothing_lets_go_out_what_costs_nothing(opening: Opening) -> None:
    async with opening() as bench:
        allow(bench, day={"usd": 0})
        run = await bench.ask(bench.session(), "hello")
        assert run.transcript.outcome == "completed"
        charge(bench, "0.01")
        before = bench.sandbox.newest()
        run = await bench.ask(bench.session(), "hello")
        assert (run.transcript.limit, run.transcript.requests) == ("budget", 0)
        assert bench.sandbox.since(before) == []
        allow(bench, day={"tokens": 0})
        run = await bench.ask(bench.session(), "hello")
        assert "tokens" in run.transcript.limited and run.transcript.requests == 0


@pytest.mark.parametrize("scope", ["session", "day", "month"])
async def test_earlier_runs_count_also_after_a_restart(scope: Scope, opening: Opening) -> None:
    async with opening() as bench:
        charge(bench, "0.1")
        session = bench.session()
        await bench.ask(session, "one")
        name = session.id
    async with opening() as bench:
        allow(bench, **{scope: {"usd": "0.25"}})
        session = await bench.workspace.load(name)
        run = await bench.ask(session, "two")
        assert run.transcript.outcome == "completed"
        run = await bench.ask(session, "three")
        assert run.transcript.limit == "budget" and run.transcript.requests == 0
        ((_, limited),) = facts(run, "limited")
        assert (limited["budget"]["of"], limited["budget"]["spent"]) == (scope, "0.2")
        other = await bench.ask(bench.session(), "elsewhere")
        stopped = other.transcript.limit == "budget"
        assert stopped == (scope != "session")
        spent = await bench.app.purse.spent(["session", "day", "month"], name)
        assert spent["session"].usd == Decimal("0.2")
        assert spent["day"].usd == spent["month"].usd == Decimal("0.2" if stopped else "0.3")
        assert spent["session"].tokens > 0


async def test_of_several_at_once_only_those_go_out_that_fit_together(opening: Opening) -> None:
    async with opening() as bench:
        charge(bench, "0.1")
        allow(bench, day={"usd": "0.25"})
        sessions: list[Session] = [bench.session() for _ in range(4)]
        runs = await asyncio.gather(*(bench.ask(one, "hello") for one in sessions))
        outcomes = sorted(str(run.transcript.outcome) for run in runs)
        assert outcomes == ["completed", "completed", "limited", "limited"]


async def test_steps_of_a_run_are_counted_whatever_they_are_for(opening: Opening) -> None:
    async with opening() as bench:
        allow(bench, requests=1)
        use(bench, Hands())
        run = await bench.ask(talk(bench, "chat", WEATHER), "get_weather for Oslo")
        assert (run.transcript.limit, run.transcript.requests) == ("budget", 1)
        assert "1 request," in run.transcript.limited


# The arithmetic.


class Books:
    """Sums that a test gives."""

    def __init__(self, **known: Totals) -> None:
        self.known: dict[Any, Totals] = dict(known)
        self.asked: list[tuple[str, date, list[str]]] = []

    async def sums(
        self, scopes: Collection[Scope], session: str, day: date, without: Collection[str] = ()
    ) -> dict[Scope, Totals]:
        self.asked.append((session, day, sorted(without)))
        return {scope: self.known[scope] for scope in scopes if scope in self.known}


def running(name: str = "run_a", usd: str | None = None, tokens: int = 0) -> Run:
    run = Run(name, "ses_a", None, Call(), "p", [], BY_ID["responses"].reduce, owner="me")
    run.created = WHEN.timestamp()
    run.transcript.usages[0] = Usage(input=tokens)
    if usd is not None:
        run.cost = Cost(basis="reported", usd=Decimal(usd))
    return run


async def check(
    budgets: Budgets,
    run: Run | None = None,
    profile: Profile = OPENAI,
    body: bytes = WORDS,
    live: Collection[Run] = (),
    books: Books | None = None,
) -> Stop | None:
    async def prices() -> PriceBook:
        return PriceBook()

    purse = Purse(lambda: budgets, books or Books(), lambda: live, prices, lambda: WHEN)
    return await purse.check(run or running(), profile, body)


@pytest.mark.parametrize(
    ("limit", "spent", "stops"),
    [
        ("0.00125", "0", False),
        ("0.00124", "0", True),
        ("1", "0.99875", False),
        ("1", "0.99876", True),
        ("1", "7", True),
    ],
)
async def test_money_is_compared_to_the_last_digit(limit: str, spent: str, stops: bool) -> None:
    stop = await check(Budgets(run=Budget(usd=Decimal(limit))), running(usd=spent))
    assert (stop is not None) == stops
    if stop is not None:
        assert stop.facts == {
            "of": "run", "unit": "usd", "limit": limit, "spent": spent, "next": "0.00125",
        }  # fmt: skip


@pytest.mark.parametrize(("limit", "stops"), [(1500, False), (1499, True), (500, True)])
async def test_tokens_are_counted_wherever_they_are_used(limit: int, stops: bool) -> None:
    for profile in (OPENAI, GATEWAY, HERE):
        stop = await check(Budgets(run=Budget(tokens=limit)), running(tokens=500), profile)
        assert (stop is not None) == stops


async def test_a_price_that_is_not_known_stops_and_says_what_to_do() -> None:
    budgets = Budgets(day=Budget(usd=Decimal(100)))
    stop = await check(budgets, profile=GATEWAY)
    assert stop is not None and stop.facts["next"] is None
    assert "cannot be known" in stop.words and "no prices for this server" in stop.words
    assert "Give it a price of your own" in stop.words
    assert await check(Budgets(day=Budget(tokens=10_000)), profile=GATEWAY) is None


async def test_a_server_on_this_computer_is_free_also_when_all_is_spent() -> None:
    budgets = Budgets(run=Budget(usd=Decimal(0)))
    assert await check(budgets, running(usd="5"), HERE) is None
    assert await check(budgets, running(), OPENAI) is not None
    empty = b'{"model": "gpt-5", "previous_response_id": "r"}'
    assert await check(budgets, running(), OPENAI, empty) is not None  # its answer would cost


async def test_runs_that_are_over_and_runs_that_go_on_are_counted_once() -> None:
    books = Books(day=Totals(usd=Decimal("0.5"), unknown=2))
    others = [running("run_b", "0.25"), running("run_a", "0.1")]
    yesterday = running("run_c", "9")
    yesterday.created = (WHEN - timedelta(days=3)).timestamp()
    stop = await check(
        Budgets(day=Budget(usd=Decimal("0.85"))), others[1], live=[*others, yesterday], books=books
    )
    assert stop is not None
    assert stop.facts["spent"] == "0.85" and stop.facts["unknown"] == 2
    assert "2 answers cost that nobody knows" in stop.words
    ((_, day, without),) = books.asked
    assert (day, without) == (WHEN.astimezone().date(), ["run_a", "run_b", "run_c"])


async def test_without_a_budget_nothing_is_looked_up() -> None:
    books = Books()
    assert await check(Budgets(), books=books, body=b"no JSON") is None
    assert books.asked == []


async def test_seconds_are_those_since_the_run_began() -> None:
    run = running()
    run.t0 -= 61 * 10**9
    stop = await check(Budgets(seconds=60), run)
    assert stop is not None and stop.facts["unit"] == "seconds" and "61 seconds" in stop.words
    assert await check(Budgets(seconds=600), run) is None


@pytest.mark.parametrize(
    ("usd", "said"), [("0", "$0"), ("0.10", "$0.1"), ("120", "$120"), ("1E-7", "$0.0000001")]
)
def test_amounts_are_said_with_every_digit(usd: str, said: str) -> None:
    assert dollars(Decimal(usd)) == said
