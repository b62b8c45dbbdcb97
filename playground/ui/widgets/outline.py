"""The outline of the session on screen: its whole tree, a line a turn, found as one types."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.session import Run
from playground.engine.outline import Row, forks_only, found, outline
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.outlinelist import OutlineList

EMPTY = "Nothing has been said in this session yet."
NOT_FOUND = "No turn of this session says that."


class OutlinePage(QWidget):
    """Nothing is looked at while it cannot be seen.

    Signals:
        asked(verb, Run): "show", "fork session", "compare", "delete" or "restore" a turn.
    """

    asked = Signal(str, object)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._whole: list[Row] = []
        """All lines, of which some are shown."""
        column = QVBoxLayout(self)
        theme.space(column, 0, 4, 0, 0, gap=6)
        row = QHBoxLayout()
        theme.space(row, 16, 0, 16, 0, gap=4)
        self.filter = _Filter(self)
        self.filter.setAccessibleName("Find a turn")
        self.filter.setClearButtonEnabled(False)
        row.addWidget(self.filter, 1)
        self.forks = self._switch("Forks only", "Only turns at which the tree branches, and ends")
        self.forks.toggled.connect(lambda _: self._narrow())
        self.deleted = self._switch("Deleted", "Turns in the trash too: they can come back")
        self.deleted.toggled.connect(lambda _: self.refresh())
        row.addWidget(self.forks)
        row.addWidget(self.deleted)
        column.addLayout(row)
        body = QWidget(self)
        self._pages = QStackedLayout(body)
        self.list = OutlineList(body)
        self.empty = QLabel(EMPTY, body)
        self.empty.setProperty("role", "caption")
        self.empty.setTextFormat(Qt.TextFormat.PlainText)
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        theme.follow(self.empty, lambda look: self.empty.setMargin(look.px(24)))
        self._pages.addWidget(self.list)
        self._pages.addWidget(self.empty)
        column.addWidget(body, 1)
        self.filter.textChanged.connect(lambda _: self._narrow())
        self.filter.returnPressed.connect(self._show_first)
        self.filter.went_down.connect(self.list.setFocus)
        self.list.picked.connect(lambda run: self.asked.emit("show", run))
        self.list.dropped.connect(self._drop)
        self.list.menu_wanted.connect(self._offer)
        self.list.typed.connect(self._type)
        for signal in (desk.session_shown, desk.tree_changed, desk.sessions_changed):
            signal.connect(lambda *_: self._refresh_if_seen())

    def _switch(self, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setProperty("role", "segment")
        button.setCheckable(True)
        button.setAccessibleName(text)
        button.setToolTip(tip)
        return button

    def _refresh_if_seen(self) -> None:
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Look at the tree again."""
        self._whole = outline(self.desk.session, deleted=self.deleted.isChecked())
        count = len(self._whole)
        self.filter.setPlaceholderText(f"Find among {count:,} turn{'s' * (count != 1)}")
        self._narrow()

    def _narrow(self) -> None:
        """Show those lines that are wanted: while somebody types, the tree stays as it is."""
        whole = self._whole
        rows = forks_only(whole) if self.forks.isChecked() else whole
        rows = found(rows, self.filter.text())
        self.list.show_rows(rows)
        self.empty.setText(NOT_FOUND if whole else EMPTY)
        self._pages.setCurrentIndex(0 if rows else 1)

    def step_back(self) -> bool:
        """Empty the filter; False: it was empty."""
        written = bool(self.filter.text())
        self.filter.clear()
        return written

    def _show_first(self) -> None:
        """The current one, which is the last of the branch on screen that was found, or the first
        of all."""
        if (row := self.list.row) is not None and not row.deleted:
            self.asked.emit("show", row.run)

    def _type(self, text: str) -> None:
        self.filter.setFocus()
        self.filter.insert(text)

    def _drop(self, run: Run) -> None:
        row = self.list.row
        gone = row is not None and row.deleted
        self.asked.emit("restore" if gone else "delete", run)

    def _offer(self, row: Row, place: QPoint) -> None:
        """What can be done with a turn."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        offers = [("Restore", "restore")] if row.deleted else [
            ("Show", "show"),
            ("Fork into a new session", "fork session"),
            ("Compare with…", "compare"),
            ("Delete", "delete"),
        ]  # fmt: skip
        for text, verb in offers:
            action = menu.addAction(text)
            action.triggered.connect(partial(self._ask, verb, row.run))
            action.setEnabled(verb == "show" or not self.desk.closed)
        menu.popup(place)

    def _ask(self, verb: str, run: Run, _: bool = False) -> None:
        self.asked.emit(verb, run)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()
        self.list.show_run(self.desk.run)
        self.list.setFocus()


class _Filter(QLineEdit):
    """Down goes to the lines."""

    went_down = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.went_down.emit()
        else:
            super().keyPressEvent(event)
