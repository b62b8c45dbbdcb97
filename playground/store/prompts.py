"""Prompts: what is kept to be said again, in folders, with all its versions.

What was typed and is no version yet stands in the row of version 0, which is the only one that is
ever written twice.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from playground.core.problem import Failure, Problem
from playground.core.prompts import Content, Draft, Prompt, Version, folder_of, within
from playground.store.database import Database
from playground.store.rows import kept, text_of


@dataclass(frozen=True, slots=True)
class PromptRow:
    """A prompt as a list shows it."""

    id: str
    title: str
    folder: str
    versions: int
    changed: float
    """When it got its last version; 0: it has none."""
    drafted: bool = False
    """Somebody has changed it, and not made a version of that."""


# The method `list` hides the type of that name inside the class.
PromptRows: TypeAlias = list[PromptRow]


class Prompts:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, *, trashed: bool = False, words: str = "") -> PromptRows:
        """All of them by folder and title; with `words` those in which each of them stands: in the
        title, the folder, or what the newest version says."""
        return await self._database.read(_list, trashed, words)

    async def load(self, prompt_id: str) -> Prompt:
        """Raises Failure when there is none of this id, or it cannot be read."""
        return await self._database.read(_load, prompt_id)

    async def save(self, prompt: Prompt) -> None:
        """Write a prompt, and those of its versions that are not written yet. Raises Failure, and
        writes nothing, when another window has written another version of that number."""
        columns = _columns(prompt)
        versions = [_version_columns(prompt.id, one) for one in prompt.versions]
        await self._database.write(_save, columns, versions)

    async def rename(self, prompt_id: str, title: str) -> None:
        await self._database.write(_change, prompt_id, "title", kept(title))

    async def draft(self, prompt_id: str) -> Draft | None:
        """What was typed and is no version yet. Raises Failure when it cannot be read."""
        return await self._database.read(_draft, prompt_id)

    async def keep_draft(self, prompt_id: str, draft: Draft | None, now: float) -> None:
        """Write what was typed, in the place of what was before; None: nothing is left of it.
        `now`: Unix seconds. Does nothing for a prompt that was forgotten."""
        await self._database.write(_keep_draft, prompt_id, draft, now)

    async def move(self, prompt_id: str, folder: str) -> None:
        """Put a prompt into a folder; empty: into none."""
        await self._database.write(_change, prompt_id, "folder", kept(folder_of(folder)))

    async def move_folder(self, folder: str, target: str) -> None:
        """Rename a folder, or put it into another one, with all that lies in it. Raises Failure
        when it would lie in itself."""
        await self._database.write(_move_folder, folder_of(folder), folder_of(target))

    async def put(self, places: Mapping[str, str]) -> None:
        """Put prompts into folders, by their ids: all of them, or none."""
        await self._database.write(
            _change_all, "folder", {one: kept(folder_of(at)) for one, at in places.items()}
        )

    async def trash(self, *prompt_ids: str) -> None:
        await self._database.write(_change_all, "trashed", dict.fromkeys(prompt_ids, True))

    async def restore(self, *prompt_ids: str) -> None:
        await self._database.write(_change_all, "trashed", dict.fromkeys(prompt_ids, False))

    async def forget(self, *prompt_ids: str) -> None:
        """Remove prompts with all their versions so that nothing of them can be found in any file.
        Raises Failure when another process keeps the log open."""
        await self._database.write(_forget, prompt_ids)
        await self._database.purge()


# On the database's thread.


def _list(connection: sqlite3.Connection, trashed: bool, words: str = "") -> PromptRows:
    rows = connection.execute(
        """
        SELECT id, title, folder, count(nullif(number, 0)),
            coalesce(max(CASE WHEN number > 0 THEN created END), 0), min(number) IS 0
        FROM prompt LEFT JOIN prompt_version ON prompt_version.prompt = prompt.id
        WHERE trashed = ? GROUP BY id
        """,
        (trashed,),
    )
    found = [
        PromptRow(prompt_id, title, folder, versions, changed, bool(drafted))
        for prompt_id, title, folder, versions, changed, drafted in rows.fetchall()
    ]
    if wanted := words.casefold().split():
        found = [row for row in found if _has(connection, row, wanted)]
    return sorted(found, key=lambda row: (row.folder.casefold(), row.title.casefold(), row.id))


def _has(connection: sqlite3.Connection, row: PromptRow, wanted: Sequence[str]) -> bool:
    named = f"{row.title}\n{row.folder}".casefold()
    if not (missing := [word for word in wanted if word not in named]):
        return True
    newest = connection.execute(
        "SELECT content FROM prompt_version WHERE prompt = ? AND number > 0"
        " ORDER BY number DESC LIMIT 1",
        (row.id,),
    ).fetchone()
    try:
        content = Content.model_validate(json.loads(newest[0] if newest else "{}"))
    except (ValueError, RecursionError):  # it is damaged: opening it says so
        return False
    said = "\n".join(one.text for one in content.messages).casefold()
    return all(word in said for word in missing)


def _load(connection: sqlite3.Connection, prompt_id: str) -> Prompt:
    row = connection.execute(
        "SELECT id, title, folder, trashed FROM prompt WHERE id = ?", (prompt_id,)
    ).fetchone()
    if row is None:
        raise _missing(prompt_id)
    rows = connection.execute(
        "SELECT number, created, note, content FROM prompt_version WHERE prompt = ?"
        " AND number > 0 ORDER BY number",
        (prompt_id,),
    )
    try:
        return Prompt(
            id=row[0],
            title=row[1],
            folder=row[2],
            trashed=bool(row[3]),
            versions=tuple(_version(*one) for one in rows.fetchall()),
        )
    except (ValueError, RecursionError) as error:
        raise Failure(
            Problem(
                title="A prompt is damaged on the disk and cannot be shown.",
                detail=f"{prompt_id}: {error}",
                facts={"prompt": prompt_id},
            )
        ) from error


def _draft(connection: sqlite3.Connection, prompt_id: str) -> Draft | None:
    row = connection.execute(
        "SELECT content FROM prompt_version WHERE prompt = ? AND number = 0", (prompt_id,)
    ).fetchone()
    try:
        return None if row is None else Draft.model_validate(json.loads(row[0]))
    except (ValueError, RecursionError) as error:
        raise Failure(
            Problem(
                title="Unsaved changes of a prompt are damaged on the disk and cannot be shown.",
                detail=f"{prompt_id}: {error}",
                facts={"prompt": prompt_id},
            )
        ) from error


def _keep_draft(
    connection: sqlite3.Connection, prompt_id: str, draft: Draft | None, now: float
) -> None:
    if draft is None:
        connection.execute(
            "DELETE FROM prompt_version WHERE prompt = ? AND number = 0", (prompt_id,)
        )
        return
    connection.execute(
        """
        INSERT INTO prompt_version (prompt, number, created, content)
        SELECT id, 0, ?, ? FROM prompt WHERE id = ?
        ON CONFLICT (prompt, number) DO UPDATE SET
            created = excluded.created, content = excluded.content
        """,
        (now, text_of(draft.model_dump(mode="json")), prompt_id),
    )


def _version(number: int, created: float, note: str, content: str) -> Version:
    said = Content.model_validate(json.loads(content))
    return Version(number=number, created=created, note=note, content=said)


def _columns(prompt: Prompt) -> dict[str, Any]:
    return {
        "id": prompt.id,
        "title": kept(prompt.title),
        "folder": kept(prompt.folder),
        "trashed": prompt.trashed,
    }


def _version_columns(prompt_id: str, version: Version) -> dict[str, Any]:
    return {
        "prompt": prompt_id,
        "number": version.number,
        "created": version.created,
        "note": kept(version.note),
        "content": text_of(version.content.model_dump(mode="json")),
    }


def _save(
    connection: sqlite3.Connection, prompt: dict[str, Any], versions: Sequence[dict[str, Any]]
) -> None:
    connection.execute(
        """
        INSERT INTO prompt (id, title, folder, trashed) VALUES (:id, :title, :folder, :trashed)
        ON CONFLICT (id) DO UPDATE SET
            title = excluded.title, folder = excluded.folder, trashed = excluded.trashed
        """,
        prompt,
    )
    rows = connection.execute(
        "SELECT number, content FROM prompt_version WHERE prompt = ?", (prompt["id"],)
    )
    known: dict[int, str] = dict(rows.fetchall())
    for version in versions:
        number = version["number"]
        if number not in known:
            connection.execute(
                "INSERT INTO prompt_version (prompt, number, created, note, content)"
                " VALUES (:prompt, :number, :created, :note, :content)",
                version,
            )
        elif known[number] != version["content"]:
            raise Failure(
                Problem(
                    title="This prompt was changed elsewhere meanwhile.",
                    detail=f"There is another version {number} of it. Open it anew and make the "
                    "change once more; nothing was overwritten.",
                    remedy="retry",
                    code="version_conflict",
                )
            )


def _change(connection: sqlite3.Connection, prompt_id: str, column: str, value: Any) -> None:
    found = connection.execute(
        f"UPDATE prompt SET {column} = ? WHERE id = ?", (value, prompt_id)
    ).rowcount
    if not found:
        raise _missing(prompt_id)


def _change_all(connection: sqlite3.Connection, column: str, values: Mapping[str, Any]) -> None:
    for prompt_id, value in values.items():
        _change(connection, prompt_id, column, value)


def _move_folder(connection: sqlite3.Connection, folder: str, target: str) -> None:
    if not folder or (target != folder and within(target, folder)):
        raise Failure(
            Problem(
                title="A folder cannot lie in itself.",
                detail=f"{folder or 'All prompts'} → {target}",
                remedy="change_request",
            )
        )
    rows = connection.execute("SELECT id, folder FROM prompt").fetchall()
    connection.executemany(
        "UPDATE prompt SET folder = ? WHERE id = ?",
        [
            (kept(folder_of(target + place[len(folder) :])), prompt_id)
            for prompt_id, place in rows
            if within(place, folder)
        ],
    )


def _forget(connection: sqlite3.Connection, prompt_ids: Sequence[str]) -> None:
    connection.executemany("DELETE FROM prompt WHERE id = ?", [(one,) for one in prompt_ids])


def _missing(prompt_id: str) -> Failure:
    return Failure(Problem(title=f"There is no prompt {prompt_id!r}.", code="not_found"))
