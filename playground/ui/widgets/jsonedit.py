"""A small editor of code: grows with its text, colours JSON, and lets the wheel pass by."""

from __future__ import annotations

import re
from math import ceil

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from playground.ui import theme

PAUSE = 300
"""Milliseconds without a key after which what stands there is taken."""
LEAST, MOST = 2, 24
"""Lines that it is high; more are scrolled to."""
ABOVE = 6
"""Pixels of the design above and below the text, without the frame."""

_TOKEN = re.compile(
    r'(?P<name>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<string>"(?:[^"\\]|\\.)*"?)'
    r"|(?P<number>-?\b\d[\d.eE+-]*)|(?P<word>\b(?:true|false|null)\b)|(?P<mark>[{}\[\],:])"
)
_COLOURS = {
    "name": "text_event",
    "string": "text",
    "number": "reasoning",
    "word": "reasoning",
    "mark": "faint",
}


class CodeEdit(QPlainTextEdit):
    """Text of any length that is typed or pasted, as high as it needs to be.

    Signals:
        edited(): another text stands there, and nobody is typing any more.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None, *, grows: bool = True) -> None:
        super().__init__(parent)
        self._grows = grows
        self.setProperty("role", "entry")
        # A key that goes on to the next field must do so everywhere, also in code.
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(0)
        vertical = QSizePolicy.Policy.Fixed if grows else QSizePolicy.Policy.Expanding
        self.setSizePolicy(QSizePolicy.Policy.Expanding, vertical)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE)
        self._pause.timeout.connect(self.edited)
        self.textChanged.connect(self._changed)
        theme.follow(self, self._restyle)

    @property
    def pending(self) -> bool:
        """Somebody is typing: what stands there has not been taken yet."""
        return self._pause.isActive()

    def settle(self) -> None:
        """Take what stands there now."""
        if self._pause.isActive():
            self._pause.stop()
            self.edited.emit()

    def write(self, text: str) -> None:
        """Put this there, in place of what is; nobody has typed it."""
        if text != self.toPlainText():
            self.setPlainText(text)
        self._pause.stop()

    def replace(self, text: str) -> None:
        """Put this there as if it was typed: it can be undone."""
        if text == self.toPlainText():
            return
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    def _restyle(self, look: theme.Theme) -> None:
        self.setFont(look.mono)  # without ligatures
        self._refit()

    def _changed(self) -> None:
        self._pause.start()
        self._refit()

    def _refit(self) -> None:
        if not self._grows:
            return
        look = theme.current()
        line = ceil(QFontMetricsF(look.mono).lineSpacing())
        text, block, most = 0.0, self.document().firstBlock(), MOST * line
        while block.isValid() and text < most:
            text += self.blockBoundingRect(block).height()
            block = block.next()
        # One pixel more than the lines need, or Qt finds that the last one does not fit.
        rim = 2 * (look.px(ABOVE) + 1) + 1
        high = min(max(ceil(text), LEAST * line), most) + rim
        if high != self.minimumHeight():
            self.setFixedHeight(high)

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(160), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(80), self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._refit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.settle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            line = self.textCursor().block().text()[: self.textCursor().positionInBlock()]
            indent = line[: len(line) - len(line.lstrip(" "))]
            deeper = "  " if line.rstrip().endswith(("{", "[")) else ""
            self.insertPlainText(f"\n{indent}{deeper}")
            self.ensureCursorVisible()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Whoever scrolls the form over it does not get caught in it."""
        if self.hasFocus() or not self._grows:
            super().wheelEvent(event)
        else:
            event.ignore()


class JsonColours(QSyntaxHighlighter):
    """Colours JSON line by line, as strings of JSON never go on in the next one."""

    def __init__(self, edit: QPlainTextEdit) -> None:
        super().__init__(edit.document())
        self._formats: dict[str, QTextCharFormat] = {}
        theme.follow(self, self._restyle)

    def _restyle(self, look: theme.Theme) -> None:
        for part, token in _COLOURS.items():
            self._formats[part] = form = QTextCharFormat()
            form.setForeground(look.colour(token))
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        if text.isascii():
            for match in _TOKEN.finditer(text):
                if match.lastgroup is not None:
                    form = self._formats[match.lastgroup]
                    self.setFormat(match.start(), match.end() - match.start(), form)
            return
        for match in _TOKEN.finditer(text):
            if match.lastgroup is not None:
                start, length = _units(text[: match.start()]), _units(match.group())
                self.setFormat(start, length, self._formats[match.lastgroup])


def _units(text: str) -> int:
    """Length as Qt counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
