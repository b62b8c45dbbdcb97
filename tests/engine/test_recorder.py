"""The recorder: what arrives is soon on the disk, and nothing is lost when the disk says no."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from playground.core.call import Call
from playground.core.problem import Failure, Problem
from playground.core.recording import Event, fact
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.engine.recorder import Recorder
from playground.store.database import Database
from playground.store.sessions import Sessions

NEVER = 3600.0
"""An interval that does not come: the test writes when it says so."""


def event(number: int) -> Event:
    return Event(number, "sse", b"data: {}\n\n", chunk=number)


def make_run(run_id: str = "run_1") -> Run:
    return Run(run_id, "ses_1", None, Call(api="chat"), "p", [], BY_ID["chat"].reduce, owner="own")


class Shelf:
    """A store in memory, which can be told to fail."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.events: dict[str, list[Event]] = {}
        self.finished: dict[str, list[Event]] = {}
        self.error: Exception | None = None
        self.gate: Callable[[], Awaitable[object]] | None = None
        self.changed = asyncio.Event()

    async def begin(self, run: Run) -> None:
        await self._called("begin", run.id)
        self.events.setdefault(run.id, [])

    async def append(self, run_id: str, first: int, events: Sequence[Event]) -> None:
        await self._called("append", run_id)
        self.events[run_id][first:] = events

    async def finish(self, run: Run) -> None:
        await self._called("finish", run.id)
        self.finished[run.id] = list(run.recording)

    async def _called(self, name: str, run_id: str) -> None:
        self.calls.append((name, run_id))
        if self.gate is not None:
            await self.gate()
        if self.error is not None:
            raise self.error
        self.changed.set()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not true():
                self.changed.clear()
                await self.changed.wait()


def recorder(shelf: Shelf, interval: float = NEVER) -> tuple[Recorder, list[Problem]]:
    problems: list[Problem] = []
    return Recorder(shelf, problems.append, interval), problems


def test_the_run_is_on_the_disk_before_anything_arrives() -> None:
    async def go() -> None:
        shelf, run = Shelf(), make_run()
        one, _ = recorder(shelf)
        run.take([event(0)])
        await one.watch(run)
        assert shelf.calls == [("begin", "run_1"), ("append", "run_1")]
        assert shelf.events["run_1"] == run.recording.events
        await one.close()

    asyncio.run(go())


def test_what_arrives_is_written_by_itself_once_and_in_order() -> None:
    async def go() -> None:
        shelf, runs = Shelf(), [make_run("run_a"), make_run("run_b")]
        one, _ = recorder(shelf, interval=0.001)
        for run in runs:
            await one.watch(run)
        for number in range(5):
            for run in runs:
                run.take([event(number), event(number)])
            await shelf.until(
                lambda: all(shelf.events[run.id] == run.recording.events for run in runs)
            )
        appended = len([call for call in shelf.calls if call[0] == "append"])
        assert appended <= 20  # nothing is written where nothing is new
        await one.close()

    asyncio.run(go())


def test_flush_writes_now() -> None:
    async def go() -> None:
        shelf, run = Shelf(), make_run()
        one, _ = recorder(shelf)
        await one.watch(run)
        run.take([event(0), event(1)])
        assert await one.flush()
        assert shelf.events["run_1"] == run.recording.events
        await one.close()

    asyncio.run(go())


def test_a_finished_run_is_written_whole_and_then_left_alone() -> None:
    async def go() -> None:
        shelf, run = Shelf(), make_run()
        one, _ = recorder(shelf, interval=0.001)
        await one.watch(run)
        run.take([event(0), fact(1, "ended")])
        assert await one.finish(run)
        assert shelf.events["run_1"] == shelf.finished["run_1"] == run.recording.events
        assert [name for name, _ in shelf.calls] == ["begin", "append", "finish"]
        assert one._loop is not None
        async with asyncio.timeout(30):
            await one._loop  # idle costs nothing
        assert await one.finish(run)
        assert len(shelf.calls) == 3
        await one.watch(make_run("run_2"))
        assert not one._loop.done()
        await one.close()

    asyncio.run(go())


def full() -> Failure:
    return Failure(Problem(title="The disk is full.", remedy="free_space"))


@pytest.mark.logs
def test_a_full_disk_is_told_of_once_and_the_data_is_written_later() -> None:
    async def go() -> None:
        shelf, runs = Shelf(), [make_run("run_a"), make_run("run_b")]
        one, problems = recorder(shelf)
        shelf.error = full()
        for run in runs:
            await one.watch(run)
            run.take([event(0)])
        assert not await one.flush()
        assert not await one.finish(runs[0])
        assert [problem.title for problem in problems] == ["The disk is full."]
        shelf.error = None
        runs[1].take([event(1)])
        assert await one.flush()
        assert shelf.finished == {"run_a": runs[0].recording.events}
        assert shelf.events["run_b"] == runs[1].recording.events
        shelf.error = full()
        runs[1].take([event(2)])
        assert not await one.close()
        assert len(problems) == 2  # it had gone well in between

    asyncio.run(go())


@pytest.mark.logs
def test_it_goes_on_trying_by_itself() -> None:
    async def go() -> None:
        shelf, run = Shelf(), make_run()
        one, problems = recorder(shelf, interval=0.001)
        shelf.error = full()
        await one.watch(run)
        assert not await one.finish(run)
        shelf.error = None
        await shelf.until(lambda: "run_1" in shelf.finished)
        assert len(problems) == 1
        await one.close()

    asyncio.run(go())


@pytest.mark.logs
def test_our_own_mistake_in_writing_does_not_end_the_recorder() -> None:
    async def go() -> None:
        shelf, run = Shelf(), make_run()
        one, problems = recorder(shelf)
        shelf.error = RuntimeError("a mistake")
        await one.watch(run)
        assert [problem.bug for problem in problems] == [True]
        shelf.error = None
        assert await one.flush()
        await one.close()

    asyncio.run(go())


def test_events_that_come_while_writing_are_written_next_time() -> None:
    async def go() -> None:
        shelf, run = Shelf(), make_run()
        one, _ = recorder(shelf)
        await one.watch(run)
        run.take([event(0)])
        writing, go_on = asyncio.Event(), asyncio.Event()

        async def gate() -> None:
            writing.set()
            await go_on.wait()

        shelf.gate = gate
        first = asyncio.create_task(one.flush())
        await writing.wait()
        run.take([event(1)])  # the loop was never blocked
        second = asyncio.create_task(one.flush())
        go_on.set()
        assert await first and await second
        assert shelf.events["run_1"] == run.recording.events
        assert [name for name, _ in shelf.calls] == ["begin", "append", "append"]
        await one.close()

    asyncio.run(go())


# On the real store.


@asynccontextmanager
async def store(path: Path) -> AsyncIterator[tuple[Database, Sessions]]:
    database = Database(path / "db")
    await database.open()
    yield database, Sessions(database, BY_ID)
    await database.close()


@pytest.mark.logs
def test_a_really_full_database_loses_nothing(tmp_path: Path) -> None:
    def limit(connection: sqlite3.Connection) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def lift(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA max_page_count = 1000000")

    async def go() -> None:
        problems: list[Problem] = []
        run = make_run()
        async with store(tmp_path) as (database, sessions):
            one = Recorder(sessions, problems.append, NEVER)
            await one.watch(run)
            await database.read(limit)
            for number in range(400):
                run.take([Event(number, "body", b"%0999d" % number)])
                if number % 40 == 0:
                    await one.flush()
            run.note("ended")
            assert not await one.finish(run)
            assert [problem.remedy for problem in problems] == ["free_space"]
            await database.read(lift)
            assert await one.close()
        async with store(tmp_path) as (_, sessions):
            again = await sessions.run("run_1")
            assert again.recording.events == run.recording.events
            assert again.transcript.outcome is not None

    asyncio.run(go())


def test_the_loop_goes_on_while_another_process_holds_the_database(tmp_path: Path) -> None:
    async def go() -> None:
        run = make_run()
        async with store(tmp_path) as (_, sessions):
            one = Recorder(sessions, [].append, NEVER)
            await one.watch(run)
            neighbour = sqlite3.connect(tmp_path / "db", isolation_level=None)
            neighbour.execute("BEGIN IMMEDIATE")
            run.take([event(0)])
            flushing = asyncio.create_task(one.flush())
            for number in range(1000):
                await asyncio.sleep(0)
                run.take([event(number)])
            assert not flushing.done()
            neighbour.execute("ROLLBACK")
            neighbour.close()
            assert await flushing
            assert await one.close()
            assert await sessions.recording("run_1") == run.recording.events

    asyncio.run(go())
