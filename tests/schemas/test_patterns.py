"""Patterns: what they mean, what cannot be read, and those that would take for ever."""

from __future__ import annotations

import pytest

from playground.schemas.patterns import ALLOWANCE, PatternError, Patterns, search
from playground.schemas.validation import Validator


@pytest.mark.parametrize(
    ("pattern", "matches", "others"),
    [
        ("", ["", "a"], []),
        ("b", ["abc"], ["ac"]),
        ("^a$", ["a"], ["a\n", "ba", "aa"]),
        (r"^\d+$", ["09"], ["٣", "a", ""]),
        (r"^\D$", ["a", "٣"], ["1"]),
        (r"^[\d.]+$", ["1.5"], ["٣", "1,5"]),
        (r"^\w$", ["a", "Z", "_", "0"], ["é", "-"]),
        (r"^\W$", ["é", "-"], ["a"]),
        (r"^[\w-]+$", ["a-b"], ["é"]),
        (r"^\p{L}+$", ["aé漢"], ["1", "a1"]),
        (r"^\p{Script=Greek}$", ["λ"], ["l"]),
        (r"^(?<twice>ab|c)\k<twice>$", ["abab", "cc"], ["abc"]),
        (r"^\u{1F600}\u00e9\x41$", ["😀éA"], ["😀e", ""]),
        (r"^[\u{1F600}-\u{1F610}]$", ["😀"], ["a"]),
        (r"^\cA\t$", ["\x01\t"], ["A\t"]),
        ("^a[^]b$", ["a\nb"], ["ab"]),
        ("a[]", [], ["a", "a[]", "a]"]),
        ("^[a[]$", ["a", "["], ["]"]),
        ("^[[^]$", ["[", "^"], ["a"]),
        (r"^[\]a]$", ["]", "a"], ["\\"]),
        ("^[[:alpha:]]$", ["a]", ":]"], ["b]", "a"]),
        ("^a]$", ["a]"], []),
        ("^{a}$", ["{a}"], ["a"]),
        ("^a{,2}$", ["a{,2}"], ["aa"]),
        ("^(?:ab){e<=1}$", ["ab{e<=1}"], ["ac"]),
        ("^a{2}b{1,}c{0,1}$", ["aab", "aabbc"], ["ab", "aabcc"]),
        ("^[{}()]+$", ["{(})"], ["a"]),
        (r"^\/\-\.\$$", ["/-.$"], []),
        ("^(?=a)(?!ab)(?<=^)(?<!b)a", ["ac"], ["ab"]),
        ("^.$", ["a", "\r"], ["\n"]),
    ],
)
def test_they_mean_what_they_mean_in_ecma_262(
    pattern: str, matches: list[str], others: list[str]
) -> None:
    assert [text for text in matches if not search(pattern, text)] == []
    assert [text for text in others if search(pattern, text)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        "[a",
        "a{2,1}",
        r"\u{110000}",
        r"\p{Nothing}",
        "(" * 5000 + ")" * 5000,
        "a" * 20_001,
        "a{100000000}",
        "(?:(?:a{100}){100}){100}",
        "(?<a>x{9}){5000}",
        "(((){9999}){9999}){9999}",
        "a{" + "9" * 5000 + "}",
        "{" + "9" * 5000 + "}",
    ],
)
def test_what_cannot_be_read_is_said(pattern: str) -> None:
    with pytest.raises(PatternError, match="the pattern"):
        search(pattern, "a")


EVIL = [
    (r"^(a|aa)+$", "a" * 60 + "b"),
    (r"^(([a-z])+.)+[A-Z]([a-z])+$", "a" * 200),
    (r"^(\w+\s?)*\.$", "a " * 60),
    (r"^(.*)*x(.*)*y(.*)*z$", "ab" * 4000),
]


@pytest.mark.parametrize(("pattern", "text"), EVIL)
def test_a_pattern_that_takes_for_ever_is_given_up(pattern: str, text: str) -> None:
    try:
        assert not search(pattern, text, 0.01)
    except TimeoutError:
        return  # which of them the engine sees through is its own affair


def test_a_slow_pattern_is_left_after_some_searches() -> None:
    patterns, (pattern, text) = Patterns(), EVIL[0]
    with pytest.raises(TimeoutError):
        patterns.search(pattern, text)
    patterns._taken[pattern] = ALLOWANCE
    with pytest.raises(TimeoutError):
        patterns.search(pattern, "a")
    assert patterns.search("^a", "a")
    assert Patterns().search(pattern, "a")


def test_an_instance_that_was_not_checked_in_time_is_an_error_and_says_so() -> None:
    pattern, text = EVIL[0]
    (error,) = Validator({"properties": {"a": {"pattern": pattern}}}).errors({"a": text})
    assert (error.path, error.keyword) == (("a",), "pattern")
    assert error.schema_path == ("properties", "a", "pattern")
    assert "not checked" in error.message and "too long" in error.message


@pytest.mark.parametrize(
    ("schema", "keyword"),
    [
        ({"patternProperties": {EVIL[0][0]: {}}}, "patternProperties"),
        (
            {"patternProperties": {EVIL[0][0]: {}}, "additionalProperties": False},
            "additionalProperties",
        ),
        (
            {"patternProperties": {EVIL[0][0]: {}}, "unevaluatedProperties": False},
            "unevaluatedProperties",
        ),
        ({"propertyNames": {"pattern": EVIL[0][0]}}, "pattern"),
    ],
)
def test_names_are_matched_with_a_limit_too(schema: dict[str, object], keyword: str) -> None:
    found = Validator(schema).errors({EVIL[0][1]: 1})
    assert keyword in {one.keyword for one in found if "not checked" in one.message}
