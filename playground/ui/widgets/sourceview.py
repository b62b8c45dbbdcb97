"""A view of a Source: read-only, selectable, coloured, and only as long as a frame can bear."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from playground.ui import theme
from playground.ui.widgets.source import ALL, Part, Source, Span

TOKENS: dict[Part, str] = {
    "name": "text_event",
    "string": "text",
    "number": "reasoning",
    "word": "reasoning",
    "mark": "faint",
    "control": "warn",
    "bad": "error",
}


class SourceView(QWidget):
    """Shows what `read` makes of a text, in part when it is long, with a way to the rest.

    Signals:
        widened(): the whole was asked for.
    """

    widened = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._read: Callable[[bool], Source] | None = None
        self._text = QPlainTextEdit(self)
        self._text.setReadOnly(True)
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._text.setProperty("role", "source")
        self._text.setAccessibleName(name)
        self._text.setTabChangesFocus(True)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._text.setUndoRedoEnabled(False)
        self._colours = _Colours(self._text.document())
        self._more = QPushButton("Show all", self)
        self._more.setProperty("role", "quiet")
        self._more.setAccessibleName(f"Show all of the {name}")
        self._more.clicked.connect(self._widen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._text, 1)
        column.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeft)
        self.setFocusProxy(self._text)
        self._more.hide()
        theme.themes.changed.connect(self.restyle)
        self.restyle()

    @property
    def text(self) -> str:
        """What stands there."""
        return self._text.toPlainText()

    def show_source(self, read: Callable[[bool], Source], *, words: bool = True) -> None:
        """Show what `read(whole=False)` returns; `read(True)` gives the rest when it is wanted.

        Without `words` long lines are broken anywhere, which keeps bytes where they stand.
        """
        wrap = QTextOption.WrapMode
        mode = wrap.WrapAtWordBoundaryOrAnywhere if words else wrap.WrapAnywhere
        self._text.setWordWrapMode(mode)
        self._read = read
        self._put(read(False))
        self._text.verticalScrollBar().setValue(0)

    def clear(self) -> None:
        self._read = None
        self._put(Source([], [], 0))

    def _put(self, source: Source) -> None:
        self._colours.spans = source.spans
        self._text.setPlainText(source.text)
        left = QLocale().toString(source.left_out)
        self._more.setVisible(source.left_out > 0)
        self._more.setEnabled(True)
        self._more.setText(f"Show all · {left} more characters")

    def _widen(self) -> None:
        if self._read is not None:
            source = self._read(True)
            self._put(source)
            if source.left_out:
                limit = QLocale().toString(ALL)
                self._more.setText(f"The first {limit} are shown. Copy takes all.")
                self._more.setEnabled(False)
            self.widened.emit()

    def restyle(self) -> None:
        self._text.setFont(theme.current().mono)  # without ligatures
        self._colours.restyle()


class _Colours(QSyntaxHighlighter):
    """Colours lines by spans that are known beforehand."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.spans: list[list[Span]] = []
        self._formats: dict[Part, QTextCharFormat] = {}

    def restyle(self) -> None:
        look = theme.current()
        for part, token in TOKENS.items():
            self._formats[part] = form = QTextCharFormat()
            form.setForeground(look.colour(token))
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        number = self.currentBlock().blockNumber()
        if number < len(self.spans):
            for start, length, part in self.spans[number]:
                self.setFormat(start, length, self._formats[part])
