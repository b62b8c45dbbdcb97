"""`playground` by itself, `sessions` and `doctor`."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground import __version__
from playground.__main__ import main, split
from playground.commands import COMMANDS, sessions
from tests.processes import Sandbox, environment, playground

Command = Callable[..., "subprocess.CompletedProcess[str]"]
"""`command(*arguments, stdin="", **variables)`, to its end."""


def value_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(done.stdout)
    return value


# Finding the command.


def test_help_names_every_command_with_what_it_does(process: Command) -> None:
    done = process("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for one in COMMANDS:
        assert one.name in done.stdout
        assert " ".join(one.load().HELP.split()[:3]) in " ".join(done.stdout.split())


def test_it_is_interrupted_before_a_command_has_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    def importing(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(sessions, "main", importing)
    assert main(["sessions"]) == 130


def test_the_version(process: Command) -> None:
    assert process("--version").stdout == f"playground {__version__}\n"


def test_an_unknown_command_is_a_usage_error(inside: Command) -> None:
    done = inside("fly")
    assert (done.returncode, done.stdout) == (2, "")
    assert "fly" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "name", "rest"),
    [
        ([], "window", []),
        (["--profile", "run"], "window", ["--profile", "run"]),
        (["--home", "x"], "window", ["--home", "x"]),
        (["run", "sessions"], "run", ["sessions"]),
        (["--home", "run", "doctor", "--json"], "doctor", ["--home", "run", "--json"]),
        (["--home=x", "run", "-h"], "run", ["--home=x", "-h"]),
    ],
)
def test_which_command_is_meant(words: list[str], name: str, rest: list[str]) -> None:
    chosen, arguments = split(words)
    assert chosen is not None
    assert (chosen.name, arguments) == (name, rest)


def test_home_may_stand_before_the_command_or_behind_it(inside: Command, tmp_path: Path) -> None:
    there = str(tmp_path / "there")
    for words in (("--home", there, "sessions"), ("sessions", "--home", there)):
        done = inside(*words)
        assert (done.returncode, done.stdout) == (0, "No sessions yet.\n")


@pytest.mark.parametrize("words", [(), ("tour",)])
def test_the_window_without_qt_is_one_sentence(words: tuple[str, ...], process: Command) -> None:
    done = process(*words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The window needs Qt, which cannot be loaded here.")
    assert "`playground run` works without it" in done.stderr


def test_the_window_without_a_display_is_one_sentence(home: Path) -> None:
    nowhere = environment(QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="")
    done = playground("--home", str(home), env=nowhere)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("There is no display to open a window on.")
    assert not home.exists()


# Sessions.


def ask(inside: Command, sandbox: Sandbox, *arguments: str) -> dict[str, Any]:
    return value_of(
        inside(
            "run",
            "--base-url",
            sandbox.base_url,
            "--set",
            'sandbox={"per_second": 0}',
            "--json",
            *arguments,
        )
    )


def test_sessions_are_listed_with_their_runs(inside: Command, sandbox: Sandbox) -> None:
    first = ask(inside, sandbox, "--model", "sandbox", "About a zeppelin")
    second = ask(inside, sandbox, "--model", "refusal", "Something else")
    third = ask(inside, sandbox, "--session", first["session"], "And once more")
    listed = value_of(inside("sessions", "--json"))["sessions"]
    assert [row["id"] for row in listed] == [first["session"], second["session"]]
    row = listed[0]
    assert set(row) == {
        "id", "title", "created", "changed", "profile", "model", "running", "tokens", "usd",
        "unknown_costs", "match", "runs", "folder", "tags", "pinned", "archived",
    }  # fmt: skip
    assert (row["title"], row["running"], row["match"]) == ("About a zeppelin", False, None)
    assert row["created"].endswith("+00:00")
    spent = [turn["usage"]["input"] + turn["usage"]["output"] for turn in (first, third)]
    assert row["tokens"] == sum(spent)
    assert [run["id"] for run in row["runs"]] == [first["run"], third["run"]]
    assert row["runs"][1]["parent"] == first["run"]
    assert set(row["runs"][0]) == {
        "id", "parent", "created", "profile", "model", "outcome", "running", "deleted", "input",
        "output", "usd",
    }  # fmt: skip
    assert [run["outcome"] for run in listed[1]["runs"]] == ["refused"]

    text = inside("sessions")
    assert (text.returncode, text.stderr) == (0, "")
    for words in (first["session"], first["run"], "About a zeppelin", "refused", "tokens"):
        assert words in text.stdout


def test_a_search_says_where_it_found_what(inside: Command, sandbox: Sandbox) -> None:
    wanted = ask(inside, sandbox, "--model", "sandbox", "About a quagga and its stripes")
    ask(inside, sandbox, "--model", "sandbox", "Something else")
    (row,) = value_of(inside("sessions", "--search", "quagga", "--json"))["sessions"]
    assert row["id"] == wanted["session"]
    assert "quagga" in row["match"]
    assert inside("sessions", "--search", "okapi").stdout == "Nothing found.\n"
    assert value_of(inside("sessions", "--search", "okapi", "--json")) == {"sessions": []}


def test_a_home_without_anything_stays_untouched(inside: Command, home: Path) -> None:
    assert inside("sessions").stdout == "No sessions yet.\n"
    assert value_of(inside("sessions", "--json")) == {"sessions": []}
    assert not home.exists()


# Doctor.


def test_the_doctor_tells_what_is_here(process: Command, home: Path) -> None:
    done = process("doctor", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    value = value_of(done)
    assert value["versions"]["playground"] == __version__
    assert value["versions"]["httpx"] and value["versions"]["pydantic"]
    assert value["paths"]["home"] == str(home)
    assert value["keyring"]["usable"] is False
    assert "keyring" in value["keyring"]["why"]
    assert value["profiles"]["default"] == "local"
    assert "server" not in value
    text = process("doctor").stdout
    for words in ("versions", "paths", str(home), "keyring", "profiles"):
        assert words in text


def test_the_doctor_asks_a_server(inside: Command, sandbox: Sandbox, home: Path) -> None:
    home.mkdir()
    profiles = [
        {"id": "good", "name": "Good", "base_url": sandbox.base_url},
        {"id": "dead", "name": "Dead", "base_url": "http://127.0.0.1:9"},
    ]
    (home / "settings.json").write_text(json.dumps({"version": 1, "profiles": profiles}))
    good = inside("doctor", "--profile", "good", "--json")
    assert good.returncode == 0
    server = value_of(good)["server"]
    assert server["problem"] is None and server["models"][0] == "sandbox"
    assert (server["responses"], server["chat"]) == ("answers", "answers")
    assert server["state"] == "stateful" and "the server is stateful" in server["hint"]
    dead = inside("doctor", "--profile", "dead", "--json")
    assert dead.returncode == 1
    assert "127.0.0.1:9" in value_of(dead)["server"]["problem"]
    nobody = inside("doctor", "--profile", "nobody")
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert "There is no profile 'nobody'" in nobody.stderr


def test_a_key_in_the_environment_makes_its_server_the_default(inside: Command) -> None:
    value = value_of(inside("doctor", "--json", OPENAI_API_KEY="sk-test-MARKER-123"))
    assert value["profiles"]["default"] == "openai"
    assert "MARKER" not in json.dumps(value)
