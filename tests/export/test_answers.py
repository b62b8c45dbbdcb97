from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.problem import Failure
from playground.export.answers import as_csv, as_json, as_jsonl

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=())),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=()), max_size=3), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(JSON)
def test_what_is_written_reads_back_exactly(value: Any) -> None:
    assert json.loads(as_json(value).encode()) == value
    lines = as_jsonl(value).encode().decode().splitlines()
    assert [json.loads(line) for line in lines] == (value if isinstance(value, list) else [value])


def test_a_document_is_indented_and_keeps_its_letters() -> None:
    assert as_json({"größe": ["世界"]}) == '{\n  "größe": [\n    "世界"\n  ]\n}\n'


def test_a_list_is_a_line_for_each_element() -> None:
    assert as_jsonl([{"a": 1, "b": [2]}, 3]) == '{"a":1,"b":[2]}\n3\n'
    assert as_jsonl({"a": [1, 2]}) == '{"a":[1,2]}\n'
    assert as_jsonl([]) == ""


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\x0b", "\r", "\n", "\x1c", "\x7f"])
def test_nothing_in_a_text_ends_a_line(end: str) -> None:
    for text in (as_jsonl([f"a{end}b"]), as_json(f"a{end}b")):
        assert end not in text[:-1]
        assert text.splitlines() == [text[:-1]]
        assert json.loads(text) == f"a{end}b"


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"a": float("nan")}, "NaN"),
        ([float("-inf")], "Infinity"),
        ([10**5000], "digits"),
        (nested(100_000), "too deep"),
    ],
    ids=["nan", "infinity", "digits", "deep"],
)
def test_what_json_cannot_say_is_a_sentence(value: Any, words: str) -> None:
    for write in (as_json, as_jsonl):
        with pytest.raises(Failure, match="cannot be written as JSON") as caught:
            write(value)
        assert words in caught.value.problem.detail


def test_a_list_of_objects_is_a_table() -> None:
    value = {
        "rows": [
            {"name": 'Ann "A", é', "price": {"amount": 1.5, "of": [1, {"x": "y"}]}, "ok": True},
            {"name": "two\r\nlines", "price": {"amount": 2, "of": []}, "ok": None},
            {"name": "=1+1", "price": None, "ok": False, "more": "\u2028"},
        ]
    }
    text = as_csv(value)
    assert text.startswith("name,price.amount,price.of,ok,more\r\n")
    assert '"Ann ""A"", é",1.5,"[1,{""x"":""y""}]",true,\r\n' in text
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["name", "price.amount", "price.of", "ok", "more"],
        ['Ann "A", é', "1.5", '[1,{"x":"y"}]', "true", ""],
        ["two\r\nlines", "2", "[]", "", ""],
        ["=1+1", "", "", "false", "\u2028"],
    ]


def test_plain_values_are_rows_and_an_empty_one_is_still_a_row() -> None:
    assert as_csv([1, None, "a"]) == 'value\r\n1\r\n""\r\na\r\n'
    assert as_csv(["\ud800"]).encode() == b"value\r\n?\r\n"


@pytest.mark.parametrize("value", [None, 3, "text", {}, [], {"a": 1}, {"a": [{}], "b": [{"c": 1}]}])
def test_what_is_no_table_says_so(value: Any) -> None:
    with pytest.raises(Failure, match="no table"):
        as_csv(value)
