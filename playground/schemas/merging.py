"""Two schemas as one that holds where both hold: what `allOf` says, without `allOf`.

Pure. One level deep: what has to hold for a property of both becomes an `allOf` of its own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from playground.schemas.lint import kinds_of
from playground.schemas.wording import phrase

MOST_BRANCHES = 64
"""Branches that a union of unions may have."""

Schema = dict[str, Any]


class Impossible(Exception):  # noqa: N818  not an error: a fact about two schemas
    """No value can satisfy both."""


class Unmergeable(Exception):  # noqa: N818
    """There may be such values, but no one schema says so. The text says why."""


def merged(schemas: Sequence[Schema]) -> Schema:
    """One schema for all; earlier ones win where only one can (a title). None of them has `$ref`
    or `allOf` of its own. Raises Impossible, Unmergeable."""
    made: Schema = {}
    for schema in schemas:
        made = _both(made, schema)
    return made


def same(one: Any, other: Any) -> bool:
    """Equality as JSON has it: 1 is not true, and 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def _both(one: Schema, other: Schema) -> Schema:
    made = {**other, **one}
    notes: list[str] = []
    for name in one.keys() & other.keys():
        left, right = one[name], other[name]
        if name not in _APART and not same(left, right):
            joined = _joined(name, left, right)
            if joined is None:
                notes.append(phrase(name, right))
            else:
                made[name] = joined
    if "enum" in made and "const" in made:
        _const_and_enum(made)
    _alternatives(one, other, made)
    if notes:
        made["description"] = "\n".join(filter(None, [made.get("description", ""), *notes]))
    return {name: made[name] for name in [*one, *other, *made] if name in made}


_APART = frozenset({"anyOf", "oneOf"})
"""Joined last: they may stand on both sides under different names."""
_HIGHEST = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_LOWEST = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})


def _joined(name: str, left: Any, right: Any) -> Any:
    """The one value of a keyword that says both; None where there is none."""
    match left, right:
        case _ if name == "type":
            return _types(left, right)
        case (list(), list()) if name == "enum":
            return _shared(left, right)
        case _ if name == "const":
            raise Impossible
        case (list(), list()) if name == "required":
            return [*left, *(key for key in right if key not in left)]
        case (dict(), dict()) if name in ("properties", "patternProperties", "$defs"):
            return {
                **left,
                **right,
                **{key: all_of(left[key], right[key]) for key in left if key in right},
            }
        case _ if name in ("additionalProperties", "items", "additionalItems", "propertyNames"):
            return all_of(left, right)
        case (list(), list()) if name == "prefixItems":
            longer = left if len(left) > len(right) else right
            pairs = [all_of(*pair) for pair in zip(left, right, strict=False)]
            return pairs + longer[len(pairs) :]
        case (int() | float(), int() | float()) if name in _HIGHEST:
            return max(left, right)
        case (int() | float(), int() | float()) if name in _LOWEST:
            return min(left, right)
        case (int(), int()) if name == "multipleOf" and left > 0 and right > 0:
            return math.lcm(left, right)
        case (str(), str()) if name == "description":
            return f"{left}\n{right}"
        case _ if name == "not":
            return {"anyOf": [left, right]}
        case _ if name in ("uniqueItems", "nullable", "deprecated", "readOnly", "writeOnly"):
            return (all if name == "nullable" else any)((left, right))
        case _ if name in _FIRST_WINS:
            return left
        case _:
            return None


_FIRST_WINS = frozenset(
    {"title", "examples", "default", "$comment", "$schema", "$id", "$anchor", "discriminator"}
)


def all_of(left: Any, right: Any) -> Any:
    """The schema that says both, to be merged later; as simple as it can be."""
    if left is False or right is False:
        return False
    if left is True or left == {} or same(left, right):
        return right
    return left if right is True or right == {} else {"allOf": [left, right]}


def _types(left: Any, right: Any) -> Any:
    ours, theirs = kinds_of({"type": left}), kinds_of({"type": right})
    found = [kind for kind in ours if kind in theirs]
    # Every integer is a number.
    for some, others in ((ours, theirs), (theirs, ours)):
        if "integer" in some and "number" in others and "integer" not in found:
            found.append("integer")
    if "number" in found and "integer" in found:
        found.remove("integer")
    if not found:
        raise Impossible
    return found[0] if len(found) == 1 else found


def _shared(left: Sequence[Any], right: Sequence[Any]) -> list[Any]:
    plain = {_key(value) for value in right}
    found = [value for value in left if _key(value) in plain]
    if not found:
        raise Impossible
    return found


def _key(value: Any) -> str:
    """Equal for what JSON calls equal."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True)


def _const_and_enum(made: Schema) -> None:
    enum = made.pop("enum")
    if isinstance(enum, list):
        _shared([made["const"]], enum)


def _alternatives(one: Schema, other: Schema, made: Schema) -> None:
    """What unions on both sides make: a union of all pairs."""
    unions = [
        (name, schema[name])
        for schema in (one, other)
        for name in ("anyOf", "oneOf")
        if isinstance(schema.get(name), list)
    ]
    if len(unions) < 2:
        return
    branches: list[Any] = [True]
    for _, rows in unions:
        if len(branches) * len(rows) > MOST_BRANCHES:
            raise Unmergeable(f"the unions would have more than {MOST_BRANCHES} branches")
        branches = [all_of(branch, row) for branch in branches for row in rows]
    made.pop("oneOf", None)
    made["anyOf"] = [branch for branch in branches if branch is not False]
