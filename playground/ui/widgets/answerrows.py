"""Which fields of an answer have a row in the tree, while it grows. No Qt.

The list is kept, not made anew: what a delta costs is what it changed, with twenty thousand rows as
with twenty.
"""

from __future__ import annotations

from playground.schemas.answer import Answer, Field

FIRST = 300
"""Rows after which what comes is closed until somebody opens it."""
LARGEST = 200
"""Children with which something that is there already begins closed. What grows stays open."""
DEEPEST = 12
"""Levels below which everything begins closed."""
OPENED = 20
"""Fields that did not hold, for which what they are in is opened; the others are only marked."""


class Rows:
    """The rows of one answer, from the top."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.fields: list[Field] = []
        self.newest: Field | None = None
        """Of which something came last."""
        self._rev = 0
        self._reach = 0  # where in the text the newest begins
        self._root: Field | None = None
        self._open: dict[Field, bool] = {}
        self._closed: set[Field] = set()  # by the user: nothing but the user opens these again
        self._taken: dict[Field, tuple[int, Field | None]] = {}
        """Of those that are open in a row: how many children have rows, and the last of them."""
        self._troubled: set[Field] = set()
        self._opened = 0

    def look(self) -> bool:
        """Take what is new of the answer. Whether there was anything."""
        answer = self.answer
        if answer.rev == self._rev and self._root is answer.root:
            return False
        changed, self._rev = answer.since(self._rev), answer.rev
        if self._root is not answer.root:
            self._root = answer.root
            self._open = {answer.root: True}
            self._rebuild()
        for field in changed:
            if field in self._taken:
                self._grow(field)
            if field.node is not None and field.node.start >= self._reach:
                self.newest, self._reach = field, field.node.start
        for field in changed:
            if field.state == "invalid":
                self._trouble(field)
        return True

    def is_open(self, field: Field) -> bool:
        return field in self._taken

    def troubled(self, field: Field) -> bool:
        """Something in it does not hold."""
        return field in self._troubled

    def row(self, field: Field) -> int:
        """Where a field has its row, or -1. Looks from the end, where what is new is."""
        for at in range(len(self.fields) - 1, -1, -1):
            if self.fields[at] is field:
                return at
        return -1

    def nearest(self, field: Field) -> Field:
        """The field, or what it is in, whichever has a row."""
        line = [field]
        while line[-1].parent is not None:
            line.append(line[-1].parent)
        for at in range(len(line) - 1, 0, -1):
            if line[at] not in self._taken:
                return line[at]
        return field

    def open(self, field: Field, on: bool, *, by_user: bool = True) -> None:
        """Open or close what a field has in it."""
        if by_user:
            (self._closed.discard if on else self._closed.add)(field)
        self._open[field] = on
        if on == (field in self._taken):
            return
        at = self.row(field)
        if at < 0:
            return
        if on:
            self.fields[at : at + 1] = self._subtree(field)
        else:
            end = self.row(self._last(field))
            for inner in self.fields[at : end + 1]:
                self._taken.pop(inner, None)
            del self.fields[at + 1 : end + 1]

    def reveal(self, field: Field, *, by_user: bool = True) -> None:
        """Open everything that the field is in."""
        line = []
        while field.parent is not None:
            field = field.parent
            line.append(field)
        for outer in reversed(line):
            if by_user or outer not in self._closed:
                self.open(outer, True, by_user=by_user)

    def _trouble(self, field: Field) -> None:
        outer = field.parent
        while outer is not None and outer not in self._troubled:
            self._troubled.add(outer)
            outer = outer.parent
        if self._opened < OPENED:
            self._opened += 1
            self.reveal(field, by_user=False)

    def _rebuild(self) -> None:
        self._taken.clear()
        self.fields.clear()
        self.fields = self._subtree(self.answer.root)

    def _grow(self, field: Field) -> None:
        """Rows for the children that are new; they stand behind those that are there."""
        count, last = self._taken[field]
        children = field.children
        if len(children) == count and (not count or children[-1] is last):
            return
        if count and (len(children) < count or children[count - 1] is not last):
            self._rebuild()
            return
        at = self.row(self._last(field)) + 1
        self._taken[field] = (len(children), children[-1])
        for child in children[count:]:
            fresh = self._subtree(child)
            self.fields[at:at] = fresh
            at += len(fresh)

    def _last(self, field: Field) -> Field:
        """The last of the rows that belong to a field: its own, if it has no others."""
        while (taken := self._taken.get(field)) is not None and taken[1] is not None:
            field = taken[1]
        return field

    def _subtree(self, field: Field) -> list[Field]:
        """A field and all that is open in it, as rows."""
        rows: list[Field] = []
        left = [field]
        while left:
            one = left.pop()
            rows.append(one)
            if self._begins_open(one, len(self.fields) + len(rows)):
                children = one.children
                self._taken[one] = (len(children), children[-1] if children else None)
                left.extend(reversed(children))
        return rows

    def _begins_open(self, field: Field, above: int) -> bool:
        found = self._open.get(field)
        if found is None:
            found = self._open[field] = (
                above < FIRST and len(field.children) <= LARGEST and len(field.path) <= DEEPEST
            )
        return found
