"""How far long work has come, and whether anybody still wants it."""

from __future__ import annotations


class Cancelled(Exception):  # noqa: N818  it is no error
    """Nobody wants the work any more."""


class Progress:
    """Written by the thread that works, read by whoever looks on."""

    def __init__(self) -> None:
        self.done = 0
        self.total = 0
        """In any unit; 0: nobody knows."""
        self.cancelled = False
        self.over = False
        """There is nothing more to look at."""

    @property
    def share(self) -> float | None:
        """From 0 to 1, where that is known."""
        return min(self.done / self.total, 1.0) if self.total else None

    def at(self, done: int, total: int) -> None:
        """Say how far the work is. Raises Cancelled when it is not wanted any more."""
        self.done, self.total = done, total
        if self.cancelled:
            raise Cancelled
