"""Provenance: which event made a character of the transcript, and what an event made of it.

Nothing of this is kept while a run streams: it is read from the recording when somebody asks, in
steps that end when their time is over. Characters are those of `str(item.text)` and the other
fields of an item that grow.

A character belongs to the event since which the text up to and with it has stood as it stands now.
Of a text that is replaced, what both begin with is still of the events that brought it, and the
rest of the one that replaced it. A body that was not streamed is read when it has come whole: its
text belongs to the event that says so.
"""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from playground.core.items import Item, texts_of
from playground.core.recording import Event, Recording
from playground.core.transcript import Phase, Reader, Reducer, Transcript

PIECE = 64
"""Events between two looks at the clock."""


class Span(NamedTuple):
    """Characters of a field of an item: `text[begin:end]`."""

    key: str
    """Of the item."""
    field: str
    """`text`, `refusal`, `summary`, `arguments` or `code`."""
    begin: int
    end: int


@dataclass(slots=True)
class Traced(Transcript):
    """A transcript that says what changed in it."""

    touched: list[Item] = field(default_factory=list)
    """Items that changed since somebody looked; an item may be there twice, or stand no more."""

    def touch(self, item: Item) -> None:
        Transcript.touch(self, item)
        self.touched.append(item)

    def grew(self, item: Item, phase: Phase) -> None:
        Transcript.grew(self, item, phase)
        self.touched.append(item)

    def swap(self, old: Item, new: Item) -> None:
        Transcript.swap(self, old, new)
        self.touched.append(old)


class _Trace:
    """One field of one item: up to where each event had brought it."""

    __slots__ = ("count", "ends", "events", "pieces")

    def __init__(self) -> None:
        self.events = array("I")
        self.ends = array("Q")
        """Characters after the event of the same place."""
        self.pieces: Sequence[str] = ()
        self.count = 0
        """Of the pieces, those that were seen."""

    def look(self, pieces: Sequence[str], number: int) -> None:
        """The pieces of the text as they are after an event."""
        count = len(pieces)
        if pieces is not self.pieces:
            self._replaced(pieces, number)
        elif count > self.count:
            more = len(pieces[-1]) if count == self.count + 1 else _size(pieces[self.count :])
            self._extend((self.ends[-1] if self.ends else 0) + more, number)
        self.count = count

    def _extend(self, end: int, number: int) -> None:
        if self.events and self.events[-1] == number:
            self.ends[-1] = end
        else:
            self.events.append(number)
            self.ends.append(end)

    def _replaced(self, pieces: Sequence[str], number: int) -> None:
        new = "".join(pieces)
        same = common("".join(self.pieces[: self.count]), new)
        kept = bisect_left(self.ends, same) + 1 if same else 0
        del self.events[kept:], self.ends[kept:]
        if kept:
            self.ends[-1] = same
        if len(new) > same:
            self._extend(len(new), number)
        self.pieces = pieces

    def at(self, offset: int) -> int | None:
        place = bisect_right(self.ends, offset)
        return self.events[place] if offset >= 0 and place < len(self.events) else None

    def made(self, number: int) -> tuple[int, int] | None:
        place = bisect_left(self.events, number)
        if place == len(self.events) or self.events[place] != number:
            return None
        return (self.ends[place - 1] if place else 0), self.ends[place]


@dataclass(slots=True)
class _Watch:
    """What is followed under one key."""

    number: int
    """Stands for the key."""
    item: Item | None = None
    traces: dict[str, _Trace] = field(default_factory=dict)
    """By the names of all fields that may grow."""


class Provenance:
    """Of the transcript that a recording makes; follows it while it grows."""

    def __init__(
        self,
        recording: Recording,
        reduce: Reducer,
        clock: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self.recording = recording
        self._clock = clock
        self._transcript = Traced()
        self._reader = Reader(reduce, self._transcript)
        self._watches: dict[str, _Watch] = {}
        self._keys: list[str] = [""]
        """Of the items, by the number that stands for each; 0 is none."""
        self._first = array("I")
        """For each event the number of the first item that it changed."""
        self._more: dict[int, tuple[str, ...]] = {}
        """Events that changed several items, and all of those."""

    @property
    def read(self) -> int:
        """Events read so far; the recording may be ahead."""
        return len(self._first)

    @property
    def behind(self) -> bool:
        return self.read < len(self.recording)

    def step(self, budget: int) -> bool:
        """Read on for about `budget` nanoseconds; True when nothing is left to do."""
        deadline = self._clock() + budget
        while self.behind:
            self._reader.take(self._events(self.read, self.read + PIECE))
            if self._clock() >= deadline:
                break
        return not self.behind

    def _events(self, begin: int, end: int) -> Iterator[Event]:
        """For the reader: who asks for the next one has done with the last, whose doing is seen
        before. A call for each event would cost more than that."""
        touched, first = self._transcript.touched, self._first
        for number, event in enumerate(self.recording[begin:end], begin):
            yield event
            if not touched:
                first.append(0)
            elif len(touched) == 1:
                first.append(self._look(touched[0], number))
                touched.clear()
            else:
                items = list({id(item): item for item in touched}.values())
                found = list(dict.fromkeys([self._look(item, number) for item in items]))
                first.append(found[0])
                if len(found) > 1:
                    self._more[number] = tuple(self._keys[one] for one in found)
                touched.clear()

    def _look(self, item: Item, number: int) -> int:
        """See what an event did to an item; the number of its key."""
        watch = self._watches.get(item.key)
        if watch is None or watch.item is not item:
            watch = self._watch(item)
            if watch.item is not item:
                return watch.number
        for name, trace in watch.traces.items():
            pieces = getattr(item, name).pieces
            if pieces is not trace.pieces or len(pieces) != trace.count:
                trace.look(pieces, number)
        return watch.number

    def _watch(self, item: Item) -> _Watch:
        """What follows the items of a key. Of items with the same key the one that can be found
        counts: another may have taken the place of this one."""
        watch = self._watches.get(item.key)
        if watch is None:
            watch = self._watches[item.key] = _Watch(len(self._keys))
            self._keys.append(item.key)
        if self._transcript.find(item.key) is item:
            watch.item = item
            watch.traces = {name: watch.traces.get(name) or _Trace() for name in texts_of(item)}
        return watch

    # What is asked.

    def event(self, key: str, name: str, offset: int) -> int | None:
        """The number of the event that brought this character of a field; None: none did, or it has
        not been read yet."""
        watch = self._watches.get(key)
        trace = watch.traces.get(name) if watch is not None else None
        return trace.at(offset) if trace is not None else None

    def items(self, number: int) -> tuple[str, ...]:
        """The keys of the items that an event changed, the first one first."""
        if not 0 <= number < self.read:
            return ()
        if (several := self._more.get(number)) is not None:
            return several
        first = self._first[number]
        return (self._keys[first],) if first else ()

    def spans(self, number: int) -> list[Span]:
        """The characters that an event brought. One that only repeats what was there brought
        none."""
        return [
            Span(key, name, *made)
            for key in self.items(number)
            for name, trace in self._watches[key].traces.items()
            if (made := trace.made(number)) is not None
        ]

    def events(self, key: str) -> list[int]:
        """The numbers of all events that changed an item, in order. Looks through all of them."""
        watch = self._watches.get(key)
        if watch is None:
            return []
        found = [number for number, first in enumerate(self._first) if first == watch.number]
        also = [number for number, keys in self._more.items() if key in keys[1:]]
        return sorted([*found, *also])


def common(one: str, other: str) -> int:
    """How many characters both begin with."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one.startswith(other[low:middle], low):
            low = middle
        else:
            high = middle - 1
    return low


def _size(pieces: Sequence[str]) -> int:
    return sum(map(len, pieces))
