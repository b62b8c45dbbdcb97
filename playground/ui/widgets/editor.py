"""The editor of a message: makes another version, overwrites nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.parts import Part, describe
from playground.core.plain import visible
from playground.ui import theme
from playground.ui.widgets.values import clipped


class Editor(QFrame):
    """Changes a message in place of its card: the old version stays as a sibling."""

    def __init__(self, text: str, parent: QWidget, attached: Sequence[Part] = ()) -> None:
        """`attached` goes with the new version as it went with the old."""
        super().__init__(parent)
        self.setProperty("role", "composer")
        column = QVBoxLayout(self)
        theme.space(column, 12, 10, 10, 10, gap=8)
        self.head = QLabel("NEW VERSION OF AN EARLIER MESSAGE", self)
        self.head.setProperty("role", "section")
        column.addWidget(self.head)
        self.text = QPlainTextEdit(text, self)
        self.text.setAccessibleName("New version of the message")
        self.text.setProperty("role", "draft")
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.document().setDocumentMargin(0)
        # Where there is little room, less of the message is seen at once.
        theme.follow(self.text, lambda look: self.text.setMinimumHeight(look.px(48)))
        theme.follow(self.text, lambda look: self.text.setMaximumHeight(look.px(120)))
        self.text.setTabChangesFocus(True)
        column.addWidget(self.text)
        if attached:
            names = ", ".join(clipped(describe(part, decode=False).name) for part in attached)
            told = QLabel(visible(f"Attached as before: {names}"), self)
            told.setProperty("role", "caption")
            told.setTextFormat(Qt.TextFormat.PlainText)
            told.setWordWrap(True)
            column.addWidget(told)
        row = QHBoxLayout()
        theme.space(row, gap=8)
        row.addStretch(1)
        self.cancel = QPushButton("Cancel", self)
        self.keep = QPushButton("Keep without running", self)
        self.run = QPushButton("Run", self)
        self.cancel.setProperty("role", "quiet")
        self.run.setProperty("role", "primary")
        for button in (self.cancel, self.keep, self.run):
            button.setAccessibleName(button.text())
            row.addWidget(button)
        column.addLayout(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (
            event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            (self.run if self.run.isVisible() else self.keep).click()
        else:
            super().keyPressEvent(event)
