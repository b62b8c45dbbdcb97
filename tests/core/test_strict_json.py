"""JSON of somebody else is read when it could be written again, and else there is a reason."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.strict_json import DEEPEST, is_deep, parsed

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)  # fmt: skip


@given(JSON)
def test_what_json_writes_is_read(value: Any) -> None:
    assert parsed(json.dumps(value), once=True) == value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Expecting value: line 1 column 1"),
        ("NaN", "NaN is no number"),
        ("[-Infinity]", "-Infinity is no number"),
        ('{"a": -1e400}', "-1e400 is larger"),
        ("9" * 5000, "limit"),
        ("[" * 100_000, "recursion"),
        ("[" * 500 + "]" * 500, f"deeper than {DEEPEST} levels"),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "“c” stands twice"),
    ],
)
def test_what_could_not_be_written_again_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        parsed(text, once=True)


def test_depth_is_counted_in_objects_and_lists() -> None:
    value: Any = 1
    for _ in range(DEEPEST - 1):
        value = {"a": [1], "b": value}
    assert not is_deep(value) and is_deep({"b": value})
