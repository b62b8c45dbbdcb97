"""Clock: who is live, and when they redraw.

Streams are folded as fast as they come; views look at the result at most once a frame. While
nothing runs there is no timer at all.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer

FRAME = 16
"""Milliseconds between looks for what is under the eye."""
SLOW = 6
"""Every how many frames tables, counters and the inspector look, each in a frame of its own."""
SPARE = 0.001
"""Seconds that others may have taken of a frame in which those that can wait still look."""
PATIENCE = 2
"""Frames that those wait at most."""
_AFTER = -2
"""Priority of what is posted to come after the window was painted: that has Qt's low one, -1."""


class Clock(QObject):
    """Calls views while `live()`; once more after it stops being so, then rests."""

    def __init__(self, live: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._live = live
        self._fast: list[Callable[[], None]] = []
        self._slow: list[Callable[[], None]] = []
        self._patient: dict[Callable[[], None], int] = {}
        """Those that can wait, and how many frames they have."""
        self._ticks = 0
        self._begin: Callable[[], bool] | None = None
        self._drawn: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME)
        self._timer.timeout.connect(self._tick)

    @property
    def ticking(self) -> bool:
        return self._timer.isActive()

    def watch(
        self, advance: Callable[[], None], *, slow: bool = False, patient: bool = False
    ) -> None:
        """Call `advance` on every frame, or on every sixth. `patient`: up to two frames later,
        where the others had much to do."""
        if patient:
            self._patient[advance] = 0
        else:
            (self._slow if slow else self._fast).append(advance)

    def forget(self, advance: Callable[[], None]) -> None:
        """No longer call what is being watched."""
        for rows in (self._fast, self._slow):
            if advance in rows:
                rows.remove(advance)
        self._patient.pop(advance, None)

    def measure(self, begin: Callable[[], bool], drawn: Callable[[], None]) -> None:
        """Call `begin` before the views look, on every frame, and, where it says that it wants to
        know, `drawn` once what they made of it has been painted."""
        self._begin, self._drawn = begin, drawn

    def wake(self) -> None:
        """Something began: start looking."""
        if not self._timer.isActive():
            self._ticks = 0
            self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def look(self) -> None:
        """Everybody looks now."""
        for advance in (*self._fast, *self._patient, *self._slow):
            advance()

    def _tick(self) -> None:
        self._ticks += 1
        if not self._live():
            self._timer.stop()
            self.look()
            return
        measured = self._begin is not None and self._begin()
        began = perf_counter()
        for advance in self._fast:
            advance()
        for number, advance in enumerate(self._slow):
            if (self._ticks + number) % SLOW == 0:
                advance()
        for advance, waited in list(self._patient.items()):
            waits = waited < PATIENCE and perf_counter() - began > SPARE
            self._patient[advance] = waited + 1 if waits else 0
            if not waits:
                advance()
        if measured:
            QCoreApplication.postEvent(self, QEvent(QEvent.Type.User), _AFTER)

    def customEvent(self, event: QEvent) -> None:
        if self._drawn is not None:
            self._drawn()
