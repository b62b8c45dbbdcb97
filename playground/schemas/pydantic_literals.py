"""Constants and constraints as Pydantic source has them."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from pydantic_core import SchemaError, SchemaValidator, core_schema

from playground.schemas.names import pattern_fault
from playground.schemas.shapes import Number, Record, Shape, Text, inner


def number(shape: Number) -> tuple[str, dict[str, str]]:
    limits = constraints(
        gt=shape.above,
        ge=shape.minimum,
        lt=shape.below,
        le=shape.maximum,
        multiple_of=shape.multiple,
    )
    return "int" if shape.integer else "float", limits


def constraints(**values: Any) -> dict[str, str]:
    return {key: literal(value) for key, value in values.items() if value is not None}


def literal(value: Any) -> str:
    """A JSON value as Python writes it."""
    if isinstance(value, str):
        text = repr(value)
        # Double quotes, as formatters want them, where that is the same string.
        if text[0] == "'" and '"' not in text:
            return f'"{text[1:-1]}"'.replace("\\'", "'")
        return text
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{literal(key)}: {literal(one)}" for key, one in value.items()) + "}"
        )
    if isinstance(value, list):
        return f"[{', '.join(literal(one) for one in value)}]"
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return repr(value)


def raw(pattern: str) -> str:
    if "\\" in pattern and '"' not in pattern and pattern.isprintable() and pattern[-1] != "\\":
        return f'r"{pattern}"'
    return literal(pattern)


@lru_cache(maxsize=512)
def engine(pattern: str) -> str:
    """The engine of Pydantic's that takes a pattern: `rust-regex`, `python-re`, or none."""
    try:
        SchemaValidator(core_schema.str_schema(pattern=pattern))
        return "rust-regex"
    except SchemaError:
        pass
    return "" if pattern_fault(pattern) else "python-re"


def pattern_engine(shape: Shape) -> str:
    """The engine that the patterns in a shape need; classes of its own aside."""
    waiting = [shape]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Text) and one.pattern is not None and engine(one.pattern) == "python-re":
            return "python-re"
        waiting.extend(part for part in inner(one) if not isinstance(part, Record))
    return ""
