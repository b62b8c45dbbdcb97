"""Replaying: a recorded run shown again to all panels, in a session that nobody else knows.

That session is a copy of the branch: its earlier runs as they are, the run that is played at its
end. It is never opened in the workspace, so that nothing of it can be written or sent. The
inspector goes on looking at the recorded run, of which all can be seen.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from playground.core.session import Run, Session, new_id
from playground.engine.player import SPEEDS, Player
from playground.ui.clock import SLOW

if TYPE_CHECKING:
    from playground.ui.desk import Desk

SLICE = 8_000_000
"""Nanoseconds of a frame that may be spent reading."""
LAPSE = 100_000_000
"""Nanoseconds that pass at most between two frames: a window that was held up goes on where it
was."""


class Replaying(QObject):
    """Signals:
    changed(): it stands elsewhere, goes at another speed, stands still or goes on.
    moved(int): another event is the current one: the last that is shown; -1: none is. While it
        plays that is said a few times a second.
    """

    changed = Signal()
    moved = Signal(int)

    def __init__(self, desk: Desk, run: Run, now: Callable[[], int] = time.perf_counter_ns) -> None:
        """`now` tells nanoseconds."""
        super().__init__(desk)
        self._desk = desk
        self._now = now
        self.player = Player(run)
        self.origin = desk.session
        """The session that the run belongs to."""
        self.session = self._copied(run)
        self._last = 0
        self._ticks = 0
        desk.clock.watch(self._tick)

    def _copied(self, run: Run) -> Session:
        origin, shown = self.origin, self.player.run
        session = Session(
            new_id("replay"),
            title=origin.title,
            profile=run.profile,
            call=run.call.model_copy(update={"body": None}, deep=True),
            named=True,
        )
        for one in origin.path(run.parent) if run.parent is not None else ():
            session.add(one)
        session.add(shown)
        return session

    @property
    def live(self) -> bool:
        """It needs frames."""
        return self.player.playing or self.player.behind

    @property
    def number(self) -> int:
        """The event that was shown last; -1: none was."""
        return self.player.position - 1

    # What somebody does.

    def play(self) -> None:
        self.player.play()
        self._last = self._now()
        self._show()

    def pause(self) -> None:
        self.player.pause()
        self._show()

    def toggle(self) -> None:
        if self.player.playing:
            self.pause()
        else:
            self.play()

    def restart(self) -> None:
        self.player.seek(0)
        self.play()

    def step(self, by: int) -> None:
        """So many events further or back."""
        self.player.step(by)
        self._show()

    def step_item(self, by: int) -> None:
        """To where the next item begins, or the one before."""
        self.player.step_item(by)
        self._show()

    def seek(self, count: int) -> None:
        """Stand behind the first `count` events."""
        self.player.seek(count)
        self._show()

    def seek_time(self, passed: int) -> None:
        """Stand at a time of the replay."""
        self.player.seek_time(passed)
        self._show()

    def go_to(self, number: int) -> None:
        """An event was picked elsewhere: while it stands still, that is where it stands."""
        if number >= 0 and not self.live and number != self.number:
            self.seek(number + 1)

    def change_speed(self, by: int) -> None:
        """So many steps faster or slower."""
        at = SPEEDS.index(self.player.speed) + by
        self.use_speed(SPEEDS[min(max(at, 0), len(SPEEDS) - 1)])

    def use_speed(self, speed: float) -> None:
        """One of SPEEDS."""
        self.player.speed = speed
        self.changed.emit()

    def skip(self, on: bool) -> None:
        """Cut long waits short, or sit them out."""
        self.player.skips = on
        self._show()

    def end(self) -> None:
        """Back to the session."""
        self._desk.end_replay()

    def drop(self, run: Run) -> None:
        """Take out a run that somebody hung into the copy."""
        self.session.runs.pop(run.id, None)
        self.session.leaf = self.player.run.id

    def leave(self) -> None:
        """It is over."""
        self._desk.clock.forget(self._tick)
        self.player.pause()
        self.deleteLater()

    # Frames.

    def _show(self) -> None:
        """Show where it stands; what takes longer to read is shown when it is there."""
        self._read()
        if self.live:
            self._desk.clock.wake()
        elif not self._desk.clock.ticking:
            self._desk.clock.look()
        self.changed.emit()
        if not self.live:
            self.moved.emit(self.number)

    def _tick(self) -> None:
        if not self.live:
            return
        now = self._now()
        self.player.advance(min(now - self._last, LAPSE))
        self._last = now
        self._read()
        self.changed.emit()
        self._ticks += 1
        if not self.live or self._ticks % SLOW == 0:
            self.moved.emit(self.number)

    def _read(self) -> None:
        self.player.read(SLICE)
        shown = self.player.run
        if self.session.runs[shown.id] is not shown:
            self.session.runs[shown.id] = shown
            self._desk.tree_changed.emit(self.session)
