"""What a reasoning model shows of its reasoning: one line, open on demand."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.core.items import Reasoning
from playground.core.plain import visible
from playground.core.session import Run
from playground.ui import theme, words
from playground.ui.hosted.pieces import as_json, counted
from playground.ui.widgets.cards.base import Card
from playground.ui.widgets.fold import TEXT
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.traced import TracedText

BEGINS = 200
"""Characters of the first line that are shown."""


class ReasoningCard(Card):
    """Its words and, folded once more, the details that a server keeps beside them."""

    def __init__(self, run: Run, item: Reasoning, kept: dict[str, Any] | None = None) -> None:
        super().__init__(run, item, kept)
        self.setProperty("role", "reasoning")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        inner = QWidget(self)
        self._fold = self.fold(inner, draw=self._draw_body, token="reasoning", strong=True)
        indented = QVBoxLayout(inner)
        indented.setContentsMargins(*theme.current().margins(TEXT, 4, 0, 4))
        self._text = TracedText(parent=inner)
        self.trace(self._text)
        self._text.setProperty("role", "muted")
        self._text.setAccessibleName("Reasoning")
        indented.addWidget(self._text)
        self._indented = indented
        self._json: PlainText | None = None
        self._begins, self._begun = "", False
        """Its first line, and whether that will not change any more."""
        column.addWidget(self._fold)
        column.addWidget(inner)

    def draw(self) -> None:
        item = self.item
        assert isinstance(item, Reasoning)
        text = item.text or item.summary
        if text and (self.over or not self._begun):
            whole = str(text)
            self._begins, self._begun = _first_line(whole), len(whole) > 2 * BEGINS
        if not self.over:
            head = "Reasoning…"
        else:
            head = f"Reasoned for {words.seconds(((item.t1 or item.t0) - item.t0) / 1e9)}"
        tail = []
        used = self.run.transcript.usage
        if used is not None and used.reasoning and self._alone:
            tail.append(f"{words.tokens(used.reasoning)} tokens")
        if item.encrypted:
            tail.append("sealed")
        tail += filter(None, [self._begins])
        self._fold.say(head, visible(" · ".join(tail)))
        self._fold.setAccessibleName(self._fold.text())
        self._fold.setEnabled(bool(text or item.details))
        self._draw_body()

    @property
    def _alone(self) -> bool:
        """The tokens that a server counts are those of all the reasoning of its answer."""
        items = self.run.transcript.items
        return sum(isinstance(one, Reasoning) for one in items) == 1

    def _draw_body(self) -> None:
        """Bring up to date what stands below the line, when it is open."""
        item = self.item
        assert isinstance(item, Reasoning)
        if not self._fold.isChecked():
            return
        text = str(item.text or item.summary)
        self._text.field = "text" if item.text else "summary"
        self._text.say(text)
        self._text.setVisible(bool(text))
        if item.details and self.over and self._json is None:
            self._json = self._offer_details(item)

    def _offer_details(self, item: Reasoning) -> PlainText:
        """What the server keeps beside the words, folded once more."""
        json = PlainText(as_json(item.details), self)
        json.setProperty("role", "code")
        json.setAccessibleName("Details of the reasoning as JSON")
        fold = self.fold(json, "details")
        fold.say("Details", f"{counted(len(item.details), 'part')}, as the server sent them")
        fold.setAccessibleName("Details of the reasoning")
        self._indented.addWidget(fold)
        self._indented.addWidget(json)
        fold.show()
        return json

    def copied(self) -> str:
        assert isinstance(self.item, Reasoning)
        return str(self.item.text or self.item.summary)


def _first_line(text: str) -> str:
    """The first words, without the signs of Markdown around them."""
    lines = (line.strip(" *#") for line in text[: 10 * BEGINS].split("\n"))
    return next(filter(None, lines), "")[:BEGINS]
