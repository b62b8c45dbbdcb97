"""What runs used, added up: against sums made by hand, to the last digit."""

from __future__ import annotations

import asyncio
import functools
import os
import sqlite3
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from playground.core.session import Run
from playground.store import ledger
from playground.store.database import Database
from playground.store.home import Home
from playground.store.ledger import Cell, Chosen, Ledger, Sums
from playground.store.listing import PICO

Make = Callable[..., Any]

DAY = datetime(2026, 11, 10, 12).timestamp()


def alone(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A coroutine test in a loop of its own."""

    @functools.wraps(test)
    def run(**fixtures: Any) -> None:
        asyncio.run(test(**fixtures))

    return run


@pytest.fixture(params=["UTC", "Europe/Lisbon", "Pacific/Auckland"])
def zone(request: pytest.FixtureRequest) -> Iterator[str]:
    """Wherever it is read, the sums are those of the days that people have there."""
    yield from _at(request.param)


@pytest.fixture
def berlin() -> Iterator[str]:
    yield from _at("Europe/Berlin")


def _at(name: str) -> Iterator[str]:
    if not hasattr(time, "tzset"):
        pytest.skip("the zone of a process cannot be changed here")
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    yield name
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def put(connection: sqlite3.Connection, number: int, **columns: Any) -> None:
    """A run; what it says in `usd` is what it cost."""
    usd = columns.pop("usd", None)
    row = {
        "id": f"run_{number:05d}",
        "session": "ses_1",
        "created": DAY + number,
        "began": 0.0,
        "profile": "p",
        "model": "m",
        "outcome": "completed",
        "call": "{}",
        "items": "[]",
        "picodollars": None if usd is None else int(Decimal(usd) * PICO),
        **columns,
    }
    connection.execute(
        "INSERT OR IGNORE INTO session (id, title, created, changed) VALUES (?, ?, 0, 0)",
        (row["session"], f"About {row['session']}"),
    )
    names = ", ".join(row)
    places = ", ".join(f":{name}" for name in row)
    connection.execute(f"INSERT INTO run ({names}) VALUES ({places})", row)


async def filled(home: Home, *rows: dict[str, Any]) -> tuple[Database, Ledger]:
    database = Database(home.database)
    await database.open()

    def work(connection: sqlite3.Connection) -> None:
        for number, row in enumerate(rows):
            put(connection, number, **row)

    await database.write(work)
    return database, Ledger(database)


def total(cells: list[Cell]) -> Sums:
    return Sums.add(cell.sums for cell in cells)


@alone
async def test_sums_are_exact_to_the_last_digit(home: Home) -> None:
    amounts = ["0.000001234567", "0.1", "0.2", "0.000000000001", "12.345678901234", "1E+3"] * 50
    database, kept = await filled(home, *({"usd": usd, "input": 3} for usd in amounts))
    sums = total(await kept.cells(Chosen()))
    await database.close()
    assert sums.usd == sum(map(Decimal, amounts), Decimal(0)) == Decimal("50632.2840067901")
    assert (sums.runs, sums.input, sums.priced, sums.unpriced) == (300, 900, 300, 0)


@alone
async def test_what_has_no_price_is_never_nothing(home: Home) -> None:
    database, kept = await filled(
        home,
        {"usd": "0.25", "model": "known"},
        {"usd": "0.05", "model": "half", "unpriced": 1},
        {"model": "unknown", "unpriced": 1, "input": 10},
        {"model": "unused"},
    )
    cells = await kept.cells(Chosen())
    listed = await kept.order(Chosen(only="unpriced"))
    await database.close()
    by_model = {cell.model: cell.sums for cell in cells}
    assert by_model["unknown"].usd is None
    assert by_model["unused"].usd == 0  # nothing was used
    assert (by_model["half"].usd, by_model["half"].unpriced) == (Decimal("0.05"), 1)
    assert (total(cells).usd, total(cells).unpriced) == (Decimal("0.30"), 2)
    assert listed == ["run_00002", "run_00001"]


@alone
async def test_cells_tell_apart_what_differs_and_nothing_else(home: Home) -> None:
    database, kept = await filled(
        home,
        {"usd": "1", "output": 5, "reasoning": 2},
        {"usd": "2", "output": 7, "cached": 1, "estimated": 1},
        {"usd": "4", "model": "n"},
        {"usd": "8", "profile": "q"},
        {"usd": "16", "outcome": "failed"},
        {"usd": "32", "session": "ses_2", "trashed": 1},
        {"usd": "64", "outcome": None, "owner": "somebody"},
        {"cost": '{"copied": true}'},
    )
    cells = await kept.cells(Chosen())
    apart = await kept.cells(Chosen(), by_session=True)
    only = {
        name: total(await kept.cells(chosen)).usd
        for name, chosen in {
            "model": Chosen(model="n"),
            "profile": Chosen(profile="q"),
            "session": Chosen(session="ses_2"),
            "failed": Chosen(only="failed"),
        }.items()
    }
    await database.close()
    first = next(cell for cell in cells if (cell.profile, cell.model) == ("p", "m"))
    assert first.sums == Sums(3, 0, 1, 12, 2, 35 * int(PICO), 3, 0, 1)
    assert first.day == date(2026, 11, 10)
    assert len(cells) == 4
    assert len(apart) == 5
    assert only == {"model": 4, "profile": 8, "session": 32, "failed": 16}
    # What goes on is not over, what is in the trash was paid for, and a copy used nothing.
    assert (total(cells).usd, total(cells).runs) == (Decimal(63), 6)


@alone
async def test_a_day_begins_at_midnight_wherever_one_is(home: Home, zone: str) -> None:
    moments = [datetime(2026, 11, 9, 23, 59, 59), datetime(2026, 11, 10), datetime(2026, 11, 11)]
    rows = [{"created": moment.timestamp(), "usd": "1"} for moment in moments]
    database, kept = await filled(home, *rows)
    cells = await kept.cells(Chosen())
    one = await kept.cells(Chosen(date(2026, 11, 10), date(2026, 11, 10)))
    days = await kept.days()
    await database.close()
    assert [cell.day for cell in cells] == [moment.date() for moment in moments]
    assert [cell.day for cell in one] == [date(2026, 11, 10)]
    assert days == (date(2026, 11, 9), date(2026, 11, 11))


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)]
)
@alone
async def test_the_days_on_which_clocks_change_are_as_long_as_they_are(
    home: Home, berlin: str, day: date, hours: int
) -> None:
    begin = datetime.combine(day, datetime.min.time()).timestamp()
    rows = [{"created": begin + hour * 3600 + 1} for hour in range(-1, hours + 1)]
    database, kept = await filled(home, *rows)
    sums = {cell.day: cell.sums.runs for cell in await kept.cells(Chosen())}
    await database.close()
    assert list(sums.values()) == [1, hours, 1]
    assert sums[day] == hours


@alone
async def test_a_clock_that_was_wrong_loses_nothing(home: Home) -> None:
    rows = [{"created": created, "usd": "1"} for created in (-1e15, 0.0, DAY, 1e15)]
    database, kept = await filled(home, *rows)
    cells = await kept.cells(Chosen())
    days = await kept.days()
    await database.close()
    assert total(cells).runs == 4
    assert days is not None and days[0] < date(1971, 1, 1) and days[1] > date(8000, 1, 1)


@pytest.mark.parametrize("by", ["created", "model", "cost", "input", "session", "took"])
@pytest.mark.parametrize("down", [True, False])
@alone
async def test_runs_are_ordered_by_anything_across_slices(
    home: Home, monkeypatch: pytest.MonkeyPatch, by: Any, down: bool
) -> None:
    monkeypatch.setattr(ledger, "SLICE", 3)
    rows = [
        {
            "model": f"m{number * 7 % 5}",
            "usd": None if number % 4 == 0 else f"0.{number * 7 % 10}",
            "input": None if number == 3 else number * 7 % 11,
            "session": f"ses_{number % 2}",
            "took_ms": float(number * 13 % 17),
            "created": DAY + number // 2,  # two at the same moment
        }
        for number in range(11)
    ]
    database, kept = await filled(home, *rows)
    ids = await kept.order(Chosen(), by, down=down)
    entries = await kept.entries(ids)
    await database.close()
    assert sorted(ids) == [f"run_{number:05d}" for number in range(11)]
    value: dict[str, Callable[[ledger.Entry], Any]] = {
        "created": lambda one: one.created,
        "model": lambda one: one.model,
        "cost": lambda one: one.usd,
        "input": lambda one: one.input,
        "session": lambda one: one.title,
        "took": lambda one: one.took_ms,
    }
    values = [value[by](entries[one]) for one in ids]
    known = [one for one in values if one is not None]
    assert known == sorted(known, reverse=down)
    assert values == known + [None] * (len(values) - len(known))


@alone
async def test_slices_of_days_add_up_to_the_whole(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "SLICE", 4)
    rows = [{"created": DAY + number * 20_000, "usd": "0.01"} for number in range(40)]
    database, kept = await filled(home, *rows)
    cells = await kept.cells(Chosen())
    took = await kept.took(Chosen())
    await database.close()
    assert total(cells) == Sums(40, pico=40 * 10**10, priced=40)
    assert [cell.day for cell in cells] == sorted({cell.day for cell in cells})
    assert len(took) == 40


@alone
async def test_a_run_opens_with_its_words_its_cost_and_its_requests(
    home: Home, opened: Make, make_run: Callable[..., Run]
) -> None:
    run, gone = make_run("What is a ledger? 日本語", session="ses_1"), make_run("Away.")
    run.session = gone.session = "ses_1"
    async with opened() as sessions:
        for one in (run, gone):
            await sessions.begin(one)
            await sessions.finish(one)
        gone.trashed = True
        await sessions.update(gone)
        kept = Ledger(sessions._database)
        entries = await kept.entries([run.id, gone.id, "run_nobody"])
        found = await kept.opened(run.id)
        none = await kept.opened("run_nobody")
        titles = await kept.titles(["ses_1", "ses_2"])
    assert set(entries) == {run.id, gone.id}
    entry = entries[run.id]
    assert entry.words.startswith("What is a ledger? 日本語")
    assert (entries[gone.id].words, entries[gone.id].trashed) == ("", True)
    assert (entry.input, entry.cached, entry.output, entry.usd) == (10, 3, 4, Decimal("0.000123"))
    assert found.cost == run.cost
    assert [(used.input, used.output) for used in found.requests] == [(10, 4)]
    assert none == ledger.Opened(None, ())
    assert set(titles) == {"ses_1"}


@alone
async def test_a_snapshot_that_cannot_be_read_says_nothing_of_requests(home: Home) -> None:
    database, kept = await filled(home, {"snapshot": b"no zlib"}, {"snapshot": b""})
    found = [await kept.opened(f"run_0000{number}") for number in range(2)]
    await database.close()
    assert found == [ledger.Opened(None, ())] * 2
