"""Speed and success of runs: how many ended how, and how long those took that were answered."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from playground.core.transcript import Outcome
from playground.store.ledger import FAILED, Took

ANSWERED: frozenset[Outcome] = frozenset(("completed", "incomplete", "refused"))
"""Outcomes after which times mean something: a failure is often quick."""
FEW = 20
"""With fewer times than these the 95th percentile is only the slowest of them."""
BINS = 28
"""Columns of a distribution."""


class Times:
    """Milliseconds, or anything else that has an order."""

    def __init__(self, values: Iterable[float]) -> None:
        self.values = sorted(values)

    def __len__(self) -> int:
        return len(self.values)

    def quantile(self, share: float) -> float | None:
        """The smallest value that at least this share of all do not exceed (nearest rank): always
        one that was measured. None when there are none."""
        if not self.values:
            return None
        return self.values[max(math.ceil(share * len(self.values) - 1e-9), 1) - 1]

    @property
    def median(self) -> float | None:
        return self.quantile(0.5)

    @property
    def p95(self) -> float | None:
        """None where there are too few for it."""
        return self.quantile(0.95) if len(self.values) >= FEW else None


@dataclass(frozen=True, slots=True)
class Speed:
    """How the runs of one model at one server went."""

    profile: str
    model: str
    outcomes: Counter[Outcome]
    first_token: Times
    """Milliseconds from the request to the first token."""
    took: Times
    """Milliseconds from the first request to the end."""
    rates: Times
    """Output tokens a second after the first one, of runs without calls of tools."""

    @property
    def runs(self) -> int:
        return sum(self.outcomes.values())

    @property
    def failed(self) -> int:
        return sum(self.outcomes[one] for one in FAILED)


def speeds(rows: Iterable[Took]) -> list[Speed]:
    """By server and model, those with most runs first."""
    pairs: dict[tuple[str, str], list[Took]] = {}
    for row in rows:
        pairs.setdefault((row.profile, row.model), []).append(row)
    found = [_speed(*pair, some) for pair, some in pairs.items()]
    return sorted(found, key=lambda one: -one.runs)


def _speed(profile: str, model: str, rows: Sequence[Took]) -> Speed:
    answered = [row for row in rows if row.outcome in ANSWERED]
    return Speed(
        profile,
        model,
        Counter(row.outcome for row in rows),
        Times(row.first_token_ms for row in answered if row.first_token_ms is not None),
        Times(row.took_ms for row in answered if row.took_ms is not None),
        Times(rate for row in answered if (rate := _rate(row)) is not None),
    )


def _rate(row: Took) -> float | None:
    if row.first_token_ms is None or row.took_ms is None or row.calls or row.output < 2:
        return None
    ms = row.took_ms - row.first_token_ms
    return (row.output - 1) * 1000 / ms if ms > 0 else None


def reach(rows: Iterable[Times]) -> tuple[float, float] | None:
    """The smallest and the largest of all times, for an axis that several share."""
    ends = [(one.values[0], one.values[-1]) for one in rows if len(one)]
    if not ends:
        return None
    return max(min(low for low, _ in ends), 1.0), max(max(high for _, high in ends), 1.0)


def place(value: float, ends: tuple[float, float]) -> float:
    """Where a time stands between the ends, as a share, on an axis of powers."""
    low, high = ends
    if high <= low:
        return 0.5
    return min(max(math.log(max(value, low) / low) / math.log(high / low), 0.0), 1.0)


def bins(times: Times, ends: tuple[float, float], count: int = BINS) -> list[int]:
    """How many times lie in each column of that axis."""
    columns = [0] * count
    for value in times.values:
        columns[min(int(place(value, ends) * count), count - 1)] += 1
    return columns
