"""What is remarkable about an event, each with the sign that it has in the list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.ui import theme
from playground.ui.widgets.eventflags import FLAGS, TITLES, TOKENS, Flag, Remark
from playground.ui.widgets.eventheader import SIGN
from playground.ui.widgets.eventpaint import SIGNS
from playground.ui.widgets.parts import label


class Remarks(QWidget):
    """A line for each flag; those that an event does not have are hidden."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=2)
        self._lines = {flag: _Line(flag) for flag in FLAGS}
        for line in self._lines.values():
            column.addWidget(line)
            line.hide()
        self.hide()

    def show_remarks(self, remarks: Sequence[Remark]) -> None:
        there = {remark.flag: remark for remark in remarks}
        for flag, line in self._lines.items():
            remark = there.get(flag)
            line.words.setText(visible(remark.sentence) if remark is not None else "")
            line.setVisible(remark is not None)
        self.setVisible(bool(there))


class _Line(QWidget):
    def __init__(self, flag: Flag) -> None:
        super().__init__()
        self.words = label("state")
        self.words.setWordWrap(True)
        self.words.setProperty("token", TOKENS[flag])
        sign = _Sign(flag)
        line = QHBoxLayout(self)
        theme.space(line, 0, 0, 0, 0, gap=6)
        line.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(self.words, 1)


class _Sign(QWidget):
    def __init__(self, flag: Flag) -> None:
        super().__init__()
        self._flag = flag
        self.setAccessibleName(TITLES[flag])
        theme.follow(self, lambda look: self.setFixedSize(QSize(look.px(SIGN + 3), look.px(16))))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour(TOKENS[self._flag]))
        painter.translate(1, (self.height() - SIGN * look.scale) / 2)
        painter.scale(look.scale, look.scale)
        painter.drawPolygon(SIGNS[self._flag])
