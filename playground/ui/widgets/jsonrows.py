"""The rows of a tree of JSON: one for each name and value, made only where it is open. No widgets.

Not for JSON that is still arriving (see `answerrows`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QLocale

from playground.ui.widgets.jsonvalue import hint
from playground.ui.widgets.source import one_line

UNASKED = 60
"""Rows that are opened without being asked for."""
AT_ONCE = 1_000
"""Members of an array or object of which rows are made at once; the rest waits behind one row."""
SHOWN = 400
"""Characters of a string that a row can show."""

Step = str | int
Path = tuple[Step, ...]


@dataclass(slots=True, eq=False)
class Node:
    """A row."""

    path: Path
    value: Any
    depth: int
    opened: bool = False
    rest: int = 0
    """It stands for so many members that have no rows yet."""

    @property
    def inner(self) -> bool:
        """There is something in it."""
        return not self.rest and isinstance(self.value, dict | list) and bool(self.value)

    @property
    def name(self) -> str:
        """Of the value in what it is in; empty for the whole."""
        return str(self.path[-1]) if self.path else ""


def told(node: Node) -> str:
    """The value of a row in one line."""
    if node.rest:
        return f"… {QLocale().toString(node.rest)} more"
    match node.value:
        case dict() as value:
            return "{}" if not value else f"{{{_count(len(value), 'name')}}}"
        case list() as value:
            return "[]" if not value else f"[{_count(len(value), 'value')}]"
        case str() as value:
            text = json.dumps(value[:SHOWN], ensure_ascii=False)
            return one_line(text if len(value) <= SHOWN else text[:-1] + "…")
        case value:
            return _plain(value)


def _count(count: int, word: str) -> str:
    return f"{QLocale().toString(count)} {word}{'' if count == 1 else 's'}"


def _plain(value: Any) -> str:
    try:
        return json.dumps(value)
    except ValueError:  # a number of over 4,300 digits
        return "a very long number"


def spelled(path: Path) -> str:
    """`response.output[0].id`, as programs write it."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isidentifier():
            text += f".{step}" if text else step
        else:
            text += f"[{json.dumps(step, ensure_ascii=False)}]"
    return text


class Nodes:
    """The rows of a value that are unfolded. No Qt."""

    def __init__(self, value: Any) -> None:
        self.rows: list[Node] = [Node((), value, 0)]
        self._open_some()

    def _open_some(self) -> None:
        """As much as one sees at a glance, from the top down."""
        level = [self.rows[0]]
        while level:
            inside = [node for node in level if node.inner]
            if len(self.rows) + sum(len(node.value) for node in inside) > UNASKED:
                inside = inside[:1] if len(self.rows) == 1 else []
            level = [below for node in inside for below in self.open(node)]

    def open(self, node: Node) -> list[Node]:
        """Show what is in a row, or what it stands for; the new rows."""
        at = self.rows.index(node)
        if node.rest:
            above = self._above(at)
            made = list(_members(above, len(above.value) - node.rest))
            self.rows[at : at + 1] = made
            return made
        if node.opened or not node.inner:
            return []
        node.opened = True
        made = list(_members(node, 0))
        self.rows[at + 1 : at + 1] = made
        return made

    def close(self, node: Node) -> None:
        if not node.opened:
            return
        node.opened = False
        at = self.rows.index(node)
        end = at + 1
        while end < len(self.rows) and self.rows[end].depth > node.depth:
            end += 1
        del self.rows[at + 1 : end]

    def parent(self, at: int) -> int:
        """The row that a row is in; -1: it is the whole."""
        depth = self.rows[at].depth
        return next((n for n in range(at - 1, -1, -1) if self.rows[n].depth < depth), -1)

    def _above(self, at: int) -> Node:
        return self.rows[self.parent(at)]

    def reveal(self, path: Path) -> int:
        """The row of a path, with all opened that it is in; -1: there is none."""
        at = 0
        for depth in range(1, len(path) + 1):
            node = self.rows[at]
            if not node.inner:
                return -1
            if not node.opened:
                self.open(node)
            at = self._below(at, path[:depth])
            if at < 0:
                return -1
        return at

    def _below(self, at: int, path: Path) -> int:
        depth = self.rows[at].depth + 1
        for row in range(at + 1, len(self.rows)):
            node = self.rows[row]
            if node.depth < depth:
                break
            if node.depth == depth and node.rest:
                self.open(node)
                return self._below(at, path)
            if node.path == path:
                return row
        return -1


def _members(node: Node, start: int) -> Iterator[Node]:
    """Rows of what is in a value, from one of them on."""
    value, depth = node.value, node.depth + 1
    pairs: list[tuple[Step, Any]]
    if isinstance(value, dict):
        pairs = list(value.items())[start : start + AT_ONCE]
    else:
        pairs = list(enumerate(value[start : start + AT_ONCE], start))
    for step, inside in pairs:
        yield Node((*node.path, step), inside, depth)
    if left := len(value) - start - len(pairs):
        yield Node((*node.path, "…"), None, depth, rest=left)


_TOKENS = {str: "text", bool: "reasoning", int: "reasoning", float: "reasoning"}


def parts(node: Node) -> Iterator[tuple[str, str]]:
    """What a row says, each with its colour."""
    if node.path and not node.rest:
        step = node.path[-1]
        if isinstance(step, int):
            yield f"{step}", "faint"
        else:
            yield one_line(json.dumps(step, ensure_ascii=False)), "text_event"
        yield ": ", "muted"
    if isinstance(node.value, dict | list) or node.rest:
        yield told(node), "faint"
    else:
        yield told(node), _TOKENS.get(type(node.value), "reasoning")
        if said := hint(node.name, node.value):
            yield f"  {said}", "faint"


def line(node: Node) -> str:
    return "".join(text for text, _ in parts(node))
