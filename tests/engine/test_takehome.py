"""Programs to take home are run, and print what the server answered."""

from __future__ import annotations

import inspect
import itertools
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType, SimpleNamespace
from typing import Any

import openai
import pytest
from hypothesis import given, settings
from openai.lib._parsing._completions import type_to_response_format_param
from openai.resources.chat.completions import Completions
from openai.resources.responses import Responses

from playground.core.output import Output
from playground.core.problem import Failure
from playground.engine import takehome
from playground.engine.takehome_alike import alike
from playground.export import javascript as plain_javascript
from playground.export import python as plain_python
from playground.export.python import ARGUMENTS
from playground.export.request import Request
from playground.schemas.lint import lint
from playground.schemas.repair import repair
from playground.schemas.validation import Validator
from tests.engine.takehomes import (
    CASES,
    EXAMPLES,
    HERE,
    MARKER,
    ODD,
    Case,
    Json,
    answered,
    arrived,
    check_body,
    example,
    plain,
    ran,
)
from tests.processes import Sandbox, sandbox
from tests.schemas.corpus import STRICT
from tests.schemas.instances import schemas

NUMBER = itertools.count()


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


@dataclass(frozen=True)
class Ran:
    printed: str
    error: str | None
    """What it ended with."""
    headers: Json
    body: Json
    """Of its request, as it arrived at the server."""


@pytest.fixture(scope="module")
def results(server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    requests = {name: case.request(server.base_url, f"({name})") for name, case in CASES.items()}
    programs = {
        name: takehome.python(request, CASES[name].output) for name, request in requests.items()
    }
    assert not any(MARKER in code for code in programs.values())
    done = ran(programs, tmp_path_factory.mktemp("programs"))
    rows = arrived(server)
    return {name: Ran(*done[name], rows[name]["headers"], rows[name]["body"]) for name in CASES}


@pytest.mark.parametrize("name", CASES)
def test_a_program_prints_the_answer_or_why_there_is_none(
    name: str, results: dict[str, Ran], server: Sandbox
) -> None:
    case, result = CASES[name], results[name]
    if case.ends:
        assert case.ends in (result.error or "")
        assert result.printed == ""
        return
    assert result.error is None
    value = json.loads(result.printed)
    assert Validator(case.output.json_schema).errors(value) == []
    assert value == answered(server.base_url, case.api, result.body)


@pytest.mark.parametrize("name", CASES)
def test_a_program_sends_what_the_request_says(name: str, results: dict[str, Ran]) -> None:
    check_body(name, results[name].headers, results[name].body)


class Sent(Exception):  # noqa: N818
    """Goes through a program from the call of the package to the test."""


def call_of(code: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Json]:
    """(the method, its arguments) of the request that a program makes."""

    def caught(method: str) -> Any:
        def call(**arguments: Any) -> None:
            raise Sent(method, arguments)

        return call

    class Client:
        def __init__(self, **_: Any) -> None:
            both = {name: caught(name) for name in ("create", "parse")}
            self.responses = SimpleNamespace(**both)
            self.chat = SimpleNamespace(completions=SimpleNamespace(**both))
            self.completions = SimpleNamespace(**both)

    monkeypatch.setattr(openai, "OpenAI", Client)
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    module = ModuleType(f"taken_home_{next(NUMBER)}")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    with pytest.raises(Sent) as sent:
        exec(compile(code, module.__name__, "exec"), vars(module))
    method, arguments = sent.value.args
    return method, arguments


def check_schema(schema: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whatever the program does, the schema arrives. The method that it takes."""
    output = Output(mode="json_schema", name="it", json_schema=schema)
    code = takehome.python(Case("chat", output).request(HERE), output)
    method, arguments = call_of(code, monkeypatch)
    if method == "parse":
        sent: Any = type_to_response_format_param(arguments["response_format"])
        assert plain(sent["json_schema"]["schema"]) == plain(schema)
    else:
        assert arguments["response_format"]["json_schema"]["schema"] == schema
        assert "# The schema is sent as it stands here: " in code
    return method


def test_the_schema_that_is_sent_is_the_one_that_was_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    methods = [check_schema(schema, monkeypatch) for name, schema in STRICT if "5000" not in name]
    assert methods.count("parse") > len(methods) * 3 // 4

    @settings(max_examples=30, deadline=None, derandomize=True)
    @given(schemas().map(lambda schema: repair(schema).schema))
    def sent(schema: Any) -> None:
        methods.append(check_schema(schema, monkeypatch))

    sent()
    assert methods.count("create") > 3


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_taken_home_by_parse(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lint(EXAMPLES[name].schema) == []
    assert check_schema(EXAMPLES[name].schema, monkeypatch) == "parse"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"type": ["string", "null"]}, {"anyOf": [{"type": "string"}, {"type": "null"}]}, True),
        ({"const": 1}, {"enum": [1]}, True),
        ({"const": 1}, {"const": True}, False),
        ({"type": "string", "title": "A"}, {"type": "string", "title": "B"}, True),
        ({"type": "string", "description": "A"}, {"type": "string"}, False),
        ({"properties": {"a": {}, "b": {}}}, {"properties": {"b": {}, "a": {}}}, False),
        ({"properties": {"a": {}}}, {"properties": {"a": {}}, "required": ["a"]}, False),
        ({"type": "array", "items": {"$ref": "#"}},
         {"$ref": "#/$defs/A", "$defs": {"A": {"type": "array", "items": {"$ref": "#/$defs/A"}}}},
         True),
        ({"$ref": "#/$defs/A", "description": "x", "$defs": {"A": {"type": "null"}}},
         {"type": "null", "description": "x"}, True),
        ({"$ref": "#/$defs/A", "default": 1, "$defs": {"A": {"type": "null"}}},
         {"type": "null"}, False),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}}, {"type": "null"}, False),
        ({"type": "string", "minLength": 1}, {"type": "string"}, False),
    ],
)  # fmt: skip
def test_schemas_that_ask_for_the_same_are_alike(one: Any, other: Any, same: bool) -> None:
    assert alike(one, other) is same
    assert alike(other, one) is same
    assert alike(one, one)


def test_no_model_is_called_as_something_in_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = ("client", "OpenAI", "response", "text", "answer", "ValidationError", "sleep", "sys",
             "Model", "NAME", "zodTextFormat", "format", "console", "error", "os")  # fmt: skip
    inner = {name: {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"],
                    "additionalProperties": False} for name in taken}  # fmt: skip
    schema = {
        "type": "object",
        "properties": {name: {"$ref": f"#/$defs/{name}"} for name in taken},
        "required": list(taken),
        "additionalProperties": False,
        "$defs": inner,
    }
    for name in ("client", "OpenAI", "open AI", "answer", "2", "---", "list", "Model"):
        output = Output(mode="json_schema", name=name, json_schema=schema)
        request = Case("responses", output).request(HERE)
        method, arguments = call_of(takehome.python(request, output), monkeypatch)
        assert method == "parse"
        value = {one: {"x": "y"} for one in taken}
        answer = arguments["text_format"].model_validate(value)
        assert answer.model_dump(by_alias=True) == value
        module = takehome.javascript(request, output)
        for one in ("client", "OpenAI", "response", "answer", "zodTextFormat", "format"):
            assert f"const {one} = z." not in module


@pytest.mark.parametrize(
    "output",
    [example("table", mode="text"), Output(mode="json_object"), Output(mode="json_schema")],
)
def test_without_a_form_or_a_schema_the_program_is_the_plain_one(output: Output) -> None:
    request = Case("chat", output).request(HERE)
    assert takehome.python(request, output) == plain_python.code(request)
    assert takehome.javascript(request, output) == plain_javascript.code(request)


def test_a_request_without_a_name_stays_as_it_is() -> None:
    output = example("table")
    request = Request("GET", f"{HERE}/responses/resp_1", (), (), "")
    assert takehome.python(request, output) == plain_python.code(request)


@pytest.mark.parametrize("write", [takehome.python, takehome.javascript])
def test_a_schema_that_cannot_be_read_is_a_sentence(write: Any) -> None:
    output = Output(mode="json_object", json_schema={"$ref": "https://example.com/x"})
    with pytest.raises(Failure, match="leads out of the schema"):
        write(Case("chat", output).request(HERE), output)


@pytest.mark.parametrize("api", ["responses", "chat", "completions"])
def test_a_server_that_takes_no_form_gets_none_and_the_model_reads(
    api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = example("table")
    asked = Case(api, Output()).request(HERE)
    code = takehome.python(asked, output)
    method, arguments = call_of(code, monkeypatch)
    assert method == "create"
    assert not {"response_format", "text"} & arguments.keys()
    assert "Table.model_validate_json(text)" in code
    assert "Table.parse(JSON.parse(text))" in takehome.javascript(asked, output)


def test_parse_takes_every_argument_that_create_takes_by_name() -> None:
    for api, taker in {"chat": Completions, "responses": Responses}.items():
        takes = set(inspect.signature(taker.parse).parameters)  # type: ignore[attr-defined]
        assert ARGUMENTS[api] - {"stream"} <= takes  # type: ignore[index]


def test_headers_of_ours_go_along_when_an_answer_is_fetched() -> None:
    case = CASES["responses-background"]
    request = case.request(HERE)
    code = takehome.python(request, case.output)
    assert 'client.responses.retrieve(response.id, extra_headers={"X-Title": "it\'s"})' in code
    module = takehome.javascript(request, case.output)
    assert 'retrieve(response.id, {}, { headers: { "X-Title": "it\'s" } })' in module


def test_zod_is_asked_for_the_schema_only_where_it_gives_it_back() -> None:
    written = "Zod would write the schema in other words"
    for name, kept in {"classification": True, "table": False, "contact": False}.items():
        output = example(name)
        module = takehome.javascript(Case("responses", output).request(HERE), output)
        assert "client.responses.parse({" in module
        assert (written in module) is not kept
        assert ('"pattern"' in module, "export " in module) == (False, False)


def test_nothing_in_a_program_is_invisible() -> None:
    said = 'a\u2028b\u202e"\x00\x1b``${x}*/'
    schema = {**ODD, "description": said, said: 1, "$defs": {**ODD["$defs"], said: {"const": said}}}
    output = Output(mode="json_schema", name="odd", description=said, json_schema=schema)
    for api in ("chat", "responses"):
        request = Case(api, output, said=said).request(HERE)
        for code in (takehome.python(request, output), takehome.javascript(request, output)):
            assert all(one.isprintable() or one == "\n" for one in code)
