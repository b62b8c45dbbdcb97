"""The columns of the event list: how wide they are, and the row of titles that changes it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFont,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QMenu, QWidget

from playground.ui import theme

PAD = 10
"""Logical pixels between columns."""
EDGE = 16
"""Logical pixels left of the first column, where the mark of the row stands."""
SIGN = 7
"""Logical pixels of a warning sign; there is room for one after the gap."""
GRIP = 5
"""How near to a border the pointer takes hold of it."""


class Column(NamedTuple):
    key: str
    title: str
    wide: float
    """In characters of the list's font. 0: takes what the others leave."""
    least: float
    right: bool
    """Numbers stand at the right."""


COLUMNS = (
    Column("number", "#", 3, 3, True),
    Column("time", "time ms", 9, 5, True),
    Column("gap", "gap ms", 8, 5, True),
    Column("type", "type", 40, 14, False),
    Column("item", "item", 14, 4, False),
    Column("delta", "delta", 0, 10, False),
    Column("size", "bytes", 7, 4, True),
    Column("chunk", "chunk", 5, 3, True),
)
DELTA = next(column for column in COLUMNS if column.key == "delta")
ALWAYS = "type"
"""The column that cannot be hidden."""
_ELASTIC = ("delta", "type")
"""The first of them that is shown takes what the others leave."""
_YIELDING = (("type", 26), ("item", 8))
"""Columns that give way first when there is too little room for the delta, and up to where."""
_DROPPED = ("chunk", "size")
"""Columns that are left out then, in this order, before anything gets narrower still."""
_ENOUGH = 16
"""Characters of a delta with which one can begin to read."""


class Columns:
    """Widths in characters, so that they grow with the font."""

    def __init__(self) -> None:
        self.wide = {column.key: column.wide for column in COLUMNS}
        self.hidden: set[str] = set()
        """Columns that nobody wants to see."""
        self.digits = 0
        """Of the largest number of an event."""

    def cells(self, width: int, unit: float) -> dict[str, tuple[int, int]]:
        """Column → (left, width) in pixels of those that are shown, when `width` pixels are there
        and a character takes `unit`."""
        shown = [column for column in COLUMNS if column.key not in self.hidden]
        wide = self._widths(shown, width, unit)
        for key in _DROPPED:
            if wide[_elastic(shown)] >= _ENOUGH:
                break
            rest = [column for column in shown if column.key != key]
            if len(rest) < len(shown):
                shown, wide = rest, self._widths(rest, width, unit)
        self._yield(wide, to_the_least=True)
        found, left = {}, float(EDGE)
        for column in shown:
            span = max(wide[column.key], column.least) * unit
            found[column.key] = (round(left), round(span))
            left += span + PAD + (SIGN if column.key == "gap" else 0)
        return found

    def _widths(self, shown: list[Column], width: int, unit: float) -> dict[str, float]:
        """In characters, when nothing needs to be narrower than one likes to read it."""
        room = (width - EDGE - SIGN - PAD * len(shown)) / unit
        wide = {column.key: self.wide[column.key] for column in shown}
        if "number" in wide:
            wide["number"] = max(wide["number"], self.digits)
        rest = _elastic(shown)
        wide[rest] = 0
        wide[rest] = room - sum(wide.values())
        self._yield(wide, to_the_least=False)
        return wide

    def _yield(self, wide: dict[str, float], *, to_the_least: bool) -> None:
        """Give the delta room at the cost of others."""
        if "delta" not in wide:
            return
        for key, end in _YIELDING:
            least = next(column.least for column in COLUMNS if column.key == key)
            wanted = DELTA.least if to_the_least else _ENOUGH
            if key in wide and (missing := wanted - wide["delta"]) > 0:
                given = min(missing, max(0.0, wide[key] - (least if to_the_least else end)))
                wide[key] -= given
                wide["delta"] += given

    def drag(self, key: str, x: int, width: int, unit: float) -> None:
        """Put the border right of a column at `x`."""
        cells = self.cells(width, unit)
        shown = [column for column in COLUMNS if column.key in cells]
        column = next(column for column in shown if column.key == key)
        if column.key != _elastic(shown):
            chars = (x - PAD / 2 - cells[key][0]) / unit
        else:  # it has what the others leave, so the one after it gives or takes
            column = shown[shown.index(column) + 1]
            left, span = cells[column.key]
            chars = (left + span - x - PAD / 2) / unit
        self.wide[column.key] = max(column.least, chars)

    def show(self, key: str, on: bool) -> None:
        (self.hidden.discard if on else self.hidden.add)(key)

    def reset(self) -> None:
        """The widths of the beginning, of all columns."""
        self.wide = {column.key: column.wide for column in COLUMNS}
        self.hidden.clear()


def _elastic(shown: list[Column]) -> str:
    keys = [column.key for column in shown]
    return next(key for key in _ELASTIC if key in keys)


class Header(QWidget):
    """The titles. Borders can be dragged, columns hidden; a double click brings all back.

    Signals:
        dragged(): the columns have other widths.
    """

    dragged = Signal()

    def __init__(self, columns: Columns, parent: QWidget) -> None:
        super().__init__(parent)
        self._columns = columns
        self._held: str | None = None
        self.setMouseTracking(True)
        self.setAccessibleName("Columns")
        self.setToolTip(
            "Borders can be dragged; a right click hides columns; a double click brings all back."
        )

    @property
    def unit(self) -> float:
        return QFontMetricsF(theme.current().mono).horizontalAdvance("0")

    def menu(self, parent: QWidget) -> QMenu:
        """Which columns are shown."""
        menu = QMenu("Columns", parent)
        for column in COLUMNS:
            action = menu.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(column.key not in self._columns.hidden)
            action.setEnabled(column.key != ALWAYS)
            action.toggled.connect(partial(self._show, column.key))
        menu.addSeparator()
        menu.addAction("As they were", self._reset)
        return menu

    def _show(self, key: str, on: bool) -> None:
        self._columns.show(key, on)
        self.update()
        self.dragged.emit()

    def _reset(self) -> None:
        self._columns.reset()
        self.update()
        self.dragged.emit()

    def _borders(self) -> Iterator[tuple[str, int]]:
        cells = self._columns.cells(self.width(), self.unit)
        for key in list(cells)[:-1]:
            left, span = cells[key]
            yield key, left + span + PAD // 2

    def _border(self, x: int) -> str | None:
        return next((key for key, at in self._borders() if abs(x - at) <= GRIP), None)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        painter.fillRect(event.rect(), look.colour("surface"))
        font = QFont(look.font)
        font.setPixelSize(look.px(11.5))
        painter.setFont(font)
        painter.setPen(look.colour("muted"))
        cells = self._columns.cells(self.width(), self.unit)
        for column in COLUMNS:
            if column.key not in cells:
                continue
            left, span = cells[column.key]
            side = Qt.AlignmentFlag.AlignRight if column.right else Qt.AlignmentFlag.AlignLeft
            area = QRectF(left, 0, span, self.height())
            painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, column.title)
        painter.setPen(look.colour("border"))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self._border(event.position().toPoint().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().toPoint().x()
        if self._held is None:
            on = self._border(x) is not None
            self.setCursor(Qt.CursorShape.SplitHCursor if on else Qt.CursorShape.ArrowCursor)
            return
        self._columns.drag(self._held, x, self.width(), self.unit)
        self.update()
        self.dragged.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._reset()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())
