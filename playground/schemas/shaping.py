"""JSON Schema → shapes."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from playground.schemas.keywords import (
    MINE,
    SILENT,
    escaped,
    failure,
    joined,
    kind_of,
    mapping,
    notes,
    take,
    take_text,
)
from playground.schemas.names import unique
from playground.schemas.shapes import (
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

DEEPEST = 60
"""Levels of schemas within schemas that are read. Python takes 200 brackets within brackets."""
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
            raise failure("$", f"A schema is an object, and this is {kind_of(self._schema)}.")
        if isinstance(self._schema, dict):
            for home in ("$defs", "definitions"):
                for name in mapping(self._schema, home, "$"):
                    self._name(f"#/{home}/{escaped(name)}", name)
        root = self.shape(self._schema, "$")
        while self._waiting:
            name, node, path = self._waiting.popleft()
            self._definitions[name] = self.shape(node, path)
        return Document(root, {name: self._definitions[name] for name in self._named.values()})

    def shape(self, node: Any, path: str, depth: int = 0) -> Shape:
        if depth > DEEPEST:
            raise failure(path[:80] + "…", f"The schema is nested over {DEEPEST} levels deep.")
        if isinstance(node, bool):
            return Anything() if node else Nothing()
        if not isinstance(node, dict):
            raise failure(path, f"A schema is an object, and this is {kind_of(node)}.")
        rest = {key: one for key, one in node.items() if key not in SILENT}
        made = self._main(rest, path, depth + 1)
        said = notes(rest)
        if isinstance(made, Both) and len(made.parts) == 1:
            made = made.parts[0]
            said = joined(made.notes, said)
        return replace(made, notes=said)

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
                told = rest.pop("discriminator", None)
                return Choice(
                    options=self._several(rest.pop(keyword), f"{path}.{keyword}", depth),
                    exclusive=keyword == "oneOf",
                    discriminator=str(told.get("propertyName", ""))
                    if isinstance(told, dict)
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
            raise failure(path, f"This must be a list of schemas, and it is {kind_of(nodes)}.")
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
                    shortest=take(rest, "minLength", path),
                    longest=take(rest, "maxLength", path),
                    pattern=take_text(rest, "pattern", path),
                    format=take_text(rest, "format", path) or "",
                )
            case "integer" | "number":
                return Number(
                    integer=kind == "integer",
                    minimum=take(rest, "minimum", path),
                    maximum=take(rest, "maximum", path),
                    above=take(rest, "exclusiveMinimum", path),
                    below=take(rest, "exclusiveMaximum", path),
                    multiple=take(rest, "multipleOf", path),
                )
            case "array":
                return self._array(rest, path, depth)
            case "object":
                return self._object(rest, path, depth)
            case _:
                raise failure(path, f"There is no type {kind!r} in JSON Schema.")

    def _array(self, rest: dict[str, Any], path: str, depth: int) -> Shape:
        least, most = take(rest, "minItems", path), take(rest, "maxItems", path)
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
        properties = mapping(rest, "properties", path)
        extra = rest.pop("additionalProperties", None)
        required = rest.pop("required", [])
        if not isinstance(required, list):
            raise failure(
                f"{path}.required", f"This must be a list, and it is {kind_of(required)}."
            )
        others = None
        if extra is not None:
            others = self.shape(extra, f"{path}.additionalProperties", depth)
        said = rest.pop("properties", None) is not None or required or isinstance(others, Nothing)
        if not said:
            return self._table(rest, others, path, depth)
        needed = dict.fromkeys(key for key in required if isinstance(key, str))
        fields = [
            Field(key, self.shape(node, f"{path}.properties.{key}", depth), key in needed)
            for key, node in properties.items()
        ]
        missing = [key for key in needed if key not in properties]
        fields += [Field(key, Anything(), True) for key in missing]
        return Record(fields=tuple(fields), extra=others)

    def _table(self, rest: dict[str, Any], values: Shape | None, path: str, depth: int) -> Table:
        keys = None
        patterns = mapping(rest, "patternProperties", path)
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
            least=take(rest, "minProperties", path),
            most=take(rest, "maxProperties", path),
        )

    def _refer(self, pointer: Any, path: str) -> str:
        if pointer == "#":
            return ""
        if not isinstance(pointer, str) or not pointer.startswith("#/"):
            raise failure(path, f"`$ref` leads out of the schema: {str(pointer)[:200]}")
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
                raise failure("$", f"`$ref` leads to nothing: {pointer[:200]}")
        return node
