"""The schemas in a schema: where they stand, and which of them says the shape of a value.

Pure, and nothing here raises, whatever JSON it is given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from playground.schemas.lint import kinds_of
from playground.schemas.reshaping import split
from playground.schemas.source import Path

Part = Literal["root", "property", "pattern", "items", "place", "branch", "definition", "keyword"]
"""What a schema is to the one around it."""

MAPS: Mapping[str, Part] = {
    "properties": "property",
    "patternProperties": "pattern",
    "$defs": "definition",
    "definitions": "definition",
}
"""Keywords that hold schemas by name."""
LISTS: Mapping[str, Part] = {
    "prefixItems": "place",
    "items": "place",  # in older drafts
    "anyOf": "branch",
    "oneOf": "branch",
    "allOf": "branch",
}
"""Keywords that hold schemas in a list."""
SINGLE: Mapping[str, str] = {
    "items": "items",
    "additionalItems": "further items",
    "additionalProperties": "other keys",
    "propertyNames": "names of keys",
    "contains": "contains",
    "unevaluatedItems": "unevaluated items",
    "unevaluatedProperties": "unevaluated keys",
    "not": "not",
    "if": "if",
    "then": "then",
    "else": "else",
}
"""Keywords that hold one schema, and what their rows are called."""
_SWITCHES = frozenset(
    ("additionalItems", "additionalProperties", "unevaluatedItems", "unevaluatedProperties")
)
"""Of those, the ones that are mostly true or false: such are no rows."""
_HOLDERS = frozenset((*MAPS, *LISTS, *SINGLE))


class Inner(NamedTuple):
    """A schema in a schema."""

    steps: Path
    node: Any
    part: Part


def inside(node: Any) -> Iterator[Inner]:
    """The schemas that stand directly in one, properties first. A keyword that should hold schemas
    and does not is given as if it was one: a row says what is wrong."""
    if not isinstance(node, dict) or _HOLDERS.isdisjoint(node):
        return
    for keyword, part in MAPS.items():
        if keyword in node and part != "definition":
            yield from _in_map(node, keyword, part)
    for keyword in SINGLE:
        rows = node.get(keyword)
        switched = keyword in _SWITCHES and isinstance(rows, bool)
        listed = keyword == "items" and isinstance(rows, list)
        if keyword in node and not switched and not listed:
            yield Inner((keyword,), rows, "items" if keyword == "items" else "keyword")
    for keyword, part in LISTS.items():
        rows = node.get(keyword)
        if isinstance(rows, list):
            yield from (Inner((keyword, at), row, part) for at, row in enumerate(rows))
        elif keyword in node and keyword != "items":
            yield Inner((keyword,), _Wrong(rows), "keyword")
    for keyword, part in MAPS.items():
        if keyword in node and part == "definition":
            yield from _in_map(node, keyword, part)


def _in_map(node: dict[str, Any], keyword: str, part: Part) -> Iterator[Inner]:
    rows = node[keyword]
    if isinstance(rows, dict):
        yield from (Inner((keyword, name), row, part) for name, row in rows.items())
    else:
        yield Inner((keyword,), _Wrong(rows), "keyword")


class _Wrong:
    """Something in the place of schemas; a dictionary there would be taken for one."""

    def __init__(self, value: Any) -> None:
        self.value = value


def part_of(path: Path) -> Part | None:
    """What the schema at a path is to the one around it; None when the path leads to no schema. A
    property may be called like a keyword, so this is read from the root."""
    part: Part = "root"
    at = 0
    while at < len(path):
        keyword, step = path[at], path[at + 1] if at + 1 < len(path) else None
        if keyword in MAPS and isinstance(step, str):
            part, at = MAPS[str(keyword)], at + 2
        elif keyword in LISTS and isinstance(step, int):
            part, at = LISTS[str(keyword)], at + 2
        elif keyword in SINGLE:
            part, at = "items" if keyword == "items" else "keyword", at + 1
        else:
            return None
    return part


def around(path: Path) -> Path:
    """The path of the schema around that at `path`."""
    return path[: -1 if part_of(path) in ("items", "keyword") else -2]


def at(schema: Any, path: Path) -> Any:
    """What stands at a path; None where nothing does."""
    for step in path:
        named = isinstance(schema, dict) and step in schema
        counted = isinstance(schema, list) and isinstance(step, int) and 0 <= step < len(schema)
        if not (named or counted):
            return None
        schema = schema[step]
    return schema


def core(node: Any) -> tuple[Path, Any]:
    """(steps, schema) to where a schema says its shape: the one branch of a union that may also be
    null, or that only has a description around it; else itself."""
    if isinstance(node, dict) and "anyOf" in node:
        rows = node["anyOf"]
        if isinstance(rows, list) and split(node)[1].keys() == {"anyOf"}:
            real = [number for number, row in enumerate(rows) if not is_null(row)]
            if len(real) == 1:
                return ("anyOf", real[0]), rows[real[0]]
    return (), node


def types(node: Any) -> list[str]:
    """The types that a schema names, as far as these are words."""
    return [one for one in kinds_of(node) if isinstance(one, str)]


def is_null(node: Any) -> bool:
    """Whether a schema takes null and nothing else."""
    return isinstance(node, dict) and node.get("type") in ("null", ["null"])


def takes_null(node: Any) -> bool:
    """Whether null is among the values of a schema, as far as it says so itself."""
    if not isinstance(node, dict) or is_null(node):
        return False
    if isinstance(node.get("anyOf"), list):
        return any(map(is_null, node["anyOf"]))
    values = node.get("enum")
    listed = "type" not in node and isinstance(values, list) and None in values
    return "null" in kinds_of(node) or node.get("nullable") is True or listed


def references(schema: Any) -> Iterator[tuple[Path, str]]:
    """(path of the schema, reference) of every `$ref`. Data such as a `const` is not looked at."""
    waiting: list[tuple[Path, Any]] = [((), schema)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield path, node["$ref"]
            waiting += [(path + steps, inner) for steps, inner, _ in inside(node)]


def definitions(schema: Any) -> list[str]:
    """The names in `$defs`."""
    named = schema.get("$defs") if isinstance(schema, dict) else None
    return [str(name) for name in named] if isinstance(named, dict) else []


def same(one: Any, other: Any) -> bool:
    """Whether two schemas are written alike: the order of keys counts, and 1 is neither 1.0 nor
    true. What both share costs nothing."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if left is right:
            continue
        if type(left) is not type(right):
            return False
        if isinstance(left, dict):
            if list(left) != list(right):
                return False
            waiting += zip(left.values(), right.values(), strict=True)
        elif isinstance(left, list):
            if len(left) != len(right):
                return False
            waiting += zip(left, right, strict=True)
        elif left != right:
            return False
    return True
