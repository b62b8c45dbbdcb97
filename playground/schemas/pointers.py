"""References as JSON pointers: what they name, and giving them other names. Pure."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from playground.schemas.source import Path


def pointed(schema: Any, ref: Any) -> tuple[Path, Any] | None:
    """(path, schema) of what `#/properties/a` names; None when there is no schema."""
    if not isinstance(ref, str) or not ref.startswith("#") or ref[1:2] not in ("", "/"):
        return None
    steps: list[str | int] = []
    for step in ref.split("/")[1:]:
        name = plain(step)
        if isinstance(schema, dict) and name in schema:
            schema = schema[name]
            steps.append(name)
        elif isinstance(schema, list) and name.isdecimal() and int(name) < len(schema):
            schema = schema[int(name)]
            steps.append(int(name))
        else:
            return None
    return (tuple(steps), schema) if isinstance(schema, dict | bool) else None


def plain(step: str) -> str:
    """A name as it is, of one as a pointer has it."""
    return unquote(step).replace("~1", "/").replace("~0", "~")


def defined(name: str) -> str:
    """The pointer to a definition."""
    return "#/$defs/" + name.replace("~", "~0").replace("/", "~1")


def refers(tree: Any, ref: str) -> bool:
    """Whether anything in it is this reference."""
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if one.get("$ref") == ref:
                return True
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one
    return False


def renamed(tree: Any, old: str, new: str) -> Any:
    """A copy in which one reference has another name."""
    if isinstance(tree, dict):
        return {
            key: new if key == "$ref" and value == old else renamed(value, old, new)
            for key, value in tree.items()
        }
    return [renamed(row, old, new) for row in tree] if isinstance(tree, list) else tree
