"""A view of a timeline: its lanes at any scale, with an axis over them and a strip below.

It knows nothing of runs. A small part of a long one can be looked at as closely as one likes: a
frame costs as much as is in view.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QSizePolicy, QToolTip, QWidget

from playground.engine.timeline_bars import Bar, Timeline
from playground.engine.timeline_traffic import Traffic
from playground.ui import theme, words
from playground.ui.widgets.timelinecolumns import Columns
from playground.ui.widgets.timelinehand import ALONG, NOTCH, Hand
from playground.ui.widgets.timelinepaint import LanePainter, small_font
from playground.ui.widgets.timelineplaces import AXIS, ROW, Place, Places
from playground.ui.widgets.timelinestrip import STRIP, Strip
from playground.ui.widgets.timelinetip import words_at
from playground.ui.widgets.timescale import MS, TimeScale, rounded

GUTTER = 160
"""Design pixels of the names of the lanes, at most."""
END = 12
"""Right of the bars."""
LANES = (3, 8)
"""As many the widget has room for at least, and asks for at most."""
STALL = 500_000_000
"""Nanoseconds of silence that are a stall, where nobody said better."""


class TimelineView(QAbstractScrollArea):
    """Signals:
    changed(): another stretch is in view, or there is more to be seen.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setProperty("role", "transcript")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.timeline = Timeline([], 0)
        self.scale = TimeScale()
        self.places = Places(self.timeline, self.scale)
        self.traffic: Traffic | None = None
        """What came over the network; None: that is not to be seen."""
        self.stall_ns = STALL
        """Silence in a stream that is worth to be seen."""
        self.going = False
        """There will be more."""
        self.here: Place | None = None
        """The bar that the keyboard is at."""
        self.moment: int | None = None
        self.hinted: int | None = None
        """Nanoseconds: where a line stands that is looked at, and a soft one."""
        self._columns = Columns()
        self._pointer: QPointF | None = None
        self._strip = Strip(self)
        self._strip.moved.connect(self.go_along)
        self._hand = Hand(self, self.scale)
        self._hand.clicked.connect(self.clicked)
        self._hand.moved.connect(self.look)
        theme.follow(self, lambda look: self._restyle())

    def show_timeline(self, timeline: Timeline) -> None:
        """This, from now on, at the same scale where that can be."""
        grew = len(timeline.lanes) != len(self.timeline.lanes)
        self.timeline = timeline
        self._lay_out()
        if grew:
            self.updateGeometry()

    def clicked(self, point: QPointF) -> None:
        """Somebody clicked right of the names of the lanes."""

    def pointed_at(self, point: QPointF | None) -> bool:
        """The pointer is there now, or left; whether there is something to click."""
        return False

    # The bars.

    def bar(self, place: Place | None) -> Bar | None:
        """None for one that is not there."""
        try:
            return self.places.bar(place) if place is not None else None
        except LookupError:
            return None

    def where(self, place: Place) -> QRectF:
        """Of a bar, in the viewport. Raises LookupError for one that is not there."""
        return self.places.where(place)

    def at(self, point: QPointF) -> Place | None:
        """The bar at a point of the viewport; short ones are hit beside, too."""
        return self.places.at(point)

    def end_of(self, bar: Bar) -> int:
        """So far, in nanoseconds of the run."""
        return self.timeline.end_ns if bar.end is None else bar.end

    # The view.

    def zoom(self, factor: float, around: float | None = None) -> None:
        """Change the scale; what is `around` (pixels from the left) stays where it is."""
        self.scale.zoom(factor, self._middle if around is None else max(around, self.scale.left))
        self.look()

    def show_all(self) -> None:
        self.scale.show_all()
        self.look()

    def go_along(self, by: float) -> None:
        """Show what is so many nanoseconds later."""
        self.scale.move(by)
        self.look()

    @property
    def _middle(self) -> float:
        """Pixels: around what the keyboard goes closer."""
        bar, scale = self.bar(self.here), self.scale
        t = bar.begin if bar is not None else self.moment
        return scale.x(t) if t is not None and scale.sees(t) else scale.left + scale.wide / 2

    def reveal(self, place: Place) -> None:
        """Bring a bar into view."""
        if (bar := self.bar(place)) is None:
            return
        self.scale.reveal(bar.begin, self.end_of(bar))
        down, area = self.verticalScrollBar(), self.places.name_area(self.places.row(place.lane))
        top, bottom = theme.current().px(AXIS), self.viewport().height()
        if area.bottom() > bottom:
            down.setValue(round(down.value() + area.bottom() - bottom))
        elif area.top() < top:
            down.setValue(round(down.value() + area.top() - top))
        self.look()

    def _restyle(self) -> None:
        look = theme.current()
        self._font = small_font()
        self._metrics = QFontMetricsF(self._font)
        self.setMinimumHeight(look.px(AXIS + LANES[0] * ROW + STRIP))
        self._lay_out()
        self.updateGeometry()

    def _lay_out(self) -> None:
        """There is more to show, or another size for it."""
        look, scale = theme.current(), self.scale
        end = max(self.timeline.end_ns, MS)
        scale.grow(rounded(end) if self.going else end, follow=self.going)
        names = [self._metrics.horizontalAdvance(lane.name) for lane in self.timeline.lanes]
        scale.left = float(min(max(names, default=0.0), look.px(GUTTER)) + look.px(12))
        self.places = Places(self.timeline, scale)
        self.look()

    def look(self) -> None:
        """Another stretch is in view, or something else stands over it."""
        look = theme.current()
        strip = look.px(STRIP) if self.scale.zoomed else 0
        if strip != self.viewportMargins().bottom():
            self._strip.setVisible(bool(strip))
            self.setViewportMargins(0, 0, 0, strip)
        view = self.viewport()
        self.scale.wide = max(view.width() - self.scale.left - look.px(END), 1.0)
        if strip:
            at = view.geometry()
            self._strip.setGeometry(at.left(), at.bottom() + 1, at.width(), strip)
            self._strip.show_view(self.scale, self.timeline, self.traffic, self.moment)
        down, room = self.verticalScrollBar(), view.height() - look.px(AXIS)
        down.setPageStep(max(room, 1))
        down.setSingleStep(look.px(ROW))
        down.setRange(0, max(self.places.height - room, 0))
        self.places.shift = down.value()
        view.update()
        self.changed.emit()

    # Qt.

    def sizeHint(self) -> QSize:
        look = theme.current()
        rows = min(max(len(self.timeline.lanes), LANES[0]), LANES[1])
        return QSize(look.px(480), look.px(AXIS + rows * ROW + STRIP))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setFont(self._font)
        view = QRectF(self.viewport().rect())
        if not self.timeline.lanes:
            painter.setPen(theme.current().colour("faint"))
            painter.drawText(view, Qt.AlignmentFlag.AlignCenter, "Nothing was sent yet.")
            return
        paint = LanePainter(painter, self.places, self._metrics, view)
        lines = self._lines()
        paint.axis([t for _, t in lines])
        painter.setClipRect(QRectF(0, paint.axis_high, view.width(), view.height()))
        paint.names()
        painter.setClipRect(paint.lanes_area)
        for row, lane in enumerate(self.timeline.lanes):
            at = self.here.number if self.here is not None and self.here.lane == lane.name else -1
            paint.bars(row, at, focused=self.hasFocus())
            if lane.traffic and self.traffic is not None:
                paint.traffic(row, self.traffic, self._columns, self.stall_ns)
        painter.setClipping(False)
        paint.marks(self.timeline.marks)
        if self.going:
            paint.now(self.timeline.end_ns)
        if self.hinted is not None and self.scale.sees(self.hinted):
            paint.hint(self.hinted)
        if (stretch := self._hand.stretch) is not None:
            paint.stretch(*stretch)
        for line, t in lines:
            (paint.playhead if line == "playhead" else paint.crosshair)(t)

    def _lines(self) -> list[tuple[str, float]]:
        """Lines over all lanes that say what time it is there."""
        lines: list[tuple[str, float]] = []
        if self.moment is not None and self.scale.sees(self.moment):
            lines.append(("playhead", self.moment))
        if self._pointer is not None and self._pointer.x() >= self.scale.left:
            lines.append(("crosshair", self.scale.time(self._pointer.x())))
        return lines

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._explain(event)
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        return super().viewportEvent(event)

    def _explain(self, event: QHelpEvent) -> None:
        point = QPointF(event.pos())
        if text := words_at(point, self.places, self.traffic, self.stall_ns):
            tip = words.tip(text).replace("\n", "<br>")
            area = QRect(event.pos().x() - 2, event.pos().y() - 2, 5, 5)
            QToolTip.showText(event.globalPos(), tip, self.viewport(), area)
        else:
            QToolTip.hideText()

    def _hover(self, point: QPointF | None) -> None:
        self._pointer = point
        on = self.pointed_at(point)
        if not self._hand.going:
            shape = Qt.CursorShape.PointingHandCursor if on else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._hand.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hand.drag(event)
        self._hover(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._hand.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A bar fills the view."""
        bar = self.bar(self.at(event.position()))
        if bar is not None and bar.end != bar.begin:
            end = self.end_of(bar)
            spare = (end - bar.begin) / 20
            self.scale.show(bar.begin - spare, end + spare)
            self.look()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._hand.wheel(event):
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        shown = self.scale.shown
        match event.key():
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self.zoom(NOTCH)
            case Qt.Key.Key_Minus | Qt.Key.Key_Underscore:
                self.zoom(1 / NOTCH)
            case Qt.Key.Key_0:
                self.show_all()
            case Qt.Key.Key_PageUp:
                self.go_along(-shown)
            case Qt.Key.Key_PageDown:
                self.go_along(shown)
            case Qt.Key.Key_Left | Qt.Key.Key_Right as key if shifted:
                self.go_along(shown * (ALONG if key == Qt.Key.Key_Right else -ALONG))
            case Qt.Key.Key_Escape if self._hand.cancel():
                pass
            case _:
                super().keyPressEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.places.shift = self.verticalScrollBar().value()
        self.viewport().update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()
