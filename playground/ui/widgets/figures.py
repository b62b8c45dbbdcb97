"""Figures: rows of words and numbers, under headings. A number that came from an event leads there.

The arrows go from number to number, Enter to the event.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from playground.core.plain import visible
from playground.ui import theme, words
from playground.ui.widgets.rowarea import RowArea, tell
from playground.ui.widgets.spentbar import paint_kind
from playground.ui.widgets.timelinepaint import small_font

ROW, SWATCH, GAP = 20, 10, 14
"""Design pixels: of a row, of the sign before its words, and between two columns of numbers."""


class Cell(NamedTuple):
    text: str
    number: int = -1
    """The event that it came from; -1: from none."""
    tip: str = ""


class Figure(NamedTuple):
    """A row."""

    words: str
    cells: tuple[Cell, ...] = ()
    tip: str = ""
    heading: bool = False
    """Its cells say what stands in the columns below."""
    colours: tuple[str, str] | None = None
    """Ground and frame of the sign before the words: tokens of the theme; no sign: None."""


class Figures(RowArea):
    """Signals:
    picked(int): somebody wants to see the event that a number came from.
    pointed(int): another row is the current one, or none: -1.
    """

    picked = Signal(int)
    pointed = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, ROW, parent)
        self.rows: Sequence[Figure] = ()
        self.current: tuple[int, int] | None = None
        """Row and cell."""
        self._hover: tuple[int, int] | None = None
        self._columns: list[list[float]] = []
        """Of each row, how wide its columns are: those under one heading share theirs."""
        theme.follow(self, lambda look: self._restyle())

    @property
    def count(self) -> int:
        return len(self.rows)

    def show_rows(self, rows: Sequence[Figure]) -> None:
        if list(rows) == list(self.rows):
            return
        self.rows = list(rows)
        if self.current is not None and self.current[0] >= len(self.rows):
            self.current = None
        self.lay_out()

    def show_current(self, row: int) -> None:
        """Mark a row, as if somebody had gone there; -1: none."""
        self.current = (row, 0) if 0 <= row < len(self.rows) else None
        if self.current is not None:
            self.reveal(row)
        self.viewport().update()

    def cells(self) -> Iterator[tuple[int, int, QRectF, Cell]]:
        """(row, cell, place in the viewport, cell), row by row."""
        look, high = theme.current(), self.high
        for row, figure in enumerate(self.rows):
            right = float(self.viewport().width() - look.px(4))
            places: list[QRectF] = []
            for span in reversed(self._columns[row]):
                places.append(QRectF(right - span, self.top(row), span, high))
                right -= span + look.px(GAP)
            for at, (area, cell) in enumerate(zip(reversed(places), figure.cells, strict=False)):
                yield row, at, area, cell

    def at(self, point: QPointF) -> tuple[int, int] | None:
        """The number at a point; beside them, the first of the row that leads anywhere."""
        for row, at, area, cell in self.cells():
            if area.adjusted(-4, 0, 4, 0).contains(point) and cell.number >= 0:
                return row, at
        row = self.row_at(point)
        if row < 0:
            return None
        leading = (at for at, cell in enumerate(self.rows[row].cells) if cell.number >= 0)
        return row, next(leading, -1)

    def pick(self) -> None:
        """Ask for the event of the current number."""
        if self.current is not None:
            row, at = self.current
            cells = self.rows[row].cells
            if 0 <= at < len(cells) and cells[at].number >= 0:
                self.picked.emit(cells[at].number)

    def say(self, row: int) -> str:
        """A row as a sentence."""
        figure = self.rows[row]
        heads = next((one.cells for one in self.rows[row::-1] if one.heading), ())
        numbers = [
            f"{heads[at].text} {cell.text}" if at < len(heads) and cell.text else cell.text
            for at, cell in enumerate(figure.cells)
        ]
        return visible(": ".join(filter(None, (figure.words, ", ".join(filter(None, numbers))))))

    def _go(self, row: int, at: int) -> None:
        self.current = row, at
        self.reveal(row)
        tell(self, self.say(row), aloud=True)
        self.pointed.emit(row)
        self.viewport().update()

    # Sizes.

    def _restyle(self) -> None:
        look = theme.current()
        self._font: QFont = QFont(look.font)
        self._font.setPixelSize(look.px(12))
        self._small = small_font()
        self._mono = QFont(look.mono)
        self._mono.setPixelSize(look.px(11.5))
        self._metrics = QFontMetricsF(self._font)
        self.lay_out()

    def measure(self) -> None:
        mono, small = QFontMetricsF(self._mono), QFontMetricsF(self._small)
        self._columns = []
        shared: list[float] = []
        for figure in self.rows:
            if figure.heading:
                shared = []
            metrics = small if figure.heading else mono
            for at, cell in enumerate(figure.cells):
                wide = metrics.horizontalAdvance(cell.text)
                if at < len(shared):
                    shared[at] = max(shared[at], wide)
                else:
                    shared.append(wide)
            self._columns.append(shared)

    def tip(self, point: QPointF) -> str:
        if (place := self.at(point)) is None:
            return ""
        row, at = place
        figure = self.rows[row]
        cell = figure.cells[at] if at >= 0 else Cell("")
        lead = f"Go to event {words.number(cell.number)}." if cell.number >= 0 else ""
        said = "" if figure.heading else f"{self.say(row)}."
        return " ".join(filter(None, (said, cell.tip or figure.tip, lead)))

    # Qt.

    def sizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.px(280), self.high * 8)

    def minimumSizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.px(180), self.high * 3)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, high = theme.current(), self.high
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lefts: dict[int, float] = {}
        room = self.viewport().height()
        if self.current is not None:
            top = self.top(self.current[0])
            painter.setPen(QPen(look.colour("accent"), 1) if self.hasFocus() else Qt.PenStyle.NoPen)
            painter.setBrush(look.colour("soft"))
            wide = self.viewport().width()
            painter.drawRoundedRect(QRectF(0.5, top + 0.5, wide - 1, high - 1), 4, 4)
        for row, at, area, cell in self.cells():
            lefts[row] = min(lefts.get(row, area.left()), area.left())
            if area.bottom() > 0 and area.top() < room:
                self._paint_cell(painter, (row, at), area, cell)
        for row, figure in enumerate(self.rows):
            y = self.top(row)
            if y + high > 0 and y < room:
                left = lefts.get(row, float(self.viewport().width()))
                self._paint_words(painter, figure, QRectF(0, y, left - look.px(8), high))

    def _paint_cell(
        self, painter: QPainter, place: tuple[int, int], area: QRectF, cell: Cell
    ) -> None:
        look, heading = theme.current(), self.rows[place[0]].heading
        painter.setPen(look.colour("faint" if heading else "text"))
        font = self._small if heading else self._mono
        if cell.number >= 0 and place in (self._hover, self.current):
            font = QFont(font)
            font.setUnderline(True)
        painter.setFont(font)
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, side | Qt.TextFlag.TextSingleLine, cell.text)

    def _paint_words(self, painter: QPainter, figure: Figure, area: QRectF) -> None:
        look = theme.current()
        area = area.adjusted(look.px(6), 0, 0, 0)
        if figure.colours is not None:
            side = look.px(SWATCH)
            sign = QRectF(area.left(), area.center().y() - side / 2, side, side)
            paint_kind(painter, sign, *figure.colours)
            area = area.adjusted(side + look.px(8), 0, 0, 0)
        font = self._small if figure.heading else self._font
        painter.setFont(font)
        painter.setPen(look.colour("muted" if figure.heading or not figure.cells else "text"))
        text = QFontMetricsF(font).elidedText(
            visible(figure.words), Qt.TextElideMode.ElideRight, max(area.width(), 0)
        )
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(area, side | Qt.TextFlag.TextSingleLine, text)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.at(event.position())
        self.show_hand(place is not None and place[1] >= 0)
        if place != self._hover:
            self._hover = place
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or place is None:
            return
        if not self.rows[place[0]].heading:
            self._go(*place)
            self.pick()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        order = [row for row, figure in enumerate(self.rows) if not figure.heading]
        if not order:
            super().keyPressEvent(event)
            return
        row, at = self.current or (-1, 0)
        here = order.index(row) if row in order else -1
        last = len(self.rows[row].cells) - 1 if here >= 0 else 0
        match event.key():
            case Qt.Key.Key_Down:
                self._go(order[min(here + 1, len(order) - 1)], max(at, 0))
            case Qt.Key.Key_Up:
                self._go(order[max(here - 1, 0)], max(at, 0))
            case Qt.Key.Key_Home:
                self._go(order[0], 0)
            case Qt.Key.Key_End:
                self._go(order[-1], 0)
            case Qt.Key.Key_Right if here >= 0:
                self._go(row, min(at + 1, last))
            case Qt.Key.Key_Left if here >= 0:
                self._go(row, max(at - 1, 0))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.pick()
            case _:
                super().keyPressEvent(event)
