"""Sums of what runs used: by whatever tells them apart, and over time. Pure; money stays whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, NamedTuple, assert_never

from playground.core.transcript import Outcome
from playground.store.ledger import FAILED, Cell, Sums

Period = Literal["today", "week", "days30", "month", "all", "custom"]
Unit = Literal["day", "month", "year"]
By = Literal["model", "profile", "session", "day"]

DAYS, MONTHS = 93, 93 * 31
"""More days than these are shown as months, and more than those as years."""
SERIES = 6
"""That many are told apart in a plot; the rest is one."""
REST = ""
"""The name of that one."""


class Span(NamedTuple):
    """Days, both of them included."""

    first: date
    last: date


def span_of(period: Period, today: date) -> Span | None:
    """The days of a period; None where it depends on what there is, or on what somebody typed."""
    match period:
        case "today":
            return Span(today, today)
        case "week":
            return Span(today - timedelta(days=6), today)
        case "days30":
            return Span(today - timedelta(days=29), today)
        case "month":
            return Span(today.replace(day=1), today)
        case "all" | "custom":
            return None
        case _:
            assert_never(period)


@dataclass(frozen=True, slots=True)
class Group:
    """The runs that are alike in one thing."""

    key: str
    sums: Sums
    failed: int = 0


def total(cells: Iterable[Cell]) -> Sums:
    return Sums.add(cell.sums for cell in cells)


def outcomes(cells: Iterable[Cell]) -> dict[Outcome, int]:
    """Runs by how they ended, the most frequent first."""
    counts: dict[Outcome, int] = {}
    for cell in cells:
        counts[cell.outcome] = counts.get(cell.outcome, 0) + cell.sums.runs
    return dict(sorted(counts.items(), key=lambda row: -row[1]))


def failures(cells: Iterable[Cell]) -> int:
    return sum(count for outcome, count in outcomes(cells).items() if outcome in FAILED)


def grouped(cells: Iterable[Cell], by: By) -> list[Group]:
    """What is alike together, what cost most first."""
    key = key_of(by)
    alike: dict[str, list[Cell]] = {}
    for cell in cells:
        alike.setdefault(key(cell), []).append(cell)
    rows = [Group(name, total(some), failures(some)) for name, some in alike.items()]
    return sorted(rows, key=lambda row: (-row.sums.pico, -row.sums.tokens, row.key))


def key_of(by: By) -> Callable[[Cell], str]:
    match by:
        case "model":
            return lambda cell: cell.model
        case "profile":
            return lambda cell: cell.profile
        case "session":
            return lambda cell: cell.session
        case "day":
            return lambda cell: cell.day.isoformat()
        case _:
            assert_never(by)


# Over time.


@dataclass(frozen=True)
class Bar:
    """Some days, and what each series has of them."""

    days: Span
    parts: tuple[Sums, ...]
    """As many as there are series."""

    @cached_property
    def whole(self) -> Sums:
        return Sums.add(self.parts)


@dataclass(frozen=True, slots=True)
class Series:
    """What was used over time, each thing by itself."""

    unit: Unit
    names: tuple[str, ...]
    """What cost most first; the last one may be REST."""
    bars: tuple[Bar, ...]
    """One after another, also where there was nothing."""


def unit_of(span: Span) -> Unit:
    """What a bar stands for, so that there are neither too many nor too few."""
    days = (span.last - span.first).days + 1
    return "day" if days <= DAYS else "month" if days <= MONTHS else "year"


def steps(span: Span, unit: Unit) -> Iterator[Span]:
    """The days, months or years of a span; the first and the last may be cut."""
    first = span.first
    while first <= span.last:
        match unit:
            case "day":
                after = first + timedelta(days=1)
            case "month":
                after = (first.replace(day=1) + timedelta(days=31)).replace(day=1)
            case "year":
                after = date(first.year + 1, 1, 1)
            case _:
                assert_never(unit)
        yield Span(first, min(after - timedelta(days=1), span.last))
        first = after


def series(cells: Sequence[Cell], span: Span, by: By) -> Series:
    """What was used over time. All cells must lie in the span."""
    unit, key = unit_of(span), key_of(by)
    order = [group.key for group in grouped(cells, by)]
    named = order if len(order) <= SERIES + 1 else order[:SERIES]
    names = tuple(named) if named == order else (*named, REST)
    places = {name: at for at, name in enumerate(named)}
    days = list(steps(span, unit))
    starts = {_start(one.first, unit): at for at, one in enumerate(days)}
    parts: list[list[list[Sums]]] = [[[] for _ in names] for _ in days]
    for cell in cells:
        row = parts[starts[_start(cell.day, unit)]]
        row[places.get(key(cell), len(names) - 1)].append(cell.sums)
    bars = (Bar(one, tuple(map(Sums.add, row))) for one, row in zip(days, parts, strict=True))
    return Series(unit, names, tuple(bars))


def _start(day: date, unit: Unit) -> date:
    match unit:
        case "day":
            return day
        case "month":
            return day.replace(day=1)
        case "year":
            return date(day.year, 1, 1)
        case _:
            assert_never(unit)


def scale(top: int) -> tuple[int, int]:
    """(the end of an axis that reaches this far, its step): 1, 2 or 5 and noughts, at most five
    steps."""
    step = 1
    while step * 5 < top:
        lead = int(str(step)[0])
        step = step * 5 // 2 if lead == 2 else step * 2
    return max(-(-top // step), 1) * step, step
