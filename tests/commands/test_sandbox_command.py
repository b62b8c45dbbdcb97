"""`playground sandbox` as a process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

LIMIT = 120

# The command alone, in a process where importing Qt raises.
PROGRAM = """
import argparse, sys
sys.modules["PySide6"] = None
from playground.commands import sandbox
parser = argparse.ArgumentParser()
sandbox.arguments(parser)
sys.exit(sandbox.main(parser.parse_args()))
"""


@contextmanager
def started(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield process, json.loads(line)
        finally:
            process.kill()


def failed(*arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=LIMIT,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout, done.stderr


def posted(base_url: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{base_url}/responses", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=LIMIT) as answer:
        value: dict[str, Any] = json.load(answer)
    return value


def test_it_announces_itself_serves_and_ends_with_its_input() -> None:
    with started("--port", "0", "--until-eof") as (process, line):
        assert line.keys() == {"base_url", "pid"} and line["pid"] == process.pid
        assert line["base_url"].startswith("http://127.0.0.1:")
        answer = posted(line["base_url"], {"model": "refusal", "input": "x"})
        assert answer["status"] == "completed"
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(LIMIT) == 0
        assert process.stderr is not None and process.stderr.read() == ""
        assert process.stdout is not None and process.stdout.read() == ""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_in_the_middle_of_an_answer(number: int) -> None:
    with started("--port", "0") as (process, line):
        port = int(line["base_url"].split(":")[2].split("/")[0])
        with socket.create_connection(("127.0.0.1", port), LIMIT) as connection:
            body = b'{"model": "stall", "input": "x", "stream": true}'
            connection.sendall(
                b"POST /v1/responses HTTP/1.1\r\nHost: localhost\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
            )
            assert connection.recv(15) == b"HTTP/1.1 200 OK"
            os.kill(process.pid, number)
            assert process.wait(LIMIT) == 0
        assert process.stderr is not None and process.stderr.read() == ""


def test_closing_its_input_does_not_end_it_unasked() -> None:
    with started("--port", "0") as (process, line):
        assert process.stdin is not None
        process.stdin.close()
        with urllib.request.urlopen(f"{line['base_url']}/models", timeout=LIMIT) as answer:
            assert json.load(answer)["data"][0]["id"] == "sandbox"
        assert process.poll() is None


def test_one_scenario_for_all_by_name_or_by_file(tmp_path: Path) -> None:
    mine = tmp_path / "mine.json"
    mine.write_text(json.dumps({"about": "Mine.", "reply": [{"text": "From {{model}}."}]}))
    with started("--port", "0", "--scenario", str(mine)) as (_, line):
        answer = posted(line["base_url"], {"model": "gpt-any", "input": "x"})
        assert answer["output"][0]["content"][0]["text"] == "From gpt-any."
    with (
        started("--port", "0", "--scenario", "unauthorized") as (_, line),
        pytest.raises(urllib.error.HTTPError) as caught,
    ):
        posted(line["base_url"], {"model": "gpt-any", "input": "x"})
    assert caught.value.code == 401
    caught.value.close()


def test_a_foreign_host_is_refused() -> None:
    with started("--port", "0", "--host", "localhost") as (_, line):
        request = urllib.request.Request(
            f"{line['base_url']}/models", headers={"Host": "attacker.example"}
        )
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=LIMIT)
        assert caught.value.code == 421
        caught.value.close()


def test_a_wrong_scenario_is_a_usage_error() -> None:
    status, out, err = failed("--scenario", "nothing")
    assert (status, out) == (2, "")
    assert "no scenario 'nothing'" in err and "rate-limit" in err


def test_a_port_in_use_is_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        status, out, err = failed("--port", str(port))
    assert (status, out) == (1, "")
    assert err.startswith(f"Cannot listen on 127.0.0.1 port {port}:") and "Traceback" not in err


def test_a_port_out_of_range_is_a_sentence() -> None:
    status, _, err = failed("--port", "99999")
    assert status == 1 and "99999" in err and "Traceback" not in err
