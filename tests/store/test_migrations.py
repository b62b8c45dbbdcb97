"""Every layout that was ever released can be opened.

`fixtures/v<n>.sqlite3.gz` is a database as version n wrote it. It is made by the last test here and
never again.
"""

from __future__ import annotations

import asyncio
import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from playground.core.comparison import Column, Comparison
from playground.core.parts import part_of
from playground.core.prompts import Content, Prompt, Said, Version
from playground.core.variables import Variable
from playground.store.database import user_version
from playground.store.home import Home
from playground.store.migrations import MIGRATIONS
from playground.store.prompts import Prompts

FIXTURES = Path(__file__).parent / "fixtures"
VERSIONS = range(1, len(MIGRATIONS) + 1)

Make = Callable[..., Any]

PICTURE = part_of("a.png", bytes(range(256)) * 20)
"""Large enough to be kept as a blob."""

PROMPT = Prompt(
    id="prm_old",
    title="Old words",
    folder="Old/Times",
    versions=(
        Version(
            number=1,
            created=1_700_000_000.5,
            note="begun",
            content=Content(
                messages=(Said(role="developer", text="Be brief about {{city}}."),),
                variables=(Variable(name="city", default="Lisboa"),),
            ),
        ),
    ),
)


COLUMN = Column(profile="sandbox", leaf="run_2", synced=False)


def freeze(path: Path, target: Path) -> None:
    """Pack a database (closed, so without a log) for the fixtures."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("VACUUM")
    target.write_bytes(gzip.compress(path.read_bytes(), mtime=0))


def missing(count: int) -> list[str]:
    names = [f"v{version}.sqlite3.gz" for version in range(1, count + 1)]
    return [name for name in names if not (FIXTURES / name).exists()]


def test_every_version_has_a_fixture() -> None:
    assert missing(len(MIGRATIONS)) == []


def test_a_version_without_a_fixture_is_noticed() -> None:
    following = len(MIGRATIONS) + 1
    assert missing(following) == [f"v{following}.sqlite3.gz"]


def test_every_migration_says_why() -> None:
    assert all(step.__doc__ and len(step.__doc__.split()) > 5 for step in MIGRATIONS)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_database_of_an_old_version_is_read(opened: Make, home: Home, version: int) -> None:
    home.database.write_bytes(gzip.decompress((FIXTURES / f"v{version}.sqlite3.gz").read_bytes()))
    with closing(sqlite3.connect(home.database)) as connection:
        assert user_version(connection) == version

    async def go() -> None:
        async with opened() as sessions:
            assert await sessions._database.read(user_version) == len(MIGRATIONS)
            (row,) = await sessions.list("Lisboa")
            assert (row.title, row.runs, row.tokens) == ("Old times", 2, 28)
            session = await sessions.load(row.id)
            first, second = session.path()
            assert second.parent == first.id
            assert str(first.input[0].text) == "Where is Anna?"
            if version >= 2:  # from which on there are pictures
                assert first.input[0].parts == session.attached == [PICTURE]
            assert first.transcript.text.strip() == "She lives in Lisboa."
            assert first.transcript.outcome == "completed"
            assert first.cost is not None and str(first.cost.usd) == "0.000123"
            events = await sessions.recording(first.id)
            assert [event.kind for event in events][-3:] == ["sse", "eof", "ended"]
            assert (row.folder, row.tags) == (("Old", ("x",)) if version >= 4 else ("", ()))
            assert session.comparison.columns == [COLUMN][: version >= 4]
            took = await sessions._database.read(
                lambda connection: connection.execute("SELECT took_ms FROM run").fetchone()
            )
            assert took[0] > 0  # also of what was run before anybody kept it
            prompts = Prompts(sessions._database)
            if version >= 3:  # from which on there are prompts
                assert await prompts.load(PROMPT.id) == PROMPT
            else:
                assert await prompts.list() == []

    asyncio.run(go())


def test_this_version_can_be_frozen(
    opened: Make, home: Home, make_run: Make, session_of: Make, tmp_path: Path
) -> None:
    """What this leaves in its folder (`--basetemp`) is the fixture of this version."""
    first = make_run("Where is Anna?", "She lives in Lisboa.", session="ses_old", run_id="run_1")
    first.input[0].parts = [PICTURE]
    second = make_run("And where is that?", session="ses_old", run_id="run_2", parent=first.id)

    async def go() -> None:
        async with opened() as sessions:
            await sessions.save(
                session_of(
                    "ses_old",
                    "Old times",
                    leaf=second.id,
                    attached=[PICTURE],
                    folder="Old",
                    tags=["x"],
                    comparison=Comparison(columns=[COLUMN]),
                )
            )
            for run in (first, second):
                await sessions.begin(run)
                await sessions.finish(run)
            await Prompts(sessions._database).save(PROMPT)

    asyncio.run(go())
    frozen = tmp_path / f"v{len(MIGRATIONS)}.sqlite3.gz"
    freeze(home.database, frozen)
    assert gzip.decompress(frozen.read_bytes()) == home.database.read_bytes()
