"""Whether a value without anything inside is what a schema says: quick, for what is simple."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from playground.schemas.answer_branches import type_of, types

ANNOTATIONS = frozenset(
    ("title", "description", "default", "examples", "$comment", "$schema", "deprecated")
)
"""Keywords that say nothing about the value."""
_SIMPLE = ANNOTATIONS | {"type", "const", "enum"}

Check = Callable[[Any], bool]


def simple(schema: Any) -> Check | None:
    """For a schema of types and constants only; None for any other."""
    if schema is True or schema == {}:
        return lambda value: True
    if not isinstance(schema, dict) or not _SIMPLE.issuperset(schema):
        return None
    said = types({"type": schema["type"]}) if "type" in schema else None
    allowed = None
    if "const" in schema or "enum" in schema:
        allowed = {_spelled(one) for one in schema.get("enum", [schema.get("const")])}
        if "const" in schema:
            allowed &= {_spelled(schema["const"])}

    def check(value: Any) -> bool:
        if said is not None:
            kind = type_of(value)
            integral = kind == "number" and value.is_integer() and "integer" in said
            if kind not in said and not integral and not (kind == "integer" and "number" in said):
                return False
        return allowed is None or _spelled(value) in allowed

    return check


def _spelled(value: Any) -> str:
    """The same for what JSON Schema calls equal."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True)
