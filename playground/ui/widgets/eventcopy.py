"""Events as they go to the clipboard. No Qt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from playground.core.profile import Profile
from playground.core.recording import REST, SSE, Event, Recording, parse
from playground.core.session import Run
from playground.export import curl, jsonl
from playground.export.request import sent

LIMIT = 32_000_000
"""Bytes that are put on a clipboard at most; more belongs into a file."""


def fits(recording: Recording, numbers: Sequence[int]) -> bool:
    """Whether these events are few enough for a clipboard."""
    size, raws = 0, recording.raws
    for number in numbers:
        size += len(raws[number])
        if size > LIMIT:
            return False
    return True


def json_text(event: Event) -> str:
    """The payload of an event as it was sent."""
    if event.kind in (SSE, REST):
        return event.frame().data or ""
    return event.raw.decode("utf-8", "replace")


def as_json(events: Sequence[Event]) -> str:
    """One payload as it was sent; of several an array, what is no JSON as strings in it."""
    if len(events) == 1:
        return json_text(events[0])
    return "[\n" + ",\n".join(map(_value, events)) + "\n]"


def as_raw(events: Iterable[Event]) -> bytes:
    return b"".join(event.raw for event in events)


def as_lines(events: Iterable[Event]) -> str:
    """As in a file of JSON Lines: with times, chunks and bytes."""
    return b"".join(map(jsonl.event_line, events)).decode()


def as_curl(run: Run, number: int, profile: Profile) -> str:
    """The request that an event belongs to. Raises Failure when there was none."""
    event = run.recording[number]
    return curl.code(sent(run, profile, event.leg, event.attempt))


def _value(event: Event) -> str:
    text = json_text(event)
    return json.dumps(text, ensure_ascii=False) if parse(text)[1] else text.strip()
