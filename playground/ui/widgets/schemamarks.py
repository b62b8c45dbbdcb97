"""Marks in a text: what is wrong, where, and in which words. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

Severity = Literal["error", "warning", "info"]
_RANK: dict[Severity, int] = {"error": 0, "warning": 1, "info": 2}

TOLD = 8
"""Messages of one line that are told at once."""


class Mark(NamedTuple):
    line: int
    """From 1, as the column, which counts characters."""
    column: int
    length: int | None
    """Characters; None for the whole of what begins there."""
    severity: Severity
    message: str


class Marks:
    """The marks of a text by line. They move with their lines until new ones come."""

    def __init__(self, marks: Iterable[Mark] = ()) -> None:
        self._lines: dict[int, list[Mark]] = {}
        for mark in marks:
            self._lines.setdefault(mark.line, []).append(mark)

    def on(self, line: int) -> Sequence[Mark]:
        return self._lines.get(line, ())

    def severity(self, line: int) -> Severity | None:
        """The worst on a line."""
        found = sorted((mark.severity for mark in self.on(line)), key=_RANK.__getitem__)
        return found[0] if found else None

    def moved(self, line: int, by: int) -> None:
        """So many lines came, or went when negative, below this one."""
        if not by or not self._lines:
            return
        moved: dict[int, list[Mark]] = {}
        for number, marks in self._lines.items():
            if number > line and by < 0 and number <= line - by:
                continue  # its line is gone
            moved[number + by if number > line else number] = marks
        self._lines = moved


def words(marks: Sequence[Mark]) -> str:
    """The messages as one text, each once."""
    messages = list(dict.fromkeys(mark.message for mark in marks))
    more = len(messages) - TOLD
    return "\n".join((*messages[:TOLD], *((f"… {more} more",) if more > 0 else ())))
