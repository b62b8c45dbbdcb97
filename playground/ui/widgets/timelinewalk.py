"""Going through a timeline bar by bar, as a keyboard does. No Qt."""

from __future__ import annotations

from playground.engine.timeline_bars import Timeline
from playground.ui.widgets.timelineplaces import Place


def in_time(timeline: Timeline) -> list[Place]:
    """All bars in the order in which they began."""
    rows = [
        (bar.begin, Place(lane.name, number))
        for lane in timeline.lanes
        for number, bar in enumerate(lane.bars)
    ]
    return [place for _, place in sorted(rows, key=lambda one: one[0])]


def along(timeline: Timeline, here: Place | None, by: int) -> Place | None:
    """The bar that began so many after this one, or the last there is."""
    order = in_time(timeline)
    if not order:
        return None
    at = order.index(here) if here in order else -1
    return order[min(max(at + by, 0), len(order) - 1)]


def across(timeline: Timeline, here: Place | None, by: int) -> Place | None:
    """The bar nearest in time of the lane so many below this one's; the same where there is
    none."""
    lanes = timeline.lanes
    names = [lane.name for lane in lanes]
    if here is None or here.lane not in names:
        return Place(names[0], 0) if names else None
    row = names.index(here.lane)
    if not 0 <= row + by < len(lanes):
        return here
    begin = lanes[row].bars[here.number].begin
    near = min(enumerate(lanes[row + by].bars), key=lambda one: abs(one[1].begin - begin))
    return Place(names[row + by], near[0])
