"""Shapes: what a JSON Schema says, as values that code is written from.

A schema says the same thing in many ways; a shape says it in one. What types of a programming
language cannot say is kept in `Notes.unread`, so that a writer can name it instead of losing it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias

UNSET: Final = object()
"""The default of a field that has none; None is a default like any other."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What is said about a value without restricting it, and what could not be read."""

    title: str = ""
    description: str = ""
    default: Any = UNSET
    examples: tuple[Any, ...] = ()
    deprecated: bool = False
    unread: Mapping[str, Any] = field(default_factory=dict)
    """Keywords that restrict or annotate the value in ways that no shape has."""


@dataclass(frozen=True, slots=True)
class _Noted:
    notes: Notes = Notes()


@dataclass(frozen=True, slots=True)
class Anything(_Noted):
    pass


@dataclass(frozen=True, slots=True)
class Nothing(_Noted):
    """No value at all: the schema `false`."""


@dataclass(frozen=True, slots=True)
class Null(_Noted):
    pass


@dataclass(frozen=True, slots=True)
class Boolean(_Noted):
    pass


@dataclass(frozen=True, slots=True)
class Number(_Noted):
    integer: bool = False
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    below: float | None = None
    multiple: float | None = None


@dataclass(frozen=True, slots=True)
class Text(_Noted):
    shortest: int | None = None
    longest: int | None = None
    pattern: str | None = None
    format: str = ""


@dataclass(frozen=True, slots=True)
class Literals(_Noted):
    """One of these JSON values: `enum`, or `const` when it is only one."""

    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing(_Noted):
    items: Shape = Anything()
    least: int | None = None
    most: int | None = None
    distinct: bool = False


@dataclass(frozen=True, slots=True)
class Row(_Noted):
    """An array whose places differ."""

    places: tuple[Shape, ...] = ()
    rest: Shape = Anything()
    """What may follow; Nothing when the places are all."""
    least: int = 0
    most: int | None = None

    @property
    def exact(self) -> bool:
        """Whether it has all places and nothing more."""
        longest = len(self.places) if isinstance(self.rest, Nothing) else self.most
        return self.least == longest == len(self.places)


@dataclass(frozen=True, slots=True)
class Table(_Noted):
    """An object whose keys are data."""

    values: Shape = Anything()
    keys: Shape | None = None
    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Field:
    key: str
    shape: Shape
    required: bool


@dataclass(frozen=True, slots=True)
class Record(_Noted):
    """An object whose keys are known."""

    fields: tuple[Field, ...] = ()
    extra: Shape | None = None
    """What other keys may hold: Nothing when there may be none, None when the schema is silent."""


@dataclass(frozen=True, slots=True)
class Choice(_Noted):
    options: tuple[Shape, ...] = ()
    exclusive: bool = False
    """`oneOf`: no two at once."""
    discriminator: str = ""


@dataclass(frozen=True, slots=True)
class Both(_Noted):
    """`allOf`: every one of these at once."""

    parts: tuple[Shape, ...] = ()


@dataclass(frozen=True, slots=True)
class Reference(_Noted):
    name: str = ""
    """A key of Document.definitions; empty is the root."""


Shape: TypeAlias = (
    Anything
    | Nothing
    | Null
    | Boolean
    | Number
    | Text
    | Literals
    | Listing
    | Row
    | Table
    | Record
    | Choice
    | Both
    | Reference
)


@dataclass(frozen=True, slots=True)
class Document:
    root: Shape
    definitions: Mapping[str, Shape]

    def resolved(self, shape: Shape) -> Shape:
        """What references lead to; Anything where they lead in a circle."""
        seen = set()
        while isinstance(shape, Reference):
            if shape.name in seen:
                return Anything()
            seen.add(shape.name)
            shape = self.target(shape.name)
        return shape

    def target(self, name: str) -> Shape:
        """The shape of a definition; the root's when the name is empty."""
        return self.definitions[name] if name else self.root

    def merged(self, both: Both) -> Record | None:
        """One record for several that hold at once; None where it is not that simple."""
        found: dict[str, Field] = {}
        extras: list[Shape | None] = []
        for part in both.parts:
            record = self.resolved(part)
            if not isinstance(record, Record) or record.notes.unread:
                return None
            extras.append(record.extra)
            for one in record.fields:
                if (old := found.get(one.key)) is not None:
                    if not isinstance(one.shape, Anything) and one.shape != old.shape:
                        return None
                    one = replace(old, required=old.required or one.required)
                found[one.key] = one
        said = [extra for extra in extras if extra is not None and not isinstance(extra, Anything)]
        if any(not isinstance(extra, Nothing) for extra in said):
            return None
        return Record(both.notes, tuple(found.values()), said[0] if said else None)


def inner(shape: Shape) -> Iterator[Shape]:
    """The shapes directly inside one."""
    match shape:
        case Listing(items=items):
            yield items
        case Row(places=places, rest=rest):
            yield from places
            yield rest
        case Table(values=values, keys=keys):
            yield values
            if keys is not None:
                yield keys
        case Record(fields=fields, extra=extra):
            yield from (one.shape for one in fields)
            if extra is not None:
                yield extra
        case Choice(options=parts) | Both(parts=parts):
            yield from parts
        case _:
            return


def references(shape: Shape) -> Iterator[str]:
    """Names of all references in a shape, at any depth."""
    waiting = [shape]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Reference):
            yield one.name
        waiting.extend(inner(one))
