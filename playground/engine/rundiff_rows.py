"""Two recordings beside each other: their steps, aligned by what they are and what they carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from playground.core.provenance import common
from playground.engine.rundiff_steps import Brought, Part, Step
from playground.schemas.difference import matched

Kind = Literal["same", "changed", "left", "right"]
"""The same in both; another in each; only in one of them."""
MIRRORED: Mapping[Kind, Kind] = {
    "same": "same",
    "changed": "changed",
    "left": "right",
    "right": "left",
}


class Side(NamedTuple):
    """Events of one of the two."""

    begin: int
    end: int
    """The event after the last."""
    step: Step
    """Of which they are all or some."""

    @property
    def brought(self) -> Iterator[Brought]:
        return (one for one in self.step.brought if self.begin <= one.number < self.end)


class Row(NamedTuple):
    kind: Kind
    left: Side | None
    right: Side | None

    @property
    def key(self) -> str:
        side = self.left or self.right
        return side.step.key if side is not None else ""

    @property
    def tone(self) -> str:
        side = self.left or self.right
        return side.step.tone if side is not None else "other"

    def mirrored(self) -> Row:
        return Row(MIRRORED[self.kind], self.right, self.left)


Texts = Mapping[Part, str]


def rows(left: Sequence[Step], right: Sequence[Step], texts: Texts, others: Texts) -> list[Row]:
    """All steps of both, in order. `texts` and `others`: all that each text came to in each."""
    said, heard = [_identity(one) for one in left], [_identity(one) for one in right]
    if heard < said:  # so that it is the same from either side
        return [row.mirrored() for row in rows(right, left, others, texts)]
    prefixes = {part: common(texts[part], others[part]) for part in texts if part in others}
    found: list[Row] = []
    a = b = 0
    for one, other in [*matched(said, heard), (len(left), len(right))]:
        found += _between(left[a:one], right[b:other], prefixes)
        if one < len(left):
            found.append(Row("same", _whole(left[one]), _whole(right[other])))
        a, b = one + 1, other + 1
    return found


def _identity(step: Step) -> tuple[str, str, tuple[tuple[Part, str], ...]]:
    return step.key, step.told, tuple(step.texts.items())


def _whole(step: Step) -> Side:
    return Side(step.begin, step.end, step)


def _between(
    left: Sequence[Step], right: Sequence[Step], prefixes: Mapping[Part, int]
) -> Iterator[Row]:
    """Steps of which none is the same in both: those of one sort, in their order."""
    a = b = 0
    for one, other in [*matched(_numbered(left), _numbered(right)), (len(left), len(right))]:
        yield from (Row("left", _whole(step), None) for step in left[a:one])
        yield from (Row("right", None, _whole(step)) for step in right[b:other])
        if one < len(left):
            yield from _pair(left[one], right[other], prefixes)
        a, b = one + 1, other + 1


def _numbered(steps: Sequence[Step]) -> list[tuple[str, int]]:
    seen: Counter[str] = Counter()
    found = []
    for step in steps:
        found.append((step.key, seen[step.key]))
        seen[step.key] += 1
    return found


def _pair(one: Step, other: Step, prefixes: Mapping[Part, int]) -> Iterator[Row]:
    """Two steps of one sort: as far as their texts agree, and the rest."""
    if not one.brought or not other.brought:
        yield Row("changed", _whole(one), _whole(other))
        return
    cut, cut_too = _parted(one, prefixes), _parted(other, prefixes)
    if cut > one.begin and cut_too > other.begin:
        yield Row("same", Side(one.begin, cut, one), Side(other.begin, cut_too, other))
    else:
        cut, cut_too = one.begin, other.begin
    rest = Side(cut, one.end, one) if cut < one.end else None
    more = Side(cut_too, other.end, other) if cut_too < other.end else None
    if rest is not None and more is not None:
        yield Row("changed", rest, more)
    elif rest is not None:
        yield Row("left", rest, None)
    elif more is not None:
        yield Row("right", None, more)


def _parted(step: Step, prefixes: Mapping[Part, int]) -> int:
    """The first event of a step with a character that is not in both."""
    sizes = dict(step.starts)
    for one in step.brought:
        sizes[one.part] += len(one.text)
        if sizes[one.part] > prefixes.get(one.part, 0):
            return one.number
    return step.end
