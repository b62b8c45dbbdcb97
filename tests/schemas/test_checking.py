"""Our own keywords and our look at a schema say what the library says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, SchemaError

from playground.schemas.legal import is_legal
from playground.schemas.validation import errors
from tests.schemas.corpus import CASES, INT, TEXT
from tests.schemas.instances import ANYTHING, schemas

ODD: list[Any] = [None, -1, 1.5, "", "strnig", [], [1], ["a", "a"], {}, {"a": 1}, True, [{}], [[]]]


def by_the_library(schema: Any) -> bool:
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError:
        return False
    return True


def test_every_schema_of_the_corpus_is_as_legal_as_the_meta_schema_says() -> None:
    small = [case.schema for case in CASES if len(str(case.schema)) < 20_000]
    assert len(small) > 100
    assert [one for one in small if is_legal(one) and not by_the_library(one)] == []
    assert sum(map(is_legal, small)) > 100


KEYWORDS = [
    *("$comment", "$defs", "$id", "$ref", "$schema", "$vocabulary", "additionalProperties"),
    *("allOf", "anyOf", "const", "contains", "contentEncoding", "contentSchema", "default"),
    *("dependencies", "dependentRequired", "dependentSchemas", "deprecated", "description", "enum"),
    *("examples", "exclusiveMaximum", "format", "if", "items", "maxContains", "maxItems", "not"),
    *("maxProperties", "minLength", "minimum", "multipleOf", "pattern", "patternProperties"),
    *("prefixItems", "properties", "propertyNames", "readOnly", "required", "title", "type"),
    *("unevaluatedItems", "unevaluatedProperties", "uniqueItems", "then", "$anchor", "else"),
]


@pytest.mark.parametrize("keyword", KEYWORDS)
def test_no_value_of_a_keyword_passes_that_the_meta_schema_refuses(keyword: str) -> None:
    passed = [value for value in ODD if is_legal({"properties": {"x": {keyword: value}}})]
    assert [value for value in passed if not by_the_library({keyword: value})] == []


@given(schemas())
def test_what_is_usual_needs_no_meta_schema(schema: dict[str, Any]) -> None:
    assert is_legal(schema)


NAMED: dict[str, Any] = {"b": {}}
SCHEMAS: list[dict[str, Any]] = [
    {"uniqueItems": True},
    {"items": {"uniqueItems": True}},
    {"additionalProperties": False, "properties": {"a": {}}},
    {"additionalProperties": INT, "properties": {"a": TEXT}},
    {"patternProperties": {"^a": INT, "b$": TEXT}, "additionalProperties": False},
    {"patternProperties": {"a": INT}, "properties": {"b": TEXT}, "additionalProperties": TEXT},
    {"unevaluatedProperties": False, "properties": {"a": {}}},
    {"unevaluatedProperties": INT, "allOf": [{"properties": {"a": TEXT}}]},
    {"unevaluatedProperties": False, "anyOf": [{"properties": {"a": INT}, "required": ["a"]}, {}]},
    {"unevaluatedProperties": False, "patternProperties": {"^a": {}}},
    {"unevaluatedProperties": False, "$ref": "#/$defs/D", "$defs": {"D": {"properties": NAMED}}},
    {
        "unevaluatedProperties": False,
        "if": {"properties": {"a": INT}, "required": ["a"]},
        "then": {"properties": {"b": {}}},
        "else": {"properties": {"": {}}},
    },
    {"unevaluatedProperties": False, "dependentSchemas": {"a": {"properties": {"b": {}}}}},
    {"unevaluatedProperties": False, "oneOf": [{"additionalProperties": INT}]},
    {"multipleOf": 2},
    {"multipleOf": 0.5},
    {"items": {"multipleOf": 0.1}},
    {"pattern": "^a"},
]
OBJECTS = st.dictionaries(st.sampled_from(["a", "b", "ab", "aa", ""]), ANYTHING, max_size=3)
LISTS = st.lists(st.sampled_from([1, 1.0, True, 0, False, "1", None, [1], [True], {"a": 1}, {}]))
NUMBERS = st.sampled_from([0, 1, 2.0, 0.5, 0.3, 1e300, 10**400, -3, 1e-300])


@given(st.sampled_from(SCHEMAS), OBJECTS | LISTS | NUMBERS | ANYTHING)
def test_our_keywords_find_what_those_of_the_library_find(schema: Any, value: Any) -> None:
    try:
        theirs = list(Draft202012Validator(schema).iter_errors(value))
    except OverflowError:  # the library cannot divide what is past every float
        return
    ours = errors(value, schema)
    assert len(ours) == len(theirs)
    if "oneOf" not in schema:  # of a union a branch's own error is told
        assert {one.path for one in ours} == {tuple(one.absolute_path) for one in theirs}


def test_equal_items_are_named() -> None:
    (error,) = errors([1, {"a": [1]}, 2, {"a": [1.0]}], {"uniqueItems": True})
    assert error.message == "its items 1 and 3 are equal, and they must differ"
    assert errors([1, True, "1", [1], [True]], {"uniqueItems": True}) == []


def test_a_number_that_is_infinite_is_no_multiple() -> None:
    (error,) = errors(float("inf"), {"multipleOf": 0.5})
    assert error.keyword == "multipleOf"


def test_a_list_of_many_objects_is_compared_once_each() -> None:
    rows = [{"id": number, "tags": ["a"]} for number in range(20_000)]
    assert errors(rows, {"uniqueItems": True}) == []
    assert len(errors([*rows, rows[7]], {"uniqueItems": True})) == 1


def test_an_address_that_is_none_is_seen_at_once() -> None:
    assert errors("a." * 5_000 + " @b.c", {"format": "email"})
