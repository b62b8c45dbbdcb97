"""JSON with its places: equal to the standard reader, and a clear refusal of everything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.problem import Failure
from playground.schemas.source import DEEPEST, decoded, is_schema, read, spelled, written

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(JSON, st.sampled_from([None, 1, "\t"]), st.booleans())
def test_it_reads_what_the_standard_reader_reads(value: Any, indent: Any, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert read(text).value == value
    assert read(f"\ufeff \r\n{text}\n ").value == value


@given(JSON)
def test_every_value_begins_where_it_says(value: Any) -> None:
    source = read(written(value))
    lines = source.text.split("\n")

    def look(at: Any, path: tuple[str | int, ...]) -> None:
        spot = source.spot(path)
        rest = "\n".join([lines[spot.line - 1][spot.column - 1 :], *lines[spot.line :]])
        shown = path[-1] if path and isinstance(path[-1], str) else at
        assert json.JSONDecoder().raw_decode(rest)[0] == shown
        for step, inner in (
            at.items() if isinstance(at, dict) else enumerate(at) if isinstance(at, list) else ()
        ):
            look(inner, (*path, step))

    look(value, ())


@given(st.text())
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        value = read(text).value
    except Failure as failure:
        assert int(failure.problem.facts["line"]) >= 1
        return
    assert value == json.loads(text)


@pytest.mark.parametrize(
    ("text", "words", "line", "column"),
    [
        ("", "empty", 1, 1),
        ("{", "ends too early", 1, 2),
        ('{"a": 1,\n}', "no comma after the last", 2, 1),
        ("[1, ]", "no comma after the last", 1, 5),
        ("{'a': 1}", "a key or `}`", 1, 2),
        ('{"a" 1}', "expected `:`", 1, 6),
        ('{"a": 1]', "expected `,` or `}`", 1, 8),
        ("[1 2]", "expected `,` or `]`", 1, 4),
        ('{"a": "b"\n "c": 1}', "expected `,` or `}`", 2, 2),
        ("[1]\n[2]", "expected the end", 2, 1),
        ("[NaN]", "no NaN", 1, 2),
        ("[-Infinity]", "no -Infinity", 1, 2),
        ("[01]", "expected a value", 1, 2),
        ("[1e999]", "too large", 1, 2),
        ("[" + "9" * 9999 + "]", "too large", 1, 2),
        ("// x\n{}", "no comments", 1, 1),
        ('{"a": "x\n"}', "does not end on its line", 1, 7),
        (r'["\x"]', "wrong escape", 1, 2),
        ('{"a": 1,\n "b": 2,\n "a": 3}', '"a" stands on line 1 already', 3, 2),
        ("undefined", "expected a value", 1, 1),
        ("[" * 100_000, f"more than {DEEPEST} levels", 1, DEEPEST + 1),
        ('{"a":' * 100_000, f"more than {DEEPEST} levels", 1, DEEPEST * 5 + 1),
    ],
)
def test_what_is_refused(text: str, words: str, line: int, column: int) -> None:
    with pytest.raises(Failure) as caught:
        read(text)
    problem = caught.value.problem
    assert words in f"{problem.title} {problem.detail}"
    assert problem.facts == {"line": str(line), "column": str(column)}


def test_five_megabytes_are_read() -> None:
    rows = {f"p{n}": {"type": "string", "description": "x" * 60} for n in range(45_000)}
    source = read(json.dumps({"type": "object", "properties": rows}, indent=0))
    assert len(source.text) > 4_900_000
    spot = source.spot(("properties", "p44999", "type"))
    assert source.text.split("\n")[spot.line - 1].startswith('"type"')


def test_bytes_that_are_no_text() -> None:
    assert decoded(b"\xef\xbb\xbf{}") == "{}"
    with pytest.raises(Failure, match="Line 2 has the byte 0xff"):
        decoded(b"{}\n\xff")


def test_paths_as_people_write_them() -> None:
    assert spelled(()) == "$"
    assert spelled(("properties", "a", "anyOf", 0)) == "$.properties.a.anyOf[0]"
    assert spelled(("$defs", "two words", 'a"b', "1")) == '$.$defs["two words"]["a\\"b"]["1"]'


@pytest.mark.parametrize("key", ["type", "properties", "$ref", "anyOf", "$defs", "$schema"])
def test_what_is_taken_for_a_schema(key: str) -> None:
    assert is_schema({key: None})
    assert not is_schema([{key: None}])
    assert not is_schema({"kind": key})


def test_halves_of_surrogate_pairs_are_written_so_that_a_file_holds_them() -> None:
    value = {"a\ud800": "\udfff😀 é"}
    text = written(value)
    assert text.encode() == b'{\n  "a\\ud800": "\\udfff\xf0\x9f\x98\x80 \xc3\xa9"\n}'
    assert read(text).value == value
