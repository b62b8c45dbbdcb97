"""JSON Schema → TypeScript types.

Objects are interfaces, everything else is a type. Constraints, which no type checks, are tags in
the comment before a field, named as JSON Schema names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from playground.schemas import shaping
from playground.schemas.script import INDENT, WIDTH, documentation, literal, member, names
from playground.schemas.shapes import (
    UNSET,
    Anything,
    Boolean,
    Both,
    Choice,
    Document,
    Field,
    Listing,
    Literals,
    Nothing,
    Null,
    Number,
    Record,
    Reference,
    Row,
    Shape,
    Table,
    Text,
)


def write(schema: Any, name: str) -> str:
    """Source that exports the type `name`. Raises Failure when the schema cannot be read."""
    document = shaping.read(schema)
    called = names(document, name)
    writing = _Writing(document, called)
    blocks = [writing.declared(called[one], shape) for one, shape in document.definitions.items()]
    root = document.root
    same = isinstance(root, Reference) and root.name and called[root.name] == called[""]
    if not same:
        blocks.append(writing.declared(called[""], root))
    return "\n".join(blocks)


class _Writing:
    def __init__(self, document: Document, called: Mapping[str, str]) -> None:
        self._document = document
        self._called = called

    def declared(self, name: str, shape: Shape) -> str:
        head = documentation(shape.notes, _tags(shape), "")
        if isinstance(shape, Record) and _is_interface(shape):
            return f"{head}export interface {name} {self._record(shape, '')}\n"
        if self._is_circular(shape):
            return f"{head}export type {name} = unknown;\n"
        return f"{head}export type {name} = {self.type(shape, '')};\n"

    def type(self, shape: Shape, indent: str) -> str:
        match shape:
            case Anything():
                return "unknown"
            case Nothing():
                return "never"
            case Null():
                return "null"
            case Boolean():
                return "boolean"
            case Number():
                return "number"
            case Text():
                return "string"
            case Literals(values=values):
                return " | ".join(_literal(one) for one in values) or "never"
            case Listing(items=items):
                return _array(self.type(items, indent))
            case Row():
                return self._row(shape, indent)
            case Table():
                return self._table(shape, indent)
            case Record():
                return self._record(shape, indent)
            case Choice(options=options):
                return _union([self.type(one, indent) for one in options], indent)
            case Both(parts=parts):
                return " & ".join(f"({self.type(one, indent)})" for one in parts)
            case Reference(name=name):
                return self._called[name]
            case _:
                assert_never(shape)

    def _row(self, shape: Row, indent: str) -> str:
        places = [self.type(one, indent) for one in shape.places]
        optional = [
            f"({one})?" if place >= shape.least else one for place, one in enumerate(places)
        ]
        if not isinstance(shape.rest, Nothing) and shape.most != len(places):
            optional.append(f"...{_array(self.type(shape.rest, indent))}")
        return f"[{', '.join(optional)}]"

    def _table(self, shape: Table, indent: str) -> str:
        values = self.type(shape.values, indent)
        if isinstance(shape.keys, Literals):
            keys = " | ".join(_literal(one) for one in shape.keys.values)
            return f"{{ [key in {keys}]?: {values} }}"
        if isinstance(shape.values, Reference | Record | Table | Choice | Listing | Row):
            # Record<string, X> may not lead back to the type it stands in; an index may.
            return f"{{ [key: string]: {values} }}"
        return f"Record<string, {values}>"

    def _record(self, shape: Record, indent: str) -> str:
        inside = indent + INDENT
        rows = [self._field(one, inside) for one in shape.fields]
        if shape.extra is not None and not isinstance(shape.extra, Nothing):
            rows.append(f"{inside}[key: string]: {self._index(shape, inside)};\n")
        return f"{{\n{''.join(rows)}{indent}}}" if rows else "{ [key: string]: never }"

    def _index(self, shape: Record, indent: str) -> str:
        """The type of other keys: in TypeScript it has to include those of the known ones."""
        assert shape.extra is not None
        if shape.fields and not isinstance(shape.extra, Anything):
            return "unknown"
        return self.type(shape.extra, indent)

    def _field(self, field: Field, indent: str) -> str:
        head = documentation(field.shape.notes, _tags(field.shape), indent)
        optional = "" if field.required else "?"
        return f"{head}{indent}{member(field.key)}{optional}: {self.type(field.shape, indent)};\n"

    def _is_circular(self, shape: Shape) -> bool:
        """Whether a type leads back to itself without an object or a list between."""
        seen: set[str] = set()
        waiting = [shape]
        while waiting:
            match waiting.pop():
                case Reference(name=name):
                    if name not in seen:
                        waiting.append(self._document.target(name))
                        seen.add(name)
                case Choice(options=parts) | Both(parts=parts):
                    waiting.extend(parts)
                case _:
                    continue
            if any(self._document.target(name) is shape for name in seen):
                return True
        return False


def _tags(shape: Shape) -> list[str]:
    """What the schema says of a value and its type does not, as tags of a comment."""
    limits: dict[str, Any] = {}
    match shape:
        case Text():
            limits = {
                "minLength": shape.shortest,
                "maxLength": shape.longest,
                "pattern": shape.pattern,
                "format": shape.format or None,
            }
        case Number():
            limits = {
                "type": "integer" if shape.integer else None,
                "minimum": shape.minimum,
                "maximum": shape.maximum,
                "exclusiveMinimum": shape.above,
                "exclusiveMaximum": shape.below,
                "multipleOf": shape.multiple,
            }
        case Listing():
            limits = {
                "minItems": shape.least,
                "maxItems": shape.most,
                "uniqueItems": shape.distinct or None,
            }
        case Table():
            limits = {"minProperties": shape.least, "maxProperties": shape.most}
        case _:
            pass
    limits |= shape.notes.unread
    if shape.notes.default is not UNSET:
        limits["default"] = shape.notes.default
    return [
        f"@{key} {one if isinstance(one, str) else literal(one)}"
        for key, one in limits.items()
        if one is not None or key == "default"
    ]


def _is_interface(shape: Record) -> bool:
    """An interface without members would take everything."""
    return bool(shape.fields) or (shape.extra is not None and not isinstance(shape.extra, Nothing))


def _literal(value: Any) -> str:
    match value:
        case list():
            return f"[{', '.join(_literal(one) for one in value)}]"
        case dict():
            rows = (f"{member(key)}: {_literal(one)}" for key, one in value.items())
            return f"{{ {'; '.join(rows)} }}"
        case _:
            return literal(value)


def _union(options: list[str], indent: str) -> str:
    flat = " | ".join(dict.fromkeys(options))
    if len(flat) + len(indent) <= WIDTH or "\n" in flat:
        return flat or "never"
    return "".join(f"\n{indent}{INDENT}| {one}" for one in dict.fromkeys(options))


def _array(items: str) -> str:
    simple = items.isidentifier() or (items.endswith("[]") and " " not in items)
    return f"{items}[]" if simple else f"Array<{items}>"
