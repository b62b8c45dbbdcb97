"""A plausible result by its JSON Schema, the same every time, for a mock without rules.

What is asked for comes back: a field that is named like an argument has its value. Not every schema
can be met like this (patterns, conditions): whoever looks is told where the result breaks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor
from typing import Any

SHALLOW = 4
"""Levels below which a list is empty and a union is null, where they may."""
DEEPEST = 12
"""Levels that are made; below, whatever it is, is null."""
MOST = 2_000
"""Values that are made."""
LONGEST = 10_000
"""Characters of a string that has to be long, and items of such a list."""

FORMATS: Mapping[str, str] = {
    "date": "2030-01-15",
    "time": "09:30:00Z",
    "date-time": "2030-01-15T09:30:00Z",
    "duration": "PT1H30M",
    "email": "somebody@example.com",
    "hostname": "example.com",
    "uri": "https://example.com/",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
}

_MADE_OF: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
}


def sample(schema: Any, arguments: Any = None) -> Any:
    """A value that the schema describes; `arguments` are those of the call."""
    return _Sampler(schema, arguments if isinstance(arguments, dict) else {}).value(schema, "", 0)


class _Sampler:
    def __init__(self, root: Any, arguments: Mapping[str, Any]) -> None:
        self._root = root
        self._arguments = arguments
        self._left = MOST

    def value(self, schema: Any, name: str, depth: int) -> Any:
        """What stands there, in a field or the items of a field of that name."""
        self._left -= 1
        if depth > DEEPEST or self._left < 0:
            return None
        schema = self._plain(schema, depth)
        if "const" in schema:
            return schema["const"]
        for keyword in ("enum", "examples"):
            if isinstance(schema.get(keyword), list) and schema[keyword]:
                given = self._arguments.get(name)
                return given if name and given in schema[keyword] else schema[keyword][0]
        kind = _kind(schema)
        given = self._arguments.get(name)
        # To Python, not to JSON, true is an integer.
        if isinstance(given, _MADE_OF.get(kind, ())) and isinstance(given, bool) is (
            kind == "boolean"
        ):
            return given
        match kind:
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "string":
                return _string(schema, name)
            case "integer" | "number":
                return _number(schema, kind)
            case "boolean":
                return True
        return None

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties")
        known = properties if isinstance(properties, dict) else {}
        further = (one for one in _list(schema, "required") if isinstance(one, str))
        return {
            name: self.value(known.get(name, {}), name, depth + 1)
            for name in dict.fromkeys((*known, *further))
        }

    def _array(self, schema: Mapping[str, Any], name: str, depth: int) -> list[Any]:
        rows = [self.value(one, name, depth + 1) for one in _list(schema, "prefixItems")]
        least = _count(schema, "minItems", 0 if depth >= SHALLOW else 1)
        most = _count(schema, "maxItems", LONGEST)
        while len(rows) < min(least, most) and self._left > 0:
            rows.append(self.value(schema.get("items", {}), name, depth + 1))
        return rows

    def _plain(self, schema: Any, depth: int) -> dict[str, Any]:
        """Without references and unions: of those the first branch that is not null, or null
        where it is deep enough."""
        for _ in range(DEEPEST):
            if not isinstance(schema, dict):
                return {}
            if isinstance(schema.get("$ref"), str):
                schema = _without(schema, "$ref") | self._pointed(schema["$ref"])
                continue
            union = next((one for one in ("anyOf", "oneOf") if _list(schema, one)), "")
            if union:
                schema = _without(schema, union) | _branch(schema[union], depth)
                continue
            if not _list(schema, "allOf"):
                return schema
            schema = self._all(schema, depth)
        return {}

    def _all(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        """All branches as one, with the properties of each."""
        made = _without(schema, "allOf")
        for branch in schema["allOf"]:
            branch = self._plain(branch, depth)
            both = [
                one["properties"]
                for one in (made, branch)
                if isinstance(one.get("properties"), dict)
            ]
            made |= branch
            if both:
                made["properties"] = {key: value for one in both for key, value in one.items()}
        return made

    def _pointed(self, reference: str) -> dict[str, Any]:
        found = self._root
        for step in reference.removeprefix("#").split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            found = found.get(name) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {}


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if isinstance(kind, str):
        return kind
    if "properties" in schema:
        return "object"
    return "array" if "items" in schema or "prefixItems" in schema else "string"


def _string(schema: Mapping[str, Any], name: str) -> str:
    text = FORMATS.get(str(schema.get("format"))) or name.replace("_", " ") or "text"
    least, most = _count(schema, "minLength", 0), _count(schema, "maxLength", LONGEST)
    if len(text) < least:
        text = (f"{text} " * least)[:least]
    return text[:most]


def _number(schema: Mapping[str, Any], kind: str) -> int | float:
    """1 where that may be, else near to a limit."""
    step = _limit(schema, "multipleOf") or (1 if kind == "integer" else None)
    low, high = _limit(schema, "minimum"), _limit(schema, "maximum")
    above, below = _limit(schema, "exclusiveMinimum"), _limit(schema, "exclusiveMaximum")
    least = max((one for one in (low, above) if one is not None), default=None)
    most = min((one for one in (high, below) if one is not None), default=None)

    def may_be(value: float) -> bool:
        return (
            (low is None or value >= low)
            and (high is None or value <= high)
            and (above is None or value > above)
            and (below is None or value < below)
            and (step is None or abs(value / step - round(value / step)) < 1e-9)
        )

    grid = step or 1.0
    near = [1.0, grid]
    for limit in (least, most):
        if limit is not None:
            rounded = (ceil(limit / grid), floor(limit / grid) + 1, ceil(limit / grid) - 1)
            near += [limit, *(times * grid for times in rounded)]
    if least is not None and most is not None:
        near.append((least + most) / 2)
    value = next(filter(may_be, near), 1.0)
    return int(value) if value == int(value) else value


def _limit(schema: Mapping[str, Any], keyword: str) -> float | None:
    """What it says, where anything can be counted with it."""
    value = schema.get(keyword)
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 1e15:
        return None
    return None if keyword == "multipleOf" and value <= 1e-9 else value


def _count(schema: Mapping[str, Any], keyword: str, default: int) -> int:
    limit = _limit(schema, keyword)
    return default if limit is None else max(0, min(int(limit), LONGEST))


def _list(schema: Mapping[str, Any], keyword: str) -> list[Any]:
    value = schema.get(keyword)
    return value if isinstance(value, list) else []


def _branch(branches: list[Any], depth: int) -> dict[str, Any]:
    nothing = {"type": "null"}
    if nothing in branches and depth >= SHALLOW:
        return nothing
    branch = next((one for one in branches if one != nothing), nothing)
    return branch if isinstance(branch, dict) else {}


def _without(schema: Mapping[str, Any], keyword: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != keyword}
