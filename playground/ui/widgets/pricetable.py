"""The user's own prices as a table, a row for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from playground.core.plain import visible
from playground.core.pricebook import OwnPrice
from playground.ui import theme, words
from playground.ui.models import RECORD
from playground.ui.widgets.pricedraft import Draft

Index = QModelIndex | QPersistentModelIndex

COLUMNS = (
    "", "Server", "Model", "Tier", "From", "Above", "Input", "Cached", "Cache write", "Output",
)  # fmt: skip
SIGN = 0
NUMBERS = range(5, 10)
SHARES = (0, 18, 18, 9, 11, 9, 8, 8, 11, 8)
"""How the columns divide the width, in hundredths."""
NAMES = ("server", "model", "tier", "since", "above", "input", "cached", "cache_write", "output")


@dataclass(slots=True, eq=False)
class Entry:
    """A price of the table, as it is kept and as it is being changed."""

    price: OwnPrice | None = None
    """None: it has never been saved."""
    draft: Draft | None = None
    """What was typed and not saved."""


class PriceModel(QAbstractTableModel):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Entry] = []
        self.used: OwnPrice | None = None
        """The price that would be used now for the model on screen."""

    def show_rows(self, rows: Sequence[Entry], used: OwnPrice | None) -> None:
        self.beginResetModel()
        self.rows, self.used = list(rows), used
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole and section in NUMBERS:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def sign(self, entry: Entry) -> str:
        if entry.draft is not None:
            return "•"
        return "→" if self.used is not None and entry.price is self.used else ""

    def cell(self, entry: Entry, column: int) -> str:
        if column == SIGN:
            return self.sign(entry)
        name = NAMES[column - 1]
        if entry.price is None:
            return visible((entry.draft or {}).get(name, ""))
        value = getattr(entry.price, name)
        if name == "above":
            return words.number(value) if value else ""
        if isinstance(value, Decimal):
            return words.exact(value)
        return "" if value is None else visible(str(value))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.rows):
            return None
        entry, column = self.rows[index.row()], index.column()
        look = theme.current()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self.cell(entry, column)
            case Qt.ItemDataRole.ToolTipRole:
                return words.tip(self._told(entry) or self.cell(entry, column))
            case Qt.ItemDataRole.AccessibleTextRole if column == SIGN:
                return self._told(entry)
            case Qt.ItemDataRole.FontRole if column:
                return look.mono
            case Qt.ItemDataRole.ForegroundRole:
                return look.colour("accent" if column == SIGN else "text")
            case Qt.ItemDataRole.TextAlignmentRole if column in NUMBERS:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case Qt.ItemDataRole.TextAlignmentRole if column == SIGN:
                return Qt.AlignmentFlag.AlignCenter
            case _ if role == int(RECORD):
                return entry
        return None

    def _told(self, entry: Entry) -> str:
        return {"•": "Not saved yet", "→": "Used now for the model on screen"}.get(
            self.sign(entry), ""
        )


class PriceTable(QTableView):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_ = PriceModel(self)
        self.setModel(self.model_)
        self.setAccessibleName("Your own prices")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        across = self.horizontalHeader()
        across.setHighlightSections(False)
        across.setSectionsClickable(False)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        across.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        theme.follow(self, lambda look: self._fit())

    @property
    def row(self) -> int:
        """The current one; -1: none."""
        return self.currentIndex().row()

    def go_to(self, row: int) -> None:
        self.selectRow(row)

    def _fit(self) -> None:
        look = theme.current()
        self.verticalHeader().setDefaultSectionSize(look.px(26))
        mark = look.px(22)
        self.horizontalHeader().setMinimumSectionSize(mark)
        self.setColumnWidth(SIGN, mark)
        room = max(self.viewport().width() - mark, look.px(300))
        for column, share in enumerate(SHARES):
            if column:
                self.setColumnWidth(column, room * share // 100)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
