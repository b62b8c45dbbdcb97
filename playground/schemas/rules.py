"""The strict subset of JSON Schema as one table: every rule and every limit.

What `strict: true` accepts differs between servers and years. Whatever this program believes about
it stands here and nowhere else: the linter reads the table, the repair obeys it, the window shows
it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array", "null"})
FORMATS = frozenset(
    {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
)


class Rule(NamedTuple):
    id: str
    """The keyword that it is about, or a name of ours where there is none."""
    reason: str
    """Why it is so: the second half of a message."""
    repair: str
    """What the repair does about it; empty where nobody but the author can."""


_RULES = (
    Rule("root", 'the root has to be one object: `type: "object"`', "wrapped in an object"),
    Rule("type", "every schema says its `type`, or has `enum`, `const`, `anyOf` or `$ref`", "the "
         "`type` that the other keywords tell, else any JSON value"),
    Rule("properties", "`properties` is an object of schemas", ""),
    Rule("required", "every property has to be listed in `required`", "listed, and may be null"),
    Rule("additionalProperties", "every object has to say `additionalProperties: false`", "closed; "
         "keys that cannot be named become a list of entries"),
    Rule("items", "an array has to say what its `items` are", "any JSON value"),
    Rule("anyOf", "`anyOf` is a list of at least one schema", ""),
    Rule("first-key", "objects in one `anyOf` are told apart by their first key, or by the value "
         "of its `const` or `enum`", "properties put in another order, else a first key `kind`"),
    Rule("$ref", "a `$ref` stands alone and names `#` or `#/$defs/…`", "what stands beside it is "
         "moved around it or merged; what it names is moved into `$defs`"),
    Rule("definitions", "definitions stand in `$defs`", "moved into `$defs`"),
    Rule("format", "`format` is one of " + ", ".join(sorted(FORMATS)), "moved into `description`"),
    Rule("enum", "`enum` is a list of at least one value", ""),
    Rule("value", "the keyword takes another kind of value", "moved into `description`"),
)  # fmt: skip
RULES: Mapping[str, Rule] = {rule.id: rule for rule in _RULES}

UNSUPPORTED: Mapping[str, str] = {
    "allOf": "merged into one schema",
    "oneOf": "written as `anyOf`",
    "not": "moved into `description`",
    "if": "moved into `description`",
    "then": "moved into `description`",
    "else": "moved into `description`",
    "dependentRequired": "moved into `description`",
    "dependentSchemas": "moved into `description`",
    "dependencies": "moved into `description`",
    "patternProperties": "a list of entries",
    "propertyNames": "the keys of a list of entries, else moved into `description`",
    "unevaluatedItems": "moved into `description`",
    "unevaluatedProperties": "moved into `description`",
    "prefixItems": "an object with a property for each place",
    "additionalItems": "moved into `description`",
    "contains": "moved into `description`",
    "minContains": "moved into `description`",
    "maxContains": "moved into `description`",
    "uniqueItems": "moved into `description`",
    "minProperties": "moved into `description`",
    "maxProperties": "moved into `description`",
    "default": "moved into `description`",
    "nullable": "a union with null",
    "discriminator": "dropped: the branches tell themselves apart",
    "$dynamicRef": "moved into `description`",
    "$recursiveRef": "moved into `description`",
}
"""Keywords that are not permitted, and what the repair makes of each."""

Expected = Literal["text", "number", "positive", "count"]

CONSTRAINTS: Mapping[str, Expected] = {
    "pattern": "text",
    "format": "text",
    "minLength": "count",
    "maxLength": "count",
    "multipleOf": "positive",
    "minimum": "number",
    "maximum": "number",
    "exclusiveMinimum": "number",
    "exclusiveMaximum": "number",
    "minItems": "count",
    "maxItems": "count",
}
"""Keywords that limit a value, with what each takes. Fine-tuned models know none of them."""

EXPECTED: Mapping[Expected, str] = {
    "text": "a string",
    "number": "a number",
    "positive": "a number above 0",
    "count": "a whole number from 0",
}

ANNOTATIONS = frozenset(
    {"title", "description", "$comment", "$schema", "$id", "$anchor", "examples", "deprecated",
     "readOnly", "writeOnly", "contentEncoding", "contentMediaType", "contentSchema"}
)  # fmt: skip
"""Keywords that say something and demand nothing."""


class Limit(NamedTuple):
    id: str
    most: int
    of: str
    """What is counted."""


PROPERTIES = Limit("limit:properties", 5000, "object properties in all")
LEVELS = Limit("limit:nesting", 10, "levels of nesting")
"""A level is an object or an array; what stands in `$defs` begins at the first one again."""
CHARACTERS = Limit(
    "limit:characters",
    120_000,
    "characters in property names, definition names, enum and const values",
)
ENUM_VALUES = Limit("limit:enum", 1000, "enum values in all")
LONG_ENUM = Limit("limit:enum-characters", 15_000, "characters in one enum of more than 250 values")
LONG_ENUM_VALUES = 250
"""String values of one `enum` above which LONG_ENUM holds."""

LIMITS = (PROPERTIES, LEVELS, CHARACTERS, ENUM_VALUES, LONG_ENUM)
