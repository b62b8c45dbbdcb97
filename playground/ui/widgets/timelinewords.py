"""What is said of a bar, of a stretch of traffic, of a stall: in tooltips, in bars, aloud."""

from __future__ import annotations

from collections.abc import Iterator

from playground.core.plain import visible
from playground.engine.timeline_bars import Bar, Mark, Timeline
from playground.engine.timeline_traffic import Amount
from playground.ui import words
from playground.ui.widgets.timescale import MS, SECOND, stamp

_STATES = {
    "waiting": "waits for approval",
    "paused": "paused",
    "failed": "failed",
    "denied": "denied",
}


def sentence(bar: Bar, now: int) -> str:
    """A bar as a sentence; one that goes on lasts until `now`, in nanoseconds of the run."""
    name = ", ".join(filter(None, (bar.label, bar.detail)))
    doing = "" if bar.label == "Paused" else _STATES.get(bar.kind, "")
    took = lasted(bar, now) or "at once"
    if bar.end is None:
        took += " so far"
    begins = words.seconds(bar.begin / SECOND)
    return visible(", ".join(filter(None, (name, doing, took, f"from {begins} on"))))


def lasted(bar: Bar, now: int) -> str:
    """Empty: it took no time."""
    spent = bar.lasted(now)
    return words.seconds(spent / SECOND) if spent >= MS or bar.end != bar.begin else ""


def captions(bar: Bar, now: int) -> Iterator[str]:
    """What may stand in a bar, the longest first."""
    took = lasted(bar, now)
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


def all_of_it(timeline: Timeline) -> str:
    """What is there, for those who listen to it."""
    lanes = timeline.lanes
    if not lanes:
        return "Nothing was sent"
    count = sum(len(lane.bars) for lane in lanes)
    return f"{count} bars in {len(lanes)} lanes, {words.seconds(timeline.end_ns / SECOND)}"


def marked(mark: Mark) -> str:
    return visible(f"{mark.label}, at {words.seconds(mark.t / SECOND)}")


def silent(begin: int, end: int) -> str:
    """Of a stall."""
    return (
        f"A stall: nothing came for {words.seconds((end - begin) / SECOND)},"
        f" from {words.seconds(begin / SECOND)} on"
    )


def traffic(amount: Amount, begin: float, step: float) -> str:
    """What came in `step` nanoseconds from `begin` on."""
    if not amount.chunks:
        return ""
    return f"{came(amount)} in the {words.seconds(step / SECOND)} from {stamp(begin, step)} on"


def came(amount: Amount) -> str:
    """3 chunks, 12 events, 2 kB."""
    parts = (_counted(amount.chunks, "chunk"), _counted(amount.events, "event"))
    return ", ".join((*parts, words.size(amount.size)))


def _counted(count: int, name: str) -> str:
    return f"{words.number(count)} {name}{'' if count == 1 else 's'}"
