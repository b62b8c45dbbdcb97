"""The strict subset of JSON Schema, as a server checks it: what offends, and where.

Pure. `offences` tells everything at once; `require` refuses a request with the first of them, in
the words of the real server; `normalised` is what the Responses API makes of a function whose
`strict` was left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from playground.sandbox.errors import ApiError

PROPERTIES = 5000
LEVELS = 10
CHARACTERS = 120_000
"""Over the names of properties and definitions, and over enum and const values."""
ENUM_VALUES = 1000
LONG_ENUM = 250
"""Values of one string enum above which all of them together have a limit in characters."""
LONG_ENUM_CHARACTERS = 15_000

TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
)
FORBIDDEN = (
    "allOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "prefixItems",
    "contains",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "default",
)

Path = tuple[str | int, ...]
"""The keys from the root of the schema to the offender."""


class Offence(NamedTuple):
    path: Path
    message: str

    def __str__(self) -> str:
        return f"In context={self.path}, {self.message}"


def offences(schema: Any) -> list[Offence]:
    """What keeps a schema out of the strict subset, in the order of the schema; empty when it is
    strict. Never raises, whatever JSON it is given."""
    if not isinstance(schema, dict):
        return [Offence((), "schema must be an object.")]
    found = list(_root(schema))
    survey = _Survey(schema)
    found += survey.walk()
    return found + list(survey.excesses())


def require(schema: Any, owner: str, param: str) -> None:
    """Raises the ApiError of a schema that is not strict. `owner` is who the schema belongs to,
    such as `function 'look_up'`."""
    for offence in offences(schema):
        raise ApiError(
            400,
            f"Invalid schema for {owner}: {offence}",
            param=param,
            code="invalid_json_schema",
        )


def normalised(schema: Any, depth: int = 0) -> Any:
    """A copy in which every object is closed and requires all its properties. What is nested
    deeper than any strict schema is left as it is."""
    if not isinstance(schema, dict) or depth > 4 * LEVELS:
        return schema
    made = dict(schema)
    if "properties" in made and "type" not in made:
        made["type"] = "object"
    if _has_type(made, "object"):
        made["additionalProperties"] = False
        properties = made.setdefault("properties", {})
        made["required"] = list(properties) if isinstance(properties, dict) else []
    for name, value in made.items():
        if name in ("properties", "$defs", "definitions") and isinstance(value, dict):
            made[name] = {key: normalised(row, depth + 1) for key, row in value.items()}
        elif name == "anyOf" and isinstance(value, list):
            made[name] = [normalised(row, depth + 1) for row in value]
        elif name == "items":
            made[name] = normalised(value, depth + 1)
    return made


def _root(schema: dict[str, Any]) -> Iterator[Offence]:
    if schema.get("type") != "object":
        shown = schema.get("type")
        yield Offence((), f"schema must be a JSON Schema of 'type: \"object\"', got '{shown}'.")
    if "anyOf" in schema:
        yield Offence((), "'anyOf' is not permitted at the root.")


@dataclass
class _Survey:
    """One walk over a schema, which also counts what is limited over all of it."""

    root: dict[str, Any]
    properties: int = 0
    characters: int = 0
    enum_values: int = 0
    levels: int = 0

    def walk(self) -> Iterator[Offence]:
        # A stack of our own: a schema may be nested deeper than the interpreter goes.
        waiting: list[tuple[Any, Path, int]] = [(self.root, (), 1)]
        while waiting:
            node, path, level = waiting.pop()
            self.levels = max(self.levels, level)
            if not isinstance(node, dict):
                yield Offence(path, "schema must be an object with a 'type' key.")
                continue
            inner: list[tuple[Any, Path, int]] = []
            yield from self._node(node, path, level, inner)
            waiting += reversed(inner)

    def excesses(self) -> Iterator[Offence]:
        for count, limit, what in (
            (self.properties, PROPERTIES, "object properties"),
            (self.levels, LEVELS, "levels of nesting"),
            (self.characters, CHARACTERS, "characters in names, enum and const values"),
            (self.enum_values, ENUM_VALUES, "enum values"),
        ):
            if count > limit:
                yield Offence((), f"schema exceeds the limit of {limit} {what}: it has {count}.")

    def _node(
        self, node: dict[str, Any], path: Path, level: int, inner: list[tuple[Any, Path, int]]
    ) -> Iterator[Offence]:
        """Offences of one schema; the schemas in it go to `inner`."""
        for name in ("$defs", "definitions"):
            if isinstance(defined := node.get(name), dict):
                self.characters += sum(map(len, defined))
                inner += [(row, (*path, name, key), 1) for key, row in defined.items()]
        if "$ref" in node:
            yield from self._reference(node, path)
            return
        for name in FORBIDDEN:
            if name in node:
                yield Offence(path, f"'{name}' is not permitted.")
        yield from self._values(node, path)
        if "anyOf" in node:
            yield from self._branches(node["anyOf"], path, level, inner)
        elif not {"type", "enum", "const"} & node.keys():
            yield Offence(path, "schema must have a 'type' key.")
        kinds = node.get("type")
        for kind in kinds if isinstance(kinds, list) else [kinds] if "type" in node else []:
            if not isinstance(kind, str) or kind not in TYPES:
                yield Offence(path, f"{kind!r} is not a valid 'type'.")
        if _is_object(node):
            yield from self._object(node, path, level, inner)
        if _has_type(node, "array"):
            if "items" in node:
                inner.append((node["items"], (*path, "items"), level + 1))
            else:
                yield Offence(path, "array schema missing items.")

    def _object(
        self, node: dict[str, Any], path: Path, level: int, inner: list[tuple[Any, Path, int]]
    ) -> Iterator[Offence]:
        if node.get("additionalProperties") is not False:
            yield Offence(
                path, "'additionalProperties' is required to be supplied and to be false."
            )
        properties = node.get("properties", {})
        if not isinstance(properties, dict):
            yield Offence(path, "'properties' must be an object.")
            return
        self.properties += len(properties)
        self.characters += sum(map(len, properties))
        rule = "'required' is required to be supplied and to be an array including every key in "
        required = node.get("required", [])
        if not isinstance(required, list):
            yield Offence(path, f"{rule}properties.")
            required = list(properties)
        for name in properties:
            if name not in required:
                yield Offence(path, f"{rule}properties. Missing '{name}'.")
        for name in required:
            if not isinstance(name, str) or name not in properties:
                yield Offence(path, f"{rule}properties. Extra required key '{name}' supplied.")
        inner += [(row, (*path, "properties", name), level + 1) for name, row in properties.items()]

    def _branches(
        self, branches: Any, path: Path, level: int, inner: list[tuple[Any, Path, int]]
    ) -> Iterator[Offence]:
        if not isinstance(branches, list) or not branches:
            yield Offence(path, "'anyOf' must be an array of at least one schema.")
            return
        seen: list[object] = []
        for branch in branches:
            first = _beginning(branch)
            if first is not None and first in seen:
                yield Offence(
                    path, "objects provided via 'anyOf' must not share identical first keys."
                )
            seen.append(first)
        inner += [(row, (*path, "anyOf", index), level) for index, row in enumerate(branches)]

    def _reference(self, node: dict[str, Any], path: Path) -> Iterator[Offence]:
        target = node["$ref"]
        if beside := sorted(node.keys() - {"$ref", "$defs", "definitions"}):
            words = ", ".join(f"'{name}'" for name in beside)
            yield Offence(path, f"$ref cannot have keywords {{{words}}}.")
        if target == "#":
            return
        for name in ("$defs", "definitions"):
            start = f"#/{name}/"
            if isinstance(target, str) and target.startswith(start):
                defined = self.root.get(name)
                if isinstance(defined, dict) and target.removeprefix(start) in defined:
                    return
        yield Offence(
            path,
            "reference can only point to definitions defined at the top level of the schema, "
            f"not to {target!r}.",
        )

    def _values(self, node: dict[str, Any], path: Path) -> Iterator[Offence]:
        form = node.get("format")
        if form is not None and (not isinstance(form, str) or form not in FORMATS):
            yield Offence(path, f"{form!r} is not a valid 'format'.")
        if "const" in node:
            self.characters += len(str(node["const"]))
        if "enum" not in node:
            return
        values = node["enum"]
        if not isinstance(values, list) or not values:
            yield Offence(path, "'enum' must be an array of at least one value.")
            return
        length = sum(len(value) for value in values if isinstance(value, str))
        self.enum_values += len(values)
        self.characters += length
        if len(values) > LONG_ENUM and length > LONG_ENUM_CHARACTERS:
            yield Offence(
                path,
                f"an 'enum' of more than {LONG_ENUM} strings is limited to "
                f"{LONG_ENUM_CHARACTERS} characters: it has {length}.",
            )


def _has_type(node: dict[str, Any], kind: str) -> bool:
    kinds = node.get("type")
    return kind in kinds if isinstance(kinds, list) else kinds == kind


def _is_object(node: dict[str, Any]) -> bool:
    return _has_type(node, "object") or ("type" not in node and "properties" in node)


def _beginning(branch: Any) -> object:
    """The first key of an object branch, with its value where that tells branches apart."""
    properties = branch.get("properties") if isinstance(branch, dict) else None
    if not isinstance(properties, dict) or not properties:
        return None
    name, first = next(iter(properties.items()))
    told = first.get("const", first.get("enum")) if isinstance(first, dict) else None
    return [name, told]
