"""One message of a prompt: its role, its text with variables in colour, what is done to it."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QTextEdit, QVBoxLayout, QWidget

from playground.core.prompts import ROLES, Said
from playground.engine.prompting_places import Kind, spots
from playground.ui import theme
from playground.ui.widgets.composer import RolePicker
from playground.ui.widgets.parts import tool_button
from playground.ui.widgets.source import units

LEAST, MOST = 2, 16
"""Lines of a message that are seen at least, and at most before it scrolls."""
TOKENS: dict[Kind, str] = {
    "declared": "accent",
    "undeclared": "warn",
    "escaped": "muted",
    "bad": "error",
}
COLOURED = 200_000
"""Characters of a text in which variables are coloured."""


class MessageText(QPlainTextEdit):
    """A text that is as high as what stands in it, within limits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "draft")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self._declared: Collection[str] = ()
        self.textChanged.connect(self._fit)
        self.textChanged.connect(self.colour)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())
        theme.follow(self, self._restyle)

    def declare(self, names: Collection[str]) -> None:
        """These variables are known."""
        if set(names) != set(self._declared):
            self._declared = set(names)
            self.colour()

    def _restyle(self, look: theme.Theme) -> None:
        self._fit()
        self.colour()

    def _fit(self) -> None:
        # Of plain text the size of the document is counted in lines.
        lines = round(self.document().documentLayout().documentSize().height())
        # A bar that came while there was less room would take some of it, and so stay.
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if lines > MOST
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        high = self.fontMetrics().lineSpacing() * min(max(lines, LEAST), MOST)
        if high + 2 != self.minimumHeight():
            self.setFixedHeight(high + 2)

    def colour(self) -> None:
        """Give the variables their colours; what is wrong is underlined, too."""
        text, look = self.toPlainText()[:COLOURED], theme.current()
        found: list[QTextEdit.ExtraSelection] = []
        at = offset = 0
        for spot in spots(text, self._declared):
            offset += units(text[at : spot.start])
            wide = units(text[spot.start : spot.end])
            form = QTextCharFormat()
            form.setForeground(look.colour(TOKENS[spot.kind]))
            if spot.kind in ("bad", "undeclared"):
                form.setFontUnderline(True)
                form.setUnderlineColor(look.colour(TOKENS[spot.kind]))
            one = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.document())
            cursor.setPosition(offset)
            cursor.setPosition(offset + wide, QTextCursor.MoveMode.KeepAnchor)
            one.cursor, one.format = cursor, form  # type: ignore[attr-defined]
            found.append(one)
            offset, at = offset + wide, spot.end
        if found or self.extraSelections():
            self.setExtraSelections(found)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumHeight())


class MessageEdit(QFrame):
    """Signals:
    changed(): another role or another text.
    moved(int): it is to stand one further up (-1) or down (1).
    removed(): it is to go.
    """

    changed = Signal()
    moved = Signal(int)
    removed = Signal()

    def __init__(self, said: Said, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "composer")
        column = QVBoxLayout(self)
        theme.space(column, 4, 2, 8, 8, gap=0)
        row = QHBoxLayout()
        theme.space(row, gap=2)
        self.role = RolePicker(self)
        self.role.addItems(ROLES)
        self.role.currentTextChanged.connect(lambda _: self.changed.emit())
        row.addWidget(self.role)
        row.addStretch(1)
        self.up = tool_button("chevron-up", "Move up (Alt+↑)", self)
        self.down = tool_button("chevron-down", "Move down (Alt+↓)", self)
        self.remove = tool_button("trash", "Remove this message", self)
        self.up.clicked.connect(lambda: self.moved.emit(-1))
        self.down.clicked.connect(lambda: self.moved.emit(1))
        self.remove.clicked.connect(self.removed)
        for button in (self.up, self.down, self.remove):
            row.addWidget(button)
        column.addLayout(row)
        inner = QVBoxLayout()
        theme.space(inner, 8, 2, 0, 0)
        self.text = MessageText(self)
        self.text.textChanged.connect(self.changed)
        inner.addWidget(self.text)
        column.addLayout(inner)
        self.write(said)

    @property
    def said(self) -> Said:
        role = next(one for one in ROLES if one == self.role.currentText())
        return Said(role=role, text=self.text.toPlainText())

    def write(self, said: Said) -> None:
        """Show another message; nobody is told."""
        self.blockSignals(True)
        self.role.setCurrentText(said.role)
        if self.text.toPlainText() != said.text:
            self.text.setPlainText(said.text)
        self.blockSignals(False)

    def rewrite(self, text: str) -> None:
        """Put another text there, which can be undone; nobody is told."""
        if text == self.text.toPlainText():
            return
        self.blockSignals(True)
        seen, cursor = self.text.textCursor(), QTextCursor(self.text.document())
        at = seen.position()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        seen.setPosition(min(at, self.text.document().characterCount() - 1))
        self.text.setTextCursor(seen)
        self.blockSignals(False)

    def number(self, place: int, count: int) -> None:
        """Which one of how many it is, from 0."""
        self.text.setAccessibleName(f"Message {place + 1}")
        self.text.setPlaceholderText(
            "How the model should behave. {{name}} makes a variable."
            if place == 0
            else "What is said. {{name}} makes a variable."
        )
        self.role.setAccessibleName(f"Role of message {place + 1}")
        for button, words, on in (
            (self.up, "Move message {} up", place > 0),
            (self.down, "Move message {} down", place < count - 1),
            (self.remove, "Remove message {}", True),
        ):
            button.setAccessibleName(words.format(place + 1))
            button.setEnabled(on)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if by and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(by)
        else:
            super().keyPressEvent(event)
