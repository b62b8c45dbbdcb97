"""The one place where a call is approved and run: what is noted, never run, and kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from playground.core.problem import Failure, Problem
from playground.core.tools import (
    Allowed,
    Answer,
    Approve,
    Asked,
    Decision,
    Mode,
    Reject,
    Result,
    Scope,
    Tool,
)
from playground.engine.approval import (
    LARGEST,
    LINE,
    LINES,
    Approvals,
    Ask,
    Grant,
    Kind,
    Request,
    approve,
    refuse,
    settle,
    touches,
)
from tests.engine.answering import TIME, WEATHER, Desk, Hands, tool

OSLO = '{"city": "Oslo"}'
ROME = '{"city": "Rome"}'


class Notes(list[tuple[str, dict[str, Any]]]):
    def __call__(self, kind: str, data: dict[str, Any]) -> None:
        json.dumps(data)  # it goes on a recording
        self.append((kind, data))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _ in self]

    def of(self, kind: str) -> dict[str, Any]:
        return next(data for one, data in self if one == kind)


def asked(tool: Tool | None = WEATHER, arguments: str = OSLO, **more: Any) -> Asked:
    return Asked("call_1", tool.name if tool else "nothing", arguments, tool, **more)


async def settled(
    one: Asked, hands: Kind | None = None, ask: Ask = approve, **more: Any
) -> tuple[Result, Notes]:
    notes = Notes()
    ticks = iter(range(100))
    kinds: dict[Mode, Kind] = {} if hands is None else {"real": hands}
    how = {"approvals": Approvals(), "kinds": kinds, **more}
    return await settle(one, ask=ask, note=notes, clock=lambda: next(ticks), **how), notes


async def test_a_call_is_asked_about_approved_and_run() -> None:
    hands, desk = Hands(), Desk()
    result, notes = await settled(asked(), hands, desk.ask, before=ROME)
    assert result == Result(f"get_weather of {OSLO}", ms=1000)
    assert hands.called == [("get_weather", OSLO)]
    assert notes == [
        ("tool.asked", {"call_id": "call_1", "tool": "here › get_weather"}),
        ("approval", {"call_id": "call_1", "asked": True, "decision": "approve", "scope": "once"}),
        ("tool.started", {"call_id": "call_1", "mode": "real"}),
        ("tool.progress", {"call_id": "call_1", "text": "asked for get_weather"}),
        ("tool.ended", {"call_id": "call_1", "state": "done", "ms": 1000}),
    ]
    (request,) = desk.asked
    assert (request.tool, request.arguments, request.wrong) == (WEATHER, OSLO, ())
    assert [(line.kind, line.text) for line in request.difference] == [
        (" ", "{"),
        ("-", '  "city": "Rome"'),
        ("+", '  "city": "Oslo"'),
        (" ", "}"),
    ]
    assert Request(asked(), WEATHER, OSLO).difference == []


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (asked(arguments="{"), "no JSON"),
        (asked(arguments="[1]"), "no JSON object"),
        (asked(arguments='{"city": 3}'), "$.city: it is an integer"),
        (asked(tool("bare", parameters=None), '{"a": 1}'), "takes no argument `a`"),
        (asked(None), "no such tool"),
        (asked(wrong=("It did not arrive whole.",)), "did not arrive whole"),
    ],
)
async def test_what_cannot_be_right_is_told_to_the_model_and_nobody_is_asked(
    one: Asked, words: str
) -> None:
    hands, desk = Hands(), Desk()
    result, notes = await settled(one, hands, desk.ask)
    assert result.state == "failed" and words in result.output and "was not run" in result.output
    assert (hands.called, desk.asked, result.ms) == ([], [], None)
    assert notes == [("tool.ended", {"call_id": "call_1", "state": "failed"})]


async def test_a_schema_that_checks_nothing_keeps_nobody_from_calling() -> None:
    odd = tool("odd", parameters={"type": 7})
    result, _ = await settled(asked(odd), Hands())
    assert result.ok


async def test_nothing_written_is_no_argument_and_a_custom_tool_takes_any_text() -> None:
    hands = Hands()
    await settled(asked(tool("bare", parameters=None), ""), hands)
    await settled(asked(tool("free", kind="custom", parameters=None), "{"), hands)
    assert hands.called == [("bare", "{}"), ("free", "{")]


@pytest.mark.parametrize("ask", [refuse, Desk(lambda _: Reject("Not today.")).ask])
async def test_what_is_denied_is_not_run(ask: Ask) -> None:
    hands = Hands()
    result, notes = await settled(asked(), hands, ask)
    assert result.state == "denied" and "nothing was run" in result.output
    assert hands.called == []
    said = notes.of("approval")
    assert said["decision"] == "reject" and said["reason"] in result.output
    assert notes.kinds == ["tool.asked", "approval", "tool.ended"]


async def test_an_answer_by_hand_is_the_result_and_nothing_is_run() -> None:
    hands = Hands()
    answer = Answer(Result("It rains.", "failed"))
    result, notes = await settled(asked(), hands, Desk(lambda _: answer).ask)
    assert (result, hands.called) == (answer.result, [])
    assert notes.of("approval")["decision"] == "answer"


async def test_edited_arguments_are_run_and_noted() -> None:
    hands = Hands()
    await settled(asked(), hands, Desk(lambda _: Approve(ROME)).ask)
    assert hands.called == [("get_weather", ROME)]
    result, notes = await settled(asked(), hands, Desk(lambda _: Approve(ROME)).ask)
    assert result.ok and notes.of("approval")["arguments"] == ROME


async def test_edited_arguments_that_break_the_schema_are_asked_about_again() -> None:
    hands = Hands()
    desk = Desk(lambda request: Approve(ROME) if request.wrong else Approve('{"city": 1}'))
    result, notes = await settled(asked(), hands, desk.ask)
    assert result.ok and hands.called == [("get_weather", ROME)]
    assert [request.arguments for request in desk.asked] == [OSLO, '{"city": 1}']
    assert "it is an integer" in desk.asked[1].wrong[0]
    assert notes.kinds.count("approval") == 1


async def test_whoever_insists_on_them_has_the_call_denied() -> None:
    hands = Hands()
    result, _ = await settled(asked(), hands, Desk(lambda _: Approve("[]")).ask)
    assert (result.state, hands.called) == ("denied", [])


@pytest.mark.parametrize(("scope", "times"), [("once", 2), ("session", 1), ("always", 1)])
async def test_an_approval_for_longer_is_not_asked_for_again(scope: Scope, times: int) -> None:
    approvals, hands = Approvals(), Hands()
    desk = Desk(lambda request: Approve(request.arguments, scope))
    for _ in range(2):
        _, notes = await settled(asked(), hands, desk.ask, approvals=approvals, session="ses_1")
    assert (len(desk.asked), len(hands.called)) == (times, 2)
    assert notes.of("approval") == {
        "call_id": "call_1",
        "asked": scope == "once",
        "decision": "approve",
        "scope": scope,
    }


def test_an_approval_is_of_one_tool_as_it_was_in_one_mode_and_session() -> None:
    approvals = Approvals()
    approvals.grant(WEATHER, "session", "ses_1")
    approvals.grant(TIME, "always", "ses_1")
    approvals.grant(tool("other"), "once", "ses_1")
    approvals.grant(tool("other"), "session")
    assert approvals.scope(WEATHER, "ses_1") == "session"
    assert approvals.scope(WEATHER, "ses_2") is approvals.scope(WEATHER) is None
    assert approvals.scope(TIME) == approvals.scope(TIME, "ses_2") == "always"
    assert approvals.scope(tool("other"), "ses_1") is None
    changes: list[dict[str, Any]] = [
        {"description": "Now it also deletes."},
        {"mode": "mock"},
        {"source": "elsewhere"},
        {"origin": {"python": "other.py"}},
    ]
    for change in changes:
        assert approvals.scope(TIME.model_copy(update=change)) is None, change


def test_what_always_holds_is_kept_and_can_be_revoked() -> None:
    kept: list[list[Allowed]] = []
    approvals = Approvals(keep=kept.append)
    approvals.grant(WEATHER, "session", "ses_1")
    approvals.grant(TIME, "always")
    approvals.grant(TIME, "always")
    mine = Allowed(tool=TIME.id, digest=TIME.digest, mode="real")
    assert kept == [[mine]]
    assert Approvals(kept[0]).scope(TIME) == "always"
    assert [grant.scope for grant in approvals.grants] == ["session", "always"]
    for grant in approvals.grants:
        approvals.revoke(grant)
    approvals.revoke(Grant(mine))
    assert approvals.grants == [] and kept == [[mine], []]
    assert approvals.scope(TIME) is approvals.scope(WEATHER, "ses_1") is None


async def test_where_a_person_answers_nobody_is_asked_first() -> None:
    hands, desk = Hands(), Desk()
    one = asked(WEATHER.model_copy(update={"mode": "human"}))
    result, notes = await settled(one, ask=desk.ask, kinds={"human": hands})
    assert result.ok and desk.asked == []
    assert notes.of("approval")["asked"] is False
    result, _ = await settled(one, ask=refuse)
    assert result.state == "denied"


async def test_what_nothing_can_run_is_told() -> None:
    result, notes = await settled(asked())
    assert (result.state, "nothing here can run it" in result.output) == ("failed", True)
    assert "tool.started" not in notes.kinds


def raising(error: Exception) -> Callable[[str], Any]:
    async def answer(arguments: str) -> Result:
        raise error

    return answer


async def test_a_failure_of_ours_is_told_to_both() -> None:
    problem = Problem(title="The server is gone.", detail="EOF", remedy="retry")
    result, notes = await settled(asked(), Hands(get_weather=raising(Failure(problem))))
    assert result.state == "failed" and "The server is gone. EOF" in result.output
    assert result.facts["problem"]["title"] == problem.title
    assert notes.of("tool.ended")["state"] == "failed"


@pytest.mark.logs
async def test_a_mistake_of_ours_too() -> None:
    result, _ = await settled(asked(), Hands(get_weather=raising(ZeroDivisionError("ours"))))
    assert result.state == "failed" and result.facts["problem"]["bug"] is True


def saying(result: Result) -> Hands:
    async def answer(arguments: str) -> Result:
        return result

    return Hands(get_weather=answer)


async def test_what_is_too_long_is_cut_and_says_so() -> None:
    result, _ = await settled(asked(), saying(Result("é" * LARGEST)))
    assert result.output.startswith("é" * (LARGEST // 2))
    assert len(result.output.encode()) < LARGEST + 100
    assert "[Cut: this is the start of 2,097,152 bytes.]" in result.output[-80:]
    assert "2,097,152" in result.notes[0]
    whole = Result("a" * LARGEST + "\n[Cut: by the kind.]")
    result, _ = await settled(asked(), saying(whole))
    assert result == replace(whole, ms=1000)


async def test_halves_of_characters_do_not_reach_the_recording() -> None:
    result, _ = await settled(asked(), saying(Result("\ud800 half")))
    result.output.encode()


@pytest.mark.parametrize(
    ("output", "state", "noted"),
    [
        ('{"city": "Oslo"}', "done", ""),
        ('{"city": 1}', "done", "The result breaks its schema: $.city"),
        ("rain", "done", "The result breaks its schema: it is no JSON"),
        ("It broke.", "failed", ""),
    ],
)
async def test_a_result_is_held_against_its_schema(output: str, state: Any, noted: str) -> None:
    one = asked(WEATHER.model_copy(update={"output": WEATHER.parameters}))
    result, _ = await settled(one, saying(Result(output, state)))
    assert (result.output, result.state) == (output, state)
    assert result.notes == () if not noted else result.notes[0].startswith(noted)


async def test_a_tool_that_talks_without_end_is_heard_for_a_while() -> None:
    class Talking:
        async def call(
            self, tool: Tool, asked: Asked, arguments: str, progress: Callable[[str], None]
        ) -> Result:
            for _ in range(2 * LINES):
                progress("a" * 2 * LINE)
            return Result("done")

    _, notes = await settled(asked(), Talking())
    assert notes.kinds.count("tool.progress") == LINES
    assert len(notes.of("tool.progress")["text"]) == LINE


async def test_to_stop_takes_the_question_away() -> None:
    gone, there = asyncio.Event(), asyncio.Event()
    hands = Hands()

    async def ask(request: Request) -> Any:
        there.set()
        try:
            await asyncio.Event().wait()
        finally:
            gone.set()

    task = asyncio.ensure_future(settled(asked(), hands, ask))
    await there.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert gone.is_set() and hands.called == []


def test_what_a_call_may_reach_is_said() -> None:
    for mode in ("mock", "replay", "human"):
        one = tool("a", mode=mode, origin={"python": "/home/me/a.py"})
        assert touches(one).startswith("Nothing: ")
    assert touches(tool("a")).startswith("Nothing: ")
    assert "a.py" in touches(tool("a", origin={"python": "/home/me/a.py"}))
    assert "files" in touches(tool("a", origin={"mcp": "files"}))


# Several calls at once.


class Window:
    """Asked about several calls at a time; decides when it is told to."""

    def __init__(self) -> None:
        self.open: dict[str, asyncio.Future[Decision]] = {}
        self._news: asyncio.Queue[None] = asyncio.Queue()
        self.closed: list[str] = []
        """Those whose question went away."""

    async def ask(self, request: Request) -> Decision:
        name = f"{request.tool.name} {request.arguments}"
        over: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        self.open[name] = over
        self._news.put_nowait(None)
        try:
            return await over
        except asyncio.CancelledError:
            self.closed.append(name)
            raise

    async def asks(self, count: int) -> None:
        """Wait until it was asked so many times more."""
        for _ in range(count):
            await self._news.get()


@pytest.mark.parametrize("scope", ["once", "session", "always"])
async def test_what_waits_beside_a_call_that_is_approved_for_longer_is_not_asked_any_more(
    scope: Scope,
) -> None:
    window, approvals, hands = Window(), Approvals(), Hands()
    how: dict[str, Any] = {"approvals": approvals, "session": "s", "ask": window.ask}
    wanted = [asked(), asked(arguments=ROME), asked(TIME)]
    tasks = [asyncio.ensure_future(settled(one, hands, **how)) for one in wanted]
    await window.asks(3)
    first, second, other = window.open.values()
    first.set_result(Approve(OSLO, scope))
    assert (await tasks[0])[0].ok
    if scope == "once":
        await asyncio.sleep(0)
        assert not tasks[1].done() and window.closed == []
        second.set_result(Reject())
    result, notes = await tasks[1]
    assert result.state == ("denied" if scope == "once" else "done")
    assert notes.of("approval")["asked"] is (scope == "once")
    if scope != "once":
        assert notes.of("approval")["scope"] == scope
        assert window.closed == [f"{WEATHER.name} {ROME}"]
    # A call of another tool is as open as before.
    assert not tasks[2].done()
    other.set_result(Reject())
    assert (await tasks[2])[0].state == "denied"
    assert TIME.name not in {name for name, _ in hands.called}


async def test_what_is_decided_is_decided_also_when_a_grant_comes_in_that_moment() -> None:
    window, approvals, hands = Window(), Approvals(), Hands()
    task = asyncio.ensure_future(settled(asked(), hands, window.ask, approvals=approvals))
    await window.asks(1)
    (question,) = window.open.values()
    approvals.grant(WEATHER, "always")
    question.set_result(Reject("No."))
    assert (await task)[0].state == "denied" and hands.called == []


async def test_arguments_that_are_being_put_right_are_not_run_as_they_were() -> None:
    """Somebody changes them for a reason."""
    window, approvals, hands = Window(), Approvals(), Hands()
    task = asyncio.ensure_future(settled(asked(), hands, window.ask, approvals=approvals))
    await window.asks(1)
    window.open.popitem()[1].set_result(Approve('{"city": 3}'))
    await window.asks(1)
    approvals.grant(WEATHER, "always")
    window.open.popitem()[1].set_result(Approve(ROME))
    assert (await task)[0].ok and hands.called == [(WEATHER.name, ROME)]


async def test_a_question_that_cannot_be_put_ends_with_its_error() -> None:
    async def ask(request: Request) -> Decision:
        raise LookupError("No window.")

    with pytest.raises(LookupError):
        await settled(asked(), Hands(), ask)
