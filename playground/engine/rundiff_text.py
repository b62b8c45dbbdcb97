"""Two texts beside each other, line by line, with what differs in a line word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from playground.engine.rundiff_rows import Kind
from playground.schemas.difference import matched

_WORDS = re.compile(r"[A-Za-z0-9_]+|[^\S\n]+|.", re.DOTALL)
"""What is not written in Latin letters is compared character by character."""

Spots = tuple[tuple[int, int], ...]
"""Characters of a line: each from one to the one after its last."""


class TextRow(NamedTuple):
    kind: Kind
    left: str | None
    """A line; None: there is none on this side."""
    right: str | None
    left_spots: Spots = ()
    """What of a line is not in the other."""
    right_spots: Spots = ()


def text_rows(left: str, right: str) -> list[TextRow]:
    return list(_lines(_split(left), _split(right)))


def _split(text: str) -> list[str]:
    return text.split("\n") if text else []


def _lines(left: Sequence[str], right: Sequence[str]) -> Iterator[TextRow]:
    a = b = 0
    for one, other in [*matched(left, right), (len(left), len(right))]:
        yield from _between(left[a:one], right[b:other])
        if one < len(left):
            yield TextRow("same", left[one], right[other])
        a, b = one + 1, other + 1


def _between(gone: Sequence[str], came: Sequence[str]) -> Iterator[TextRow]:
    """Lines of which none is the same in both: the n-th beside the n-th."""
    both = min(len(gone), len(came))
    for one, other in zip(gone, came, strict=False):
        yield TextRow("changed", one, other, *spots(one, other))
    yield from (TextRow("left", line, None) for line in gone[both:])
    yield from (TextRow("right", None, line) for line in came[both:])


def spots(one: str, other: str) -> tuple[Spots, Spots]:
    """What of each of two texts is not in the other."""
    left, right = words_of(one), words_of(other)
    pairs = matched(left, right)
    return (
        tuple(apart(left, [place for place, _ in pairs])),
        tuple(apart(right, [place for _, place in pairs])),
    )


def words_of(text: str) -> list[str]:
    """A text as words and what stands between them; joined they are the text."""
    return _WORDS.findall(text)


def apart(words: Sequence[str], kept: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Stretches of words that are not kept, in characters. `kept`: their places, in order."""
    ends = [0]
    for word in words:
        ends.append(ends[-1] + len(word))
    begin = 0
    for place in [*kept, len(words)]:
        if place > begin:
            yield ends[begin], ends[place]
        begin = place + 1
