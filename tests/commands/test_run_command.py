"""`playground run` and `playground replay`: what they print, and their exit status.

Each thing that only a process has (streams, signals, a world without Qt) is tried with one.
"""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from playground.__main__ import main
from tests.processes import Sandbox, ended, environment, start

APIS = ("responses", "chat")

FIELDS = {
    "run", "session", "api", "model", "profile", "outcome", "finish_reason", "text", "reasoning",
    "refusal", "parsed", "schema_errors", "tool_calls", "steps", "requests", "retries", "usage",
    "cost", "timing", "events", "malformed", "repairs", "request_id", "problem",
}  # fmt: skip

Command = Callable[..., "subprocess.CompletedProcess[str]"]
"""`command(*arguments, stdin="", **variables)`, to its end."""


@pytest.fixture
def run(sandbox: Sandbox, inside: Command) -> Command:
    """`run(…)` is `playground run --base-url SANDBOX …`; another command is named first."""

    def run(*arguments: str, command: str = "run", **more: str) -> subprocess.CompletedProcess[str]:
        server = ["--base-url", sandbox.base_url] if command == "run" else []
        return inside(command, *server, *arguments, **more)

    return run


def fast(*arguments: str) -> tuple[str, ...]:
    return ("--set", 'sandbox={"per_second": 0}', *arguments)


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The object that a command printed."""
    value: dict[str, Any] = json.loads(done.stdout)
    return value


# The answer.


@pytest.mark.parametrize("api", APIS)
def test_the_answer_is_all_that_is_on_standard_output(
    api: str, process: Command, sandbox: Sandbox
) -> None:
    done = process(
        "run", "--base-url", sandbox.base_url,
        *fast("--api", api, "--model", "sandbox", f"Say something over {api}"),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("I am the **sandbox**")
    assert f"> Say something over {api}" in done.stdout
    (row,) = sandbox.log(f"Say something over {api}")
    assert row["path"] == ("/v1/responses" if api == "responses" else "/v1/chat/completions")
    assert "authorization" not in row["headers"]


@pytest.mark.parametrize("api", APIS)
def test_the_object_has_the_fields_that_are_promised_and_no_other(
    api: str, run: Command, sandbox: Sandbox
) -> None:
    done = run(*fast("--api", api, "--model", "reasoning-open", "--json", "Think"))
    assert (done.returncode, done.stderr) == (0, "")
    value = told(done)
    assert set(value) == FIELDS
    assert value["run"].startswith("run_") and value["session"].startswith("ses_")
    assert (value["api"], value["model"]) == (api, "reasoning-open")
    assert value["profile"] == f"url:{sandbox.base_url}"
    assert (value["outcome"], value["finish_reason"]) == ("completed", "stop")
    assert "Saturday" in value["text"] and "Weeks repeat" in value["reasoning"]
    assert value["refusal"] is None and value["parsed"] is None and value["problem"] is None
    assert value["schema_errors"] == [] and value["tool_calls"] == [] and value["repairs"] == []
    assert (value["steps"], value["requests"], value["retries"], value["malformed"]) == (1, 1, 0, 0)
    assert set(value["usage"]) == {"input", "cached", "output", "reasoning", "basis"}
    assert value["usage"]["basis"] == "reported" and value["usage"]["output"] > 0
    assert set(value["cost"]) == {"usd", "basis", "price"}
    timing = value["timing"]
    assert set(timing) == {"headers_ms", "first_event_ms", "first_token_ms", "total_ms"}
    order = [timing[name] for name in ("headers_ms", "first_event_ms", "first_token_ms",
                                       "total_ms")]  # fmt: skip
    assert order == sorted(order)
    assert value["events"] > 10
    assert value["request_id"].startswith("req_")


def test_tool_calls_are_told_though_not_run(run: Command) -> None:
    for api in APIS:
        value = told(run(*fast("--api", api, "--model", "tools", "--json", "Weather?")))
        assert value["outcome"] == "completed"
        first, second = value["tool_calls"]
        assert set(first) == {"id", "name", "arguments", "output", "state", "ms"}
        assert json.loads(first["arguments"]) == {"city": "Reykjavík", "unit": "celsius"}
        assert (second["name"], second["state"]) == ("get_weather", "not run")
        assert (second["output"], second["ms"]) == (None, None)
        assert first["id"] != second["id"]


@pytest.mark.parametrize(
    ("model", "status", "outcome", "reason", "remedy"),
    [
        ("refusal", 3, "refused", "stop", None),
        ("incomplete", 3, "incomplete", "max_output_tokens", None),
        ("content-filter", 3, "incomplete", "content_filter", None),
        ("cut", 1, "truncated", None, "retry"),
        ("failed", 1, "failed", "server_error", "retry"),
        ("html", 1, "failed", None, "edit_profile"),
        ("quota", 1, "failed", "insufficient_quota", "switch_profile"),
        ("unauthorized", 1, "failed", "invalid_api_key", "add_key"),
        ("no-such-model", 1, "failed", "model_not_found", "choose_model"),
    ],
)
def test_every_outcome_has_its_status_and_reads_the_same_again(
    model: str, status: int, outcome: str, reason: str | None, remedy: str | None, run: Command
) -> None:
    done = run(*fast("--model", model, "--json", "Go"))
    value = told(done)
    assert done.returncode == status
    assert (value["outcome"], value["finish_reason"]) == (outcome, reason)
    assert set(value) == FIELDS
    if remedy is None:
        assert value["problem"] is None
    else:
        assert set(value["problem"]) == {"title", "detail", "status", "code", "param", "remedy"}
        assert value["problem"]["remedy"] == remedy
    again = run(value["run"], "--json", command="replay")
    assert again.returncode == status
    assert {**told(again), "timing": None} == {**value, "timing": None}


def test_a_silence_times_out(run: Command) -> None:
    arguments = fast("--model", "stall", "--idle-timeout", "1", "--retries", "0", "--json", "Go")
    done = run(*arguments)
    value = told(done)
    assert (done.returncode, value["outcome"]) == (1, "timed_out")
    assert value["problem"]["remedy"] == "raise_limit"
    assert value["text"].startswith("In a moment")


def test_a_failure_is_told_on_standard_error(process: Command, sandbox: Sandbox) -> None:
    done = process("run", "--base-url", sandbox.base_url, "--model", "unauthorized", "Go")
    assert (done.returncode, done.stdout) == (1, "")
    assert "The server does not accept this key." in done.stderr
    assert "Incorrect API key provided" in done.stderr
    assert "HTTP 401" in done.stderr and "Next: Add a key." in done.stderr
    assert "Traceback" not in done.stderr


def test_what_had_arrived_stands_before_the_failure(run: Command) -> None:
    done = run(*fast("--model", "cut", "Go"))
    assert done.returncode == 1
    assert done.stdout.startswith("In a moment this connection will be closed")
    assert "The connection broke" in done.stderr


# What is asked.


def test_the_prompt_may_come_from_standard_input(
    run: Command, process: Command, sandbox: Sandbox
) -> None:
    said = "Grüße aus der Röhre\n"
    asked = fast("--model", "sandbox")
    assert process("run", "--base-url", sandbox.base_url, *asked, "-", stdin=said).returncode == 0
    assert run(*asked, stdin=said).returncode == 0
    rows = sandbox.log("Grüße aus der Röhre")
    assert [row["body"]["input"][0]["content"] for row in rows] == ["Grüße aus der Röhre\n"] * 2


def test_fields_headers_and_instructions_are_sent_as_given(run: Command, sandbox: Sandbox) -> None:
    done = run(
        *fast("--model", "sandbox", "--instructions", "Be brief.", "--set", "temperature=0.5"),
        "--set", "reasoning.effort=low", "--set", 'metadata={"a": "b"}',
        "--header", "X-Team=seven = 7", "What is sent?",
    )  # fmt: skip
    assert done.returncode == 0
    (row,) = sandbox.log("What is sent?")
    body = row["body"]
    assert body["instructions"] == "Be brief."
    assert body["temperature"] == 0.5
    assert body["reasoning"] == {"effort": "low"}
    assert body["metadata"] == {"a": "b"}
    assert row["headers"]["x-team"] == "seven = 7"
    assert "max_output_tokens" not in body and "top_p" not in body


@pytest.mark.parametrize("api", APIS)
def test_without_a_stream_the_object_is_the_same(api: str, run: Command, sandbox: Sandbox) -> None:
    both = fast("--api", api, "--model", "sandbox", "--json", f"Once over {api}")
    streamed, whole = told(run(*both)), told(run("--no-stream", *both))
    bodies = [row["body"] for row in sandbox.log(f"Once over {api}")]
    assert [body.get("stream", False) for body in bodies] == [True, False]
    for name in ("text", "outcome", "finish_reason", "usage", "api", "model"):
        assert streamed[name] == whole[name], name


def test_the_first_model_is_named_on_standard_error(run: Command, sandbox: Sandbox) -> None:
    before = sandbox.newest()
    done = run(*fast("Which model is this?"))
    assert done.returncode == 0
    assert done.stderr == "model: sandbox\n"
    assert [row["method"] for row in sandbox.since(before)] == ["GET", "POST"]
    before = sandbox.newest()
    run(*fast("--model", "sandbox", "No list is asked for"))
    assert [row["method"] for row in sandbox.since(before)] == ["POST"]


def test_a_key_comes_from_the_environment_and_is_nowhere_on_the_disk(
    run: Command, sandbox: Sandbox, home: Path
) -> None:
    for variable, extra in (("OPENAI_API_KEY", ()), ("MY_KEY", ("--key-env", "MY_KEY"))):
        key = f"sk-test-MARKER-{variable}"
        done = run(*fast("--model", "sandbox", *extra, f"With {variable}"), **{variable: key})
        assert done.returncode == 0
        assert sandbox.log(f"With {variable}")[0]["headers"]["authorization"] == "***"
        for path in home.rglob("*"):
            assert not path.is_file() or b"MARKER" not in path.read_bytes()


@pytest.mark.parametrize("api", APIS)
def test_a_session_goes_on(api: str, run: Command, sandbox: Sandbox) -> None:
    first = told(run(*fast("--api", api, "--model", "refusal", "--json", f"Begin {api}")))
    second = told(run("--session", first["session"], "--json", f"Go on {api}"))
    assert second["session"] == first["session"]
    assert (second["api"], second["model"], second["outcome"]) == (api, "refusal", "refused")
    body = sandbox.log(f"Go on {api}")[-1]["body"]
    assert body["sandbox"] == {"per_second": 0}
    said = json.dumps(body.get("input") or body.get("messages"))
    assert said.index(f"Begin {api}") < said.index(f"Go on {api}")
    short = told(run("--session", first["session"][:9], "--json", f"By a short id {api}"))
    assert short["session"] == first["session"]


def test_a_session_that_goes_on_in_another_dialect_leaves_fields_of_the_old_one(
    run: Command, sandbox: Sandbox
) -> None:
    set_ = ("--set", "max_output_tokens=4000", "--set", "top_p=0.5")
    first = told(run(*fast(*set_, "--json", "Begin in one dialect")))
    then = told(run("--session", first["session"], "--api", "chat", "--json", "Go on in another"))
    body = sandbox.log("Go on in another")[0]["body"]
    assert then["outcome"] == "completed" and body["top_p"] == 0.5
    assert body["sandbox"] == {"per_second": 0} and "max_output_tokens" not in body


def test_a_session_that_goes_on_elsewhere_takes_only_words_along(
    run: Command, inside: Command, sandbox: Sandbox
) -> None:
    first = told(run(*fast("--model", "reasoning", "--json", "Think here")))
    here = told(run("--session", first["session"], "--json", "Go on here"))
    elsewhere = sandbox.base_url.replace("127.0.0.1", "localhost")
    more = ("--session", here["session"], "--model", "sandbox", "--json", "Go on there")
    there = told(inside("run", "--base-url", f"{elsewhere}?key=hidden", *more))
    assert there["profile"] == f"url:{elsewhere}" != here["profile"]
    kinds = [
        [(row.get("type"), "id" in row) for row in sandbox.log(words)[0]["body"]["input"]]
        for words in ("Go on here", "Go on there")
    ]
    assert ("reasoning", True) in kinds[0] and ("message", True) in kinds[0]
    assert set(kinds[1]) == {(None, False)}


def test_a_profile_is_used_by_its_id(inside: Command, sandbox: Sandbox, home: Path) -> None:
    home.mkdir()
    profile = {"id": "mine", "name": "Mine", "base_url": sandbox.base_url, "api": "chat",
               "model": "refusal"}  # fmt: skip
    (home / "settings.json").write_text(json.dumps({"version": 1, "profiles": [profile]}))
    done = inside("run", "--home", str(home), "--profile", "mine", "--json", "Hello profile")
    value = told(done)
    assert (done.returncode, value["profile"], value["api"]) == (3, "mine", "chat")
    assert value["model"] == "refusal"


def test_the_sandbox_profile_starts_its_own_server(process: Command) -> None:
    done = process("run", "--profile", "sandbox", "--json", *fast("Hello yourself"))
    value = told(done)
    assert (done.returncode, value["profile"], value["outcome"]) == (0, "sandbox", "completed")
    assert "starting the sandbox" in done.stderr
    assert value["cost"]["usd"] == "0"


@pytest.mark.parametrize("arguments", [("--no-such-option", "x"), ("",), ("-",)])
def test_a_usage_error_is_2_and_sends_nothing(
    arguments: tuple[str, ...], run: Command, sandbox: Sandbox, home: Path
) -> None:
    before = sandbox.newest()
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr and "Traceback" not in done.stderr
    assert sandbox.since(before) == []
    assert not home.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--api", "soap", "x"), "soap"),
        (("--set", "temperature", "x"), "NAME=JSON"),
        (("--header", "novalue", "x"), "NAME=VALUE"),
        (("--retries", "-1", "x"), "--retries"),
        (("--idle-timeout", "soon", "x"), "soon"),
        (("--idle-timeout", "0", "x"), "above 0"),
        (("--base-url", "http://127.0.0.1:9", "--profile", "sandbox", "x"), "not allowed with"),
        (("one", "two"), "two"),
    ],
)
def test_every_argument_is_checked(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["run", *arguments])
    assert caught.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == "" and said in printed.err


@pytest.mark.parametrize(
    "arguments", [("--session", "ses_none", "x"), ("--key-env", "NOT_SET", "--profile", "nobody")]
)
def test_what_is_not_there_is_one_sentence(arguments: tuple[str, ...], inside: Command) -> None:
    done = inside("run", *arguments, "x" if "x" not in arguments else "--no-stream")
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no" in done.stderr and "Traceback" not in done.stderr


# Stopping.


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_control_c_stops_the_run_and_keeps_what_arrived(
    number: signal.Signals, run: Command, sandbox: Sandbox, home: Path, without_qt: Path
) -> None:
    process = start(
        "run", "--home", str(home), "--base-url", sandbox.base_url, "--model", "stall",
        f"Stopped by {number.name}",
        env=environment(PYTHONPATH=str(without_qt)),
    )  # fmt: skip
    assert process.stdout is not None
    first = process.stdout.read(40)
    assert first.startswith("In a moment")
    process.send_signal(number)
    done = ended(process)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    (row,) = sandbox.log(f"Stopped by {number.name}")
    assert row["state"] == "left"
    again = run("last", "--json", command="replay")
    value = told(again)
    assert (again.returncode, value["outcome"]) == (130, "stopped")
    assert value["text"].startswith(first)


def test_control_c_before_anything_arrived_is_no_traceback(
    sandbox: Sandbox, home: Path, without_qt: Path
) -> None:
    process = start(
        "run", "--home", str(home), "--base-url", sandbox.base_url, "--model", "slow", "--json",
        "Never mind",
        env=environment(PYTHONPATH=str(without_qt)),
    )  # fmt: skip
    while not sandbox.log("Never mind", settled=False):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    done = ended(process)
    assert done.returncode == 130
    assert "Traceback" not in done.stderr
    assert told(done)["outcome"] == "stopped"


# Reading again.


@pytest.mark.parametrize("api", APIS)
def test_a_recording_and_its_export_read_the_same(api: str, run: Command, tmp_path: Path) -> None:
    live = told(run(*fast("--api", api, "--model", "reasoning", "--json", "Again")))
    replayed = run(live["run"], "--json", command="replay")
    file = tmp_path / "run.jsonl"
    exported = run(live["run"], "--as", "jsonl", "--out", str(file), command="export")
    assert (exported.returncode, exported.stderr) == (0, "")
    read = run(str(file), "--json", command="replay")
    for done in (replayed, read):
        assert (done.returncode, done.stderr) == (0, "")
        assert told(done) == live  # also in its timing: that is on the recording
    text = run(live["run"], command="replay")
    assert text.stdout.strip() == live["text"].strip()


def test_an_event_stream_that_somebody_saved_can_be_read(run: Command, tmp_path: Path) -> None:
    live = told(run(*fast("--model", "sandbox", "--json", "Saved")))
    file = tmp_path / "answer.txt"
    run(live["run"], "--as", "sse", "--out", str(file), command="export")
    value = told(run(str(file), "--json", command="replay"))
    assert (value["text"], value["outcome"]) == (live["text"], live["outcome"])


def test_replay_can_take_its_time(run: Command) -> None:
    live = told(run(*fast("--model", "refusal", "--json", "Slow motion")))
    done = run("last", "--speed", "500", "--json", command="replay")
    assert told(done) == live
    for speed in ("0", "-1", "fast", "nan"):
        assert run("last", "--speed", speed, command="replay").returncode == 2


def test_replay_needs_no_network_and_no_key(
    run: Command, process: Command, sandbox: Sandbox
) -> None:
    live = told(run(*fast("--model", "sandbox", "--json", "Offline")))
    before = sandbox.newest()
    assert told(process("replay", "last", "--json"))["run"] == live["run"]
    assert sandbox.since(before) == []


@pytest.mark.parametrize("what", ["run_nothing", "last", "./no-such-file.jsonl"])
def test_what_cannot_be_replayed_is_one_sentence(what: str, run: Command) -> None:
    done = run(what, command="replay")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr and "Traceback" not in done.stderr


def test_a_run_of_a_killed_process_replays_as_interrupted(
    run: Command, sandbox: Sandbox, home: Path
) -> None:
    process = start(
        "run", "--home", str(home), "--base-url", sandbox.base_url, "--model", "stall", "Killed"
    )
    assert process.stdout is not None
    first = process.stdout.read(60)
    with sqlite3.connect(home / "playground.sqlite3") as connection:
        while not connection.execute("SELECT count(*) FROM segment").fetchone()[0]:
            assert process.poll() is None
    connection.close()
    process.kill()
    ended(process)
    again = run("last", "--json", command="replay")
    value = told(again)
    assert (again.returncode, value["outcome"]) == (1, "interrupted")
    assert value["text"].startswith("In a moment")
    assert value["text"].startswith(first) or first.startswith(value["text"])
