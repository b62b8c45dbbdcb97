"""An answer as it arrives: what is expected, in which state, what is wrong and since when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.schemas.answer import Answer, Field, FieldState
from playground.schemas.answer_tree import EXPECTED
from playground.schemas.library import examples
from playground.schemas.validation import Validator, errors
from tests.schemas.corpus import INT, TEXT, arr, obj
from tests.schemas.instances import ANYTHING, instances, near, schemas

few = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
some = settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)

NULL = {"type": "null"}
NUMBER = {"type": "number"}
CIRCLE = obj(kind={"const": "circle"}, radius={**NUMBER, "title": "Radius"})
SQUARE = obj(kind={"const": "square"}, side=INT, label={"type": ["string", "null"]})
SHAPES = obj(shapes=arr({"anyOf": [CIRCLE, SQUARE]}), name=TEXT)
TREE = {
    "$ref": "#/$defs/Node",
    "$defs": {"Node": obj(id=INT, children=arr({"$ref": "#/$defs/Node"}))},
}
UNIONS: list[dict[str, Any]] = [
    SHAPES,
    TREE,
    {"oneOf": [CIRCLE, SQUARE, NULL, arr(INT)]},
    {"anyOf": [obj(x=TEXT), obj(y=TEXT, x=INT), {"type": "object", "required": ["q"]}]},
    {"anyOf": [obj(a=obj(k={"const": 1}), b=INT), obj(a=obj(k={"const": 2}), b=TEXT)]},
    {"allOf": [obj(x=TEXT) | {"additionalProperties": True}, {"properties": {"y": INT}}]},
    {"anyOf": [arr(INT), arr(TEXT, maxItems=1), obj(a=INT)]},
    obj(a={"anyOf": [obj(b=TEXT), NULL]}, c={"$ref": "#/properties/a"}),
    {"prefixItems": [INT, TEXT], "items": {"type": "boolean"}, "minItems": 1},
    {"type": "object", "patternProperties": {"^a": INT}, "additionalProperties": TEXT},
    {"properties": {"a": INT}, "not": {"required": ["b"]}},
    {"if": {"required": ["a"]}, "then": {"properties": {"b": INT}}, "properties": {"a": INT}},
    {"properties": {"a": {"uniqueItems": True}}, "minProperties": 1},
    {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
]


def text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def fed(schema: Any, *pieces: str, whole: bool | None = True) -> Answer:
    """An answer of pieces, each a nanosecond after the other; not ended if `whole` is None."""
    answer = Answer(schema)
    for at, piece in enumerate(pieces):
        answer.feed(piece, at)
    if whole is not None:
        answer.end(len(pieces), whole=whole)
    return answer


def walk(field: Field) -> Iterator[Field]:
    yield field
    for child in field.children:
        yield from walk(child)


def seen(answer: Answer) -> list[Any]:
    """All that does not depend on when it came."""
    return [
        (
            field.path,
            field.state,
            field.kind,
            field.title,
            field.description,
            field.required,
            field.unknown,
            field.preview,
            field.went_wrong is not None,
            field.errors,
        )
        for field in walk(answer.root)
    ]


def states(answer: Answer) -> dict[str, FieldState]:
    """By the path below the root, joined by points."""
    return {".".join(map(str, field.path)): field.state for field in walk(answer.root)}


def cuts(draw: st.DataObject, whole: str) -> list[str]:
    places = sorted(draw.draw(st.sets(st.integers(0, len(whole)), max_size=6)))
    return [whole[a:b] for a, b in zip([0, *places], [*places, len(whole)], strict=True)]


cases = (schemas() | st.sampled_from(UNIONS)).flatmap(
    lambda schema: st.tuples(
        st.just(schema), instances(schema) | near(instances(schema)) | ANYTHING
    )
)
"""(schema, a value that may be such)"""


# Any text, any schema, any cut.


@some
@given(cases, st.data())
def test_the_tree_does_not_depend_on_how_the_text_was_cut(
    case: tuple[Any, Any], data: st.DataObject
) -> None:
    schema, value = case
    whole = text(value)
    one = fed(schema, whole)
    assert seen(fed(schema, *whole)) == seen(one)
    assert seen(fed(schema, *cuts(data, whole))) == seen(one)


ODD = st.lists(st.sampled_from([*'{}[]:,"a1\\ ', '"a":', "NaN", "'b'", "tru", "null", "```", "\n"]))


@some
@given(cases, ODD, st.data())
def test_nor_does_that_of_a_text_that_is_no_json(
    case: tuple[Any, Any], odd: list[str], data: st.DataObject
) -> None:
    schema, value = case
    place = data.draw(st.integers(0, len(text(value))))
    end = data.draw(st.integers(place, len(text(value))))
    whole = text(value)[:place] + "".join(odd) + text(value)[end:]
    one = fed(schema, whole, whole=False)
    assert seen(fed(schema, *whole, whole=False)) == seen(one)
    assert not one.holds


@some
@given(cases)
def test_the_last_word_has_the_validator_of_the_whole(case: tuple[Any, Any]) -> None:
    schema, value = case
    answer = fed(schema, text(value))
    assert answer.errors == errors(json.loads(text(value)), schema)
    assert answer.value == json.loads(text(value))
    assert answer.parsed
    assert answer.holds == (not answer.errors)
    assert answer.root.state == ("invalid" if answer.errors else "valid")
    for field in walk(answer.root):
        wrong = field.errors or any(child.state == "invalid" for child in field.children)
        assert (field.state == "invalid") == bool(wrong)
        assert (field.went_wrong is not None) == bool(wrong)
    said = {error.message for field in walk(answer.root) for error in field.errors}
    assert {error.message for error in answer.errors} <= said


LATER: dict[FieldState, set[FieldState]] = {
    "waiting": {"streaming", "valid", "invalid", "complete", "missing"},
    "streaming": {"valid", "invalid", "complete", "cut"},
    "complete": {"valid", "invalid"},
    "valid": {"invalid"},
    "invalid": set(),
    "cut": set(),
    "missing": set(),
}
"""What may come of a field."""


@few
@given(cases)
def test_every_prefix_is_right_and_since_tells_all_that_changed(case: tuple[Any, Any]) -> None:
    schema, value = case
    answer = Answer(schema)
    before: dict[int, tuple[Field, FieldState, str]] = {}
    rev = 0
    for at, piece in enumerate([*text(value), None]):
        if piece is None:
            answer.end(at, whole=True)
        else:
            answer.feed(piece, at)
        told = answer.since(rev)
        rev = answer.rev
        assert len(set(told)) == len(told)
        for place, field in enumerate(told):
            assert id(field) in before or field.parent not in told[place:]
        now = {id(one): (one, one.state, one.preview) for one in walk(answer.root)}
        for one, state, preview in now.values():
            _, old, shown = before.get(id(one), (one, None, ""))
            if (old, shown) != (state, preview):
                assert one in told
                assert old in (None, state) or state in LATER[old]
            if state == "invalid" or one.went_wrong is not None:
                assert Validator(schema).errors(value)
        assert set(told) <= {one for one, *_ in now.values()}
        before = now
    assert set(answer.since(0)) == set(walk(answer.root))


@few
@given(
    st.sampled_from([one.schema for one in examples()]).flatmap(
        lambda schema: st.tuples(st.just(schema), instances(schema))
    )
)
def test_a_good_answer_to_an_example_is_valid_in_all_its_fields(case: tuple[Any, Any]) -> None:
    schema, value = case
    answer = fed(schema, *text(value))
    assert {field.state for field in walk(answer.root)} == {"valid"}
    assert all(field.required for field in walk(answer.root) if isinstance(field.key, str))
    assert not any(field.unknown or field.went_wrong is not None for field in walk(answer.root))
    assert (answer.holds, answer.missing, answer.errors) == (True, [], [])


# What is expected.


def test_fields_stand_in_the_tree_before_they_come() -> None:
    schema = obj(
        name={**TEXT, "title": "Name", "description": "As it is on the card"},
        age={"anyOf": [INT, NULL]},
        address=obj(street=TEXT),
        tags=arr(TEXT),
    )
    answer = Answer({**schema, "title": "Person", "required": ["name", "age"]})
    assert (answer.root.title, answer.root.kind, answer.root.state) == (
        "Person",
        "object",
        "waiting",
    )
    assert [(field.key, field.kind, field.required) for field in answer.root.children] == [
        ("name", "string", True),
        ("age", "integer or null", True),
        ("address", "object", False),
        ("tags", "array", False),
    ]
    name, age, address, _ = answer.root.children
    assert (name.title, name.description) == ("Name", "As it is on the card")
    assert address.children == []
    answer.feed('{"age": nul', 1)
    assert (age.state, age.preview, age.kind, age.value) == ("streaming", "nul", "null", None)
    answer.feed('l, "address": {', 2)
    assert answer.root.children[1] is age
    assert (age.state, age.value, age.began, age.ended) == ("valid", None, 1, 2)
    assert [(field.key, field.state) for field in address.children] == [("street", "waiting")]
    answer.feed('"street"', 3)
    assert address.children[0].state == "waiting"
    answer.feed(':"', 4)
    assert address.children[0].state == "streaming"


def test_a_title_beside_a_reference_goes_before_that_behind_it() -> None:
    inner = {**obj(x=TEXT), "title": "Inner", "description": "What it is"}
    schema = {
        **obj(
            a={"$ref": "#/$defs/D", "title": "Outer"},
            b={"anyOf": [NULL, {"$ref": "#/$defs/D"}]},
        ),
        "$defs": {"D": inner},
    }
    a, b = Answer(schema).root.children
    assert (a.title, a.description) == ("Outer", "What it is")
    assert (b.title, b.kind) == ("Inner", "null or object")


def test_a_constant_tells_which_branch_is_meant() -> None:
    answer = fed(SHAPES, '{"shapes":[{', whole=None)
    (shape,) = answer.root.children[0].children
    assert [field.key for field in shape.children] == ["kind"]
    answer.feed('"kind":"square', 1)
    assert [field.key for field in shape.children] == ["kind"]
    answer.feed('",', 2)
    assert [field.key for field in shape.children] == ["kind", "side", "label"]
    answer.feed('"label":null,"side":"x"', 3)
    answer.feed('},{"radius":', 4)
    assert [(field.key, field.state) for field in shape.children] == [
        ("kind", "valid"),
        ("side", "invalid"),
        ("label", "valid"),
    ]
    assert [error.message for error in shape.children[1].errors] == ["it is a string, not integer"]
    other = answer.root.children[0].children[1]
    assert [(field.key, field.title) for field in other.children] == [
        ("kind", ""),
        ("radius", "Radius"),
    ]


def test_what_is_inside_tells_which_branch_is_meant() -> None:
    answer = fed(UNIONS[4], '{"a":{"k":2}', ',"b":"x"', "}")
    assert states(answer) == dict.fromkeys(["", "a", "a.k", "b"], "valid")


def test_until_then_only_what_all_branches_have_is_expected() -> None:
    schema = {"anyOf": [obj(k=INT, x=TEXT, y=TEXT), {**obj(k=TEXT, y=INT), "required": ["k"]}]}
    answer = fed(schema, "{", whole=None)
    assert [(field.key, field.required) for field in answer.root.children] == [
        ("k", True),
        ("y", False),
    ]
    assert answer.root.children[0].kind == "integer or string"


def test_schemas_that_hold_at_once_leave_the_types_that_all_allow() -> None:
    schema = {"allOf": [{"type": ["string", "null", "integer"]}, {"type": ["integer", "string"]}]}
    assert Answer(schema).root.kind == "string or integer"


def test_recursion_is_laid_out_as_it_comes() -> None:
    answer = fed(TREE, '{"id":1,"children":[{"id":2,"children":[{', whole=None)
    assert list(states(answer)) == [
        "",
        "id",
        "children",
        "children.0",
        "children.0.id",
        "children.0.children",
        "children.0.children.0",
        "children.0.children.0.id",
        "children.0.children.0.children",
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"anyOf": [{"$ref": "#"}, NULL]},
        {"allOf": [{"$ref": "#/$defs/A"}], "$defs": {"A": {"anyOf": [{"$ref": "#"}, obj(a=INT)]}}},
        {
            "$ref": "#/$defs/d0",
            "$defs": {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 30} for n in range(30)}
            | {"d30": obj(a=INT)},
        },
    ],
)
def test_a_schema_that_leads_in_circles_or_everywhere_has_an_end(schema: Any) -> None:
    answer = fed(schema, '{"a":1}', whole=None)
    assert states(answer).keys() == {"", "a"}


# What is wrong.


def test_when_it_went_wrong_is_kept_and_told_upwards() -> None:
    schema = obj(a=obj(n={**INT, "maximum": 3}, m=INT), b=TEXT)
    answer = fed(schema, '{"a":', '{"n":9', ',"m":1', '},"b":', '"x"}')
    wrong = {".".join(map(str, one.path)): one.went_wrong for one in walk(answer.root)}
    assert wrong == {"": 2, "a": 2, "a.n": 2, "a.m": None, "b": None}
    (error,) = answer.errors
    assert error.path == ("a", "n")
    assert error.schema_path == ("properties", "a", "properties", "n", "maximum")
    assert answer.field(("a", "n")).errors == [error]  # type: ignore[union-attr]


def test_of_several_branches_that_one_speaks_whose_type_it_has() -> None:
    schema = {"anyOf": [obj(a=INT), obj(a={**TEXT, "pattern": "^x"})]}
    answer = fed(schema, '{"a":"y"', whole=None)
    assert [error.keyword for error in answer.errors] == ["pattern"]


def test_an_unknown_field_is_seen_by_its_name() -> None:
    answer = fed(obj(a=TEXT), '{"b"', whole=None)
    assert [(one.key, one.state, one.unknown) for one in answer.root.children] == [
        ("a", "waiting", False),
        ("b", "invalid", True),
    ]
    assert answer.errors[0].schema_path == ("additionalProperties",)


@pytest.mark.parametrize(
    ("schema", "unknown"),
    [
        ({"properties": {"a": INT}}, True),
        ({"properties": {"a": INT}, "additionalProperties": True}, False),
        ({"properties": {"a": INT}, "additionalProperties": INT}, False),
        ({"properties": {"a": INT}, "patternProperties": {"^b": INT}}, False),
        ({"properties": {"a": INT}, "if": {"required": ["b"]}}, False),
        ({"type": "object"}, False),
        (True, False),
        (None, False),
    ],
)
def test_an_unknown_field_that_may_be_there_is_only_called_so(schema: Any, unknown: bool) -> None:
    answer = fed(schema, '{"b":1}')
    field = answer.field(("b",))
    assert field is not None
    assert (field.unknown, field.state) == (unknown, "complete" if schema is None else "valid")
    assert answer.holds


@pytest.mark.parametrize(
    ("schema", "value", "keyword"),
    [
        (obj(a=arr(INT, minItems=2)), {"a": [1]}, "minItems"),
        (obj(a=arr(INT, maxItems=1)), {"a": [1, 2]}, "maxItems"),
        (obj(a={"minProperties": 2}), {"a": {"x": 1}}, "minProperties"),
        (obj(a={"maxProperties": 0}), {"a": {"x": 1}}, "maxProperties"),
        (obj(a=obj(b=INT)), {"a": {}}, "required"),
    ],
)
def test_what_closes_is_judged_at_once(schema: Any, value: Any, keyword: str) -> None:
    answer = fed(schema, text(value)[:-1], whole=None)
    field = answer.field(("a",))
    assert field is not None
    assert (field.state, [error.keyword for error in field.errors]) == ("invalid", [keyword])
    streamed = field.errors
    answer.feed("}", 1)
    answer.end(2, whole=True)
    assert answer.errors == streamed == field.errors


def test_what_takes_the_whole_to_judge_is_complete_until_the_end() -> None:
    schema = obj(a=arr(INT, uniqueItems=True), b=arr(INT, uniqueItems=True))
    answer = fed(schema, '{"a":[1,1],"b":[1,2]}', whole=None)
    assert states(answer)["a"] == states(answer)["b"] == "complete"
    answer.end(5, whole=True)
    assert (states(answer)["a"], states(answer)["b"]) == ("invalid", "valid")
    assert answer.field(("a",)).went_wrong == 5  # type: ignore[union-attr]


def test_the_whole_can_be_judged_elsewhere() -> None:
    answer = fed(obj(a=arr(INT, uniqueItems=True)), '{"a":[1,1]}', whole=None)
    answer.end(1, whole=True, judged=False)
    assert (answer.ended, answer.judged, answer.holds) == (True, False, False)
    rev = answer.rev
    judgement = answer.judge()
    assert answer.rev == rev
    answer.settled(judgement)
    assert answer.errors == judgement == errors({"a": [1, 1]}, answer.schema)
    assert [field.path for field in answer.since(rev)] == [("a",), ()]


def test_of_a_name_that_comes_twice_the_last_counts() -> None:
    schema = {"anyOf": [obj(k={"const": "a"}, x=INT), obj(k={"const": "b"}, x=TEXT)]}
    answer = fed(schema, '{"k":"a","x":"s"', whole=None)
    assert states(answer)["x"] == "invalid"
    answer.feed(',"k":"b"}', 1)
    answer.end(2, whole=True)
    assert states(answer) == {"": "valid", "k": "valid", "x": "valid"}
    assert answer.holds
    assert [flaw.kind for flaw in answer.flaws] == ["duplicate"]


def test_a_name_that_comes_twice_opens_the_other_branches_again() -> None:
    schema = {"anyOf": [obj(k={"const": "a"}, x=INT), obj(k={"const": "b"}, y=TEXT)]}
    answer = fed(schema, '{"k":"a"', ',"k":"b"', whole=None)
    assert states(answer) == {"": "streaming", "k": "valid", "y": "waiting"}
    assert set(answer.since(0)) == set(walk(answer.root))


# The end.


def test_of_what_was_cut_is_said_what_is_missing() -> None:
    schema = {**obj(a=obj(x=TEXT, y=INT), b=TEXT, c=INT), "required": ["a", "b"]}
    answer = fed(schema, '{"a": {"x": "Mün', whole=False)
    assert states(answer) == {
        "": "cut",
        "a": "cut",
        "a.x": "cut",
        "a.y": "missing",
        "b": "missing",
        "c": "missing",
    }
    assert answer.missing == [("a", "y"), ("b",)]
    assert answer.value == {"a": {"x": "Mün"}}
    assert (answer.errors, answer.parsed, answer.holds) == ([], False, False)


def test_what_is_wrong_stays_so_when_it_is_cut() -> None:
    answer = fed(obj(a=INT), '{"b":{"c":1', whole=False)
    assert states(answer) == {"": "cut", "a": "missing", "b": "invalid", "b.c": "cut"}
    assert [error.keyword for error in answer.errors] == ["additionalProperties"]


def test_a_name_whose_value_never_came_is_missing() -> None:
    answer = fed(obj(a=TEXT, b=TEXT), '{"b":', whole=False)
    assert states(answer) == {"": "cut", "a": "missing", "b": "missing"}
    assert sorted(answer.missing) == [("a",), ("b",)]


def test_what_closed_without_a_field_misses_it_too() -> None:
    answer = fed(arr(obj(a=INT, b=INT)), '[{"a":1},{"b":2}]')
    assert answer.missing == [(0, "b"), (1, "a")]
    assert [error.path for error in answer.errors] == [(0,), (1,)]


def test_a_document_that_is_whole_but_was_said_to_be_cut_does_not_hold() -> None:
    answer = fed(obj(a=INT), '{"a":1}', whole=False)
    assert (answer.parsed, answer.errors, answer.holds) == (True, [], False)


@pytest.mark.parametrize("said", ["", "   ", "I cannot do that, sorry.", "```json\n"])
def test_no_json_at_all(said: str) -> None:
    answer = fed(obj(a=INT, b=TEXT), said)
    assert states(answer) == {"": "missing", "a": "missing", "b": "missing"}
    assert answer.missing == [("a",), ("b",)]
    assert (answer.value, answer.parsed, answer.holds) == (None, False, False)
    assert "no JSON" in {flaw.kind for flaw in answer.flaws}
    assert fed(arr(INT), said).missing == [()]


@pytest.mark.parametrize(
    ("said", "kind"), [("[1, 2]", "an array"), ('"name"', "a string"), ("3", "an integer")]
)
def test_json_of_the_wrong_kind(said: str, kind: str) -> None:
    answer = fed(obj(a=INT), said)
    assert [error.message for error in answer.root.errors] == [f"it is {kind}, not object"]
    assert answer.root.state == "invalid"
    assert "a" not in states(answer)
    assert (answer.parsed, answer.holds) == (True, False)
    assert not answer.missing


def test_the_wrong_kind_is_seen_at_the_first_character() -> None:
    answer = fed(obj(a=INT, b=TEXT), '{"a":', "[", whole=None)
    assert (states(answer)["a"], answer.root.went_wrong) == ("invalid", 1)
    answer.feed('{"c":1}]', 2)
    assert states(answer)["a.0"] == "complete"


def test_prose_and_fences_around_are_no_obstacle() -> None:
    answer = fed(obj(a=INT), *'Sure, here it is:\n```json\n{"a": 1}\n```\nAnything else?')
    assert states(answer) == {"": "valid", "a": "valid"}
    assert (answer.errors, answer.parsed, answer.holds) == ([], False, False)
    assert {flaw.kind for flaw in answer.flaws} == {"before", "fence", "after"}


def test_a_word_that_was_prose_is_forgotten() -> None:
    answer = fed(obj(a=INT), '"Here" ', whole=None)
    assert answer.root.state == "invalid"
    answer.feed('it is: {"a": 1}', 1)
    answer.end(2, whole=True)
    assert states(answer) == {"": "valid", "a": "valid"}
    assert (answer.errors, answer.root.errors, answer.root.went_wrong) == ([], [], None)


def test_what_is_wrong_with_the_json_behind_a_word_is_said() -> None:
    answer = fed(obj(a=TEXT), r'"\Here" is', " it: {\"a\": 'x'}")
    field = answer.field(("a",))
    assert field is not None
    assert [error.message for error in field.errors] == [
        "Names and strings stand in double quotes."
    ]
    assert answer.root.errors == []


def test_nan_is_wrong_as_soon_as_it_is_there() -> None:
    answer = fed(obj(a=NUMBER, b=NUMBER), '{"a":NaN,', '"b":1}')
    assert states(answer) == {"": "invalid", "a": "invalid", "b": "valid"}
    field = answer.field(("a",))
    assert field is not None
    assert [error.message for error in field.errors] == ["JSON has no NaN and no Infinity."]
    assert (answer.errors, answer.parsed, answer.holds) == ([], False, False)


def test_without_a_schema_everything_is_only_complete() -> None:
    answer = fed(None, '{"a":[1,{"b":null}]}')
    assert set(states(answer).values()) == {"complete"}
    assert (answer.errors, answer.missing, answer.unusable, answer.holds) == ([], [], None, True)


def test_a_schema_of_true_and_of_false() -> None:
    assert set(states(fed(True, '{"a":[1]}')).values()) == {"valid"}
    answer = fed(False, '{"a":1}')
    assert answer.root.state == "invalid"
    assert not answer.holds


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "strnig"},
        {"properties": {"a": {"$ref": "#/$defs/x"}}},
        {"properties": {"a": {"$ref": "https://example.com/schema.json"}}},
        {"properties": {"a": {"pattern": "("}}},
        {"patternProperties": {"(": INT}},
        {"properties": []},
        {"required": "a"},
        {"$ref": "#"},
        "object",
        3,
    ],
)
def test_a_schema_that_cannot_be_used_is_said(schema: Any) -> None:
    answer = fed(schema, *'{"a":"x","b":[1]}')
    assert answer.unusable is not None
    assert "cannot be used" in answer.unusable.title
    assert answer.value == {"a": "x", "b": [1]}
    assert (answer.parsed, answer.holds) == (True, False)
    assert states(answer)["b.0"] in ("complete", "valid")


def test_six_hundred_levels() -> None:
    schema = {"$ref": "#/$defs/L", "$defs": {"L": arr({"$ref": "#/$defs/L"})}}
    answer = fed(schema, *("[" * 600), "]" * 600)
    assert answer.root.state == "valid"
    assert answer.unusable is not None
    assert "nested too deeply" in answer.unusable.detail
    assert answer.parsed
    assert not answer.holds


def test_many_levels_and_many_errors_stay_small() -> None:
    schema = {"$ref": "#/$defs/L", "$defs": {"L": arr({"$ref": "#/$defs/L"})}}
    answer = fed(schema, "[" * 20_000 + "1," * 20_000, whole=False)
    assert answer.root.state == "cut"
    assert answer.errors == []


def test_a_pattern_that_takes_for_ever_holds_nobody_up() -> None:
    schema = obj(a=arr({**TEXT, "pattern": "^(a|aa)+$"}))
    answer = fed(schema, text({"a": ["a" * 60 + "b"] * 500}))
    assert {error.keyword for error in answer.errors} == {"pattern"}
    assert all("not checked" in error.message for error in answer.errors)
    assert answer.root.state == "invalid"


def test_no_text_after_the_end() -> None:
    answer = fed(None, "1")
    answer.end(9, whole=True)
    with pytest.raises(ValueError, match="after the end"):
        answer.feed("2", 10)


# Large ones.


def test_five_thousand_fields() -> None:
    names = [f"p{n}" for n in range(5_000)]
    answer = Answer(obj(**dict.fromkeys(names, TEXT)))
    assert [field.key for field in answer.root.children] == names
    for name in reversed(names):
        answer.feed(("{" if name == "p4999" else ",") + f'"{name}":"x"', 1)
    answer.feed("}", 2)
    answer.end(3, whole=True)
    assert [field.key for field in answer.root.children] == names
    assert answer.holds


def test_not_more_is_laid_out_than_anybody_could_see() -> None:
    answer = fed(arr(obj(**dict.fromkeys([f"p{n}" for n in range(5_000)], TEXT))), "[", whole=None)
    for _ in range(20):
        answer.feed("{},", 1)
    answer.end(2, whole=False)
    assert sum(len(row.children) for row in answer.root.children) == EXPECTED
    assert {row.state for row in answer.root.children} == {"invalid"}


def test_many_rows_share_what_is_expected_of_them() -> None:
    rows = 2_000
    answer = Answer(arr(obj(id=INT, name=TEXT, note={"type": ["string", "null"]})))
    answer.feed("[", 0)
    for number in range(rows):
        answer.feed(text({"id": number, "name": "x"})[:-1], 1)
        rev = answer.rev
        answer.feed(',"note":null}', 1)
        assert len(answer.since(rev)) <= 3
        answer.feed("," if number < rows - 1 else "]", 1)
    answer.end(2, whole=True)
    assert len(answer.root.children) == rows
    assert answer.holds
