"""How the objects of a union begin: their first keys have to tell them apart.

A model writes keys in the order of the schema, so the first one decides which branch it is in.
"""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from playground.schemas.lint import beginning, target
from playground.schemas.reshaping import free
from playground.schemas.source import Path

Schema = dict[str, Any]

PASSES = 3
"""Over the whole schema: putting one union right can put another wrong that shares a branch."""


def told_apart(schema: Any) -> Iterator[tuple[Path, str]]:
    """Changes the schema in place; yields (path of the union, what was done)."""
    for number in range(PASSES):
        # What is shared cannot be put in another order for one union only.
        ways = (_by_value, _by_name, _by_new_key) if number < PASSES - 1 else (_by_new_key,)
        changed = False
        for node, path in list(_unions(schema)):
            if not _clashing(schema, node):
                continue
            for way in ways:
                words = way(schema, node)
                if words:
                    changed = True
                    yield path, words
                if not _clashing(schema, node):
                    break
        if not changed:
            return


def _unions(schema: Any) -> Iterator[tuple[Schema, Path]]:
    waiting: list[tuple[Any, Path]] = [(schema, ())]
    while waiting:
        node, path = waiting.pop()
        if not isinstance(node, dict):
            continue
        if isinstance(node.get("anyOf"), list):
            yield node, path
            waiting += [(row, (*path, "anyOf", index)) for index, row in enumerate(node["anyOf"])]
        if isinstance(node.get("items"), dict):
            waiting.append((node["items"], (*path, "items")))
        for name in ("properties", "$defs"):
            if isinstance(node.get(name), dict):
                waiting += [(row, (*path, name, key)) for key, row in node[name].items()]


def _clashing(root: Any, union: Schema) -> list[int]:
    """The indices of the branches that begin alike."""
    begins = [beginning(root, row) for row in union["anyOf"]]
    often = Counter(begin for begin in begins if begin is not None)
    return [index for index, begin in enumerate(begins) if begin and often[begin] > 1]


def _objects(root: Any, union: Schema) -> list[Schema]:
    return [_object(root, union["anyOf"][index]) for index in _clashing(root, union)]


def _object(root: Any, branch: Schema) -> Schema:
    while "$ref" in branch:  # `beginning` has followed it to an object
        branch = target(root, branch["$ref"])
    return branch


def _by_value(root: Any, union: Schema) -> str:
    """A key that all have, with a constant that differs."""
    objects = _objects(root, union)
    for name in objects[0]["properties"]:
        told = [_told(one["properties"].get(name)) for one in objects]
        if all(told) and len(set(told)) == len(told):
            for one in objects:
                _first(one, name)
            return f"{json.dumps(name)} comes first in each branch: it tells them apart"
    return ""


def _told(schema: Any) -> str:
    if not isinstance(schema, dict) or not {"const", "enum"} & schema.keys():
        return ""
    return json.dumps(schema.get("const", schema.get("enum")), sort_keys=True)


def _by_name(root: Any, union: Schema) -> str:
    """A key that no other has."""
    objects = _objects(root, union)
    often = Counter(name for one in objects for name in one["properties"])
    own = [next((name for name in one["properties"] if often[name] == 1), None) for one in objects]
    if own.count(None) > 1:
        return ""
    for one, name in zip(objects, own, strict=True):
        if name is not None:
            _first(one, name)
    words = ", ".join(json.dumps(name) for name in own if name is not None)
    return f"{words} comes first in its branch: it tells it from the others"


def _by_new_key(root: Any, union: Schema) -> str:
    """A constant of our own; such a branch is a copy, for others may use what it refers to."""
    indices = _clashing(root, union)
    objects = _objects(root, union)
    key = free("kind", {name for one in objects for name in one["properties"]})
    taken: set[str] = set()
    for index, one in zip(indices, objects, strict=True):
        branch = union["anyOf"][index]
        said = str(branch.get("$ref", "")).rsplit("/", 1)[-1] or str(one.get("title", ""))
        value = re.sub(r"\W+", "_", said).strip("_").lower() or f"option_{index + 1}"
        value = free(value, taken)
        taken.add(value)
        made = {name: row for name, row in copy.deepcopy(one).items() if name != "$defs"}
        made["properties"] = {key: {"type": "string", "const": value}, **made["properties"]}
        made["required"] = list(made["properties"])
        union["anyOf"][index] = made
    return f"{json.dumps(key)} is a new first key in each branch, and tells them apart"


def _first(schema: Schema, name: str) -> None:
    properties = schema["properties"]
    schema["properties"] = {name: properties[name], **properties}
    schema["required"] = list(schema["properties"])
