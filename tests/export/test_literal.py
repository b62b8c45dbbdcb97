"""Values are laid out so that a person can read them, and mean the same."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.export import javascript, python
from playground.export.literal import WIDTH, literal

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(values)
def test_python_reads_every_value_back(value: Any) -> None:
    assert ast.literal_eval(literal(value, python.SYNTAX)) == value


def test_a_short_value_stays_on_one_line() -> None:
    assert literal({"a": [1, {}], "b c": {"d": None}}, javascript.SYNTAX) == (
        '{ a: [1, {}], "b c": { d: null } }'
    )


def test_a_long_value_has_one_element_a_line() -> None:
    long = "x" * (WIDTH - 10)
    assert literal({"a": [long, 1], "b": True}, python.SYNTAX) == (
        '{\n    "a": [\n        "' + long + '",\n        1,\n    ],\n    "b": True,\n}'
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", '"plain"'),
        ("it's", '"it\'s"'),
        ('"yes"', "'\"yes\"'"),
        ("a\nb", '"a\\nb"'),
        ("\u202e", '"\\u202e"'),
        ("\ud83d", '"\\ud83d"'),
    ],
)
def test_python_strings(text: str, written: str) -> None:
    assert literal(text, python.SYNTAX) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Grüße 🌍", '"Grüße 🌍"'),
        ("\u202e", '"\\u202e"'),
        ("\U000e0041", '"\\udb40\\udc41"'),
        ("\ud83d", '"\\ud83d"'),
    ],
)
def test_javascript_strings(text: str, written: str) -> None:
    assert literal(text, javascript.SYNTAX) == written


@pytest.mark.parametrize(
    ("name", "written"),
    [("model", "model"), ("a-b", '"a-b"'), ("1a", '"1a"'), ("", '""'), ("ü", '"ü"'),
     ("__proto__", '["__proto__"]')],
)  # fmt: skip
def test_javascript_names(name: str, written: str) -> None:
    assert literal({name: 1}, javascript.SYNTAX) == f"{{ {written}: 1 }}"
