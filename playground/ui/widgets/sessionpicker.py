"""A small window in which names are picked or made: tags of sessions, or a folder for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.ui import theme

HIGH = 232
"""Pixels of the design: six names, and the field above them."""
SHOWN = 200
"""Names that are listed; what is typed finds the others."""
NAME = Qt.ItemDataRole.UserRole
State = Qt.CheckState


class Choice(NamedTuple):
    name: str
    on: bool | None = None
    """Whether the sessions have it; None: some do. Means nothing where one is picked."""


class Picker(QFrame):
    """Type a part of a name, or a new one; Enter takes what is marked, Esc leaves.

    Signals:
        picked(str, bool): a name was picked; whether it was on before.
    """

    picked = Signal(str, bool)

    def __init__(
        self,
        prompt: str,
        new: str,
        tidy: Callable[[str], str],
        parent: QWidget,
        *,
        several: bool = False,
    ) -> None:
        """`new`: what is said before a name that is not there yet. `tidy`: makes a name of what was
        typed. `several`: it stays open until it is left, and shows which are on."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(prompt)
        self._new, self._tidy, self._several = new, tidy, several
        self._choices: list[Choice] = []
        column = QVBoxLayout(self)
        theme.space(column, 8, 8, 8, 8, gap=6)
        self.line = QLineEdit(self)
        self.line.setPlaceholderText(prompt)
        self.line.setAccessibleName(prompt)
        self.line.textChanged.connect(lambda _: self._draw())
        self.line.returnPressed.connect(self._take)
        column.addWidget(self.line)
        self.list = QListWidget(self)
        self.list.setAccessibleName("Names")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(lambda _: self._take())
        column.addWidget(self.list)
        self.setFocusProxy(self.line)

    def open_at(self, where: QPoint, choices: Sequence[Choice]) -> None:
        """Open with its corner at this place of the screen, or as near as it can be seen."""
        look = theme.current()
        self.setFixedSize(look.px(240), look.px(HIGH))
        if (screen := self.screen()) is not None:
            room = screen.availableGeometry()
            where = QPoint(
                max(min(where.x(), room.right() - self.width()), room.left()),
                max(min(where.y(), room.bottom() - self.height()), room.top()),
            )
        self.move(where)
        self.offer(choices)
        self.show()
        self.line.setFocus()

    def offer(self, choices: Sequence[Choice]) -> None:
        """Show these names."""
        self._choices = list(choices)
        self._draw()

    def _draw(self) -> None:
        typed = self._tidy(self.line.text())
        part = typed.casefold()
        found = [one for one in self._choices if part in one.name.casefold()]
        found.sort(key=lambda one: not one.name.casefold().startswith(part))
        self.list.clear()
        for choice in found[:SHOWN]:
            item = QListWidgetItem(visible(choice.name))
            item.setData(NAME, choice)
            if self._several:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(_state(choice.on))
            self.list.addItem(item)
        if typed and not any(one.name.casefold() == part for one in found):
            item = QListWidgetItem(f"{self._new} “{visible(typed)}”")
            item.setData(NAME, Choice(typed, on=False))
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _take(self) -> None:
        if self.list.currentRow() < 0:
            return
        choice: Choice = self.list.currentItem().data(NAME)
        if self._several:
            turned = choice._replace(on=not choice.on)
            known = any(one.name == choice.name for one in self._choices)
            rest = [turned if one.name == choice.name else one for one in self._choices]
            self.line.clear()
            self.offer(rest if known else [turned, *rest])
        else:
            self.close()
        self.picked.emit(choice.name, bool(choice.on))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif step is not None and self.list.count():
            self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
        else:
            super().keyPressEvent(event)


def _state(on: bool | None) -> Qt.CheckState:
    return State.PartiallyChecked if on is None else State.Checked if on else State.Unchecked
