"""Loops to take home are run by Node with the real package, against the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openai
import pytest

from playground.core.tools import Asked, Tool
from playground.engine import takehome_loop
from playground.tools.mock import Mock
from playground.tools.rules import RuleSet
from tests.engine.takehome_loops import (
    APIS,
    CALLS,
    GIVEN,
    MANY,
    RULED,
    RULES,
    SHOUT,
    TIME,
    WEATHER,
    Case,
    Json,
    by_hand,
)
from tests.engine.takehomes import MARKER
from tests.processes import PATIENCE, Sandbox, sandbox
from tests.schemas.node import installed, needs_node

pytestmark = [pytest.mark.external, needs_node]

MEETING = """
let come;
const met = new Promise((done) => { come = done; });
let there = 0;
async function meet() {
    there += 1;
    if (there === 2) {
        come();
    }
    await met;
}
"""
"""Both have to be there before either goes on."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed("openai", tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="module")
def server() -> Iterator[Sandbox]:
    with sandbox() as running:
        yield running


def written(case: Case, base_url: str) -> str:
    code = takehome_loop.javascript(
        case.request(base_url), case.tools, case.steps, case.sources, case.rules
    )
    assert MARKER not in code
    return code


def node(code: str, folder: Path, stdin: str = "") -> tuple[str, str]:
    """What a module prints, and what it ends with."""
    (folder / "loop.mjs").write_bytes(code.encode())
    done = subprocess.run(
        ["node", "loop.mjs"],
        input=stdin,
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "OPENAI_API_KEY": MARKER},
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode == 0) is (done.stderr == "")
    return done.stdout, done.stderr


def bodies(server: Sandbox, name: str) -> list[Json]:
    rows = [row["body"] for row in server.log() if row["method"] == "POST"]
    return [row for row in rows if row.get("metadata", {}).get("case") == name]


def marked(case: Case, name: str) -> Case:
    return replace(case, fields={**case.fields, "metadata": {"case": name}})


def stubs(*tools: Tool) -> list[Tool]:
    return [tool.model_copy(update={"mode": "real"}) for tool in tools]


@pytest.mark.parametrize("api", APIS)
def test_two_calls_at_once_end_with_the_answer_of_the_loop_by_hand(
    api: str, folder: Path, server: Sandbox
) -> None:
    thought: tuple[Json, ...] = ({"reasoning": ["Let me see."]}, {"text": "One moment."}, *CALLS)
    case = marked(Case(api, calls=thought, rules=RULES), f"{api}-mocked")
    printed, error = node(written(case, server.base_url), folder)
    text, results = by_hand(case.request(server.base_url), RULED)
    assert error == ""
    assert printed.endswith(f"{text}\n")
    assert all(result in text for result in results)
    mine, theirs = bodies(server, f"{api}-mocked")[:2], bodies(server, f"{api}-mocked")[2:]
    assert mine[0] == theirs[0]
    said = "messages" if api == "chat" else "input"
    assert [bare(row) for row in mine[1][said]] == [bare(row) for row in theirs[1][said]]


def bare(row: Any) -> Any:
    """Without ids, and what a message has beside its words."""
    if isinstance(row, list):
        return [bare(one) for one in row]
    if not isinstance(row, dict):
        return row
    without = ("id", "call_id", "tool_call_id", "annotations", "refusal", "encrypted_content")
    return {name: bare(one) for name, one in row.items() if name not in without}


@pytest.mark.parametrize("api", APIS)
def test_code_in_the_place_of_the_stubs_runs_at_once(
    api: str, folder: Path, server: Sandbox
) -> None:
    case = Case(api, stubs(WEATHER, TIME))
    code = written(case, server.base_url)
    for name, value in {"get_weather": '"Snow in " + city', "get_time": "{ city, exact }"}.items():
        stub = f'throw new Error("{name} has no code yet.");'
        assert stub in code
        code = code.replace(stub, f"await meet();\n    return {value};")
    printed, error = node(MEETING + code, folder)
    text, _ = by_hand(
        case.request(server.base_url),
        {"get_weather": lambda city: f"Snow in {city}", "get_time": lambda city, exact: TOLD},
    )
    assert error == ""
    assert printed.endswith(f"{text}\n")


TOLD = '{"city":"Nairobi","exact":true}'


def test_what_goes_wrong_is_a_result_and_steps_end(folder: Path, server: Sandbox) -> None:
    calls: tuple[Json, ...] = (*CALLS, {"call": "nobody", "arguments": {}})
    case = marked(Case("chat", stubs(WEATHER), calls, then=calls, steps=3), "endless")
    printed, error = node(written(case, server.base_url), folder)
    assert "get_weather has no code yet." in printed
    assert "The model still calls tools after 3 requests." in error
    sent = bodies(server, "endless")
    assert len(sent) == 3
    results = [row["content"] for row in sent[1]["messages"] if row["role"] == "tool"]
    assert results == [
        "Error: get_weather has no code yet.",
        "There is no tool get_time. Those that there are: get_weather.",
        "There is no tool nobody. Those that there are: get_weather.",
    ]


@pytest.mark.parametrize("api", APIS)
def test_whoever_sits_there_answers_one_call_after_the_other(
    api: str, folder: Path, server: Sandbox
) -> None:
    human = [tool.model_copy(update={"mode": "human"}) for tool in (WEATHER, TIME)]
    case = Case(api, human)
    code = written(case, server.base_url)
    printed, error = node(code, folder, "It snows.\nNoon.\n")
    answers = {"get_weather": lambda city: "It snows.", "get_time": lambda city, exact: "Noon."}
    text, _ = by_hand(case.request(server.base_url), answers)
    assert error == ""
    assert printed.endswith(f"{text}\n")
    printed, error = node(code, folder, "It snows.\n")
    assert error == ""
    assert "Error: Nobody answers." in printed


@pytest.mark.parametrize("api", APIS)
def test_tools_that_take_text_get_it(api: str, folder: Path, server: Sandbox) -> None:
    rules = RuleSet.model_validate({"name": "r", "rules": [
        {"tool": "shout", "when": [{"by": "regex", "pattern": "^Hear"}],
         "then": {"gives": "result", "value": "{{arguments}}!"}}]})  # fmt: skip
    case = Case(api, (SHOUT,), (), said="Hear, hear", rules=rules)
    printed, error = node(written(case, server.base_url), folder)
    text, _ = by_hand(case.request(server.base_url), {"shout": lambda given: f"{given}!"})
    assert error == ""
    assert printed.endswith(f"{text}\n")
    assert "Hear, hear!" in text


def test_where_the_server_knows_what_was_said_only_results_are_sent(
    folder: Path, server: Sandbox
) -> None:
    with openai.OpenAI(base_url=server.base_url, api_key=MARKER) as client:
        beside = {"sandbox": {"per_second": 0}}
        first = client.responses.create(model="sandbox", input="Hello", extra_body=beside)
        known = {
            "previous": {"previous_response_id": first.id},
            "conversation": {"conversation": client.conversations.create().id},
            "background": {"background": True},
        }
    for name, fields in known.items():
        case = marked(Case("responses", rules=RULES, fields=fields), name)
        code = written(case, server.base_url).replace("done, 2000", "done, 0")
        printed, error = node(code, folder)
        assert error == ""
        assert "In Nairobi it is noon" in printed.split("Done: ")[1]
        begun, ended = (body["input"] for body in bodies(server, name))
        outputs = [item["type"] for item in ended if "type" in item][-2:]
        assert outputs == ["function_call_output"] * 2
        assert len(ended) == (2 if name != "background" else len(begun) + 4)


async def test_mocks_in_a_module_answer_as_the_mock(folder: Path, server: Sandbox) -> None:
    tool = Tool(name="t")
    code = written(Case("chat", (tool,), rules=MANY), server.base_url)
    begun = code.index("\nconst messages = ")
    asking = f"for (const given of {json.dumps([json.dumps(one) for one in GIVEN])}) {{\n"
    end = 'results.push(await called("t", given));\n}\nconsole.log(JSON.stringify(results));\n'
    printed, error = node(f"{code[:begun]}\nconst results = [];\n{asking}{end}", folder)
    assert error == ""
    mock = Mock(MANY, sleep=_at_once)
    for given, result in zip(GIVEN, json.loads(printed), strict=True):
        text = json.dumps(given)
        wanted = await mock.call(tool, Asked("c", "t", text, tool), text, print)
        assert result == wanted.output, given


async def _at_once(_seconds: float) -> None:
    pass
