"""What people type into the fields of a form, as values that can be sent; or why they cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QLocale

from playground.core.endpoint import Kind, Parameter
from playground.endpoints import ENDPOINTS
from playground.ui.widgets import values


def parameter(kind: Kind, low: float | None = None, high: float | None = None) -> Parameter:
    return Parameter("field", kind, "What it does.", None, low, high, ("a", "b"))


@pytest.fixture
def german() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.German, QLocale.Country.Germany))
    yield
    QLocale.setDefault(before)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", " 42 ", 42),
        ("integer", "-7", -7),
        ("integer", "9007199254740993", 9007199254740993),
        ("integer", "12.0", 12),
        ("number", "0.25", 0.25),
        ("number", "1e-3", 0.001),
        ("boolean", "true", True),
        ("boolean", "false", False),
        ("choice", " xhigh ", "xhigh"),
        ("choice", "a word of the server", "a word of the server"),
        ("text", " kept as it is ", " kept as it is "),
        ("json", '["\\n\\n", "END"]', ["\n\n", "END"]),
        ("json", "null", None),
        ("json", "0", 0),
        ("json", '{\n "a": {"b": [1, 2.5, true]}\n}\n', {"a": {"b": [1, 2.5, True]}}),
    ],
)
def test_a_value_of_each_kind(kind: Kind, text: str, value: Any) -> None:
    found, wrong = values.read(parameter(kind), text)
    assert wrong == ""
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("integer", "", "'' is not a number"),
        ("integer", "1.5", "1.5 is not a whole number"),
        ("integer", "nan", "'nan' is not a number"),
        ("number", "inf", "'inf' is not a number"),
        ("number", "hot", "'hot' is not a number"),
        ("number", "x" * 400, "…' is not a number"),
        ("number", "-0.1", "at least 0"),
        ("number", "2.1", "at most 2"),
        ("choice", "  ", "empty"),
        ("text", "", "empty"),
        ("json", "", "empty"),
        ("json", "{'a': 1}", "Expecting property name enclosed in double quotes: line 1 column 2"),
        ("json", '{\n "a": json\n}', "Expecting value: line 2 column 7"),
        ("json", "[NaN]", "NaN is not JSON"),
        ("json", "[" * 200_000, "nested too deeply"),
    ],
)
def test_what_is_no_value_says_why(kind: Kind, text: str, why: str) -> None:
    found, wrong = values.read(parameter(kind, 0, 2), text)
    assert found is None
    assert why in wrong and len(wrong) < 120


def test_numbers_may_be_written_as_one_is_used_to(german: None) -> None:
    one = parameter("number")
    assert values.write("number", 0.25) == "0,25"
    assert values.read(one, "0,25") == values.read(one, "0.25") == (0.25, "")


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("integer", 2048, "2048"),
        ("integer", 9007199254740993, "9007199254740993"),
        ("number", 1.0, "1"),
        ("number", 0.1, "0.1"),
        ("boolean", False, "false"),
        ("text", None, ""),
        ("json", None, "null"),
        ("json", ["a"], '["a"]'),
        ("json", {"name": "long enough for some", "lines": 2},
         '{\n  "name": "long enough for some",\n  "lines": 2\n}'),
    ],
)  # fmt: skip
def test_a_value_is_written_so_that_it_can_be_read_again(kind: Kind, value: Any, text: str) -> None:
    assert values.write(kind, value) == text
    if value is not None:
        assert values.read(parameter(kind), text) == (value, "")


def test_what_python_takes_for_equal_is_not_the_same() -> None:
    assert not values.same({"a": 1}, {"a": True})
    assert not values.same(1, 1.0)
    assert not values.same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert values.same({"a": [1]}, {"a": [1]})


def test_the_extra_body_is_an_object() -> None:
    assert values.read_object(" \n") == ({}, "")
    assert values.read_object('{"a": 1}') == ({"a": 1}, "")
    assert values.read_object("[1]") == (None, "not an object: it must begin with {")
    assert "line 1 column 2" in values.read_object("{a")[1]


def test_headers_are_lines() -> None:
    text = "X-Team: seven\n\n  X-Empty:\nX-Url: http://a:1\nIdempotency-Key: 7"
    assert values.read_headers(text) == (
        {"X-Team": "seven", "X-Empty": "", "X-Url": "http://a:1", "Idempotency-Key": "7"},
        "",
    )
    assert values.read_headers(values.write_headers({"A": "b", "C": ""}))[0] == {"A": "b", "C": ""}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("X-Team seven", "line 1 has no colon"),
        ("A: b\nX Team: seven", "line 2: 'X Team' cannot be the name of a header"),
        (": seven", "line 1: '' cannot be the name of a header"),
        ("A: b\na: c", "line 2: a is there twice"),
        ("A: ü", "line 1 has a character that is not ASCII"),
    ],
)
def test_a_line_that_is_no_header_is_named(text: str, why: str) -> None:
    assert values.read_headers(text) == (None, why)


@pytest.mark.parametrize("name", ["Authorization", "api-key", "X-Auth-Token", "Cookie"])
def test_a_secret_is_no_header_of_a_session_and_is_not_repeated(name: str) -> None:
    value, wrong = values.read_headers(f"X-Team: seven\n{name}: sk-MARKER-123")
    assert value is None
    assert wrong.startswith(f"{name} holds a secret") and "profile" in wrong
    assert "MARKER" not in wrong


def test_what_there_is_to_know_of_a_parameter() -> None:
    one = Parameter("top_p", "number", "Sum of chances.", 1.0, 0, 1, refused="reasoning models")
    assert values.about(one) == (
        "Sum of chances.\nA number from 0 to 1.\nRefused by reasoning models."
    )
    assert values.takes(parameter("integer", 1)) == "A whole number, at least 1."
    assert values.takes(parameter("number", None, 2)) == "A number, at most 2."
    assert values.takes(parameter("number")) == "A number."
    assert values.takes(parameter("choice")).startswith("a, b, or another word")


DECLARED = [(one.id, parameter) for one in ENDPOINTS for parameter in one.parameters]


@pytest.mark.parametrize(
    ("api", "one"), DECLARED, ids=[f"{api}:{one.path}" for api, one in DECLARED]
)
def test_what_every_form_offers_first_can_be_sent(api: str, one: Parameter) -> None:
    assert one.help and values.about(one)
    if one.start not in (None, ""):
        text = values.write(one.kind, one.start)
        assert values.read(one, text) == (one.start, "")
