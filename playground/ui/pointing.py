"""Pointing: what is clicked where a run is shown goes to the inspector, and what its current event
made comes back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import SignalInstance

from playground.ui.desk import Desk

if TYPE_CHECKING:
    from playground.ui.inspector.looking import Light

SHOW = "Show the event of this"


class Pointed(Protocol):
    """Shows runs."""

    @property
    def pointed(self) -> SignalInstance:
        """(run, key, field, offset): see `Desk.pointed`."""

    def light(self, light: Light | None) -> None:
        """Let what an event made stand out; None: nothing does."""

    def show_event(self) -> None:
        """Ask for the event of what the keyboard is at."""


class Pointing:
    """Of one view."""

    def __init__(self, desk: Desk, view: Pointed) -> None:
        self._view = view
        view.pointed.connect(desk.pointed)
        desk.lit.connect(view.light)

    def commands(self) -> Sequence[tuple[str, str, str, Callable[[], object]]]:
        """For a panel to offer; see `ui/shell.py`."""
        return (("&View", SHOW, "Ctrl+Shift+I", self._view.show_event),)
