"""A process of the jail in which a user's Python file is loaded and asked: `jail/toolserver.py`.

Blocking: whoever asks does so in a thread. `kill` may be called from any other, at any time.

What comes from in there was made by a stranger's code as likely as by ours, so nothing is believed
of it: an answer has the mark of the question and a bounded length, else the process is ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import selectors
import struct
import sysconfig
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pydantic

from playground import jail
from playground.jail.limits import MB, Limits
from playground.jail.means import Means
from playground.jail.process import Process

LIMITS = Limits(seconds=30.0, cpu=None, memory=512 * MB, output=MB, files=16 * MB)
"""The seconds are those of one question, from its first byte to its answer."""

CHUNK = 65536
OVERHEAD = MB
"""Bytes of an answer beside its output."""
WIDEST = 6
"""Bytes that JSON needs for one character at the most."""

How = Literal["answered", "ended", "timeout", "output", "rubbish", "stopped"]
"""It answered; it ended before; it took too long; it printed too much; it said what is no answer;
we ended it."""


@dataclass(frozen=True, slots=True)
class Answered:
    how: How
    answer: Mapping[str, Any]
    """As it came, empty when there is none. Its values may be of any type."""
    printed: bytes
    words: str = ""
    """How the process ended, as a sentence, when there is no answer."""


class Serving:
    """Asked as often as one likes, one question at a time, for as long as it lives."""

    def __init__(
        self,
        source: str,
        file: str,
        *,
        limits: Limits,
        means: Means,
        path: Sequence[str] = (),
        within: Path | None = None,
    ) -> None:
        """file: what tracebacks call it; the rest as `Process` has it."""
        self.limits = limits
        self._process = Process(
            _script(),
            # The clock is ours here: it begins anew with each question.
            Limits(None, None, limits.memory, limits.output, limits.files, 1, limits.handles),
            means=means,
            name="toolserver.py",
            path=[*packages(), *path],
            within=within,
        )
        self._first = _framed({"source": source, "file": file})
        self._begun = False
        self._ended = False
        self._stopped = False

    @property
    def spent(self) -> bool:
        """Whether it has ended, or said something that nobody asked for, since its last answer."""
        if self._ended or self._stopped:
            return True
        if not self._begun:
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            return bool(selector.select(timeout=0))

    def kill(self) -> None:
        self._stopped = True
        self._process.kill()

    def end(self) -> None:
        """Ends it and waits until nothing of it is left. Raises Failure as `Process.wait` does."""
        self.kill()
        if self._begun and not self._ended:
            self._ended = True
            self._process.wait()

    def ask(self, question: Mapping[str, Any], heard: Callable[[bytes], None]) -> Answered:
        """heard: is told what is printed as it comes. Raises Failure when nothing can be run."""
        mark = secrets.token_hex(16)
        asked = _framed({**question, "mark": mark})
        if not self._begun:
            if not self._process.start():
                return Answered("stopped", {}, b"")
            self._begun = True
            asked = self._first + asked
        assert self.limits.seconds is not None
        talk = _Talk(self._process, self.limits, time.monotonic() + self.limits.seconds)
        try:
            how, answer = talk.held(asked, mark, heard)
        except BaseException:
            self.end()
            raise
        words = ""
        if how != "answered":
            how, words = self._parted(how, talk)
        return Answered(how, answer, bytes(talk.printed), words)

    def _parted(self, how: How, talk: _Talk) -> tuple[How, str]:
        """How it ended, when it ended without an answer, and in words."""
        self._ended = True
        if how != "ended":
            self._process.kill()
        # It may have closed its pipes and live on.
        clock = threading.Timer(max(0.0, talk.until - time.monotonic()), self._process.kill)
        clock.start()
        try:
            outcome = self._process.wait()
        finally:
            clock.cancel()
        if self._stopped:
            return "stopped", "It was stopped."
        if how == "ended" and outcome.ended == "stopped":
            how = "timeout"
        match how:
            case "timeout":
                return how, f"It was ended: it took longer than {self.limits.seconds:g} s."
            case "output":
                return how, f"It was ended: it printed more than {self.limits.output / MB:,.3g} MB."
            case "rubbish":
                return how, "It was ended: it sent something that is no answer."
            case _:
                last = bytes(talk.printed).rstrip().rpartition(b"\n")[2]
                if outcome.status and last.startswith(b"MemoryError"):
                    return how, f"It needed more than {self.limits.memory / MB:,.0f} MB of memory."
                return how, outcome.words


class _Talk:
    """One question and what is said until it is answered."""

    def __init__(self, process: Process, limits: Limits, until: float) -> None:
        self.until = until
        self.printed = bytearray()
        self._process = process
        self._limits = limits
        self._said = bytearray()
        self._largest = WIDEST * limits.output + OVERHEAD

    def held(
        self, asked: bytes, mark: str, heard: Callable[[bytes], None]
    ) -> tuple[How, dict[str, Any]]:
        process = self._process
        left = memoryview(asked)
        for pipe in (process.stdin, process.stdout, process.stderr):
            os.set_blocking(pipe.fileno(), False)
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdin, selectors.EVENT_WRITE)
            selector.register(process.stdout, selectors.EVENT_READ)
            selector.register(process.stderr, selectors.EVENT_READ)
            open_pipes = 2
            while open_pipes:
                ready = selector.select(max(0.0, self.until - time.monotonic()))
                if time.monotonic() >= self.until:
                    return "timeout", {}
                for key, _ in ready:
                    if key.fileobj is process.stdin:
                        left = _written(key.fd, left)
                        if not left:
                            selector.unregister(process.stdin)
                        continue
                    data = os.read(key.fd, CHUNK)
                    if not data:
                        selector.unregister(key.fileobj)
                        open_pipes -= 1
                    elif key.fileobj is process.stderr:
                        if not self._keep(data, heard):
                            return "output", {}
                    elif (found := self._frame(data, mark)) is not None:
                        return self._last(found, heard)
        return "ended", {}

    def _keep(self, data: bytes, heard: Callable[[bytes], None]) -> bool:
        """False when it was too much."""
        room = self._limits.output - len(self.printed)
        self.printed += data[:room]
        heard(data[:room])
        return len(data) <= room

    def _frame(self, data: bytes, mark: str) -> dict[str, Any] | None:
        """The answer when it is whole; empty when it is none."""
        self._said += data
        if len(self._said) < 4:
            return None
        length = struct.unpack_from(">I", self._said)[0]
        if length > self._largest or len(self._said) > 4 + length:
            return {}
        if len(self._said) < 4 + length:
            return None
        try:
            answer = json.loads(self._said[4:])
        except (ValueError, RecursionError):
            return {}
        genuine = isinstance(answer, dict) and answer.get("mark") == mark
        return answer if genuine else {}

    def _last(
        self, answer: dict[str, Any], heard: Callable[[bytes], None]
    ) -> tuple[How, dict[str, Any]]:
        """Also what was printed before the answer and is still in the pipe."""
        if not answer:
            return "rubbish", {}
        handle = self._process.stderr.fileno()
        with contextlib.suppress(BlockingIOError):
            while data := os.read(handle, CHUNK):
                if not self._keep(data, heard):
                    return "output", {}
        return "answered", answer


def packages() -> list[str]:
    """Where Pydantic is, and what it needs, and whatever else is installed beside it."""
    paths = sysconfig.get_paths()
    own = str(Path(pydantic.__file__).parent.parent)
    return sorted({own, paths["purelib"], paths["platlib"]})


def _script() -> str:
    return (Path(jail.__file__).parent / "toolserver.py").read_text(encoding="utf-8")


def _framed(value: Mapping[str, Any]) -> bytes:
    body = json.dumps(value).encode()
    return struct.pack(">I", len(body)) + body


def _written(handle: int, left: memoryview) -> memoryview:
    try:
        return left[os.write(handle, left[:CHUNK]) :]
    except BlockingIOError:
        return left
    except BrokenPipeError:  # it does not listen; what it says is still read
        return left[len(left) :]
