"""The chip line: small facts beside each other, each of which opens. Wraps, never cuts."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from playground.core.plain import visible
from playground.ui import theme

Row = tuple[str, str, str]
"""(kind, text, what a click on it does)"""

DOT = "·"
HIGH, GAP, SIZE = 24, 13, 11
"""Pixels of the design: a line, between two chips, and the letters."""


def chip_font() -> QFont:
    look = theme.current()
    font = QFont(look.mono)
    font.setPixelSize(look.px(SIZE))
    return font


class Chip(QToolButton):
    """A fact. Begins where its text does, so that a line of them stands under prose."""

    def __init__(self, text: str, tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "fact")
        self.setText(visible(text))
        self.setToolTip(tip)
        self.setAccessibleName(f"{text}: {tip}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        width = ceil(QFontMetricsF(chip_font()).horizontalAdvance(self.text())) + 1
        high = theme.current().px(HIGH)
        return QSize(max(width, high), high)

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        font = chip_font()
        font.setUnderline(self.underMouse())
        painter.setFont(font)
        painter.setPen(look.colour("text" if self.underMouse() else "faint"))
        text = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, text)
        if self.hasFocus():
            painter.setPen(QPen(look.colour("accent"), 2))
            painter.drawLine(0, self.height() - 2, self.width(), self.height() - 2)


class ChipLine(QWidget):
    """Chips with a dot between those on one line.

    Signals:
        picked(kind, chip): one was clicked.
    """

    picked = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._chips: list[Chip] = []
        self._dots: list[QRect] = []

    def show_chips(self, rows: Sequence[Row]) -> None:
        """Show these; one without text is left out."""
        for old in self._chips:
            old.hide()
            old.deleteLater()
        self._chips = [self._chip(*row) for row in rows if row[1]]
        self._place(self.width())
        self.updateGeometry()

    def _chip(self, kind: str, text: str, tip: str) -> Chip:
        chip = Chip(text, tip, self)
        chip.clicked.connect(lambda: self.picked.emit(kind, chip))
        chip.show()
        return chip

    def _lines(self, width: int) -> list[list[tuple[Chip, QRect]]]:
        """Where each chip goes, line by line."""
        gap, high = theme.current().px(GAP), theme.current().px(HIGH)
        lines: list[list[tuple[Chip, QRect]]] = [[]]
        at = 0
        for chip in self._chips:
            wide = chip.sizeHint().width()
            if lines[-1] and at + wide > width:
                lines.append([])
                at = 0
            lines[-1].append((chip, QRect(at, high * (len(lines) - 1), min(wide, width), high)))
            at += wide + gap
        return lines

    def _place(self, width: int) -> None:
        self._dots = []
        gap = theme.current().px(GAP)
        for line in self._lines(width):
            for number, (chip, place) in enumerate(line):
                chip.setGeometry(place)
                if number:
                    self._dots.append(QRect(place.left() - gap, place.top(), gap, place.height()))
        self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return theme.current().px(HIGH) * len(self._lines(width)) if self._chips else 0

    def sizeHint(self) -> QSize:
        return QSize(self.minimumSizeHint().width(), self.heightForWidth(max(self.width(), 1)))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(80), theme.current().px(HIGH) if self._chips else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place(event.size().width())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(chip_font())
        painter.setPen(theme.current().colour("faint"))
        for place in self._dots:
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, DOT)
