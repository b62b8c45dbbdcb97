"""A place in the conversation: an item of a run, or the end of it, with or without its card."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playground.core.items import Item, Message
from playground.core.session import Run
from playground.ui.widgets.cards import Card

LINE = 21
"""Pixels of a line of text: what a height is guessed by, and how far a key scrolls."""


@dataclass(slots=True, eq=False)
class Row:
    """A place in the conversation."""

    run: Run
    item: Item | None
    """None for the footer of the run."""
    said: bool
    number: int = 0
    gap: int = 0
    """Below it."""
    height: int = 0
    exact: bool = False
    """The height was measured and is still true."""
    card: Card | None = None
    version: tuple[int, int] = (0, 1)
    """Which of how many versions its card says that this is."""
    kept: dict[str, Any] = field(default_factory=dict)
    """What the reader did to its cards, which come and go."""

    @property
    def name(self) -> tuple[str, str, bool]:
        return self.run.id, self.item.key if self.item is not None else "", self.said


def only_said(run: Run) -> bool:
    """A message that was inserted: all that can be done with it stands on its card."""
    return run.silent and all(
        isinstance(item, Message) and item.role != "assistant" for item in run.input
    )


def guess(row: Row, width: int) -> int:
    """A height from the amount of text, good enough for a scroll bar."""
    if row.item is None:
        return 40
    if isinstance(row.item, Message):
        text = str(row.item.text)
        lines = 1 + text.count("\n") + len(text) // max(width // 8, 10)
        return lines * LINE + (20 if row.said else 6)
    return 36
