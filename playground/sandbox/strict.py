"""Whether a schema is in the strict subset, as a server checks it: what offends, and where.

Pure. `offences` tells everything at once; `require` refuses a request with the first of them, in
the words of the real server; `normalised` is what the Responses API makes of a function whose
`strict` was left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from playground.sandbox import subset
from playground.sandbox.errors import ApiError
from playground.sandbox.subset import is_array, is_object, kinds_of

Path = tuple[str | int, ...]
"""The keys from the root of the schema to the offender."""

_Waiting = tuple[Any, Path, int]
"""A schema, its path, and the level of nesting around it."""


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
    if not isinstance(schema, dict) or depth > 4 * subset.LEVELS:
        return schema
    made = dict(schema)
    if "properties" in made and "type" not in made:
        made["type"] = "object"
    if is_object(made):
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
    elif "$ref" in schema:
        yield Offence((), "'$ref' is not permitted at the root.")


@dataclass
class _Survey:
    """One walk over a schema, which also counts what is limited over all of it."""

    root: dict[str, Any]
    properties: int = 0
    characters: int = 0
    enum_values: int = 0
    levels: int = 0
    ends: dict[str, bool] = field(default_factory=dict)
    """References that were looked at, and whether they come to a schema."""

    def walk(self) -> Iterator[Offence]:
        # A stack of our own: a schema may be nested deeper than the interpreter goes.
        waiting: list[_Waiting] = [(self.root, (), 0)]
        while waiting:
            node, path, level = waiting.pop()
            if not isinstance(node, dict):
                yield Offence(path, "schema must be an object with a 'type' key.")
                continue
            level += is_object(node) or is_array(node)
            self.levels = max(self.levels, level)
            inner: list[_Waiting] = []
            yield from self._node(node, path, level, inner)
            if len(path) <= subset.LONGEST_PATH:
                waiting += reversed(inner)
            elif inner:
                yield Offence(path, "schema is nested too deeply.")

    def excesses(self) -> Iterator[Offence]:
        for count, limit, what in (
            (self.properties, subset.PROPERTIES, "object properties"),
            (self.levels, subset.LEVELS, "levels of nesting"),
            (self.characters, subset.CHARACTERS, "characters in names, enum and const values"),
            (self.enum_values, subset.ENUM_VALUES, "enum values"),
        ):
            if count > limit:
                yield Offence((), f"schema exceeds the limit of {limit} {what}: it has {count}.")

    def _node(
        self, node: dict[str, Any], path: Path, level: int, inner: list[_Waiting]
    ) -> Iterator[Offence]:
        """Offences of one schema; the schemas in it go to `inner`."""
        if isinstance(defined := node.get("$defs"), dict):
            self.characters += sum(map(len, defined))
            inner += [(row, (*path, "$defs", key), 0) for key, row in defined.items()]
        if "$ref" in node:
            yield from self._reference(node, path)
            return
        for name in subset.FORBIDDEN:
            if name in node:
                yield Offence(path, f"'{name}' is not permitted.")
        yield from self._constraints(node, path)
        yield from self._values(node, path)
        if "anyOf" in node:
            yield from self._branches(node["anyOf"], path, level, inner)
        elif not {"type", "enum", "const"} & node.keys():
            yield Offence(path, "schema must have a 'type' key.")
        if "type" in node:
            for kind in kinds_of(node) or [[]]:
                if not isinstance(kind, str) or kind not in subset.TYPES:
                    yield Offence(path, f"{kind!r} is not a valid 'type'.")
        if is_object(node):
            yield from self._object(node, path, level, inner)
        items = node.get("items")
        if is_array(node) and ("items" not in node or isinstance(items, list)):
            yield Offence(path, "array schema missing items.")
        if isinstance(items, list):
            inner += [(row, (*path, "items", index), level) for index, row in enumerate(items)]
        elif "items" in node:
            inner.append((items, (*path, "items"), level))
        if (more := node.get("additionalProperties")) and isinstance(more, dict):
            inner.append((more, (*path, "additionalProperties"), level))

    def _object(
        self, node: dict[str, Any], path: Path, level: int, inner: list[_Waiting]
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
        listed = {name for name in required if isinstance(name, str)}
        for name in properties:
            if name not in listed:
                yield Offence(path, f"{rule}properties. Missing '{name}'.")
        for name in required:
            if not isinstance(name, str) or name not in properties:
                yield Offence(path, f"{rule}properties. Extra required key '{name}' supplied.")
        inner += [(row, (*path, "properties", name), level) for name, row in properties.items()]

    def _branches(
        self, branches: Any, path: Path, level: int, inner: list[_Waiting]
    ) -> Iterator[Offence]:
        if not isinstance(branches, list) or not branches:
            yield Offence(path, "'anyOf' must be an array of at least one schema.")
            return
        seen: set[object] = set()
        for branch in branches:
            first = subset.beginning(self.root, branch)
            if first is not None and first in seen:
                yield Offence(
                    path, "objects provided via 'anyOf' must not share identical first keys."
                )
            seen.add(first)
        inner += [(row, (*path, "anyOf", index), level) for index, row in enumerate(branches)]

    def _reference(self, node: dict[str, Any], path: Path) -> Iterator[Offence]:
        ref = node["$ref"]
        if beside := sorted(node.keys() - {"$ref", "$defs"}):
            words = ", ".join(f"'{name}'" for name in beside)
            yield Offence(path, f"$ref cannot have keywords {{{words}}}.")
        if subset.target(self.root, ref) is None:
            yield Offence(
                path,
                "reference can only point to definitions defined at the top level of the schema, "
                f"not to {ref!r}.",
            )
            return
        if ref not in self.ends:
            self.ends[ref] = subset.followed(self.root, node) is not None
        if not self.ends[ref]:
            yield Offence(path, f"reference {ref!r} leads only to other references.")

    def _constraints(self, node: dict[str, Any], path: Path) -> Iterator[Offence]:
        for name, (expected, suits) in subset.CONSTRAINTS.items():
            if name not in node:
                continue
            value = node[name]
            if not suits(value):
                yield Offence(path, f"{value!r} is not a valid '{name}': it takes {expected}.")
            elif name == "format" and value not in subset.FORMATS:
                yield Offence(path, f"{value!r} is not a valid 'format'.")

    def _values(self, node: dict[str, Any], path: Path) -> Iterator[Offence]:
        if "const" in node:
            self.characters += subset.length(node["const"])
        if "enum" not in node:
            return
        values = node["enum"]
        if not isinstance(values, list) or not values:
            yield Offence(path, "'enum' must be an array of at least one value.")
            return
        self.enum_values += len(values)
        self.characters += sum(map(subset.length, values))
        texts = [len(value) for value in values if isinstance(value, str)]
        if len(texts) > subset.LONG_ENUM and sum(texts) > subset.LONG_ENUM_CHARACTERS:
            yield Offence(
                path,
                f"an 'enum' of more than {subset.LONG_ENUM} strings is limited to "
                f"{subset.LONG_ENUM_CHARACTERS} characters: it has {sum(texts)}.",
            )
