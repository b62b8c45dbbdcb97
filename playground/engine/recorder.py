"""Recorder: writes what runs have received, while they receive it.

Every 50 ms while a run goes on, what is new in its recording becomes a segment on the disk. What
cannot be written (the disk is full) stays in memory and is tried again; the user is told once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from playground.core.problem import Problem, from_exception
from playground.core.recording import Event
from playground.core.session import Run

log = logging.getLogger("engine")

SLOWEST = 2.0
"""Seconds between two tries at most, while writing fails."""


class Shelf(Protocol):
    """The part of the store that takes runs in."""

    async def begin(self, run: Run) -> None: ...
    async def append(self, run_id: str, first: int, events: Sequence[Event]) -> None: ...
    async def finish(self, run: Run) -> None: ...


@dataclass(slots=True)
class _Watched:
    run: Run
    begun: bool = False
    written: int = 0
    """Events of it that are on the disk."""
    over: bool = False
    failing: bool = False


class Recorder:
    def __init__(
        self, sessions: Shelf, report: Callable[[Problem], None], interval: float = 0.05
    ) -> None:
        self._sessions = sessions
        self._report = report
        self._interval = interval
        self._watched: dict[str, _Watched] = {}
        self._writing = asyncio.Lock()
        self._closing = asyncio.Event()
        self._loop: asyncio.Task[None] | None = None

    async def watch(self, run: Run) -> None:
        """Write the run now, and from now on whatever it receives, until `finish`."""
        self._watched[run.id] = _Watched(run)
        await self.flush()
        if self._loop is None or self._loop.done():
            self._loop = asyncio.create_task(self._go_on(), name="recorder")

    def rewrite(self, run: Run) -> None:
        """What the run was begun with is another now: write it before any more of its events."""
        if (watched := self._watched.get(run.id)) is not None:
            watched.begun = False

    async def finish(self, run: Run) -> bool:
        """The run is over: write the rest and how it ended. Whether it is on the disk; when not, it
        goes on being tried."""
        if (watched := self._watched.get(run.id)) is not None:
            watched.over = True
        await self.flush()
        return run.id not in self._watched

    async def flush(self) -> bool:
        """Write all that is new now. Whether everything is on the disk."""
        async with self._writing:
            done = [await self._try(watched) for watched in list(self._watched.values())]
        return all(done)

    async def close(self) -> bool:
        """Write once more and stop. Whether everything is on the disk."""
        self._closing.set()
        if self._loop is not None:
            await self._loop
        return await self.flush()

    async def _go_on(self) -> None:
        pause = self._interval
        while self._watched and not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), pause)
            pause = self._interval if await self.flush() else min(pause * 2, SLOWEST)

    async def _try(self, watched: _Watched) -> bool:
        try:
            await self._write(watched)
        except Exception as error:
            # Whatever it is, the run goes on, its events are in memory, and the next try is near.
            problem = from_exception(error)
            if not any(one.failing for one in self._watched.values()):
                log.error("Writing a run failed: %s", problem.title, exc_info=error)
                self._report(problem)
            watched.failing = True
            return False
        watched.failing = False
        return True

    async def _write(self, watched: _Watched) -> None:
        run = watched.run
        if not watched.begun:
            await self._sessions.begin(run)
            watched.begun = True
        if events := run.recording.since(watched.written):
            await self._sessions.append(run.id, watched.written, events)
            watched.written += len(events)
        if watched.over:
            await self._sessions.finish(run)
            del self._watched[run.id]
