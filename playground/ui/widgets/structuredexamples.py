"""What the Structured panel offers before there is a schema: examples to run, and ways to one's
own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from playground.schemas.library import Example, examples
from playground.ui import theme
from playground.ui.widgets.examples import ExampleButton

SHOWN = 6
"""Examples that stand here; all are among the sources."""


class StructuredExamples(QScrollArea):
    def __init__(
        self,
        run: Callable[[Example], object],
        open_sources: Callable[[], object],
        parent: QWidget | None = None,
    ) -> None:
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
        head = QLabel("Get an answer as data", page)
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
        self.buttons: list[QPushButton] = []
        for number, example in enumerate(examples()[:SHOWN]):
            button = ExampleButton(example.title, example.about, page)
            button.setToolTip(f"Runs: {example.prompt}")
            button.clicked.connect(lambda _, example=example: run(example))
            self.buttons.append(button)
            grid.addWidget(button, number // 2, number % 2)
        for side in (0, 1):
            grid.setColumnStretch(side, 1)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addLayout(grid, 6)
        line.addStretch(1)
        outer.addLayout(line)
        row = QHBoxLayout()
        row.addStretch(1)
        self.own = QPushButton("A schema of your own…", page)
        self.own.setAccessibleName("A schema of your own")
        self.own.setToolTip("Paste, open, infer or describe one (Ctrl+Shift+O)")
        self.own.clicked.connect(open_sources)
        row.addWidget(self.own)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(3)

    def show_server(self, name: str) -> None:
        self.where.setText(
            f"A schema says which fields an answer has. Each of these runs on {name}, with a "
            "schema and a text that you can change."
        )
