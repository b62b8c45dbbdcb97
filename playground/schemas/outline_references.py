"""Editing an outline: what stands in `$defs` and is named from elsewhere.

Each operation gives a new schema or raises Failure with a sentence.
"""

from __future__ import annotations

from typing import Any

from playground.schemas.names import type_name
from playground.schemas.outline_draft import (
    Draft,
    Edited,
    called,
    dict_of,
    failure,
    located,
    pointer,
    shaped,
)
from playground.schemas.outline_parts import at, core, definitions, is_null, part_of, takes_null
from playground.schemas.outline_places import add_definition
from playground.schemas.pointers import pointed
from playground.schemas.reshaping import NULL, described, free, split
from playground.schemas.source import Path


def extract(schema: Any, path: Path, name: str = "") -> Edited:
    """What stands at `path` becomes a definition, and a reference to it takes its place. Without a
    name it gets one like that of its property."""
    part, _ = located(schema, path)
    where, shape = shaped(schema, path)
    if part in ("root", "definition"):
        raise failure("The root and the definitions can be referred to as they are.")
    if "$ref" in shape:
        raise failure("This is a reference already.")
    taken = definitions(schema)
    name = name or free(type_name(str(_nearest_name(path)), "Definition"), taken)
    moved = ((where, ("$defs", name)),)
    draft = Draft(schema)
    draft.repoint(moved)
    node = at(draft.schema, where)
    draft.put(where, {"$ref": pointer(("$defs", name))})
    made = add_definition(draft.schema, name, node)
    words = f"{called(schema, path)} is the definition {name} now"
    return Edited(made.schema, path, words, moved)


def _nearest_name(path: Path) -> str | int:
    """Of the property or definition that a schema belongs to, with a capital letter."""
    for end in range(len(path), 0, -1):
        if part_of(path[:end]) in ("property", "definition"):
            name = str(path[end - 1])
            return name[:1].upper() + name[1:]
    return "Definition"


def inline(schema: Any, path: Path) -> Edited:
    """What a reference names takes its place. One that names itself is written out once."""
    where, shape = shaped(schema, path)
    if "$ref" not in shape:
        raise failure("This is no reference.")
    found = pointed(schema, shape["$ref"])
    if found is None:
        raise failure("What it names is not there.")
    steps, node = found
    if not steps:
        raise failure("It names the whole schema, which cannot stand in itself.")
    if where[: len(steps)] == steps:
        raise failure(f"It stands in {called(schema, steps)} itself.")
    draft = Draft(schema)
    beside = {word: value for word, value in shape.items() if word != "$ref"}
    describes, rest = split(beside)
    made = described(node, describes) if isinstance(node, dict) else node
    draft.put(where, {**made, **rest} if rest and isinstance(made, dict) else made)
    if where != path:  # a reference with only a description around it
        outer = dict_of(at(draft.schema, path))
        says, demands = split(outer)
        if demands.keys() == {"anyOf"} and len(demands["anyOf"]) == 1 and isinstance(made, dict):
            draft.put(path, described(at(draft.schema, where), says))
    return Edited(draft.schema, path, f"{called(schema, path)} is written out")


def refer(schema: Any, path: Path, name: str | None) -> Edited:
    """A reference to a definition, or to the root without a name, in place of what was there. Null
    stays among the values, and what is said about it stays."""
    part, node = located(schema, path)
    if part == "root":
        raise failure("The root has to be one object: a reference stands in a property.")
    if name is not None and name not in definitions(schema):
        raise failure(f"There is no definition {name}.")
    if name is not None and path == ("$defs", name):
        raise failure("A definition cannot be nothing but itself.")
    made: Any = {"$ref": "#" if name is None else pointer(("$defs", name))}
    if isinstance(node, dict):
        describes = split(node)[0]
        shape = core(node)[1]
        if takes_null(node) or takes_null(shape) or is_null(node):
            made = {**describes, "anyOf": [made, NULL]}
        else:
            made = described(made, describes)
    draft = Draft(schema)
    draft.put(path, made)
    named = "the root" if name is None else name
    return Edited(draft.schema, path, f"{called(schema, path)} refers to {named} now")
