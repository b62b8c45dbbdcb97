"""Keywords of JSON Schema, taken out of a schema one by one, and what is wrong about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.core.problem import Failure, Problem
from playground.schemas.shapes import UNSET, Notes

SILENT = frozenset(("$schema", "$id", "$comment", "$anchor", "$defs", "definitions", "$vocabulary"))
"""Keywords that say nothing about the value."""
MINE = {
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "array": (
        "items",
        "prefixItems",
        "additionalItems",
        "minItems",
        "maxItems",
        "uniqueItems",
    ),
    "object": (
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "propertyNames",
        "minProperties",
        "maxProperties",
    ),
}
"""Keywords that concern one type, by type; those of `number` are also those of `integer`."""


def notes(rest: dict[str, Any]) -> Notes:
    examples = rest.pop("examples", ())
    title, description = rest.pop("title", ""), rest.pop("description", "")
    return Notes(
        title=title if isinstance(title, str) else "",
        description=description if isinstance(description, str) else "",
        default=rest.pop("default", UNSET),
        examples=tuple(examples) if isinstance(examples, list) else (),
        deprecated=rest.pop("deprecated", False) is True,
        unread=rest,
    )


def joined(inside: Notes, outside: Notes) -> Notes:
    return Notes(
        title=outside.title or inside.title,
        description=outside.description or inside.description,
        default=inside.default if outside.default is UNSET else outside.default,
        examples=outside.examples or inside.examples,
        deprecated=outside.deprecated or inside.deprecated,
        unread={**inside.unread, **outside.unread},
    )


def take(rest: dict[str, Any], keyword: str, path: str) -> Any:
    """A number out of the keywords. `exclusiveMinimum: true`, of old drafts, stays unread."""
    value = rest.get(keyword)
    if value is None or isinstance(value, bool):
        return None
    if not isinstance(value, int | float):
        raise failure(f"{path}.{keyword}", f"This must be a number, and it is {kind_of(value)}.")
    return rest.pop(keyword)


def take_text(rest: dict[str, Any], keyword: str, path: str) -> str | None:
    value = rest.pop(keyword, None)
    if value is not None and not isinstance(value, str):
        raise failure(f"{path}.{keyword}", f"This must be a string, and it is {kind_of(value)}.")
    return value


def mapping(node: Mapping[str, Any], keyword: str, path: str) -> dict[str, Any]:
    value = node.get(keyword, {})
    if not isinstance(value, dict):
        raise failure(f"{path}.{keyword}", f"This must be an object, and it is {kind_of(value)}.")
    return value


def escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def kind_of(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list" if value else "an empty list"
        case dict():
            return "an object"
        case _:
            return type(value).__name__


def failure(path: str, sentence: str) -> Failure:
    return Failure(
        Problem(
            title="This schema cannot be turned into code.",
            detail=f"{path}: {sentence}",
            facts={"path": path},
        )
    )
