"""Ledger: what runs used and what they cost, added up by day, server, model and session.

All that is asked for is asked in slices of some thousand runs: the thread of the database has
recordings to write meanwhile. Money is a whole number of millionths of a millionth of a dollar, and
is never anything else.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import sqlite3
import zlib
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from heapq import merge
from typing import Any, Literal, NamedTuple, TypeAlias

from playground.core.transcript import Outcome
from playground.core.usage import Cost, Usage
from playground.store.database import Database
from playground.store.listing import PICO, Place
from playground.store.spending import between
from playground.store.words import readable

SLICE = 1_000
"""Runs that are looked at before somebody else has the database."""
WORDS = 200
"""Characters of what was said in a run."""
FAILED: frozenset[Outcome] = frozenset(("failed", "timed_out", "truncated", "interrupted"))
"""Outcomes that nobody wanted. What a person stopped, a limit cut short or a model refused is not
among them."""
_CALENDAR = date(1970, 1, 2), date(9000, 1, 1)
"""What was made before or after these days is put on them: a clock was wrong."""

Only = Literal["", "unpriced", "failed"]
Key = Literal[
    "created", "session", "profile", "model", "outcome", "input", "cached", "output", "reasoning",
    "cost", "first_token", "took",
]  # fmt: skip
_KEYS: Mapping[Key, str] = {
    "created": "created",
    "session": "(SELECT lower(title) FROM session WHERE session.id = run.session)",
    "profile": "profile",
    "model": "lower(model)",
    "outcome": "outcome",
    "input": "input",
    "cached": "cached",
    "output": "output",
    "reasoning": "reasoning",
    "cost": "picodollars",
    "first_token": "first_token_ms",
    "took": "took_ms",
}
_COPIED = "picodollars IS NULL AND NOT unpriced AND cost IS NOT NULL"
"""What a run is that came with a fork or a file: the run that it is a copy of used what it says."""
Ids: TypeAlias = list[str]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which runs are meant. Only those that are over are ever counted, and copies never; those in
    the trash are: they were paid for."""

    first: date | None = None
    last: date | None = None
    """Days of the local calendar, both of them included; None: from the beginning, to the end."""
    profile: str | None = None
    model: str | None = None
    session: str = ""
    only: Only = ""

    @property
    def span(self) -> tuple[float, float]:
        """The moments between which they began, in Unix seconds."""
        return (
            between("day", self.first)[0] if self.first else -math.inf,
            between("day", self.last)[1] if self.last else math.inf,
        )


class Sums(NamedTuple):
    """Several runs, added up."""

    runs: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0
    reasoning: int = 0
    pico: int = 0
    """Of the runs whose cost is known, in millionths of a millionth of a dollar."""
    priced: int = 0
    """Runs of which an amount is known, if only of a part."""
    unpriced: int = 0
    """Runs that used something that has no price."""
    estimated: int = 0
    """Runs whose tokens were counted here, because the server did not."""

    @staticmethod
    def add(rows: Iterable[Sums]) -> Sums:
        return Sums(*map(sum, zip(*rows, strict=True)))

    @property
    def usd(self) -> Decimal | None:
        """None where nothing is known of any of it."""
        return Decimal(self.pico) / PICO if self.priced or not self.unpriced else None

    @property
    def tokens(self) -> int:
        return self.input + self.output


class Cell(NamedTuple):
    """The runs of one day that are alike in all of these."""

    day: date
    profile: str
    model: str
    session: str
    """Empty where sessions are not told apart."""
    outcome: Outcome
    sums: Sums


class Entry(NamedTuple):
    """One run."""

    id: str
    session: str
    title: str
    """Of its session."""
    created: float
    profile: str
    model: str
    outcome: Outcome
    trashed: bool
    input: int | None
    cached: int | None
    output: int | None
    reasoning: int | None
    estimated: bool
    pico: int | None
    unpriced: bool
    """Something that it used has no price."""
    first_token_ms: float | None
    took_ms: float | None
    place: Place
    words: str
    """What was said in it, the beginning; empty in the trash."""

    @property
    def usd(self) -> Decimal | None:
        return None if self.pico is None else Decimal(self.pico) / PICO


class Took(NamedTuple):
    """How long a run took."""

    profile: str
    model: str
    outcome: Outcome
    calls: int
    """Of tools, in its answer."""
    output: int
    first_token_ms: float | None
    took_ms: float | None


class Opened(NamedTuple):
    """What a run keeps of its cost."""

    cost: Cost | None
    requests: tuple[Usage, ...]
    """What each of its requests used."""


class Ledger:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def days(self) -> tuple[date, date] | None:
        """The first and the last day on which anything was run."""
        return await self._database.read(_days)

    async def cells(self, chosen: Chosen, *, by_session: bool = False) -> list[Cell]:
        """The sums of these runs, no finer than they have to be told apart."""
        cells: list[Cell] = []
        begin: float | None = chosen.span[0]
        while begin is not None:
            some, begin = await self._database.read(_cells, chosen, begin, by_session)
            cells += some
        return cells

    async def order(self, chosen: Chosen, by: Key = "created", *, down: bool = True) -> Ids:
        """The ids of these runs; those that have nothing to be ordered by come last."""
        columns = f"{_KEYS[by]}, created, id"
        slices = [some async for some in self._slices(chosen, columns)]
        return await asyncio.to_thread(_ordered, slices, down)

    async def entries(self, ids: Collection[str]) -> dict[str, Entry]:
        """These runs, without those that were forgotten meanwhile."""
        return await self._database.read(_entries, ids)

    async def titles(self, ids: Collection[str]) -> dict[str, str]:
        """Of sessions."""
        return await self._database.read(_titles, ids)

    async def took(self, chosen: Chosen) -> list[Took]:
        rows: list[Took] = []
        columns = "profile, model, outcome, calls, coalesce(output, 0), first_token_ms, took_ms"
        async for some in self._slices(chosen, columns):
            rows += map(Took._make, some)
        return rows

    async def opened(self, run_id: str) -> Opened:
        return await self._database.read(_opened, run_id)

    async def _slices(self, chosen: Chosen, columns: str) -> AsyncIterator[list[tuple[Any, ...]]]:
        """These columns of these runs, the oldest first."""
        after: tuple[float, str] = (-math.inf, "")
        while True:
            some, after = await self._database.read(_slice, chosen, columns, after)
            yield some
            if len(some) < SLICE:
                return


def _ordered(slices: Sequence[list[tuple[Any, ...]]], down: bool) -> Ids:
    """One slice after the other: sorting all at once would keep everybody from the interpreter."""
    known = (sorted((row for row in some if row[0] is not None), reverse=down) for some in slices)
    ids = [row[2] for row in merge(*known, reverse=down)]
    return ids + [row[2] for some in slices for row in some if row[0] is None]


# On the database's thread.


def _where(chosen: Chosen) -> tuple[str, list[Any]]:
    """What is to be said of a run beside the time. A session has few runs: they are found by it."""
    begins = "+created" if chosen.session else "created"
    wheres = [f"outcome IS NOT NULL AND {begins} >= ? AND {begins} < ?", f"NOT ({_COPIED})"]
    values: list[Any] = []
    for column, value in (("profile", chosen.profile), ("model", chosen.model)):
        if value is not None:
            wheres.append(f"{column} = ?")
            values.append(value)
    if chosen.session:
        wheres.append("session = ?")
        values.append(chosen.session)
    if chosen.only == "unpriced":
        wheres.append("unpriced")
    if chosen.only == "failed":
        wheres.append("outcome IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(FAILED)))
    return " AND ".join(wheres), values


def _days(connection: sqlite3.Connection) -> tuple[date, date] | None:
    found = [
        connection.execute(
            f"SELECT created FROM run WHERE outcome IS NOT NULL ORDER BY created {way} LIMIT 1"
        ).fetchone()
        for way in ("ASC", "DESC")
    ]
    if found[0] is None:
        return None
    return _day(found[0][0])[0], _day(found[1][0])[0]


def _day(moment: float) -> tuple[date, float]:
    """The day of a moment, and when the next one begins."""
    low, high = _CALENDAR
    begin, end = between("day", low)[0], between("day", high)[0]
    if moment < begin:
        return low, begin
    if moment >= end:
        return high, math.inf
    day = date.fromtimestamp(moment)
    return day, between("day", day)[1]


def _cells(
    connection: sqlite3.Connection, chosen: Chosen, begin: float, by_session: bool
) -> tuple[list[Cell], float | None]:
    """Those of some days from a moment on, and the moment from which there may be more."""
    where, values = _where(chosen)
    session = "session" if by_session else "''"
    end, seen = chosen.span[1], 0
    cells: list[Cell] = []
    while seen < SLICE:
        found = connection.execute(
            f"SELECT min(created) FROM run WHERE {where}", (begin, end, *values)
        ).fetchone()
        if found[0] is None:
            return cells, None
        day, after = _day(found[0])
        rows = connection.execute(
            f"""
            SELECT profile, model, {session}, outcome, count(*), sum(input), sum(cached),
                sum(output), sum(reasoning), sum(picodollars), count(picodollars),
                sum(unpriced), sum(estimated)
            FROM run WHERE {where} GROUP BY profile, model, {session}, outcome
            """,
            (begin, min(after, end), *values),
        )
        for profile, model, of, outcome, *numbers in rows:
            sums = Sums(*(number or 0 for number in numbers))
            cells.append(Cell(day, profile, model, of, outcome, sums))
            seen += sums.runs
        begin = after
    return cells, begin


def _slice(
    connection: sqlite3.Connection, chosen: Chosen, columns: str, after: tuple[float, str]
) -> tuple[list[tuple[Any, ...]], tuple[float, str]]:
    """The next runs after the one that began then and has that id, and which was the last."""
    where, values = _where(chosen)
    begin, end = chosen.span
    rows = connection.execute(
        f"SELECT created, id, {columns} FROM run WHERE {where} AND (created, id) > (?, ?)"
        " ORDER BY created, id LIMIT ?",
        (max(begin, after[0]), end, *values, *after, SLICE),
    ).fetchall()
    return [row[2:] for row in rows], rows[-1][:2] if rows else after


def _entries(connection: sqlite3.Connection, ids: Collection[str]) -> dict[str, Entry]:
    rows = connection.execute(
        f"""
        SELECT run.id, run.session, session.title, run.created, run.profile, run.model, outcome,
            run.trashed, input, cached, output, reasoning, estimated, picodollars, unpriced,
            first_token_ms, took_ms, place,
            (SELECT substr(text, 1, {WORDS}) FROM message WHERE message.run = run.id)
        FROM run JOIN session ON session.id = run.session
        WHERE run.id IN (SELECT value FROM json_each(?)) AND outcome IS NOT NULL
        """,
        (json.dumps(list(ids)),),
    )
    return {entry.id: entry for entry in map(_entry, rows)}


def _entry(row: Sequence[Any]) -> Entry:
    entry = Entry(*row)
    return entry._replace(
        trashed=bool(entry.trashed),
        estimated=bool(entry.estimated),
        unpriced=bool(entry.unpriced),
        words=readable(entry.words or ""),
    )


def _titles(connection: sqlite3.Connection, ids: Collection[str]) -> dict[str, str]:
    rows = connection.execute(
        "SELECT id, title FROM session WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return dict(rows.fetchall())


def _opened(connection: sqlite3.Connection, run_id: str) -> Opened:
    row = connection.execute("SELECT cost, snapshot FROM run WHERE id = ?", (run_id,)).fetchone()
    if row is None:
        return Opened(None, ())
    cost, picture = row
    requests: tuple[Usage, ...] = ()
    # A snapshot that another version wrote, or that is damaged, says nothing of requests.
    with contextlib.suppress(ValueError, TypeError, AttributeError, zlib.error, RecursionError):
        requests = tuple(_requests(picture)) if picture else ()
    return Opened(Cost.model_validate_json(cost) if cost else None, requests)


def _requests(picture: bytes) -> Iterator[Usage]:
    usages = json.loads(zlib.decompress(picture)).get("usages") or {}
    for leg in sorted(usages, key=int):
        yield Usage.model_validate(usages[leg])
