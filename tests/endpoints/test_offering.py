"""Tools in requests of both dialects, shape by shape as the API documents them."""

from __future__ import annotations

from typing import Any

import pytest

from playground.core.call import Call
from playground.core.items import Item, Message, Text
from playground.core.output import Output
from playground.core.profile import Quirks
from playground.core.tools import Tool
from playground.endpoints import BY_ID
from playground.endpoints.offering import allowed, forced

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
WEATHER = Tool(source="demo", name="weather", description="Looks it up.", parameters=SCHEMA)
CLOCK = Tool(name="clock", strict=None)
SEARCH = Tool(name="web_search", kind="hosted", hosted={"type": "web_search", "filters": {}})
MCP = Tool(
    name="wiki", kind="hosted", hosted={"type": "mcp", "server_label": "wiki", "server_url": "u"}
)
GRAMMAR = {"type": "grammar", "syntax": "lark", "definition": 'start: "a"'}
MATHS = Tool(name="maths", kind="custom", description="An expression.", format=GRAMMAR)
NOTHING = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
BY_HAND = {"type": "function", "name": "mine", "parameters": {"type": "object"}}


def made(api: Any, *tools: Tool, **more: Any) -> dict[str, Any]:
    call = Call(api=api, model="m", tools=list(tools), **more)
    said: list[Item] = [Message(key="in:0", role="user", text=Text("Hi"))]
    return BY_ID[api].body(call, said, Quirks(), None)


def test_a_function_is_flat_in_responses_and_nested_in_a_chat() -> None:
    told = {
        "name": "weather",
        "description": "Looks it up.",
        "parameters": SCHEMA,
        "strict": True,
    }
    assert made("responses", WEATHER)["tools"] == [{"type": "function", **told}]
    assert made("chat", WEATHER)["tools"] == [{"type": "function", "function": told}]


def test_without_parameters_it_takes_none_and_of_strict_nothing_need_be_said() -> None:
    told = {"name": "clock", "parameters": NOTHING}
    assert made("responses", CLOCK)["tools"] == [{"type": "function", **told}]
    assert made("chat", CLOCK)["tools"] == [{"type": "function", "function": told}]


def test_a_grammar_is_nested_once_more_in_a_chat() -> None:
    told = {"name": "maths", "description": "An expression."}
    (flat,) = made("responses", MATHS)["tools"]
    assert flat == {"type": "custom", **told, "format": GRAMMAR}
    (nested,) = made("chat", MATHS)["tools"]
    grammar = {"syntax": "lark", "definition": 'start: "a"'}
    form = {"type": "grammar", "grammar": grammar}
    assert nested == {"type": "custom", "custom": {**told, "format": form}}


def test_plain_text_is_said_alike_and_may_go_without_saying() -> None:
    plain = MATHS.model_copy(update={"format": {"type": "text"}})
    assert made("chat", plain)["tools"][0]["custom"]["format"] == {"type": "text"}
    assert made("responses", plain)["tools"][0]["format"] == {"type": "text"}
    bare = Tool(name="maths", kind="custom")
    assert made("responses", bare)["tools"] == [{"type": "custom", "name": "maths"}]


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_hosted_tools_are_sent_as_they_are(api: str) -> None:
    assert made(api, SEARCH, MCP)["tools"] == [SEARCH.hosted, MCP.hosted]


def test_tools_that_were_written_by_hand_stay_and_win() -> None:
    mine = Tool(name="mine")
    tools = made("responses", CLOCK, mine, fields={"tools": [BY_HAND]})["tools"]
    assert [row["name"] for row in tools] == ["mine", "clock"]
    assert tools[0] == BY_HAND
    nested = {"type": "function", "function": {"name": "mine"}}
    assert made("chat", mine, fields={"tools": [nested]})["tools"] == [nested]


def test_the_tool_that_has_to_be_called_comes_last() -> None:
    output = Output(mode="tool", name="answer", json_schema=SCHEMA)
    body = made("responses", WEATHER, fields={"tools": [BY_HAND]}, output=output)
    assert [row["name"] for row in body["tools"]] == ["mine", "weather", "answer"]
    assert body["tool_choice"] == {"type": "function", "name": "answer"}


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_nothing_is_said_of_tools_that_there_are_not(api: str) -> None:
    assert "tools" not in made(api)
    assert made(api, WEATHER, fields={"parallel_tool_calls": False})["parallel_tool_calls"] is False


def test_the_old_dialect_has_no_tools() -> None:
    assert "tools" not in made("completions", WEATHER)


def test_just_one_may_be_forced() -> None:
    assert forced(WEATHER, flat=True) == {"type": "function", "name": "weather"}
    assert forced(WEATHER, flat=False) == {"type": "function", "function": {"name": "weather"}}
    assert forced(MATHS, flat=True) == {"type": "custom", "name": "maths"}
    assert forced(MATHS, flat=False) == {"type": "custom", "custom": {"name": "maths"}}
    assert forced(SEARCH, flat=True) == {"type": "web_search"}
    assert forced(MCP, flat=True) == {"type": "mcp", "server_label": "wiki"}


def test_some_may_be_allowed() -> None:
    assert allowed([WEATHER, MCP], flat=True) == {
        "type": "allowed_tools",
        "mode": "auto",
        "tools": [
            {"type": "function", "name": "weather"},
            {"type": "mcp", "server_label": "wiki"},
        ],
    }
    assert allowed([WEATHER, MATHS], "required", flat=False) == {
        "type": "allowed_tools",
        "allowed_tools": {
            "mode": "required",
            "tools": [
                {"type": "function", "function": {"name": "weather"}},
                {"type": "custom", "custom": {"name": "maths"}},
            ],
        },
    }
