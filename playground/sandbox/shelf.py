"""Shelf: things by name, of which those that nobody asked for lately are forgotten first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Shelf(Generic[Thing]):
    """Holds at most so many things, which together have at most so many bytes; the newest always
    has room."""

    def __init__(self, things: int, size: int) -> None:
        self._things = things
        self._room = size
        self._rows: OrderedDict[str, tuple[Thing, int]] = OrderedDict()

    def put(self, name: str, thing: Thing, size: int) -> None:
        """Puts a thing there, or in the place of the one of that name. `size` is in bytes."""
        self.take(name)
        self._rows[name] = (thing, size)
        self._room -= size
        while len(self._rows) > 1 and (len(self._rows) > self._things or self._room < 0):
            self.take(next(iter(self._rows)))

    def find(self, name: str) -> Thing | None:
        if name not in self._rows:
            return None
        self._rows.move_to_end(name)
        return self._rows[name][0]

    def take(self, name: str) -> Thing | None:
        """The thing, which is then no longer there."""
        thing, size = self._rows.pop(name, (None, 0))
        self._room += size
        return thing

    def __iter__(self) -> Iterator[Thing]:
        """The newest first."""
        return (thing for thing, _ in reversed(self._rows.values()))

    def __len__(self) -> int:
        return len(self._rows)
