"""A daemon thread with an asyncio loop of its own: arrival times stay true, and decoding stays out
of the frame, however busy the window is."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any


class WireThread:
    def __init__(self) -> None:
        self._loop = _Loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ended: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._thread = threading.Thread(target=self._run, name="wire", daemon=True)
        self._thread.start()

    def start(
        self, work: Coroutine[Any, Any, None], finished: Callable[[], None] = lambda: None
    ) -> Callable[[], None]:
        """Begin something there, and return what cancels it. Both can be called in any thread.

        `finished` is called in the wire thread when the work is over, in whatever way.
        """
        begun: list[asyncio.Task[None]] = []

        def begin() -> None:
            task = self._loop.create_task(work)
            begun.append(task)
            self._tasks.add(task)
            task.add_done_callback(end)

        def end(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            finished()

        def cancel() -> None:
            # A closed loop has nothing left to cancel.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(lambda: begun[0].cancel())

        self._loop.call_soon_threadsafe(begin)
        return cancel

    async def stop(self, last: Callable[[], Awaitable[None]]) -> None:
        """Cancel everything, await `last` in the wire thread, and end the thread."""
        self.start(self._wind_up(last))
        # Shielded: who loses patience must not cancel what the thread is about to report.
        await asyncio.shield(asyncio.wrap_future(self._ended))
        self._thread.join()

    async def _wind_up(self, last: Callable[[], Awaitable[None]]) -> None:
        try:
            others = self._tasks - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            await last()
            await self._loop.shutdown_asyncgens()
            await asyncio.sleep(0)  # sockets that were closed are let go in the next turn
        finally:
            self._loop.stop()

    def _run(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()
            self._ended.set_result(None)


class _Loop(asyncio.SelectorEventLoop):
    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002  asyncio's name
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        """In a daemon thread: the executor's threads are waited for at the end of the program,
        and a name server that does not answer can take half a minute."""
        found: asyncio.Future[list[Any]] = self.create_future()

        def settle(rows: list[Any], error: OSError | None) -> None:
            if found.done():
                return
            if error is None:
                found.set_result(rows)
            else:
                found.set_exception(error)

        def look_up() -> None:
            rows: list[Any] = []
            failure: OSError | None = None
            try:
                rows = socket.getaddrinfo(host, port, family, type, proto, flags)
            except OSError as error:
                failure = error
            # The loop is closed when nobody waits any more.
            with contextlib.suppress(RuntimeError):
                self.call_soon_threadsafe(settle, rows, failure)

        threading.Thread(target=look_up, name="wire: look up a name", daemon=True).start()
        return await found
