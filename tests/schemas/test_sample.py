from __future__ import annotations

import json
import math
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.core.problem import Failure
from playground.schemas import sample

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(-5, 5)
    | st.sampled_from(["a", "b", "2024-01-02", "a@b.de", "::1", "2024-01-02T03:04:05Z", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "ключ", "$ref", "type"]), inner, max_size=3)
    ),
    max_leaves=12,
)


def only(values: list[Any]) -> dict[str, Any]:
    """What is said of the key `x` of objects that have these values there."""
    return sample.infer([{"x": value} for value in values])["properties"]["x"]


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.lists(VALUES, min_size=1, max_size=5))
def test_every_sample_is_accepted(samples: list[Any]) -> None:
    schema = sample.infer(samples)
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    assert all(validator.is_valid(one) for one in samples)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.lists(VALUES, min_size=1, max_size=4))
def test_the_order_of_samples_changes_nothing_but_order(samples: list[Any]) -> None:
    forth, back = sample.infer(samples), sample.infer(samples[::-1])

    def sorted_(schema: Any) -> Any:
        if isinstance(schema, dict):
            return {
                key: sorted(one) if key == "required" else sorted_(one)
                for key, one in schema.items()
            }
        return [sorted_(one) for one in schema] if isinstance(schema, list) else schema

    assert sorted_(forth) == sorted_(back)


def test_an_object_is_closed_and_knows_what_is_optional() -> None:
    schema = sample.infer([{"a": 1, "b": "x"}, {"a": 2, "c": None}])
    assert schema == {
        "type": "object",
        "properties": {
            "a": {"type": "integer"},
            "b": {"type": "string"},
            "c": {"type": "null"},
        },
        "required": ["a"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("values", "schema"),
    [
        ([1, 2], {"type": "integer"}),
        ([1, 2.5], {"type": "number"}),
        ([1.0], {"type": "number"}),
        ([True], {"type": "boolean"}),
        ([True, 1], {"anyOf": [{"type": "integer"}, {"type": "boolean"}]}),
        ([None], {"type": "null"}),
        ([1, None], {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        ([[]], {"type": "array", "items": {}}),
        ([[], [1], [2.5]], {"type": "array", "items": {"type": "number"}}),
        (
            [[1, "x"], None],
            {
                "anyOf": [
                    {
                        "type": "array",
                        "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                    },
                    {"type": "null"},
                ]
            },
        ),
    ],
)
def test_kinds_are_merged(values: list[Any], schema: Any) -> None:
    assert only(values) == schema


def test_objects_in_a_list_are_merged() -> None:
    items = only([[{"a": 1}, {"a": 2, "b": 3}], [{"a": None}]])["items"]
    assert items["required"] == ["a"]
    assert items["properties"]["a"] == {"anyOf": [{"type": "integer"}, {"type": "null"}]}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["low", "high", "low", "high"], ["high", "low"]),
        (["low", "high", "low", "high", None], ["high", "low"]),
        (["low", "high", "low"], None),  # too few to tell
        (["same"] * 9, None),  # not a choice
        ([str(number) for number in range(9)] * 9, None),  # too many
        (["x" * 33, "y"] * 5, None),  # too long
        (["", "y"] * 5, None),
        (["a\nb", "y"] * 5, None),
        (["2024-01-01", "2024-01-02"] * 5, None),  # a format says more
    ],
)
def test_few_short_strings_that_come_again_are_an_enumeration(
    values: list[Any], expected: list[str] | None
) -> None:
    found = only(values)
    text = next((one for one in found.get("anyOf", [found]) if one["type"] == "string"), {})
    assert text.get("enum") == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2024-02-29T23:59:59Z", "2024-01-01t00:00:00.5+02:00"], "date-time"),
        (["2024-02-29"], "date"),
        (["2023-02-29"], None),
        (["2024-02-29", "2024-02-29T00:00:00Z"], None),
        (["23:59:59", "01:02:03.25Z"], "time"),
        (["24:00:00"], None),
        (["23:59"], None),
        (["12345678-1234-5678-1234-567812345678"], "uuid"),
        (["12345678123456781234567812345678"], None),
        (["a.b+c@example.co.uk"], "email"),
        (["a@b", "@", "a b@c.de"], None),
        (["https://example.com/a?b=c#d", "ftp://x.y"], "uri"),
        (["https://example.com/a b"], None),
        (["mailto:x"], None),
        (["192.168.0.1"], "ipv4"),
        (["1.2.3", "999.1.1.1"], None),
        (["::1", "2001:db8::8a2e:370:7334"], "ipv6"),
        (["12:30"], None),
        (["20240101"], None),
        ([""], None),
        (["２０２４-０１-０１"], None),
    ],
)
def test_formats_are_told_when_all_strings_show_them(
    texts: list[str], expected: str | None
) -> None:
    assert only(texts).get("format") == expected


@pytest.mark.parametrize(
    ("samples", "path"),
    [
        ([], "$"),
        ([{"a": [1, math.nan]}], "$.a[1]"),
        ([math.inf], "$"),
        ([{"a": {1, 2}}], "$.a"),
        ([{1: 2}], "$"),
        ([json.loads("[" * 900 + "]" * 900)], "$[0]"),
    ],
)
def test_what_is_no_sample_gets_a_reason(samples: list[Any], path: str) -> None:
    with pytest.raises(Failure) as caught:
        sample.infer(samples)
    assert caught.value.problem.detail.startswith(path)
    assert len(caught.value.problem.detail) < 300


def test_many_values_are_read() -> None:
    rows = [{"id": number, "kind": "ab"[number % 2]} for number in range(20_000)]
    properties = sample.infer(rows)["properties"]
    assert properties == {
        "id": {"type": "integer"},
        "kind": {"type": "string", "enum": ["a", "b"]},
    }
