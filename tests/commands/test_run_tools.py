"""`playground run --tools`: a model asks for tools, hears their results, and answers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground.core.profile import LOCAL
from playground.core.resources import resource
from playground.localmodel.wheels import unavailable
from tests.processes import Sandbox

Command = Callable[..., "subprocess.CompletedProcess[str]"]

DEMO = str(resource("tools", "demo.py"))
MOCK = str(resource("tools", "mock.json"))

BOTH = "What is the weather in Oslo, and how many miles are 5 km?"
CITIES = "What is the weather in Oslo and Rome?"

TOOLS = '''\
"""Tools of this test."""

import time
from pathlib import Path


def sleep_for_ever(city: str) -> str:
    """Sleep in a city."""
    time.sleep(10_000)
    return "awake"


def get_letter(city: str) -> str:
    """The first letter of a city."""
    print("looking")
    return city[0]


def break_down(city: str) -> str:
    """Fail."""
    raise ValueError(f"{city} is closed.")


def shout(city: str) -> str:
    """Shout, for a very long time."""
    return city * 1_000_000
'''

FIELDS = {"id", "name", "arguments", "output", "state", "ms"}


@pytest.fixture
def run(sandbox: Sandbox, inside: Command) -> Command:
    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        fast = ("--model", "sandbox", "--set", 'sandbox={"per_second": 0}', "--json")
        return inside("run", "--base-url", sandbox.base_url, *fast, *arguments, **more)

    return run


@pytest.fixture
def tools(tmp_path: Path) -> str:
    path = tmp_path / "mine.py"
    path.write_text(TOOLS)
    return str(path)


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.stdout, done.stderr
    value: dict[str, Any] = json.loads(done.stdout)
    for row in value["tool_calls"]:
        assert set(row) == FIELDS
        assert row["id"] and json.loads(row["arguments"]) is not None
    return value


def sent(sandbox: Sandbox, said: dict[str, Any]) -> list[dict[str, Any]]:
    """The bodies of a run's requests, as the server got them; each knows its session."""
    words = said["tool_calls"][0]["id"]
    return [row["body"] for row in sandbox.log(words)]


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_two_tools_at_once_run_to_the_answer(api: str, run: Command, inside: Command) -> None:
    done = run(BOTH, "--api", api, "--tools", DEMO, "--approve", "all")
    said = told(done)
    assert (done.returncode, said["outcome"], said["problem"]) == (0, "completed", None)
    assert (said["steps"], said["requests"], said["malformed"]) == (2, 2, 0)
    weather, units = said["tool_calls"]
    assert (weather["name"], weather["state"]) == ("get_weather", "done")
    assert json.loads(weather["arguments"])["city"] == "Oslo"
    assert json.loads(weather["output"])["sky"] == "snow"
    assert (units["name"], units["state"]) == ("convert_units", "done")
    assert json.loads(units["output"]) == {"value": 3.106855961, "unit": "mile"}
    assert all(row["ms"] > 0 for row in said["tool_calls"])
    assert weather["output"] in said["text"] and "3.106855961 mile" in said["text"]
    assert told(inside("replay", "last", "--json")) == said


def test_the_same_tool_for_two_cities(run: Command) -> None:
    said = told(run(CITIES, "--tools", DEMO, "--approve", "all"))
    cities = [json.loads(row["output"])["city"] for row in said["tool_calls"]]
    assert cities == ["Oslo", "Rome"]
    assert [row["state"] for row in said["tool_calls"]] == ["done", "done"]
    one = told(
        run(CITIES, "--tools", DEMO, "--approve", "all", "--set", "parallel_tool_calls=false")
    )
    assert [json.loads(row["output"])["city"] for row in one["tool_calls"]] == ["Oslo"]


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_without_approval_nothing_is_run_and_the_model_is_told(
    api: str, run: Command, sandbox: Sandbox, inside: Command
) -> None:
    for approve in ((), ("--approve", "none")):
        done = run(CITIES, "--api", api, "--tools", DEMO, *approve)
        said = told(done)
        assert (done.returncode, said["outcome"], said["steps"]) == (0, "completed", 2)
        for row in said["tool_calls"]:
            assert (row["state"], row["ms"]) == ("denied", None)
            assert row["output"].startswith("This call was denied")
            assert row["output"] in said["text"]
        (last,) = sent(sandbox, said)
        heard = json.dumps(last, ensure_ascii=False)
        assert heard.count("This call was denied") == 2, "the results of both calls went back"
        assert told(inside("replay", said["run"], "--json")) == said


@pytest.mark.parametrize("api", ["responses", "chat"])
def test_a_step_too_many_is_the_end(api: str, run: Command, inside: Command) -> None:
    done = run(CITIES, "--api", api, "--tools", DEMO, "--approve", "all", "--max-steps", "1")
    said = told(done)
    assert (done.returncode, said["outcome"], said["steps"]) == (4, "limited", 1)
    assert [(row["state"], row["output"], row["ms"]) for row in said["tool_calls"]] == [
        ("not run", None, None)
    ] * 2
    problem = said["problem"]
    assert (problem["code"], problem["remedy"]) == ("steps", "raise_limit")
    assert "one step is allowed" in problem["title"]
    again = inside("replay", said["run"], "--json")
    assert (again.returncode, told(again)) == (4, said)
    inside_words = inside("replay", said["run"])
    assert inside_words.returncode == 4 and "Not run: get_weather" in inside_words.stderr


def test_the_same_call_over_and_over_is_the_end(run: Command) -> None:
    done = run("get_weather in Oslo", "--tools", DEMO, "--approve", "all",
               "--set", "tool_choice=required")  # fmt: skip
    said = told(done)
    assert (done.returncode, said["outcome"], said["problem"]["code"]) == (4, "limited", "alike")
    assert [row["state"] for row in said["tool_calls"]] == ["done", "done", "not run"]


def test_a_tool_that_never_ends_is_ended(run: Command, tools: str) -> None:
    done = run("sleep_for_ever in Oslo", "--tools", tools, "--approve", "all",
               "--tool-timeout", "1")  # fmt: skip
    said = told(done)
    (row,) = said["tool_calls"]
    assert (done.returncode, said["outcome"], row["state"]) == (0, "completed", "failed")
    assert "1 s" in row["output"] and row["ms"] >= 1000
    assert row["output"].split("\n")[0] in said["text"], "the model was told"


def test_a_tool_that_fails_is_told_in_its_own_words(run: Command, tools: str) -> None:
    done = run("break_down in Oslo and get_letter of Rome", "--tools", tools, "--approve", "all")
    said = told(done)
    broken, letter = said["tool_calls"]
    assert (broken["state"], broken["output"]) == ("failed", "ValueError: Oslo is closed.")
    assert (letter["state"], letter["output"]) == ("done", "R")
    assert (done.returncode, said["outcome"]) == (0, "completed")


def test_output_is_cut_and_that_is_said(run: Command, tools: str) -> None:
    said = told(run("shout in Oslo", "--tools", tools, "--approve", "all", "--retries", "0"))
    (row,) = said["tool_calls"]
    assert len(row["output"]) < 1_100_000
    assert row["output"].startswith("OsloOslo") and "Cut" in row["output"][-200:]


# Rules in place of tools.


def test_rules_answer_where_no_file_is_given(run: Command, inside: Command) -> None:
    done = run(CITIES, "--mock", MOCK, "--approve", "all")
    said = told(done)
    assert (done.returncode, said["outcome"]) == (0, "completed")
    oslo, rome = (json.loads(row["output"]) for row in said["tool_calls"])
    assert (oslo["city"], oslo["sky"], rome["sky"]) == ("Oslo", "snow", "clear")
    assert told(inside("replay", "last", "--json")) == said


def test_rules_are_asked_about_too(run: Command) -> None:
    said = told(run(CITIES, "--mock", MOCK))
    assert [row["state"] for row in said["tool_calls"]] == ["denied", "denied"]


def test_rules_answer_for_the_tools_that_they_know_alone(
    run: Command, tools: str, tmp_path: Path
) -> None:
    rules = {
        "version": 1,
        "sets": [{"name": "One", "defaults": {
            "sleep_for_ever": {"gives": "result", "value": "rested in {{arguments.city}}"},
        }}],
    }  # fmt: skip
    (tmp_path / "rules.json").write_text(json.dumps(rules))
    said = told(run("sleep_for_ever in Oslo, then get_letter of Rome", "--tools", tools,
                    "--mock", str(tmp_path / "rules.json"), "--approve", "all"))  # fmt: skip
    assert [row["output"] for row in said["tool_calls"]] == ["rested in Oslo", "R"]


def test_rules_that_are_none_are_refused(run: Command, tmp_path: Path) -> None:
    (tmp_path / "rules.json").write_text('{"version": 1, "sets": [{"name": "One", "colour": 1}]}')
    done = run(CITIES, "--mock", str(tmp_path / "rules.json"))
    assert (done.returncode, done.stdout) == (1, "")
    assert "colour" in done.stderr


# Files.


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("this is no Python (", "line 1"),
        ("def f(:\n    pass\n", "line 1"),
        (b"\xff\xfe\x00", "encoding"),
        (b"x = 1\x00\n", "null byte"),
    ],
)
def test_a_file_that_is_no_python_is_refused(
    content: str | bytes, words: str, run: Command, tmp_path: Path
) -> None:
    path = tmp_path / "strange.py"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    done = run("Hi", "--tools", str(path), "--approve", "all")
    assert "Traceback" not in done.stderr
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr.lower()


def test_a_file_that_is_not_there_is_said(run: Command, tmp_path: Path) -> None:
    done = run("Hi", "--tools", str(tmp_path / "gone.py"))
    assert (done.returncode, done.stdout) == (1, "") and "gone.py" in done.stderr


def test_a_file_is_read_and_not_run(run: Command, tmp_path: Path) -> None:
    """What stands in it outside of functions runs in the jail with them, and only when one does."""
    mark = tmp_path / "mark"
    path = tmp_path / "loud.py"
    path.write_text(f"open({str(mark)!r}, 'w').write('x')\n\n\n{TOOLS}")
    said = told(run("get_letter of Rome", "--tools", str(path)))
    assert said["tool_calls"][0]["state"] == "denied"
    assert not mark.exists()
    told(run("get_letter of Rome", "--tools", str(path), "--approve", "all"))
    assert not mark.exists()


def test_no_qt_is_needed(sandbox: Sandbox, process: Command) -> None:
    done = process(
        *("run", CITIES, "--base-url", sandbox.base_url, "--model", "sandbox", "--json"),
        *("--set", 'sandbox={"per_second": 0}', "--tools", DEMO, "--approve", "all"),
    )
    assert [row["state"] for row in told(done)["tool_calls"]] == ["done", "done"]


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_the_bundled_model_asks_a_tool_and_answers(
    api: str, inside: Command, tmp_path: Path
) -> None:
    path = tmp_path / "weather.py"
    path.write_text(
        "def get_weather(city: str) -> str:\n"
        '    """The weather in a city right now."""\n'
        '    return f"Heavy snow in {city}."\n'
    )
    done = inside(
        *("run", "What is the weather in Oslo?", "--profile", LOCAL, "--api", api, "--json"),
        *("--set", "temperature=0", "--tools", str(path), "--approve", "all"),
    )
    said = told(done)
    assert (done.returncode, said["outcome"], said["problem"]) == (0, "completed", None)
    # It often makes the same call twice in one turn.
    assert {(row["name"], row["state"]) for row in said["tool_calls"]} == {("get_weather", "done")}
    assert {row["output"] for row in said["tool_calls"]} == {"Heavy snow in Oslo."}
    assert said["steps"] >= 2
    assert "snow" in said["text"].lower() and "Oslo" in said["text"]
    assert told(inside("replay", "last", "--json")) == said
