"""`playground run --schema`: an answer in a form, checked against it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground.core.resources import resource
from tests.processes import Sandbox

Command = Callable[..., "subprocess.CompletedProcess[str]"]

PERSON = """\
from pydantic import BaseModel

class Person(BaseModel):
    name: str
    age: int | None = None
"""


@pytest.fixture
def run(sandbox: Sandbox, inside: Command) -> Command:
    def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        fast = ("--set", 'sandbox={"per_second": 0}')
        return inside("run", "--base-url", sandbox.base_url, *fast, *arguments, **more)

    return run


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(done.stdout)
    return value


@pytest.mark.parametrize("api", ["responses", "chat"])
@pytest.mark.parametrize("mode", ["strict", "loose", "tool"])
def test_an_answer_that_satisfies_its_schema_is_parsed(api: str, mode: str, run: Command) -> None:
    schema = str(resource("schemas", "contact.json"))
    done = run("Write to Anna, anna@norrsken.example.", "--json", "--model", "sandbox",
               "--api", api, "--schema", schema, "--schema-mode", mode)  # fmt: skip
    said = told(done)
    assert (done.returncode, said["outcome"], said["schema_errors"]) == (0, "completed", [])
    assert set(said["parsed"]) == {"name", "organisation", "role", "email", "phone"}
    assert said["parsed"]["email"] == "anna@norrsken.example"


def test_a_pydantic_model_is_repaired_and_that_is_said(run: Command, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(PERSON)
    done = run("Anna is 31", "--json", "--model", "sandbox",
               "--schema", f"{tmp_path}/models.py:Person")  # fmt: skip
    assert told(done)["parsed"]["age"] == 31
    assert "$.properties.age" in done.stderr and "required" in done.stderr


def test_what_does_not_hold_is_listed_and_not_parsed(run: Command) -> None:
    schema = str(resource("schemas", "contact.json"))
    done = run("Hello", "--json", "--model", "prose", "--api", "chat", "--schema", schema,
               "--schema-mode", "object", "--set", 'response_format={"type": "text"}')  # fmt: skip
    said = told(done)
    assert (done.returncode, said["outcome"], said["parsed"]) == (0, "completed", None)
    assert said["schema_errors"]
    assert all(set(row) == {"path", "message"} for row in said["schema_errors"])


def test_the_replay_says_the_same(run: Command, inside: Command) -> None:
    schema = str(resource("schemas", "contact.json"))
    said = told(run("Anna", "--json", "--model", "sandbox", "--schema", schema))
    again = told(inside("replay", said["run"], "--json"))
    assert (again["parsed"], again["schema_errors"]) == (said["parsed"], [])


def test_a_session_keeps_its_schema(run: Command) -> None:
    schema = str(resource("schemas", "contact.json"))
    first = told(run("Anna", "--json", "--model", "sandbox", "--schema", schema))
    second = told(run("Berta", "--json", "--session", first["session"]))
    assert set(second["parsed"]) == set(first["parsed"])


def test_the_arguments_of_the_forced_tool_are_what_is_printed(
    run: Command, inside: Command
) -> None:
    schema = str(resource("schemas", "contact.json"))
    done = run("Anna, anna@norrsken.example", "--model", "sandbox", "--schema", schema,
               "--schema-mode", "tool")  # fmt: skip
    assert json.loads(done.stdout)["email"] == "anna@norrsken.example"
    assert (done.returncode, "Not run" in done.stderr) == (0, False)
    assert inside("replay", "last").stdout == done.stdout


def test_what_does_not_hold_is_said_beside_the_answer(run: Command) -> None:
    schema = str(resource("schemas", "contact.json"))
    done = run("Hello", "--model", "prose", "--api", "chat", "--schema", schema,
               "--set", 'response_format={"type": "text"}')  # fmt: skip
    assert done.returncode == 0 and done.stdout.strip()
    assert "$: 'name' is a required property" in done.stderr.splitlines()


def test_a_session_goes_on_without_its_schema_where_none_is_taken(run: Command) -> None:
    schema = str(resource("schemas", "contact.json"))
    first = told(run("Anna", "--json", "--model", "sandbox", "--schema", schema))
    again = ("--json", "--session", first["session"])
    plain = told(run("Berta", *again, "--api", "completions"))
    assert (plain["parsed"], plain["schema_errors"]) == (None, [])
    assert plain["text"]


def test_how_a_schema_was_read_is_said_in_every_mode(run: Command, tmp_path: Path) -> None:
    (tmp_path / "sample.json").write_text('{"name": "Anna"}')
    for mode in ("strict", "loose", "object", "tool"):
        done = run("JSON of Anna", "--model", "sandbox", "--schema-mode", mode,
                   "--schema", f"{tmp_path}/sample.json")  # fmt: skip
        assert (done.returncode, "read as sample JSON" in done.stderr) == (0, True)


def test_what_cannot_be_asked_for_is_said(run: Command, tmp_path: Path) -> None:
    schema = str(resource("schemas", "contact.json"))
    assert run("Hi", "--attempts", "2").returncode == 2
    done = run("Hi", "--api", "completions", "--schema", schema)
    assert (done.returncode, "takes no schema" in done.stderr) == (1, True)
    (tmp_path / "bad.json").write_text('{"type": "object",}')
    done = run("Hi", "--schema", f"{tmp_path}/bad.json")
    assert (done.returncode, "Line 1" in done.stderr) == (1, True)
