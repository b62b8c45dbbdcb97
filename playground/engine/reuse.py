"""Reuse: a recorded answer in the place of a request that is the same as one before.

The same is: method, address, dialect, headers, and the body, whatever the order of its fields. A
server of our own is the same one wherever it listens. Another key is another account: it may have
another model behind the same name, and what a server keeps for one the other cannot build on. So
the key is compared as well. What is kept is a digest, into which it goes through a function that
is slow on purpose: whoever wants to guess a key from it has to try for long.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from playground.core.problem import Failure
from playground.core.profile import OURS, Address, Profile, is_secret
from playground.core.recording import WIRE, Event, Recording, fact, mask, parse
from playground.store.reusable import KEPT, Kept, Reusable

log = logging.getLogger("engine")

CARRIED = WIRE | {"head", "eof"}
"""Kinds of events that are put on another recording."""
ROUNDS = 100_000
"""Of the slow function that a secret goes through."""
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
            kept = await self._rows.find(digest, now - min(seconds, KEPT))
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


async def digest(address: Address, api: str, profile: Profile) -> str:
    """Of all that makes a request the same; empty: no recorded answer may stand for it, because
    its server would not hear of what is said next. In a thread: bodies may be long."""
    return await asyncio.to_thread(_digest, address, api, profile)


def _digest(address: Address, api: str, profile: Profile) -> str:
    body, _ = parse(address.body.decode("utf-8", "replace"))
    if not isinstance(body, dict) or body.get("conversation"):
        return ""
    parts = urlsplit(address.url)
    ours = profile.id in OURS
    host = profile.id if ours else parts.netloc
    # Ours have a port and a key of their own each time they start.
    traces = {one: "" if ours else _trace(one, host) for one in address.secrets}

    def told(text: str) -> str:
        for secret, trace in traces.items():
            text = text.replace(secret.decode(), trace)
        return text

    headers = sorted((name.lower(), told(value)) for name, value in address.headers)
    where = [address.method, parts.scheme, host, parts.path, told(parts.query)]
    raw, _ = mask(canonical([*where, headers, api, body]), address.secrets)
    return hashlib.sha256(raw).hexdigest()


def _trace(secret: bytes, host: str) -> str:
    """What tells a secret from others."""
    quick = hashlib.sha256(host.encode() + b"\0" + secret).digest()
    if (known := _TRACES.get(quick)) is None:
        salt = b"recorded answers " + host.encode()
        known = _TRACES[quick] = hashlib.pbkdf2_hmac("sha256", secret, salt, ROUNDS).hex()
    return known


_TRACES: dict[bytes, str] = {}
"""Those of this process: a key goes with many requests."""


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
