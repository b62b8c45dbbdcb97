from __future__ import annotations

import re
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.sandbox.fill import fill
from playground.sandbox.leaves import UnfillableError
from playground.sandbox.pattern import example, matches

TREE = {
    "type": "object",
    "properties": {
        "value": {"type": "string"},
        "children": {"type": "array", "items": {"$ref": "#"}},
        "parent": {"anyOf": [{"$ref": "#/$defs/up"}, {"type": "null"}]},
    },
    "required": ["value", "children", "parent"],
    "additionalProperties": False,
    "$defs": {
        "up": {
            "type": "object",
            "properties": {"up": {"anyOf": [{"$ref": "#/$defs/up"}, {"type": "null"}]}},
            "required": ["up"],
            "additionalProperties": False,
        }
    },
}


def obj(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("schema", "text", "value"),
    [
        (obj(city={"type": "string"}), "What is the weather in Paris?", {"city": "Paris"}),
        (obj(city={"type": "string"}), "city: São Paulo, please", {"city": "São Paulo"}),
        (obj(name={"type": "string"}), 'Call it "Blue Moon" now', {"name": "Blue Moon"}),
        (obj(expression={"type": "string"}), "What is (2 + 3) * 4?", {"expression": "(2 + 3) * 4"}),
        (obj(n={"type": "integer"}), "take 7 of 9", {"n": 7}),
        (obj(a={"type": "integer"}, b={"type": "integer"}), "b = 9 and a = 7", {"a": 7, "b": 9}),
        (obj(n={"type": "integer", "maximum": 5}), "take 7", {"n": 1}),
        (obj(x={"type": "number"}), "about 2.5 metres", {"x": 2.5}),
        (obj(unit={"enum": ["celsius", "kelvin"]}), "in Kelvin", {"unit": "kelvin"}),
        (obj(unit={"enum": ["celsius", "kelvin"]}), "whatever", {"unit": "celsius"}),
        (obj(mail={"type": "string", "format": "email"}), "to a.b@c.org!", {"mail": "a.b@c.org"}),
        (obj(on={"type": "string", "format": "date"}), "on 2027-02-03", {"on": "2027-02-03"}),
        (obj(on={"type": "string", "format": "date"}), "on 2027-02-31", {"on": "2026-01-31"}),
        (obj(id={"type": "string", "pattern": "^[A-Z]-\\d$"}), "see number 5.", {"id": "A-0"}),
        (obj(id={"type": "string", "pattern": "^[A-Z]-\\d$"}), "see X-5", {"id": "X-5"}),
        (obj(loud={"type": "boolean"}), "Say it", {"loud": True}),
        (obj(loud={"type": "boolean"}), "Say it, not loud", {"loud": False}),
        (obj(who={"type": ["string", "null"]}), "Ask Ada", {"who": "Ada"}),
        (obj(who={"anyOf": [{"type": "null"}, {"type": "string"}]}), "Ask Ada", {"who": "Ada"}),
        (obj(k={"const": 3}), "", {"k": 3}),
        (obj(a={"type": "array", "items": {"type": "string"}}), "To Al, Bo", {"a": ["Al", "Bo"]}),
        ({"type": "object"}, "x", {}),
        ({"enum": [1, True, None]}, "", 1),
    ],
)  # fmt: skip
def test_what_the_text_says_is_used(schema: Any, text: str, value: Any) -> None:
    filled = fill(schema, text)
    assert filled == value
    jsonschema.validate(filled, schema)


@pytest.mark.parametrize(
    "schema",
    [
        TREE,
        True,
        {},
        {"type": "array", "items": {"type": "integer"}, "minItems": 4, "uniqueItems": True},
        {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": True},
        {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False},
        {"type": "array", "maxItems": 0},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5},
        {"type": "number", "multipleOf": 0.25, "minimum": 10.1},
        {"type": "integer", "multipleOf": 7, "maximum": -3},
        {"type": "integer", "minimum": 100, "maximum": 100},
        {"type": "string", "minLength": 50},
        {"type": "string", "maxLength": 3},
        {"type": "string", "pattern": "^[a-f]+$", "minLength": 9, "maxLength": 9},
        {"allOf": [obj(a={"type": "integer"}), obj(a={"type": "integer", "minimum": 5})]},
        {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}},
        {"type": "object", "required": ["x"]},
        {"oneOf": [{"type": "string", "pattern": "(?=x)y"}, {"type": "integer"}]},
        *({"type": "string", "format": name} for name in (
            "date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"
        )),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "text", ["", "Give me 3 of 'these' for Ada at 10.0.0.1, until 2026-05-06."]
)
def test_every_answer_is_valid(schema: Any, text: str) -> None:
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    value = fill(schema, text)
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(value)


leaves = st.one_of(
    st.builds(lambda low, more: {"type": "integer", "minimum": low, "maximum": low + more},
              st.integers(-1000, 1000), st.integers(0, 50)),
    st.builds(lambda step: {"type": "integer", "multipleOf": step}, st.integers(1, 50)),
    st.just({"type": "number"}),
    st.just({"type": "boolean"}),
    st.just({"type": "null"}),
    st.builds(lambda low, more: {"type": "string", "minLength": low, "maxLength": low + more},
              st.integers(0, 40), st.integers(0, 40)),
    st.sampled_from(["date", "time", "date-time", "email", "uuid", "ipv4", "ipv6"]).map(
        lambda name: {"type": "string", "format": name}),
    st.lists(st.text(), min_size=1, unique=True).map(lambda words: {"enum": words}),
)  # fmt: skip
schemas = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.dictionaries(st.text(min_size=1, max_size=8), inner, max_size=4).map(
            lambda properties: obj(**properties)
        ),
        st.builds(
            lambda items, low, more: {
                "type": "array",
                "items": items,
                "minItems": low,
                "maxItems": low + more,
            },
            inner,
            st.integers(0, 3),
            st.integers(0, 3),
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda branches: {"anyOf": branches}),
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(schema=schemas, text=st.text(max_size=60))
def test_any_strict_schema_can_be_filled(schema: Any, text: str) -> None:
    jsonschema.Draft202012Validator(schema).validate(fill(schema, text))


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"enum": []},
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"type": "string", "minLength": 10**9},
        {"type": "array", "minItems": 10**9},
        {"type": "array", "minItems": 3, "items": {"enum": [1, 2]}, "uniqueItems": True},
        {"type": "string", "pattern": "(?=a)b"},
        {"type": "string", "pattern": "((a{5000}){5000}){5000}"},
        {"type": "string", "pattern": "("},
        {"$ref": "#/$defs/none"},
        {"$ref": "https://example.com/schema"},
        {"$ref": "#"},
        obj(again={"$ref": "#"}),
        {"type": "strnig"},
        {"type": "integer", "minimum": "three"},
        {"properties": 5},
    ],
)
def test_what_cannot_be_filled_says_so(schema: Any) -> None:
    with pytest.raises(UnfillableError, match=r".+"):
        fill(schema, "some text")


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "abc",
        "^[A-Z]{2}-\\d{4}$",
        "^(?:red|green)+ [^aeiou]\\w*\\.$",
        "^\\+?[1-9][0-9]{7,14}$",
        "^[-_a-z0-9]+@x\\.y$",
        "^#(?P<hex>[0-9a-fA-F]{6})$",
        "^[\\]^-]$",
        "^\\u00e9\\x41\\t$",
        "\\bword\\b",
        "^.{3,5}?$",
        "^[^\\x00-\\x7f]$",
    ],
)
def test_an_example_matches_its_pattern(pattern: str) -> None:
    text = example(pattern)
    if pattern == "^[^\\x00-\\x7f]$":
        assert text is None, "only printable ASCII is tried for what a class excludes"
    else:
        assert text is not None and re.search(pattern, text)


def test_an_example_can_be_made_longer() -> None:
    assert len(example("^a+b*$", 12) or "") >= 12
    assert example("^a{2,4}$", 5) is None
    assert len(example("x*" * 30 + "$", 9_000) or "") >= 9_000


def test_a_pattern_that_backtracks_for_ever_does_not_hold_up_the_server() -> None:
    assert example("^(a?){60}a{60}$") == "a" * 60
    assert matches("^(a+)+$", "a" * 40)
    assert not matches("^(?:(a+)+)+$", "a" * 5_000 + "!")
    assert not matches("(x+x+)+y(x+x+)+y(x+x+)+z", "x" * 5_000)


@pytest.mark.parametrize(
    "pattern",
    [
        "(((){9999}){9999}){9999}",
        "(((a{99}){99}){99}){99}",
        "(?:\\b){99999999}",
        "a{" + "9" * 5_000,
        "a{1," + "9" * 5_000 + "}",
    ],
)
def test_a_pattern_that_repeats_without_end_takes_no_memory(pattern: str) -> None:
    assert example(pattern) is None
    assert not matches(pattern, "a")
