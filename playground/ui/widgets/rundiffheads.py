"""The names of two runs, each over its side: the one that is looked into, and the one that was
chosen to stand beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from playground.ui import theme
from playground.ui.widgets.elided import Elided
from playground.ui.widgets.parts import row
from playground.ui.widgets.rundiffsigns import SIGN

ARROW = "  ▾"
PADDING = 24
"""Design pixels that a button needs beside its words."""


class Heads(QWidget):
    """Signals:
    choosing(): another run is to be chosen.
    swapped(): the sides are to be swapped.
    """

    choosing = Signal()
    swapped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._other = ""
        self.setMinimumWidth(1)  # what is in it is as wide as there is room
        self.mine = Elided("strong", self)
        self.choose = QToolButton(self)
        self.choose.setProperty("role", "quiet")
        self.choose.setAccessibleName("The run beside this one")
        self.choose.setToolTip("Choose the run to compare with")
        self.choose.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.choose.clicked.connect(self.choosing)
        self.swap = QToolButton(self)
        self.swap.setText("⇄")
        self.swap.setProperty("role", "icon")
        self.swap.setAccessibleName("Swap the sides")
        self.swap.setToolTip("Swap the sides")
        self.swap.clicked.connect(self.swapped)
        self._halves = row(self.mine), row(self.choose, 1)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(0)
        self.place(mine="right")

    def say(self, mine: str, other: str) -> None:
        self.mine.say(mine)
        self._other = other

    def place(self, *, mine: str) -> None:
        """On which side the run that is looked into stands: `left` or `right`."""
        parts = [self._halves[0], self.swap, self._halves[1]]
        for part in parts:
            self._row.removeWidget(part)
        for part in parts if mine == "left" else reversed(parts):
            self._row.addWidget(part)

    def fit(self, before: int, after: int) -> None:
        """Over the columns of a view that leaves so many pixels beside both, and with as much of
        the names as there is room for."""
        look = theme.current()
        edge = look.px(4)
        self._row.setContentsMargins(before + edge, 0, after, 0)
        self.swap.setFixedWidth(look.px(SIGN))
        half = max((self.width() - before - after - edge - look.px(SIGN)) // 2, 1)
        for part in self._halves:
            part.setFixedWidth(half)
        metrics = self.choose.fontMetrics()
        room = half - metrics.horizontalAdvance(ARROW) - look.px(PADDING)
        elide = Qt.TextElideMode.ElideRight
        self.choose.setText(metrics.elidedText(self._other, elide, max(room, 0)) + ARROW)
