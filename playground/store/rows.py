"""Rows: sessions and runs as columns, and back."""

from __future__ import annotations

import json
import logging
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.core import items
from playground.core.call import Call
from playground.core.comparison import Comparison
from playground.core.endpoint import Endpoint
from playground.core.items import HostedCall, ToolCall
from playground.core.problem import Problem
from playground.core.profile import is_secret
from playground.core.recording import Event, Recording
from playground.core.session import Run, Session
from playground.core.snapshot import restore, snapshot
from playground.core.transcript import Outcome, Transcript
from playground.core.usage import Cost
from playground.store.blobs import Cutter, Paster
from playground.store.listing import PICO, Place
from playground.store.logs import redacted
from playground.store.segments import Corrupt, decode
from playground.store.words import clean, said, searchable

log = logging.getLogger("store")

Columns = dict[str, Any]


# What goes in.


def kept(text: str) -> str:
    """The text as it may be written: SQLite takes it, and no known secret is in it.

    A recording is masked before it gets here; but a server can say a key in two pieces of which
    neither is one, and somebody can paste one into a message.
    """
    return clean(redacted(text))


def text_of(value: Any) -> str:
    """JSON that may be written."""
    return kept(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def call_columns(call: Call) -> str:
    """A call without headers that hold a secret: those are for this process only."""
    headers = {name: value for name, value in call.headers.items() if not is_secret(name)}
    return text_of({**call.model_dump(), "headers": headers})


def session_columns(session: Session, *, attached: bool = True) -> Columns:
    """Without `attached`, what is attached to the draft stays as it was written."""
    columns = {"attached": text_of(session.attached)} if attached else {}
    return columns | {
        "id": session.id,
        "title": kept(session.title),
        "created": session.created,
        "changed": session.changed,
        "profile": session.profile,
        "call": call_columns(session.call),
        "draft": kept(session.draft),
        "leaf": session.leaf,
        "named": session.named,
        "trashed": session.trashed,
        "folder": kept(session.folder),
        "tags": text_of(session.tags),
        "pinned": session.pinned,
        "archived": session.archived,
        "comparison": _comparison(session.comparison),
    }


def _comparison(comparison: Comparison) -> str:
    """Without headers that hold a secret, as a call; of one that compares nothing, nothing."""
    if comparison == Comparison():
        return "{}"
    row = comparison.model_dump(exclude={"columns"})
    columns = [
        {**one.model_dump(exclude={"call"}), "call": json.loads(call_columns(one.call))}
        for one in comparison.columns
    ]
    return text_of({**row, "columns": columns})


def run_columns(run: Run) -> Columns:
    """What is known of a run before its answer."""
    return {
        "id": run.id,
        "session": run.session,
        "parent": run.parent,
        "created": run.created,
        "began": run.recording.began,
        "owner": run.owner,
        "trashed": run.trashed,
        "profile": run.profile,
        "model": kept(run.transcript.model or run.call.model),
        "place": place_of(run.call),
        "call": call_columns(run.call),
        "items": text_of([items.dump(item) for item in run.input]),
        **cost_columns(run.cost),
    }


def place_of(call: Call) -> Place:
    """The part of the window that a run belongs to."""
    return "tools" if call.tools else "structured" if call.output.asked else "chat"


def cost_columns(cost: Cost | None) -> Columns:
    """What sums take from a run: nothing of a copy, which another one paid for."""
    counted = cost is not None and not cost.copied
    usd = cost.usd if cost is not None and counted else None
    if usd is not None and not 0 <= usd <= MOST:
        usd = None
    return {
        "cost": cost and cost.model_dump_json(),
        "picodollars": None if usd is None else int((usd * PICO).to_integral_value()),
        "unpriced": cost is not None and counted and (usd is None or cost.at_least),
    }


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a run, taken from it in one moment."""

    outcome: Outcome | None
    model: str
    usage: Columns
    took: Columns
    """Calls in it, and milliseconds from its first request."""
    picture: Mapping[str, Any]
    """A snapshot."""
    words: str

    def columns(self, version: int, cutter: Cutter) -> Columns:
        return {
            "outcome": self.outcome,
            "model": kept(self.model),
            "version": version,
            "snapshot": _packed(self.picture, cutter),
            **self.usage,
            **self.took,
        }


def answer_of(run: Run) -> Answer:
    seen = run.transcript
    usage = None if run.cost is not None and run.cost.copied else seen.usage
    return Answer(
        outcome=seen.outcome,
        model=seen.model or run.call.model,
        usage={
            "input": usage and usage.input,
            "cached": usage and usage.cached,
            "output": usage and usage.output,
            "reasoning": usage and usage.reasoning,
            "estimated": usage is not None and usage.basis == "estimated",
        },
        took={
            "calls": sum(isinstance(item, ToolCall | HostedCall) for item in seen.items),
            # Nobody was as fast as an answer that was on record.
            "first_token_ms": None
            if 0 in seen.reused
            else _ms(seen.first.request, seen.first.first_token),
            "took_ms": _ms(seen.first.request, seen.timing.end) if seen.requests else None,
        },
        picture=snapshot(seen),
        words=said(run.items),
    )


def _ms(begin: int | None, end: int | None) -> float | None:
    return None if begin is None or end is None else (end - begin) / 1e6


def _packed(picture: Mapping[str, Any], cutter: Cutter) -> bytes | None:
    """None for what JSON cannot hold (a server nested it too deeply): the recording can."""
    try:
        return zlib.compress(cutter.text(text_of(picture)).encode(), 6)
    except (ValueError, TypeError, RecursionError) as error:
        log.info("A transcript without a snapshot: %s", error)
        return None


def put(
    connection: sqlite3.Connection,
    table: str,
    columns: Columns,
    cutter: Cutter,
    once: Collection[str] = (),
) -> None:
    """Insert a row, or change just these columns of the one with its id; `once`: those that it
    only gets when it is new."""
    columns = {
        name: cutter.text(value) if name in LARGE else value for name, value in columns.items()
    }
    names = ", ".join(columns)
    places = ", ".join(f":{name}" for name in columns)
    kept_back = {"id", *once}
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in kept_back)
    connection.execute(
        f"INSERT INTO {table} ({names}) VALUES ({places}) ON CONFLICT (id) DO UPDATE SET {changes}",
        columns,
    )


def index(connection: sqlite3.Connection, session: str, run: str | None, words: str) -> None:
    """Make these the words by which a run (None: the session itself) is found."""
    text = searchable(redacted(words))
    where = (session, run)
    old = connection.execute(
        "SELECT id, text FROM message WHERE session = ? AND run IS ?", where
    ).fetchone()
    if old is not None and old[1] == text:
        return
    if old is not None:
        connection.execute("DELETE FROM message WHERE id = ?", old[:1])
    if text.strip():
        connection.execute(
            "INSERT INTO message (session, run, text) VALUES (?, ?, ?)", (*where, text)
        )


MOST = 10_000
"""US dollars that a run can have cost; of more, or of less than nothing, a server or a file says
something else than what was paid. All that a home holds can be added up."""
LARGE = frozenset(("call", "items", "attached", "comparison"))
"""Columns of JSON in which pictures and files may be."""


# What comes out.


@dataclass(slots=True)
class Shelf:
    """Reads runs. What cannot be read is told in `problems`; the rest is there."""

    connection: sqlite3.Connection
    endpoints: Mapping[str, Endpoint]
    problems: list[Problem] = field(default_factory=list)
    outdated: list[Run] = field(default_factory=list)
    """Finished runs whose snapshot this version could not use; their recording was read."""
    _calls: dict[str, Call] = field(default_factory=dict)
    """By their text, of the runs of a session."""

    COLUMNS = (
        "id, session, parent, created, began, owner, trashed, profile, call, cost, items,"
        " outcome, version, snapshot"
    )

    def runs(self, where: str, values: Sequence[Any]) -> list[Run]:
        rows = self.connection.execute(
            f"SELECT {self.COLUMNS} FROM run WHERE {where} ORDER BY created, id", values
        )
        runs: list[Run] = []
        for row in rows.fetchall():
            try:
                runs.append(self._run(row))
            except (ValueError, KeyError) as error:
                self.problems.append(
                    Problem(
                        title="An answer is damaged on the disk and cannot be shown.",
                        detail=f"{row[0]}: {error}",
                        facts={"run": row[0]},
                    )
                )
        return runs

    def _run(self, row: tuple[Any, ...]) -> Run:
        (run_id, session, parent, created, began, owner, trashed, profile) = row[:8]
        (call_text, cost, input_text, outcome, version, picture) = row[8:]
        paster = Paster(self.connection, session)
        if (call := self._calls.get(call_text)) is None:  # turn after turn asks with the same one
            call = self._calls[call_text] = Call.model_validate_json(paster.text(call_text))
        endpoint = self.endpoints[call.api]
        seen = _seen(picture, paster) if version == endpoint.version else None
        run = Run(
            id=run_id,
            session=session,
            parent=parent,
            call=call.model_copy(),
            profile=profile,
            input=[items.load(one) for one in json.loads(paster.text(input_text))],
            reduce=endpoint.reduce,
            created=created,
            recording=Recording(() if seen else self.events(run_id), began),
            cost=Cost.model_validate_json(cost) if cost else None,
            trashed=bool(trashed),
            owner=owner,
        )
        if seen is not None:
            run.reader.transcript = seen
            run.loaded = False
        elif outcome is not None:
            self.outdated.append(run)
        return run

    def events(self, run_id: str) -> list[Event]:
        rows = self.connection.execute(
            "SELECT first, count, data FROM segment WHERE run = ? ORDER BY first", (run_id,)
        )
        events: list[Event] = []
        paster = self._paster(run_id)
        for first, count, data in rows:
            events += self._decoded(run_id, first, count, data, paster)
        return events

    def stretch(self, run_id: str, first: int) -> tuple[int, list[Event]]:
        """(number of the first, events) of the next stretch that can be read, from event `first`
        on, or from behind what is damaged there; nothing behind the last one."""
        paster = self._paster(run_id)
        while True:
            row = self.connection.execute(
                "SELECT first, count, data FROM segment WHERE run = ? AND first + count > ?"
                " ORDER BY first LIMIT 1",
                (run_id, first),
            ).fetchone()
            if row is None:
                return first, []
            begin, count, data = row
            if events := self._decoded(run_id, begin, count, data, paster):
                at = max(first, begin)
                return at, events[at - begin :]
            first = begin + count

    def _paster(self, run_id: str) -> Paster:
        owned = self.connection.execute("SELECT session FROM run WHERE id = ?", (run_id,))
        return Paster(self.connection, *(owned.fetchone() or ("",)))

    def _decoded(
        self, run_id: str, first: int, count: int, data: bytes, paster: Paster
    ) -> list[Event]:
        try:
            return decode(data, paster.raw)
        except Corrupt as error:
            self.problems.append(
                Problem(
                    title="A part of a recording is damaged and cannot be shown.",
                    detail=f"Events {first} to {first + count - 1} of {run_id}: {error}.",
                    facts={"run": run_id},
                )
            )
            return []


def _seen(picture: bytes | None, paster: Paster) -> Transcript | None:
    if picture is None:
        return None
    try:
        return restore(json.loads(paster.raw(zlib.decompress(picture))))
    except (ValueError, zlib.error, RecursionError) as error:
        log.info("A snapshot is read from its recording instead: %s", error)
        return None


SESSION = (
    "id, title, created, changed, profile, call, draft, leaf, named, trashed, attached, folder,"
    " tags, pinned, archived, comparison"
)
"""The columns of a session in the order in which `session_of` takes them."""


def session_of(row: Sequence[Any], runs: Iterable[Run], paster: Paster) -> Session:
    """From the columns id … comparison in their order, see `SESSION`."""
    return Session(
        id=row[0],
        title=row[1],
        created=row[2],
        changed=row[3],
        profile=row[4],
        call=Call.model_validate_json(paster.text(row[5])),
        draft=row[6],
        leaf=row[7],
        named=bool(row[8]),
        trashed=bool(row[9]),
        attached=json.loads(paster.text(row[10])),
        folder=row[11],
        tags=json.loads(row[12]),
        pinned=bool(row[13]),
        archived=bool(row[14]),
        comparison=Comparison.model_validate_json(paster.text(row[15])),
        runs={run.id: run for run in runs},
    )
