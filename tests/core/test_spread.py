"""How numbers are spread, beside the sorted list of them."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.lag import Lag
from playground.core.spread import Spread

MS = 1_000_000
SHARES = (0.01, 0.5, 0.9, 0.95, 0.99, 1.0)


def filled(values: list[int]) -> Spread:
    spread = Spread()
    for number, value in enumerate(values):
        spread.add(value, number)
    return spread


@given(st.lists(st.integers(0, 10**13), min_size=1, max_size=200))
def test_every_quantile_is_within_a_hundredth(values: list[int]) -> None:
    spread, ordered = filled(values), sorted(values)
    for share in SHARES:
        wanted = ordered[max(math.ceil(share * len(values)) - 1, 0)]
        assert abs(spread.quantile(share) - wanted) <= wanted / 100
        assert abs(values[spread.whose(share)] - wanted) <= wanted / 100, "whose it is"


@given(st.lists(st.integers(0, 10**13), max_size=200))
def test_count_sum_and_most_are_exact(values: list[int]) -> None:
    spread = filled(values)
    assert (spread.count, spread.total) == (len(values), sum(values))
    assert spread.most == max(values, default=0)
    if values:
        assert values[spread.where] == spread.most


@pytest.mark.parametrize("value", [0, 1, 127, 128, 255, 16_666_667, 3 * 10**12])
def test_what_is_always_the_same_is_read_exactly(value: int) -> None:
    assert [filled([value] * 9).quantile(share) for share in SHARES] == [value] * len(SHARES)


@pytest.mark.parametrize("read", [lambda one: one.quantile(0.5), lambda one: one.mean])
def test_of_nothing_there_is_nothing(read: Callable[[Spread], float]) -> None:
    assert read(Spread()) == 0
    assert Spread().whose(0.5) == -1


def test_its_memory_does_not_grow_with_them() -> None:
    spread = filled([number * number for number in range(100_000)])
    assert len(spread._buckets) < 128 * 40


def test_lag_says_what_stands_on_the_recording() -> None:
    lag = Lag()
    for ms in [*range(1, 100), 250]:
        lag.add(ms * MS)
    assert lag.frames == 100
    assert lag.max_ns == 250 * MS
    assert lag.quantile_ns(0.5) == pytest.approx(50 * MS, rel=0.01)
    assert lag.facts() == {
        "frames": 100,
        "p50_ms": pytest.approx(50, rel=0.01),
        "p95_ms": pytest.approx(95, rel=0.01),
        "max_ms": 250,
        "total_ms": 4950 + 250,
    }


def test_a_clock_that_was_set_back_makes_no_lag_below_nothing() -> None:
    lag = Lag()
    lag.add(-5)
    assert lag.facts()["max_ms"] == 0
