"""An answer as it was written, with what differs from another one standing out."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.engine.comparing_marks import Marked
from playground.ui import theme
from playground.ui.widgets.elided import Elided
from playground.ui.widgets.growingtext import GrowingText
from playground.ui.words import number


class CompareText(QWidget):
    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        theme.space(column, 10, 2, 8, 0, gap=4)
        self.about = Elided("caption", self)
        column.addWidget(self.about)
        self.text = GrowingText(name, self)
        self.text.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        column.addWidget(self.text, 1)
        self.told: Marked | None = None
        """What is shown; None: nothing."""
        theme.follow(self, self._use_font)

    def show_marked(self, told: Marked | None) -> None:
        if told == self.told:
            return
        before, self.told = self.told, told
        if told is None:
            return
        self.about.say(said(told))
        if before is None or before.text != told.text:
            at = self.text.verticalScrollBar().value()
            self.text.begin(following=False)
            self.text.grow(told.text)
            self.text.finish()
            self.text.verticalScrollBar().setValue(at)
        self._use_font(theme.current())
        self.text.light(told.spots)

    def _use_font(self, look: theme.Theme) -> None:
        """Of code, where it is JSON."""
        told = self.told
        self.text.setFont(look.mono if told is not None and told.values else look.font)


def said(told: Marked) -> str:
    """How much differs, in words."""
    if not told.text:
        return "No answer yet"
    if not told.compared:
        return "Nothing to compare it with"
    what = "values" if told.values else "words"
    if not told.differ:
        return f"None of {number(told.whole)} {what} differs"
    return f"{number(told.differ)} of {number(told.whole)} {what} differ"
