"""The rows of an answer that is a table, while they come. No Qt.

What is a table is for `core.tabular` to say; here a row is taken when it is closed, and only the
one that streams is made again.
"""

from __future__ import annotations

from typing import Any

from playground.core.json_nodes import Node
from playground.core.places import node_of
from playground.core.tabular import MOST, Columns, listed
from playground.schemas.answer import Answer
from playground.schemas.source import Path


class Sheet:
    """Rows and columns of one answer, as far as they have come."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.columns = Columns()
        self.rows: list[Any] = []
        self.path: Path = ()
        """Of the list in the answer."""
        self._list: Node | None = None
        self._closed = 0  # rows that will not change any more
        self._rev = -1
        self._ended = False
        self._even = True  # no row is of another kind than the first

    @property
    def tabular(self) -> bool:
        """Whether there is a table, so far."""
        return bool(self.rows) and self._even and 0 < len(self.columns.names) <= MOST

    def node(self, row: int, column: int) -> Node | None:
        """What stands in a cell."""
        path = (*self.path, row, *self.columns.paths[column])
        return node_of(self.answer.live.root, path)

    def cells(self, node: Node) -> list[tuple[int, int]]:
        """The (row, column) of the cells that have something of a value."""
        path, deep = node.path, len(self.path)
        row = path[deep] if path[:deep] == self.path and len(path) > deep else None
        if not isinstance(row, int) or row >= len(self.rows):
            return []
        inner = path[deep + 1 :]
        return [
            (row, column)
            for column, names in enumerate(self.columns.paths)
            if names[: len(inner)] == inner[: len(names)]
        ]

    def look(self) -> bool:
        """Take what is new. Whether the columns, or the table itself, are other ones."""
        live = self.answer.live
        if live.rev == self._rev and self.answer.ended == self._ended:
            return False
        self._rev, self._ended = live.rev, self.answer.ended
        if self._ended:
            return self._settle()
        found = _list(live.root)
        anew = found is not self._list
        if anew:
            self._start_over(found)
        return self._take(found) or anew

    def _settle(self) -> bool:
        """All is there: the table is what files of it will say."""
        found = listed(self.answer.value)
        self._start_over(None)
        if found is not None:
            self.path, self.rows = found
            for row in self.rows:
                self.columns.take(row)
        return True

    def _start_over(self, found: Node | None) -> None:
        self._list = found
        self.path = () if found is None else found.path
        self.columns, self.rows, self._closed, self._even = Columns(), [], 0, True

    def _take(self, found: Node | None) -> bool:
        other = False
        if found is None:
            return other
        del self.rows[self._closed :]
        for node in found.children[self._closed :]:
            row = node.value()
            if node.end is None and node.kind not in ("object", "array", "string"):
                break  # nothing can be said of it yet
            self._even &= _like(node, found.children[0])
            other |= self.columns.take(row)
            self.rows.append(row)
            self._closed += node.end is not None
        return other


def _like(one: Node, other: Node) -> bool:
    """Whether both can be rows of one table."""
    return one.kind != "array" and (one.kind == "object") == (other.kind == "object")


def _list(root: Node | None) -> Node | None:
    """The list that seems to become the table."""
    if root is None:
        return None
    if root.kind == "array":
        return root
    lists = [node for node in root.members.values() if node.kind == "array" and node.children]
    found = [node for node in lists if node.children[0].kind == "object"]
    if not found and len(root.members) == 1:
        found = lists
    return found[0] if len(found) == 1 else None
