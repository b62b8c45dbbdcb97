"""Browser: headless Chromium without a network, driven over a pipe, for tests marked `external`."""

from __future__ import annotations

import base64
import fcntl
import itertools
import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROGRAM = next(filter(None, map(shutil.which, NAMES)), None)
LIMIT = 120
"""Seconds in which it has to say something."""

needs_browser = pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed")

FLAGS = (
    "--headless=new",
    "--no-sandbox",  # it does not start as root with one
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)
START = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""It reads from 3 and writes to 4; the pipes lie above, so that neither covers the other."""


class Browser:
    """One page."""

    def __init__(self, into: int, out: int) -> None:
        self._into, self._out = into, out
        self._rest = b""
        self._numbers = itertools.count(1)
        self._loaded = 0
        self.requested: list[str] = []
        """What the page asked for."""
        self.complaints: list[str] = []
        """Errors of its scripts, and what its policy forbade."""
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        self.call("Page.bringToFront")  # else it would draw no frames

    def open(self, path: Path, at: str = "") -> None:
        """Load another file, and wait until its script has run."""
        before = self._loaded
        self.call("Page.navigate", url=f"{path.as_uri()}{at}")
        while self._loaded == before:
            self._hear(self._next())

    def run(self, expression: str) -> Any:
        """What an expression comes to, as JSON; promises are waited for."""
        said = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def press(self, key: str, text: str = "") -> None:
        about = {"key": key, "code": "Space" if key == " " else key, "text": text}
        self.call("Input.dispatchKeyEvent", type="keyDown", **about)
        self.call("Input.dispatchKeyEvent", type="keyUp", **about)

    def click(self, x: float, y: float) -> None:
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def call(self, method: str, **parameters: Any) -> Any:
        return self._call(method, self._session, **parameters)

    def _call(self, method: str, session: str = "", **parameters: Any) -> Any:
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._into, json.dumps(message).encode() + b"\0")
        while True:
            said = self._next()
            if said.get("id") == number:
                assert "error" not in said, (method, said["error"])
                return said["result"]
            self._hear(said)

    def _next(self) -> Any:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._out], [], [], LIMIT)
            assert ready, f"Chromium said nothing for {LIMIT} s"
            more = os.read(self._out, 1 << 20)
            assert more, "Chromium has ended"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        return json.loads(line)

    def _hear(self, said: Any) -> None:
        method, told = said.get("method", ""), said.get("params", {})
        if method == "Page.loadEventFired":
            self._loaded += 1
        elif method == "Network.requestWillBeSent":
            self.requested.append(told["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(told["exceptionDetails"]))
        elif method == "Log.entryAdded" and told["entry"]["level"] == "error":
            self.complaints.append(told["entry"]["text"])


@contextmanager
def browser(folder: Path, size: tuple[int, int] = (1280, 900)) -> Iterator[Browser]:
    """One that keeps all it writes in a folder."""
    assert PROGRAM is not None
    pipes = [*os.pipe(), *os.pipe()]
    theirs, into, out, answers = (fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 10) for one in pipes)
    for one in pipes:
        os.close(one)
    where = f"--user-data-dir={folder}"
    window = f"--window-size={size[0]},{size[1]}"
    child = subprocess.Popen(
        [sys.executable, "-c", START, str(theirs), str(answers), PROGRAM, where, window, *FLAGS],
        pass_fds=(theirs, answers),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8"},
    )
    os.close(theirs)
    os.close(answers)
    try:
        one = Browser(into, out)
        yield one
        one._call("Browser.close")
        child.wait(LIMIT)
    finally:
        child.kill()
        child.wait()
        os.close(into)
        os.close(out)
