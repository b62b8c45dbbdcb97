"""Places in JSON: from a path to characters and back, whole, arriving and broken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.partial_json import Live
from playground.core.places import Path, node_at, node_of, nodes_in, place, pointer_at

TEXT = 'So: {"city": "Oslo", "days": [1, {"hot": true}], "more": {}} ok'
NAMES = st.sampled_from(["a", "b", "", "two words", 'q"', "a/b~", "é"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


def paths(value: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    """Every value there is, with its path."""
    found: list[tuple[Path, Any]] = [(path, value)]
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    for step, one in inner:
        found += paths(one, (*path, step))
    return found


@settings(max_examples=60, deadline=None)
@given(VALUES, st.sampled_from([None, 2]), st.booleans())
def test_what_stands_at_a_path_is_the_value_and_each_character_leads_back(
    value: Any, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps([value], indent=indent, ensure_ascii=ascii_only)
    owner: list[Path | None] = [None] * len(text)
    for path, one in paths([value]):
        found = place(text, path)
        assert found is not None
        begin, end = found
        assert json.loads(text[begin:end]) == one
        owner[begin:end] = [path] * (end - begin)
    for offset, path in enumerate(owner):
        seen = pointer_at(text, offset)
        assert seen is not None and path is not None
        # A name, and the colon behind it, are of the value that it names.
        assert seen == path or (seen[:-1] == path and text[offset] not in "{}[],")


def at(word: str, text: str = TEXT) -> Path | None:
    """What its first and its last character belong to, when that is the same."""
    begin = text.index(word)
    first, last = pointer_at(text, begin), pointer_at(text, begin + len(word) - 1)
    return first if first == last else None


def test_names_belong_to_values_and_what_is_between_to_what_it_is_in() -> None:
    assert at('"city": "Oslo"') == ("city",)
    assert at('"hot": true') == ("days", 1, "hot")
    assert pointer_at(TEXT, TEXT.index(', {"hot')) == ("days",)
    assert pointer_at(TEXT, TEXT.index(', "more')) == ()
    assert at('"more": {}') == ("more",)
    assert pointer_at(TEXT, 0) is pointer_at(TEXT, len(TEXT) - 1) is None
    assert pointer_at(TEXT, -1) is pointer_at(TEXT, len(TEXT)) is pointer_at("", 0) is None


def test_what_is_not_there_has_no_place() -> None:
    for path in (("town",), ("days", 2), ("days", -1), ("days", "hot"), ("city", 0), ("more", "a")):
        assert place(TEXT, path) is None
    assert place("no JSON at all", ()) is None
    assert place('{"a":', ("a",)) is None and pointer_at('{"a":', 2) == ("a",)


@pytest.mark.parametrize("size", range(1, len(TEXT)))
def test_any_beginning_of_a_text_has_places(size: int) -> None:
    text = TEXT[:size]
    for offset in range(size):
        path = pointer_at(text, offset)
        if path is not None and (found := place(text, path)) is not None:
            assert found[0] <= found[1] <= size
            assert found[1] == size or place(TEXT, path) == found


def test_of_names_that_are_there_twice_the_last_one_counts() -> None:
    text = '{"a": 1, "a": 22}'
    assert place(text, ("a",)) == (14, 16) and at('"a": 1', text) == ("a",)


def test_the_innermost_values_of_a_stretch() -> None:
    live = Live()
    live.feed(TEXT)
    live.end()

    def within(words: str) -> list[Path]:
        begin = TEXT.index(words)
        return [node.path for node in nodes_in(live.root, begin, begin + len(words), TEXT)]

    assert within('Oslo", "days": [1') == [("city",), ("days", 0)]
    assert within("true") == [("days", 1, "hot")]
    assert within("So") == [] and nodes_in(None, 0, 9, TEXT) == []
    assert node_at(live.root, TEXT.index("true"), TEXT) is node_of(live.root, ("days", 1, "hot"))
