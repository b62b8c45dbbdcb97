"""A column of a comparison: what it is asked with, its branch, a field of its own, its numbers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QStackedLayout, QVBoxLayout, QWidget

from playground.core.parts import Part
from playground.core.problem import Failure, Problem
from playground.core.profile import Profile
from playground.core.session import Run
from playground.engine.comparing import Branch
from playground.engine.comparing_marks import Marked
from playground.ui import theme
from playground.ui.deciding import Deciding
from playground.ui.desk import Desk
from playground.ui.pointing import Pointing
from playground.ui.widgets.comparefield import OwnMessage
from playground.ui.widgets.comparefoot import ColumnFoot
from playground.ui.widgets.comparehead import SIDE, ColumnHead
from playground.ui.widgets.comparetext import CompareText
from playground.ui.widgets.compareturns import KEPT, ColumnTurns
from playground.ui.widgets.problembox import ProblemBox
from playground.ui.widgets.transcript import TranscriptView

LEAST = 212
"""Pixels of the design that a column is wide at least."""
NOTHING = "Nothing was asked here yet."
TALK, ANSWER = 1, 2
"""Pages of a column that was asked something."""


class CompareColumn(QWidget):
    """Signals:
    hung(run, profile): a turn was hung onto the column, to be sent; `profile`: to that one.
    moved(): it ends elsewhere.
    written(): something was typed in it, or it is asked with the others or not.
    wanted(verb): see `comparehead.MENU`.
    """

    hung = Signal(object, object)
    moved = Signal()
    written = Signal()
    wanted = Signal(str)

    def __init__(self, desk: Desk, branch: Branch, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.desk, self.branch, self.name = desk, branch, name
        self.current = False
        self._problem: ProblemBox | None = None
        self.setAccessibleName(f"Column {name}")
        theme.follow(self, lambda look: self.setMinimumWidth(look.px(LEAST)))
        column = QVBoxLayout(self)
        theme.space(column, 0, 4, 0, 0, gap=0)
        self.head = ColumnHead(name, self)
        self.head.synced_changed.connect(self._sync)
        self.head.wanted.connect(self.wanted)
        column.addWidget(self.head)
        self.turns = ColumnTurns(desk, branch, self)
        self.turns.hung.connect(self.hung)
        self.turns.moved.connect(self.moved)
        column.addWidget(self._body(), 1)
        self._problems = QVBoxLayout()
        theme.space(self._problems, 8, 4, 8, 0)
        column.addLayout(self._problems)
        self.own = OwnMessage(desk, name, self)
        self.own.changed.connect(self._typed)
        self.own.sent.connect(self.ask_own)
        self.own.pushed.connect(self._run_or_stop)
        column.addWidget(self.own)
        self.foot = ColumnFoot(name, self)
        self.foot.kept.connect(lambda: self.wanted.emit("keep"))
        column.addWidget(self.foot)
        self.view.show_session(branch.look())
        self.show_column()

    def _body(self) -> QWidget:
        desk, name = self.desk, self.name
        body = QWidget(self)
        self._pages = QStackedLayout(body)
        self.empty = QLabel(NOTHING, body)
        self.empty.setProperty("role", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.view = TranscriptView(body)
        self.view.setAccessibleName(f"Conversation of column {name}")
        self.view.offered = KEPT
        self.view.side = SIDE
        self.view.numbers = False  # they stand below, at the same height in all columns
        self.view.versions = False  # those are the other columns
        self.view.deciding = Deciding(desk)
        self.view.extras.append(self.turns.negotiation)
        self.view.asked.connect(self._do)
        self.pointing = Pointing(desk, self.view)
        self.text = CompareText(f"Answer of column {name}, with what differs", body)
        for page in (self.empty, self.view, self.text):
            page.setMinimumHeight(1)  # all of it can be scrolled, and the numbers below cannot
            self._pages.addWidget(page)
        return body

    # What is shown.

    @property
    def profile(self) -> Profile | None:
        """None: it has been deleted."""
        found = (one for one in self.desk.profiles() if one.id == self.branch.column.profile)
        return next(found, None)

    def show_column(self) -> None:
        """What the column is set to, and its field."""
        column, call, last = self.branch.column, self.branch.look().call, self.branch.last
        model = last.transcript.model if last is not None else ""
        self.head.show_column(column, call, self.profile, model or "")
        self.own.show_column(column, running=self.running)

    @property
    def running(self) -> bool:
        last = self.branch.last
        return last is not None and last.running

    def refresh(self) -> None:
        """The tree changed, or where the column ends."""
        self.branch.look()
        self.view.refresh()
        self.show_column()
        self._turn_page()

    def mark(self, told: Marked | None) -> None:
        """Show the last answer with what differs; None: the conversation."""
        self.text.show_marked(told)
        self._turn_page()

    def _turn_page(self) -> None:
        if self.text.told is not None:
            page = ANSWER
        else:
            page = TALK if self.branch.column.leaf else 0
        self._pages.setCurrentIndex(page)

    def advance(self) -> None:
        self.view.advance()

    def tell(self, run: Run | None, waits: int = 0, best: str = "") -> None:
        """How the last turn stands, if there is one, and what it took. `waits`: runs that go first;
        `best`: what it is the best of, in a word."""
        self.foot.tell(run, waits, best, begun=bool(self.branch.column.leaf))

    def say_problem(self, problem: Problem | None) -> None:
        """Why a turn could not be made for this column; None: nothing is in the way any more."""
        if self._problem is not None:
            self._problem.hide()
            self._problem.deleteLater()
            self._problem = None
        if problem is not None:
            self._problem = ProblemBox(problem, self)
            self._problem.acted.connect(lambda: self.wanted.emit("settings"))
            self._problems.addWidget(self._problem)
            self._problem.show()

    # What the user does.

    def make(self, text: str, parts: Sequence[Part] = ()) -> Run | None:
        """Hang a turn onto the column, to be sent by whoever calls; None, and why, when that cannot
        be."""
        try:
            run = self.branch.hang(lambda view: self.desk.workspace.ask(view, text, parts))
        except Failure as failure:
            self.say_problem(failure.problem)
            return None
        self.say_problem(None)
        return run

    def ask_again(self, run: Run) -> None:
        """Ask what a run asked, as this column is set."""
        workspace = self.desk.workspace
        failure = self.turns.hang(lambda view: workspace.again(view, run, view.call))
        self.say_problem(failure.problem if failure is not None else None)

    @property
    def refused(self) -> bool:
        """The last turn could not be made."""
        return self._problem is not None

    def ask_own(self) -> None:
        """Send what stands in its own field."""
        run = self.make_own()
        if run is not None:
            self.show_column()
            self.hung.emit(run, None)

    def make_own(self) -> Run | None:
        """Hang what stands in its own field onto the column, if there is anything."""
        column = self.branch.column
        written = column.draft.strip() or column.attached
        if not written or self.running or self.own.attachments.reading:
            return None
        run = self.make(column.draft, column.attached)
        if run is not None:
            column.draft, column.attached = "", []
        return run

    def leave(self, text: str, parts: Sequence[Part]) -> None:
        """What could not be asked of it stands in its own field, unless something else does."""
        column = self.branch.column
        if not (column.draft or column.attached):
            column.draft, column.attached = text, list(parts)

    def stop(self) -> None:
        if (last := self.branch.last) is not None and last.running:
            self.desk.workspace.stop(last)

    def _run_or_stop(self) -> None:
        (self.stop if self.running else self.ask_own)()

    def _do(self, verb: str, run: Run, item: object = None) -> None:
        if verb == "replay":
            self.desk.wanted.emit("chat")
        self.turns.do(verb, run, item)  # type: ignore[arg-type]

    def _typed(self) -> None:
        column = self.branch.column
        column.draft = self.own.field.toPlainText()
        if (attached := self.own.attachments.parts) != column.attached:
            column.attached = attached
        self.written.emit()

    def _sync(self, on: bool) -> None:
        self.branch.column.synced = on
        self.show_column()
        if not on:
            self.own.field.setFocus()
        self.written.emit()

    # Qt.

    def hasHeightForWidth(self) -> bool:
        """It is as high as there is room: what it shows can be scrolled."""
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line between columns, and one over the current one."""
        look, painter = theme.current(), QPainter(self)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), look.colour("border"))
        if self.current:
            painter.fillRect(0, 0, self.width() - 1, look.px(2), look.colour("accent"))
