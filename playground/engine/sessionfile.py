"""Session files in a home: writing what is kept there, event by event, and taking over a file whole
or not at all.

Ids stay as they are where nothing here has them; else they are made anew, wherever ours stand. What
another server, a model or a tool called something is not touched.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

from playground.core.problem import Failure, Problem
from playground.core.profile import Profile
from playground.core.recording import Event, fact
from playground.core.session import Run, Session, new_id
from playground.core.withholding import names
from playground.engine.workspace import Workspace
from playground.export.progress import Progress
from playground.export.saving import replaced
from playground.export.sessionlines import PACKED, SUFFIX, Writer, in_order
from playground.export.sessionreading import Begun, Ended, Found, read
from playground.store.logs import redacted
from playground.store.segments import MERGED
from playground.store.sessions import Sessions
from playground.store.shelving import Change, apply, cleaned
from playground.store.staging import TAKEN

MANY = "sessions"
"""What a file of several is called."""
TRIES = 5
"""How often a file is read when others import the same at the same time: its ids are free when it
is begun, and may be theirs when it is over."""
ENDS = frozenset(("ended", "stopped", "interrupted"))
"""Facts after which a run does not go on."""


# Writing.


def file_name(titles: Sequence[str]) -> str:
    """What a file of these sessions may be called."""
    title = titles[0] if len(titles) == 1 else MANY
    kept = "".join(one if one.isalnum() or one in " -_" else " " for one in title)
    return (" ".join(kept.split())[:60].strip() or "session") + SUFFIX


async def pieces(
    workspace: Workspace, session_ids: Sequence[str], progress: Progress
) -> AsyncIterator[bytes]:
    """The file of these sessions, as they stand now. Raises Failure, and Cancelled."""
    store = workspace.sessions
    for session_id in session_ids:
        if (open_one := workspace.open.get(session_id)) is not None and _says_something(open_one):
            await store.save(open_one)
    done, total = 0, await store.counts(session_ids)
    writer = Writer(redacted)
    yield writer.header(len(session_ids))
    for session_id in session_ids:
        progress.at(done, total)
        session = await store.load(session_id)
        yield await asyncio.to_thread(writer.session, session)
        for run in in_order(session):
            progress.at(done, total)
            yield await asyncio.to_thread(writer.run, run)
            first, last = 0, Event(0, "ended", b"{}")
            over = run.transcript.outcome is not None
            while True:
                at, events = await store.stretch(run.id, first)
                if not events:
                    break
                yield await asyncio.to_thread(writer.events, events)
                first, last = at + len(events), events[-1]
                over = over or any(event.kind in ENDS for event in events)  # meanwhile
                done += len(events)
                progress.at(done, total)
            if first and not over:  # it goes on; here it ends
                yield writer.events([_interrupted(last)])
            yield writer.end()
    progress.at(total, total)


async def save(
    workspace: Workspace, session_ids: Sequence[str], path: Path, progress: Progress
) -> None:
    """Write them into a file, which is compressed when its name ends with `.gz`. What was there
    before stays until all of it is there. Raises Failure, and Cancelled."""
    try:
        with replaced(path) as file, _packed(file, path) as packed:
            async for piece in pieces(workspace, session_ids, progress):
                await asyncio.to_thread(packed.write, piece)
    except OSError as error:
        detail = error.strerror or str(error)
        raise Failure(Problem(title=f"{path} cannot be written.", detail=detail)) from error


@contextlib.contextmanager
def _packed(file: IO[bytes], path: Path) -> Iterator[IO[bytes]]:
    if not path.name.endswith(PACKED[-3:]):
        yield file
        return
    # Without a time and a name, the same sessions make the same bytes.
    with gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
        yield cast("IO[bytes]", packed)


def _says_something(session: Session) -> bool:
    return bool(session.runs or session.written or session.named)


def _interrupted(last: Event) -> Event:
    return fact(last.t, "interrupted", leg=last.leg, attempt=last.attempt)


# Taking over.


@dataclass(slots=True)
class Imported:
    sessions: list[Session] = field(default_factory=list)
    """Which are kept now, without their runs; none of them is open."""
    notices: list[str] = field(default_factory=list)
    """What whoever imported them should know, in sentences."""

    def _tell(self, sentence: str) -> None:
        if sentence not in self.notices:
            self.notices.append(sentence)


async def import_sessions(
    workspace: Workspace, path: Path, profiles: Sequence[Profile], progress: Progress
) -> Imported:
    """Take over the sessions of a file: all of them or, with Failure or Cancelled, none."""
    for again in reversed(range(TRIES)):
        try:
            made = Imported(await _taken_over(workspace, path, progress))
            break
        except Failure as failure:
            if not again or failure.problem.code != TAKEN:
                raise
    known = {profile.id for profile in profiles}
    for session in made.sessions:
        _tell_of(session, known, made)
    workspace.rev += 1
    return made


async def _taken_over(workspace: Workspace, path: Path, progress: Progress) -> list[Session]:
    found = read(path, workspace.endpoints, progress)
    try:
        async with workspace.sessions.staging() as staging:
            taking = _Taking(workspace.sessions, staging)
            while (one := await asyncio.to_thread(next, found, None)) is not None:
                await taking.take(one)
            await taking.end()
            progress.at(0, 0)
            await workspace.sessions.adopt(staging)
    finally:
        with contextlib.suppress(ValueError):  # a thread is in it, and lets go of it by itself
            found.close()
    return taking.sessions


def _tell_of(session: Session, known: set[str], made: Imported) -> None:
    if session.profile and session.profile not in known:
        made._tell(
            f"There is no server “{session.profile}” here. Choose another one before you go on."
        )
    if tools := names(session.call):
        made._tell(f"Tools are not offered before you offer them: {', '.join(tools)}.")
    if session.trashed:
        made._tell("Some of it lies in the trash, as it did before.")


class _Taking:
    """Writes what a file holds where nobody sees it yet."""

    def __init__(self, home: Sessions, staging: Sessions) -> None:
        self._home = home
        self._staging = staging
        self.sessions: list[Session] = []
        self._ids: dict[str, str] = {}
        """Those that something here has, and what they are called instead."""
        self._run: Run | None = None
        self._events: list[Event] = []
        self._written = self._size = 0
        self._last = Event(0, "ended", b"{}")

    async def take(self, found: Found) -> None:
        match found:
            case Begun(session, runs):
                await self.end()
                await self._begin(session, runs)
            case Run():
                self._run, self._written = found, 0
                self._rename(found)
                await self._staging.begin(found)
            case list():
                assert self._run is not None
                self._events += found
                self._size += sum(len(event.raw) for event in found)
                self._last = found[-1]
                # Into the transcript alone: a recording may be larger than the memory.
                await asyncio.to_thread(self._run.reader.take, found)
                if self._size >= MERGED:
                    await self._flush()
            case Ended(run):
                await self._over(run)

    async def end(self) -> None:
        """Nothing more of the session comes."""
        if self.sessions:  # its runs have moved the time at which it was changed
            await self._staging.save(self.sessions[-1])

    async def _begin(self, session: Session, runs: Sequence[str]) -> None:
        taken = await self._home.taken([session.id, *runs])
        self._ids = {
            one: new_id("ses" if one == session.id else "run")
            for one in (session.id, *runs)
            if one in taken
        }
        session.id = self._now(session.id)
        session.leaf = session.leaf and self._now(session.leaf)
        for column in session.comparison.columns:
            column.leaf = column.leaf and self._now(column.leaf)
        # Names as they are kept here: a folder without a name would lie in itself.
        apply(session, cleaned(Change(folder=session.folder, tags=tuple(session.tags))))
        self.sessions.append(session)
        await self._staging.save(session)

    def _rename(self, run: Run) -> None:
        if run.id in self._ids and run.cost is not None:  # another one of here paid for it
            run.cost = run.cost.model_copy(update={"copied": True})
        run.id, run.session = self._now(run.id), self.sessions[-1].id
        run.parent = run.parent and self._now(run.parent)

    def _now(self, one: str) -> str:
        return self._ids.get(one, one)

    async def _over(self, run: Run) -> None:
        if not (self._events or self._written):
            return  # it was never sent
        if run.transcript.outcome is None:
            ends = [_interrupted(self._last)]
            run.reader.take(ends)
            self._events += ends
        await self._flush()
        await self._staging.answered(run)

    async def _flush(self) -> None:
        assert self._run is not None
        events, self._events, self._size = self._events, [], 0
        await self._staging.append(self._run.id, self._written, events, level=6)
        self._written += len(events)
