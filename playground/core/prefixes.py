"""Prefixes: the transcript of a recording as it stood after any number of its events.

There is no way back in a reducer. A state is read again from the nearest copy that lies before it;
copies are made on the way, few and far between over the whole, and closer where somebody steps.
"""

from __future__ import annotations

import time
from bisect import bisect_right, insort
from collections.abc import Callable
from copy import deepcopy

from playground.core.recording import Recording
from playground.core.transcript import Reader, Reducer, Transcript

SPACING = 1_024
"""Events between two copies, at first; doubled whenever there are too many."""
COPIES = 32
"""Over the whole recording, at most."""
NEAR = 16
"""Between the copy that a state was read from and the state, where those are far apart."""
CLOSE = 64
"""Events that are read without a copy in between."""


class Prefixes:
    """Of one recording, which may grow."""

    def __init__(
        self,
        recording: Recording,
        reduce: Reducer,
        clock: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self.recording = recording
        self._reduce = reduce
        self._clock = clock
        self._spacing = SPACING
        self._copies: dict[int, Reader] = {}
        """By how many events they have taken; never given away."""
        self._near: dict[int, Reader] = {}
        """The same, around the last state that was asked for."""
        self._marks: list[int] = []
        """The keys of both, in order."""
        self._at: Reader | None = None
        """On its way to a state."""
        self._wanted = -1

    def reader(self, count: int) -> Reader:
        """A reader that has taken the first `count` events; it is the caller's, and may go on."""
        found: Reader | None = None
        while found is None:
            found = self.seek(count, 1 << 62)
        return found

    def transcript(self, count: int) -> Transcript:
        """The transcript after the first `count` events."""
        return self.reader(count).transcript

    def nearest(self, count: int) -> int:
        """The events that need not be read again for the state after the first `count`."""
        place = bisect_right(self._marks, count)
        return self._marks[place - 1] if place else 0

    def seek(self, count: int, budget: int) -> Reader | None:
        """The same as `reader`, for about `budget` nanoseconds: None when more has to be read, and
        asking again goes on from there."""
        count = max(0, min(count, len(self.recording)))
        deadline = self._clock() + budget
        if count != self._wanted or self._at is None:
            self._begin(count)
        reader = self._at
        assert reader is not None
        while reader.count < count:
            stop = min(count, reader.count + CLOSE)
            reader.take(self.recording[reader.count : stop])
            self._remember(reader, count)
            if reader.count < count and self._clock() >= deadline:
                return None
        self._at, self._wanted = None, -1
        return reader

    def _begin(self, count: int) -> None:
        place = bisect_right(self._marks, count)
        self._wanted = count
        if not place:
            self._from, self._at = 0, Reader(self._reduce)
            return
        mark = self._marks[place - 1]
        self._from = mark
        self._at = deepcopy(self._near.get(mark) or self._copies[mark])

    def _remember(self, reader: Reader, count: int) -> None:
        at = reader.count
        if at in self._copies or at in self._near:
            return
        if at % self._spacing == 0:
            self._copies[at] = deepcopy(reader)
            insort(self._marks, at)
            if len(self._copies) > COPIES:
                self._thin_out()
            return
        step = max((count - self._from) // NEAR // CLOSE, 1) * CLOSE
        if at % step == 0 and count - at <= NEAR * step and at < count:
            self._near[at] = deepcopy(reader)
            insort(self._marks, at)
            while len(self._near) > 2 * NEAR:
                self._forget(next(iter(self._near)))

    def _forget(self, mark: int) -> None:
        del self._near[mark]
        self._marks.remove(mark)

    def _thin_out(self) -> None:
        self._spacing *= 2
        for mark in [one for one in self._copies if one % self._spacing]:
            del self._copies[mark]
            self._marks.remove(mark)
