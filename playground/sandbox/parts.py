"""The parts of an answer, before any dialect has put them into its own form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from playground.sandbox.fields import Json
from playground.sandbox.tokens import Pieces


@dataclass(frozen=True, slots=True)
class Reasoning:
    sections: tuple[Pieces, ...]
    open: bool = False
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Message:
    pieces: Pieces
    complete: bool = True
    phase: str | None = None
    annotations: tuple[Json, ...] = ()
    """`on` in each names the words it belongs to."""


@dataclass(frozen=True, slots=True)
class Refusal:
    pieces: Pieces
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    kind: Literal["function", "custom"]
    name: str
    pieces: Pieces
    """The arguments as JSON, or the plain input of a custom tool."""
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """What only the Responses dialect has: the call of a hosted tool, or a kind unknown here."""

    item: Json
    """As it is when finished, but for its ids."""
    sections: tuple[Pieces, ...] = ()
    """The texts in it that are streamed: code, arguments, commands."""
    events: tuple[Json, ...] = ()
    complete: bool = True


Part = Reasoning | Message | Refusal | Call | Item


def size(part: Part) -> int:
    """In tokens."""
    if isinstance(part, Reasoning | Item):
        return sum(map(len, part.sections))
    return len(part.pieces)
