"""The same prompt many times: how far answers agree, and how time, tokens and cost are spread."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from playground.core.items import Message
from playground.core.plain import visible
from playground.core.problem import Failure
from playground.core.profile import SANDBOX, is_loopback
from playground.core.session import Run, Session
from playground.engine import repeating
from playground.engine.agreement import Repeated, repeated
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.attachments import Attachments
from playground.ui.widgets.composer import Draft
from playground.ui.widgets.repeatresult import RepeatResult

AT_ONCE = 4
"""Requests under way at the same time, to begin with; one where the model is on this computer."""


class RepeatPage(QWidget):
    """Asks a new prompt, or the last turn of the branch on screen, as many times as one likes."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._runs: list[Run] = []
        self._counted: object = None
        """What stood there when it was compared last."""
        self._task: asyncio.Future[object] | None = None
        self._at_once_chosen = False
        """By hand: it no longer depends on where the model is."""
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=8)
        column.addWidget(self._asking())
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("What came of all of them")
        self.result = RepeatResult(area)
        self.result.wanted.connect(self._show_run)
        self.result.opened.connect(self._open_run)
        area.setWidget(self.result)
        column.addWidget(area, 1)
        desk.session_shown.connect(lambda _: self._other())
        desk.tree_changed.connect(lambda _: self._other())
        desk.settings_changed.connect(self._say)
        desk.sessions_changed.connect(self.advance)
        desk.clock.watch(self.advance, slow=True)
        self._other()

    def _asking(self) -> QWidget:
        box = QFrame(self)
        box.setProperty("role", "composer")
        column = QVBoxLayout(box)
        theme.space(column, 12, 8, 8, 8, gap=6)
        self.attachments = Attachments(self.desk.tasks.start, box)
        self.draft = Draft(self.attachments, box)
        self.draft.setAccessibleName("Prompt to be asked many times")
        self.draft.sent.connect(self.ask)
        self.draft.textChanged.connect(self._say)
        column.addWidget(self.attachments)
        column.addWidget(self.draft)
        row = QHBoxLayout()
        theme.space(row, gap=8)
        self.words = QLabel(box)
        self.words.setProperty("role", "caption")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        row.addWidget(self.words, 1)
        self.count = self._number(row, "Times", " times", 2, repeating.MOST)
        self.count.valueChanged.connect(self._keep_count)
        self.at_once = self._number(row, "At once", " at once", 1, repeating.MOST)
        self.at_once.valueChanged.connect(self._choose_at_once)
        self.run = QPushButton("Run all", box)
        self.run.setProperty("role", "primary")
        self.run.setAccessibleName("Ask as many times")
        self.run.clicked.connect(self.ask)
        row.addWidget(self.run)
        self.stop = QPushButton("Stop all", box)
        self.stop.setAccessibleName("Stop all that are going on")
        self.stop.clicked.connect(self.stop_all)
        row.addWidget(self.stop)
        column.addLayout(row)
        return box

    def _number(self, row: QHBoxLayout, name: str, unit: str, least: int, most: int) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(least, most)
        box.setSuffix(unit)
        box.setAccessibleName(name)
        row.addWidget(box)
        return box

    # What is asked.

    def ask(self) -> None:
        """Ask what is written; else the turn on screen so many more times."""
        desk, workspace, session = self.desk, self.desk.workspace, self.desk.session
        text, count = self.draft.toPlainText().strip(), self.count.value()
        if desk.refused() or self._going:
            return
        try:
            if text:
                parts = self.attachments.parts
                runs = repeating.asked(workspace, session, count, text, parts)
            elif (run := self._turn(session)) is not None:
                runs = repeating.again(workspace, session, run, count)
            else:
                return
        except Failure as failure:
            desk.report(failure.problem)
            return
        self.draft.clear()
        self.attachments.take()
        desk.tree_changed.emit(session)
        desk.show_run(runs[0])
        desk.clock.wake()
        ended = desk.sessions_changed.emit
        desk.tasks.start(
            repeating.go(workspace, runs, self.at_once.value(), lambda _: ended()), desk
        )
        self._other()

    def stop_all(self) -> None:
        for run in self._going:
            self.desk.workspace.stop(run)

    @property
    def _going(self) -> list[Run]:
        return [run for run in self._runs if run.running]

    @staticmethod
    def _turn(session: Session) -> Run | None:
        """The last turn of the branch on screen that was sent."""
        return next((run for run in reversed(session.path()) if not run.silent), None)

    def _keep_count(self, count: int) -> None:
        session = self.desk.session
        if session.comparison.repeat != count:
            session.comparison = session.comparison.model_copy(update={"repeat": count})
            if session.runs:
                self.desk.keep()
        self._say()

    def _choose_at_once(self) -> None:
        self._at_once_chosen = True

    # What is shown.

    def _other(self) -> None:
        """Another session or another turn is on screen, or there are more of it."""
        session = self.desk.session
        self.count.blockSignals(True)
        self.count.setValue(session.comparison.repeat)
        self.count.blockSignals(False)
        self._runs = repeating.rounds(session, self._turn(session))
        self._say()
        self.advance()

    def _say(self) -> None:
        desk, going = self.desk, bool(self._going)
        turn = self._turn(desk.session)
        closed = bool(desk.closed)
        text = self.draft.toPlainText().strip()
        profile = desk.profile
        if not self._at_once_chosen:
            here = is_loopback(profile.base_url) or not profile.base_url
            self.at_once.blockSignals(True)
            self.at_once.setValue(1 if here and profile.id != SANDBOX else AT_ONCE)
            self.at_once.blockSignals(False)
        self.draft.setPlaceholderText(
            "Ask something many times. Empty: the last turn once more, as often."
            if turn is not None
            else "Ask something many times, and see how far the answers agree."
        )
        self.run.setEnabled(not closed and not going and bool(text or turn is not None))
        self.run.setText(f"Run {self.count.value()}×")
        self.stop.setVisible(going)
        self.draft.setEnabled(not closed)
        if closed:
            said = desk.closed
        elif going:
            said = f"{len(self._going)} of {len(self._runs)} are going on."
        elif text or turn is None:
            said = f"To {visible(profile.name)}, at the end of this conversation."
        else:
            said = f"Again: “{_short(turn)}”, as it was sent."
        self.words.setText(said)

    def advance(self) -> None:
        """Look whether one of them has ended; called by the clock."""
        if not self.isVisible():
            return
        over = [run for run in self._runs if run.transcript.outcome is not None]
        counted = (
            [run.id for run in self._runs],
            [(run.id, run.cost) for run in over],
            self.desk.session.id,
        )
        if counted == self._counted or (self._task is not None and not self._task.done()):
            return
        self._counted = counted
        self._say()
        runs = list(self._runs)

        async def work() -> None:
            # Only of what is over: nothing else changes it meanwhile.
            found = await asyncio.to_thread(repeated, over)
            self._show(runs, found)

        self._task = self.desk.tasks.start(work(), self)

    def _show(self, runs: Sequence[Run], found: Repeated) -> None:
        if runs == self._runs:
            self.result.show_result(runs, found)
        self._task = None
        self.advance()

    def _show_run(self, run_id: str) -> None:
        if (run := self.desk.session.runs.get(run_id)) is not None:
            self.desk.show_run(run)

    def _open_run(self, run_id: str) -> None:
        """Go on with one of them in the conversation."""
        desk, session = self.desk, self.desk.session
        if (run := session.runs.get(run_id)) is not None:
            session.leaf = session.deepest(run).id
            desk.keep()
            desk.tree_changed.emit(session)
            desk.show_run(run)
            desk.wanted.emit("chat")

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._counted = None
        self._other()


def _short(run: Run) -> str:
    said = [one for one in run.input if isinstance(one, Message)]
    text = " ".join(str(said[0].text).split()) if said else ""
    return visible(text if len(text) <= 60 else f"{text[:59]}…")
