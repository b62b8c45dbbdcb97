"""Reuse: a recorded answer in the place of a request that is the same as one before.

The same is: method, address, dialect, headers that hold no secret, and the body, whatever the
order of its fields. Which key goes with it makes no difference, and nothing of it is kept.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from playground.core.problem import Failure
from playground.core.profile import Address, is_secret
from playground.core.recording import WIRE, Event, Recording, fact, mask, parse
from playground.store.reusable import Kept, Reusable

log = logging.getLogger("engine")

CARRIED = WIRE | {"head", "eof"}
"""Kinds of events that are put on another recording."""
HIDDEN = "****"
"""What stands in the place of a secret."""


@dataclass(frozen=True, slots=True)
class Found:
    """A recorded answer."""

    kept: Kept
    events: list[Event]
    """All of it, from its head on."""
    age: float
    """Seconds since it was whole."""


class Reuse:
    def __init__(
        self,
        rows: Reusable,
        recording: Callable[[str], Awaitable[list[Event]]],
        now: Callable[[], float] = time.time,
    ) -> None:
        """`recording`: the events of a run. `now` gives Unix time."""
        self._rows = rows
        self._recording = recording
        self._now = now

    async def find(self, digest: str, seconds: int) -> Found | None:
        """The recorded answer to a request, if there is a whole one that is not older."""
        try:
            now = self._now()
            kept = await self._rows.find(digest, now - seconds)
            if kept is None:
                return None
            events = answered(await self._recording(kept.run), kept.leg)
        except Failure as failure:  # then it is asked for again
            log.info("A recorded answer cannot be had: %s", failure)
            return None
        return Found(kept, events, max(now - kept.created, 0.0)) if events else None

    async def keep(self, digest: str, run: str, leg: int) -> None:
        """An answer is whole, and can stand for the same request."""
        try:
            await self._rows.keep(digest, run, leg, self._now())
        except Failure as failure:
            log.info("A recorded answer cannot be told from others later: %s", failure)


def digest(address: Address, api: str) -> str:
    """Of all that makes a request the same; empty: no recorded answer may stand for it, because
    its server would not hear of what is said next."""
    body, _ = parse(address.body.decode("utf-8", "replace"))
    if not isinstance(body, dict) or body.get("conversation"):
        return ""
    parts = urlsplit(address.url)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True)
             if not is_secret(pair[0])]  # fmt: skip
    headers = sorted(
        (name.lower(), value)
        for name, value in address.headers
        if not is_secret(name) and not any(one in value.encode() for one in address.secrets)
    )
    host = parts.netloc.rpartition("@")[2]
    told = [address.method, parts.scheme, host, parts.path, query, headers, api, body]
    raw, _ = mask(canonical(told), address.secrets)
    return hashlib.sha256(raw).hexdigest()


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def is_whole(recording: Recording, leg: int) -> bool:
    """Whether one request was answered whole, in one exchange: not one that more was asked of."""
    kinds = recording.kinds
    for number in range(len(recording) - 1, -1, -1):
        kind = kinds[number]
        if kind in ("cut", "timeout", "failed"):
            return False
        if kind == "request":
            event = recording[number]
            return event.leg == leg and _said(event).get("method") == "POST"
    return False


def answered(events: Sequence[Event], leg: int) -> list[Event]:
    """The events of the last answer of a leg, from its head on; none where it is not whole."""
    rows: list[Event] = []
    for event in events:
        if event.leg != leg:
            continue
        if event.kind in ("request", "reused"):
            rows = []
        elif event.kind in CARRIED:
            rows.append(event)
    whole = len(rows) > 2 and rows[0].kind == "head" and rows[-1].kind == "eof"
    return rows if whole else []


def again(
    found: Found, address: Address, *, t: int, leg: int, attempt: int, words: str
) -> list[Event]:
    """A recorded answer as it is put on another recording: what was not sent, then all that came
    then, at once."""
    said = {
        "run": found.kept.run,
        "leg": found.kept.leg,
        "created": found.kept.created,
        "words": words,
        "method": address.method,
        "url": address.url,
        "headers": [[name, hidden(name, value, address)] for name, value in address.headers],
        "body": address.body.decode("utf-8", "replace"),
    }
    first = fact(t, "reused", said, leg, attempt)
    raw, masked = mask(first.raw, address.secrets)
    return [
        first._replace(raw=raw, masked=masked),
        *(event._replace(t=t, leg=leg, attempt=attempt) for event in found.events),
    ]


def hidden(name: str, value: str, address: Address) -> str:
    """A header without what is a secret, by its name or by what it is."""
    if not is_secret(name) and not any(one in value.encode() for one in address.secrets):
        return value
    scheme, blank, _ = value.partition(" ")
    return f"{scheme} {HIDDEN}" if blank and name.lower().endswith("authorization") else HIDDEN


def age(seconds: float) -> str:
    """`3 min old`, in words that need no locale."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} old"
    return f"{int(seconds)} s old"


def _said(event: Event) -> dict[str, Any]:
    data, _ = event.json()
    return data if isinstance(data, dict) else {}
