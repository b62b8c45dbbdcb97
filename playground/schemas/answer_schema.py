"""What a schema expects at each place of an answer that is still arriving.

An *expectation* belongs to a place. It has one or more alternatives (options), of which one must
hold; there are several where the place lies inside a union of which it is not yet known which
branch is meant. Taken apart they are branches. An *outlook* is the set of branches of an object or
an array that are still possible; whatever arrives in it makes the set smaller, never empty.

All of them are made once for each place of the schema, not for each value: a list of 20,000 rows
shares one expectation.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple

from playground.schemas.answer_branches import Branch, Located, Option
from playground.schemas.answer_checks import ANNOTATIONS, Check, simple
from playground.schemas.patterns import Patterns
from playground.schemas.pointers import pointed
from playground.schemas.source import Path
from playground.schemas.validation import Error, Validator

WAYS = 256
"""Branches that are told apart at one place; what would make more of them is left aside."""
DEEPEST = 40
"""References and unions that lead into each other without a field between them."""

_FOLLOWED = ANNOTATIONS | {
    *("$defs", "definitions", "$ref", "$id", "allOf", "anyOf", "oneOf", "discriminator", "type"),
    *("properties", "required", "additionalProperties", "patternProperties"),
    *("minProperties", "maxProperties", "items", "prefixItems", "minItems", "maxItems"),
    *("minLength", "maxLength", "pattern", "format", "multipleOf"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}
"""Keywords of which everything is known once an object or an array is closed."""


class Verdict(NamedTuple):
    options: frozenset[int]
    """Those that hold."""
    errors: list[Error]
    """What the likeliest one has against the value, when none holds. Paths begin at the value."""


class Place(NamedTuple):
    """What is expected at a name or an index of an outlook."""

    expectation: Expectation
    owners: tuple[int, ...]
    """For each branch of the outlook its option in the expectation."""


class Guide:
    """A schema that was looked at once."""

    def __init__(self, schema: Any, validator: Validator) -> None:
        self.schema = schema
        self.patterns = Patterns()
        self._validator = validator
        self._parts: dict[Path, Validator] = {}
        self._ways: dict[Path, list[Option]] = {}
        self._expectations: dict[tuple[tuple[Path, ...], ...], Expectation] = {}
        self.root = self.expectation([(Located((), schema),)])

    def expectation(self, options: Iterable[Option]) -> Expectation:
        """The one for these, in this order."""
        options = tuple(options)
        key = tuple(tuple(part.path for part in option) for option in options)
        found = self._expectations.get(key)
        if found is None:
            found = self._expectations[key] = Expectation(self, options)
        return found

    def errors(self, part: Located, value: Any) -> list[Error]:
        """Raises Failure."""
        validator = self._parts.get(part.path)
        if validator is None:
            validator = self._parts[part.path] = self._validator.part(*part)
        return validator.errors(value)

    def check(self, part: Located) -> Check:
        """For values that are no objects and no arrays. What it gives may raise Failure."""
        return simple(part.schema) or (lambda value: not self.errors(part, value))

    def ways(self, part: Located, through: tuple[Path, ...] = ()) -> list[Option]:
        """A schema taken apart: one of these holds, all that is in it at once."""
        found = self._ways.get(part.path)
        if found is None:
            found = self._ways[part.path] = self._taken_apart(part, through)
        return found

    def _taken_apart(self, part: Located, through: tuple[Path, ...]) -> list[Option]:
        path, schema = part
        if schema is False:
            return []
        if not isinstance(schema, dict):
            return [()]
        through = (*through, path)
        found: list[Option] = [(part,)]
        together = [part.inner("allOf", place) for place in range(len(schema.get("allOf", ())))]
        if (target := pointed(self.schema, schema.get("$ref"))) is not None:
            together.insert(0, Located(*target))
        for one in together:
            if one.path not in through and len(through) < DEEPEST:
                found = _both(found, self.ways(one, through))
        for union in ("anyOf", "oneOf"):
            if union in schema:
                either: list[Option] = []
                for place in range(len(schema[union])):
                    if len(either) <= WAYS and len(through) < DEEPEST:
                        either += self.ways(part.inner(union, place), through)
                found = _both(found, either) if len(through) < DEEPEST else found
        return found


def _both(some: list[Option], others: list[Option]) -> list[Option]:
    if len(some) * len(others) > WAYS:
        return some
    return [one + other for one, other in product(some, others)]


class Expectation:
    def __init__(self, guide: Guide, options: tuple[Option, ...]) -> None:
        self.guide = guide
        self.options = options
        self._outlooks: dict[tuple[Branch, ...], Outlook] = {}
        self._kinds: dict[str, Outlook | None] = {}

    @cached_property
    def branches(self) -> tuple[Branch, ...]:
        found = []
        for number, option in enumerate(self.options):
            ways: list[Option] = [()]
            for part in option:
                ways = _both(ways, self.guide.ways(part))
            found += [Branch(way, number, self.guide.patterns) for way in ways]
        return tuple(found)

    @cached_property
    def words(self) -> str:
        """The types that a value may have: "string or null"; "anything"."""
        found: dict[str, None] = {}
        for branch in self.branches:
            if branch.types is None:
                return "anything"
            found |= dict.fromkeys(branch.types)
        return " or ".join(found) or "nothing"

    @cached_property
    def title(self) -> str:
        return self._said("title")

    @cached_property
    def description(self) -> str:
        return self._said("description")

    @cached_property
    def followed(self) -> bool:
        """Whether nothing is left to be found out about an object or an array that is closed."""
        return all(
            _FOLLOWED.issuperset(schema) for branch in self.branches for _, schema in branch.parts
        )

    def outlook(self, kind: str) -> Outlook | None:
        """On a value of this kind; None when there may be none such."""
        if kind not in self._kinds:
            found = tuple(branch for branch in self.branches if branch.admits(kind))
            self._kinds[kind] = self.of(found) if found else None
        return self._kinds[kind]

    def of(self, branches: tuple[Branch, ...]) -> Outlook:
        found = self._outlooks.get(branches)
        if found is None:
            found = self._outlooks[branches] = Outlook(self, branches)
        return found

    def judge(self, value: Any) -> Verdict:
        """Of a value that is no object and no array. Raises Failure when the schema cannot be
        used."""
        held = frozenset(
            n for n, checks in enumerate(self._checks) if all(c(value) for c in checks)
        )
        if held:
            return Verdict(held, [])
        told = [[e for part in one for e in self.guide.errors(part, value)] for one in self.options]
        # Of several alternatives the one is meant that does not object to the very kind.
        told.sort(key=lambda errors: any(one.keyword in ("type", "const") for one in errors))
        return Verdict(held, told[0] if told else [])

    def misfit(self, kind: str) -> Error:
        """What to say of a value of a kind that may not be here."""
        article = "an" if kind in ("object", "array") else "a"
        path = self.options[0][0].path
        return Error((), (*path, "type"), "type", f"it is {article} {kind}, not {self.words}")

    @cached_property
    def _checks(self) -> list[list[Check]]:
        return [[self.guide.check(part) for part in option] for option in self.options]

    def _said(self, keyword: str) -> str:
        """By the schema itself, or what it refers to; also if that may be null instead."""
        for branch in self.branches:
            if branch.types != ("null",):
                for _, schema in branch.parts:
                    if isinstance(said := schema.get(keyword), str) and said:
                        return said
                break
        return ""


class Outlook:
    """The branches of an object or an array that are still possible."""

    def __init__(self, expectation: Expectation, branches: tuple[Branch, ...]) -> None:
        self.expectation = expectation
        self.branches = branches
        self._fields: dict[str, tuple[Outlook, Place] | None] = {}
        self._items: dict[int, Place] = {}

    @cached_property
    def names(self) -> dict[str, bool]:
        """Fields that are expected in any case, in the order of the schema, and whether they are
        required."""
        first, *others = [branch.names for branch in self.branches]
        return {
            name: required and all(other[name] for other in others)
            for name, required in first.items()
            if all(name in other for other in others)
        }

    def holding(self, place: Place, options: frozenset[int]) -> Outlook:
        """What is left when only these options hold there."""
        if len(self.branches) == 1:
            return self
        return self._left(
            branch
            for branch, owner in zip(self.branches, place.owners, strict=True)
            if owner in options
        )

    def field(self, name: str) -> tuple[Outlook, Place] | None:
        """What is left when there is a field of this name, and what is expected of it; None when
        there may be none."""
        if name in self._fields:
            return self._fields[name]
        options = [branch.field(name) for branch in self.branches]
        left = self._left(
            branch
            for branch, option in zip(self.branches, options, strict=True)
            if option is not None
        )
        place = left._place(option for option in options if option is not None)
        found = (left, place) if any(option is not None for option in options) else None
        if any(name in branch.names for branch in self.branches):
            self._fields[name] = found
        return found

    def item(self, index: int) -> Place:
        index = min(index, max(branch.places for branch in self.branches))
        found = self._items.get(index)
        if found is None:
            found = self._items[index] = self._place(b.item(index) for b in self.branches)
        return found

    def refusal(self, name: str) -> Error:
        """What to say of a field that may not be there."""
        path = next(path for branch in self.branches for path in branch.closed(name))
        return Error((), path, str(path[-1]), f"the schema has no field {name!r}")

    def speaks_of(self, name: str) -> bool:
        return any(branch.speaks_of(name) for branch in self.branches)

    def close(self, names: set[str] | None, count: int) -> Verdict:
        """Of an object with these names, or an array, that is closed."""
        told = [branch.against(names, count) for branch in self.branches]
        held = frozenset(
            branch.option for branch, errors in zip(self.branches, told, strict=True) if not errors
        )
        return Verdict(held, [] if held else min(told, key=len))

    def _left(self, branches: Iterable[Branch]) -> Outlook:
        left = tuple(branches)
        return self.expectation.of(left) if left else self

    def _place(self, options: Iterable[Option]) -> Place:
        rows = list(options)
        distinct = list(dict.fromkeys(tuple(part.path for part in option) for option in rows))
        by_paths = {tuple(part.path for part in option): option for option in rows}
        expectation = self.expectation.guide.expectation(by_paths[paths] for paths in distinct)
        owners = tuple(distinct.index(tuple(part.path for part in option)) for option in rows)
        return Place(expectation, owners)
