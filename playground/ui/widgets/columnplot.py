"""A plot of columns over an axis. What a column says is in its tooltip, and where it came from one
click away. The arrows go from column to column.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from playground.ui import theme, words
from playground.ui.widgets.columnpaint import (
    AXIS,
    TITLE,
    Picture,
    PicturePainter,
    area_of,
    column_area,
)
from playground.ui.widgets.rowarea import tell


class ColumnPlot(QWidget):
    """Signals:
    picked(int): somebody wants to see the event that a column leads to.
    """

    picked = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.picture = Picture(name)
        self.current = -1
        """The column that the keyboard is at."""
        theme.follow(self, lambda look: self._restyle())

    def show_picture(self, picture: Picture) -> None:
        if picture == self.picture:
            return
        self.picture = picture
        if self.current >= len(picture.columns):
            self.current = -1
        if self.current < 0:
            self.setAccessibleDescription(f"{picture.title}: {picture.note or picture.empty}")
        self.update()

    @property
    def area(self) -> QRectF:
        """Of the columns."""
        return area_of(QRectF(self.rect()), self.picture)

    def where(self, at: int) -> QRectF:
        """A column, or its place where it is empty."""
        return column_area(self.area, self.picture, at)

    def at(self, x: float) -> int:
        """The column at a place across; -1: none."""
        area = self.area
        share = (x - area.left()) / area.width()
        columns = enumerate(self.picture.columns)
        return next((at for at, one in columns if one.begin <= share < one.end), -1)

    def pick(self, at: int) -> None:
        """Make a column the current one, and ask for its event."""
        self._go(at)
        if at >= 0 and (number := self.picture.columns[at].number) >= 0:
            self.picked.emit(number)

    def _go(self, at: int) -> None:
        self.current = at
        if at >= 0:
            tell(self, self.picture.columns[at].said, aloud=True)
        self.update()

    def _restyle(self) -> None:
        self.updateGeometry()
        self.update()

    # Qt.

    def sizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.px(300), look.px(130))

    def minimumSizeHint(self) -> QSize:
        look = theme.current()
        return QSize(look.px(180), look.px(TITLE + AXIS + 40))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        PicturePainter(painter, self.picture, self.area).paint(self.current, self.hasFocus())
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = self.at(event.pos().x())
            if at >= 0:
                column = self.picture.columns[at]
                lead = f" Go to event {words.number(column.number)}." if column.number >= 0 else ""
                QToolTip.showText(event.globalPos(), words.tip(f"{column.said}.{lead}"), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.at(event.position().x())
        on = at >= 0 and self.picture.columns[at].number >= 0
        self.setCursor(Qt.CursorShape.PointingHandCursor if on else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.pick(self.at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        filled = [at for at, one in enumerate(self.picture.columns) if one.number >= 0]
        if not filled:
            super().keyPressEvent(event)
            return
        match event.key():
            case Qt.Key.Key_Right:
                self._go(next((at for at in filled if at > self.current), filled[-1]))
            case Qt.Key.Key_Left:
                self._go(next((at for at in reversed(filled) if at < self.current), filled[0]))
            case Qt.Key.Key_Home:
                self._go(filled[0])
            case Qt.Key.Key_End:
                self._go(filled[-1])
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
