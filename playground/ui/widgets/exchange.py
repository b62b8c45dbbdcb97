"""Exchange: one request and its answer, found on a recording. No Qt.

A run has several: one for each leg of a tool loop, one more for each retry, and one for each time
that more of an answer was fetched.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from playground.core.recording import Recording, parse
from playground.core.transcript import Reader, Reducer
from playground.ui.widgets.eventindex import EventIndex
from playground.ui.widgets.eventrow import pairs

SECRETS = frozenset(
    ("authorization", "proxy-authorization", "api-key", "x-api-key", "cookie", "set-cookie")
)
"""Headers whose value is never shown, whatever the recording says."""

ENDS = frozenset(("eof", "cut", "timeout", "failed", "stopped", "interrupted"))
"""Kinds of our own facts that end an exchange."""

FETCHED = b'{"method":"GET"'
"""How a request begins that only fetches more of an answer."""
LOOK = 500
"""Events of an answer among which its first token is looked for."""
STEP = 32


@dataclass(frozen=True, slots=True)
class Exchange:
    leg: int
    attempt: int
    request: int
    """Number of the event that says what was sent."""
    connection: int | None = None
    """Number of the event that says what it went out on; older recordings have none."""
    head: int | None = None
    """Number of the event with status and headers; None when no answer came."""
    body: range = range(0)
    """Numbers of the events of the body so far."""
    size: int = 0
    """Bytes of the body so far."""
    end: int | None = None
    """Number of the event that says how it ended."""
    retry: int | None = None
    """Number of the event that says why another attempt was made, and when."""
    fetched: bool = False
    """It only fetched more of an answer that had begun."""
    reused: bool = False
    """It was not sent: the answer was on record."""
    turned: int | None = None
    """Number of the event that says who was asked after it failed."""

    @property
    def title(self) -> str:
        again = f", try {self.attempt + 1}" if self.attempt else ""
        if self.fetched:
            again = f", more {self.attempt}"
        if self.reused:
            again = f"{again}, not sent"
        return f"Request {self.leg + 1}{again}"


def exchanges(index: EventIndex) -> list[Exchange]:
    """All exchanges so far, in order."""
    recording, facts = index.recording, index.facts
    ends = [*facts, index.read][1:]
    sizes = [*index.sizes, index.size][1:]
    rows: list[Exchange] = []
    for number, end, before, after in zip(facts, ends, index.sizes, sizes, strict=True):
        kind = recording.kinds[number]
        if kind in ("request", "reused"):
            event = recording[number]
            fetched, reused = event.raw.startswith(FETCHED), kind == "reused"
            rows.append(Exchange(event.leg, event.attempt, number, fetched=fetched, reused=reused))
        elif not rows:
            continue
        elif kind == "connection" and rows[-1].connection is None:
            rows[-1] = replace(rows[-1], connection=number)
        elif kind == "head" and rows[-1].head is None:
            body = range(number + 1, end)
            rows[-1] = replace(rows[-1], head=number, body=body, size=after - before)
        elif kind in ENDS and rows[-1].end is None:
            rows[-1] = replace(rows[-1], end=number)
        elif kind == "retry" and rows[-1].retry is None:
            rows[-1] = replace(rows[-1], retry=number)
        elif kind == "fallback" and rows[-1].turned is None:
            rows[-1] = replace(rows[-1], turned=number)
    return rows


def first_token(recording: Recording, exchange: Exchange, reduce: Reducer) -> int | None:
    """When an answer said its first word, as a transcript of it alone says, in nanoseconds of the
    run; None where it said none, or none among its first events."""
    facts = (exchange.request, exchange.head, *exchange.body[:LOOK], exchange.end)
    numbers = [number for number in facts if number is not None]
    reader = Reader(reduce)
    for at in range(0, len(numbers), STEP):
        reader.take([recording[number] for number in numbers[at : at + STEP]])
        if (found := reader.transcript.timing.first_token) is not None:
            return found
    return None


def fact(recording: Recording, number: int | None) -> dict[str, Any]:
    """What one of our own facts says; nothing when there is none."""
    if number is None:
        return {}
    data, _ = parse(recording[number].raw.decode("utf-8", "replace"))
    return data if isinstance(data, dict) else {}


def headers(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Names and values in the order of the wire, secrets overwritten."""
    return [(name, masked(name, value)) for name, value in pairs(data)]


def masked(name: str, value: str) -> str:
    """The value of a header as it may be shown: `Bearer ****`."""
    if name.lower() not in SECRETS:
        return value
    scheme, space, secret = value.partition(" ")
    if not space or not scheme.isalpha():
        return "*" * len(value)
    return f"{scheme} {'*' * len(secret)}"
