"""Fills a JSON Schema from a text: always valid, and with what the text says where it can be told.

No language is understood here. Numbers, quoted words, names, dates and addresses are picked from
the text by their looks; what is still open gets the plainest value that the schema allows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playground.sandbox.fields import Json
from playground.sandbox.leaves import HUGE, Leaves, UnfillableError, fits
from playground.sandbox.picks import Picks
from playground.sandbox.segments import segments

_DEEP = 3
"""Turns through one `$ref` after which the shortest way out is taken."""
_TOO_DEEP = 60


def fill(schema: Any, text: str, rows: int | None = None) -> Any:
    """A value that `schema` accepts, with so many `rows` in the first list that it has. Raises
    UnfillableError."""
    try:
        return _Filler(schema, text, rows).value(schema, "", {}, 0)
    except (TypeError, ValueError, AttributeError, KeyError, ArithmeticError) as error:
        # Keywords with values of the wrong kind: every use of them would need a check of its own.
        raise UnfillableError(f"it is no JSON Schema ({error})") from error


class _Filler:
    def __init__(self, root: Any, text: str, rows: int | None = None) -> None:
        self._root = root
        self._leaves = Leaves(Picks(text))
        self._rows = rows
        """Of the first list; None once it is begun."""

    def value(self, schema: Any, name: str, turns: dict[str, int], depth: int) -> Any:
        """`turns` counts the references followed on the way here."""
        if depth > _TOO_DEEP:
            raise UnfillableError(f"'{name}' never ends")
        if schema is True or schema is None or schema == {}:
            return self._leaves.string({}, name, [])
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
            return self._leaves.one_of(schema["enum"], name)
        return self._typed(schema, name, turns, depth)

    def _typed(self, schema: Json, name: str, turns: dict[str, int], depth: int) -> Any:
        match self._kind(schema, turns):
            case "object":
                return self._object(schema, turns, depth)
            case "array":
                return self._array(schema, name, turns, depth)
            case "string":
                return self._leaves.string(schema, name, [])
            case "integer":
                return self._leaves.number(schema, name, whole=True)
            case "number":
                return self._leaves.number(schema, name, whole=False)
            case "boolean":
                return not self._leaves.picks.denies(name)
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
        if self._says_nothing(ordered, name):
            return None
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
        if self._rows is not None:
            return self._long(rule, name, schema, turns, depth)
        least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
        if least > HUGE:
            raise UnfillableError(f"'{name}' is longer than this server makes a list")
        strings = isinstance(rule, dict) and rule.keys() == {"type"} and rule["type"] == "string"
        wanted: list[Any] = []
        if strings:
            wanted = self._leaves.words[:5]
        elif objects := self._objects(rule):
            free = not _is_deep(turns) and not first and not schema.get("uniqueItems")
            if free and (made := self._parted(rule, objects, name, schema, turns, depth)):
                return made
            if self._leaves.picks.thing and least == 0:
                return []
        target = least if _is_deep(turns) else min(max(least, len(wanted), len(first), 1), most)
        made = []
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

    def _objects(self, rule: Any) -> list[Json]:
        """What the items are, where they are objects."""
        rows = rule.get("anyOf") or [rule] if isinstance(rule, dict) else []
        found = [
            self._resolve(str(row["$ref"])) if isinstance(row, dict) and "$ref" in row else row
            for row in rows
        ]
        objects = [row for row in found if isinstance(row, dict) and row.get("properties")]
        return objects if len(objects) == len(rows) else []

    def _parted(
        self, rule: Json, objects: list[Json], name: str, schema: Json, turns: dict[str, int],
        depth: int,
    ) -> list[Any]:  # fmt: skip
        """An item for each piece of the text; none when there are too few or too many."""
        found = segments(self._leaves.picks.text, objects)
        if not found or (self._leaves.picks.thing and len(found) < 2):
            return []
        if not schema.get("minItems", 0) <= len(found) <= schema.get("maxItems", math.inf):
            return []
        made = []
        for text, thing in found:
            with self._about(Leaves(Picks(text, thing))):
                told = [row for row in objects if _is_told(row, self._leaves.picks)]
                item = told[0] if told and len(objects) > 1 else rule
                made.append(self.value(item, name, turns, depth + 1))
        return made

    def _long(
        self, rule: Any, name: str, schema: Json, turns: dict[str, int], depth: int
    ) -> list[Any]:
        """As many items as were asked for, no two the same where that can be."""
        count = min(max(self._rows or 0, schema.get("minItems", 0)), schema.get("maxItems", HUGE))
        self._rows = None
        made = []
        for row in range(1, count + 1):
            with self._about(Leaves(self._leaves.picks, row)):
                made.append(self.value(rule, name, turns, depth + 1))
        return made

    @contextmanager
    def _about(self, leaves: Leaves) -> Iterator[None]:
        outer, self._leaves = self._leaves, leaves
        try:
            yield
        finally:
            self._leaves = outer

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
            values = iter([self._leaves.string(rule, name, taken)])
        elif isinstance(rule, dict) and rule.get("type") in ("integer", "number"):
            first = self._leaves.number(rule, name, whole=rule["type"] == "integer")
            step = rule.get("multipleOf", 1)
            near = (first + turn * step for turn in range(-len(taken), len(taken) + 1))
            values = (value for value in near if value not in taken and fits(value, rule))
        else:
            value = self.value(rule, name, turns, depth + 1)
            values = iter([] if value in taken else [value])
        for value in values:
            return value
        raise UnfillableError(f"'{name}' cannot have {len(taken) + 1} different items")

    def _says_nothing(self, branches: list[Any], name: str) -> bool:
        """Whether a value that may be null is one of some words, and none of them is in a piece of
        the text."""
        if not self._leaves.picks.thing or {"type": "null"} not in branches:
            return False
        rows = [row for row in branches if row != {"type": "null"}]
        words = [row.get("enum") for row in rows if isinstance(row, dict)]
        return all(words) and not any(
            isinstance(word, str) and self._leaves.picks.mentions(word)
            for row in words
            for word in row or ()
        )

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


def _is_told(schema: Json, picks: Picks) -> bool:
    """Whether a text has the word that tells this object from others."""
    rules = (rule for rule in schema["properties"].values() if isinstance(rule, dict))
    words = (rule.get("const") for rule in rules)
    return any(isinstance(word, str) and picks.mentions(word) for word in words)


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
