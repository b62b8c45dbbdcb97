"""Objects and arrays in the strict subset: closed objects, maps as lists, tuples as objects."""

from __future__ import annotations

import json
from typing import Any, Protocol

from playground.schemas.ledger import Ledger, Schema, without
from playground.schemas.merging import Impossible, all_of
from playground.schemas.reshaping import (
    NULL,
    closed,
    described,
    entries,
    free,
    names_for,
    nullable,
    split,
)
from playground.schemas.source import Path
from playground.schemas.wording import joined, phrase


class Bench(Protocol):
    """The repair that goes on around them."""

    ledger: Ledger

    def node(self, node: Any, path: Path) -> Any: ...

    def takes_null(self, schema: Any) -> bool: ...


def is_map(node: Schema) -> bool:
    """Whether an object has only keys that nobody named."""
    if node.get("properties") or node.get("required"):
        return False
    more = node.get("additionalProperties")
    return bool(node.get("patternProperties")) or (
        more is True or isinstance(more, dict) or (more is None and "properties" not in node)
    )


def modern(node: Schema) -> Schema:
    """The places of an array as the current drafts write them."""
    if not isinstance(node.get("items"), list):
        return node
    made = {**without(node, "items", "additionalItems"), "prefixItems": node["items"]}
    if "additionalItems" in node:
        made["items"] = node["additionalItems"]
    return made


def repaired_object(bench: Bench, node: Schema, path: Path) -> Schema:
    """Raises Impossible when a property that is required can have no value."""
    if is_map(node):
        return _map(bench, node, path)
    properties = node.get("properties", {})
    if not isinstance(properties, dict):
        return node
    done = bench.ledger.done
    given = node.get("required", [])
    required = [name for name in given if isinstance(name, str)] if isinstance(given, list) else []
    if given != required:
        done(path, "required", "`required` is a list of names now")
    listed = set(required)
    more = node.get("additionalProperties", True)
    made: dict[str, Any] = {}
    for name, row in properties.items():
        where = (*path, "properties", name)
        inner = bench.node(row, where)
        if inner is not False:
            made[name] = inner if name in listed else _demanded(bench, inner, name, where)
        elif name in listed:
            raise Impossible
        else:
            done(where, "properties", "dropped: it may never be there")
    for name in required:
        if name in properties:
            continue
        if more is False:
            done(path, "required", f"`required` lacks {_json(name)} now: it was no property")
        else:
            done(path, "required", f"{_json(name)} is a property now: `required` had it")
            made[name] = bench.node(more, (*path, "properties", name))
    if values := _values(node):
        extra = free("additional_properties", made)
        made[extra] = _listed(bench, node, values, path)
        done(path, _map_rule(node), f"the keys without a name are entries of `{extra}` now")
        node = without(node, "patternProperties", "propertyNames")
    if more is not False:
        done(path, "additionalProperties", "`additionalProperties` is false now: no other keys")
    shape = closed(made)
    return {**node, **(shape if node.get("type") == "object" else without(shape, "type"))}


def repaired_array(bench: Bench, node: Schema, path: Path) -> Schema:
    """Raises Impossible as objects do."""
    if isinstance(node.get("prefixItems"), list) and node["prefixItems"]:
        return _tuple(bench, node, path)
    empty = {**node, "items": NULL}
    if "items" not in node:
        bench.ledger.done(path, "items", "`items` was missing: any JSON value")
        if node.get("maxItems") == 0:
            return empty
    made = bench.node(node.get("items", True), (*path, "items"))
    if made is False:
        bench.ledger.done(path, "items", "`items` allowed none: the array stays empty")
        return {**empty, "maxItems": 0}
    return {**empty, "items": made}


def _demanded(bench: Bench, schema: Any, name: str, path: Path) -> Any:
    """A property that is always there from now on: null where it was left out before."""
    if bench.takes_null(schema):
        said = f"{_json(name)} is required now: null where it was left out"
    else:
        said = f"{_json(name)} is required now, and may be null"
        schema = nullable(schema) if isinstance(schema, dict) else schema
    bench.ledger.done(path, "required", said)
    return schema


def _values(node: Schema) -> list[tuple[str | None, Any]]:
    """(pattern of the keys, schema of the values) of what an object may have beside its
    properties."""
    found: list[tuple[str | None, Any]] = []
    patterns = node.get("patternProperties")
    if isinstance(patterns, dict):
        found += patterns.items()
    more = node.get("additionalProperties")
    if isinstance(more, dict):
        found.append((None, more))
    return [(pattern, value) for pattern, value in found if value is not False]


def _map(bench: Bench, node: Schema, path: Path) -> Schema:
    said = "keys without a name are a list of entries now, each with `key` and `value`"
    bench.ledger.done(path, _map_rule(node), said)
    annotations, rest = split(node)
    made = _listed(bench, node, _values(node) or [(None, True)], path)
    for old, new in (("minProperties", "minItems"), ("maxProperties", "maxItems")):
        if old in rest:
            made[new] = rest[old]
            bench.ledger.done(path, old, f"`{old}` is `{new}` of the list now")
    return dict(described(made, annotations))


def _map_rule(node: Schema) -> str:
    return "patternProperties" if "patternProperties" in node else "additionalProperties"


def _listed(bench: Bench, node: Schema, values: list[tuple[str | None, Any]], path: Path) -> Schema:
    key: Any = {"type": "string"}
    patterns = [pattern for pattern, _ in values if pattern is not None]
    if len(values) == 1 and patterns:
        key["pattern"] = patterns[0]
    elif patterns:  # some keys match one, some another
        key["description"] = joined(*(phrase("pattern", pattern) for pattern in patterns))
    if "propertyNames" in node:
        key = all_of(key, node["propertyNames"])
        bench.ledger.done(path, "propertyNames", "`propertyNames` holds for each `key` now")
    inner = (*path, "additionalProperties")
    rows = [bench.node(value, inner) for _, value in values]
    return entries(
        bench.node(key, (*path, "propertyNames")),
        rows[0] if len(rows) == 1 else {"anyOf": rows},
    )


def _tuple(bench: Bench, node: Schema, path: Path) -> Schema:
    places, least, most = node["prefixItems"], node.get("minItems", 0), node.get("maxItems")
    least = least if isinstance(least, int) else 0
    if isinstance(most, int):
        places = places[:most]
    bench.ledger.done(path, "prefixItems", "each place of the array is a property now")
    made: dict[str, Any] = {}
    for index, (name, row) in enumerate(zip(names_for(places), places, strict=True)):
        where = (*path, "prefixItems", index)
        inner = bench.node(row, where)
        if inner is False:
            if index < least:
                raise Impossible
            break
        made[name] = inner if index < least else _demanded(bench, inner, name, where)
    rest = node.get("items", False)
    if rest is not False and not (isinstance(most, int) and most <= len(places)):
        tail = {"type": "array", "items": bench.node(rest, (*path, "items"))}
        if isinstance(most, int):
            tail["maxItems"] = most - len(places)
        if least > len(places):
            tail["minItems"] = least - len(places)
        made[free("rest", made)] = tail
    kept = without(node, "prefixItems", "items", "minItems", "maxItems", "type")
    return {**kept, **closed(made)}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
