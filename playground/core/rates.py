"""Rate limits as servers tell them in headers: what is left, of how much, and until when.

`x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, the same without a last word, and the
`ratelimit-*` of the IETF draft. A reset is a duration (`1s`, `6m0s`, `20ms`), a number of seconds,
or a moment (Unix time in seconds or milliseconds, or an ISO date).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001, "us": 1e-6, "µs": 1e-6}
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?(?:ms|us|µs|d|h|m|s))+")
_PIECE = re.compile(r"(\d+(?:\.\d+)?)(ms|us|µs|d|h|m|s)")
_HEADER = re.compile(r"(?:x-)?ratelimit-(limit|remaining|reset)(?:-([a-z0-9_-]+))?")

LONGEST = 400 * 86400.0
"""Seconds; a number above it can only be a moment."""
MILLIS = 1e11
"""Unix times above it are in milliseconds."""
LOW = 0.1
"""Below this part of the limit it is worth a warning."""


@dataclass(frozen=True, slots=True)
class Rate:
    """One limit, as it stood when its headers came."""

    name: str
    """`requests`, `tokens`, the server's own word, or nothing."""
    limit: int | None = None
    remaining: int | None = None
    reset: float | None = None
    """Seconds from then until it is full again."""

    @property
    def low(self) -> bool:
        if self.remaining is None:
            return False
        return self.remaining <= (self.limit or 0) * LOW


def seconds(text: str, now: float) -> float | None:
    """A reset as seconds from `now` (Unix time), 0 when it has passed; None when it is none."""
    text = text.strip().lower()
    if _DURATION.fullmatch(text):
        return sum(float(number) * _UNITS[unit] for number, unit in _PIECE.findall(text))
    try:
        value = float(text)
    except ValueError:
        try:
            # Years at either end of the calendar have no moment everywhere.
            moment = datetime.fromisoformat(text.upper()).astimezone().timestamp()
        except (ValueError, OverflowError, OSError):
            return None
        return max(moment - now, 0.0)
    if not math.isfinite(value) or value < 0:
        return None
    if value <= LONGEST:
        return value
    return max((value / 1000 if value > MILLIS else value) - now, 0.0)


def read(headers: Mapping[str, str], now: float) -> tuple[Rate, ...]:
    """The limits that an answer's headers (names in lower case) tell, in their order."""
    found: dict[str, dict[str, str]] = {}
    for header, value in headers.items():
        if match := _HEADER.fullmatch(header):
            found.setdefault(match[2] or "", {})[match[1]] = value
    rates = (
        Rate(
            name,
            _count(row.get("limit", "")),
            _count(row.get("remaining", "")),
            seconds(row["reset"], now) if "reset" in row else None,
        )
        for name, row in found.items()
    )
    return tuple(rate for rate in rates if rate.limit is not None or rate.remaining is not None)


def _count(text: str) -> int | None:
    """The number in front: the IETF draft may say `100, 100;w=60`."""
    match = re.match(r"\s*(\d{1,15})", text)
    return int(match[1]) if match else None
