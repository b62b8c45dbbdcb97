from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from playground.core.problem import Failure
from playground.schemas import pydantic_source, typescript
from tests.schemas.instances import instances, schemas
from tests.schemas.node import installed, needs_node, ran
from tests.schemas.pydantic_sources import SOURCES

PERSON = {
    "type": "object",
    "description": "Somebody",
    "properties": {
        "name": {"type": "string", "minLength": 1, "description": "In full"},
        "age": {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]},
        "role": {"enum": ["user", "admin"]},
        "friends": {"type": "array", "items": {"$ref": "#"}},
        "first line": {"$ref": "#/$defs/line"},
        "scores": {"type": "object", "additionalProperties": {"type": "number"}},
        "pair": {
            "type": "array",
            "prefixItems": [{"type": "string"}, {"type": "boolean"}],
            "minItems": 2,
            "maxItems": 2,
        },
    },
    "required": ["name", "age", "role"],
    "additionalProperties": False,
    "$defs": {"line": {"type": ["string", "number"]}},
}


def test_a_schema_is_an_interface_with_comments() -> None:
    assert (
        typescript.write(PERSON, "Person")
        == """export type line = string | number;

/** Somebody */
export interface Person {
  /**
   * In full
   * @minLength 1
   */
  name: string;
  age: number | null;
  role: "user" | "admin";
  friends?: Person[];
  "first line"?: line;
  scores?: Record<string, number>;
  pair?: [string, boolean];
}
"""
    )


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        (True, "unknown"),
        (False, "never"),
        ({"const": "a"}, '"a"'),
        ({"enum": [1, None, "x", True]}, '1 | null | "x" | true'),
        ({"enum": [[1], {"a b": 2}]}, '[1] | { "a b": 2 }'),
        ({"type": "array", "items": {"type": ["string", "null"]}}, "Array<string | null>"),
        ({"type": "array", "items": {"type": "array", "items": {}}}, "unknown[][]"),
        ({"type": "array", "prefixItems": [{"type": "null"}]}, "[(null)?, ...unknown[]]"),
        (
            {"type": "array", "prefixItems": [{"type": "null"}], "items": False, "minItems": 1},
            "[null]",
        ),
        (
            {"type": "object", "propertyNames": {"enum": ["a", "b"]}},
            '{ [key in "a" | "b"]?: unknown }',
        ),
        (
            {"allOf": [{"type": "string"}, {"enum": ["a", "b"]}]},
            '(string) & ("a" | "b")',
        ),
        ({"type": "object", "additionalProperties": False}, "{ [key: string]: never }"),
    ],
)  # fmt: skip
def test_types(schema: Any, text: str) -> None:
    assert typescript.write(schema, "M") == f"export type M = {text};\n"


def test_nothing_in_a_schema_becomes_code() -> None:
    evil = "*/ process.exit(1) /*\n\u2028'; \"`${x}` \u202e"
    schema = {
        "type": "object",
        "description": evil,
        "properties": {
            evil: {"enum": [evil], "description": evil, evil: evil, "default": evil},
            "__proto__": {"type": "string", "pattern": evil},
        },
        "$defs": {evil: {"type": "string"}},
    }
    text = typescript.write(schema, evil)
    comments = re.findall(r"/\*\*.*?\*/", text, flags=re.DOTALL)
    assert sum("process" in one for one in comments) == 3
    rest = re.sub(r"/\*\*.*?\*/", "", text, flags=re.DOTALL)
    assert "process" not in re.sub(r'"(?:[^"\\]|\\.)*"', "", rest)
    assert all(one.isprintable() or one == "\n" for one in text)


def test_what_is_no_schema_gets_a_reason() -> None:
    for schema in ([], {"type": "thing"}, {"$ref": "#/$defs/none"}):
        with pytest.raises(Failure):
            typescript.write(schema, "M")


def examples(count: int) -> list[tuple[Any, list[Any]]]:
    """Schemas with instances that they accept."""
    found: list[tuple[Any, list[Any]]] = []

    @settings(max_examples=count, deadline=None, derandomize=True, phases=[Phase.generate])
    @given(data=st.data(), schema=schemas())
    def collect(data: st.DataObject, schema: Any) -> None:
        accepted = instances(schema)
        found.append((schema, [data.draw(accepted) for _ in range(3)]))

    collect()
    return found


REFUSED = {
    "a missing key": "{ age: null, role: 'user' }",
    "a wrong type": "{ name: 1, age: null, role: 'user' }",
    "not of the enumeration": "{ name: '', age: null, role: 'guest' }",
    "a key too many": "{ name: '', age: null, role: 'user', more: 1 }",
    "a wrong item": "{ name: '', age: null, role: 'user', friends: [{}] }",
    "a tuple too short": "{ name: '', age: null, role: 'user', pair: ['x'] }",
    "null where it may not be": "{ name: null, age: null, role: 'user' }",
}


@pytest.mark.external
@needs_node
def test_the_compiler_takes_the_types_and_what_they_hold(tmp_path: Path) -> None:
    folder = installed("typescript", tmp_path)
    written: list[tuple[Any, list[Any]]] = [(PERSON, [{"name": "", "age": 3, "role": "user"}])]
    written += [(pydantic_source.read(source), []) for source in SOURCES.values()]
    written += examples(60)
    for number, (schema, accepted) in enumerate(written):
        text = typescript.write(schema, "Model")
        for place, one in enumerate(accepted):
            if "zz" not in json.dumps(one):  # a literal may have no key that the type has not
                text += f"export const a{place}: Model = {json.dumps(one)};\n"
        (folder / f"m{number}.ts").write_text(text, encoding="utf-8")
    lines = ['import type { Model } from "./m0.js";']
    for number, value in enumerate(REFUSED.values()):
        lines += ["// @ts-expect-error", f"export const x{number}: Model = {value};"]
    (folder / "refused.ts").write_text("\n".join(lines), encoding="utf-8")
    (folder / "tsconfig.json").write_text(
        json.dumps(
            {
                "compilerOptions": {
                    "strict": True,
                    "noEmit": True,
                    "target": "es2022",
                    "module": "nodenext",
                    "types": [],
                },
                "include": ["*.ts"],
            }
        )
    )
    ran(folder, "node_modules/.bin/tsc", "-p", ".")
