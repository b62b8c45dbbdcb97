"""Sessions: what was asked and what came of it, kept as it happens.

Values go in and come out whole: what is read was made on the database's thread and belongs to the
caller from then on; what is written is taken from the run before that thread sees it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from playground.core.endpoint import Endpoint
from playground.core.parts import Part
from playground.core.problem import Failure, Problem
from playground.core.recording import Event, fact
from playground.core.session import Run, Session
from playground.store.blobs import Cutter, Paster
from playground.store.database import Database
from playground.store.listing import (
    LAST,
    Row,
    RunRow,
    Totals,
    last,
    outline,
    page,
    totals,
    whole_id,
)
from playground.store.owner import Owner
from playground.store.rows import (
    SESSION,
    Answer,
    Columns,
    Shelf,
    answer_of,
    index,
    put,
    run_columns,
    session_columns,
    session_of,
)
from playground.store.segments import encode, merge
from playground.store.words import said

# The method `list` hides the type of that name inside the class.
RunRows: TypeAlias = list[RunRow]
Events: TypeAlias = list[Event]
Ids: TypeAlias = list[str]


def quiet(problem: Problem) -> None:
    """Nobody to tell."""


class Sessions:
    def __init__(
        self,
        database: Database,
        endpoints: Mapping[str, Endpoint],
        report: Callable[[Problem], None] = quiet,
    ) -> None:
        self._database = database
        self._endpoints = endpoints
        self._report = report
        """Told of what was read only in part."""
        self._attached: tuple[str, list[Part]] = ("", [])
        """The session that was saved last, and what was attached to its draft: megabytes that are
        not written again with each word of the draft."""

    # Reading.

    async def list(self, search: str = "", *, trashed: bool = False, limit: int = 500) -> list[Row]:
        """The sessions that changed last, newest first; with `search` those that have all its
        words in one message, sixty at most."""
        return await self._database.read(page, search.strip(), trashed, limit)

    async def outline(self, session_ids: Sequence[str]) -> RunRows:
        """All runs of these sessions in the order they were made."""
        return await self._database.read(outline, session_ids)

    async def load(self, session_id: str) -> Session:
        """The session with its runs; recordings stay on the disk until `recording`. An id may be
        cut short as long as it is the only one. Raises Failure."""

        def work(connection: sqlite3.Connection) -> tuple[Session, Shelf]:
            whole = whole_id(connection, "session", session_id)
            row = connection.execute(
                f"SELECT {SESSION} FROM session WHERE id = ?", (whole,)
            ).fetchone()
            shelf = Shelf(connection, self._endpoints)
            runs = shelf.runs("session = ?", (whole,))
            return session_of(row, runs, Paster(connection, whole)), shelf

        session, shelf = await self._database.read(work)
        await self._settle(shelf)
        return session

    async def run(self, run_id: str) -> Run:
        """A run with its recording. The id may be cut short, or be `last`. Raises Failure."""

        def work(connection: sqlite3.Connection) -> tuple[Run, Shelf]:
            whole = last(connection) if run_id == LAST else whole_id(connection, "run", run_id)
            shelf = Shelf(connection, self._endpoints)
            runs = shelf.runs("id = ?", (whole,))
            if not runs:
                raise Failure(shelf.problems[0])
            run = runs[0]
            if not run.loaded:
                run.recording.append(shelf.events(whole))
                run.loaded = True
            return run, shelf

        run, shelf = await self._database.read(work)
        await self._settle(shelf)
        return run

    async def has(self, run_id: str) -> bool:
        """Whether there is a run of just this id."""

        def work(connection: sqlite3.Connection) -> bool:
            found = connection.execute("SELECT 1 FROM run WHERE id = ?", (run_id,)).fetchone()
            return found is not None

        return await self._database.read(work)

    async def recording(self, run_id: str) -> Events:
        """All events of a run, without those of a damaged segment, which is reported."""

        def work(connection: sqlite3.Connection) -> tuple[Events, Shelf]:
            shelf = Shelf(connection, self._endpoints)
            return shelf.events(run_id), shelf

        events, shelf = await self._database.read(work)
        await self._settle(shelf)
        return events

    async def usage_of(self, session_id: str) -> Totals:
        """All that a session has used, deleted answers included: they were paid for."""
        return await self._database.read(totals, "session = ?", (session_id,))

    async def usage_by_day(self, day: date) -> Totals:
        """All that was used on a day of the local calendar."""
        begin = datetime.combine(day, time.min)
        end = datetime.combine(day + timedelta(days=1), time.min)
        return await self._database.read(
            totals, "created >= ? AND created < ?", (begin.timestamp(), end.timestamp())
        )

    async def _settle(self, shelf: Shelf) -> None:
        for problem in shelf.problems:
            self._report(problem)
        for run in shelf.outdated:
            # Read once more, so that next time the snapshot serves.
            answer, version = answer_of(run), self._endpoints[run.call.api].version
            await self._database.write(_answer, run.id, run.session, answer, version)

    # Writing.

    async def save(self, session: Session) -> None:
        """Write a session without its runs."""
        words = f"{session.title}\n{session.call.instructions}".strip()
        attached = (session.id, session.attached)
        known = attached[0] == self._attached[0] and attached[1] is self._attached[1]
        columns = session_columns(session, attached=not known)
        await self._database.write(_save, columns, words)
        self._attached = attached

    async def begin(self, run: Run) -> None:
        """Write a run that is about to be sent, or a message that never will be."""
        await self._database.write(
            _begin, session_columns(_bare(run)), run_columns(run), said(run.items)
        )

    async def append(self, run_id: str, first: int, events: Sequence[Event]) -> None:
        """Write events `first`… of a run that is going on. Writing them again does no harm, also
        when more have come since."""
        if events:
            await self._database.write(_append, run_id, first, events)

    async def update(self, run: Run) -> None:
        """Write what can change of a run beside its answer: that it is in the trash, its cost."""
        words = "" if run.trashed else said(run.items)
        await self._database.write(_update, run_columns(run), words)

    async def finish(self, run: Run) -> None:
        """Write how a run ended, its recording whole."""
        answer, version = answer_of(run), self._endpoints[run.call.api].version
        cutter = Cutter()
        segments = await asyncio.to_thread(lambda: list(merge(run.recording.events, cutter.raw)))
        await self._database.write(_finish, run_columns(run), segments, answer, version, cutter)

    async def trash(self, session_id: str) -> None:
        await self._database.write(_trash, session_id, True)

    async def restore(self, session_id: str) -> None:
        await self._database.write(_trash, session_id, False)

    async def forget(self, session_id: str) -> None:
        """Remove a session so that nothing of it can be found in any file. The copies made before
        migrations go with it. Raises Failure while a run of it goes on, or when another process
        keeps the log open."""
        self._attached = ("", [])
        await self._database.write(_forget, session_id)
        await self._database.purge()

    async def interrupted(self, owner: Owner) -> Ids:
        """Give an outcome to every run whose process is gone; their ids."""

        def work(connection: sqlite3.Connection) -> tuple[Ids, Shelf]:
            shelf = Shelf(connection, self._endpoints)
            rows = connection.execute(
                "SELECT id, owner FROM run WHERE outcome IS NULL AND owner <> ''"
            ).fetchall()
            dead = [run_id for run_id, owned_by in rows if not owner.lives(owned_by)]
            for run_id in dead:
                for run in shelf.runs("id = ?", (run_id,)):
                    _interrupt(connection, run, self._endpoints[run.call.api].version)
            return dead, shelf

        dead, shelf = await self._database.write(work)
        await self._settle(shelf)
        return dead


# On the database's thread.


def _bare(run: Run) -> Session:
    """A session for a run that comes before its own."""
    return Session(
        run.session, created=run.created, changed=run.created, profile=run.profile, call=run.call
    )


def _save(connection: sqlite3.Connection, columns: Columns, words: str) -> None:
    cutter = Cutter()
    put(connection, "session", columns, cutter)
    cutter.keep(connection, columns["id"])
    index(connection, columns["id"], None, words)


def _begin(connection: sqlite3.Connection, session: Columns, columns: Columns, words: str) -> None:
    known = connection.execute(
        "UPDATE session SET changed = max(changed, ?) WHERE id = ?",
        (columns["created"], session["id"]),
    ).rowcount
    cutter = Cutter()
    if not known:
        put(connection, "session", session, cutter)
    put(connection, "run", columns, cutter)
    cutter.keep(connection, session["id"])
    index(connection, session["id"], columns["id"], words)


def _append(
    connection: sqlite3.Connection, run_id: str, first: int, events: Sequence[Event]
) -> None:
    cutter = Cutter()
    connection.execute(
        "INSERT OR REPLACE INTO segment (run, first, count, data) VALUES (?, ?, ?, ?)",
        (run_id, first, len(events), encode(events, cut=cutter.raw)),
    )
    (session,) = connection.execute("SELECT session FROM run WHERE id = ?", (run_id,)).fetchone()
    cutter.keep(connection, session)


def _update(connection: sqlite3.Connection, columns: Columns, words: str) -> None:
    cutter = Cutter()
    put(connection, "run", columns, cutter)
    cutter.keep(connection, columns["session"])
    index(connection, columns["session"], columns["id"], words)


def _finish(
    connection: sqlite3.Connection,
    columns: Columns,
    segments: Sequence[tuple[int, int, bytes]],
    answer: Answer,
    version: int,
    cutter: Cutter,
) -> None:
    put(connection, "run", columns, cutter)
    cutter.keep(connection, columns["session"])
    connection.execute("DELETE FROM segment WHERE run = ?", (columns["id"],))
    connection.executemany(
        "INSERT INTO segment (run, first, count, data) VALUES (?, ?, ?, ?)",
        ((columns["id"], *segment) for segment in segments),
    )
    _answer(connection, columns["id"], columns["session"], answer, version)


def _answer(
    connection: sqlite3.Connection, run_id: str, session: str, answer: Answer, version: int
) -> None:
    cutter = Cutter()
    columns = answer.columns(version, cutter)
    cutter.keep(connection, session)
    changes = ", ".join(f"{name} = :{name}" for name in columns)
    connection.execute(f"UPDATE run SET {changes} WHERE id = :id", {**columns, "id": run_id})
    (trashed,) = connection.execute("SELECT trashed FROM run WHERE id = ?", (run_id,)).fetchone()
    index(connection, session, run_id, "" if trashed else answer.words)


def _interrupt(connection: sqlite3.Connection, run: Run, version: int) -> None:
    events = run.recording
    last = events[len(events) - 1].t if len(events) else 0
    ends = [fact(last, "interrupted", leg=run.transcript.leg)]
    (first,) = connection.execute(
        "SELECT coalesce(max(first + count), 0) FROM segment WHERE run = ?", (run.id,)
    ).fetchone()
    _append(connection, run.id, first, ends)
    run.take(ends)
    _answer(connection, run.id, run.session, answer_of(run), version)


def _trash(connection: sqlite3.Connection, session_id: str, trashed: bool) -> None:
    connection.execute("UPDATE session SET trashed = ? WHERE id = ?", (trashed, session_id))


def _forget(connection: sqlite3.Connection, session_id: str) -> None:
    (running,) = connection.execute(
        "SELECT count(*) FROM run WHERE session = ? AND outcome IS NULL AND owner <> ''",
        (session_id,),
    ).fetchone()
    if running:
        raise Failure(Problem(title="An answer of this session is still arriving. Stop it first."))
    connection.execute("DELETE FROM session WHERE id = ?", (session_id,))
