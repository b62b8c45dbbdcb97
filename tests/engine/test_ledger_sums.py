"""Sums, series, percentiles and files of what runs used, against what was worked out by hand."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.transcript import Outcome
from playground.engine.ledger import (
    REST,
    SERIES,
    Span,
    failures,
    grouped,
    outcomes,
    scale,
    series,
    span_of,
    steps,
    total,
    unit_of,
)
from playground.engine.ledger_csv import as_csv, exact
from playground.engine.ledger_speed import Times, bins, place, reach, speeds
from playground.store.ledger import Cell, Sums, Took
from playground.store.listing import PICO

TODAY = date(2026, 11, 21)


def cell(
    day: date = TODAY,
    model: str = "m",
    usd: str = "0",
    runs: int = 1,
    outcome: Outcome = "completed",
    profile: str = "p",
) -> Cell:
    sums = Sums(runs=runs, input=10 * runs, pico=int(Decimal(usd) * PICO), priced=runs)
    return Cell(day, profile, model, "", outcome, sums)


@pytest.mark.parametrize(
    ("period", "first"),
    [
        ("today", TODAY),
        ("week", date(2026, 11, 15)),
        ("days30", date(2026, 10, 23)),
        ("month", date(2026, 11, 1)),
    ],
)
def test_periods_end_today(period: str, first: date) -> None:
    assert span_of(period, TODAY) == Span(first, TODAY)  # type: ignore[arg-type]


def test_what_is_alike_is_together_and_what_cost_most_first() -> None:
    cells = [
        cell(model="a", usd="0.1", runs=2),
        cell(model="b", usd="0.25"),
        cell(model="a", usd="0.2", outcome="failed", profile="q"),
        cell(model="c", outcome="stopped"),
    ]
    rows = grouped(cells, "model")
    assert [(row.key, row.sums.usd, row.sums.runs, row.failed) for row in rows] == [
        ("a", Decimal("0.3"), 3, 1),
        ("b", Decimal("0.25"), 1, 0),
        ("c", 0, 1, 0),
    ]
    assert [row.key for row in grouped(cells, "profile")] == ["p", "q"]
    assert total(cells).usd == Decimal("0.55")
    assert outcomes(cells) == {"completed": 3, "failed": 1, "stopped": 1}
    assert failures(cells) == 1


def test_a_day_without_runs_has_a_bar_and_no_bar_is_lost() -> None:
    cells = [cell(date(2026, 11, 2), usd="1"), cell(date(2026, 11, 4), "n", "2")]
    found = series(cells, Span(date(2026, 11, 1), date(2026, 11, 4)), "model")
    assert (found.unit, found.names) == ("day", ("n", "m"))
    assert [bar.whole.usd for bar in found.bars] == [0, 1, 0, 2]
    assert [part.usd for part in found.bars[3].parts] == [2, 0]


def test_what_cost_little_is_one_series_where_there_are_many() -> None:
    cells = [cell(model=f"m{number}", usd=str(10 - number)) for number in range(9)]
    found = series(cells, Span(TODAY, TODAY), "model")
    assert found.names == (*(f"m{number}" for number in range(SERIES)), REST)
    assert found.bars[0].parts[-1].usd == 4 + 3 + 2
    just = series(cells[: SERIES + 1], Span(TODAY, TODAY), "model")
    assert REST not in just.names


@pytest.mark.parametrize(
    ("first", "unit", "count"),
    [
        (date(2026, 11, 21), "day", 1),
        (date(2026, 8, 21), "day", 93),
        (date(2026, 8, 20), "month", 4),
        (date(2020, 2, 29), "month", 82),
        (date(1970, 1, 2), "year", 57),
    ],
)
def test_a_long_time_is_shown_in_longer_steps(first: date, unit: str, count: int) -> None:
    span = Span(first, TODAY)
    found = list(steps(span, unit_of(span)))
    assert (unit_of(span), len(found)) == (unit, count)
    assert (found[0].first, found[-1].last) == span
    assert all((b.first - a.last).days == 1 for a, b in pairwise(found))


@given(
    st.lists(
        st.tuples(st.integers(0, 2000), st.integers(0, 9), st.integers(0, 10**15)), max_size=30
    )
)
def test_a_series_adds_up_to_its_total(rows: list[tuple[int, int, int]]) -> None:
    cells = [
        Cell(date.fromordinal(738000 + day), "p", f"m{model}", "", "completed", Sums(1, pico=pico))
        for day, model, pico in rows
    ]
    found = series(cells, Span(date.fromordinal(738000), date.fromordinal(740000)), "model")
    assert sum(bar.whole.pico for bar in found.bars) == sum(pico for *_, pico in rows)


@pytest.mark.parametrize(
    ("top", "end", "step"),
    [(0, 1, 1), (1, 1, 1), (7, 8, 2), (10, 10, 2), (11, 15, 5), (99, 100, 20), (101, 150, 50)],
)
def test_an_axis_ends_at_a_round_number(top: int, end: int, step: int) -> None:
    assert scale(top) == (end, step)


@given(st.integers(0, 10**30))
def test_an_axis_holds_what_it_is_for_in_a_few_steps(top: int) -> None:
    end, step = scale(top)
    assert end >= top and end % step == 0 and end // step <= 5
    assert str(step).rstrip("0") in ("1", "2", "5")


# Percentiles.


def test_percentiles_are_of_the_nearest_rank() -> None:
    times = Times(float(number) for number in range(100, 0, -1))
    assert (times.median, times.p95, times.quantile(1), times.quantile(0)) == (50, 95, 100, 1)
    assert Times([3.0]).median == 3
    assert Times([4.0, 2.0]).median == 2
    assert Times([]).median is None


@pytest.mark.parametrize(("count", "p95"), [(0, None), (19, None), (20, 19.0), (21, 20.0)])
def test_of_too_few_there_is_no_95th_percentile(count: int, p95: float | None) -> None:
    assert Times(float(number) for number in range(1, count + 1)).p95 == p95


@given(st.lists(st.floats(0, 1e9), min_size=1), st.floats(0.01, 1))
def test_a_percentile_was_measured_and_holds_its_share(values: list[float], share: float) -> None:
    found = Times(values).quantile(share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6
    assert sum(value < found for value in values) < share * len(values) + 1e-6


def took(
    outcome: Outcome = "completed",
    first: float | None = 100.0,
    all_: float | None = 1100.0,
    output: int = 11,
    calls: int = 0,
    model: str = "m",
) -> Took:
    return Took("p", model, outcome, calls, output, first, all_)


def test_times_are_of_what_was_answered_and_rates_of_what_called_nothing() -> None:
    (one,) = speeds([
        took(),
        took(first=300.0, all_=300.0),  # all in one piece: no rate
        took(calls=1, first=500.0),
        took("failed", first=1.0, all_=2.0),
        took("stopped", first=1.0, all_=2.0),
        took(first=None, all_=None),
    ])  # fmt: skip
    assert (one.runs, one.failed) == (6, 1)
    assert one.first_token.values == [100, 300, 500]
    assert one.took.values == [300, 1100, 1100]
    assert one.rates.values == [10.0]


def test_models_are_told_apart_those_with_most_runs_first() -> None:
    rows = speeds([took(model="a"), took(model="b"), took(model="b")])
    assert [(row.model, row.runs) for row in rows] == [("b", 2), ("a", 1)]


def test_a_distribution_has_every_time_in_it_once() -> None:
    times = Times([10.0, 100.0, 1000.0, 0.0])
    ends = reach([times, Times([])])
    assert ends == (1.0, 1000.0)
    assert [place(value, ends) for value in (1, 1000, 5000, 0)] == [0, 1, 1, 0]
    assert place(31.622776601683793, ends) == pytest.approx(0.5)
    assert bins(times, ends, 3) == [1, 1, 2]
    assert reach([Times([])]) is None
    assert bins(Times([5.0]), (5.0, 5.0), 2) == [0, 1]


# CSV.


def test_a_file_has_all_digits_and_nothing_that_a_spreadsheet_runs() -> None:
    rows = [
        ("=1+1", 3, Decimal("0.000000000001"), None),
        (' @a, "b"', -3, Decimal("1E+3"), date(2026, 11, 1)),
        ("-cmd\nnext", 0.5, Decimal("12.50"), datetime(2026, 11, 1, 9, 5)),
        ("\ud800 日本", 0, Decimal(0), None),
    ]
    text = as_csv(("name", "n", "usd", "when"), rows)
    assert text.endswith("\r\n")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["name", "n", "usd", "when"],
        ["'=1+1", "3", "0.000000000001", ""],
        ['\' @a, "b"', "-3", "1000", "2026-11-01"],
        ["'-cmd\nnext", "0.5", "12.5", "2026-11-01 09:05:00"],
        ["? 日本", "0", "0", ""],
    ]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12, min_value=0, max_value=10**9))
def test_no_digit_of_an_amount_is_lost(value: Decimal) -> None:
    assert Decimal(exact(value)) == value
