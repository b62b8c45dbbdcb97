"""What there is to say of a point of a timeline: of its bar, its lane, what came just then."""

from __future__ import annotations

from itertools import islice

from PySide6.QtCore import QPointF

from playground.engine.timeline_traffic import Traffic
from playground.ui import theme
from playground.ui.widgets import timelinecolumns as columns
from playground.ui.widgets import timelinewords
from playground.ui.widgets.timelinepaint import SIGN
from playground.ui.widgets.timelineplaces import AXIS, Places

MOST = 8
"""Marks of one pixel that are told."""


def words_at(point: QPointF, places: Places, traffic: Traffic | None, stall_ns: int) -> str:
    """Lines; empty where nothing is."""
    scale, timeline = places.scale, places.timeline
    lane = places.lane_at(point.y())
    if point.x() < scale.left:
        return lane.name if lane is not None else ""
    if point.y() < theme.current().px(AXIS):
        near = (one for one in timeline.marks if abs(scale.x(one.t) - point.x()) <= SIGN + 1)
        return "\n".join(timelinewords.marked(mark) for mark in islice(near, MOST))
    said = []
    if lane is not None and lane.traffic and traffic is not None:
        said.append(_came_at(point.x(), places, traffic, stall_ns))
    if (place := places.at(point)) is not None:
        said.append(timelinewords.sentence(places.bar(place), timeline.end_ns))
    return "\n".join(filter(None, said))


def _came_at(x: float, places: Places, traffic: Traffic, stall_ns: int) -> str:
    scale = places.scale
    t, (begin, step) = scale.time(x), columns.column_of(scale, x)
    if came := timelinewords.traffic(traffic.amount(begin, begin + step), begin, step):
        return came
    stalls = columns.stalls_seen(scale, traffic, stall_ns)
    found = next((one for one in stalls if one[0] < t < one[1]), None)
    return timelinewords.silent(*found) if found is not None else ""
