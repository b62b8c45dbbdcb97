"""What the cells of the event list say when the pointer rests on them. No Qt widgets."""

from __future__ import annotations

from datetime import datetime

from playground.ui.widgets.eventindex import STALL_FACTOR
from playground.ui.widgets.eventpaint import Row, seconds
from playground.ui.widgets.source import one_line


def tip(row: Row, key: str, began: float) -> str:
    """Of a cell, in more words than there are in it; empty: there is no more to say. `began`: Unix
    seconds of the time 0."""
    text = row.cells().get(key, "")
    match key:
        case "number" if row.pinned:
            return "Pinned. P lets it go, N goes to the next one."
        case "time":
            return time_of_day(began, row.event.t)
        case "type" if row.remarks:
            return "\n".join((text, *(one_line(one.sentence) for one in row.remarks)))
        case "type" if row.ours:
            return f"{text}\nNoted by Playground; the server did not send this."
        case "gap" if row.stalled:
            return (
                f"A stall of {seconds(row.gap)}: silence for over 50 ms, and over {STALL_FACTOR}"
                " times the median gap of this stream. S goes to the next one."
            )
        case _:
            return ""


def time_of_day(began: float, t: int) -> str:
    """When something happened, by the clock on the wall."""
    moment = datetime.fromtimestamp(began + t / 1e9).astimezone()
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03} {moment:%Z}"
