"""What the Tools panel offers before anything was asked: demos to run, and their recordings."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from playground.engine.demos import Demo, demos
from playground.ui import theme
from playground.ui.widgets.examples import ExampleButton


class DemoOffers(QScrollArea):
    def __init__(
        self,
        run: Callable[[Demo], object],
        play: Callable[[Demo], object],
        parent: QWidget | None = None,
    ) -> None:
        """`run` asks a server; `play` tells the recording to a room."""
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Demos")
        page = QWidget(self)
        self.setWidget(page)
        outer = QVBoxLayout(page)
        theme.space(outer, 16, 12, 16, 12, gap=4)
        outer.addStretch(2)
        for text, role in (
            ("Let a model call tools", "title"),
            (
                "Nothing is run that you have not approved. The demos need no key and no network; "
                "or switch tools on under Tools, and ask.",
                "caption",
            ),
        ):
            label = QLabel(text, page)
            label.setProperty("role", role)
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            outer.addWidget(label)
        outer.addSpacing(theme.current().px(8))
        self.runs: list[QPushButton] = []
        self.plays: list[QPushButton] = []
        for demo in demos():
            line = QHBoxLayout()
            line.addStretch(1)
            button = ExampleButton(demo.title, demo.about, page)
            button.setToolTip(f"Asks: {demo.ways[0].prompt}")
            button.clicked.connect(lambda _, demo=demo: run(demo))
            line.addWidget(button, 5)
            shown = QPushButton("Present the recording", page)
            shown.setProperty("role", "quiet")
            shown.setAccessibleName(f"Present the recording of {demo.title}")
            shown.setToolTip("Step by step for a room to read, without a server (Space goes on)")
            shown.clicked.connect(lambda _, demo=demo: play(demo))
            line.addWidget(shown)
            line.addStretch(1)
            outer.addLayout(line)
            self.runs.append(button)
            self.plays.append(shown)
        outer.addStretch(3)
