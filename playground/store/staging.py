"""Staging: sessions that come out of a file are first written into a database of their own beside
the home's, and taken over when they are whole: all of them in one transaction, or none.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from playground.core.problem import Failure, Problem
from playground.store.database import Database, transaction

PREFIX = ".import-"
OLD = 86_400
"""Seconds after which what is left of an import was left by a process that is gone."""
TAKEN = "taken"
TABLES = ("session", "run", "segment", "blob")


@asynccontextmanager
async def staged(main: Database) -> AsyncIterator[Database]:
    """An empty database beside this one, for as long as it is wanted. Raises Failure."""
    clear(main.path.parent)
    with tempfile.TemporaryDirectory(
        prefix=PREFIX, dir=main.path.parent, ignore_cleanup_errors=True
    ) as folder:
        made = Database(Path(folder) / "staged.sqlite3")
        try:
            await made.open()
            await made.read(_in_haste)
            yield made
        finally:
            await made.close()


async def adopt(main: Database, made: Database) -> None:
    """Take over all that is in the other one, which is closed by it. Raises Failure, and then
    nothing was taken; with the code `taken` when somebody took the same ids meanwhile."""
    await made.close()
    try:
        await main.read(_adopt, made.path)
    except sqlite3.IntegrityError as error:
        title = "Another window imported the same at the same time."
        raise Failure(Problem(title=title, detail=str(error), code=TAKEN)) from error


def clear(folder: Path) -> None:
    """Remove what imports left that were ended by force."""
    with contextlib.suppress(OSError):
        for left in folder.glob(f"{PREFIX}*"):
            if left.stat().st_mtime < time.time() - OLD:
                shutil.rmtree(left, ignore_errors=True)


def _in_haste(connection: sqlite3.Connection) -> None:
    """What is lost with the machine was not taken over yet."""
    connection.execute("PRAGMA synchronous = OFF")


def _adopt(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("ATTACH ? AS staged", (str(path),))
    try:
        with transaction(connection):
            for table in TABLES:
                _copy(connection, table, _columns(connection, table))
            # Their ids say which is newer, and are made anew; the index is kept by triggers.
            _copy(connection, "message", ("session", "run", "text"))
    finally:
        connection.execute("DETACH staged")


def _copy(connection: sqlite3.Connection, table: str, columns: Collection[str]) -> None:
    names = ", ".join(columns)
    connection.execute(
        f"INSERT INTO main.{table} ({names}) SELECT {names} FROM staged.{table} ORDER BY rowid"
    )


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [name for _, name, *_ in connection.execute(f"PRAGMA main.table_info({table})")]
