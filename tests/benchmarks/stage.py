"""Stage: the real window for a benchmark, and a heart that beats on its loop.

A stall is how much too late a beat comes. Work is what the main thread itself computed in that
time: the rest is waiting for a processor that others use, or for the interpreter's lock.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")

from PySide6.QtCore import QObject, Qt, QTimer

from playground import desktop
from playground.app import App
from playground.core.session import Run
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.eventlist import EventList
from playground.ui.widgets.transcript import TranscriptView
from playground.ui.window import Window

T = TypeVar("T")

BEAT = 2
"""Milliseconds."""
FRAME = 1000 / 60
LIMIT = 120.0
"""Seconds after which what does not come has failed."""


@dataclass
class Beats:
    """Milliseconds that each beat came too late, and that the main thread worked meanwhile."""

    late: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        late = sorted(self.late)
        over = sum(one > FRAME for one in late)
        return (
            f"{late[-1]:.0f} ms (own work {max(self.worked):.0f}), "
            f"p99 {late[-len(late) // 100]:.0f}, "
            f"{over} of {len(late):,} beats over a frame"
        )


class Heart(QObject):
    """Beats while it is entered."""

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=BEAT, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def __enter__(self) -> Beats:
        self._beats = Beats()
        self._last, self._work = time.perf_counter(), time.thread_time()
        self._timer.start()
        return self._beats

    def __exit__(self, *_: object) -> None:
        self._timer.stop()
        self._beat()

    def _beat(self) -> None:
        now, work = time.perf_counter(), time.thread_time()
        self._beats.late.append((now - self._last) * 1000 - BEAT)
        self._beats.worked.append((work - self._work) * 1000)
        self._last, self._work = now, work


@dataclass
class Stage:
    """A window that is open, with the sandbox running."""

    app: App
    window: Window
    desk: Desk

    @property
    def view(self) -> TranscriptView:
        chat: Any = self.window.panels["chat"]
        view: TranscriptView = chat.view
        return view

    @property
    def events(self) -> EventList:
        inspector: Any = self.window.docks["inspector"].widget()
        events: EventList = inspector.events.list
        return events

    def send(self, text: str, model: str, **directions: object) -> Run:
        """Type and click Run; the run that began."""
        chat: Any = self.window.panels["chat"]
        self.desk.session.call.model = model
        self.desk.session.call.fields = {"sandbox": directions} if directions else {}
        chat.composer.write(text)
        chat.composer.run.click()
        return self.desk.session.path()[-1]

    async def over(self, run: Run) -> None:
        """Until a run is over and written."""
        await until(lambda: run.transcript.outcome and run.id not in self.desk.workspace.running)


async def until(happened: Callable[[], object]) -> None:
    """Wait for a state. Raises TimeoutError when it does not come."""
    end = time.monotonic() + LIMIT
    while not happened():
        if time.monotonic() > end:
            raise TimeoutError
        await asyncio.sleep(0.02)


@asynccontextmanager
async def opened(home: str) -> AsyncIterator[Stage]:
    """The window on a home, as `playground` opens it."""
    window = desktop.Desktop(home, "sandbox")
    window.window.show()
    try:
        with desktop.undisturbed():
            await window.furnish()
        assert window.app is not None and window.shell is not None
        await window.app.serve(window.app.profile("sandbox"), lambda _: None)
        await asyncio.sleep(0.5)  # what the start set going has come to rest
        yield Stage(window.app, window.window, window.shell.desk)
    finally:
        await window.close()


def played(scene: Callable[[str], Awaitable[T]]) -> T:
    """What came of a coroutine function that was given a fresh home."""
    desktop.application()
    theme.apply("light")
    told: list[T] = []
    with tempfile.TemporaryDirectory() as home:

        async def work() -> int:
            told.append(await scene(home))
            return 0

        desktop.run(work)
    return told[0]
