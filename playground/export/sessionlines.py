"""Session files: whole sessions as JSON Lines, everything of them, to the byte.

The first line is the `Header`. Each session is a line (`SessionLine`), which names its runs; each
of them a line (`RunLine`), its events, one a line as in the file of a single run (`jsonl.Row`, with
what says nothing left out), and a line that says how many there were. Long base64 is cut out, see
`sessionblobs`. The same sessions make the same bytes.

No key is in such a file, no leave to call anything, and no place where a tool is run.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from json import JSONEncoder
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, Field

from playground import __version__
from playground.core.call import Call
from playground.core.comparison import Comparison
from playground.core.items import dump
from playground.core.problem import Failure, Problem
from playground.core.recording import Event
from playground.core.session import Run, Session
from playground.core.usage import Cost
from playground.core.withholding import harmless
from playground.export import facts
from playground.export.jsonl import LATEST
from playground.export.sessionblobs import Cutter, mapped

FORMAT: Final = "playground.sessions"
VERSION = 1
SUFFIX = ".playground.jsonl"
PACKED = f"{SUFFIX}.gz"
"""What names of files end with; those of the second kind are compressed."""

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Seconds = Annotated[float, Field(ge=0, le=LATEST, allow_inf_nan=False)]
"""Unix time."""


class Header(BaseModel):
    format: Literal["playground.sessions"] = FORMAT
    version: int = VERSION
    written_by: str = f"Playground {__version__}"
    sessions: int = Field(ge=0)
    """How many there are."""


class SessionLine(BaseModel):
    type: Literal["session"] = "session"
    id: Id
    title: str
    created: Seconds
    changed: Seconds
    profile: str
    """The id of one; which server that is, is not for a file to say."""
    call: Call
    draft: str
    attached: list[dict[str, Any]]
    leaf: Id | None
    named: bool
    trashed: bool
    folder: str
    tags: list[str]
    pinned: bool
    archived: bool
    comparison: Comparison
    runs: list[Id]
    """All that follow, those in the trash included."""


class RunLine(BaseModel):
    type: Literal["run"] = "run"
    id: Id
    parent: Id | None
    created: Seconds
    began: Seconds
    profile: str
    call: Call
    input: list[dict[str, Any]]
    cost: Cost | None
    trashed: bool


class BlobLine(BaseModel):
    type: Literal["blob"] = "blob"
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    data: str


class EndLine(BaseModel):
    """The end of a run."""

    type: Literal["end"] = "end"
    events: int = Field(ge=0)


_encoded = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Writer:
    """Makes the lines of one file, in their order. Raises Failure for what JSON cannot say."""

    def __init__(self, clean: Callable[[str], str] = str) -> None:
        """`clean`: a text without the secrets that are known. It is asked before anything is cut
        out or escaped: a blob is named after what is written of it."""
        self._clean = clean
        self._cutter = Cutter()
        self._events = 0

    def header(self, sessions: int) -> bytes:
        return _line(Header(sessions=sessions).model_dump())

    def session(self, session: Session) -> bytes:
        comparison = session.comparison
        columns = [
            one.model_copy(update={"call": harmless(one.call)}) for one in comparison.columns
        ]
        return self._cut(
            {
                "type": "session",
                "id": session.id,
                "title": session.title,
                "created": float(session.created),
                "changed": float(session.changed),
                "profile": session.profile,
                "call": harmless(session.call).model_dump(exclude={"withheld"}),
                "draft": session.draft,
                "attached": session.attached,
                "leaf": session.leaf,
                "named": session.named,
                "trashed": session.trashed,
                "folder": session.folder,
                "tags": session.tags,
                "pinned": session.pinned,
                "archived": session.archived,
                "comparison": comparison.model_copy(update={"columns": columns}).model_dump(),
                "runs": [run.id for run in in_order(session)],
            }
        )

    def run(self, run: Run) -> bytes:
        cost = run.cost
        return self._cut(
            {
                "type": "run",
                "id": run.id,
                "parent": run.parent,
                "created": float(run.created),
                "began": float(run.recording.began),
                "profile": run.profile,
                "call": harmless(run.call).model_dump(exclude={"withheld"}),
                "input": [dump(item) for item in run.input],
                "cost": cost and cost.model_dump(mode="json", exclude={"copied"}),
                "trashed": run.trashed,
            }
        )

    def events(self, events: list[Event]) -> bytes:
        self._events += len(events)
        return b"".join(map(self._event, events))

    def end(self) -> bytes:
        """Of the run."""
        count, self._events = self._events, 0
        return _line({"type": "end", "events": count})

    def _cut(self, row: dict[str, Any]) -> bytes:
        try:
            line = _line(mapped(row, self._text))
        except (ValueError, TypeError, RecursionError) as error:
            title = f"{row['id']} cannot be written into a file."
            detail = f"It holds what JSON cannot say: {error}."
            raise Failure(Problem(title=title, detail=detail)) from error
        return self._blobs() + line

    def _event(self, event: Event) -> bytes:
        t, kind, raw, leg, attempt, chunk, masked = event
        if kind == "request" and not facts.wrong(kind, raw):
            bare = facts.masked(raw)
            raw, masked = bare, masked or bare != raw
        text = self._clean(raw.decode("utf-8", "surrogateescape"))
        try:
            text.encode()
            named, text = "raw", self._cutter.text(text)
        except UnicodeEncodeError:
            raw = text.encode("utf-8", "surrogateescape")
            named, text = "base64", base64.b64encode(raw).decode()
        more = f',"leg":{leg}' if leg else ""
        more += f',"attempt":{attempt}' if attempt else ""
        more += f',"chunk":{chunk}' if chunk != -1 else ""
        more += ',"masked":true' if masked else ""
        line = f'{{"t_ns":{t},"kind":"{kind}"{more},"{named}":{_encoded(text)}}}\n'.encode()
        return self._blobs() + line

    def _text(self, text: str) -> str:
        return self._cutter.text(self._clean(text))

    def _blobs(self) -> bytes:
        return b"".join(
            _line({"type": "blob", "sha256": name, "data": text})
            for name, text in self._cutter.new()
        )


def in_order(session: Session) -> list[Run]:
    """The runs of a session as they stand in its file."""
    return sorted(session.runs.values(), key=lambda run: (run.created, run.id))


def pieces(sessions: list[Session]) -> Iterator[bytes]:
    """The file of sessions whose recordings are in memory."""
    writer = Writer()
    yield writer.header(len(sessions))
    for session in sessions:
        yield writer.session(session)
        for run in in_order(session):
            yield writer.run(run)
            yield writer.events(run.recording.events)
            yield writer.end()


def _line(row: Any) -> bytes:
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:  # halves of letters, which nothing here keeps
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode() + b"\n"
