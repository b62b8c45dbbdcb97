"""Server: the listening socket. `run` is the whole life of a sandbox process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator

from playground.sandbox.connection import Connection, Handler


class Server:
    """Listens on one address and hands every request to `handle`."""

    def __init__(self, handle: Handler) -> None:
        self._handle = handle
        self._connections: set[Connection] = set()
        self._listener: asyncio.Server
        self.base_url = ""
        """`http://host:port/v1`, once it listens."""

    async def start(self, host: str, port: int) -> None:
        """Port 0 takes a free one. Raises OSError when the address cannot be had."""
        # One socket only: for `localhost` asyncio would open two, on two different free ports.
        address = "127.0.0.1" if host.lower() == "localhost" else host
        self._listener = await asyncio.get_running_loop().create_server(
            lambda: Connection(self._handle, self._connections), address, port
        )
        bound = self._listener.sockets[0].getsockname()
        # Who listens everywhere is reached on loopback; the wildcard itself is no address.
        shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bound[0], bound[0])
        name = f"[{shown}]" if ":" in shown else shown
        self.base_url = f"http://{name}:{bound[1]}/v1"

    async def close(self) -> None:
        """Ends the listening and every connection, whatever is under way."""
        self._listener.close()
        for connection in list(self._connections):
            await connection.leave()
        await self._listener.wait_closed()


async def run(
    handle: Handler, host: str, port: int, ready: Callable[[str], None], *, until_eof: bool
) -> None:
    """Serves until SIGTERM or Ctrl+C; `until_eof` also ends when stdin closes.

    `ready` gets the base URL once requests are answered. Raises OSError when the address cannot be
    had.
    """
    server = Server(handle)
    await server.start(host, port)
    ended = asyncio.Event()
    with _ending(ended, until_eof):
        ready(server.base_url)
        await ended.wait()
    await server.close()


@contextlib.contextmanager
def _ending(ended: asyncio.Event, until_eof: bool) -> Iterator[None]:
    """Sets `ended` when the process is asked to end."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    # Windows has no signal handlers on a loop; there Ctrl+C arrives as KeyboardInterrupt.
    with contextlib.suppress(NotImplementedError):
        for number in signals:
            loop.add_signal_handler(number, ended.set)
    if until_eof:
        threading.Thread(target=_watch_stdin, args=(loop, ended), daemon=True).start()
    try:
        yield
    finally:
        with contextlib.suppress(NotImplementedError):
            for number in signals:
                loop.remove_signal_handler(number)


def _watch_stdin(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    # Reads below sys.stdin: a daemon thread that holds its buffer's lock would make the
    # interpreter abort when it ends.
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    with contextlib.suppress(RuntimeError):  # The loop may have ended first.
        loop.call_soon_threadsafe(ended.set)
