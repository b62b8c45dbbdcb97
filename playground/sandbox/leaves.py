"""Leaves: strings, numbers and words of an enum, picked from a text as a schema allows them."""

from __future__ import annotations

import math
from typing import Any

from playground.sandbox.fields import Json
from playground.sandbox.pattern import example, matches
from playground.sandbox.picks import FORMATS, Picks

HUGE = 10_000
"""Characters of a text, or items of a list, that no schema gets more of."""
_SHORT = 40
"""Characters of a text that is numbered."""


class UnfillableError(Exception):
    """No value is known that this schema accepts; the text says where."""


class Leaves:
    """The values of what a text is about. What one of them was given of its names and numbers, the
    next is given only when nothing else is left."""

    def __init__(self, picks: Picks, row: int = 0) -> None:
        """`row` makes every value another: it is a number that goes into it."""
        self.picks = picks
        self._row = row
        self._spent: set[str | float] = set()

    @property
    def words(self) -> list[str]:
        """Quoted words and names that nothing was given yet."""
        found = dict.fromkeys([*self.picks.quoted, *self.picks.names])
        return [word for word in found if word not in self._spent]

    def one_of(self, values: list[Any], name: str) -> Any:
        """The value that the text has in it, else the first."""
        if not values:
            raise UnfillableError(f"'{name}' has an empty enum")
        for value in values:
            if isinstance(value, str) and self.picks.mentions(value):
                return value
        numbers = [value for value in values if value in self.picks.numbers and value is not True]
        return numbers[0] if numbers else values[0]

    def string(self, schema: Json, name: str, taken: list[Any]) -> str | None:
        """A text that is none of `taken`; None where the text has none and it may be null."""
        least, most = schema.get("minLength", 0), schema.get("maxLength", math.inf)
        pattern = schema.get("pattern")
        form = schema.get("format") if schema.get("format") in FORMATS else ""
        if least > HUGE:
            raise UnfillableError(f"'{name}' is longer than this server makes a text")
        told = set(self.picks.telling(name))
        denied = self.picks.denies(name) or not self.words
        if denied and _may_be_null(schema) and not form and not told:
            return None
        offered = list(self.picks.strings(name, form, words=pattern is not None))
        fresh = [text for text in offered if text in told or text not in self._spent]
        for text in [*fresh, *offered]:
            if self._row and pattern is None and not form:
                text = f"{text[:_SHORT]} {self._row}"
            if pattern is None and not form:
                text = text[: int(min(most, HUGE))].ljust(least, ".")
            if (
                least <= len(text) <= most
                and text not in taken
                and (pattern is None or matches(pattern, text))
            ):
                self._spent.add(text)
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

    def number(self, schema: Json, name: str, *, whole: bool) -> Any:
        """A number; None where the text has none and it may be null."""
        low = schema.get("minimum", schema.get("exclusiveMinimum"))
        high = schema.get("maximum", schema.get("exclusiveMaximum"))
        step = schema.get("multipleOf")
        told = list(self.picks.telling_numbers(name))
        left = [value for value in self.picks.numbers if value not in self._spent]
        spare = not left or (self.picks.thing and "minutes" in name)
        if spare and _may_be_null(schema) and not told:
            return None
        candidates = [*told, *left, *self.picks.numbers, 1, 0]
        if self._row:
            candidates = [*(value + self._row for value in candidates), *candidates]
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
            if fits(value, schema):
                self._spent.add(value)
                return value
        raise UnfillableError(f"no number is known for '{name}'")


def _may_be_null(schema: Json) -> bool:
    kinds = schema.get("type")
    return isinstance(kinds, list) and "null" in kinds


def fits(value: float, schema: Json) -> bool:
    step = schema.get("multipleOf")
    return (
        value >= schema.get("minimum", -math.inf)
        and value <= schema.get("maximum", math.inf)
        and value > schema.get("exclusiveMinimum", -math.inf)
        and value < schema.get("exclusiveMaximum", math.inf)
        and (not step or (value / step).is_integer())
    )
