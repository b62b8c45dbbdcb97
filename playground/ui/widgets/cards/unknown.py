"""An item of a kind that this version does not know, as the JSON that came."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtWidgets import QVBoxLayout

from playground.core.items import Item, Unknown
from playground.core.plain import visible
from playground.core.session import Run
from playground.ui import theme
from playground.ui.widgets.cards.base import Card, frame
from playground.ui.widgets.traced import TracedText


class UnknownCard(Card):
    """Its kind on one line, the JSON below."""

    def __init__(self, run: Run, item: Item, kept: dict[str, Any] | None = None) -> None:
        super().__init__(run, item, kept)
        column = QVBoxLayout(self)
        column.setContentsMargins(*frame(self))
        column.setSpacing(theme.current().px(6))
        self._json = TracedText(parent=self, field="")
        self.trace(self._json)
        self._json.setProperty("role", "code")
        self._json.setAccessibleName("The item as JSON")
        self._fold = self.fold(self._json, token="tool", strong=True)
        column.addWidget(self._fold)
        column.addWidget(self._json)

    def draw(self) -> None:
        name = self.item.type if isinstance(self.item, Unknown) else "an item"
        self._fold.say(visible(name), "kept, but not known to this version")
        self._json.say(self.copied())

    def copied(self) -> str:
        return json.dumps(self.item.wire, indent=2, ensure_ascii=False)
