"""The difference between two texts as lines, to be looked at before it is applied."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Literal, NamedTuple

MATCHED = 4000
"""Lines up to which they are matched one by one: that is quadratic at worst. Beyond, what differs
is one block."""


class Line(NamedTuple):
    kind: Literal[" ", "-", "+"]
    text: str


def difference(before: str, after: str) -> list[Line]:
    """Every line of both: kept, gone, or new."""
    old, new = before.split("\n"), after.split("\n")
    start = _alike(old, new)
    end = min(_alike(old[::-1], new[::-1]), min(len(old), len(new)) - start)
    gone, came = old[start : len(old) - end], new[start : len(new) - end]
    lines = [Line(" ", text) for text in old[:start]]
    if len(gone) + len(came) > MATCHED:
        lines += [Line("-", text) for text in gone] + [Line("+", text) for text in came]
    else:
        matcher = SequenceMatcher(None, gone, came, autojunk=False)
        for kind, a, b, c, d in matcher.get_opcodes():
            if kind == "equal":
                lines += [Line(" ", text) for text in gone[a:b]]
            else:
                lines += [Line("-", text) for text in gone[a:b]]
                lines += [Line("+", text) for text in came[c:d]]
    return lines + [Line(" ", text) for text in old[len(old) - end :]]


def _alike(one: list[str], other: list[str]) -> int:
    """How many lines at the beginning are the same."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count
