"""What stands in a line of JSON, and which brackets belong together. No Qt.

Strings of JSON end on their line, so a line says by itself what is in it. Nothing here reads more
lines than it is given: who asks decides how far to look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from playground.ui.widgets.source import units

Kind = Literal["name", "keyword", "string", "number", "word", "mark", "bad"]

READ = 4_000
"""Characters of a line whose parts are told; what comes after them is plain."""

_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*+(?P<closed>")?)'
    r"|(?P<number>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-]))"
    r"|(?P<word>(?:true|false|null)(?!\w))"
    r"|(?P<mark>[{}\[\],:])"
    r'|(?P<bad>[^\s{}\[\],:"]+)'
)
_BRACKET = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*+(?P<closed>")?)|[{}\[\]]')
_VALUE = re.compile(r"\s*:\s*(.?)")

OPENING, CLOSING = "{[", "}]"

_ANY = ""
_KEYWORDS: dict[str, str] = {
    **dict.fromkeys(("$defs", "definitions", "properties", "patternProperties"), "{"),
    **dict.fromkeys(("dependentSchemas", "dependencies"), "{"),
    **dict.fromkeys(("anyOf", "allOf", "oneOf", "enum", "prefixItems", "required"), "["),
    **dict.fromkeys(("examples",), "["),
    **dict.fromkeys(("$ref", "$schema", "$id", "$anchor", "$comment", "pattern", "format"), '"'),
    **dict.fromkeys(("title", "description", "contentEncoding", "contentMediaType"), '"'),
    "type": '"[',
    **dict.fromkeys(("const", "default"), _ANY),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), "0"),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "multipleOf"), "0"),
    **dict.fromkeys(("minProperties", "maxProperties", "minContains", "maxContains"), "0"),
    **dict.fromkeys(("uniqueItems", "deprecated", "readOnly", "writeOnly", "nullable"), "tf"),
    **dict.fromkeys(("additionalProperties", "unevaluatedProperties"), "{tf"),
    **dict.fromkeys(("additionalItems", "unevaluatedItems", "contains", "not"), "{tf"),
    **dict.fromkeys(("if", "then", "else", "propertyNames"), "{tf"),
    "items": "{[tf",
}
"""What the value of a keyword begins with; `0` is any number. A property may be called `type`, but
then its value is a schema, which begins with `{`."""


class Token(NamedTuple):
    start: int
    """In UTF-16 units, as Qt counts; so is the length."""
    length: int
    kind: Kind


def tokens(line: str, *, schema: bool) -> list[Token]:
    """What the line consists of. Of a `schema` the keys that are keywords are told from others."""
    found, at, place = [], 0, 0
    narrow = line.isascii()
    for match in _TOKEN.finditer(line, 0, READ):
        start, end = match.span()
        kind = _kind(line, match, schema)
        if narrow:
            found.append(Token(start, end - start, kind))
            continue
        place += units(line[at:start])
        length = units(match[0])
        found.append(Token(place, length, kind))
        at, place = end, place + length
    return found


def _kind(line: str, match: re.Match[str], schema: bool) -> Kind:
    if match["string"] is None:
        return match.lastgroup  # type: ignore[return-value]
    if match["closed"] is None:
        return "string" if match.end() == READ else "bad"
    value = _VALUE.match(line, match.end())
    if value is None:
        return "string"
    return "keyword" if schema and _is_keyword(match[0][1:-1], value[1]) else "name"


def _is_keyword(name: str, begins: str) -> bool:
    """Whether a key with a value that begins so can be a keyword. One whose value is not there
    yet is."""
    wanted = _KEYWORDS.get(name)
    if not wanted:
        return wanted is not None
    return not begins or begins in wanted or (wanted == "0" and begins in "-0123456789")


def brackets(line: str) -> Iterator[tuple[int, str]]:
    """(character, bracket) of those outside of strings."""
    for match in _BRACKET.finditer(line):
        if match["string"] is None:
            yield match.start(), match[0]


def opens(line: str) -> int | None:
    """The character of the first bracket that the line opens and does not close."""
    waiting: list[int] = []
    for at, sign in brackets(line):
        if sign in OPENING:
            waiting.append(at)
        elif waiting:
            waiting.pop()
    return waiting[0] if waiting else None


def closing(lines: Iterable[str], start: int) -> tuple[int, int] | None:
    """(lines further on, character) of the bracket that closes the one at the character `start` of
    the first line; None when it is not in these lines."""
    depth = 0
    for number, line in enumerate(lines):
        for at, sign in brackets(line):
            if number == 0 and at < start:
                continue
            depth += 1 if sign in OPENING else -1
            if depth <= 0:
                return number, at
    return None


def opening(
    lines: Iterable[str], start: int | None = None, *, depth: int = 0
) -> tuple[int, int] | None:
    """(lines back, character) of the bracket that opened what the one at the character `start` of
    the first line closes; the `lines` go upwards. With a `depth` of 1 and no start: what is open
    at the end of the first line."""
    for number, line in enumerate(lines):
        for at, sign in reversed(list(brackets(line))):
            if number == 0 and start is not None and at > start:
                continue
            depth += 1 if sign in CLOSING else -1
            if depth <= 0:
                return number, at
    return None


def unclosed(before: str) -> bool:
    """Whether a string has begun in this beginning of a line and has not ended."""
    inside = False
    for match in _BRACKET.finditer(before):
        inside = match["string"] is not None and match["closed"] is None
    return inside
