"""What stands in two braces is told apart: what is a variable, what was meant to be one."""

from __future__ import annotations

import pytest

from playground.core.prompts import Said
from playground.core.variables import places
from playground.engine.prompting_places import MOST, findings, spots


def test_places_are_told_apart() -> None:
    text = r"{{a}} {{ b }} \{{c}} \\{{a}} {{1}} {{{a}}}"
    assert [(text[one.start : one.end], one.kind) for one in spots(text, {"a"})] == [
        ("{{a}}", "declared"),
        ("{{ b }}", "undeclared"),
        ("{{c}}", "escaped"),
        ("{{a}}", "declared"),
        ("{{1}}", "bad"),
        ("{{a}}", "declared"),
    ]
    assert [one.name for one in places(text)] == ["a", "b", "c", "a", "a"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{two words}}", "{{two words}} is no variable: a name has no blanks."),
        ("{{1st}}", "{{1st}} is no variable: a name does not begin with a digit."),
        ("{{#if}}", "{{#if}} is no variable: a name has only letters, digits and _ . - between"
                    " them."),
        ("{{}}", "{{}} names no variable."),
        ("{{city}", "{{city} is not closed by two braces."),
        ("to {{city", "{{city is not closed by two braces."),
        ("{{" + "x" * 65 + "}}", "{{" + "x" * 57 + "… is no variable: its name has more than 64"
                                 " characters."),
    ],
)  # fmt: skip
def test_what_is_badly_written_is_told(text: str, words: str) -> None:
    (found,) = findings([Said(role="user", text="{{good}}"), Said(role="user", text=text)])
    assert (found.message, found.words) == (1, words)


@pytest.mark.parametrize(
    "text", ["", "{a}", "{{a}}", r"\{{1}}", '{"a": {"b": {}}}', "{{", "if (x) {{ return 1; }", "}}"]
)
def test_braces_of_something_else_are_none_of_our_business(text: str) -> None:
    assert findings([Said(role="user", text=text)]) == []


def test_very_many_places_are_looked_at_in_part_only() -> None:
    found = spots("{{a}} {{1}} " * 20_000, {"a"})
    assert len(found) == MOST
