"""A table of any number of rows, of which only those that are seen are there. Each cell opens what
its number comes from; the heads sort.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QKeyEvent, QKeySequence, QMouseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QTableView,
    QWidget,
)

from playground.engine.ledger_csv import Value
from playground.ui import theme, words
from playground.ui.widgets.parts import copy

ROW = 26
"""Design pixels."""
AROUND = 40
"""Rows that are read with those that are seen."""
WAITING = "…"
"""Stands in a row that is still read."""
NAME = 150
"""Design pixels of the first column, at least."""

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Field:
    """A column."""

    key: str
    title: str
    text: Callable[[Any], str]
    value: Callable[[Any], Value]
    """What it is sorted by, and what goes into a file."""
    does: str = ""
    """What a click asks for; empty: nothing."""
    wide: int = 0
    """Design pixels; 0: what the others leave."""
    tip: str = ""
    """Of the head."""
    said: Callable[[Any], str] | None = None
    """The tooltip of a cell; None: its text."""
    token: Callable[[Any], str] | None = None
    rank: int = 0
    """The columns of the highest rank are left out first where there is no room."""
    left: bool = False
    sorts: bool = True
    painted: bool = False
    """What is in it is drawn by a delegate."""

    @property
    def words(self) -> bool:
        return self.left or not self.wide


class MoneyModel(QAbstractTableModel):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: Sequence[Field] = ()
        self._rows: list[Any] = []
        self.ids: Sequence[str] | None = None
        """Of rows that are read when they are seen; None: all are there."""
        self._known: dict[str, Any] = {}
        self._sign: tuple[str, bool] = ("", True)

    def show_order(self, key: str, *, down: bool) -> None:
        """By which column the rows are sorted."""
        self._sign = key, down
        if self.fields:
            across = Qt.Orientation.Horizontal
            self.headerDataChanged.emit(across, 0, len(self.fields) - 1)

    def show_rows(self, fields: Sequence[Field], rows: Sequence[Any]) -> None:
        self.beginResetModel()
        self.fields, self._rows, self.ids, self._known = fields, list(rows), None, {}
        self.endResetModel()

    def show_ids(self, fields: Sequence[Field], ids: Sequence[str]) -> None:
        """Rows that are read later: see `fill`. Those that are known stay known."""
        self.beginResetModel()
        self.fields, self._rows, self.ids = fields, [], ids
        self.endResetModel()

    def forget(self) -> None:
        """What is known of rows may have changed."""
        self._known = {}

    def fill(self, rows: Mapping[str, Any]) -> None:
        self._known.update(rows)
        if self.ids:
            last = self.index(len(self.ids) - 1, len(self.fields) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def missing(self, first: int, last: int) -> list[str]:
        """The ids of rows that are not known yet."""
        return [one for one in (self.ids or ())[first : last + 1] if one not in self._known]

    @property
    def rows(self) -> Sequence[Any]:
        """Those that are all there."""
        return self._rows

    def row(self, number: int) -> Any:
        """What is in a row; None while it is not known."""
        if self.ids is None:
            return self._rows[number] if 0 <= number < len(self._rows) else None
        return self._known.get(self.ids[number]) if 0 <= number < len(self.ids) else None

    def order(self, field: Field, *, down: bool) -> None:
        """Sort the rows that are there; what has no value comes last."""
        self.layoutAboutToBeChanged.emit()
        known = [row for row in self._rows if field.value(row) is not None]
        known.sort(key=lambda row: _sortable(field.value(row)), reverse=down)
        self._rows = known + [row for row in self._rows if field.value(row) is None]
        self.layoutChanged.emit()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        if parent.isValid():
            return 0
        return len(self._rows) if self.ids is None else len(self.ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.fields)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.fields):
            return None
        field = self.fields[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                key, down = self._sign
                return f"{field.title} {'↓' if down else '↑'}" if key == field.key else field.title
            case Qt.ItemDataRole.ToolTipRole if field.tip:
                return words.tip(field.tip)
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignLeft if field.words else Qt.AlignmentFlag.AlignRight
                return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def cell(self, number: int, column: int) -> str:
        row = self.row(number)
        return WAITING if row is None else self.fields[column].text(row)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        field, row = self.fields[index.column()], self.row(index.row())
        look = theme.current()
        match role:
            case Qt.ItemDataRole.DisplayRole if not field.painted:
                return WAITING if row is None else field.text(row)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{field.title}: {self.cell(index.row(), index.column())}"
            case Qt.ItemDataRole.ToolTipRole if row is not None:
                return words.tip((field.said or field.text)(row))
            case Qt.ItemDataRole.FontRole if not field.words:
                font = QFont(look.mono)
                font.setPixelSize(look.px(11.5))
                return font
            case Qt.ItemDataRole.ForegroundRole:
                token = field.token(row) if field.token and row is not None else "text"
                return look.colour("faint" if row is None else token)
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignLeft if field.words else Qt.AlignmentFlag.AlignRight
                return side | Qt.AlignmentFlag.AlignVCenter
        return None


def _sortable(value: Value) -> Any:
    return value.lower() if isinstance(value, str) else value


class MoneyTable(QTableView):
    """Signals:
    opened(str, row, QRect): somebody wants what a cell leads to: what the field does, the row, and
        the cell's place in the viewport.
    sorted(Field, bool): by another column; True: the largest first.
    wanted(list): the ids of rows that are seen and not known.
    """

    opened = Signal(str, object, QRect)
    sorted = Signal(object, bool)
    wanted = Signal(list)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model_ = MoneyModel(self)
        self._asked: list[str] = []
        self._sort: tuple[str, bool] = ("", True)
        self.setModel(self.model_)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        down = self.verticalHeader()
        down.hide()
        down.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        across = self.horizontalHeader()
        across.setHighlightSections(False)
        across.setSectionsClickable(True)
        across.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        across.sectionClicked.connect(self._sort_by)
        self.clicked.connect(self._open)
        theme.follow(self, lambda look: self._restyle())

    @property
    def fields(self) -> Sequence[Field]:
        return self.model_.fields

    @property
    def order(self) -> tuple[Field | None, bool]:
        """The column that the rows are sorted by, and whether the largest comes first."""
        key, down = self._sort
        return next((one for one in self.fields if one.key == key), None), down

    def show_rows(self, fields: Sequence[Field], rows: Sequence[Any], by: str) -> None:
        """Rows, sorted as these columns were last, else by the column `by`."""
        self._take(fields, by)
        self.model_.show_rows(fields, rows)
        field, down = self.order
        if field is not None:
            self.model_.order(field, down=down)
        self._fit()

    def show_ids(self, fields: Sequence[Field], ids: Sequence[str]) -> None:
        """Rows in the order that was asked for, to be read when they are seen."""
        at = self.verticalScrollBar().value() if self.fields is fields else 0
        self._asked = []
        self.model_.show_ids(fields, ids)
        self._fit()
        self.verticalScrollBar().setValue(at)

    def sort_as(self, fields: Sequence[Field], by: str, *, down: bool = True) -> tuple[Field, bool]:
        """How rows of these columns are to be sorted: as they were last, else so."""
        self._take(fields, by, down=down)
        key, down = self._sort
        return next(one for one in fields if one.key == key), down

    def _take(self, fields: Sequence[Field], by: str, *, down: bool = True) -> None:
        if fields is not self.fields or not self._sort[0]:
            self._sort = by, down
            self.model_.show_order(by, down=down)

    def _sort_by(self, section: int) -> None:
        field = self.fields[section]
        if not field.sorts:
            return
        key, down = self._sort
        self._sort = field.key, not down if field.key == key else not field.words
        if self.model_.ids is None:
            self.model_.order(field, down=self._sort[1])
        self.model_.show_order(field.key, down=self._sort[1])
        self.sorted.emit(field, self._sort[1])

    def open_current(self) -> None:
        self._open(self.currentIndex())

    def _open(self, index: Index) -> None:
        row = self.model_.row(index.row()) if index.isValid() else None
        if row is not None and (does := self.fields[index.column()].does):
            self.opened.emit(does, row, self.visualRect(index))

    def paint_with(self, key: str, delegate: QStyledItemDelegate) -> None:
        """Have a column drawn by a delegate."""
        for at, field in enumerate(self.fields):
            if field.key == key:
                self.setItemDelegateForColumn(at, delegate)

    # Sizes.

    def _restyle(self) -> None:
        self.verticalHeader().setDefaultSectionSize(theme.current().px(ROW))
        self._fit()

    def _fit(self) -> None:
        """Give the columns their room; those of the highest rank go without where it is short."""
        look, fields = theme.current(), self.fields
        if not fields:
            return
        room = self.viewport().width()
        shown = list(range(len(fields)))

        def need(columns: Sequence[int]) -> int:
            return sum(look.px(fields[at].wide or NAME) for at in columns)

        while need(shown) > room and (rank := max(fields[at].rank for at in shown)):
            shown = [at for at in shown if fields[at].rank < rank]
        free = [at for at in shown if not fields[at].wide]
        left = room - sum(look.px(fields[at].wide) for at in shown if fields[at].wide)
        for at, field in enumerate(fields):
            self.setColumnHidden(at, at not in shown)
            if at in shown:
                wide = look.px(field.wide) if field.wide else left // max(len(free), 1)
                self.setColumnWidth(at, max(wide, look.px(48)))

    # Qt.

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.model_.ids is not None:
            first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
            count = self.model_.rowCount()
            last = last if last >= 0 else count - 1
            if self.model_.missing(max(first, 0), last):
                ids = self.model_.missing(max(first - AROUND, 0), last + AROUND)
                if ids != self._asked:
                    self._asked = ids
                    self.wanted.emit(ids)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        on = index.isValid() and bool(self.fields[index.column()].does)
        shape = Qt.CursorShape.PointingHandCursor if on else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self.currentIndex().isValid():
            index = self.currentIndex()
            copy(self.model_.cell(index.row(), index.column()))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.open_current()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()
