"""Which answers of columns are compared, and what each is the best of."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from playground.core.session import Run, Session
from playground.engine.comparing import common, path_of


def answers(session: Session) -> list[Run | None]:
    """Of each column the last turn that was sent: that whose answer is compared. None where that is
    one which all columns begin with."""
    begun = {run.id for run in common(session)}
    found: list[Run | None] = []
    for column in session.comparison.columns:
        sent = (run for run in reversed(path_of(session, column)) if not run.silent)
        last = next(sent, None)
        found.append(last if last is not None and last.id not in begun else None)
    return found


def best(runs: Sequence[Run | None]) -> dict[str, list[str]]:
    """What each of several runs that are over is the best of, by their ids: of those that came to
    an answer, the fastest and the cheapest, if that is one alone."""
    done = [run for run in runs if run is not None and run.transcript.outcome == "completed"]
    if any(run is not None and run.running for run in runs):
        return {}
    found: dict[str, list[str]] = {}
    for word, figures in (
        ("fastest", {run.id: _took(run) for run in done}),
        ("cheapest", {run.id: _paid(run) for run in done}),
    ):
        known = {name: value for name, value in figures.items() if value is not None}
        if len(known) < 2 or len(known) < len(done):
            continue
        least = min(known.values())
        first = [name for name, value in known.items() if value == least]
        if len(first) == 1:
            found.setdefault(first[0], []).append(word)
    return found


def _took(run: Run) -> Decimal | None:
    timing = run.transcript.timing
    if timing.request is None or timing.end is None:
        return None
    return Decimal(timing.end - timing.request)


def _paid(run: Run) -> Decimal | None:
    cost = run.cost
    return cost.usd if cost is not None and not cost.at_least else None
