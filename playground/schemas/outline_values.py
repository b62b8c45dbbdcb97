"""Editing an outline: what one schema demands of a value, and what it says about it.

Each operation gives a new schema or raises Failure with a sentence. What does not fit any more is
dropped, and the words of the operation name it.
"""

from __future__ import annotations

import json
from typing import Any

from playground.schemas.keywords import MINE
from playground.schemas.lint import suits
from playground.schemas.outline_draft import (
    UNSET,
    Draft,
    Edited,
    called,
    dict_of,
    failure,
    json_of,
    located,
    shaped,
)
from playground.schemas.outline_parts import at, core, is_null, part_of, takes_null, types
from playground.schemas.outline_words import fitting, named
from playground.schemas.reshaping import NULL, closed, described, split
from playground.schemas.rules import CONSTRAINTS, EXPECTED
from playground.schemas.source import Path

KINDS = ("string", "number", "integer", "boolean", "object", "array", "null")
"""Types in the order in which they are offered."""
LISTED = frozenset(("string", "number", "integer", "boolean"))
"""Types whose values can be listed in an `enum`."""
_SHAPES = ("$ref", "anyOf", "oneOf", "allOf")


def retype(schema: Any, path: Path, kind: str) -> Edited:
    """Another type. What is said about the value stays, and whatever fits the new type; null stays
    among the values."""
    if kind not in KINDS:
        raise failure(f"There is no type {kind}.")
    node = located(schema, path)[1]
    steps, shape = ((), node) if kind == "null" else core(node)
    shape = shape if isinstance(shape, dict) else {}
    foreign = {
        word
        for owner, own in MINE.items()
        if owner != ("number" if kind == "integer" else kind)
        for word in own
    }
    dropped = [word for word in shape if word in foreign or word in _SHAPES]
    made = {word: value for word, value in shape.items() if word not in dropped}
    if "const" in made and not _is(made["const"], kind):
        dropped.append("const")
        del made["const"]
    null = takes_null(shape) and kind != "null" and "anyOf" not in shape
    if "enum" in made:
        given = made["enum"] if isinstance(made["enum"], list) else []
        made["enum"] = values = [one for one in given if _is(one, kind)]
        if len(values) < sum(one is not None for one in given) or not values:
            dropped.append("some values" if values else "enum")
        if not values:
            del made["enum"]
        elif null:
            made["enum"] = [*values, None]
    told: Any = [kind, "null"] if null else kind
    describes, rest = split(made)
    made = {**made, "type": told} if "type" in made else {**describes, "type": told, **rest}
    if kind == "object":
        made |= {word: value for word, value in closed({}).items() if word not in made}
    elif kind == "array" and "items" not in made and "prefixItems" not in made:
        made["items"] = {"type": "string"}
    draft = Draft(schema)
    draft.put((*path, *steps), made)
    words = f"{called(schema, path)} is {_article(kind)} now"
    return Edited(draft.schema, path, _with_losses(words, dropped))


def allow_null(schema: Any, path: Path, on: bool) -> Edited:
    """Null among the values, or not any more."""
    part, node = located(schema, path)
    if part == "root":
        raise failure("The root has to be one object: it cannot be null.")
    words = f"{called(schema, path)} {'may' if on else 'may not'} be null"
    if on == (takes_null(dict_of(node)) or takes_null(core(node)[1])):
        return Edited(schema, path, words)
    draft = Draft(schema)
    moved = draft.reshape(path, _with_null if on else _without_null)
    return Edited(draft.schema, path, words, moved)


def _with_null(node: dict[str, Any]) -> dict[str, Any]:
    kinds = types(node)
    describes, rest = split(node)
    values = node.get("enum")
    plain = kinds and not {"object", "array", "null"} & set(kinds)
    if "const" not in node and not any(word in node for word in _SHAPES):
        if plain:
            made = {**node, "type": [*kinds, "null"]}
            return {**made, "enum": [*values, None]} if isinstance(values, list) else made
        if "type" not in node and isinstance(values, list):
            return {**node, "enum": [*values, None]}
    if rest.keys() == {"anyOf"} and isinstance(rest["anyOf"], list):
        return {**node, "anyOf": [*rest["anyOf"], NULL]}
    return {**describes, "anyOf": [rest, NULL]}


def _without_null(node: dict[str, Any]) -> Any:
    made = {word: value for word, value in node.items() if word != "nullable"}
    if isinstance(made.get("anyOf"), list):
        rows = [one for one in made["anyOf"] if not is_null(one)]
        if len(rows) == 1 and takes_null(rows[0]):
            rows = [_without_null(rows[0])]
        describes, rest = split(made)
        if len(rows) == 1 and rest.keys() == {"anyOf"}:
            if isinstance(rows[0], dict):
                return described(rows[0], describes)
            if not describes:
                return rows[0]
        made["anyOf"] = rows
    if "null" in (kinds := types(made)):
        left = [one for one in kinds if one != "null"]
        made["type"] = left[0] if len(left) == 1 else left
    if isinstance(made.get("enum"), list):
        made["enum"] = [one for one in made["enum"] if one is not None]
    return made


def require(schema: Any, path: Path, on: bool) -> Edited:
    """Whether an object must have this property."""
    if located(schema, path)[0] != "property":
        raise failure("Only a property can be required.")
    name, holder = str(path[-1]), path[:-2]
    draft = Draft(schema)
    opened = draft.open(holder)
    listed = opened.get("required", [])
    listed = [*listed] if isinstance(listed, list) else []
    if on and name not in listed:
        order = list(opened["properties"])
        places = [order.index(one) if one in order else len(order) for one in listed]
        here = order.index(name)
        listed.insert(sum(place < here for place in places), name)
    elif not on:
        listed = [one for one in listed if one != name]
    opened["required"] = listed
    return Edited(draft.schema, path, f"{name} {'is required' if on else 'may be left out'}")


def describe(schema: Any, path: Path, keyword: str, text: str) -> Edited:
    """A `title` or `description`; without a text there is none. A reference stands alone, so what
    is said about it is said around it."""
    assert keyword in ("title", "description")
    where, node = path, dict_of(located(schema, path)[1])
    steps, shape = core(node)
    if keyword not in node and isinstance(shape, dict) and keyword in shape:
        where = (*path, *steps)
    words = f"{'Changed' if text else 'Removed'} the {keyword} of {called(schema, path)}"
    draft = Draft(schema)
    moved = draft.reshape(where, lambda one: _described(one, keyword, text))
    return Edited(draft.schema, path, words, moved)


def _described(node: dict[str, Any], keyword: str, text: str) -> Any:
    if not text:
        made = {word: value for word, value in node.items() if word != keyword}
        rows = made.get("anyOf")
        if made.keys() == {"anyOf"} and isinstance(rows, list) and len(rows) == 1:
            return rows[0] if isinstance(rows[0], dict) and "$ref" in rows[0] else made
        return made
    if keyword in node:
        return {**node, keyword: text}
    if "$ref" in node:
        return {keyword: text, "anyOf": [node]}
    head = {key: node[key] for key in ("$schema", "$id", "title") if key in node}
    return {**head, keyword: text, **node} if keyword == "description" else {keyword: text, **node}


def list_values(schema: Any, path: Path, values: list[Any]) -> Edited:
    """The only values there are, as `enum`; without any, all of the type. Null stays what it is."""
    where, shape = shaped(schema, path)
    kinds = [one for one in types(shape) if one != "null"]
    words = f"{'Changed' if values else 'Removed'} the values of {called(schema, path)}"
    draft = Draft(schema)
    opened = draft.open(where)
    if not values:
        if "type" not in opened:  # nothing would be left
            opened["type"] = _type_of(shape.get("enum"))
        opened.pop("enum", None)
        return Edited(draft.schema, path, words)
    if set(kinds) - LISTED or any(word in shape for word in _SHAPES):
        raise failure("Only values of a string, a number or a boolean can be listed.")
    for number, value in enumerate(values):
        if any(named(value) == named(one) and value == one for one in values[:number]):
            raise failure(f"{json_of(value)} is there twice.")
        if kinds and not any(_is(value, kind) for kind in kinds):
            raise failure(f"{json_of(value)} is not {_article(' or '.join(kinds))}.")
    null = takes_null(shape)
    opened.pop("const", None)
    opened["enum"] = [*values, None] if null and None not in values else list(values)
    return Edited(draft.schema, path, words)


def _type_of(values: Any) -> Any:
    kinds = list(dict.fromkeys(map(named, values if isinstance(values, list) else [])))
    known = [one for one in kinds if one in LISTED or one == "null"]
    return known[0] if len(known) == 1 else known or "string"


def fix_value(schema: Any, path: Path, value: Any) -> Edited:
    """The one value there is, as `const`; UNSET: any of the type."""
    where, shape = shaped(schema, path)
    words = f"{'Removed' if value is UNSET else 'Changed'} the value of {called(schema, path)}"
    draft = Draft(schema)
    opened = draft.open(where)
    if value is UNSET:
        if "const" in shape and "type" not in shape:
            opened["type"] = named(shape["const"])
        opened.pop("const", None)
        return Edited(draft.schema, path, words)
    kinds = types(shape)
    if any(word in shape for word in _SHAPES):
        raise failure("A reference or a union has no value of its own.")
    if kinds and not any(_is(value, kind) for kind in kinds):
        raise failure(f"{json_of(value)} is not {_article(' or '.join(kinds))}.")
    opened.pop("enum", None)
    opened["const"] = value
    return Edited(draft.schema, path, words)


def constrain(schema: Any, path: Path, keyword: str, value: Any) -> Edited:
    """A limit on the values, of CONSTRAINTS; UNSET: none."""
    where, shape = shaped(schema, path)
    draft = Draft(schema)
    opened = draft.open(where)
    words = f"{keyword} of {called(schema, path)}"
    if value is UNSET:
        opened.pop(keyword, None)
        return Edited(draft.schema, path, f"Removed {words}")
    if keyword not in CONSTRAINTS or keyword not in fitting(shape):
        raise failure(f"{keyword} does not limit {_article(' or '.join(types(shape)))}.")
    if not suits(keyword, value) or value == "":
        raise failure(f"{keyword} takes {EXPECTED[CONSTRAINTS[keyword]]}.")
    opened[keyword] = value
    return Edited(draft.schema, path, f"Changed {words}")


def read_value(kinds: list[str], text: str) -> Any:
    """What somebody typed as a value of one of these types; of no type it is JSON, or else the text
    itself. Raises Failure."""
    known = [one for one in kinds if one != "null"]
    if known == ["string"]:
        return text
    try:
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        value = text
    if known and not any(_is(value, kind) for kind in known):
        raise failure(f"{json_of(text)} is not {_article(' or '.join(known))}.")
    return value


def write_value(kinds: list[str], value: Any) -> str:
    """How a value is typed."""
    alone = [one for one in kinds if one != "null"] == ["string"]
    if isinstance(value, str):
        return value if alone or not _reads_as_json(value) else json_of(value)
    return json_of(value)


def _reads_as_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


def wrap(schema: Any, path: Path) -> Edited:
    """An array of what it was; what is said about it is said of the array."""
    part, node = located(schema, path)
    if part == "root":
        raise failure("The root has to be one object: an array stands in a property.")
    draft = Draft(schema)
    moved = ((path, (*path, "items")),)
    draft.repoint(moved)
    node = at(draft.schema, path)
    describes, rest = split(node) if isinstance(node, dict) else ({}, node)
    draft.put(path, {**describes, "type": "array", "items": rest})
    return Edited(draft.schema, path, f"{called(schema, path)} is an array now", moved)


def unwrap(schema: Any, path: Path) -> Edited:
    """An array becomes what its items were."""
    where, shape = shaped(schema, path)
    items = shape.get("items")
    if "array" not in types(shape) or not isinstance(items, dict):
        raise failure("Only an array with items of one kind can become one of them.")
    if part_of(where) == "root":
        raise failure("The root stays what it is: its items would be the whole answer.")
    draft = Draft(schema)
    moved = (((*where, "items"), where),)
    draft.repoint(moved)
    shape = at(draft.schema, where)
    lost = [word for word in split(shape)[1] if word not in ("type", "items")]
    made = described(shape["items"], split(shape)[0])
    if "null" in types(shape) and not takes_null(made):
        made = _with_null(made)
    draft.put(where, made)
    words = f"{called(schema, path)} is one item now"
    return Edited(draft.schema, path, _with_losses(words, lost), moved)


def _is(value: Any, kind: Any) -> bool:
    whole = isinstance(value, float) and value.is_integer()
    return (
        named(value) == kind
        or (kind == "number" and named(value) == "integer")
        or (kind == "integer" and whole)
    )


def _article(kind: str) -> str:
    return f"{'an' if kind[:1] in 'aeiou' else 'a'} {kind}" if kind else "this"


def _with_losses(words: str, dropped: list[str]) -> str:
    if not dropped:
        return words
    return f"{words}; without {', '.join(dropped)}"
