"""What can be wrong with a file, a disk or a neighbour, and that nothing is lost by it."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from playground.core.problem import Failure, Problem
from playground.store.database import Database, backups
from playground.store.migrations import MIGRATIONS, Migration


def run(path: Path, *work: Callable[[sqlite3.Connection], object], **options: object) -> object:
    """Open, do the work, close; what the last piece returned."""

    async def go() -> object:
        database = Database(path, **options)  # type: ignore[arg-type]
        try:
            await database.open()
            result: object = None
            for piece in work:
                result = await database.write(piece)
            return result
        finally:
            await database.close()

    return asyncio.run(go())


def refusal(path: Path, **options: object) -> Problem:
    with pytest.raises(Failure) as caught:
        run(path, **options)
    return caught.value.problem


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def add(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO session (id, created, changed) VALUES ('ses_1', 1, 1)")


def count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM session").fetchone()[0])


def test_what_was_written_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    run(path, add)
    assert run(path, count) == 1
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["db.sqlite3"]


def test_it_is_durable_and_forgets_what_is_deleted(tmp_path: Path) -> None:
    def pragmas(connection: sqlite3.Connection) -> list[object]:
        return [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        ]

    assert run(tmp_path / "db", pragmas) == ["wal", 2, 1, 1]


def test_a_write_happens_whole_or_not_at_all(tmp_path: Path) -> None:
    def half(connection: sqlite3.Connection) -> None:
        add(connection)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        run(tmp_path / "db", half)
    assert run(tmp_path / "db", count) == 0


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_its_files_are_closed_to_others(tmp_path: Path) -> None:
    async def go() -> list[int]:
        database = Database(tmp_path / "db")
        await database.open()
        await database.write(add)
        modes = [entry.stat().st_mode & 0o777 for entry in tmp_path.iterdir()]
        await database.close()
        return modes

    before = os.umask(0)
    try:
        assert asyncio.run(go()) == [0o600] * 3  # with the log and its index
    finally:
        os.umask(before)


def test_a_newer_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "db"
    run(path, add)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = digest(path)
    problem = refusal(path)
    assert problem.remedy == "update"
    assert "newer version" in problem.title
    assert digest(path) == before
    assert backups(path) == []


def test_a_newer_file_whose_version_is_still_in_its_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "db"
    run(path, add)
    with closing(sqlite3.connect(path)) as neighbour:  # keeps the log from being folded in
        neighbour.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
        before = digest(path), digest(tmp_path / "db-wal")
        assert refusal(path).remedy == "update"
        assert (digest(path), digest(tmp_path / "db-wal")) == before


@pytest.mark.parametrize("content", [b"hello", b"SQLite format 3\0 nearly", b"\0" * 5000])
def test_what_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "db"
    path.write_bytes(content)
    assert "not a database" in refusal(path).title
    assert path.read_bytes() == content


def test_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "db").mkdir()
    assert refusal(tmp_path / "db").remedy == "open_folder"


def test_a_locked_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "db"
    with closing(sqlite3.connect(path, isolation_level=None)) as neighbour:
        neighbour.execute("BEGIN EXCLUSIVE")
        neighbour.execute("CREATE TABLE x (y)")
        problem = refusal(path, patience=0.05)
    assert problem.remedy == "retry"
    assert "Another program" in problem.title


def test_a_neighbour_that_writes_is_waited_for_and_then_told_of(tmp_path: Path) -> None:
    async def go() -> Problem:
        database = Database(tmp_path / "db", patience=0.05)
        await database.open()
        with closing(sqlite3.connect(tmp_path / "db", isolation_level=None)) as neighbour:
            neighbour.execute("BEGIN IMMEDIATE")
            with pytest.raises(Failure) as caught:
                await database.write(add)
            neighbour.execute("ROLLBACK")
            await database.write(add)
        await database.close()
        return caught.value.problem

    assert asyncio.run(go()).code == "SQLITE_BUSY"


def test_a_full_disk_is_a_problem_and_what_was_there_stays(tmp_path: Path) -> None:
    def limit(connection: sqlite3.Connection) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def fill(connection: sqlite3.Connection) -> None:
        add(connection)
        connection.execute("UPDATE session SET title = ?", ("x" * 100_000,))

    async def go() -> tuple[Problem, int]:
        database = Database(tmp_path / "db")
        await database.open()
        await database.read(limit)
        with pytest.raises(Failure) as caught:
            await database.write(fill)
        await database.read(lambda connection: connection.execute("PRAGMA max_page_count = 100000"))
        await database.write(fill)
        rows = await database.read(count)
        await database.close()
        return caught.value.problem, rows

    problem, rows = asyncio.run(go())
    assert (problem.remedy, problem.code) == ("free_space", "SQLITE_FULL")
    assert rows == 1


def test_our_own_mistakes_are_not_dressed_up(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        run(tmp_path / "db", lambda connection: connection.execute("SELECT * FROM absent"))


def test_closing_twice_and_without_opening_is_fine(tmp_path: Path) -> None:
    async def go() -> None:
        database = Database(tmp_path / "db")
        await database.close()
        await database.close()

    asyncio.run(go())


# Migrations.


def later(connection: sqlite3.Connection) -> None:
    """A step as a later version may have one."""
    connection.execute("ALTER TABLE session ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'")


def broken(connection: sqlite3.Connection) -> None:
    """A step that fails in the middle."""
    connection.execute("DROP TABLE segment")
    raise RuntimeError("a mistake of ours")


LATER: tuple[Migration, ...] = (*MIGRATIONS, later)


def test_a_new_file_needs_no_backup(tmp_path: Path) -> None:
    run(tmp_path / "db", migrations=LATER)
    assert backups(tmp_path / "db") == []


def test_the_copy_from_before_a_migration_is_whole_and_of_the_old_version(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    run(path, add)
    colour = "SELECT colour FROM session"
    assert run(path, lambda c: c.execute(colour).fetchall(), migrations=LATER) == [("blue",)]
    (copy,) = backups(path)
    if os.name == "posix":
        assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert count(connection) == 1
        assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    run(path, migrations=LATER)
    assert backups(path) == [copy]


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "db"
    run(path, add)
    with pytest.raises(RuntimeError, match="a mistake of ours"):
        run(path, migrations=(*LATER, broken))
    assert run(path, count) == 1  # with the version that it had
    assert len(backups(path)) == 1


def test_without_a_sound_copy_there_is_no_migration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "db"
    run(path, add)
    counts = iter([{"session": 1}, {"session": 2}])
    monkeypatch.setattr("playground.store.database._census", lambda connection: next(counts))
    assert "copy" in refusal(path, migrations=LATER).title
    assert backups(path) == []
    assert run(path, count) == 1


@pytest.mark.parametrize("again", range(8))
def test_two_processes_may_open_a_new_file_at_once(tmp_path: Path, again: int) -> None:
    """Several times: SQLite refuses at once, but seldom, what two begin in the same moment."""

    async def go() -> list[int]:
        databases = [Database(tmp_path / "db", migrations=LATER) for _ in range(6)]
        await asyncio.gather(*(database.open() for database in databases))
        await databases[0].write(add)
        counts = [await database.read(count) for database in databases]
        for database in databases:
            await database.close()
        return counts

    assert asyncio.run(go()) == [1] * 6
