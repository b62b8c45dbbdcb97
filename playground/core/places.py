"""Places: where in a JSON text a value stands, and of which value a character is.

A path is what `Node.path` is: the names and places that lead from the root to a value. The text may
still be arriving, or be broken. For text that was drawn from another see `core.alignment`.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

from playground.core.json_nodes import Node
from playground.core.partial_json import Live

Path = tuple[str | int, ...]


def place(text: str, path: Path) -> tuple[int, int] | None:
    """`text[begin:end]` is the value at a path, or as much of it as is there; None: none of it."""
    node = node_of(_root(text), path)
    return None if node is None or node.kind is None else span_of(node, len(text))


def pointer_at(text: str, offset: int) -> Path | None:
    """The path of the innermost value that a character belongs to; None: it is not in the JSON.

    A member's name belongs to its value; what stands between members, to what they are in."""
    if not 0 <= offset < len(text):
        return None
    node = node_at(_root(text), offset, text)
    return None if node is None else node.path


def node_of(root: Node | None, path: Path) -> Node | None:
    """What stands at a path, if it is there; of members with the same name, the last."""
    node = root
    for step in path:
        if node is None:
            return None
        if isinstance(step, str):
            node = node.members.get(step)
        elif node.kind == "array" and 0 <= step < len(node.children):
            node = node.children[step]
        else:
            return None
    return node


def node_at(root: Node | None, offset: int, text: str) -> Node | None:
    """The innermost value that the character at `offset` belongs to; see `pointer_at`. `text` is
    the whole that the tree was read from."""
    if root is None or not root.start <= offset < _end(root, len(text)):
        return None
    node = root
    while True:
        after = bisect_right(node.children, offset, key=_start)
        if after and offset < _end(node.children[after - 1], len(text)):
            node = node.children[after - 1]
            continue
        named = node.kind == "object" and after < len(node.children)
        if named and offset >= _begin(node, after, text):
            node = node.children[after]
        return node


def nodes_in(root: Node | None, begin: int, end: int, text: str) -> list[Node]:
    """The innermost values that have characters of `text[begin:end]`, in order; see `node_at`."""
    size = len(text)
    if root is None or not max(root.start, begin) < min(end, _end(root, size)):
        return []
    found: list[Node] = []
    left = [root]
    while left:
        node = left.pop()
        inner = []
        first = max(bisect_right(node.children, begin, key=_start) - 1, 0)
        for at in range(first, len(node.children)):
            if _begin(node, at, text) >= end:
                break
            if _end(node.children[at], size) > begin:
                inner.append(node.children[at])
        left += reversed(inner)
        if not inner:
            found.append(node)
    return found


def _begin(parent: Node, at: int, text: str) -> int:
    """Where a child begins, with its name."""
    child = parent.children[at]
    if parent.kind != "object":
        return child.start
    begin = _end(parent.children[at - 1], len(text)) if at else parent.start + 1
    gap = text[begin : child.start]
    return begin + len(gap) - len(gap.lstrip(", \t\r\n"))


def span_of(node: Node, size: int) -> tuple[int, int]:
    """`[begin:end)` of a value in a text of `size` characters."""
    return node.start, _end(node, size)


@lru_cache(maxsize=1)
def _root(text: str) -> Node | None:
    live = Live()
    live.feed(text)
    live.end()
    return live.root


def _start(node: Node) -> int:
    return node.start


def _end(node: Node, size: int) -> int:
    return size if node.end is None else node.end
