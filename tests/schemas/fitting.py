"""Instances of schemas, and the same instances in the shape that a repaired schema asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from playground.schemas.pointers import pointed, renamed
from playground.schemas.validation import Validator

Strategy = st.SearchStrategy[Any]

SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(["", "x", "ab"])
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["k", "l"]), inner, max_size=2)
    ),
    max_leaves=3,
)
SAMPLES = {
    "date-time": "2026-01-02T03:04:05Z",
    "time": "03:04:05+01:00",
    "date": "2026-01-02",
    "duration": "P1DT2H",
    "email": "a@example.com",
    "hostname": "example.com",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "uuid": "12345678-1234-5678-1234-567812345678",
}
DEEPEST = 3
"""Levels of recursion that are filled."""


def accepted(schema: Any) -> Strategy:
    """What the schema accepts; keys that it does not name are left out of objects that name some.

    What is built is only a proposal: `jsonschema` decides.
    """
    validator = Validator(schema)
    return _proposed(schema, schema, 0).filter(lambda value: not validator.errors(value, 1))


def _proposed(root: Any, schema: Any, depth: int) -> Strategy:
    if not isinstance(schema, dict):
        return ANYTHING if schema is True else st.nothing()
    if depth > DEEPEST and "$ref" in schema:
        return st.nothing()
    parts = []
    if "$ref" in schema:
        found = pointed(root, schema["$ref"])
        parts.append(_proposed(root, found[1] if found else False, depth + 1))
    parts += [_proposed(root, row, depth) for row in schema.get("allOf", ())]
    for name in ("anyOf", "oneOf"):
        if name in schema:
            parts.append(st.one_of([_proposed(root, row, depth) for row in schema[name]]))
    own = _own(root, schema, depth)
    if own is not None:
        parts.append(own)
    return _both(parts) if parts else ANYTHING


def _both(parts: list[Strategy]) -> Strategy:
    """Objects together; of other values any that one part proposes."""
    if len(parts) == 1:
        return parts[0]

    def together(values: tuple[Any, ...]) -> Any:
        if all(isinstance(value, dict) for value in values):
            made: dict[str, Any] = {}
            for value in values:
                made = {**value, **made}
            return made
        return values[0]

    return st.tuples(*parts).map(together) | st.one_of(parts)


def _own(root: Any, schema: Any, depth: int) -> Strategy | None:
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds = schema.get("type")
    if kinds is None:
        for kind, words in (
            ("object", {"properties"}),
            ("array", {"items", "prefixItems"}),
            ("string", {"minLength", "pattern"}),
            ("integer", {"minimum", "multipleOf"}),
        ):
            if words & schema.keys():
                return _of(kind, root, schema, depth)
        return None
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return st.one_of([_of(kind, root, schema, depth) for kind in kinds])


def _of(kind: str, root: Any, schema: Any, depth: int) -> Strategy:
    match kind:
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "string":
            return _text(schema)
        case "integer" | "number":
            step = schema.get("multipleOf", 1)
            whole = st.integers(-9, 12).map(lambda value: value * step)
            return whole if kind == "integer" else whole | st.sampled_from([0.5, 0.25, 1.0])
        case "array":
            return _array(root, schema, depth)
        case _:
            return _object(root, schema, depth)


def _text(schema: Any) -> Strategy:
    if schema.get("format") in SAMPLES:
        return st.just(SAMPLES[schema["format"]])
    if isinstance(schema.get("pattern"), str):
        return st.from_regex(schema["pattern"], fullmatch=True)
    return st.text("abxy", min_size=schema.get("minLength", 0), max_size=8)


def _array(root: Any, schema: Any, depth: int) -> Strategy:
    places, rest = schema.get("prefixItems"), schema.get("items", True)
    least = max(0, schema.get("minItems", 0))
    if isinstance(rest, list):
        places, rest = rest, schema.get("additionalItems", False)
    inner = _proposed(root, rest, depth)
    if not places:
        if inner.is_empty:
            return st.just([])
        return st.lists(inner, min_size=least, max_size=least + 2)
    rows = [_proposed(root, row, depth) for row in places]
    made = [st.tuples(*rows[:count]).map(list) for count in range(least, len(rows) + 1)]
    if rest is not False and "items" in schema:
        tail = st.lists(inner, max_size=2)
        made.append(st.tuples(st.tuples(*rows).map(list), tail).map(lambda pair: pair[0] + pair[1]))
    return st.one_of(made)


def _object(root: Any, schema: Any, depth: int) -> Strategy:
    properties = schema.get("properties") or {}
    required = schema.get("required", [])
    required = required if isinstance(required, list) else []
    more = schema.get("additionalProperties", True)
    rows = {name: _proposed(root, row, depth) for name, row in properties.items()}
    needed = {name: row for name, row in rows.items() if name in required}
    needed |= {name: _proposed(root, more, depth) for name in required if name not in properties}
    # What can have no value can only be left out.
    others = {name: row for name, row in rows.items() if name not in required and not row.is_empty}
    named = st.fixed_dictionaries(needed, optional=others)
    free = [
        (st.from_regex(pattern + "[a-z]?$", fullmatch=True), _proposed(root, row, depth))
        for pattern, row in schema.get("patternProperties", {}).items()
    ]
    if isinstance(more, dict) or (more and not (properties or required or "properties" in schema)):
        free.append((_keys(root, schema), _proposed(root, more, depth)))
    for keys, values in free:
        if values.is_empty:
            continue
        extra = st.dictionaries(keys.filter(lambda key: key not in properties), values, max_size=2)
        named = st.tuples(named, extra).map(lambda pair: {**pair[1], **pair[0]})
    return named


def _keys(root: Any, schema: Any) -> Strategy:
    names = schema.get("propertyNames")
    return st.text("abxy", max_size=3) if names is None else _proposed(root, names, 0)


class NoFit(Exception):  # noqa: N818
    """The instance has no place in the schema."""


def fitter(schema: Any) -> Callable[[Any], Any]:
    """Makes of an instance what the strict schema has for it: null for what was left out, a list of
    entries for keys without a name, an object for a tuple, and the wrapping of a root that was no
    object. It raises NoFit."""
    fit = _Fit(schema)

    def fitted(instance: Any) -> Any:
        try:
            return fit.value(instance, schema)
        except NoFit:
            if len(schema["properties"]) != 1:
                raise
            (name,) = schema["properties"]
            return {name: fit.value(instance, schema["properties"][name])}

    return fitted


class _Fit:
    def __init__(self, root: Any) -> None:
        self.root = root
        top = {key: value for key, value in root.items() if key != "$defs"}
        defined = {**root.get("$defs", {}), "TheRoot": top}
        self.defined = renamed(defined, "#", "#/$defs/TheRoot")
        self.validators: dict[int, Validator] = {}

    def value(self, value: Any, schema: Any) -> Any:
        for made in self.candidates(value, schema):
            if id(schema) not in self.validators:
                alone = {**renamed(schema, "#", "#/$defs/TheRoot"), "$defs": self.defined}
                self.validators[id(schema)] = Validator(alone)
            if not self.validators[id(schema)].errors(made, 1):
                return made
        raise NoFit(value, schema)

    def candidates(self, value: Any, schema: Any) -> Iterator[Any]:
        if "$ref" in schema:
            found = pointed(self.root, schema["$ref"])
            assert found is not None
            yield self.value(value, found[1])
        elif "anyOf" in schema:
            for branch in schema["anyOf"]:
                try:
                    yield self.value(value, branch)
                except NoFit:
                    continue
        elif "properties" in schema and isinstance(value, dict):
            yield self.object(value, schema["properties"])
        elif "properties" in schema and isinstance(value, list):
            yield self.places(value, schema["properties"])
        elif "items" in schema and isinstance(value, dict):
            yield self.entries(value, schema)
        elif "items" in schema and isinstance(value, list):
            yield [self.value(row, schema["items"]) for row in value]
        else:
            yield value

    def object(self, value: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
        extra = {key: row for key, row in value.items() if key not in properties}
        made = {}
        for name, schema in properties.items():
            if name in value:
                made[name] = self.value(value[name], schema)
            elif _is_entries(schema):
                made[name], extra = self.entries(extra, schema), {}
            else:
                made[name] = schema["const"] if "const" in schema else self.value(None, schema)
        if extra:
            raise NoFit(extra)
        return made

    def places(self, value: list[Any], properties: dict[str, Any]) -> dict[str, Any]:
        made, rest = {}, list(value)
        for name, schema in properties.items():
            if name == "rest":
                made[name], rest = self.value(rest, schema), []
            elif "const" in schema and name.startswith("kind"):
                made[name] = schema["const"]
            else:
                made[name] = self.value(rest.pop(0) if rest else None, schema)
        if rest:
            raise NoFit(rest)
        return made

    def entries(self, value: dict[str, Any], schema: Any) -> list[Any]:
        if not _is_entries(schema):
            raise NoFit(value)
        values = schema["items"]["properties"]["value"]
        return [{"key": key, "value": self.value(row, values)} for key, row in value.items()]


def _is_entries(schema: Any) -> bool:
    items = schema.get("items", {})
    return list(items.get("properties", {})) == ["key", "value"]
