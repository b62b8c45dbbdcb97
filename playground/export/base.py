"""What an export starts from, and what a format says of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playground.core.items import Item
from playground.core.profile import Profile
from playground.core.session import Run
from playground.export.request import Request

Pieces = Iterator[tuple[int, bytes]]
"""(how many events are written with it, a piece of the file)."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A run with its recording, and what stands around it."""

    run: Run
    profile: Profile
    """Where the run was sent; names the environment variable in which code looks for the key."""
    history: tuple[Item, ...] = ()
    """The conversation before the run's own input, for formats that tell the whole story."""
    leg: int | None = None
    """For formats that are one answer: which request's, from 0; None: the last one."""


@dataclass(frozen=True, slots=True)
class Exporter:
    id: str
    title: str
    suffix: str
    """Of file names: `.jsonl`."""
    write: Callable[[Exported], str | bytes]
    """The file. Raises Failure when the run has nothing for this format."""
    code: Callable[[Request], str] | None = None
    """The same for one request, sent or not; None where the format is about answers."""
    pieces: Callable[[Exported], Pieces] | None = None
    """The file piece by piece, where it grows with the recording."""
    legs: bool = False
    """It is one answer of the run, and any of them can be had."""
    short: str = ""
    """What it is called among others of its kind, where the title is too long."""
