"""A sentence of ours in the flow."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout

from playground.core.items import Notice
from playground.core.session import Run
from playground.ui import theme
from playground.ui.widgets.cards.base import Card
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.plaintext import PlainText


class NoticeCard(Card):
    """A sentence of ours in the flow."""

    def __init__(self, run: Run, item: Notice, kept: dict[str, Any] | None = None) -> None:
        super().__init__(run, item, kept)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.current().px(8))
        row.addWidget(Mark("info", "accent", self), 0, Qt.AlignmentFlag.AlignTop)
        self._text = PlainText(parent=self)
        self._text.setProperty("role", "muted")
        self._text.setAccessibleName("Notice")
        row.addWidget(self._text, 1)

    def draw(self) -> None:
        assert isinstance(self.item, Notice)
        self._text.say(self.item.text)
