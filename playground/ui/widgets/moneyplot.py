"""Bars over days, each of several parts. What a bar says is in its tooltip; a click narrows what is
shown to its days. The arrows go from bar to bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from playground.ui import theme, words
from playground.ui.widgets.moneyink import Ink, fill
from playground.ui.widgets.rowarea import tell
from playground.ui.widgets.timelinepaint import small_font

TITLE, AXIS = 20, 18
"""Design pixels over and under the bars."""
LEAST = 2.0
"""Pixels of a part that is not nothing, however little it is."""
WIDEST = 56
"""Design pixels of a bar, at most."""


class Column(NamedTuple):
    parts: tuple[int, ...]
    """Of each series, in whatever the plot counts."""
    said: str
    label: str
    """Under the axis, where there is room."""
    least: bool = False
    """There is more of it, that nobody knows the price of."""

    @property
    def leads(self) -> bool:
        """There is something in it to look into."""
        return self.least or any(self.parts)


@dataclass(frozen=True)
class Plot:
    title: str
    note: str = ""
    inks: tuple[Ink, ...] = ()
    """Of the series, from below."""
    columns: Sequence[Column] = ()
    lines: tuple[tuple[int, str], ...] = ()
    """Across, and what they are called."""
    end: int = 1
    """How high the axis reaches."""
    empty: str = ""
    """Said where there is nothing to be seen."""

    @cached_property
    def blank(self) -> bool:
        return not any(any(one.parts) for one in self.columns)


class MoneyPlot(QWidget):
    """Signals:
    picked(int): somebody wants to look into a bar.
    """

    picked = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.plot = Plot(name)
        self.current = -1
        """The bar that the keyboard is at."""
        self._hover = -1
        self._gutter = 0.0
        theme.follow(self, lambda look: self._restyle())

    def show_plot(self, plot: Plot) -> None:
        if plot == self.plot:
            return
        self.plot = plot
        self.current = self._hover = -1
        self._measure()
        self.setAccessibleDescription(f"{plot.title}: {plot.empty if plot.blank else plot.note}")
        self.update()

    def at(self, x: float) -> int:
        """The bar at a place across; -1: none."""
        area, count = self.area, len(self.plot.columns)
        if not count or not area.left() <= x < area.right():
            return -1
        return min(int((x - area.left()) / area.width() * count), count - 1)

    @property
    def area(self) -> QRectF:
        """Of the bars."""
        look = theme.current()
        return QRectF(self.rect()).adjusted(self._gutter, look.px(TITLE), -1, -float(look.px(AXIS)))

    def place(self, at: int) -> QRectF:
        """All that belongs to a bar, from the axis to the top."""
        area = self.area
        wide = area.width() / max(len(self.plot.columns), 1)
        return QRectF(area.left() + at * wide, area.top(), wide, area.height())

    def pick(self, at: int) -> None:
        """Make a bar the current one, and ask to look into it."""
        self._go(at)
        if at >= 0 and self.plot.columns[at].leads:
            self.picked.emit(at)

    def _go(self, at: int) -> None:
        self.current = at
        if at >= 0:
            tell(self, self.plot.columns[at].said, aloud=True)
        self.update()

    def _measure(self) -> None:
        """How wide the names of the lines are."""
        pad, metrics = theme.current().px(6), QFontMetricsF(small_font())
        names = () if self.plot.blank else self.plot.lines
        self._gutter = max((metrics.horizontalAdvance(text) + pad for _, text in names), default=0)

    def _restyle(self) -> None:
        self._measure()
        self.updateGeometry()
        self.update()

    # Qt.

    def sizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.px(320), look.px(150))

    def minimumSizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.px(200), look.px(TITLE + AXIS + 56))

    def paintEvent(self, event: QPaintEvent) -> None:
        look, plot, area = theme.current(), self.plot, self.area
        painter = QPainter(self)
        painter.setFont(small_font())
        metrics = QFontMetricsF(small_font())
        self._paint_title(painter, metrics)
        if plot.blank:
            painter.fillRect(area, look.colour("sunken"))
            painter.setPen(look.colour("muted"))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, plot.empty)
        else:
            self._paint_lines(painter, metrics)
            for at in range(len(plot.columns)):
                self._paint_bar(painter, at)
            self._paint_labels(painter, metrics)
        if self.hasFocus() and self.current < 0:
            painter.setPen(QPen(look.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()

    def _paint_title(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        look, plot = theme.current(), self.plot
        line = QRectF(0, 0, self.width() - 1, look.px(TITLE) - 4)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(look.colour("muted"))
        painter.drawText(line, middle, plot.title)
        room = line.width() - metrics.horizontalAdvance(plot.title) - look.px(16)
        note = metrics.elidedText(plot.note, Qt.TextElideMode.ElideRight, max(room, 0))
        painter.setPen(look.colour("faint"))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, note)

    def _paint_lines(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        look, area = theme.current(), self.area
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        high, free = metrics.height(), area.bottom() + area.height()
        for value, text in self.plot.lines:
            y = round(area.bottom() - area.height() * value / self.plot.end) + 0.5
            painter.setPen(QPen(look.colour("border"), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            if y + high / 2 <= free:
                painter.setPen(look.colour("faint"))
                gutter = QRectF(0, y - high / 2, area.left() - look.px(6), high)
                painter.drawText(gutter, side, text)
                free = y - high / 2

    def _paint_bar(self, painter: QPainter, at: int) -> None:
        look, plot, place = theme.current(), self.plot, self.place(at)
        column = plot.columns[at]
        if at in (self.current, self._hover):
            painter.fillRect(place, look.colour("soft"))
        gap = min(place.width() * 0.2, look.px(6)) if place.width() > 3 else 0.0
        wide = min(place.width() - gap, look.px(WIDEST))
        bar = QRectF(place.center().x() - wide / 2, place.top(), wide, place.height())
        y = bar.bottom()
        for ink, part in zip(plot.inks, column.parts, strict=True):
            if part:
                high = max(bar.height() * part / plot.end, LEAST)
                y -= high
                fill(painter, QRectF(bar.left(), y, bar.width(), high), ink)
        if column.least:
            # Something has no price: an open top, and a sign where there is room for one.
            painter.setPen(QPen(look.colour("warn"), 2, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(bar.left(), y - 2), QPointF(bar.right(), y - 2))
            if place.width() >= look.px(10) and y - look.px(16) > 0:
                sign = QRectF(place.left(), y - look.px(17), place.width(), look.px(14))
                painter.drawText(sign, Qt.AlignmentFlag.AlignCenter, "+")
        if at == self.current and self.hasFocus():
            painter.setPen(QPen(look.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(place.adjusted(1, 1, -1, -1))

    def _paint_labels(self, painter: QPainter, metrics: QFontMetricsF) -> None:
        look, area = theme.current(), self.area
        painter.setPen(look.colour("faint"))
        free = 0.0
        for at, column in enumerate(self.plot.columns):
            wide = metrics.horizontalAdvance(column.label)
            left = min(self.place(at).center().x() - wide / 2, area.right() - wide)
            if left >= free:
                painter.drawText(QPointF(left, area.bottom() + look.px(AXIS - 4)), column.label)
                free = left + wide + look.px(14)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = self.at(event.pos().x())
            if at >= 0:
                QToolTip.showText(event.globalPos(), words.tip(self.plot.columns[at].said), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.at(event.position().x())
        on = at >= 0 and self.plot.columns[at].leads
        self.setCursor(Qt.CursorShape.PointingHandCursor if on else Qt.CursorShape.ArrowCursor)
        if at != self._hover:
            self._hover = at
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pick(self.at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self.plot.columns) - 1
        if last < 0:
            super().keyPressEvent(event)
            return
        match event.key():
            case Qt.Key.Key_Right:
                self._go(min(self.current + 1, last))
            case Qt.Key.Key_Left:
                self._go(max(self.current - 1, 0))
            case Qt.Key.Key_Home:
                self._go(0)
            case Qt.Key.Key_End:
                self._go(last)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.pick(self.current)
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
