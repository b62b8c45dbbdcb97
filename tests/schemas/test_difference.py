"""The difference of two texts as lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playground.schemas.difference import Line, difference

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


def test_lines_that_stand_once_are_recognised() -> None:
    before = "{\n}\nfirst\n{\n}\nsecond\n}"
    after = "new\n}\nfirst\n}\nsecond\n{\n}"
    kept = [line.text for line in difference(before, after) if line.kind == " "]
    assert "first" in kept
    assert "second" in kept


def test_thousands_of_the_same_lines() -> None:
    before = "\n".join(["a", *["}"] * 20_000, "b"])
    after = "\n".join(["c", *["}" if number % 2 else "]" for number in range(20_000)], "d"])
    lines = difference(before, after)
    assert "\n".join(line.text for line in lines if line.kind != "-") == after
