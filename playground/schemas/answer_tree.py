"""The fields of an answer as a tree: laid out, blamed and forgotten, with a log of who changed.

`schemas.answer` says when.
"""

from __future__ import annotations

from collections.abc import Iterator

from playground.core.json_nodes import Node
from playground.schemas.answer_fields import JSON, Field
from playground.schemas.answer_schema import Outlook, Place
from playground.schemas.source import Path
from playground.schemas.validation import Error

EXPECTED = 10_000
"""Fields that are laid out and have not come. Any further ones appear when they do."""

Names = dict[str | int | None, Field]
"""The fields of an object."""


class Fields:
    """Who wants to know what changed keeps the `rev` it saw, and asks `since`."""

    def __init__(self) -> None:
        self.root = Field(None, None)
        self._log: list[Field] = []  # each field as often as it was touched; its length is `rev`
        self._at = 0  # when that came which is being read
        self._laid_out = 0  # and not there
        self._wrong: dict[Field, None] = {}  # those that have errors
        self._lacking: list[Field] = []  # required, and did not come

    @property
    def rev(self) -> int:
        """Grows whenever a field changes."""
        return len(self._log)

    def since(self, rev: int) -> list[Field]:
        """Fields that changed after revision `rev`, each once, parents before children that are
        new. Costs what changed, not what is there."""
        return [field for field in dict.fromkeys(self._log[rev:]) if field.rev > rev]

    def field(self, path: Path) -> Field | None:
        """The field at this path; None when there is none."""
        field = self._nearest(path)
        return field if field.path == path else None

    # What changes.

    def _touch(self, field: Field) -> None:
        self._log.append(field)
        field.rev = len(self._log)

    def _introduce(self, field: Field, place: Place, *, required: bool) -> None:
        """Say what the schema says of it."""
        field.required = required
        field.expects = place.expectation.words
        field.title, field.description = place.expectation.title, place.expectation.description

    def _came(self, parent: Field, names: Names, node: Node) -> Field:
        """The field of a value that is there now: one that was laid out, or a new one."""
        field = names.get(node.key)
        if field is None:
            field = Field(parent, node.key)
            parent.children.append(field)
            if parent.node is not None and parent.node.kind == "object":
                names[node.key] = field
            self._touch(parent)
        else:
            self._laid_out -= 1
        field.node = node
        self._touch(field)
        return field

    def _lay_out(self, field: Field, outlook: Outlook, names: Names) -> None:
        """Put the fields that are expected in order, before those that came unexpected."""
        expected = []
        for name, required in outlook.names.items():
            child = names.get(name)
            if child is None and self._laid_out < EXPECTED:
                self._laid_out += 1
                child = names[name] = Field(field, name)
            if child is None:
                continue
            expected.append(child)
            found = outlook.field(name)
            if child.node is None and found is not None:
                self._introduce(child, found[1], required=required)
                self._touch(child)
            child.required = required
        others = [child for child in field.children if child.key not in outlook.names]
        for child in others:
            if child.node is None:
                self._forget(child)
                self._laid_out -= 1
                names.pop(child.key, None)
        field.children = [*expected, *(child for child in others if child.node is not None)]

    def _forget(self, field: Field) -> None:
        """What was known of a field and all in it; those are no longer in the tree."""
        waiting = [field]
        while waiting:
            one = waiting.pop()
            waiting += one.children
            self._wrong.pop(one, None)
            one.rev = 0
        field.node = field.went_wrong = field.began = field.ended = None
        field.state, field.errors, field.children = "waiting", [], []

    def _miss(self, field: Field) -> None:
        """Nothing more will come into it."""
        for child in field.children:
            if child.node is None:
                child.state = "missing"
                self._touch(child)
                if child.required:
                    self._lacking.append(child)

    def _blame(self, field: Field, error: Error) -> None:
        """An error whose path begins at the field."""
        first = sum(one.keyword == JSON for one in field.errors) if error.keyword == JSON else None
        place = len(field.errors) if first is None else first
        field.errors.insert(place, error._replace(path=field.path + error.path))
        field.state = "invalid"
        self._wrong[field] = None
        self._touch(field)
        for one in field.line():
            if one.went_wrong is not None and one is not field:
                break
            if one.went_wrong is None:
                one.went_wrong = self._at
                self._touch(one)

    def _acquit(self) -> None:
        """The document holds after all: a name came twice, and the second time well."""
        for field in reversed(list(self._walk())):
            field.errors = [error for error in field.errors if error.keyword == JSON]
            bad = field.errors or any(child.state == "invalid" for child in field.children)
            if field.state == "invalid" and not bad:
                field.state, field.went_wrong = "valid", None
                self._wrong.pop(field, None)
                self._touch(field)

    def _walk(self) -> Iterator[Field]:
        """All fields, parents first."""
        waiting = [self.root]
        while waiting:
            field = waiting.pop()
            yield field
            waiting += field.children

    def _nearest(self, path: Path) -> Field:
        """The field at a path, or what it would be in."""
        field = self.root
        for step in path:
            if isinstance(step, int) and step < len(field.children):
                inner: Field | None = field.children[step]
            else:
                inner = next((child for child in field.children if child.key == step), None)
            if inner is None:
                break
            field = inner
        return field
