"""The user's own prices in a run: looked up first, dated, and never changing what is over."""

from __future__ import annotations

import json
from decimal import Decimal

from playground.core.session import Run
from playground.engine.report import describe
from tests.engine.conftest import Bench, Opening


def write(bench: Bench, dollars: str, more: str = "") -> None:
    """A price for a request, whatever it says: the sandbox's tokens are its own business."""
    row = {"server": "here", "model": "*", "from": "2020-01-01", "input": 0, "output": 0,
           "request": dollars}  # fmt: skip
    bench.app.home.prices.write_text(json.dumps({"prices": [row]}) + more, encoding="utf-8")


async def test_they_are_looked_up_first_and_an_old_run_keeps_its_price(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session()
        before = await bench.ask(session, "hello")
        write(bench, "0.25")
        priced = await bench.ask(session, "hello")
        write(bench, "0.5")
        dearer = await bench.ask(session, "hello")
        runs: list[Run] = [before, priced, dearer]
        amounts = [Decimal(0), Decimal("0.25"), Decimal("0.5")]
        assert [run.cost and run.cost.usd for run in runs] == amounts
        assert priced.cost is not None
        assert priced.cost.source == "your own price, in force from 2020-01-01"
        assert describe(priced)["cost"]["price"]["as_of"] == "2020-01-01"
        ids = [run.id for run in runs]
    async with opening() as bench:
        read = [await bench.app.sessions.run(run_id) for run_id in ids]
        assert [run.cost and run.cost.usd for run in read] == amounts


async def test_a_table_that_breaks_is_told_of_once_and_nothing_stops(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session()
        write(bench, "0.25", more="\n}")
        for _ in range(2):
            run = await bench.ask(session, "hello")
            assert run.transcript.outcome == "completed"
            assert run.cost is not None and run.cost.source == "runs on this computer"
        (problem,) = bench.problems
        assert problem.detail.startswith("Line 2: extra data")
        write(bench, "0.25")
        run = await bench.ask(session, "hello")
        assert run.cost is not None and run.cost.usd == Decimal("0.25")
