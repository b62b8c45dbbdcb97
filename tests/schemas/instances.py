"""Instances of schemas for property tests: such as a schema accepts, and others that are near."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from hypothesis import strategies as st

KEYS = st.sampled_from(
    [
        "a",
        "b",
        "name",
        "first name",
        "class",
        "_x",
        "json",
        "1st",
        "größe",
        "kind",
        "date",
        "a-b",
        "",
    ]
)
TEXTS = st.text("ab ", max_size=4)
FORMATS = {
    "date-time": ["2024-01-02T03:04:05Z", "2024-01-02T03:04:05+02:00"],
    "date": ["2024-01-02"],
    "time": ["03:04:05", "23:59:59Z"],
    "duration": ["P1DT2H", "PT5M"],
    "uuid": ["12345678-1234-5678-1234-567812345678"],
    "uuid4": ["12345678-1234-4678-9234-567812345678"],
    "ipv4": ["127.0.0.1"],
    "ipv6": ["::1"],
    "ipv6network": ["2001:db8::/32"],
    "ipvanyaddress": ["10.0.0.1"],
    "uri": ["https://example.com/", "http://a.b/c?d=1"],
    "email": ["a@b.de"],
    "regex": ["^a+$"],
    "path": ["/tmp/x"],
    "file-path": ["/etc/passwd"],
    "base64": ["YWJj"],
    "postgres-dsn": ["postgres://u:p@localhost/x"],
    "binary": ["abc"],
    "password": ["secret"],
    "hostname": ["example.com"],
}
"""Texts of formats that Pydantic checks."""
WORDS = [
    "",
    "a",
    "b",
    "x",
    "ab",
    "xb",
    "a1b",
    "abc12",
    "A",
    "ABC",
    "7",
    "42",
    "3 kB",
    "12:30",
    "aab",
    "xa",
]
"""Texts of which some match each pattern."""
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)


def instances(schema: Any, root: Any = None, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that the schema accepts; recursion ends where it may."""
    root = schema if root is None else root
    if not isinstance(schema, dict) or not schema:
        return ANYTHING
    if "$ref" in schema:
        node = root
        for step in schema["$ref"].split("/")[1:]:
            node = node[step]
        return st.deferred(lambda: instances(node, root, depth + 1))
    if "const" in schema:
        return st.just(schema["const"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    for key in ("anyOf", "oneOf"):
        if key in schema:
            options = schema[key]
            if depth > 3:
                options = [one for one in options if "$ref" not in json.dumps(one)] or options
            return st.one_of([instances(one, root, depth) for one in options])
    match schema.get("type"):
        case list() as kinds:
            return st.one_of([instances({**schema, "type": one}, root, depth) for one in kinds])
        case "null":
            return st.none()
        case "boolean":
            return st.booleans()
        case "integer" | "number" as kind:
            return numbers(schema, kind)
        case "string":
            return texts(schema)
        case "array":
            return arrays(schema, root, depth)
        case "object":
            return objects(schema, root, depth)
        case _:
            return ANYTHING


def numbers(schema: dict[str, Any], kind: str) -> st.SearchStrategy[Any]:
    step = schema.get("multipleOf", 1)
    least = schema.get("minimum", schema.get("exclusiveMinimum", -20))
    most = schema.get("maximum", schema.get("exclusiveMaximum", least + 20))
    values = [one * step for one in range(int(least // step), int(most // step) + 1)]
    if kind == "number" and "multipleOf" not in schema:
        values += [least, (least + most) / 2]
    return st.sampled_from([one for one in values if fits(one, schema)])


def fits(value: float, schema: dict[str, Any]) -> bool:
    return (
        schema.get("minimum", value) <= value <= schema.get("maximum", value)
        and value > schema.get("exclusiveMinimum", value - 1)
        and value < schema.get("exclusiveMaximum", value + 1)
    )


def texts(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    if schema.get("contentMediaType") == "application/json":
        return st.sampled_from(["[1, 2]", "[]"])
    if schema.get("format") in FORMATS:
        return st.sampled_from(FORMATS[schema["format"]])
    least, most = schema.get("minLength", 0), schema.get("maxLength", 8)
    if "pattern" in schema:
        found = [one for one in WORDS if re.search(schema["pattern"], one)]
        return st.sampled_from([one for one in found if least <= len(one) <= most])
    return st.text("abc é", min_size=least, max_size=most)


def arrays(schema: dict[str, Any], root: Any, depth: int) -> st.SearchStrategy[Any]:
    if "prefixItems" in schema:
        return st.tuples(*(instances(one, root, depth + 1) for one in schema["prefixItems"])).map(
            list
        )
    least = schema.get("minItems", 0)
    most = schema.get("maxItems", least + 2) if depth <= 3 else least
    unique = json.dumps if schema.get("uniqueItems") else None
    return st.lists(
        instances(schema.get("items", {}), root, depth + 1),
        min_size=least,
        max_size=most,
        unique_by=unique,
    )


def objects(schema: dict[str, Any], root: Any, depth: int) -> st.SearchStrategy[Any]:
    properties = schema.get("properties", {})
    required = schema.get("required", [])
    optional = [key for key in properties if key not in required] if depth <= 3 else []
    known = st.fixed_dictionaries(
        {key: instances(properties.get(key, {}), root, depth + 1) for key in required},
        optional={key: instances(properties[key], root, depth + 1) for key in optional},
    )
    extra = schema.get("additionalProperties", True)
    for pattern, node in schema.get("patternProperties", {}).items():
        keys = texts({"pattern": pattern})
        return st.dictionaries(keys, instances(node, root, depth + 1), max_size=2)
    if "properties" in schema and extra is True:
        return st.tuples(known, st.dictionaries(st.just("zz"), ANYTHING)).map(
            lambda two: {**two[1], **two[0]}
        )
    if extra is False or depth > 3:
        return known
    names = schema.get("propertyNames")
    keys = instances(names, root) if names else st.sampled_from(["1", "2", "33"])
    others = st.dictionaries(
        keys,
        instances({} if extra is True else extra, root, depth + 1),
        min_size=schema.get("minProperties", 0),
        max_size=schema.get("maxProperties", 3),
    )
    return st.tuples(known, others).map(lambda two: {**two[1], **two[0]})


@st.composite
def near(draw: st.DrawFn, accepted: st.SearchStrategy[Any]) -> Any:
    """An accepted value with one place changed: another value, a key too few, a key too many."""
    value = copy.deepcopy(draw(accepted))
    places: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        one = waiting.pop()
        rows = (
            one.items()
            if isinstance(one, dict)
            else enumerate(one)
            if isinstance(one, list)
            else ()
        )
        for key, inside in list(rows):
            places.append((one, key))
            waiting.append(inside)
    if not places:
        return draw(ANYTHING)
    where, key = draw(st.sampled_from(places))
    change = draw(st.sampled_from(["replace", "remove", "add"]))
    if change == "remove":
        del where[key]
    elif change == "add" and isinstance(where, dict):
        where["extra"] = draw(ANYTHING)
    else:
        where[key] = draw(ANYTHING)
    return value


def described(schema: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(schema, st.sampled_from(["", "Said", 'With "quotes"\nand a line \\n'])).map(
        lambda two: {**two[0], "description": two[1]} if two[1] else two[0]
    )


def ordered(
    low: str, high: str, values: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    pair = st.tuples(values, values).map(sorted)
    return st.tuples(pair, st.sampled_from(["low", "high", "both", "none"])).map(
        lambda two: {
            **({low: two[0][0]} if two[1] in ("low", "both") else {}),
            **({high: two[0][1]} if two[1] in ("high", "both") else {}),
        }
    )


def leaves() -> st.SearchStrategy[dict[str, Any]]:
    small = st.integers(0, 5)
    return st.one_of(
        ordered("minLength", "maxLength", small).map(lambda more: {"type": "string", **more}),
        st.sampled_from(["^a", "b$", r"^\d+$", "^(?=a)[ab]+$", "x|a"]).map(
            lambda one: {"type": "string", "pattern": one}
        ),
        ordered("minimum", "maximum", st.integers(-5, 5)).map(lambda m: {"type": "integer", **m}),
        ordered("minimum", "maximum", st.integers(-5, 5)).map(lambda m: {"type": "number", **m}),
        st.just({"type": "integer", "exclusiveMinimum": 1, "multipleOf": 3}),
        st.just({"type": "boolean"}),
        st.just({"type": "null"}),
        st.just({}),
        st.lists(st.sampled_from(["a", "b", "", 'q"', "\\", "é"]), min_size=1, unique=True).map(
            lambda values: {"enum": values}
        ),
        st.sampled_from(["a", 1, None, True]).map(lambda one: {"const": one}),
        st.sampled_from(["date-time", "date", "uuid", "ipv4"]).map(
            lambda one: {"type": "string", "format": one}
        ),
        st.just({"type": ["string", "null"]}),
        st.just({"$ref": "#/$defs/the thing"}),
        st.just({"$ref": "#/$defs/Words"}),
    )


def branches(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    def record(fields: dict[str, Any], closed: Any, needed: list[bool]) -> dict[str, Any]:
        required = [key for key, one in zip(fields, needed, strict=False) if one]
        return {
            "type": "object",
            "properties": fields,
            **({"required": required} if required else {}),
            **({} if closed is None else {"additionalProperties": closed}),
        }

    return st.one_of(
        st.builds(
            record,
            st.dictionaries(KEYS, described(inner), min_size=1, max_size=4),
            st.sampled_from([None, False, True]),
            st.lists(st.booleans(), min_size=4, max_size=4),
        ),
        st.tuples(inner, ordered("minItems", "maxItems", st.integers(0, 3))).map(
            lambda two: {"type": "array", "items": two[0], **two[1]}
        ),
        inner.map(lambda one: {"type": "object", "additionalProperties": one}),
        st.lists(inner, min_size=2, max_size=3).map(lambda options: {"anyOf": options}),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda places: {
                "type": "array",
                "prefixItems": places,
                "minItems": len(places),
                "maxItems": len(places),
            }
        ),
    )


DEFINITIONS = {
    "the thing": {
        "type": "object",
        "description": "A thing that may hold its like",
        "properties": {
            "id": {"type": "integer"},
            "inside": {"anyOf": [{"$ref": "#/$defs/the thing"}, {"type": "null"}]},
            "all": {"type": "array", "items": {"$ref": "#/$defs/the thing"}},
        },
        "required": ["id", "inside"],
        "additionalProperties": False,
    },
    "Words": {"type": "array", "items": {"enum": ["a", "b"]}, "maxItems": 2},
}


def schemas() -> st.SearchStrategy[dict[str, Any]]:
    """Schemas with what code can say: every type, names that are none, references, recursion."""
    inside = st.recursive(leaves(), branches, max_leaves=8)
    return branches(inside).map(lambda one: {**one, "$defs": DEFINITIONS})
