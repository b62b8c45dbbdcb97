"""Long base64 is kept once in a session, and comes back to the byte."""

from __future__ import annotations

import asyncio
import base64
import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.parts import part_of
from playground.core.problem import Problem
from playground.core.recording import Event
from playground.core.session import Session
from playground.store import sessions as module
from playground.store.blobs import LONG, Cutter, Paster
from playground.store.home import Home
from playground.store.migrations import MIGRATIONS
from playground.store.rows import Columns, session_columns

Make = Callable[..., Any]

NOISE = random.Random(5).randbytes(300_000)
PICTURE = part_of("cat.png", NOISE)


@pytest.fixture(scope="module")
def connection() -> Any:
    with closing(sqlite3.connect(":memory:")) as made:
        for step in MIGRATIONS:
            step(made)
        made.execute("INSERT INTO session (id, created, changed) VALUES ('s', 0, 0)")
        yield made


stretches = st.integers(0, 2 * LONG).map(lambda size: base64.b64encode(NOISE[:size]))
marks = st.sampled_from([b"\x02", b"\x03", b"\x02blob:", b"\x02blob:%s\x03" % (b"a" * 64), b"="])


@given(st.lists(st.binary(max_size=9) | stretches | marks).map(b"".join))
def test_any_bytes_come_back(connection: sqlite3.Connection, raw: bytes) -> None:
    cutter = Cutter()
    cut = cutter.raw(raw)
    cutter.keep(connection, "s")
    assert Paster(connection, "s").raw(cut) == raw
    assert len(cut) <= 2 * LONG + len(raw)


@given(st.lists(st.text(max_size=9) | stretches.map(bytes.decode)).map(json.dumps))
def test_any_json_comes_back(connection: sqlite3.Connection, text: str) -> None:
    cutter = Cutter()
    cut = cutter.text(text)
    cutter.keep(connection, "s")
    assert Paster(connection, "s").text(cut) == text


def test_a_stretch_that_is_a_little_too_short_costs_one_look_at_each_character() -> None:
    class Counted(Cutter):
        marks = 0

        def _mark(self, match: Any) -> bytes:
            self.marks += 1
            return super()._mark(match)

    cutter = Counted()
    almost = (b"A" * (LONG - 1) + b" ") * 3000  # 12 MB: minutes, if each began a search anew
    assert cutter.raw(almost) == almost
    assert cutter.marks == 0


def test_a_picture_that_goes_with_every_request_is_kept_once(
    opened: Make, make_run: Make, session_of: Make, home: Home
) -> None:
    body = json.dumps({"input": [{"role": "user", "content": [PICTURE]}]}).encode()
    runs = []
    for number in range(10):
        run = make_run(f"q{number}", "a", session="ses_1", run_id=f"run_{number}")
        run.input[0].parts = [PICTURE]
        run.take([Event(9, "request", body)])
        runs.append(run)

    async def go() -> None:
        async with opened() as sessions:
            await sessions.save(session_of("ses_1", attached=[PICTURE]))
            for run in runs:
                await sessions.begin(run)
                await sessions.append(run.id, 0, run.recording.events)
                await sessions.finish(run)
        async with opened() as sessions:
            session = await sessions.load("ses_1")
            assert session.attached == [PICTURE]
            for run in runs:
                assert session.runs[run.id].input[0].parts == [PICTURE]
                assert await sessions.recording(run.id) == list(run.recording.events)

    asyncio.run(go())
    with closing(sqlite3.connect(home.database)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM blob").fetchone()
        assert count == 1
        (size,) = connection.execute("SELECT sum(length(data)) FROM segment").fetchone()
        assert size < 10_000


def test_what_is_attached_is_written_once_and_never_lost(
    opened: Make, session_of: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[bool] = []

    def columns(session: Session, *, attached: bool = True) -> Columns:
        written.append(attached)
        return session_columns(session, attached=attached)

    monkeypatch.setattr(module, "session_columns", columns)
    session = session_of("ses_1", attached=[PICTURE])

    async def go() -> None:
        async with opened() as sessions:
            for draft in ("l", "look"):
                session.draft = draft
                await sessions.save(session)
            assert written == [True, False]
            kept = await sessions.load("ses_1")
            assert (kept.draft, kept.attached) == ("look", [PICTURE])
            session.attached = [PICTURE, PICTURE]
            await sessions.save(session)
            assert (await sessions.load("ses_1")).attached == session.attached
            await sessions.forget("ses_1")
            await sessions.save(session)
            assert (await sessions.load("ses_1")).attached == session.attached
            session.attached = []
            await sessions.save(session)
            assert (await sessions.load("ses_1")).attached == []

    asyncio.run(go())


def test_a_forgotten_session_takes_its_blobs_with_it(
    opened: Make, make_run: Make, session_of: Make, home: Home
) -> None:
    async def go() -> None:
        async with opened() as sessions:
            for name in ("ses_1", "ses_2"):
                await sessions.save(session_of(name, attached=[PICTURE]))
            await sessions.forget("ses_1")
            assert (await sessions.load("ses_2")).attached == [PICTURE]

    asyncio.run(go())
    with closing(sqlite3.connect(home.database)) as connection:
        assert connection.execute("SELECT session FROM blob").fetchall() == [("ses_2",)]


def test_a_blob_that_is_gone_is_said(
    opened: Make, make_run: Make, session_of: Make, home: Home, problems: list[Problem]
) -> None:
    run = make_run("q", "a", session="ses_1", run_id="run_1")
    run.take([Event(9, "request", json.dumps([PICTURE]).encode())])

    async def go() -> None:
        async with opened() as sessions:
            await sessions.save(session_of("ses_1"))
            await sessions.begin(run)
            await sessions.finish(run)
        with closing(sqlite3.connect(home.database)) as connection, connection:
            connection.execute("DELETE FROM blob")
        async with opened() as sessions:
            assert await sessions.recording("run_1") == []

    asyncio.run(go())
    (problem,) = problems
    assert "blob" in problem.detail
