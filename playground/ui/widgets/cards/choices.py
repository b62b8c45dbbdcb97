"""Which of several answers to one request (`n`) is on screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel

from playground.core.items import Item
from playground.core.session import Run
from playground.core.transcript import Transcript
from playground.ui import theme
from playground.ui.widgets.cards.base import Card, Siblings

KEY = "choices"


@dataclass(slots=True, kw_only=True)
class Choices(Item):
    """Stands before the answers of a run that has several."""

    count: int = 0
    at: int = 0


def choice_of(item: Item) -> int | None:
    """To which choice an item belongs; None for what belongs to all."""
    return getattr(item, "choice", None)


def choices_in(transcript: Transcript) -> int:
    """How many answers there are."""
    return 1 + max((choice_of(item) or 0 for item in transcript.items), default=0)


class ChoicesCard(Card):
    """A switch between them.

    Signals:
        picked(number): another choice shall be shown, counted from 0.
    """

    picked = Signal(int)

    def __init__(self, run: Run, item: Choices, kept: dict[str, Any] | None = None) -> None:
        super().__init__(run, item, kept)
        row = QHBoxLayout(self)
        theme.space(row, 0, 0, 0, 0, gap=8)
        head = QLabel("CHOICE", self)
        head.setProperty("role", "section")
        row.addWidget(head)
        self._switch = Siblings(0, 1, self, noun="choice", keys=("", ""))
        self._switch.moved.connect(self._moved)
        row.addWidget(self._switch)
        self._hint = QLabel(self)
        self._hint.setProperty("role", "caption")
        row.addWidget(self._hint)
        row.addStretch(1)

    def _moved(self, step: int) -> None:
        assert isinstance(self.item, Choices)
        self.picked.emit(self.item.at + step)

    def draw(self) -> None:
        item = self.item
        assert isinstance(item, Choices)
        self._switch.say(item.at, item.count)
        which = "this one" if item.at == 0 else "the first"
        self._hint.setText(f"The conversation goes on with {which}.")

    def advance(self) -> bool:
        self.draw()
        return super().advance()
