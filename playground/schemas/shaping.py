"""JSON Schema → shapes."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from playground.core.problem import Failure, Problem
from playground.schemas.names import unique
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
)

DEEPEST = 60
"""Levels of schemas within schemas that are read. Python takes 200 brackets within brackets."""
SILENT = frozenset(("$schema", "$id", "$comment", "$anchor", "$defs", "definitions", "$vocabulary"))
"""Keywords that say nothing about the value."""
MINE = {
    "string": ("minLength", "maxLength", "pattern", "format"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "array": (
        "items",
        "prefixItems",
        "additionalItems",
        "minItems",
        "maxItems",
        "uniqueItems",
    ),
    "object": (
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "propertyNames",
        "minProperties",
        "maxProperties",
    ),
}
"""Keywords that concern one type, by type; those of `number` are also those of `integer`."""
TELLING = frozenset(("properties", "required", "items", "prefixItems"))
"""Keywords that give a type away when the schema does not say it."""


def read(schema: Any) -> Document:
    """The shapes of a schema and of all it refers to. Raises Failure, naming the place."""
    return _Reading(schema).document()


class _Reading:
    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self._definitions: dict[str, Shape] = {}
        self._named: dict[str, str] = {}
        """Names of definitions by the pointer that leads to them."""
        self._names: set[str] = set()
        self._waiting: deque[tuple[str, Any, str]] = deque()

    def document(self) -> Document:
        if not isinstance(self._schema, dict | bool):
            raise _failure("$", f"A schema is an object, and this is {_kind(self._schema)}.")
        if isinstance(self._schema, dict):
            for home in ("$defs", "definitions"):
                for name in _mapping(self._schema, home, "$"):
                    self._name(f"#/{home}/{_escaped(name)}", name)
        root = self.shape(self._schema, "$")
        while self._waiting:
            name, node, path = self._waiting.popleft()
            self._definitions[name] = self.shape(node, path)
        return Document(root, {name: self._definitions[name] for name in self._named.values()})

    def shape(self, node: Any, path: str, depth: int = 0) -> Shape:
        if depth > DEEPEST:
            raise _failure(path[:80] + "…", f"The schema is nested over {DEEPEST} levels deep.")
        if isinstance(node, bool):
            return Anything() if node else Nothing()
        if not isinstance(node, dict):
            raise _failure(path, f"A schema is an object, and this is {_kind(node)}.")
        rest = {key: one for key, one in node.items() if key not in SILENT}
        made = self._main(rest, path, depth + 1)
        notes = _notes(rest)
        if isinstance(made, Both) and len(made.parts) == 1:
            made = made.parts[0]
            notes = _joined(made.notes, notes)
        return replace(made, notes=notes)

    def _main(self, rest: dict[str, Any], path: str, depth: int) -> Shape:
        """What the keywords make; those that were understood are taken out of `rest`."""
        if (pointer := rest.pop("$ref", None)) is not None:
            return Reference(name=self._refer(pointer, path))
        if "const" in rest:
            rest.pop("type", None)
            return Literals(values=(rest.pop("const"),))
        if isinstance(rest.get("enum"), list):
            rest.pop("type", None)
            return Literals(values=tuple(rest.pop("enum")))
        for keyword in ("anyOf", "oneOf"):
            if keyword in rest and not ({"properties", "items"} & rest.keys()):
                rest.pop("type", None)
                mapping = rest.pop("discriminator", None)
                return Choice(
                    options=self._several(rest.pop(keyword), f"{path}.{keyword}", depth),
                    exclusive=keyword == "oneOf",
                    discriminator=str(mapping.get("propertyName", ""))
                    if isinstance(mapping, dict)
                    else "",
                )
        if "allOf" in rest:
            parts = self._several(rest.pop("allOf"), f"{path}.allOf", depth)
            if any(key in rest for keys in MINE.values() for key in keys):
                parts = (*parts, self._typed(rest, path, depth))
            rest.pop("type", None)
            return Both(parts=parts)
        return self._typed(rest, path, depth)

    def _several(self, nodes: Any, path: str, depth: int) -> tuple[Shape, ...]:
        if not isinstance(nodes, list) or not nodes:
            raise _failure(path, f"This must be a list of schemas, and it is {_kind(nodes)}.")
        return tuple(
            self.shape(node, f"{path}[{place}]", depth) for place, node in enumerate(nodes)
        )

    def _typed(self, rest: dict[str, Any], path: str, depth: int) -> Shape:
        kind = rest.pop("type", None)
        if isinstance(kind, list):
            if len(kind) == 1:
                kind = kind[0]
            else:
                options = tuple(self._of(one, rest, path, depth) for one in kind)
                return Choice(options=options) if options else Nothing()
        if kind is None:
            # Who says what an object or a list holds, and not that it is one, means that it is.
            for guess in ("object", "array"):
                if TELLING & rest.keys() & set(MINE[guess]):
                    kind = guess
        return self._of(kind, rest, path, depth)

    def _of(self, kind: Any, rest: dict[str, Any], path: str, depth: int) -> Shape:
        match kind:
            case None:
                return Anything()
            case "null":
                return Null()
            case "boolean":
                return Boolean()
            case "string":
                return Text(
                    shortest=_take(rest, "minLength", path),
                    longest=_take(rest, "maxLength", path),
                    pattern=_take_text(rest, "pattern", path),
                    format=_take_text(rest, "format", path) or "",
                )
            case "integer" | "number":
                return Number(
                    integer=kind == "integer",
                    minimum=_take(rest, "minimum", path),
                    maximum=_take(rest, "maximum", path),
                    above=_take(rest, "exclusiveMinimum", path),
                    below=_take(rest, "exclusiveMaximum", path),
                    multiple=_take(rest, "multipleOf", path),
                )
            case "array":
                return self._array(rest, path, depth)
            case "object":
                return self._object(rest, path, depth)
            case _:
                raise _failure(path, f"There is no type {kind!r} in JSON Schema.")

    def _array(self, rest: dict[str, Any], path: str, depth: int) -> Shape:
        least, most = _take(rest, "minItems", path), _take(rest, "maxItems", path)
        items = rest.pop("items", True)
        places = rest.pop("prefixItems", None)
        if isinstance(items, list):  # as it was written before 2020-12
            places, items = items, rest.pop("additionalItems", True)
        if places is None:
            distinct = rest.pop("uniqueItems", False) is True
            inside = self.shape(items, f"{path}.items", depth)
            return Listing(items=inside, least=least, most=most, distinct=distinct)
        return Row(
            places=self._several(places, f"{path}.prefixItems", depth),
            rest=self.shape(items, f"{path}.items", depth),
            least=least or 0,
            most=most,
        )

    def _object(self, rest: dict[str, Any], path: str, depth: int) -> Shape:
        properties = _mapping(rest, "properties", path)
        extra = rest.pop("additionalProperties", None)
        required = rest.pop("required", [])
        if not isinstance(required, list):
            raise _failure(f"{path}.required", f"This must be a list, and it is {_kind(required)}.")
        others = None
        if extra is not None:
            others = self.shape(extra, f"{path}.additionalProperties", depth)
        said = rest.pop("properties", None) is not None or required or isinstance(others, Nothing)
        if not said:
            return self._table(rest, others, path, depth)
        fields = [
            Field(key, self.shape(node, f"{path}.properties.{key}", depth), key in required)
            for key, node in properties.items()
        ]
        missing = [key for key in required if isinstance(key, str) and key not in properties]
        fields += [Field(key, Anything(), True) for key in missing]
        return Record(fields=tuple(fields), extra=others)

    def _table(self, rest: dict[str, Any], values: Shape | None, path: str, depth: int) -> Table:
        keys = None
        patterns = _mapping(rest, "patternProperties", path)
        if "propertyNames" in rest:
            keys = self.shape(rest.pop("propertyNames"), f"{path}.propertyNames", depth)
        elif len(patterns) == 1 and (values is None or isinstance(values, Nothing)):
            ((pattern, node),) = patterns.items()
            rest.pop("patternProperties")
            keys = Text(pattern=pattern)
            values = self.shape(node, f"{path}.patternProperties", depth)
        return Table(
            values=values or Anything(),
            keys=keys,
            least=_take(rest, "minProperties", path),
            most=_take(rest, "maxProperties", path),
        )

    def _refer(self, pointer: Any, path: str) -> str:
        if pointer == "#":
            return ""
        if not isinstance(pointer, str) or not pointer.startswith("#/"):
            raise _failure(path, f"`$ref` leads out of the schema: {str(pointer)[:200]}")
        return self._name(pointer, pointer.rpartition("/")[2])

    def _name(self, pointer: str, wanted: str) -> str:
        """The name of the definition a pointer leads to; it is read when its turn comes."""
        if pointer not in self._named:
            name = unique(wanted or "Definition", self._names)
            self._names.add(name)
            self._named[pointer] = name
            self._waiting.append((name, self._found(pointer), pointer))
        return self._named[pointer]

    def _found(self, pointer: str) -> Any:
        node = self._schema
        for step in pointer[2:].split("/"):
            step = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(node, dict) and step in node:
                node = node[step]
            elif isinstance(node, list) and step.isdecimal() and int(step) < len(node):
                node = node[int(step)]
            else:
                raise _failure("$", f"`$ref` leads to nothing: {pointer[:200]}")
        return node


def _notes(rest: dict[str, Any]) -> Notes:
    examples = rest.pop("examples", ())
    title, description = rest.pop("title", ""), rest.pop("description", "")
    return Notes(
        title=title if isinstance(title, str) else "",
        description=description if isinstance(description, str) else "",
        default=rest.pop("default", UNSET),
        examples=tuple(examples) if isinstance(examples, list) else (),
        deprecated=rest.pop("deprecated", False) is True,
        unread=rest,
    )


def _joined(inside: Notes, outside: Notes) -> Notes:
    return Notes(
        title=outside.title or inside.title,
        description=outside.description or inside.description,
        default=inside.default if outside.default is UNSET else outside.default,
        examples=outside.examples or inside.examples,
        deprecated=outside.deprecated or inside.deprecated,
        unread={**inside.unread, **outside.unread},
    )


def _take(rest: dict[str, Any], keyword: str, path: str) -> Any:
    """A number out of the keywords. `exclusiveMinimum: true`, of old drafts, stays unread."""
    value = rest.get(keyword)
    if value is None or isinstance(value, bool):
        return None
    if not isinstance(value, int | float):
        raise _failure(f"{path}.{keyword}", f"This must be a number, and it is {_kind(value)}.")
    return rest.pop(keyword)


def _take_text(rest: dict[str, Any], keyword: str, path: str) -> str | None:
    value = rest.pop(keyword, None)
    if value is not None and not isinstance(value, str):
        raise _failure(f"{path}.{keyword}", f"This must be a string, and it is {_kind(value)}.")
    return value


def _mapping(node: Mapping[str, Any], keyword: str, path: str) -> dict[str, Any]:
    value = node.get(keyword, {})
    if not isinstance(value, dict):
        raise _failure(f"{path}.{keyword}", f"This must be an object, and it is {_kind(value)}.")
    return value


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "a list" if value else "an empty list"
        case dict():
            return "an object"
        case _:
            return type(value).__name__


def _failure(path: str, sentence: str) -> Failure:
    return Failure(
        Problem(
            title="This schema cannot be turned into code.",
            detail=f"{path}: {sentence}",
            remedy="change_request",
            facts={"path": path},
        )
    )
