"""Texts and tables in lines of some width, laid out to be painted large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QTextLayout, QTextOption

from playground.engine.narration_parts import Part, Table
from playground.ui import theme

SPACING = 1.35
"""Of lines, in heights of a line."""
GUTTER = 1.1
"""Between columns, in widths of an em."""
LEAST = 0.14
"""Of the width, for a column that has more to say than there is room for."""
PAD = 0.18
"""Above and below a row of a table, in heights of a line."""


class Laid(Protocol):
    height: float

    def draw(self, painter: QPainter, at: QPointF) -> None:
        """Its pen is that of the text."""


def font_of(size: float, *, strong: bool = False) -> QFont:
    """Of the interface, in pixels."""
    font = QFont(theme.current().font)
    font.setPixelSize(max(round(size), 1))
    if strong:
        font.setWeight(QFont.Weight.DemiBold)
    return font


class LaidText:
    """A text in lines of some width."""

    def __init__(self, text: str, font: QFont, width: float) -> None:
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        metrics = QFontMetricsF(font)
        self.ascent = metrics.ascent()
        step = metrics.height() * SPACING
        self._layouts: list[QTextLayout] = []
        y = 0.0
        for paragraph in text.split("\n"):  # each has a direction of its own
            if not paragraph:
                y += step / 2
                continue
            layout = QTextLayout(paragraph, font)
            layout.setTextOption(option)
            layout.beginLayout()
            while (line := layout.createLine()).isValid():
                line.setLineWidth(width)
                line.setPosition(QPointF(0, y))
                y += step
            layout.endLayout()
            self._layouts.append(layout)
        self.height = y

    def draw(self, painter: QPainter, at: QPointF) -> None:
        for layout in self._layouts:
            layout.draw(painter, at)


class LaidTable:
    """Cells in columns: as wide as what is in them where there is room, else in lines."""

    def __init__(self, table: Table, font: QFont, strong: QFont, width: float) -> None:
        metrics = QFontMetricsF(font)
        self._gutter = metrics.averageCharWidth() * 2 * GUTTER
        self._pad = metrics.height() * PAD
        self._headed = table.headed
        self._widths = self._shared(table, QFontMetricsF(strong), width)
        self._rows: list[tuple[float, list[LaidText]]] = []
        """(where it begins, its cells)"""
        y = 0.0
        for number, row in enumerate(table.rows):
            head = table.headed and number == 0
            cells = [
                LaidText(cell, strong if head else font, wide)
                for cell, wide in zip(row, self._widths, strict=False)
            ]
            self._rows.append((y, cells))
            y += max((cell.height for cell in cells), default=0) + 2 * self._pad
        self._more = LaidText(f"and {table.more} more", font, width) if table.more else None
        self._end = y
        self._wide = min(sum(self._widths) + self._gutter * (len(self._widths) - 1), width)
        self.height = y + (self._more.height + self._pad if self._more is not None else 0)

    def _shared(self, table: Table, metrics: QFontMetricsF, width: float) -> list[float]:
        """The widths of the columns: the widest give what is too much."""
        count = max((len(row) for row in table.rows), default=0)
        wanted = [
            max(metrics.horizontalAdvance(row[at]) for row in table.rows if at < len(row))
            for at in range(count)
        ]
        room = width - self._gutter * (count - 1)
        while sum(wanted) > room:
            most = max(wanted)
            rest = [one for one in wanted if one < most]
            widest = count - len(rest)
            least = max(max(rest, default=0), (room - sum(rest)) / widest, LEAST * width)
            if least >= most:
                break
            wanted = [min(one, least) for one in wanted]
        return [one + 1 for one in wanted]

    def draw(self, painter: QPainter, at: QPointF) -> None:
        look = theme.current()
        ink, faint = painter.pen().color(), look.colour("muted")
        for number, (y, cells) in enumerate(self._rows):
            if number:
                self._line(painter, at, y, look.colour("border"))
            x = at.x()
            for place, (cell, wide) in enumerate(zip(cells, self._widths, strict=False)):
                about = number == 0 if self._headed else place == 0
                painter.setPen(faint if about else ink)
                cell.draw(painter, QPointF(x, at.y() + y + self._pad))
                x += wide + self._gutter
        if self._more is not None:
            painter.setPen(faint)
            self._more.draw(painter, QPointF(at.x(), at.y() + self._end + self._pad))
        painter.setPen(ink)

    def _line(self, painter: QPainter, at: QPointF, y: float, colour: QColor) -> None:
        painter.setPen(QPen(colour, 1))
        top = round(at.y() + y) + 0.5
        painter.drawLine(QPointF(at.x(), top), QPointF(at.x() + self._wide, top))


class LaidParts:
    """Texts and tables below each other."""

    def __init__(self, parts: Sequence[Part], size: float, width: float) -> None:
        font, strong = font_of(size), font_of(size, strong=True)
        self._between = QFontMetricsF(font).height() * 0.6
        self._laid: list[Laid] = [
            LaidText(part, font, width)
            if isinstance(part, str)
            else LaidTable(part, font, strong, width)
            for part in parts
        ]
        self.height = sum(one.height for one in self._laid)
        self.height += self._between * max(len(self._laid) - 1, 0)

    def draw(self, painter: QPainter, at: QPointF) -> None:
        y = at.y()
        for one in self._laid:
            one.draw(painter, QPointF(at.x(), y))
            y += one.height + self._between


def elided(painter: QPainter, area: QRectF, base: float, text: str) -> None:
    """Paint as much of a line as there is room for."""
    metrics = QFontMetricsF(painter.font())
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(QPointF(area.left(), base), shown)
