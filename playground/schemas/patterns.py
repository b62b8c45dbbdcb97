"""Regular expressions of strangers' schemas, run with a limit in time.

JSON Schema means those of ECMA-262. They run in the package `regex`, which knows `\\p{L}` and named
groups and can be told to give up. Made to mean there what they mean in ECMA-262: `$` (the very
end), `\\d` and `\\w` (ASCII only; inside brackets `\\D` and `\\W` stay those of Unicode), `\\u{…}`,
`\\cA`, `\\k<name>`, `[]`, `[^]`, and braces and brackets that stand for themselves. Not made so:
`.` stops at a line feed only, `\\b` and `\\s` know Unicode. What only Python knows is let through.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from time import perf_counter

import regex

LIMIT = 0.2
"""Seconds for one search."""
ALLOWANCE = 0.5
"""Seconds that one pattern may take in all its searches for one validator, before it is left."""
LONGEST = 20_000
"""Characters of a pattern, also when what it repeats is written out as often as it must occur."""

_TOKEN = re.compile(
    r"\\u\{(?P<point>[0-9a-fA-F]+)\}|\\c(?P<control>[A-Za-z])|\\[pP]\{[^{}]*\}|\\k(?=<)|\\."
    r"|\[\^?\]|\[\^?|\]|\((?:\?(?:P?<\w+>|<?[=!]|[:>]))?|\)|\{(?P<least>\d+)(?:,\d*)?\}|.",
    re.DOTALL,
)
_OUTSIDE = {
    r"\d": "[0-9]",
    r"\D": "[^0-9]",
    r"\w": "[A-Za-z0-9_]",
    r"\W": "[^A-Za-z0-9_]",
    r"\k": r"\g",
    "$": r"\Z",
    "[]": "(?!)",
    "[^]": r"[\s\S]",
    "]": r"\]",
    "{": r"\{",
    "}": r"\}",
}
_INSIDE = {
    r"\d": "0-9",
    r"\w": "A-Za-z0-9_",
    "[": r"\[",
    "[^": r"\[\^",
    "[]": r"\[]",
    "[^]": r"\[\^]",
}


class PatternError(ValueError):
    """A pattern that cannot be read; says why."""


class Patterns:
    """Patterns of one schema, with what they have taken so far."""

    def __init__(self) -> None:
        self._taken: dict[str, float] = defaultdict(float)

    def search(self, pattern: str, text: str) -> bool:
        """Raises PatternError, and TimeoutError when the pattern takes too long or did so."""
        taken = self._taken[pattern]
        if taken >= ALLOWANCE:
            raise TimeoutError
        begin = perf_counter()
        try:
            return search(pattern, text, min(LIMIT, ALLOWANCE - taken))
        finally:
            self._taken[pattern] = taken + perf_counter() - begin


def search(pattern: str, text: str, limit: float = LIMIT) -> bool:
    """Whether the pattern matches anywhere. Raises PatternError, and TimeoutError after `limit`
    seconds."""
    return compiled(pattern).search(text, timeout=limit) is not None


@lru_cache(maxsize=512)
def compiled(pattern: str) -> regex.Pattern[str]:
    """Raises PatternError."""
    if len(pattern) > LONGEST:
        raise PatternError(f"the pattern {pattern[:60]!r} … is longer than {LONGEST:,} characters")
    meant = translated(pattern)
    try:
        return regex.compile(meant)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        raise PatternError(f"the pattern {pattern[:300]!r} cannot be read: {error}") from error


def translated(pattern: str) -> str:
    """The pattern as `regex` reads it. Raises PatternError when it demands more repetitions than
    there is memory for, since `regex` writes out what must occur."""
    made: list[str] = []
    brackets = False
    lengths, last = [0], 0  # of the groups that are open, written out; and of the last thing
    for token in _TOKEN.finditer(pattern):
        text = token.group()
        if token["point"]:
            made.append(f"\\U{token['point']:0>8}")
        elif token["control"]:
            made.append(f"\\x{ord(token['control']) % 32:02x}")
        elif brackets:
            brackets = text not in ("]", "[]", "[^]")
            made.append(_INSIDE.get(text, text))
            continue
        else:
            made.append(_OUTSIDE.get(text, text))
            brackets = text in ("[", "[^")
        if token["least"]:
            lengths[-1] += last * (int(token["least"].lstrip("0")[:6] or 0) - 1)
            if lengths[-1] > LONGEST:
                raise PatternError(f"the pattern {pattern[:300]!r} repeats more than {LONGEST:,}")
        elif text.startswith("("):
            lengths.append(0)
        elif text == ")" and len(lengths) > 1:
            last = max(lengths.pop(), 1)  # what is empty is written out as well
            lengths[-1] += last
        else:
            last = 1
            lengths[-1] += 1
    return "".join(made)
