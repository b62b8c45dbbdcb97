"""What a server has the client do: which items ask for something, and what answers them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai.types.responses import response_input_item as types

from playground.core.call import Call
from playground.core.items import HostedCall
from playground.core.tools import Result, Tool
from playground.endpoints.responses_asked import KINDS, LEAVE, asked, not_executed, reply

ACTION = {"commands": ["ls", "pwd"], "timeout_ms": 1}
SHELL = {"type": "shell_call", "call_id": "c", "id": "sh", "action": ACTION, "status": "completed"}
WISH = {"type": LEAVE, "id": "w", "server_label": "lib", "name": "find", "arguments": "{}"}
SERVER = {"type": "mcp", "server_label": "lib", "server_url": "https://one.example"}

TYPES: dict[str, Any] = {
    LEAVE: types.McpApprovalResponse,
    "shell_call": types.ShellCallOutput,
    "local_shell_call": types.LocalShellCallOutput,
    "apply_patch_call": types.ApplyPatchCallOutput,
    "computer_call": types.ComputerCallOutput,
}


def hosted(wire: dict[str, Any], **more: Any) -> HostedCall:
    return HostedCall(type=wire["type"], wire={**wire, **more})


def answer(kind: str, **wire: Any) -> HostedCall:
    return HostedCall(type=kind, wire={"type": kind, **wire})


@pytest.mark.parametrize(
    "item",
    [
        hosted(SHELL, status="in_progress"),
        hosted(SHELL, status="incomplete"),
        hosted(SHELL, call_id="", id=""),
        hosted(SHELL, call_id=7),
        hosted(SHELL, environment={"type": "container_reference"}),
        HostedCall(type="shell_call"),
        HostedCall(type="shell_call_output", wire={"call_id": "c"}),
        HostedCall(type="web_search_call", wire={"id": "ws"}),
        hosted(WISH, id=None),
    ],
)
def test_what_is_half_there_or_the_servers_own_is_not_asked_about(item: HostedCall) -> None:
    assert asked([item], Call()) == []


@pytest.mark.parametrize("call_id", ["c", "d"])
def test_what_has_its_answer_is_not_asked_about(call_id: str) -> None:
    rows = [
        hosted(SHELL),
        hosted(WISH),
        answer("shell_call_output", call_id=call_id),
        answer("mcp_approval_response", id="other", approval_request_id="w"),
    ]
    assert [item for item, _ in asked(rows, Call())] == ([] if call_id == "c" else rows[:1])


def test_all_of_it_is_there_to_be_looked_at() -> None:
    ((_, one),) = asked([hosted(SHELL, surprise=[1])], Call())
    assert json.loads(one.arguments) == {"action": ACTION, "surprise": [1]}
    assert one.tool is not None
    assert (one.tool.title, one.tool.kind, one.tool.mode) == ("shell", "hosted", "human")
    assert list(one.tool.output["properties"]) == ["1. ls", "2. pwd"]
    ((_, one),) = asked([hosted(WISH)], Call())
    assert one.tool is not None and one.tool.title == "lib › find" and one.arguments == "{}"


def digest(call: Call, **more: Any) -> str:
    ((_, one),) = asked([hosted(WISH, **more)], call)
    assert one.tool is not None
    return one.tool.digest


def test_leave_is_for_a_server_wherever_the_request_describes_it() -> None:
    places = [
        Call(fields={"tools": [SERVER]}),
        Call(extra={"tools": [SERVER]}),
        Call(tools=[Tool(name="lib", kind="hosted", hosted=SERVER)]),
        Call(fields={"tools": [{**SERVER, "authorization": "k", "headers": {"A": "b"}}, 3]}),
    ]
    assert len({digest(call) for call in places}) == 1
    others = [
        Call(fields={"tools": [{**SERVER, "server_url": "https://two.example"}]}),
        Call(fields={"tools": [{**SERVER, "server_label": "other"}]}),
        Call(fields={"tools": "none"}),
    ]
    assert digest(places[0]) not in {digest(call) for call in others}
    # What nobody describes is another one each time.
    assert digest(Call()) != digest(Call(), id="x")


@pytest.mark.parametrize("state", ["done", "failed", "denied"])
@pytest.mark.parametrize("output", ["", "words", "[]", "{}", "3", "[[1], {}]", '{"stdout": [1]}'])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("action", [ACTION, None, [], "ls"])
def test_whatever_is_answered_becomes_an_item_that_servers_know(
    kind: str, output: str, state: Any, action: Any
) -> None:
    item = answer(kind, id="w", call_id="c", action=action, pending_safety_checks=[{"id": "s"}])
    made = reply(item, Result(output, state))
    TYPES[kind].model_validate(made, strict=True)
    if kind == LEAVE:
        assert made["approve"] is (state == "done")
    assert "acknowledged_safety_checks" not in made


@pytest.mark.parametrize(
    "shown", ["javascript:1", "file:///etc/passwd", "words", '{"image_url": 3}', "{}"]
)
def test_what_is_no_picture_is_not_sent_as_one(shown: str) -> None:
    made = reply(answer("computer_call", call_id="c"), Result(shown))
    assert made["output"]["image_url"] == not_executed()
    assert not_executed().startswith("data:image/png;base64,iVBOR")
