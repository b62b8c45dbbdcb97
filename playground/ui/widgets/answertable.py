"""An answer that is a list, as a table: rows appear while they stream. Read-only."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from playground.core.json_nodes import Node
from playground.core.plain import visible
from playground.schemas.answer import Answer
from playground.schemas.source import spelled
from playground.ui import theme
from playground.ui.widgets.answersheet import Sheet
from playground.ui.widgets.parts import copy
from playground.ui.widgets.source import one_line

SHOWN = 200
"""Characters of a cell; all of them are in its tip."""
TOLD = 2_000
"""Characters of a tip."""
WIDEST = 260
"""Logical pixels of a column that nobody has widened; half of the view, where that is less."""
MEASURED = 60
"""Rows after which the widths of the columns stay."""

Index = QModelIndex | QPersistentModelIndex
_ABSENT = object()


class TableModel(QAbstractTableModel):
    """The cells of a sheet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet: Sheet | None = None
        self._rows = 0
        self._names: list[str] = []
        self._made: tuple[int, list[Any]] = (-1, [])  # cells of the row that was asked for last
        self.lit: set[tuple[int, int]] = set()
        """The cells that stand out."""

    def show_sheet(self, sheet: Sheet | None) -> None:
        self.beginResetModel()
        self.sheet = sheet
        self._measure()
        self.endResetModel()

    def advance(self) -> bool:
        """Take what is new. Whether the columns are other ones."""
        sheet = self.sheet
        if sheet is None:
            return False
        before = self._rows
        if sheet.look() or not sheet.tabular or len(sheet.rows) < before:
            self.beginResetModel()
            self._measure()
            self.endResetModel()
            return True
        self._made = (-1, [])
        if before:
            first, last = self.index(before - 1, 0), self.index(before - 1, len(self._names) - 1)
            self.dataChanged.emit(first, last)
        if len(sheet.rows) > before:
            self.beginInsertRows(QModelIndex(), before, len(sheet.rows) - 1)
            self._rows = len(sheet.rows)
            self.endInsertRows()
        return False

    def cell(self, row: int, column: int) -> Any:
        """What stands there; `_ABSENT` where nothing does."""
        if self.sheet is None:
            return _ABSENT
        if self._made[0] != row:
            self._made = row, self.sheet.columns.cells(self.sheet.rows[row], _ABSENT)
        return self._made[1][column]

    def light(self, nodes: Sequence[Node]) -> list[tuple[int, int]]:
        """Let the cells of values stand out; which those are."""
        sheet = self.sheet
        tabular = sheet is not None and sheet.tabular
        cells = [cell for node in nodes for cell in sheet.cells(node)] if tabular and sheet else []
        before, self.lit = self.lit, set(cells)
        if before != self.lit and self._rows:
            last = self.index(self._rows - 1, len(self._names) - 1)
            self.dataChanged.emit(self.index(0, 0), last)
        return cells

    def _measure(self) -> None:
        there = self.sheet is not None and self.sheet.tabular
        self._rows = len(self.sheet.rows) if self.sheet is not None and there else 0
        self._names = list(self.sheet.columns.names) if self.sheet is not None and there else []
        self._made = (-1, [])

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._names)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        across = orientation == Qt.Orientation.Horizontal
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return one_line(self._names[section]) if across else str(section)
            case Qt.ItemDataRole.TextAlignmentRole if across:
                return _side(self.cell(0, section) if self._rows else None)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        value = self.cell(index.row(), index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return one_line(written(value)[:SHOWN])
            case Qt.ItemDataRole.ToolTipRole:
                told = html.escape(visible(written(value)[:TOLD]))
                return f"<p style='white-space: pre-wrap'>{told}</p>" if told else None
            case Qt.ItemDataRole.FontRole if not isinstance(value, str):
                return theme.current().mono
            case Qt.ItemDataRole.ForegroundRole if value is None:
                return theme.current().colour("faint")
            case Qt.ItemDataRole.TextAlignmentRole:
                return _side(value)
        return None


def _side(value: Any) -> Qt.AlignmentFlag:
    """Where in its cell a value stands, and above them the name of a column of such."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def written(value: Any) -> str:
    """A cell as text: what is no string as JSON writes it."""
    if value is _ABSENT:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


class _Cells(QStyledItemDelegate):
    """Draws what is behind a cell that stands out; a style sheet leaves that to nobody else."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        if isinstance(model, TableModel) and (index.row(), index.column()) in model.lit:
            box: QRect = option.rect  # type: ignore[attr-defined]
            look = theme.current()
            painter.fillRect(box, look.colour("soft"))
            painter.fillRect(
                box.adjusted(0, box.height() - look.px(2), 0, 0), look.colour("accent")
            )
        super().paint(painter, option, index)


class _Numbers(QHeaderView):
    """Numbers of rows. As wide as the last of them, which is not found by asking for all."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.setHighlightSections(False)
        self.setSectionsClickable(True)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def sizeHint(self) -> QSize:
        look = theme.current()
        last = str(max(self.count() - 1, 0))
        return QSize(QFontMetrics(look.mono).horizontalAdvance(last) + look.px(18), 0)


class AnswerTable(QTableView):
    """The table that an answer is, or a sentence that it is none.

    Signals:
        pointed(Node): a value in it is the current one, or was clicked.
    """

    pointed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = TableModel(self)
        self._following = False
        self._lit: list[tuple[int, int]] = []
        self.setVerticalHeader(_Numbers(self))
        self.setModel(self._rows)
        self.setItemDelegate(_Cells(self))
        self.clicked.connect(self._point)
        self.setAccessibleName("Answer as a table")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setCornerWidget(QWidget(self))  # where both scroll bars meet
        across = self.horizontalHeader()
        across.setHighlightSections(False)
        across.setResizeContentsPrecision(MEASURED)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        theme.follow(self, self._restyle)

    # What is shown.

    @property
    def tabular(self) -> bool:
        """Whether there is a table."""
        return self._rows.sheet is not None and self._rows.sheet.tabular

    @property
    def caption(self) -> str:
        """What it is a table of: `$.lines · 12 rows`; empty when there is none."""
        sheet = self._rows.sheet
        if sheet is None or not sheet.tabular:
            return ""
        rows = len(sheet.rows)
        many = "1 row" if rows == 1 else f"{QLocale().toString(rows)} rows"
        return f"{one_line(spelled(sheet.path))} · {many}"

    def show_answer(self, answer: Answer | None) -> None:
        sheet = Sheet(answer) if answer is not None else None
        if sheet is not None:
            sheet.look()
        self._following = answer is not None and not answer.ended
        self._rows.show_sheet(sheet)
        self._fit()
        self.viewport().update()

    def advance(self) -> None:
        """Look at what is new; called by the clock."""
        bar = self.verticalScrollBar()
        top, end = bar.value(), bar.value() == bar.maximum()
        here = self.currentIndex()
        place = (here.row(), here.column())
        before = self._rows.rowCount()
        anew = self._rows.advance()
        if anew and place[0] >= 0:
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(self._rows.index(*place), flag)
        if anew or before < min(self._rows.rowCount(), MEASURED):
            self._fit()
        if self._following and end:
            self.scrollToBottom()
        elif anew:
            bar.setValue(top)

    def light(self, nodes: Sequence[Node]) -> None:
        """Let the cells of values stand out."""
        self._lit = self._rows.light(nodes)

    def bring_lit(self) -> None:
        """Scroll to what stands out, if that is not in view."""
        for cell in self._lit[:1]:
            self.scrollTo(self._rows.index(*cell))

    def node_at(self, index: QModelIndex) -> Node | None:
        """The value in a cell."""
        sheet = self._rows.sheet
        there = sheet is not None and sheet.tabular and index.isValid()
        return sheet.node(index.row(), index.column()) if there and sheet is not None else None

    def _point(self, index: QModelIndex) -> None:
        if (node := self.node_at(index)) is not None:
            self.pointed.emit(node)

    def copy_cells(self) -> None:
        """Put what is selected on the clipboard: rows as lines, cells with tabs between them."""
        indexes = self.selectedIndexes()
        lines: dict[int, list[str]] = {}
        for index in sorted(indexes, key=lambda one: (one.row(), one.column())):
            text = written(self._rows.cell(index.row(), index.column()))
            if len(indexes) > 1:
                text = text.replace("\t", " ").replace("\r\n", " ").replace("\n", " ")
            lines.setdefault(index.row(), []).append(text)
        if lines:
            copy("\n".join("\t".join(line) for line in lines.values()))

    def _fit(self) -> None:
        """Columns as wide as what is in them, within reason."""
        self.resizeColumnsToContents()
        look = theme.current()
        widest = min(look.px(WIDEST), max(round(self.viewport().width() * 0.55), look.px(120)))
        for column in range(self._rows.columnCount()):
            if self.columnWidth(column) > widest:
                self.setColumnWidth(column, widest)

    def _restyle(self, look: theme.Theme) -> None:
        down = self.verticalHeader()
        down.setMinimumSectionSize(look.px(24))
        down.setDefaultSectionSize(look.px(24))
        self.horizontalHeader().setMinimumSectionSize(look.px(36))
        self._fit()

    # Qt.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_cells()
            return
        before = self.currentIndex()
        super().keyPressEvent(event)
        if before != self.currentIndex():
            self._point(self.currentIndex())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()  # before, it had not the width that it has

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._rows.sheet is None or self.tabular:
            return
        ended = self._rows.sheet.answer.ended
        words = "This answer is no list." if ended else "A list becomes a table here."
        painter = QPainter(self.viewport())
        painter.setPen(theme.current().colour("faint"))
        painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, words)
