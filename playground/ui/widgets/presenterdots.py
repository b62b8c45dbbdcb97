"""How far a presentation is told, and how much there is: a dot for each sentence."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from playground.ui import theme, words

DOT, BETWEEN = 9, 24
"""Of a dot, and from one to the next."""


class Dots(QWidget):
    """How far it is told, and how much there is.

    Signals:
        picked(int): somebody wants to hear that one, from 0.
    """

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count = 0
        self.at = -1
        self.setAccessibleName("Progress")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.follow(self, lambda look: self.updateGeometry())

    def show_place(self, count: int, at: int) -> None:
        if (count, at) != (self.count, self.at):
            self.count, self.at = count, at
            self.setAccessibleDescription(f"{at + 1} of {count}" if count else "")
            self.update()

    def centre(self, number: int) -> QPointF:
        """Of a dot."""
        step = self._step()
        left = (self.width() - step * (self.count - 1)) / 2
        return QPointF(left + step * number, self.height() / 2)

    def _step(self) -> float:
        wanted = theme.current().px(BETWEEN)
        return min(wanted, self.width() / max(self.count, 1))

    def _number(self, x: float) -> int:
        """Of the dot at this place, or -1."""
        if not self.count:
            return -1
        step = self._step()
        number = round((x - self.centre(0).x()) / step)
        return number if 0 <= number < self.count else -1

    def sizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.px(200), look.px(24))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        radius = min(look.px(DOT), self._step() * 0.6) / 2
        for number in range(self.count):
            token = "accent" if number == self.at else "faint" if number < self.at else "border"
            painter.setBrush(look.colour(token if number <= self.at else "surface"))
            painter.setPen(QPen(look.colour(token if number <= self.at else "faint"), 1.2))
            painter.drawEllipse(self.centre(number), radius, radius)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        number = self._number(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and number >= 0:
            self.picked.emit(number)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self._number(event.pos().x())
            text = f"Step {number + 1} of {self.count}" if number >= 0 else ""
            QToolTip.showText(event.globalPos(), words.tip(text) if text else "", self)
            return True
        return super().event(event)
