"""JSON text read with the place of everything in it.

The standard library's reader forgets where things stood, takes NaN, keeps the last of two equal
keys in silence and ends at deep nesting. This one is for texts that a person edits: linear in the
length, without recursion, and every refusal names line and column.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, NoReturn

from playground.core.problem import Failure, Problem

DEEPEST = 200
"""Levels of JSON; a schema at the limit of its own nesting has some forty."""
LARGEST = 32 * 1024 * 1024
"""Characters."""

Path = tuple[str | int, ...]
"""The keys and indices from the root to a value."""


class Spot(NamedTuple):
    """Where something stands in a text, both from 1."""

    line: int
    column: int


@dataclass(slots=True)
class Place:
    """Where an object or an array begins, and the places of what is in it."""

    at: int
    """Of its key, where it has one: that is the line to show."""
    inner: dict[str | int, Place | int] = field(default_factory=dict)
    """A plain value is only its offset: a list of a million numbers stays light."""


@dataclass(frozen=True)
class Source:
    text: str
    value: Any
    place: Place | int

    def spot(self, path: Path, key: str | None = None) -> Spot:
        """Where the value at `path` stands, or its `key` where it has that. What is not there
        stands where its nearest parent does."""
        place = self.place
        for step in (*path, *(() if key is None else (key,))):
            inner = place.inner.get(step) if isinstance(place, Place) else None
            if inner is None:
                break
            place = inner
        return self.spot_of(place.at if isinstance(place, Place) else place)

    def spot_of(self, offset: int) -> Spot:
        line = bisect_right(self._lines, offset)
        return Spot(line, offset - self._lines[line - 1] + 1)

    @cached_property
    def _lines(self) -> list[int]:
        """The offset at which each line begins."""
        return [0, *(found.end() for found in re.finditer("\n", self.text))]


def spelled(path: Path) -> str:
    """A path as people write it: `$.properties.a`, `$["two words"][0]`."""
    return "$" + "".join(
        f"[{step}]"
        if isinstance(step, int)
        else f".{step}"
        if re.fullmatch(r"[A-Za-z_$][\w$]*", step)
        else f"[{json.dumps(step, ensure_ascii=False)}]"
        for step in path
    )


def decoded(data: bytes) -> str:
    """The text of a file. Raises Failure when it is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Failure(
            Problem(
                title="This is not text in UTF-8.",
                detail=f"Line {line} has the byte 0x{data[error.start]:02x}: {error.reason}.",
            )
        ) from error


def read(text: str) -> Source:
    """A JSON document with its places.

    Raises Failure for what is not JSON, for NaN and Infinity, for a key that stands twice in one
    object, and for what is nested or simply too large.
    """
    if len(text) > LARGEST:
        raise Failure(
            Problem(
                title="This is too large for a schema.",
                detail=f"It has {len(text)} characters; the limit is {LARGEST}.",
            )
        )
    return _Reader(text.removeprefix("\ufeff")).read()


_TOKEN = re.compile(
    r"[ \t\r\n]*(?:"
    r"(?P<mark>[{}\[\],:])"
    r'|(?P<string>"[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*")'
    r"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.]))"
    r"|(?P<word>(?:true|false|null)(?!\w))"
    r")"
)
_BLANK = re.compile(r"[ \t\r\n]*")
_WORDS = {"true": True, "false": False, "null": None}
_SHOWN = 24


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def read(self) -> Source:
        kind, start, token = self._next("a value")
        value, place = self._value(kind, start, token, start, 1)
        blank = _BLANK.match(self.text, self.at)
        if blank is not None and blank.end() != len(self.text):
            self._unexpected("the end", blank.end())
        return Source(self.text, value, place)

    def _next(self, expected: str) -> tuple[str, int, str]:
        """(kind, offset, text) of the next token."""
        found = _TOKEN.match(self.text, self.at)
        if found is None or found.lastgroup is None:
            blank = _BLANK.match(self.text, self.at)
            self._unexpected(expected, self.at if blank is None else blank.end())
        self.at = found.end()
        kind = found.lastgroup
        return kind, found.start(kind), found[kind]

    def _value(
        self, kind: str, start: int, token: str, shown: int, level: int
    ) -> tuple[Any, Place | int]:
        """The value that begins with this token; `shown` is the offset it is known by."""
        match kind:
            case "string":
                return self._string(start, token), shown
            case "number":
                return self._number(start, token), shown
            case "word":
                return _WORDS[token], shown
            case _:
                pass
        if token not in ("{", "["):
            self._unexpected("a value", start)
        if level > DEEPEST:
            self._refuse("This is nested too deeply.", start, f"more than {DEEPEST} levels")
        read = self._object if token == "{" else self._array
        return read(Place(shown), level)

    def _object(self, place: Place, level: int) -> tuple[dict[str, Any], Place]:
        made: dict[str, Any] = {}
        kind, start, token = self._next("a key or `}`")
        if token == "}":
            return made, place
        while True:
            if kind != "string":
                self._unexpected("a key in double quotes", start)
            name, key = self._string(start, token), start
            if name in made:
                self._twice(name, place.inner[name], key)
            kind, start, token = self._next("`:`")
            if token != ":":
                self._unexpected("`:`", start)
            made[name], place.inner[name] = self._value(*self._next("a value"), key, level + 1)
            kind, start, token = self._next("`,` or `}`")
            if token == "}":
                return made, place
            if token != ",":
                self._unexpected("`,` or `}`", start)
            kind, start, token = self._next("a key")

    def _array(self, place: Place, level: int) -> tuple[list[Any], Place]:
        made: list[Any] = []
        kind, start, token = self._next("a value or `]`")
        if token == "]":
            return made, place
        while True:
            value, inner = self._value(kind, start, token, start, level + 1)
            place.inner[len(made)] = inner
            made.append(value)
            kind, start, token = self._next("`,` or `]`")
            if token == "]":
                return made, place
            if token != ",":
                self._unexpected("`,` or `]`", start)
            kind, start, token = self._next("a value")

    def _string(self, start: int, token: str) -> str:
        if "\\" not in token:
            return token[1:-1]
        try:
            return str(json.loads(token))
        except ValueError as error:
            self._refuse("This is not JSON.", start, f"the string has a wrong escape: {error}")

    def _number(self, start: int, token: str) -> int | float:
        try:
            number = int(token) if token.lstrip("-").isdigit() else float(token)
        except ValueError:  # the interpreter refuses integers of thousands of digits
            number = math.inf
        if abs(number) == math.inf:
            self._refuse("This has a number that is too large.", start, token[:_SHOWN])
        return number

    def _twice(self, name: str, first: Place | int, second: int) -> NoReturn:
        line = self._spot(first.at if isinstance(first, Place) else first).line
        shown = json.dumps(name, ensure_ascii=False)
        self._refuse(
            "A key stands twice in one object.",
            second,
            f"{shown} stands on line {line} already: only one of them can be meant",
        )

    def _unexpected(self, expected: str, at: int) -> NoReturn:
        rest = self.text[at : at + _SHOWN]
        constant = re.match(r"-?(NaN|Infinity)\b", rest)
        if constant:
            self._refuse("This is not JSON.", at, f"JSON has no {constant[0]}")
        if not self.text.strip():
            self._refuse("There is no JSON here: the text is empty.", at, f"expected {expected}")
        if not rest:
            self._refuse("This is not JSON: it ends too early.", at, f"expected {expected}")
        if rest[0] in "}]" and self.text[:at].rstrip().endswith(","):
            self._refuse("This is not JSON.", at, "JSON has no comma after the last value")
        if rest.startswith(("//", "/*", "#")):
            self._refuse("This is not JSON.", at, "JSON has no comments")
        if rest[0] == '"' and _TOKEN.match(self.text, at) is None:
            self._refuse(
                "This is not JSON.", at, "the string does not end on its line, or has a control "
                "character in it"
            )  # fmt: skip
        found = json.dumps(rest.split("\n")[0], ensure_ascii=False)
        self._refuse("This is not JSON.", at, f"expected {expected}, found {found}")

    def _refuse(self, title: str, at: int, why: str) -> NoReturn:
        spot = self._spot(at)
        raise Failure(
            Problem(
                title=title,
                detail=f"Line {spot.line}, column {spot.column}: {why}.",
                facts={"line": str(spot.line), "column": str(spot.column)},
            )
        )

    def _spot(self, offset: int) -> Spot:
        return Source(self.text, None, 0).spot_of(offset)


SAYS_SCHEMA = ("type", "properties", "$ref", "anyOf", "$defs", "$schema")
_SAYS_SCHEMA_AS = {"allOf": list, "oneOf": list, "definitions": dict}


def is_schema(value: Any) -> bool:
    """Whether a document is taken for a schema rather than for a sample of the data."""
    if not isinstance(value, dict):
        return False
    return any(name in value for name in SAYS_SCHEMA) or any(
        isinstance(value.get(name), kind) for name, kind in _SAYS_SCHEMA_AS.items()
    )


_HALF = re.compile("[\ud800-\udfff]")


def written(value: Any) -> str:
    """JSON as it is shown and saved: two spaces, every character as itself but for halves of
    surrogate pairs, which no file can hold. Raises RecursionError for what is nested too deep."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
