"""JSON values laid out as the literals of a programming language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

WIDTH = 72
"""Columns of a value on one line, indentation included; what stands before it needs some too."""


@dataclass(frozen=True, slots=True)
class Expression:
    """Code in the place of a value: written as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Syntax:
    atom: Callable[[Any], str]
    """Writes strings, numbers, booleans and null."""
    key: Callable[[str], str]
    """Writes the name before a colon."""
    pad: str = ""
    """Between a brace and what it holds on the same line."""


def literal(value: Any, syntax: Syntax, depth: int = 0) -> str:
    """A value on one line where it fits, else one element a line, four blanks a level deep."""
    flat = _flat(value, syntax)
    if len(flat) + 4 * depth <= WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    inner, end = "    " * (depth + 1), "    " * depth
    if isinstance(value, dict):
        rows = [
            f"{inner}{syntax.key(name)}: {literal(one, syntax, depth + 1)},\n"
            for name, one in value.items()
        ]
        return f"{{\n{''.join(rows)}{end}}}"
    rows = [f"{inner}{literal(one, syntax, depth + 1)},\n" for one in value]
    return f"[\n{''.join(rows)}{end}]"


def _flat(value: Any, syntax: Syntax) -> str:
    if isinstance(value, dict) and value:
        rows = (f"{syntax.key(name)}: {_flat(one, syntax)}" for name, one in value.items())
        return f"{{{syntax.pad}{', '.join(rows)}{syntax.pad}}}"
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return f"[{', '.join(_flat(one, syntax) for one in value)}]"
    return value.text if isinstance(value, Expression) else syntax.atom(value)
