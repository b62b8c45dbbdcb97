"""One field of an answer in full: where it is, its whole value, and what is wrong with it."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from playground.schemas.answer import Field
from playground.schemas.source import spelled
from playground.ui import theme
from playground.ui.widgets import answerwords as words
from playground.ui.widgets.growingtext import GrowingText
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.parts import copy, copy_button
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.source import Source, pretty
from playground.ui.widgets.sourceview import SourceView

LINES = 7
"""Of a value that are in sight at once."""
SMALL = 4_000
"""Characters of an object that is shown while it grows; a larger one is shown when it is closed."""
EDGE = 1
"""Pixels of the frame of a text, which is there while it has the focus."""
MARGIN = 4
"""Pixels that Qt leaves around a document."""
ERRORS = 6
"""That are told; the others have a line together."""


class AnswerDetail(QFrame):
    """What is known of one field; hidden while there is none.

    Signals:
        pointed(Node, offset): a character of a string was clicked: of the string, not of its JSON.
    """

    pointed = Signal(object, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field: Field | None = None
        self._rev = -1
        self._pieces = 0  # of a string that are shown
        self._large = False
        self.setAccessibleName("The field in full")
        self._path = PlainText("", self)
        self._path.setProperty("role", "strong")
        self._path.setAccessibleName("Path of the field")
        self._copy = copy_button("Copy the value", self)
        self._copy.clicked.connect(self.copy_value)
        self._facts = PlainText("", self)
        self._facts.setProperty("role", "caption")
        self._facts.setAccessibleName("What the field is")
        self._string = GrowingText("Value of the field", self)
        self._string.document().setDocumentMargin(0)
        self._string.pointed.connect(self._point)
        self._json = SourceView("value of the field", self)
        self._mark = Mark("error", "error", self)
        self._errors = PlainText("", self)
        self._errors.setAccessibleName("What is wrong with the field")
        for text in (self._path, self._facts, self._errors):
            # Fixed would be fixed to the height that it had at the width from before.
            policy = text.sizePolicy()
            policy.setVerticalPolicy(QSizePolicy.Policy.Minimum)
            text.setSizePolicy(policy)
        column = self._column = QVBoxLayout(self)
        theme.space(column, 12, 6, 8, 8, gap=4)
        head = QHBoxLayout()
        theme.space(head, gap=4)
        line = QVBoxLayout()
        theme.space(line, 0, 4, 0, 0)
        line.addWidget(self._path)
        head.addLayout(line, 1)
        head.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        column.addWidget(self._facts)
        column.addWidget(self._string)
        column.addWidget(self._json)
        wrong = QHBoxLayout()
        theme.space(wrong, gap=6)
        wrong.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        wrong.addWidget(self._errors, 1)
        column.addLayout(wrong)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        theme.follow(self, lambda look: self._fit())
        self.hide()

    def show_field(self, field: Field | None) -> None:
        """Show a field; None hides all."""
        self.field = field
        self._rev, self._pieces, self._large = -1, 0, False
        self._string.begin(following=False)
        self._json.clear()
        self.setVisible(field is not None)
        self.advance()

    def advance(self) -> None:
        """Look at what is new; called by the clock."""
        field = self.field
        if field is None:
            return
        inner = bool(words.count(field))
        growing = inner and field.node is not None and field.node.end is None
        if field.rev == self._rev and not (growing and not self._large):
            return
        self._rev = field.rev
        self._path.say(spelled(field.path))
        self._facts.say(words.facts(field))
        self._string.setVisible(
            not inner and field.node is not None and field.node.kind is not None
        )
        self._json.setVisible(inner)
        if inner:
            self._show_json(field, growing=growing)
        else:
            self._show_string(field)
        told = words.wrongs(field, between="\n")
        more = [f"… and {len(told) - ERRORS} more"] if len(told) > ERRORS else []
        self._errors.say("\n".join([*told[:ERRORS], *more]))
        self._errors.setVisible(bool(told))
        self._mark.setVisible(bool(told))
        self._copy.setEnabled(field.node is not None)
        self._fit()

    def copy_value(self) -> None:
        """Put the value on the clipboard: a string as it is, everything else as JSON."""
        field = self.field
        if field is not None and field.node is not None:
            string = field.node.kind == "string"
            copy(field.node.text if string else words.as_json(field))

    def _point(self, offset: int) -> None:
        if self.field is not None and self.field.node is not None:
            self.pointed.emit(self.field.node, offset)

    @property
    def text(self) -> str:
        """The value as it stands there."""
        return self._json.text if self._json.isVisibleTo(self) else self._string.toPlainText()

    def _show_string(self, field: Field) -> None:
        pieces = field.node.pieces if field.node is not None else []
        if len(pieces) > self._pieces:
            self._string.grow("".join(pieces[self._pieces :]))
            self._pieces = len(pieces)

    def _show_json(self, field: Field, *, growing: bool) -> None:
        if growing and self._large:
            return
        text = words.as_json(field)
        self._large = growing and len(text) > SMALL
        if self._large:
            hint = "This is large, and still arriving. It is shown when it is complete."
            self._json.show_source(lambda whole: Source([hint], [[]], 0))
        else:
            self._json.show_source(lambda whole: pretty(text, whole=whole))

    def _fit(self) -> None:
        """As high as the value, up to a few lines."""
        metrics = QFontMetricsF(theme.current().mono)
        most = LINES * metrics.lineSpacing()
        high = most + 1
        if self._string.end < LINES * 200:
            sides = self._column.contentsMargins()
            width = self.width() - sides.left() - sides.right() - 2 * EDGE
            flags = Qt.TextFlag.TextWrapAnywhere | Qt.TextFlag.TextWordWrap
            text = self._string.toPlainText()
            high = metrics.boundingRect(QRectF(0, 0, width, 0), flags, text).height()
        policy = Qt.ScrollBarPolicy
        self._string.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOff if high <= most else policy.ScrollBarAsNeeded
        )
        self._string.setFixedHeight(ceil(min(high, most)) + 2 * EDGE)
        self._json.setFixedHeight(round(most) + 2 * EDGE + MARGIN)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, 0, self.width(), 1, theme.current().colour("border"))
