"""The library of prompts as a tree of folders, and what putting things elsewhere in it means."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from playground.core.problem import Failure, Problem
from playground.core.prompts import DEEPEST, folders, within
from playground.store.prompts import PromptRow

Kind = Literal["folder", "prompt", "trash", "thrown"]


@dataclass(slots=True)
class Node:
    """A folder, a prompt, the trash, or a prompt in that."""

    kind: Kind
    title: str
    folder: str = ""
    """Of a folder: its path. Of a prompt: that of the folder it lies in."""
    row: PromptRow | None = None
    below: list[Node] = field(default_factory=list)
    above: Node | None = field(default=None, repr=False, compare=False)

    @property
    def key(self) -> str:
        """The same for the same thing, however often the tree is made."""
        return f"{self.kind}:{self.folder if self.row is None else self.row.id}"

    @property
    def prompts(self) -> list[PromptRow]:
        """All that lies in it, or it itself."""
        if self.row is not None:
            return [self.row]
        return [row for one in self.below for row in one.prompts]


class Move(NamedTuple):
    """A prompt is to lie in another folder."""

    prompt: str
    source: str
    target: str


class Moves(NamedTuple):
    prompts: list[Move]
    folders: list[tuple[str, str]]
    """Folders that get another path, (old, new), the outermost of them."""
    restored: list[str]
    """Prompts that leave the trash for it."""


def shelf(
    rows: Sequence[PromptRow], kept: Collection[str] = (), thrown: Sequence[PromptRow] = ()
) -> list[Node]:
    """The tree: folders first, each before what lies beside it, and the trash at the end, while
    there is anything in it. `kept`: folders that are there although nothing lies in them."""
    root = Node("folder", "")
    places = {"": root}
    for path in folders([*kept, *(row.folder for row in rows)]):
        outer, _, name = path.rpartition("/")
        places[path] = node = Node("folder", name, path, above=places[outer])
        places[outer].below.append(node)
    for row in rows:
        above = places[row.folder]
        above.below.append(Node("prompt", row.title, row.folder, row, above=above))
    if thrown:
        trash = Node("trash", "Trash")
        trash.below = [Node("thrown", one.title, one.folder, one, above=trash) for one in thrown]
        root.below.append(trash)
    for one in root.below:
        one.above = None
    return root.below


def outermost(nodes: Iterable[Node]) -> list[Node]:
    """Without those that lie in others of them."""
    chosen = list(nodes)
    keys = {one.key for one in chosen}

    def is_inside(node: Node) -> bool:
        above = node.above
        while above is not None:
            if above.key in keys:
                return True
            above = above.above
        return False

    return [one for one in chosen if not is_inside(one)]


def into(nodes: Iterable[Node], target: str) -> Moves:
    """What it means to put these into a folder. Raises Failure where a folder would lie in itself,
    or too deep to be kept."""
    made = Moves([], [], [])
    for node in outermost(nodes):
        if node.kind == "folder":
            path = f"{target}/{node.title}" if target else node.title
            _rename(made, node, path)
        elif node.row is not None and (node.kind == "thrown" or node.folder != target):
            made.prompts.append(Move(node.row.id, node.folder, target))
            made.restored.extend([node.row.id] if node.kind == "thrown" else [])
    return made


def renamed(node: Node, path: str) -> Moves:
    """What it means that a folder gets another path. Raises Failure as `into` does."""
    made = Moves([], [], [])
    _rename(made, node, path)
    return made


def _rename(made: Moves, node: Node, path: str) -> None:
    old = node.folder
    if path == old:
        return
    if within(path, old):
        raise _refused("A folder cannot lie in itself.", f"{old} → {path}")
    deepest = max([_depth(old), *(_depth(one) for one in _inner(node))])
    if deepest - _depth(old) + _depth(path) > DEEPEST:
        raise _refused("Folders cannot lie that deep in each other.", f"{path}: up to {DEEPEST}.")
    made.folders.append((old, path))
    made.prompts.extend(
        Move(row.id, row.folder, path + row.folder[len(old) :]) for row in node.prompts
    )


def rebased(paths: Iterable[str], moved: Iterable[tuple[str, str]]) -> list[str]:
    """Folders, of which some got another path."""
    found = list(paths)
    for old, new in moved:
        found = [new + path[len(old) :] if within(path, old) else path for path in found]
    return sorted(set(found))


def unused(wanted: str, there: Collection[str]) -> str:
    """A path that no folder has: this one, or with a number behind it."""
    found, number = wanted, 1
    while found in there:
        number += 1
        found = f"{wanted} {number}"
    return found


def _inner(node: Node) -> list[str]:
    return [
        path for one in node.below if one.kind == "folder" for path in (one.folder, *_inner(one))
    ]


def _depth(path: str) -> int:
    return path.count("/") + 1 if path else 0


def _refused(title: str, detail: str) -> Failure:
    return Failure(Problem(title=title, detail=detail, remedy="change_request"))
