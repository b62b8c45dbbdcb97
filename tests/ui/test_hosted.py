"""What hosted calls say: every kind in plain words, whatever its server wrote."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.core.items import HostedCall
from playground.ui import hosted
from playground.ui.hosted.kinds import KINDS
from playground.ui.hosted.told import Code, Image, Links, Table, Words

SEARCH = {
    "action": {
        "type": "search",
        "query": "weather oslo",
        "sources": [
            {"type": "url", "url": "https://yr.no/oslo"},
            {"type": "url", "url": "https://yr.no/oslo"},
            {"type": "url", "url": "https://met.no"},
        ],
    }
}
SHELL = {"action": {"commands": ["ls -l", "pwd"], "timeout_ms": 5000}}
TOOL = {"name": "find", "description": "x"}
MCP = {"server_label": "docs", "name": "find", "arguments": '{"q": "qt"}'}


def call(kind: str, status: str = "completed", **wire: Any) -> HostedCall:
    return HostedCall(type=kind, status=status, wire={"type": kind, "status": status, **wire}, t1=1)


@pytest.mark.parametrize(
    ("item", "title", "main", "parts"),
    [
        (
            call("web_search_call", **SEARCH),
            "Web search",
            "weather oslo",
            (
                Words("Action", "weather oslo"),
                Links("2 sources", (("", "https://yr.no/oslo"), ("", "https://met.no"))),
            ),
        ),
        (
            call("web_search_call", action={"type": "open_page", "url": "https://yr.no"}),
            "Web search",
            "opens https://yr.no",
            (Words("Action", "opens https://yr.no"), Links("Page", (("", "https://yr.no"),))),
        ),
        (
            call(
                "file_search_call",
                queries=["revenue"],
                results=[{"filename": "q3.pdf", "score": 0.876, "text": " up 4 % "}],
            ),
            "File search",
            "revenue → 1 result",
            (Words("Query", "revenue"), Words("1. q3.pdf · score 0.88", "up 4 %")),
        ),
        (
            call(
                "code_interpreter_call",
                code="\nprint(1)\n",
                container_id="cntr_1",
                outputs=[{"type": "logs", "logs": "1"}, {"type": "image", "url": "https://x/y"}],
            ),
            "Code interpreter",
            "print(1)",
            (
                Code("Code", "\nprint(1)\n", "python"),
                Code("Output", "1"),
                Image("Picture", "https://x/y"),
                Table("Fields", (("container_id", "cntr_1"),)),
            ),
        ),
        (
            call("image_generation_call", result="AAAA", revised_prompt="A cat", size="64x64"),
            "Image",
            "A cat",
            (
                Image("", "AAAA"),
                Words("Prompt, as the server revised it", "A cat"),
                Table("Fields", (("size", "64x64"),)),
            ),
        ),
        (
            call("mcp_list_tools", server_label="docs", tools=[TOOL]),
            "MCP tools",
            "docs → 1 tool",
            (Table("1 tool", (("find", "x"),)),),
        ),
        (
            call("mcp_call", **MCP, output="found"),
            "MCP call",
            'docs › find  {"q": "qt"}',
            (Code("Arguments", '{\n  "q": "qt"\n}', "json"), Code("Output", "found")),
        ),
        (
            call("computer_call", actions=[{"type": "click", "button": "left", "x": 3, "y": 4},
                                           {"type": "type", "text": "hi"},
                                           {"type": "keypress", "keys": ["CTRL", "L"]}]),
            "Computer",
            "click 3, 4, type “hi”, keypress CTRL+L",
            (Words("3 actions", "1. click 3, 4\n2. type “hi”\n3. keypress CTRL+L"),),
        ),
        (
            call("shell_call", **SHELL),
            "Shell",
            "ls -l; pwd",
            (
                Code("Commands", "ls -l\npwd", "bash"),
                Table("Fields", (("timeout_ms", "5000"),)),
            ),
        ),
        (
            call("local_shell_call", action={"command": ["ls", "-l"], "env": {"A": "b"}}),
            "Local shell",
            "ls -l",
            (Code("Command", "ls -l", "bash"), Table("Environment", (("A", "b"),))),
        ),
        (
            call(
                "apply_patch_call",
                operation={"type": "update_file", "path": "a.py", "diff": "@@\n-a\n+b"},
            ),
            "Patch",
            "update a.py",
            (Code("Difference", "@@\n-a\n+b", "diff"),),
        ),
        (
            call("tool_search_output", tools=[{"type": "function", "name": "forecast"}]),
            "Tools found",
            "forecast",
            (Table("1 tool", (("forecast", "function"),)),),
        ),
        (
            call("sparkle_call", id="x", colour="blue", size={"w": 1}),
            "sparkle call",
            "",
            (Table("Fields", (("colour", "blue"), ("size", '{"w": 1}'))),),
        ),
    ],
    ids=lambda one: one.type if isinstance(one, HostedCall) else "",
)  # fmt: skip
def test_each_kind_says_what_matters(
    item: HostedCall, title: str, main: str, parts: tuple[object, ...]
) -> None:
    told = hosted.tell(item)
    assert hosted.title(item.type) == title
    assert told.main == main
    assert told.parts == parts
    assert hosted.state(item, told, over=True) == ("done", "ok")


@pytest.mark.parametrize(
    ("item", "over", "said"),
    [
        (call("web_search_call", "searching"), False, ("searching", "")),
        (call("web_search_call", "searching"), True, ("cut off", "warn")),
        (call("web_search_call", "failed"), True, ("failed", "error")),
        (call("web_search_call", "incomplete"), True, ("incomplete", "warn")),
        (call("web_search_call", "on_hold"), False, ("on hold", "")),
        (call("mcp_call", **MCP, error={"message": "no such tool"}), True, ("failed", "error")),
        (call("mcp_approval_request", **MCP), True, ("asks for approval", "warn")),
        (call("shell_call_output", output=[{"outcome": {"type": "timeout"}}]), True,
         ("failed", "error")),
    ],
)  # fmt: skip
def test_how_it_stands(item: HostedCall, over: bool, said: tuple[str, str]) -> None:
    assert hosted.state(item, hosted.tell(item), over=over) == said


def test_what_is_to_be_approved_is_in_full_and_open() -> None:
    long = json.dumps({"text": "x" * 10_000})
    told = hosted.tell(call("mcp_approval_request", **{**MCP, "arguments": long}))
    assert told.shown
    assert "x" * 10_000 in told.parts[1].text  # type: ignore[union-attr]


def test_a_picture_that_is_still_coming_is_shown_as_far_as_it_came() -> None:
    item = HostedCall(type="image_generation_call", status="generating", image="QUJD", wire={})
    assert hosted.tell(item).parts == (Image("So far", "QUJD", going_on=True),)


NONSENSE: tuple[Any, ...] = (None, 7, True, "text", [], [None, 7, "x", {}], {}, {"a": [1]}, 1e999)


@pytest.mark.parametrize("kind", [*KINDS, "sparkle"])
@pytest.mark.parametrize("value", NONSENSE, ids=repr)
def test_nothing_that_a_server_writes_breaks_it(kind: str, value: Any) -> None:
    names = ("action", "actions", "queries", "results", "code", "outputs", "error", "tools",
             "arguments", "output", "operation", "result", "pending_safety_checks", "name",
             "server_label", "revised_prompt", "size", "approve", "encrypted_content")  # fmt: skip
    item = call(kind, **dict.fromkeys(names, value))
    told = hosted.tell(item)
    assert isinstance(told.main, str)
    assert all(isinstance(part.name, str) for part in told.parts)
    assert all(hosted.state(item, told, over=over) for over in (False, True))


def test_deep_and_huge_values_are_cut() -> None:
    deep: Any = "end"
    for _ in range(5_000):
        deep = [deep]
    said = hosted.as_json({"deep": deep, "data": "A" * 100_000, "n": 10**5_000})
    assert "A" * 3_000 not in said
    assert hosted.tell(call("sparkle", deep=deep, n=10**5_000)).parts
