"""The columns of the event list: how wide they are, and the row of titles that changes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

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
)
_YIELDING = ("type", "item")
"""Columns that give way, in this order, when there is too little room for the delta."""


class Columns:
    """Widths in characters, so that they grow with the font."""

    def __init__(self) -> None:
        self.wide = {column.key: column.wide for column in COLUMNS}
        self.digits = 0
        """Of the largest number of an event."""

    def cells(self, width: int, unit: float) -> dict[str, tuple[int, int]]:
        """Column → (left, width) in pixels, when `width` pixels are there and a character takes
        `unit`."""
        room = (width - EDGE - SIGN - PAD * len(COLUMNS)) / unit
        wide = dict(self.wide)
        wide["number"] = max(wide["number"], self.digits)
        rest = next(column for column in COLUMNS if not column.wide)
        wide[rest.key] = room - sum(wide.values())
        for column in COLUMNS:
            if column.key in _YIELDING and (missing := rest.least - wide[rest.key]) > 0:
                given = min(missing, max(0.0, wide[column.key] - column.least))
                wide[column.key] -= given
                wide[rest.key] += given
        wide[rest.key] = max(wide[rest.key], rest.least)
        found, left = {}, float(EDGE)
        for column in COLUMNS:
            span = wide[column.key] * unit
            found[column.key] = (round(left), round(span))
            left += span + PAD + (SIGN if column.key == "gap" else 0)
        return found

    def drag(self, key: str, x: int, width: int, unit: float) -> None:
        """Put the border right of a column at `x`."""
        cells = self.cells(width, unit)
        column = next(column for column in COLUMNS if column.key == key)
        if column.wide:
            chars = (x - PAD / 2 - cells[key][0]) / unit
        else:  # it has what the others leave, so the one after it gives or takes
            column = COLUMNS[COLUMNS.index(column) + 1]
            left, span = cells[column.key]
            chars = (left + span - x - PAD / 2) / unit
        self.wide[column.key] = max(column.least, chars)

    def reset(self) -> None:
        """The widths of the beginning."""
        self.wide = {column.key: column.wide for column in COLUMNS}


class Header(QWidget):
    """The titles. Borders can be dragged; a double click brings the widths back.

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

    @property
    def unit(self) -> float:
        return QFontMetricsF(theme.current().mono).horizontalAdvance("0")

    def _borders(self) -> Iterator[tuple[str, int]]:
        cells = self._columns.cells(self.width(), self.unit)
        for column in COLUMNS[:-1]:
            left, span = cells[column.key]
            yield column.key, left + span + PAD // 2

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
        self._columns.reset()
        self.update()
        self.dragged.emit()
