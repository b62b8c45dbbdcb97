"""From one remarkable event to the next, among those that are shown. No Qt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from playground.ui.widgets.eventindex import EventIndex

TRIES = 50_000
"""Events that are looked at for the next flagged one, where a filter hides most."""
NONE: Mapping[str, str] = {
    "stall": "There is no stall here.",
    "pin": "No event is pinned here. P pins one.",
    "flagged": "Nothing is flagged here.",
    "match": "Nothing matches.",
}
"""What there is to say when there is no next one."""


def next_event(index: EventIndex, what: str, number: int, *, back: bool = False) -> int | None:
    """The next `stall`, `pin` or `flagged` event after a number, round the end if need be."""
    match what:
        case "stall":
            return _among(index, index.stalls, number, back=back)
        case "pin":
            return _among(index, index.pins, number, back=back)
        case "flagged":
            found = _flagged(index, number, back=back)
            end = index.read if back else -1
            return found if found is not None else _flagged(index, end, back=back)
        case _:
            raise ValueError(what)


def _among(index: EventIndex, numbers: Sequence[int], here: int, *, back: bool) -> int | None:
    shown = [number for number in numbers if index.shows(number)]
    if back:
        shown.reverse()
    beyond = (one for one in shown if (one < here if back else one > here))
    return next(beyond, shown[0] if shown else None)


def _flagged(index: EventIndex, number: int, *, back: bool) -> int | None:
    def walk() -> Iterator[int]:
        at = index.next_flagged(number, back=back)
        while at is not None:
            yield at
            at = index.next_flagged(at, back=back)

    return next((one for one in islice(walk(), TRIES) if index.shows(one)), None)
