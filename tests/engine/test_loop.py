"""The loop over the real sandbox, and over servers that answer word for word."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from playground.core.items import Item, ToolCall, ToolOutput, dump
from playground.core.output import Output
from playground.core.profile import Profile, Quirks
from playground.core.session import Run, Session
from playground.core.tools import Approve, Reject, Result
from playground.core.transcript import replay
from playground.engine.approval import approve
from playground.engine.budget import Stop
from playground.engine.loop import Answering
from playground.engine.report import describe
from tests.engine.answering import (
    CITY,
    TIME,
    WEATHER,
    Desk,
    Hands,
    answering,
    chat_calls,
    chat_says,
    facts,
    responses_call,
    responses_say,
    talk,
    tool,
    use,
)
from tests.engine.conftest import FAST, Bench, Opening
from tests.server import Request, Server, event, head, serving

APIS = ["responses", "chat"]
BOTH = "Please ask get_weather for Oslo and get_time for Rome."
OSLO = '{"city": "Oslo"}'


def calls(run: Run) -> list[ToolCall]:
    return run.transcript.tool_calls


def outputs(run: Run) -> list[ToolOutput]:
    return [item for item in run.transcript.items if isinstance(item, ToolOutput)]


def shown(items: Iterable[Item]) -> list[dict[str, Any]]:
    """Items but for their revisions, which depend on how much came at once."""
    return [dump(replace(item, rev=0)) for item in items]


async def again(bench: Bench, run: Run) -> Run:
    """The run as another process would read it."""
    return await bench.app.sessions.run(run.id)


@pytest.mark.parametrize("api", APIS)
async def test_two_calls_run_at_once_and_their_results_go_back_in_order(
    api: str, opening: Opening
) -> None:
    both, later = asyncio.Barrier(2), asyncio.Event()

    async def first(arguments: str) -> Result:
        await both.wait()
        await later.wait()
        return Result("Rain.", facts={"exit": 0})

    async def second(arguments: str) -> Result:
        await both.wait()
        later.set()
        return Result("Noon.", notes=("As of now.",))

    hands = Hands(get_weather=first, get_time=second)
    async with opening() as bench:
        use(bench, answering(hands))
        run = await bench.ask(talk(bench, api, WEATHER, TIME), BOTH)
        seen = run.transcript
        assert (seen.outcome, seen.legs, seen.requests) == ("completed", 2, 2)
        assert [json.loads(arguments) for _, arguments in sorted(hands.called)] == [
            {"city": "Rome"},
            {"city": "Oslo"},
        ]
        assert [output.output for output in outputs(run)] == ["Rain.", "Noon."]
        assert [item.leg for item in seen.items][-1] == 1
        assert "Rain." in seen.text and "Noon." in seen.text
        ended = [data["call_id"] for kind, data in facts(run, "tool.ended")]
        told = [data["call_id"] for kind, data in facts(run, "tool.result")]
        assert told == [call.call_id for call in calls(run)] == ended[::-1]
        one, other = calls(run)
        assert one.notes == [] and other.notes == ["As of now."]
        for call in calls(run):
            assert (call.state, call.mode, call.approved) == ("done", "real", None)
            assert call.tool == f"here › {call.name}"
            assert call.progress == f"asked for {call.name}"
            assert call.t1 is not None and call.asked_at is not None
            assert call.started_at is not None and call.ended_at is not None
            assert call.t1 <= call.asked_at <= call.started_at <= call.ended_at
        assert outputs(run)[0].facts == {"exit": 0}
        told_of = describe(run)
        assert told_of["steps"] == 2
        assert [(row["output"], row["state"]) for row in told_of["tool_calls"]] == [
            ("Rain.", "done"),
            ("Noon.", "done"),
        ]
        assert all(row["ms"] >= 0 for row in told_of["tool_calls"])
        assert shown(replay(run.recording, run.reduce).items) == shown(seen.items)
        assert shown((await again(bench, run)).transcript.items) == shown(seen.items)


@pytest.mark.parametrize("api", APIS)
async def test_without_anybody_who_approves_the_model_is_told(api: str, opening: Opening) -> None:
    async with opening() as bench:
        run = await bench.ask(talk(bench, api, WEATHER, TIME), BOTH)
        assert run.transcript.outcome == "completed"
        assert [call.state for call in calls(run)] == ["denied", "denied"]
        assert "This call was denied" in run.transcript.text
        assert [row["state"] for row in describe(run)["tool_calls"]] == ["denied", "denied"]
        assert [row["ms"] for row in describe(run)["tool_calls"]] == [None, None]


async def test_one_may_be_denied_and_the_other_edited(opening: Opening) -> None:
    rome = '{"city": "Bergen"}'
    hands = Hands()
    desk = Desk(
        lambda request: Reject("Not that.") if request.tool.name == "get_time" else Approve(rome)
    )
    async with opening() as bench:
        use(bench, answering(hands, desk.ask))
        session = talk(bench, "responses", WEATHER, TIME)
        run = await bench.ask(session, BOTH)
        assert hands.called == [("get_weather", rome)]
        one, other = calls(run)
        assert (one.state, one.approved, str(one.arguments)) == ("done", rome, OSLO)
        assert (other.state, other.started_at) == ("denied", None)
        assert "Not that." in run.transcript.text
        assert {request.before for request in desk.asked} == {None}
        await bench.ask(session, BOTH)
        assert [request.before for request in desk.asked[2:]] == [rome, None]


async def test_without_tools_of_ours_nothing_changes(opening: Opening) -> None:
    by_hand = {"type": "function", "name": "get_weather", "parameters": CITY}
    hands = Hands()
    async with opening() as bench:
        use(bench, answering(hands))
        run = await bench.ask(bench.session(tools=[by_hand]), BOTH)
        assert (run.transcript.outcome, run.transcript.legs) == ("completed", 1)
        assert [call.state for call in calls(run)] == ["not run"]
        assert hands.called == []


async def test_a_tool_that_there_is_not_is_told_with_those_that_there_are(
    opening: Opening,
) -> None:
    by_hand = {"type": "function", "name": "send_money", "parameters": CITY}
    hands, desk = Hands(), Desk()
    async with opening() as bench:
        use(bench, answering(hands, desk.ask))
        session = talk(bench, "responses", WEATHER, TIME, fields={"tools": [by_hand]})
        run = await bench.ask(session, "Use send_money for Oslo.")
        assert "`get_weather`, `get_time`" in run.transcript.text
        assert (calls(run)[0].state, hands.called, desk.asked) == ("failed", [], [])
        assert "no tool `send_money`" in calls(run)[0].notes[0]


Script = Callable[[Request, int], Iterable[bytes]]


@pytest.fixture
def scripted() -> Iterator[Callable[[Script], Server]]:
    """A server that answers by a script: (request, which one this is) → the answer."""
    opened: list[Any] = []

    def start(script: Script) -> Server:
        count = iter(range(1000))
        context = serving(lambda request: script(request, next(count)))
        opened.append(context)
        return context.__enter__()

    yield start
    for context in opened:
        context.__exit__(None, None, None)


def at(bench: Bench, server: Server, api: str, **call: Any) -> Session:
    """A session with both tools at a scripted server."""
    profile = Profile(id="there", name="There", base_url=server.base_url, model="m")
    bench.app.adopt(profile)
    session = bench.workspace.new_session(profile)
    changes = {"api": api, "model": "m", "tools": [WEATHER, TIME], **call}
    session.call = session.call.model_copy(update=changes)
    return session


@pytest.mark.parametrize("arguments", ['{"city": ', '{"city": 3}', '{"city": NaN', "Oslo", "[]"])
async def test_arguments_that_cannot_be_right_are_given_back(
    opening: Opening, scripted: Callable[[Script], Server], arguments: str
) -> None:
    hands, desk = Hands(), Desk()

    def script(request: Request, number: int) -> Iterable[bytes]:
        return chat_says("Oh.") if number else chat_calls(("a", "get_weather", arguments))

    server = scripted(script)
    async with opening() as bench:
        use(bench, answering(hands, desk.ask))
        run = await bench.ask(at(bench, server, "chat"), "go")
        assert (run.transcript.text, hands.called, desk.asked) == ("Oh.", [], [])
        (call,) = calls(run)
        assert call.state == "failed" and call.notes
        last = server.requests[1].body["messages"][-1]
        assert last["role"] == "tool" and "was not run" in last["content"]


@pytest.mark.parametrize("how", ["cut", "length"])
async def test_a_call_that_is_only_half_there_is_never_run(
    opening: Opening, scripted: Callable[[Script], Server], how: str
) -> None:
    hands = Hands()
    half = chat_calls(("a", "get_weather", OSLO), ("b", "get_time", '{"city": "Ro'), whole=False)
    if how == "length":
        row = {"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]}
        half = [*half, b"data: " + json.dumps(row).encode() + b"\n\n"]
    server = scripted(lambda request, number: half)
    async with opening() as bench:
        use(bench, answering(hands))
        run = await bench.ask(at(bench, server, "chat"), "go")
        assert run.transcript.outcome == ("truncated" if how == "cut" else "incomplete")
        assert [call.state for call in calls(run)] == ["not run", "not run"]
        assert all(call.cut for call in calls(run))
        assert (hands.called, len(server.requests)) == ([], 1)
        # Nor by asking for more behind it: the model is told what became of them.
        more = bench.workspace.more(bench.workspace.open[run.session], run, 5)
        await bench.workspace.go(more)
        assert hands.called == []
        told = [row["content"] for row in server.requests[1].body["messages"][-2:]]
        assert all("did not arrive whole" in words for words in told)


async def test_of_two_calls_with_one_id_the_second_is_not_run(
    opening: Opening, scripted: Callable[[Script], Server]
) -> None:
    hands = Hands()

    def script(request: Request, number: int) -> Iterable[bytes]:
        made = ("a", "get_weather", OSLO), ("a", "get_time", OSLO)
        return responses_say("Done.") if number else responses_call(*made)

    server = scripted(script)
    async with opening() as bench:
        use(bench, answering(hands))
        run = await bench.ask(at(bench, server, "responses"), "go")
        assert hands.called == [("get_weather", OSLO)]
        assert [call.state for call in calls(run)] == ["done", "failed"]
        one, other = describe(run)["tool_calls"]
        assert one["output"].startswith("get_weather of")
        assert "id before" in other["output"]
        assert run.transcript.text == "Done."


async def test_a_chat_that_counts_its_calls_anew_is_told_apart(
    opening: Opening, scripted: Callable[[Script], Server]
) -> None:
    hands = Hands()

    def script(request: Request, number: int) -> Iterable[bytes]:
        names = ["get_weather", "get_time"][number : number + 1]
        return chat_calls(*(("0", name, OSLO) for name in names)) if names else chat_says("Done.")

    server = scripted(script)
    async with opening() as bench:
        use(bench, answering(hands))
        run = await bench.ask(at(bench, server, "chat"), "go")
        assert hands.called == [("get_weather", OSLO), ("get_time", OSLO)]
        assert len({call.call_id for call in calls(run)}) == 2
        *_, called, answered = server.requests[2].body["messages"]
        assert called["tool_calls"][0]["id"] == answered["tool_call_id"] == calls(run)[1].call_id


class Waiting:
    """A tool that takes for ever, and says when it began and when it was ended."""

    def __init__(self) -> None:
        self.began, self.ended = asyncio.Event(), asyncio.Event()

    async def call(self, *_: Any) -> Result:
        self.began.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.ended.set()
        raise AssertionError


async def stopped(bench: Bench, session: Session, until: asyncio.Event) -> Run:
    run = bench.workspace.ask(session, BOTH)
    task = asyncio.ensure_future(bench.workspace.go(run))
    await until.wait()
    bench.workspace.stop(run)
    await asyncio.gather(task, return_exceptions=True)
    return run


async def test_a_tool_that_hangs_ends_with_the_run(opening: Opening) -> None:
    waiting = Waiting()
    async with opening() as bench:
        use(bench, answering(waiting))
        run = await stopped(bench, talk(bench, "chat", WEATHER, TIME), waiting.began)
        assert waiting.ended.is_set()
        assert run.transcript.outcome == "stopped"
        assert calls(run)[0].state == "failed" and calls(run)[0].ended_at is not None
        assert "before it had a result" in calls(run)[0].notes[-1]
        assert outputs(run) == []
        assert shown((await again(bench, run)).transcript.items) == shown(run.transcript.items)


async def test_what_nobody_has_decided_about_is_not_run(opening: Opening) -> None:
    hands, there = Hands(), asyncio.Event()

    async def ask(request: Any) -> Any:
        there.set()
        await asyncio.Event().wait()

    async with opening() as bench:
        use(bench, answering(hands, ask))
        run = await stopped(bench, talk(bench, "responses", WEATHER, TIME), there)
        assert run.transcript.outcome == "stopped"
        assert [call.state for call in calls(run)] == ["not run", "not run"]
        assert hands.called == []


@pytest.mark.parametrize("api", APIS)
async def test_a_step_too_many_ends_the_run_and_more_goes_on(api: str, opening: Opening) -> None:
    hands = Hands()
    async with opening() as bench:
        use(bench, answering(hands))
        session = talk(bench, api, WEATHER, steps=2, fields={"tool_choice": "required"})
        run = await bench.ask(session, "get_weather for Oslo")
        seen = run.transcript
        assert (seen.outcome, seen.limit, seen.requests) == ("limited", "steps", 2)
        assert "step 3" in seen.limited and "2 steps" in seen.limited
        assert [call.state for call in calls(run)] == ["done", "not run"]
        assert len(hands.called) == 1
        problem = describe(run)["problem"]
        assert (problem["title"], problem["code"]) == (seen.limited, "steps")
        assert (await again(bench, run)).transcript.limited == seen.limited

        more = bench.workspace.more(session, run, 5)
        more.call.fields["tool_choice"] = "auto"
        await bench.workspace.go(more)
        assert (more.transcript.outcome, more.transcript.legs) == ("completed", 1)
        assert more.parent == run.id and more.input == []
        assert len(hands.called) == 2
        assert [output.call_id for output in outputs(more)] == [calls(run)[1].call_id]
        assert more.transcript.text.count("get_weather of") == 2


@pytest.mark.parametrize("api", APIS)
async def test_the_same_call_in_three_steps_ends_the_run(api: str, opening: Opening) -> None:
    hands = Hands()
    async with opening() as bench:
        use(bench, answering(hands))
        session = talk(bench, api, WEATHER, fields={"tool_choice": "required"})
        run = await bench.ask(session, "get_weather for Oslo")
        assert (run.transcript.outcome, run.transcript.limit) == ("limited", "alike")
        assert "`get_weather`" in run.transcript.limited
        assert [call.state for call in calls(run)] == ["done", "done", "not run"]
        assert len(hands.called) == 2


async def test_the_budget_is_asked_before_each_request(opening: Opening) -> None:
    left = 1
    hands = Hands()

    async def budget(run: Run, profile: Profile, body: bytes) -> Stop | None:
        assert json.loads(body)["model"] == "sandbox" and profile.id == "here"
        facts = {"of": "run"}
        return None if run.transcript.requests < left else Stop("No money is left.", facts)

    async with opening() as bench:
        use(bench, answering(hands, budget=budget))
        session = talk(bench, "chat", WEATHER)
        run = await bench.ask(session, "get_weather for Oslo")
        assert (run.transcript.outcome, run.transcript.limit) == ("limited", "budget")
        assert run.transcript.limited == "No money is left."
        assert [call.state for call in calls(run)] == ["done"]
        left = 0
        none = await bench.ask(bench.session(), "hello")
        assert (none.transcript.outcome, none.transcript.requests) == ("limited", 0)
        left = 9
        more = await bench.workspace.go(bench.workspace.more(session, run, 5))
        assert more.transcript.outcome == "completed"
        assert len(hands.called) == 1 and "get_weather of" in more.transcript.text


@pytest.mark.parametrize("errors", ["model", "stop"])
async def test_a_tool_that_failed_is_told_or_ends_the_run(opening: Opening, errors: str) -> None:
    async def broken(arguments: str) -> Result:
        return Result("No such city.", "failed")

    async with opening() as bench:
        use(bench, answering(Hands(get_weather=broken)))
        run = await bench.ask(talk(bench, "responses", WEATHER, TIME, errors=errors), BOTH)
        assert [call.state for call in calls(run)] == ["failed", "done"]
        if errors == "model":
            assert run.transcript.outcome == "completed"
            assert "No such city." in run.transcript.text
        else:
            assert (run.transcript.outcome, run.transcript.limit) == ("limited", "error")
            assert "`get_weather` failed" in run.transcript.limited
            assert run.transcript.requests == 1 and len(outputs(run)) == 2
            session = bench.workspace.open[run.session]
            fork = bench.workspace.fork(session, run, 0, called=True)
            await bench.workspace.go(fork)
            assert (fork.transcript.limit, fork.transcript.requests) == ("error", 0)


@pytest.mark.logs
async def test_a_mistake_of_whoever_asks_ends_the_run_with_a_report(opening: Opening) -> None:
    async def ask(request: Any) -> Any:
        raise ZeroDivisionError("ours")

    hands = Hands()
    async with opening() as bench:
        use(bench, answering(hands, ask))
        run = await bench.ask(talk(bench, "chat", WEATHER, TIME), BOTH)
        assert run.transcript.outcome == "failed"
        assert run.transcript.problem is not None and run.transcript.problem.bug
        assert "ZeroDivisionError" in run.transcript.problem.detail
        assert [problem.bug for problem in bench.problems] == [True]
        assert hands.called == []


async def test_the_tool_that_holds_the_answer_is_not_run(opening: Opening) -> None:
    hands = Hands()
    output = Output(mode="tool", name="answer", json_schema=CITY)
    async with opening() as bench:
        use(bench, answering(hands))
        session = talk(bench, "responses", WEATHER, output=output)
        run = await bench.ask(session, "Say Oslo.")
        assert run.transcript.outcome == "completed"
        assert describe(run)["parsed"] is not None
        assert [call.state for call in calls(run)] == ["not run"] and hands.called == []


@pytest.mark.parametrize("api", APIS)
async def test_a_form_is_asked_for_after_the_calls(api: str, opening: Opening) -> None:
    hands = Hands()
    output = Output(mode="json_schema", name="answer", json_schema=CITY, attempts=1)
    async with opening() as bench:
        use(bench, answering(hands))
        run = await bench.ask(talk(bench, api, WEATHER, TIME, output=output), BOTH)
        assert (run.transcript.outcome, run.transcript.legs) == ("completed", 2)
        assert describe(run)["parsed"] is not None and len(hands.called) == 2


async def test_what_cannot_be_answered_here_ends_the_run(
    opening: Opening, scripted: Callable[[Script], Server]
) -> None:
    """A search among tools that the client is to make, and a function beside it."""
    hands = Hands()
    search = {"type": "tool_search_call", "id": "ts", "call_id": "c2", "execution": "client"}
    call = {"type": "function_call", "id": "fc", "call_id": "c1", "name": "get_weather"}
    output = [{**call, "arguments": OSLO}, {**search, "arguments": {}, "status": "completed"}]
    whole = {"id": "r", "status": "completed", "output": output}
    answer = [head(), event("response.completed", response=whole)]
    async with opening() as bench:
        use(bench, answering(hands))
        server = scripted(lambda request, count: answer)
        run = await bench.ask(at(bench, server, "responses"), BOTH)
        assert (run.transcript.outcome, run.transcript.legs) == ("completed", 1)
        assert [call.state for call in calls(run)] == ["not run"] and hands.called == []


@pytest.mark.parametrize("model", ["sandbox", "reasoning"])
@pytest.mark.parametrize("store", [True, False])
async def test_all_that_the_model_wrote_goes_back(
    opening: Opening, model: str, store: bool
) -> None:
    """The sandbox refuses reasoning without what it led to, and the reverse, as the API does."""
    async with opening() as bench:
        use(bench, answering(Hands()))
        session = talk(bench, "responses", WEATHER, TIME, model=model, fields={"store": store})
        one = await bench.ask(session, BOTH)
        two = await bench.ask(session, f"Once more. {BOTH}")
        for run in (one, two):
            assert (run.transcript.outcome, run.transcript.legs) == ("completed", 2)
            assert run.transcript.problem is None


@pytest.mark.parametrize("model", ["sandbox", "reasoning"])
@pytest.mark.parametrize("state", ["previous_response_id", "conversation"])
async def test_a_server_that_keeps_state_gets_only_the_results(
    opening: Opening, state: str, model: str
) -> None:
    async with opening() as bench:
        keeping = Profile(
            id="keeping",
            name="Keeping",
            base_url=bench.sandbox.base_url,
            quirks=Quirks(state="stateful"),
        )
        bench.app.adopt(keeping)
        hands = Hands()
        use(bench, answering(hands))
        session = bench.workspace.new_session(keeping)
        session.call = session.call.model_copy(
            update={"model": model, "fields": FAST, "state": state, "tools": [WEATHER, TIME]}
        )
        one = await bench.ask(session, BOTH)
        two = await bench.ask(session, "And get_time for Paris.")
        assert (one.transcript.legs, two.transcript.legs) == (2, 2)
        assert one.transcript.outcome == two.transcript.outcome == "completed"
        sent = [facts(run, "request") for run in (one, two)]
        later = [json.loads(data["body"]) for rows in sent for _, data in rows][1:]
        kinds = [[row.get("type") for row in body["input"]] for body in later]
        assert kinds == [["function_call_output"] * 2, [None], ["function_call_output"]]
        assert all(state in body for body in later)
        assert len(hands.called) == 3

        session.call = session.call.model_copy(update={"steps": 1})
        cut = await bench.ask(session, "get_weather for Bergen.")
        assert cut.transcript.limit == "steps"
        more = await bench.workspace.go(bench.workspace.more(session, cut, 5))
        assert (more.transcript.outcome, more.transcript.problem) == ("completed", None)
        assert "Bergen" in outputs(more)[0].output


async def test_a_key_that_a_tool_prints_stays_here(opening: Opening) -> None:
    key = "sk-quite-a-secret-one"

    async def telling(arguments: str) -> Result:
        return Result(f"OPENAI_API_KEY={key}", notes=(f"It said {key}.",), facts={"env": key})

    async with opening({"THE_KEY": key}) as bench:
        keyed = Profile(
            id="keyed", name="Keyed", base_url=bench.sandbox.base_url, key_env="THE_KEY"
        )
        bench.app.adopt(keyed, key_env_only=True)
        use(bench, answering(Hands(get_weather=telling)))
        session = talk(bench, "responses", WEATHER)
        session.profile = "keyed"
        run = await bench.ask(session, "get_weather for Oslo")
        assert run.transcript.outcome == "completed"
        assert key not in b"".join(run.recording.raws).decode()
        assert outputs(run)[0].output == f"OPENAI_API_KEY={'*' * len(key)}"
        sent = bench.sandbox.log("OPENAI_API_KEY=")
        assert sent and key not in json.dumps(sent)


async def test_how_calls_are_answered_is_asked_for_each_run(opening: Opening) -> None:
    asked: list[Run] = []
    hands = Hands()

    def how(run: Run) -> Answering:
        asked.append(run)
        return answering(hands, approve)

    async with opening() as bench:
        bench.workspace.runner.answering = how
        run = await bench.ask(talk(bench, "chat", WEATHER), "get_weather for Oslo")
        assert asked == [run] and len(hands.called) == 1


async def test_a_custom_tool_gets_its_text(opening: Opening) -> None:
    hands = Hands()
    free = tool("free_text", kind="custom", parameters=None)
    for api in APIS:
        async with opening() as bench:
            use(bench, answering(hands))
            run = await bench.ask(talk(bench, api, free), "free_text: {not json")
            assert run.transcript.outcome == "completed"
            assert hands.called[-1] == ("free_text", "free_text: {not json")
            assert "free_text of" in run.transcript.text
