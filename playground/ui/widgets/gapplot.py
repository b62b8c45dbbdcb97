"""How long the gaps inside streams were, as a picture: one column for each length, on a scale of
1, 2, 5, 10."""

from __future__ import annotations

import math
from collections.abc import Sequence

from playground.core.pace import Bar, Pace
from playground.ui import words
from playground.ui.widgets.columnpaint import Column, Line, Picture
from playground.ui.widgets.spentwords import took

TITLE = "Gaps between events"
LENGTHS = 10
"""That the axis shows at least: three powers of ten."""
UNITS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"))


def length(ns: int) -> str:
    """0, 20 µs, 5 ms, 2 s."""
    found = next(((ns // unit, name) for unit, name in UNITS if ns >= unit), None)
    return "0" if found is None else f"{words.number(found[0])} {found[1]}"


def gap_picture(pace: Pace, stall: int) -> Picture:
    """`stall`: nanoseconds from which on a gap is a stall."""
    bars = pace.bars(LENGTHS)
    if not bars:
        return Picture(TITLE, empty="No two events of a stream")
    each = 1 / len(bars)
    columns = [
        Column(
            at * each,
            (at + 1) * each,
            (("warn" if bar.begin >= stall else "text_event", float(bar.gaps)),),
            _say(bar),
            bar.number,
        )
        for at, bar in enumerate(bars)
    ]
    shares = ((0.5, "50 %"), (0.95, "95 %"))
    lines = [Line(_place(bars, pace.gaps.quantile(share)), text, "muted") for share, text in shares]
    ticks = [
        (at * each, length(bar.begin))
        for at, bar in enumerate(bars)
        if bar.begin > 1 and str(bar.begin)[0] == "1"
    ]
    if bars[0].begin == 0:
        ticks.insert(0, (0.0, "0"))
    most = max(bar.gaps for bar in bars)
    return Picture(
        TITLE,
        f"{words.number(pace.gaps.count)} gaps, the longest {took(pace.gaps.most)}",
        columns,
        lines,
        ticks,
        words.number(most),
    )


def _say(bar: Bar) -> str:
    count = "1 gap" if bar.gaps == 1 else f"{words.number(bar.gaps)} gaps"
    if bar.end == 1:
        return f"{count}: what came in one piece"
    if bar.end is None:
        return f"{count} of {length(bar.begin)} or more"
    if bar.begin == 1:
        return f"{count} below {length(bar.end)}"
    return f"{count} of {length(bar.begin)} to {length(bar.end)}"


def _place(bars: Sequence[Bar], gap: int) -> float:
    """Where a length is on the axis, as a share of it."""
    for at, bar in enumerate(bars):
        if bar.end is None or gap < bar.end:
            begin, end = max(bar.begin, 1), bar.end or 10 * bar.begin
            inside = math.log(max(gap, 1) / begin) / math.log(end / begin) if end > begin else 0.5
            return (at + min(max(inside, 0.0), 1.0)) / len(bars)
    return 1.0
