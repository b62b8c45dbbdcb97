"""What was set for a request beside what went out for it, as a table with a sign for what differs
and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from playground.core.plain import visible
from playground.engine.sent import shown
from playground.engine.sent_rows import ABSENT, Row
from playground.ui import theme, words
from playground.ui.models import RECORD
from playground.ui.widgets.parts import copy
from playground.ui.widgets.source import one_line

COLUMNS = ("", "Field", "Set", "Sent", "Why")
SIGN, FIELD, SET, SENT, WHY = range(len(COLUMNS))
SHARES = {FIELD: 20, SET: 22, SENT: 22, WHY: 36}
"""How the columns divide the width that the sign leaves."""
AROUND = 6
"""Logical pixels above and below a row, together."""
BY_PERSON = frozenset(("hand", "refusal"))
"""Reasons that somebody here gave."""

Index = QModelIndex | QPersistentModelIndex


def sign(row: Row) -> str:
    """How a field differs, in one character and never by colour alone."""
    if not row.differs:
        return "="
    if row.was is ABSENT:
        return "+"
    if row.sent is ABSENT:
        return "−"
    return "→" if row.to != row.path and row.was == row.sent else "≠"


SPOKEN = {
    "=": "as it was set",
    "+": "added",
    "−": "left out",
    "→": "under another name",
    "≠": "changed",
}


def why(row: Row) -> str:
    return " ".join(one.words for one in row.whys)


class SentModel(QAbstractTableModel):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def show_rows(self, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        return None

    def cell(self, row: Row, column: int) -> str:
        match column:
            case 0:
                return sign(row)
            case 1:
                moved = row.to != row.path and row.differs
                return one_line(f"{row.path} → {row.to}" if moved else row.path)
            case 2:
                return one_line(shown(row.was))
            case 3:
                return one_line(shown(row.sent))
            case _:
                return visible(why(row))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.rows):
            return None
        row, column = self.rows[index.row()], index.column()
        look = theme.current()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.cell(row, column)
            case Qt.ItemDataRole.ToolTipRole if column in (SET, SENT):
                return words.tip(self.cell(row, column))
            case Qt.ItemDataRole.AccessibleTextRole:
                return SPOKEN[sign(row)] if column == SIGN else self.cell(row, column)
            case Qt.ItemDataRole.FontRole if column != WHY:
                return look.mono
            case Qt.ItemDataRole.ForegroundRole:
                return look.colour(_token(row, column))
            case Qt.ItemDataRole.TextAlignmentRole if column == SIGN:
                return Qt.AlignmentFlag.AlignCenter
            case _ if role == int(RECORD):
                return row
        return None


def _kinds(row: Row) -> set[str]:
    return {one.kind for one in row.whys}


def _token(row: Row, column: int) -> str:
    if not row.differs:
        return "faint" if column == SIGN else "muted"
    if column == SIGN:
        kinds = _kinds(row)
        if "unexplained" in kinds:
            return "warn"
        return "reasoning" if kinds & BY_PERSON else "accent"
    if column == WHY and "unexplained" in _kinds(row):
        return "warn"
    return "muted" if column == SET else "text"


class SentTable(QTableView):
    """Rows as high as what is in them, those that differ first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_ = SentModel(self)
        self._all: list[Row] = []
        self._hidden = False
        self.setModel(self.model_)
        self.setAccessibleName("What was set and what was sent")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setWordWrap(True)
        self.verticalHeader().hide()
        across = self.horizontalHeader()
        across.setHighlightSections(False)
        across.setSectionsClickable(False)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        across.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        theme.follow(self, lambda look: self._fit())

    @property
    def rows(self) -> list[Row]:
        """Those that are seen."""
        return self.model_.rows

    @property
    def total(self) -> int:
        return len(self._all)

    @property
    def differing(self) -> int:
        return sum(row.differs for row in self._all)

    def show_rows(self, rows: Sequence[Row]) -> None:
        self._all = sorted(rows, key=lambda row: not row.differs)
        self._show()

    def hide_alike(self, hidden: bool) -> None:
        """Whether fields that went out as they were set are left out."""
        self._hidden = hidden
        self._show()

    def _show(self) -> None:
        self.model_.show_rows([row for row in self._all if row.differs or not self._hidden])
        self._fit()

    def _fit(self) -> None:
        look = theme.current()
        mark = look.px(28)
        self.horizontalHeader().setMinimumSectionSize(mark)
        self.setColumnWidth(SIGN, mark)
        room = max(self.viewport().width() - mark, look.px(200))
        for column, share in SHARES.items():
            self.setColumnWidth(column, room * share // 100)
        self.resizeRowsToContents()
        for line in range(len(self.rows)):
            self.setRowHeight(line, self.rowHeight(line) + look.px(AROUND))

    def copy_row(self) -> None:
        """Put the current row on the clipboard, with tabs between its cells."""
        index = self.currentIndex()
        if index.isValid():
            row = self.rows[index.row()]
            copy("\t".join(self.model_.cell(row, column) for column in range(len(COLUMNS))))

    # Qt.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_row()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()
