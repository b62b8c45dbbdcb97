"""The outline of a schema and how it is edited: over the corpus, over junk, and case by case."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.problem import Failure
from playground.schemas.library import examples
from playground.schemas.lint import lint
from playground.schemas.outline import Row, row, rows
from playground.schemas.outline_draft import UNSET, Edited, located
from playground.schemas.outline_parts import at, part_of, references, same
from playground.schemas.outline_places import (
    add_below,
    add_branch,
    add_definition,
    add_items,
    add_property,
    duplicate,
    move,
    remove,
    rename,
)
from playground.schemas.outline_references import extract, inline, refer
from playground.schemas.outline_values import (
    KINDS,
    allow_null,
    constrain,
    describe,
    fix_value,
    list_values,
    read_value,
    require,
    retype,
    unwrap,
    wrap,
    write_value,
)
from playground.schemas.outline_words import JUNK, fitting, kind, summary
from playground.schemas.pointers import pointed
from playground.schemas.rules import CONSTRAINTS
from playground.schemas.source import Path
from tests.schemas.corpus import CASES, INT, TEXT, arr, obj

NULL = {"type": "null"}
SMALL = [case for case in CASES if len(json.dumps(case.schema)) < 20_000]
STRICT = [
    *(case.schema for case in SMALL if not case.offends),
    *(example.schema for example in examples()),
]
PERSON = {
    "title": "Person",
    **obj(
        name={**TEXT, "description": "As in the passport", "minLength": 1, "maxLength": 80},
        age={"type": ["integer", "null"], "minimum": 0},
        tags=arr({**TEXT, "enum": ["a", "b"]}, maxItems=5),
        parent={"anyOf": [{"$ref": "#/$defs/Parent"}, NULL]},
        pet={"anyOf": [obj(cat=TEXT), obj(dog=TEXT), NULL]},
    ),
    "$defs": {"Parent": obj(name=TEXT, parents=arr({"$ref": "#/$defs/Parent"}))},
}

OPERATIONS: dict[str, Callable[[Any, Path], Edited]] = {
    "add_property": add_property,
    "add_property first": lambda schema, path: add_property(schema, path, "a"),
    "add_items": add_items,
    "add_branch": add_branch,
    "add_definition": lambda schema, path: add_definition(schema),
    "add_below": add_below,
    "add_within": lambda schema, path: add_below(schema, path, within=True),
    "rename": lambda schema, path: rename(schema, path, "b/c~d"),
    "rename to nothing": lambda schema, path: rename(schema, path, ""),
    "up": lambda schema, path: move(schema, path, -1),
    "down": lambda schema, path: move(schema, path, 1),
    "remove": remove,
    "duplicate": duplicate,
    **{f"retype {kind}": partial(retype, kind=kind) for kind in KINDS},
    "null": lambda schema, path: allow_null(schema, path, True),
    "no null": lambda schema, path: allow_null(schema, path, False),
    "required": lambda schema, path: require(schema, path, True),
    "optional": lambda schema, path: require(schema, path, False),
    "describe": lambda schema, path: describe(schema, path, "description", "What it is"),
    "undescribe": lambda schema, path: describe(schema, path, "description", ""),
    "title": lambda schema, path: describe(schema, path, "title", "T"),
    "values": lambda schema, path: list_values(schema, path, ["x", "y"]),
    "numbers": lambda schema, path: list_values(schema, path, [1, 2]),
    "no values": lambda schema, path: list_values(schema, path, []),
    "const": lambda schema, path: fix_value(schema, path, "x"),
    "no const": lambda schema, path: fix_value(schema, path, UNSET),
    "minLength": lambda schema, path: constrain(schema, path, "minLength", 3),
    "no minimum": lambda schema, path: constrain(schema, path, "minimum", UNSET),
    "wrap": wrap,
    "unwrap": unwrap,
    "extract": extract,
    "inline": inline,
    "refer": lambda schema, path: refer(schema, path, "D"),
    "refer to the root": lambda schema, path: refer(schema, path, None),
}  # fmt: skip
KEEP_STRICT = (
    "add_property", "add_definition", "add_below", "add_within", "rename", "up", "down", "remove",
    "null", "no null", "describe", "undescribe", "title", "add_branch", "wrap", "extract", "inline",
)  # fmt: skip
"""Operations after which a schema without a violation has none, but for the limits and for the
first keys of a union, which are the author's."""


def walk(schema: Any) -> Iterator[Row]:
    waiting = rows(schema)
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.children()


def outcome(operation: Callable[[Any, Path], Edited], schema: Any, path: Path) -> Edited | None:
    try:
        return operation(schema, path)
    except Failure as failed:
        assert failed.problem.title.endswith("."), "a sentence"
        return None


def dangling(schema: Any) -> set[str]:
    return {ref for _, ref in references(schema) if pointed(schema, ref) is None}


# Rows.


def told(schema: Any) -> list[str]:
    """The whole outline, a line each."""
    lines = []

    def tell(one: Row) -> None:
        optional = "?" if one.required is False else ""
        line = f"{'  ' * one.depth}{one.key}{optional}: {one.kind}"
        lines.append(f"{line} [{one.constraints}]" if one.constraints else line)
        for child in one.children():
            tell(child)

    for one in rows(schema):
        tell(one)
    return lines


def test_an_outline_is_what_the_schema_says() -> None:
    schema = {**PERSON, "required": ["name", "age", "parent", "pet"]}
    assert told(schema) == [
        "Person: object",
        "  name: string [1–80 characters]",
        "  age: integer or null [≥ 0]",
        "  tags?: array of string [at most 5 items]",
        '    items: string ["a" | "b"]',
        "  parent: Parent (ref) or null",
        "  pet: one of 2 or null",
        "    branch 1: object",
        "      cat: string",
        "    branch 2: object",
        "      dog: string",
        "    branch 3: null",
        "Parent: object",
        "  name: string",
        "  parents: array of Parent (ref)",
        "    items: Parent (ref)",
    ]


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (TEXT, "string"),
        ({"type": ["string", "null"]}, "string or null"),
        (arr({"type": ["string", "null"]}), "array of (string or null)"),
        (arr({"anyOf": [INT, NULL]}), "array of (integer or null)"),
        (arr(arr(arr(arr(arr(TEXT))))), "array of array of array of array"),
        ({"type": "array"}, "array"),
        ({"type": "array", "prefixItems": [TEXT, INT]}, "tuple of 2"),
        ({"type": "object", "additionalProperties": INT}, "map of integer"),
        ({"anyOf": [TEXT, INT, NULL]}, "one of 2"),
        ({"oneOf": [TEXT, INT]}, "exactly one of 2"),
        ({"oneOf": [TEXT, NULL]}, "exactly one of 2"),
        ({"allOf": [TEXT]}, "all of 1"),
        ({"enum": ["a", 1]}, "string or integer"),
        ({"const": 1.5}, "number"),
        ({"properties": {}}, "object"),
        ({"$ref": "#"}, "schema (ref)"),
        ({"$ref": "#/$defs/Gone"}, "#/$defs/Gone (not there)"),
        ({"$ref": 3}, "3 (not there)"),
        ({"type": 3}, "3"),
        ({}, "anything"),
        ({"minLength": 1}, "no type"),
        (True, "anything"),
        (False, "nothing"),
        (None, JUNK),
        ([1], JUNK),
    ],
)
def test_a_kind_in_words(node: Any, words: str) -> None:
    assert kind(node, {}) == words


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ({"minimum": 0, "exclusiveMaximum": 1.5}, "≥ 0, < 1.5"),
        ({"minItems": 1, "maxItems": 1}, "1 item"),
        ({"minLength": 1}, "at least 1 character"),
        ({"maxItems": 3}, "at most 3 items"),
        ({"pattern": "^x", "format": "email"}, "/^x/, email"),
        ({"const": None}, "= null"),
        ({"enum": ["a", 1, None]}, '"a" | 1 | null'),
        ({"minimum": {"a": 1}, "minLength": "x"}, '≥ {"a": 1}, at least "x" characters'),
        ({"enum": "x"}, ""),
        (3, ""),
    ],
)
def test_limits_in_short(node: Any, words: str) -> None:
    assert summary(node) == words


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)
def test_every_row_is_found_where_it_says_it_is(case: Any) -> None:
    for one in walk(case.schema):
        assert row(case.schema, one.path).path == one.path
        assert row(case.schema, (*one.path, "nothing", 9)).path == one.path
        if part_of(one.path) is not None:
            assert at(case.schema, one.path) is one.node
            assert part_of(one.path) == one.part
        assert one.key and one.kind
        assert one.expandable == bool(one.children())


def test_recursion_ends_in_a_row_of_its_own() -> None:
    schema = obj(a={"anyOf": [{"$ref": "#"}, NULL]}, b={"$ref": "#/$defs/B"})
    schema["$defs"] = {"B": {"$ref": "#/$defs/B"}}
    assert told(schema) == [
        "schema: object", "  a: schema (ref) or null", "  b: B (ref)", "B: B (ref)",
    ]  # fmt: skip


def test_what_is_no_schema_is_told() -> None:
    schema = {"type": "object", "properties": {"a": 3, "b": [TEXT]}, "$defs": [1], "anyOf": {}}
    assert told(schema) == [
        "schema: object", f"  a?: {JUNK}", f"  b?: {JUNK}", f"  anyOf: {JUNK}", f"  $defs: {JUNK}",
    ]  # fmt: skip


def test_rows_are_made_for_whoever_asks() -> None:
    """One level at a time: a property of six thousand costs no more than its own object."""
    deep = obj(**{f"p{n}": obj(x=TEXT) for n in range(6000)})
    top = rows(obj(deep=deep))[0]
    (one,) = top.children()
    assert one.expandable and len(one.children()) == 6000
    assert row(obj(deep=deep), ("properties", "deep", "properties", "p5999")).key == "p5999"


# Operations, whatever they are given.


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_operation_raises_anything_else_or_changes_what_it_was_given(name: str) -> None:
    for case in SMALL:
        before = copy.deepcopy(case.schema)
        for one in walk(before):
            made = outcome(OPERATIONS[name], case.schema, one.path)
            if made is not None:
                assert made.words
                assert located(made.schema, made.path), "what can be selected afterwards"
        assert same(case.schema, before), case.name


JUNK_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["string", "a", "#/$defs/D"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["type", "properties", "required", "items", "anyOf", "$ref", "$defs", "enum", "a", "D",
             "const", "description", "oneOf", "prefixItems", "additionalProperties"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@given(JUNK_JSON, st.sampled_from(sorted(OPERATIONS)))
def test_junk_of_any_shape_is_refused_in_a_sentence(schema: Any, name: str) -> None:
    before = copy.deepcopy(schema)
    for one in walk(schema):
        assert isinstance(one.kind + one.constraints + one.key + one.description, str)
        outcome(OPERATIONS[name], schema, one.path)
    outcome(OPERATIONS[name], schema, ("properties", "gone"))
    assert same(schema, before)


@pytest.mark.parametrize("name", KEEP_STRICT)
def test_a_strict_schema_stays_strict(name: str) -> None:
    done = 0
    for schema in STRICT:
        for one in walk(schema):
            made = outcome(OPERATIONS[name], schema, one.path)
            if made is not None:
                done += made.schema is not schema
                found = {rule for _, rule, *_ in lint(made.schema)}
                found = {rule for rule in found if not rule.startswith("limit:")}
                assert found <= {"first-key"}, (one.path, json.dumps(made.schema)[:500])
    assert done > 5


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_operation_leaves_a_reference_to_nothing(name: str) -> None:
    for case in SMALL:
        for one in walk(case.schema):
            made = outcome(OPERATIONS[name], case.schema, one.path)
            # A change of type takes away what was in it, and so may a reference in its place.
            if made is not None and not name.startswith(("retype", "refer", "inline")):
                assert dangling(made.schema) <= dangling(case.schema), (case.name, one.path)


def test_there_and_back_is_nothing() -> None:
    pairs: list[tuple[Callable[..., Edited], Callable[..., Edited]]] = [
        (lambda s, p: rename(s, p, "other name"), lambda s, e, p: rename(s, e, str(p[-1]))),
        (lambda s, p: move(s, p, 1), lambda s, e, p: move(s, e, -1)),
        (duplicate, lambda s, e, p: remove(s, e)),
    ]
    for schema in STRICT:
        for one in walk(schema):
            for there, back in pairs:
                made = outcome(there, schema, one.path)
                if made is not None:
                    again = back(made.schema, made.path, one.path).schema
                    assert same(again, schema), (one.path, json.dumps(again)[:400])


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_that_is_there_already_changes_nothing(kind: str) -> None:
    for case in SMALL:
        for one in walk(case.schema):
            once = outcome(OPERATIONS[f"retype {kind}"], case.schema, one.path)
            if once is not None:
                again = retype(once.schema, one.path, kind)
                assert same(again.schema, once.schema) and "without" not in again.words


def test_null_on_and_off_is_nothing_but_the_order_of_what_describes() -> None:
    for schema in STRICT:
        for one in walk(schema):
            if not one.nullable and one.kind != "null" and one.part != "root":
                there = allow_null(schema, one.path, True)
                assert row(there.schema, one.path).nullable
                back = allow_null(there.schema, one.path, False)
                assert back.schema == schema and list(back.schema) == list(schema)


def test_all_that_was_not_edited_is_shared() -> None:
    schema = obj(a=obj(x=TEXT), b=obj(y=obj(z=TEXT)))
    path: Path = ("properties", "b", "properties", "y", "properties", "z")
    made = describe(schema, path, "description", "d").schema
    assert at(made, ("properties", "a")) is at(schema, ("properties", "a"))
    assert made["required"] is schema["required"]
    assert at(made, path) == {"description": "d", "type": "string"}
    assert at(schema, path) == TEXT


# Places.


def test_a_property_comes_behind_another_and_is_required_there() -> None:
    made = add_property(PERSON, (), after="name")
    assert list(made.schema["properties"])[:3] == ["name", "field", "age"]
    assert made.schema["required"][:3] == ["name", "field", "age"]
    assert made.path == ("properties", "field") and made.words == "Added field"
    assert add_property(made.schema, ()).path == ("properties", "field_2")


def test_an_open_object_stays_open() -> None:
    loose = {"type": "object", "properties": {"a": TEXT}}
    assert add_property(loose, (), "b").schema == {
        "type": "object", "properties": {"a": TEXT, "b": TEXT},
    }  # fmt: skip
    more = {"type": "object", "additionalProperties": INT}
    assert add_property(more, (), "b").schema["additionalProperties"] == INT
    assert add_property({}, (), "b").schema == obj(b=TEXT)


def test_a_name_that_is_taken_or_empty_is_refused() -> None:
    for path, name, why in (
        (("properties", "name"), "age", "There is a property age already."),
        (("properties", "name"), " ", "A name cannot be empty."),
        (("$defs", "Parent"), "", "A name cannot be empty."),
        (("properties", "tags", "items"), "x", "Only properties and definitions have names."),
        (("properties", "gone"), "x", "There is nothing here any more."),
    ):
        with pytest.raises(Failure) as refused:
            rename(PERSON, path, name)
        assert refused.value.problem.title == why


def test_a_renamed_definition_takes_its_references_along_and_data_stays() -> None:
    schema = {**PERSON, "properties": {**PERSON["properties"], "d": {
        "const": {"$ref": "#/$defs/Parent"}}}}  # fmt: skip
    made = rename(schema, ("$defs", "Parent"), "a/b").schema
    assert made["properties"]["parent"]["anyOf"][0] == {"$ref": "#/$defs/a~1b"}
    assert made["$defs"]["a/b"]["properties"]["parents"]["items"] == {"$ref": "#/$defs/a~1b"}
    assert made["properties"]["d"] == {"const": {"$ref": "#/$defs/Parent"}}
    assert made["properties"]["name"] is schema["properties"]["name"]


def test_a_property_is_renamed_in_required_and_in_pointers() -> None:
    schema = obj(a=obj(x=TEXT), b={"$ref": "#/properties/a/properties/x"})
    made = rename(schema, ("properties", "a"), "c").schema
    assert list(made["properties"]) == made["required"] == ["c", "b"]
    assert made["properties"]["b"] == {"$ref": "#/properties/c/properties/x"}


def test_a_property_called_like_a_keyword_is_a_property() -> None:
    schema = obj(properties=obj(items=TEXT), items=arr(TEXT))
    path: Path = ("properties", "properties", "properties", "items")
    made = rename(schema, path, "anyOf").schema
    assert made["properties"]["properties"] == obj(anyOf=TEXT)
    assert part_of(path) == "property" and part_of(("properties", "items", "items")) == "items"


def test_what_is_moved_takes_required_with_it_where_that_told_the_order() -> None:
    made = move(PERSON, ("properties", "age"), -1).schema
    assert list(made["properties"])[:2] == made["required"][:2] == ["age", "name"]
    other = {**PERSON, "required": ["tags", "name"]}
    assert move(other, ("properties", "age"), -1).schema["required"] == ["tags", "name"]
    branch = move(PERSON, ("properties", "pet", "anyOf", 0), 1)
    assert branch.path == ("properties", "pet", "anyOf", 1)
    assert row(branch.schema, branch.path).children()[0].key == "cat"
    with pytest.raises(Failure, match="It is the first one"):
        move(PERSON, ("properties", "name"), -1)


def test_what_is_named_from_elsewhere_is_not_removed() -> None:
    with pytest.raises(Failure, match="A reference names Parent: change that first"):
        remove(PERSON, ("$defs", "Parent"))
    free = remove(PERSON, ("properties", "parent")).schema
    made = remove(free, ("$defs", "Parent"))
    assert "$defs" not in made.schema and made.path == ()


def test_what_is_removed_leaves_the_selection_beside_it() -> None:
    assert remove(PERSON, ("properties", "age")).path == ("properties", "tags")
    assert remove(PERSON, ("properties", "pet")).path == ("properties", "parent")
    made = remove(PERSON, ("properties", "age")).schema
    assert made["required"] == list(made["properties"])


def test_a_union_of_which_one_is_left_is_that_one() -> None:
    schema = obj(a={"description": "d", "anyOf": [TEXT, {**INT, "description": "i"}]})
    made = remove(schema, ("properties", "a", "anyOf", 0))
    assert made.schema == obj(a={"description": "d\ni", "type": "integer"})
    assert made.path == ("properties", "a")
    left = remove(PERSON, ("properties", "pet", "anyOf", 0)).schema
    assert row(left, ("properties", "pet")).kind == "object or null"


def test_a_branch_is_added_before_null_and_makes_a_union_of_what_was_none() -> None:
    made = add_branch(PERSON, ("properties", "pet"))
    assert made.schema["properties"]["pet"]["anyOf"][2:] == [TEXT, NULL]
    made = add_branch(PERSON, ("properties", "name"), INT)
    assert made.schema["properties"]["name"] == {
        "description": "As in the passport",
        "anyOf": [{"type": "string", "minLength": 1, "maxLength": 80}, INT],
    }
    with pytest.raises(Failure, match="The root has to be one object"):
        add_branch(PERSON, ())


@pytest.mark.parametrize(
    ("path", "within", "place"),
    [
        ((), False, ("properties", "field")),
        (("properties", "name"), False, ("properties", "field")),
        (("properties", "tags"), True, ("properties", "field")),
        (("properties", "tags", "items"), False, ("properties", "field")),
        (("properties", "pet", "anyOf", 0), False, ("properties", "pet", "anyOf", 2)),
        (("properties", "pet", "anyOf", 0), True,
         ("properties", "pet", "anyOf", 0, "properties", "field")),
        (("$defs", "Parent"), False, ("$defs", "Parent", "properties", "field")),
        (("$defs", "Parent", "properties", "parents", "items"), False,
         ("$defs", "Parent", "properties", "field")),
    ],
)  # fmt: skip
def test_one_more_below_a_row(path: Path, within: bool, place: Path) -> None:
    made = add_below(PERSON, path, within=within)
    assert made.path == place and row(made.schema, place).path == place


# Values.


def test_another_type_keeps_what_fits_and_names_what_does_not() -> None:
    made = retype(PERSON, ("properties", "name"), "integer")
    assert made.schema["properties"]["name"] == {
        "type": "integer", "description": "As in the passport",
    }  # fmt: skip
    assert made.words == "name is an integer now; without minLength, maxLength"
    assert retype(PERSON, ("properties", "age"), "number").schema["properties"]["age"] == {
        "type": ["number", "null"], "minimum": 0,
    }  # fmt: skip
    parent = retype(PERSON, ("properties", "parent"), "object").schema
    assert row(parent, ("properties", "parent")).kind == "object or null"
    assert retype(PERSON, ("properties", "pet"), "boolean").words.endswith("without anyOf")
    values = retype(obj(a={"enum": ["x", 1, 2]}), ("properties", "a"), "integer")
    assert values.schema["properties"]["a"] == {"type": "integer", "enum": [1, 2]}
    assert "some values" in values.words
    assert lint(retype(obj(a=True, b=3), ("properties", "b"), "array").schema) == lint(
        obj(a=True, b=arr(TEXT))
    )


def test_null_comes_as_each_kind_of_schema_says_it() -> None:
    for node, made in (
        (TEXT, {"type": ["string", "null"]}),
        ({**TEXT, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"enum": ["a"]}, {"enum": ["a", None]}),
        ({**TEXT, "const": "a"}, {"anyOf": [{**TEXT, "const": "a"}, NULL]}),
        ({"description": "d", **arr(TEXT)}, {"description": "d", "anyOf": [arr(TEXT), NULL]}),
        ({"$ref": "#"}, {"anyOf": [{"$ref": "#"}, NULL]}),
        ({"anyOf": [TEXT, INT]}, {"anyOf": [TEXT, INT, NULL]}),
    ):
        done = allow_null(obj(a=node), ("properties", "a"), True).schema
        assert done == obj(a=made)
        assert allow_null(done, ("properties", "a"), False).schema == obj(a=node)
    assert allow_null(obj(a={**TEXT, "nullable": True}), ("properties", "a"), False).schema == obj(
        a=TEXT
    )
    with pytest.raises(Failure, match="cannot be null"):
        allow_null(PERSON, (), True)


def test_a_definition_that_may_be_null_keeps_its_references() -> None:
    made = allow_null(PERSON, ("$defs", "Parent"), True).schema
    assert made["properties"]["parent"]["anyOf"][0] == {"$ref": "#/$defs/Parent"}
    assert dangling(made) == set()
    assert (
        wrap(PERSON, ("$defs", "Parent")).schema["properties"]["parent"]
        == (PERSON["properties"]["parent"])
    )


def test_required_comes_in_the_order_of_the_properties() -> None:
    off = require(PERSON, ("properties", "age"), False).schema
    assert "age" not in off["required"] and row(off, ("properties", "age")).required is False
    assert same(require(off, ("properties", "age"), True).schema, PERSON)
    with pytest.raises(Failure, match="Only a property"):
        require(PERSON, ("$defs", "Parent"), True)


def test_a_description_of_a_reference_stands_around_it() -> None:
    schema = obj(a={"$ref": "#"})
    made = describe(schema, ("properties", "a"), "description", "d").schema
    assert made == obj(a={"description": "d", "anyOf": [{"$ref": "#"}]})
    assert row(made, ("properties", "a")).kind == "schema (ref)"
    assert row(made, ("properties", "a")).description == "d"
    assert describe(made, ("properties", "a"), "description", "").schema == schema


def test_values_are_of_the_type_and_each_is_there_once() -> None:
    path: Path = ("properties", "a")
    assert list_values(obj(a=INT), path, [1, 2]).schema == obj(a={**INT, "enum": [1, 2]})
    null = {"type": ["string", "null"]}
    assert list_values(obj(a=null), path, ["x"]).schema == obj(a={**null, "enum": ["x", None]})
    assert list_values(obj(a={**TEXT, "enum": ["x"]}), path, []).schema == obj(a=TEXT)
    assert list_values(obj(a={"enum": [1]}), path, []).schema == obj(a=INT)
    for node, values, why in (
        (INT, ["x"], '"x" is not an integer.'),
        (TEXT, ["x", "x"], '"x" is there twice.'),
        (arr(TEXT), ["x"], "Only values of a string, a number or a boolean can be listed."),
    ):
        with pytest.raises(Failure) as refused:
            list_values(obj(a=node), path, values)
        assert refused.value.problem.title == why


@pytest.mark.parametrize(
    ("kinds", "text", "value"),
    [
        (["string"], "1", "1"),
        (["string", "null"], "null", "null"),
        (["integer"], "1", 1),
        (["number"], "1.5", 1.5),
        (["boolean"], "true", True),
        ([], "x", "x"),
        ([], "1", 1),
        ([], '"1"', "1"),
    ],
)
def test_a_value_is_typed_and_read(kinds: list[str], text: str, value: Any) -> None:
    assert same(read_value(kinds, text), value)
    assert same(read_value(kinds, write_value(kinds, value)), value)


@pytest.mark.parametrize(("kinds", "text"), [(["integer"], "x"), (["number"], "NaN"), (
    ["boolean"], "1")])  # fmt: skip
def test_a_value_of_another_type_is_refused(kinds: list[str], text: str) -> None:
    with pytest.raises(Failure, match="is not a"):
        read_value(kinds, text)


def test_a_limit_fits_its_type() -> None:
    path: Path = ("properties", "a")
    assert fitting(TEXT) == ["pattern", "format", "minLength", "maxLength"]
    assert fitting({"type": ["integer", "null"]}) == [
        one for one in CONSTRAINTS if "imum" in one or one == "multipleOf"
    ]
    assert fitting({**INT, "maxItems": 1})[-1] == "maxItems"
    made = constrain(obj(a=INT), path, "minimum", 3).schema
    assert made == obj(a={**INT, "minimum": 3})
    assert constrain(made, path, "minimum", UNSET).schema == obj(a=INT)
    inner = constrain(PERSON, ("properties", "age"), "maximum", 9).schema
    assert inner["properties"]["age"]["maximum"] == 9
    for keyword, value, why in (
        ("minLength", 1, "minLength does not limit an integer."),
        ("minimum", "x", "minimum takes a number."),
        ("multipleOf", 0, "multipleOf takes a number above 0."),
    ):
        with pytest.raises(Failure) as refused:
            constrain(obj(a=INT), path, keyword, value)
        assert refused.value.problem.title == why


def test_an_array_of_it_and_back() -> None:
    path: Path = ("properties", "name")
    made = wrap(PERSON, path)
    assert made.schema["properties"]["name"] == {
        "description": "As in the passport",
        "type": "array",
        "items": {"type": "string", "minLength": 1, "maxLength": 80},
    }
    assert unwrap(made.schema, path).schema == PERSON
    lost = unwrap(PERSON, ("properties", "tags"))
    assert lost.words == "tags is one item now; without maxItems"
    assert lost.schema["properties"]["tags"] == {**TEXT, "enum": ["a", "b"]}


# References.


def test_what_is_extracted_can_be_written_out_again() -> None:
    schema = obj(a=obj(x=TEXT), b={"$ref": "#/properties/a/properties/x"})
    made = extract(schema, ("properties", "a"))
    assert made.schema == {
        **obj(a={"$ref": "#/$defs/A"}, b={"$ref": "#/$defs/A/properties/x"}),
        "$defs": {"A": obj(x=TEXT)},
    }
    back = inline(made.schema, ("properties", "a")).schema
    assert back["properties"]["a"] == obj(x=TEXT)
    branch = extract(PERSON, ("properties", "pet", "anyOf", 0), "Cat").schema
    assert branch["properties"]["pet"]["anyOf"][0] == {"$ref": "#/$defs/Cat"}
    with pytest.raises(Failure, match="There is a definition Parent already"):
        extract(PERSON, ("properties", "tags"), "Parent")


def test_a_definition_that_names_itself_is_written_out_once() -> None:
    made = inline(PERSON, ("properties", "parent")).schema
    assert made["properties"]["parent"]["anyOf"] == [PERSON["$defs"]["Parent"], NULL]
    inside: Path = ("$defs", "Parent", "properties", "parents", "items")
    with pytest.raises(Failure, match="It stands in Parent itself"):
        inline(PERSON, inside)


def test_a_reference_takes_the_place_of_what_was_there() -> None:
    made = refer(PERSON, ("properties", "age"), "Parent").schema
    assert made["properties"]["age"] == {"anyOf": [{"$ref": "#/$defs/Parent"}, NULL]}
    made = refer(PERSON, ("properties", "name"), None).schema
    assert made["properties"]["name"] == {
        "description": "As in the passport", "anyOf": [{"$ref": "#"}],
    }  # fmt: skip
    assert lint(made) == []
    for path, name in (((), "Parent"), (("$defs", "Parent"), "Parent"), (("properties",), "x")):
        with pytest.raises(Failure):
            refer(PERSON, path, name)


def test_six_thousand_properties_are_edited_by_copying_the_way_to_them() -> None:
    schema = {**obj(**{f"p{n}": {"$ref": "#/$defs/D"} for n in range(6000)}), "$defs": {"D": TEXT}}
    made = move(schema, ("properties", "p10"), 5)
    assert list(made.schema["properties"])[15] == "p10"
    assert made.schema["$defs"] is schema["$defs"]
    renamed = rename(schema, ("$defs", "D"), "E").schema
    assert renamed["properties"]["p5999"] == {"$ref": "#/$defs/E"}
    assert dangling(renamed) == set()
