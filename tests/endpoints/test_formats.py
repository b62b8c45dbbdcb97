"""The form of an answer in requests of both dialects, shape by shape as the API documents them."""

from __future__ import annotations

from typing import Any

import pytest

from playground.core.call import Call
from playground.core.items import Item, Message, Text
from playground.core.output import Output
from playground.core.profile import Quirks
from playground.endpoints import BY_ID

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}
SAID: list[Item] = [Message(key="in:0", role="user", text=Text("Hi"))]
TOOL = {"type": "function", "name": "clock", "parameters": {"type": "object"}, "strict": False}


def made(api: Any, output: Output, quirks: Quirks | None = None, **fields: Any) -> dict[str, Any]:
    call = Call(api=api, model="m", output=output, fields=fields)
    return BY_ID[api].body(call, SAID, quirks or Quirks(), None)


def output(**more: Any) -> Output:
    return Output(**{"mode": "json_schema", "name": "thing", "json_schema": SCHEMA, **more})


def test_a_schema_is_flat_in_responses_and_nested_in_a_chat() -> None:
    asked = output(description="What it is.", strict=False)
    inner = {"name": "thing", "description": "What it is.", "schema": SCHEMA, "strict": False}
    assert made("responses", asked)["text"] == {"format": {"type": "json_schema", **inner}}
    assert made("chat", asked)["response_format"] == {"type": "json_schema", "json_schema": inner}


def test_a_description_that_is_not_there_is_not_sent() -> None:
    assert "description" not in made("responses", output())["text"]["format"]


def test_any_object_says_no_schema() -> None:
    asked = output(mode="json_object")
    assert made("responses", asked)["text"] == {"format": {"type": "json_object"}}
    assert made("chat", asked)["response_format"] == {"type": "json_object"}


def test_a_tool_is_forced_and_the_others_stay() -> None:
    inner = {"name": "thing", "parameters": SCHEMA, "strict": True}
    flat = made("responses", output(mode="tool"), tools=[TOOL])
    assert flat["tools"] == [TOOL, {"type": "function", **inner}]
    assert flat["tool_choice"] == {"type": "function", "name": "thing"}
    nested = made("chat", output(mode="tool"))
    assert nested["tools"] == [{"type": "function", "function": inner}]
    assert nested["tool_choice"] == {"type": "function", "function": {"name": "thing"}}


def test_tools_go_along_with_a_schema() -> None:
    body = made("responses", output(), tools=[TOOL])
    assert body["tools"] == [TOOL]
    assert body["text"]["format"]["name"] == "thing"
    assert "tool_choice" not in body


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_text_sends_nothing_of_a_schema_that_is_kept(api: str) -> None:
    assert made(api, output(mode="text")) == made(api, Output())


def test_the_old_dialect_has_no_forms() -> None:
    assert made("completions", output()) == made("completions", Output())
    assert BY_ID["completions"].modes == ("text",)


def test_a_field_that_the_user_switched_on_is_left_as_it_is() -> None:
    mine = {"type": "text"}
    body = made("responses", output(), **{"text.format": mine, "text.verbosity": "low"})
    assert body["text"] == {"format": mine, "verbosity": "low"}
    body = made("chat", output(mode="tool"), tool_choice="auto")
    assert body["tool_choice"] == "auto"


def test_a_server_that_knows_no_strict_is_not_told_of_it() -> None:
    quirks = Quirks(drop=["response_format.json_schema.strict"])
    body = made("chat", output(), quirks)
    assert "strict" not in body["response_format"]["json_schema"]
    assert SCHEMA["required"] == ["a"], "the user's own values are not changed"
