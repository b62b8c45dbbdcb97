"""Marking: what differs between the answers of columns, looked for again as they grow."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QWidget

from playground.core.session import Run
from playground.engine.comparing_marks import Marked, marked
from playground.ui.tasks import Tasks

AT_ONCE = 20_000
"""Characters of all answers that are compared on the spot; more of them in a thread."""
RESTS = 20
"""As often longer than a comparison took it is waited until the next one."""


class Marking:
    def __init__(
        self, tasks: Tasks, owner: QWidget, show: Callable[[Sequence[Marked]], None]
    ) -> None:
        self._tasks, self._owner, self._show = tasks, owner, show
        self._of: object = None
        """What was compared last."""
        self._thinking = False
        self._rest_until = 0.0

    def forget(self) -> None:
        """Nothing is shown any more."""
        self._of = None
        self._rest_until = 0.0

    def look(self, runs: Sequence[Run | None]) -> None:
        """Compare the answers of these, if there is more of them than was compared."""
        now = [(run.id, run.transcript.rev) if run is not None else None for run in runs]
        if now == self._of or self._thinking or time.monotonic() < self._rest_until:
            return
        self._of = now
        answers = [run.answer if run is not None else "" for run in runs]
        began = time.monotonic()
        if sum(map(len, answers)) <= AT_ONCE:
            self._take(marked(answers), began, now)
            return
        self._thinking = True

        async def work() -> None:
            try:
                found = await asyncio.to_thread(marked, answers)
            finally:
                self._thinking = False
            self._take(found, began, now)

        self._tasks.start(work(), self._owner)

    def _take(self, found: Sequence[Marked], began: float, of: object) -> None:
        self._rest_until = time.monotonic() + RESTS * (time.monotonic() - began)
        if of is self._of:  # else something else is shown by now
            self._show(found)
