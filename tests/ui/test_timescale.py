"""Times and pixels: going closer, along, and what stands at an axis."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.ui.widgets.timescale import CLOSEST, MS, SECOND, TimeScale, rounded, stamp

MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("zoom"), st.floats(0.01, 100), st.floats(100, 1_100)),
        st.tuples(st.just("move"), st.floats(-1e12, 1e12)),
        st.tuples(st.just("show"), st.floats(0, 1e12), st.floats(0, 1e12)),
        st.tuples(st.just("reveal"), st.floats(0, 1e12), st.floats(0, 1e12)),
        st.tuples(st.just("grow"), st.floats(0, 1e12)),
    ),
    max_size=12,
)


def scale(span: float = 100 * SECOND) -> TimeScale:
    made = TimeScale(left=100, wide=1_000)
    made.grow(span)
    return made


@given(moves=MOVES)
def test_the_view_never_leaves_the_run(moves: list[tuple[str, float]]) -> None:
    made = scale()
    for name, *values in moves:
        if name in ("show", "reveal"):
            values.sort()
        getattr(made, name)(*values)
        assert made.begin >= 0
        assert made.end <= made.span * (1 + 1e-9)
        assert made.shown >= min(CLOSEST, made.span)


@given(factor=st.floats(1, 1_000), x=st.floats(100, 1_100))
def test_what_is_under_the_pointer_stays_there(factor: float, x: float) -> None:
    made = scale()
    t = made.time(x)
    made.zoom(factor, x)
    assert made.x(t) == pytest.approx(x, abs=0.1)


def test_a_moment_is_brought_into_view_and_no_further_than_needed() -> None:
    made = scale()
    made.show(10 * SECOND, 20 * SECOND)
    made.reveal(15 * SECOND, 16 * SECOND)
    assert made.begin == 10 * SECOND
    made.reveal(50 * SECOND, 50 * SECOND)
    assert made.end == pytest.approx(50.6 * SECOND)
    made.reveal(5 * SECOND, 5 * SECOND)
    assert made.begin == pytest.approx(4.4 * SECOND)
    made.reveal(30 * SECOND, 90 * SECOND)  # too long: its begin
    assert made.begin == pytest.approx(29.4 * SECOND)
    assert made.shown == pytest.approx(10 * SECOND)


def test_the_end_is_followed_where_it_is_in_view() -> None:
    made = scale()
    made.show(90 * SECOND, 100 * SECOND)
    made.grow(110 * SECOND, follow=True)
    assert made.end == 110 * SECOND
    made.move(-SECOND)
    made.grow(120 * SECOND, follow=True)
    assert made.end == 109 * SECOND


def test_an_axis_has_marks_that_can_be_told_apart() -> None:
    made = scale()
    for begin, end, words in (
        (0, 100 * SECOND, ["0", "10 s", "20 s"]),
        (10 * SECOND, 10.01 * SECOND, ["10.000 s", "10.001 s", "10.002 s"]),
        (0, 400 * MS, ["0", "50 ms", "100 ms"]),
        (62 * SECOND, 62.5 * SECOND, ["62.00 s", "62.05 s", "62.10 s"]),
    ):
        made.show(begin, end)
        ticks = list(made.ticks(90))
        assert [text for _, text in ticks[:3]] == words
        assert len({text for _, text in ticks}) == len(ticks)
        assert all(made.x(t) - made.x(s) >= 90 for (s, _), (t, _) in pairwise(ticks))


@pytest.mark.parametrize(
    ("t", "step", "words"),
    [
        (0, MS, "0"),
        (412 * MS, 50 * MS, "412 ms"),
        (412.3 * MS, 0.1 * MS, "412.3 ms"),
        (1.5 * SECOND, 0.1 * SECOND, "1.5 s"),
        (125 * SECOND, SECOND, "2 min 5 s"),
        (125.25 * SECOND, 10 * MS, "125.25 s"),
    ],
)
def test_a_moment_is_told_as_exactly_as_it_is_seen(t: float, step: float, words: str) -> None:
    assert stamp(t, step) == words


@given(end=st.integers(1, 10**15))
def test_there_is_room_for_what_comes_next(end: int) -> None:
    assert end <= rounded(end) <= end * 1.6 + 10
