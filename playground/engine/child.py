"""Child: one of our own servers in its own process, announced by one line of JSON.

Not for foreign programs: it relies on a child that prints `{"base_url": …, "pid": …}` when it is
ready, and that ends when its standard input closes. The pipe is the life-line: when we are killed
the system closes it for us, and no server of ours is left behind.

It works under any event loop, Qt's too: the process is a plain Popen, and its pipes are read in
threads. It is started on the caller's thread all the same: to a child that asks Linux for a signal
at its parent's death, the parent is the *thread* that started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from playground.core.problem import Failure, Problem

log = logging.getLogger("engine")

GENTLE = 3.0
"""Seconds to end by itself before it is killed."""

TAIL = 20
"""Lines of its diagnostics that are kept, for the report of its death."""

T = TypeVar("T")


class Child:
    """One process, started once. `name` begins the sentences about it."""

    def __init__(
        self,
        argv: Sequence[str],
        env: Mapping[str, str] | None = None,
        *,
        name: str = "A server of ours",
    ) -> None:
        self.name = name
        self._argv = list(argv)
        self._env = dict(env) if env is not None else None
        self._process: subprocess.Popen[bytes] | None = None
        self._gone: asyncio.Future[int] | None = None
        self._tail: deque[str] = deque(maxlen=TAIL)
        self._stopped = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    async def start(self, limit: float = 30.0) -> dict[str, Any]:
        """Start it and wait for its announcement, `limit` seconds at most. Raises Failure.

        Whatever goes wrong, a cancelled wait too, no process is left.
        """
        assert self._process is None, "a Child is started once"
        loop = asyncio.get_running_loop()
        announced: asyncio.Future[bytes] = loop.create_future()
        self._gone = loop.create_future()
        try:
            self._process = process = self._spawn()
        except OSError as error:
            raise self._failure("could not be started.", str(error)) from error
        threading.Thread(
            target=self._attend,
            args=(process, announced, self._gone),
            name=f"child {process.pid}",
            daemon=True,
        ).start()
        ready = False
        try:
            async with asyncio.timeout(limit):
                line = await announced
            if not line:
                code = await self._gone
                raise self._failure(f"{_how(code)} while it was starting.", self.tail)
            found = self._announcement(line)
            ready = True
            return found
        except TimeoutError as error:
            raise self._failure(f"was not ready within {limit:g} seconds.", self.tail) from error
        finally:
            if not ready:
                self._kill()

    async def died(self) -> str:
        """Waits for its end. Says how it came, in one sentence; nothing when `stop` was the end."""
        assert self._gone is not None, "it was never started"
        code = await asyncio.shield(self._gone)
        return "" if self._stopped else f"{self.name} {_how(code)}."

    async def stop(self) -> None:
        """Ask it to end by closing its input; kill it when it has not after GENTLE seconds."""
        process, gone = self._process, self._gone
        if process is None or gone is None:
            return
        self._stopped = True
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(GENTLE):
                await asyncio.shield(gone)
        except TimeoutError:
            self._kill()
            await asyncio.shield(gone)

    @property
    def tail(self) -> str:
        """The last lines of its diagnostics."""
        return "\n".join(self._tail)

    def _spawn(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self._env,
            # A Ctrl+C in the terminal is for us; what becomes of the child is our decision.
            start_new_session=True,
        )

    def _announcement(self, line: bytes) -> dict[str, Any]:
        with contextlib.suppress(ValueError):
            found = json.loads(line)
            if isinstance(found, dict) and isinstance(found.get("base_url"), str):
                return found
        raise self._failure("did not say where it listens.", line.decode("utf-8", "replace"))

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()  # nothing when it is gone

    def _failure(self, what: str, detail: str) -> Failure:
        return Failure(Problem(title=f"{self.name} {what}", detail=detail, remedy="retry"))

    def _attend(
        self,
        process: subprocess.Popen[bytes],
        announced: asyncio.Future[bytes],
        gone: asyncio.Future[int],
    ) -> None:
        """In a thread: read both pipes to their ends, so that no full pipe stops it; then wait."""
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        diagnostics = threading.Thread(target=self._listen, args=(process,), daemon=True)
        diagnostics.start()
        with process.stdout as stdout:
            _settle(announced, stdout.readline())
            while stdout.read(65536):
                pass
        diagnostics.join()
        code = process.wait()
        process.stdin.close()
        _settle(gone, code)

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        with process.stderr as stderr:
            for line in stderr:
                text = line.decode("utf-8", "replace").rstrip()
                self._tail.append(text)
                log.debug("%s: %s", self.name, text)


def _settle(future: asyncio.Future[T], value: T) -> None:
    """From a thread: give a future its value, if anybody is left to be given it."""

    def settle() -> None:
        if not future.done():
            future.set_result(value)

    with contextlib.suppress(RuntimeError):  # the loop was closed before the child
        future.get_loop().call_soon_threadsafe(settle)


def _how(code: int) -> str:
    """An exit status in words, to stand after a name."""
    if code >= 0:
        return f"ended with status {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"
