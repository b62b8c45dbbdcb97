"""A card about which somebody may have to decide: as long as that is so, it holds the decision."""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.core.items import HostedCall, ToolCall
from playground.core.session import Run
from playground.ui.widgets.cards.base import Card, frame

Call = ToolCall | HostedCall


class Deciding(Protocol):
    """Knows which calls wait for somebody, and with what is decided about them."""

    def waiting(self, run: Run, call: Call) -> Any:
        """What waits of a call; the same for as long as that does, and None afterwards."""

    def box(self, one: Any, parent: QWidget) -> QWidget:
        """In which somebody decides."""


class DecidingCard(Card):
    """Of a call. Whoever inherits makes `_column`, and shows its own line in `_yield`."""

    deciding: Deciding | None = None
    """Set by whoever knows of approvals."""
    _column: QVBoxLayout

    def __init__(self, run: Run, item: Call, kept: dict[str, Any] | None = None) -> None:
        super().__init__(run, item, kept)
        self._decision: QWidget | None = None
        self._waiting: object = None
        """What the decision is about."""

    def advance(self) -> bool:
        changed = super().advance()
        # That somebody is asked is no change of an item that stands in another run.
        if self._decide():
            return True
        if (tick := getattr(self._decision, "advance", None)) is not None:
            tick()
        return changed

    def _decide(self) -> bool:
        """Show what decides about the call, as long as it waits, in the place of the line; whether
        that is another one now."""
        assert isinstance(self.item, Call)
        if self.deciding is None:
            return False
        one = self.deciding.waiting(self.run, self.item)
        if one is self._waiting:
            return False
        if self._decision is not None:
            self._decision.hide()
            self._decision.deleteLater()
        self._waiting = one
        self._decision = self.deciding.box(one, self) if one is not None else None
        if self._decision is not None:
            self._column.addWidget(self._decision)
            self._decision.show()
        self._yield(self._decision is not None)
        return True

    def _yield(self, yields: bool) -> None:
        """The decision has a frame and a title of its own."""
        if yields:
            self.setProperty("role", "")
            self._column.setContentsMargins(0, 0, 0, 0)
        else:
            self._column.setContentsMargins(*frame(self))
        self.style().polish(self)
        self.resized.emit()
