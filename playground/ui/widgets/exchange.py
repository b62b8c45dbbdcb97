"""Exchange: one request and its answer, found on a recording. No Qt.

A run has several: one for each leg of a tool loop, and one more for each retry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from playground.core.recording import Recording, parse
from playground.ui.widgets.eventindex import EventIndex
from playground.ui.widgets.eventrow import pairs

SECRETS = frozenset(
    ("authorization", "proxy-authorization", "api-key", "x-api-key", "cookie", "set-cookie")
)
"""Headers whose value is never shown, whatever the recording says."""

ENDS = frozenset(("eof", "cut", "timeout", "failed", "stopped", "interrupted"))
"""Kinds of our own facts that end an exchange."""


@dataclass(frozen=True, slots=True)
class Exchange:
    leg: int
    attempt: int
    request: int
    """Number of the event that says what was sent."""
    head: int | None = None
    """Number of the event with status and headers; None when no answer came."""
    body: range = range(0)
    """Numbers of the events of the body so far."""
    size: int = 0
    """Bytes of the body so far."""
    end: int | None = None
    """Number of the event that says how it ended."""

    @property
    def title(self) -> str:
        again = f", try {self.attempt + 1}" if self.attempt else ""
        return f"Request {self.leg + 1}{again}"


def exchanges(index: EventIndex) -> list[Exchange]:
    """All exchanges so far, in order."""
    recording, facts = index.recording, index.facts
    ends = [*facts, index.read][1:]
    sizes = [*index.sizes, index.size][1:]
    rows: list[Exchange] = []
    for number, end, before, after in zip(facts, ends, index.sizes, sizes, strict=True):
        event = recording[number]
        if event.kind == "request":
            rows.append(Exchange(event.leg, event.attempt, number))
        elif event.kind == "head" and rows and rows[-1].head is None:
            body = range(number + 1, end)
            rows[-1] = replace(rows[-1], head=number, body=body, size=after - before)
        elif event.kind in ENDS and rows and rows[-1].end is None:
            rows[-1] = replace(rows[-1], end=number)
    return rows


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


def limits(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What the server says of its rate limits: `requests`, `4999 of 5000 left, resets in 12ms`."""
    found = {name.lower(): value for name, value in rows}
    lines: list[tuple[str, str]] = []
    prefix = "x-ratelimit-remaining-"
    for name, left in found.items():
        if not name.startswith(prefix):
            continue
        what = name.removeprefix(prefix)
        words = left
        if total := found.get(f"x-ratelimit-limit-{what}"):
            words += f" of {total}"
        words += " left"
        if reset := found.get(f"x-ratelimit-reset-{what}"):
            words += f", resets in {reset}"
        lines.append((what, words))
    for name in ("retry-after", "retry-after-ms"):
        if name in found:
            lines.append((name, found[name]))
    return lines
