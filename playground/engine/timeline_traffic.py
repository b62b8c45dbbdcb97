"""Traffic: how much came over the network, when, and where it fell silent.

The recording is read once, in steps that end when their time is over, into one row for each network
chunk. What a stretch of time holds is then the difference of two sums, whatever lies between.
"""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import NamedTuple

from playground.core.recording import WIRE, Recording

SILENT = 50_000_000
"""Nanoseconds without anything in the middle of a stream that are noted, at least."""
PIECE = 1_024
"""Events between two looks at the clock."""
_NONE = -2


class Amount(NamedTuple):
    """What came in a stretch of time."""

    chunks: int
    events: int
    size: int
    """Bytes."""


class Traffic:
    """Of one recording; follows it while it grows."""

    def __init__(
        self, recording: Recording, clock: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        self.recording = recording
        self.read = 0
        """Events read so far; the recording may be ahead."""
        self._clock = clock
        self._times = array("q")
        """When each chunk came; never less than the one before, whatever a file says."""
        self._events = array("I")
        self._sizes = array("q")
        """Events and bytes that had come after each chunk."""
        self._chunk = _NONE
        self._silences = array("I")
        self._stalls = array("I")
        self._judged = 0
        self._least = SILENT

    @property
    def behind(self) -> bool:
        return self.read < len(self.recording)

    @property
    def whole(self) -> Amount:
        """All that came."""
        return self._between(0, len(self._times))

    def step(self, budget: int | None = None) -> bool:
        """Read what is new, for about `budget` nanoseconds; True when nothing is left to do."""
        deadline = None if budget is None else self._clock() + budget
        while self.behind:
            self._read(min(self.read + PIECE, len(self.recording)))
            if deadline is not None and self._clock() >= deadline:
                break
        return not self.behind

    def _read(self, end: int) -> None:
        begin, recording = self.read, self.recording
        whole = self.whole
        times, events, sizes = self._times, whole.events, whole.size
        chunk = self._chunk
        silent_since = recording.times[begin - 1] + SILENT if begin else 0
        inside = begin > 0 and recording.kinds[begin - 1] in WIRE
        rows = zip(
            recording.kinds[begin:end],
            recording.times[begin:end],
            recording.raws[begin:end],
            recording.chunks[begin:end],
            strict=True,
        )
        for number, (kind, t, raw, at) in enumerate(rows, begin):
            if kind not in WIRE:
                inside = False
                if kind == "head":  # another body, whose chunks are counted anew
                    chunk = _NONE
                continue
            events += 1
            sizes += len(raw)
            if at == chunk and at >= 0:
                self._events[-1], self._sizes[-1] = events, sizes
            else:
                chunk = at
                times.append(t if not times or t > times[-1] else times[-1])
                self._events.append(events)
                self._sizes.append(sizes)
            if inside and t >= silent_since:
                self._silences.append(number)
            inside, silent_since = True, t + SILENT
        self._chunk, self.read = chunk, end

    # What is asked.

    def columns(self, begin: float, step: float, count: int) -> Iterator[tuple[int, int, int]]:
        """(number, chunks, bytes) of those of `count` stretches of `step` nanoseconds from `begin`
        on in which something came. Costs as much as there are such columns."""
        times, sizes = self._times, self._sizes
        place = bisect_left(times, begin)
        before = sizes[place - 1] if place else 0
        while place < len(times) and (column := int((times[place] - begin) // step)) < count:
            end = max(bisect_left(times, begin + (column + 1) * step, place), place + 1)
            size = sizes[end - 1]
            yield column, end - place, size - before
            place, before = end, size

    def amount(self, begin: float, end: float) -> Amount:
        """What came from `begin` to before `end`."""
        first = bisect_left(self._times, begin)
        return self._between(first, max(bisect_left(self._times, end), first))

    def stalls(self, least: int) -> array[int]:
        """The numbers of the events before which a stream was silent for `least` nanoseconds."""
        least = max(least, SILENT)
        if least != self._least:
            self._stalls, self._judged, self._least = array("I"), 0, least
        times = self.recording.times
        self._stalls.extend(
            [n for n in self._silences[self._judged :] if times[n] - times[n - 1] >= least]
        )
        self._judged = len(self._silences)
        return self._stalls

    def _between(self, first: int, end: int) -> Amount:
        if end <= first:
            return Amount(0, 0, 0)
        events, sizes = self._events, self._sizes
        if not first:
            return Amount(end, events[end - 1], sizes[end - 1])
        return Amount(
            end - first,
            events[end - 1] - events[first - 1],
            sizes[end - 1] - sizes[first - 1],
        )


def nearest(recording: Recording, t: float) -> int:
    """The number of the event that came closest to a moment; -1: there is none."""
    times = recording.times
    after = bisect_left(times, t)
    if after == len(times) or (after and t - times[after - 1] < times[after] - t):
        after -= 1
    return after
