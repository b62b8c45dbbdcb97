"""What a server has the client do beside functions: asked about, answered by hand or refused, and
never done; to the final answer, over the sandbox."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from playground.core.items import HostedCall, ToolCall
from playground.core.profile import Profile
from playground.core.session import Run
from playground.core.tools import MODES, Answer, Approve, Decision, Reject, Result
from playground.core.transcript import replay
from playground.endpoints.responses_asked import not_executed
from playground.engine.approval import Approvals, Ask, Request, approve
from playground.engine.budget import Stop
from playground.engine.debugger import Breakpoint, Debugger
from playground.engine.loop import Answering
from tests.engine.answering import WEATHER, Desk, Hands, answering, facts, talk, use
from tests.engine.conftest import Bench, Opening

PICTURE = "data:image/png;base64,iVBORw0KGgo="
LIBRARY = {"type": "mcp", "server_label": "library", "server_url": "https://books.example"}
NO = "This call was denied, and nothing was run. Not on this machine."


def printed(stdout: str, stderr: str = "", code: int = 0) -> dict[str, Any]:
    return {"stdout": stdout, "stderr": stderr, "exit_code": code}


def outcome(stdout: str, stderr: str = "", code: int = 0) -> dict[str, Any]:
    end = {"type": "exit", "exit_code": code}
    return {"stdout": stdout, "stderr": stderr, "outcome": end}


def answers(run: Run) -> list[dict[str, Any]]:
    """What went back, but for the names of the calls."""
    rows = [item for item in run.transcript.items if isinstance(item, HostedCall) and item.ours]
    names = ("type", "call_id", "approval_request_id", "id")
    return [{k: v for k, v in (row.wire or {}).items() if k not in names} for row in rows]


def asks(run: Run) -> list[HostedCall]:
    rows = [item for item in run.transcript.items if isinstance(item, HostedCall)]
    return [row for row in rows if row.state]


def answering_with(result: Result) -> Ask:
    return Desk(lambda request: Answer(result)).ask


async def asked(bench: Bench, model: str, ask: Ask, **fields: Any) -> Run:
    use(bench, Answering(ask=ask))
    return await bench.ask(talk(bench, "responses", model=model, fields=fields), "Go")


CASES: dict[str, tuple[str, str, Any, list[dict[str, Any]], list[dict[str, Any]]]] = {
    "shell": (
        "items/shell",
        "shell",
        {"1. pwd": printed("/home/ada"), "2. ls": printed("", "ls: no", 2)},
        [
            {
                "output": [outcome("/home/ada"), outcome("", "ls: no", 2)],
                "max_output_length": 4096,
            }
        ],
        [{"output": [outcome("", NO, 126)], "max_output_length": 4096}],
    ),
    "local shell": (
        "items/local-shell",
        "local_shell",
        printed("almanac.md"),
        [{"output": json.dumps(printed("almanac.md"))}],
        [{"output": json.dumps(printed("", NO, 126))}],
    ),
    "patch": (
        "items/apply-patch",
        "apply_patch",
        {"status": "completed", "output": "By hand."},
        [{"status": "completed", "output": "By hand."}] * 2,
        [{"status": "failed", "output": NO}] * 2,
    ),
    "computer": (
        "items/computer",
        "computer",
        {"image_url": PICTURE, "acknowledged": True},
        [
            {
                "output": {"type": "computer_screenshot", "image_url": PICTURE},
                "acknowledged_safety_checks": [
                    {
                        "id": "cu_sc_sandbox",
                        "code": "irrelevant_domain",
                        "message": "The page has little to do with the conversation. (Scripted.)",
                    }
                ],
            }
        ],
        [{"output": {"type": "computer_screenshot", "image_url": not_executed()}}],
    ),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("answered", [True, False])
async def test_what_is_to_be_done_here_is_answered_by_hand_or_refused(
    case: str, answered: bool, opening: Opening
) -> None:
    model, name, value, given, refused = CASES[case]
    decision = Answer(Result(json.dumps(value))) if answered else Reject("Not on this machine.")
    desk = Desk(lambda request: decision)
    async with opening() as bench:
        run = await asked(bench, model, desk.ask)
        seen = run.transcript
        assert (seen.outcome, seen.legs) == ("completed", 2) and seen.text
        assert answers(run) == (given if answered else refused)
        assert {request.tool.title for request in desk.asked} == {name}
        assert {one.state for one in asks(run)} == {"done" if answered else "denied"}
        # All of the item but its names is there to be looked at.
        for request, item in zip(desk.asked, asks(run), strict=True):
            shown = json.loads(request.arguments)
            assert shown and shown.items() <= (item.wire or {}).items()
        # Nothing but the recording is needed to see it again, here and in another process.
        read = await bench.app.sessions.run(run.id)
        for other in (replay(run.recording.events, run.reduce), read.transcript):
            assert [item.wire for item in other.items] == [item.wire for item in seen.items]
        # What was said goes along with the next turn, and its server takes it.
        after = await bench.ask(bench.workspace.open[run.session], "And now?")
        assert after.transcript.problem is None


@pytest.mark.parametrize("case", CASES)
async def test_words_and_errors_will_do_too(case: str, opening: Opening) -> None:
    model, _, _, _, refused = CASES[case]
    for made, good in ((Result("As you like."), True), (Result("It broke.", "failed"), False)):
        async with opening() as bench:
            run = await asked(bench, model, answering_with(made))
            assert run.transcript.outcome == "completed"
            if case == "computer":  # which takes pictures only
                assert answers(run) == refused
                continue
            said = json.dumps(answers(run))
            assert made.output in said
            assert ("failed" not in said and 'exit_code": 1' not in said.replace("\\", "")) is good


@pytest.mark.parametrize("model", [CASES[case][0] for case in CASES] + ["items/mcp-approval"])
async def test_without_anybody_there_it_is_refused(model: str, opening: Opening) -> None:
    async with opening() as bench:
        run = await bench.ask(talk(bench, "responses", model=model), "Go")
        assert run.transcript.outcome == "completed" and run.transcript.legs == 2
        assert {one.state for one in asks(run)} == {"denied"}
        assert not any(row.get("approve") for row in answers(run))


async def test_nothing_here_carries_out_what_a_server_asks_for(opening: Opening) -> None:
    hands = Hands()
    async with opening() as bench:
        for case in CASES.values():
            use(bench, Answering(kinds=dict.fromkeys(MODES, hands), ask=approve))
            run = await bench.ask(talk(bench, "responses", model=case[0]), "Go")
            assert {one.state for one in asks(run)} == {"denied"}
            reasons = [data["reason"] for _, data in facts(run, "approval")]
            assert reasons and all("only be answered by hand" in reason for reason in reasons)
    assert hands.called == []


# Leave to call a tool of an MCP server.


@pytest.mark.parametrize(
    ("decision", "sent"),
    [
        (Approve('{"query":"almanac"}'), {"approve": True}),
        (
            Reject("Too dear."),
            {"approve": False, "reason": NO.replace("Not on this machine", "Too dear")},
        ),
        (
            Answer(Result("Look it up yourself.")),
            {"approve": False, "reason": "Look it up yourself."},
        ),
        (Approve('{"query":"other"}'), None),
    ],
)
async def test_leave_is_given_or_not(
    decision: Decision, sent: dict[str, Any] | None, opening: Opening
) -> None:
    desk = Desk(lambda request: decision)
    async with opening() as bench:
        run = await asked(bench, "items/mcp-approval", desk.ask)
        (made,) = answers(run)
        if sent is None:
            sent = {"approve": False, "reason": made["reason"]}
            assert "not with other arguments" in made["reason"]
        assert made == sent
        ((request),) = desk.asked
        assert (request.tool.title, request.arguments) == (
            "library › look_up",
            '{"query":"almanac"}',
        )
        assert run.transcript.outcome == "completed"
        done = [one for one in run.transcript.items if getattr(one, "type", "") == "mcp_call"]
        assert len(done) == made["approve"]


def library(tool: str = "look_up", **more: Any) -> dict[str, Any]:
    return {**LIBRARY, "allowed_tools": [tool], **more}


@pytest.mark.parametrize("scope", ["session", "always"])
async def test_leave_for_longer_is_for_one_tool_of_one_server(scope: Any, opening: Opening) -> None:
    desk = Desk(lambda request: Approve(request.arguments, scope))
    approvals = Approvals()

    async with opening() as bench:
        use(bench, Answering(ask=desk.ask, approvals=approvals))
        session = talk(bench, "responses", fields={"tools": [LIBRARY]})

        async def turn() -> None:
            run = await bench.ask(session, "Look up whales")
            assert [row["approve"] for row in answers(run)] == [True], run.transcript.text

        await turn()
        await turn()
        assert len(desk.asked) == 1
        secret = {**LIBRARY, "authorization": "another-key"}
        session.call = session.call.model_copy(
            update={"fields": {**session.call.fields, "tools": [secret]}}
        )
        await turn()
        assert len(desk.asked) == 1  # that is the same server
        elsewhere = {**LIBRARY, "server_url": "https://evil.example"}
        session.call = session.call.model_copy(
            update={"fields": {**session.call.fields, "tools": [elsewhere]}}
        )
        await turn()
        assert len(desk.asked) == 2
        other = talk(bench, "responses", fields={"tools": [LIBRARY]})
        run = await bench.ask(other, "Look up whales")
        assert answers(run) and len(desk.asked) == (3 if scope == "session" else 2)


async def test_a_server_that_the_request_does_not_describe_has_leave_once(
    opening: Opening,
) -> None:
    desk = Desk(lambda request: Approve(request.arguments, "always"))
    async with opening() as bench:
        use(bench, Answering(ask=desk.ask))
        session = talk(bench, "responses", model="items/mcp-approval")
        for count in (1, 2):
            await bench.ask(session, "Go")
            assert len(desk.asked) == count


async def test_leave_that_was_not_used_is_not_given_later(opening: Opening) -> None:
    async with opening() as bench:

        async def once(run: Run, profile: Profile, body: bytes) -> Stop | None:
            return None if run.transcript.legs < 1 else Stop("No.", {})

        use(bench, Answering(ask=approve, budget=once))
        session = talk(bench, "responses", model="items/mcp-approval")
        run = await bench.ask(session, "Go")
        assert run.transcript.outcome == "limited" and answers(run) == [{"approve": True}]
        use(bench, Answering())
        again = await bench.ask(session, "Something else")
        ((_, sent),) = facts(again, "request")[:1]
        assert "mcp_approval_request" in sent["body"]
        assert "mcp_approval_response" not in sent["body"]


# With the debugger, beside functions, and in later runs.


async def test_what_is_changed_at_a_breakpoint_is_not_allowed(opening: Opening) -> None:
    """The server has the call as it was; what it was changed into would be another."""
    for place, edit in (
        ("on_call", lambda value: '{"query":"harmless"}'),
        ("on_result", lambda value: replace(value, state="done")),
    ):
        async with opening() as bench:
            debugger = Debugger()
            debugger.breakpoints = {Breakpoint(place)}  # type: ignore[arg-type]

            def change(debugger: Debugger = debugger, edit: Callable[..., Any] = edit) -> None:
                for pause in debugger.paused:
                    pause.value = edit(pause.value)
                    asyncio.get_running_loop().call_soon(debugger.go)

            debugger._changed = change
            ask = approve if place == "on_call" else Desk(lambda _: Reject()).ask
            use(bench, Answering(ask=ask, debugger=debugger))
            run = await bench.ask(talk(bench, "responses", model="items/mcp-approval"), "Go")
            assert [data["edited"] for _, data in facts(run, "resumed")] == [True]
            assert [row["approve"] for row in answers(run)] == [False]


async def test_functions_and_commands_are_answered_together_in_their_order(
    opening: Opening,
) -> None:
    hands = Hands()
    desk = Desk(
        lambda request: (
            Answer(Result('[{"stdout": "here", "stderr": "", "exit_code": 0}]'))
            if request.tool.kind == "hosted"
            else Approve(request.arguments)
        )
    )
    async with opening() as bench:
        use(bench, answering(hands, desk.ask))
        fields = {"tools": [{"type": "shell", "environment": {"type": "local"}}]}
        session = talk(bench, "responses", WEATHER, fields=fields)
        run = await bench.ask(session, "Use shell: `ls`, and get_weather for Oslo")
        assert (run.transcript.outcome, run.transcript.legs) == ("completed", 2)
        assert len(hands.called) == 1
        told = [data for _, data in facts(run, "tool.result")]
        order = [
            item.call_id
            for item in run.transcript.items
            if isinstance(item, ToolCall | HostedCall) and item.state == "done"
        ]
        assert [data["call_id"] for data in told] == order and len(order) == 2


async def test_functions_that_are_not_ours_are_left_alone_with_all_beside_them(
    opening: Opening,
) -> None:
    desk = Desk(lambda request: Reject())
    function = {"type": "function", "name": "get_weather", "parameters": WEATHER.parameters}
    async with opening() as bench:
        fields = {"tools": [{"type": "shell", "environment": {"type": "local"}}, function]}
        use(bench, Answering(ask=desk.ask))
        session = talk(bench, "responses", fields=fields)
        run = await bench.ask(session, "Use shell: `ls`, and get_weather for Oslo")
        assert (run.transcript.outcome, run.transcript.legs) == ("completed", 1)
        assert desk.asked == [] and answers(run) == []


@pytest.mark.parametrize("way", ["more", "fork"])
async def test_what_was_left_open_is_asked_about_by_the_run_behind(
    way: str, opening: Opening
) -> None:
    desk = Desk(lambda request: Answer(Result("Done.")))
    async with opening() as bench:
        use(bench, Answering(ask=desk.ask))
        session = talk(bench, "responses", model="items/shell", steps=1 if way == "more" else 10)
        run = await bench.ask(session, "Go")
        assert len(desk.asked) == (0 if way == "more" else 1)
        workspace = bench.workspace
        if way == "more":
            assert run.transcript.limit == "steps"
            behind = workspace.more(session, run, 5)
        else:
            behind = workspace.fork(session, run, 0, called=True)
        before = len(desk.asked)
        await workspace.go(behind)
        assert len(desk.asked) == before + 1
        assert len(answers(behind)) == 1 and behind.transcript.outcome == "completed"
        assert "Done." in behind.transcript.text


async def test_what_waits_when_the_run_is_stopped_was_not_done(opening: Opening) -> None:
    waiting = asyncio.Event()

    async def ask(request: Request) -> Decision:
        waiting.set()
        await asyncio.get_running_loop().create_future()
        raise AssertionError

    async with opening() as bench:
        use(bench, Answering(ask=ask))
        run = bench.workspace.ask(talk(bench, "responses", model="items/shell"), "Go")
        task = asyncio.ensure_future(bench.workspace.go(run))
        await waiting.wait()
        assert [one.state for one in asks(run)] == ["asked"]
        bench.workspace.stop(run)
        await asyncio.gather(task, return_exceptions=True)
        assert [one.state for one in asks(run)] == ["not run"]
        assert answers(run) == [] and run.transcript.outcome == "stopped"
