"""A view of code that changes while one looks at it: it stays where one has scrolled to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from playground.ui import theme
from playground.ui.widgets.highlight import Highlighter, Run, style
from playground.ui.widgets.source import Source, Span, units
from playground.ui.widgets.sourceview import TOKENS

Coloured = Sequence[tuple[int, int, QTextCharFormat]]
"""(start, length, how it looks), in Qt's units."""


class CodeText(QPlainTextEdit):
    """Shows a Source, or lines of a language. Only what differs is laid out again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "source")
        theme.follow(self, lambda look: self.setFont(look.mono))  # without ligatures
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(0)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self._colours = _Colours(self)
        self._highlighter = Highlighter(self)
        self._runs: list[Sequence[Run]] = []
        self._lines: list[str] = [""]

    def show_source(self, source: Source) -> None:
        """Text whose parts are known already."""
        self._highlighter.clear()
        self._colours.spans, self._colours.runs = source.spans, ()
        self._put(source.lines)

    def show_code(self, language: str, lines: Sequence[str]) -> None:
        """Text in a language; its colours may come a little later."""
        runs: list[Sequence[Run]] = []
        self._highlighter.clear()
        self._colours.spans, self._colours.runs = (), runs
        self._highlighter.start(language, lines, runs, self._coloured)
        self._put(lines)

    def _coloured(self) -> None:
        if self._highlighter.idle:
            self._colours.rehighlight()

    def _put(self, lines: Sequence[str]) -> None:
        """Change the lines that differ, and nothing else: whatever is above and below them stays
        where it is."""
        old, self._lines = self._lines, list(lines) or [""]
        start, end = _alike(old, self._lines)
        if old != self._lines:
            fresh = self._lines[start : len(self._lines) - end]
            document, cursor = self.document(), QTextCursor(self.document())
            bars = self.verticalScrollBar(), self.horizontalScrollBar()
            before = [bar.value() for bar in bars]
            cursor.beginEditBlock()
            cursor.setPosition(document.findBlockByNumber(start).position())
            last = document.findBlockByNumber(len(old) - end - 1)
            cursor.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText("\n".join(fresh))
            cursor.endEditBlock()
            for bar, value in zip(bars, before, strict=True):
                bar.setValue(value)
        self._colours.rehighlight()


def _alike(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many lines are the same at the beginning and at the end, when one line at least of each
    is between them."""
    shared = min(len(old), len(new)) - 1
    start = next((n for n in range(shared) if old[n] != new[n]), shared)
    rest = shared - start
    return start, next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)


class _Colours(QSyntaxHighlighter):
    """Colours lines by what is known of them: the parts of a Source, or what a lexer found."""

    def __init__(self, view: QPlainTextEdit) -> None:
        super().__init__(view.document())
        self.spans: Sequence[Sequence[Span]] = ()
        self.runs: Sequence[Sequence[Run]] = ()
        self._parts: dict[str, QTextCharFormat] = {}
        self._kinds: dict[str, QTextCharFormat] = {}
        theme.follow(self, self._restyle)

    def _restyle(self, look: theme.Theme) -> None:
        self._kinds.clear()
        for part, token in TOKENS.items():
            self._parts[part] = form = QTextCharFormat()
            form.setForeground(look.colour(token))
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        number = self.currentBlock().blockNumber()
        if number < len(self.spans):
            for start, length, part in self.spans[number]:
                self.setFormat(start, length, self._parts[part])
        if number < len(self.runs):
            for first, last, kind in self.runs[number]:
                form = self._kinds.get(kind)
                if form is None:
                    form = self._kinds[kind] = style(kind)
                begin = units(text[:first])
                self.setFormat(begin, units(text[first:last]), form)
