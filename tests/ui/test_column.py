"""Column: what is counted step by step is what would be counted from scratch."""

from __future__ import annotations

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from playground.ui.widgets.column import Column

HEIGHTS = st.lists(st.integers(1, 500), min_size=1, max_size=40)


@given(
    HEIGHTS, st.lists(st.tuples(st.integers(0, 39), st.integers(1, 500)), max_size=20), st.data()
)
def test_a_row_that_changes_moves_those_below_it(
    heights: list[int], changes: list[tuple[int, int]], data: st.DataObject
) -> None:
    column = Column(10, heights)
    for number, height in changes:
        if number < len(heights):
            if data.draw(st.booleans()):
                column.top(number)  # whether somebody asked in between makes no difference
            column.change(number, height)
            heights[number] = height
    tops = list(accumulate(heights, initial=10))
    assert [column.top(number) for number in range(len(heights) + 1)] == tops
    assert column.end == tops[-1]


@given(HEIGHTS, st.integers(-100, 20_000))
def test_the_row_at_a_height_is_the_one_that_is_drawn_there(heights: list[int], y: int) -> None:
    column = Column(0, heights)
    number = column.at(y)
    if y < 0:
        assert number == 0
    elif y >= column.end:
        assert number == len(heights) - 1
    else:
        assert column.top(number) <= y < column.top(number + 1)


def test_an_empty_column_has_an_end_and_no_harm_is_done_by_asking() -> None:
    column = Column(16)
    assert (len(column), column.end, column.at(100)) == (0, 16, 0)
