"""A field of an answer: a value that the schema expects, or that came, or both.

`schemas.answer` makes them and moves them along.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from playground.core.json_nodes import Node
from playground.schemas.source import Path
from playground.schemas.validation import Error

FieldState = Literal["waiting", "streaming", "complete", "valid", "invalid", "cut", "missing"]
"""`waiting`: expected, and nothing is there yet but perhaps its name. `complete`: closed, and not
judged: there is no schema that could. `valid`, `invalid`: judged. `cut`: the text ended inside it.
`missing`: its object is closed, or the text is over, and it never came."""

JSON = "json"
"""The keyword of errors in the text itself, whatever the schema."""
SHOWN = 80
"""Characters of a preview."""

KINDS = {"true": "boolean", "false": "boolean"}
"""What to call the kinds of nodes that are not called so in a schema."""


class Field:
    __slots__ = (
        "began",
        "children",
        "description",
        "ended",
        "errors",
        "expects",
        "key",
        "node",
        "parent",
        "required",
        "rev",
        "state",
        "title",
        "unknown",
        "went_wrong",
    )

    def __init__(self, parent: Field | None, key: str | int | None) -> None:
        self.parent = parent
        self.key = key
        """Its name in an object, its place in an array, None for the root."""
        self.node: Node | None = None
        """What is there of it."""
        self.expects = ""
        """What the schema expects, in words: "string or null"; empty without a schema."""
        self.title = ""
        self.description = ""
        """Both as the schema has them."""
        self.required = False
        self.unknown = False
        """Whether the schema names the fields of this object, and not this one."""
        self.state: FieldState = "waiting"
        self.errors: list[Error] = []
        """Of this value itself, not of what is in it; those in its text first."""
        self.went_wrong: int | None = None
        """When it was first known that this or something in it is invalid. Like the other times
        in nanoseconds of the run."""
        self.began: int | None = None
        self.ended: int | None = None
        self.children: list[Field] = []
        """Those that the schema expects in its order, then the others as they came."""
        self.rev = 0

    @property
    def path(self) -> Path:
        """The names and places that lead from the root to here."""
        return tuple(reversed([one.key for one in self.line() if one.key is not None]))

    @property
    def kind(self) -> str:
        """What is there in words, "object"; as long as nothing is, what the schema expects."""
        kind = None if self.node is None else self.node.kind
        return self.expects if kind is None else KINDS.get(kind, kind)

    @property
    def preview(self) -> str:
        """The beginning of a value that is no object and no array, as far as it has come."""
        if self.node is None or self.node.kind in ("object", "array"):
            return ""
        shown = ""
        for piece in self.node.pieces:
            shown += piece
            if len(shown) > SHOWN:
                return shown[:SHOWN] + "…"
        return shown

    @property
    def value(self) -> Any:
        """What is there, as `json.loads` would give it; None when nothing can be said yet."""
        return None if self.node is None else self.node.value()

    def line(self) -> Iterator[Field]:
        """Itself, what it is in, and so on to the root."""
        one: Field | None = self
        while one is not None:
            yield one
            one = one.parent

    def __repr__(self) -> str:
        return f"<{self.state} {self.kind} {self.key!r}>"
