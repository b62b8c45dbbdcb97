"""Pace: how evenly a run streamed: gaps, stalls, tokens a second, and what came in one piece. Pure.

However many events there are, what is kept of them is bounded.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from typing import NamedTuple

from playground.core.recording import WIRE, Event
from playground.core.spent import Doing
from playground.core.spread import Spread

STALL_FACTOR = 10
STALL_NS = 50_000_000
"""A gap inside a stream is a stall when it is over ten times the median gap and over 50 ms."""
STALLS = 1_000
"""Of more, the longest are known."""

EDGES = (1, *(one * 10**power for power in range(4, 12) for one in (1, 2, 5)))
"""Nanoseconds from which on a gap is counted in the next bar: 0 is what came in one piece, then
10 µs, 20 µs, 50 µs and so on, up to 500 s."""

_FINEST = 5_000_000
"""Nanoseconds of a moment, at first; twice as long whenever there are too many."""
_MOMENTS = 2_048


class Bar(NamedTuple):
    """Gaps of about the same length."""

    begin: int
    """Nanoseconds, itself included."""
    end: int | None
    """Not included; None: there is no limit."""
    gaps: int
    number: int
    """The event after the last of them; -1: there is none."""


class Stall(NamedTuple):
    gap: int
    """Nanoseconds."""
    number: int
    """The event that ended it."""


class Moment(NamedTuple):
    """What came of an answer in a piece of time."""

    begin: int
    """Nanoseconds of the run."""
    end: int
    characters: dict[Doing, int]
    events: int
    """That brought any of it."""
    number: int
    """The first of them; -1: there is none."""

    @property
    def total(self) -> int:
        return sum(self.characters.values())


class Moments:
    """Characters and events over time, in at most `_MOMENTS` pieces."""

    def __init__(self) -> None:
        self.width = _FINEST
        """Nanoseconds of each."""
        self._rows: dict[int, tuple[dict[Doing, int], list[int]]] = {}
        """By place: characters; events and the first of them."""

    def add(self, t: int, doing: Doing, characters: int, number: int) -> None:
        place = t // self.width
        row = self._rows.get(place)
        if row is None:
            if len(self._rows) >= _MOMENTS:
                self._widen()
                place = t // self.width
            row = self._rows.setdefault(place, ({}, [0, number]))
        row[0][doing] = row[0].get(doing, 0) + characters
        row[1][0] += 1

    @property
    def span(self) -> tuple[int, int] | None:
        """From when to when anything came, in nanoseconds of the run; None: nothing did."""
        if not self._rows:
            return None
        return min(self._rows) * self.width, (max(self._rows) + 1) * self.width

    def look(self, width: int) -> list[Moment]:
        """All from the first to the last, also those in which nothing came, each about `width`
        nanoseconds long, and none shorter than they are kept."""
        if not self._rows:
            return []
        pack = max(round(width / self.width), 1)
        made: dict[int, tuple[dict[Doing, int], list[int]]] = {}
        for place in sorted(self._rows):
            _merge(made, place // pack, self._rows[place])
        span, none = pack * self.width, ({}, [0, -1])  # type: tuple[int, tuple[dict[Doing, int], list[int]]]
        return [
            Moment(place * span, (place + 1) * span, row[0], *row[1])
            for place in range(min(made), max(made) + 1)
            for row in (made.get(place, none),)
        ]

    def _widen(self) -> None:
        rows, self._rows = self._rows, {}
        self.width *= 2
        for place in sorted(rows):
            _merge(self._rows, place // 2, rows[place])


class Pace:
    """Of one recording, event by event."""

    def __init__(self) -> None:
        self.gaps = Spread()
        """Nanoseconds between neighbours of a stream; whose it is: the later one's."""
        self.sizes = Spread()
        """Bytes of events that came from the server."""
        self.chunks = Spread()
        """Events that a network chunk completed; whose it is: the first of them."""
        self.heaps = Spread()
        """Bytes of those."""
        self.tokens = 0
        """Events that brought something of an answer: a token or more each."""
        self.most, self.where = 0, -1
        """The most characters that one of them brought, and which that was."""
        self.characters: dict[Doing, int] = {}
        self.moments = Moments()
        self._counts = [[0, -1] for _ in range(len(EDGES) + 1)]
        self._longest: list[Stall] = []
        self._last: int | None = None
        """When the event before came, if it is of the stream."""
        self._chunk = -1
        self._inside = [0, 0, -1, 0, 0]
        """Events and bytes of that, the first event, leg and attempt."""

    def take(self, number: int, event: Event, doing: Doing | None, characters: int) -> None:
        """The next event, with what it brought of the answer."""
        t, kind, raw, leg, attempt, chunk, _ = event
        if doing is not None:
            self.tokens += 1
            if characters > self.most:
                self.most, self.where = characters, number
            self.characters[doing] = self.characters.get(doing, 0) + characters
            self.moments.add(t, doing, characters, number)
        if kind not in WIRE:
            self._last = None
            self._end_chunk()
            return
        size = len(raw)
        self.sizes.add(size, number)
        inside = self._inside
        if chunk != self._chunk or inside[3:] != [leg, attempt]:
            self._end_chunk()
            self._chunk = chunk
            inside[:] = 0, 0, number, leg, attempt
        inside[0] += 1
        inside[1] += size
        if self._last is not None:
            self._gap(max(t - self._last, 0), number)
        self._last = t

    @property
    def total(self) -> int:
        """Characters of the answer."""
        return sum(self.characters.values())

    def bars(self, least: int = 1) -> list[Bar]:
        """The gaps by their length, from the shortest that occur to the longest; with so many
        lengths at least, where any occur."""
        begins = (0, *EDGES)
        rows = [
            Bar(begin, end, *self._counts[place])
            for place, (begin, end) in enumerate(zip(begins, (*EDGES, None), strict=True))
        ]
        filled = [place for place, row in enumerate(rows) if row.gaps]
        if not filled:
            return []
        first, last = filled[0], filled[-1]
        beside = max(least - (last - first + 1), 0)
        first = max(min(first - beside // 2, len(rows) - least), 0)
        return rows[first : max(last + 1, first + least)]

    def stalls(self, median: int | None = None) -> list[Stall]:
        """The longest first. `median`: of the gaps, where somebody has it already."""
        typical = self.gaps.quantile(0.5) if median is None else median
        least = max(STALL_NS, STALL_FACTOR * typical)
        return sorted((one for one in self._longest if one.gap >= least), reverse=True)

    def _gap(self, gap: int, number: int) -> None:
        self.gaps.add(gap, number)
        row = self._counts[bisect_right(EDGES, gap)]
        row[0] += 1
        row[1] = number
        if gap >= STALL_NS:
            if len(self._longest) < STALLS:
                heapq.heappush(self._longest, Stall(gap, number))
            else:
                heapq.heappushpop(self._longest, Stall(gap, number))

    def _end_chunk(self) -> None:
        events, size, number, *_ = self._inside
        if events:
            self.chunks.add(events, number)
            self.heaps.add(size, number)
        self._chunk, self._inside[0] = -1, 0


def _merge(
    rows: dict[int, tuple[dict[Doing, int], list[int]]],
    place: int,
    more: tuple[dict[Doing, int], list[int]],
) -> None:
    """Add a piece of time to the one it becomes a part of; earlier ones come first."""
    have = rows.get(place)
    if have is None:
        rows[place] = (dict(more[0]), list(more[1]))
        return
    for doing, count in more[0].items():
        have[0][doing] = have[0].get(doing, 0) + count
    have[1][0] += more[1][0]
