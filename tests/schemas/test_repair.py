"""The repair: what it makes passes, says everything it did, and still takes what it took before."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.core.problem import Failure
from playground.sandbox import strict
from playground.schemas.lint import lint
from playground.schemas.repair import repair
from playground.schemas.validation import Validator, errors
from tests.schemas.corpus import CASES, INT, TEXT, Case, arr, obj
from tests.schemas.fitting import accepted, fitter
from tests.schemas.models import SCHEMAS
from tests.schemas.test_lint import JSON

REPAIRABLE = [case for case in CASES if case.offends and case.repairable]
HOPELESS = [case for case in CASES if not case.repairable]
ALL = {**{case.name: case.schema for case in REPAIRABLE}, **SCHEMAS}


@pytest.mark.parametrize("name", ALL)
def test_what_is_repaired_passes(name: str) -> None:
    given = copy.deepcopy(ALL[name])
    made, repairs, left = repair(given)
    assert left == []
    assert lint(made) == []
    assert strict.offences(made) == []
    assert given == ALL[name]
    assert bool(repairs) == (made != given)
    assert repair(made).schema is made


@pytest.mark.parametrize("case", REPAIRABLE, ids=lambda case: case.name)
def test_each_offence_has_its_entry(case: Case) -> None:
    repairs = repair(case.schema).repairs
    rules, paths = {one.rule for one in repairs}, [one.path for one in repairs]
    assert repairs
    for one in lint(case.schema):  # what went with something larger is named by that
        around = (path for path in paths if path == one.path[: len(path)])
        assert one.rule in rules or any(around) or one.path == (), one


@pytest.mark.parametrize("case", HOPELESS, ids=lambda case: case.name)
def test_what_cannot_be_repaired_is_said(case: Case) -> None:
    left = repair(case.schema).left
    assert left
    assert {one.rule for one in left} & {*(rule for _, rule in case.offends), "type", "repair"}


@pytest.mark.parametrize("case", [case for case in CASES if not case.offends], ids=lambda c: c.name)
def test_what_is_strict_stays(case: Case) -> None:
    made, repairs, left = repair(case.schema)
    assert made is case.schema
    assert (repairs, left) == ([], [])


TAKE_NOTHING = {
    "root: allOf",
    "required has another",
    "allOf that extends a reference",
}
"""Closed objects that demand what they forbid, as people write them."""
NO_SCHEMA = {
    "required is no list",
    "no types",
    "a tuple of an older draft",
    "$dynamicRef",
    "pattern is no text",
    "minimum is no number",
    "multipleOf is not above 0",
    "minItems is negative",
}
"""What no validator of the current draft takes."""


@pytest.mark.parametrize("name", sorted(NO_SCHEMA))
def test_what_is_no_schema_is_a_problem(name: str) -> None:
    with pytest.raises(Failure):
        errors({"a": "x"}, ALL[name])


@pytest.mark.parametrize("name", [name for name in ALL if name not in TAKE_NOTHING | NO_SCHEMA])
def test_what_it_took_it_still_takes(name: str) -> None:
    schema = ALL[name]
    made = repair(schema).schema
    validator, fitted = Validator(made), fitter(made)

    @settings(max_examples=4, deadline=None, database=None, derandomize=True,
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(accepted(schema))
    def takes(instance: Any) -> None:
        assert validator.errors(fitted(instance)) == []

    takes()


LEAVES = st.sampled_from(
    [
        TEXT,
        INT,
        {"type": "boolean"},
        {"type": "null"},
        {"enum": ["x", "y"]},
        {"const": "k"},
        {"type": ["string", "null"]},
        {**TEXT, "format": "uri", "default": "x"},
        {**INT, "minimum": 1, "default": 3},
        {"type": "string", "minLength": 1, "nullable": True},
        {"$ref": "#/$defs/D"},
        {"$ref": "#/$defs/D", "description": "d"},
        {"$ref": "#/definitions/E"},
    ]
)


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def made(rows: dict[str, Any], lacking: set[str], closed: bool | None) -> dict[str, Any]:
        schema = {
            "type": "object",
            "properties": rows,
            "required": [name for name in rows if name not in lacking],
        }
        return schema if closed is None else {**schema, "additionalProperties": closed}

    names = st.sampled_from(["a", "b", "c"])
    return st.builds(
        made,
        st.dictionaries(names, inner, min_size=1, max_size=3),
        st.sets(names, max_size=2),
        st.sampled_from([None, False]),
    )


def _larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    rows = st.lists(inner, min_size=1, max_size=2)
    return st.one_of(
        _objects(inner),
        inner.map(arr),
        inner.map(lambda row: arr(row, uniqueItems=True)),
        inner.map(lambda row: {"type": "object", "additionalProperties": row}),
        inner.map(lambda row: {"type": "object", "patternProperties": {"^x": row},
                               "additionalProperties": False}),
        rows.map(lambda rows: {"type": "array", "prefixItems": rows, "items": False}),
        rows.map(lambda rows: {"type": "array", "prefixItems": rows, "minItems": len(rows),
                               "maxItems": len(rows)}),
        rows.map(lambda rows: {"anyOf": rows}),
        rows.map(lambda rows: {"oneOf": rows, "description": "d"}),
        inner.map(lambda row: {"allOf": [row], "title": "T"}),
        st.lists(_objects(LEAVES), min_size=2, max_size=2).map(lambda rows: {"allOf": rows}),
        inner.map(lambda row: {"anyOf": [row, {"type": "null"}], "default": None}),
    )  # fmt: skip


SCHEMA = st.recursive(LEAVES, _larger, max_leaves=6)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_any_schema_of_these_parts(data: st.DataObject) -> None:
    parts = {
        "$defs": {"D": data.draw(_objects(LEAVES)), "F": TEXT},
        "definitions": {"E": arr({"$ref": "#/$defs/D"})},
    }
    schema = {**data.draw(SCHEMA), **parts}
    made, _, left = repair(schema)
    assert left or strict.offences(made) == []
    if left:
        # Of these parts only what nothing can satisfy cannot be made strict.
        assert {one.rule for one in left} <= {"repair", "type"}
        return
    proposals = accepted(schema)
    if proposals.is_empty:
        return
    validator, fitted = Validator(made), fitter(made)
    for _ in range(3):
        assert validator.errors(fitted(data.draw(proposals))) == []


@given(JSON)
def test_whatever_it_is_given_it_answers(schema: Any) -> None:
    made, repairs, left = repair(schema)
    assert (lint(made) == []) == (left == [])
    assert all(one.words for one in repairs)


# What becomes of what


def repaired(schema: Any) -> Any:
    made, _, left = repair(obj(a=schema))
    assert left == []
    return made["properties"]["a"]


def test_defaults_go_into_the_description() -> None:
    assert repaired({**TEXT, "description": "A name.", "default": "x"}) == {
        **TEXT, "description": 'A name.\nDefault: "x".'
    }  # fmt: skip


def test_what_was_left_out_may_be_null() -> None:
    made = repair({"type": "object", "properties": {"a": {**TEXT, "enum": ["x"]}, "b": obj()}})
    assert made.schema == obj(
        a={"type": ["string", "null"], "enum": ["x", None]},
        b={"anyOf": [obj(), {"type": "null"}]},
    )


def test_a_tuple_is_an_object_with_the_names_of_its_places() -> None:
    places = [{**INT, "title": "Width"}, {**INT, "title": "Height"}]
    tuple_of = {"type": "array", "prefixItems": places, "minItems": 2, "maxItems": 2}
    assert repaired(tuple_of) == obj(width=places[0], height=places[1])


def test_a_map_is_a_list_of_entries() -> None:
    assert repaired({"type": "object", "additionalProperties": INT, "minProperties": 1}) == arr(
        obj(key=TEXT, value=INT), minItems=1
    )


def test_a_union_of_constants_is_an_enum() -> None:
    rows = [{"const": "x", "description": "first"}, {"const": "y"}]
    assert repaired({"oneOf": rows}) == {"enum": ["x", "y"], "description": '"x": first'}


def test_a_description_beside_a_reference_goes_around_it() -> None:
    made = repair({**obj(a={"$ref": "#/$defs/D", "description": "d"}), "$defs": {"D": obj()}})
    assert made.schema["properties"]["a"] == {
        "description": "d", "anyOf": [{"$ref": "#/$defs/D"}]
    }  # fmt: skip


def test_a_root_that_recurses_is_named_by_what_refers_to_it() -> None:
    tree = obj(branches=arr({"$ref": "#/$defs/Tree"}))
    assert repair({"$ref": "#/$defs/Tree", "$defs": {"Tree": tree}}).schema == obj(
        branches=arr({"$ref": "#"})
    )


def test_a_wrapped_root_that_recurses_is_a_definition() -> None:
    assert repair(arr({"anyOf": [TEXT, {"$ref": "#"}]})).schema == {
        **obj(items={"$ref": "#/$defs/Root"}),
        "$defs": {"Root": arr({"anyOf": [TEXT, {"$ref": "#/$defs/Root"}]})},
    }


def test_branches_that_begin_alike_are_put_in_another_order() -> None:
    made = repaired({"anyOf": [obj(x=TEXT, k={"const": 1}), obj(x=TEXT, k={"const": 2})]})
    assert [list(row["properties"]) for row in made["anyOf"]] == [["k", "x"], ["k", "x"]]
    made = repaired({"anyOf": [obj(x=TEXT, y=INT), obj(x=TEXT)]})
    assert [list(row["properties"]) for row in made["anyOf"]] == [["y", "x"], ["x"]]
    made = repaired({"anyOf": [obj(x=TEXT), obj(x=INT)]})
    assert [list(row["properties"]) for row in made["anyOf"]] == [["kind", "x"], ["kind", "x"]]


def test_a_merge_without_end_is_given_up() -> None:
    double = {"allOf": [{"$ref": "#/$defs/A"}, {"properties": {"x": {"$ref": "#/$defs/B"}}}]}
    schema = {
        **obj(a=double),
        "$defs": {
            "A": {"properties": {"x": {"allOf": [double, {"$ref": "#/$defs/B"}]}}},
            "B": {"properties": {"x": {"allOf": [{"$ref": "#/$defs/A"}, double]}}},
        },
    }
    made, repairs, left = repair(schema)
    assert lint(made) == [] or (left and not repairs)


def test_what_is_too_deep_to_be_repaired_is_left_as_it_is() -> None:
    schema: Any = {**TEXT, "default": "x"}
    for _ in range(20_000):
        schema = arr(schema)
    given = obj(a=schema)
    made, repairs, left = repair(given)
    assert made is given
    assert repairs == []
    assert "nested" in left[0].message


def test_words_never_lose_what_was_demanded() -> None:
    condition = {"if": {"properties": {"x": {"const": "y"}}}, "then": {"minProperties": 2}}
    text = repaired({**obj(x=TEXT), **condition})["description"]
    assert json.dumps(condition["if"]) in text
    assert json.dumps(condition["then"]) in text
