"""What is known of the events of a recording, at one byte each, and which of them are shown. No Qt.

The index pulls from the recording in steps that end when their time is over, so that neither a
million events nor a slow filter holds up a frame. What a row says is not kept: `eventrow` derives
it when the row is painted.
"""

from __future__ import annotations

import statistics
import time
from array import array
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import sub
from typing import NamedTuple

from playground.core.recording import SSE, WIRE, Recording
from playground.ui.widgets.eventflags import FLAGS, WRONG, Flag, Remark
from playground.ui.widgets.eventkinds import Tone, is_known, name_of, tone_of
from playground.ui.widgets.eventsieve import PACK, Query, Sieve

__all__ = ["EventIndex", "Query", "TypeCount"]

OTHER = 0
"""The code of all types beyond the first 255 of a recording; it has no name."""
STALL_FACTOR = 10
STALL_NS = 50_000_000
"""A gap inside a stream is a stall when it is over ten times the median gap and over 50 ms."""

_LONGEST = 65_536
_SLOW = 2_000_000
"""Nanoseconds. Events are worked on in blocks with a look at the clock after each; one that took
longer than this makes the next one shorter, one that took a quarter makes it longer."""
_SAMPLE = 1_000
_LINES = 1_024


class Type(NamedTuple):
    """Of events of a recording."""

    name: str
    kind: str
    tone: Tone = "text"
    known: bool = False

    @property
    def ours(self) -> bool:
        return bool(self.kind) and self.kind not in WIRE


class TypeCount(NamedTuple):
    name: str
    """Empty for all types beyond the first 255."""
    kind: str
    events: int


class EventIndex:
    def __init__(
        self,
        recording: Recording,
        misread: Mapping[int, str],
        clock: Callable[[], int] = time.perf_counter_ns,
        *,
        repaired: Mapping[int, str] | None = None,
        pins: list[int] | None = None,
    ) -> None:
        self.recording = recording
        self.misread = misread
        """Events that could not be read, and why; grows with the recording."""
        self.repaired = repaired if repaired is not None else {}
        """Events at which something had to be assumed, and what; grows with the recording."""
        self.pins = pins if pins is not None else []
        """Events that were pinned, in order; whoever gave them keeps them."""
        self.median = 0
        """Median gap in nanoseconds between neighbours of a stream, from about 1,000 of them."""
        self.facts: list[int] = []
        """Numbers of our own facts, in order."""
        self.flagged = 0
        """How many events have something wrong with them."""
        self.flag_counts: Counter[Flag] = Counter()
        self.sizes: list[int] = []
        """Bytes that had come from the server before each of them."""
        self.size = 0
        """Bytes that came from the server."""
        self.codes = bytearray()
        """Of the type of each event: a place in `types`."""
        self.types: list[Type] = [Type("", "")]
        self.hits: Sieve | None = None
        """The events that are looked for, where that does not narrow what is shown."""
        self._clock = clock
        self._by_name: dict[tuple[str, str], int] = {}
        self._by_line: dict[bytes, int] = {}
        self._shown = Sieve(self, Query())
        self._remarkable = array("I")
        self._gaps = array("q")
        self._long = array("I")
        """Events after a gap that is long enough for a stall, and how long it was."""
        self._stalls: tuple[tuple[int, int], list[int]] = ((0, 0), [])
        self._sampled = 0
        self._block = PACK

    # What is shown.

    @property
    def query(self) -> Query:
        return self._shown.query

    def __len__(self) -> int:
        """Rows shown."""
        return len(self._shown) if self.query.narrows else len(self.codes)

    def number(self, row: int) -> int:
        """The event in this row."""
        return self._shown.numbers[row] if self.query.narrows else row

    def row(self, number: int) -> int:
        """The row of this event, or of the next one that is shown."""
        return self._shown.place(number) if self.query.narrows else number

    def shows(self, number: int) -> bool:
        row = self.row(number)
        return 0 <= row < len(self) and self.number(row) == number

    def numbers(self, first: int, last: int) -> Sequence[int]:
        """The events in these rows, both included."""
        if self.query.narrows:
            return self._shown.numbers[first : last + 1]
        return range(first, last + 1)

    @property
    def found(self) -> Sieve | None:
        """What is looked for, whether that narrows what is shown or not; None: nothing is."""
        if self.hits is not None:
            return self.hits
        return self._shown if self.query.searches else None

    # What is known of an event.

    @property
    def read(self) -> int:
        """Events read so far; the recording may be ahead."""
        return len(self.codes)

    def name(self, number: int) -> str:
        code = self.codes[number]
        return name_of(self.recording[number]) if code == OTHER else self.types[code].name

    def tone(self, number: int) -> Tone:
        return self.types[self.codes[number]].tone

    def known(self, number: int) -> bool:
        return self.types[self.codes[number]].known

    def gap(self, number: int) -> int:
        """Nanoseconds since the event before, 0 for the first."""
        times = self.recording.times
        return times[number] - times[number - 1] if number else 0

    def flags(self, number: int) -> frozenset[Flag]:
        return frozenset(remark.flag for remark in self.remarks(number))

    def remarks(self, number: int) -> tuple[Remark, ...]:
        """All that is remarkable about an event, the worst first."""
        rows: list[Remark] = []
        if (why := self.misread.get(number)) is not None:
            wrong = self.recording[number].json()[1]
            rows.append(Remark("malformed" if wrong else "misread", why))
        elif not self.known(number):
            rows.append(Remark("unknown"))
        if (why := self.repaired.get(number)) is not None:
            rows.append(Remark("repaired", why))
        if self.recording.masked[number]:
            rows.append(Remark("masked"))
        return tuple(rows)

    def remarkable(self, start: int, stop: int) -> Sequence[int]:
        """Events from a number up to another of which more can be said than that their type is
        unknown."""
        rows = self._remarkable
        return rows[bisect_left(rows, start) : bisect_left(rows, stop)]

    def next_flagged(self, number: int, *, back: bool = False) -> int | None:
        """The event with something wrong with it that comes after this one, or before it."""
        unknown = [code for code, one in enumerate(self.types) if not one.known]
        candidates = [self._next_of(code, number, back=back) for code in unknown]
        rows = self._remarkable
        place = bisect_left(rows, number) - 1 if back else bisect_right(rows, number)
        while 0 <= place < len(rows):
            if self.flags(rows[place]) & WRONG:
                candidates.append(rows[place])
                break
            place += -1 if back else 1
        there = [one for one in candidates if one is not None]
        return (max if back else min)(there) if there else None

    def _next_of(self, code: int, number: int, *, back: bool) -> int | None:
        """The next event of a type, in no time: bytes are searched by the machine."""
        if back:
            found = self.codes.rfind(code, 0, max(number, 0))
        else:
            found = self.codes.find(code, number + 1)
        return found if found >= 0 else None

    # Stalls.

    def stalled(self, number: int) -> bool:
        """The stream was silent for conspicuously long before this event."""
        gap = self.gap(number)
        return gap >= STALL_NS and gap >= STALL_FACTOR * self.median and self._inside(number)

    @property
    def stalls(self) -> list[int]:
        """The events that came after a stall, in order."""
        state = len(self._long), self.median
        if self._stalls[0] != state:
            least = STALL_FACTOR * self.median
            pairs = zip(self._long, self._gaps, strict=True)
            self._stalls = state, [number for number, gap in pairs if gap >= least]
        return self._stalls[1]

    # Pins.

    def pin(self, number: int, on: bool) -> None:
        there = bisect_left(self.pins, number)
        pinned = there < len(self.pins) and self.pins[there] == number
        if on and not pinned:
            insort(self.pins, number)
        elif pinned and not on:
            del self.pins[there]

    def pinned(self, number: int) -> bool:
        there = bisect_left(self.pins, number)
        return there < len(self.pins) and self.pins[there] == number

    # Types.

    def counts(self) -> list[TypeCount]:
        """The types that occur and how often, in the order they came; the rest has no name."""
        rows: dict[str, TypeCount] = {}
        for code, (name, kind, _, _) in enumerate(self.types):
            before = rows[name].events if name in rows else 0
            rows[name] = TypeCount(name, kind, before + self.codes.count(code))
        return [row for row in rows.values() if row.events]

    # Keeping up.

    def narrow(self, query: Query) -> None:
        """Filter afresh. The rows come with the next steps."""
        self._shown = Sieve(self, query)
        self._block = PACK

    def find(self, query: Query | None) -> None:
        """Look for what satisfies a query, and show what was shown. None: for nothing."""
        self.hits = Sieve(self, query) if query is not None else None
        self._block = PACK

    def _waiting(self) -> Iterator[Sieve]:
        """What has not seen all events that were read."""
        if self.query.narrows and self._shown.behind:
            yield self._shown
        if self.hits is not None and self.hits.behind:
            yield self.hits

    @property
    def behind(self) -> bool:
        return self.read < len(self.recording) or next(self._waiting(), None) is not None

    @property
    def progress(self) -> float:
        """How much of the recording has been read, filtered and searched, 0 to 1."""
        total = len(self.recording)
        done = min((self.read, *(sieve.scanned for sieve in self._waiting())))
        return done / total if total else 1.0

    def step(self, budget: int) -> bool:
        """Read and filter for about `budget` nanoseconds; True when nothing is left to do."""
        now = self._clock()
        deadline = now + budget
        while self.behind:
            if self.read < len(self.recording):
                self._read()
            else:
                next(self._waiting()).scan(self._block)
            before, now = now, self._clock()
            if now - before > _SLOW:
                self._block = max(self._block // 2, 1)
            elif now - before < _SLOW // 4:
                self._block = min(self._block * 2, _LONGEST)
            if now >= deadline:
                break
        if self.read > self._sampled * 5 // 4:
            self._measure()
        return not self.behind

    def _read(self) -> None:
        """Give the next block of events their codes."""
        start = self.read
        stop = start + self._block
        block = zip(self.recording.kinds[start:stop], self.recording.raws[start:stop], strict=True)
        codes, lines, misread = bytearray(), self._by_line, self.misread
        for number, (kind, raw) in enumerate(block, start):
            line = raw[: raw.find(b"\n")] if kind == SSE and raw[:6] == b"event:" else b""
            code = lines.get(line, -1)
            if code < 0:
                name = name_of(self.recording[number])
                code = self._code(kind, name)
                if line and len(lines) < _LINES and line[6:].strip() == name.encode():
                    lines[line] = code
            if kind in WIRE:
                self.size += len(raw)
            else:
                self.facts.append(number)
                self.sizes.append(self.size)
            if number not in misread and not self.types[code].known:
                self.flagged += 1
                self.flag_counts["unknown"] += 1
            codes.append(code)
        self.codes += codes
        self._note_flags(start, self.read)
        self._note_gaps(start, self.read)

    def _note_flags(self, start: int, stop: int) -> None:
        """What can be said of the events of a block beside that their type is unknown."""
        masked = self.recording.masked
        if not self.misread and not self.repaired and masked.find(1, start, stop) < 0:
            return
        for number in range(start, stop):
            if number in self.misread or number in self.repaired or masked[number]:
                flags = self.flags(number)
                self._remarkable.append(number)
                for flag in FLAGS:
                    self.flag_counts[flag] += flag in flags and flag != "unknown"
                self.flagged += "unknown" not in flags and bool(flags & WRONG)

    def _note_gaps(self, start: int, stop: int) -> None:
        first = max(start, 1)
        times = self.recording.times[first - 1 : stop]
        gaps = enumerate(map(sub, times[1:], times), first)
        for number, gap in [row for row in gaps if row[1] >= STALL_NS]:
            if self._inside(number):
                self._long.append(number)
                self._gaps.append(gap)

    def _code(self, kind: str, name: str) -> int:
        code = self._by_name.get((kind, name))
        if code is None:
            if len(self.types) > 255:
                return OTHER
            code = self._by_name[kind, name] = len(self.types)
            self.types.append(Type(name, kind, tone_of(kind, name), is_known(kind, name)))
        return code

    def _inside(self, number: int) -> bool:
        kinds = self.recording.kinds
        return number > 0 and kinds[number] in WIRE and kinds[number - 1] in WIRE

    def _measure(self) -> None:
        stride = max(1, self.read // _SAMPLE)
        gaps = [self.gap(n) for n in range(1, self.read, stride) if self._inside(n)]
        self.median = int(statistics.median(gaps)) if gaps else 0
        self._sampled = self.read
