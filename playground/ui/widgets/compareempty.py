"""What the Compare panel offers where nothing is compared yet."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.ui import theme

PROMISE = (
    "The same question to two, three or four columns, each with its own server, API, model, "
    "prompt and parameters. They are branches of this session: nothing is copied, and the one "
    "that you keep goes on as the conversation."
)
OFFERS = (
    ("here", "Two columns", "Beside each other, from the end of this conversation on"),
    ("start", "Two columns from the start", "Without what was said in this conversation"),
    (
        "beside",
        "Chat Completions beside Responses",
        "The last turn of this conversation over both APIs, with both requests and both streams",
    ),
)


class CompareEmpty(QWidget):
    """Signals:
    picked(what): one of the offers: "here", "start" or "beside".
    """

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        theme.space(column, 24, 24, 24, 24, gap=8)
        column.addStretch(2)
        title = QLabel("Compare", self)
        title.setProperty("role", "title")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(title)
        promise = QLabel(PROMISE, self)
        promise.setProperty("role", "muted")
        promise.setWordWrap(True)
        promise.setAlignment(Qt.AlignmentFlag.AlignCenter)
        theme.follow(promise, lambda look: promise.setFixedWidth(look.px(460)))
        line = QHBoxLayout()
        line.addStretch(1)
        line.addWidget(promise)
        line.addStretch(1)
        column.addLayout(line)
        column.addSpacing(8)
        self.buttons: dict[str, QPushButton] = {}
        for what, name, tip in OFFERS:
            button = QPushButton(name, self)
            button.setAccessibleName(name)
            button.setToolTip(tip)
            if not self.buttons:
                button.setProperty("role", "primary")
            button.clicked.connect(lambda _=False, what=what: self.picked.emit(what))
            self.buttons[what] = button
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
