"""The strict subset of JSON Schema as a server knows it: its keywords, its limits, and how its
references and unions are read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

PROPERTIES = 5000
LEVELS = 10
"""Of objects and arrays; what stands in `$defs` begins at the first one again."""
CHARACTERS = 120_000
"""Over the names of properties and definitions, and over enum and const values."""
ENUM_VALUES = 1000
LONG_ENUM = 250
"""Strings of one enum above which all of them together have a limit in characters."""
LONG_ENUM_CHARACTERS = 15_000
LONGEST_PATH = 400
"""Steps from the root to a schema in which others are looked at."""

TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
)
FORBIDDEN = (
    "allOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "patternProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "prefixItems",
    "additionalItems",
    "contains",
    "minContains",
    "maxContains",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "definitions",
    "default",
    "nullable",
    "discriminator",
    "$dynamicRef",
    "$recursiveRef",
)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value % 1 == 0


CONSTRAINTS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    # keyword: what it takes in words, and whether a value is that
    "pattern": ("a string", lambda value: isinstance(value, str)),
    "format": ("a string", lambda value: isinstance(value, str)),
    "multipleOf": ("a number above 0", lambda value: _is_number(value) and value > 0),
    **dict.fromkeys(
        ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), ("a number", _is_number)
    ),
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems"), ("a whole number from 0", _is_count)
    ),
}


def kinds_of(schema: Any) -> list[Any]:
    """The types that a schema names."""
    kinds = schema.get("type", []) if isinstance(schema, dict) else []
    return kinds if isinstance(kinds, list) else [kinds]


def is_object(schema: dict[str, Any]) -> bool:
    return "object" in kinds_of(schema) or ("type" not in schema and "properties" in schema)


def is_array(schema: dict[str, Any]) -> bool:
    return "array" in kinds_of(schema)


def target(root: dict[str, Any], ref: Any) -> Any:
    """The schema that `#` or `#/$defs/NAME` names; None for any other reference."""
    if ref == "#":
        return root
    defined = root.get("$defs")
    if not isinstance(ref, str) or not ref.startswith("#/$defs/") or not isinstance(defined, dict):
        return None
    name = ref.removeprefix("#/$defs/")
    if name in defined:
        return defined[name]
    plain = unquote(name).replace("~1", "/").replace("~0", "~")
    return defined.get(plain) if "/" not in name else None


def followed(root: dict[str, Any], schema: Any) -> Any:
    """What a schema is behind its references; None when they lead nowhere, or in a circle."""
    met: set[str] = set()
    while isinstance(schema, dict) and "$ref" in schema:
        ref = schema["$ref"]
        if not isinstance(ref, str) or ref in met:
            return None
        met.add(ref)
        schema = target(root, ref)
    return schema


def beginning(root: dict[str, Any], branch: Any) -> tuple[str, str] | None:
    """The first key of an object branch, with its value where that tells branches apart."""
    branch = followed(root, branch)
    properties = branch.get("properties") if isinstance(branch, dict) else None
    if not isinstance(properties, dict) or not properties:
        return None
    name, first = next(iter(properties.items()))
    told = first.get("const", first.get("enum", "")) if isinstance(first, dict) else ""
    return name, compact(told)


def length(value: Any) -> int:
    """Characters of an enum or const value."""
    return len(value) if isinstance(value, str) else len(compact(value))


def compact(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    except RecursionError:
        return "…"
