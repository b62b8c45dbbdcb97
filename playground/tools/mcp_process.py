"""The process of an MCP server: lines in, lines out, what it complains of, and a certain end.

It has a process group of its own, which ends with it. That is no jail: a server runs with all the
rights of the user. Needs an event loop that can start processes, so not Qt's.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MESSAGE = 4_000_000
"""Bytes of one message. The whole program waits while it is parsed: 0.1 s when it is the worst."""
AHEAD = 1_000_000
"""Bytes of lines that are held until somebody takes them; then its pipe fills, and it waits."""
ENDS = 400
"""Bytes that are kept of each end of a line that is too long."""
TAIL = 200
"""Lines of its diagnostics that are kept."""
WIDTH = 2_000
"""Bytes of such a line."""

GENTLE = 2.0
"""Seconds to end by itself when its input ends, and again when it is asked to by a signal."""

KILL = getattr(signal, "SIGKILL", signal.SIGTERM)

INHERITED = (
    *("HOME", "LOGNAME", "USER", "SHELL", "TERM", "LANG", "LANGUAGE", "TZ", "TMPDIR"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"),
    *("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"),
    *("APPDATA", "LOCALAPPDATA", "SYSTEMROOT", "TEMP", "USERPROFILE"),
)
"""What a server sees of our environment, beside PATH and what its user names. No keys."""


@dataclass(frozen=True, slots=True)
class Long:
    """A line that was longer than allowed, as its two ends."""

    head: bytes
    tail: bytes
    size: int


class Lines:
    """Cuts bytes into lines, holding no more than `most` of one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = bytearray()
        self._size = 0

    def feed(self, data: bytes) -> Iterator[bytes | Long]:
        """Without their line feeds."""
        *whole, rest = data.split(b"\n")
        for line in whole:
            self._add(line)
            yield self._taken()
        self._add(rest)

    def rest(self) -> bytes | Long | None:
        """What stands behind the last line feed."""
        return self._taken() if self._size else None

    def _add(self, data: bytes) -> None:
        self._size += len(data)
        self._held += data
        if len(self._held) > max(self._most, 4 * ENDS):
            self._held[ENDS:-ENDS] = b""

    def _taken(self) -> bytes | Long:
        held, size = bytes(self._held), self._size
        self._held.clear()
        self._size = 0
        return held if size == len(held) else Long(held[:ENDS], held[-ENDS:], size)


class ServerProcess(asyncio.SubprocessProtocol):
    """Made by `started`. What it says is taken line by line, until there is None."""

    def __init__(self, complained: Callable[[str], None]) -> None:
        self._complained = complained
        self._out = Lines(MESSAGE)
        self._err = Lines(WIDTH)
        self._lines: deque[bytes | Long] = deque()
        self._waiting = 0
        self._news = asyncio.Event()
        self._ended = False
        self._gone = asyncio.Event()
        self.made_to = False
        """Whether it was ended by us, and not by itself."""
        self._transport: asyncio.SubprocessTransport

    async def line(self) -> bytes | Long | None:
        """The next line of its standard output; None when there are no more."""
        while not self._lines:
            if self._ended:
                return None
            self._news.clear()
            await self._news.wait()
        line = self._lines.popleft()
        self._waiting -= _length(line)
        pipe = self._transport.get_pipe_transport(1)
        if self._waiting <= AHEAD and isinstance(pipe, asyncio.ReadTransport):
            pipe.resume_reading()
        return line

    def write(self, line: bytes) -> bool:
        """Never waits: what it does not read is held for it. False: it no longer listens."""
        pipe = self._transport.get_pipe_transport(0)
        if self._gone.is_set() or pipe is None or pipe.is_closing():
            return False
        assert isinstance(pipe, asyncio.WriteTransport)
        pipe.write(line + b"\n")
        return True

    @property
    def status(self) -> int | None:
        """As the system has it; below zero it was a signal. None while it lives."""
        return self._transport.get_returncode()

    async def end(self) -> None:
        """Ask it to end, then make it. Cancelled or not, nothing of its group is left."""
        try:
            if pipe := self._transport.get_pipe_transport(0):
                pipe.close()
            if not await self._is_gone():
                self.made_to = True
                self._signal(signal.SIGTERM)
                await self._is_gone()
        finally:
            self._signal(KILL)
            self._transport.close()
            await self._is_gone()

    async def _is_gone(self) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._gone.wait(), GENTLE)
        return self._gone.is_set()

    def _signal(self, number: int) -> None:
        """To its whole group, which may outlive its first process."""
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                self._transport.kill()
            else:
                os.killpg(self._transport.get_pid(), number)

    # What asyncio tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 2:
            for line in self._err.feed(data):
                self._complained(_text(line))
            return
        for line in self._out.feed(data):
            self._lines.append(line)
            self._waiting += _length(line)
        pipe = self._transport.get_pipe_transport(1)
        if self._waiting > AHEAD and isinstance(pipe, asyncio.ReadTransport):
            pipe.pause_reading()
        self._news.set()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == 2 and (line := self._err.rest()) is not None:
            self._complained(_text(line))
        if fd == 1:
            if (line := self._out.rest()) is not None:
                self._complained(f"(its output ended within a line: {_text(line)[:WIDTH]})")
            self._ended = True
            self._news.set()

    def process_exited(self) -> None:
        # What it leaves behind would hold its pipes open, and us waiting for what they say.
        self._signal(KILL)
        self._gone.set()


async def started(
    argv: Sequence[str], environment: Mapping[str, str], folder: Path,
    complained: Callable[[str], None],
) -> ServerProcess:  # fmt: skip
    """Raises OSError or ValueError when the system does not start it.

    complained: is told each line of its standard error.
    """
    _, process = await asyncio.get_running_loop().subprocess_exec(
        lambda: ServerProcess(complained),
        *argv,
        env=dict(environment),
        cwd=folder,
        start_new_session=True,
    )
    return process


def _length(line: bytes | Long) -> int:
    return len(line) if isinstance(line, bytes) else 2 * ENDS


def _text(line: bytes | Long) -> str:
    """A line of diagnostics; of a long one its beginning."""
    if isinstance(line, Long):
        return f"{line.head.decode('utf-8', 'replace')}… ({line.size:,} bytes)"
    return line.decode("utf-8", "replace").rstrip()


def how(status: int) -> str:
    """An exit status in words, to stand after a name."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
