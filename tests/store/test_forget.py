"""What is forgotten is gone from every file."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import zlib
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from playground.core.problem import Failure
from playground.core.recording import Event
from playground.store import database
from playground.store.home import Home
from playground.store.migrations import MIGRATIONS
from playground.store.segments import encode

Make = Callable[..., Any]

MARKER = "xyzzymarker"


def holding(home: Home, *needles: bytes) -> list[str]:
    """The files under the home in which any of the needles stands."""
    found = []
    for path in home.path.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            found += [path.name for needle in needles if needle.lower() in content]
    return found


def test_a_forgotten_session_leaves_nothing(
    opened: Make, make_run: Make, session_of: Make, home: Home
) -> None:
    noise = random.Random(7)
    words = [f"word{number}" for number in range(400)]

    def chatter(length: int) -> str:
        return " ".join(noise.choices(words, k=length))

    blocks = [noise.randbytes(40_000) for _ in range(20)]

    async def go() -> None:
        async with opened() as sessions:
            await sessions.save(
                session_of("ses_secret", f"{MARKER} title", draft=f"draft {MARKER}")
            )
            for number in range(60):
                secret = make_run(
                    f"{MARKER}{number} " * noise.randrange(1, 60),
                    f"about {MARKER} {chatter(noise.randrange(400))}",
                    session="ses_secret",
                    run_id=f"run_{noise.random()}",  # so that rows move between pages
                )
                raw = blocks[number % 20] if number % 3 else b""
                secret.take([Event(99, "body", MARKER.encode() + raw)])
                await sessions.begin(secret)
                for first in range(0, len(secret.recording), 40):
                    await sessions.append(
                        secret.id, first, secret.recording.events[first : first + 40]
                    )
                await sessions.finish(secret)
                other = make_run(chatter(30), chatter(noise.randrange(300)), session="ses_other")
                await sessions.begin(other)
                await sessions.finish(other)
            assert len(await sessions.list(MARKER)) == 1
            # Nothing is proved unless it was there to be found.
            assert holding(home, MARKER.encode())
            assert holding(home, *[block[20_000:20_016] for block in blocks])
            await sessions.forget("ses_secret")
            assert holding(home, MARKER.encode(), b"ses_secret") == []
            assert holding(home, *[block[20_000:20_016] for block in blocks]) == []
            assert await sessions.list(MARKER) == []
            assert [row.id for row in await sessions.list()] == ["ses_other"]
            assert len((await sessions.load("ses_other")).runs) == 60
            assert await sessions.list("word1")
        assert holding(home, MARKER.encode(), b"ses_secret") == []
        with closing(sqlite3.connect(home.database)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
            for table in ("run", "segment", "message"):
                rows = connection.execute(f"SELECT * FROM {table}").fetchall()
                assert not [row for row in rows if MARKER in decoded(row)]

    asyncio.run(go())


def decoded(row: tuple[Any, ...]) -> str:
    """A row as text, with what is compressed in it."""
    parts = []
    for value in row:
        if isinstance(value, bytes):
            start = 10 if value.startswith(b"PGS") else 0
            parts.append(zlib.decompress(value[start:]).decode("utf-8", "replace"))
        else:
            parts.append(str(value))
    return " ".join(parts)


def test_segments_can_be_looked_into() -> None:
    """The search above sees through compression."""
    assert MARKER in decoded((encode([Event(1, "body", MARKER.encode())]),))


def test_copies_from_before_a_migration_go_as_well(
    opened: Make, make_run: Make, home: Home
) -> None:
    def later(connection: sqlite3.Connection) -> None:
        """A step of a later version."""
        connection.execute("CREATE TABLE later (x)")

    async def go() -> None:
        async with opened() as sessions:
            await sessions.begin(make_run(MARKER))
        async with opened(migrations=(*MIGRATIONS, later)) as sessions:
            assert len(database.backups(home.database)) == 1
            await sessions.forget("ses_1")

    asyncio.run(go())
    assert database.backups(home.database) == []
    assert holding(home, MARKER.encode()) == []


def test_a_session_in_which_an_answer_is_arriving_is_not_forgotten(
    opened: Make, make_run: Make
) -> None:
    run = make_run(over=False, owner="own_x")

    async def go() -> None:
        async with opened() as sessions:
            await sessions.begin(run)
            with pytest.raises(Failure, match="still arriving"):
                await sessions.forget("ses_1")
            assert (await sessions.run(run.id)).id == run.id

    asyncio.run(go())


def test_a_neighbour_that_reads_keeps_traces_and_it_is_said(
    opened: Make, make_run: Make, home: Home
) -> None:
    async def go() -> None:
        async with opened(patience=0.05) as sessions:
            await sessions.begin(make_run(MARKER))
            with closing(sqlite3.connect(home.database, isolation_level=None)) as neighbour:
                neighbour.execute("BEGIN")
                neighbour.execute("SELECT count(*) FROM run").fetchone()
                with pytest.raises(Failure, match="other windows"):
                    await sessions.forget("ses_1")
                neighbour.execute("ROLLBACK")
            assert await sessions.list() == []
        assert holding(home, MARKER.encode()) == []

    asyncio.run(go())


def test_purging_removes_what_deleting_leaves_in_free_space(home: Home) -> None:
    """Moving rows between pages leaves pieces of them that `secure_delete` does not see."""

    def churn(connection: sqlite3.Connection, noise: random.Random) -> None:
        """Sessions of many sizes that come and grow, and those with the marker go."""
        for number in range(noise.randrange(50, 500)):
            word = MARKER if noise.random() < 0.5 else "otherwords"
            connection.execute(
                "INSERT INTO session (id, title, created, changed, profile) VALUES (?, ?, 1, 1, ?)",
                (str(noise.random()), word * noise.randrange(1, 200), word),
            )
            if noise.random() < 0.3:
                connection.execute(
                    "UPDATE session SET title = title || title WHERE rowid = ?",
                    (noise.randrange(1, number + 2),),
                )
        connection.execute("DELETE FROM session WHERE profile = ?", (MARKER,))

    def checkpoint(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    async def go() -> bool:
        store = database.Database(home.database)
        await store.open()
        left = False
        for seed in range(20):
            await store.write(churn, random.Random(seed))
            await store.read(checkpoint)
            if left := bool(holding(home, MARKER.encode())):
                break
        await store.purge()
        assert holding(home, MARKER.encode()) == []
        await store.close()
        return left

    assert asyncio.run(go()), "nothing was left to purge: the test shows nothing"
