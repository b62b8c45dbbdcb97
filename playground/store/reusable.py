"""Reusable: which recorded answer stands for a request that is the same.

A row belongs to its run and goes with it. Answers in the trash are not used again.
"""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from playground.store.database import Database

KEPT = 30 * 86_400.0
"""Seconds after which nobody wants an answer again: the rows of older ones are removed."""


class Kept(NamedTuple):
    """Where an answer stands, and since when it is whole, in Unix seconds."""

    run: str
    leg: int
    created: float


class Reusable:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, digest: str, since: float) -> Kept | None:
        """The newest answer to a request of this digest that is not older. Raises Failure."""
        return await self._database.read(_find, digest, since)

    async def keep(self, digest: str, run: str, leg: int, created: float) -> None:
        """An answer is whole. Nothing is written of a run that is not there. Raises Failure."""
        await self._database.write(_keep, digest, run, leg, created)


def _find(connection: sqlite3.Connection, digest: str, since: float) -> Kept | None:
    row = connection.execute(
        "SELECT reusable.run, reusable.leg, reusable.created FROM reusable"
        " JOIN run ON run.id = reusable.run JOIN session ON session.id = run.session"
        " WHERE digest = ? AND reusable.created >= ? AND NOT run.trashed AND NOT session.trashed"
        " ORDER BY reusable.created DESC LIMIT 1",
        (digest, since),
    ).fetchone()
    return None if row is None else Kept(*row)


def _keep(connection: sqlite3.Connection, digest: str, run: str, leg: int, created: float) -> None:
    connection.execute("DELETE FROM reusable WHERE created < ?", (created - KEPT,))
    connection.execute(
        "INSERT OR REPLACE INTO reusable (digest, run, leg, created)"
        " SELECT ?, id, ?, ? FROM run WHERE id = ?",
        (digest, leg, created, run),
    )
