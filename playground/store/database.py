"""Database: one SQLite file, one thread that speaks to it.

Every write is on the disk when `write` returns (write-ahead log, `synchronous=FULL`). What goes
wrong in the world (a full disk, a lock, a newer file) is raised as Failure; anything else is a
mistake of ours and comes as it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Concatenate, ParamSpec, TypeVar

from playground.core.problem import Failure, Problem, Remedy, from_exception
from playground.store.home import private_file
from playground.store.migrations import MIGRATIONS, Migration

log = logging.getLogger("store")

P = ParamSpec("P")
T = TypeVar("T")


class Database:
    def __init__(
        self, path: Path, *, migrations: Sequence[Migration] = MIGRATIONS, patience: float = 5.0
    ) -> None:
        self.path = path
        self._migrations = migrations
        self._patience = patience
        """Seconds to wait while another process writes."""
        self._thread = ThreadPoolExecutor(1, "database")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open the file, or make it, and bring it up to this version. Raises Failure and leaves
        the file alone when it is newer, no database, or locked."""
        try:
            await self._run(self._open)
        except OSError as error:
            raise Failure(self._unusable(error)) from error

    async def read(
        self,
        function: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """`function(connection, …)` on the database's thread."""
        return await self._run(lambda: function(self._opened, *args, **kwargs))

    async def write(
        self,
        function: Callable[Concatenate[sqlite3.Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """The same inside one transaction: all of it is durable afterwards, or none happened."""

        def work() -> T:
            with transaction(self._opened):
                return function(self._opened, *args, **kwargs)

        return await self._run(work)

    async def purge(self) -> None:
        """Leave no trace of what was deleted: not in the search index, in free pages, in the log
        or in backups from before a migration."""
        await self._run(self._purge)

    async def close(self) -> None:
        """Bring the log into the file and let go of it. Does nothing the second time."""
        if self._connection is not None:
            await self._run(self._close)
        self._thread.shutdown()

    @property
    def _opened(self) -> sqlite3.Connection:
        assert self._connection is not None, "the database is not open"
        return self._connection

    async def _run(self, work: Callable[[], T]) -> T:
        def guarded() -> T:
            try:
                return work()
            except sqlite3.DatabaseError as error:
                if (problem := self._problem(error)) is None:
                    raise
                raise Failure(problem) from error

        return await asyncio.wrap_future(self._thread.submit(guarded))

    # On the database's thread.

    def _open(self) -> None:
        version = self._version()
        if version > len(self._migrations):
            raise Failure(
                Problem(
                    title="The saved sessions were written by a newer version of Playground.",
                    detail=f"They have layout {version}; this version knows layouts up to"
                    f" {len(self._migrations)}. The file was left as it is.",
                    remedy="update",
                    code="newer_database",
                    facts={"file": str(self.path)},
                )
            )
        private_file(self.path)
        connection = sqlite3.connect(
            self.path, timeout=self._patience, isolation_level=None, check_same_thread=False
        )
        try:
            self._keep_a_log(connection)
            for pragma in (
                "synchronous = FULL",
                "secure_delete = ON",
                "foreign_keys = ON",
                "temp_store = MEMORY",
                "cache_size = -16000",
            ):
                connection.execute(f"PRAGMA {pragma}")
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection

    def _keep_a_log(self, connection: sqlite3.Connection) -> None:
        """Turn the write-ahead log on. SQLite does not wait while another process does the same
        to a new file, whatever the time-out says: it refuses at once."""
        end = monotonic() + self._patience
        while True:
            try:
                connection.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or monotonic() > end:
                    raise
                Event().wait(0.005)
            else:
                return

    def _version(self) -> int:
        """How many migrations the file has seen; asked without writing to it."""
        try:
            with self.path.open("rb") as file:
                if not file.read(1):
                    return 0
        except FileNotFoundError:
            return 0
        with contextlib.closing(_look(self.path, self._patience)) as connection:
            return user_version(connection)

    def _migrate(self, connection: sqlite3.Connection) -> None:
        if user_version(connection) == len(self._migrations):
            return
        with transaction(connection):
            # Another process may have done it while this one waited for the lock.
            seen = user_version(connection)
            if 0 < seen < len(self._migrations):
                backup(connection, self.path)
            for number, step in enumerate(self._migrations[seen:], seen + 1):
                log.info("Migration %d: %s.", number, step.__name__)
                step(connection)
                connection.execute(f"PRAGMA user_version = {number}")

    def _purge(self) -> None:
        connection = self._opened
        # Deleting from the search index only adds a note of it; merging all of it drops both.
        connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        # `secure_delete` misses what moving cells between pages leaves behind.
        connection.execute("VACUUM")
        (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        for path in backups(self.path):
            path.unlink(missing_ok=True)
        if busy:
            raise Failure(
                Problem(
                    title="It is deleted, but traces stay until other windows are closed.",
                    detail="Another process was reading the database, so its log stands.",
                    remedy="wait",
                )
            )

    def _close(self) -> None:
        connection, self._connection = self._opened, None
        with contextlib.suppress(sqlite3.OperationalError):
            # A full disk or a busy neighbour: the log stays and the next start reads it.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()

    def _unusable(self, error: OSError) -> Problem:
        if error.errno == errno.ENOSPC:
            return from_exception(error)
        return Problem(
            title="The file of the saved sessions cannot be used.",
            detail=str(error),
            remedy="open_folder",
            facts={"file": str(self.path)},
        )

    def _problem(self, error: sqlite3.DatabaseError) -> Problem | None:
        """What SQLite's error means to a person; None when it is our own mistake."""
        title: str
        remedy: Remedy
        match getattr(error, "sqlite_errorcode", 0) & 0xFF:
            case sqlite3.SQLITE_FULL:
                title, remedy = "The disk is full. What arrived is kept in memory.", "free_space"
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                title, remedy = "Another program holds the saved sessions.", "retry"
            case sqlite3.SQLITE_NOTADB:
                title = "The file of the saved sessions is not a database. It was left as it is."
                remedy = "open_folder"
            case sqlite3.SQLITE_CORRUPT:
                title, remedy = "The file of the saved sessions is damaged.", "open_folder"
            case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
                title, remedy = "The file of the saved sessions cannot be written.", "open_folder"
            case sqlite3.SQLITE_IOERR:
                title, remedy = "The disk did not take what was written.", "retry"
            case _:
                return None
        name = getattr(error, "sqlite_errorname", "")
        return Problem(
            title=title,
            detail=f"{error} ({name})",
            remedy=remedy,
            code=name or None,
            facts={"file": str(self.path)},
        )


def user_version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _look(path: Path, patience: float = 5.0) -> sqlite3.Connection:
    """A connection that cannot write."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=patience)


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite itself rolls back on some errors, a full disk among them.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def backups(path: Path) -> list[Path]:
    """The copies that were made of a database before its migrations, oldest first."""
    return sorted(path.parent.glob(f"{path.stem}.before-*{path.suffix}"))


def backup(connection: sqlite3.Connection, path: Path) -> Path:
    """Copy the database beside it and prove the copy. Raises Failure when it is not equal.

    `connection` holds the right to write, so that nobody else does meanwhile.
    """
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    copy = path.with_name(f"{path.stem}.before-{stamp}{path.suffix}")
    private_file(copy)
    try:
        with (
            # SQLite copies nothing through a connection that may write itself: it waits for ever.
            contextlib.closing(_look(path)) as source,
            contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as target,
        ):
            source.backup(target)
            (verdict,) = target.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok" or _census(target) != _census(connection):
                raise Failure(
                    Problem(
                        title="No sound copy of the saved sessions could be made, so they were not"
                        " brought to this version.",
                        detail=f"The check of the copy said: {verdict}",
                        remedy="free_space",
                        facts={"file": str(path)},
                    )
                )
        with copy.open("rb+") as file:
            os.fsync(file.fileno())
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    return copy


def _census(connection: sqlite3.Connection) -> dict[str, int]:
    """Rows by table, and the version."""
    names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    counts = {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
        for (name,) in names
    }
    return {**counts, "user_version": user_version(connection)}
