"""Quantities: numbers with their units, and arithmetic, as people write them in a text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

_KINDS: tuple[dict[str, tuple[str, ...]], ...] = (
    # units that measure the same, as machines call them: and how people write them
    {
        "km": ("kilometre", "kilometres", "kilometer", "kilometers"),
        "mile": ("miles", "mi"),
        "m": ("metre", "metres", "meter", "meters"),
        "foot": ("feet", "ft"),
        "cm": ("centimetre", "centimetres", "centimeter", "centimeters"),
        "inch": ("inches",),
        "mm": ("millimetre", "millimetres", "millimeter", "millimeters"),
        "yard": ("yards", "yd"),
    },
    {
        "kg": ("kilogram", "kilograms", "kilo", "kilos"),
        "pound": ("pounds", "lb", "lbs"),
        "g": ("gram", "grams"),
        "ounce": ("ounces", "oz"),
    },
    {
        "l": ("litre", "litres", "liter", "liters"),
        "gallon": ("gallons", "gal"),
        "ml": ("millilitre", "millilitres", "milliliter", "milliliters"),
        "cup": ("cups",),
    },
    {
        "hour": ("hours",),
        "minute": ("minutes", "min"),
        "second": ("seconds",),
        "day": ("days",),
    },
    {"km/h": ("kmh", "kph"), "mph": ("miles per hour",), "m/s": ("metres per second",)},
    {
        "celsius": ("°C", "degrees Celsius", "C"),
        "fahrenheit": ("°F", "degrees Fahrenheit", "F"),
        "kelvin": ("K",),
    },
)
_WAYS = {
    way if len(way) == 1 else way.lower(): unit
    for kind in _KINDS
    for unit, ways in kind.items()
    for way in (unit, *ways)
}

_NUMBER = r"(?<![\w.])-?\d+(?:\.\d+)?"
_MEASURE = re.compile(
    # A single letter is a unit only behind a number, and only in its own case.
    rf"(?:(?P<number>{_NUMBER})[ \u00a0]?)?(?<![^\W\d]|[°/])(?P<unit>(?i:"
    + "|".join(re.escape(way) for way in sorted(_WAYS, key=len, reverse=True) if len(way) > 1)
    + rf"))(?![\w/])|(?P<counted>{_NUMBER})[ \u00a0]?(?P<letter>["
    + "".join(way for way in _WAYS if len(way) == 1)
    + r"])(?![\w/'’])"
)

_SAID = tuple(
    (re.compile(way, re.I), sign)
    for way, sign in (
        (r"[×·]", "*"),
        (r"÷", "/"),
        (r"[−–](?= ?[\d(])", "-"),
        (r"\^|\bto the power of\b", "**"),
        (r"\bsquared\b", "** 2"),
        (r"\bcubed\b", "** 3"),
        (r"\b(?:times|multiplied by)\b", "*"),
        (r"\bdivided by\b", "/"),
        (r"\bplus\b", "+"),
        (r"\bminus\b", "-"),
        (r"\bsquare root of (\d+(?:\.\d+)?)", r"sqrt(\1)"),
        (r"(\d+(?:\.\d+)?) ?(?:%|percent) of\b", r"\1 / 100 *"),
    )
)
"""How arithmetic is said, and written."""
_TOKEN = re.compile(
    r"\d+(?:\.\d+)?|(?<!\w)(?:abs|cos|exp|log10|log|max|min|sin|sqrt|tan)(?=\()"
    r"|(?<!\w)(?:pi|e)(?!\w)|\*\*|//|[-+*/%(),]"
)
_RUN = re.compile(rf"(?:(?:{_TOKEN.pattern})\s*)+")
_RUNS = 5
"""That are looked at, and"""
_TOKENS = 60
"""of each so much."""


class Measure(NamedTuple):
    unit: str
    number: float | None


def measures(text: str) -> list[Measure]:
    """The units that a text names, in its order, with the numbers right before them."""
    return [
        Measure(_unit(one["unit"] or one["letter"]), _value(one["number"] or one["counted"]))
        for one in _MEASURE.finditer(text)
    ]


def given(text: str) -> Measure | None:
    """What is to be converted: the first unit with a number."""
    rows = measures(text)
    return next((row for row in rows if row.number is not None), rows[0] if rows else None)


def wanted(text: str) -> str | None:
    """Into which unit: another one that is named, else another one that measures the same."""
    if (first := given(text)) is None:
        return None
    kind = next(kind for kind in _KINDS if first.unit in kind)
    named = [row.unit for row in measures(text) if row.unit != first.unit]
    alike = [unit for unit in named if unit in kind]
    return [*alike, *named, *(unit for unit in kind if unit != first.unit)][0]


def sums(text: str) -> Iterator[str]:
    """The arithmetic expressions in a text, as machines read them."""
    for way, sign in _SAID:
        text = way.sub(sign, text)
    for run in islice(_RUN.finditer(text), _RUNS):
        if (found := _longest(run[0])) is not None:
            yield found


def _longest(run: str) -> str | None:
    """The longest piece of it that can be worked out, of those that begin first."""
    tokens = list(islice(_TOKEN.finditer(run), _TOKENS))
    for first, start in enumerate(tokens):
        for end in reversed(tokens[first:]):
            piece = run[start.start() : end.end()]
            if _is_sum(piece):
                return piece
    return None


def _is_sum(text: str) -> bool:
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return isinstance(tree, ast.BinOp | ast.Call)


def _unit(way: str) -> str:
    return _WAYS.get(way) or _WAYS[way.lower()]


def _value(number: str | None) -> float | None:
    if number is None:
        return None
    return float(number) if "." in number else int(number)
