"""What a schema says about a value, in words: its kind, and its limits in short.

Pure, and nothing here raises, whatever JSON it is given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from playground.schemas.lint import kinds_of
from playground.schemas.outline_parts import core, is_null, takes_null, types
from playground.schemas.pointers import pointed
from playground.schemas.reshaping import split
from playground.schemas.rules import CONSTRAINTS

JUNK = "not a schema"
SHOWN = 60
"""Characters of a summary that are worth a line."""
_DEEP = 3
"""Arrays of arrays that are spelled out."""


def kind(node: Any, root: Any = None, depth: int = 0) -> str:
    """The values of a schema in words: `array of string`, `Person (ref)`, `one of 3`."""
    if not isinstance(node, dict):
        return {True: "anything", False: "nothing"}[node] if isinstance(node, bool) else JUNK
    if "$ref" in node:
        return _reference(node["$ref"], root)
    for keyword, words in (("anyOf", "one of"), ("oneOf", "exactly one of"), ("allOf", "all of")):
        branches = node.get(keyword)
        if isinstance(branches, list) and "type" not in node:
            real = [one for one in branches if keyword != "anyOf" or not is_null(one)]
            return f"{words} {len(real)}"
    kinds = [str(one) for one in kinds_of(node)] or _meant(node)
    words = " or ".join(_composed(one, node, root, depth) for one in kinds)
    return words or ("anything" if not split(node)[1] else "no type")


def _reference(ref: Any, root: Any) -> str:
    found = pointed(root, ref)
    if found is None:
        return f"{_clipped(ref if isinstance(ref, str) else json.dumps(ref))} (not there)"
    steps, named = found
    if steps:
        return f"{steps[-1]} (ref)"
    title = named.get("title") if isinstance(named, dict) else None
    return f"{title if isinstance(title, str) and title else 'schema'} (ref)"


def _meant(node: dict[str, Any]) -> list[str]:
    """The types of a schema that does not say any."""
    if "const" in node:
        return [named(node["const"])]
    if isinstance(node.get("enum"), list):
        return list(dict.fromkeys(map(named, node["enum"])))
    return [word for word, key in (("object", "properties"), ("array", "items")) if key in node]


def named(value: Any) -> str:
    """The type of a JSON value."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _composed(word: str, node: dict[str, Any], root: Any, depth: int) -> str:
    if word == "array":
        places = node.get("prefixItems", node.get("items"))
        if isinstance(places, list):
            return f"tuple of {len(places)}"
        if depth < _DEEP and "items" in node:
            return f"array of {_all(node['items'], root, depth + 1)}"
    more = node.get("additionalProperties")
    if word == "object" and isinstance(more, dict) and more and not node.get("properties"):
        return f"map of {_all(more, root, depth + 1)}" if depth < _DEEP else "map"
    return word


def _all(node: Any, root: Any, depth: int) -> str:
    """With null, in words that stand behind `of`."""
    words = kind(core(node)[1], root, depth)
    if takes_null(node) and " or null" not in words:
        words += " or null"
    return f"({words})" if " or " in words else words


_BOUNDS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
    "multipleOf": "multiple of {}",
    "pattern": "/{}/",
    "format": "{}",
}


def summary(node: Any) -> str:
    """The limits of a schema in short: `≥ 0, ≤ 9`, `1–5 items`, `"a" | "b"`."""
    if not isinstance(node, dict):
        return ""
    told = []
    if "const" in node:
        told.append(f"= {_json(node['const'])}")
    if isinstance(node.get("enum"), list):
        told.append(" | ".join(_json(one) for one in node["enum"][:SHOWN]))
    told += [
        words.format(value if isinstance(value := node[keyword], str) else _json(value))
        for keyword, words in _BOUNDS.items()
        if keyword in node
    ]
    for least, most, what in (("minLength", "maxLength", "character"),
                              ("minItems", "maxItems", "item")):  # fmt: skip
        if least in node or most in node:
            told.append(_span(node.get(least), node.get(most), what))
    return _clipped(", ".join(told))


def _span(least: Any, most: Any, what: str) -> str:
    if least is not None and least == most:
        return f"{_json(least)} {what}{'' if least == 1 else 's'}"
    if most is None:
        return f"at least {_json(least)} {what}{'' if least == 1 else 's'}"
    if least is None:
        return f"at most {_json(most)} {what}{'' if most == 1 else 's'}"
    return f"{_json(least)}–{_json(most)} {what}s"


def fitting(node: Any) -> list[str]:
    """The keywords of CONSTRAINTS that limit the values of a schema, and those that are in it."""
    kinds = set(types(node))
    return [
        keyword
        for keyword in CONSTRAINTS
        if kinds & LIMITED[keyword] or (isinstance(node, dict) and keyword in node)
    ]


_NUMBERS = frozenset(("number", "integer"))
LIMITED: Mapping[str, frozenset[str]] = {
    keyword: frozenset(("array",))
    if keyword.endswith("Items")
    else frozenset(("string",))
    if keyword in ("pattern", "format", "minLength", "maxLength")
    else _NUMBERS
    for keyword in CONSTRAINTS
}
"""The types whose values a constraint limits."""


def _json(value: Any) -> str:
    try:
        return _clipped(json.dumps(value, ensure_ascii=False))
    except (RecursionError, TypeError, ValueError):
        return "…"


def _clipped(text: str) -> str:
    line = " ".join(text[: 4 * SHOWN].split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
