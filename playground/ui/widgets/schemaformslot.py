"""Where the parts of a form stand, what they are made with, and the place of each value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.schemas.shapes import UNSET
from playground.schemas.validation import Validator
from playground.ui import theme
from playground.ui.widgets.schemaformfields import JsonPart, Part
from playground.ui.widgets.schemaformkinds import ROOT, Place, Wrong, fits, place_of, started

PAGE = 40
"""Rows of one object or array that are made at once."""
ROWS = 120
"""Rows of a form that are made unasked; what is inside of more is opened on demand."""


class Where:
    """Where a part of a form stands. The index of an item changes when it is moved."""

    def __init__(
        self,
        step: str | int = "",
        outer: Where | None = None,
        through: frozenset[str] = ROOT,
        *,
        flush: bool = False,
    ) -> None:
        """`flush`: in the column of what is around it."""
        self.step = step
        self.flush = flush
        self.through = through
        """References that were followed on the way."""
        self.outer = outer
        self.level: int = outer.level + 1 if outer is not None else 0

    @property
    def name(self) -> str:
        """What a screen reader calls it: `address.city`, `tags[0]`; the form's own name at the
        root."""
        step = visible(f"[{self.step}]" if isinstance(self.step, int) else self.step)
        if self.outer is None or not self.outer.level:
            return f"item {self.step}" if isinstance(self.step, int) else step
        return f"{self.outer.name}{step if isinstance(self.step, int) else '.' + step}"

    def inner(self, step: str | int, place: Place) -> Where:
        return Where(step, self, place.through)


class Making:
    """What all parts of a form are made with."""

    def __init__(self, root: Any, validator: Validator | None, part_of: PartOf) -> None:
        self.root = root
        self.validator = validator
        self.part_of = part_of
        self.left = ROWS
        """Rows that may still be made unasked."""

    def asked(self) -> None:
        """Somebody wants to see more."""
        self.left = max(self.left, PAGE)

    def begin(self, place: Place) -> Any:
        """What stands at a place that somebody has opened, also inside of itself."""
        return started(self.root, replace(place, again=False))


PartOf = Callable[[Making, Place, Any, Where, QWidget], Part]
"""What edits a value that fits the place."""


class Slot(Part):
    """The place of a value: the fields that its schema means, or JSON where it does not fit them.

    Signals:
        reshaped(): it needs another shape of room.
    """

    reshaped = Signal()

    def __init__(
        self,
        making: Making,
        schema: Any,
        value: Any,
        where: Where,
        parent: QWidget,
        *,
        opened: bool = False,
    ) -> None:
        """`opened`: somebody wants to see what is inside."""
        super().__init__(parent)
        self._making, self._where = making, where
        place = place_of(making.root, schema, where.through)
        self.place = replace(place, again=False) if opened else place
        self._said = ""
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0)
        self._part: Part | None = None
        self._make(value, fits(self.place, value))

    @property
    def part(self) -> Part:
        assert self._part is not None
        return self._part

    def _make(self, value: Any, fitting: bool) -> None:
        if (old := self._part) is not None:
            old.hide()
            old.deleteLater()
        place = self.place if fitting else replace(self.place, kind="json", nullable=False)
        self._part = part = self._making.part_of(self._making, place, value, self._where, self)
        self.wide = part.wide
        part.changed.connect(self._changed)
        if isinstance(part, JsonPart):
            part.eased.connect(self._ease)
        part.describe(self._said)
        self.setFocusProxy(part)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(part)
        self._offer_field()

    @property
    def value(self) -> Any:
        return self.part.value

    @property
    def unread(self) -> list[Wrong]:
        return self.part.unread

    def show_value(self, value: Any) -> None:
        fitting = fits(self.place, value)
        if isinstance(self.part, JsonPart) == (not fitting or self.place.kind == "json"):
            self.part.show_value(value)
        else:
            self._make(value, fitting)
            self.reshaped.emit()
        self._offer_field()

    def _changed(self, settled: bool) -> None:
        self._offer_field()
        self.changed.emit(settled)

    def _offer_field(self) -> None:
        part = self.part
        if isinstance(part, JsonPart):
            odd = self.place.kind != "json"
            part.ease.setVisible(odd and part.value is not UNSET and fits(self.place, part.value))

    def _ease(self) -> None:
        self._make(self.part.value, True)
        self.reshaped.emit()
        self.part.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit(True)

    def mark(self, wrongs: Sequence[Wrong]) -> list[str]:
        return self.part.mark(wrongs)

    def describe(self, said: str) -> None:
        self._said = said
        self.part.describe(said)
