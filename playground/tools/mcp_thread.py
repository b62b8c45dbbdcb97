"""A daemon thread with an asyncio loop of its own, for what a window's loop cannot do: start
processes. Also, nothing that a server sends is read in a frame."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

LAST_WORDS = 2.0
"""Seconds for what runs to end by itself, before it is cancelled."""

T = TypeVar("T")


class LoopThread:
    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._ended: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """In that thread, awaited in the caller's loop.

        Cancelling it cancels the work, and does not wait until that has ended.
        """
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def stop(self) -> None:
        """End what still runs, and the thread."""
        with contextlib.suppress(RuntimeError):  # somebody else has stopped it
            self._loop.call_soon_threadsafe(self._loop.stop)
        # Shielded: who loses patience must not cancel what the thread is about to report.
        await asyncio.shield(asyncio.wrap_future(self._ended))

    def _run(self) -> None:
        loop = self._loop
        try:
            loop.run_forever()
            loop.run_until_complete(_wind_up())
        finally:
            loop.close()
            self._ended.set_result(None)


async def _wind_up() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:  # who learnt just now that all is over may still say so
        await asyncio.wait(others, timeout=LAST_WORDS)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_asyncgens()


class Teller:
    """Tells a function in another loop, in order; of what comes too fast only the last ones."""

    WAITING = 100

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._words: list[str] = []
        self._lock = threading.Lock()

    def __call__(self, words: str) -> None:
        with self._lock:
            self._words.append(words)
            del self._words[: -self.WAITING]
            if len(self._words) > 1:
                return  # it is on its way
        with contextlib.suppress(RuntimeError):  # nobody is there any more
            self._loop.call_soon_threadsafe(self._flush)

    def _flush(self) -> None:
        with self._lock:
            words, self._words = self._words, []
        for one in words:
            self._tell(one)
