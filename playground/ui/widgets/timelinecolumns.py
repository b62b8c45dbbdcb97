"""Paints the traffic of a timeline: how much came in each few pixels, and where nothing did.

A column is as high as the root of its bytes, so that a small chunk is still seen beside a large
one, and the darker the more chunks it stands for.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from playground.engine.timeline_traffic import Traffic
from playground.ui import theme, words
from playground.ui.widgets.timescale import SECOND, TimeScale

COLUMN, INK = 3, 2
"""Pixels of a column, and how many of them are inked."""
LOWEST = 2
"""Pixels of a column, however little came."""
CAPTION = 40
"""Pixels of a stall in which something may be written, at least."""
ALPHA = (150, 185, 220, 255)
"""Of columns of one chunk, two or three, four to seven, and more."""


def column_of(scale: TimeScale, x: float) -> tuple[float, float]:
    """(begin, nanoseconds) of the column at a pixel. Columns keep their places when the view goes
    along, so that nothing flickers."""
    step = scale.per_pixel * COLUMN
    return scale.time(x) // step * step, step


class Columns:
    """What came, as it is painted. It is kept: a frame in which only the pointer moved, or another
    event is looked at, finds it as it was."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        """What they were made of."""
        self._by_shade: tuple[list[QRectF], ...] = ([], [], [], [])

    def paint(self, painter: QPainter, scale: TimeScale, traffic: Traffic, area: QRectF) -> None:
        """In `area` of the viewport."""
        of = (traffic, traffic.read, scale.begin, scale.shown, area)
        if of != self._of:
            self._of = of
            self._make(scale, traffic, area)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        for alpha, columns in zip(ALPHA, self._by_shade, strict=True):
            ink = QColor(theme.current().colour("ours"))
            ink.setAlpha(alpha)
            painter.setBrush(ink)
            painter.drawRects(columns)
        painter.restore()

    def _make(self, scale: TimeScale, traffic: Traffic, area: QRectF) -> None:
        self._by_shade = ([], [], [], [])
        begin, step = column_of(scale, scale.left)
        found = list(traffic.columns(begin, step, math.ceil(scale.wide / COLUMN) + 1))
        most = max((size for _, _, size in found), default=1)
        high = (area.height() - 2) / math.sqrt(1 << max(most - 1, 1).bit_length())
        first, bottom, top = scale.x(begin), area.bottom() - 1, area.height() - 2
        for number, chunks, size in found:
            tall = min(max(math.sqrt(size) * high, LOWEST), top)
            shade = min(chunks.bit_length(), len(ALPHA)) - 1
            left = round(first + number * COLUMN)
            self._by_shade[shade].append(QRectF(left, bottom - tall, INK, tall))


def stalls_seen(scale: TimeScale, traffic: Traffic, least: int) -> list[tuple[int, int]]:
    """(begin, end) in nanoseconds of the stalls in view, one for each pixel."""
    times = traffic.recording.times
    stalls: array[int] = traffic.stalls(least)

    def ended(number: int) -> int:
        return times[number]

    found: list[tuple[int, int]] = []
    at = bisect_right(stalls, scale.begin, key=ended)
    while at < len(stalls):
        begin, end = times[stalls[at] - 1], times[stalls[at]]
        if begin > scale.end:
            break
        found.append((begin, end))
        beyond = scale.time(max(scale.x(end), scale.left) + 1)
        at = max(at + 1, bisect_left(stalls, beyond, at + 1, key=ended))
    return found


def paint_stalls(
    painter: QPainter,
    scale: TimeScale,
    stalls: list[tuple[int, int]],
    area: QRectF,
    metrics: QFontMetricsF,
) -> None:
    """Bands in which nothing came."""
    look = theme.current()
    top, bottom = area.top() + 1, area.bottom() - 1
    bands: list[QRectF] = []
    for begin, end in stalls:
        left = max(scale.x(begin), area.left())
        right = min(max(scale.x(end), left + 2), area.right())
        bands.append(QRectF(left, top, right - left, bottom - top))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour("warn_soft"))
    painter.drawRects(bands)
    painter.setBrush(look.colour("warn"))
    painter.drawRects(
        [QRectF(one.left(), y, one.width(), 1) for one in bands for y in (top, bottom)]
    )
    painter.restore()
    painter.setPen(look.colour("warn"))
    for band, (begin, end) in zip(bands, stalls, strict=True):
        if band.width() >= CAPTION:
            text = f"stall · {words.seconds((end - begin) / SECOND)}"
            if metrics.horizontalAdvance(text) + 8 <= band.width():
                painter.drawText(band, Qt.AlignmentFlag.AlignCenter, text)
