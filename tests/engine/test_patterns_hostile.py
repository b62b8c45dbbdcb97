"""Patterns where something is wrong with a server, or somebody stops: who hears which key, what is
told, counted and sent then."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from typing import Any

import pytest

from playground.core.budget import Budgets
from playground.core.items import Notice
from playground.core.patterns import Patterns, Rule, Target
from playground.core.profile import Profile
from playground.core.session import Run, Session
from playground.core.snapshot import snapshot
from playground.core.tools import Result, Tool
from playground.core.transcript import PICKING, replay
from playground.endpoints import BY_ID
from playground.engine import pattern_asking, reuse, routing
from playground.engine.repeating import asked as asked_often
from playground.engine.repeating import go as go_often
from playground.engine.runner import STOPPED
from tests.engine.answering import (
    WEATHER,
    Hands,
    answering,
    chat_calls,
    chat_says,
    facts,
    responses_call,
    responses_say,
)
from tests.engine.conftest import Bench, Opening
from tests.server import Request, Server, head, serving

Script = Callable[[Request], Iterable[bytes]]
Start = Callable[[Script], Server]

BUSY = b'{"error": {"message": "Too much.", "type": "server_error"}}'


@pytest.fixture
def start() -> Iterator[Start]:
    """Servers that answer by a script."""
    with ExitStack() as stack:
        yield lambda script: stack.enter_context(serving(script))


def down(request: Request) -> list[bytes]:
    return [head("500 No", "application/json", x_should_retry="false"), BUSY]


def says(text: str) -> Script:
    return lambda request: responses_say(text) if "responses" in request.path else chat_says(text)


def plain(text: str, **more: Any) -> Script:
    """A whole answer of Responses, not streamed."""
    content = [{"type": "output_text", "text": text, "annotations": []}]
    row = {"type": "message", "id": "m", "role": "assistant", "content": content}
    body = {"id": "r", "status": "completed", "output": [row],
            "usage": {"input_tokens": 10, "output_tokens": 2}, **more}  # fmt: skip
    return lambda _: [head(kind="application/json"), json.dumps(body).encode()]


def profile(bench: Bench, name: str, server: Server, **more: Any) -> Profile:
    made = Profile(
        **{"id": name, "name": name, "base_url": server.base_url, "api": "responses",
           "model": f"model-{name}", **more}
    )  # fmt: skip
    bench.app.adopt(made, key_env_only=bool(made.key_env))
    return made


def session(bench: Bench, own: Profile, patterns: Patterns, **more: Any) -> Session:
    made = bench.workspace.new_session(own)
    changes = {"model": own.model, "patterns": patterns, **more}
    made.call = made.call.model_copy(update=changes)
    return made


async def until(state: Callable[[], bool]) -> None:
    """The test's own limit ends it when that never happens."""
    while not state():  # noqa: ASYNC110  nothing tells of what a transcript says
        await asyncio.sleep(0.002)


async def stopped(bench: Bench, run: Run, when: Callable[[], bool]) -> None:
    """Sent, and stopped when that is so."""
    task = asyncio.ensure_future(bench.workspace.go(run))
    await until(when)
    bench.workspace.stop(run)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert run.transcript.outcome == "stopped"
    await reads_the_same(bench, run)


async def reads_the_same(bench: Bench, run: Run) -> None:
    """From its recording, and from the disk."""

    def picture(seen: Any) -> dict[str, Any]:
        row = snapshot(seen)
        return {**row, "rev": 0, "items": [{**one, "rev": 0} for one in row.get("items", ())]}

    kept = await bench.app.sessions.run(run.id)
    assert picture(replay(run.recording, BY_ID[run.call.api].reduce)) == picture(run.transcript)
    assert picture(kept.transcript) == picture(run.transcript)
    assert (kept.cost, kept.profile) == (run.cost, run.profile)


# Keys.


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_no_server_hears_what_belongs_to_another(
    api: str, opening: Opening, start: Start
) -> None:
    keys = {name: f"sk-of-{name}-0123456789" for name in ("A", "B", "P")}
    first, second, picker = start(down), start(says("here")), start(plain("2"))
    hosted = {"type": "mcp", "server_label": "s", "server_url": "https://u:pw-of-mcp@m.example",
              "authorization": "token-of-mcp", "headers": {"X-Api-Key": "key-of-mcp", "X-A": "a"},
              "require_approval": "never"}  # fmt: skip
    async with opening(keys) as bench:
        own = profile(bench, "A", first, api=api, key_env="A", headers={"X-Api-Key": "also-of-A"})
        profile(bench, "B", second, api=api, key_env="B")
        profile(bench, "P", picker, key_env="P")
        patterns = Patterns(
            picker=Target(profile="P"),
            choices=[Target(profile="B"), Target()],
            fallback=[Target(profile="B")],
        )
        asked = session(
            bench, own, patterns,
            headers={"X-Auth-Token": "header-of-A", "X-Trace": "t"},
            fields={"metadata": {"token": "field-of-A", "kind": "x"}, "tools": [hosted]},
            tools=[Tool(name="s", kind="hosted", hosted=hosted)],
        )  # fmt: skip
        run = await bench.ask(asked, "hello")
        assert (run.transcript.outcome, run.profile) == ("completed", "B")
        heard = {
            name: repr([(one.headers, one.raw) for one in server.requests])
            for name, server in {"A": first, "B": second, "P": picker}.items()
        }
        secrets = ("of-mcp", "header-of-A", "field-of-A", "also-of-A")
        for name, told in heard.items():
            assert [one for one in keys if keys[one] in told] == [name]
            assert [one for one in secrets if one in told] == (list(secrets) if name == "A" else [])
        assert "m.example" in heard["B"] and "X-A" in heard["B"] and "'x-trace': 't'" in heard["B"]
        words = run.transcript.detours[-1].words
        for left in ("X-Auth-Token", "authorization", "token"):
            assert left in words
        raw = b"".join(run.recording.raws)
        assert [one for one in keys.values() if one.encode() in raw] == []


async def test_an_answer_of_another_key_server_or_header_is_none(
    opening: Opening, start: Start
) -> None:
    one, other = start(says("one")), start(says("other"))
    keys = {"K1": "sk-first-0123456789", "K2": "sk-second-012345678"}
    async with opening(keys) as bench:
        patterns = Patterns(reuse=3600)
        ways: list[tuple[Profile, dict[str, Any]]] = [
            (profile(bench, "a", one, model="m", key_env="K1"), {}),
            (profile(bench, "b", one, model="m", key_env="K2"), {}),
            (profile(bench, "c", one, model="m"), {}),
            (profile(bench, "d", other, model="m", key_env="K1"), {}),
            (profile(bench, "e", one, model="m", key_env="K1", organization="org"), {}),
            (profile(bench, "f", one, model="m", key_env="K1"), {"headers": {"X-Tenant": "2"}}),
            (profile(bench, "g", one, model="m", key_env="K1"), {"headers": {"X-Token": "tenant"}}),
        ]
        for own, more in ways:
            run = await bench.ask(session(bench, own, patterns, **more), "the same")
            assert run.transcript.requests == 1, own.id
        for own, more in ways:
            run = await bench.ask(session(bench, own, patterns, **more), "the same")
            assert run.transcript.reused == {0}, own.id
        twin = profile(bench, "twin", one, model="m", key_env="K1")
        run = await bench.ask(session(bench, twin, patterns), "the same")
        assert run.transcript.reused == {0}, "the same server, by the same key"
        assert len(one.requests) + len(other.requests) == len(ways)
        kept = await bench.app.database.read(
            lambda connection: repr(connection.execute("SELECT * FROM reusable").fetchall())
        )
        assert not any(key in kept for key in keys.values())


# Stopped on the way.


async def test_stopped_while_a_model_picks_nothing_else_is_sent(
    opening: Opening, start: Start
) -> None:
    own_server = start(says("never"))
    silent = start(lambda _: _never(head(kind="application/json")))
    async with opening() as bench:
        own = profile(bench, "A", own_server)
        profile(bench, "P", silent)
        patterns = Patterns(picker=Target(profile="P"), choices=[Target(), Target(model="x")])
        run = bench.workspace.ask(session(bench, own, patterns), "hello")
        await stopped(bench, run, lambda: bool(silent.requests))
        assert own_server.requests == []
        said = [item.text for item in run.transcript.items if isinstance(item, Notice)]
        assert said == ["It was stopped while P was asked who answers."]
        assert run.transcript.detours == []


async def test_stopped_between_a_failure_and_who_takes_its_place(
    opening: Opening, start: Start
) -> None:
    first, second = start(down), start(says("never"))
    async with opening() as bench:
        own = profile(bench, "A", first)
        busy = profile(bench, "B", second, at_once=1)
        patterns = Patterns(fallback=[Target(profile="B"), Target(profile="C")])
        async with bench.app.runner.gates.place(busy, lambda *_: None):
            run = bench.workspace.ask(session(bench, own, patterns), "hello")
            await stopped(bench, run, lambda: run.transcript.progress.startswith("Waiting"))
        assert len(first.requests) == 1 and second.requests == []
        assert run.profile == "B" and [one.kind for one in run.transcript.detours] == ["fallback"]
        async with bench.app.runner.gates.place(busy, lambda *_: pytest.fail("a place was lost")):
            pass


async def test_a_recorded_answer_that_is_being_put_on_is_whole_when_it_is_stopped(
    opening: Opening, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start(says("word " * 50))
    async with opening() as bench:
        own = profile(bench, "A", server)
        first = await bench.ask(session(bench, own, Patterns(reuse=60)), "hello")
        run = bench.workspace.ask(session(bench, own, Patterns(reuse=60)), "hello")
        monkeypatch.setattr(pattern_asking, "PIECE", 1)

        def again(*given: Any, **more: Any) -> Any:
            bench.workspace.running[run.id].cancel()
            return reuse.again(*given, **more)

        monkeypatch.setattr(pattern_asking, "again", again)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.ensure_future(bench.workspace.go(run))
        assert run.transcript.outcome == "stopped"
        assert run.transcript.text == first.transcript.text
        assert run.transcript.usage is None and run.transcript.requests == 0
        assert len(server.requests) == 1
        await reads_the_same(bench, run)


def _never(*pieces: bytes) -> Iterator[bytes]:
    """Says so much, and then nothing until whoever asked has left."""
    yield from pieces
    while True:  # writing fails once the client is gone
        yield b" "


# Who is asked, and how often.


@pytest.mark.parametrize("api", ["responses", "chat"])
async def test_a_chain_that_comes_back_to_where_it_was_ends(
    api: str, opening: Opening, start: Start
) -> None:
    first, second = start(down), start(down)
    async with opening() as bench:
        own = profile(bench, "A", first, api=api)
        profile(bench, "B", second, api=api)
        chain = [Target(profile="B"), Target(), Target(profile="B"), Target(profile="A")] * 5
        run = await bench.ask(session(bench, own, Patterns(fallback=chain)), "hello")
        assert run.transcript.outcome == "failed"
        assert (len(first.requests), len(second.requests)) == (1, 1)
        await reads_the_same(bench, run)


async def test_two_that_ask_the_same_at_once_of_a_server_with_one_place_ask_once(
    opening: Opening, start: Start
) -> None:
    server = start(says("once"))
    async with opening() as bench:
        own = profile(bench, "A", server, at_once=1)
        sessions = [session(bench, own, Patterns(reuse=60)) for _ in range(4)]
        runs = await asyncio.gather(*(bench.ask(one, "the same") for one in sessions))
        assert len(server.requests) == 1
        assert sorted(len(run.transcript.reused) for run in runs) == [0, 1, 1, 1]
        assert {run.transcript.text for run in runs} == {"once"}
        for run in runs:
            await reads_the_same(bench, run)


async def test_whoever_asks_again_gets_another_answer(opening: Opening, start: Start) -> None:
    server = start(says("word"))
    async with opening() as bench:
        own = profile(bench, "A", server)
        asked = session(bench, own, Patterns(reuse=60))
        first = await bench.ask(asked, "hello")
        again = await bench.workspace.go(bench.workspace.again(asked, first))
        assert again.transcript.reused == frozenset() and len(server.requests) == 2
        assert again.call.patterns.reuse == 60
        run = await bench.ask(session(bench, own, Patterns(reuse=60)), "hello")
        assert facts(run, "reused")[0][1]["run"] == again.id, "the newest"


async def test_one_place_is_enough_for_all_that_a_run_does(opening: Opening, start: Start) -> None:
    """Picking, a failure, its place taken by the same server, tools, and the same many times."""
    count = iter(range(1000))

    def script(request: Request) -> list[bytes]:
        body = request.body
        if not body.get("stream"):
            return list(plain("2")(request))
        if body["model"] == "bad":
            return down(request)
        if "function_call_output" in json.dumps(body):
            return responses_say("done", next(count))
        return responses_call((f"call_{next(count)}", "get_weather", '{"city": "Oslo"}'))

    server = start(script)
    async with opening() as bench:
        hands = Hands()
        bench.workspace.runner.answering = lambda run: answering(hands)
        own = profile(bench, "A", server, at_once=1)
        patterns = Patterns(
            picker=Target(), choices=[Target(model="x"), Target(model="bad")],
            fallback=[Target(model="good")],
        )  # fmt: skip
        asked = session(bench, own, patterns, tools=[WEATHER])
        runs = asked_often(bench.workspace, asked, 4, "weather?")
        await go_often(bench.workspace, runs, 4)
        for run in runs:
            assert (run.transcript.outcome, run.transcript.text) == ("completed", "done")
            kinds = [one.kind for one in run.transcript.detours]
            assert kinds == ["routed", "fallback"]
            assert (run.transcript.legs, run.transcript.requests) == (2, 3)
        assert len(hands.called) == 4
        assert len(server.requests) == 4 * 4


async def test_a_later_leg_goes_elsewhere_and_no_tool_runs_twice(
    opening: Opening, start: Start
) -> None:
    def first(request: Request) -> list[bytes]:
        if "tool" in [one["role"] for one in request.body["messages"]]:
            return down(request)
        return chat_calls(("call_1", "get_weather", '{"city": "Oslo"}'))

    one, other, third = start(first), start(says("never")), start(says("It rains."))
    async with opening() as bench:
        hands = Hands()
        bench.workspace.runner.answering = lambda run: answering(hands)
        own = profile(bench, "A", one, api="chat")
        profile(bench, "R", other)  # in another dialect: this run has begun
        profile(bench, "B", third, api="chat")
        patterns = Patterns(fallback=[Target(profile="R"), Target(profile="B")])
        run = await bench.ask(session(bench, own, patterns, tools=[WEATHER]), "weather?")
        assert (run.transcript.outcome, run.transcript.text) == ("completed", "It rains.")
        assert len(hands.called) == 1 and other.requests == []
        ((_, turned),) = facts(run, "fallback")
        assert "Passed over: R is asked in Responses, and this run has begun" in turned["words"]
        said = third.requests[0].body["messages"]
        assert [row["role"] for row in said] == ["user", "assistant", "tool"]
        await reads_the_same(bench, run)


async def test_a_notice_does_not_keep_a_run_from_another_dialect(
    opening: Opening, start: Start
) -> None:
    first, second = start(down), start(says("there"))
    async with opening() as bench:
        own = profile(bench, "A", first)
        profile(bench, "B", second, api="chat")
        patterns = Patterns(rules=[Rule(value="")], fallback=[Target(profile="B")])
        run = await bench.ask(session(bench, own, patterns), "hello")
        assert (run.transcript.outcome, run.transcript.text) == ("completed", "there")
        assert any(isinstance(item, Notice) for item in run.transcript.items)
        await reads_the_same(bench, run)


async def test_what_goes_on_in_the_background_is_ended_when_somebody_else_is_asked(
    opening: Opening, start: Start
) -> None:
    going = {"id": "resp_bg", "status": "in_progress", "background": True, "output": []}

    def first(request: Request) -> list[bytes]:
        if request.line.startswith("GET"):
            return down(request)
        return [head(kind="application/json"), json.dumps(going).encode()]

    one, other = start(first), start(says("there"))
    async with opening() as bench:
        own = profile(bench, "A", one)
        profile(bench, "B", other)

        async def wait(seconds: float) -> None:
            pass

        bench.workspace.runner.sleep = wait
        patterns = Patterns(fallback=[Target(profile="B")])
        run = await bench.ask(session(bench, own, patterns, fields={"background": True}), "hello")
        assert (run.transcript.outcome, run.transcript.text) == ("completed", "there")
        await bench.app.runner.close()
        assert one.requests[-1].line.startswith("POST /v1/responses/resp_bg/cancel")
        assert all("cancel" not in request.path for request in other.requests)


# Whoever picks.


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (plain("1, 2 or 3. " * 90_000), "said “1, 2 or 3."),
        (plain("", output=[{"type": "function_call", "id": "f", "call_id": "c", "name": "pick",
                            "arguments": "{}"}]), "called a tool"),
        (plain("", output=[{"type": "message", "id": "m", "role": "assistant", "content": [
            {"type": "refusal", "refusal": "I do not choose."}]}]), "refused with “I do not"),
        (plain("", output=[]), "said nothing"),
        (lambda _: [head(kind="text/html"), b"<html>2</html>"], "said nothing"),
        (lambda _: [head(kind="application/json"), b"[" * 100_000], "said nothing"),
        (down, "could not be asked"),
    ],
)  # fmt: skip
async def test_a_picker_that_picks_nothing_is_told_of_and_does_no_harm(
    script: Script, words: str, opening: Opening, start: Start
) -> None:
    server, picker = start(says("still here")), start(script)
    async with opening() as bench:
        own = profile(bench, "A", server)
        profile(bench, "P", picker)
        bench.app.limits = {"retries": 0}
        patterns = Patterns(picker=Target(profile="P"), choices=[Target(), Target(model="x")])
        run = await bench.ask(session(bench, own, patterns), "hello")
        assert (run.transcript.outcome, run.profile) == ("completed", "A")
        ((_, routed),) = facts(run, "routed")
        assert words in routed["words"]
        assert "hello" in routed["asked"]["body"], "what was sent is on record"
        assert len(json.dumps(routed)) < 20_000
        assert run.call.model == "model-A"
        await reads_the_same(bench, run)


# What is counted.


async def test_what_a_failure_used_is_counted_beside_what_came_after_it(
    opening: Opening, start: Start
) -> None:
    failed = {"id": "r", "status": "failed", "output": [], "error": {"code": "server_error",
              "message": "No."}, "usage": {"input_tokens": 40, "output_tokens": 0}}  # fmt: skip
    first = start(lambda _: [head(kind="application/json"), json.dumps(failed).encode()])
    second, picker = start(plain("there")), start(plain("1"))
    price = {"server": "*", "model": "*", "from": "2020-01-01", "input": 1_000_000, "output": 0}
    async with opening() as bench:
        rows = [{**price, "server": name} for name in ("A", "B", "P")]
        bench.app.home.prices.write_text(json.dumps({"prices": rows}), encoding="utf-8")
        own = profile(bench, "A", first)
        profile(bench, "B", second)
        profile(bench, "P", picker)
        patterns = Patterns(
            picker=Target(profile="P"), choices=[Target()], fallback=[Target(profile="B")]
        )
        run = await bench.ask(session(bench, own, patterns, stream=False), "hello")
        seen = run.transcript
        assert (seen.outcome, seen.text) == ("completed", "there")
        assert seen.usage is not None and seen.usage.input == 10 + 40 + 10
        assert seen.usages[0].input == 10 and seen.usages[PICKING].input == 10
        assert run.cost is not None and run.cost.usd == Decimal(60)
        await reads_the_same(bench, run)


@pytest.mark.parametrize("where", ["picker", "answer"])
async def test_what_a_stopped_request_used_is_not_known_and_makes_the_rest_at_least(
    where: str, opening: Opening, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.engine.runner.is_loopback", lambda url: False)
    silent = start(lambda _: _never(head()))
    picker = start(plain("1")) if where == "answer" else silent
    price = {"server": "P", "model": "*", "from": "2020-01-01", "input": 1_000_000, "output": 0}
    async with opening() as bench:
        bench.app.home.prices.write_text(json.dumps({"prices": [price]}), encoding="utf-8")
        own = profile(bench, "A", silent)
        profile(bench, "P", picker)
        patterns = Patterns(picker=Target(profile="P"), choices=[Target()])
        run = bench.workspace.ask(session(bench, own, patterns), "hello")
        await stopped(bench, run, lambda: bool(silent.requests))
        assert run.cost is not None
        if where == "answer":
            assert (run.cost.usd, run.cost.at_least) == (Decimal(10), True)
            assert run.cost.missing == (STOPPED,)
        else:
            assert (run.cost.usd, run.cost.source) == (None, STOPPED)


async def test_a_budget_of_requests_counts_all_that_were_sent_and_no_others(
    opening: Opening, start: Start
) -> None:
    bad, good, picker = start(down), start(says("there")), start(plain("1"))
    async with opening() as bench:
        own = profile(bench, "A", bad)
        profile(bench, "B", good)
        profile(bench, "P", picker)
        chain = [Target(model="2"), Target(model="3"), Target(profile="B")]
        patterns = Patterns(picker=Target(profile="P"), choices=[Target()], fallback=chain)
        bench.app.settings.budgets = Budgets(requests=3)
        run = await bench.ask(session(bench, own, patterns), "hello")
        assert (run.transcript.outcome, run.transcript.limit) == ("limited", "budget")
        assert (len(picker.requests), len(bad.requests), len(good.requests)) == (1, 2, 0)
        assert "has sent 3 requests" in run.transcript.limited
        bench.app.settings.budgets = Budgets(requests=5)
        run = await bench.ask(session(bench, own, patterns), "hello")
        assert run.transcript.outcome == "completed"


async def test_what_was_not_sent_is_not_counted_by_a_budget_of_requests(
    opening: Opening, start: Start
) -> None:
    def script(request: Request) -> list[bytes]:
        if "function_call_output" in json.dumps(request.body):
            return responses_say("done")
        return responses_call(("call_1", "get_weather", '{"city": "Oslo"}'))

    server = start(script)
    async with opening() as bench:
        answers: list[str] = ["rain", "sun"]

        async def weather(arguments: str) -> Result:
            return Result(answers.pop(0))

        hands = Hands(get_weather=weather)
        bench.workspace.runner.answering = lambda run: answering(
            hands, budget=bench.app.purse.check
        )
        own = profile(bench, "A", server)
        await bench.ask(session(bench, own, Patterns(reuse=60), tools=[WEATHER]), "weather?")
        bench.app.settings.budgets = Budgets(requests=1)
        run = await bench.ask(session(bench, own, Patterns(reuse=60), tools=[WEATHER]), "weather?")
        assert run.transcript.outcome == "completed" and run.transcript.reused == {0}
        assert run.transcript.requests == 1


# Times that somebody made up.


async def test_a_limit_that_is_full_in_ten_years_keeps_nobody_waiting(
    opening: Opening, start: Start
) -> None:
    resets = iter(["315360000", "2036-01-01T00:00:00Z", "0001-01-01", "9999-12-31T23:59:59-23:00",
                   "99999999999999999999h", "soon", "-1"])  # fmt: skip

    def script(request: Request) -> list[bytes]:
        rates = {"x_ratelimit_remaining_requests": "0", "x_ratelimit_reset_requests": next(resets)}
        return [head(**rates), *responses_say("fine")[1:]]

    server = start(script)
    async with opening() as bench:

        async def sleep(seconds: float) -> None:
            raise AssertionError(f"waited {seconds} s")

        bench.app.runner.gates._sleep = sleep
        own = profile(bench, "A", server, at_once=1)
        for _ in range(7):
            run = await bench.ask(session(bench, own, Patterns()), "hello")
            assert run.transcript.outcome == "completed"
            assert facts(run, "queued") == []


async def test_a_pattern_without_end_holds_up_nothing(
    opening: Opening, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routing, "LIMIT", 0.02)
    monkeypatch.setattr(routing, "ALLOWANCE", 0.05)
    server = start(says("still here"))
    async with opening() as bench:
        own = profile(bench, "A", server)
        endless = Rule(sign="matches", value="(a|aa)+$", target=Target(model="never"))
        vast = Rule(sign="matches", value="(?:(?:a{900}){900}){900}", target=Target(model="never"))
        patterns = Patterns(rules=[vast, *[endless] * 500])
        run = await bench.ask(session(bench, own, patterns), "a" * 60 + "!")
        assert (run.transcript.outcome, run.call.model) == ("completed", "model-A")
        said = [str(item.text) for item in run.transcript.items if isinstance(item, Notice)]
        assert "repeats something more than" in said[0] and "took over" in said[1]
        assert said[-1] == "498 more were passed over."


async def test_a_session_with_a_time_beyond_all_times_is_answered(
    opening: Opening, start: Start
) -> None:
    server = start(says("fine"))
    async with opening() as bench:
        own = profile(bench, "A", server)
        for requests in (1, 1):
            await bench.ask(session(bench, own, Patterns(reuse=10**400)), "hello")
            assert len(server.requests) == requests


async def test_who_has_no_key_is_passed_over_also_as_the_last(
    opening: Opening, start: Start
) -> None:
    server = start(down)
    async with opening() as bench:
        own = profile(bench, "A", server)
        locked = Profile(id="k", name="K", base_url="https://k.invalid/v1", key_env="NO_SUCH_KEY")
        bench.app.adopt(locked, key_env_only=True)
        run = await bench.ask(session(bench, own, Patterns(fallback=[Target(profile="k")])), "x")
        assert run.transcript.outcome == "failed" and run.transcript.problem is not None
        assert run.transcript.problem.remedy == "add_key"
        assert "A: The server failed (500)" in run.transcript.problem.facts["before"]
        assert len(server.requests) == 1
        await reads_the_same(bench, run)
