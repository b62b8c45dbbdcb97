"""The list of tools as an item model, and what is said of each row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, Qt, Signal

from playground.core.plain import visible
from playground.ui.models import RECORD, Index
from playground.ui.widgets.fieldedit import tip_of
from playground.ui.widgets.toolrows import Entry, Head, Row

LONGEST = 2_000
"""Characters of a description that a tooltip has."""


class ToolModel(QAbstractListModel):
    """Rows of `toolrows`.

    Signals:
        switched(Entry, bool): a tool is to be offered, or no longer.
    """

    switched = Signal(object, bool)

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[Row] = []

    def show(self, rows: Sequence[Row]) -> bool:
        """Show these rows. Whether that were other ones than before, or in other places."""
        fresh = list(rows)
        same = [row.key for row in fresh] == [row.key for row in self._rows]
        if same:
            self._rows = fresh
            if fresh:
                self.dataChanged.emit(self.index(0), self.index(len(fresh) - 1))
            return False
        self.beginResetModel()
        self._rows = fresh
        self.endResetModel()
        return True

    def row(self, index: Index) -> Row | None:
        return self._rows[index.row()] if 0 <= index.row() < len(self._rows) else None

    def at(self, key: Sequence[str] | None) -> QModelIndex:
        """Where the row with this key is; invalid when there is none."""
        for number, row in enumerate(self._rows):
            if row.key == key:
                return self.index(number)
        return QModelIndex()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemNeverHasChildren
        match self.row(index):
            case Entry():
                checkable = Qt.ItemFlag.ItemIsUserCheckable
                return flags | Qt.ItemFlag.ItemIsSelectable | checkable
            case Head():
                return flags | Qt.ItemFlag.ItemIsSelectable
            case None:
                return Qt.ItemFlag.NoItemFlags
            case _:
                return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index)
        if row is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return visible(_title(row))
            case Qt.ItemDataRole.AccessibleTextRole:
                return visible(_spoken(row))
            case Qt.ItemDataRole.AccessibleDescriptionRole | Qt.ItemDataRole.ToolTipRole:
                about = _about(row)
                return tip_of(about) if role == Qt.ItemDataRole.ToolTipRole else visible(about)
            case Qt.ItemDataRole.CheckStateRole if isinstance(row, Entry):
                return Qt.CheckState.Checked if row.on else Qt.CheckState.Unchecked
            case _ if role == int(RECORD):
                return row
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.row(index)
        if not isinstance(row, Entry) or role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.switched.emit(row, Qt.CheckState(value) == Qt.CheckState.Checked)
        return True


def _title(row: Row) -> str:
    match row:
        case Head():
            return row.title
        case Entry():
            return row.tool.name
        case _:
            return row.text


def _spoken(row: Row) -> str:
    match row:
        case Head():
            return ", ".join(filter(None, (row.title, row.words)))
        case Entry():
            offered = "offered" if row.on else "not offered"
            return f"{row.tool.title}, {offered}, answered by {row.mode or 'the server'}"
        case _:
            return row.text


def _about(row: Row) -> str:
    match row:
        case Head():
            return row.about
        case Entry():
            return "\n".join(_lines(row))
        case _:
            return row.text


def _lines(row: Entry) -> Iterator[str]:
    yield row.tool.title
    if row.tool.description:
        yield row.tool.description[:LONGEST]
    if row.warning:
        yield row.warning
