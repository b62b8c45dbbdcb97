"""Listing: sessions, runs and their sums as lists show them, without reading what they hold."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from playground.core.problem import Failure, Problem
from playground.core.transcript import Outcome
from playground.store.filters import COMPARES, MODEL, Filter, conditions
from playground.store.words import Excerpt, Hit, clean, find

PICO = Decimal(10) ** 12
"""Parts of a dollar in which money is added up."""
Place = Literal["chat", "structured", "tools"]
"""The part of the window that a run belongs to."""
FLAGS = ("running", "pinned", "archived", "trashed", "compares")
"""Fields of a Row that SQLite knows as numbers."""
LAST = "last"
"""Stands for the newest run that was sent."""


@dataclass(frozen=True, slots=True)
class Row:
    """A session as a list shows it."""

    id: str
    title: str
    created: float
    changed: float
    profile: str
    model: str
    runs: int
    tokens: int
    usd: Decimal | None
    """What is known of its cost; None when nothing is."""
    unknown: int
    """Runs that cost something that nobody told us."""
    running: bool
    folder: str = ""
    tags: tuple[str, ...] = ()
    pinned: bool = False
    archived: bool = False
    compares: bool = False
    """It has columns."""
    trashed: bool = False
    found: Excerpt | None = None
    """What a search found in it,"""
    found_in: str = ""
    """and the id of the run that says it; empty: its title does."""


@dataclass(frozen=True, slots=True)
class Totals:
    """Tokens and money of several runs."""

    runs: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0
    reasoning: int = 0
    usd: Decimal = Decimal(0)
    """Of the runs whose cost is known."""
    unknown: int = 0
    """Runs that cost something that nobody told us."""
    estimated: int = 0
    """Runs whose tokens were counted here, because the server did not."""

    @property
    def tokens(self) -> int:
        return self.input + self.output


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as a list shows it."""

    id: str
    session: str
    parent: str | None
    created: float
    profile: str
    model: str
    outcome: Outcome | None
    """None while it runs, and for a message that was never sent."""
    owner: str
    """Which process runs it, while one does."""
    trashed: bool
    input: int | None
    output: int | None
    usd: Decimal | None


def page(connection: sqlite3.Connection, wanted: Filter, limit: int) -> list[Row]:
    """The sessions that changed last; with words, those that have them, sixty at most."""
    found: dict[str, Hit] = {}
    source, (condition, values) = "session", conditions(wanted)
    if wanted.words:
        among, asked = condition, values
        if wanted.narrows:  # looked up once, not for each message that has the words
            ids = connection.execute(f"SELECT id FROM session WHERE {condition}", values).fetchall()
            if not ids:
                return []
            among = "message.session IN (SELECT value FROM json_each(?))"
            asked = [json.dumps([session_id for (session_id,) in ids])]
        found = find(connection, wanted.words, among=among, values=asked, limit=limit)
        source = "json_each(?) AS hit JOIN session ON session.id = hit.value"
        condition, values = "true", [json.dumps(list(found))]
    rows = _rows(
        connection.execute(
            f"""
            WITH page AS MATERIALIZED (
                SELECT session.id, title, created, changed, profile,
                    {MODEL} AS model, folder, tags, pinned, archived, trashed,
                    {COMPARES} AS compares
                FROM {source}
                WHERE {condition} ORDER BY changed DESC, session.id DESC LIMIT ?
            ), sums AS MATERIALIZED (
                SELECT session, sum(NOT trashed) AS runs,
                    coalesce(sum(input), 0) + coalesce(sum(output), 0) AS tokens,
                    sum(picodollars) AS usd, sum(unpriced) AS unknown,
                    max(outcome IS NULL AND owner <> '') AS running
                FROM run WHERE session IN (SELECT id FROM page) GROUP BY session
            )
            SELECT page.*, coalesce(runs, 0) AS runs, coalesce(tokens, 0) AS tokens, usd,
                coalesce(unknown, 0) AS unknown, coalesce(running, 0) AS running
            FROM page LEFT JOIN sums ON sums.session = page.id
            ORDER BY page.changed DESC, page.id DESC
            """,
            (*values, limit),
        )
    )
    return [
        Row(
            **{
                **row,
                "usd": _usd(row["usd"]),
                "tags": tuple(json.loads(row["tags"])),
                **{name: bool(row[name]) for name in FLAGS},
            },
            found=hit.excerpt if (hit := found.get(row["id"])) is not None else None,
            found_in=hit.run if hit is not None else "",
        )
        for row in rows
    ]


def outline(connection: sqlite3.Connection, session_ids: Sequence[str]) -> list[RunRow]:
    """All runs of these sessions in the order they were made."""
    rows = _rows(
        connection.execute(
            """
            SELECT id, session, parent, created, profile, model, outcome, owner, trashed, input,
                output, picodollars AS usd
            FROM run WHERE session IN (SELECT value FROM json_each(?)) ORDER BY created, id
            """,
            (json.dumps(list(session_ids)),),
        )
    )
    return [
        RunRow(**{**row, "trashed": bool(row["trashed"]), "usd": _usd(row["usd"])}) for row in rows
    ]


def totals(connection: sqlite3.Connection, where: str, values: tuple[Any, ...]) -> Totals:
    """The sums of all finished runs that a condition names."""
    (row,) = _rows(
        connection.execute(
            f"""
            SELECT count(*) AS runs, sum(input) AS input, sum(cached) AS cached,
                sum(output) AS output, sum(reasoning) AS reasoning, sum(picodollars) AS usd,
                sum(unpriced) AS unknown, sum(estimated) AS estimated
            FROM run WHERE {where} AND outcome IS NOT NULL
            """,
            values,
        )
    )
    sums: dict[str, Any] = {name: value or 0 for name, value in row.items()}
    sums["usd"] = _usd(sums["usd"])
    return Totals(**sums)


def _rows(cursor: sqlite3.Cursor) -> list[dict[str, Any]]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _usd(picodollars: int | None) -> Decimal | None:
    return None if picodollars is None else (Decimal(picodollars) / PICO).normalize()


def whole_id(connection: sqlite3.Connection, table: str, start: str) -> str:
    """The one id that begins so. Raises Failure when there is none, or several."""
    start = clean(start)
    rows = connection.execute(
        f"SELECT id FROM {table} WHERE id >= ? AND id < ? ORDER BY id LIMIT 6",
        (start, start + "\U0010ffff"),
    ).fetchall()
    ids = [run_id for (run_id,) in rows]
    if start in ids:
        return start
    if start and len(ids) == 1:
        return str(ids[0])
    if start and ids:
        title, detail = f"Several {table}s begin with {start!r}.", ", ".join(ids[:5])
    else:
        title, detail = f"There is no {table} {start!r}.", "`playground sessions` lists them."
    raise Failure(Problem(title=title, detail=detail, code="not_found"))


def last(connection: sqlite3.Connection) -> str:
    """The id of the newest run that was sent. Raises Failure when nothing ever was."""
    row = connection.execute(
        "SELECT id FROM run WHERE outcome IS NOT NULL OR owner <> ''"
        " ORDER BY created DESC, id DESC LIMIT 1"
    ).fetchone()
    if row is None:
        raise Failure(Problem(title="Nothing has been run yet.", code="not_found"))
    return str(row[0])
