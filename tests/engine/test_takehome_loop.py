"""Loops to take home are run, and end with the answer that anybody gets who runs the same loop."""

from __future__ import annotations

import asyncio
import builtins
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import openai
import pytest

from playground.core.problem import Failure
from playground.core.tools import Asked, Tool
from playground.engine import takehome_loop
from playground.export import javascript as plain_javascript
from playground.export import python as plain_python
from playground.export.request import Request
from playground.tools.mock import Mock
from playground.tools.rules import RuleSet
from tests.engine.takehome_loops import (
    APIS,
    CALLS,
    GIVEN,
    HERE,
    MANY,
    RULED,
    RULES,
    SHOUT,
    WEATHER,
    Case,
    Json,
    by_hand,
    takes,
)
from tests.engine.takehomes import MARKER, ran
from tests.processes import Sandbox, sandbox

pytestmark = pytest.mark.slow

FILE = "/somewhere/my tools.py"
SOURCE = '''\
"""Tools that wait for each other: one alone never ends."""

from __future__ import annotations

import json
import threading

BOTH = threading.Barrier(2, timeout=100)


def get_weather(city: str) -> dict[str, object]:
    """How it is."""
    BOTH.wait()
    return {"city": city, "degrees": len(city) / 2, "sky": None}


def get_time(city: str, *, exact: bool = False) -> str:
    BOTH.wait()
    return json.dumps([city, exact])


if __name__ == "__main__":
    raise SystemExit("It is run by itself.")
'''
TYPES = """\
import asyncio
import enum
from dataclasses import dataclass
from datetime import date
from pydantic import BaseModel

class Unit(enum.Enum):
    CELSIUS = "c"

class Place(BaseModel):
    name: str
    height: float = 0

@dataclass
class Report:
    day: date
    place: Place
    unit: Unit

async def report(day: date, /, place: Place, unit: Unit = Unit.CELSIUS) -> Report:
    await asyncio.sleep(0)
    return Report(day, place, unit)

def fail(what: str) -> None:
    raise ValueError(f"no {what} ☂")

def leave() -> None:
    raise SystemExit(3)
"""


def real(name: str, file: str = FILE, **more: Any) -> Tool:
    origin = {"python": file, "function": name}
    return Tool(name=name, mode="real", origin=origin, **more)


def written(case: Case, base_url: str = HERE) -> str:
    code = takehome_loop.python(
        case.request(base_url), case.tools, case.steps, case.sources, case.rules
    )
    assert MARKER not in code
    return code


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


def functions() -> dict[str, Any]:
    names: Json = {"__name__": "a_person"}
    exec(compile(SOURCE, "a_person", "exec"), names)
    return {
        "get_weather": lambda **given: json.dumps(names["get_weather"](**given)),
        "get_time": names["get_time"],
    }


def cases() -> dict[str, tuple[Case, Any]]:
    """A case and what a person would answer to each call; None: see its own test."""
    found: dict[str, tuple[Case, Any]] = {}
    for api in APIS:
        both = (real("get_weather"), real("get_time"))
        files = {"tools": both, "sources": {FILE: SOURCE}}
        reasoning = {"reasoning": ["Let me see."]}
        thought: tuple[Json, ...] = (reasoning, {"text": "One moment."}, *CALLS)
        typed = (real("report", "t.py"), real("fail", "t.py"), real("leave", "t.py"))
        misfit: tuple[Json, ...] = (
            {"call": "report", "arguments": {
                "day": "2030-02-03", "place": {"name": "Oslo"}, "unit": None}},
            {"call": "report", "arguments": {"day": "soon", "place": {"name": "Oslo"}}},
            {"call": "report", "arguments": {
                "day": "2030-02-03", "place": {"name": "Oslo"}, "more": 1}},
            {"call": "fail", "arguments": {"what": "umbrella"}},
            {"call": "leave", "arguments": {}},
            {"call": "nobody", "arguments": {}},
        )  # fmt: skip
        stub = Tool(name="get_weather", mode="real", parameters=takes(city="string"))
        custom = SHOUT.model_copy(update={"mode": "real", "origin": {"python": "s.py"}})
        found |= {
            f"{api}-real": (Case(api, **files), functions()),
            f"{api}-thought": (Case(api, calls=thought, **files), functions()),
            f"{api}-mocked": (Case(api, rules=RULES), RULED),
            f"{api}-typed": (Case(api, typed, misfit, sources={"t.py": TYPES}), None),
            f"{api}-stub": (Case(api, (stub,), CALLS[:1]), {
                "get_weather": lambda city: "NotImplementedError: get_weather has no code yet."
            }),
            f"{api}-endless": (Case(api, then=CALLS, steps=3, rules=RULES), None),
            f"{api}-refused": (Case(api, then=[{"refusal": "No."}], rules=RULES), None),
            f"{api}-text": (
                Case(api, (custom,), (), said="Hear, hear", sources={
                    "s.py": "def shout(text):\n    return text.upper()\n"}),
                {"shout": str.upper},
            ),
            f"{api}-silent": (Case(api, calls=[{"text": "No need."}]), {}),
        }  # fmt: skip
    states: dict[str, Json] = {
        "background": {"background": True},
        "previous": {"previous_response_id": "…"},
        "unstored": {"previous_response_id": "…", "store": False},
        "conversation": {"conversation": "…"},
    }
    for name, fields in states.items():
        found[f"responses-{name}"] = (Case("responses", rules=RULES, fields=fields), None)
    return found


CASES = cases()


@dataclass(frozen=True)
class Ran:
    case: Case
    printed: str
    error: str | None
    """What it ended with."""
    bodies: list[Json]
    """Of its requests, as they arrived at the server."""

    @property
    def lines(self) -> list[str]:
        return self.printed.splitlines()


@pytest.fixture(scope="module")
def results(server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    said = {"input": "Hello", "extra_body": {"sandbox": {"per_second": 0}}}
    with openai.OpenAI(base_url=server.base_url, api_key=MARKER) as client:
        known = {
            "previous_response_id": client.responses.create(model="sandbox", **said).id,
            "conversation": client.conversations.create().id,
        }
    cases = {name: marked(name, case, known) for name, (case, _) in CASES.items()}
    programs = {
        name: written(case, server.base_url).replace("asyncio.sleep(2)", "asyncio.sleep(0)")
        for name, case in cases.items()
    }
    done = ran(programs, tmp_path_factory.mktemp("loops"))
    rows = [row["body"] for row in server.log() if row["method"] == "POST"]
    return {
        name: Ran(
            case, *done[name], [row for row in rows if row.get("metadata", {}).get("case") == name]
        )
        for name, case in cases.items()
    }


def marked(name: str, case: Case, known: Mapping[str, str]) -> Case:
    """The case, to be found in the log."""
    fields = {one: known.get(one, value) for one, value in case.fields.items()}
    return replace(case, fields={**fields, "metadata": {"case": name}})


@pytest.mark.parametrize(
    "name", [name for name, (_, answers) in CASES.items() if answers is not None]
)
def test_a_program_ends_with_the_answer_of_the_loop_by_hand(
    name: str, results: dict[str, Ran], server: Sandbox
) -> None:
    case, answers = results[name].case, CASES[name][1]
    text, given = by_hand(case.request(server.base_url), answers)
    assert results[name].error is None
    assert results[name].printed.endswith(f"{text}\n")
    assert all(result in results[name].printed for result in given)
    assert all(result in text for result in given)
    begun = [line for line in results[name].lines if line.endswith(")") and line.count("(") == 1]
    assert len(begun) == len(given)


@pytest.mark.parametrize("name", CASES)
def test_a_program_sends_what_the_request_says_each_time(
    name: str, results: dict[str, Ran]
) -> None:
    case, bodies = results[name].case, results[name].bodies
    wanted = case.request(HERE).fields
    changing = {"input", "messages", "previous_response_id", "stream", "stream_options"}
    assert bodies
    assert len(bodies) <= case.steps
    for body in bodies:
        assert not body.get("stream")
        assert {one: body[one] for one in body if one not in changing} == {
            one: wanted[one] for one in wanted if one not in changing
        }
    first = bodies[0]
    assert first.get("input", first.get("messages")) == wanted.get("input", wanted.get("messages"))


@pytest.mark.parametrize("name", ["responses-real", "responses-thought", "responses-text"])
def test_items_go_back_as_they_came_and_results_in_the_order_of_the_calls(
    name: str, results: dict[str, Ran]
) -> None:
    first, second = (body["input"] for body in results[name].bodies)
    assert second[: len(first)] == first
    more = second[len(first) :]
    kinds = [item["type"] for item in more]
    calls = [item for item in more if item["type"].endswith("_call")]
    outputs = [item for item in more if item["type"].endswith("_call_output")]
    assert [item["call_id"] for item in outputs] == [item["call_id"] for item in calls]
    assert [item["type"] for item in outputs] == [f"{item['type']}_output" for item in calls]
    assert kinds == [*kinds[: len(kinds) - len(outputs)], *(item["type"] for item in outputs)]
    if name == "responses-thought":
        assert kinds[:2] == ["reasoning", "message"]
        assert more[0]["summary"][0]["text"] == "Let me see."


@pytest.mark.parametrize("name", ["chat-real", "chat-thought", "chat-text"])
def test_the_message_with_the_calls_goes_back_and_a_message_for_each_result(
    name: str, results: dict[str, Ran]
) -> None:
    first, second = (body["messages"] for body in results[name].bodies)
    assert second[: len(first)] == first
    message, *tools = second[len(first) :]
    assert message["role"] == "assistant"
    assert (message["content"] == "One moment.") is (name == "chat-thought")
    assert {tool["role"] for tool in tools} == {"tool"}
    ids = [call["id"] for call in message["tool_calls"]]
    assert [tool["tool_call_id"] for tool in tools] == ids


def test_where_the_server_knows_what_was_said_only_results_are_sent(
    results: dict[str, Ran],
) -> None:
    known = results["responses-previous"]
    first, second = known.bodies
    assert first["previous_response_id"] == known.case.fields["previous_response_id"]
    assert second["previous_response_id"].startswith("resp_")
    assert second["previous_response_id"] != first["previous_response_id"]
    for name in ("responses-previous", "responses-conversation"):
        first, second = results[name].bodies
        assert [item["type"] for item in second["input"]] == ["function_call_output"] * 2
        assert results[name].error is None
        assert "In Nairobi it is noon" in results[name].printed.split("Done: ")[1]
    # What is not stored cannot be gone on from: all of it is sent again.
    first, second = results["responses-unstored"].bodies
    assert second["previous_response_id"] == first["previous_response_id"]
    assert second["input"][: len(first["input"])] == first["input"]
    assert len(second["input"]) == len(first["input"]) + 4
    assert "Done: " in results["responses-unstored"].printed


def test_an_answer_in_the_background_is_waited_for(results: dict[str, Ran]) -> None:
    assert results["responses-background"].error is None
    assert "In Nairobi it is noon" in results["responses-background"].printed.split("Done: ")[1]


@pytest.mark.parametrize("api", APIS)
def test_a_program_goes_no_further_than_its_steps(api: str, results: dict[str, Ran]) -> None:
    endless = results[f"{api}-endless"]
    assert endless.error == "The model still calls tools after 3 requests."
    assert len(endless.bodies) == 3
    # What is called last is not run: nobody would hear of it.
    assert sum(" = " in line for line in endless.lines) == 4


@pytest.mark.parametrize("api", APIS)
def test_a_refusal_ends_the_program(api: str, results: dict[str, Ran]) -> None:
    assert results[f"{api}-refused"].error == "The model refused: No."


@pytest.mark.parametrize("api", APIS)
def test_functions_get_what_their_types_say_and_whatever_goes_wrong_is_a_result(
    api: str, results: dict[str, Ran]
) -> None:
    (*_, report, soon, more, fail, leave, nobody), _ = outputs(results[f"{api}-typed"])
    place = {"name": "Oslo", "height": 0}
    assert json.loads(report) == {"day": "2030-02-03", "place": place, "unit": "c"}
    assert soon.startswith("ValidationError: 1 validation error")
    assert more == "TypeError: It does not take more."
    assert fail == "ValueError: no umbrella ☂"
    assert leave == "SystemExit: 3"
    assert nobody == "There is no tool nobody. Those that there are: report, fail, leave."


def outputs(result: Ran) -> tuple[list[str], Json]:
    """What was sent as results, and the last body."""
    body = result.bodies[-1]
    if "messages" in body:
        return [row["content"] for row in body["messages"] if row["role"] == "tool"], body
    return [row["output"] for row in body["input"] if "output" in row], body


# What a program is, without running it against a server.


def names_of(code: str) -> Json:
    """What a program defines, but for its end."""
    names: Json = {"__name__": "__main__"}
    exec(compile(code.removesuffix("\nasyncio.run(main())\n"), "program", "exec"), names)
    return names


def called(names: Json, name: str, given: str) -> str:
    result: str = asyncio.run(names["called"](name, given))
    return result


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")


@pytest.mark.parametrize("given", ["", "{}", "[1]", "null", '{"city": ', '{"town": "Oslo"}'])
def test_arguments_that_are_none_are_told(given: str) -> None:
    names = names_of(written(Case("chat", (real("get_time"),), sources={FILE: SOURCE})))
    assert called(names, "get_time", given).split(":")[0] in {
        "TypeError", "JSONDecodeError", "The arguments are not a JSON object."
    }  # fmt: skip


def test_files_whose_names_mean_something_else_are_modules_of_their_own() -> None:
    sources = {
        "/a/one.py": "import json\nLIMIT = 1\ndef first() -> int:\n    return LIMIT\n",
        "/b/two.py": "import json\nLIMIT = 2\ndef second() -> int:\n    return LIMIT\n",
        "/c/client.py": "def main() -> int:\n    return 3\n"
        "def third() -> int:\n    return main()\n",
        "/d/all.py": "from math import *\ndef fourth() -> float:\n    return floor(pi)\n",
        "/e/json.py": "if __name__ == '__main__':\n    1 / 0\nelse:\n    X = 5\n"
        "def print() -> int:\n    return X\n",
    }
    wanted = zip(("first", "second", "third", "fourth", "print"), sources, strict=True)
    case = Case("chat", [real(name, file) for name, file in wanted], sources=sources)
    code = written(case)
    assert sources["/a/one.py"] in code
    assert sources["/b/two.py"] not in code
    names = names_of(code)
    found = [called(names, tool.name, "{}") for tool in case.tools]
    assert found == ["1", "2", "3", "3", "5"]
    assert names["main"] is not names["client2"].main
    for module in ("two", "client2", "all2", "json2"):
        sys.modules.pop(module)


def test_a_file_stands_there_as_it_is_but_for_what_it_does_by_itself() -> None:
    code = written(Case("chat", (real("get_weather"),), sources={FILE: SOURCE}))
    assert "It is run by itself." not in code
    assert code.startswith("from __future__ import annotations\n\nimport asyncio\n")
    assert code.count("__future__") == 1
    begin, end = SOURCE.index("import json"), SOURCE.index("if __name__")
    assert SOURCE[begin:end].rstrip("\n") in code


def test_a_file_that_is_no_python_is_a_sentence() -> None:
    with pytest.raises(Failure, match="no Python that can be read"):
        written(Case("chat", (real("get_weather"),), sources={FILE: "def get_weather(:"}))


def test_a_function_that_is_not_in_its_file_has_no_code() -> None:
    names = names_of(written(Case("chat", (real("gone"),), sources={FILE: SOURCE})))
    assert called(names, "gone", "{}") == "NotImplementedError: gone has no code yet."


def test_mocks_answer_by_their_rules_though_there_is_a_file() -> None:
    mocked = real("get_weather").model_copy(update={"mode": "mock"})
    code = written(Case("chat", (mocked,), sources={FILE: SOURCE}, rules=RULES))
    assert "Barrier" not in code
    assert called(names_of(code), "get_weather", '{"city": "Bonn"}') == "No weather for Bonn"


def test_whoever_sits_there_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(builtins, "input", lambda words: asked.append(words) or "Yes.")
    human = [one.model_copy(update={"mode": "human"}) for one in (WEATHER, SHOUT)]
    names = names_of(written(Case("responses", human)))
    assert asyncio.run(names["called"]("get_weather", '{"tool": "Oslo"}', False)) == "Yes."
    assert asyncio.run(names["called"]("shout", "Hear, hear", True)) == "Yes."
    assert ["get_weather" in asked[0], "Oslo" in asked[0]] == [True, True]
    assert ["shout" in asked[1], "Hear, hear" in asked[1]] == [True, True]


@pytest.mark.parametrize("given", GIVEN, ids=json.dumps)
async def test_a_mock_in_a_program_answers_as_the_mock(given: Json) -> None:
    tool = Tool(name="t")
    text = json.dumps(given)
    names = names_of(written(Case("chat", (tool,), rules=MANY)))
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    mock = Mock(MANY, sleep=sleep)
    wanted = await mock.call(tool, Asked("c", "t", text, tool), text, print)
    assert await names["called"]("t", text) == wanted.output


@pytest.mark.parametrize("given", ["plain", "Hear, hear", "none"])
async def test_a_mock_of_a_tool_that_takes_text_answers_as_the_mock(given: str) -> None:
    rules = RuleSet.model_validate({"name": "r", "rules": [
        {"tool": "shout", "when": [{"by": "fields", "fields": {"text": "plain"}}],
         "then": {"gives": "result", "value": "a text has no fields"}},
        {"tool": "shout", "when": [{"by": "jsonpath", "path": "$.text"}],
         "then": {"gives": "result", "value": "nor what is below it"}},
        {"tool": "shout", "when": [{"by": "equality", "value": "plain"}],
         "then": {"gives": "result", "value": ["{{arguments}}", "{{arguments.text}}"]}},
        {"tool": "shout", "when": [{"by": "regex", "pattern": "^Hear"}],
         "then": {"gives": "result", "value": "{{arguments}}!"}},
    ]})  # fmt: skip
    names = names_of(written(Case("chat", (SHOUT,), rules=rules)))
    wanted = await Mock(rules).call(SHOUT, Asked("c", "shout", given, SHOUT), given, print)
    assert await names["called"]("shout", given, True) == wanted.output


async def test_a_mock_without_rules_answers_by_the_schema_of_its_result() -> None:
    output = {"type": "object", "properties": {
        "city": {"type": "string"}, "degrees": {"type": "number"}}}  # fmt: skip
    for tool in (WEATHER.model_copy(update={"output": output}), WEATHER):
        names = names_of(written(Case("chat", (tool,))))
        text = '{"city": "Oslo"}'
        wanted = await Mock().call(tool, Asked("c", tool.name, text, tool), text, print)
        assert await names["called"]("get_weather", text) == wanted.output


def test_rules_that_take_more_than_a_line_are_counted() -> None:
    rules = RuleSet.model_validate({"name": "r", "rules": [
        {"tool": "t", "when": [{"by": "schema", "schema": {}}], "then": {"gives": "timeout"}},
        {"tool": "t", "when": [{"by": "jsonpath", "path": "$..a"}], "then": {"gives": "timeout"}},
        {"tool": "t", "then": {"gives": "oversized", "megabytes": 100}},
        {"tool": "t", "then": {"gives": "result", "value": "never"}},
    ]})  # fmt: skip
    case = Case("chat", (Tool(name="t"),), rules=rules)
    code = written(case)
    assert "which are left out: 2." in code
    assert '"never"' not in code
    said = "NotImplementedError: The rule gives 100 MB of text."
    assert called(names_of(code), "t", "{}") == said
    assert "which are left out: 2." in module(case)


def module(case: Case) -> str:
    return takehome_loop.javascript(
        case.request(HERE), case.tools, case.steps, case.sources, case.rules
    )


def test_in_javascript_a_python_function_answers_by_rules_where_there_are_some() -> None:
    tools = (real("get_weather"), real("other", parameters=takes(city="string", new="string")))
    code = module(Case("chat", tools, sources={FILE: SOURCE}, rules=RULES))
    assert "async function get_weather" not in code
    assert "No weather for ${written(given.city" in code
    assert "async function other(given) {" in code  # `new` is no name
    assert 'throw new Error("other has no code yet.");' in code
    assert "Barrier" not in code


NASTY = "a\"b'c\\d\u2028e\u202e\x00\x1b\n\"\"\"\n'''${x}`*/ // # é"


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("mode", ["mock", "real", "human"])
def test_whatever_things_are_called_nothing_in_a_program_is_invisible_or_code(
    api: str, mode: Any
) -> None:
    schema = takes(**{NASTY: "string", "class": "string"})
    file = f"/x/{NASTY.replace('/', '')}.py"
    tools = [
        Tool(name=NASTY, description=NASTY, parameters=schema, mode=mode, output=schema),
        Tool(name=NASTY + "2", kind="custom", mode=mode),
        real("get_time", file),
        *(
            Tool(name=name, mode=mode)
            for name in ("print", "class", "client", "await", "__proto__")
        ),
    ]
    rules = RuleSet.model_validate({
        "name": NASTY,
        "rules": [
            {"tool": NASTY, "when": [{"by": "fields", "fields": {NASTY: [NASTY]}}],
             "then": {"gives": "result", "value": {NASTY: NASTY}}},
            {"tool": NASTY, "when": [{"by": "equality", "value": NASTY}],
             "then": {"gives": "error", "message": NASTY}},
        ],
    })  # fmt: skip
    case = Case(api, tools, said=NASTY, sources={file: SOURCE}, rules=rules)
    code = written(case)
    table = names_of(code)["TOOLS"]
    assert list(table) == [tool.name for tool in tools]
    for text in (code, module(case)):
        assert all(one.isprintable() or one == "\n" for one in text)


@pytest.mark.parametrize("api", ["chat", "completions"])
def test_without_tools_of_ours_the_program_is_the_plain_one(api: str) -> None:
    hosted = Tool(name="web_search", kind="hosted", hosted={"type": "web_search"})
    request = Request("POST", f"{HERE}/completions", (), (), '{"model": "m", "prompt": "x"}')
    tools: tuple[Tool, ...] = (WEATHER,)
    if api == "chat":
        request, tools = Case("chat").request(HERE), (hosted,)
    assert takehome_loop.python(request, tools, 5, {}) == plain_python.code(request)
    assert takehome_loop.javascript(request, tools, 5, {}) == plain_javascript.code(request)
