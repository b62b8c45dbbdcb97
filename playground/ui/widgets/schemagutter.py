"""Beside the lines of an editor: what is wrong with them, their numbers, what can be folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from playground.ui import theme
from playground.ui.icons import icon

if TYPE_CHECKING:
    from playground.ui.widgets.schemapage import Page

SIGN = 14
"""Pixels of the design: the square of a mark, and that of a chevron."""
LEAST = 2
"""Digits there is always room for."""

ICONS = {"error": ("error", "error"), "warning": ("warning", "warn"), "info": ("info", "accent")}
"""The icon of a mark's severity and its colour."""

HINT = "Tab indents. Press Esc, then Tab to go on."


class Gutter(QWidget):
    def __init__(self, code: Page) -> None:
        super().__init__(code)
        self._code = code
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setMouseTracking(True)

    @property
    def wide(self) -> int:
        """What it needs now, in pixels."""
        look = theme.current()
        digits = max(len(str(self._code.blockCount())), LEAST)
        return 2 * look.px(SIGN) + digits * QFontMetrics(look.mono).horizontalAdvance("0")

    def sizeHint(self) -> QSize:
        return QSize(self.wide, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        look, code = theme.current(), self._code
        painter = QPainter(self)
        painter.setFont(look.mono)
        side, line = look.px(SIGN), QFontMetrics(look.mono).lineSpacing()
        here = code.textCursor().block()
        at = self.mapFromGlobal(self.cursor().pos()) if self.underMouse() else None
        for block, top, height in code.rows():
            if top > event.rect().bottom():
                break
            y = round(top)
            number = block.blockNumber() + 1
            severity = code.severity(number)
            if severity is not None:
                name, token = ICONS[severity]
                icon(name, token).paint(painter, QRect(0, y + (line - side) // 2, side, side))
            painter.setPen(look.colour("text" if block == here else "faint"))
            place = QRect(side, y, self.width() - 2 * side, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight, str(number))
            folded = code.folds.hidden(block) > 0
            if folded or code.folds.foldable(block):
                hovered = at is not None and top <= at.y() < top + height
                token = "text" if hovered or folded else "faint"
                chevron = QRect(self.width() - side, y + (line - side) // 2, side, side)
                icon("chevron-right" if folded else "chevron-down", token).paint(painter, chevron)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        for block, top, height in self._code.rows():
            if top <= event.position().y() < top + height:
                self._code.toggle(block)
                return

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            self._tell(event.pos(), event.globalPos())
            return True
        return super().event(event)

    def _tell(self, at: QPoint, where: QPoint) -> None:
        for block, top, height in self._code.rows():
            if top <= at.y() < top + height:
                told = self._code.told(block.blockNumber() + 1)
                QToolTip.showText(where, told or HINT, self)
                return
        QToolTip.showText(where, HINT, self)
