"""What an empty conversation offers: four things to run."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from playground.core.resources import resource
from playground.ui import theme


class Examples(QScrollArea):
    """What an empty conversation offers: things to run, never a blank page."""

    def __init__(self, pick: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Examples")
        page = QWidget(self)
        self.setWidget(page)
        outer = QVBoxLayout(page)
        theme.space(outer, 16, 12, 16, 12, gap=4)
        outer.addStretch(2)
        head = QLabel("Ask a model something", page)
        head.setProperty("role", "title")
        head.setAlignment(Qt.AlignmentFlag.AlignCenter)
        outer.addWidget(head)
        self.where = QLabel(page)
        self.where.setProperty("role", "caption")
        self.where.setTextFormat(Qt.TextFormat.PlainText)
        self.where.setWordWrap(True)
        self.where.setAlignment(Qt.AlignmentFlag.AlignCenter)
        outer.addWidget(self.where)
        grid = QGridLayout()
        theme.space(grid, 0, 12, 0, 12, gap=8)
        for side in (0, 1):
            grid.setColumnStretch(side, 1)
        self.buttons: list[QPushButton] = []
        rows = json.loads(resource("examples", "chat.json").read_text(encoding="utf-8"))
        for number, row in enumerate(rows):
            button = ExampleButton(row["title"], row["prompt"], page)
            button.clicked.connect(lambda _, row=row: pick(row))
            self.buttons.append(button)
            grid.addWidget(button, number // 2, number % 2)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addLayout(grid, 6)
        line.addStretch(1)
        outer.addLayout(line)
        self.more = QHBoxLayout()
        """Below the examples: Add a key, and what else a newcomer may want."""
        theme.space(self.more, gap=8)
        outer.addLayout(self.more)
        outer.addStretch(3)


class ExampleButton(QPushButton):
    """A title and the prompt it runs."""

    def __init__(self, title: str, prompt: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "example")
        self.setAccessibleName(title)
        self.setAccessibleDescription(prompt)
        self.setToolTip(prompt)
        column = QVBoxLayout(self)
        theme.space(column, 12, 10, 12, 10, gap=2)
        for text, role in ((title, "strong"), (prompt, "caption")):
            label = QLabel(text, self)
            label.setProperty("role", role)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(label)
        column.addStretch(1)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.follow(self, lambda look: self.setMinimumWidth(look.px(200)))

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        assert layout is not None
        return layout.heightForWidth(width)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        assert layout is not None
        return layout.sizeHint()
