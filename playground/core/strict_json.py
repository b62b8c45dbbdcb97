"""Strict JSON: what somebody else wrote, and nothing that could not be written again."""

from __future__ import annotations

import json
import math
from typing import Any, Final

DEEPEST: Final = 200
"""Objects and lists in each other."""


def parsed(text: str, *, once: bool = False) -> Any:
    """The value of a JSON text. `once`: no object may have two fields of one name.

    Raises ValueError, with the parser's own words; also for what JSON does not know, for a number
    that is too large and for what is nested too deeply."""
    try:
        value = json.loads(
            text,
            object_pairs_hook=_once if once else None,
            parse_constant=_constant,
            parse_float=_finite,
        )
    except RecursionError as error:
        raise ValueError(f"It is nested too deeply to be read: {error}.") from error
    if is_deep(value):
        raise ValueError(f"It is nested deeper than {DEEPEST} levels.")
    return value


def is_deep(value: Any) -> bool:
    """Whether more objects and lists lie in each other than are read."""
    level = [value]
    for _ in range(DEEPEST + 1):
        below = [one for one in level if isinstance(one, dict | list)]
        level = [one for row in below for one in (row.values() if isinstance(row, dict) else row)]
        if not level:
            return False
    return True


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"“{twice}” stands twice in one object.")
    return made


def _constant(word: str) -> Any:
    raise ValueError(f"{word} is no number that JSON knows.")


def _finite(word: str) -> float:
    value = float(word)
    if math.isinf(value):  # which could be read, and never be written again
        raise ValueError(f"{word[:40]} is larger than a number can be.")
    return value
