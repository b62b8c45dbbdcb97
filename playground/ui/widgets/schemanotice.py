"""What an editor says about the text in it: a sentence above the lines."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.ui import theme


class Notice(QFrame):
    """Hidden while there is nothing to say.

    Signals:
        changed(): it says something else, and may be of another height.
        cleared(): the text is to go.
    """

    changed = Signal()
    cleared = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 6, gap=4)
        self.label = QLabel(self)
        self.label.setProperty("role", "caption")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.clear = QPushButton("Clear", self)
        self.clear.setAccessibleName("Clear the editor")
        self.clear.setToolTip("Take this text away")
        self.clear.clicked.connect(self.cleared)
        column.addWidget(self.label)
        column.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    def say(self, words: str, *, clear: bool = False) -> None:
        """`clear`: offer to take the text away."""
        self.label.setText(words)
        self.setAccessibleName(words)
        self.clear.setVisible(clear)
        self.show()
        self.changed.emit()

    def leave(self) -> None:
        if not self.isHidden():
            self.hide()
            self.changed.emit()
