"""Fields: a request body, read one checked field at a time."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, NoReturn, TypeVar

from playground.sandbox.errors import (
    ApiError,
    broken_json,
    invalid_type,
    invalid_value,
    missing,
    out_of_range,
    unknown_parameter,
)

Json = dict[str, Any]
"""An object as it crosses the wire. What is in it is checked where it is read."""

Word = TypeVar("Word", bound=str)

DIRECTIONS = "sandbox"
"""The one field of our own that every request may have; see `turn.Directions`."""


def decode(raw: bytes) -> Json:
    """A request body as an object, or the ApiError that says why it is none."""
    try:
        body = json.loads(raw.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise broken_json(str(error)) from error
    if not isinstance(body, dict):
        raise broken_json("it is not an object")
    return body


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


class Fields:
    """An object of the request. Every reader raises ApiError naming the field as the client knows
    it, and takes null for a field that was not sent."""

    def __init__(self, body: Json, known: Collection[str] | None = None, at: str = "") -> None:
        self.body = body
        self._at = at
        if known is not None:
            for name in body:
                if name not in known and name != DIRECTIONS:
                    raise unknown_parameter(self.path(name))

    def path(self, name: str) -> str:
        return f"{self._at}.{name}" if self._at else name

    def raw(self, name: str) -> Any:
        return self.body.get(name)

    def require(self, name: str) -> Any:
        value = self.body.get(name)
        if value is None:
            raise missing(self.path(name))
        return value

    def text(self, name: str) -> str | None:
        value = self.raw(name)
        if value is not None and not isinstance(value, str):
            raise invalid_type(self.path(name), "a string", value)
        return value

    def required_text(self, name: str) -> str:
        self.require(name)
        value = self.text(name)
        if not value:
            raise missing(self.path(name))
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.raw(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise invalid_type(self.path(name), "a boolean", value)
        return value

    def integer(self, name: str, low: int, high: int | None = None) -> int | None:
        value = self.raw(name)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise invalid_type(self.path(name), "an integer", value)
        self._within(name, value, low, high)
        return value

    def number(self, name: str, low: float, high: float | None = None) -> float | None:
        value = self.raw(name)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise invalid_type(self.path(name), "a decimal", value)
        self._within(name, value, low, high)
        return value

    def choice(self, name: str, words: Collection[Word]) -> Word | None:
        value = self.text(name)
        if value is None:
            return None
        for word in words:
            if word == value:
                return word
        raise invalid_value(self.path(name), value, words)

    def object(self, name: str) -> Fields:
        """A nested object; an empty one when it was not sent."""
        value = self.raw(name)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            raise invalid_type(self.path(name), "an object", value)
        return Fields(value, at=self.path(name))

    def objects(self, name: str) -> list[Fields]:
        """A list of objects; empty when it was not sent."""
        value = self.raw(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise invalid_type(self.path(name), "an array of objects", value)
        rows = []
        for index, row in enumerate(value):
            at = f"{self.path(name)}[{index}]"
            if not isinstance(row, dict):
                raise invalid_type(at, "an object", row)
            rows.append(Fields(row, at=at))
        return rows

    def metadata(self, name: str = "metadata") -> dict[str, str]:
        """At most 16 pairs, keys to 64 characters, values to 512."""
        pairs = self.object(name).body
        if len(pairs) > 16:
            raise ApiError(
                400,
                f"Invalid '{name}': too many properties. Expected an object with at most 16 "
                f"properties, but got an object with {len(pairs)} properties instead.",
                param=self.path(name),
                code="object_above_max_properties",
            )
        for key, value in pairs.items():
            at = f"{self.path(name)}.{key[:64]}"
            if not isinstance(value, str):
                raise invalid_type(at, "a string", value)
            if len(key) > 64 or len(value) > 512:
                raise ApiError(
                    400,
                    f"Invalid '{at}': string too long. Keys have at most 64 characters, values at "
                    "most 512.",
                    param=at,
                    code="string_above_max_length",
                )
        return dict(pairs)

    def _within(self, name: str, value: float, low: float, high: float | None) -> None:
        if value < low:
            raise out_of_range(self.path(name), value, low, below=True)
        if high is not None and value > high:
            raise out_of_range(self.path(name), value, high, below=False)
