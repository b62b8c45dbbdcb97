"""Page: one way of looking into a run; a tab of the inspector."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from playground.ui.inspector.looking import Looking


class Page(QWidget):
    """It shows `looking.run`, which has events. It is made when it is first shown, and told to
    `advance` from then on while it can be seen."""

    def __init__(self, looking: Looking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.looking = looking
        self.beside: QWidget | None = None
        """What stands beside the tabs while the page is shown: a filter, a choice."""

    def advance(self) -> None:
        """Look at what is new in the run, or at another run; cheap when nothing is."""
        raise NotImplementedError

    def go_to(self, place: str) -> None:
        """Show a place of the page, by its name; one that is not known is none."""


@dataclass(frozen=True, slots=True)
class PageSpec:
    id: str
    title: str
    make: Callable[[Looking, QWidget], Page]
    promise: str = ""
    """What is to be seen on it, for whoever has no run yet; empty: what is said of events."""
