"""Provenance: which event made a character of the transcript, and what an event made of it.

Nothing of this is kept while a run streams: it is read from the recording when somebody asks, in
steps that end when their time is over. Characters are those of `str(item.text)` and the other
fields of an item that grow.
"""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from playground.core.items import Item, Text, texts_of
from playground.core.recording import Recording
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
    """Items that changed since somebody looked."""

    def touch(self, item: Item) -> None:
        Transcript.touch(self, item)
        self.touched.append(item)

    def grew(self, item: Item, phase: Phase) -> None:
        Transcript.grew(self, item, phase)
        self.touched.append(item)

    def swap(self, old: Item, new: Item) -> None:
        Transcript.swap(self, old, new)
        self.touched += (old, new)


class _Trace:
    """One field of one item: up to where each event had brought it."""

    __slots__ = ("cursor", "ends", "events", "pieces", "version")

    def __init__(self) -> None:
        self.events = array("I")
        self.ends = array("I")
        """Characters after the event of the same place."""
        self.cursor = 0
        self.version = 0
        self.pieces: list[str] = []

    def look(self, text: Text, number: int) -> None:
        if text.version != self.version:
            self._replaced(text, number)
            return
        more, self.cursor = text.after(self.cursor)
        if more:
            self.pieces.append(more)
            self._add(len(more), number)

    def _add(self, count: int, number: int) -> None:
        end = (self.ends[-1] if self.ends else 0) + count
        if self.events and self.events[-1] == number:
            self.ends[-1] = end
        else:
            self.events.append(number)
            self.ends.append(end)

    def _replaced(self, text: Text, number: int) -> None:
        """What the new text shares with the old from the beginning on was there before."""
        old, (new, self.cursor) = "".join(self.pieces), text.after(0)
        same = common(old, new)
        cut = bisect_left(self.ends, same)
        if cut < len(self.ends):
            del self.events[cut + 1 :], self.ends[cut + 1 :]
            self.ends[cut] = same
            if same == (self.ends[cut - 1] if cut else 0):
                del self.events[cut:], self.ends[cut:]
        self.version, self.pieces = text.version, [new]
        if len(new) > same:
            self._add(len(new) - same, number)

    def at(self, offset: int) -> int | None:
        place = bisect_right(self.ends, offset)
        return self.events[place] if place < len(self.events) else None

    def made(self, number: int) -> tuple[int, int] | None:
        place = bisect_left(self.events, number)
        if place == len(self.events) or self.events[place] != number:
            return None
        return (self.ends[place - 1] if place else 0), self.ends[place]


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
        self._traces: dict[tuple[str, str], _Trace] = {}
        self._keys: list[str] = [""]
        """Of the items, by the number that stands for each; 0 is none."""
        self._numbers: dict[str, int] = {}
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
            self._read(self.read, min(self.read + PIECE, len(self.recording)))
            if self._clock() >= deadline:
                break
        return not self.behind

    def _read(self, begin: int, end: int) -> None:
        reader, touched = self._reader, self._transcript.touched
        for number, event in enumerate(self.recording[begin:end], begin):
            reader.take((event,))
            if len(touched) == 1:
                item = touched[0]
                self._first.append(self._numbered(item.key))
                self._look(item, number)
                touched.clear()
            elif touched:
                items = list({id(item): item for item in touched}.values())
                keys = tuple(dict.fromkeys(item.key for item in items))
                self._first.append(self._numbered(keys[0]))
                if len(keys) > 1:
                    self._more[number] = keys
                for item in items:
                    self._look(item, number)
                touched.clear()
            else:
                self._first.append(0)

    def _numbered(self, key: str) -> int:
        if (number := self._numbers.get(key)) is None:
            number = self._numbers[key] = len(self._keys)
            self._keys.append(key)
        return number

    def _look(self, item: Item, number: int) -> None:
        for name in texts_of(item):
            text: Text = getattr(item, name)
            trace = self._traces.get((item.key, name))
            if trace is None:
                if not text and not text.version:
                    continue
                trace = self._traces[item.key, name] = _Trace()
            trace.look(text, number)

    # What is asked.

    def event(self, key: str, name: str, offset: int) -> int | None:
        """The number of the event that brought this character of a field; None: none did, or it has
        not been read yet."""
        trace = self._traces.get((key, name))
        return trace.at(offset) if trace is not None else None

    def items(self, number: int) -> tuple[str, ...]:
        """The keys of the items that an event changed."""
        if not number < self.read:
            return ()
        if (several := self._more.get(number)) is not None:
            return several
        first = self._first[number]
        return (self._keys[first],) if first else ()

    def spans(self, number: int) -> list[Span]:
        """The characters that an event brought. One that only repeats what was there brought
        none."""
        return list(self._spans(number))

    def _spans(self, number: int) -> Iterator[Span]:
        keys = self.items(number)
        for (key, name), trace in self._traces.items() if len(keys) > 8 else self._of(keys):
            if key in keys and (made := trace.made(number)) is not None:
                yield Span(key, name, *made)

    def _of(self, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, str], _Trace]]:
        for key in keys:
            for name in FIELDS:
                if (trace := self._traces.get((key, name))) is not None:
                    yield (key, name), trace

    def events(self, key: str) -> list[int]:
        """The numbers of all events that changed an item, in order. Looks through all of them."""
        wanted = self._numbers.get(key)
        if wanted is None:
            return []
        rows = [number for number, first in enumerate(self._first) if first == wanted]
        others = [number for number, keys in self._more.items() if key in keys[1:]]
        return sorted({*rows, *others})


FIELDS = ("text", "refusal", "summary", "arguments", "code")
"""Of items, that grow."""


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
