"""Marks: what of several answers differs, character by character or value by value.

The first answer is the one that the others are held against. What is marked in them is what it has
not; in the first one itself, what none of the others has.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from playground.core.recording import parse
from playground.engine.rundiff_text import Spots, apart, words_of
from playground.engine.sent_rows import ABSENT, same
from playground.schemas.difference import matched

LARGEST = 200_000
"""Characters of an answer up to which it is compared."""
DEEPEST = 60
"""Levels of JSON that are looked into; what is deeper is one value."""
INDENT = "  "

Path = tuple[str | int, ...]


class Marked(NamedTuple):
    text: str
    """As it is shown: JSON with a line for each value."""
    spots: Spots = ()
    """Characters of it that differ: each from one to the one after its last."""
    differ: int = 0
    """Words, or values, of it that are marked."""
    whole: int = 0
    """Of so many."""
    values: bool = False
    """Those are values of JSON, not words."""
    compared: bool = True


def marked(answers: Sequence[str]) -> list[Marked]:
    """The answers, each with its marks; one that is empty is compared with nothing."""
    told = [one for one in answers if one]
    if len(told) < 2 or max(map(len, told)) > LARGEST:
        return [Marked(one, compared=False) for one in answers]
    values = [_json(one) for one in told]
    found = iter(_texts(told) if any(one is ABSENT for one in values) else _values(values))
    return [next(found) if one else Marked("", compared=False) for one in answers]


def _json(text: str) -> Any:
    """The answer as JSON, where it is an object or a list, fenced or not."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```") and "\n" in text:
        text = text.partition("\n")[2][:-3]
    value, wrong = parse(text)
    return value if not wrong and isinstance(value, dict | list) else ABSENT


# Words.


def _texts(texts: Sequence[str]) -> Iterator[Marked]:
    rows = [words_of(one) for one in texts]
    base = rows[0]
    pairs = [matched(base, other) for other in rows[1:]]
    kept = [{one for row in pairs for one, _ in row}, *({two for _, two in row} for row in pairs)]
    for text, words, there in zip(texts, rows, kept, strict=True):
        told = [n for n, word in enumerate(words) if word.strip()]
        differ = sum(n not in there for n in told)
        yield Marked(text, tuple(apart(words, sorted(there))), differ, len(told))


# Values.


@dataclass(slots=True)
class _Written:
    """JSON as text, and where each value stands in it."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0
    places: dict[Path, tuple[int, int, int]] = field(default_factory=dict)
    """Of each leaf: (begin of its name, of the value, behind its end)."""

    @property
    def leaves(self) -> list[Path]:
        return list(self.places)

    def place(self, path: Path, *, named: bool) -> tuple[int, int]:
        """Where a leaf stands, with its name or without."""
        name, value, end = self.places[path]
        return (name if named else value), end

    def put(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)

    def write(self, value: Any, path: Path = (), margin: str = "", name: str = "") -> None:
        begin = self.length
        self.put(name)
        match value:
            case dict() if value and len(path) < DEEPEST:
                named = [(f"{json.dumps(name, ensure_ascii=False)}: ", name) for name in value]
                self._row("{}", value.values(), named, path, margin)
            case list() if value and len(path) < DEEPEST:
                self._row("[]", value, [("", n) for n in range(len(value))], path, margin)
            case _:
                here = self.length
                self.put(json.dumps(value, ensure_ascii=False))
                self.places[path] = begin, here, self.length

    def _row(
        self, brackets: str, values: Any, named: Sequence[tuple[str, str | int]], path: Path,
        margin: str,
    ) -> None:  # fmt: skip
        self.put(brackets[0])
        for n, (value, (name, key)) in enumerate(zip(values, named, strict=True)):
            self.put(f"{',' * (n > 0)}\n{margin}{INDENT}")
            self.write(value, (*path, key), margin + INDENT, name)
        self.put(f"\n{margin}{brackets[1]}")


class _Pair(NamedTuple):
    """A leaf of both, or what stands in one only."""

    left: Path | None
    right: Path | None
    same: bool


def _pairs(left: Any, right: Any, at: Path, to: Path) -> Iterator[_Pair]:
    match left, right:
        case dict(), dict() if (left or right) and len(at) < DEEPEST:
            for name in dict.fromkeys((*left, *right)):
                one, other = left.get(name, ABSENT), right.get(name, ABSENT)
                yield from _pairs(one, other, (*at, name), (*to, name))
        case list(), list() if (left or right) and len(at) < DEEPEST:
            yield from _lists(left, right, at, to)
        case _:
            yield _Pair(
                None if left is ABSENT else at,
                None if right is ABSENT else to,
                left is not ABSENT and right is not ABSENT and same(left, right),
            )


def _lists(left: list[Any], right: list[Any], at: Path, to: Path) -> Iterator[_Pair]:
    a = b = 0
    pairs = matched([_spelled(one) for one in left], [_spelled(one) for one in right])
    for one, other in [*pairs, (len(left), len(right))]:
        for n in range(max(one - a, other - b)):
            yield from _pairs(
                left[a + n] if a + n < one else ABSENT,
                right[b + n] if b + n < other else ABSENT,
                (*at, a + n),
                (*to, b + n),
            )
        if one < len(left):
            yield from _pairs(left[one], right[other], (*at, one), (*to, other))
        a, b = one + 1, other + 1


def _spelled(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _values(values: Sequence[Any]) -> Iterator[Marked]:
    base = values[0]
    rows = [list(_pairs(base, other, (), ())) for other in values[1:]]
    sides = [
        [(pair.left, pair) for row in rows for pair in row],
        *([(pair.right, pair) for pair in row] for row in rows),
    ]
    for value, pairs in zip(values, sides, strict=True):
        written = _Written()
        written.write(value)
        kept = {path for path, pair in pairs if pair.same}
        # Of what only this one has, the name is marked as well.
        both = {path for path, pair in pairs if None not in (pair.left, pair.right)}
        gone = [path for path in written.leaves if path not in kept]
        spots = sorted(written.place(path, named=path not in both) for path in gone)
        text = "".join(written.pieces)
        yield Marked(text, tuple(spots), len(gone), len(written.leaves), values=True)
