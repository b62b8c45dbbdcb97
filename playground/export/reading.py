"""Opening a file again: a run that was exported, or an answer that somebody saved.

Files come from anywhere. One is read in slices and never as a whole; of a broken one what can be
read is read, and what is wrong is told with its line. Nothing that was read can make anything run.
"""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple

from playground.core.call import Call
from playground.core.endpoint import Endpoint
from playground.core.eventstream import Splitter
from playground.core.items import Item
from playground.core.problem import Failure, Problem
from playground.core.profile import Api
from playground.core.recording import BODY, REST, SSE, Event, Recording, fact, parse
from playground.core.session import Run, new_id
from playground.export import sse
from playground.export.mending import Lines, begins
from playground.export.progress import Progress

SLICE = 1 << 18
"""Bytes of a stream that are read at a time."""
BATCH = 1000
"""Events that are taken at a time."""
SEARCHED = 1 << 24
"""Bytes of a stream in which something of an answer has to stand."""
EXPECTED = "Expected JSON Lines from `playground export`, an event stream, or an answer in JSON."
ENDS = Problem(title="The recording ends here, before the run does.")

_BOM = b"\xef\xbb\xbf"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FIELDS = (b'"choices"', b'"output"', b'"object"', b'"error"')
"""One of them is near the beginning of every answer."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a file is read; what is behind that is left out, and it is said."""

    events: int = 2_000_000
    bytes: int = 512 << 20
    """Of the recording."""
    piece: int = 64 << 20
    """Of a line, of an event, and of an answer that is no stream, in bytes."""


class Opened(NamedTuple):
    run: Run
    problem: Problem | None
    """What could not be read; None: all of it was."""


def read(data: bytes, endpoints: Mapping[str, Endpoint]) -> Run:
    """The run of a file that has to be whole. Raises Failure when it is not."""
    found = _File(io.BytesIO(data), len(data), "This file", endpoints).opened()
    if found.problem is not None:
        raise Failure(found.problem)
    return found.run


def opened(
    path: Path,
    endpoints: Mapping[str, Endpoint],
    progress: Progress | None = None,
    bounds: Bounds | None = None,
) -> Opened:
    """The run of a file as far as it can be read: of JSON Lines, else made of an event stream or
    of a whole answer. Raises Failure when it is none of them, and Cancelled."""
    name = path.name or str(path)
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # others may have no end
            raise _refused(f"{name} is not a file.")
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return _File(file, size, name, endpoints, progress, bounds).opened()
    except OSError as error:
        raise _refused(f"{name} cannot be read.", error.strerror or str(error)) from error


class _File:
    """One that is read."""

    def __init__(
        self,
        file: BinaryIO,
        size: int,
        name: str,
        endpoints: Mapping[str, Endpoint],
        progress: Progress | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self._file = file
        self._size = size
        self._name = name
        self._endpoints = endpoints
        self._progress = progress or Progress()
        self._bounds = bounds or Bounds()
        self._events = self._bytes = 0
        self._full = ""
        """Why no more is taken."""

    def opened(self) -> Opened:
        self._look()
        begin = self._file.read(SLICE)
        if b"\0" in begin:  # no text that we know
            raise self._unknown()
        start = len(_BOM) if begin.startswith(_BOM) else 0
        self._file.seek(start)
        first = next((line for line in self._lines() if line.strip()), b"")
        self._file.seek(start)
        if begins(first):
            return self._recording()
        if first.lstrip()[:1] in (b"{", b"[", b"<"):
            return self._answer()
        self._file.seek(0)
        return self._stream()

    # The three kinds.

    def _recording(self) -> Opened:
        lines, run = Lines(self._name), None
        batch: list[Event] = []
        for line in self._lines():
            event = lines.take(line)
            if lines.over:
                break
            if lines.number % BATCH == 0:
                self._look()
            if len(line) >= self._bounds.piece:
                lines.complain(f"It is longer than {_mb(self._bounds.piece)}.")
                break
            if event is None:
                continue
            if not self._has_room(event):
                lines.complain(self._full)
                break
            batch.append(event)
            if len(batch) == BATCH:
                run = run or self._recorded(lines, batch)
                run.take(batch)
                batch = []
        run = run or self._recorded(lines, batch)
        run.take(batch)
        if len(run.recording) and run.transcript.outcome is None:
            last, said = run.recording[-1], {"problem": ENDS.model_dump(include={"title"})}
            at = (last.leg, last.attempt)
            run.take([fact(last.t, "cut", said, *at), fact(last.t, "ended", None, *at)])
        return Opened(run, self._broken(lines, run))

    def _stream(self) -> Opened:
        splitter, run, pending = Splitter(), None, 0
        waiting: list[Event] = []  # until it is known which dialect this is
        while not self._full and (data := self._file.read(SLICE)):
            self._look()
            pending += len(data)
            for block in splitter.feed(data):
                pending -= len(block)
                if not self._has_room(event := Event(0, SSE, block)):
                    break
                waiting.append(event)
            if pending > self._bounds.piece:
                self._full = f"An event of it is longer than {_mb(self._bounds.piece)}."
            if run is None and (api := _spoken(waiting)) is not None:
                run = self._run(Call(api=api))
            if run is not None:
                run.take(waiting)
                waiting = []
            elif self._file.tell() > SEARCHED:
                raise self._unknown()
        if not self._full and (rest := splitter.rest()):
            waiting.append(Event(0, REST, rest))
        if run is None:
            if (api := _spoken(waiting)) is None:
                raise self._unknown()
            run = self._run(Call(api=api))
        run.take([*waiting, fact(0, "eof"), fact(0, "ended")])
        return Opened(run, self._partly(run, self._full) if self._full else None)

    def _answer(self) -> Opened:
        data = self._file.read(self._bounds.piece + 1)
        if len(data) > self._bounds.piece:
            size = _mb(self._bounds.piece)
            raise _refused(f"{self._name} is an answer of more than {size}.", "It is not read.")
        event = Event(0, BODY, data)
        value, wrong = event.json()
        answers = any(field in data[:4096] for field in _FIELDS)
        if data.lstrip()[:1] == b"<":
            if b'id="recording"' in data:
                raise self._closed("a replay in HTML")
        elif not (isinstance(value, dict) or wrong) or not answers:
            log = value.get("log") if isinstance(value, dict) else None
            if isinstance(log, dict) and "entries" in log:
                raise self._closed("an HTTP archive")
            raise self._unknown(f"It is no JSON: {wrong}." if wrong else "")
        run = self._run(Call(api=sse.spoken(event) or sse.dialect(_rows(data))))
        run.take([event, fact(0, "eof"), fact(0, "ended")])
        return Opened(run, None)

    # Their parts.

    def _lines(self) -> Iterator[bytes]:
        """They end with LF alone: text may hold other signs that look like ends. One that is too
        long is the last."""
        piece = self._bounds.piece
        while line := self._file.readline(piece):
            yield line
            if len(line) == piece and not line.endswith(b"\n"):
                return

    def _look(self) -> None:
        self._progress.at(self._file.tell(), self._size)

    def _has_room(self, event: Event) -> bool:
        """Whether one more may be taken; if not, it is said."""
        self._events += 1
        self._bytes += len(event.raw)
        if self._events > self._bounds.events:
            self._full = f"Only the first {self._bounds.events:,} events are read."
        elif self._bytes > self._bounds.bytes:
            self._full = f"Only the first {_mb(self._bounds.bytes)} of events are read."
        return not self._full

    def _recorded(self, lines: Lines, events: Sequence[Event]) -> Run:
        """The run of a recording, still without its events."""
        head = lines.head
        call = head.call
        if not lines.api_known:
            call = call.model_copy(update={"api": sse.dialect(events)})
        run = self._run(call, lines.input, head.began)
        run.session, run.parent, run.profile = head.session, head.parent, head.profile
        run.cost = head.cost
        if _ID.fullmatch(head.id):
            run.id = head.id
        if head.created:
            run.created = head.created
            run.recording.began = head.began or head.created
        return run

    def _run(self, call: Call, said: Sequence[Item] = (), began: float = 0.0) -> Run:
        return Run(
            id=new_id("run"),
            session="",
            parent=None,
            call=call,
            profile="",
            input=list(said),
            reduce=self._endpoints[call.api].reduce,
            recording=Recording(began=began),
        )

    # What there is to say.

    def _broken(self, lines: Lines, run: Run) -> Problem | None:
        wrong = list(lines.wrong)
        if lines.more:
            wrong.append(f"{lines.more:,} more lines cannot be read.")
        if lines.expected is not None and lines.expected != lines.found:
            wrong.append(f"It has {lines.found:,} events; {lines.expected:,} were written.")
        if not wrong:
            return None
        if not lines.found and not run.input:
            raise _refused(f"Nothing of {self._name} can be read.", "\n".join(wrong))
        return self._partly(run, "\n".join(wrong))

    def _partly(self, run: Run, detail: str) -> Problem:
        count = self._events - bool(self._full and self._events)
        return Problem(
            title=f"{self._name} was read in part: {count:,} events.",
            detail=detail,
        )

    def _closed(self, what: str) -> Failure:
        """What we write, but never read."""
        title = f"{self._name} is {what}, which cannot be opened again."
        return _refused(title, "Export the run as JSON Lines.")

    def _unknown(self, detail: str = "") -> Failure:
        title = f"{self._name} is neither a recorded run nor an answer of the API."
        return _refused(title, f"{detail} {EXPECTED}".strip())


def _spoken(events: Sequence[Event]) -> Api | None:
    return next((api for event in events if (api := sse.spoken(event)) is not None), None)


def _rows(data: bytes) -> Iterator[Event]:
    """The first lines of an answer that came as lines of JSON."""
    for line in data[:SLICE].split(b"\n")[:8]:
        if parse(line.decode("utf-8", "replace"))[0] is not None:
            yield Event(0, BODY, line)


def _mb(size: int) -> str:
    return f"{size >> 20} MB" if size >= 1 << 20 else f"{size:,} bytes"


def _refused(title: str, detail: str = "") -> Failure:
    return Failure(Problem(title=title, detail=detail))
