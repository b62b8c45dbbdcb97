"""Calls of Zod: formats, limits, refinements and constants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.schemas.script import key, literal
from playground.schemas.shapes import Number

FORMATS: Mapping[str, str] = {
    "date-time": "z.iso.datetime({ offset: true, local: true })",
    "date": "z.iso.date()",
    "duration": "z.iso.duration()",
    "email": "z.email()",
    "uuid": "z.guid()",  # z.uuid() asks for a version, which the format does not
    "ipv4": "z.ipv4()",
    "ipv6": "z.ipv6()",
    "uri": "z.url()",
    "time": "z.string().regex(/^([01]\\d|2[0-3])(:[0-5]\\d){2}(\\.\\d+)?(Z|[+-]\\d\\d:\\d\\d)?$/i)",
}
"""Formats that Zod checks. Its own for times knows no offsets."""
DISTINCT = (
    "new Set(items.map((one) => JSON.stringify(one))).size === items.length",
    "The items are not all different",
)


def number(shape: Number) -> str:
    return ("z.int()" if shape.integer else "z.number()") + calls(
        gte=shape.minimum,
        lte=shape.maximum,
        gt=shape.above,
        lt=shape.below,
        multipleOf=shape.multiple,
    )


def calls(**limits: float | None) -> str:
    return "".join(f".{name}({literal(one)})" for name, one in limits.items() if one is not None)


def sized(size: str, value: str, least: int | None, most: int | None) -> str:
    parts = [f"{size} >= {least}"] if least else []
    parts += [f"{size} <= {most}"] if most is not None else []
    return refine(value, " && ".join(parts), "Too few or too many") if parts else ""


def refine(value: str, condition: str, message: str) -> str:
    return f".refine(({value}) => {condition}, {literal(message)})"


def constant(value: Any) -> str:
    """A JSON value as JavaScript writes it; `__proto__` is a key like any other."""
    match value:
        case dict():
            rows = (f"{key(name)}: {constant(one)}" for name, one in value.items())
            return f"{{ {', '.join(rows)} }}" if value else "{}"
        case list():
            return f"[{', '.join(constant(one) for one in value)}]"
        case _:
            return literal(value)
