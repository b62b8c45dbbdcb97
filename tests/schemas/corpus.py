"""The corpus: one schema for each rule, limit and repair, with what the linter has to say of it.

A case is a name, a schema, what offends in it as (path, rule), and whether the repair can make it
strict. Most are strict but for the one thing they are about.
"""

# ruff: noqa: E501  a table: one case a line

from __future__ import annotations

from typing import Any, NamedTuple

Schema = dict[str, Any]


class Case(NamedTuple):
    name: str
    schema: Any
    offends: set[tuple[str, str]]
    repairable: bool = True


def obj(**properties: Any) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


TEXT: Schema = {"type": "string"}
INT: Schema = {"type": "integer"}


def arr(items: Any, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def deep(levels: int) -> Schema:
    made: Schema = obj(x=TEXT)
    for _ in range(levels - 1):
        made = obj(x=made)
    return made


def lists(levels: int) -> Schema:
    made: Schema = arr(TEXT)
    for _ in range(levels - 2):
        made = arr(made)
    return obj(x=made)


A = "$.properties.a"

STRICT = [
    ("an empty object", obj()),
    ("plain types", obj(a=TEXT, b=INT, c={"type": "number"}, d={"type": "boolean"}, e={"type": "null"})),
    ("nullable by a list of types", obj(a={"type": ["string", "null"]})),
    ("nullable by anyOf", obj(a={"anyOf": [INT, {"type": "null"}]})),
    ("enum without type", obj(a={"enum": ["x", 1, None]})),
    ("const", obj(a={"const": "x"}, b={"const": None})),
    ("constraints on strings", obj(a={**TEXT, "pattern": "^x", "format": "email"})),
    ("lengths", obj(a={**TEXT, "minLength": 1, "maxLength": 9})),
    ("constraints on numbers", obj(a={**INT, "minimum": 0, "maximum": 9, "multipleOf": 3}, b={"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1.5})),
    ("constraints on arrays", obj(a=arr(TEXT, minItems=1, maxItems=2))),
    *((f"format {name}", obj(a={**TEXT, "format": name})) for name in
      ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid")),
    ("a definition", {**obj(a={"$ref": "#/$defs/D"}), "$defs": {"D": obj(b=TEXT)}}),
    ("a definition with a slash in its name", {**obj(a={"$ref": "#/$defs/D~1E"}), "$defs": {"D/E": TEXT}}),
    ("recursion to the root", obj(a={"anyOf": [{"$ref": "#"}, {"type": "null"}]})),
    ("recursion in definitions", {**obj(a={"$ref": "#/$defs/D"}), "$defs": {"D": obj(b=arr({"$ref": "#/$defs/D"}))}}),
    ("a union told apart by its first keys", obj(a={"anyOf": [obj(x=TEXT), obj(y=TEXT)]})),
    ("a union told apart by constants", obj(a={"anyOf": [obj(k={"const": "x"}), obj(k={"const": "y"})]})),
    ("annotations", {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "T", "description": "d", **obj(a={**TEXT, "title": "A", "description": "d", "examples": ["x"]})}),
    ("properties that are called like keywords", obj(default=TEXT, oneOf=TEXT, **{"$ref": TEXT, "type": TEXT})),
    ("ten levels of objects", deep(10)),
    ("ten levels with arrays", lists(10)),
    ("an object that may be null", obj(a={**obj(b=TEXT), "type": ["object", "null"]})),
    ("5000 properties", obj(**{f"p{n}": TEXT for n in range(5000)})),
    ("1000 enum values", obj(a={"enum": list(range(1000))})),
    ("250 long enum values", obj(a={"enum": [f"{n:0>100}" for n in range(250)]})),
    ("enum of 15000 characters", obj(a={"enum": [f"{n:0>50}" for n in range(300)]})),
    ("120000 characters", obj(**{"p" * 119_999: TEXT, "q": TEXT})),
]  # fmt: skip

ROOTS = [
    Case("root: an array", arr(TEXT), {("$", "root")}),
    Case("root: a string", dict(TEXT), {("$", "root")}),
    Case("root: anyOf", {"anyOf": [obj(a=TEXT), obj(b=TEXT)]}, {("$", "root")}),
    Case("root: anyOf beside an object", {**obj(a=TEXT), "anyOf": [obj(a=TEXT)]}, {("$", "root")}),
    Case("root: anyOf of one", {"anyOf": [obj(a=TEXT)]}, {("$", "root")}),
    Case("root: anyOf with null", {"anyOf": [{"$ref": "#/$defs/D"}, {"type": "null"}], "$defs": {"D": obj(a=TEXT)}}, {("$", "root")}),
    Case("root: only a reference", {"$ref": "#/$defs/D", "$defs": {"D": obj(a=TEXT)}}, {("$", "root")}),
    Case("root: a reference that recurses", {"$ref": "#/$defs/D", "$defs": {"D": obj(a=arr({"$ref": "#/$defs/D"}))}}, {("$", "root")}),
    Case("root: a reference to an array", {"$ref": "#/$defs/D", "$defs": {"D": arr({"$ref": "#/$defs/D"})}}, {("$", "root")}),
    Case("root: a reference with a description", {"$ref": "#/$defs/D", "description": "d", "$defs": {"D": obj(a=TEXT)}}, {("$", "root"), ("$", "$ref")}),
    Case("root: an array that recurses", arr({"anyOf": [TEXT, {"$ref": "#"}]}), {("$", "root")}),
    Case("root: an object or null", {**obj(a=TEXT), "type": ["object", "null"]}, {("$", "root")}),
    Case("root: nothing", {}, {("$", "root"), ("$", "type")}),
    Case("root: true", True, {("$", "type")}),
    Case("root: false", False, {("$", "type")}, repairable=False),
    Case("root: no schema", [1], {("$", "type")}, repairable=False),
    Case("root: type is missing", {"properties": {"a": TEXT}, "required": ["a"], "additionalProperties": False}, {("$", "root"), ("$", "type")}),
    Case("root: an enum", {"enum": ["x", "y"]}, {("$", "root")}),
    Case("root: oneOf", {"oneOf": [obj(a=TEXT), obj(b=INT)]}, {("$", "root"), ("$", "oneOf")}),
    Case("root: allOf", {"allOf": [obj(a=TEXT), obj(b=INT)]}, {("$", "root"), ("$", "allOf")}),
    Case("root: a map", {"type": "object", "additionalProperties": INT}, {("$", "additionalProperties")}),
]  # fmt: skip

OBJECTS = [
    Case("additionalProperties missing", {"type": "object", "properties": {"a": TEXT}, "required": ["a"]}, {("$", "additionalProperties")}),
    Case("additionalProperties true", {**obj(a=TEXT), "additionalProperties": True}, {("$", "additionalProperties")}),
    Case("additionalProperties of a nested object", obj(a={"type": "object", "properties": {}}), {(A, "additionalProperties")}),
    Case("additionalProperties in a definition", {**obj(a={"$ref": "#/$defs/D"}), "$defs": {"D": {"type": "object", "properties": {"x": TEXT}, "required": ["x"]}}}, {("$.$defs.D", "additionalProperties")}),
    Case("a map", obj(a={"type": "object", "additionalProperties": INT}), {(A, "additionalProperties")}),
    Case("a map of anything", obj(a={"type": "object"}), {(A, "additionalProperties")}),
    Case("a map that may be null", obj(a={"type": ["object", "null"], "additionalProperties": INT}), {(A, "additionalProperties")}),
    Case("a map of maps", obj(a={"type": "object", "additionalProperties": {"type": "object", "additionalProperties": INT}}), {(A, "additionalProperties"), (f"{A}.additionalProperties", "additionalProperties")}),
    Case("a map beside properties", obj(a={"type": "object", "properties": {"x": TEXT}, "required": ["x"], "additionalProperties": INT}), {(A, "additionalProperties")}),
    Case("a map with bounds", obj(a={"type": "object", "additionalProperties": INT, "minProperties": 1, "maxProperties": 2}), {(A, "additionalProperties"), (A, "minProperties"), (A, "maxProperties")}),
    Case("a map with named keys", obj(a={"type": "object", "additionalProperties": INT, "propertyNames": {"enum": ["x", "y"]}}), {(A, "additionalProperties"), (A, "propertyNames")}),
    Case("a map by patterns", obj(a={"type": "object", "patternProperties": {"^x": INT}, "additionalProperties": False}), {(A, "patternProperties")}),
    Case("a map by two patterns", obj(a={"type": "object", "patternProperties": {"^x": INT, "^y": TEXT}, "additionalProperties": False}), {(A, "patternProperties")}),
    Case("required missing", {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False}, {("$", "required")}),
    Case("required lacks one", {**obj(a=TEXT, b=INT), "required": ["a"]}, {("$", "required")}),
    Case("required lacks an enum", {**obj(a={**TEXT, "enum": ["x"]}), "required": []}, {("$", "required")}),
    Case("required lacks a const", {**obj(a={"const": "x"}), "required": []}, {("$", "required")}),
    Case("required lacks an object", {**obj(a=obj(b=TEXT)), "required": []}, {("$", "required")}),
    Case("required lacks a reference", {**obj(a={"$ref": "#/$defs/D"}), "required": [], "$defs": {"D": TEXT}}, {("$", "required")}),
    Case("required lacks a union", {**obj(a={"anyOf": [TEXT, INT]}), "required": []}, {("$", "required")}),
    Case("required lacks what may be null", {**obj(a={"type": ["string", "null"]}), "required": []}, {("$", "required")}),
    Case("required has another", {**obj(a=TEXT), "required": ["a", "b"]}, {("$", "required")}),
    Case("required has another of an open object", {"type": "object", "properties": {"a": TEXT}, "required": ["a", "b"]}, {("$", "required"), ("$", "additionalProperties")}),
    Case("required is no list", {**obj(a=TEXT), "required": True}, {("$", "required")}),
    Case("properties is no object", {**obj(), "properties": []}, {("$", "properties")}, repairable=False),
    Case("a property that is true", obj(a=True), {(A, "type")}),
    Case("a property that is false", {**obj(a=False, b=TEXT), "required": ["b"]}, {(A, "type"), ("$", "required")}),
    Case("anything", obj(a={}), {(A, "type")}),
    Case("anything, described", obj(a={"description": "d"}), {(A, "type")}),
    Case("an unknown type", obj(a={"type": "strnig"}), {(A, "type")}, repairable=False),
    Case("type is null", obj(a={"type": None}), {(A, "type")}, repairable=False),
    Case("no types", obj(a={"type": []}), {(A, "type")}),
    Case("type left out of an object", obj(a={"properties": {"x": TEXT}, "required": ["x"], "additionalProperties": False}), {(A, "type")}),
    Case("type left out of an array", obj(a={"items": TEXT}), {(A, "type")}),
    Case("type left out of a string", obj(a={"minLength": 3}), {(A, "type")}),
    Case("type left out of a number", obj(a={"minimum": 3}), {(A, "type")}),
    Case("minProperties", obj(a={**obj(x=TEXT), "minProperties": 1}), {(A, "minProperties")}),
    Case("maxProperties", obj(a={**obj(x=TEXT), "maxProperties": 1}), {(A, "maxProperties")}),
    Case("dependentRequired", obj(a={**obj(x=TEXT), "dependentRequired": {"x": ["x"]}}), {(A, "dependentRequired")}),
    Case("dependentSchemas", obj(a={**obj(x=TEXT), "dependentSchemas": {"x": {"minProperties": 1}}}), {(A, "dependentSchemas")}),
    Case("unevaluatedProperties", obj(a={**obj(x=TEXT), "unevaluatedProperties": False}), {(A, "unevaluatedProperties")}),
    Case("propertyNames", obj(a={**obj(x=TEXT), "propertyNames": {"pattern": "^x"}}), {(A, "propertyNames")}),
    Case("patternProperties beside properties", obj(a={**obj(x=TEXT), "patternProperties": {"^n_": INT}}), {(A, "patternProperties")}),
]  # fmt: skip

ARRAYS = [
    Case("items missing", obj(a={"type": "array"}), {(A, "items")}),
    Case("items missing from what is always empty", obj(a={"type": "array", "maxItems": 0}), {(A, "items")}),
    Case("items of anything", obj(a=arr({})), {(f"{A}.items", "type")}),
    Case("items true", obj(a=arr(True)), {(f"{A}.items", "type")}),
    Case("items false", obj(a=arr(False)), {(f"{A}.items", "type")}),
    Case("items of a nested object", obj(a=arr({"type": "object", "properties": {}})), {(f"{A}.items", "additionalProperties")}),
    Case("a set", obj(a=arr(INT, uniqueItems=True)), {(A, "uniqueItems")}),
    Case("a tuple", obj(a={"type": "array", "prefixItems": [INT, TEXT], "minItems": 2, "maxItems": 2}), {(A, "prefixItems")}),
    Case("a tuple whose end may be left out", obj(a={"type": "array", "prefixItems": [INT, TEXT], "minItems": 1, "maxItems": 2}), {(A, "prefixItems")}),
    Case("a tuple with names", obj(a={"type": "array", "prefixItems": [{**INT, "title": "X"}, {**INT, "title": "Y"}], "minItems": 2, "maxItems": 2}), {(A, "prefixItems")}),
    Case("a tuple with more behind", obj(a={"type": "array", "prefixItems": [TEXT], "items": INT, "minItems": 1}), {(A, "prefixItems"), }),
    Case("a tuple of an older draft", obj(a={"type": "array", "items": [INT, TEXT], "additionalItems": False, "minItems": 2}), {(A, "items"), (A, "additionalItems")}),
    Case("a tuple that may be null", obj(a={"type": ["array", "null"], "prefixItems": [INT], "minItems": 1, "maxItems": 1}), {(A, "prefixItems")}),
    Case("contains", obj(a=arr(INT, contains={"const": 3})), {(A, "contains")}),
    Case("minContains and maxContains", obj(a=arr(INT, contains={"const": 3}, minContains=1, maxContains=2)), {(A, "contains"), (A, "minContains"), (A, "maxContains")}),
    Case("unevaluatedItems", obj(a=arr(INT, unevaluatedItems=False)), {(A, "unevaluatedItems")}),
]  # fmt: skip

UNIONS = [
    Case("oneOf", obj(a={"oneOf": [TEXT, INT]}), {(A, "oneOf")}),
    Case("oneOf of constants", obj(a={"oneOf": [{"const": "x", "description": "first"}, {"const": "y", "title": "second"}]}), {(A, "oneOf")}),
    Case("oneOf with a discriminator", {**obj(a={"oneOf": [{"$ref": "#/$defs/X"}, {"$ref": "#/$defs/Y"}], "discriminator": {"propertyName": "k"}}), "$defs": {"X": obj(k={"const": "x"}), "Y": obj(k={"const": "y"}, n=INT)}}, {(A, "oneOf"), (A, "discriminator")}),
    Case("oneOf beside anyOf", obj(a={"oneOf": [TEXT, {"type": "null"}], "anyOf": [{"type": ["string", "null"]}]}), {(A, "oneOf")}),
    Case("oneOf beside properties", obj(a={**obj(x=TEXT), "oneOf": [{"required": ["x"]}]}), {(A, "oneOf"), (f"{A}.oneOf[0]", "type")}),
    Case("anyOf is empty", obj(a={"anyOf": []}), {(A, "anyOf")}, repairable=False),
    Case("anyOf is no list", obj(a={"anyOf": {}}), {(A, "anyOf")}, repairable=False),
    Case("a branch of anything", obj(a={"anyOf": [TEXT, {}]}), {(f"{A}.anyOf[1]", "type")}),
    Case("a branch that is false", obj(a={"anyOf": [TEXT, False]}), {(f"{A}.anyOf[1]", "type")}),
    Case("branches that only need keys", obj(a={"type": "object", "properties": {"x": TEXT, "y": TEXT}, "additionalProperties": False, "anyOf": [{"required": ["x"]}, {"required": ["y"]}]}), {(A, "required"), (f"{A}.anyOf[0]", "type"), (f"{A}.anyOf[1]", "type")}),
    Case("branches beside properties", obj(a={"type": "object", "properties": {"x": TEXT}, "required": ["x"], "anyOf": [{"type": "object", "properties": {"y": INT}, "required": ["y"]}, {"type": "object", "properties": {"z": INT}, "required": ["z"]}]}), {(A, "additionalProperties"), (f"{A}.anyOf[0]", "additionalProperties"), (f"{A}.anyOf[1]", "additionalProperties")}),
    Case("branches with one first key", obj(a={"anyOf": [obj(x=TEXT, y=INT), obj(x=TEXT, z=INT)]}), {(A, "first-key")}),
    Case("branches with the same keys", obj(a={"anyOf": [obj(x=TEXT), obj(x=INT)]}), {(A, "first-key")}),
    Case("a constant that does not come first", obj(a={"anyOf": [obj(x=TEXT, k={"const": 1}), obj(x=TEXT, k={"const": 2})]}), {(A, "first-key")}),
    Case("references with one first key", {**obj(a={"anyOf": [{"$ref": "#/$defs/X"}, {"$ref": "#/$defs/Y"}]}), "$defs": {"X": obj(n=TEXT), "Y": obj(n=TEXT, m=INT)}}, {(A, "first-key")}),
    Case("allOf of one reference", {**obj(a={"allOf": [{"$ref": "#/$defs/D"}], "description": "d"}), "$defs": {"D": obj(x=TEXT)}}, {(A, "allOf")}),
    Case("allOf of objects", obj(a={"allOf": [obj(x=TEXT), {"type": "object", "properties": {"y": INT}}]}), {(A, "allOf")}),
    Case("allOf that extends a reference", {**obj(a={"allOf": [{"$ref": "#/$defs/D"}], "type": "object", "properties": {"y": INT}, "required": ["y"], "additionalProperties": False}), "$defs": {"D": {"type": "object", "properties": {"x": TEXT}, "required": ["x"]}}}, {(A, "allOf"), ("$.$defs.D", "additionalProperties")}),
    Case("allOf of bounds", obj(a={"allOf": [{"type": "integer", "minimum": 1}, {"minimum": 3, "maximum": 9}, {"multipleOf": 2}]}), {(A, "allOf")}),
    Case("allOf of enums", obj(a={"allOf": [{"enum": ["x", "y"]}, {"enum": ["y", "z"]}]}), {(A, "allOf")}),
    Case("allOf of unions", obj(a={"allOf": [{"anyOf": [TEXT, INT]}, {"anyOf": [INT, {"type": "null"}]}]}), {(A, "allOf")}),
    Case("allOf of types", obj(a={"allOf": [{"type": ["number", "string"]}, INT]}), {(A, "allOf")}),
    Case("allOf that nothing satisfies", obj(a={"allOf": [TEXT, INT]}), {(A, "allOf")}, repairable=False),
    Case("allOf of one property", obj(a={"allOf": [obj(x={**TEXT, "minLength": 1}), obj(x={**TEXT, "maxLength": 3})]}), {(A, "allOf")}),
    Case("allOf that contains itself", {**obj(a={"$ref": "#/$defs/D"}), "$defs": {"D": {"allOf": [obj(x=arr({"allOf": [{"$ref": "#/$defs/D"}, {"minProperties": 1}]}))]}}}, {("$.$defs.D", "allOf")}),
    Case("not", obj(a={**TEXT, "not": {"const": "x"}}), {(A, "not")}),
    Case("if, then, else", obj(a={**obj(x=TEXT), "if": {"properties": {"x": {"const": "y"}}}, "then": {"minProperties": 1}, "else": {"minProperties": 0}}), {(A, "if"), (A, "then"), (A, "else")}),
]  # fmt: skip

REFERENCES = [
    Case("a description beside $ref", {**obj(a={"$ref": "#/$defs/D", "description": "d"}), "$defs": {"D": obj(x=TEXT)}}, {(A, "$ref")}),
    Case("a title beside a recursive $ref", {**obj(a={"$ref": "#/$defs/D"}), "$defs": {"D": obj(x=arr({"$ref": "#/$defs/D", "title": "More"}))}}, {("$.$defs.D.properties.x.items", "$ref")}),
    Case("a constraint beside $ref", {**obj(a={"$ref": "#/$defs/D", "minimum": 3}), "$defs": {"D": INT}}, {(A, "$ref")}),
    Case("a default beside $ref", {**obj(a={"$ref": "#/$defs/D", "default": "x"}), "$defs": {"D": {**TEXT, "enum": ["x", "y"]}}}, {(A, "$ref")}),
    Case("definitions", {**obj(a={"$ref": "#/definitions/D"}), "definitions": {"D": obj(x=TEXT)}}, {("$", "definitions"), (A, "$ref")}),
    Case("definitions beside $defs", {**obj(a={"$ref": "#/definitions/D"}, b={"$ref": "#/$defs/D"}), "definitions": {"D": TEXT}, "$defs": {"D": INT}}, {("$", "definitions"), (A, "$ref")}),
    Case("a reference to a property", obj(a=obj(x=TEXT), b={"$ref": "#/properties/a"}), {("$.properties.b", "$ref")}),
    Case("a reference into a definition", {**obj(a={"$ref": "#/$defs/D/properties/x"}), "$defs": {"D": obj(x=arr({"$ref": "#/$defs/D"}))}}, {(A, "$ref")}),
    Case("definitions that are nested", obj(a={**obj(x={"$ref": "#/properties/a/$defs/D"}), "$defs": {"D": TEXT}}), {(f"{A}.properties.x", "$ref")}),
    Case("a reference to nothing", obj(a={"$ref": "#/$defs/D"}), {(A, "$ref")}, repairable=False),
    Case("a reference elsewhere", obj(a={"$ref": "https://example.com/s.json"}), {(A, "$ref")}, repairable=False),
    Case("a reference that is no text", obj(a={"$ref": 3}), {(A, "$ref")}, repairable=False),
    Case("references in a circle", {**obj(a={"$ref": "#/$defs/X"}), "$defs": {"X": {"$ref": "#/$defs/Y"}, "Y": {"$ref": "#/$defs/X"}}}, {(A, "$ref"), ("$.$defs.X", "$ref"), ("$.$defs.Y", "$ref")}, repairable=False),
    Case("$dynamicRef", obj(a={**TEXT, "$dynamicRef": "#x"}), {(A, "$dynamicRef")}),
]  # fmt: skip

VALUES = [
    Case("default", obj(a={**TEXT, "default": "x"}), {(A, "default")}),
    Case("default null", obj(a={"type": ["string", "null"], "default": None}), {(A, "default")}),
    Case("default at the root", {**obj(a=TEXT), "default": {"a": "x"}}, {("$", "default")}),
    Case("nullable", obj(a={**TEXT, "nullable": True}), {(A, "nullable")}),
    Case("format uri", obj(a={**TEXT, "format": "uri"}), {(A, "format")}),
    Case("format of a binary", obj(a={**TEXT, "format": "binary", "description": "d"}), {(A, "format")}),
    Case("enum is empty", obj(a={"enum": []}), {(A, "enum")}, repairable=False),
    Case("enum is no list", obj(a={"enum": "x"}), {(A, "enum")}, repairable=False),
    Case("pattern is no text", obj(a={**TEXT, "pattern": 3}), {(A, "value")}),
    Case("minimum is no number", obj(a={**INT, "minimum": "3"}), {(A, "value")}),
    Case("multipleOf is not above 0", obj(a={**INT, "multipleOf": 0}), {(A, "value")}),
    Case("minItems is negative", obj(a=arr(TEXT, minItems=-1)), {(A, "value")}),
    Case("several at once", {"type": "object", "properties": {"a": {**TEXT, "default": "x"}, "b": {"oneOf": [INT, TEXT]}}}, {(A, "default"), ("$.properties.b", "oneOf"), ("$", "required"), ("$", "additionalProperties")}),
]  # fmt: skip

LIMITS = [
    Case("5001 properties", obj(**{f"p{n}": TEXT for n in range(5001)}), {("$", "limit:properties")}, repairable=False),
    Case("eleven levels of objects", deep(11), {("$" + ".properties.x" * 10, "limit:nesting")}, repairable=False),
    Case("eleven levels with arrays", lists(11), {("$.properties.x" + ".items" * 9, "limit:nesting")}, repairable=False),
    Case("120001 characters of names", obj(**{"p" * 120_001: TEXT}), {("$", "limit:characters")}, repairable=False),
    Case("120001 characters of constants", obj(a={"const": "x" * 120_000}), {("$", "limit:characters")}, repairable=False),
    Case("120001 characters of definitions", {**obj(a=TEXT), "$defs": {"D" * 120_000: TEXT}}, {("$", "limit:characters")}, repairable=False),
    Case("1001 enum values", obj(a={"enum": list(range(1001))}), {("$", "limit:enum")}, repairable=False),
    Case("1001 enum values in two", obj(a={"enum": list(range(500))}, b={"enum": list(range(501))}), {("$", "limit:enum")}, repairable=False),
    Case("a long enum", obj(a={"enum": [f"{n:0>60}" for n in range(251)]}), {(A, "limit:enum-characters")}, repairable=False),
]  # fmt: skip

CASES: list[Case] = [
    *(Case(f"strict: {name}", schema, set()) for name, schema in STRICT),
    *ROOTS,
    *OBJECTS,
    *ARRAYS,
    *UNIONS,
    *REFERENCES,
    *VALUES,
    *LIMITS,
]
