"""Validation: paths both ways, the branch that was meant, and schemas that cannot be used."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from playground.core.problem import Failure
from playground.schemas.formats import FORMATS
from playground.schemas.rules import FORMATS as KNOWN
from playground.schemas.source import spelled
from playground.schemas.validation import Validator, errors
from tests.schemas.corpus import INT, TEXT, arr, obj


def test_an_error_names_the_value_and_the_keyword() -> None:
    schema = {**obj(a=arr({"$ref": "#/$defs/D"})), "$defs": {"D": obj(n={**INT, "maximum": 3})}}
    (error,) = errors({"a": [{"n": 1}, {"n": 9}]}, schema)
    assert spelled(error.path) == "$.a[1].n"
    assert spelled(error.schema_path) == "$.$defs.D.properties.n.maximum"
    assert error.keyword == "maximum"
    assert str(error) == "$.a[1].n: 9 is greater than the maximum of 3"


def test_missing_and_unknown_fields() -> None:
    found = errors({"b": 1}, obj(a=TEXT))
    assert {(one.keyword, one.path) for one in found} == {
        ("required", ()),
        ("additionalProperties", ()),
    }
    assert any("'a'" in one.message for one in found)
    assert any("'b'" in one.message for one in found)


@pytest.mark.parametrize(
    ("value", "schema", "message"),
    [
        (1, TEXT, "it is an integer, not string"),
        (None, {"type": ["string", "integer"]}, "it is null, not string or integer"),
        (True, {"anyOf": [TEXT, {"type": "null"}]}, "it is a boolean, not string or null"),
        ([], arr(TEXT, minItems=1), "it has 0, and `minItems` is 1"),
        ("abc", {**TEXT, "maxLength": 2}, "it has 3 characters, and `maxLength` is 2"),
        (1.5, INT, "it is a number, not integer"),
    ],
)
def test_messages(value: Any, schema: Any, message: str) -> None:
    assert [one.message for one in errors(value, schema)] == [message]


def test_of_a_union_the_branch_that_was_meant_is_told() -> None:
    schema = {"anyOf": [obj(k={"const": "x"}, n=INT), {"type": "null"}]}
    (error,) = errors({"k": "x", "n": "3"}, schema)
    assert spelled(error.path) == "$.n"


def test_a_large_value_is_not_quoted_whole() -> None:
    (error,) = errors("x" * 100_000, {"enum": ["a"]})
    assert len(error.message) < 400


def test_not_more_errors_than_anybody_reads() -> None:
    assert len(Validator(arr(TEXT)).errors([1] * 5000)) == 200


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "strnig"},
        {"$ref": "#/$defs/x"},
        {"$ref": "#x"},
        {"$ref": "https://example.com/schema.json"},
        {"$ref": "#"},
        {"pattern": "("},
        {"minimum": "3"},
        3,
    ],
)
def test_a_schema_that_cannot_be_used_is_a_problem_and_nothing_is_fetched(
    schema: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", None)
    with pytest.raises(Failure, match="cannot be used"):
        errors("x", schema)


def test_a_deep_instance_is_a_problem() -> None:
    value: Any = []
    for _ in range(20_000):
        value = [value]
    with pytest.raises(Failure, match="nested too deeply"):
        errors(value, {"items": {"$ref": "#"}})


GOOD = {
    "date": ["2024-02-29"],
    "time": ["23:59:60Z", "01:02:03.5+01:00"],
    "date-time": ["2026-01-02T03:04:05Z", "2026-01-02t03:04:05.25-08:00"],
    "duration": ["P1Y2M3DT4H5M6S", "PT0.5S", "P3W"],
    "email": ["a.b+c@example.com"],
    "hostname": ["example.com", "a", "xn--bcher-kva.example"],
    "ipv4": ["127.0.0.1"],
    "ipv6": ["::1", "2001:db8::1"],
    "uuid": ["12345678-1234-5678-1234-56781234567A"],
}
BAD = {
    "date": ["2023-02-29", "2026-1-2", "20260102", ""],
    "time": ["24:00:00Z", "01:02:03", "1:2:3Z"],
    "date-time": ["2026-01-02", "2026-01-02T03:04:05", "2026-13-02T03:04:05Z"],
    "duration": ["P", "PT", "1D", "P1H"],
    "email": ["a", "@b.c", "a@", "a b@c.d", "a@-b"],
    "hostname": ["-a.b", "a..b", "a_b", "x" * 64, ""],
    "ipv4": ["256.0.0.1", "1.2.3", "01.2.3.4"],
    "ipv6": [":::", "1.2.3.4"],
    "uuid": ["12345678123456781234567812345678", "x"],
}


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_formats(name: str) -> None:
    schema = {**TEXT, "format": name}
    assert [text for text in GOOD[name] if errors(text, schema)] == []
    assert [text for text in BAD[name] if not errors(text, schema)] == []
    assert errors(3, {"format": name}) == []


def test_every_format_of_the_subset_is_checked() -> None:
    assert FORMATS.keys() == KNOWN
