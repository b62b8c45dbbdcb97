"""The linter: what keeps a schema out of the strict subset, where, and why.

Pure, and it never raises, whatever JSON it is given. It tells everything at once; the table of what
it tells is in `rules.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import unquote

from playground.schemas import rules
from playground.schemas.rules import CONSTRAINTS, EXPECTED, RULES, TYPES, UNSUPPORTED, Limit
from playground.schemas.source import Path, Source

DEEPEST = 200
"""Schemas in schemas that are looked at; whoever goes deeper is too deep in any case."""


_Waiting = tuple[Any, Path, int]
"""A schema, its path, and the level of nesting around it."""


class Violation(NamedTuple):
    path: Path
    """Of the schema that offends, from the root."""
    rule: str
    """The offending keyword, or the id of a rule or limit in `rules.py`."""
    message: str
    line: int | None = None
    """Of the offending keyword or key in the source text, where there is one."""
    column: int | None = None


def lint(schema: Any, source: Source | None = None, *, fine_tuned: bool = False) -> list[Violation]:
    """What offends, in the order of the schema; empty when it is strict. `source` is the text it
    was read from. Fine-tuned models know less: no limits on single values."""
    survey = _Survey(schema, source, fine_tuned)
    found = [*survey.walk(), *survey.excesses()]
    return found if source is None else sorted(found, key=lambda one: one.line or 0)


def reference(schema: Any, ref: Any) -> str | None:
    """The name in `$defs` that a `$ref` of the strict subset means, `""` for the root; None when it
    is no such reference, or names nothing."""
    if ref == "#":
        return ""
    if not isinstance(ref, str) or not ref.startswith("#/$defs/"):
        return None
    defined = schema.get("$defs") if isinstance(schema, dict) else None
    name = ref.removeprefix("#/$defs/")
    if not isinstance(defined, dict):
        return None
    if name in defined:
        return name
    name = unquote(name).replace("~1", "/").replace("~0", "~")
    return name if "/" not in ref.removeprefix("#/$defs/") and name in defined else None


def kinds_of(schema: Any) -> list[Any]:
    """The types that a schema names."""
    kinds = schema.get("type", []) if isinstance(schema, dict) else []
    return kinds if isinstance(kinds, list) else [kinds]


def is_object(schema: dict[str, Any]) -> bool:
    return "object" in kinds_of(schema) or ("type" not in schema and "properties" in schema)


def beginning(root: Any, branch: Any) -> tuple[str, str] | None:
    """The first key of an object branch, with the JSON of its `const` or `enum` where that tells
    branches apart; references are followed."""
    for _ in range(DEEPEST):
        if not isinstance(branch, dict) or "$ref" not in branch:
            break
        branch = target(root, branch["$ref"])
    properties = branch.get("properties") if isinstance(branch, dict) else None
    if not isinstance(properties, dict) or not properties:
        return None
    name, first = next(iter(properties.items()))
    told = first.get("const", first.get("enum", "")) if isinstance(first, dict) else ""
    return name, _compact(told)


def target(root: Any, ref: Any) -> Any:
    """The schema that a reference names; None where it names none."""
    name = reference(root, ref)
    return None if name is None else root["$defs"][name] if name else root


@dataclass
class _Survey:
    """One walk over a schema, which also counts what is limited over all of it."""

    root: Any
    source: Source | None
    fine_tuned: bool
    counts: dict[Limit, int] = field(default_factory=lambda: dict.fromkeys(rules.LIMITS, 0))
    deepest: Path = ()
    """The first schema that lies too deep."""
    endless: dict[str, bool] = field(default_factory=dict)
    """Definitions that are references, and whether these lead to references for ever."""

    def walk(self) -> Iterator[Violation]:
        if isinstance(self.root, dict):
            yield from self._root(self.root)
        # A stack of our own: a schema may be nested deeper than the interpreter goes.
        waiting: list[_Waiting] = [(self.root, (), 0)]
        while waiting:
            node, path, level = waiting.pop()
            inner: list[_Waiting] = []
            if isinstance(node, dict):
                if is_object(node) or "array" in kinds_of(node):
                    level += 1
                yield from self._node(node, path, level, inner)
            else:
                yield self._typeless(node, path)
            if level > rules.LEVELS.most and not self.deepest:
                self.deepest = path
            self.counts[rules.LEVELS] = max(self.counts[rules.LEVELS], level)
            if len(path) <= 2 * DEEPEST:
                waiting += reversed(inner)
            elif inner:
                yield self._found(path, rules.LEVELS.id, "This is nested too deeply to look at.")

    def excesses(self) -> Iterator[Violation]:
        for limit, count in self.counts.items():
            if count > limit.most and limit is not rules.LONG_ENUM:
                path = self.deepest if limit is rules.LEVELS else ()
                yield self._exceeded(limit, count, path)

    def _root(self, root: dict[str, Any]) -> Iterator[Violation]:
        if "anyOf" in root:
            yield self._found((), "root", f"`anyOf` at the root: {RULES['root'].reason}.", "anyOf")
        elif "$ref" in root:
            yield self._found((), "root", f"`$ref` at the root: {RULES['root'].reason}.", "$ref")
        elif root.get("type") != "object":
            said = f"`type` is {_json(root['type'])}" if "type" in root else "`type` is missing"
            yield self._found((), "root", f"{said}: {RULES['root'].reason}.", "type")

    def _node(
        self, node: dict[str, Any], path: Path, level: int, inner: list[_Waiting]
    ) -> Iterator[Violation]:
        """Violations of one schema; the schemas in it go to `inner`."""
        if "definitions" in node:
            yield self._breach(path, "definitions", "`definitions`", "definitions")
        for name in ("$defs", "definitions"):
            if isinstance(defined := node.get(name), dict):
                self.counts[rules.CHARACTERS] += sum(map(len, defined))
                inner += [(row, (*path, name, key), 0) for key, row in defined.items()]
        if "$ref" in node:
            yield from self._reference(node, path)
            return
        for name in node:
            if name in UNSUPPORTED:
                yield self._found(path, name, f"`{name}` is not permitted.", name)
            elif name in CONSTRAINTS:
                yield from self._constraint(node, path, name)
        yield from self._values(node, path)
        if "anyOf" in node:
            yield from self._branches(node["anyOf"], path, level, inner)
        elif not {"type", "enum", "const"} & node.keys() and not {"allOf", "oneOf"} & node.keys():
            yield self._typeless(node, path)
        if "type" in node:
            kinds = kinds_of(node)
            for kind in kinds or [[]]:
                if not isinstance(kind, str) or kind not in TYPES:
                    known = ", ".join(sorted(TYPES))
                    yield self._found(
                        path, "type", f"`type` {_json(kind)} is none of {known}.", "type"
                    )
        if is_object(node):
            yield from self._object(node, path, level, inner)
        if "array" in kinds_of(node) and "prefixItems" not in node:
            if isinstance(node.get("items"), list):
                yield self._breach(path, "items", "`items` is a list", "items")
            elif "items" not in node:
                yield self._breach(path, "items", "`items` is missing")
        inner += self._inside(node, path, level)

    def _inside(self, node: dict[str, Any], path: Path, level: int) -> Iterator[_Waiting]:
        """The schemas that are no properties or branches; also those in keywords that are not
        permitted, for they offend as well."""
        for name in ("items", "prefixItems", "oneOf"):
            rows = node.get(name)
            if isinstance(rows, list):
                for index, row in enumerate(rows):
                    yield row, (*path, name, index), level
            elif name == "items" and name in node:
                yield rows, (*path, name), level
        more = node.get("additionalProperties")
        if isinstance(more, dict) and more:
            yield more, (*path, "additionalProperties"), level

    def _object(
        self, node: dict[str, Any], path: Path, level: int, inner: list[_Waiting]
    ) -> Iterator[Violation]:
        name = "additionalProperties"
        if name not in node:
            yield self._breach(path, name, f"`{name}` is missing")
        elif node[name] is not False:
            yield self._breach(path, name, f"`{name}` is {_json(node[name])}", name)
        properties = node.get("properties", {})
        if not isinstance(properties, dict):
            said = f"`properties` is {_json(properties)}"
            yield self._breach(path, "properties", said, "properties")
            return
        self.counts[rules.PROPERTIES] += len(properties)
        self.counts[rules.CHARACTERS] += sum(map(len, properties))
        required = node.get("required", [])
        if not isinstance(required, list):
            said = f"`required` is {_json(required)}"
            yield self._breach(path, "required", said, "required")
            required = list(properties)
        listed = {one for one in required if isinstance(one, str)}
        for name in properties:
            if name not in listed:
                said = f"`required` lacks {_json(name)}"
                yield self._breach(path, "required", said, "properties", name)
        for one in required:
            if not isinstance(one, str) or one not in properties:
                said = f"`required` lists {_json(one)}, which is no property"
                yield self._found(path, "required", f"{said}.", "required")
        inner += [(row, (*path, "properties", key), level) for key, row in properties.items()]

    def _branches(
        self, branches: Any, path: Path, level: int, inner: list[_Waiting]
    ) -> Iterator[Violation]:
        if not isinstance(branches, list) or not branches:
            yield self._breach(path, "anyOf", f"`anyOf` is {_json(branches)}", "anyOf")
            return
        seen = set()
        for branch in branches:
            first = beginning(self.root, branch)
            if first is not None and first in seen:
                said = f"`anyOf` has two objects that begin with {_json(first[0])}"
                yield self._breach(path, "first-key", said, "anyOf")
            seen.add(first)
        inner += [(row, (*path, "anyOf", index), level) for index, row in enumerate(branches)]

    def _reference(self, node: dict[str, Any], path: Path) -> Iterator[Violation]:
        beside = [name for name in node if name not in ("$ref", "$defs", "definitions")]
        for name in beside:
            yield self._breach(path, "$ref", f"`{name}` stands beside `$ref`", name)
        ref = node["$ref"]
        if reference(self.root, ref) is None:
            yield self._breach(path, "$ref", f"`$ref` is {_json(ref)}, which is not there", "$ref")
        elif self._endless(ref):
            said = f"`$ref` {_json(ref)} leads only back to itself"
            yield self._found(path, "$ref", f"{said}.", "$ref")

    def _endless(self, ref: Any) -> bool:
        """Whether references lead to references for ever."""
        met: list[str] = []
        while (name := reference(self.root, ref)) is not None and name not in self.endless:
            node = target(self.root, ref)
            if not isinstance(node, dict) or "$ref" not in node:
                break
            met.append(name)
            self.endless[name] = True  # until it is known where it leads
            ref = node["$ref"]
        found = self.endless.get(name, False) if name is not None else False
        self.endless |= dict.fromkeys(met, found)
        return found

    def _constraint(self, node: dict[str, Any], path: Path, name: str) -> Iterator[Violation]:
        value = node[name]
        if self.fine_tuned:
            yield self._found(path, name, f"`{name}` is not permitted for fine-tuned models.", name)
        elif not suits(name, value):
            expected = EXPECTED[CONSTRAINTS[name]]
            yield self._found(
                path, "value", f"`{name}` is {_json(value)}: it takes {expected}.", name
            )
        elif name == "format" and value not in rules.FORMATS:
            yield self._breach(path, "format", f"`format` {_json(value)} is not known", "format")

    def _values(self, node: dict[str, Any], path: Path) -> Iterator[Violation]:
        if "const" in node:
            self.counts[rules.CHARACTERS] += _length(node["const"])
        if "enum" not in node:
            return
        values = node["enum"]
        if not isinstance(values, list) or not values:
            yield self._breach(path, "enum", f"`enum` is {_json(values)}", "enum")
            return
        self.counts[rules.ENUM_VALUES] += len(values)
        self.counts[rules.CHARACTERS] += sum(map(_length, values))
        texts = [len(value) for value in values if isinstance(value, str)]
        if len(texts) > rules.LONG_ENUM_VALUES and sum(texts) > rules.LONG_ENUM.most:
            yield self._exceeded(rules.LONG_ENUM, sum(texts), path)

    def _typeless(self, node: Any, path: Path) -> Violation:
        if isinstance(node, dict):
            return self._breach(path, "type", "`type` is missing")
        return self._breach(path, "type", f"{_json(node)} has no `type`")

    def _breach(self, path: Path, rule: str, said: str, *at: str) -> Violation:
        return self._found(path, rule, f"{said}: {RULES[rule].reason}.", *at)

    def _exceeded(self, limit: Limit, count: int, path: Path) -> Violation:
        said = f"{count} {limit.of}: the limit is {limit.most}."
        return self._found(path, limit.id, said, "enum" if limit is rules.LONG_ENUM else "")

    def _found(self, path: Path, rule: str, message: str, *at: str) -> Violation:
        """`at` leads from the path to what offends in the text."""
        if self.source is None:
            return Violation(path, rule, message)
        return Violation(path, rule, message, *self.source.spot((*path, *filter(None, at))))


def suits(keyword: str, value: Any) -> bool:
    """Whether a constraint has the kind of value that it takes."""
    if CONSTRAINTS[keyword] == "text":
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    match CONSTRAINTS[keyword]:
        case "positive":
            return value > 0
        case "count":
            return value >= 0 and value % 1 == 0
        case _:
            return True


def _length(value: Any) -> int:
    return len(value) if isinstance(value, str) else len(_compact(value))


def _compact(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    except RecursionError:
        return "…"


_SHOWN = 60


def _json(value: Any) -> str:
    """A value as the schema spells it; what is large only by its kind."""
    if isinstance(value, dict | list) and value:
        return "an object" if isinstance(value, dict) else "a list"
    text = _compact(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
