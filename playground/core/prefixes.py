"""Prefixes: the transcript of a recording as it stood after any number of its events.

There is no way back in a reducer. A state is read again from the nearest copy that lies before it;
copies are made on the way, at even distances over the whole, and closer where somebody steps. They
share what is large (see `Text` and `Item`); how many there may be depends on how much else there
is to copy.

A state is what `replay` makes of the same events, but for `rev`, which also counts the batches in
which they were read.
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
COPIES = 256
"""Over the whole recording, at most."""
NEAR = 16
"""Between the copy that a state was read from and the state, where those are far apart."""
CLOSE = 64
"""Events that are read without a copy in between."""
ITEMS = 20_000
"""In all copies of either kind together; but two copies there are in any case."""


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
        """The same, around the last states that were asked for; the oldest first."""
        self._marks: list[int] = []
        """The keys of both, in order."""
        self._at: Reader | None = None
        """On its way to a state, and from which mark."""
        self._from = 0
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
            reader.take(self.recording[reader.count : min(count, reader.count + CLOSE)])
            if reader.count < count:
                reader = self._at = self._remember(reader, count)
                if self._clock() >= deadline:
                    return None
        self._at, self._wanted = None, -1
        return reader

    def _begin(self, count: int) -> None:
        self._wanted = count
        self._from = mark = self.nearest(count)
        known = self._near.get(mark) or self._copies.get(mark)
        self._at = known and _copied(known)
        if self._at is None:
            self._from, self._at = 0, Reader(self._reduce)

    def _remember(self, reader: Reader, count: int) -> Reader:
        """Make a copy where one is due on the way to a state; the reader to go on with."""
        at = reader.count
        if at in self._copies or at in self._near:
            return reader
        step = max((count - self._from) // NEAR // CLOSE, 1) * CLOSE
        far = at % self._spacing == 0
        if not far and (at % step or count - at > NEAR * step):
            return reader
        copy = _copied(reader)
        if copy is None:
            return reader
        insort(self._marks, at)
        if far:
            self._copies[at] = copy
            while len(self._copies) > _room(COPIES, reader):
                self._thin_out()
            return _copied(copy) or reader  # so that the next copy shares with this one
        self._near[at] = copy
        while len(self._near) > _room(2 * NEAR, reader):
            self._forget(next(iter(self._near)), self._near)
        return reader

    def _thin_out(self) -> None:
        self._spacing *= 2
        for mark in [one for one in self._copies if one % self._spacing]:
            self._forget(mark, self._copies)

    def _forget(self, mark: int, copies: dict[int, Reader]) -> None:
        del copies[mark]
        self._marks.remove(mark)


def _copied(reader: Reader) -> Reader | None:
    """None: it holds what a server nested too deeply, which no item holds yet."""
    try:
        return deepcopy(reader)
    except RecursionError:
        return None


def _room(most: int, reader: Reader) -> int:
    """How many copies there may be of what is as large as this."""
    return max(2, min(most, ITEMS // (len(reader.transcript.items) + 1)))
