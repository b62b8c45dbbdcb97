"""JSON Schema → Zod 4, as a JavaScript module.

A schema that is used before it is there, as in recursion, is reached through a getter where an
object holds it, else through `z.lazy`. What Zod does not check is named in a comment.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, assert_never

from playground.schemas import shaping
from playground.schemas.script import (
    INDENT,
    WIDTH,
    documentation,
    key,
    literal,
    names,
    regular_expression,
)
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
    Notes,
    Nothing,
    Null,
    Number,
    Record,
    Reference,
    Row,
    Shape,
    Table,
    Text,
    references,
)
from playground.schemas.zod_calls import (
    DISTINCT,
    FORMATS,
    calls,
    constant,
    number,
    refine,
    sized,
)

ANNOTATING = frozenset(
    ("readOnly", "writeOnly", "contentMediaType", "contentEncoding", "contentSchema")
)
"""Keywords that restrict nothing."""


def write(schema: Any, name: str, taken: Collection[str] = ()) -> str:
    """Source that exports the schema `name`; none is called as one of `taken`. Raises Failure when
    the schema cannot be read."""
    return _Writing(shaping.read(schema), name, taken).text()


class _Writing:
    def __init__(self, document: Document, name: str, taken: Collection[str]) -> None:
        self._document = document
        self._called = names(document, name, taken)
        self._there: set[str] = set()
        """Definitions that stand above what is being written."""
        self._late = False
        """Whether what is being written is evaluated when everything is there."""
        self._unchecked: list[str] = []

    def text(self) -> str:
        blocks = ['import * as z from "zod";\n']
        for name in self._order():
            shape = self._document.target(name)
            same = isinstance(shape, Reference) and self._called[shape.name] == self._called[""]
            if name == "" and same:
                continue  # the root is that definition, and no more
            body = self.schema(shape, "")
            head = documentation(Notes(), self._remarks(), "")
            blocks.append(f"{head}export const {self._called[name]} = {body};\n")
            self._there.add(name)
        return "\n".join(blocks)

    def _order(self) -> list[str]:
        """Definitions after those they need, the root last; circles are entered at the top."""
        found: list[str] = []
        entered: set[str] = set()
        for first in (*self._document.definitions, ""):
            waiting = [] if first in entered else [(first, self._needs(first))]
            entered.add(first)
            while waiting:
                name, needs = waiting[-1]
                following = next((one for one in needs if one not in entered), None)
                if following is None:
                    found.append(name)
                    waiting.pop()
                else:
                    entered.add(following)
                    waiting.append((following, self._needs(following)))
        return found

    def _needs(self, name: str) -> Iterator[str]:
        return iter(dict.fromkeys(references(self._document.target(name))))

    def schema(self, shape: Shape, indent: str) -> str:
        text = self._type(shape, indent)
        notes = shape.notes
        self._unchecked += [one for one in notes.unread if one not in ANNOTATING]
        if notes.examples or notes.deprecated:
            said = {"description": notes.description} if notes.description else {}
            more: dict[str, Any] = {"examples": list(notes.examples)} if notes.examples else {}
            deprecated = {"deprecated": True} if notes.deprecated else {}
            return f"{text}.meta({constant({**said, **more, **deprecated})})"
        return f"{text}.describe({literal(notes.description)})" if notes.description else text

    def _type(self, shape: Shape, indent: str) -> str:
        match shape:
            case Anything():
                return "z.json()"
            case Nothing():
                return "z.never()"
            case Null():
                return "z.null()"
            case Boolean():
                return "z.boolean()"
            case Number():
                return number(shape)
            case Text():
                return self._text(shape)
            case Literals(values=values):
                return self._literals(values)
            case Listing():
                return self._listing(shape, indent)
            case Row():
                return self._row(shape, indent)
            case Table():
                return self._table(shape, indent)
            case Record():
                return self._record(shape, indent)
            case Choice():
                return self._choice(shape, indent)
            case Both(parts=parts):
                if (record := self._document.merged(shape)) is not None:
                    return self._record(record, indent)
                first, *others = (self.schema(one, indent) for one in parts)
                for one in others:
                    first = f"z.intersection({first}, {one})"
                return first
            case Reference(name=name):
                there = self._late or name in self._there
                return self._called[name] if there else f"z.lazy(() => {self._called[name]})"
            case _:
                assert_never(shape)

    def _text(self, shape: Text) -> str:
        text = FORMATS.get(shape.format, "z.string()")
        text += calls(min=shape.shortest, max=shape.longest)
        if shape.pattern is not None:
            if (pattern := regular_expression(shape.pattern)) is not None:
                text += f".regex({pattern})"
            else:
                self._unchecked.append(f"pattern {shape.pattern}")
        if shape.format and shape.format not in FORMATS:
            text += f".meta({constant({'format': shape.format})})"
        return text

    def _literals(self, values: tuple[Any, ...]) -> str:
        if any(isinstance(one, list | dict) for one in values):
            self._unchecked.append("enum")
            return "z.json()"
        if not values:
            return "z.never()"
        if len(values) == 1:
            return f"z.literal({literal(values[0])})"
        listed = f"[{', '.join(literal(one) for one in values)}]"
        only_text = all(isinstance(one, str) for one in values)
        return f"z.enum({listed})" if only_text else f"z.literal({listed})"

    def _listing(self, shape: Listing, indent: str) -> str:
        text = f"z.array({self.schema(shape.items, indent)})"
        text += calls(min=shape.least, max=shape.most)
        return text + (refine("items", *DISTINCT) if shape.distinct else "")

    def _row(self, shape: Row, indent: str) -> str:
        places = []
        for place, one in enumerate(shape.places):
            text = self.schema(one, indent)
            places.append(f"{text}.optional()" if place >= shape.least else text)
        rest = ""
        if not shape.exact and not isinstance(shape.rest, Nothing):
            rest = f", {self.schema(shape.rest, indent)}"
        text = f"z.tuple([{', '.join(places)}]{rest})"
        least = shape.least if rest and shape.least > len(places) else None
        most = shape.most if rest else None
        return text + sized("items.length", "items", least, most)

    def _table(self, shape: Table, indent: str) -> str:
        values = self.schema(shape.values, indent)
        keys = self.schema(shape.keys, indent) if shape.keys is not None else "z.string()"
        function = "partialRecord" if isinstance(shape.keys, Literals) else "record"
        text = f"z.{function}({keys}, {values})"
        return text + sized("Object.keys(value).length", "value", shape.least, shape.most)

    def _record(self, shape: Record, indent: str) -> str:
        inside = indent + INDENT
        rows = "".join(self._field(one, inside) for one in shape.fields)
        body = f"{{\n{rows}{indent}}}" if rows else "{}"
        match shape.extra:
            case None:
                return f"z.object({body})"
            case Nothing():
                return f"z.strictObject({body})"
            case Anything():
                return f"z.looseObject({body})"
            case extra:
                return f"z.object({body}).catchall({self.schema(extra, indent)})"

    def _field(self, field: Field, indent: str) -> str:
        needs = set(references(field.shape))
        getter = not self._late and not needs <= self._there
        outside, self._unchecked = self._unchecked, []
        deeper = indent + INDENT if getter else indent
        if getter:
            self._late = True
        text = self.schema(field.shape, deeper)
        if getter:
            self._late = False
        default = field.shape.notes.default
        if not field.required:
            text += ".optional()" if default is UNSET else f".default({constant(default)})"
        if field.key == "__proto__":
            self._unchecked.append(field.key)  # Zod leaves it out, whatever it holds
        head = documentation(Notes(), self._remarks(), indent)
        self._unchecked = outside
        if getter:
            name = key(field.key)
            return f"{head}{indent}get {name}() {{\n{deeper}return {text};\n{indent}}},\n"
        return f"{head}{indent}{key(field.key)}: {text},\n"

    def _choice(self, shape: Choice, indent: str) -> str:
        options = [one for one in shape.options if not isinstance(one, Null)]
        nullable = ".nullable()" if len(options) < len(shape.options) else ""
        if not options:
            return "z.null()" if nullable else "z.never()"
        texts = list(dict.fromkeys(self.schema(one, indent) for one in options))
        if len(texts) == 1:
            return texts[0] + nullable
        if shape.exclusive and not shape.discriminator:
            self._unchecked.append("oneOf")
        if shape.discriminator and self._is_told_apart(shape):
            listed = ", ".join(texts)
            return f"z.discriminatedUnion({literal(shape.discriminator)}, [{listed}]){nullable}"
        flat = f"z.union([{', '.join(texts)}])"
        if len(flat) + len(indent) > WIDTH and "\n" not in flat:
            rows = "".join(f"{indent}{INDENT}{one},\n" for one in texts)
            flat = f"z.union([\n{rows}{indent}])"
        return flat + nullable

    def _is_told_apart(self, shape: Choice) -> bool:
        """Whether all options are objects that are there, and differ in a literal."""
        for option in shape.options:
            record = self._document.resolved(option)
            known = not isinstance(option, Reference) or option.name in self._there
            if not known or not isinstance(record, Record):
                return False
            told = [one.shape for one in record.fields if one.key == shape.discriminator]
            if not told or not isinstance(told[0], Literals):
                return False
        return True

    def _remarks(self) -> list[str]:
        found, self._unchecked = list(dict.fromkeys(self._unchecked)), []
        return [f"Not checked here: {', '.join(found)}."] if found else []
