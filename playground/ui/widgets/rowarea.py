"""What views of painted rows of one height have in common: scrolling, focus, tooltips, and saying
where one is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFocusEvent,
    QHelpEvent,
    QMouseEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from playground.ui import theme, words


class RowArea(QAbstractScrollArea):
    def __init__(self, name: str, row: int, parent: QWidget | None = None) -> None:
        """`row`: design pixels of one."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setProperty("role", "transcript")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self._row = row

    # Of whoever is one.

    @property
    def count(self) -> int:
        """Rows there are."""
        raise NotImplementedError

    def tip(self, point: QPointF) -> str:
        """What is said of a point of the viewport."""
        raise NotImplementedError

    def measure(self) -> None:
        """Fonts, rows or sizes are other ones."""

    # For them.

    @property
    def high(self) -> int:
        """Pixels of a row."""
        return theme.current().px(self._row)

    def top(self, row: int) -> int:
        """Where a row begins in the viewport."""
        return row * self.high - self.verticalScrollBar().value()

    def row_at(self, point: QPointF) -> int:
        """The row at a point of the viewport; -1: none."""
        row = int((point.y() + self.verticalScrollBar().value()) // self.high)
        return row if 0 <= row < self.count else -1

    def lay_out(self) -> None:
        self.measure()
        down, room = self.verticalScrollBar(), self.viewport().height()
        down.setPageStep(max(room, 1))
        down.setSingleStep(self.high)
        down.setRange(0, max(self.count * self.high - room, 0))
        self.viewport().update()

    def reveal(self, row: int) -> None:
        """Bring a row into view."""
        bar, room, top = self.verticalScrollBar(), self.viewport().height(), self.top(row)
        if top < 0:
            bar.setValue(bar.value() + top)
        elif top + self.high > room:
            bar.setValue(bar.value() + top + self.high - room)

    def show_hand(self, on: bool) -> None:
        """Whether a click would lead anywhere."""
        shape = Qt.CursorShape.PointingHandCursor if on else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    # Qt.

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            if text := self.tip(QPointF(event.pos())):
                QToolTip.showText(event.globalPos(), words.tip(text), self.viewport())
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lay_out()


def tell(widget: QWidget, text: str, *, aloud: bool) -> None:
    """Say where one is to those who listen to it; `aloud`: now."""
    widget.setAccessibleDescription(text)
    if aloud and QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))
