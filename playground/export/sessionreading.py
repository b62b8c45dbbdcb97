"""Reading a session file, line by line: what it holds in the order in which it is kept.

A file is taken whole or not at all, so whatever is wrong with it ends the reading, with its line.
Nothing that was read can make anything run.
"""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from playground.core.comparison import MOST
from playground.core.endpoint import Endpoint
from playground.core.problem import Failure, Problem
from playground.core.recording import WIRE, Event, Recording, parse
from playground.core.session import Run, Session
from playground.core.withholding import harmless, withholding
from playground.export import facts
from playground.export.jsonl import Row, event_of
from playground.export.mending import item_of
from playground.export.progress import Progress
from playground.export.sessionblobs import Paster, mapped
from playground.export.sessionlines import (
    FORMAT,
    VERSION,
    BlobLine,
    EndLine,
    Header,
    RunLine,
    SessionLine,
)

BATCH = 1000
"""Events that are given at a time."""
DOLLARS = 10**12
"""That a run may have cost."""
LOOK = 1 << 20
"""Bytes of a recording that are given at a time."""
_GZIP = b"\x1f\x8b"
_EVENT = b'{"t_ns":'
_HEAD = b'"' + FORMAT.encode() + b'"'

Line = TypeVar("Line", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is refused, rather than read in part."""

    line: int = 256 << 20
    """Bytes of a line, and characters of one with its blobs."""
    values: int = 64 << 20
    """Bytes of a line that is no blob: its values may take a hundred times of that in memory."""
    bytes: int = 16 << 30
    """Of all lines, unpacked."""
    events: int = 20_000_000


@dataclass(frozen=True, slots=True)
class Begun:
    """A session, without its runs."""

    session: Session
    runs: tuple[str, ...]
    """The ids of those that follow."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a run."""

    run: Run


Found = Begun | Run | list[Event] | Ended
"""A session; a run without its events, which come in batches; and that these were all."""


def is_session_file(path: Path) -> bool:
    """Whether its first line says so. Never raises: what cannot be read is none."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
            file.seek(0)
            return _HEAD in _unpacked(file, packed=packed).readline(4096)
    except (OSError, EOFError, zlib.error):
        return False


def read(
    path: Path,
    endpoints: Mapping[str, Endpoint],
    progress: Progress | None = None,
    bounds: Bounds | None = None,
) -> Generator[Found, None, None]:
    """What a file holds. Raises Failure at the first thing that is wrong, and Cancelled."""
    name = path.name or str(path)
    try:
        with path.open("rb") as file:
            yield from _File(file, name, endpoints, progress, bounds).found()
    except OSError as error:
        detail = error.strerror or str(error)
        raise Failure(Problem(title=f"{name} cannot be read.", detail=detail)) from error


def read_bytes(data: bytes, endpoints: Mapping[str, Endpoint]) -> list[Session]:
    """The sessions of a file that is in memory, with their recordings. Raises Failure."""
    sessions: list[Session] = []
    run: Run | None = None
    for found in _File(io.BytesIO(data), "This file", endpoints).found():
        match found:
            case Begun():
                sessions.append(found.session)
            case Run():
                run = sessions[-1].runs[found.id] = found
            case list():
                assert run is not None
                run.take(found)
            case Ended():
                pass
    return sessions


class _File:
    """One that is read."""

    def __init__(
        self,
        file: IO[bytes],
        name: str,
        endpoints: Mapping[str, Endpoint],
        progress: Progress | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        self._file = file
        self._name = name
        self._endpoints = endpoints
        self._progress = progress or Progress()
        self._bounds = bounds or Bounds()
        self._number = self._bytes = self._events = 0
        self._size = file.seek(0, os.SEEK_END)
        file.seek(0)
        self._paster = Paster(self._bounds.line)
        self._ids: set[str] = set()
        """Of sessions and runs; each stands in a file once."""

    def found(self) -> Iterator[Found]:
        try:
            lines = self._lines()
            header = self._header(next(lines, b""))
            for _ in range(header.sessions):
                yield from self._session(lines)
            if next(lines, None) is not None:
                raise self._refused(f"The header tells of {header.sessions} sessions, not of this.")
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise self._refused(f"It cannot be unpacked: {error}", self._number + 1) from error
        finally:
            self._paster.close()

    # What it holds.

    def _header(self, line: bytes) -> Header:
        value, _ = parse(line.decode("utf-8", "replace"))
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            title = f"{self._name} is no file of sessions."
            raise Failure(Problem(title=title, detail="The first line does not say that it is."))
        version = value.get("version")
        if isinstance(version, int) and version > VERSION:
            raise Failure(
                Problem(
                    title=f"A newer version of Playground wrote {self._name}.",
                    detail=f"It has version {version} of the format; this one reads up to"
                    f" {VERSION}. Nothing was imported.",
                    remedy="update",
                )
            )
        return self._read(Header, value)

    def _session(self, lines: Iterator[bytes]) -> Iterator[Found]:
        head = self._next(SessionLine, lines)
        ids = self._new([head.id, *head.runs])
        parents: dict[str, str | None] = {}
        comparison = head.comparison
        if len(comparison.columns) > MOST:
            raise self._refused(f"comparison: It has more than {MOST} columns.")
        columns = [
            one.model_copy(update={"call": withholding(one.call)}) for one in comparison.columns
        ]
        given = head.model_dump(include={*SessionLine.model_fields} & _PLAIN)
        yield Begun(
            Session(
                **given,
                call=withholding(head.call),
                comparison=comparison.model_copy(update={"columns": columns}),
            ),
            tuple(head.runs),
        )
        for _ in head.runs:
            row = self._next(RunLine, lines)
            if row.id in parents or row.id not in ids or row.id == head.id:
                raise self._refused(f"The session did not tell of the run {row.id}.")
            parents[row.id] = row.parent
            run = self._run(row, head.id)
            yield run
            yield from self._recording(lines)
            yield Ended(run)
        if (run_id := _in_a_circle(parents)) is not None:
            raise self._refused(f"The run {run_id} hangs on itself.")

    def _run(self, row: RunLine, session: str) -> Run:
        if row.cost is not None and not 0 <= (row.cost.usd or 0) <= DOLLARS:
            raise self._refused(f"cost.usd: No run costs less than nothing, or over {DOLLARS:,}.")
        said = []
        for number, one in enumerate(row.input):
            if (item := item_of(one)) is None:
                raise self._refused(f"input.{number} is no item of a conversation.")
            said.append(item)
        return Run(
            id=row.id,
            session=session,
            parent=row.parent,
            call=harmless(row.call),
            profile=row.profile,
            input=said,
            reduce=self._endpoints[row.call.api].reduce,
            created=row.created,
            recording=Recording(began=row.began),
            cost=row.cost,
            trashed=row.trashed,
        )

    def _recording(self, lines: Iterator[bytes]) -> Iterator[list[Event]]:
        batch: list[Event] = []
        size = 0
        for count, line in enumerate(self._data(lines)):
            if not line.startswith(_EVENT):
                told = self._of(EndLine, line).events
                if told != count:
                    raise self._refused(f"The run has {count} events; {told} were written.")
                if batch:
                    yield batch
                return
            event = self._event(line)
            batch.append(event)
            size += len(event.raw)
            if len(batch) == BATCH or size > LOOK:
                yield batch
                batch, size = [], 0
        raise self._broken_off()

    def _event(self, line: bytes) -> Event:
        try:
            row = Row.model_validate_json(line)
            if row.raw is not None and "\x02" in row.raw:
                row.raw = self._paster.text(row.raw)
            event = event_of(row)
        except ValidationError as error:
            raise self._refused(facts.first_of(error)) from error
        except (Failure, ValueError) as error:
            raise self._refused(str(error)) from error
        self._events += 1
        if self._events > self._bounds.events:
            raise self._refused(f"It has more than {self._bounds.events:,} events.")
        self._add(len(event.raw) - len(line))
        if event.kind not in WIRE:
            if bad := facts.wrong(event.kind, event.raw):
                raise self._refused(f"{event.kind}: {bad}")
            if event.kind == "request" and (raw := facts.masked(event.raw)) != event.raw:
                event = event._replace(raw=raw, masked=True)
        return event

    # Lines.

    def _lines(self) -> Iterator[bytes]:
        """They end with LF alone: text may hold other signs that look like ends."""
        packed = self._file.read(2) == _GZIP
        self._file.seek(0)
        source = _unpacked(self._file, packed=packed)
        most = self._bounds.line
        while line := source.readline(most + 1):
            self._number += 1
            if self._number % BATCH == 0 or len(line) > LOOK:
                self._progress.at(self._file.tell(), self._size)
            if len(line) > most:
                raise self._refused(f"It is longer than {most:,} bytes.")
            if not line.endswith(b"\n"):
                raise self._refused("The file ends in the middle of it.")
            self._add(len(line))
            yield line

    def _add(self, size: int) -> None:
        self._bytes += size
        if self._bytes > self._bounds.bytes:
            raise self._refused(f"The file has more than {self._bounds.bytes:,} bytes.")

    def _data(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        """Lines that are no blobs; those are kept."""
        for line in lines:
            if not line.startswith(b'{"type":"blob"'):
                if len(line) > self._bounds.values:
                    most = self._bounds.values
                    raise self._refused(f"Without its blobs it is longer than {most:,} bytes.")
                self._paster.begin()
                yield line
                continue
            row = self._read(BlobLine, self._value(line))
            try:
                self._paster.keep(row.sha256, row.data)
            except ValueError as error:
                raise self._refused(str(error)) from error

    def _next(self, form: type[Line], lines: Iterator[bytes]) -> Line:
        for line in self._data(lines):
            return self._of(form, line)
        raise self._broken_off()

    def _of(self, form: type[Line], line: bytes) -> Line:
        """A line of this form, with all that was cut out of it."""
        value = self._value(line)
        try:
            return self._read(form, mapped(value, self._paster.text))
        except (ValueError, RecursionError) as error:
            raise self._refused(str(error)) from error

    def _value(self, line: bytes) -> Any:
        try:
            value, wrong = parse(line.decode())
        except UnicodeDecodeError as error:
            raise self._refused(f"It is no text: {error}") from error
        if wrong:
            raise self._refused(wrong)
        return value

    def _read(self, form: type[Line], value: Any) -> Line:
        try:
            return form.model_validate(value)
        except ValidationError as error:
            raise self._refused(facts.first_of(error)) from error

    def _new(self, ids: list[str]) -> set[str]:
        for one in ids:
            if one in self._ids:
                raise self._refused(f"The id {one} stands there twice.")
            self._ids.add(one)
        return set(ids)

    def _broken_off(self) -> Failure:
        return self._refused("The file ends before it.", self._number + 1)

    def _refused(self, why: str, line: int = 0) -> Failure:
        stop = "" if why.endswith((".", "…")) else "."
        detail = f"Line {line or self._number}: {why}{stop} Nothing was imported."
        return Failure(Problem(title=f"{self._name} cannot be imported.", detail=detail))


_PLAIN = {
    *("id", "title", "created", "changed", "profile", "draft", "attached", "leaf", "named"),
    *("trashed", "folder", "tags", "pinned", "archived"),
}
"""Fields of a session that are as they stand there."""


def _unpacked(file: IO[bytes], *, packed: bool) -> IO[bytes]:
    return cast("IO[bytes]", gzip.GzipFile(fileobj=file)) if packed else file


def _in_a_circle(parents: Mapping[str, str | None]) -> str | None:
    """A run that is found again on the way from it to the root, if there is one."""
    sound: set[str] = set()
    for run_id in parents:
        way: dict[str, None] = {}
        at: str | None = run_id
        while at is not None and at not in sound and at in parents:
            if at in way:
                return at
            way[at] = None
            at = parents[at]
        sound.update(way)
    return None
