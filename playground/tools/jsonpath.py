"""JSONPath: the part of RFC 9535 that rules need.

    $.items[0]['unit price']   $.items[-1]   $.items[1:3]   $['a', 'b']
    $.items[*].price           $..price      $.items[?@.price > 10]   $.items[?@.price]

A filter asks whether something is there, by names and places below `@`, or compares it with a
literal; only numbers and strings have an order. Not read, and refused: functions, `&&`, `||`, `!`,
comparisons of two paths, `$` in a filter.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, assert_never

LONGEST = 1_000
"""Characters of a path."""
LOOKED_AT = 200_000
"""Values that one search looks at: `$..*..*..*` over a few of them is millions."""

_NAME = r"[^\W\d]\w*"
_STRING = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_INTEGER = r"-?\d{1,15}"
_LITERAL = rf"{_STRING}|-?\d{{1,15}}(?:\.\d{{1,15}})?(?:[eE][+-]?\d{{1,3}})?|true|false|null"
_BELOW = rf"(?:\.{_NAME}|\[\s*(?:{_STRING}|{_INTEGER})\s*\])*"

_DOTTED = re.compile(rf"\.\.?(?:\*|(?P<name>{_NAME}))")
_BRACKETED = re.compile(
    rf"(?P<every>\*)|(?P<string>{_STRING})"
    rf"|(?P<slice>(?P<start>{_INTEGER})?\s*:\s*(?P<stop>{_INTEGER})?"
    rf"(?:\s*:\s*(?P<stride>{_INTEGER})?)?)"
    rf"|(?P<place>{_INTEGER})"
    rf"|\?\s*(?P<open>\()?\s*@(?P<below>{_BELOW})\s*"
    rf"(?:(?P<operator>[=!<>]=|[<>])\s*(?P<literal>{_LITERAL})\s*)?(?(open)\))"
)
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_STEP = re.compile(rf"\.({_NAME})|\[\s*(?:({_STRING})|({_INTEGER}))\s*\]")
_BLANK = re.compile(r"\s*")


class PathError(ValueError):
    """A path that cannot be read, or that leads to too much; says why."""


@dataclass(frozen=True, slots=True)
class Every:
    """All children."""


@dataclass(frozen=True, slots=True)
class Filter:
    """The children of which something is true."""

    below: tuple[str | int, ...]
    operator: str = ""
    """Empty: what is below is there."""
    literal: Any = None

    def holds(self, value: Any) -> bool:
        for step in self.below:
            found = list(_of(value, step))
            if not found:
                return self.operator == "!="  # as the RFC has it: nothing is no literal
            value = found[0]
        match self.operator:
            case "":
                return True
            case "==":
                return same(value, self.literal)
            case "!=":
                return not same(value, self.literal)
        ordered = (_is_number(value) and _is_number(self.literal)) or (
            isinstance(value, str) and isinstance(self.literal, str)
        )
        return ordered and _ORDERS[self.operator](value, self.literal)


Selector = str | int | slice | Every | Filter
"""A name; a place in a list, from its end when negative; some places; all; those that hold."""


@dataclass(frozen=True, slots=True)
class Segment:
    selectors: tuple[Selector, ...]
    descends: bool
    """Also of everything below."""


@dataclass(frozen=True, slots=True)
class Path:
    segments: tuple[Segment, ...]

    def select(self, value: Any) -> list[Any]:
        """What it leads to, in order. Raises PathError when that is too much."""
        found = [value]
        looked_at = 0
        for segment in self.segments:
            before, found = found, []
            for one in _all_below(before) if segment.descends else before:
                for selector in segment.selectors:
                    looked_at += 1 if isinstance(selector, str | int) else 1 + len(_children(one))
                    if looked_at > LOOKED_AT:
                        raise PathError(f"The path leads to more than {LOOKED_AT:,} values.")
                    found += _of(one, selector)
        return found


@lru_cache(maxsize=512)
def parsed(path: str) -> Path:
    """Raises PathError."""
    if len(path) > LONGEST:
        raise PathError(f"The path is longer than {LONGEST:,} characters.")
    if not path.startswith("$"):
        raise PathError(f"The path {path!r} does not begin with `$`.")
    segments, at = [], 1
    while at < len(path):
        descends = path.startswith("..", at)
        bracket = at + 2 * descends
        if path.startswith("[", bracket):
            selectors, at = _bracketed(path, bracket + 1)
        elif found := _DOTTED.match(path, at):
            selectors, at = (found["name"] or Every(),), found.end()
        else:
            raise _unread(path, at)
        segments.append(Segment(selectors, descends))
    return Path(tuple(segments))


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: 1 is 1.0, and is not true. Without recursion."""
    waiting = [(one, other)]
    while waiting:
        one, other = waiting.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            waiting += [(value, other[key]) for key, value in one.items()]
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            waiting += zip(one, other, strict=True)
        elif isinstance(one, bool) is not isinstance(other, bool) or one != other:
            return False
    return True


def _bracketed(path: str, at: int) -> tuple[tuple[Selector, ...], int]:
    """The selectors up to the closing bracket, and the place behind it."""
    selectors: list[Selector] = []
    while True:
        at = _blank(path, at)
        found = _BRACKETED.match(path, at)
        if found is None:
            raise _unread(path, at)
        selectors.append(_selector(found, path))
        at = _blank(path, found.end())
        if path.startswith("]", at):
            return tuple(selectors), at + 1
        if not path.startswith(",", at):
            raise _unread(path, at)
        at += 1


def _selector(found: re.Match[str], path: str) -> Selector:
    if found["every"]:
        return Every()
    if found["string"]:
        return _string(found["string"], path)
    if found["slice"]:
        limits = (found[name] for name in ("start", "stop", "stride"))
        return slice(*(None if limit is None else int(limit) for limit in limits))
    if found["place"]:
        return int(found["place"])
    below = tuple(
        step[1] or (_string(step[2], path) if step[2] else int(step[3]))
        for step in _STEP.finditer(found["below"])
    )
    if found["literal"] is None:
        return Filter(below)
    return Filter(below, found["operator"], _literal(found["literal"], path))


def _literal(text: str, path: str) -> Any:
    if text[0] in "'\"":
        return _string(text, path)
    try:
        return json.loads(text)
    except ValueError as error:
        raise PathError(f"{text!r} in the path {path!r} is no literal: {error}") from error


def _string(text: str, path: str) -> str:
    body = text[1:-1]
    if text[0] == "'":
        # JSON does not know \' and wants \" where these quotes leave " alone.
        body = re.sub(r"\\.|\"", lambda one: {"\\'": "'", '"': '\\"'}.get(one[0], one[0]), body)
    try:
        return str(json.loads(f'"{body}"'))
    except ValueError as error:
        raise PathError(f"{text} in the path {path!r} is no string: {error}") from error


def _of(value: Any, selector: Selector) -> Iterator[Any]:
    match selector:
        case str():
            if isinstance(value, dict) and selector in value:
                yield value[selector]
        case int():
            if isinstance(value, list) and -len(value) <= selector < len(value):
                yield value[selector]
        case slice():
            if isinstance(value, list) and selector.step != 0:
                yield from value[selector]
        case Every():
            yield from _children(value)
        case Filter():
            yield from (one for one in _children(value) if selector.holds(one))
        case _:
            assert_never(selector)


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _all_below(values: list[Any]) -> Iterator[Any]:
    """Each of them and everything in it, parents before their children."""
    waiting = values[::-1]
    while waiting:
        value = waiting.pop()
        yield value
        waiting += _children(value)[::-1]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _blank(path: str, at: int) -> int:
    found = _BLANK.match(path, at)
    return found.end() if found else at


def _unread(path: str, at: int) -> PathError:
    return PathError(
        f"The path {path!r} cannot be read from {path[at : at + 20]!r} on: it has names, places, "
        "slices, `*`, `..` and filters such as `[?@.price > 10]`."
    )
