"""Shelving: where sessions lie (folders, tags, pins, archive, trash), for many of them at once.

A change is a value, and so is what undoes it. A folder and a tag are there while a session has
them, and need no row of their own.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from playground.core.problem import Failure, Problem
from playground.core.prompts import folder_of, within
from playground.core.session import Session
from playground.store.database import Database
from playground.store.filters import MODEL, Filter, conditions
from playground.store.listing import Row, page
from playground.store.rows import kept, text_of

LONGEST = 40
"""Characters of a tag."""
NEWEST = 5_000
"""Runs whose models are offered."""
SHOWN = 500
"""Sessions of each part of a list."""


@dataclass(frozen=True, slots=True)
class Change:
    """Where a session is to lie; None: as it does."""

    folder: str | None = None
    tags: tuple[str, ...] | None = None
    pinned: bool | None = None
    archived: bool | None = None
    trashed: bool | None = None


Changes = Mapping[str, Change]
"""By the id of the session."""
NAMES = tuple(one.name for one in fields(Change))


@dataclass(frozen=True, slots=True)
class Shelves:
    """All sessions by where they lie. Of what is folded away only how many there are."""

    pinned: Sequence[Row]
    folders: Mapping[str, int]
    """How many lie in each, not further in; those in the archive and the trash do not count."""
    opened: Mapping[str, Sequence[Row]]
    """What lies in the folders that were asked for; of those that lie there still."""
    loose: Sequence[Row]
    """In no folder and not pinned, those that changed last first."""
    unseen: int
    """More of those, for which there was no room."""
    archived: int
    archive: Sequence[Row]
    trashed: int
    trash: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Offers:
    """What there is to choose from, in the order of the alphabet."""

    folders: Sequence[str]
    tags: Mapping[str, int]
    """How many sessions have each."""
    models: Sequence[str]
    """Those that are set, and those that newer runs went to."""


class Shelving:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def shelves(
        self, opened: Collection[str] = (), *, archive: bool = False, trash: bool = False
    ) -> Shelves:
        """All sessions; of those in folders, in the archive and in the trash what is wanted."""
        return await self._database.read(_shelves, frozenset(opened), archive, trash)

    async def offers(self) -> Offers:
        return await self._database.read(_offers)

    async def inside(self, wanted: Filter) -> list[str]:
        """The ids of all sessions that a filter without words lets through."""
        return await self._database.read(_inside, wanted)

    async def listed(self, folder: str) -> list[str]:
        """The ids of all sessions that a list shows in a folder and further in. A filter would take
        `work` for `Work` as well, which is another one."""
        return await self._database.read(_listed, folder)

    async def put(self, changes: Changes) -> dict[str, Change]:
        """Change where sessions lie, all or none of them; what undoes it."""
        return await self._database.write(_put, changes)

    async def tagging(
        self, session_ids: Sequence[str], add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> dict[str, Change]:
        """The changes that give tags to sessions, and take others from them."""
        return await self._database.read(_tagging, session_ids, tuple(add), tuple(remove))

    async def folder_moving(self, folder: str, target: str) -> dict[str, Change]:
        """The changes that rename a folder, or put it into another one, with all that lies in it,
        in the archive and in the trash, too. Raises Failure when it would lie in itself."""
        return await self._database.read(_folder_moving, folder_of(folder), folder_of(target))


def tag_of(text: str) -> str:
    """A tag as it is kept, of what somebody wrote: one line, no quotes and no # before it."""
    return " ".join(text.replace('"', " ").split()).lstrip("#").strip()[:LONGEST].strip()


def cleaned(change: Change) -> Change:
    """The change with names as they are kept."""
    folder, tags = change.folder, change.tags
    if folder is not None:
        folder = kept(folder_of(folder))
    if tags is not None:
        tags = _once(kept(tag_of(tag)) for tag in tags)
    return Change(folder, tags, change.pinned, change.archived, change.trashed)


def _once(tags: Iterable[str]) -> tuple[str, ...]:
    """Those that say something, each once, in whatever capitals it came first."""
    found: dict[str, str] = {}
    for tag in tags:
        if tag:
            found.setdefault(tag.casefold(), tag)
    return tuple(found.values())


def apply(session: Session, change: Change) -> Change:
    """Change where a session lies that is in memory; what undoes it."""
    before: dict[str, Any] = {}
    for name in NAMES:
        if (value := getattr(change, name)) is not None:
            old = getattr(session, name)
            before[name] = tuple(old) if name == "tags" else old
            setattr(session, name, list(value) if name == "tags" else value)
    return Change(**before)


# On the database's thread.


def _put(connection: sqlite3.Connection, changes: Changes) -> dict[str, Change]:
    undo: dict[str, Change] = {}
    for session_id, change in changes.items():
        row = connection.execute(
            f"SELECT {', '.join(NAMES)} FROM session WHERE id = ?", (session_id,)
        ).fetchone()
        if row is None:  # it was forgotten meanwhile
            continue
        change, before = cleaned(change), _lies(row)
        names = [
            name
            for name in NAMES
            if getattr(change, name) not in (None, getattr(before, name))
        ]  # fmt: skip
        if names:
            values = [getattr(change, name) for name in names]
            connection.execute(
                f"UPDATE session SET {', '.join(f'{name} = ?' for name in names)} WHERE id = ?",
                [text_of(value) if isinstance(value, tuple) else value for value in values]
                + [session_id],
            )
            undo[session_id] = Change(**{name: getattr(before, name) for name in names})
    return undo


def _lies(row: Sequence[Any]) -> Change:
    """From the columns NAMES."""
    folder, tags, pinned, archived, trashed = row
    return Change(folder, tuple(json.loads(tags)), bool(pinned), bool(archived), bool(trashed))


def _tagging(
    connection: sqlite3.Connection,
    session_ids: Sequence[str],
    add: Sequence[str],
    remove: Sequence[str],
) -> dict[str, Change]:
    gone = {tag_of(tag).casefold() for tag in remove}
    rows = connection.execute(
        "SELECT id, tags FROM session WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(session_ids)),),
    ).fetchall()
    changes = {}
    for session_id, text in rows:
        had = tuple(json.loads(text))
        left = [tag for tag in had if tag.casefold() not in gone]
        has = _once([*left, *map(tag_of, add)])
        if has != had:
            changes[session_id] = Change(tags=has)
    return changes


def _folder_moving(connection: sqlite3.Connection, folder: str, target: str) -> dict[str, Change]:
    if not folder or (target != folder and within(target, folder)):
        raise Failure(
            Problem(
                title="A folder cannot lie in itself.",
                detail=f"{folder or 'All sessions'} → {target}",
                remedy="change_request",
            )
        )
    rows = connection.execute("SELECT id, folder FROM session WHERE folder <> ''").fetchall()
    moved = {
        session_id: Change(folder=folder_of(target + place[len(folder) :]))
        for session_id, place in rows
        if within(place, folder)
    }
    return moved if target != folder else {}


def _inside(connection: sqlite3.Connection, wanted: Filter) -> list[str]:
    condition, values = conditions(wanted)
    rows = connection.execute(f"SELECT id FROM session WHERE {condition}", values)
    return [session_id for (session_id,) in rows.fetchall()]


def _listed(connection: sqlite3.Connection, folder: str) -> list[str]:
    rows = connection.execute(
        "SELECT id, folder FROM session WHERE folder <> '' AND NOT archived AND NOT trashed"
    ).fetchall()
    return [session_id for session_id, place in rows if within(place, folder)]


def _shelves(
    connection: sqlite3.Connection, opened: frozenset[str], archive: bool, trash: bool
) -> Shelves:
    counts = connection.execute(
        "SELECT folder, pinned, archived, trashed, count(*) FROM session GROUP BY 1, 2, 3, 4"
    ).fetchall()
    folders: dict[str, int] = {}
    loose = archived = trashed = 0
    for folder, pinned, away, gone, count in counts:
        if gone:
            trashed += count
        elif away:
            archived += count
        elif folder:
            folders[folder] = folders.get(folder, 0) + count
        elif not pinned:
            loose += count

    def rows(wanted: Filter) -> list[Row]:
        return page(connection, wanted, SHOWN)

    free = rows(Filter(folder="", pinned=False, archived=False))
    return Shelves(
        pinned=rows(Filter(pinned=True, archived=False)),
        folders=folders,
        opened={
            folder: rows(Filter(folder=folder, exact=True, archived=False))
            for folder in opened & folders.keys()
        },
        loose=free,
        unseen=max(loose - len(free), 0),
        archived=archived,
        archive=rows(Filter(archived=True)) if archive else (),
        trashed=trashed,
        trash=rows(Filter(trashed=True)) if trash else (),
    )


def _offers(connection: sqlite3.Connection) -> Offers:
    folders = connection.execute(
        "SELECT DISTINCT folder FROM session WHERE NOT trashed AND folder <> ''"
    ).fetchall()
    tags = connection.execute(
        "SELECT value, count(*) FROM session, json_each(session.tags) WHERE NOT trashed GROUP BY 1"
    ).fetchall()
    models = connection.execute(
        f"""
        SELECT {MODEL} FROM session WHERE NOT trashed
        UNION SELECT model FROM (SELECT model FROM run ORDER BY created DESC LIMIT ?)
        """,
        (NEWEST,),
    ).fetchall()
    return Offers(
        folders=sorted((one for (one,) in folders), key=str.casefold),
        tags=dict(sorted(tags, key=lambda row: row[0].casefold())),
        models=sorted((one for (one,) in models if one), key=str.casefold),
    )
