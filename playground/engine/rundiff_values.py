"""The difference of two JSON values, leaf by leaf. Lists are laid beside each other by what stands
in both, so that one more at the begin does not change all that follow.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from playground.engine.sent_rows import ABSENT, same
from playground.schemas.difference import matched

Kind = Literal["same", "changed", "left", "right"]
"""In both; otherwise in each; only in one of them."""
DEEPEST = 60
"""Levels that are looked into; what is deeper is one value."""


class ValueRow(NamedTuple):
    path: str
    """`reasoning.effort`, `input[2].content`, `input[1→2]` where it has another place on the right;
    empty: the whole value."""
    kind: Kind
    left: Any
    """ABSENT: it is not there."""
    right: Any


def values(left: Any, right: Any) -> list[ValueRow]:
    """Every leaf of both, and whole values where they stand in one only, or are of two kinds."""
    return list(_values("", left, right, DEEPEST))


def _values(path: str, left: Any, right: Any, depth: int) -> Iterator[ValueRow]:
    match left, right:
        case dict(), dict() if depth and (left or right):
            for name in dict.fromkeys((*left, *right)):
                below = f"{path}.{name}" if path else str(name)
                yield from _values(
                    below, left.get(name, ABSENT), right.get(name, ABSENT), depth - 1
                )
        case list(), list() if depth and (left or right):
            yield from _lists(path, left, right, depth - 1)
        case _:
            yield ValueRow(path, _kind(left, right), left, right)


def _lists(path: str, left: list[Any], right: list[Any], depth: int) -> Iterator[ValueRow]:
    a = b = 0
    pairs = matched([_spelled(one) for one in left], [_spelled(one) for one in right])
    for one, other in [*pairs, (len(left), len(right))]:
        # What lies between: the n-th here beside the n-th there.
        for at in range(max(one - a, other - b)):
            gone, came = a + at < one, b + at < other
            yield from _values(
                _path(path, a + at if gone else b + at, b + at if came else a + at),
                left[a + at] if gone else ABSENT,
                right[b + at] if came else ABSENT,
                depth,
            )
        if one < len(left):
            yield from _values(_path(path, one, other), left[one], right[other], depth)
        a, b = one + 1, other + 1


def _path(path: str, one: int, other: int) -> str:
    return f"{path}[{one}]" if one == other else f"{path}[{one}→{other}]"


def _spelled(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _kind(left: Any, right: Any) -> Kind:
    if left is ABSENT:
        return "right"
    if right is ABSENT:
        return "left"
    return "same" if same(left, right) else "changed"
