"""Recording: what crossed the wire in one run, raw and in order, with arrival times.

An event keeps the exact bytes that arrived since the previous one; its name, data and JSON are
derived on demand (`frame`, `Event.json`). Our own facts (a request left, a retry was made, the
user stopped) stand on the same recording, as JSON, under the kinds of `FACTS`. Nothing is ever
changed or removed, with one exception: a secret is overwritten, same length, before it gets here,
and the event says so (`masked`).
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, overload

from pydantic_core import from_json

SSE = "sse"
"""One block of an event stream, its blank line included."""
REST = "rest"
"""What was left of an event stream when it ended in the middle of a block."""
BODY = "body"
"""A piece of a body that is not an event stream: JSON, HTML, anything."""
WIRE = frozenset((SSE, REST, BODY))

FACTS = frozenset(
    (
        "starting",  # {text}: a server of ours is being started for this run
        "notice",  # {text}: something the reader of the answer should know
        "routed",  # {profile, model, rule, words}: where this run goes instead, and why; where a
        # model picked also {asked: {url, body}, answered, usage, estimated, ms}
        "queued",  # {seconds, words}: a request waits until its server has room for it; seconds
        # where it is known how long
        "reused",  # {run, leg, created, words} and what was not sent, as in `request`: what follows
        # is the recorded answer to the same
        "fallback",  # {profile, model, words, crossed}: the request failed, and the next attempt
        # goes there; whether that is another server
        "request",  # {method, url, headers: [[name, value]], body: text}
        "connection",  # {host, port, proxy, reused, ready_ms, tcp_ms, tls_ms, tls, cipher, http}:
        # what a request went out on; ms of what was done for it (here, before anything left; then
        # with the name looked up), null of what was not
        "head",  # {status, reason, version, headers: [[name, value]]}
        "eof",  # the body ended as its framing promised
        "cut",  # {problem}: the body ended early
        "timeout",  # {which, seconds, problem}
        "failed",  # {problem}: no (more) answer
        "retry",  # {after, why, attempt, attempts}: seconds until attempt 1 of 2
        "estimate",  # {input, output}: tokens counted here because the server reported none
        "tool.asked",  # {call_id, tool}: somebody is to approve a call
        "approval",  # {call_id, decision, scope, asked, arguments, reason}: only if edited; if any
        "tool.started",  # {call_id, mode}
        "tool.progress",  # {call_id, text}
        "tool.ended",  # {call_id, state, ms}: as it happens, while results come in call order
        "tool.result",  # {call_id, output, ok, state, ms, notes, facts}: what the model is told;
        # and {wire}: as the item that goes back, where a server asked for more than a function
        "limited",  # {why, words, budget}: our side sends no further request
        "paused",  # {place, call_id}: at a breakpoint
        "resumed",  # {place, call_id, by, edited, arguments}: only those of a call, if edited
        "drawn",  # {frames, p50_ms, p95_ms, max_ms, total_ms}: from arrival to the screen, where
        # somebody looked
        "ended",  # the run is over; its outcome follows from what stands before
        "stopped",  # by the user
        "interrupted",  # our own process ended in mid-run; found at the next start
        "deleted",  # after the end: the server was had to remove what it kept of the answer
    )
)


CR, LF = 0x0D, 0x0A


class Event(NamedTuple):
    """Something that happened in a run."""

    t: int
    """Nanoseconds since the run began, monotonic."""
    kind: str
    """One of WIRE, else one of FACTS."""
    raw: bytes
    """Wire: the bytes as they came. Facts: a JSON object."""
    leg: int = 0
    """Which request of the run, from 0."""
    attempt: int = 0
    """Which try of that request, from 0."""
    chunk: int = -1
    """Which network chunk of the body completed it; -1 for facts."""
    masked: bool = False
    """A secret stood here and was overwritten."""

    def frame(self) -> Frame:
        """The fields of a stream block."""
        return frame(self.raw)

    def json(self) -> tuple[Any, str]:
        """(value, what is wrong with it): the parsed payload, or None and a reason; see `payload`.

        A block without data (a comment, a lone id) and the marker `[DONE]` are (None, "").
        """
        if self.kind == SSE or self.kind == REST:
            data = self.frame().data
            return (None, "") if data is None else payload(data)
        return parse(self.raw.decode("utf-8", "replace"))


class Frame(NamedTuple):
    """The fields of one block of an event stream, as the standard reads them."""

    name: str
    """The `event:` field, or empty."""
    id: str
    data: str | None
    """The `data:` lines joined with LF; None when there was none, so nothing is dispatched."""
    comment: str


def frame(raw: bytes) -> Frame:
    """Read one block. Lines end with LF, CR or CRLF; a byte order mark in front is dropped."""
    if b"\r" in raw:
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
    name = last_id = ""
    data: list[str] = []
    comments: list[str] = []
    for line in raw.split(b"\n"):
        if not line:
            continue
        field, colon, value = line.partition(b":")
        if not field and colon:
            comments.append(value.decode("utf-8", "replace").strip())
            continue
        if value.startswith(b" "):
            value = value[1:]
        if field == b"data":
            data.append(value.decode("utf-8", "replace"))
        elif field == b"event":
            name = value.decode("utf-8", "replace")
        elif field == b"id":
            last_id = value.decode("utf-8", "replace")
    joined = (data[0] if len(data) == 1 else "\n".join(data)) if data else None
    return Frame(name, last_id, joined, "\n".join(comments))


def usual(raw: bytes) -> tuple[str, Any] | None:
    """(name, value) of a block as nearly every server writes nearly all of them, in half the time;
    None: see for yourself, with `frame` and `payload`."""
    head, _, data = raw.partition(b"data: ")
    # The blank line is all that may follow: JSON may hold line breaks, a line of a stream may not.
    if data.find(b"\n") != len(data) - 2 or data[-1] != LF or CR in raw:
        return None
    if head and (head[:7] != b"event: " or head.find(b"\n") != len(head) - 1):
        return None
    try:
        value = from_json(data)
    except ValueError:
        return None
    return head[7:-1].decode("utf-8", "replace"), value


_ERROR = re.compile(r'(?<!^)\{\s*"error"\s*:')


def payload(data: str) -> tuple[Any, str]:
    """(value, what is wrong) of a block's data. `[DONE]` and what only keeps a connection alive
    are (None, "").

    A server that fails in the middle of an event may write its error behind the half of it: then
    both are there, the error and what is wrong.
    """
    try:
        return from_json(data), ""
    except (ValueError, TypeError):
        pass
    text = data.strip()
    if not text or text.startswith(("[DONE]", ":")):  # `data: : keepalive`
        return None, ""
    value, wrong = parse(text)
    if wrong and (error := _ERROR.search(text)) is not None:
        value, _ = parse(text[error.start() :])
    return value, wrong


def parse(text: str) -> tuple[Any, str]:
    """(value, "") or (None, reason). Never raises, whatever the text.

    pydantic's parser is twice as fast as the standard library's and says the same of what it takes;
    lone surrogates, deep nesting and huge numbers it leaves to the other one.
    """
    try:
        return from_json(text), ""
    except (ValueError, TypeError):  # TypeError: half a surrogate pair stands in it as it is
        pass
    try:
        return json.loads(text, parse_int=_integer), ""
    except RecursionError:
        return None, "nested too deeply to read"
    except ValueError as error:
        return None, str(error)


def _integer(digits: str) -> int | float:
    """More digits than Python reads as an integer (4,300) are infinity: nobody counts that far."""
    try:
        return int(digits)
    except ValueError:
        return float(digits)


def fact(
    t: int, kind: str, data: dict[str, Any] | None = None, leg: int = 0, attempt: int = 0
) -> Event:
    """One of our own facts as an event."""
    raw = json.dumps(data or {}, ensure_ascii=False, separators=(",", ":"))
    return Event(t, kind, raw.encode("utf-8", "replace"), leg, attempt)


def blocks(
    raws: Iterable[bytes], t: int, leg: int = 0, attempt: int = 0, chunk: int = -1
) -> list[Event]:
    """Blocks of a stream that one chunk completed; `Event(...)` for each costs twice as much."""
    new = tuple.__new__
    events: list[Event] = []
    for raw in raws:  # mostly one: a comprehension costs as much again
        events.append(new(Event, (t, SSE, raw, leg, attempt, chunk, False)))
    return events


def mask(raw: bytes, secrets: Sequence[bytes]) -> tuple[bytes, bool]:
    """Overwrite every secret of 8 bytes or more with asterisks of the same length."""
    masked = False
    for secret in secrets:
        if len(secret) >= 8 and secret in raw:
            raw = raw.replace(secret, b"*" * len(secret))
            masked = True
    return raw, masked


class Kinds(Sequence[str]):
    """The kind of each event, as numbers: there are few kinds, and may be a million events."""

    def __init__(self, kinds: Iterable[str] = ()) -> None:
        self._names: list[str] = []
        self._codes = _Codes(self._names)
        self._column = array("H")
        self.extend(kinds)

    def extend(self, kinds: Iterable[str]) -> None:
        self._column.extend(map(self._codes.__getitem__, kinds))

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Kinds) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self._column)

    def __iter__(self) -> Iterator[str]:
        return map(self._names.__getitem__, self._column)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> list[str]: ...
    def __getitem__(self, at: int | slice) -> str | list[str]:
        if isinstance(at, slice):
            return list(map(self._names.__getitem__, self._column[at]))
        return self._names[self._column[at]]


class _Codes(dict[str, int]):
    """Numbers of kinds; one that is new gets the next."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def __missing__(self, kind: str) -> int:
        # An edited file may have any number of them. What is past counting is not told apart.
        code = self[kind] = min(len(self._names), 0xFFFF)
        if code == len(self._names):
            self._names.append(kind)
        return code


class Recording:
    """The events of one run. Append only.

    Kept in columns, and made into events again where somebody looks: beside its raw bytes an event
    costs 64 bytes this way, and 240 as an object.
    """

    def __init__(self, events: Iterable[Event] = (), began: float = 0.0) -> None:
        self.began = began
        """Wall-clock seconds (Unix) of t = 0, the one anchor of the run."""
        self.raws: list[bytes] = []
        """The bytes of each event."""
        self.kinds = Kinds()
        """The kind of each."""
        self.times = array("q")
        """Nanoseconds of the run of each."""
        self.chunks = array("i")
        """The network chunk of each; -1 for facts."""
        self._legs = array("i")
        self._attempts = array("i")
        self.masked = bytearray()
        """For each, whether a secret was overwritten in it: 0 or 1."""
        self.append(events)

    def append(self, batch: Iterable[Event]) -> None:
        if columns := tuple(zip(*batch, strict=True)):
            times, kinds, raws, legs, attempts, chunks, masked = columns
            self.times.extend(times)
            self.kinds.extend(kinds)
            self._legs.extend(legs)
            self._attempts.extend(attempts)
            self.chunks.extend(chunks)
            self.masked.extend(masked)
            self.raws.extend(raws)

    @property
    def events(self) -> list[Event]:
        """All of them, made anew."""
        return self[:]

    def __len__(self) -> int:
        return len(self.raws)

    def __iter__(self) -> Iterator[Event]:
        return map(Event._make, self._rows(slice(None)))

    @overload
    def __getitem__(self, at: int) -> Event: ...
    @overload
    def __getitem__(self, at: slice) -> list[Event]: ...
    def __getitem__(self, at: int | slice) -> Event | list[Event]:
        if isinstance(at, slice):
            return list(map(Event._make, self._rows(at)))
        return Event(
            self.times[at],
            self.kinds[at],
            self.raws[at],
            self._legs[at],
            self._attempts[at],
            self.chunks[at],
            bool(self.masked[at]),
        )

    def since(self, count: int) -> list[Event]:
        """The events after the first `count`."""
        return self[count:]

    def first(self, count: int) -> Recording:
        """Its first `count` events, as a recording of their own that may grow another way."""
        made, part = Recording(began=self.began), slice(count)
        made.raws, made.kinds = self.raws[part], Kinds(self.kinds[part])
        made.times, made.chunks = self.times[part], self.chunks[part]
        made._legs, made._attempts = self._legs[part], self._attempts[part]
        made.masked = self.masked[part]
        return made

    def _rows(self, at: slice) -> Iterator[tuple[Any, ...]]:
        return zip(
            self.times[at],
            self.kinds[at],
            self.raws[at],
            self._legs[at],
            self._attempts[at],
            self.chunks[at],
            map(bool, self.masked[at]),
            strict=True,
        )
