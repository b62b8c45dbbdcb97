"""The items of an array in a form, which can be added, removed and moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QWidget,
)

from playground.schemas.shapes import UNSET
from playground.ui import theme
from playground.ui.widgets.parts import tool_button
from playground.ui.widgets.schemaformfields import (
    Part,
)
from playground.ui.widgets.schemaformkinds import (
    Place,
    Wrong,
    item_of,
    place_of,
)
from playground.ui.widgets.schemaformrows import Row, branch, leave, more, quiet, share
from playground.ui.widgets.schemaformslot import PAGE, Making, Where


class ArrayPart(Part):
    """An array: a row for each item, which can be moved where all are of one schema."""

    wide = True

    def __init__(
        self, making: Making, place: Place, value: Any, where: Where, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._making, self._place, self._where = making, place, where
        self._rows: list[Row] = []
        self._rest: list[Any] = list(value) if isinstance(value, list) else []
        """Items behind those that have a row."""
        self._alike = item_of(place, 0) is item_of(place, 1_000_000)
        self._column = branch(self, where)
        foot = QHBoxLayout()
        theme.space(foot, gap=4)
        self._more = quiet("", self)
        self._more.clicked.connect(self._show_more)
        self.add = quiet("Add an item", self)
        self.add.setAccessibleName(f"Add an item to {where.name}")
        self.add.clicked.connect(self._add)
        foot.addWidget(self._more)
        foot.addWidget(self.add)
        foot.addStretch(1)
        self._column.addLayout(foot)
        self._fill(max(min(PAGE, making.left), 1))
        self.setFocusProxy(self.add)

    @property
    def rows(self) -> list[Row]:
        """Those that were made."""
        return self._rows

    @property
    def value(self) -> Any:
        made = [row.value for row in self._rows]
        return [None if one is UNSET else one for one in made] + self._rest

    @property
    def unread(self) -> list[Wrong]:
        said = []
        for at, row in enumerate(self._rows):
            found = row.unread
            if not found and row.value is UNSET:
                found = [Wrong((), "nothing stands here")]
            said += [Wrong((at, *one.path), one.message) for one in found]
        return said

    def show_value(self, value: Any) -> None:
        value = value if isinstance(value, list) else []
        for row in self._rows[len(value) :]:
            leave(row)
        del self._rows[len(value) :]
        for row, one in zip(self._rows, value, strict=False):
            if not (row.value is UNSET and one is None):  # null stands for what is being typed
                row.show_value(one)
        self._rest = list(value[len(self._rows) :])
        self._fill(max(PAGE - len(self._rows), 0))

    def mark(self, wrongs: Sequence[Wrong]) -> list[str]:
        return share(dict(enumerate(self._rows)), wrongs)

    def _fill(self, count: int) -> None:
        for value in self._rest[:count]:
            self._make(value)
        del self._rest[:count]
        self._show()

    def _make(self, value: Any, opened: bool = False) -> Row:
        at = len(self._rows)
        schema = item_of(self._place, at)
        where = self._where.inner(at, self._place)
        names = [("trash", f"Remove {where.name}")]
        if self._alike:
            names = [
                ("chevron-up", f"Move {where.name} up"),
                ("chevron-down", f"Move {where.name} down"),
                *names,
            ]
        tools = [tool_button(*one) for one in names]
        row = Row(
            self._making, True if schema is None else schema, value, where, self,
            title=str(at), tools=tools, counted=True, opened=opened,
        )  # fmt: skip
        acts: tuple[Callable[[], None], ...] = (
            lambda: self._move(row, -1),
            lambda: self._move(row, 1),
            lambda: self._drop(row),
        )
        for tool, act in zip(tools, acts[-len(tools) :], strict=True):
            tool.clicked.connect(act)
        row.changed.connect(self.changed)
        self._rows.append(row)
        self._column.insertWidget(self._column.count() - 1, row)
        return row

    def _show(self) -> None:
        left, last = len(self._rest), len(self._rows) - 1
        self._more.setText(more(left))
        self._more.setAccessibleName(f"{more(left)} items of {self._where.name}")
        self._more.setVisible(left > 0)
        self.add.setVisible(item_of(self._place, len(self._rows) + left) is not None)
        if self._alike:
            for at, row in enumerate(self._rows):
                row.tools[0].setEnabled(at > 0)
                row.tools[1].setEnabled(at < last or left > 0)

    def _show_more(self) -> None:
        self._making.asked()
        self._fill(PAGE)
        self.changed.emit(True)

    def _add(self) -> None:
        self._making.asked()
        self._fill(len(self._rest))  # a new one is the last one
        place = place_of(
            self._making.root, item_of(self._place, len(self._rows)), self._place.through
        )
        row = self._make(self._making.begin(place), True)
        self._show()
        if row.slot is not None:
            row.slot.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit(True)

    def _move(self, row: Row, by: int) -> None:
        """Put an item, with all that was typed into it, before or behind the next one."""
        at = self._rows.index(row)
        if at + by == len(self._rows):
            self._fill(1)
        held = self.window().focusWidget()
        other = self._rows[at + by]
        self._rows[at], self._rows[at + by] = other, row
        first = self._column.indexOf(self._rows[min(at, at + by)])
        second = self._column.indexOf(self._rows[max(at, at + by)])
        self._column.insertWidget(min(first, second), self._rows[min(at, at + by)])
        for place in (at, at + by):
            self._rows[place].renumber(place)
        self._order()
        self._show()
        if held in row.tools:
            tool = held if held.isEnabled() else row.tools[0 if by > 0 else 1]
            tool.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit(True)

    def _order(self) -> None:
        """The keyboard goes through the items as they stand."""
        before: QWidget | None = None
        for row in self._rows:
            for widget in stops(row):
                if before is not None:
                    QWidget.setTabOrder(before, widget)
                before = widget
        if before is not None:
            QWidget.setTabOrder(before, self.add)

    def _drop(self, row: Row) -> None:
        at = self._rows.index(row)
        if self._alike:
            self._rows.remove(row)
            for place, one in enumerate(self._rows[at:], at):
                one.renumber(place)
            self._fill(1)
        else:
            each = [one.value for one in self._rows[at + 1 :]]
            for one, value in zip(self._rows[at:], each, strict=False):
                one.show_value(value)
            row = self._rows.pop()
            self._fill(1)
        near = self._rows[min(at, len(self._rows) - 1)].tools[-1] if self._rows else self.add
        near.setFocus(Qt.FocusReason.OtherFocusReason)
        leave(row)
        self._show()
        self.changed.emit(True)


def stops(inside: QWidget) -> list[QWidget]:
    """Where the keyboard stops inside a widget, in its order."""
    made = [inside]
    at = inside.nextInFocusChain()
    while at is not None and at is not inside:
        if inside.isAncestorOf(at):
            made.append(at)
        at = at.nextInFocusChain()
    return [one for one in made if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
