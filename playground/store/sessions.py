"""Sessions: what was asked and what came of it, kept as it happens.

Values go in and come out whole: what is read was made on the database's thread and belongs to the
caller from then on; what is written is taken from the run before that thread sees it.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from playground.core.endpoint import Endpoint
from playground.core.parts import Part
from playground.core.problem import Failure, Problem
from playground.core.recording import Event, fact
from playground.core.session import Run, Session
from playground.store.blobs import Cutter, Paster
from playground.store.copying import copy_runs
from playground.store.database import Database
from playground.store.filters import Filter
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
from playground.store.shelving import NAMES as LIES
from playground.store.shelving import Shelving
from playground.store.staging import adopt, staged
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
        self.shelving = Shelving(database)
        """Where they lie."""
        self._report = report
        """Told of what was read only in part."""
        self._attached: tuple[str, list[Part]] = ("", [])
        """The session that was saved last, and what was attached to its draft: megabytes that are
        not written again with each word of the draft."""

    # Reading.

    async def list(self, wanted: str | Filter = "", *, limit: int = 500) -> list[Row]:
        """The sessions that changed last, newest first, but for those in the trash; with words
        (alone, or in a Filter) those that have all of them in one message, sixty at most."""
        if isinstance(wanted, str):
            wanted = Filter(words=wanted)
        wanted = replace(wanted, words=wanted.words.strip())
        return await self._database.read(page, wanted, limit)

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
        return bool(await self.taken([run_id]))

    async def taken(self, ids: Iterable[str]) -> set[str]:
        """Those of these ids that a session or a run has."""
        query = (
            "SELECT id FROM session WHERE id IN (SELECT value FROM json_each(:ids)) UNION ALL"
            " SELECT id FROM run WHERE id IN (SELECT value FROM json_each(:ids))"
        )
        values = {"ids": json.dumps(list(ids))}

        def work(connection: sqlite3.Connection) -> set[str]:
            return {found for (found,) in connection.execute(query, values)}

        return await self._database.read(work)

    async def recording(self, run_id: str) -> Events:
        """All events of a run, without those of a damaged segment, which is reported."""

        def work(connection: sqlite3.Connection) -> tuple[Events, Shelf]:
            shelf = Shelf(connection, self._endpoints)
            return shelf.events(run_id), shelf

        events, shelf = await self._database.read(work)
        await self._settle(shelf)
        return events

    async def stretch(self, run_id: str, first: int) -> tuple[int, Events]:
        """(number of the first, events): the next of a run from event `first` on, as many as lie
        together; none behind the last one. A stretch that is damaged is reported and passed by."""

        def work(connection: sqlite3.Connection) -> tuple[int, Events, Shelf]:
            shelf = Shelf(connection, self._endpoints)
            return *shelf.stretch(run_id, first), shelf

        at, events, shelf = await self._database.read(work)
        await self._settle(shelf)
        return at, events

    async def counts(self, session_ids: Sequence[str]) -> int:
        """How many events were recorded in these sessions."""
        query = (
            "SELECT coalesce(sum(count), 0) FROM segment JOIN run ON run.id = segment.run"
            " WHERE session IN (SELECT value FROM json_each(?))"
        )
        values = (json.dumps(list(session_ids)),)
        return int(await self._database.read(lambda c: c.execute(query, values).fetchone()[0]))

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

    async def save(self, session: Session, *, back: bool = False) -> None:
        """Write a session without its runs. Where one lies that was written before is not changed
        by that, `shelving` does; but with `back` it comes out of the trash, whoever put it there,
        unless `session` itself is in it."""
        words = _words(session)
        attached = (session.id, session.attached)
        known = attached[0] == self._attached[0] and attached[1] is self._attached[1]
        columns = session_columns(session, attached=not known)
        await self._database.write(_save, columns, words, back)
        self._attached = attached

    async def begin(self, run: Run) -> None:
        """Write a run that is about to be sent, or a message that never will be."""
        await self._database.write(
            _begin, session_columns(_bare(run)), run_columns(run), said(run.items)
        )

    async def append(
        self, run_id: str, first: int, events: Sequence[Event], *, level: int = 1
    ) -> None:
        """Write events `first`… of a run that is going on. Writing them again does no harm, also
        when more have come since. `level`: see `encode`."""
        if events:
            await self._database.write(_append, run_id, first, events, level)

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

    async def answered(self, run: Run) -> None:
        """Write how a run ended whose recording was appended, whole, and that nobody looks at."""
        answer = await asyncio.to_thread(answer_of, run)
        version = self._endpoints[run.call.api].version
        await self._database.write(_answer, run.id, run.session, answer, version)

    async def copy(self, session: Session, ids: Mapping[str, str], source: str) -> None:
        """Write a new session, with copies of runs of another one in it: `ids` of those by theirs.
        Raises Failure, and then nothing was written."""
        columns, words = session_columns(session), _words(session)

        def work(connection: sqlite3.Connection) -> None:
            _save(connection, columns, words)
            copy_runs(connection, ids, source, session.id)

        await self._database.write(work)

    @asynccontextmanager
    async def staging(self) -> AsyncIterator[Sessions]:
        """Where sessions are written that are not to be seen before they are whole; `adopt` takes
        them over, else nothing was written. Raises Failure."""
        async with staged(self._database) as made:
            yield Sessions(made, self._endpoints, self._report)

    async def adopt(self, staging: Sessions) -> None:
        """Take over what was written there: all of it or, with Failure, nothing."""
        await adopt(self._database, staging._database)

    async def trash(self, session_id: str) -> None:
        await self._database.write(_trash, session_id, True)

    async def restore(self, session_id: str) -> None:
        await self._database.write(_trash, session_id, False)

    async def forget(self, *session_ids: str) -> None:
        """Remove sessions, all or none, so that nothing of them can be found in any file. The
        copies made before migrations go with them. Raises Failure while a run of one goes on, or
        when another process keeps the log open."""
        self._attached = ("", [])
        await self._database.write(_forget, session_ids)
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


def _words(session: Session) -> str:
    """By which it is found."""
    return f"{session.title}\n{session.call.instructions}".strip()


def _save(connection: sqlite3.Connection, columns: Columns, words: str, back: bool = False) -> None:
    cutter = Cutter()
    lies = connection.execute(  # not when only a run was there before its session
        "SELECT 1 FROM session WHERE id = ? AND (leaf IS NOT NULL OR title <> '')", (columns["id"],)
    ).fetchone()
    once = set(LIES) - {"trashed"} if back else LIES
    put(connection, "session", columns, cutter, once if lies else ())
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
    connection: sqlite3.Connection,
    run_id: str,
    first: int,
    events: Sequence[Event],
    level: int = 1,
) -> None:
    cutter = Cutter()
    connection.execute(
        "INSERT OR REPLACE INTO segment (run, first, count, data) VALUES (?, ?, ?, ?)",
        (run_id, first, len(events), encode(events, level=level, cut=cutter.raw)),
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


def _forget(connection: sqlite3.Connection, session_ids: Sequence[str]) -> None:
    ids = json.dumps(session_ids)
    (running,) = connection.execute(
        "SELECT count(*) FROM run WHERE session IN (SELECT value FROM json_each(?))"
        " AND outcome IS NULL AND owner <> ''",
        (ids,),
    ).fetchone()
    if running:
        which = "this session" if len(session_ids) == 1 else "one of these sessions"
        raise Failure(Problem(title=f"An answer of {which} is still arriving. Stop it first."))
    connection.execute("DELETE FROM session WHERE id IN (SELECT value FROM json_each(?))", (ids,))
