"""The columns of a comparison beside each other: sideways, where there is no room for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QWidget

from playground.core.parts import Part
from playground.core.session import Run, Session
from playground.engine.comparing import NAMES, Branch
from playground.engine.comparing_marks import Marked
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.comparecolumn import CompareColumn
from playground.ui.widgets.parts import leave


class CompareRow(QScrollArea):
    """Signals:
    hung(run, profile): a turn was hung onto a column, to be sent; `profile`: to that one.
    changed(): a column ends elsewhere, or something was written in it.
    wanted(verb, column): see `comparehead.MENU`.
    current_changed(): the focus went to another column.
    """

    hung = Signal(object, object)
    changed = Signal()
    wanted = Signal(str, object)
    current_changed = Signal()

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk = desk
        self.columns: list[CompareColumn] = []
        self.current = 0
        self._frames = 0
        self._stale: list[CompareColumn] = []
        """Columns that may show what was before."""
        self._refreshing = QTimer(self)
        self._refreshing.setSingleShot(True)
        self._refreshing.setInterval(0)
        self._refreshing.timeout.connect(self._refresh_one)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Columns")
        inner = QWidget(self)
        self._line = QHBoxLayout(inner)
        theme.space(self._line, 0, 0, 0, 0, gap=0)
        self.setWidget(inner)
        QApplication.instance().focusChanged.connect(self._focus_moved)  # type: ignore[union-attr]

    def show_session(self, session: Session) -> None:
        """As many columns as its comparison has, in their order; those that are there stay, and
        look again."""
        there = {
            id(one.branch.column): one for one in self.columns if one.branch.session is session
        }
        made: list[CompareColumn] = []
        stale: list[CompareColumn] = []
        for name, column in zip(NAMES, session.comparison.columns, strict=False):
            found = there.pop(id(column), None)
            if found is not None and found.name == name:
                stale.append(found)
            else:
                if found is not None:
                    leave(found)
                found = self._column(Branch(session, column), name)
            made.append(found)
        for gone in [one for one in self.columns if one not in made]:
            leave(gone)
        self.columns = made
        for at, one in enumerate(made):
            self._line.insertWidget(at, one, 1)
            one.show()
        self.current = min(self.current, max(len(made) - 1, 0))
        self.show_current()
        self._stale = stale
        self._refreshing.start()

    def _column(self, branch: Branch, name: str) -> CompareColumn:
        made = CompareColumn(self._desk, branch, name, self)
        made.hung.connect(self.hung)
        made.moved.connect(made.refresh)
        made.moved.connect(self.changed)
        made.written.connect(self.changed)
        made.wanted.connect(lambda verb: self.wanted.emit(verb, made))
        return made

    def _refresh_one(self) -> None:
        """One column at a time: the cards of four new turns would be a long frame."""
        while self._stale:
            column = self._stale.pop(0)
            if column in self.columns:
                column.refresh()
                break
        if self._stale:
            self._refreshing.start()

    def show_settings(self) -> None:
        """What the columns are set to."""
        for column in self.columns:
            column.show_column()

    # The current one.

    def show_current(self) -> None:
        for at, column in enumerate(self.columns):
            if column.current != (at == self.current):
                column.current = at == self.current
                column.update()

    def step(self, by: int) -> None:
        """The next column is the current one."""
        if self.columns:
            column = self.columns[(self.current + by) % len(self.columns)]
            column.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
            if not column.view.hasFocus():  # it shows no conversation
                column.head.more.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _focus_moved(self, _: QWidget | None, now: QWidget | None) -> None:
        if now is None or not self.isVisible():
            return
        for at, column in enumerate(self.columns):
            if column.isAncestorOf(now) and at != self.current:
                self.current = at
                self.show_current()
                self.ensureWidgetVisible(column, 0, 0)
                self.current_changed.emit()

    # While something runs.

    @property
    def running(self) -> bool:
        return any(column.running for column in self.columns)

    def advance(self) -> None:
        """One column a frame, in turn: four of them at once would be a long frame."""
        if not self.columns:
            return
        if not self._desk.workspace.running:
            for column in self.columns:
                column.advance()
            return
        self._frames += 1
        self.columns[self._frames % len(self.columns)].advance()

    def tell(
        self, runs: Sequence[Run | None], waits: Mapping[str, int], best: Mapping[str, list[str]]
    ) -> None:
        """How the last turns stand, column by column, and what they took. `waits`: how many runs go
        before one, by its id; `best`: what one is the best of."""
        for column, run in zip(self.columns, runs, strict=True):
            name = run.id if run is not None else ""
            column.tell(run, waits.get(name, 0), ", ".join(best.get(name, ())))
        # The numbers of all stand at the same height.
        chips = [column.foot.chips for column in self.columns]
        high = max((one.heightForWidth(one.width()) for one in chips), default=0)
        for one in chips:
            if one.minimumHeight() != high:
                one.setFixedHeight(high)

    def ask(self, text: str, parts: Sequence[Part]) -> tuple[list[Run], bool]:
        """Hang a turn onto each column that is asked with the others, and onto those that are asked
        alone and have something in their field: the turns, to be sent; and whether any column was
        asked this."""
        written = bool(text.strip() or parts)
        runs: list[Run] = []
        told: list[CompareColumn] = []
        left: list[CompareColumn] = []
        for one in self.columns:
            synced = one.branch.column.synced
            if one.running or (synced and not written):
                continue
            run = one.make(text, parts) if synced else one.make_own()
            if run is not None:
                runs.append(run)
            if synced:
                (told if run is not None else left).append(one)
        if told:
            for one in left:
                one.leave(text, parts)
        return runs, bool(told)

    def mark(self, found: Sequence[Marked | None]) -> None:
        """What differs in the last answers; None: show the conversation."""
        for column, told in zip(self.columns, found, strict=False):
            column.mark(told)
