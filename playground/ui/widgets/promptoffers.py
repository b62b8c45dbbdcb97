"""What the Prompts panel shows while none is open: what a prompt is, and three to begin with."""

from __future__ import annotations

import json
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from playground.core.prompts import Content
from playground.core.resources import resource
from playground.ui import theme
from playground.ui.widgets.examples import ExampleButton

TAUGHT = (
    "A prompt is messages with {{variables}}, kept to be said again in any session. What you "
    "change becomes a new version, and no version is ever lost."
)


class PromptOffers(QScrollArea):
    def __init__(
        self, make: Callable[[Content, str], object], parent: QWidget | None = None
    ) -> None:
        """`make`: puts a prompt of this content and title into the library."""
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Ready prompts")
        page = QWidget(self)
        self.setWidget(page)
        outer = QVBoxLayout(page)
        theme.space(outer, 16, 12, 16, 12, gap=8)
        outer.addStretch(2)
        self.head = self._label("Keep what you say to models", "title", page)
        outer.addWidget(self.head)
        outer.addWidget(self._label(TAUGHT, "caption", page))
        self.buttons: list[ExampleButton] = []
        for row in json.loads(resource("examples", "prompts.json").read_text(encoding="utf-8")):
            content = Content.model_validate(row)
            button = ExampleButton(row["title"], row["about"], page)
            button.clicked.connect(
                lambda _=False, content=content, title=row["title"]: make(content, title)
            )
            self.buttons.append(button)
            line = QHBoxLayout()
            line.addStretch(1)
            line.addWidget(button, 6)
            line.addStretch(1)
            outer.addLayout(line)
        self.said = self._label("A click puts one into the library.", "caption", page)
        outer.addWidget(self.said)
        outer.addStretch(3)

    def show_library(self, *, empty: bool) -> None:
        """Whether there is anything in the library."""
        self.head.setText("Keep what you say to models" if empty else "No prompt is open")

    def _label(self, text: str, role: str, page: QWidget) -> QLabel:
        made = QLabel(text, page)
        made.setProperty("role", role)
        made.setTextFormat(Qt.TextFormat.PlainText)
        made.setWordWrap(True)
        made.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return made
