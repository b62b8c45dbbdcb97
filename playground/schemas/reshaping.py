"""The shapes that stand in for what the strict subset cannot say. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from playground.schemas.lint import kinds_of
from playground.schemas.rules import ANNOTATIONS
from playground.schemas.wording import joined

Schema = dict[str, Any]

NULL: Schema = {"type": "null"}


def closed(properties: dict[str, Any]) -> Schema:
    """A strict object."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def entries(key: Any, value: Any) -> Schema:
    """Any number of keys that nobody can name beforehand: `{"a": 1}` as
    `[{"key": "a", "value": 1}]`."""
    return {"type": "array", "items": closed({"key": key, "value": value})}


def any_value(name: str) -> Schema:
    """The definition `name`: all of JSON. Its objects are lists of entries, for the subset has no
    other for keys that are not known."""
    itself = {"$ref": f"#/$defs/{name}"}
    return {
        "description": "Any JSON value; an object is written as the list of its entries.",
        "anyOf": [
            {"type": "string"},
            {"type": "number"},
            {"type": "boolean"},
            NULL,
            {"type": "array", "items": itself},
            closed({"entries": entries({"type": "string"}, itself)}),
        ],
    }


def split(schema: Schema) -> tuple[Schema, Schema]:
    """(what only describes, what demands something)."""
    describes = {name: value for name, value in schema.items() if name in ANNOTATIONS}
    return describes, {name: value for name, value in schema.items() if name not in ANNOTATIONS}


def described(schema: Any, annotations: Schema) -> Any:
    """The schema with annotations around it; those of its own come after them."""
    if not annotations:
        return schema
    own, rest = split(schema)
    if "$ref" in rest:
        return {**annotations, "anyOf": [schema]}
    both = {**own, **annotations}
    if text := joined(annotations.get("description"), own.get("description")):
        both["description"] = text
    return {**both, **rest}


def nullable(schema: Any) -> Any:
    """The schema, or null."""
    annotations, rest = split(schema)
    kinds = kinds_of(rest)
    plain = isinstance(rest.get("type"), str | list) and not {"object", "array"} & set(kinds)
    if plain and "const" not in rest and "anyOf" not in rest:
        made = {**rest, "type": [*kinds, "null"]}
        if isinstance(rest.get("enum"), list):
            made["enum"] = [*rest["enum"], None]
        return {**annotations, **made}
    if rest.keys() == {"anyOf"} and isinstance(rest["anyOf"], list):
        return {**annotations, "anyOf": [*rest["anyOf"], NULL]}
    return {**annotations, "anyOf": [rest, NULL]}


def accepts_null(schema: Any, resolve: Callable[[Any], Any], depth: int = 0) -> bool:
    """Whether null is among the values. `resolve` gives what a reference names."""
    if not isinstance(schema, dict):
        return schema is True
    if depth > 50:  # a schema that names itself only
        return False

    def inner(row: Any) -> bool:
        return accepts_null(row, resolve, depth + 1)

    if schema.get("nullable") is True:
        return True
    return all(
        (
            "$ref" not in schema or inner(resolve(schema["$ref"])),
            "type" not in schema or "null" in kinds_of(schema),
            not isinstance(schema.get("enum"), list) or None in schema["enum"],
            schema.get("const", None) is None,
            *(
                how(map(inner, schema[name]))
                for name, how in (("anyOf", any), ("oneOf", any), ("allOf", all))
                if isinstance(schema.get(name), list)
            ),
        )
    )


def names_for(schemas: Sequence[Any]) -> list[str]:
    """Property names for the places of a tuple: their titles where these are words and differ."""
    titles = [
        re.sub(r"\W+", "_", str(row.get("title", ""))).strip("_").lower()
        if isinstance(row, dict)
        else ""
        for row in schemas
    ]
    if all(titles) and len(set(titles)) == len(titles):
        return titles
    return [f"item_{number}" for number in range(1, len(schemas) + 1)]


def free(name: str, taken: Any) -> str:
    """A name that is not taken yet."""
    number, made = 2, name
    while made in taken:
        made = f"{name}_{number}"
        number += 1
    return made
