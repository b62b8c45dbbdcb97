"""The times, tokens and costs of two runs beside each other."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, NamedTuple

from playground.core.session import Run
from playground.core.spent import KINDS, Kind, Spent
from playground.core.spent_reading import Reading

Unit = Literal["ns", "tokens", "count", "usd"]


class Number(NamedTuple):
    name: str
    unit: Unit
    left: float | None
    """None: it is not known, or was not there."""
    right: float | None
    left_at: int = -1
    """The event that it came from; -1: from none."""
    right_at: int = -1
    about: bool = False
    """One of them was counted here, because the server did not say."""

    @property
    def more(self) -> float | None:
        """How much more the right one has."""
        if self.left is None or self.right is None:
            return None
        return self.right - self.left


class Numbers:
    """Follows two runs; read in slices."""

    def __init__(
        self, left: Run, right: Run, clock: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        self.left, self.right = left, right
        self._readings = (
            Reading(left.recording, left.reduce, clock),
            Reading(right.recording, right.reduce, clock),
        )

    @property
    def behind(self) -> bool:
        return any(one.behind for one in self._readings)

    def step(self, budget: int) -> bool:
        """Read on for about `budget` nanoseconds; True when nothing is left to do."""
        one, other = self._readings
        (one if one.behind else other).step(budget)
        return not self.behind

    def times(self) -> list[Number]:
        """Until the first signs of the first request, of all, and of each kind of doing."""
        left, right = self.left, self.right
        one, other = self._spent()
        return [
            Number("Until the head", "ns", _since(left, "head"), _since(right, "head")),
            Number(
                "Until the first token",
                "ns",
                _since(left, "first_token"),
                _since(right, "first_token"),
            ),
            Number("In all", "ns", one.total_ns, other.total_ns),
        ]

    def phases(self) -> list[tuple[Kind, Number]]:
        """What each spent its time on, of all that either did."""
        one, other = self._spent()
        return [
            (kind, _phase(kind, one, other))
            for kind in KINDS
            if one.part(kind) is not None or other.part(kind) is not None
        ]

    def _spent(self) -> tuple[Spent, Spent]:
        one, other = (
            reading.look(run.now() if run.running else None)
            for reading, run in zip(self._readings, (self.left, self.right), strict=True)
        )
        return one, other


def _phase(kind: Kind, one: Spent, other: Spent) -> Number:
    left, right = one.part(kind), other.part(kind)
    return Number(
        kind,
        "ns",
        left.ns if left is not None else 0,
        right.ns if right is not None else 0,
        left.number if left is not None else -1,
        right.number if right is not None else -1,
    )


def _since(run: Run, name: Literal["head", "first_token"]) -> float | None:
    """From the first request to a moment of its answer."""
    timing = run.transcript.first
    moment = timing.head if name == "head" else timing.first_token
    return None if moment is None or timing.request is None else moment - timing.request


def used(left: Run, right: Run) -> list[Number]:
    """Tokens and what they cost."""
    one, other = left.transcript.usage, right.transcript.usage
    about = any(use is not None and use.basis == "estimated" for use in (one, other))
    rows = []
    for name, field in (
        ("Input", "input"),
        ("of it cached", "cached"),
        ("Output", "output"),
        ("of it reasoning", "reasoning"),
    ):
        had, has = (None if use is None else getattr(use, field) for use in (one, other))
        if had or has or field in ("input", "output"):
            rows.append(Number(name, "tokens", had, has, about=about))
    costs = [None if run.cost is None else run.cost.usd for run in (left, right)]
    had, has = (None if usd is None else float(usd) for usd in costs)
    rows.append(Number("Cost", "usd", had, has))
    return rows


def counts(left: Run, right: Run) -> list[Number]:
    one, other = left.transcript, right.transcript
    rows = [
        Number("Events", "count", len(left.recording), len(right.recording)),
        Number("Characters of the answer", "count", len(left.answer), len(right.answer)),
        Number("Requests", "count", one.requests, other.requests),
        Number("Calls of tools", "count", len(one.tool_calls), len(other.tool_calls)),
        Number("Retries", "count", one.retries, other.retries),
    ]
    return [row for row in rows if row.left or row.right]
