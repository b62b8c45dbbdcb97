"""Which events of a recording are shown: types at one byte an event, and the filter. No Qt.

The index pulls from the recording in steps that end when their time is over, so that neither a
million events nor a slow filter holds up a frame. What a row says is not kept: `eventrow` derives
it when the row is painted.
"""

from __future__ import annotations

import json
import statistics
import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import compress

from playground.core.recording import SSE, WIRE, Recording
from playground.ui.widgets.eventkinds import Tone, is_known, name_of, tone_of

OTHER = 0
"""The code of all types beyond the first 255 of a recording; it has no name."""
STALL_FACTOR = 10
STALL_NS = 50_000_000
"""A gap inside a stream is a stall when it is over ten times the median gap and over 50 ms."""

_LONGEST = 65_536
_SLOW = 2_000_000
"""Nanoseconds. Events are worked on in blocks with a look at the clock after each; one that took
longer than this makes the next one shorter, one that took a quarter makes it longer."""
_PACK = 64
"""Events that are searched as one piece first."""
_SAMPLE = 1_000
_LINES = 1_024


@dataclass(frozen=True, slots=True)
class Query:
    """Which events to show; they must satisfy all parts."""

    text: str = ""
    """In the type or anywhere in the raw bytes, also as JSON escapes it. All lower case finds
    capitals too."""
    matches: Callable[[bytes], bool] | None = None
    """Stands in for `text` on the raw bytes: a regular expression of the caller's."""
    types: frozenset[str] | None = None
    flagged: bool = False
    """Only what could not be read, and types we do not know."""

    @property
    def narrows(self) -> bool:
        return bool(self.text or self.matches or self.types is not None or self.flagged)


class EventIndex:
    def __init__(
        self,
        recording: Recording,
        misread: Mapping[int, str],
        clock: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self.recording = recording
        self.misread = misread
        """Events that could not be read, and why; grows with the recording."""
        self.query = Query()
        self.median = 0
        """Median gap in nanoseconds between neighbours of a stream, from about 1,000 of them."""
        self.facts: list[int] = []
        """Numbers of our own facts, in order."""
        self.flagged = 0
        """How many events could not be read, or are of no type we know."""
        self.sizes: list[int] = []
        """Bytes that had come from the server before each of them."""
        self.size = 0
        """Bytes that came from the server."""
        self._clock = clock
        self._codes = bytearray()
        self._names: list[str] = [""]
        self._tones: list[Tone] = ["text"]
        self._known: list[bool] = [False]
        self._by_name: dict[tuple[str, str], int] = {}
        self._by_line: dict[bytes, int] = {}
        self._needles = _needles("")
        self._rows = array("I")
        self._scanned = 0
        self._sampled = 0
        self._block = _PACK

    # What is shown.

    def __len__(self) -> int:
        """Rows shown."""
        return len(self._rows) if self.query.narrows else len(self._codes)

    def number(self, row: int) -> int:
        """The event in this row."""
        return self._rows[row] if self.query.narrows else row

    def row(self, number: int) -> int:
        """The row of this event, or of the next one that is shown."""
        return bisect_left(self._rows, number) if self.query.narrows else number

    def shows(self, number: int) -> bool:
        row = self.row(number)
        return 0 <= row < len(self) and self.number(row) == number

    # What is known of an event.

    @property
    def read(self) -> int:
        """Events read so far; the recording may be ahead."""
        return len(self._codes)

    def name(self, number: int) -> str:
        code = self._codes[number]
        return name_of(self.recording[number]) if code == OTHER else self._names[code]

    def tone(self, number: int) -> Tone:
        return self._tones[self._codes[number]]

    def known(self, number: int) -> bool:
        return self._known[self._codes[number]]

    def gap(self, number: int) -> int:
        """Nanoseconds since the event before, 0 for the first."""
        return self.recording[number].t - self.recording[number - 1].t if number else 0

    def stalled(self, number: int) -> bool:
        """The stream was silent for conspicuously long before this event."""
        return (
            self._inside(number)
            and self.gap(number) >= STALL_NS
            and self.gap(number) >= STALL_FACTOR * self.median
        )

    def counts(self) -> list[tuple[str, int]]:
        """The types that occur and how often, in the order they came; the rest has no name."""
        rows: dict[str, int] = {}
        for code, name in enumerate(self._names):
            rows[name] = rows.get(name, 0) + self._codes.count(code)
        return [(name, count) for name, count in rows.items() if count]

    # Keeping up.

    def narrow(self, query: Query) -> None:
        """Filter afresh. The rows come with the next steps."""
        self.query = query
        self._needles = _needles(query.text)
        self._rows = array("I")
        self._scanned = 0
        self._block = _PACK

    @property
    def behind(self) -> bool:
        return self.read < len(self.recording) or (self.query.narrows and self._scanned < self.read)

    @property
    def progress(self) -> float:
        """How much of the recording has been read and filtered, 0 to 1."""
        total = len(self.recording)
        done = min(self._scanned, self.read) if self.query.narrows else self.read
        return done / total if total else 1.0

    def step(self, budget: int) -> bool:
        """Read and filter for about `budget` nanoseconds; True when nothing is left to do."""
        now = self._clock()
        deadline = now + budget
        while self.behind:
            if self.read < len(self.recording):
                self._read()
            else:
                self._scan()
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
            if number in misread or not self._known[code]:
                self.flagged += 1
            codes.append(code)
        self._codes += codes

    def _code(self, kind: str, name: str) -> int:
        code = self._by_name.get((kind, name))
        if code is None:
            if len(self._names) > 255:
                return OTHER
            code = self._by_name[kind, name] = len(self._names)
            self._names.append(name)
            self._tones.append(tone_of(kind, name))
            self._known.append(is_known(kind, name))
        return code

    def _inside(self, number: int) -> bool:
        events = self.recording
        return number > 0 and events[number].kind in WIRE and events[number - 1].kind in WIRE

    def _measure(self) -> None:
        stride = max(1, self.read // _SAMPLE)
        gaps = [self.gap(n) for n in range(1, self.read, stride) if self._inside(n)]
        self.median = int(statistics.median(gaps)) if gaps else 0
        self._sampled = self.read

    def _scan(self) -> None:
        """Filter the next block."""
        query = self.query
        searching = bool(query.text or query.matches)
        start = self._scanned
        stop = min(self.read, start + self._block)
        marks = self._marks(start, stop)
        numbers = range(start, stop) if marks is None else compress(range(start, stop), marks)
        if searching:
            self._search(list(numbers))
        else:
            self._rows.extend(numbers)
        self._scanned = stop

    def _marks(self, start: int, stop: int) -> bytes | None:
        """One byte an event, 0 where type or flag rule it out; None when they rule out none."""
        query = self.query
        if query.types is None and not query.flagged:
            return None
        allowed = bytearray(256)
        for code in range(len(self._names)):
            typed = query.types is None or self._names[code] in query.types
            allowed[code] = typed and not (query.flagged and self._known[code])
        marks = self._codes[start:stop].translate(allowed)
        if query.flagged:
            for number in range(start, stop):
                if number in self.misread and (
                    query.types is None or self.name(number) in query.types
                ):
                    marks[number - start] = 1
        return bytes(marks)

    def _search(self, numbers: list[int]) -> None:
        rows = self._rows
        if (matches := self.query.matches) is not None:
            raws = self.recording.raws
            rows.extend([n for n in numbers if matches(raws[n])])
            return
        for at in range(0, len(numbers), _PACK):
            rows.extend(self._found(numbers[at : at + _PACK]))

    def _found(self, numbers: list[int]) -> Iterable[int]:
        """Those with the text in type or bytes. Most packs are ruled out as one piece."""
        every, (needles, folded) = self.recording.raws, self._needles
        raws = [every[n] for n in numbers]
        keep = self._named(numbers, folded)
        if keep and all(keep):
            return numbers
        joined = b"\n".join(raws)
        if folded:
            joined = joined.lower()
        needles = [needle for needle in needles if needle in joined]
        if needles and folded:
            raws = [raw.lower() for raw in raws]
        for needle in needles:
            if keep:
                keep = [kept or needle in raw for kept, raw in zip(keep, raws, strict=True)]
            else:
                keep = [needle in raw for raw in raws]
        return compress(numbers, keep)

    def _named(self, numbers: list[int], folded: bool) -> list[bool]:
        """Which have the text in the name of their type; nothing when there is no such type."""
        text, codes = self.query.text, self._codes
        named = [text in (name.lower() if folded else name) for name in self._names]
        if not any(named):
            return []
        return [named[codes[n]] for n in numbers]


def _needles(text: str) -> tuple[list[bytes], bool]:
    """(what to look for in raw bytes, whether they are to be put in lower case first).

    JSON may carry the text as it is, with quotes escaped, or with everything beyond ASCII escaped.
    """
    folded = text == text.lower() and any("a" <= letter <= "z" for letter in text)
    forms = (text, json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1])
    needles = list(dict.fromkeys(form.encode("utf-8", "surrogatepass") for form in forms))
    return ([needle.lower() for needle in needles] if folded else needles), folded
