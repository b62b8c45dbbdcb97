"""What went in: a message of the user, one of another role that was inserted, or one with which a
run asked again."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from playground.core.items import Message
from playground.core.session import Run
from playground.ui import theme
from playground.ui.widgets.cards.attachments import Attachments
from playground.ui.widgets.cards.base import Card, CardButton, Siblings
from playground.ui.widgets.traced import TracedText


class SaidCard(Card):
    """A message that went in: the user's, or one of another role that was inserted."""

    def __init__(
        self, run: Run, item: Message, kept: dict[str, Any] | None = None, *, within: bool = False
    ) -> None:
        """`within`: it was said in the middle of a run, by this program, and belongs to it."""
        super().__init__(run, item, kept)
        self.setProperty("role", "user")
        self.setAccessibleName(f"{item.role} message")
        look = theme.current()
        row = QHBoxLayout(self)
        row.setContentsMargins(*look.margins(12, 6, 6, 6))
        row.setSpacing(look.px(8))
        column = QVBoxLayout()
        # One line of text stands in the middle of the buttons beside it.
        column.setContentsMargins(*look.margins(0, 4, 0, 4))
        column.setSpacing(look.px(2))
        if item.role != "user":
            head = QLabel(item.role.upper(), self)
            head.setProperty("role", "section")
            column.addWidget(head)
        self._text = TracedText(parent=self, field="text" if within else None)
        self.trace(self._text)
        self._text.setAccessibleName(f"What the {item.role} said")
        policy = self._text.sizePolicy()  # as high as its row, which knows how wide it is
        policy.setVerticalPolicy(policy.Policy.Preferred)
        self._text.setSizePolicy(policy)
        column.addWidget(self._text)
        if item.parts:
            attached = Attachments(item.parts, self)
            attached.resized.connect(self.resized)
            column.addWidget(attached)
        row.addLayout(column, 1)
        self._side = QHBoxLayout()
        self._side.setSpacing(look.px(2))
        row.addLayout(self._side)
        row.setAlignment(self._side, Qt.AlignmentFlag.AlignTop)
        if within:
            self._act("copy", "Copy the message", "copy")
            return
        if run.silent and item.role == "user":
            self._act("send", "Run from here: asks this as another version", "regenerate")
        self._act("edit", "Edit: makes another version, nothing is overwritten", "edit")
        self._act("copy", "Copy the message", "copy")
        self._act("trash", "Delete (can be undone)", "delete")

    def _act(self, name: str, tip: str, verb: str) -> None:
        button = CardButton(name, tip, self)
        button.clicked.connect(lambda: self.asked.emit(verb, self.item))
        self._side.addWidget(button)

    def versions(self, at: int, count: int, moved: Any) -> None:
        """Show which version this is, when there are several."""
        if count > 1:
            siblings = Siblings(at, count, self)
            siblings.moved.connect(moved)
            self._side.insertWidget(0, siblings)

    def draw(self) -> None:
        assert isinstance(self.item, Message)
        self._text.say(str(self.item.text))
        self._text.setVisible(bool(self.item.text) or not self.item.parts)

    def copied(self) -> str:
        assert isinstance(self.item, Message)
        return str(self.item.text)
