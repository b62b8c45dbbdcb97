"""Session files in a home: what was kept in one is kept in another, whole or not at all."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground import app
from playground.core.call import Call
from playground.core.comparison import Column, Comparison
from playground.core.items import Message, Text, dump
from playground.core.problem import Failure, Problem
from playground.core.prompts import folder_of
from playground.core.recording import Event, fact
from playground.core.session import Run, Session
from playground.core.tools import Tool
from playground.core.usage import Cost
from playground.core.withholding import offering
from playground.endpoints import BY_ID
from playground.engine.preview import next_request
from playground.engine.sessionfile import file_name, import_sessions, pieces, save
from playground.engine.sessionfork import fork_session
from playground.export.progress import Cancelled, Progress
from playground.store.home import Home
from tests.export.sessionfiles import PICTURE, sessions

END = (
    b'data: {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": "stop"}],'
    b' "usage": {"prompt_tokens": 10, "completion_tokens": 4}}\n\n'
)
TOOL = Tool(source="demo", name="find", mode="real", origin={"python": "a.py", "function": "find"})


@asynccontextmanager
async def home_at(path: Path) -> AsyncIterator[app.App]:
    problems: list[Problem] = []
    async with app.opened(Home.at(path, {}), problems.append, {}) as opened:
        yield opened
    assert not problems


def answered(number: int, parent: str | None = None, *, over: bool = True, **more: Any) -> Run:
    run = Run(
        f"run_{number}", "ses_1", parent, more.pop("call", Call(api="chat", model="m")), "sandbox",
        [Message(key="in:0", role="user", text=Text(f"Question {number}"))], BY_ID["chat"].reduce,
        created=1_700_000_000.0 + number, **more,
    )  # fmt: skip
    run.take([fact(1, "request", {"url": "http://x", "body": PICTURE}), fact(2, "head", {})])
    run.take([Event(3, "sse", END, chunk=0)])
    if over:
        run.take([fact(4, "eof"), fact(5, "ended")])
        run.cost = Cost(basis="calculated", usd=Decimal("0.000123"), source="test")
    return run


def branched(**more: Any) -> Session:
    """A question with an answer and two that follow, one of them deleted."""
    first, second = answered(1), answered(2, "run_1")
    deleted = answered(3, "run_1", trashed=True)
    call = Call(api="chat", model="m", tools=[TOOL], fields={"top_p": 1.0, "tool_choice": "auto"})
    column = Column(profile="sandbox", call=call, leaf="run_2")
    return Session(
        "ses_1", title="Weather", created=1.5, changed=9.0, profile="sandbox", call=call,
        draft=more.pop("draft", "half a thou"),
        attached=[{"type": "input_image", "image_url": PICTURE}],
        leaf="run_2", named=True, folder="a/b", tags=["x", "y"], pinned=True,
        comparison=Comparison(columns=[column]),
        runs={run.id: run for run in (first, second, deleted)},
        **more,
    )  # fmt: skip


def shown(run: Run) -> list[dict[str, Any]]:
    """Its items, but for how often they were looked at."""
    return [{**dump(item), "rev": 0} for item in run.items]


async def keep(opened: app.App, session: Session) -> None:
    await opened.sessions.save(session)
    for run in session.runs.values():
        await opened.sessions.begin(run)
        if len(run.recording):
            await opened.sessions.finish(run)
    await opened.sessions.save(session)


async def written(opened: app.App, *ids: str) -> bytes:
    made = [piece async for piece in pieces(opened.workspace, ids, Progress())]
    return b"".join(made)


async def taken(opened: app.App, path: Path) -> list[str]:
    found = await import_sessions(opened.workspace, path, opened.profiles(), Progress())
    return [session.id for session in found.sessions]


@given(st.tuples(sessions(0), sessions(1)))
@settings(deadline=None, max_examples=8, suppress_health_check=list(HealthCheck))
def test_what_one_home_wrote_another_one_writes_to_the_byte(
    tmp_path_factory: pytest.TempPathFactory, made: tuple[Session, ...]
) -> None:
    async def go() -> None:
        folder = tmp_path_factory.mktemp("homes")
        ids = [session.id for session in made]
        async with home_at(folder / "one") as here, home_at(folder / "other") as there:
            for session in made:
                await keep(here, session)
            await save(here.workspace, ids, path := folder / "a.playground.jsonl", Progress())
            assert path.read_bytes() == await written(here, *ids)
            assert await taken(there, path) == ids
            assert await written(there, *ids) == path.read_bytes()

    asyncio.run(go())


async def test_transcripts_costs_and_the_next_request_are_the_same(tmp_path: Path) -> None:
    session, path = branched(), tmp_path / "a.playground.jsonl.gz"
    async with home_at(tmp_path / "one") as here, home_at(tmp_path / "other") as there:
        await keep(here, session)
        await save(here.workspace, ["ses_1"], path, Progress())
        found = await import_sessions(there.workspace, path, there.profiles(), Progress())
        assert found.notices == ["Tools are not offered before you offer them: find."]
        left, right = [await one.workspace.load("ses_1") for one in (here, there)]
        assert not right.call.tools
        assert not right.comparison.columns[0].call.tools
        for run in session.runs.values():
            old, new = [await one.sessions.run(run.id) for one in (here, there)]
            assert shown(new) == shown(old)
            assert new.recording.events == old.recording.events
            assert (new.cost, new.transcript.usage) == (old.cost, old.transcript.usage)
            assert (new.parent, new.trashed) == (old.parent, old.trashed)
        sums = [await one.sessions.usage_of("ses_1") for one in (here, there)]
        assert sums[0] == sums[1]
        assert sums[0].usd == Decimal("0.000369")
        right.call = offering(right.call, {TOOL.id: TOOL})
        assert right.call == left.call
        left.comparison = right.comparison
        assert replace(left, runs={}) == replace(right, runs={})
        said = [Message(key="in:0", role="user", text=Text("And now?"))]
        asked = [
            next_request(one.workspace, session, said, keyed=None).address.body
            for one, session in ((here, left), (there, right))
        ]
        assert asked[0] == asked[1]
        assert [row.id for row in await there.sessions.list("question 2")] == ["ses_1"]


async def test_names_that_nobody_could_give_here_are_tidied(tmp_path: Path) -> None:
    async with home_at(tmp_path / "one") as here, home_at(tmp_path / "other") as there:
        session = branched()
        session.folder = "//a//" + "b/" * 500
        session.tags = ["#x", 'say "x"', "X", " ", "y" * 500]
        await keep(here, session)
        await save(here.workspace, ["ses_1"], path := tmp_path / "a.jsonl", Progress())
        await taken(there, path)
        made = await there.workspace.load("ses_1")
        assert made.folder == folder_of(session.folder) and made.folder.startswith("a/b/b")
        assert made.tags == ["x", "say x", "y" * 40]


async def test_taken_over_where_it_came_from_it_gets_other_ids(tmp_path: Path) -> None:
    path = tmp_path / "a.playground.jsonl"
    async with home_at(tmp_path / "one") as here:
        await keep(here, branched())
        await save(here.workspace, ["ses_1"], path, Progress())
        (again,) = await taken(here, path)
        assert again != "ses_1"
        session = await here.workspace.load(again)
        old = {"ses_1", "run_1", "run_2", "run_3"}
        assert not old & {again, *session.runs}
        assert [str(run.input[0].text) for run in session.path()] == ["Question 1", "Question 2"]
        assert session.comparison.columns[0].leaf == session.leaf
        # What they cost was paid for once.
        assert (await here.sessions.usage_of(again)).usd == 0
        assert (await here.sessions.usage_of("ses_1")).usd == Decimal("0.000369")
        assert session.path()[0].cost.usd == Decimal("0.000123")  # type: ignore[union-attr]


async def test_two_windows_import_the_same_at_the_same_time(tmp_path: Path) -> None:
    path = tmp_path / "a.playground.jsonl"
    async with home_at(tmp_path / "one") as here:
        await keep(here, branched())
        await save(here.workspace, ["ses_1"], path, Progress())
    async with home_at(tmp_path / "two") as left, home_at(tmp_path / "two") as right:
        made = await asyncio.gather(*(taken(one, path) for one in (left, right)))
        ids = {one for (one,) in made}
        assert len(ids) == 2 and "ses_1" in ids
        assert {row.id for row in await left.sessions.list()} == ids
        # What they cost was paid for once.
        sums = [(await right.sessions.usage_of(one)).usd for one in ids]
        assert sum(sums, Decimal(0)) == Decimal("0.000369")


async def test_a_run_that_goes_on_ends_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.playground.jsonl"
    running = answered(1, over=False, owner="somebody")
    async with home_at(tmp_path / "one") as here, home_at(tmp_path / "other") as there:
        await here.sessions.begin(running)
        await here.sessions.append(running.id, 0, running.recording.events)
        await save(here.workspace, ["ses_1"], path, Progress())
        await taken(there, path)
        run = await there.sessions.run("run_1")
        assert run.transcript.outcome == "interrupted"
        assert run.recording.events[:-1] == running.recording.events
        assert await written(there, "ses_1") == path.read_bytes()


async def test_a_run_that_ends_while_it_is_written_ends_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = answered(1, over=False, owner="somebody")
    async with home_at(tmp_path / "one") as here:
        await here.sessions.begin(running)
        await here.sessions.append(running.id, 0, running.recording.events)
        stretch = here.sessions.stretch

        async def after_its_end(run_id: str, first: int) -> Any:
            if not first:
                await here.sessions.append(run_id, 3, [fact(4, "eof"), fact(5, "ended")])
            return await stretch(run_id, first)

        monkeypatch.setattr(here.sessions, "stretch", after_its_end)
        rows = [json.loads(line) for line in (await written(here, "ses_1")).splitlines()]
        kinds = [row["kind"] for row in rows if "kind" in row]
        assert kinds == ["request", "head", "sse", "eof", "ended"]


async def test_a_key_that_is_known_is_in_no_file_and_breaks_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that JSON writes otherwise, and one that stands in a picture by chance."""
    key, chance = 'p"ss\\word', PICTURE[:11]
    monkeypatch.setattr("playground.store.logs._secrets", {key, chance})
    session, path = branched(draft=f"My key is {key}."), tmp_path / "a.playground.jsonl"
    run = answered(4)
    run.take([Event(6, "body", b"\xff" + key.encode())])
    session.runs[run.id] = run
    async with home_at(tmp_path / "one") as here, home_at(tmp_path / "other") as there:
        await keep(here, session)
        await save(here.workspace, ["ses_1"], path, Progress())
        file = path.read_bytes()
        assert chance.encode() not in file
        assert json.dumps(key)[1:-1].encode() not in file
        assert await taken(there, path) == ["ses_1"]
        assert await written(there, "ses_1") == file
        (last,) = (await there.sessions.run(run.id)).recording.events[-1:]
        assert last.raw == b"\xff" + b"*" * len(key)
        assert (await there.workspace.load("ses_1")).draft == f"My key is {'*' * len(key)}."


@pytest.mark.parametrize("broken", ["line", "cancelled", "full"])
async def test_nothing_is_half_imported(
    tmp_path: Path, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, progress = tmp_path / "a.playground.jsonl", Progress()
    async with home_at(tmp_path / "one") as here, home_at(tmp_path / "other") as there:
        session = branched()
        large = Event(2, "body", random.Random(1).randbytes(100_000))
        session.runs["run_3"].take([large])
        await keep(here, session)
        await keep(here, Session("ses_2", title="Second", created=1.0, changed=1.0))
        await save(here.workspace, ["ses_1", "ses_2"], path, Progress())
        if broken == "line":
            path.write_bytes(path.read_bytes()[:-5])
        elif broken == "cancelled":
            monkeypatch.setattr("playground.export.sessionreading.BATCH", 2)
            progress.cancelled = True
        else:
            await there.database.read(lambda c: c.execute("PRAGMA max_page_count = 1").fetchall())
        with pytest.raises((Failure, Cancelled)):
            await import_sessions(there.workspace, path, there.profiles(), progress)
        assert await there.sessions.list() == []
        count = "SELECT (SELECT count(*) FROM run) + (SELECT count(*) FROM session)"
        assert await there.database.read(lambda c: c.execute(count).fetchone()) == (0,)
        assert not list(there.home.path.glob(".import-*"))
        if broken == "full":
            return
        await save(here.workspace, ["ses_1", "ses_2"], path, Progress())
        assert await taken(there, path) == ["ses_1", "ses_2"]


async def test_a_damaged_stretch_is_told_of_and_the_rest_is_written(tmp_path: Path) -> None:
    problems: list[Problem] = []
    run = answered(1)
    events = run.recording.events
    async with app.opened(Home.at(tmp_path / "one", {}), problems.append, {}) as here:
        await here.sessions.begin(run)
        for at in range(0, 4, 2):
            await here.sessions.append(run.id, at, events[at : at + 2])
        await here.database.write(
            lambda c: c.execute("UPDATE segment SET data = x'00' WHERE first = 0") and None
        )
        assert await here.sessions.stretch(run.id, 0) == (2, events[2:4])
        rows = [json.loads(line) for line in (await written(here, "ses_1")).splitlines()]
        assert [row["t_ns"] for row in rows if "t_ns" in row] == [3, 4, 4]
    assert "damaged" in problems[0].title


# Forks.


async def test_a_fork_is_the_way_to_a_turn_in_a_session_of_its_own(tmp_path: Path) -> None:
    session = branched()
    third = answered(4, "run_2")
    session.runs[third.id], session.leaf = third, third.id
    async with home_at(tmp_path / "one") as here:
        await keep(here, session)
        before = await written(here, "ses_1")
        session = await here.workspace.load("ses_1")
        run = session.runs["run_2"]
        made = await fork_session(here.workspace, session, run)
        assert await written(here, "ses_1") == before
        assert (made.title, made.draft, made.attached) == ("Weather (fork)", "", [])
        assert (made.folder, made.tags, made.pinned) == ("a/b", ["x", "y"], False)
        assert not set(made.runs) & set(session.runs)
        assert [str(one.input[0].text) for one in made.path()] == ["Question 1", "Question 2"]
        assert made.call == run.call
        for copy, origin in zip(made.path(), session.path("run_2"), strict=True):
            assert [dump(item) for item in copy.items] == [dump(item) for item in origin.items]
            events = await here.sessions.recording(copy.id)
            assert events == await here.sessions.recording(origin.id)
            assert copy.cost is not None and copy.cost.usd == origin.cost.usd  # type: ignore[union-attr]
        assert (await here.sessions.usage_of(made.id)).tokens == 0
        # Also after one of them is written again.
        await here.workspace.trash(made, made.path()[-1])
        assert (await here.sessions.usage_of(made.id)).usd == 0
        again = await fork_session(here.workspace, made, made.path()[0])
        assert again.title == "Weather (fork)"
        found = await here.sessions.list("question 1")
        assert {row.id for row in found} == {"ses_1", made.id, again.id}
        await here.workspace.forget("ses_1")
        picture = (await here.sessions.recording(made.path()[0].id))[0]
        assert PICTURE in picture.json()[0]["body"]


async def test_a_fork_of_the_last_turn_keeps_the_template_and_the_tools(tmp_path: Path) -> None:
    session = branched()
    session.runs["run_2"].call = session.call
    async with home_at(tmp_path / "one") as here:
        await keep(here, session)
        session = await here.workspace.load("ses_1")
        made = await fork_session(here.workspace, session, session.runs["run_2"])
        assert made.call == session.call
        assert made.call.tools == [TOOL]
        running = answered(5, "run_2", over=False, owner="me")
        session.add(running)
        with pytest.raises(Failure, match="still arriving"):
            await fork_session(here.workspace, session, running)


def test_files_are_called_by_what_they_hold() -> None:
    assert file_name(["What? / Why: *東京*"]) == "What Why 東京.playground.jsonl"
    assert file_name(["../.."]) == "session.playground.jsonl"
    assert file_name(["a", "b"]) == "sessions.playground.jsonl"
