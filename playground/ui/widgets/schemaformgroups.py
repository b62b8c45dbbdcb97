"""Fields of a form around others: unions, what may be null, what is opened on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from playground.schemas.shapes import UNSET
from playground.ui import theme
from playground.ui.widgets.fieldedit import Choice
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.schemaformarray import ArrayPart
from playground.ui.widgets.schemaformfields import (
    BooleanPart,
    ChoicePart,
    FixedPart,
    JsonPart,
    NumberPart,
    Part,
    TextPart,
    alike,
    describe,
)
from playground.ui.widgets.schemaformkinds import (
    COMPOSED,
    Place,
    Wrong,
    branch_of,
    place_of,
    write_text,
)
from playground.ui.widgets.schemaformobject import ObjectPart
from playground.ui.widgets.schemaformrows import branch, share
from playground.ui.widgets.schemaformslot import Making, Slot, Where

AS_JSON = "another value, as JSON"
"""The last branch of every union."""


def part_of(making: Making, place: Place, value: Any, where: Where, parent: QWidget) -> Part:
    """What edits a value that fits the place."""
    if place.nullable and place.kind != "json":
        return NullablePart(making, place, value, where, parent)
    if place.kind in COMPOSED and (place.again or making.left <= 0):
        return ClosedPart(making, place, value, where, parent)
    return _open_part(making, place, value, where, parent)


def _open_part(making: Making, place: Place, value: Any, where: Where, parent: QWidget) -> Part:
    made: Part
    match place.kind:
        case "object":
            return ObjectPart(making, place, value, where, parent)
        case "array":
            return ArrayPart(making, place, value, where, parent)
        case "union":
            return UnionPart(making, place, value, where, parent)
        case "text":
            made = TextPart(place, where.name, parent)
        case "number" | "integer":
            made = NumberPart(place, where.name, parent)
        case "boolean":
            made = BooleanPart(where.name, parent)
        case "choice":
            made = ChoicePart(place, where.name, parent)
        case "fixed":
            made = FixedPart(place, where.name, parent)
        case "json":
            made = JsonPart(where.name, parent)
    made.show_value(value)
    return made


class UnionPart(Part):
    """One of several shapes. What stood in the others is there again when they are chosen."""

    wide = True

    def __init__(
        self, making: Making, place: Place, value: Any, where: Where, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._making, self._place, self._where = making, place, where
        self._slots: dict[int, Slot] = {}
        self._column = branch(self, where)
        self.choice = Choice(self)
        self.choice.setAccessibleName(f"Kind of {where.name}")
        self.choice.addItems([said for said, _ in place.options] + [AS_JSON])
        self.choice.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.choice.setMinimumContentsLength(8)
        self.choice.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.follow(self.choice, lambda look: self.choice.setMaximumWidth(look.px(320)))
        self.choice.activated.connect(self._picked)
        self.setFocusProxy(self.choice)
        self._column.addWidget(self.choice)
        self._pick(self._meant(value), value)

    @property
    def slot(self) -> Slot:
        """Of the branch that is chosen."""
        return self._slots[self.choice.currentIndex()]

    @property
    def value(self) -> Any:
        return self.slot.value

    @property
    def unread(self) -> list[Wrong]:
        return self.slot.unread

    def show_value(self, value: Any) -> None:
        here = self.choice.currentIndex()
        self._pick(self._meant(value, here), value)

    def mark(self, wrongs: Sequence[Wrong]) -> list[str]:
        return self.slot.mark(wrongs)

    def describe(self, said: str) -> None:
        describe(self.choice, said)

    def _meant(self, value: Any, here: int = -1) -> int:
        """The branch for a value: the one that is chosen, where that says the same already."""
        if here >= 0 and alike(value, self.value):
            return here
        found = branch_of(self._making.root, self._place, value, self._making.validator)
        return len(self._place.options) if found is None else found

    def _picked(self, at: int) -> None:
        self._making.asked()
        if at not in self._slots:
            if at < len(self._place.options):
                schema = self._place.options[at][1]
                place = place_of(self._making.root, schema, self._place.through)
                value = self._making.begin(place)
            else:
                shown = [one for one in self._slots.values() if not one.isHidden()]
                value = shown[0].value if shown else UNSET
            self._pick(at, value)
        else:
            self._turn(at)
        self.changed.emit(True)

    def _pick(self, at: int, value: Any) -> None:
        """Show this branch with a value."""
        if (slot := self._slots.get(at)) is not None:
            slot.show_value(value)
        else:
            schema = self._place.options[at][1] if at < len(self._place.options) else True
            where = Where(self._where.step, self._where.outer, self._place.through, flush=True)
            slot = Slot(self._making, schema, value, where, self)
            slot.changed.connect(self.changed)
            self._slots[at] = slot
            self._column.addWidget(slot)
        self._turn(at)

    def _turn(self, at: int) -> None:
        self.choice.setCurrentIndex(at)
        for place, one in self._slots.items():
            one.setVisible(place == at)


class NullablePart(Part):
    """A value that may be null instead. What stood there before is there again afterwards."""

    def __init__(
        self, making: Making, place: Place, value: Any, where: Where, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._making, self._where = making, where
        self._place = replace(place, nullable=False)
        self._part: Part | None = None
        self._said = ""
        self.wide = place.kind in COMPOSED
        self.null = QCheckBox("null", self)
        self.null.setAccessibleName(f"{where.name} is null")
        self.null.clicked.connect(self._switched)
        box = QVBoxLayout(self) if self.wide else QHBoxLayout(self)
        theme.space(box, 0, 0, 0, 0, gap=0 if self.wide else 8)
        self._box = box
        box.addWidget(self.null, 0, Qt.AlignmentFlag.AlignTop)
        self.setFocusProxy(self.null)
        self.null.setChecked(value is None)
        if value is not None or not self.wide:
            self._make(UNSET if value is None else value)
        self._show()

    def _make(self, value: Any) -> None:
        self._part = part = self._making.part_of(
            self._making, self._place, value, self._where, self
        )
        part.changed.connect(self.changed)
        part.describe(self._said)
        self._box.insertWidget(1 if self.wide else 0, part, 1)
        if not self.wide:
            self.setFocusProxy(part)

    @property
    def value(self) -> Any:
        if self.null.isChecked():
            return None
        return UNSET if self._part is None else self._part.value

    @property
    def unread(self) -> list[Wrong]:
        return [] if self._part is None or self.null.isChecked() else self._part.unread

    def show_value(self, value: Any) -> None:
        self.null.setChecked(value is None)
        if value is not None:
            if self._part is None:
                self._make(value)
            else:
                self._part.show_value(value)
        self._show()

    def mark(self, wrongs: Sequence[Wrong]) -> list[str]:
        if self._part is None or self.null.isChecked():
            return super().mark(wrongs)
        return self._part.mark(wrongs)

    def describe(self, said: str) -> None:
        self._said = said
        describe(self.null, said)
        if self._part is not None:
            self._part.describe(said)

    def _switched(self, null: bool) -> None:
        if not null:
            if self._part is None:
                self._making.asked()
                self._make(self._making.begin(self._place))
            elif self._part.value is UNSET and not self._part.unread:
                self._part.show_value(self._making.begin(self._place))
        self._show()
        self.changed.emit(True)

    def _show(self) -> None:
        null = self.null.isChecked()
        if self._part is not None:
            if self.wide:
                self._part.setVisible(not null)
            else:
                self._part.setEnabled(not null)


class ClosedPart(Part):
    """What is inside something large or inside of itself: made when somebody opens it."""

    wide = True

    def __init__(
        self, making: Making, place: Place, value: Any, where: Where, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._making, self._where = making, where
        self._place = replace(place, again=False)
        self._given = value
        self._part: Part | None = None
        self._wrongs: list[str] = []
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0)
        body = QWidget(self)
        self._column = QVBoxLayout(body)
        theme.space(self._column, 0, 0, 0, 0)
        self.fold = Fold(self, body, mono=True)
        self.fold.setAccessibleName(f"Fields of {where.name}")
        self.fold.toggled.connect(self._opened)
        column.addWidget(self.fold)
        column.addWidget(body)
        self.setFocusProxy(self.fold)
        self._say()

    @property
    def value(self) -> Any:
        return self._given if self._part is None else self._part.value

    @property
    def unread(self) -> list[Wrong]:
        return [] if self._part is None else self._part.unread

    def show_value(self, value: Any) -> None:
        self._given = value
        if self._part is not None:
            self._part.show_value(value)
        self._say()

    def mark(self, wrongs: Sequence[Wrong]) -> list[str]:
        if self._part is not None:
            return self._part.mark(wrongs)
        return share({}, wrongs)

    def _opened(self, on: bool) -> None:
        if on and self._part is None:
            self._making.asked()
            value = self._making.begin(self._place) if self._given is UNSET else self._given
            part = self._making.part_of(self._making, self._place, value, self._where, self)
            self._part = part
            part.changed.connect(self.changed)
            self._column.addWidget(part)
            self.changed.emit(True)
        self._say()

    def _say(self) -> None:
        value = self.value
        tail = "nothing yet" if value is UNSET else " ".join(write_text(value)[:400].split())
        self.fold.say("Fields", tail)
