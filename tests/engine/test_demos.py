"""The demos: each runs to its answer, and its recording is of what runs.

The recordings in `resources/demos` are made by this file, at the pace of the scripts and with the
time that somebody needs to decide:

    python -m tests.engine.test_demos

Whoever changes a demo, its script or what is said of tools makes them again; a test here says when
they are of something else than what runs.
"""

from __future__ import annotations

import asyncio
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, get_args

import jsonschema
import pytest

from playground import app
from playground.core.items import ToolCall, ToolOutput, dump
from playground.core.problem import Failure
from playground.core.profile import LOCAL, SANDBOX, Profile
from playground.core.resources import resource
from playground.core.session import Run
from playground.core.tools import Approve, Asked, Decision, Tool
from playground.endpoints import BY_ID
from playground.engine.approval import Request
from playground.engine.demos import Demo, Planned, Server, Way, changed, demos
from playground.engine.narration import narrate
from playground.engine.report import describe
from playground.engine.toolbox import DEMO
from playground.export import jsonl
from playground.export.base import Exported
from playground.localmodel.wheels import unavailable
from playground.store.home import Home
from tests.engine.conftest import FAST, Opening

THOUGHT = 2.5
"""Seconds for which a recorded demo waits for its presenter, at each call."""

ALL = demos()


async def play(
    opened: app.App,
    profile: Profile,
    way: Way,
    fields: Mapping[str, Any] = MappingProxyType({}),
    thought: float = 0,
) -> Run:
    """A demo to its end, with somebody who does what it plans, and takes twice the time where that
    is a change."""

    async def ask(run: Run, request: Request) -> Decision:
        decision = way.decision(request)
        await asyncio.sleep(thought * (1 if decision.arguments == request.arguments else 2))
        return decision

    opened.ask = ask
    await opened.toolbox.ready()
    session = opened.workspace.new_session(profile)
    session.call = way.call(opened.toolbox.tools)
    session.call.fields = {**session.call.fields, **fields}
    return await opened.workspace.go(opened.workspace.ask(session, way.prompt))


def told(run: Run) -> list[tuple[str, str, str]]:
    """What is narrated of a run: nothing in it depends on when and where it ran."""
    return [(one.kind, one.words, one.text) for one in narrate(run)]


def rows(run: Run) -> list[dict[str, Any]]:
    return [
        {name: row[name] for name in ("name", "arguments", "output", "state")}
        for row in describe(run)["tool_calls"]
    ]


@pytest.mark.parametrize("demo", ALL, ids=lambda demo: demo.name)
async def test_a_demo_runs_to_its_answer_and_its_recording_is_of_that(
    demo: Demo, opening: Opening
) -> None:
    way = demo.ways[0]
    async with opening() as bench:
        run = await play(bench.app, bench.profile, way, FAST)
        assert not bench.problems
    seen = run.transcript
    assert (seen.outcome, seen.malformed) == ("completed", 0), seen.problem
    recorded = demo.run(BY_ID)
    assert told(recorded) == told(run), "make the recordings again: see above"
    assert rows(recorded) == rows(run)
    assert recorded.transcript.text == seen.text
    assert {call.state for call in seen.tool_calls} <= {"done", "failed"}
    kinds = [one.kind for one in narrate(run)]
    for hint in way.hints:
        assert kinds.count(hint.at) >= hint.number, hint


async def test_what_each_demo_is_there_to_show(opening: Opening) -> None:
    weather, planner, shop = (demo.run(BY_ID) for demo in ALL)

    first, second = weather.transcript.tool_calls
    assert first.leg == second.leg, "two at once"
    assert None not in (first.started_at, first.ended_at, second.started_at)
    assert first.approved is None and json.loads(second.approved or "")["city"] == "Rome"
    assert "Roma" in str(second.arguments), "and what the model had written is still there"
    assert "Rome" in weather.transcript.text

    assert planner.transcript.legs == 3
    assert [call.leg for call in planner.transcript.tool_calls] == [0, 1, 1]

    wrong, right = shop.transcript.tool_calls
    assert [wrong.state, right.state] == ["failed", "done"]
    (error, answer) = (one for one in shop.transcript.items if isinstance(one, ToolOutput))
    assert "no such column" in error.output and "Björn" in answer.output
    assert "Björn" in shop.transcript.text


@pytest.mark.parametrize("demo", ALL, ids=lambda demo: demo.name)
def test_a_recording_says_nothing_of_the_machine_that_made_it(demo: Demo) -> None:
    data = demo.recording.read_bytes()
    assert len(data) < 200_000
    text = data.decode()
    assert set(re.findall(r"127\.0\.0\.1:(\d+)", text)) == {PORT}
    for word in ("/work", "/home/", "/Users/", "/tmp", "\\\\Users"):
        assert word not in text, word
    assert all(not tool.origin for tool in demo.run(BY_ID).call.tools)


@pytest.mark.parametrize("demo", ALL, ids=lambda demo: demo.name)
def test_a_recording_is_played_event_by_event(demo: Demo) -> None:
    """Every beginning of it is a transcript, with fewer sentences; the end is the whole."""
    whole = demo.run(BY_ID)
    run = Run(
        id="run_1", session="", parent=None, call=whole.call, profile="", input=whole.input,
        reduce=BY_ID[whole.call.api].reduce,
    )  # fmt: skip
    said = 0
    for event in whole.recording:
        run.take([event])
        now = len(narrate(run))
        assert now >= said
        said = now
    assert told(run) == told(whole)
    items, others = run.transcript.items, whole.transcript.items
    assert [dump(replace(item, rev=0)) for item in items] == [
        dump(replace(item, rev=0)) for item in others
    ]
    waits = [call for call in run.transcript.items if isinstance(call, ToolCall)]
    for call in waits:
        assert call.asked_at is not None and call.started_at is not None
        assert call.started_at - call.asked_at >= 0.9 * THOUGHT * 1e9, "there is time to look"


# The data.


def test_the_demos_are_what_is_promised() -> None:
    assert [demo.name for demo in ALL] == ["weather-desk", "day-planner", "shop-question"]
    assert [demo.place for demo in ALL] == [1, 2, 3]
    servers = [way.server for demo in ALL for way in demo.ways]
    assert servers.count("sandbox") == 3 and servers.count("local") == 1
    assert set(get_args(Server)) == {SANDBOX, LOCAL}
    assert ALL[0].way("local") is ALL[0].ways[1] and ALL[1].way("local") is None
    for demo in ALL:
        assert demo.about.endswith(".") and len(demo.about) < 120
        for way in demo.ways:
            assert way.hints
            if way.server == "sandbox":
                assert resource("scenarios", f"{way.model}.json").is_file()


WEATHER = Tool(
    source=DEMO,
    name="get_weather",
    mode="mock",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}},
)


def request(arguments: str, tool: Tool = WEATHER) -> Request:
    return Request(Asked("call_1", tool.name, arguments, tool), tool, arguments)


def way(*planned: Planned, tools: Sequence[str] = ("get_weather",)) -> Way:
    return Way(
        server="sandbox", prompt="?", tools=dict.fromkeys(tools, "human"), planned=list(planned)
    )


def test_a_demo_offers_tools_of_the_demo_set_alone() -> None:
    other = WEATHER.model_copy(update={"source": "mine"})
    made = way().call([other, WEATHER])
    assert [(tool.source, tool.mode) for tool in made.tools] == [(DEMO, "human")]
    assert WEATHER.mode == "mock", "a copy"
    with pytest.raises(Failure, match="cannot be shown") as caught:
        way(tools=("get_weather", "fly")).call([other])
    assert caught.value.problem.detail == "There is no tool `get_weather` and `fly`."


def test_what_is_planned_is_found_by_the_tool_and_its_arguments() -> None:
    change = Planned(tool="get_weather", when={"city": "Roma"}, change={"city": "Rome"})
    always = Planned(tool="list_events", scope="session")
    shown = way(change, always)
    assert shown.decision(request('{"city": "Roma", "unit": null}')) == Approve(
        '{"city": "Rome", "unit": null}'
    )
    assert shown.decision(request('{"city":"Oslo"}')) == Approve('{"city":"Oslo"}')
    assert shown.decision(request("no JSON")) == Approve("no JSON")
    events = WEATHER.model_copy(update={"name": "list_events"})
    assert shown.decision(request("{}", events)) == Approve("{}", "session")
    assert shown.plan(request("{}", events)) is always
    assert changed("[1]", {"city": "Ærø"}) == '{"city": "Ærø"}'


def test_a_recording_that_is_gone_is_a_problem_in_words() -> None:
    demo = ALL[0].model_copy(update={"name": "gone"})
    with pytest.raises(Failure, match="not there"):
        demo.run(BY_ID)


@pytest.mark.parametrize("demo", ALL, ids=lambda demo: demo.name)
def test_planned_arguments_fit_the_tool(demo: Demo) -> None:
    known = {tool.name: tool for tool in demo.run(BY_ID).call.tools}
    for planned in demo.ways[0].planned:
        schema = known[planned.tool].parameters
        for name, value in {**planned.when, **planned.change}.items():
            jsonschema.validate(value, schema["properties"][name])


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))
async def test_the_weather_desk_with_the_bundled_model(tmp_path: Path) -> None:
    shown = ALL[0].way("local")
    assert shown is not None
    problems: list[Any] = []
    async with app.opened(Home.at(tmp_path, {}), problems.append, {}) as opened:
        run = await play(opened, opened.profile(LOCAL), shown)
    assert not problems
    seen = run.transcript
    assert seen.outcome == "completed", seen.problem
    assert {row["name"] for row in rows(run)} == {"get_weather"}
    assert all('"city": "Oslo"' in row["output"] for row in rows(run))
    assert "Oslo" in seen.text
    kinds = [one.kind for one in narrate(run)]
    assert all(kinds.count(hint.at) >= hint.number for hint in shown.hints)


# Making the recordings.

PORT = "8901"
"""In place of the one that the sandbox happened to have."""


async def record(demo: Demo, opened: app.App) -> bytes:
    """A demo as JSON Lines, without what is of this machine alone."""
    run = await play(opened, opened.profile(SANDBOX), demo.ways[0], thought=THOUGHT)
    assert run.transcript.outcome == "completed", run.transcript.problem
    tools = [tool.model_copy(update={"origin": {}}) for tool in run.call.tools]
    run.call = run.call.model_copy(update={"tools": tools})
    data = jsonl.write(Exported(run, opened.profile(SANDBOX)))
    return re.sub(rb"127\.0\.0\.1:\d+", f"127.0.0.1:{PORT}".encode(), data)


async def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        async with app.opened(Home.at(Path(home), {}), print, {}) as opened:
            profile = opened.profile(SANDBOX)
            await opened.workspace.models(profile, print)  # it is running when the first begins
            for demo in ALL:
                path = resource("demos") / f"{demo.name}.jsonl"
                path.write_bytes(await record(demo, opened))
                print(path)


if __name__ == "__main__":
    asyncio.run(main())
