"""Editing an outline: what there is, what it is called, and in which order.

Each operation gives a new schema or raises Failure with a sentence. They are done the strict way:
in an object that is strict a new property is required, and nothing else is let in.
"""

from __future__ import annotations

from typing import Any

from playground.schemas.lint import is_object, kinds_of
from playground.schemas.outline import row
from playground.schemas.outline_draft import (
    Draft,
    Edited,
    Moved,
    called,
    dict_of,
    failure,
    located,
    shaped,
)
from playground.schemas.outline_parts import LISTS, around, at, core, is_null, part_of, references
from playground.schemas.pointers import pointed
from playground.schemas.reshaping import closed, described, free, split
from playground.schemas.source import Path

TEXT = {"type": "string"}
_SAYS_OTHERWISE = ("$ref", "anyOf", "oneOf", "allOf", "enum", "const")


def add_property(
    schema: Any, path: Path, name: str = "", *, after: str | None = None, node: Any = None
) -> Edited:
    """A property of the object at `path`: at its end, or behind another one. Without a name it gets
    one that is free."""
    where, shape = shaped(schema, path)
    kinds = kinds_of(shape)
    if not is_object(shape) and (kinds or any(word in shape for word in _SAYS_OTHERWISE)):
        raise failure("Only an object has properties.")
    strict = is_strict(shape)
    draft = Draft(schema)
    opened = draft.open(where)
    opened.setdefault("type", "object")
    properties = draft.map(where, "properties")
    name = name or free("field", properties)
    _free(name, properties, "property")
    properties[name] = dict(TEXT) if node is None else node
    if after is not None and after in properties:
        _behind(draft, (*where, "properties"), name, after)
    if strict:
        listed = opened.setdefault("required", [])
        if isinstance(listed, list):
            _list(draft, (*where, "required"), name, after)
        opened["additionalProperties"] = False
    return Edited(draft.schema, (*where, "properties", name), f"Added {name}")


def is_strict(node: dict[str, Any]) -> bool:
    """Whether an object lets in nothing but its properties and demands all of them, or says nothing
    yet."""
    properties, required = node.get("properties", {}), node.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        return False
    listed = {one for one in required if isinstance(one, str)}
    return node.get("additionalProperties", False) is False and properties.keys() <= listed


def add_items(schema: Any, path: Path) -> Edited:
    """What the items of an array are, where that is not said."""
    where, shape = shaped(schema, path)
    if "array" not in kinds_of(shape):
        raise failure("Only an array has items.")
    if "items" in shape:
        raise failure("It is said already what the items are.")
    draft = Draft(schema)
    draft.open(where)["items"] = dict(TEXT)
    return Edited(draft.schema, (*where, "items"), f"Added items of {called(schema, path)}")


def add_branch(schema: Any, path: Path, node: Any = None) -> Edited:
    """A further branch of the union at `path`; what is none becomes the first branch of one."""
    _, shape = located(schema, path)
    made = dict(TEXT) if node is None else node
    words = f"Added a branch to {called(schema, path)}"
    draft = Draft(schema)
    for keyword in ("anyOf", "oneOf", "allOf"):
        rows = shape.get(keyword) if isinstance(shape, dict) else None
        if isinstance(rows, list):
            places = draft.open((*path, keyword))
            # Null stays where one looks for it: at the end.
            number = len(rows) - 1 if rows and is_null(rows[-1]) else len(rows)
            places.insert(number, made)
            return Edited(draft.schema, (*path, keyword, number), words)
    if not path:
        raise failure("The root has to be one object: a union stands in a property.")
    describes, rest = split(dict_of(shape))
    if rest:
        draft.repoint(((path, (*path, "anyOf", 0)),))
        rest = split(dict_of(at(draft.schema, path)))[1]
    first = [rest] if rest else []
    draft.put(path, {**describes, "anyOf": [*first, made]})
    moved = ((path, (*path, "anyOf", 0)),) if rest else ()
    return Edited(draft.schema, (*path, "anyOf", len(first)), words, moved)


def add_definition(schema: Any, name: str = "", node: Any = None) -> Edited:
    """A definition in `$defs` of the root."""
    draft = Draft(schema)
    dict_of(schema)
    rows = draft.map((), "$defs")
    name = name or free("Definition", rows)
    _free(name, rows, "definition")
    rows[name] = closed({}) if node is None else node
    return Edited(draft.schema, ("$defs", name), f"Added the definition {name}")


def rename(schema: Any, path: Path, name: str) -> Edited:
    """Another name for a property or a definition, in the same place; `required` and all references
    follow."""
    part, _ = located(schema, path)
    if part not in ("property", "definition", "pattern"):
        raise failure("Only properties and definitions have names.")
    old, new = str(path[-1]), (*path[:-1], name)
    if name == old:
        return Edited(schema, path, f"{old} keeps its name")
    _free(name, at(schema, path[:-1]), "definition" if part == "definition" else "property")
    draft = Draft(schema)
    draft.repoint(((path, new),))
    draft.rename(path[:-1], {old: name})
    holder = draft.open(path[:-2])
    if part == "property" and isinstance(holder.get("required"), list):
        listed = draft.open((*path[:-2], "required"))
        listed[:] = [name if one == old else one for one in listed]
    return Edited(draft.schema, new, f"Renamed {old} to {name}", ((path, new),))


def move(schema: Any, path: Path, by: int) -> Edited:
    """So many places down, or up when negative. Strict answers come in the order of properties."""
    part, _ = located(schema, path)
    if part in ("root", "items", "keyword"):
        raise failure("This has no place among others.")
    holder, step = path[:-1], path[-1]
    rows = at(schema, holder)
    keys = list(rows) if isinstance(rows, dict) else list(range(len(rows)))
    here = keys.index(step)
    there = min(max(here + by, 0), len(keys) - 1)
    if here == there:
        raise failure("It is the first one." if by < 0 else "It is the last one.")
    words = f"Moved {called(schema, path)} {'up' if by < 0 else 'down'}"
    draft = Draft(schema)
    keys.insert(there, keys.pop(here))
    if isinstance(rows, dict):
        listed = at(schema, (*path[:-2], "required"))
        draft.order(holder, keys)
        if part == "property" and listed == list(rows):  # it told the same order
            draft.open(path[:-2])["required"] = list(keys)
        return Edited(draft.schema, path, words)
    moved = tuple(((*holder, old), (*holder, new)) for new, old in enumerate(keys) if old != new)
    draft.repoint(moved)
    places = draft.open(holder)
    places[:] = [places[old] for old in keys]
    return Edited(draft.schema, (*holder, there), words, moved)


def remove(schema: Any, path: Path) -> Edited:
    """Without what is at `path`. What references name stays until they are gone, and a union of one
    is what is left of it."""
    part, _ = located(schema, path)
    if part == "root":
        raise failure("The root stays: it can only be emptied.")
    if part == "items" and "array" in kinds_of(at(schema, around(path))):
        raise failure("An array has to say what its items are: give them another type.")
    naming = sum(_leads_into(schema, ref, path) for _, ref in _outside(schema, path))
    if naming:
        how = "A reference names" if naming == 1 else f"{naming} references name"
        raise failure(f"{how} {called(schema, path)}: change that first.")
    words = f"Removed {called(schema, path)}"
    if part in ("branch", "place"):
        return _without(schema, path, words)
    draft = Draft(schema)
    keys = list(at(schema, path[:-1]))
    del draft.open(path[:-1])[path[-1]]
    if part == "property":
        if isinstance(at(schema, (*path[:-2], "required")), list):
            listed = draft.open((*path[:-2], "required"))
            listed[:] = [one for one in listed if one != path[-1]]
    elif part in ("definition", "pattern") and len(keys) == 1:
        del draft.open(path[:-2])[path[-2]]
    return Edited(draft.schema, _next(path, keys, part), words)


def _without(schema: Any, path: Path, words: str) -> Edited:
    """Without one of a list."""
    holder, here = path[:-1], int(path[-1])
    union, left = holder[:-1], len(at(schema, holder)) - 1
    if not left and LISTS.get(str(holder[-1])) == "branch":
        raise failure("A union has at least one branch.")
    moved: Moved = tuple(((*holder, old), (*holder, old - 1)) for old in range(here + 1, left + 1))
    draft = Draft(schema)
    draft.repoint(moved)
    places = draft.open(holder)
    del places[here]
    describes, rest = split(draft.open(union))
    if left == 1 and rest.keys() == {"anyOf"} and isinstance(places[0], dict):
        whole = (((*holder, 1 - here), union),)
        draft = Draft(schema)
        draft.repoint(whole)
        last = at(draft.schema, (*holder, 1 - here))
        draft.put(union, described(last, describes))
        return Edited(draft.schema, union, words, whole)
    if not left:
        del draft.open(union)[holder[-1]]
    return Edited(draft.schema, (*holder, min(here, left - 1)) if left else union, words, moved)


def duplicate(schema: Any, path: Path) -> Edited:
    """The same once more, right behind it."""
    part, node = located(schema, path)
    if part in ("root", "items", "keyword"):
        raise failure("There can be only one of this.")
    holder, step = path[:-1], path[-1]
    words = f"Duplicated {called(schema, path)}"
    draft = Draft(schema)
    if part == "property":
        made = add_property(
            schema, path[:-2], free(str(step), at(schema, holder)), after=str(step), node=node
        )
        return made._replace(words=words)
    if part in ("definition", "pattern"):
        rows = draft.open(holder)
        name = free(str(step), rows)
        rows[name] = node
        _behind(draft, holder, name, str(step))
        return Edited(draft.schema, (*holder, name), words)
    here, last = int(step), len(at(schema, holder))
    moved = tuple(((*holder, old), (*holder, old + 1)) for old in range(here + 1, last))
    draft.repoint(moved)
    places = draft.open(holder)
    places.insert(here + 1, places[here])
    return Edited(draft.schema, (*holder, here + 1), words, moved)


def add_below(schema: Any, path: Path, *, within: bool = False) -> Edited:
    """What one more row below this one means: another property behind a property, another branch
    behind a branch, a property of an object. `within`: in it rather than behind it, where it can
    hold something."""
    shape = core(at(schema, path))[1]
    holds = isinstance(shape, dict) and is_object(shape)
    part = part_of(path)
    if holds and (within or part in ("root", "definition", "items")):
        return add_property(schema, path)
    if part == "property":
        return add_property(schema, path[:-2], after=str(path[-1]))
    if part == "branch":
        return add_branch(schema, path[:-2])
    if part == "definition":
        return add_definition(schema)
    if part in ("root", None):
        return add_property(schema, ())
    return add_below(schema, row(schema, around(path)).path)


def _free(name: str, taken: Any, what: str) -> None:
    """Raises Failure for a name that cannot be given."""
    if not name.strip():
        raise failure("A name cannot be empty.")
    if isinstance(taken, dict) and name in taken:
        raise failure(f"There is a {what} {name} already.")


def _behind(draft: Draft, holder: Path, name: str, other: str) -> None:
    keys = [key for key in at(draft.schema, holder) if key != name]
    keys.insert(keys.index(other) + 1, name)
    draft.order(holder, keys)


def _list(draft: Draft, path: Path, name: str, after: str | None) -> None:
    """Put a name into `required`, once: behind another where that is in it."""
    listed = draft.open(path)
    if name not in listed:
        listed.insert(listed.index(after) + 1 if after in listed else len(listed), name)


def _next(path: Path, keys: list[str], part: str) -> Path:
    """Where one looks when the row at `path` is gone."""
    keyword = part not in ("property", "definition", "pattern")
    if keyword or len(keys) == 1:
        return around(path)
    here = keys.index(str(path[-1]))
    return (*path[:-1], keys[here + 1] if here + 1 < len(keys) else keys[here - 1])


def _outside(schema: Any, path: Path) -> list[tuple[Path, str]]:
    """The references that are not in what is at `path`."""
    return [one for one in references(schema) if one[0][: len(path)] != path]


def _leads_into(schema: Any, ref: str, path: Path) -> bool:
    found = pointed(schema, ref)
    return found is not None and found[0][: len(path)] == path
