"""What a reasoning model shows of its reasoning: one line, open on demand."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.core.items import Reasoning
from playground.core.plain import visible
from playground.core.session import Run
from playground.ui import theme, words
from playground.ui.hosted.pieces import as_json
from playground.ui.widgets.cards.base import Card
from playground.ui.widgets.fold import TEXT
from playground.ui.widgets.plaintext import PlainText


class ReasoningCard(Card):
    """Its words and, folded once more, the details that a server keeps beside them."""

    def __init__(self, run: Run, item: Reasoning, kept: dict[str, Any] | None = None) -> None:
        super().__init__(run, item, kept)
        self.setProperty("role", "reasoning")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        inner = QWidget(self)
        indented = QVBoxLayout(inner)
        indented.setContentsMargins(*theme.current().margins(TEXT, 4, 0, 4))
        self._text = PlainText(parent=inner)
        self._text.setProperty("role", "muted")
        self._text.setAccessibleName("Reasoning")
        indented.addWidget(self._text)
        self._json = PlainText(parent=inner)
        self._json.setProperty("role", "code")
        self._json.setAccessibleName("Details of the reasoning as JSON")
        self._details = self.fold(self._json, "details")
        self._details.hide()
        indented.addWidget(self._details)
        indented.addWidget(self._json)
        self._fold = self.fold(inner, token="reasoning", strong=True)
        column.addWidget(self._fold)
        column.addWidget(inner)

    def draw(self) -> None:
        item = self.item
        assert isinstance(item, Reasoning)
        text = str(item.text or item.summary)
        self._text.say(text)
        self._text.setVisible(bool(text))
        if not self.over:
            head = "Reasoning…"
        else:
            head = f"Reasoned for {words.seconds(((item.t1 or item.t0) - item.t0) / 1e9)}"
        tail = []
        used = self.run.transcript.usage
        if used is not None and used.reasoning:
            tail.append(f"{words.tokens(used.reasoning)} tokens")
        if item.encrypted:
            tail.append("sealed")
        tail += [line.strip(" *#") for line in text.split("\n") if line.strip(" *#")][:1]
        self._fold.say(head, visible(" · ".join(tail))[:200])
        self._fold.setAccessibleName(self._fold.text())
        self._fold.setEnabled(bool(text or item.details))
        if item.details and self.over:
            count = len(item.details)
            self._details.say(
                "Details", f"{count} part{'s' * (count > 1)}, as the server sent them"
            )
            self._details.setAccessibleName("Details of the reasoning")
            self._details.show()
            self._json.say(as_json(item.details))

    def copied(self) -> str:
        assert isinstance(self.item, Reasoning)
        return str(self.item.text or self.item.summary)
