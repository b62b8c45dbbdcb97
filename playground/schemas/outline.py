"""A schema as an outline: a row for each schema in it, with what is said about the value in words.

Pure, and it never raises, whatever JSON it is given: what is no schema is a row that says so. Rows
are made when somebody asks for them, one level at a time, so a schema of thousands of properties
costs no more than what is looked at. How an outline is edited is in `outline_places.py` (what is
there), `outline_values.py` (what one schema demands) and `outline_references.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playground.schemas.lint import kinds_of
from playground.schemas.outline_parts import SINGLE, Inner, Part, core, inside, takes_null
from playground.schemas.outline_words import kind, summary
from playground.schemas.source import Path


@dataclass(frozen=True, slots=True)
class Row:
    """A schema in its document."""

    root: Any
    """The document."""
    path: Path
    node: Any
    part: Part
    depth: int
    required: bool | None = None
    """None for what is no property."""

    @property
    def key(self) -> str:
        """What it is called: a name, a number, or the keyword that holds it."""
        match self.part:
            case "root":
                title = self.node.get("title") if isinstance(self.node, dict) else None
                return title if isinstance(title, str) and title else "schema"
            case "property" | "definition":
                return str(self.path[-1])
            case "pattern":
                return f"keys like {self.path[-1]}"
            case "place" | "branch":
                step = self.path[-1]
                number = step + 1 if isinstance(step, int) else step
                return f"{'item' if self.part == 'place' else 'branch'} {number}"
            case "items" | "keyword":
                return SINGLE.get(str(self.path[-1]), str(self.path[-1]))

    @property
    def inner(self) -> Path:
        """The path of the schema that says the shape."""
        return self.path + core(self.node)[0]

    @property
    def shape(self) -> Any:
        return core(self.node)[1]

    @property
    def junk(self) -> bool:
        return not isinstance(self.node, dict | bool)

    @property
    def nullable(self) -> bool:
        return takes_null(self.node) or takes_null(self.shape)

    @property
    def kind(self) -> str:
        """The values that it takes, in words."""
        words = kind(self.shape, self.root)
        shown = isinstance(self.shape, dict) and "null" in kinds_of(self.shape)
        return f"{words} or null" if self.nullable and not shown else words

    @property
    def title(self) -> str:
        return self._text("title")

    @property
    def description(self) -> str:
        return self._text("description")

    def _text(self, keyword: str) -> str:
        for node in (self.node, self.shape):
            text = node.get(keyword) if isinstance(node, dict) else None
            if isinstance(text, str) and text:
                return text
        return ""

    @property
    def constraints(self) -> str:
        """What its values are limited to, in short."""
        return summary(self.shape)

    @property
    def expandable(self) -> bool:
        return next(self._inside(), None) is not None

    def children(self) -> list[Row]:
        """Rows of what stands in it. A reference has none: what it names has a row of its own."""
        given = self.shape.get("required") if isinstance(self.shape, dict) else None
        required = given if isinstance(given, list) else []
        listed = {one for one in required if isinstance(one, str)}
        start = self.inner
        return [
            Row(
                self.root,
                start + steps,
                node,
                part,
                self.depth + 1,
                steps[-1] in listed if part == "property" else None,
            )
            for steps, node, part in self._inside()
        ]

    def _inside(self) -> Iterator[Inner]:
        """Definitions of the root stand beside it, not in it."""
        for one in inside(self.shape):
            if self.path or one.part != "definition":
                yield one


def rows(schema: Any) -> list[Row]:
    """The root, and beside it its definitions."""
    top = [Row(schema, (), schema, "root", 0)]
    return top + [
        Row(schema, one.steps, one.node, one.part, 0)
        for one in inside(schema)
        if one.part == "definition"
    ]


def row(schema: Any, path: Path) -> Row:
    """The row at a path, or the nearest one around it."""
    found, level = rows(schema)[0], rows(schema)
    while True:
        nearer = [one for one in level if path[: len(one.path)] == one.path]
        if not nearer:
            return found
        found = max(nearer, key=lambda one: len(one.path))
        if found.path == path or path == found.inner:
            return found
        level = found.children()
