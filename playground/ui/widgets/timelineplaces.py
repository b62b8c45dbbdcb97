"""Where the bars of a timeline are in its viewport, and which one is at a point of it.

A lane may have thousands of bars: what is asked is found by their order, and bars that no pixel
would show are passed over.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF

from playground.engine.timeline_bars import Bar, Lane, Timeline
from playground.ui import theme
from playground.ui.widgets.timescale import TimeScale

AXIS = 20
"""Design pixels of the axis over the lanes."""
ROW, THICK = 22, 16
"""Of a lane, and of a bar in it."""
TALL, THICK_TALL = 36, 30
"""The same of one in which traffic is seen."""
LEAST, MARK = 3, 7
"""Pixels of a bar, however short it is; of one that took no time at all."""
CROWD, MANY = 16, 6
"""Pixels in which so many bars are painted as one."""
BESIDE = 3
"""Pixels beside a bar where it is hit, too."""


class Place(NamedTuple):
    """Which bar: it is the same one while the run goes on."""

    lane: str
    number: int


class Places:
    """Of one timeline, at one scale."""

    def __init__(self, timeline: Timeline, scale: TimeScale) -> None:
        self.timeline = timeline
        self.scale = scale
        self.shift = 0
        """Pixels that the lanes are scrolled down."""
        self._begins = [[bar.begin for bar in lane.bars] for lane in timeline.lanes]
        self._rows = {lane.name: row for row, lane in enumerate(timeline.lanes)}
        look = theme.current()
        self._heights = [look.px(TALL if lane.traffic else ROW) for lane in timeline.lanes]
        self._thick = [look.px(THICK_TALL if lane.traffic else THICK) for lane in timeline.lanes]
        self._tops = list(accumulate(self._heights, initial=look.px(AXIS)))

    @property
    def height(self) -> int:
        """Pixels of all lanes."""
        return sum(self._heights)

    def top(self, row: int) -> int:
        """Of a lane, by its number."""
        return self._tops[row] - self.shift

    def lane_area(self, row: int) -> QRectF:
        """Where bars are in a lane, as far as it is in view."""
        over = (self._heights[row] - self._thick[row]) / 2
        return QRectF(self.scale.left, self.top(row) + over, self.scale.wide, self._thick[row])

    def name_area(self, row: int) -> QRectF:
        return QRectF(0, self.top(row), self.scale.left, self._heights[row])

    def row_at(self, y: float) -> int:
        """The number of the lane at this height; -1: there is none."""
        row = bisect_right(self._tops, y + self.shift) - 1
        return row if 0 <= row < len(self._heights) else -1

    def lane_at(self, y: float) -> Lane | None:
        row = self.row_at(y)
        return self.timeline.lanes[row] if row >= 0 else None

    def bar(self, place: Place) -> Bar:
        """Raises KeyError or IndexError for one that is not there."""
        return self.timeline.lanes[self._rows[place.lane]].bars[place.number]

    def row(self, name: str) -> int:
        return self._rows[name]

    def where(self, place: Place) -> QRectF:
        """Of a bar. Raises KeyError or IndexError for one that is not there."""
        return self._area(self._rows[place.lane], self.bar(place))

    def _area(self, row: int, bar: Bar) -> QRectF:
        end = self.timeline.end_ns if bar.end is None else bar.end
        left, right = self.scale.x(bar.begin), self.scale.x(end)
        thick = self._thick[row]
        top = self.top(row) + (self._heights[row] - thick) / 2
        # What follows at once is told apart by a pixel.
        least = MARK if bar.end == bar.begin else LEAST
        return QRectF(left, top, max(right - left - 1, least), thick)

    def seen(self, row: int) -> Iterator[tuple[Bar, QRectF]]:
        """What is to be painted of a lane. Where bars stand so close that none could be told from
        the next, the first of them stands for all."""
        held: tuple[Bar, QRectF, bool] | None = None
        for bar, area, crowded in self._crowds(row):
            if held is not None:
                first, before, crowd = held
                alike = crowd and crowded and first.kind == bar.kind
                if alike and area.left() - before.right() < LEAST:
                    held = first, before.united(area), True
                    continue
                yield first, before
            held = bar, area, crowded
        if held is not None:
            yield held[0], held[1]

    def _crowds(self, row: int) -> Iterator[tuple[Bar, QRectF, bool]]:
        """(bar, area, whether it stands for several) of the bars in view."""
        bars, begins, scale = self.timeline.lanes[row].bars, self._begins[row], self.scale
        begin, end = scale.time(scale.left - MARK), scale.end
        crowd = CROWD * scale.per_pixel
        number = max(bisect_right(begins, begin) - 1, 0)
        while number < len(bars) and (bar := bars[number]).begin <= end:
            area = self._area(row, bar)
            # Like columns of traffic, crowds keep their places when the view goes along.
            border = (bar.begin // crowd + 1) * crowd
            after = bisect_left(begins, border, number + 1)
            several = after - number >= MANY
            if several:
                last = self._area(row, bars[after - 1])
                if last.right() > scale.x(border) + CROWD:  # that one can be told from the others
                    after -= 1
                    last = self._area(row, bars[after - 1])
                area = area.united(last)
            number = after if several else number + 1
            yield bar, area, several

    def at(self, point: QPointF) -> Place | None:
        """The bar at a point; short ones are hit beside, too."""
        row = self.row_at(point.y())
        if row < 0 or point.x() < self.scale.left or point.y() < self._tops[0]:
            return None
        lane, x = self.timeline.lanes[row], point.x()
        after = bisect_right(self._begins[row], self.scale.time(x + BESIDE))
        near: list[tuple[float, int]] = []
        for number in range(max(after - 4, 0), after):
            area = self._area(row, lane.bars[number])
            if area.adjusted(-BESIDE, -BESIDE, BESIDE, BESIDE).contains(point):
                near.append((max(area.left() - x, x - area.right(), 0.0), number))
        return Place(lane.name, min(near)[1]) if near else None
