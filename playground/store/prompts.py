"""Prompts: what is kept to be said again, in folders, with all its versions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from playground.core.problem import Failure, Problem
from playground.core.prompts import Content, Prompt, Version, folder_of, within
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


# The method `list` hides the type of that name inside the class.
PromptRows: TypeAlias = list[PromptRow]


class Prompts:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self, *, trashed: bool = False) -> PromptRows:
        """All of them by folder and title."""
        return await self._database.read(_list, trashed)

    async def load(self, prompt_id: str) -> Prompt:
        """Raises Failure when there is none of this id, or it cannot be read."""
        return await self._database.read(_load, prompt_id)

    async def save(self, prompt: Prompt) -> None:
        """Write a prompt, and those of its versions that are not written yet. Raises Failure, and
        writes nothing, when another window has written another version of that number."""
        columns = _columns(prompt)
        versions = [_version_columns(prompt.id, one) for one in prompt.versions]
        await self._database.write(_save, columns, versions)

    async def move(self, prompt_id: str, folder: str) -> None:
        """Put a prompt into a folder; empty: into none."""
        await self._database.write(_change, prompt_id, "folder", kept(folder_of(folder)))

    async def move_folder(self, folder: str, target: str) -> None:
        """Rename a folder, or put it into another one, with all that lies in it. Raises Failure
        when it would lie in itself."""
        await self._database.write(_move_folder, folder_of(folder), folder_of(target))

    async def trash(self, prompt_id: str) -> None:
        await self._database.write(_change, prompt_id, "trashed", True)

    async def restore(self, prompt_id: str) -> None:
        await self._database.write(_change, prompt_id, "trashed", False)

    async def forget(self, prompt_id: str) -> None:
        """Remove a prompt with all its versions so that nothing of it can be found in any file.
        Raises Failure when another process keeps the log open."""
        await self._database.write(_forget, prompt_id)
        await self._database.purge()


# On the database's thread.


def _list(connection: sqlite3.Connection, trashed: bool) -> PromptRows:
    rows = connection.execute(
        """
        SELECT id, title, folder, count(number), coalesce(max(created), 0)
        FROM prompt LEFT JOIN prompt_version ON prompt_version.prompt = prompt.id
        WHERE trashed = ? GROUP BY id
        """,
        (trashed,),
    )
    found = [PromptRow(*row) for row in rows.fetchall()]
    return sorted(found, key=lambda row: (row.folder.casefold(), row.title.casefold(), row.id))


def _load(connection: sqlite3.Connection, prompt_id: str) -> Prompt:
    row = connection.execute(
        "SELECT id, title, folder, trashed FROM prompt WHERE id = ?", (prompt_id,)
    ).fetchone()
    if row is None:
        raise _missing(prompt_id)
    rows = connection.execute(
        "SELECT number, created, note, content FROM prompt_version WHERE prompt = ?"
        " ORDER BY number",
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


def _forget(connection: sqlite3.Connection, prompt_id: str) -> None:
    connection.execute("DELETE FROM prompt WHERE id = ?", (prompt_id,))


def _missing(prompt_id: str) -> Failure:
    return Failure(Problem(title=f"There is no prompt {prompt_id!r}.", code="not_found"))
