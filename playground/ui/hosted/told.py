"""The parts that a hosted call is told in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """Plain text."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Code:
    name: str
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Links:
    name: str
    rows: tuple[tuple[str, str], ...]
    """(title, address)"""


@dataclass(frozen=True, slots=True)
class Image:
    name: str
    data: str
    """Base64, or an address of any kind."""
    going_on: bool = False
    """A better one is still to come."""


Part = Words | Code | Table | Links | Image


@dataclass(frozen=True, slots=True)
class Told:
    """One call in words."""

    main: str = ""
    """The field that matters most, for its line."""
    parts: tuple[Part, ...] = ()
    state: str = ""
    """Instead of the server's own word for it."""
    shown: bool = False
    """Open at once: it asks for something, or is to be looked at."""
    failed: bool = False
    """It says so itself; open at once, too."""
