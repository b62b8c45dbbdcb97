"""What a table is made of, and what is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.tabular import DEEPER, MOST, Columns, Table, table


@pytest.mark.parametrize(
    ("value", "columns", "rows", "path"),
    [
        ([{"a": 1}, {"a": 2}], ["a"], [[1], [2]], ()),
        ({"title": "x", "lines": [{"a": 1}]}, ["a"], [[1]], ("lines",)),
        # Names in the order of first appearance; what is not there is None.
        ([{"b": 1}, {"a": 2, "b": 3}], ["b", "a"], [[1, None], [3, 2]], ()),
        # Plain values: at the root, or as all that an object has.
        ([1, "two", None, True], ["value"], [[1], ["two"], [None], [True]], ()),
        ({"names": ["a", "b"]}, ["value"], [["a"], ["b"]], ("names",)),
        # One level of objects has columns, deeper ones are JSON.
        (
            [{"p": {"n": 1, "q": {"r": [2]}}, "z": "é"}],
            ["p.n", "p.q", "z"],
            [[1, '{"r":[2]}', "é"]],
            (),
        ),
        ([{"p": {"n": 1}}, {"p": {"m": 2}}], ["p.n", "p.m"], [[1, None], [None, 2]], ()),
        ([{"p": {"n": 1}}, {"p": None}, {}], ["p.n"], [[1], [None], [None]], ()),
        # What is an object only sometimes stays one column, whenever that shows.
        ([{"p": {"n": 1}}, {"p": 7}], ["p"], [['{"n":1}'], [7]], ()),
        ([{"p": 7}, {"p": {"n": 1}}], ["p"], [[7], ['{"n":1}']], ()),
        ([{"p": {}}, {"p": []}], ["p"], [["{}"], ["[]"]], ()),
        ([{"p": {}}], ["p"], [["{}"]], ()),
        # `a.b` must not mean two things.
        ([{"a": {"b": 1}, "a.b": 2}], ["a", "a.b"], [['{"b":1}', 2]], ()),
        ([{"a": {"b.c": 1}}], ["a"], [['{"b.c":1}']], ()),
        # Lists of plain values beside a list of objects are cells or nothing, not rows.
        ({"tags": ["x"], "lines": [{"t": ["y"]}]}, ["t"], [['["y"]']], ("lines",)),
    ],
)
def test_a_table(
    value: Any, columns: list[str], rows: list[list[Any]], path: tuple[str | int, ...]
) -> None:
    assert table(value) == Table(columns, rows, path)


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "text",
        {},
        [],
        {"a": 1},
        {"a": []},
        [{}, {}],
        {"a": [{"x": 1}], "b": [{"x": 2}]},
        {"a": "x", "tags": ["one", "two"]},
        [{"a": 1}, 2],
        [[1, 2], [3, 4]],
        {"a": {"b": [{"x": 1}]}},
    ],
)
def test_no_table(value: Any) -> None:
    assert table(value) is None


def test_what_is_nested_without_end_is_said_in_its_cell() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    found = table([{"a": 1, "b": deep}])
    assert found is not None
    assert found.rows == [[1, DEEPER]]


def test_more_columns_than_anybody_reads_are_no_table() -> None:
    assert table([{f"c{n}": n} for n in range(MOST)]) is not None
    assert table([{f"c{n}": n} for n in range(MOST + 1)]) is None


def test_a_row_says_whether_it_changed_the_columns() -> None:
    columns = Columns()
    assert columns.take({"a": 1})
    assert columns.names == ["a"]
    assert not columns.take({"a": 2})
    assert columns.take({"b": {"c": 1}})
    assert columns.names == ["a", "b.c"]
    assert not columns.take({"b": None})
    assert columns.take({"b": "words"})
    assert columns.names == ["a", "b"]
    assert columns.cells({"b": {"c": 1}}, absent="?") == ["?", '{"c":1}']


_SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
_NAMES = st.sampled_from(["a", "b", "c", "a.b"])
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_NAMES, inner, max_size=2),
    max_leaves=4,
)
_ROWS = st.lists(st.dictionaries(_NAMES, _VALUES, max_size=3), min_size=1, max_size=5)


@given(_ROWS)
def test_every_value_has_its_cell(rows: list[dict[str, Any]]) -> None:
    found = table(rows)
    if not any(rows):
        assert found is None
        return
    assert found is not None
    names = found.columns
    assert len(set(names)) == len(names)
    assert all(len(cells) == len(names) for cells in found.rows)
    for row, cells in zip(rows, found.rows, strict=True):
        told = dict(zip(names, cells, strict=True))
        for name, value in row.items():
            if name in told:
                assert told[name] == _written(value)
            else:  # it was spread out
                assert value is None or value == {} or isinstance(value, dict)
                for inner, deep in (value or {}).items():
                    assert told[f"{name}.{inner}"] == _written(deep)


def _written(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value
