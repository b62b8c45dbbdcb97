"""Samples of JSON → a JSON Schema that accepts all of them, and says no more than they show."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from ipaddress import IPv4Address, IPv6Address
from typing import Any
from uuid import UUID

from playground.core.problem import Failure, Problem

DEEPEST = 60
"""Levels of values within values that are read."""
FEW = 8
"""Different strings that may be an enumeration, at most."""
SHORT = 32
"""Characters of a string that may be one of an enumeration, at most."""
REPEATS = 2
"""Times that the strings of an enumeration are seen on average, at least."""

EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
URI = re.compile(r"[a-z][a-z0-9+.-]*://[^\s<>\"{}|\\^`]+")
DATE = re.compile(r"\d{4}-\d\d-\d\d")
TIME = re.compile(r"\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)?")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)?")
UNIQUE = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def infer(samples: Sequence[Any]) -> dict[str, Any]:
    """The schema of what all samples have in common, each a value as `json.loads` makes it.

    Raises Failure when there is none, and for what is not JSON.
    """
    if not samples:
        raise _failure("$", "There is no sample.")
    seen = _Seen()
    for sample in samples:
        seen.take(sample, "$", 0)
    return seen.schema()


@dataclass(slots=True)
class _Seen:
    """All values that were seen at one place."""

    kinds: set[str] = field(default_factory=set)
    texts: Counter[str] = field(default_factory=Counter)
    objects: int = 0
    properties: dict[str, _Seen] = field(default_factory=dict)
    times: int = 0
    items: _Seen | None = None

    def take(self, value: Any, path: str, depth: int) -> None:
        if depth > DEEPEST:
            raise _failure(path[:80] + "…", f"It is nested over {DEEPEST} levels deep.")
        self.times += 1
        match value:
            case None:
                self.kinds.add("null")
            case bool():
                self.kinds.add("boolean")
            case int():
                self.kinds.add("integer")
            case float():
                if not math.isfinite(value):
                    raise _failure(path, f"JSON has no number {value}.")
                self.kinds.add("number")
            case str():
                self.kinds.add("string")
                self.texts[value] += 1
            case list() | tuple():
                self.kinds.add("array")
                for place, one in enumerate(value):
                    self.items = self.items or _Seen()
                    self.items.take(one, f"{path}[{place}]", depth + 1)
            case dict():
                self.kinds.add("object")
                self.objects += 1
                for key, one in value.items():
                    if not isinstance(key, str):
                        raise _failure(path, f"The key {key!r} is no string.")
                    self.properties.setdefault(key, _Seen()).take(one, f"{path}.{key}", depth + 1)
            case _:
                raise _failure(path, f"JSON has no {type(value).__name__}.")

    def schema(self) -> dict[str, Any]:
        kinds = self.kinds - ({"integer"} if "number" in self.kinds else set())
        parts = [_OF[kind](self) for kind in _OF if kind in kinds]
        return parts[0] if len(parts) == 1 else {"anyOf": parts} if parts else {}


def _object(seen: _Seen) -> dict[str, Any]:
    # A key that one object has and another lacks is seen less often than objects are.
    required = [key for key, one in seen.properties.items() if one.times == seen.objects]
    return {
        "type": "object",
        "properties": {key: one.schema() for key, one in seen.properties.items()},
        "required": required,
        "additionalProperties": False,
    }


def _array(seen: _Seen) -> dict[str, Any]:
    return {"type": "array", "items": seen.items.schema() if seen.items else {}}


def _string(seen: _Seen) -> dict[str, Any]:
    for name, is_one in FORMATS.items():
        if all(is_one(text) for text in seen.texts):
            return {"type": "string", "format": name}
    if _is_enumeration(seen.texts):
        return {"type": "string", "enum": sorted(seen.texts)}
    return {"type": "string"}


def _is_enumeration(texts: Counter[str]) -> bool:
    """Few short strings that come again and again."""
    return (
        1 < len(texts) <= FEW
        and texts.total() >= REPEATS * len(texts)
        and all(0 < len(text) <= SHORT and text.isprintable() for text in texts)
    )


_OF: Mapping[str, Callable[[_Seen], dict[str, Any]]] = {
    "object": _object,
    "array": _array,
    "string": _string,
    "number": lambda seen: {"type": "number"},
    "integer": lambda seen: {"type": "integer"},
    "boolean": lambda seen: {"type": "boolean"},
    "null": lambda seen: {"type": "null"},
}
"""The schema of each kind, in the order in which they stand in a union."""


def _parses(parse: Callable[[str], object], form: re.Pattern[str]) -> Callable[[str], bool]:
    def is_one(text: str) -> bool:
        if not form.fullmatch(text):
            return False
        try:
            parse(text)
        except ValueError:
            return False
        return True

    return is_one


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date-time": _parses(lambda text: datetime.fromisoformat(text.upper()), MOMENT),
    "date": _parses(date.fromisoformat, DATE),
    "time": _parses(lambda text: time.fromisoformat(text.upper()), TIME),
    "uuid": _parses(UUID, UNIQUE),
    "email": lambda text: len(text) <= 254 and EMAIL.fullmatch(text) is not None,
    "uri": lambda text: URI.fullmatch(text) is not None,
    "ipv4": _parses(IPv4Address, re.compile(r"[\d.]+")),
    "ipv6": _parses(IPv6Address, re.compile(r"[\dA-Fa-f:.]*:[\dA-Fa-f:.]*")),
}
"""Formats that a string may show, and how it is told; the strict subset has all but `uri`."""


def _failure(path: str, sentence: str) -> Failure:
    return Failure(
        Problem(
            title="No schema can be made of this sample.",
            detail=f"{path}: {sentence}",
            facts={"path": path},
        )
    )
