"""When an attempt is worth repeating, and how long to wait before.

The rules of the official client, with two more exceptions: no credit and a conversation that is
too long do not get better by waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from playground.core.problem import Problem, moment, retry_after

LONGEST = 120.0
"""Seconds that a server may ask us to wait. If it asks for more, a person has to decide."""

HOPELESS = frozenset(
    (
        "insufficient_quota",
        "billing_not_active",
        "billing_hard_limit_reached",
        "context_length_exceeded",
        "exceed_context_size_error",  # llama.cpp
    )
)
"""Error codes that another attempt cannot change."""


@dataclass(frozen=True, slots=True)
class Setback:
    """A failed attempt that may be repeated."""

    why: str
    wait: float | None = None
    """Seconds that the server asks for."""


def backoff(made: int, chance: float) -> float:
    """Seconds to wait after `made` retries; `chance` is from 0 to 1, so that clients spread."""
    return min(0.5 * 2.0 ** min(made, 10), 8.0) * (1 - 0.25 * chance)


def setback(problem: Problem, headers: Mapping[str, str], now: float) -> Setback | None:
    """Whether an error answer is worth another attempt; None when it is not.

    `headers` has lower-case names, `now` is wall-clock seconds: servers name dates.
    """
    wait = asked(headers, now)
    if problem.code in HOPELESS or (wait is not None and wait > LONGEST):
        return None
    status = problem.status or 0
    match headers.get("x-should-retry"):
        case "true":
            again = True
        case "false":
            again = False
        case _:
            again = status in (408, 409, 429) or status >= 500
    return Setback(f"{status}: {problem.title}", wait) if again else None


def asked(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that a server asks us to wait, in any of the three ways to say it."""
    if (seconds := retry_after(headers)) is not None:
        return seconds
    until = moment(headers.get("retry-after", ""))
    return until - now if until is not None and until > now else None
