"""A spread: one line for many numbers, each a dot, with the middle one and the range of most."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.ui import theme


class SpreadStrip(QWidget):
    """From 0, or from the least where that is far from 0, to the most."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumHeight(theme.current().px(24))
        self._numbers: tuple[float, ...] = ()
        self._median = self._p95 = 0.0
        theme.themes.changed.connect(self.update)

    def show_numbers(self, numbers: Sequence[float], median: float, p95: float, said: str) -> None:
        self._numbers, self._median, self._p95 = tuple(sorted(numbers)), median, p95
        self.setAccessibleDescription(said)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, theme.current().px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        numbers, look = self._numbers, theme.current()
        if not numbers:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = look.px(6)
        room = max(self.width() - 2 * edge, 1)
        least, most = numbers[0], numbers[-1]
        begin = 0.0 if least < most / 2 else least - (most - least) * 0.1
        span = (most - begin) or 1.0
        middle = self.height() / 2

        def at(number: float) -> float:
            x = edge + room * ((number - begin) / span if most > least else 0.5)
            return self.width() - x if self.isRightToLeft() else x

        painter.setPen(QPen(look.colour("border"), look.px(1)))
        painter.drawLine(QPointF(edge, middle), QPointF(edge + room, middle))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour("soft"))
        most_of = QRectF(QPointF(at(least), middle - look.px(6)),
                         QPointF(at(self._p95), middle + look.px(6))).normalized()  # fmt: skip
        painter.drawRoundedRect(most_of, look.px(3), look.px(3))
        dot = look.colour("accent")
        dot.setAlphaF(0.5)
        painter.setBrush(dot)
        for number in numbers:
            painter.drawEllipse(QPointF(at(number), middle), look.px(3), look.px(3))
        painter.setPen(QPen(look.colour("text"), look.px(2)))
        x = at(self._median)
        painter.drawLine(QPointF(x, middle - look.px(8)), QPointF(x, middle + look.px(8)))
        painter.end()
