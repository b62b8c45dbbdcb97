"""The linter against the corpus, and what it says of places, limits and nonsense."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.sandbox import strict
from playground.schemas import rules
from playground.schemas.lint import lint
from playground.schemas.source import read, spelled, written
from tests.schemas.corpus import CASES, INT, TEXT, Case, arr, obj
from tests.schemas.models import SCHEMAS

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["type", "properties", "required", "items", "anyOf", "oneOf", "allOf", "$ref", "$defs",
             "enum", "const", "format", "minimum", "additionalProperties", "prefixItems", "a"]
        ),
        inner | st.sampled_from(["object", "array", "#", "#/$defs/a", "string"]),
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip
"""Anything that looks like a schema, and hardly ever is one."""


def found(schema: Any) -> set[tuple[str, str]]:
    return {(spelled(one.path), one.rule) for one in lint(schema)}


def test_the_corpus_is_large_and_each_name_is_there_once() -> None:
    assert len(CASES) + len(SCHEMAS) >= 150
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_offends(case: Case) -> None:
    assert found(case.schema) == case.offends


def test_every_rule_and_every_limit_is_in_the_corpus() -> None:
    seen = {rule for case in CASES for _, rule in case.offends}
    known = {*rules.RULES, *rules.UNSUPPORTED, *(limit.id for limit in rules.LIMITS)}
    assert known - seen <= {"dependencies", "$recursiveRef"}  # spellings of the same in old drafts
    assert seen <= known


@pytest.mark.parametrize("keyword", sorted(rules.UNSUPPORTED))
def test_what_is_not_permitted_is_named_as_it_is_spelled(keyword: str) -> None:
    (one,) = [row for row in lint(obj(a={**TEXT, keyword: [TEXT]})) if row.rule == keyword]
    assert (spelled(one.path), f"`{keyword}`" in one.message) == ("$.properties.a", True)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_the_linter_passes_the_sandbox_takes(case: Case) -> None:
    """Two readings of one rule book. The linter knows more rules, and counts levels by objects
    and arrays only."""
    if not case.offends:
        said = [row.message for row in strict.offences(case.schema)]
        assert [row for row in said if "levels" not in row and "~1" not in row] == []


MODELS: dict[str, set[str]] = {
    "Plain": {"additionalProperties"},
    "Defaults": {"additionalProperties", "required", "default"},
    "Optionals": {"additionalProperties", "required", "default"},
    "Constrained": {"additionalProperties"},
    "Enums": {"additionalProperties", "required", "$ref"},
    "Dates": {"additionalProperties"},
    "Special": {"additionalProperties", "format"},
    "Lists": {"additionalProperties", "type"},
    "Sets": {"additionalProperties", "uniqueItems"},
    "Tuples": {"additionalProperties", "prefixItems", "default", "items"},
    "Maps": {"additionalProperties", "propertyNames"},
    "Anything": {"additionalProperties", "type"},
    "Address": {"additionalProperties", "required", "default"},
    "Nested": {"additionalProperties", "required", "default", "$ref"},
    "Tagged": {"additionalProperties", "oneOf", "discriminator"},
    "Untagged": {"additionalProperties", "required", "default"},
    "Ambiguous": {"additionalProperties", "first-key"},
    "Twins": {"additionalProperties"},
    "Tree": {"root", "additionalProperties", "required", "default"},
    "Forest": {"root", "additionalProperties", "required", "default"},
    "Typed": {"additionalProperties", "required"},
    "Generics[int]": {"additionalProperties"},
    "Generics[Address]": {"additionalProperties", "required", "default"},
    "Rows": {"root", "additionalProperties", "required", "default"},
    "Wrapped": {"additionalProperties"},
    "Open": {"additionalProperties"},
    "Closed": set(),
    "Aliased": {"additionalProperties"},
    "Described": {"additionalProperties"},
    "Child": {"additionalProperties", "required", "default"},
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_models(name: str) -> None:
    assert {rule for _, rule in found(SCHEMAS[name])} == MODELS[name]


TEXT_OF = """{
  "type": "object",
  "properties": {
    "a": {"type": "object", "properties": {}},
    "b": {
      "type": "string",
      "default": "x", "format": "uri"
    },
    "two words": {"anyOf": [{"type": "integer"},
                            {}]}
  },
  "required": ["a", "b"],
  "additionalProperties": false
}"""


def test_places_are_those_of_the_offending_key() -> None:
    source = read(TEXT_OF)
    rows = [
        (one.line, one.column, spelled(one.path), one.rule) for one in lint(source.value, source)
    ]
    assert rows == [
        (4, 5, "$.properties.a", "additionalProperties"),
        (7, 7, "$.properties.b", "default"),
        (7, 23, "$.properties.b", "format"),
        (9, 5, "$", "required"),
        (10, 29, '$.properties["two words"].anyOf[1]', "type"),
    ]


def test_without_a_text_there_are_no_places() -> None:
    assert {(one.line, one.column) for one in lint(json.loads(TEXT_OF))} == {(None, None)}


def test_limits_say_how_many_there_are_and_may_be() -> None:
    (one,) = lint(obj(**{f"p{n}": TEXT for n in range(6000)}))
    assert "6000" in one.message
    assert "5000" in one.message


def test_fine_tuned_models_know_no_constraints() -> None:
    schema = obj(a={**TEXT, "minLength": 1}, b={**INT, "maximum": 3}, c=arr(TEXT, minItems=1))
    assert lint(schema) == []
    assert [one.rule for one in lint(schema, fine_tuned=True)] == [
        "minLength",
        "maximum",
        "minItems",
    ]


@given(JSON)
def test_whatever_it_is_given_it_answers(schema: Any) -> None:
    for one in lint(schema):
        assert one.message
        assert one.rule in {*rules.RULES, *rules.UNSUPPORTED, *(row.id for row in rules.LIMITS)}


def test_a_schema_that_is_deeper_than_the_interpreter_goes() -> None:
    schema: Any = TEXT
    for _ in range(20_000):
        schema = arr(schema)
    assert rules.LEVELS.id in {one.rule for one in lint(obj(a=schema))}


def test_a_large_schema_is_read_once_and_every_offence_has_its_own_place() -> None:
    rows = {f"p{n}": {**TEXT, "default": "x" * 20} for n in range(20_000)}
    source = read(written(obj(**rows)))
    found = lint(source.value, source)
    assert len([one for one in found if one.rule == "default"]) == 20_000
    assert len({one.line for one in found if one.rule == "default"}) == 20_000
