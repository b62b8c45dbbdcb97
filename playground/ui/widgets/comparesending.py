"""Sending what was asked of columns: one after another, where that is how their server is asked."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import Any

from PySide6.QtCore import QObject, QTimer

from playground.core.profile import Profile
from playground.core.session import Run, Session
from playground.engine.comparing_lines import Lines
from playground.ui.desk import Desk


class Sending(QObject):
    def __init__(self, desk: Desk, parent: QObject) -> None:
        super().__init__(parent)
        self._desk = desk
        self.lines = Lines(desk.workspace)
        self._ended = QTimer(self)  # columns that end together are told of once
        self._ended.setSingleShot(True)
        self._ended.setInterval(0)
        self._ended.timeout.connect(desk.sessions_changed)

    def send(self, session: Session, runs: Sequence[Run], profile: Profile | None = None) -> None:
        """Send turns that were hung into the tree; with `profile` to that one."""
        desk = self._desk
        desk.tree_changed.emit(session)
        desk.show_run(runs[0])
        for run in runs:
            desk.tasks.start(self._go(self.lines.send(run, profile)), desk)

    def waits(self, runs: Sequence[Run | None]) -> dict[str, int]:
        """How many runs go before each of these that is under way, by their ids."""
        return {run.id: self.lines.before(run) for run in runs if run is not None and run.running}

    async def _go(self, sending: Coroutine[Any, Any, None]) -> None:
        self._desk.clock.wake()
        await sending
        self._ended.start()
