"""The strip under a timeline: all of the run, and which stretch of it is in view."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from playground.engine.timeline_bars import Timeline
from playground.engine.timeline_traffic import Traffic
from playground.ui import theme
from playground.ui.widgets.timelinecolumns import Columns
from playground.ui.widgets.timelinepaint import FILLED, FRAMED, MARKS
from playground.ui.widgets.timelineplaces import Places
from playground.ui.widgets.timescale import TimeScale

STRIP = 22
"""Design pixels."""
BEYOND = 0.5
"""How strong that is which is not in view."""
LEAST = 6
"""Pixels of what is in view, however short it is."""


class Strip(QWidget):
    """Signals:
    moved(float): the view shall go along by so many nanoseconds.
    """

    moved = Signal(float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("All of the run, and what is in view")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()
        self._scale = TimeScale()
        self._timeline = Timeline([], 0)
        self._traffic: Traffic | None = None
        self._playhead: float | None = None
        self._picture = QPixmap()
        self._of: tuple[object, ...] = ()
        """What the picture was made of."""
        self._last: float | None = None
        """Where the pointer holds the view."""

    def show_view(
        self,
        scale: TimeScale,
        timeline: Timeline,
        traffic: Traffic | None,
        playhead: float | None,
    ) -> None:
        """What is to be seen; cheap when only the view went along."""
        self._scale, self._timeline = scale, timeline
        self._traffic, self._playhead = traffic, playhead
        self.update()

    @property
    def view(self) -> QRectF:
        """What is in view, in the strip."""
        whole, scale = self._whole, self._scale
        left, right = whole.x(scale.begin), whole.x(scale.end)
        if right - left < LEAST:
            middle = min(max((left + right) / 2, whole.left + LEAST / 2), whole.right - LEAST / 2)
            left, right = middle - LEAST / 2, middle + LEAST / 2
        return QRectF(left, 2.5, right - left, self.height() - 4)

    @property
    def _whole(self) -> TimeScale:
        scale = self._scale
        return TimeScale(scale.span, 0.0, scale.span, scale.left, scale.wide)

    def _draw(self) -> QPixmap:
        """All of the run; made anew when there is more of it, or it looks otherwise."""
        read = self._traffic.read if self._traffic is not None else 0
        wide, ratio = self._scale.wide, self.devicePixelRatio()
        look = theme.current()
        of = (self._timeline, read, self._scale.span, wide, self.height(), ratio, look)
        if of == self._of:
            return self._picture
        self._of = of
        self._picture = QPixmap(round(wide * ratio), round(self.height() * ratio))
        self._picture.setDevicePixelRatio(ratio)
        self._picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(self._picture)
        whole = TimeScale(self._scale.span, 0.0, self._scale.span, 0.0, wide)
        area = QRectF(0, 3, wide, self.height() - 5)
        if self._traffic is not None:
            painter.setOpacity(0.7)
            Columns().paint(painter, whole, self._traffic, area)
            painter.setOpacity(1)
        places = Places(self._timeline, whole)
        rows = [row for row, lane in enumerate(self._timeline.lanes) if not lane.traffic]
        each = (area.height() - 4) / max(len(rows), 1)
        high = max(min(each - 1, 3), 1)
        for place, row in enumerate(rows):
            top = area.top() + 2 + place * each
            for bar, where in places.seen(row):
                ink = look.colour(FILLED.get(bar.kind) or FRAMED[bar.kind][1])
                painter.fillRect(QRectF(where.left(), top, where.width(), high), ink)
        for mark in self._timeline.marks:
            ink = look.colour(MARKS[mark.kind])
            painter.fillRect(QRectF(whole.x(mark.t) - 1, 0, 2, self.height()), ink)
        painter.end()
        return self._picture

    # Qt.

    def paintEvent(self, event: QPaintEvent) -> None:
        look, painter = theme.current(), QPainter(self)
        view, whole, high = self.view, self._whole, self.height()
        painter.fillRect(QRectF(whole.left, 3, whole.wide, high - 5), look.colour("sunken"))
        painter.fillRect(view, look.colour("surface"))
        picture, left = self._draw(), round(whole.left)
        painter.setOpacity(BEYOND)
        painter.drawPixmap(left, 0, picture)
        painter.setOpacity(1)
        painter.setClipRect(view)
        painter.drawPixmap(left, 0, picture)
        painter.setClipping(False)
        if self._playhead is not None:
            x = whole.x(self._playhead)
            painter.fillRect(QRectF(x - 1, 0, 2, high), look.colour("accent"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(look.colour("accent"), 1))
        painter.drawRoundedRect(view, 3, 3)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x, view = event.position().x(), self.view
        if not view.left() <= x <= view.right():
            self._go(x - view.center().x())
        self._last = x

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            x = event.position().x()
            self._go(x - self._last)
            self._last = x

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._go(-event.angleDelta().y() / 120 * self.view.width() / 4)
        event.accept()

    def _go(self, pixels: float) -> None:
        self.moved.emit(pixels * self._whole.per_pixel)
