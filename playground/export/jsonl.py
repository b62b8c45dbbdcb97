"""JSON Lines: a run with its whole recording, one event a line. What is written reads back exactly.

The first line is the run (`Head`), each further line one event: `t_ns` since the run began, `kind`,
`leg`, `attempt`, `chunk`, and its bytes as `raw` text, or as `base64` where they are not UTF-8.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, Field, ValidationError

from playground import __version__
from playground.core.call import Call
from playground.core.endpoint import Endpoint
from playground.core.items import dump, load
from playground.core.problem import Failure, Problem
from playground.core.profile import is_secret
from playground.core.recording import Event, Recording
from playground.core.session import Run
from playground.core.usage import Cost
from playground.export.base import Exported, Exporter, Pieces

FORMAT: Final = "playground.run"
VERSION = 1
LATEST = 32_503_680_000
"""Unix seconds of the year 3000: no run is of later."""
STEP = 1000
"""Events in a piece."""


class Head(BaseModel):
    """A run without its events."""

    format: Literal["playground.run"] = FORMAT
    version: int = VERSION
    written_by: str = f"Playground {__version__}"
    id: str
    session: str
    parent: str | None
    created: float = Field(ge=0, le=LATEST)
    """Unix seconds."""
    began: float = Field(ge=0, le=LATEST)
    """Unix seconds of `t_ns` 0."""
    profile: str
    call: Call
    input: list[dict[str, Any]] = Field(default_factory=list)
    cost: Cost | None = None
    events: int = Field(ge=0)
    """How many lines follow."""


class Row(BaseModel):
    """An event."""

    t_ns: int = Field(ge=0, le=2**60)
    kind: str = Field(pattern=r"^[a-z][a-z0-9_.-]{0,39}$")
    leg: int = Field(default=0, ge=0, le=10_000)
    attempt: int = Field(default=0, ge=0, le=10_000)
    chunk: int = Field(default=-1, ge=-1, lt=2**31)
    raw: str | None = None
    base64: str | None = None
    masked: bool = False
    """A secret stood here and was overwritten with asterisks."""


def write(exported: Exported) -> bytes:
    return b"".join(piece for _, piece in pieces(exported))


def pieces(exported: Exported) -> Pieces:
    """The file, a thousand lines at a time."""
    run, count = exported.run, len(exported.run.recording)
    head = Head(
        id=run.id,
        session=run.session,
        parent=run.parent,
        created=run.created,
        began=run.recording.began,
        profile=run.profile,
        call=_without_secrets(run.call),
        input=[dump(item) for item in run.input],
        cost=run.cost,
        events=count,
    )
    yield 0, _line(head.model_dump(mode="json"))
    for at in range(0, count, STEP):
        events = run.recording[at : min(at + STEP, count)]
        yield at + len(events), b"".join(map(event_line, events))


def read(data: bytes, endpoints: Mapping[str, Endpoint]) -> Run:
    """The run of a whole file; `endpoints` by id. For what may be broken there is `reading`.

    Raises Failure when the file is not one of these, is cut short, or is of a newer version.
    """
    lines = _lines(data)
    first = next(lines, None)
    if not isinstance(first, dict) or first.get("format") != FORMAT:
        raise _refused("The first line does not begin a recorded run.")
    check_version(first)
    try:
        head = Head.model_validate(first)
        events = [event_of(Row.model_validate(row)) for row in lines]
    except ValidationError as error:
        where = error.errors(include_url=False)[0]
        raise _refused(f"{'.'.join(map(str, where['loc']))}: {where['msg']}") from error
    if len(events) != head.events:
        raise _refused(f"It has {len(events)} events; {head.events} were written.")
    return Run(
        id=head.id,
        session=head.session,
        parent=head.parent,
        call=head.call,
        profile=head.profile,
        input=[load(row) for row in head.input],
        reduce=endpoints[head.call.api].reduce,
        created=head.created,
        recording=Recording(events, head.began),
        cost=head.cost,
    )


def check_version(first: dict[str, Any], name: str = "this file") -> None:
    """Raises Failure when a newer version wrote this first line: what it means is not known."""
    if isinstance(version := first.get("version"), int) and version > VERSION:
        raise Failure(
            Problem(
                title=f"A newer version of Playground wrote {name}.",
                detail=f"It has version {version} of the format; this one reads up to {VERSION}.",
                remedy="update",
            )
        )


def event_line(event: Event) -> bytes:
    """One event as a line of such a file, its end included."""
    return _line(_row(event))


def event_of(row: Row) -> Event:
    """Raises Failure when its bytes cannot be had."""
    if row.base64 is not None:
        try:
            raw = base64.b64decode(row.base64, validate=True)
        except ValueError as error:
            raise _refused(f"base64: {error}") from error
    else:
        raw = (row.raw or "").encode()
    return Event(row.t_ns, row.kind, raw, row.leg, row.attempt, row.chunk, row.masked)


def _without_secrets(call: Call) -> Call:
    headers = {
        name: "*" * len(value) if is_secret(name) else value for name, value in call.headers.items()
    }
    return call.model_copy(update={"headers": headers})


def _row(event: Event) -> dict[str, Any]:
    row: dict[str, Any] = {
        "t_ns": event.t,
        "kind": event.kind,
        "leg": event.leg,
        "attempt": event.attempt,
        "chunk": event.chunk,
    }
    try:
        row["raw"] = event.raw.decode()
    except UnicodeDecodeError:
        row["base64"] = base64.b64encode(event.raw).decode()
    if event.masked:
        row["masked"] = True
    return row


def _line(row: dict[str, Any]) -> bytes:
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"  # half a surrogate pair: \ud83d


def _lines(data: bytes) -> Iterator[Any]:
    """The parsed lines. They end with LF alone: text may hold other signs that look like ends."""
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError) as error:
                raise _refused(f"Line {number}: {error}") from error


def _refused(detail: str) -> Failure:
    return Failure(Problem(title="This file is not a run that Playground wrote.", detail=detail))


EXPORT = Exporter("jsonl", "JSON Lines", ".jsonl", write, pieces=pieces)
