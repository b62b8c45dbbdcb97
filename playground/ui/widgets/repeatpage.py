"""The same prompt many times: how far answers agree, and how time, tokens and cost are spread."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSpinBox, QVBoxLayout, QWidget

from playground.core.items import Item, Message, Text
from playground.core.parts import Part
from playground.core.plain import visible
from playground.core.problem import Failure
from playground.core.profile import SANDBOX, is_loopback
from playground.core.session import Run, Session
from playground.endpoints import BY_ID
from playground.engine import repeating
from playground.engine.agreement import Read, Repeated, repeated
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.composer import Composer
from playground.ui.widgets.estimate import EstimateChip
from playground.ui.widgets.parts import inset, row
from playground.ui.widgets.repeatresult import RepeatResult
from playground.ui.widgets.variablelight import VariableLight

AT_ONCE = 4
"""Requests under way at the same time, to begin with; one where the model is on this computer."""
TELLING = 500
"""Milliseconds in which all that end are told to whoever lists sessions as one."""
NEW = "Ask something many times, and see how far the answers agree."
MORE = "Ask something many times. Empty: the last turn again, as often."


class RepeatPage(QWidget):
    """Asks what is written, or the last turn of the branch on screen, as many times as one likes.
    What is written is the session's draft, as in the other panels."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._session: Session | None = None
        """Whose draft is written here."""
        self._runs: list[Run] = []
        self._known: dict[str, Read] = {}
        """What the answers say that were compared, by the ids of their runs."""
        self._counted: object = None
        """What stood there when it was compared last."""
        self._task: asyncio.Future[object] | None = None
        self._at_once_chosen = False
        """By hand: it no longer depends on where the model is."""
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(400)
        self._saving.timeout.connect(desk.keep)
        self._telling = QTimer(self)
        self._telling.setSingleShot(True)
        self._telling.setInterval(TELLING)
        self._telling.timeout.connect(desk.sessions_changed)
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=6)
        self._make_composer()
        column.addWidget(self.composer)
        self.words = QLabel(self)
        self.words.setProperty("role", "caption")
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        column.addWidget(self.words)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setAccessibleName("What came of all of them")
        self.result = RepeatResult(area)
        self.result.wanted.connect(self._show_run)
        self.result.opened.connect(self._open_run)
        area.setWidget(self.result)
        column.addWidget(area, 1)
        desk.session_shown.connect(lambda _: self._show_session())
        desk.tree_changed.connect(lambda _: self._other())
        desk.settings_changed.connect(self._say)
        desk.sessions_changed.connect(self.advance)
        desk.clock.watch(self.advance, slow=True)

    def _make_composer(self) -> None:
        desk = self.desk
        self.composer = Composer(desk.tasks.start, self, keeps=NEW)
        self.draft = self.composer.draft
        self.draft.setAccessibleName("Prompt to be asked many times")
        self._light = VariableLight(desk, self.draft)
        self.count = self._number("Times", " times", 2)
        self.count.valueChanged.connect(self._keep_count)
        self.at_once = self._number("At once", " at once", 1)
        self.at_once.setToolTip("Requests that are under way at the same time")
        self.at_once.valueChanged.connect(self._choose_at_once)
        self.estimate = EstimateChip(desk, self._said, self.composer, each=True)
        self.composer.put_aside(self.estimate)
        self.composer.put_beside(row(self.count, self.at_once))
        self.run = self.composer.run
        self.composer.ran.connect(lambda text, parts: self._ask(text, parts))
        self.composer.stopped.connect(self.stop_all)
        self.composer.changed.connect(self._drafted)
        self.composer.changed.connect(self.estimate.changed)

    def _number(self, name: str, unit: str, least: int) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(least, repeating.MOST)
        box.setSuffix(unit)
        box.setAccessibleName(name)
        return inset(box)

    # What is asked.

    def ask(self) -> None:
        """Ask what is written; else the turn on screen so many more times."""
        self._ask(self.composer.text, self.composer.attachments.parts)

    def _ask(self, text: str, parts: Sequence[Part]) -> None:
        desk, workspace, session = self.desk, self.desk.workspace, self.desk.session
        count, text = self.count.value(), text.strip()
        if desk.refused() or self._going:
            return
        try:
            if text or parts:
                runs = repeating.asked(workspace, session, count, text, parts)
            elif (run := self._turn(session)) is not None:
                runs = repeating.again(workspace, session, run, count)
            else:
                return
        except Failure as failure:
            desk.report(failure.problem)
            return
        self.composer.write("")
        self.composer.attachments.take()
        desk.tree_changed.emit(session)
        desk.show_run(runs[0])
        desk.tasks.start(self._go(runs), desk)

    async def _go(self, runs: Sequence[Run]) -> None:
        desk = self.desk
        await repeating.go(
            desk.workspace,
            runs,
            self.at_once.value(),
            begun=lambda _: desk.clock.wake(),
            ended=lambda _: self._telling.isActive() or self._telling.start(),
        )

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

    def _said(self) -> list[Item]:
        """What would be said with each turn."""
        if self.composer.empty:
            return []
        parts = [dict(part) for part in self.composer.attachments.parts]
        return [Message(key="in:0", role="user", text=Text(self.composer.text), parts=parts)]

    def _keep_count(self, count: int) -> None:
        session = self.desk.session
        if session.comparison.repeat != count:
            session.comparison = session.comparison.model_copy(update={"repeat": count})
            self.desk.mark(session)
            self._saving.start()
        self._say()

    def _choose_at_once(self) -> None:
        self._at_once_chosen = True

    def _drafted(self) -> None:
        if (session := self._session) is None:
            return
        session.draft = self.composer.text
        attached = self.composer.attachments.parts
        if attached != session.attached:
            session.attached = attached
        self.desk.mark(session)
        self.desk.drafted.emit()
        self._saving.start()
        self._say()

    # What is shown.

    def _show_session(self) -> None:
        if not self.isVisible():
            return
        self._settle()
        session = self.desk.session
        self._session = None  # what is put there now is no change of it
        self.composer.attachments.show_parts(session.attached)
        self.composer.write(session.draft)
        self._session = session
        self._other()

    def _settle(self) -> None:
        if self._saving.isActive():
            self._saving.stop()
            self.desk.keep()

    def _other(self) -> None:
        """Another session or another turn is on screen, or there are more of it."""
        if not self.isVisible():
            return
        session = self.desk.session
        self.count.blockSignals(True)
        self.count.setValue(session.comparison.repeat)
        self.count.blockSignals(False)
        self._runs = repeating.rounds(session, self._turn(session))
        self._say()
        self.advance()

    def _say(self) -> None:
        if not self.isVisible():
            return
        desk, going = self.desk, len(self._going)
        turn, api = self._turn(desk.session), BY_ID[desk.session.call.api]
        profile = desk.profile
        if not self._at_once_chosen:
            here = is_loopback(profile.base_url) or not profile.base_url
            self.at_once.blockSignals(True)
            self.at_once.setValue(1 if here and profile.id != SANDBOX else AT_ONCE)
            self.at_once.blockSignals(False)
        self.composer.keeps = NEW if turn is None else MORE
        self.composer.may_be_empty = turn is not None
        self.composer.verb = f"Run {self.count.value()}×"
        self.composer.say(
            running=going > 0,
            text_only=api.title if api.text_only else "",
            enter_sends=desk.settings.enter_sends,
            closed=desk.closed,
        )
        if desk.closed or going:
            said = ""
        elif turn is None or not self.composer.empty:
            said = f"To {visible(profile.name)}, at the end of this conversation."
        else:
            said = f"Again: “{_short(turn)}”, as it was sent."
        self.words.setText(said)
        self.words.setVisible(bool(said))

    def advance(self) -> None:
        """Look whether one of them has ended; called by the clock."""
        if not self.isVisible():
            return
        runs = self._runs
        self.result.show_states(runs)
        over = [run for run in runs if run.transcript.outcome is not None]
        counted = (
            [run.id for run in runs],
            [(run.id, run.cost) for run in over],
            bool(self._going),
            self.desk.session.id,
        )
        if counted == self._counted or (self._task is not None and not self._task.done()):
            return
        self._counted = counted
        self._say()
        runs = list(runs)
        known = self._known = {run.id: self._known[run.id] for run in over if run.id in self._known}

        async def work() -> None:
            # Only of what is over: nothing else changes it meanwhile.
            found = await asyncio.to_thread(repeated, over, known)
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
        """What was done elsewhere meanwhile."""
        super().showEvent(event)
        self._counted = None
        self._show_session()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._settle()


def _short(run: Run) -> str:
    said = [one for one in run.input if isinstance(one, Message)]
    text = " ".join(str(said[0].text).split()) if said else ""
    return visible(text if len(text) <= 60 else f"{text[:59]}…")
