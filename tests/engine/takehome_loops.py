"""Requests with tools, what a server answers to them when somebody else runs the loop, and what
programs print that were written for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import openai
from pydantic import SecretStr

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.profile import Profile
from playground.core.tools import Tool
from playground.endpoints import BY_ID
from playground.export.request import Request, unsent
from playground.providers.openai import OpenAI
from playground.tools.rules import RuleSet
from tests.engine.takehomes import MARKER

Json = dict[str, Any]

HERE = "http://127.0.0.1:1/v1"
APIS = ("responses", "chat")


def takes(**properties: str) -> Json:
    """A schema of arguments by their types, all required."""
    return {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
        "required": list(properties),
        "additionalProperties": False,
    }


WEATHER = Tool(name="get_weather", description="How it is.", parameters=takes(city="string"))
TIME = Tool(name="get_time", parameters=takes(city="string", exact="boolean"))
SHOUT = Tool(name="shout", kind="custom", description="Any text.")

CALLS: tuple[Json, ...] = (
    {"call": "get_weather", "arguments": {"city": "Oslo"}},
    {"call": "get_time", "arguments": {"city": "Nairobi", "exact": True}},
)
"""Two at once."""

RULES = RuleSet.model_validate({
    "name": "r",
    "rules": [
        {
            "tool": "get_weather",
            "when": [{"by": "fields", "fields": {"city": "Oslo"}}],
            "then": {
                "gives": "result",
                "value": {"city": "{{arguments.city}}", "sky": ["snow", "`${1}`"], "degrees": -3.0},
            },
        },
        {
            "tool": "get_time",
            "when": [{"by": "regex", "at": "$.city", "pattern": "(?i)^nai"}],
            "then": {"gives": "result", "value": "In {{arguments.city}} it is noon"},
        },
    ],
    "defaults": {
        "get_weather": {"gives": "error", "message": "No weather for {{arguments.city}}"}
    },
})  # fmt: skip
RULED: Mapping[str, Callable[..., str]] = {
    "get_weather": lambda city: (
        f'{{"city": "{city}", "sky": ["snow", "`${{1}}`"], "degrees": -3.0}}'
        if city == "Oslo"
        else f"No weather for {city}"
    ),
    "get_time": lambda city, exact: f"In {city} it is noon",
}
"""The same as RULES, in a person's own words."""


MANY = RuleSet.model_validate({
    "name": "r",
    "rules": [
        {"tool": "t", "when": [{"by": "equality", "value": {"a": [1, {"b": None}]}}],
         "then": {"gives": "result", "value": "all of it"}},
        {"tool": "t", "when": [{"by": "equality", "at": "$.flag", "value": True}],
         "then": {"gives": "result", "value": {"tool": "{{tool}}", "x": "{{arguments.x}}"}}},
        {"tool": "t", "when": [{"by": "fields", "fields": {"none": None, "first name": "x"}}],
         "then": {"gives": "result", "value": "it is {{arguments['first name']}}"}},
        {"tool": "t", "when": [{"by": "jsonpath", "path": "$.slow"}], "then": {"gives": "timeout"}},
        {"tool": "t", "when": [{"by": "regex", "at": "$.n", "pattern": "^1\\d$"}],
         "then": {"gives": "result", "value": ["n", "{{arguments.n}}", "<{{arguments.n}}>"]}},
        {"tool": "t", "when": [{"by": "regex", "pattern": "(?i)any ?where"}],
         "then": {"gives": "result", "value": "{{arguments.n}}", "verbatim": True}},
        {"tool": "other", "then": {"gives": "error", "message": "not this"}},
        {"tool": "t", "when": [{"by": "jsonpath", "path": "$.whole"}],
         "then": {"gives": "error", "message": "{{arguments.words}}"}},
        {"tool": "t", "when": [{"by": "regex", "at": "$.text", "pattern": "x"}],
         "then": {"gives": "error", "message": "{{arguments.text}}`${1} and {{arguments.gone}}."}},
    ],
    "defaults": {"t": {"gives": "result", "value": {
        "deep": [True, None, -0.5, 3.0, "ü\u2028`${x}\\\"$", "{{arguments.text}}$"]}}},
})  # fmt: skip
"""Of every kind that can be said in a line."""
GIVEN: tuple[Json, ...] = (
    {"a": [1, {"b": None}]},
    {"flag": True, "x": "y\n"},
    {"flag": False},
    {"none": None, "first name": "x"},
    {"first name": "x"},
    {"slow": None},
    {"n": 17},
    {"n": "18"},
    {"n": 170},
    {"where": "AnyWhere"},
    {"text": 'x"\\'},
    {"text": "{"},
    {"whole": 1},
    {"whole": 1, "words": "It is late."},
    {},
)


@dataclass(frozen=True)
class Case:
    api: str
    tools: Sequence[Tool] = (WEATHER, TIME)
    calls: Sequence[Json] = CALLS
    """What the server calls at first."""
    then: Sequence[Json] = ({"text": "Done: {{tool_outputs}}"},)
    """What it says to results."""
    fields: Json = field(default_factory=dict)
    said: str = "Go."
    steps: int = 10
    sources: Mapping[str, str] = field(default_factory=dict)
    rules: RuleSet | None = None

    def request(self, base_url: str) -> Request:
        profile = Profile(id="p", name="P", base_url=base_url, headers={"X-Title": "it's"})
        script = {"reply": list(self.calls), "after_tools": list(self.then)}
        script["follows_request"] = not self.calls
        if not self.calls:
            del script["reply"]
        fields = {
            "tools": [offered(tool, self.api) for tool in self.tools],
            "sandbox": {"per_second": 0, "script": script},
            **self.fields,
        }
        call = Call(api=self.api, model="sandbox", instructions='Be "brief".', fields=fields)
        said = [Message(key="in:0", role="user", text=Text(self.said))]
        endpoint = BY_ID[self.api]
        body = endpoint.body(call, said, profile.quirks)
        made = OpenAI().address(profile, endpoint.path, SecretStr(MARKER), body, stream=True)
        return unsent(made, profile)


def offered(tool: Tool, api: str) -> Json:
    said: Json = {"name": tool.name, "description": tool.description}
    if tool.kind == "function":
        said |= {"parameters": tool.parameters, "strict": False}
    return {"type": tool.kind, tool.kind: said} if api == "chat" else {"type": tool.kind, **said}


def by_hand(
    request: Request, answers: Mapping[str, Callable[..., str]], steps: int = 10
) -> tuple[str, list[str]]:
    """(the answer, the results) of the loop as anybody would write it with the package."""
    body = {name: one for name, one in request.fields.items() if name != "stream"}
    body.pop("stream_options", None)
    beside = {"sandbox": body.pop("sandbox")}
    client = openai.OpenAI(base_url=request.base_url, api_key=MARKER)
    results: list[str] = []

    def answer(call: tuple[str, str, str]) -> str:
        _, name, given = call
        if name not in answers:
            return f"There is no tool {name}."
        try:
            read = {} if name == SHOUT.name else json.loads(given)
        except ValueError as error:
            return f"{type(error).__name__}: {error}"
        return answers[name](given) if name == SHOUT.name else answers[name](**read)

    def answered(calls: list[tuple[str, str, str]]) -> list[str]:
        with ThreadPoolExecutor() as threads:
            results.extend(made := list(threads.map(answer, calls)))
        return made

    with client:
        for _ in range(steps):
            if "messages" in body:
                message = client.chat.completions.create(**body, extra_body=beside)
                text, more = _chat(message.choices[0].message, answered)
                body["messages"] = [*body["messages"], *more]
            else:
                response = client.responses.create(**body, extra_body=beside)
                text, more = _responses(response, answered)
                body["input"] = [*body["input"], *more]
            if not more:
                return text, results
    raise AssertionError("it never ends")


def _chat(message: Any, answered: Callable[[list[Any]], list[str]]) -> tuple[str, list[Json]]:
    rows = [call.to_dict() for call in message.tool_calls or []]
    calls = [
        (row["id"], *((row["function"]["name"], row["function"]["arguments"])
                      if row["type"] == "function"
                      else (row["custom"]["name"], row["custom"]["input"])))
        for row in rows
    ]  # fmt: skip
    if not calls:
        return message.content, []
    said = {"role": "assistant", "content": message.content, "tool_calls": rows}
    tools = [
        {"role": "tool", "tool_call_id": call[0], "content": result}
        for call, result in zip(calls, answered(calls), strict=True)
    ]
    return "", [said, *tools]


def _responses(response: Any, answered: Callable[[list[Any]], list[str]]) -> tuple[str, list[Json]]:
    items = [item.to_dict() for item in response.output]
    rows = [item for item in items if item["type"].endswith("_call")]
    calls = [
        (row["call_id"], row["name"], row["arguments" if "arguments" in row else "input"])
        for row in rows
    ]
    if not calls:
        return response.output_text, []
    outputs = [
        {"type": f"{row['type']}_output", "call_id": row["call_id"], "output": result}
        for row, result in zip(rows, answered(calls), strict=True)
    ]
    return "", [*items, *outputs]
