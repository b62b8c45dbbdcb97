"""The parts of a hosted call as widgets."""

from __future__ import annotations

from typing import assert_never

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.ui import theme
from playground.ui.hosted.pieces import pretty
from playground.ui.hosted.told import Code, Image, Links, Part, Table, Words
from playground.ui.widgets.cards.snippet import Snippet
from playground.ui.widgets.picture import Picture
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.sources import Sources, web
from playground.ui.widgets.traced import TracedText


class Piece(QWidget):
    """One part under its name.

    Signals:
        opened(url): a link in it was clicked. Nothing was opened.
        resized(): it needs another height.
    """

    opened = Signal(str)
    resized = Signal()

    def __init__(self, part: Part, parent: QWidget, code: str = "") -> None:
        super().__init__(parent)
        self.part = part
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=3)
        self._name = QLabel(self)
        self._name.setProperty("role", "caption")
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        self._name.setWordWrap(True)
        column.addWidget(self._name)
        self.body = self._made(part)
        column.addWidget(self.body)
        self.say(part, code)

    def _made(self, part: Part) -> QWidget:
        name = visible(part.name) or "More"
        match part:
            case Words():
                text = TracedText(parent=self, field="")
                text.setAccessibleName(name)
                return text
            case Code():
                return Snippet(name, part.language, self)
            case Table():
                return QWidget(self)
            case Links():
                sources = Sources(self)
                sources.opened.connect(self.opened)
                return sources
            case Image():
                picture = Picture("Picture", self)
                picture.resized.connect(self.resized)
                return picture
            case _:
                assert_never(part)

    def fits(self, part: Part) -> bool:
        """Whether this widget can show that part instead."""
        return type(part) is type(self.part) and not isinstance(part, Table)

    def say(self, part: Part, code: str = "") -> None:
        """Show this part, which fits. `code`: what streamed in; the part may be that, for people
        to read."""
        self.part = part
        self._name.setText(visible(part.name))
        self._name.setVisible(bool(part.name))
        match part:
            case Words():
                assert isinstance(self.body, TracedText)
                self.body.say(part.text)
            case Code():
                assert isinstance(self.body, Snippet)
                streamed = bool(code) and part.text in (code, pretty(code))
                self.body.field = "code" if streamed else ""
                self.body.say(part.text, code if streamed else None)
            case Table():
                self._fill(part)
            case Links():
                assert isinstance(self.body, Sources)
                self.body.show_sources([web(*row) for row in part.rows])
            case Image():
                assert isinstance(self.body, Picture)
                self.body.show_base64(part.data)
            case _:
                assert_never(part)

    def _fill(self, part: Table) -> None:
        grid = QGridLayout(self.body)
        look = theme.current()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(look.px(16))
        grid.setVerticalSpacing(look.px(2))
        grid.setColumnStretch(1, 1)
        for number, (name, value) in enumerate(part.rows):
            left = QLabel(visible(name)[:60], self.body)
            left.setProperty("role", "number")
            left.setTextFormat(Qt.TextFormat.PlainText)
            right = PlainText(value, self.body)
            right.setProperty("role", "muted")
            right.setAccessibleName(visible(name)[:60] or "Value")
            grid.addWidget(left, number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(right, number, 1)
