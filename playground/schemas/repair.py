"""The repair: a schema brought into the strict subset, and everything that was changed.

The repaired schema accepts what the given one did, as far as the subset can say it; what it cannot
say goes into descriptions, which a model reads. Nothing is changed without an entry in the list,
and what is still not strict afterwards is in the list of what is left.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from playground.schemas.containers import is_map, modern, repaired_array, repaired_object
from playground.schemas.definitions import KEYWORDS, Definitions
from playground.schemas.ledger import Ledger, Repair, Schema, without
from playground.schemas.lint import Violation, kinds_of, lint
from playground.schemas.merging import Impossible, Unmergeable, all_of, merged
from playground.schemas.openings import told_apart
from playground.schemas.pointers import defined
from playground.schemas.reshaping import accepts_null, described, nullable, split
from playground.schemas.rooting import rooted
from playground.schemas.source import Path
from playground.schemas.wording import joined

DEEPEST = 80
"""Schemas in schemas that are repaired."""
GROWTH = 4
"""How many times larger than the given schema the repaired one may become, and some more."""


class Repaired(NamedTuple):
    schema: Any
    repairs: list[Repair]
    left: list[Violation]
    """What is still not strict, with paths in the repaired schema, and why it stays."""


def repair(schema: Any, *, fine_tuned: bool = False) -> Repaired:
    """Never raises, and leaves the given schema as it is. A strict one comes back unchanged."""
    found = lint(schema, fine_tuned=fine_tuned)
    if not found or not isinstance(schema, dict | bool):
        return Repaired(schema, [], found)
    bench = _Bench(schema, fine_tuned)
    try:
        made = bench.whole()
    except _Hopeless as reason:
        return Repaired(schema, [], [Violation((), "repair", f"Nothing is repaired: {reason}.")])
    except RecursionError:
        words = "Nothing is repaired: it is nested too deeply."
        return Repaired(schema, [], [Violation((), "repair", words)])
    left = []
    for one in lint(made, fine_tuned=fine_tuned):
        why = bench.ledger.obstacles.get(one.rule)
        words = f"{one.message} This cannot be repaired{f': {why}' if why else ''}."
        left.append(one._replace(message=words))
    return Repaired(made, bench.ledger.repairs, left)


class _Hopeless(Exception):  # noqa: N818  a fact about a schema
    """The schema is too deep, grows without end, or no value can satisfy it."""


class _Bench:
    """One repair."""

    def __init__(self, schema: Any, fine_tuned: bool) -> None:
        self.given = schema
        self.ledger = Ledger(fine_tuned)
        self.definitions = Definitions(schema, self.ledger)
        self.merging: dict[str, str] = {}
        """Schemas that are being merged, as JSON, with the name of each that was met in itself."""
        self.depth = 0
        self.budget = GROWTH * _size(schema) + 5000

    def whole(self) -> Any:
        root = self.given
        if isinstance(root, dict):
            root = without(root, *KEYWORDS)
        top = self.node(root, ())
        if top is False:
            raise _Hopeless("no value can satisfy it")
        definitions = self.definitions
        while waiting := definitions.waiting():  # one may name what becomes another by that
            for name in waiting:
                definitions.made[name] = self.node(*definitions.sources[name])
        # From here on no two places share an object.
        schema = copy.deepcopy(rooted(top, definitions.made, self.ledger))
        for path, words in told_apart(schema):
            self.ledger.done(path, "first-key", words)
        return schema

    def node(self, node: Any, path: Path) -> Any:
        """The strict form of a schema; False where no value can satisfy it."""
        self.budget -= 1
        if self.budget < 0:
            raise _Hopeless("merged, the schema would grow without end")
        if self.depth >= DEEPEST:
            raise _Hopeless(f"it is nested deeper than {DEEPEST} schemas")
        self.depth += 1
        try:
            if node is True or node == {}:
                return self.anything({}, path)
            if not isinstance(node, dict):
                return node
            for name in KEYWORDS:
                if name in node:
                    node = without(node, name)
                    self.ledger.done(path, name, f"`{name}`: what is used of it is in the root's")
            if "$ref" in node or "allOf" in node:
                return self.together(node, path)
            return self.single(modern(node), path)
        except Impossible:
            return False
        finally:
            self.depth -= 1

    def takes_null(self, schema: Any) -> bool:
        return accepts_null(schema, self.definitions.known)

    def anything(self, annotations: Schema, path: Path) -> Any:
        self.ledger.done(path, "type", "without a `type` it is any JSON value, now spelled out")
        return described(self.definitions.any(), annotations)

    # `$ref` and `allOf`

    def together(self, node: Schema, path: Path) -> Any:
        """Everything that holds at once as one schema, or as a reference alone."""
        node = self.ledger.spoken(node, path, "default")
        annotations, rest = split(without(node, "$ref", "allOf"))
        parts = node["allOf"] if isinstance(node.get("allOf"), list) else []
        if not all(isinstance(part, dict | bool) for part in parts):
            return node
        parts = [part for part in parts if part is not True and part != {}]
        if "$ref" in node:
            parts = [{"$ref": node["$ref"]}, *parts]
        if "allOf" in node:
            self.ledger.done(path, "allOf", "`allOf` is merged into one schema")
        beside = ", ".join(f"`{name}`" for name in (*annotations, *rest))
        if rest or len(parts) > 1:
            if beside and "$ref" in node:
                said = f"{beside} stood beside `$ref`: merged with what it names"
                self.ledger.done(path, "$ref", said)
            return self.one_of_all(node, path)
        if not parts:
            return self.anything(annotations, path)
        if isinstance(parts[0], dict) and parts[0].keys() == {"$ref"}:
            if annotations and "$ref" in node:
                said = f"{beside} stood beside `$ref`: around it now, in an `anyOf` of one"
                self.ledger.done(path, "$ref", said)
            return described(self.definitions.reference(parts[0]["$ref"], path), annotations)
        made = self.node(parts[0], path)
        return described(made, annotations) if isinstance(made, dict) else made

    def one_of_all(self, node: Schema, path: Path) -> Any:
        key = json.dumps(node, sort_keys=True)
        if key in self.merging:  # it contains itself: a definition, then
            if not self.merging[key]:
                self.merging[key] = self.definitions.add("Merged", node, path)
            return {"$ref": defined(self.merging[key])}
        self.merging[key] = ""
        try:
            made = self.node(merged(list(self.gathered(node, ()))), path)
        except Unmergeable as reason:
            self.ledger.obstacles |= dict.fromkeys(("allOf", "$ref"), str(reason))
            return node
        finally:
            name = self.merging.pop(key)
        if not name:
            return made
        self.definitions.made[name] = made
        return {"$ref": defined(name)}

    def gathered(self, node: Any, seen: tuple[str, ...]) -> Iterator[Schema]:
        """A schema, what it refers to, and its `allOf`. Raises Impossible, Unmergeable."""
        if node is False:
            raise Impossible
        if not isinstance(node, dict):
            return
        yield modern(without(node, "$ref", "allOf", *KEYWORDS))
        if "$ref" in node:
            ref = node["$ref"]
            if ref in seen:
                raise Unmergeable("the reference leads only back to itself")
            found = self.definitions.resolved(ref)
            if found is None:
                raise Unmergeable("what it names is not in this schema")
            yield from self.gathered(found, (*seen, ref))
        for part in node["allOf"] if isinstance(node.get("allOf"), list) else ():
            yield from self.gathered(part, seen)

    # Everything else

    def single(self, node: Schema, path: Path) -> Any:
        done, spoken = self.ledger.done, self.ledger.spoken
        node = spoken(node, path, "default", "$dynamicRef", "$recursiveRef")
        if "discriminator" in node:
            node = without(node, "discriminator")
            done(path, "discriminator", "`discriminator` dropped: each branch says what it is")
        if "nullable" in node:
            wanted = node["nullable"] is True
            done(path, "nullable", f"`nullable` is {'a union with null' if wanted else 'gone'}")
            made = self.single(without(node, "nullable"), path)
            return nullable(made) if wanted and not self.takes_null(made) else made
        if isinstance(node.get("oneOf"), list):
            node = self.one_of(node, path)
        node = self.ledger.constrained(node, path)
        if isinstance(node.get("anyOf"), list) and node["anyOf"]:
            if any(map(_shapes, node["anyOf"])) or not split(without(node, "anyOf"))[1]:
                return self.union(node, path)
            node = spoken(node, path, "anyOf")
        if "type" not in node or node["type"] == []:
            kind = _meant(node)
            if {"enum", "const", "anyOf"} & node.keys():
                return self.ledger.permitted(node, path)
            if not kind:
                return self.anything(split(self.ledger.permitted(node, path))[0], path)
            done(path, "type", f"`type` {json.dumps(kind)} is what its other keywords mean")
            node = {**node, "type": kind}
        kinds = kinds_of(node)
        if len(kinds) > 1 and _reshaped(node, kinds):
            return self.apart(node, kinds, path)
        if "object" in kinds:
            node = repaired_object(self, node, path)
        elif "array" in kinds:
            node = repaired_array(self, node, path)
        return self.ledger.permitted(node, path)

    def one_of(self, node: Schema, path: Path) -> Schema:
        """The same with `enum` or `anyOf`."""
        rows, rest = node["oneOf"], without(node, "oneOf")
        if rows and all(map(_constant, rows)) and not {"anyOf", "enum", "const"} & rest.keys():
            self.ledger.done(path, "oneOf", "`oneOf` of constants is an `enum` now")
            said = [
                f"{json.dumps(row['const'], ensure_ascii=False)}: {text}"
                for row in rows
                if (text := row.get("description", row.get("title")))
            ]
            made = {**rest, "enum": [row["const"] for row in rows]}
            if text := joined(rest.get("description"), *said):
                made["description"] = text
            return made
        try:
            made = merged([rest, {"anyOf": rows}])
        except Unmergeable as reason:
            self.ledger.obstacles["oneOf"] = str(reason)
            return node
        self.ledger.done(path, "oneOf", "`oneOf` is `anyOf` now")
        return made

    def union(self, node: Schema, path: Path) -> Any:
        annotations, beside = split(without(node, "anyOf"))
        rows = node["anyOf"]
        if beside:
            words = ", ".join(f"`{name}`" for name in beside)
            self.ledger.done(path, "anyOf", f"{words} stood beside `anyOf`: in each branch now")
            rows = [all_of(beside, row) for row in rows]
        branches: dict[str, Any] = {}  # by their JSON: each once
        for index, row in enumerate(rows):
            where = (*path, "anyOf", index)
            branch = self.node(row, where)
            if branch is False:
                self.ledger.done(where, "anyOf", "dropped: no value could satisfy it")
            else:
                branches[json.dumps(branch, sort_keys=True)] = branch
        made = list(branches.values())
        if not made:
            return False
        if len(made) == 1 and isinstance(made[0], dict):
            if annotations or "$ref" not in made[0] or len(node["anyOf"]) > 1:
                self.ledger.done(path, "anyOf", "one branch is left: `anyOf` is that one")
            return described(made[0], annotations)
        return {**annotations, "anyOf": made}

    def apart(self, node: Schema, kinds: list[Any], path: Path) -> Any:
        """A schema of several types as a union with a branch for each shape."""
        annotations, rest = split(node)
        self.ledger.done(path, "type", f"`type` {json.dumps(kinds)} is a union of schemas now")
        rows: list[Schema] = []
        others = [kind for kind in kinds if kind not in ("object", "array")]
        for kind, other in (("object", _ARRAY), ("array", _OBJECT)):
            if kind in kinds:
                rows.append({**without(rest, *other, *_TEXT, *_NUMBER), "type": kind})
        if others:
            rows.append({**without(rest, *_ARRAY, *_OBJECT), "type": others})
        return self.union({**annotations, "anyOf": rows}, path)


_OBJECT = frozenset(
    {"properties", "required", "additionalProperties", "patternProperties", "propertyNames",
     "minProperties", "maxProperties", "dependentRequired", "dependentSchemas",
     "unevaluatedProperties"}
)  # fmt: skip
_ARRAY = frozenset(
    {"items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems", "contains",
     "minContains", "maxContains", "unevaluatedItems"}
)  # fmt: skip
_TEXT = frozenset({"pattern", "format", "minLength", "maxLength"})
_NUMBER = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
_MEANT = {"object": _OBJECT, "array": _ARRAY, "string": _TEXT, "number": _NUMBER}
_SHAPES = frozenset({"type", "properties", "items", "prefixItems", "enum", "const", "$ref", "allOf",
                     "anyOf", "oneOf"})  # fmt: skip


def _meant(schema: Schema) -> str:
    """The type that a schema without one was meant for."""
    return next((kind for kind, words in _MEANT.items() if words & schema.keys()), "")


def _shapes(row: Any) -> bool:
    """Whether a branch says what a value is, and not only, say, which keys it needs."""
    return not isinstance(row, dict) or bool(_SHAPES & row.keys())


def _constant(row: Any) -> bool:
    return isinstance(row, dict) and split(without(row, "type"))[1].keys() == {"const"}


def _reshaped(node: Schema, kinds: list[Any]) -> bool:
    """Whether an object or array becomes something else, so that the other types have to leave."""
    return (
        ("object" in kinds and is_map(node))
        or ("array" in kinds and isinstance(node.get("prefixItems"), list))
        or {"object", "array"} <= set(map(str, kinds))
    )


def _size(schema: Any) -> int:
    """How many objects and lists there are."""
    count, waiting = 0, [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            count += 1
            waiting += one.values() if isinstance(one, dict) else one
    return count
