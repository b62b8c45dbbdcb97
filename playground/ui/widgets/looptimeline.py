"""The lanes of a run: the network, the model, each tool and whoever sits there, beside each other.

Bars that did something are filled; those that waited are framed. How long each took stands in it
where there is room, and in its tooltip.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QSizePolicy, QToolTip, QWidget

from playground.core.plain import visible
from playground.core.session import Run
from playground.engine.timeline import Bar, Course, Kind, Timeline
from playground.ui import theme, words

ROW, THICK, AXIS = 22, 16, 20
"""Design pixels of a lane, of a bar in it, and of the axis over them."""
BAR = 13
"""Of the scroll bar below, which comes and goes."""
GUTTER = 160
"""Of the names of the lanes, at most."""
LEAST, MARK = 3, 7
"""Pixels of a bar, however short it is; of one that took no time at all."""
LANES = (3, 8)
"""As many the widget has room for at least, and asks for at most."""
CLOSEST = 5_000_000
"""Nanoseconds that are still seen at the largest scale."""
NOTCH = 1.25
"""How much closer a notch of the wheel goes."""
TICK = 90
"""Design pixels between two marks of the axis, at least."""

_MS, _SECOND, _MINUTE = 10**6, 10**9, 60 * 10**9
_STEPS = (
    *(one * 10**power for power in range(6, 11) for one in (1, 2, 5)),
    *(one * _MINUTE for one in (1, 2, 5, 10, 30, 60, 120, 360, 720, 1440)),
)
"""Between marks of the axis, in nanoseconds."""
_ROOM = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""What the axis of a run that goes on reaches to, so that it need not change all the time."""

_FILLED: dict[Kind, str] = {
    "network": "ours",
    "reasoning": "reasoning",
    "writing": "text_event",
    "arguments": "tool",
    "hosted": "tool",
    "running": "tool",
    "failed": "error",
}
_FRAMED: dict[Kind, tuple[str, str]] = {
    "idle": ("sunken", "ours"),
    "waiting": ("warn_soft", "warn"),
    "paused": ("soft", "accent"),
    "denied": ("error_soft", "error"),
    "person": ("soft", "accent"),
}
"""Ground and frame of bars in which nothing was done."""


class Place(NamedTuple):
    """Where a bar is: it stays there while the run goes on."""

    lane: str
    number: int


class LoopTimeline(QAbstractScrollArea):
    """Ctrl and the wheel, or Ctrl with plus and minus, change the scale; the arrows go from bar to
    bar.

    Signals:
        picked(str): somebody wants to see the item of a bar, by its key.
    """

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Timeline of the run")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setProperty("role", "transcript")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.viewport().setMouseTracking(True)
        self.setCornerWidget(QWidget(self))  # else the style draws a size grip there
        self.run: Run | None = None
        self.timeline = Timeline([], 0)
        self._course: Course | None = None
        self._current: Place | None = None
        self._zoom = 1.0
        self._span = 1
        """Nanoseconds from the left edge to the right one, when all is in view."""
        self._gutter = 0.0
        theme.follow(self, lambda look: self._restyle())

    def show_run(self, run: Run | None) -> None:
        """All of this one, from now on."""
        self.run = run
        self._course = Course(run) if run is not None else None
        self.timeline = Timeline([], 0)
        self._current, self._zoom = None, 1.0
        self._lay_out()
        self.advance()

    def advance(self) -> None:
        """Look at what is new; called by the clock."""
        if self._course is None or self.run is None:
            return
        found = self._course.look(self.run.now())
        if found == self.timeline:
            return
        grew = len(found.lanes) != len(self.timeline.lanes)
        self.timeline = found
        self._lay_out()
        if grew:
            self.updateGeometry()
        if self._current is None:
            self._describe(announce=False)

    # The bars.

    @property
    def current(self) -> Bar | None:
        """The one that the keyboard is at."""
        return next((bar for place, bar in self.bars() if place == self._current), None)

    def bars(self) -> Iterator[tuple[Place, Bar]]:
        """All of them, lane by lane."""
        for lane in self.timeline.lanes:
            for number, bar in enumerate(lane.bars):
                yield Place(lane.name, number), bar

    def where(self, place: Place) -> QRectF:
        """Of a bar, in the viewport. Raises KeyError for one that is not there."""
        rows = {lane.name: row for row, lane in enumerate(self.timeline.lanes)}
        bar = self.timeline.lanes[rows[place.lane]].bars[place.number]
        end = self.timeline.end_ns if bar.end is None else bar.end
        left, right = self._x(bar.begin), self._x(end)
        look = theme.current()
        top = look.px(AXIS) + rows[place.lane] * look.px(ROW) - self.verticalScrollBar().value()
        high = look.px(THICK)
        over = (look.px(ROW) - high) / 2
        # What follows at once is told apart by a pixel.
        least = MARK if bar.end == bar.begin else LEAST
        return QRectF(left, top + over, max(right - left - 1, least), high)

    def at(self, point: QPointF) -> Place | None:
        """The bar at a point of the viewport; short ones are hit beside, too."""
        if point.x() < self._gutter or point.y() < theme.current().px(AXIS):
            return None
        near: list[tuple[float, Place]] = []
        for place, _ in self.bars():
            area = self.where(place)
            if area.adjusted(-3, -3, 3, 3).contains(point):
                near.append((max(area.left() - point.x(), point.x() - area.right(), 0.0), place))
        return min(near, default=(0.0, None), key=lambda one: one[0])[1]

    def go_to(self, place: Place | None) -> None:
        """Make a bar the current one, and bring it into view."""
        self._current = place
        if place is not None:
            self._reveal(self.where(place))
        self._describe(announce=True)
        self.viewport().update()

    def pick(self) -> None:
        """Ask for the item of the current bar."""
        bar = self.current
        if bar is not None and bar.key:
            self.picked.emit(bar.key)

    def zoom(self, factor: float, around: float | None = None) -> None:
        """Change the scale; what is `around` (pixels from the left) stays where it is."""
        most = max(self._span / CLOSEST, 1.0)
        made = min(max(self._zoom * factor, 1.0), most)
        if made == self._zoom:
            return
        at = self._gutter + self._wide / 2 if around is None else max(around, self._gutter)
        t = self._time(at)
        self._zoom = made
        self._lay_out()
        bar = self.horizontalScrollBar()
        bar.setValue(round(bar.value() + self._x(t) - at))

    def _say(self, bar: Bar) -> str:
        """A bar as a sentence."""
        name = ", ".join(filter(None, (bar.label, bar.detail)))
        state = {"waiting": "waits for approval", "failed": "failed", "denied": "denied"}
        doing = state.get(bar.kind, "paused" if bar.kind == "paused" else "")
        if bar.kind == "idle" or bar.label == "Paused":
            doing = ""
        took = self._took(bar) or "at once"
        if bar.end is None:
            took += " so far"
        begins = words.seconds(bar.begin / _SECOND)
        return visible(", ".join(filter(None, (name, doing, took, f"from {begins} on"))))

    def _took(self, bar: Bar) -> str:
        lasted = bar.lasted(self.timeline.end_ns)
        return words.seconds(lasted / _SECOND) if lasted >= _MS or bar.end != bar.begin else ""

    def _captions(self, bar: Bar) -> Iterator[str]:
        """What may stand in a bar, the longest first."""
        took = self._took(bar)
        match bar.kind:
            case "waiting":
                name = "approval"
            case "paused" if bar.label != "Paused":
                name = "paused"
            case "running" | "failed" | "arguments" if bar.detail:
                name = bar.detail
            case _:
                name = bar.label
        yield visible(" · ".join(filter(None, (name, took))))
        yield visible(name)
        yield took

    def _describe(self, *, announce: bool) -> None:
        bar = self.current
        lanes = self.timeline.lanes
        if bar is not None:
            said = f"{self._say(bar)}, in the lane {self._current.lane if self._current else ''}"
        else:
            count = sum(len(lane.bars) for lane in lanes)
            total = words.seconds(self.timeline.end_ns / _SECOND)
            said = f"{count} bars in {len(lanes)} lanes, {total}" if lanes else "Nothing was sent"
        self.setAccessibleDescription(visible(said))
        if announce and bar is not None and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, visible(said)))

    # The scale.

    @property
    def _wide(self) -> float:
        """Pixels for the bars."""
        return max(self.viewport().width() - self._gutter - theme.current().px(12), 1.0)

    def _x(self, t: float) -> float:
        shift = self.horizontalScrollBar().value()
        return self._gutter + t / self._span * self._wide * self._zoom - shift

    def _time(self, x: float) -> float:
        shift = self.horizontalScrollBar().value()
        return (x - self._gutter + shift) / (self._wide * self._zoom) * self._span

    def _reveal(self, area: QRectF) -> None:
        look = theme.current()
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        left, right = self._gutter, self._gutter + self._wide
        if area.right() > right:
            across.setValue(round(across.value() + min(area.right() - right, area.left() - left)))
        elif area.left() < left:
            across.setValue(round(across.value() + area.left() - left))
        top, bottom = look.px(AXIS), self.viewport().height()
        if area.bottom() + 3 > bottom:
            down.setValue(round(down.value() + area.bottom() + 3 - bottom))
        elif area.top() - 3 < top:
            down.setValue(round(down.value() + area.top() - 3 - top))

    def _restyle(self) -> None:
        look = theme.current()
        self._font = QFont(look.font)
        self._font.setPixelSize(look.px(11))
        self._metrics = QFontMetricsF(self._font)
        self.setMinimumHeight(look.px(AXIS + LANES[0] * ROW + BAR))
        self._lay_out()
        self.updateGeometry()

    def _lay_out(self) -> None:
        look = theme.current()
        names = [self._metrics.horizontalAdvance(lane.name) for lane in self.timeline.lanes]
        self._gutter = min(max(names, default=0.0), look.px(GUTTER)) + look.px(12)
        going = self.run is not None and self.run.running
        end = max(self.timeline.end_ns, _MS)
        self._span = _rounded(end) if going else end
        self._zoom = min(self._zoom, max(self._span / CLOSEST, 1.0))
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        follows = going and self._zoom > 1 and across.value() == across.maximum()
        across.setPageStep(round(self._wide))
        across.setSingleStep(look.px(20))
        across.setRange(0, round(self._wide * (self._zoom - 1)))
        if follows:
            across.setValue(across.maximum())
        room = self.viewport().height() - look.px(AXIS)
        down.setPageStep(max(room, 1))
        down.setSingleStep(look.px(ROW))
        down.setRange(0, max(len(self.timeline.lanes) * look.px(ROW) - room, 0))
        self.viewport().update()

    # Qt.

    def sizeHint(self) -> QSize:
        look = theme.current()
        rows = min(max(len(self.timeline.lanes), LANES[0]), LANES[1])
        return QSize(look.px(480), look.px(AXIS + rows * ROW + BAR))

    def paintEvent(self, event: QPaintEvent) -> None:
        look = theme.current()
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        view = self.viewport().rect()
        if not self.timeline.lanes:
            painter.setPen(look.colour("faint"))
            painter.drawText(view, Qt.AlignmentFlag.AlignCenter, "Nothing was sent yet.")
            return
        axis = look.px(AXIS)
        self._paint_axis(painter, view)
        painter.setClipRect(QRectF(0, axis, view.width(), view.height() - axis))
        self._paint_names(painter)
        painter.setClipRect(
            QRectF(self._gutter - 1, axis, view.width() - self._gutter + 1, view.height() - axis)
        )
        for place, bar in self.bars():
            self._paint_bar(painter, self.where(place), bar, place == self._current)
        if self.run is not None and self.run.running:
            painter.setClipping(False)
            x = round(self._x(self.timeline.end_ns)) + 0.5
            if x >= self._gutter:
                painter.setPen(QPen(look.colour("accent"), 1))
                painter.drawLine(QPointF(x, axis - 4), QPointF(x, view.height()))

    def _paint_axis(self, painter: QPainter, view: QRect) -> None:
        look = theme.current()
        shown = self._span / self._zoom
        most = max(self._wide / look.px(TICK), 1.0)
        step = next((one for one in _STEPS if shown / one <= most), _STEPS[-1])
        axis = look.px(AXIS)
        tick = max(int(self._time(self._gutter)) // step, 0) * step
        while (x := self._x(tick)) <= self._gutter + self._wide + 1:
            if x >= self._gutter - 1:
                painter.setPen(QPen(look.colour("border"), 1))
                painter.drawLine(
                    QPointF(round(x) + 0.5, axis), QPointF(round(x) + 0.5, view.height())
                )
                painter.setPen(look.colour("faint"))
                text = words.seconds(tick / _SECOND) if tick else "0"
                room = self._metrics.horizontalAdvance(text)
                at = min(x, view.width() - room - 2)
                painter.drawText(QPointF(at, axis - look.px(6)), text)
            tick += step

    def _paint_names(self, painter: QPainter) -> None:
        look = theme.current()
        painter.setPen(look.colour("muted"))
        top = look.px(AXIS) - self.verticalScrollBar().value()
        for row, lane in enumerate(self.timeline.lanes):
            area = QRectF(0, top + row * look.px(ROW), self._gutter - look.px(8), look.px(ROW))
            name = self._metrics.elidedText(
                visible(lane.name), Qt.TextElideMode.ElideMiddle, area.width() + 1
            )
            side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(area, side | Qt.TextFlag.TextSingleLine, name)

    def _paint_bar(self, painter: QPainter, area: QRectF, bar: Bar, current: bool) -> None:
        look = theme.current()
        view = self.viewport().rect()
        if area.right() < self._gutter or area.left() > view.width():
            return
        if bar.kind in _FRAMED:
            ground, frame = _FRAMED[bar.kind]
            painter.setPen(QPen(look.colour(frame), 1))
            painter.setBrush(look.colour(ground))
            shape = area.adjusted(0.5, 0.5, -0.5, -0.5)
            ink = look.colour(frame)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour(_FILLED[bar.kind]))
            shape = area
            ink = look.colour("surface")
        painter.drawRoundedRect(shape, min(3.0, shape.width() / 2), 3)
        seen = area.intersected(QRectF(self._gutter, area.top(), view.width(), area.height()))
        seen.setRight(min(seen.right(), view.width()))
        pad = look.px(6)
        room = seen.width() - 2 * pad
        fits = (one for one in self._captions(bar) if self._metrics.horizontalAdvance(one) <= room)
        if text := next(fits, ""):
            painter.setPen(ink)
            side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(seen.adjusted(pad, 0, 0, 0), side | Qt.TextFlag.TextSingleLine, text)
        if current:
            painter.setPen(QPen(look.colour("text"), 2 if self.hasFocus() else 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(-2, -2, 2, 2), 4, 4)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._explain(event)
            return True
        return super().viewportEvent(event)

    def _explain(self, event: QHelpEvent) -> None:
        point = QPointF(event.pos())
        place = self.at(point)
        bar = next((bar for one, bar in self.bars() if one == place), None)
        text = self._say(bar) if bar is not None else ""
        if not text and point.x() < self._gutter:
            row = int(point.y() - theme.current().px(AXIS) + self.verticalScrollBar().value())
            lanes = self.timeline.lanes
            row //= theme.current().px(ROW)
            text = lanes[row].name if 0 <= row < len(lanes) else ""
        if text:
            area = self.where(place).toAlignedRect() if place is not None else QRect()
            QToolTip.showText(event.globalPos(), words.tip(text), self.viewport(), area)
        else:
            QToolTip.hideText()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.at(event.position())
        bar = next((bar for one, bar in self.bars() if one == place), None)
        on = bar is not None and bool(bar.key)
        self.viewport().setCursor(
            Qt.CursorShape.PointingHandCursor if on else Qt.CursorShape.ArrowCursor
        )

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.go_to(self.at(event.position()))
            self.pick()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() / 120
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(NOTCH**turned, event.position().x())
            event.accept()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            across = self.horizontalScrollBar()
            across.setValue(round(across.value() - turned * 3 * across.singleStep()))
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            match event.key():
                case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                    self.zoom(NOTCH)
                case Qt.Key.Key_Minus:
                    self.zoom(1 / NOTCH)
                case Qt.Key.Key_0:
                    self.zoom(1 / self._zoom)
                case _:
                    super().keyPressEvent(event)
            return
        order = sorted(self.bars(), key=lambda one: one[1].begin)
        if not order:
            super().keyPressEvent(event)
            return
        places = [place for place, _ in order]
        here = places.index(self._current) if self._current in places else -1
        match event.key():
            case Qt.Key.Key_Right:
                self.go_to(places[min(here + 1, len(places) - 1)])
            case Qt.Key.Key_Left:
                self.go_to(places[max(here - 1, 0)])
            case Qt.Key.Key_Home:
                self.go_to(places[0])
            case Qt.Key.Key_End:
                self.go_to(places[-1])
            case Qt.Key.Key_Up:
                self._cross(-1)
            case Qt.Key.Key_Down:
                self._cross(1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self.pick()
            case _:
                super().keyPressEvent(event)

    def _cross(self, by: int) -> None:
        """To the bar of the next lane up or down that is nearest in time."""
        lanes = self.timeline.lanes
        names = [lane.name for lane in lanes]
        if self._current is None or (bar := self.current) is None:
            self.go_to(Place(names[0], 0))
            return
        row = names.index(self._current.lane) + by
        if 0 <= row < len(lanes):
            begin = bar.begin
            near = min(enumerate(lanes[row].bars), key=lambda one: abs(one[1].begin - begin))
            self.go_to(Place(names[row], near[0]))

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
        self._lay_out()


def _rounded(end: int) -> int:
    """A little more than `end`, in nanoseconds: there is room for what comes next."""
    power = 10 ** (len(str(end)) - 1)
    return next(int(one * power) for one in _ROOM if one * power >= end * 1.02 or one == _ROOM[-1])
