"""Keywords of JSON Schema, checked in bounded time.

The library runs patterns without a limit, compares each item with each other one, and trips over a
number that is infinite. What these yield is an error in words, or one of the library's own from
further inside. `schemas.validation` puts them in the library's place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from fractions import Fraction
from typing import Any

from playground.schemas.patterns import Patterns

Found = Iterator[Any]
Keyword = Callable[[Any, Any, Any, Any], Found]
"""Of the library's validator, the keyword's value, the instance and the schema around it."""

SHOWN = 100
"""Characters of a text or a pattern in a message."""

_PATTERNS: ContextVar[Patterns] = ContextVar("patterns")


@contextmanager
def searching(patterns: Patterns) -> Iterator[None]:
    """Inside, keywords search with these: the library hands them nothing but the schema."""
    before = _PATTERNS.set(patterns)
    try:
        yield
    finally:
        _PATTERNS.reset(before)


def _matches(keyword: str, patterns: Iterable[str], text: str) -> bool | str:
    """Whether one of them does; words where that could not be found out in time."""
    for pattern in patterns:
        try:
            if _PATTERNS.get().search(pattern, text):
                return True
        except TimeoutError:
            what = f"`{keyword}` was not checked for {_quoted(text)}"
            return f"{what}: the pattern {_quoted(pattern)} takes too long"
    return False


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Found:
    if isinstance(instance, str):
        matches = _matches("pattern", (pattern,), instance)
        if isinstance(matches, str):
            yield matches
        elif not matches:
            yield f"{_quoted(instance)} does not match {_quoted(pattern)}"


def _pattern_properties(validator: Any, value: Any, instance: Any, schema: Any) -> Found:
    if not isinstance(instance, dict):
        return
    for pattern, inner in value.items():
        for name, member in instance.items():
            matches = _matches("patternProperties", (pattern,), name)
            if isinstance(matches, str):
                yield matches
            elif matches:
                yield from validator.descend(member, inner, path=name, schema_path=pattern)


def _additional_properties(validator: Any, value: Any, instance: Any, schema: Any) -> Found:
    if not isinstance(instance, dict):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    extra = []
    for name in instance:
        matches = name in known or _matches("additionalProperties", patterns, name)
        if isinstance(matches, str):
            yield matches
        elif not matches and value is False:
            extra.append(name)
        elif not matches:
            yield from validator.descend(instance[name], value, path=name)
    if extra:
        yield f"Additional properties are not allowed ({_unexpected(extra)})"


def _unevaluated_properties(validator: Any, value: Any, instance: Any, schema: Any) -> Found:
    if not isinstance(instance, dict):
        return
    known: set[str] = set()
    yield from _evaluated(validator, instance, schema, known)
    extra = [
        name
        for name, member in instance.items()
        if name not in known and any(validator.descend(member, value))
    ]
    if extra:
        yield f"Unevaluated properties are not allowed ({_unexpected(extra)})"


def _evaluated(validator: Any, instance: Any, schema: Any, known: set[str]) -> Found:
    """Collects the names of which the schema says something for this instance."""
    if not isinstance(schema, dict):
        return
    known.update(schema.get("properties", {}))
    if patterns := schema.get("patternProperties"):
        for name in instance:
            matches = _matches("unevaluatedProperties", patterns, name)
            if isinstance(matches, str):
                yield matches
                known.add(name)
            elif matches:
                known.add(name)
    for keyword in ("additionalProperties", "unevaluatedProperties"):
        if keyword in schema:
            inner = validator.evolve(schema=schema[keyword])
            known.update(name for name, member in instance.items() if inner.is_valid(member))
    inside = [
        row
        for keyword in ("allOf", "anyOf", "oneOf")
        for row in schema.get(keyword, ())
        if validator.evolve(schema=row).is_valid(instance)
    ]
    inside += [row for name, row in schema.get("dependentSchemas", {}).items() if name in instance]
    if "if" in schema:
        fits = validator.evolve(schema=schema["if"]).is_valid(instance)
        inside += [schema["if"], schema.get("then")] if fits else [schema.get("else")]
    for keyword in ("$ref", "$dynamicRef"):
        if keyword in schema:
            # WORKAROUND: the library offers no other way from a reference to what it names.
            found = validator._resolver.lookup(schema[keyword])
            there = validator.evolve(schema=found.contents, _resolver=found.resolver)
            yield from _evaluated(there, instance, found.contents, known)
    for row in inside:
        yield from _evaluated(validator, instance, row, known)


def _unexpected(names: list[str]) -> str:
    return f"{', '.join(map(repr, names))} {'was' if len(names) == 1 else 'were'} unexpected"


def _unique_items(validator: Any, value: Any, instance: Any, schema: Any) -> Found:
    if not (value and isinstance(instance, list)):
        return
    seen: dict[Any, int] = {}
    for place, item in enumerate(instance):
        if (first := seen.setdefault(_frozen(item), place)) != place:
            yield f"its items {first} and {place} are equal, and they must differ"
            return


def _frozen(value: Any) -> Any:
    """Equal for what JSON Schema calls equal: 1 and 1.0, but not 1 and true."""
    match value:
        case bool():
            return (bool, value)
        case list():
            return tuple(map(_frozen, value))
        case dict():
            return frozenset((name, _frozen(member)) for name, member in value.items())
        case _:
            return value


def _multiple_of(validator: Any, value: Any, instance: Any, schema: Any) -> Found:
    if not validator.is_type(instance, "number"):
        return
    if (isinstance(instance, float) and not math.isfinite(instance)) or _rest(instance, value):
        yield f"{instance!r} is not a multiple of {value}"


def _rest(number: Any, step: Any) -> bool:
    """Whether something is left over. As in the library a step that is a float divides."""
    if not isinstance(step, float):
        return bool(number % step)
    try:
        quotient = number / step
        return bool(int(quotient) != quotient)
    except OverflowError:
        return (Fraction(number) / Fraction(step)).denominator != 1


def _quoted(text: str) -> str:
    shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    return repr(shown)


KEYWORDS: Mapping[str, Keyword] = {
    "additionalProperties": _additional_properties,
    "multipleOf": _multiple_of,
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "unevaluatedProperties": _unevaluated_properties,
    "uniqueItems": _unique_items,
}
