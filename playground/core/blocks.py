"""What Markdown says, as values: a flat run of blocks, each knowing the lists and quotes it is in.

Flat, because then a block is closed as soon as the next begins, however deep it lies: nothing
that was drawn for an earlier list item has to be touched when a later one arrives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar, overload

T = TypeVar("T")

Align = Literal["", "left", "center", "right"]


class Grown(Sequence[T]):
    """A sequence seen at one moment of its growth; the list it grows in is shared, not copied.

    The first `settled` elements will be the same in every later view of the same block.
    """

    __slots__ = ("_kept", "_rest", "settled")

    def __init__(self, kept: list[T], rest: Sequence[T] = ()) -> None:
        self._kept = kept  # append-only
        self._rest = tuple(rest)
        self.settled = len(kept)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step == 1:
                settled = self.settled
                return [
                    *self._kept[min(start, settled) : min(stop, settled)],
                    *self._rest[max(start - settled, 0) : max(stop - settled, 0)],
                ]
            return [self[i] for i in range(start, stop, step)]
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        return self._kept[index] if index < self.settled else self._rest[index - self.settled]

    def __len__(self) -> int:
        return self.settled + len(self._rest)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Grown):
            return NotImplemented
        if self._kept is other._kept and self.settled == other.settled:
            return self._rest == other._rest
        return len(self) == len(other) and self[:] == other[:]

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Grown({self[:]!r})"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style. A line end in it is a line end on the screen."""

    text: str
    strong: bool = False
    em: bool = False
    strike: bool = False
    code: bool = False
    "inline code; also mathematics, which is left as it was written"
    link: str = ""
    "the address, of a link or of an image"
    image: bool = False
    "the text is the image's description; the image itself is never loaded"


Spans: TypeAlias = tuple[Span, ...]
Row: TypeAlias = tuple[Spans, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A list item that a block is in."""

    number: int | None = None
    "None in a list without numbers"
    checked: bool | None = None
    "for the items of a task list"
    first: bool = True
    "whether the block is the item's first, which carries its mark"


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation that a block is in."""

    first: bool = True


Within: TypeAlias = tuple[Item | Quote, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    spans: Spans
    within: Within = ()
    continues: bool = False
    "this is a later part of a paragraph too long to be one block"


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    spans: Spans
    within: Within = ()


@dataclass(frozen=True, slots=True)
class Code:
    language: str
    lines: Grown[str]
    closed: bool
    "no further line will come"
    within: Within = ()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Table:
    head: Row
    aligns: tuple[Align, ...]
    rows: Grown[Row]
    within: Within = ()


@dataclass(frozen=True, slots=True)
class Rule:
    within: Within = ()


Block: TypeAlias = Paragraph | Heading | Code | Table | Rule
