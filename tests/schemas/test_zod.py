from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from playground.core.problem import Failure
from playground.schemas import pydantic_source, zod
from playground.schemas.script import regular_expression
from tests.schemas.instances import FORMATS, instances, near, schemas
from tests.schemas.node import installed, needs_node, ran
from tests.schemas.pydantic_sources import SOURCES

TREE = {
    "$ref": "#/$defs/Node",
    "$defs": {
        "Node": {
            "type": "object",
            "description": "A node",
            "properties": {
                "value": {"type": "integer", "minimum": 0, "description": "How much"},
                "children": {"type": "array", "items": {"$ref": "#/$defs/Node"}, "default": []},
                "next": {"anyOf": [{"$ref": "#/$defs/Leaf"}, {"type": "null"}]},
            },
            "required": ["value", "next"],
            "additionalProperties": False,
        },
        "Leaf": {"type": "array", "items": {"$ref": "#/$defs/Leaf"}},
    },
}


def test_a_schema_is_a_module() -> None:
    assert (
        zod.write(TREE, "Node")
        == """import * as z from "zod";

export const Leaf = z.array(z.lazy(() => Leaf));

export const Node = z.strictObject({
  value: z.int().gte(0).describe("How much"),
  get children() {
    return z.array(Node).default([]);
  },
  next: Leaf.nullable(),
}).describe("A node");
"""
    )


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (True, "z.json()"),
        (False, "z.never()"),
        ({"const": "a"}, 'z.literal("a")'),
        ({"enum": ["a", "b"]}, 'z.enum(["a", "b"])'),
        ({"enum": [1, None]}, "z.literal([1, null])"),
        ({"type": "string", "minLength": 1, "maxLength": 2}, "z.string().min(1).max(2)"),
        ({"type": "string", "format": "email"}, "z.email()"),
        ({"type": "string", "format": "hostname"}, 'z.string().meta({ format: "hostname" })'),
        ({"type": ["number", "null"]}, "z.number().nullable()"),
        ({"anyOf": [{"type": "null"}]}, "z.null()"),
        ({"type": "object"}, "z.record(z.string(), z.json())"),
        ({"type": "object", "properties": {}}, "z.object({})"),
        ({"type": "integer", "multipleOf": 2, "examples": [4]},
         "z.int().multipleOf(2).meta({ examples: [4] })"),
    ],
)  # fmt: skip
def test_schemas(schema: Any, text: str) -> None:
    assert zod.write(schema, "M") == f'import * as z from "zod";\n\nexport const M = {text};\n'


def test_what_zod_does_not_check_is_named() -> None:
    schema = {
        "type": "object",
        "properties": {
            "a": {"oneOf": [{"type": "integer"}, {"type": "string"}]},
            "b": {"type": "array", "items": {"not": {"const": 1}}},
            "c": {"type": "string", "pattern": "(?#x)"},
            "__proto__": {"type": "string"},
        },
        "minProperties": 1,
    }
    text = zod.write(schema, "M")
    for remark in ("oneOf", "not", "pattern (?#x)", "minProperties", "__proto__"):
        assert f"/** Not checked here: {remark}. */" in text


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"^\d+$", r'new RegExp("^\\d+$")'),
        (r"\A(?P<a>x)(?P=a)\Z", r'new RegExp("^(?<a>x)\\k<a>$")'),
        ("(?i)abc", 'new RegExp("abc", "i")'),
        (r"\p{L}+", r'new RegExp("\\p{L}+", "u")'),
        ("a/b", 'new RegExp("a/b")'),
        ("a{,3}", 'new RegExp("a{0,3}")'),
        ("", 'new RegExp("")'),
        ("(", None),
        ("[", None),
        ("a**", None),
        ("(?#comment)", None),
        ("(?>a)", None),
        ("a++", None),
        ("(?a)b", None),
        (r"\++[*+]+[^\]]+", r'new RegExp("\\++[*+]+[^\\]]+")'),
        ("[]a]", None),
        ("[[:alpha:]]", None),
        ("(?i:a)b", None),
    ],
)
def test_patterns_are_those_of_javascript(pattern: str, text: str | None) -> None:
    found = regular_expression(pattern)
    assert found == text


def test_nothing_in_a_schema_becomes_code() -> None:
    evil = "*/ process.exit(1) /*\n\u2028'; \"`${x}` \u202e"
    schema = {
        "type": "object",
        "description": evil,
        "properties": {
            evil: {"enum": [evil], "description": evil, evil: evil, "default": evil},
            "__proto__": {"type": "string", "pattern": evil, "format": evil},
        },
        "$defs": {evil: {"type": "string"}},
    }
    text = zod.write(schema, evil)
    assert '["__proto__"]: ' in text
    rest = re.sub(r"/\*\*.*?\*/", "", text, flags=re.DOTALL)
    assert "process" not in re.sub(r'"(?:[^"\\]|\\.)*"', "", rest)
    assert all(one.isprintable() or one == "\n" for one in text)


def test_what_is_no_schema_gets_a_reason() -> None:
    for schema in ([], {"type": "thing"}, {"$ref": "#/$defs/none"}):
        with pytest.raises(Failure):
            zod.write(schema, "M")


CHECKER = jsonschema.FormatChecker(formats=())


@CHECKER.checks("date-time")
@CHECKER.checks("date")
@CHECKER.checks("uuid")
@CHECKER.checks("ipv4")
def known_format(text: object) -> bool:
    return not isinstance(text, str) or any(text in known for known in FORMATS.values())


def examples(count: int) -> list[tuple[Any, list[Any]]]:
    """Schemas with instances, accepted ones and others."""
    found: list[tuple[Any, list[Any]]] = []

    @settings(max_examples=count, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(data=st.data(), schema=schemas())
    def collect(data: st.DataObject, schema: Any) -> None:
        accepted = instances(schema)
        found.append((schema, [data.draw(accepted | near(accepted)) for _ in range(4)]))

    collect()
    return found


RUNNER = """
import { readFileSync } from "node:fs";
const rows = JSON.parse(readFileSync("rows.json", "utf8"));
const found = [];
for (const [number, instances] of rows.entries()) {
  const { Model } = await import(`./m${number}.js`);
  found.push(instances.map((text) => Model.safeParse(JSON.parse(text)).success));
}
console.log(JSON.stringify(found));
"""


@pytest.mark.external
@needs_node
def test_zod_takes_what_the_schema_accepts(tmp_path: Path) -> None:
    folder = installed("zod@4", tmp_path)
    written: list[tuple[Any, list[Any]]] = [
        (pydantic_source.read(source), []) for source in SOURCES.values()
    ]
    written += examples(150)
    for number, (schema, _) in enumerate(written):
        (folder / f"m{number}.js").write_text(zod.write(schema, "Model"), encoding="utf-8")
    rows = [[json.dumps(one) for one in instances_] for _, instances_ in written]
    (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
    (folder / "run.js").write_text(RUNNER)
    found = json.loads(ran(folder, "node", "run.js"))
    wrong = [
        (schema, one, taken)
        for (schema, instances_), results in zip(written, found, strict=True)
        for one, taken in zip(instances_, results, strict=True)
        if taken != jsonschema.Draft202012Validator(schema, format_checker=CHECKER).is_valid(one)
    ]
    assert wrong == []


@pytest.mark.external
@needs_node
def test_zod_checks_what_is_seldom_said(tmp_path: Path) -> None:
    folder = installed("zod@4", tmp_path)
    rows: list[tuple[Any, list[Any], list[Any]]] = [
        (TREE, [{"value": 1, "next": [[]], "children": [{"value": 0, "next": None}]}],
         [{"value": 1}, {"value": 1, "next": 1}, {"value": 1, "next": None, "children": [1]}]),
        ({"type": "array", "items": {}, "uniqueItems": True}, [[1, "1"]], [[{"a": 1}, {"a": 1}]]),
        ({"type": "object", "minProperties": 1, "maxProperties": 2}, [{"a": 1}],
         [{}, {"a": 1, "b": 1, "c": 1}]),
        ({"type": "string", "format": "time"}, ["03:04:05", "23:59:59.5+02:00"], ["24:00:00"]),
        ({"type": "object", "patternProperties": {"^a": {"type": "null"}}}, [{"ab": None}],
         [{"b": None}]),
        ({"type": "object", "propertyNames": {"enum": ["a", "b"]}}, [{}, {"a": 1}], [{"c": 1}]),
        ({"type": "array", "prefixItems": [{"type": "null"}, {"type": "string"}], "minItems": 1},
         [[None], [None, "a"], [None, "a", 3]], [[], ["a"]]),
        ({"allOf": [{"properties": {"a": {"type": "null"}}, "required": ["a"]},
                    {"properties": {"b": {"type": "null"}}}]},
         [{"a": None}, {"a": None, "b": None}], [{}, {"a": None, "b": 1}]),
    ]  # fmt: skip
    for number, (schema, _, _) in enumerate(rows):
        (folder / f"m{number}.js").write_text(zod.write(schema, "Model"), encoding="utf-8")
    texts = [[json.dumps(one) for one in (*good, *bad)] for _, good, bad in rows]
    (folder / "rows.json").write_text(json.dumps(texts), encoding="utf-8")
    (folder / "run.js").write_text(RUNNER)
    found = json.loads(ran(folder, "node", "run.js"))
    assert found == [[True] * len(good) + [False] * len(bad) for _, good, bad in rows]
