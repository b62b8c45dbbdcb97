"""What stands for a value, what only looks like it, and what is put in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from playground.core.call import Call
from playground.core.problem import Failure
from playground.core.variables import (
    Variable,
    escaped,
    fill,
    fill_in,
    given,
    has_places,
    is_name,
    names,
    names_in,
)

BRACED = st.text(alphabet=st.sampled_from("{}\\ xyé.-1_|#\n"), max_size=40)
TEXT = BRACED | st.text(max_size=40)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT.map(escaped),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc"), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{city}}", ["city"]),
        ("{{ city }} and {{city}}, {{land}}", ["city", "land"]),
        ('{"a":{{x}}}', ["x"]),
        ("{{{x}}}", ["x"]),
        ("{{user.first-name}}", ["user.first-name"]),
        ("{{ville_é}} {{città}} {{都市}} {{नाम}}", ["ville_é", "città", "都市", "नाम"]),
        ("{{cafe\u0301}} {{caf\u00e9}}", ["caf\u00e9"]),
        (r"\{{city}} \\{{land}}", ["land"]),
        (
            "{{}} {{ }} {{1st}} {{a b}} {{#if}} {{x|upper}} {{a..b}} {{-a}} {city} {{city} {city}}",
            [],
        ),
        ("{{" + "x" * 65 + "}}", []),
        ("{{x\n}}", ["x"]),
    ],
)
def test_the_names_of_a_text(text: str, found: list[str]) -> None:
    assert names(text) == found
    assert has_places(text) == bool(found)


def test_names_are_found_in_names_of_fields_too() -> None:
    assert names_in({"{{a}}": ["{{b}}", {"c": "{{a}} {{d}}"}], "e": 1}) == ["a", "b", "d"]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("x", True), ("é.b-2", True), ("", False), ("2", False), ("a b", False), ("a.", False)],
)
def test_what_a_variable_may_be_called(text: str, is_one: bool) -> None:
    assert is_name(text) is is_one


def test_values_stand_in_a_text_as_json_writes_them() -> None:
    values = {"n": 1.5, "i": 3, "b": True, "t": "a\n“b”", "j": {"k": ["é", None]}}
    assert fill("{{n}} {{i}} {{b}} {{t}} {{j}}", values) == '1.5 3 true a\n“b” {"k": ["é", null]}'


def test_a_text_that_is_only_a_name_becomes_the_value() -> None:
    values: dict[str, Any] = {"n": 3, "kinds": ["a", "b"], "key": "k", "none": None}
    schema = {"maxItems": "{{ n }}", "enum": "{{kinds}}", "{{key}}": "n = {{n}}", "x": "{{none}}"}
    assert fill_in(schema, values) == {
        "maxItems": 3, "enum": ["a", "b"], "k": "n = 3", "x": None,
    }  # fmt: skip
    assert fill_in([" {{n}}", r"\{{n}}", r"\\{{n}}"], values) == [" 3", "{{n}}", "\\3"]


def test_a_value_is_not_filled_in_again() -> None:
    values = {"a": "{{b}} \\{{b}}", "b": "{{a}}"}
    assert fill("{{a}}|{{b}}", values) == "{{b}} \\{{b}}|{{a}}"
    assert fill_in({"x": "{{b}}"}, values) == {"x": "{{a}}"}
    assert fill_in("{{j}}", {"j": {"{{a}}": "{{b}}"}}) == {"{{a}}": "{{b}}"}


@generated(TEXT)
def test_any_text_can_be_said_as_it_is(text: str) -> None:
    assert fill(escaped(text), {}) == text
    assert names(escaped(text)) == []


def test_a_name_is_spelt_in_one_way() -> None:
    one = Variable(name="cafe\u0301")
    assert names("{{cafe\u0301}}") == [one.name] == ["caf\u00e9"]
    assert given([one], {"caf\u00e9": "x"}) == {"caf\u00e9": "x"}


@generated(JSON)
def test_what_has_no_places_stays_as_it_is_but_for_its_backslashes(value: Any) -> None:
    filled = fill_in(value, {})
    assert names_in(value) == []
    assert type(filled) is type(value)
    assert filled == fill_in(value, {"x": "y"})


@generated(BRACED, st.dictionaries(st.sampled_from(["x", "y", "é", "xy"]), TEXT))
def test_a_text_is_filled_whole_or_the_missing_name_is_told(
    text: str, values: dict[str, str]
) -> None:
    missing = [name for name in names(text) if name not in values]
    if not missing:
        fill(text, values)
        return
    with pytest.raises(Failure) as raised:
        fill(text, values, "the message")
    problem = raised.value.problem
    assert problem.param in missing and problem.code == "unknown_variable"
    assert str(problem.param) in problem.title and "the message" in problem.detail


def test_an_unknown_variable_is_told_with_its_place() -> None:
    schema = {"properties": {"city": {"description": "In {{land}}"}}}
    with pytest.raises(Failure) as raised:
        fill_in(schema, {"x": 1}, "the schema")
    problem = raised.value.problem
    assert problem.title == "The variable land has no value."
    assert problem.facts["where"] == "the schema › properties › city › description"
    assert "\\{{land}}" in problem.detail


def test_two_fields_of_one_name_are_refused() -> None:
    with pytest.raises(Failure, match="two fields that are called x"):
        fill_in({"{{a}}": 1, "x": 2}, {"a": "x"})


@pytest.mark.parametrize(
    "text",
    ["{" * 300_000, "\\" * 300_000, "{{ " * 100_000, "{{" + " " * 300_000, "{{a" * 100_000,
     "\\{{" * 100_000, "{{x}}" * 60_000 + "{{"],
    ids=["braces", "backslashes", "opened", "blanks", "named", "escaped", "many"],
)  # fmt: skip
def test_enormous_texts_are_read_in_one_go(text: str) -> None:
    assert fill(text, {"x": "y"}).count("y") == text.count("{{x}}")
    assert fill(escaped(text), {}) == text


# Types.


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("text", " a ", " a "),
        ("number", "1e3", 1000.0),
        ("number", "7", 7),
        ("integer", " -12 ", -12),
        ("integer", "9" * 400, int("9" * 400)),
        ("boolean", "True", True),
        ("choice", "b", "b"),
        ("json", '{"a": [1, null]}', {"a": [1, None]}),
        ("json", "null", None),
    ],
)
def test_what_is_typed_becomes_a_value(type_: Any, text: str, value: Any) -> None:
    read = Variable(name="v", type=type_, choices=["a", "b"]).read(text)
    assert read == value and type(read) is type(value)


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        ("number", "NaN"),
        ("number", "1e999"),
        ("number", "true"),
        ("number", "one"),
        ("number", ""),
        ("integer", "1.0"),
        ("integer", "1_000"),
        ("integer", "٣"),
        ("integer", "9" * 5000),
        ("boolean", "yes"),
        ("choice", "c"),
        ("json", "{"),
        ("json", "[" * 100_000),
        ("json", '{"a": NaN}'),
        ("json", "[1e999]"),
    ],
)
def test_what_is_no_value_of_its_type_is_refused_with_a_reason(type_: Any, text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Variable(name="v", type=type_, choices=["a", "b"]).read(text)


@pytest.mark.parametrize(
    ("type_", "value"),
    [("integer", True), ("number", False), ("number", float("inf")), ("text", 1), ("boolean", 1),
     ("choice", 1), ("json", {1, 2}), ("integer", 1.0)],
)  # fmt: skip
def test_a_value_of_another_type_is_told_with_its_name(type_: Any, value: Any) -> None:
    with pytest.raises(Failure) as raised:
        given([Variable(name="age", type=type_, choices=["a"])], {"age": value})
    assert "age" in raised.value.problem.title and raised.value.problem.param == "age"


def test_defaults_serve_where_nothing_is_given() -> None:
    variables = [
        Variable(name="a", default="x"),
        Variable(name="b", default="y"),
        Variable(name="c"),
        Variable(name="d", type="boolean", default=False),
        Variable(name="e", type="json", default=1),
    ]
    values = {"b": "z", "e": None, "other": 1}
    assert given(variables, values) == {"a": "x", "b": "z", "d": False, "e": None}


def test_a_call_keeps_its_variables() -> None:
    call = Call(
        variables=[Variable(name="n", type="integer", default=3, help="How many.")],
        values={"n": 4, "j": {"k": [1.5]}},
    )
    assert Call.model_validate_json(call.model_dump_json()) == call
    assert Call.model_validate({"model": "m"}).variables == []
