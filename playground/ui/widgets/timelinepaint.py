"""Paints a timeline: its axis, the names of its lanes, their bars, and lines over all of them.

Bars that did something are filled; those that waited are framed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from playground.core.plain import visible
from playground.engine.timeline_bars import Bar, Kind, Mark
from playground.engine.timeline_traffic import Traffic
from playground.ui import theme
from playground.ui.widgets import timelinecolumns as columns
from playground.ui.widgets import timelinewords
from playground.ui.widgets.timelineplaces import AXIS, Place, Places
from playground.ui.widgets.timescale import TimeScale, stamp

TICK = 90
"""Design pixels between two marks of the axis, at least."""
SIGN = 4
"""Half the width of the sign of a mark."""

FILLED: dict[Kind, str] = {
    "network": "ours",
    "reasoning": "reasoning",
    "writing": "text_event",
    "arguments": "tool",
    "hosted": "tool",
    "running": "tool",
    "failed": "error",
    "step": "ours",
}
FRAMED: dict[Kind, tuple[str, str]] = {
    "receiving": ("sunken", "border"),
    "idle": ("sunken", "ours"),
    "waiting": ("warn_soft", "warn"),
    "paused": ("soft", "accent"),
    "denied": ("error_soft", "error"),
    "person": ("soft", "accent"),
}
"""Ground and frame of bars in which nothing was done."""
MARKS = {"retry": "warn", "failed": "error", "stopped": "warn"}
_SIDE = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def small_font() -> QFont:
    """Of names, times and captions."""
    look = theme.current()
    font = QFont(look.font)
    font.setPixelSize(look.px(11))
    return font


class LanePainter:
    """For one frame."""

    def __init__(
        self, painter: QPainter, places: Places, metrics: QFontMetricsF, size: QRectF
    ) -> None:
        self.painter = painter
        self.places = places
        self.scale: TimeScale = places.scale
        self.metrics = metrics
        self.size = size
        """Of the viewport."""
        self.look = theme.current()
        self.axis_high = self.look.px(AXIS)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    @property
    def lanes_area(self) -> QRectF:
        """Where bars may be painted."""
        size, left = self.size, self.scale.left - 1
        return QRectF(left, self.axis_high, size.width() - left, size.height() - self.axis_high)

    # The axis, and lines over all lanes.

    def axis(self, flags: Sequence[float] = ()) -> None:
        """`flags`: the moments that will be written over it."""
        line, ink = QPen(self.look.colour("border"), 1), self.look.colour("faint")
        taken = [self._flag_area(t)[0] for t in flags]
        base = self.axis_high - self.look.px(6)
        for t, text in self.scale.ticks(self.look.px(TICK)):
            x = self.scale.x(t)
            self._line(x, line, self.axis_high)
            room = self.metrics.horizontalAdvance(text)
            left = min(x, self.size.width() - room - 2)
            if not any(one.left() < left + room and left < one.right() for one in taken):
                self.painter.setPen(ink)
                self.painter.drawText(QPointF(left, base), text)

    def _line(self, x: float, pen: QPen, top: float) -> None:
        at = round(x) + 0.5
        self.painter.setPen(pen)
        self.painter.drawLine(QPointF(at, top), QPointF(at, self.size.height()))

    def now(self, t: float) -> None:
        """How far a run has come that goes on."""
        if (x := self.scale.x(t)) >= self.scale.left:
            self._line(x, QPen(self.look.colour("accent"), 1), self.axis_high - 4)

    def crosshair(self, t: float) -> None:
        """A line under the pointer, and its time."""
        line = QPen(self.look.colour("muted"), 1, Qt.PenStyle.DotLine)
        self._line(self.scale.x(t), line, self.axis_high)
        self._flag(t, "sunken", "text")

    def playhead(self, t: float) -> None:
        """The moment of the current event."""
        self._line(self.scale.x(t), QPen(self.look.colour("accent"), 2), self.axis_high - 2)
        self._flag(t, "accent", "on_accent")

    def _flag_area(self, t: float) -> tuple[QRectF, str]:
        """Where a moment is written in the axis, and how."""
        text = stamp(t, self.scale.per_pixel)
        wide = self.metrics.horizontalAdvance(text) + 10
        left = max(self.scale.x(t) - wide / 2, self.scale.left)
        left = min(left, self.size.width() - wide - 1)
        return QRectF(left, 1, wide, self.axis_high - 3), text

    def _flag(self, t: float, ground: str, ink: str) -> None:
        area, text = self._flag_area(t)
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(self.look.colour(ground))
        self.painter.drawRoundedRect(area, 4, 4)
        self.painter.setPen(self.look.colour(ink))
        self.painter.drawText(area, Qt.AlignmentFlag.AlignCenter, text)

    def hint(self, t: float) -> None:
        """The event that the pointer is at, here or in a list."""
        line = QColor(self.look.colour("accent"))
        line.setAlpha(120)
        self._line(self.scale.x(t), QPen(line, 1), self.axis_high)

    def stretch(self, one: float, other: float) -> None:
        """Pixels that are being selected."""
        left, right = sorted((one, other))
        ground = QColor(self.look.colour("accent"))
        ground.setAlpha(36)
        top = self.axis_high
        self.painter.fillRect(QRectF(left, top, right - left, self.size.height() - top), ground)
        for x in (left, right):
            self._line(x, QPen(self.look.colour("accent"), 1), top)

    def marks(self, marks: Iterable[Mark]) -> None:
        """Of what went wrong: a sign at the axis, and a faint line. One for each pixel."""
        tokens: dict[int, str] = {}
        for mark in marks:
            if self.scale.begin <= mark.t <= self.scale.end:
                x = round(self.scale.x(mark.t))
                tokens[x] = "error" if tokens.get(x) == "error" else MARKS[mark.kind]
        for x, token in tokens.items():
            ink = self.look.colour(token)
            faint = QColor(ink)
            faint.setAlpha(70)
            self._line(x, QPen(faint, 1), self.axis_high)
            self.painter.setPen(Qt.PenStyle.NoPen)
            self.painter.setBrush(ink)
            self.painter.drawPolygon(sign(x, self.axis_high))

    # The lanes.

    def names(self) -> None:
        self.painter.setPen(self.look.colour("muted"))
        for row, lane in enumerate(self.places.timeline.lanes):
            area = self.places.name_area(row).adjusted(0, 0, -self.look.px(8), 0)
            middle = Qt.TextElideMode.ElideMiddle
            name = self.metrics.elidedText(visible(lane.name), middle, area.width() + 1)
            self.painter.drawText(area, _SIDE | Qt.TextFlag.TextSingleLine, name)

    def bars(self, row: int, current: int, *, focused: bool) -> None:
        """Of a lane; `current`: the number of the one that is framed."""
        lane = self.places.timeline.lanes[row]
        for bar, area in self.places.seen(row):
            if area.right() < self.scale.left:
                continue
            ink = self._bar(bar, area)
            if not lane.traffic:
                self._caption(bar, area, ink)
        if 0 <= current < len(lane.bars):
            area = self._inside(self.places.where(Place(lane.name, current)))
            self.painter.setPen(QPen(self.look.colour("text"), 2 if focused else 1))
            self.painter.setBrush(Qt.BrushStyle.NoBrush)
            self.painter.drawRoundedRect(area.adjusted(-2, -2, 2, 2), 4, 4)

    def traffic(self, row: int, traffic: Traffic, kept: columns.Columns, stall: int) -> None:
        """What came, over the bars of a lane; `stall`: nanoseconds of silence that are one."""
        area = self.places.lane_area(row)
        stalls = columns.stalls_seen(self.scale, traffic, stall)
        columns.paint_stalls(self.painter, self.scale, stalls, area, self.metrics)
        kept.paint(self.painter, self.scale, traffic, area)

    def _bar(self, bar: Bar, area: QRectF) -> QColor:
        """The colour in which may be written on it."""
        area = self._inside(area)
        if bar.kind in FRAMED:
            ground, frame = FRAMED[bar.kind]
            self.painter.setPen(QPen(self.look.colour(frame), 1))
            self.painter.setBrush(self.look.colour(ground))
            shape = area.adjusted(0.5, 0.5, -0.5, -0.5)
            ink = self.look.colour(frame)
        else:
            self.painter.setPen(Qt.PenStyle.NoPen)
            self.painter.setBrush(self.look.colour(FILLED[bar.kind]))
            shape = area
            ink = self.look.colour("surface")
        self.painter.drawRoundedRect(shape, min(3.0, shape.width() / 2), 3)
        return ink

    def _inside(self, area: QRectF) -> QRectF:
        """Far beyond the view Qt has no exact corners, and is slow."""
        left, right = self.scale.left - 8, self.size.width() + 8
        if area.left() >= left and area.right() <= right:
            return area
        return area.intersected(QRectF(left, area.top(), right - left, area.height()))

    def _caption(self, bar: Bar, area: QRectF, ink: QColor) -> None:
        pad = self.look.px(6)
        if area.width() < 3 * pad:
            return
        seen = area.intersected(self.lanes_area)
        room = seen.width() - 2 * pad
        found = timelinewords.captions(bar, self.places.timeline.end_ns)
        fits = (one for one in found if self.metrics.horizontalAdvance(one) <= room)
        if text := next(fits, ""):
            self.painter.setPen(ink)
            flags = _SIDE | Qt.TextFlag.TextSingleLine
            self.painter.drawText(seen.adjusted(pad, 0, 0, 0), flags, text)


def sign(x: float, bottom: float) -> QPolygonF:
    """A triangle that stands on the axis."""
    top = bottom - 2 * SIGN + 1
    return QPolygonF([QPointF(x - SIGN, bottom), QPointF(x + SIGN, bottom), QPointF(x, top)])
