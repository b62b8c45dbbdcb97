"""RequestLog: what the sandbox was asked lately and how it ended, for `GET /sandbox/log`.

It is how a test can see the other side of the wire: what was really sent, in which order, and
whether a cancelled request closed its socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from playground.sandbox.connection import Request

KEPT = 200
BODY_KEPT = 2**18
"""Characters of a request body that are kept as text when it is not JSON or very long."""

MASK = "***"
_SECRETS = frozenset({"authorization", "proxy-authorization", "api-key", "x-api-key", "cookie"})


@dataclass(slots=True)
class Entry:
    id: str
    """The answer's x-request-id."""
    at: float
    """Unix time of the request."""
    method: str
    path: str
    query: str
    headers: dict[str, str]
    """Names in lower case; secrets masked completely."""
    body: Any
    """Parsed when it is JSON."""
    attempt: int = 1
    """How often this same request was tried, as far as the scenario counts."""
    status: int | None = None
    """None until the head of the answer was sent."""
    state: str = "running"
    """running, finished, cut (by the script), left (by the client, before the end) or failed (our
    own mistake)."""
    sent: int = 0
    """Bytes of the answer's body."""


class RequestLog:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def open(self, entry_id: str, at: float, request: Request) -> Entry:
        entry = Entry(
            id=entry_id,
            at=at,
            method=request.method,
            path=request.path,
            query=request.query,
            headers={name: MASK if name in _SECRETS else value for name, value in request.headers},
            body=_readable(request.body),
        )
        self._entries.append(entry)
        self._running += 1
        self._idle.clear()
        return entry

    def close(self, entry: Entry, state: str) -> None:
        entry.state = state
        self._running -= 1
        if not self._running:
            self._idle.set()

    async def settle(self, limit: float) -> None:
        """Waits until no request is running, at most `limit` seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), limit)

    def clear(self) -> None:
        self._entries.clear()

    def rows(self) -> list[dict[str, Any]]:
        """Oldest first."""
        return [asdict(entry) for entry in self._entries]


def _readable(body: bytes) -> Any:
    text = body.decode("utf-8", errors="replace")
    if len(text) <= BODY_KEPT:
        try:
            return json.loads(text) if text else None
        except (ValueError, RecursionError):
            pass
    return text[:BODY_KEPT]
