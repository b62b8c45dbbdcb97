"""A preset is a file that can be compared line by line, and that can do nothing."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.output import Mode as Form
from playground.core.output import Output
from playground.core.presets import LARGEST, VERSION, Preset, preset_of, read, secrets_of, write
from playground.core.problem import Failure
from playground.core.prompts import ROLES, Said
from playground.core.tools import MODES, Tool
from playground.core.variables import TYPES, Variable

TEXT = st.text(max_size=20) | st.text(st.sampled_from("a\n\r\u2028 {}"), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
OBJECT = st.dictionaries(TEXT, JSON, max_size=3)
TOOLS = st.builds(
    Tool,
    source=TEXT,
    name=TEXT,
    kind=st.sampled_from(["function", "custom", "hosted"]),
    description=TEXT,
    parameters=JSON,
    strict=st.sampled_from([True, False, None]),
    output=JSON,
    format=OBJECT,
    hosted=OBJECT,
    mode=st.sampled_from(MODES),
    origin=st.sampled_from([{}, {"python": "/x.py", "function": "f"}]),
)
CALLS = st.builds(
    Call,
    api=st.sampled_from(["chat", "responses", "completions"]),
    model=TEXT,
    instructions=TEXT,
    fields=OBJECT,
    extra=OBJECT,
    headers=st.dictionaries(st.sampled_from(["X-Team", "Authorization", "api-key"]), TEXT),
    output=st.builds(
        Output, mode=st.sampled_from(get_args(Form)), strict=st.booleans(), name=TEXT,
        description=TEXT, json_schema=JSON, source=TEXT, attempts=st.integers(0, 9),
    ),
    stream=st.booleans(),
    state=st.sampled_from(["history", "previous_response_id", "conversation"]),
    steps=st.integers(1, 99),
    errors=st.sampled_from(["model", "stop"]),
    tools=st.lists(TOOLS, max_size=2),
    variables=st.lists(
        st.builds(
            Variable, name=TEXT, type=st.sampled_from(TYPES), default=JSON,
            choices=st.lists(TEXT, max_size=2), help=TEXT,
        ),
        max_size=2,
    ),
    values=OBJECT,
)  # fmt: skip
MESSAGES = st.lists(st.builds(Said, role=st.sampled_from(ROLES), text=TEXT), max_size=3).map(tuple)
PRESETS = st.builds(preset_of, TEXT, CALLS, MESSAGES)


def call(**more: Any) -> Call:
    return Call(**{"api": "chat", "model": "m", **more})


@given(PRESETS)
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_saved_loaded_and_saved_again_it_is_the_same_to_the_byte(preset: Preset) -> None:
    data = write(preset)
    opened = read(data)
    assert write(opened.preset) == data
    assert opened.notices == ()
    assert opened.preset == preset.model_copy(update={"call": opened.preset.call})
    assert opened.preset.call.model_dump() == preset.call.model_dump()
    assert data.endswith(b"\n}\n")


def test_a_preset_reads_well_and_differs_by_line() -> None:
    schema = {"type": "object", "properties": {"z": {}, "a": {}}}
    wanted = call(
        instructions="Be brief.\nBe kind.",
        fields={"top_p": 0.5, "temperature": 0},
        output=Output(mode="json_schema", json_schema=schema),
        tools=[Tool(name="find", description="Finds.\nFast.", parameters=schema)],
        variables=[Variable(name="city", default="Lisboa")],
    )
    data = write(preset_of("Cities", wanted, (Said(role="user", text="What of {{city}}?"),)))
    assert json.loads(data) == {
        "format": "playground.preset",
        "version": 1,
        "title": "Cities",
        "api": "chat",
        "model": "m",
        "messages": [
            {"role": "developer", "text": ["Be brief.", "Be kind."]},
            {"role": "user", "text": "What of {{city}}?"},
        ],
        "variables": [{"name": "city", "type": "text", "default": "Lisboa"}],
        "parameters": {"temperature": 0, "top_p": 0.5},
        "output": {"mode": "json_schema", "json_schema": schema},
        "tools": [
            {
                "name": "find",
                "kind": "function",
                "description": ["Finds.", "Fast."],
                "parameters": schema,
            }
        ],
        "stream": True,
        "state": "history",
        "steps": 10,
        "errors": "model",
    }
    assert data.index(b'"z"') < data.index(b'"a"')  # a schema says in which order to answer
    assert read(data).preset.content.begun == (
        wanted.instructions,
        preset_of("", call(), (Said(role="user", text="What of {{city}}?"),)).messages,
    )
    changed = write(
        preset_of(
            "Cities",
            wanted.model_copy(update={"instructions": "Be brief.\nBe exact."}),
            (Said(role="user", text="What of {{city}}?"),),
        )
    )
    before, after = data.split(b"\n"), changed.split(b"\n")
    assert len(before) == len(after)
    assert [b for a, b in zip(before, after, strict=True) if a != b] == [b'        "Be exact."']


MCP = {
    "type": "mcp",
    "server_label": "x",
    "server_url": "https://ann:marked-pass@h.example/x?token=marked-token&a=b",
    "authorization": "marked-authorization",
    "headers": {"X-Api-Key": "marked-header", "X-Team": "seven"},
    "require_approval": "never",
}
BARE = {
    "type": "mcp",
    "server_label": "x",
    "server_url": "https://h.example/x?a=b",
    "headers": {"X-Team": "seven"},
}


def test_a_preset_carries_no_key_and_nothing_that_runs_or_approves() -> None:
    wanted = call(
        headers={"Authorization": "Bearer marked-0", "X-Team": "seven"},
        body={"marked": "body"},
        values={"city": "marked-value"},
        fields={"tools": [MCP, "odd"]},
        extra={"tools": [MCP], "api_key": "marked-1", "metadata": {"token": "marked-2"}},
        tools=[
            Tool(name="run", mode="real", origin={"python": "/marked.py", "function": "f"}),
            Tool(name="far", kind="hosted", hosted=MCP),
        ],
    )
    assert set(secrets_of(wanted)) >= {"Authorization", "authorization", "api_key", "token"}
    data = write(preset_of("", wanted))
    assert b"marked" not in data and b"require_approval" not in data
    made = read(data).preset.call
    assert made.headers == {"X-Team": "seven"} and made.body is None and made.values == {}
    assert [(tool.mode, tool.origin) for tool in made.tools] == [("mock", {}), ("mock", {})]
    assert made.tools[1].hosted == made.extra["tools"][0] == made.fields["tools"][0] == BARE


def test_what_a_file_claims_to_run_is_left_out_and_told() -> None:
    tool = {"name": "run", "mode": "real", "origin": {"python": "/x.py"}, "shiny": 1}
    far = {"name": "far", "kind": "hosted", "hosted": MCP}
    opened = read(
        file(
            tools=[tool, far],
            headers={"Authorization": "Bearer k"},
            parameters={"tools": [MCP], "prompt_cache_key": "shared"},
            extra={"api_key": "k", "deep": [{"token": "k", "n": 1}]},
            api_key="k",
        )
    )
    assert [(one.mode, one.origin) for one in opened.preset.call.tools] == [("mock", {})] * 2
    assert opened.preset.call.tools[1].hosted == BARE
    assert opened.preset.call.headers == {} and opened.preset.rest == {}
    assert opened.preset.call.fields["prompt_cache_key"] == "shared"
    assert opened.preset.call.extra == {"deep": [{"n": 1}]}
    assert [note.split(":")[0] for note in opened.notices] == [
        "Of the tool run was left out, as no file may say it",
        "“shiny” in the tool run means nothing to this version and was left out.",
        "Of the tool far was left out, as no file may say it",
        "Of the parameters was left out, as no preset may say it",
        "Of the extra was left out, as no preset may say it",
        "The header Authorization was left out",
        "“api_key” was left out",
    ]


def file(**more: Any) -> bytes:
    return json.dumps({"format": "playground.preset", "version": 1, **more}).encode()


def test_what_a_later_version_adds_stays_in_the_file_and_is_named() -> None:
    later = {"zoom": {"b": [1.5, None], "a": 2}, "mood": "calm"}
    opened = read(file(**later, variables=[{"name": "x", "y": 1}]))
    assert opened.preset.rest == later
    assert len(opened.notices) == 3 and "“y” in variables" in opened.notices[0]
    again = read(write(opened.preset))
    assert again.preset == opened.preset and write(again.preset) == write(opened.preset)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Expecting value: line 1"),
        (b"\xff\xfe{", "can't decode byte"),
        (b"<html>", "Expecting value"),
        (b"[]", "playground.preset"),
        (b'{"format": "other", "version": 1}', "playground.preset"),
        (b'{"format": "playground.preset"}', "no version"),
        (b'{"format": "playground.preset", "version": true}', "no version"),
        (b'{"format": "playground.preset", "version": 0}', "no version"),
        (file(version=1)[:-9], "line 1 column"),
        (b'{\n<<<<<<< HEAD\n"format": "playground.preset"', "line 2 column 1"),
        (b'{"format": "playground.preset", "version": 1, "version": 1}', "“version” stands twice"),
        (b'{"format": "playground.preset", "version": 1, "extra": {"a": NaN}}', "NaN"),
        (b"[" * 200_000, "recursion"),
        (b'{"format": "playground.preset", "version": 1, "extra": {"a": 1e999}}', "1e999"),
        (file(extra={"a": json.loads("[" * 900 + "]" * 900)}), "200 levels"),
        (file(tools=[{"name": "a"}, 7]), "tools, number 2: Input should be"),
        (file(title=3), "title: Input should be"),
        (file(messages={}), "messages: a list belongs here"),
        (file(messages=[{"role": "robot", "text": ""}]), "role: Input should be"),
        (file(messages=[{"role": "user", "text": ["a", 1]}]), "text: the lines of a text"),
        (file(messages=["hello"]), "valid dictionary"),
        (file(parameters=[]), "fields: Input should be"),
        (file(tools=[{"kind": "function"}]), "name: Field required"),
        (file(tools=["x"]), "valid dictionary"),
        (file(output=[]), "valid dictionary"),
        (file(variables=[{"name": "x", "type": "date"}]), "type: Input should be"),
        (file(headers={"a": 1}), "headers.a: Input should be"),
        (file(steps="many"), "steps: Input should be"),
        (b" " * (LARGEST + 1), "are read"),
    ],
)  # fmt: skip
def test_what_is_no_preset_is_refused_with_a_reason(data: bytes, words: str) -> None:
    with pytest.raises(Failure) as raised:
        read(data)
    problem = raised.value.problem
    assert problem.title == "This file is no preset that can be read."
    assert words in problem.detail


def test_a_newer_preset_is_refused_in_a_sentence() -> None:
    with pytest.raises(Failure, match="A newer version of Playground wrote this preset") as raised:
        read(file(version=VERSION + 1, messages="something else by now"))
    assert raised.value.problem.remedy == "update"


def test_what_json_cannot_say_is_not_written() -> None:
    with pytest.raises(Failure, match="cannot be written as a preset"):
        write(preset_of("", call(fields={"temperature": float("nan")})))


def test_halves_of_letters_are_mended() -> None:
    data = write(preset_of("a \ud83d b", call()))
    assert json.loads(data)["title"] == "a \ufffd b"
