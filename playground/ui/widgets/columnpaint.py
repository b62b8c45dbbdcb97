"""A picture of columns over an axis, as a value, and painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from playground.ui import theme
from playground.ui.widgets.timelinepaint import small_font

TITLE, AXIS = 18, 16
"""Design pixels over and under the columns."""
NAMED = 4
"""Lines of text that must fit over each other before lines across are named in the plot."""
LEAST = 2.0
"""Pixels of a column that is not empty, however low it is."""


class Column(NamedTuple):
    begin: float
    end: float
    """Where it stands, as shares of the width."""
    parts: tuple[tuple[str, float], ...]
    """(token of the theme, how high), from below."""
    said: str
    number: int = -1
    """The event it leads to; -1: none."""

    @property
    def high(self) -> float:
        return sum(part for _, part in self.parts)


class Line(NamedTuple):
    """Something to be seen at a place across all columns."""

    at: float
    """As a share of the width."""
    text: str
    token: str


@dataclass(frozen=True)
class Picture:
    title: str
    """What the columns are, and after it what is to be said of all of them."""
    note: str = ""
    columns: Sequence[Column] = ()
    lines: Sequence[Line] = ()
    ticks: Sequence[tuple[float, str]] = ()
    """Under the axis."""
    top: str = ""
    """What the height of the highest column is called."""
    empty: str = ""
    """Said where there is no column."""

    @cached_property
    def most(self) -> float:
        """How high the highest column is."""
        return max((one.high for one in self.columns), default=0.0)


def area_of(whole: QRectF, picture: Picture) -> QRectF:
    """Where the columns are, of all the room for a picture."""
    look = theme.current()
    wide = QFontMetricsF(small_font()).horizontalAdvance(picture.top)
    left = wide + look.px(6) if picture.top else 1
    return whole.adjusted(left, look.px(TITLE), -1, -look.px(AXIS))


def column_area(area: QRectF, picture: Picture, at: int) -> QRectF:
    """A column, or its place where it is empty."""
    column, top = picture.columns[at], picture.most
    high = max(area.height() * column.high / top, LEAST) if column.high else 0.0
    left = area.left() + column.begin * area.width()
    wide = (column.end - column.begin) * area.width()
    return QRectF(left, area.bottom() - high, wide, high)


class PicturePainter:
    """For one frame."""

    def __init__(self, painter: QPainter, picture: Picture, area: QRectF) -> None:
        """`area`: of the columns."""
        self._painter = painter
        self._picture = picture
        self._area = area
        self._look = theme.current()
        font = small_font()
        self._metrics = QFontMetricsF(font)
        painter.setFont(font)

    def paint(self, current: int, focused: bool) -> None:
        """`current`: the column that the keyboard is at; -1: none."""
        look, picture, area, painter = self._look, self._picture, self._area, self._painter
        self._paint_title()
        painter.fillRect(area, look.colour("sunken"))
        if not picture.columns:
            painter.setPen(look.colour("faint"))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, picture.empty)
            return
        painter.setPen(QPen(look.colour("border"), 1))
        middle = round(area.center().y()) + 0.5
        painter.drawLine(QPointF(area.left(), middle), QPointF(area.right(), middle))
        for at in range(len(picture.columns)):
            self._paint_column(at, at == current, focused)
        for line in picture.lines:
            x = round(area.left() + line.at * area.width()) + 0.5
            painter.setPen(QPen(look.colour(line.token), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        self._paint_names()
        self._paint_ticks()
        if focused and current < 0:
            painter.setPen(QPen(look.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_title(self) -> None:
        look, picture, painter = self._look, self._picture, self._painter
        high = look.px(TITLE)
        line = QRectF(0, self._area.top() - high, self._area.right(), high - 2)
        painter.setPen(look.colour("muted"))
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, picture.title)
        room = line.width() - self._metrics.horizontalAdvance(picture.title) - look.px(16)
        note = self._metrics.elidedText(picture.note, Qt.TextElideMode.ElideRight, max(room, 0))
        painter.setPen(look.colour("faint"))
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, side, note)

    def _paint_column(self, at: int, current: bool, focused: bool) -> None:
        look, painter, whole = self._look, self._painter, self._area
        column, area = self._picture.columns[at], column_area(whole, self._picture, at)
        if current:
            band = QRectF(area.left(), whole.top(), area.width(), whole.height())
            painter.fillRect(band, look.colour("soft"))
        if not column.high:
            return
        bottom, gap = area.bottom(), 1.0 if area.width() > 3 else 0.0
        for token, part in column.parts:
            high = area.height() * part / column.high
            piece = QRectF(area.left(), bottom - high, max(area.width() - gap, 1.0), high)
            painter.fillRect(piece, look.colour(token))
            bottom -= high
        if current:
            painter.setPen(QPen(look.colour("text"), 2 if focused else 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(-1, -1, 0, 0))

    def _paint_names(self) -> None:
        """Of the lines, as long as they do not lie over each other; and of the height."""
        look, area, painter = self._look, self._area, self._painter
        high, pad = self._metrics.height(), look.px(4)
        painter.setPen(look.colour("faint"))
        gutter = QRectF(0, area.top() - 1, area.left() - pad, high)
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(gutter, side, self._picture.top)
        if area.height() < NAMED * high:
            return
        taken: list[QRectF] = []
        names = []
        for line in self._picture.lines:
            x = area.left() + line.at * area.width()
            wide = self._metrics.horizontalAdvance(line.text)
            left = x + pad if x + 2 * pad + wide < area.right() else x - pad - wide
            names.append((look.colour(line.token), line.text, left))
        for ink, text, left in names:
            wide = self._metrics.horizontalAdvance(text)
            place = QRectF(left, area.top() + 1, wide, high)
            while any(place.intersects(one.adjusted(-pad, 0, pad, 0)) for one in taken):
                place.translate(0, high)
            if text and place.bottom() < area.bottom():
                taken.append(place)
                ground = look.colour("sunken")
                painter.fillRect(place.adjusted(-1, 0, 1, 0), ground)
                painter.setPen(ink)
                painter.drawText(place, Qt.AlignmentFlag.AlignLeft, text)

    def _paint_ticks(self) -> None:
        look, area, painter = self._look, self._area, self._painter
        painter.setPen(look.colour("faint"))
        free = area.left() - 1
        for at, text in self._picture.ticks:
            x, wide = area.left() + at * area.width(), self._metrics.horizontalAdvance(text)
            left = min(max(x - wide / 2, area.left()), area.right() - wide)
            if left >= free:
                painter.drawText(QPointF(left, area.bottom() + look.px(AXIS - 3)), text)
                free = left + wide + look.px(8)
