"""Whether something is certainly a JSON Schema: a look at each keyword, linear and quick.

The meta-schema says it exactly, and takes a second for a schema of 5,000 properties. What looks
well here is well by the meta-schema; whatever does not is for the meta-schema to judge, and to put
into words. References and patterns are not followed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")


def is_legal(schema: Any) -> bool:
    """True when it is a schema of draft 2020-12 for sure."""
    waiting = [schema]
    while waiting:
        one = waiting.pop()
        if isinstance(one, bool):
            continue
        if not isinstance(one, dict):
            return False
        for keyword, value in one.items():
            if keyword in _ONE:
                waiting.append(value)
            elif keyword in _SEVERAL:
                if not isinstance(value, list) or not value:
                    return False
                waiting += value
            elif keyword in _NAMED:
                if not isinstance(value, dict):
                    return False
                waiting += value.values()
            elif not _VALUES.get(keyword, _anything)(value):
                return False
    return True


def _anything(value: Any) -> bool:
    return True


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _switch(value: Any) -> bool:
    return isinstance(value, bool)


def _list(value: Any) -> bool:
    return isinstance(value, list)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _names(value: Any) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(one, str) for one in value)
        and len(set(value)) == len(value)
    )


def _type(value: Any) -> bool:
    if isinstance(value, str):
        return value in TYPES
    return _names(value) and bool(value) and all(one in TYPES for one in value)


def _unsure(value: Any) -> bool:
    """Of rare keywords whose text has a grammar of its own."""
    return False


_ONE = frozenset(
    (
        *("additionalProperties", "propertyNames", "unevaluatedProperties"),
        *("items", "contains", "unevaluatedItems"),
        *("if", "then", "else", "not", "contentSchema"),
    )
)
_SEVERAL = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
_NAMED = frozenset(("$defs", "definitions", "dependentSchemas", "patternProperties", "properties"))
_VALUES: Mapping[str, Callable[[Any], bool]] = {
    "type": _type,
    "enum": _list,
    "examples": _list,
    "required": _names,
    "multipleOf": lambda value: _number(value) and value > 0,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _count),
    **dict.fromkeys(("minProperties", "maxProperties", "minContains", "maxContains"), _count),
    **dict.fromkeys(("uniqueItems", "deprecated", "readOnly", "writeOnly"), _switch),
    **dict.fromkeys(("title", "description", "pattern", "format", "$schema", "$ref"), _text),
    **dict.fromkeys(("$comment", "contentEncoding", "contentMediaType"), _text),
    "dependentRequired": lambda value: isinstance(value, dict) and all(map(_names, value.values())),
    **dict.fromkeys(("$id", "$anchor", "$dynamicAnchor", "$dynamicRef"), _unsure),
    **dict.fromkeys(("$recursiveAnchor", "$recursiveRef", "$vocabulary", "dependencies"), _unsure),
}
