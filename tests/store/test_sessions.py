"""What goes into the store comes out of it: sessions, runs, recordings, sums."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.comparison import Column, Comparison
from playground.core.items import Message, Text, dump
from playground.core.problem import Failure, Problem
from playground.core.recording import Event, fact
from playground.core.session import Run, Session, new_id
from playground.core.usage import Cost
from playground.endpoints import BY_ID
from playground.store.filters import Filter
from playground.store.home import Home
from playground.store.owner import Owner
from playground.store.sessions import Sessions

Make = Callable[..., Any]


def assert_same_run(left: Run, right: Run) -> None:
    for name in ("id", "session", "parent", "call", "profile", "created", "cost", "trashed"):
        assert getattr(left, name) == getattr(right, name), name
    # Revisions count the batches in which events came.
    assert [{**dump(item), "rev": 0} for item in left.items] == [
        {**dump(item), "rev": 0} for item in right.items
    ]
    for name in ("outcome", "usage", "timing", "headers", "misread", "problem", "events"):
        assert getattr(left.transcript, name) == getattr(right.transcript, name), name
    assert left.recording.began == right.recording.began


async def keep(sessions: Sessions, run: Run) -> None:
    await sessions.begin(run)
    await sessions.finish(run)


def test_a_session_is_read_as_it_was_written(
    opened: Make, make_run: Make, session_of: Make
) -> None:
    first = make_run("Who?", "Me.")
    second = make_run("And?", "You.", parent=first.id, run_id="run_b")
    silent = make_run("Added.", parent=second.id, sent=False)
    session = session_of(
        draft="half a thou", leaf=silent.id, named=True, profile="p", created=1.5, changed=2.5
    )

    async def go() -> Session:
        async with opened() as sessions:
            await sessions.save(session)
            for run in (first, second, silent):
                await keep(sessions, run)
            await sessions.save(session)
        async with opened() as sessions:
            return await sessions.load("ses_1")

    again = asyncio.run(go())
    assert replace(again, runs={}) == session
    assert list(again.runs) == [first.id, second.id, silent.id]
    for run in (first, second, silent):
        assert_same_run(again.runs[run.id], run)
    assert again.runs[silent.id].silent
    assert not again.runs[first.id].silent
    assert [run.id for run in again.path()] == [first.id, second.id, silent.id]


def test_recordings_are_read_when_they_are_wanted(opened: Make, make_run: Make) -> None:
    run = make_run()

    async def go() -> None:
        async with opened() as sessions:
            await keep(sessions, run)
            again = (await sessions.load("ses_1")).runs[run.id]
            assert not again.loaded
            assert list(again.recording) == []
            assert again.transcript.text == run.transcript.text
            assert await sessions.recording(run.id) == run.recording.events
            whole = await sessions.run(run.id)
            assert whole.loaded
            assert whole.recording.events == run.recording.events
            assert whole.session == "ses_1"

    asyncio.run(go())


def test_a_run_is_found_by_the_beginning_of_its_id_and_as_the_last(
    opened: Make, make_run: Make
) -> None:
    async def go() -> None:
        async with opened() as sessions:
            with pytest.raises(Failure, match="Nothing has been run"):
                await sessions.run("last")
            await keep(sessions, make_run(run_id="run_abc", created=5.0))
            await keep(sessions, make_run(run_id="run_abd", created=4.0))
            await keep(sessions, make_run(run_id="run_zzz", created=9.0, sent=False))
            assert (await sessions.run("last")).id == "run_abc"
            assert (await sessions.run("run_abd")).id == "run_abd"
            assert (await sessions.run("run_z")).id == "run_zzz"
            assert (await sessions.load("ses")).id == "ses_1"
            for several in ("run_a", "run_ab"):
                with pytest.raises(Failure, match="run_abc, run_abd"):
                    await sessions.run(several)
            for none in ("", "run_q", "ses_1", "%", "\ud800"):
                with pytest.raises(Failure, match="There is no run"):
                    await sessions.run(none)
            with pytest.raises(Failure, match="There is no session"):
                await sessions.load("ses_2")

    asyncio.run(go())


def test_a_snapshot_of_another_reducer_is_read_again_from_its_recording(
    opened: Make, make_run: Make
) -> None:
    run = make_run("Hi", "one two")

    def shout(transcript: Any, kind: str, data: Any) -> None:
        BY_ID["chat"].reduce(transcript, kind, data)
        for message in transcript.messages():
            message.text.replace(str(message.text).upper())

    newer = {
        **BY_ID,
        "chat": replace(BY_ID["chat"], version=BY_ID["chat"].version + 1, reduce=shout),
    }

    async def go() -> None:
        async with opened() as sessions:
            await keep(sessions, run)
        async with opened(endpoints=newer) as sessions:
            first = (await sessions.load("ses_1")).runs[run.id]
            assert (first.loaded, first.transcript.text.strip()) == (True, "ONE TWO")
            again = (await sessions.load("ses_1")).runs[run.id]
            assert (again.loaded, again.transcript.text.strip()) == (False, "ONE TWO")

    asyncio.run(go())


def test_a_damaged_snapshot_is_read_again_from_its_recording(opened: Make, make_run: Make) -> None:
    run = make_run()

    async def go() -> None:
        async with opened() as sessions:
            await keep(sessions, run)
            await sessions._database.write(
                lambda c: c.execute("UPDATE run SET snapshot = x'00ff'").rowcount
            )
            assert_same_run((await sessions.load("ses_1")).runs[run.id], run)

    asyncio.run(go())


def test_a_damaged_segment_is_told_of_and_the_others_are_read(
    opened: Make, make_run: Make, problems: list[Problem]
) -> None:
    run = make_run(over=False, owner="own_x")
    events = run.recording.events

    async def go() -> list[Event]:
        async with opened() as sessions:
            await sessions.begin(run)
            for first in range(0, len(events), 2):
                await sessions.append(run.id, first, events[first : first + 2])
            await sessions._database.write(
                lambda c: c.execute("UPDATE segment SET data = x'50' WHERE first = 2").rowcount
            )
            return list(await sessions.recording(run.id))

    assert asyncio.run(go()) == events[:2] + events[4:]
    (problem,) = problems
    assert "Events 2 to 3" in problem.detail


def test_a_damaged_run_is_told_of_and_the_others_are_read(
    opened: Make, make_run: Make, problems: list[Problem]
) -> None:
    good, bad = make_run(), make_run(run_id="run_bad")

    async def go() -> list[str]:
        async with opened() as sessions:
            await keep(sessions, good)
            await keep(sessions, bad)
            await sessions._database.write(
                lambda c: c.execute("UPDATE run SET call = '{' WHERE id = 'run_bad'").rowcount
            )
            with pytest.raises(Failure, match="damaged"):
                await sessions.run("run_bad")
            return list((await sessions.load("ses_1")).runs)

    assert asyncio.run(go()) == [good.id]
    assert "run_bad" in problems[0].detail


def test_appending_again_does_no_harm_also_when_more_has_come(opened: Make, make_run: Make) -> None:
    run = make_run(over=False, owner="own_x")
    events = run.recording.events

    async def go() -> list[Event]:
        async with opened() as sessions:
            await sessions.begin(run)
            await sessions.append(run.id, 0, [])
            await sessions.append(run.id, 0, events[:2])
            await sessions.append(run.id, 0, events[:3])
            await sessions.begin(run)
            await sessions.append(run.id, 3, events[3:])
            return list(await sessions.recording(run.id))

    assert asyncio.run(go()) == events


def test_finishing_merges_the_segments(opened: Make, make_run: Make) -> None:
    run = make_run("x", " ".join(map(str, range(300))))

    async def go() -> None:
        async with opened() as sessions:
            await sessions.begin(run)
            for first, event in enumerate(run.recording):
                await sessions.append(run.id, first, [event])

            async def segments() -> int:
                count = "SELECT count(*) FROM segment"
                return int(await sessions._database.read(lambda c: c.execute(count).fetchone()[0]))

            assert await segments() == len(run.recording)
            await sessions.finish(run)
            assert await segments() == 1
            assert await sessions.recording(run.id) == run.recording.events

    asyncio.run(go())


def test_what_json_cannot_nest_is_read_from_the_recording(opened: Make, make_run: Make) -> None:
    run = make_run("Hi", "there")
    deep: Any = {}
    for _ in range(100_000):
        deep = {"a": deep}
    run.transcript.items[-1].wire = deep

    async def go() -> str:
        async with opened() as sessions:
            await keep(sessions, run)
            return (await sessions.load("ses_1")).runs[run.id].transcript.text.strip()

    assert asyncio.run(go()) == "there"
    while deep:  # Python would take it apart recursively
        deep = deep.pop("a")


def test_halves_of_surrogate_pairs_never_reach_the_database(
    opened: Make, make_run: Make, session_of: Make
) -> None:
    run = make_run("Hi", "there")
    half = "a\ud83db"
    run.transcript.items[-1].wire = {"text": half, half: [half]}
    run.transcript.model = half
    run.input[0] = Message(key="in:0", role="user", text=Text(half), wire={"x": half})
    run.call = run.call.model_copy(update={"instructions": half, "fields": {"x": half}})
    session = session_of(title=half, draft=half)

    async def go() -> tuple[Session, Any]:
        async with opened() as sessions:
            await sessions.save(session)
            await keep(sessions, run)
            return await sessions.load("ses_1"), await sessions.list(half)

    again, found = asyncio.run(go())
    assert (again.title, again.draft) == ("a\ufffdb", "a\ufffdb")
    assert again.runs[run.id].call.fields == {"x": "a\ufffdb"}
    assert again.runs[run.id].transcript.items[-1].wire == {
        "text": "a\ufffdb",
        "a\ufffdb": ["a\ufffdb"],
    }
    assert [row.id for row in found] == ["ses_1"]


def test_numbers_that_nobody_could_keep_disturb_no_list(
    opened: Make, make_run: Make, session_of: Make
) -> None:
    odd = Call(model="m", fields={"x": float("nan"), "y": float("inf")})
    comparison = Comparison(columns=[Column(call=odd)])
    costs = [Decimal("1e30"), Decimal("-5"), Decimal("1e99999"), Decimal("0.25")]
    runs = [make_run("Hi", "there", run_id=f"run_{number}") for number in range(len(costs))]
    for run, usd in zip(runs, costs, strict=True):
        run.cost = Cost(basis="reported", usd=usd)

    async def go() -> None:
        async with opened() as sessions:
            session = session_of(comparison=comparison)
            session.call = odd
            await sessions.save(session)
            for run in runs:
                await keep(sessions, run)
            for wanted in (Filter(), Filter(panel="compare")):
                (row,) = await sessions.list(wanted)
                assert (row.compares, row.usd) == (True, Decimal("0.25"))
                assert row.unknown
            assert await sessions.list(Filter(model="no such model")) == []
            again = await sessions.load("ses_1")
            assert again.call.fields["y"] == float("inf")
            assert again.call.fields["x"] != again.call.fields["x"]
            assert [run.cost.usd for run in again.runs.values()] == costs

    asyncio.run(go())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(), st.text(), st.dictionaries(st.text(), JSON, max_size=3), st.booleans())
def test_saving_and_loading_loses_nothing(
    opened: Make, make_run: Make, text: str, draft: str, fields: dict[str, Any], flag: bool
) -> None:
    call = Call(api="responses", instructions=text, fields=fields, stream=flag)
    new = new_id("ses")  # where one lies is written once
    session = Session(new, title=text, draft=draft, call=call, named=flag, trashed=flag)
    run = make_run(text or "x", text, session=new, run_id="run_x")
    run.call = call.model_copy(update={"api": "chat"})

    async def go() -> Session:
        async with opened() as sessions:
            await sessions.save(session)
            await keep(sessions, run)
            session.changed = max(session.changed, run.created)
            return await sessions.load(new)

    again = asyncio.run(go())
    assert replace(again, runs={}) == session
    assert_same_run(again.runs["run_x"], run)


# Lists and sums.


def test_the_list_is_newest_first_and_sums_up(
    opened: Make, make_run: Make, session_of: Make
) -> None:
    async def go() -> None:
        async with opened() as sessions:
            assert await sessions.list() == []
            await sessions.save(session_of("ses_1", "Old", changed=1.0, created=0.5))
            await sessions.save(session_of("ses_2", "New", changed=2.0))
            await keep(sessions, make_run(session="ses_1", usd="0.1", created=0.6))
            await keep(sessions, make_run(session="ses_1", usd="0.2", created=0.7))
            unknown = make_run(session="ses_1", usd=None, created=0.8)
            unknown.cost = Cost()
            await keep(sessions, unknown)
            trashed = make_run(session="ses_1", usd="0.0000000001", created=0.9)
            trashed.trashed = True
            await keep(sessions, trashed)
            running = make_run(session="ses_2", over=False, owner="own_x", created=0.1)
            await sessions.begin(running)
            newer, older = await sessions.list()
            assert (newer.id, newer.title, newer.running, newer.usd) == ("ses_2", "New", True, None)
            assert (older.id, older.runs, older.tokens) == ("ses_1", 3, 4 * 14)
            assert (older.usd, older.unknown) == (Decimal("0.3000000001"), 1)
            assert (older.created, older.changed, older.running) == (0.5, 1.0, False)
            assert older.model == "m"
            assert [row.id for row in await sessions.list(limit=1)] == ["ses_2"]
            rows = await sessions.outline(["ses_1", "ses_2"])
            assert [row.session for row in rows] == ["ses_2", *["ses_1"] * 4]
            assert (rows[0].outcome, rows[0].owner, rows[0].input) == (None, "own_x", None)
            assert (rows[1].outcome, rows[1].model, rows[1].output) == ("completed", "m-1", 4)
            assert [row.trashed for row in rows] == [False] * 4 + [True]

    asyncio.run(go())


def test_a_new_run_brings_its_session_to_the_top(
    opened: Make, make_run: Make, session_of: Make
) -> None:
    async def go() -> list[str]:
        async with opened() as sessions:
            await sessions.save(session_of("ses_1", changed=1.0))
            await sessions.save(session_of("ses_2", changed=2.0))
            await sessions.begin(make_run(session="ses_1", created=3.0))
            return [row.id for row in await sessions.list()]

    assert asyncio.run(go()) == ["ses_1", "ses_2"]


def test_usage_of_a_session_and_of_a_day(opened: Make, make_run: Make) -> None:
    day = date(2026, 3, 29)
    noon = datetime(2026, 3, 29, 12).timestamp()
    last_second = datetime(2026, 3, 28, 23, 59, 59).timestamp()

    async def go() -> None:
        async with opened() as sessions:
            assert (await sessions.usage_by_day(day)).runs == 0
            await keep(sessions, make_run(created=noon, usd="0.1"))
            await keep(sessions, make_run(created=noon, session="ses_2", usd="0.2"))
            await keep(sessions, make_run(created=last_second, usd="0.4"))
            counted = make_run(created=noon, session="ses_3", over=False)
            counted.take([fact(90, "estimate", {"input": 7, "output": 2}), fact(92, "stopped")])
            counted.cost = Cost()
            await keep(sessions, counted)
            await sessions.begin(make_run(created=noon, over=False, owner="own_x"))
            today = await sessions.usage_by_day(day)
            assert (today.runs, today.input, today.cached, today.output) == (3, 27, 6, 10)
            assert (today.usd, today.unknown, today.estimated) == (Decimal("0.3"), 1, 1)
            assert today.tokens == 37
            one = await sessions.usage_of("ses_1")
            assert (one.runs, one.tokens, one.usd) == (2, 28, Decimal("0.5"))

    asyncio.run(go())


def test_trash_and_back(opened: Make, make_run: Make) -> None:
    async def go() -> None:
        async with opened() as sessions:
            await keep(sessions, make_run("needle"))
            await sessions.trash("ses_1")
            assert await sessions.list() == []
            assert await sessions.list("needle") == []
            assert [row.id for row in await sessions.list(Filter(trashed=True))] == ["ses_1"]
            assert [row.id for row in await sessions.list(Filter("needle", trashed=True))] == [
                "ses_1"
            ]
            assert (await sessions.load("ses_1")).trashed
            await sessions.restore("ses_1")
            assert [row.id for row in await sessions.list("needle")] == ["ses_1"]

    asyncio.run(go())


def test_a_deleted_run_is_kept_but_not_found(opened: Make, make_run: Make) -> None:
    run = make_run("needle")

    async def go() -> None:
        async with opened() as sessions:
            await keep(sessions, run)
            for trashed in (True, False):
                run.trashed = trashed
                await sessions.update(run)
                assert bool(await sessions.list("needle")) is not trashed
                again = (await sessions.load("ses_1")).runs[run.id]
                assert again.trashed is trashed
                assert_same_run(again, run)

    asyncio.run(go())


def test_an_unloaded_run_can_be_updated_without_losing_its_answer(
    opened: Make, make_run: Make
) -> None:
    run = make_run("Hi", "needle")

    async def go() -> None:
        async with opened() as sessions:
            await keep(sessions, run)
            light = (await sessions.load("ses_1")).runs[run.id]
            light.trashed = True
            await sessions.update(light)
            light.trashed = False
            await sessions.update(light)
            assert_same_run(await sessions.run(run.id), run)
            assert await sessions.recording(run.id) == run.recording.events
            assert await sessions.list("needle")

    asyncio.run(go())


# Runs that were interrupted.


def test_runs_of_the_dead_are_interrupted_and_those_of_the_living_left_alone(
    opened: Make, make_run: Make, home: Home
) -> None:
    me, other, gone = Owner(home.owners), Owner(home.owners), Owner(home.owners)
    orphan = make_run("What?", "Half an ans", over=False, owner=gone.id)
    empty = make_run(sent=False, owner=gone.id)
    mine = make_run(over=False, owner=me.id)
    theirs = make_run(over=False, owner=other.id)
    done = make_run(owner=gone.id)
    gone.close()

    async def go() -> None:
        async with opened() as sessions:
            for run in (orphan, empty, mine, theirs):
                await sessions.begin(run)
                await sessions.append(run.id, 0, run.recording.events)
            await keep(sessions, done)
        async with opened() as sessions:
            assert sorted(await sessions.interrupted(me)) == sorted([orphan.id, empty.id])
            assert await sessions.interrupted(me) == []
            runs = (await sessions.load("ses_1")).runs
            assert runs[orphan.id].transcript.outcome == "interrupted"
            assert runs[orphan.id].transcript.text == "Half an ans "
            assert runs[empty.id].transcript.outcome == "interrupted"
            assert not runs[empty.id].silent
            assert runs[mine.id].transcript.outcome is None
            assert runs[mine.id].running
            assert runs[theirs.id].running
            assert runs[done.id].transcript.outcome == "completed"
            whole = await sessions.run(orphan.id)
            assert whole.recording.events[:-1] == orphan.recording.events
            assert whole.recording.events[-1].kind == "interrupted"
            assert await sessions.list("Half")

    asyncio.run(go())
    me.close()
    other.close()


WRITER = """
import asyncio, json, sys
from pathlib import Path
from playground.core.recording import Event, fact
from playground.core.call import Call
from playground.core.session import Run
from playground.endpoints import BY_ID
from playground.engine.recorder import Recorder
from playground.store.database import Database
from playground.store.home import Home
from playground.store.owner import Owner
from playground.store.sessions import Sessions

class Telling(Sessions):
    told = 0

    async def append(self, run_id, first, events):
        await super().append(run_id, first, events)
        self.told = first + len(events)
        print(self.told, flush=True)

async def main():
    home = Home(Path(sys.argv[1])).prepare()
    owner = Owner(home.owners)
    database = Database(home.database)
    await database.open()
    sessions = Telling(database, BY_ID)
    problems = []
    recorder = Recorder(sessions, problems.append, interval=0.01)
    run = Run("run_" + owner.id, "ses_1", None, Call(api="chat"), "p", [], BY_ID["chat"].reduce,
              owner=owner.id)
    await recorder.watch(run)
    row = {"choices": [{"index": 0, "delta": {"content": "x"}}]}
    raw = b"data: " + json.dumps(row).encode() + b"\\n\\n"
    for number in range(10_000_000):
        run.take([Event(number, "sse", raw, chunk=number) for number in range(20)])
        await asyncio.sleep(0)
        while len(run.recording) - sessions.told > 5_000:
            # Never faster than the disk: a batch that grows while the one before it is being
            # written would be larger each time, and the next line would never come.
            await asyncio.sleep(0.001)

asyncio.run(main())
"""


@contextmanager
def writer(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    """A process that records a run; killed in any case, it would never end by itself."""
    command = [sys.executable, "-c", WRITER, str(home.path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
@pytest.mark.parametrize("kills", [5, pytest.param(100, marks=pytest.mark.slow)])
def test_kill_9_loses_nothing_that_was_acknowledged(opened: Make, home: Home, kills: int) -> None:
    acknowledged: list[int] = []
    for number in range(kills):
        with writer(home) as process:
            assert process.stdout is not None
            told = b"".join(process.stdout.readline() for _ in range(1 + number % 5))
            process.send_signal(signal.SIGKILL)
            told += process.stdout.read()
        acknowledged.append(int(told.split(b"\n")[-2]))

    async def go() -> list[tuple[str | None, int, int]]:
        owner = Owner(home.owners)
        async with opened() as sessions:
            ids = await sessions.interrupted(owner)
            runs = [await sessions.run(run_id) for run_id in sorted(ids)]
        owner.close()
        return [
            (run.transcript.outcome, len(run.transcript.text), len(run.recording)) for run in runs
        ]

    found = asyncio.run(go())
    assert len(found) == kills
    for least, (outcome, length, events) in zip(acknowledged, found, strict=True):
        assert outcome == "interrupted"
        assert length == events - 1 >= least


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")
def test_a_second_process_on_the_same_home_disturbs_nothing(opened: Make, home: Home) -> None:
    async def go(process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        owner = Owner(home.owners)
        process.stdout.readline()
        async with opened() as sessions:
            assert await sessions.interrupted(owner) == []
            (row,) = await sessions.list()
            assert row.running
            session = await sessions.load(row.id)
            session.title = "Renamed meanwhile"
            await sessions.save(session)
            before = int(process.stdout.readline())
            while int(process.stdout.readline()) <= before:
                pass
            assert process.poll() is None
            (run,) = session.runs.values()
            assert len(await sessions.recording(run.id)) >= before
            process.kill()
            process.wait()
            assert await sessions.interrupted(owner) == [run.id]
            assert (await sessions.load(row.id)).title == "Renamed meanwhile"
        owner.close()

    with writer(home) as process:
        asyncio.run(go(process))


def test_a_run_may_come_before_its_session(opened: Make, make_run: Make) -> None:
    async def go() -> Any:
        async with opened() as sessions:
            await sessions.begin(make_run(session="ses_new"))
            return json.loads(json.dumps([row.id for row in await sessions.list()]))

    assert asyncio.run(go()) == ["ses_new"]
