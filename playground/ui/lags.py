"""Lags: measures how long what arrived takes to get on screen, for the runs that somebody looks at.

Nothing is measured of what nobody could see: a run in another session, or in a window that is
hidden, begins anew when it comes into view.
"""

from __future__ import annotations

from collections.abc import Callable

from playground.core.lag import Lag
from playground.core.session import Run
from playground.ui.desk import Desk


class Lags:
    def __init__(self, desk: Desk, looked: Callable[[], bool]) -> None:
        """`looked`: whether the window can be seen."""
        self._desk = desk
        self._looked = looked
        self._seen: dict[str, int] = {}
        """How many events of each run were there at the last frame."""
        self._coming: list[tuple[Run, int]] = []
        """Runs of which there is something new in this frame, and when its oldest arrived."""
        desk.clock.measure(self._begin, self._drawn)

    def _begin(self) -> bool:
        seen, before = {}, self._seen
        if self._looked():
            runs = self._desk.session.runs
            for name in self._desk.workspace.running:
                run = runs.get(name)
                if run is None or not run.running:
                    continue
                count = seen[name] = len(run.recording)
                if count > before.get(name, count):
                    self._coming.append((run, run.recording[before[name]].t))
        self._seen = seen
        return bool(self._coming)

    def _drawn(self) -> None:
        for run, t in self._coming:
            if run.lag is None:
                run.lag = Lag()
            run.lag.add(run.now() - t)
        self._coming.clear()
