"""The difference of two texts as lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playground.schemas.difference import MATCHED, Line, difference

TEXTS = st.lists(st.sampled_from(["a", "b", "", "c"]), max_size=12).map("\n".join)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_from_it(before: str, after: str) -> None:
    lines = difference(before, after)
    assert "\n".join(line.text for line in lines if line.kind != "+") == before
    assert "\n".join(line.text for line in lines if line.kind != "-") == after


def test_only_what_differs_is_marked() -> None:
    assert difference("{\n  a\n  b\n}", "{\n  a\n  c\n}") == [
        Line(" ", "{"),
        Line(" ", "  a"),
        Line("-", "  b"),
        Line("+", "  c"),
        Line(" ", "}"),
    ]


def test_very_different_texts_are_two_blocks() -> None:
    before = "\n".join(f"{n}" for n in range(MATCHED))
    after = "\n".join(f"{-n - 1}" for n in range(MATCHED))
    kinds = "".join(line.kind for line in difference(before, after))
    assert kinds == "-" * MATCHED + "+" * MATCHED
