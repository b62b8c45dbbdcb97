"""A process of the jail: begun, talked to, ended; nothing of it is left.

    outcome = Process(source, Limits(), means=tried()).communicate()

Blocking, and to be called in a worker thread; `kill` may be called from any thread, at any time,
also before the process is there. One that lives longer is begun by `start`, talked to by its three
pipes, and seen off by `wait`; who reads them minds `limits.output` himself.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import selectors
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal, assert_never

from playground.core.problem import Failure, Problem
from playground.jail.limits import MB, Limits
from playground.jail.platform import system

if TYPE_CHECKING:
    from playground.jail.means import Means

log = logging.getLogger("tools")

GRACE = 30.0
"""Seconds after its time that our own part of it has, before it is ended from here."""

CHUNK = 65536

Ended = Literal["exited", "signal", "timeout", "cpu", "memory", "output", "stopped"]
"""By itself; by a signal; by the clock; by the processor's; out of memory; it said too much; us."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it. Nothing in here is to be trusted: it was said by who was locked up."""

    ended: Ended
    limits: Limits
    status: int | None = None
    """As `exit` had it, or the signal below zero; None where nobody knows."""
    stdout: bytes = b""
    """Cut at `limits.output`, and then `ended` is "output"."""
    stderr: bytes = b""

    @property
    def words(self) -> str:
        """How it ended, as a sentence."""
        limits = self.limits
        match self.ended:
            case "exited":
                return f"It ended with status {self.status}."
            case "signal":
                return f"It was ended by signal {-(self.status or 0)}."
            case "timeout":
                return f"It was ended: it took longer than {limits.seconds:g} s."
            case "cpu":
                return f"It was ended: it computed for more than {limits.cpu} s."
            case "memory":
                return f"It needed more than {limits.memory / MB:,.0f} MB of memory."
            case "output":
                return f"It was ended: it printed more than {limits.output / MB:,.3g} MB."
            case "stopped":
                return "It was stopped."
            case _:
                assert_never(self.ended)


class Process:
    """Begun once. What is wrong with `means` or the system is a Failure of `start` or `wait`."""

    def __init__(
        self,
        source: str,
        limits: Limits,
        *,
        means: Means,
        name: str = "<source>",
        path: Sequence[str] = (),
        within: Path | None = None,
    ) -> None:
        """
        source: of Python, run as the main module, called `name` in tracebacks.
        path: folders that it may read and import from, beside the standard library.
        within: where its folder is made for as long as it lives; else where temporary files are.
        """
        self.limits = limits
        self._source = source
        self._means = means
        self._name = name
        self._path = path
        self._within = within
        self._lock = threading.Lock()
        self._line: int | None = None
        self._stopped = False
        self._outcome: Outcome | None = None
        self._last_words = ""
        self.layers: tuple[str, ...] = ()
        """What held it; known when it has ended."""

    def start(self) -> bool:
        """False when it was killed before it began."""
        platform = system()
        if platform is None or not self._means.way:
            raise Failure(refusal(self._means.words))
        if self.limits.processes > 1 and not self._means.several:
            words = "Here nothing can hold more than one process together."
            raise Failure(refusal(words))
        with self._lock:
            if self._stopped:
                return False
            self._begun = platform.begin(
                self._source,
                self._name,
                self.limits,
                self._path,
                way=self._means.way,
                layers=self._means.layers,
                within=self._within,
            )
            self._line = self._begun.line
        self._until = time.monotonic() + (self.limits.seconds or float("inf")) + GRACE
        return True

    @property
    def pid(self) -> int:
        """Of our own part of it, which ends when all of it is gone."""
        return self._begun.process.pid

    @property
    def stdin(self) -> IO[bytes]:
        return _pipe(self._begun.process.stdin)

    @property
    def stdout(self) -> IO[bytes]:
        return _pipe(self._begun.process.stdout)

    @property
    def stderr(self) -> IO[bytes]:
        return _pipe(self._begun.process.stderr)

    def kill(self) -> None:
        """All of it ends, whatever it does; `wait` and `communicate` return then."""
        with self._lock:
            self._stopped = True
            if self._line is not None:
                os.close(self._line)
                self._line = None

    def communicate(self, stdin: bytes = b"") -> Outcome:
        """From begin to end: what it is told, and all it says within the limits."""
        if not self.start():
            return Outcome("stopped", self.limits)
        try:
            said, whole = self._exchange(stdin)
        except BaseException:
            self.kill()
            self.wait()
            raise
        if not whole:
            self.kill()
        out, err = said
        self._last_words = _last(err).decode("utf-8", "replace")
        ended = self.wait()
        status = ended.status
        how: Ended = ended.ended
        if not whole:
            how, status = "output", None
        elif how == "exited" and status and _last(err).startswith(b"MemoryError"):
            how = "memory"
        return Outcome(how, self.limits, status, out, err)

    def wait(self) -> Outcome:
        """Until all of it is gone, also its folder. Says how it ended, not what it said.

        Raises Failure when it could not be locked up; then nothing of the source has run.
        """
        if self._outcome is not None:
            return self._outcome
        begun = self._begun
        for pipe in (begun.process.stdin, begun.process.stdout, begun.process.stderr):
            with contextlib.suppress(OSError):
                _pipe(pipe).close()
        facts = self._reports()
        begun.process.wait()
        os.close(begun.report)
        self._end_of_line()
        platform = system()
        assert platform is not None
        try:
            platform.remove(begun.folder)
        except OSError as error:
            log.warning("The folder of a process is left behind: %s", error)
        if "confined" not in facts and not self._stopped:
            # Nothing of the source has run: these are the words of what was to hold it.
            early = self._last_words or "It ended before it was locked up."
            words = str(facts.get("failed") or early)
            raise Failure(refusal(words))
        status = facts.get("status")
        ended = facts.get("ended", "stopped")
        assert ended in ("exited", "signal", "timeout", "cpu", "stopped")
        self._outcome = Outcome(ended, self.limits, status if isinstance(status, int) else None)
        return self._outcome

    def _exchange(self, stdin: bytes) -> tuple[tuple[bytes, bytes], bool]:
        """What it said on both pipes, and whether that was all."""
        heard = {self.stdout: bytearray(), self.stderr: bytearray()}
        left = memoryview(stdin)
        with selectors.DefaultSelector() as selector:
            for pipe in heard:
                selector.register(pipe, selectors.EVENT_READ)
            os.set_blocking(self.stdin.fileno(), False)
            selector.register(self.stdin, selectors.EVENT_WRITE)
            open_pipes = len(heard)
            while open_pipes:
                self._late()
                for key, _ in selector.select(timeout=GRACE):
                    if key.fileobj is self.stdin:
                        left = _written(key.fd, left)
                        if not left:
                            selector.unregister(self.stdin)
                            self.stdin.close()
                        continue
                    pipe = self.stdout if key.fileobj is self.stdout else self.stderr
                    # One byte more than is kept says that there was more.
                    room = self.limits.output + 1 - len(heard[pipe])
                    data = os.read(key.fd, min(CHUNK, room))
                    heard[pipe] += data
                    if len(heard[pipe]) > self.limits.output:
                        return self._kept(heard), False
                    if not data:
                        selector.unregister(pipe)
                        open_pipes -= 1
        return self._kept(heard), True

    def _kept(self, heard: dict[IO[bytes], bytearray]) -> tuple[bytes, bytes]:
        most = self.limits.output
        return bytes(heard[self.stdout][:most]), bytes(heard[self.stderr][:most])

    def _reports(self) -> dict[str, object]:
        """What our own part of it said, when it has closed its pipe: then all of it is gone."""
        said = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(self._begun.report, selectors.EVENT_READ)
            while True:
                self._late()
                if not selector.select(timeout=GRACE):
                    continue
                data = os.read(self._begun.report, CHUNK)
                if not data:
                    break
                said += data
        facts: dict[str, object] = {}
        for line in said.split(b"\n"):
            if line:
                facts.update(json.loads(line))
        layers = facts.get("confined")
        self.layers = tuple(map(str, layers)) if isinstance(layers, list) else ()
        return facts

    def _late(self) -> None:
        """Our own part is a process too, and may hang; it is not waited for without end."""
        if time.monotonic() > self._until:
            self._begun.process.kill()
            self._end_of_line()

    def _end_of_line(self) -> None:
        with self._lock:
            if self._line is not None:
                os.close(self._line)
                self._line = None


def refusal(words: str) -> Problem:
    return Problem(title="Nothing was run: it could not be locked up safely.", detail=words)


def _written(handle: int, left: memoryview) -> memoryview:
    try:
        return left[os.write(handle, left[:CHUNK]) :]
    except BlockingIOError:
        return left
    except BrokenPipeError:  # it does not listen
        return left[len(left) :]


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _last(text: bytes) -> bytes:
    return text.rstrip().rpartition(b"\n")[2]
