"""Item models: plain, tested without a window. Named roles, and the record behind each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from playground.core.plain import visible
from playground.store.listing import Row
from playground.ui import words

Index = QModelIndex | QPersistentModelIndex

RECORD = Qt.ItemDataRole.UserRole
"""The Row of a session; None for a heading."""
DETAIL = Qt.ItemDataRole.UserRole + 1
"""The second line."""


class SessionsModel(QAbstractListModel):
    """Sessions under the day on which they last changed."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[str | Row] = []

    def show(self, rows: Sequence[Row], *, grouped: bool) -> None:
        """Replace the rows. `grouped` puts headings between days; a search has none."""
        fresh: list[str | Row] = []
        day = ""
        for row in rows:
            if grouped and (head := words.day(row.changed)) != day:
                day = head
                fresh.append(head)
            fresh.append(row)
        if len(fresh) == len(self._rows) and all(
            _key(old) == _key(new) for old, new in zip(self._rows, fresh, strict=True)
        ):
            # The same rows in the same places: keep selection and scroll position.
            self._rows = fresh
            if fresh:
                self.dataChanged.emit(self.index(0), self.index(len(fresh) - 1))
            return
        self.beginResetModel()
        self._rows = fresh
        self.endResetModel()

    def row_of(self, session_id: str) -> int:
        """Where a session is; -1 when it is not in the list."""
        for number, row in enumerate(self._rows):
            if isinstance(row, Row) and row.id == session_id:
                return number
        return -1

    def record(self, index: Index) -> Row | None:
        row = self._rows[index.row()] if 0 <= index.row() < len(self._rows) else None
        return row if isinstance(row, Row) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if self.record(index) is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if isinstance(row, str):
            return row if role == Qt.ItemDataRole.DisplayRole else None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return visible(row.title) or "Untitled session"
            case Qt.ItemDataRole.AccessibleTextRole:
                return _whole(row)
            case Qt.ItemDataRole.ToolTipRole:
                return words.tip(_whole(row))
            case _ if role == int(RECORD):
                return row
            case _ if role == int(DETAIL):
                return detail(row)
            case _:
                return None


def _whole(row: Row) -> str:
    state = ", running" if row.running else ""
    return f"{visible(row.title) or 'Untitled session'}{state}, {detail(row)}"


def _key(row: str | Row) -> str:
    return row if isinstance(row, str) else row.id


def detail(row: Row) -> str:
    """What stands below the title: where a search found it, else numbers."""
    if row.found is not None:
        return visible(" ".join(str(row.found.text).split()))
    turns = f"{row.runs} turn" if row.runs == 1 else f"{row.runs} turns" if row.runs else "draft"
    cost = words.money(row.usd) if row.usd else ""
    tokens = f"{words.tokens(row.tokens)} tok" if row.tokens else ""
    return " · ".join(filter(None, (turns, tokens, cost)))
