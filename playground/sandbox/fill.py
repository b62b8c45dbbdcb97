"""Fills a JSON Schema from a text: always valid, and with what the text says where it can be told.

No language is understood here. Numbers, quoted words, names, dates and addresses are picked from
the text by their looks; what is still open gets the plainest value that the schema allows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from playground.sandbox.fields import Json
from playground.sandbox.pattern import example
from playground.sandbox.picks import FORMATS, Picks

_DEEP = 3
"""Turns through one `$ref` after which the shortest way out is taken."""
_TOO_DEEP = 60
_HUGE = 10_000
"""Characters of a text, or items of a list, that no schema gets more of."""


class UnfillableError(Exception):
    """No value is known that this schema accepts; the text says where."""


def fill(schema: Any, text: str) -> Any:
    """A value that `schema` accepts. Raises UnfillableError."""
    try:
        return _Filler(schema, text).value(schema, "", {}, 0)
    except (TypeError, ValueError, AttributeError, KeyError, ArithmeticError) as error:
        # Keywords with values of the wrong kind: every use of them would need a check of its own.
        raise UnfillableError(f"it is no JSON Schema ({error})") from error


class _Filler:
    def __init__(self, root: Any, text: str) -> None:
        self._root = root
        self._picks = Picks(text)

    def value(self, schema: Any, name: str, turns: dict[str, int], depth: int) -> Any:
        """`turns` counts the references followed on the way here."""
        if depth > _TOO_DEEP:
            raise UnfillableError(f"'{name}' never ends")
        if schema is True or schema is None or schema == {}:
            return self._string({}, name, [])
        if not isinstance(schema, dict):
            raise UnfillableError(f"nothing is allowed at '{name}'")
        if "$ref" in schema:
            reference = str(schema["$ref"])
            turns = {**turns, reference: turns.get(reference, 0) + 1}
            rest = {key: rule for key, rule in schema.items() if key != "$ref"}
            target = self._resolve(reference)
            if isinstance(target, dict):
                target = _merged(rest, target)
            return self.value(target, name, turns, depth + 1)
        for keyword in ("anyOf", "oneOf"):
            if branches := schema.get(keyword):
                rest = {key: rule for key, rule in schema.items() if key != keyword}
                return self._branch(rest, branches, name, turns, depth)
        if parts := schema.get("allOf"):
            whole = {key: rule for key, rule in schema.items() if key != "allOf"}
            for part in parts:
                whole = _merged(whole, part)
            return self.value(whole, name, turns, depth + 1)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._one_of(schema["enum"], name)
        return self._typed(schema, name, turns, depth)

    def _typed(self, schema: Json, name: str, turns: dict[str, int], depth: int) -> Any:
        match self._kind(schema, turns):
            case "object":
                return self._object(schema, turns, depth)
            case "array":
                return self._array(schema, name, turns, depth)
            case "string":
                return self._string(schema, name, [])
            case "integer":
                return self._number(schema, name, whole=True)
            case "number":
                return self._number(schema, name, whole=False)
            case "boolean":
                return not self._picks.denies(name)
            case "null":
                return None
            case other:
                raise UnfillableError(f"'{name}' has the unknown type '{other}'")

    def _kind(self, schema: Json, turns: dict[str, int]) -> str:
        kind = schema.get("type")
        if isinstance(kind, list):
            if "null" in kind and _is_deep(turns):
                return "null"
            kind = next((word for word in kind if word != "null"), "null")
        if isinstance(kind, str):
            return kind
        for keyword, implied in (
            ("properties", "object"),
            ("required", "object"),
            ("items", "array"),
            ("prefixItems", "array"),
            ("minimum", "number"),
            ("maximum", "number"),
        ):
            if keyword in schema:
                return implied
        return "string"

    def _branch(
        self, rest: Json, branches: list[Any], name: str, turns: dict[str, int], depth: int
    ) -> Any:
        ordered = list(branches)
        if _is_deep(turns):
            # Whatever leads on by reference comes last, so that a recursive schema ends.
            ordered.sort(key=lambda branch: "$ref" in str(branch))
            ordered.sort(key=lambda branch: branch != {"type": "null"})
        else:
            ordered.sort(key=lambda branch: branch == {"type": "null"})
        problem = UnfillableError(f"'{name}' has no alternative")
        for branch in ordered:
            try:
                return self.value(_merged(rest, branch), name, turns, depth + 1)
            except UnfillableError as error:
                problem = error
        raise problem

    def _object(self, schema: Json, turns: dict[str, int], depth: int) -> Json:
        properties: Json = schema.get("properties") or {}
        required = schema.get("required") or []
        made: Json = {}
        for name, rule in properties.items():
            if name in required or not _is_deep(turns):
                made[name] = self.value(rule, name, turns, depth + 1)
        others = schema.get("additionalProperties", True)
        for name in required:
            if name not in made:
                made[name] = self.value(others, name, turns, depth + 1)
        for number in range(1, schema.get("minProperties", 0) + 1):
            if len(made) < schema["minProperties"]:
                made[f"item_{number}"] = self.value(others, f"item_{number}", turns, depth + 1)
        return made

    def _array(self, schema: Json, name: str, turns: dict[str, int], depth: int) -> list[Any]:
        first = schema.get("prefixItems") or []
        rule = schema.get("items", True)
        least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
        if least > _HUGE:
            raise UnfillableError(f"'{name}' is longer than this server makes a list")
        strings = isinstance(rule, dict) and rule.keys() == {"type"} and rule["type"] == "string"
        if strings:
            wanted = list(dict.fromkeys([*self._picks.quoted, *self._picks.names]))[:5]
        else:
            wanted = []
        target = least if _is_deep(turns) else min(max(least, len(wanted), len(first), 1), most)
        made: list[Any] = []
        while len(made) < target:
            if len(made) < len(first):
                item = self.value(first[len(made)], name, turns, depth + 1)
            elif rule is False:
                break
            elif strings or schema.get("uniqueItems"):
                item = self._distinct(rule, name, made, turns, depth)
            else:
                item = self.value(rule, name, turns, depth + 1)
            made.append(item)
        if len(made) < least:
            raise UnfillableError(f"'{name}' cannot have {least} items")
        return made

    def _distinct(
        self, rule: Any, name: str, taken: list[Any], turns: dict[str, int], depth: int
    ) -> Any:
        """A value that is not yet among `taken`."""
        if isinstance(rule, dict) and "$ref" in rule:
            target = self._resolve(str(rule["$ref"]))
            rule = _merged(rule, target) if isinstance(target, dict) else target
            rule = {key: part for key, part in rule.items() if key != "$ref"}
        if isinstance(rule, dict) and "enum" in rule:
            values: Iterator[Any] = (value for value in rule["enum"] if value not in taken)
        elif isinstance(rule, dict) and rule.get("type") == "string":
            values = iter([self._string(rule, name, taken)])
        elif isinstance(rule, dict) and rule.get("type") in ("integer", "number"):
            first = self._number(rule, name, whole=rule["type"] == "integer")
            step = rule.get("multipleOf", 1)
            near = (first + turn * step for turn in range(-len(taken), len(taken) + 1))
            values = (value for value in near if value not in taken and _fits(value, rule))
        else:
            value = self.value(rule, name, turns, depth + 1)
            values = iter([] if value in taken else [value])
        for value in values:
            return value
        raise UnfillableError(f"'{name}' cannot have {len(taken) + 1} different items")

    def _one_of(self, values: list[Any], name: str) -> Any:
        if not values:
            raise UnfillableError(f"'{name}' has an empty enum")
        for value in values:
            if isinstance(value, str) and self._picks.mentions(value):
                return value
        numbers = [value for value in values if value in self._picks.numbers and value is not True]
        return numbers[0] if numbers else values[0]

    def _string(self, schema: Json, name: str, taken: list[Any]) -> str:
        least, most = schema.get("minLength", 0), schema.get("maxLength", math.inf)
        pattern = schema.get("pattern")
        form = schema.get("format") if schema.get("format") in FORMATS else ""
        if least > _HUGE:
            raise UnfillableError(f"'{name}' is longer than this server makes a text")
        for text in self._picks.strings(name, form, words=pattern is not None):
            if pattern is None and not form:
                text = text[: int(min(most, _HUGE))].ljust(least, ".")
            if (
                least <= len(text) <= most
                and text not in taken
                and (pattern is None or _matches(pattern, text))
            ):
                return text
        if pattern is not None:
            made = example(pattern, least)
            if made is not None and len(made) <= most and made not in taken:
                return made
        elif not form:
            for number in range(1, len(taken) + 2):
                made = f"{name or 'item'} {number}".ljust(least, ".")
                if len(made) <= most and made not in taken:
                    return made
        raise UnfillableError(f"no text is known for '{name}'")

    def _number(self, schema: Json, name: str, *, whole: bool) -> float:
        low = schema.get("minimum", schema.get("exclusiveMinimum"))
        high = schema.get("maximum", schema.get("exclusiveMaximum"))
        step = schema.get("multipleOf")
        candidates = [*self._picks.numbers_for(name), 1, 0]
        for edge, inward in ((low, 1), (high, -1)):
            if edge is not None:
                candidates += [edge, edge + inward, edge + inward / 2]
                candidates += [math.ceil(edge), math.floor(edge), math.floor(edge) + inward]
        if low is not None and high is not None:
            candidates += [(low + high) / 2, (low + high) // 2]
        if step:
            start = math.ceil(low / step) if low is not None else 0
            if low is None and high is not None:
                start = math.floor(high / step) - 100
            candidates += [turn * step for turn in range(start, start + 101)]
        for value in candidates:
            if whole and isinstance(value, float):
                if not value.is_integer():
                    continue
                value = int(value)
            if _fits(value, schema):
                return value
        raise UnfillableError(f"no number is known for '{name}'")

    def _resolve(self, reference: str) -> Any:
        if not reference.startswith("#"):
            raise UnfillableError(f"'{reference}' is not in this schema")
        target = self._root
        for step in reference[1:].split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(target, dict) or key not in target:
                raise UnfillableError(f"'{reference}' is not in this schema")
            target = target[key]
        return target


def _is_deep(turns: dict[str, int]) -> bool:
    return any(times >= _DEEP for times in turns.values())


def _merged(base: Json, more: Any) -> Any:
    """Both rules at once, as far as they say different things."""
    if not isinstance(more, dict):
        return base if more is True else more
    merged = {**base, **more}
    for keyword in ("properties", "$defs"):
        if keyword in base and keyword in more:
            merged[keyword] = {**base[keyword], **more[keyword]}
    if "required" in base and "required" in more:
        merged["required"] = [*base["required"], *more["required"]]
    return merged


def _fits(value: float, schema: Json) -> bool:
    step = schema.get("multipleOf")
    return (
        value >= schema.get("minimum", -math.inf)
        and value <= schema.get("maximum", math.inf)
        and value > schema.get("exclusiveMinimum", -math.inf)
        and value < schema.get("exclusiveMaximum", math.inf)
        and (not step or (value / step).is_integer())
    )


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.search(pattern, text) is not None
    except re.error:
        return False
