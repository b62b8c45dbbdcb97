"""Runs that stand still where somebody wants to look, go on changed, and are rewound."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from playground.core.items import Reasoning, ToolCall, ToolOutput
from playground.core.session import Run, Session
from playground.core.tools import Result, Tool
from playground.engine.debugger import Breakpoint, Debugger, Pause, rewound
from playground.engine.loop import Answering
from tests.engine.answering import TIME, WEATHER, Desk, Hands, answering, facts, talk, use
from tests.engine.conftest import Bench, Opening

APIS = ["responses", "chat"]
BOTH = "Please ask get_weather for Oslo and get_time for Rome."
ONE = "Please ask get_weather for Oslo."
ROME = '{"city": "Rome"}'


class Watched(Debugger):
    """Says when a run stands somewhere."""

    def __init__(self, *places: Breakpoint) -> None:
        self.news = asyncio.Condition()
        super().__init__(places, self._tell)
        self._tasks: set[asyncio.Task[None]] = set()

    def _tell(self) -> None:
        task = asyncio.ensure_future(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self) -> None:
        async with self.news:
            self.news.notify_all()

    async def stands(self, count: int = 1) -> list[Pause]:
        async with self.news:
            await self.news.wait_for(lambda: len(self.paused) >= count)
        return list(self.paused)


def begun(bench: Bench, session: Session, text: str) -> tuple[Run, asyncio.Task[Run]]:
    run = bench.workspace.ask(session, text)
    return run, asyncio.ensure_future(bench.workspace.go(run))


def calls(run: Run) -> list[ToolCall]:
    return run.transcript.tool_calls


def bodies(run: Run) -> list[Any]:
    return [json.loads(data["body"]) for _, data in facts(run, "request")]


@pytest.mark.parametrize("api", APIS)
async def test_the_next_request_can_be_changed_before_it_is_sent(
    api: str, opening: Opening
) -> None:
    debugger = Watched(Breakpoint("before_send"))
    async with opening() as bench:
        use(bench, answering(Hands(), debugger=debugger))
        run, task = begun(bench, talk(bench, api, WEATHER), ONE)
        (pause,) = await debugger.stands()
        assert run.transcript.paused == ["before_send"] and run.transcript.requests == 0
        debugger.go()
        (pause,) = await debugger.stands()
        assert run.transcript.requests == 1
        said = "input" if api == "responses" else "messages"
        assert len(pause.value[said]) == 3
        pause.value["tools"] = []
        pause.value[said][-1] |= {"output" if api == "responses" else "content": "Snow."}
        debugger.go()
        await task
        assert run.transcript.outcome == "completed" and "Snow." in run.transcript.text
        assert bodies(run)[1]["tools"] == [] and bodies(run)[0]["tools"] != []
        assert facts(run, "paused", "resumed") == [
            ("paused", {"place": "before_send"}),
            ("resumed", {"place": "before_send", "by": "go", "edited": False}),
            ("paused", {"place": "before_send"}),
            ("resumed", {"place": "before_send", "by": "go", "edited": True}),
        ]
        assert run.transcript.paused == []


async def test_arguments_can_be_changed_before_anybody_approves_them(opening: Opening) -> None:
    debugger, hands, desk = Watched(Breakpoint("on_call")), Hands(), Desk()
    async with opening() as bench:
        use(bench, answering(hands, desk.ask, debugger=debugger))
        run, task = begun(bench, talk(bench, "responses", WEATHER), ONE)
        (pause,) = await debugger.stands()
        assert (pause.tool, pause.call_id) == ("get_weather", calls(run)[0].call_id)
        assert desk.asked == [] and json.loads(pause.value) == {"city": "Oslo"}
        pause.value = ROME
        debugger.go()
        await task
        assert [request.arguments for request in desk.asked] == [ROME]
        assert hands.called == [("get_weather", ROME)]
        assert calls(run)[0].approved == ROME
        assert json.loads(str(calls(run)[0].arguments)) == {"city": "Oslo"}


async def test_a_result_can_be_changed_before_the_model_gets_it(opening: Opening) -> None:
    debugger = Watched(Breakpoint("on_result"))
    async with opening() as bench:
        use(bench, answering(Hands(), debugger=debugger))
        run, task = begun(bench, talk(bench, "chat", WEATHER), ONE)
        (pause,) = await debugger.stands()
        pause.value = replace(pause.value, output="Hail.")
        debugger.go()
        await task
        assert "Hail." in run.transcript.text
        assert calls(run)[0].notes == ["The result was put in the place of the tool's own by hand."]
        (_, told), *_ = facts(run, "tool.result")
        assert told["output"] == "Hail." and told["ok"] is True


async def test_only_the_named_tool_stops(opening: Opening) -> None:
    debugger, hands = Watched(Breakpoint("on_tool", "get_time")), Hands()
    async with opening() as bench:
        use(bench, answering(hands, debugger=debugger))
        run, task = begun(bench, talk(bench, "responses", WEATHER, TIME), BOTH)
        (pause,) = await debugger.stands()
        assert (pause.at, pause.tool) == (Breakpoint("on_tool", "get_time"), "get_time")
        assert run.transcript.paused == ["on_tool"]
        debugger.go()
        await task
        assert len(hands.called) == 2
        assert len(facts(run, "paused")) == 1


async def failing(arguments: str) -> Result:
    return Result("No.", "failed")


async def odd(arguments: str) -> Result:
    return Result('{"degrees": "many"}')


DEGREES = {"type": "object", "properties": {"degrees": {"type": "number"}}}
MEASURED = WEATHER.model_copy(update={"output": DEGREES})


@pytest.mark.parametrize(
    ("place", "answer", "stops"),
    [
        (Breakpoint("on_error"), failing, True),
        (Breakpoint("on_error"), odd, False),
        (Breakpoint("on_violation"), odd, True),
        (Breakpoint("on_violation"), failing, False),
        (Breakpoint("on_tool", "get_time"), odd, False),
    ],
)
async def test_only_what_went_wrong_stops(
    opening: Opening,
    place: Breakpoint,
    answer: Callable[[str], Awaitable[Result]],
    stops: bool,
) -> None:
    debugger = Watched(place)
    async with opening() as bench:
        use(bench, answering(Hands(get_weather=answer), debugger=debugger))
        run, task = begun(bench, talk(bench, "chat", MEASURED), ONE)
        if stops:
            (pause,) = await debugger.stands()
            assert pause.at == place and isinstance(pause.value, Result)
            debugger.go()
        await task
        assert len(facts(run, "paused")) == stops


async def test_arguments_against_the_schema_can_be_put_right(opening: Opening) -> None:
    debugger, hands = Watched(Breakpoint("on_violation")), Hands()

    def check(tool: Tool, arguments: str) -> tuple[str, ...]:
        whole = isinstance(json.loads(arguments)["city"], int)
        return () if whole else ("$.city: it is a string.",)

    async with opening() as bench:
        use(bench, answering(hands, debugger=debugger, check=check))
        _, task = begun(bench, talk(bench, "responses", WEATHER), ONE)
        (pause,) = await debugger.stands()
        pause.value = '{"city": 1}'
        debugger.go()
        await task
        assert hands.called == [("get_weather", '{"city": 1}')]


async def test_step_by_step_through_a_run(opening: Opening) -> None:
    debugger = Watched(Breakpoint("before_send"))
    async with opening() as bench:
        use(bench, answering(Hands(), debugger=debugger))
        run, task = begun(bench, talk(bench, "responses", WEATHER), ONE)
        places = []
        for _ in range(4):
            (pause,) = await debugger.stands()
            places.append(pause.at.place)
            debugger.step()
        await task
        assert places == ["before_send", "on_tool", "on_result", "before_send"]
        assert [data["by"] for _, data in facts(run, "resumed")] == ["step"] * 4
        debugger.step()  # from nowhere: the next run does not stand still for it
        assert debugger.paused == [] and not debugger.stepping


async def test_parallel_calls_stand_side_by_side(opening: Opening) -> None:
    debugger, hands = Watched(Breakpoint("on_call")), Hands()
    async with opening() as bench:
        use(bench, answering(hands, debugger=debugger))
        run, task = begun(bench, talk(bench, "chat", WEATHER, TIME), BOTH)
        one, other = await debugger.stands(2)
        assert [pause.tool for pause in (one, other)] == ["get_weather", "get_time"]
        assert run.transcript.paused == ["on_call", "on_call"]
        debugger.step(other)
        stood = await debugger.stands(2)
        assert stood[0] is one and stood[1].at.place == "on_result"
        assert [name for name, _ in hands.called] == ["get_time"]
        debugger.go()
        await task
        assert [name for name, _ in hands.called] == ["get_time", "get_weather"]
        outputs = [item for item in run.transcript.items if isinstance(item, ToolOutput)]
        assert [item.call_id for item in outputs] == [call.call_id for call in calls(run)]


@pytest.mark.parametrize("place", ["before_send", "on_call", "on_result"])
async def test_a_run_that_stands_can_be_stopped(opening: Opening, place: Any) -> None:
    debugger, hands = Watched(Breakpoint(place)), Hands()
    async with opening() as bench:
        use(bench, answering(hands, debugger=debugger))
        run, task = begun(bench, talk(bench, "responses", WEATHER), ONE)
        await debugger.stands()
        bench.workspace.stop(run)
        await asyncio.gather(task, return_exceptions=True)
        assert run.transcript.outcome == "stopped"
        assert run.transcript.paused == [] and debugger.paused == []
        assert len(hands.called) == (place == "on_result")
        assert not [item for item in run.transcript.items if isinstance(item, ToolOutput)]


async def test_without_a_breakpoint_nothing_stands_still() -> None:
    debugger = Debugger()
    noted: list[str] = []
    value = {"a": [1]}
    made = await debugger.at(
        Breakpoint("before_send"), value=value, note=lambda kind, data: noted.append(kind)
    )
    assert made is value and noted == []


# Rewinding.


@pytest.mark.parametrize("model", ["sandbox", "reasoning"])
@pytest.mark.parametrize("api", APIS)
async def test_a_fork_goes_another_way_from_a_step(api: str, model: str, opening: Opening) -> None:
    hands = Hands()
    async with opening() as bench:
        use(bench, answering(hands))
        session = talk(bench, api, WEATHER, TIME, model=model)
        run = await bench.ask(session, BOTH)
        before = bodies(run)

        first = await bench.workspace.go(bench.workspace.fork(session, run, 0))
        assert bodies(first)[0] == before[0] and len(hands.called) == 4

        second = bench.workspace.fork(session, run, 1)
        assert second.parent == run.parent and second in session.children(run.parent)
        assert len({item.key for item in second.input}) == len(second.input)
        await bench.workspace.go(second)
        assert bodies(second) == before[1:] and len(hands.called) == 4
        assert second.transcript.text == run.transcript.text

        fork = bench.workspace.fork(session, run, 0, called=True)
        hands.answers["get_time"] = failing
        await bench.workspace.go(fork)
        assert len(hands.called) == 6
        assert fork.transcript.outcome == "completed" and fork.transcript.legs == 1
        (sent,) = bodies(fork)
        said = "input" if api == "responses" else "messages"
        assert sent[said][:-2] == before[1][said][:-2]
        told = [row.get("output") or row["content"] for row in sent[said][-2:]]
        assert told[0].startswith("get_weather of") and told[1] == "No."
        # What was there is as it was.
        assert bodies(run) == before and [call.state for call in calls(run)] == ["done", "done"]


async def test_nothing_that_is_forked_runs_without_approval(opening: Opening) -> None:
    hands = Hands()
    async with opening() as bench:
        use(bench, answering(hands))
        session = talk(bench, "responses", WEATHER)
        run = await bench.ask(session, ONE)
        use(bench, Answering(kinds={"real": hands}))
        fork = bench.workspace.fork(session, run, 0, called=True)
        await bench.workspace.go(fork)
        assert len(hands.called) == 1
        assert "This call was denied" in fork.transcript.text


async def test_a_fork_of_what_a_server_forgot_goes_without_its_reasoning(
    opening: Opening,
) -> None:
    async with opening() as bench:
        use(bench, answering(Hands()))
        session = talk(bench, "responses", WEATHER, model="reasoning")
        run = await bench.ask(session, ONE)
        thought = next(item for item in run.transcript.items if isinstance(item, Reasoning))
        assert any(isinstance(item, Reasoning) for item in rewound(run, 1))
        run.transcript.stored, thought.encrypted = False, False
        thought.text.replace("")
        left = rewound(run, 1)
        assert not any(isinstance(item, Reasoning) for item in left)
        assert all(item.wire is None for item in left)
