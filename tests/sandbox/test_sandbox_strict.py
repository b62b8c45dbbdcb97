"""The strict subset: one row a rule, and each row is strict but for the one thing it breaks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.lib._pydantic import to_strict_json_schema
from pydantic import BaseModel

from playground.sandbox import strict, subset
from playground.sandbox.errors import ApiError
from playground.sandbox.strict import normalised, offences


def obj(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


TEXT = {"type": "string"}


class Leaf(BaseModel):
    name: str
    weight: float | None


class Tree(BaseModel):
    leaves: list[Leaf]
    inner: list[Tree]


@pytest.mark.parametrize(
    "schema",
    [
        obj(),
        obj(a=TEXT, b={"type": ["string", "null"]}),
        obj(a={"type": "string", "pattern": "^x$", "minLength": 1, "format": "email"}),
        obj(a={"type": "array", "items": TEXT, "minItems": 1, "maxItems": 3}),
        obj(a={"enum": [1, "x", None]}, b={"const": 3}),
        obj(a={"anyOf": [TEXT, {"type": "null"}]}),
        obj(a={"anyOf": [obj(kind={"const": "x"}), obj(kind={"const": "y"})]}),
        {**obj(a={"$ref": "#/$defs/x"}, b={"$ref": "#"}), "$defs": {"x": TEXT}},
        obj(default=TEXT, oneOf=TEXT),
        to_strict_json_schema(Tree),
    ],
)
def test_what_is_strict(schema: Any) -> None:
    assert offences(schema) == []


DEEP: dict[str, Any] = obj(a=TEXT)
for _ in range(10):
    DEEP = obj(a=DEEP)


@pytest.mark.parametrize(
    ("schema", "path", "word"),
    [
        (True, (), "object"),
        ({"type": "array", "items": TEXT}, (), "'type: \"object\"'"),
        ({"$ref": "#/$defs/x", "$defs": {"x": obj()}}, (), "'type: \"object\"'"),
        ({**obj(), "anyOf": [obj(a=TEXT)]}, (), "'anyOf'"),
        ({**obj(), "additionalProperties": True}, (), "'additionalProperties'"),
        ({"type": "object", "properties": {}}, (), "'additionalProperties'"),
        ({**obj(a=TEXT), "required": []}, (), "Missing 'a'"),
        ({**obj(a=TEXT), "required": ["a", "b"]}, (), "Extra required key 'b'"),
        ({**obj(), "required": "a"}, (), "'required'"),
        ({**obj(), "properties": []}, (), "'properties'"),
        (obj(a={}), ("properties", "a"), "'type' key"),
        (obj(a=True), ("properties", "a"), "'type' key"),
        (obj(a={"type": "strnig"}), ("properties", "a"), "'strnig'"),
        (obj(a={"type": "array"}), ("properties", "a"), "missing items"),
        (obj(a={"type": "array", "items": {}}), ("properties", "a", "items"), "'type' key"),
        (obj(a={**TEXT, "format": "uri"}), ("properties", "a"), "'uri'"),
        (obj(a={"enum": []}), ("properties", "a"), "'enum'"),
        (obj(a={"anyOf": []}), ("properties", "a"), "'anyOf'"),
        (obj(a={"anyOf": [TEXT, {}]}), ("properties", "a", "anyOf", 1), "'type' key"),
        (obj(a={"anyOf": [obj(x=TEXT), obj(x=TEXT)]}), ("properties", "a"), "first keys"),
        (obj(a={"$ref": "#/$defs/x"}), ("properties", "a"), "'#/$defs/x'"),
        (obj(a={"$ref": "https://example.com"}), ("properties", "a"), "reference"),
        (obj(a={"$ref": "#", "description": "x"}), ("properties", "a"), "{'description'}"),
        ({**obj(), "$defs": {"x": {"type": "object"}}}, ("$defs", "x"), "'additionalProperties'"),
        *((obj(a={**TEXT, key: 1}), ("properties", "a"), f"'{key}'") for key in subset.FORBIDDEN),
        (obj(**{f"p{n}": TEXT for n in range(5001)}), (), "5001"),
        (DEEP, (), "levels of nesting"),
        (obj(a={"enum": list(range(1001))}), (), "1001"),
        (obj(a={"enum": [f"{n:0>100}" for n in range(251)]}), ("properties", "a"), "25100"),
        (obj(**{"p" * 120_001: TEXT}), (), "120001"),
    ],
)  # fmt: skip
def test_what_offends(schema: Any, path: tuple[str | int, ...], word: str) -> None:
    found = offences(schema)
    assert [row.path for row in found if word in row.message] == [path], found
    with pytest.raises(ApiError) as caught:
        strict.require(schema, "function 'f'", "tools[0].parameters")
    error = caught.value
    assert (error.status, error.code) == (400, "invalid_json_schema")
    assert error.param == "tools[0].parameters"
    assert error.message == f"Invalid schema for function 'f': {found[0]}"
    assert f"In context={found[0].path}, " in error.message


def test_every_offence_is_told_at_once() -> None:
    schema = obj(a={"default": 1, "type": "strnig"}, b={"type": "object"})
    assert [row.path for row in offences(schema)] == [
        ("properties", "a"),
        ("properties", "a"),
        ("properties", "b"),
    ]


def test_a_very_deep_schema_is_only_too_deep() -> None:
    schema: Any = TEXT
    for _ in range(2_000):
        schema = {"type": "array", "items": schema}
    assert "levels" in offences(obj(a=schema))[-1].message
    assert "levels" in offences(normalised(obj(a=schema)))[-1].message


def test_normalising_closes_objects_and_requires_everything() -> None:
    loose = {
        "type": "object",
        "properties": {
            "place": {"properties": {"city": TEXT}},
            "rows": {"type": "array", "items": {"type": "object", "properties": {"n": TEXT}}},
            "either": {"anyOf": [{"type": "object"}, TEXT]},
            "required": TEXT,
        },
        "required": ["place"],
        "$defs": {"x": {"type": "object", "additionalProperties": True}},
    }
    before = json.dumps(loose)
    made = normalised(loose)
    assert json.dumps(loose) == before
    assert offences(made) == []
    assert made["required"] == ["place", "rows", "either", "required"]
    assert made["properties"]["rows"]["items"] == obj(n=TEXT)
    assert made["properties"]["either"]["anyOf"] == [obj(), TEXT]
    assert made["$defs"]["x"] == obj()


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([*subset.FORBIDDEN, "type", "properties", "required", "items", "anyOf",
                         "enum", "const", "format", "$ref", "$defs", "x"]), inner, max_size=5),
)  # fmt: skip


@given(anything)
def test_any_json_gets_a_verdict(schema: Any) -> None:
    found = offences(schema)
    assert all(row.message.endswith(".") for row in found)
    normalised(schema)
