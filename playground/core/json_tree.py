"""A JSON tree that grows: the grammar, and how to go on where it is broken.

Told what stands in the text, token by token, it knows what is due, hangs nodes into the tree,
closes them, and keeps who changed. Offsets are characters of the whole text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from playground.core.json_nodes import DEEP, LEGAL, Flaw, FlawKind, Kind, Node

FLAWS = 1_000
"""Flaws that are kept; further ones are only counted."""

Due = Literal["first", "next", "colon", "value", "comma"]
"""The first entry of a container or its end; an entry after a comma; a colon after a name; the
value of a member, or of the whole text; what follows a value."""


class Tree:
    """What a text amounts to so far.

    Who wants to know what changed keeps the `rev` it saw, and asks `since`. A lone word or string
    that turns out to be prose is replaced: the new `root` is another node.
    """

    def __init__(self) -> None:
        self.root: Node | None = None
        self.flaws: list[Flaw] = []
        """In the order they were found; the first `FLAWS` of them."""
        self.flawed = 0
        """How many there were."""
        self._log: list[Node] = []  # each node as often as it was touched; its length is `rev`
        self._due: Due = "value"
        self._stack: list[Node] = []  # containers that are open
        self._depths: dict[Kind | None, int] = {"object": 0, "array": 0}
        self._member: Node | None = None  # the one that waits for its value
        self._leaf: Node | None = None  # the string or the word that is growing

    @property
    def rev(self) -> int:
        """Grows whenever a node changes."""
        return len(self._log)

    @property
    def open(self) -> Sequence[Node]:
        """The nodes that more may come of, or that were cut; the outermost first."""
        leaf = self._leaf or self._member
        return (*self._stack, leaf) if leaf else tuple(self._stack)

    def since(self, rev: int) -> list[Node]:
        """Nodes whose state, text or children changed after revision `rev`, each once, parents
        before children that are new. Costs what changed, not what is there."""
        return list(dict.fromkeys(self._log[rev:]))

    def value(self) -> Any:
        """What is there, as `json.loads` would give it; see `Node.value`."""
        return None if self.root is None else self.root.value()

    # What changes.

    def _touch(self, node: Node) -> None:
        self._log.append(node)
        node.rev = len(self._log)

    def _flaw(self, kind: FlawKind, offset: int, node: Node | None = None) -> None:
        self.flawed += 1
        if len(self.flaws) < FLAWS:
            self.flaws.append(Flaw(kind, offset, node))
        if node is not None:
            if kind not in LEGAL and kind != "cut":
                node.state = "invalid"
            self._touch(node)

    def _inner(self) -> Node:
        """What a flaw at this place is a flaw of. Only after the root has begun."""
        return self._leaf or self._member or self._stack[-1]

    def _misplaced(self, offset: int) -> None:
        self._flaw("unexpected", offset, self._inner())

    def _cut(self, offset: int) -> None:
        """No more will come."""
        if cut := self.open:
            for node in cut:
                if node.state != "invalid":
                    node.state = "cut"
                self._touch(node)
            self._flaw("cut", offset, cut[-1])

    def _replant(self) -> None:
        """Begin again."""
        self.root = None
        self.flaws.clear()
        self.flawed = 0
        self._due = "value"

    # What stands in the text.

    def _colon(self, offset: int) -> None:
        if self._due == "colon":
            self._due = "value"
        else:
            self._misplaced(offset)

    def _comma(self, offset: int) -> None:
        if self._member is not None:
            self._void(self._member, offset)
        elif self._due != "comma":
            self._misplaced(offset)
            return
        self._due = "next"

    def _close(self, kind: Kind, offset: int) -> None:
        """A brace or a bracket closes all that is open inside what it belongs to."""
        if not self._depths[kind]:
            self._misplaced(offset)
            return
        if self._member is not None:
            self._void(self._member, offset)
        elif self._due == "next":
            self._flaw("trailing comma", offset, self._stack[-1])
        while (container := self._pop()).kind != kind:
            self._flaw("not closed", offset, container)
            self._finish(container, offset)
        self._finish(container, offset + 1)

    def _entry(self, character: str, offset: int) -> Literal["name", "value"] | None:
        """What this character begins; None: nothing that has a place here."""
        if not self._stack:
            return "value"
        container = self._stack[-1]
        if self._due in ("colon", "comma"):
            if not (character.isalnum() or character in "\"'{[-"):
                self._misplaced(offset)
                return None
            if self._due == "colon":
                self._flaw("missing colon", offset, container)
                self._due = "value"
            else:
                self._flaw("missing comma", offset, container)
                self._due = "next"
        if self._due == "value" or container.kind == "array":
            return "value"
        if character in "{[":
            self._misplaced(offset)
            return None
        return "name"

    def _name(self, name: str, start: int, end: int) -> None:
        """A name is whole: from here on there is a member."""
        parent = self._stack[-1]
        self._member = member = Node(None, parent, name)
        member.start = end
        parent.children.append(member)
        self._touch(parent)
        self._touch(member)
        if name in parent.members:
            self._flaw("duplicate", start, member)
        parent.members[name] = member
        self._due = "colon"

    def _begin(self, kind: Kind, offset: int) -> Node:
        """A value begins: the member that waits for one, an element, or the root."""
        node = self._member
        if node is not None:
            self._member = None
            node.kind, node.state = kind, "streaming"
        elif self._stack:
            parent = self._stack[-1]
            node = Node(kind, parent, len(parent.children))
            parent.children.append(node)
            self._touch(parent)
        else:
            node = self.root = Node(kind, None, None)
        node.start = offset
        self._touch(node)
        return node

    def _push(self, container: Node) -> None:
        self._stack.append(container)
        self._depths[container.kind] += 1
        self._due = "first"
        if len(self._stack) == DEEP + 1:
            self._flaw("depth", container.start, container)

    def _pop(self) -> Node:
        container = self._stack.pop()
        self._depths[container.kind] -= 1
        return container

    def _finish(self, node: Node, offset: int) -> None:
        node.end = offset
        if node.state == "streaming":
            node.state = "complete"
        self._touch(node)
        self._due = "comma"

    def _void(self, member: Node, offset: int) -> None:
        self._member = None
        member.end = offset
        self._flaw("missing value", offset, member)
