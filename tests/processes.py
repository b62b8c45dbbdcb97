"""Processes that tests start: this checkout's command line, and a sandbox to talk to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

PATIENCE = 200
"""Seconds after which a test that still waits for a process has failed."""

PLAYGROUND = (sys.executable, "-W", "error", "-m", "playground")


def environment(**more: str) -> dict[str, str]:
    """The test's own environment, in which text is UTF-8, and `more`."""
    return {**os.environ, "PYTHONUTF8": "1", **more}


def start(
    *arguments: str, env: Mapping[str, str] | None = None, command: tuple[str, ...] = PLAYGROUND
) -> subprocess.Popen[str]:
    """A process whose three streams are pipes of text."""
    return subprocess.Popen(
        [*command, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=dict(env) if env is not None else environment(),
    )


def ended(process: subprocess.Popen[str], stdin: str = "") -> subprocess.CompletedProcess[str]:
    """What came of a process; it is killed when it does not end."""
    try:
        out, err = process.communicate(stdin, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        kill(process)
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def kill(process: subprocess.Popen[str]) -> None:
    """End it as a crash does, and let go of its pipes."""
    process.send_signal(signal.SIGKILL)
    process.wait(PATIENCE)
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def playground(
    *arguments: str, stdin: str = "", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """`playground …`, run to its end."""
    return ended(start(*arguments, env=env), stdin)


class Sandbox:
    """A running sandbox, and its side of the wire."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url

    def log(self, about: str = "", *, settled: bool = True) -> list[dict[str, Any]]:
        """The requests whose body says `about`, oldest first; waits until none is running."""
        limit = f"?settled={PATIENCE}" if settled else ""
        url = self.base_url.removesuffix("/v1") + f"/sandbox/log{limit}"
        with urllib.request.urlopen(url, timeout=2 * PATIENCE) as answer:
            rows: list[dict[str, Any]] = json.load(answer)["data"]
        return [row for row in rows if about in json.dumps(row["body"], ensure_ascii=False)]

    def newest(self) -> str:
        """The id of the last request so far; see `since`."""
        return str(rows[-1]["id"]) if (rows := self.log()) else ""

    def since(self, newest: str) -> list[dict[str, Any]]:
        """The requests after that one. Only so many are kept, so their number tells nothing."""
        rows = self.log()
        ids = [row["id"] for row in rows]
        return rows[ids.index(newest) + 1 :] if newest in ids else rows


@contextmanager
def sandbox(*arguments: str) -> Iterator[Sandbox]:
    """A sandbox in a process of its own, on a free port."""
    process = start("sandbox", "--port", "0", "--until-eof", *arguments)
    try:
        assert process.stdout is not None
        yield Sandbox(json.loads(process.stdout.readline())["base_url"])
        done = ended(process)  # closes its standard input, which ends it
        assert (done.returncode, done.stderr) == (0, "")
    finally:
        if process.poll() is None:
            kill(process)
