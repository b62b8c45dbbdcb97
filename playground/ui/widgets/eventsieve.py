"""Which events of an index satisfy a query: worked out block by block, kept as their numbers.
No Qt.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, compress
from typing import TYPE_CHECKING

from playground.ui.widgets.eventflags import Flag

if TYPE_CHECKING:
    from playground.ui.widgets.eventindex import EventIndex

PACK = 256
"""Events that are searched as one piece first."""

Spans = Callable[[str], list[tuple[int, int]]]
"""Where a text that is shown matches: (begin, end) of each place."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which events to show; they must satisfy all parts."""

    text: str = ""
    """In the type or anywhere in the raw bytes, also as JSON escapes it. All lower case finds
    capitals too."""
    matches: Callable[[bytes], bool] | None = None
    """Stands in for `text` on the raw bytes: a regular expression of the caller's."""
    spans: Spans | None = None
    """The same on a text that is shown: where it matches."""
    types: frozenset[str] | None = None
    """Only these."""
    hidden: frozenset[str] = frozenset()
    """All but these types."""
    flags: frozenset[Flag] = frozenset()
    """Only what has one of them."""
    ours: bool = False
    """Only our own facts."""
    pinned: bool = False
    among: Callable[[int, int], Sequence[int]] | None = None
    """Which of the events from a number up to another belong to what is wanted, in order. May take
    its time: it is asked for as few as can be answered in a frame."""

    @property
    def searches(self) -> bool:
        return bool(self.text or self.matches)

    @property
    def narrows(self) -> bool:
        limits = self.types is not None or self.hidden or self.flags or self.ours or self.pinned
        return bool(self.searches or limits or self.among is not None)

    @property
    def wider(self) -> Query:
        """The same without what is looked for."""
        return replace(self, text="", matches=None, spans=None)

    def found(self, shown: str) -> list[tuple[int, int]]:
        """Where a text that is shown matches."""
        if self.spans is not None:
            return self.spans(shown)
        wanted = self.text
        if not wanted:
            return []
        if _folds(wanted):
            shown = shown.lower()
        places, at = [], shown.find(wanted)
        while at >= 0:
            places.append((at, at + len(wanted)))
            at = shown.find(wanted, at + len(wanted))
        return places


class Sieve:
    """The events that satisfy a query, as far as they were looked at."""

    def __init__(self, index: EventIndex, query: Query) -> None:
        self.query = query
        self.numbers = array("I")
        self.scanned = 0
        """Events that were looked at."""
        self._index = index
        self._needles, self._folded = _needles(query.text)

    def __len__(self) -> int:
        return len(self.numbers)

    def __contains__(self, number: int) -> bool:
        place = bisect_left(self.numbers, number)
        return place < len(self.numbers) and self.numbers[place] == number

    def place(self, number: int) -> int:
        """Of an event, or of the next one that satisfies the query."""
        return bisect_left(self.numbers, number)

    def after(self, number: int) -> int | None:
        place = bisect_right(self.numbers, number)
        return self.numbers[place] if place < len(self.numbers) else None

    def before(self, number: int) -> int | None:
        place = bisect_left(self.numbers, number)
        return self.numbers[place - 1] if place else None

    @property
    def behind(self) -> bool:
        return self.scanned < self._index.read

    def scan(self, count: int) -> None:
        """Look at the next `count` events."""
        query, start = self.query, self.scanned
        stop = min(self._index.read, start + count)
        marks = self._marks(start, stop)
        numbers: Iterable[int] = range(start, stop)
        if marks is not None:
            numbers = compress(numbers, marks)
        if query.pinned:
            pins = self._index.pins
            there = set(pins[bisect_left(pins, start) : bisect_left(pins, stop)])
            numbers = [number for number in numbers if number in there]
        if query.among is not None:
            there = set(query.among(start, stop))
            numbers = [number for number in numbers if number in there]
        if query.searches:
            self._search(list(numbers))
        else:
            self.numbers.extend(numbers)
        self.scanned = stop

    def _marks(self, start: int, stop: int) -> bytes | None:
        """One byte an event, 0 where its type or flags rule it out; None when they rule out
        none."""
        query, index = self.query, self._index
        if query.types is None and not query.hidden and not query.flags and not query.ours:
            return None
        allowed = bytearray(256)
        for code, type_ in enumerate(index.types):
            name = type_.name
            fits = query.types is None or name in query.types
            allowed[code] = fits and name not in query.hidden and (type_.ours or not query.ours)
        codes = index.codes[start:stop]
        if not query.flags:
            return bytes(codes.translate(allowed))
        unknown = "unknown" in query.flags
        plain = bytearray(256)
        for code, type_ in enumerate(index.types):
            plain[code] = allowed[code] and unknown and not type_.known
        marks = codes.translate(plain)
        for number in index.remarkable(start, stop):
            fits = bool(allowed[codes[number - start]] and query.flags & index.flags(number))
            marks[number - start] = fits
        return bytes(marks)

    def _search(self, numbers: list[int]) -> None:
        rows = self.numbers
        if (matches := self.query.matches) is not None:
            raws = self._index.recording.raws
            rows.extend([n for n in numbers if matches(raws[n])])
            return
        named = self._named()
        for at in range(0, len(numbers), PACK):
            rows.extend(self._found(numbers[at : at + PACK], named))

    def _found(self, numbers: list[int], named: list[bool]) -> Iterable[int]:
        """Those with the text in bytes or type. Most packs are ruled out as one piece."""
        every, codes = self._index.recording.raws, self._index.codes
        first, last = numbers[0], numbers[-1]
        whole = last - first == len(numbers) - 1
        raws = every[first : last + 1] if whole else [every[n] for n in numbers]
        keep = [named[codes[n]] for n in numbers] if named else []
        if keep and all(keep):
            return numbers
        joined = b"".join(raws)
        if self._folded:
            joined = joined.lower()
        needles = [needle for needle in self._needles if needle in joined]
        if not needles:
            return compress(numbers, keep)
        ends = list(accumulate(map(len, raws)))
        places = {place for needle in needles for place in _places(joined, ends, needle)}
        if any(keep):
            places.update(compress(range(len(keep)), keep))
        return [numbers[place] for place in sorted(places)]

    def _named(self) -> list[bool]:
        """Of each type, whether the text is in its name; nothing when there is no such type."""
        names = [one.name for one in self._index.types]
        named = [self.query.text in (name.lower() if self._folded else name) for name in names]
        return named if any(named) else []


def _places(joined: bytes, ends: list[int], needle: bytes) -> Iterator[int]:
    """Which of those that were joined hold the needle; `ends` is where each ends. Costs what is
    found: to look into each is dear where there is something in every pack."""
    at = joined.find(needle)
    while at >= 0:
        place = bisect_right(ends, at)
        if at + len(needle) <= ends[place]:
            yield place
            at = joined.find(needle, ends[place])
        else:  # it began in one and ended in the next
            at = joined.find(needle, at + 1)


def _needles(text: str) -> tuple[list[bytes], bool]:
    """(what to look for in raw bytes, whether they are to be put in lower case first).

    JSON may carry the text as it is, with quotes escaped, or with everything beyond ASCII escaped.
    """
    folded = _folds(text)
    forms = (text, json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1])
    needles = list(dict.fromkeys(form.encode("utf-8", "surrogatepass") for form in forms))
    return ([needle.lower() for needle in needles] if folded else needles), folded


def _folds(text: str) -> bool:
    """Whether a text finds capitals too."""
    return text == text.lower() and any("a" <= letter <= "z" for letter in text)
