from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from playground.core.problem import Failure
from playground.schemas import pydantic_source, pydantic_text
from tests.schemas.instances import FORMATS, instances, near, schemas
from tests.schemas.pydantic_sources import SOURCES, imported, last_model, schema_of

NUMBER = itertools.count()
CHECKER = jsonschema.FormatChecker()
"""Of formats as Pydantic checks them; the library's own knows only some."""


@CHECKER.checks("date-time")
@CHECKER.checks("date")
@CHECKER.checks("uuid")
@CHECKER.checks("ipv4")
def known_format(text: object) -> bool:
    return not isinstance(text, str) or any(text in known for known in FORMATS.values())


LAX = frozenset(("well known types", "times", "constraints", "constrained functions"))
"""Sources with types that take less than their schema says: a Decimal is any string there."""


def bare(schema: Any) -> Any:
    """A schema without titles, and a choice of one as a constant."""
    if isinstance(schema, list):
        return [bare(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found: dict[str, Any] = {}
    for key, value in schema.items():
        if key == "enum" and len(value) == 1:
            found["const"] = value[0]
        elif key in ("properties", "$defs", "patternProperties"):
            found[key] = {name: bare(one) for name, one in value.items()}
        elif key in ("default", "examples", "const", "enum"):
            found[key] = value
        elif key != "title":
            found[key] = bare(value)
    return found


def model_of(schema: Any, folder: Path, name: str = "Model") -> Any:
    return getattr(imported(pydantic_text.write(schema, name), folder), name)


def made(schema: Any) -> Any:
    """The class that is written for a schema, without a file."""
    module = ModuleType(f"written_{next(NUMBER)}")
    sys.modules[module.__name__] = module
    exec(pydantic_text.write(schema, "Model"), vars(module))
    return vars(module)["Model"]


def validates(adapter: TypeAdapter[Any], text: str, strict: bool | None = None) -> bool:
    try:
        adapter.validate_json(text, strict=strict)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("kind", SOURCES)
def test_the_schema_of_what_is_written_is_the_same_again(kind: str, tmp_path: Path) -> None:
    model = last_model(imported(SOURCES[kind], tmp_path))
    schema = schema_of(model)
    text = pydantic_text.write(schema, model.__name__)
    again = getattr(imported(text, tmp_path), model.__name__)
    assert bare(again.model_json_schema()) == bare(schema)
    assert pydantic_source.read(text, model.__name__) == again.model_json_schema()


@pytest.mark.parametrize("kind", [one for one in SOURCES if one not in LAX])
def test_both_models_take_the_same(kind: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("models")
    model = last_model(imported(SOURCES[kind], folder))
    schema = schema_of(model)
    again = model_of(schema, folder)
    adapter = TypeAdapter(model)
    accepted = instances(schema)

    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(accepted | near(accepted))
    def same(instance: Any) -> None:
        text = json.dumps(instance)
        assert validates(adapter, text) == validates(TypeAdapter(again), text)

    same()
    seen = []

    @settings(max_examples=10, deadline=None, derandomize=True)
    @given(accepted)
    def taken(instance: Any) -> None:
        assert validates(TypeAdapter(again), json.dumps(instance)), instance
        seen.append(instance)

    taken()
    assert seen


@settings(max_examples=120, deadline=None, derandomize=True)
@given(data=st.data(), schema=schemas())
def test_a_model_takes_what_its_schema_accepts(data: st.DataObject, schema: Any) -> None:
    model = made(schema)
    accepted = instances(schema)
    for _ in range(3):
        instance = data.draw(accepted | near(accepted))
        fits = jsonschema.Draft202012Validator(schema, format_checker=CHECKER).is_valid(instance)
        assert validates(TypeAdapter(model), json.dumps(instance), strict=True) == fits


ODD: dict[str, tuple[Any, list[Any], list[Any]]] = {
    "a list": ({"type": "array", "items": {"type": "integer"}}, [[], [1]], [{}, ["x"]]),
    "a word": ({"type": "string", "minLength": 2}, ["ab"], ["a", 1]),
    "anything": ({}, [1, None, {}], []),
    "true": (True, [1, None], []),
    "recursion to the root": (
        {"type": "object", "properties": {"a": {"$ref": "#"}}},
        [{}, {"a": {"a": {}}}],
        [{"a": 1}],
    ),
    "a pointer into the schema": (
        {"properties": {"a": {"type": "integer"}, "b": {"$ref": "#/properties/a"}}},
        [{"b": 1}],
        [{"b": "x"}],
    ),
    "old names": (
        {"$ref": "#/definitions/A", "definitions": {"A": {"type": "object", "required": ["x"]}}},
        [{"x": 1}],
        [{}],
    ),
    "only a reference to a list": (
        {"$ref": "#/$defs/A", "$defs": {"A": {"type": "array", "items": {"$ref": "#/$defs/A"}}}},
        [[], [[[]]]],
        [[1]],
    ),
    "a list of types": ({"type": ["integer", "string"], "minimum": 3}, [3, "a"], [1, None]),
    "nullable": (
        {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "required": ["a"]},
        [{"a": None}, {"a": ""}],
        [{}, {"a": 1}],
    ),
    "absent, but not null": (
        {"type": "object", "properties": {"a": {"type": "string"}}},
        [{}, {"a": "x"}],
        [{"a": None}],
    ),
    "all of": (
        {
            "allOf": [{"$ref": "#/$defs/A"}, {"properties": {"b": {"type": "string"}}}],
            "required": ["b"],
            "$defs": {"A": {"properties": {"a": {"type": "integer"}}, "required": ["a"]}},
        },
        [{"a": 1, "b": "x"}],
        [{"a": 1}, {"b": "x"}],
    ),
    "keys of a pattern": (
        {"type": "object", "patternProperties": {"^a": {"type": "integer"}}},
        [{}, {"ab": 1}],
        [{"ab": "x"}],
    ),
    "keys of an enumeration": (
        {"type": "object", "propertyNames": {"enum": ["a"]}, "maxProperties": 1},
        [{}, {"a": 1}],
        [{"b": 1}],
    ),
    "other keys of one type": (
        {
            "type": "object",
            "properties": {"a": {"type": "string"}},
            "additionalProperties": {"type": "integer"},
        },
        [{"a": "x", "b": 1}],
        [{"b": "x"}],
    ),
    "different items": (
        {"type": "array", "items": {"type": "string"}, "uniqueItems": True},
        [["a", "b"]],
        [[1]],
    ),
    "a pattern of another engine": (
        {"type": "object", "properties": {"a": {"type": "string", "pattern": "^(?!x)a"}}},
        [{"a": "ab"}],
        [{"a": "xa"}],
    ),
    "keys that are no names": (
        {
            "type": "object",
            "properties": {
                key: {"type": "integer"}
                for key in ("class", "a b", "a-b", "a_b", "", "1", "_x", "__init__", "json", "self",
                            "model_dump", "model_config", "Field", "int", "None", "ﬁ", "🙂",
                            "a\nb", '"', "\\")
            },
            "required": ["a b", "a-b"],
        },
        [{"a b": 1, "a-b": 2, "a_b": 3, "class": 4, "int": 5, "": 6}],
        [{"a b": 1}, {"a b": 1, "a-b": 1, "model_dump": "x"}],
    ),
    "names of the language": (
        {
            "$ref": "#/$defs/list",
            "$defs": {
                "list": {"type": "object", "properties": {"x": {"$ref": "#/$defs/Field"}}},
                "Field": {"type": "object", "properties": {"y": {"$ref": "#/$defs/a b/c"}}},
                "a b/c": {"type": "array", "items": {"type": "string"}},
            },
        },
        [{"x": {"y": ["a"]}}],
        [{"x": {"y": [1]}}],
    ),
    "no value at all": ({"properties": {"a": False, "b": True}}, [{"b": 1}], [[]]),
}  # fmt: skip
"""Schemas, what they accept, and what they do not."""


@pytest.mark.parametrize("kind", ODD)
def test_odd_schemas(kind: str) -> None:
    schema, accepted, refused = ODD[kind]
    if kind == "names of the language":
        schema["$defs"]["Field"]["properties"]["y"]["$ref"] = "#/$defs/a b~1c"
    adapter = TypeAdapter(made(schema))
    assert [validates(adapter, json.dumps(one), strict=True) for one in accepted] == [True] * len(
        accepted
    )
    assert [validates(adapter, json.dumps(one), strict=True) for one in refused] == [False] * len(
        refused
    )


def test_what_pydantic_does_not_check_is_named_and_kept() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"type": "array", "items": {}, "contains": {"const": 1}},
            "b": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
            "c": {"type": "string", "format": "hostname"},
            "d": {"type": "string", "pattern": "("},
        },
        "minProperties": 1,
    }
    text = pydantic_text.write(schema, "M")
    assert "check here: contains." in text and "check here: oneOf." in text
    assert "check here: minProperties." in text and "check here: pattern." in text
    again = made(schema).model_json_schema()
    assert again["minProperties"] == 1
    assert again["properties"]["a"]["contains"] == {"const": 1}
    assert again["properties"]["c"]["format"] == "hostname"
    assert again["properties"]["d"]["pattern"] == "("


@pytest.mark.parametrize("more", ["", "\n  indented", "\n\nand a line", "\n", "\t"])
def test_what_is_said_stays_said(more: str) -> None:
    assert made({"type": "array", "description": "A" + more}).model_json_schema()[
        "description"
    ] == ("A" + more)
    said = "A" + more + 'Three quotes """, a backslash \\, a tab\t, \u202ebidi and a last quote "'
    schema = {
        "type": "object",
        "description": said,
        "properties": {"a": {"type": "string", "description": said, "examples": ["x"]}},
        "required": ["a"],
    }
    text = pydantic_text.write(schema, "M")
    assert all(one.isprintable() or one == "\n" for one in text)
    again = made(schema).model_json_schema()
    assert again["description"] == said
    assert again["properties"]["a"] == {
        "title": "A",
        "type": "string",
        "description": said,
        "examples": ["x"],
    }


def test_nothing_in_a_schema_becomes_code(tmp_path: Path) -> None:
    evil = f'"""\n\'\'\'\n)]}}\nopen({str(tmp_path / "ran")!r}, "w")\n#'
    schema = {
        "type": "object",
        "title": evil,
        "description": evil,
        evil: 1,
        "properties": {
            evil: {
                "type": "string",
                evil: [evil],
                "pattern": evil,
                "format": evil,
                "default": evil,
                "title": evil,
            },
            "x": {"enum": [evil], "description": evil},
            "y": {"type": "array", "contains": {}, evil: {}, "default": [evil]},
            "z": {"$ref": "#/$defs/" + evil.replace("/", "~1")},
        },
        "required": [evil],
        "$defs": {evil: {"type": "object", "properties": {evil: {"const": evil}}}},
    }
    assert validates(TypeAdapter(made(schema)), json.dumps({evil: "x"})) in (True, False)
    made(schema | {"type": "array"})
    assert not (tmp_path / "ran").exists()


def deep(levels: int) -> Any:
    schema: Any = {"type": "integer"}
    for _ in range(levels):
        schema = {"type": "array", "items": schema, "description": "d"}
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        [],
        "x",
        3,
        None,
        {"type": "thing"},
        {"type": 3},
        {"properties": []},
        {"properties": {"a": 1}},
        {"anyOf": []},
        {"anyOf": {}},
        {"$ref": "https://example.com/x"},
        {"$ref": "#/$defs/none"},
        {"$ref": 3},
        {"type": "string", "minLength": "x"},
        {"type": "string", "pattern": 3},
        {"type": "object", "required": "a", "properties": {}},
        deep(100_000),
    ],
    ids=lambda schema: str(schema)[:30] if not isinstance(schema, dict) else None,
)
def test_what_is_no_schema_gets_a_reason(schema: Any) -> None:
    with pytest.raises(Failure) as caught:
        pydantic_text.write(schema, "M")
    assert caught.value.problem.detail.startswith("$")
    assert len(caught.value.problem.detail) < 500


def test_deep_and_wide_schemas_are_written() -> None:
    assert validates(TypeAdapter(made(deep(50))), "[" * 50 + "]" * 50)
    wide = {"type": "object", "properties": {f"k{n}": {"type": "integer"} for n in range(6000)}}
    assert pydantic_text.write(wide, "M").count("\n    k") == 6000
