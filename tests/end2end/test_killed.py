"""kill -9 in the middle of an answer, again and again, beside a process that goes on living."""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from playground import app
from playground.core.recording import SSE
from playground.core.session import Run
from playground.store.home import Home
from tests.driver import prepare
from tests.processes import PATIENCE, Sandbox, ended, kill, start

PER_SECOND = 1000
FIELDS = {"sandbox": {"events": 100_000, "per_second": PER_SECOND, "per_chunk": 1}}
AT_RISK = 0.1
"""Seconds of events that may be lost."""


class Listener:
    """Reads what a process prints, and remembers when it had printed how much."""

    def __init__(self, process: subprocess.Popen[str], size: Callable[[str], int]) -> None:
        """`size`: how many characters of the answer the process has, by what it printed."""
        self.process = process
        self._size = size
        self._heard: list[tuple[float, str]] = []
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        stream = self.process.stdout.buffer.raw  # type: ignore[attr-defined]
        while data := stream.read(65536):
            with self._news:
                self._heard.append((time.monotonic(), data.decode()))
                self._news.notify()

    def had(self, until: float = float("inf")) -> int:
        """Characters of the answer that it had by then. Reading may be late, never early."""
        heard = list(self._heard)
        return self._size("".join(text for moment, text in heard if moment <= until))

    def wait(self, size: int) -> None:
        with self._news:
            done = self._news.wait_for(lambda: self.had() >= size, PATIENCE)
        assert done, (self._heard, self.process.poll())

    def killed(self) -> int:
        """Kill it now; how much it had 100 ms before."""
        moment = time.monotonic()
        self.process.kill()
        self.process.wait(PATIENCE)
        self._thread.join()
        kill(self.process)
        return self.had(moment - AT_RISK)


@pytest.fixture
def survivor(home: Path, sandbox: Sandbox) -> Iterator[subprocess.Popen[str]]:
    """Another process on the home, whose run goes on all the time."""
    prepare(home, sandbox.base_url, model="load")
    process = start(
        "run", "--home", str(home), "--model", "stall", "--idle-timeout", "600", "The survivor"
    )
    assert process.stdout is not None
    process.stdout.read(20)
    yield process
    if process.poll() is None:
        kill(process)


def asking(home: Path, prompt: str) -> subprocess.Popen[str]:
    fields = [f"{name}={json.dumps(value)}" for name, value in FIELDS.items()]
    return start("run", "--home", str(home), "--set", *fields, prompt)


def asking_in_a_window(home: Path, prompt: str) -> subprocess.Popen[str]:
    script = str(Path(__file__).with_name("asking_window.py"))
    return start(str(home), prompt, json.dumps(FIELDS), command=(sys.executable, script))


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("commands", "windows"), [(4, 1), pytest.param(17, 3, marks=pytest.mark.slow)]
)
def test_a_kill_loses_at_most_the_last_100_ms(
    commands: int,
    windows: int,
    survivor: subprocess.Popen[str],
    home: Path,
    sandbox: Sandbox,
) -> None:
    known: dict[str, int] = {}
    """Characters of each answer that its process had, by its own word, 100 ms before its end."""
    for number in range(commands):
        listener = Listener(asking(home, f"command {number}"), len)
        listener.wait(900 + 173 * number)
        known[f"command {number}"] = listener.killed()
    for number in range(windows):
        listener = Listener(asking_in_a_window(home, f"window {number}"), last_number)
        listener.wait(900 + 557 * number)
        known[f"window {number}"] = listener.killed()
    assert len(known) == commands + windows and all(known.values()), known

    runs = asyncio.run(read(home))
    answer = whole_answer(sandbox)
    assert survivor.poll() is None
    living = runs.pop("The survivor")
    assert living.transcript.outcome is None and living.owner
    assert set(runs) == set(known)
    for prompt, run in runs.items():
        seen = run.transcript
        assert seen.outcome == "interrupted", prompt
        assert answer.startswith(seen.text), prompt
        assert seen.text and whole(run), prompt
    # One process in a bad moment proves nothing.
    missing = [known[prompt] - len(run.transcript.text) for prompt, run in runs.items()]
    assert statistics.median(missing) <= 0
    # Those that the server had sent by the end.
    assert statistics.median(lost_events(runs, sandbox)) <= AT_RISK * PER_SECOND

    survivor.terminate()
    done = ended(survivor)
    assert (done.returncode, done.stderr) == (130, "")
    assert asyncio.run(read(home))["The survivor"].transcript.outcome == "stopped"


def last_number(text: str) -> int:
    """Of lines; the last one may still be coming."""
    lines = text.split("\n")[:-1]
    return int(lines[-1]) if lines else 0


async def read(home: Path) -> dict[str, Run]:
    """What a next start finds, by what was asked."""
    async with app.opened(Home.at(home, {}), lambda problem: None, {}) as opened:
        found = {}
        for row in await opened.sessions.list():
            (run,) = (await opened.sessions.load(row.id)).runs.values()
            found[row.title] = await opened.sessions.run(run.id)
        return found


def whole(run: Run) -> bool:
    """Nothing is missing in the middle: the server numbers its events."""
    numbers = [event.json()[0]["sequence_number"] for event in run.recording if event.kind == SSE]
    return bool(numbers) and numbers == list(range(len(numbers)))


def lost_events(runs: dict[str, Run], sandbox: Sandbox) -> list[float]:
    """How many events of each run were sent and are not on the disk."""
    lost = []
    for row in sandbox.log(settled=False):
        if (run := runs.get(asked(row))) is not None:
            sizes = [len(event.raw) for event in run.recording if event.kind == SSE]
            lost.append((row["sent"] - sum(sizes)) / statistics.mean(sizes))
    assert len(lost) == len(runs)
    return lost


def asked(row: dict[str, Any]) -> str:
    body = row["body"]
    said = body.get("input") if isinstance(body, dict) else None
    return str(said[0].get("content")) if isinstance(said, list) else ""


def whole_answer(sandbox: Sandbox) -> str:
    """The text that all of them were receiving."""
    body: dict[str, Any] = {"model": "load", "input": "all of it",
                            "sandbox": {"events": 8000, "per_second": 0}}  # fmt: skip
    request = urllib.request.Request(
        f"{sandbox.base_url}/responses", json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        output = json.load(answer)["output"]
    return "".join(part["text"] for item in output for part in item["content"])
