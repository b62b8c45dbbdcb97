"""A schema while it is edited: what is written to is copied first, all else is shared.

Every operation on an outline takes a schema and gives another one, which has most of its parts in
common with the first: an edit among thousands of properties copies the way to them and no more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple, TypeAlias

from playground.core.problem import Failure, Problem
from playground.schemas.outline import Row
from playground.schemas.outline_parts import Part, around, at, core, part_of, references
from playground.schemas.pointers import pointed
from playground.schemas.source import Path

Moved: TypeAlias = tuple[tuple[Path, Path], ...]
"""(path before, path after) of schemas that have gone elsewhere with all that is in them."""

UNSET: Final = object()
"""In place of a value: the keyword goes. None is a value like any other."""


class Edited(NamedTuple):
    schema: Any
    path: Path
    """Of what was edited, in the new schema."""
    words: str
    """What was done, and what was lost by it."""
    moved: Moved = ()


def failure(sentence: str) -> Failure:
    return Failure(Problem(title=sentence))


class Draft:
    def __init__(self, schema: Any) -> None:
        self.given = schema
        self.schema = schema
        self._own: dict[int, Any] = {}
        """Containers that were made here, by their id."""

    def open(self, path: Path) -> Any:
        """The object or list at a path, to be written to. Raises Failure when there is none."""
        node = self.schema = self._owned(self.schema)
        for step in path:
            if at(node, (step,)) is None:
                raise gone()
            node[step] = self._owned(node[step])
            node = node[step]
        return node

    def _owned(self, node: Any) -> Any:
        if id(node) in self._own:
            return node
        if not isinstance(node, dict | list):
            raise failure("What stands here is not a schema.")
        copy = node.copy()
        self._own[id(copy)] = copy
        return copy

    def put(self, path: Path, node: Any) -> None:
        """Another schema in the place of one."""
        if path:
            self.open(path[:-1])[path[-1]] = node
        else:
            self.schema = node

    def map(self, path: Path, keyword: str) -> dict[str, Any]:
        """The object that a schema has under a keyword, made where there is none."""
        node = self.open(path)
        if not isinstance(node.get(keyword), dict):
            if keyword in node:
                raise failure(f"`{keyword}` is not an object here: only the text can mend it.")
            node[keyword] = {}
        return dict_of(self.open((*path, keyword)))

    def rename(self, path: Path, names: dict[str, str]) -> None:
        """Keys of an object get other names and stay in their places."""
        rows = self.open(path)
        fresh = {names.get(key, key): row for key, row in rows.items()}
        rows.clear()
        rows.update(fresh)

    def order(self, path: Path, names: Iterable[Any]) -> None:
        """The keys of an object in another order."""
        rows = self.open(path)
        fresh = {name: rows[name] for name in names}
        rows.clear()
        rows.update(fresh)

    def reshape(self, path: Path, change: Callable[[Any], Any]) -> Moved:
        """Another schema, made of the one at a path; references follow what says its shape."""
        node = at(self.schema, path)
        before, after = core(node)[0], core(change(node))[0]
        moved: Moved = () if before == after else (((*path, *before), (*path, *after)),)
        self.repoint(moved)
        self.put(path, change(at(self.schema, path)))
        return moved

    def repoint(self, moved: Moved) -> None:
        """References go to where the schemas are that they name. To be called before these go. What
        goes deeper leaves something in its place, which keeps the references to itself."""
        for path, ref in list(references(self.given)) if moved else ():
            found = pointed(self.given, ref)
            if found is None:
                continue
            for old, new in moved:
                deeper = new[: len(old)] == old
                if found[0][: len(old)] == old and not (deeper and found[0] == old):
                    self.open(path)["$ref"] = pointer(new + found[0][len(old) :])
                    break


def dict_of(node: Any) -> dict[str, Any]:
    """Raises Failure when it is none."""
    if not isinstance(node, dict):
        raise failure("What stands here is not a schema.")
    return node


def gone() -> Failure:
    return failure("There is nothing here any more.")


def pointer(path: Path) -> str:
    """The reference to a schema at a path."""
    return "#" + "".join(
        f"/{str(step).replace('~', '~0').replace('/', '~1').replace('%', '%25')}" for step in path
    )


def located(schema: Any, path: Path) -> tuple[Part, Any]:
    """(what it is, the schema) at a path. Raises Failure when there is none."""
    part, node = part_of(path), at(schema, path)
    missing = path and path[-1] not in _keys(at(schema, path[:-1]))
    if part is None or missing:
        raise gone() if missing else failure("What stands here is not a schema.")
    return part, node


def _keys(holder: Any) -> Any:
    if isinstance(holder, list):
        return range(len(holder))
    return holder if isinstance(holder, dict) else ()


def shaped(schema: Any, path: Path) -> tuple[Path, dict[str, Any]]:
    """(path, schema) of what says the shape of the schema at a path. Raises Failure when that is
    no schema, or only true or false."""
    _, node = located(schema, path)
    steps, shape = core(node)
    return path + steps, dict_of(shape)


def called(schema: Any, path: Path) -> str:
    """What the schema at a path is called in a sentence."""
    match part_of(path):
        case None | "root":
            return "the schema"
        case "property" | "definition" | "pattern":
            return str(path[-1])
        case _:
            key = Row(schema, path, None, part_of(path) or "root", 0).key
            return f"{key} of {called(schema, around(path))}"


def json_of(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
