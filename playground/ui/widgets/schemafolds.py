"""Folds: objects and arrays of which only the first and the last line are shown.

What is folded is no state of its own: a visible line with hidden ones below it is the head of a
fold. So it stays true whatever is edited, undone or put in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from PySide6.QtGui import QTextBlock
from PySide6.QtWidgets import QPlainTextEdit

from playground.ui.widgets.schemabrackets import closing, opening, opens

MOST = 10_000
"""Lines in one fold: Qt lays out hidden lines too when it paints the one above them."""


class Folds:
    def __init__(self, edit: QPlainTextEdit) -> None:
        self._edit = edit
        self._document = edit.document()
        self._touched: tuple[int, int] | None = None
        """Where the text has changed since the folds were looked at."""
        self._document.contentsChange.connect(self._changed)
        edit.textChanged.connect(self._settle)
        edit.cursorPositionChanged.connect(self._follow)

    def foldable(self, block: QTextBlock) -> bool:
        """Whether the line opens what has lines of its own. Reads only it and the next one."""
        after = block.next()
        return (
            after.isValid()
            and not after.text().lstrip().startswith(("}", "]"))
            and opens(block.text()) is not None
        )

    def hidden(self, block: QTextBlock) -> int:
        """How many lines are folded under this one."""
        after = block.next()
        if not after.isValid() or after.isVisible() or not block.isVisible():
            return 0
        end = self._below(block)
        last = end.blockNumber() if end.isValid() else self._document.blockCount()
        return last - block.blockNumber() - 1

    def fold(self, block: QTextBlock) -> bool:
        """Hide what this line opens, else what the line is in. False when there is nothing to hide,
        or too much."""
        head, start = block, opens(block.text())
        if start is None:
            around = opening(islice(_texts(block.previous(), up=True), MOST), depth=1)
            if around is None:
                return False
            head = self._document.findBlockByNumber(block.blockNumber() - 1 - around[0])
            start = around[1]
        end = closing(islice(_texts(head), MOST + 2), start)
        if end is None or end[0] < 2 or self.hidden(head):
            return False
        self._hide(head, end[0] - 1)
        return True

    def unfold(self, block: QTextBlock) -> bool:
        """Show what is folded under this line. False when nothing is."""
        count = self.hidden(block)
        if count:
            self._show(block.next(), count)
        return count > 0

    def toggle(self, block: QTextBlock) -> bool:
        return self.unfold(block) or self.fold(block)

    def reveal(self, block: QTextBlock) -> None:
        """Open the fold that hides this line, if one does."""
        if block.isValid() and not block.isVisible():
            self.unfold(self.head(block))

    def head(self, block: QTextBlock) -> QTextBlock:
        """The line that a hidden one is folded under."""
        return self._document.findBlockByLineNumber(block.firstLineNumber() - 1)

    def _below(self, head: QTextBlock) -> QTextBlock:
        """The first visible line after a fold; an invalid one at the end of the text."""
        return self._document.findBlockByLineNumber(head.firstLineNumber() + head.lineCount())

    def _hide(self, head: QTextBlock, count: int) -> None:
        first, last = head.blockNumber() + 1, head.blockNumber() + count
        cursor = self._edit.textCursor()
        if first <= cursor.blockNumber() <= last:
            cursor.setPosition(head.position() + head.length() - 1)
            self._edit.setTextCursor(cursor)
        for block in islice(_blocks(head.next()), count):
            block.setVisible(False)
            block.setLineCount(0)
        self._lay_out(head, count)

    def _show(self, first: QTextBlock, count: int) -> None:
        for block in islice(_blocks(first), count):
            block.setVisible(True)
            block.setLineCount(max(block.layout().lineCount(), 1))
        self._lay_out(first, count)

    def _lay_out(self, first: QTextBlock, count: int) -> None:
        last = self._document.findBlockByNumber(first.blockNumber() + count)
        end = last.position() + last.length() if last.isValid() else self._document.characterCount()
        self._document.markContentsDirty(first.position(), end - first.position())
        layout = self._document.documentLayout()
        layout.documentSizeChanged.emit(layout.documentSize())
        self._edit.viewport().update()

    def _follow(self) -> None:
        """Whoever goes into a fold wants to see where he is."""
        self.reveal(self._edit.textCursor().block())

    def _changed(self, position: int, removed: int, added: int) -> None:
        self._touched = position, position + added

    def _settle(self) -> None:
        """Open the folds that were edited in, and those that have lost one of their ends."""
        if self._touched is None:
            return
        ends, self._touched = self._touched, None
        for position in ends:
            self.reveal(self._document.findBlock(position))
        first, last = (self._document.findBlock(position) for position in ends)
        self._check(last)
        if _is_hidden(first.previous()):
            self._check(self.head(first.previous()))

    def _check(self, head: QTextBlock) -> None:
        """Open a fold whose lines are not what its head opens."""
        count, start = self.hidden(head), opens(head.text())
        if not count:
            return
        end = None if start is None else closing(islice(_texts(head), count + 2), start)
        if end is None or end[0] != count + 1:
            self.unfold(head)


def _is_hidden(block: QTextBlock) -> bool:
    return block.isValid() and not block.isVisible()


def _blocks(block: QTextBlock, *, up: bool = False) -> Iterator[QTextBlock]:
    while block.isValid():
        yield block
        block = block.previous() if up else block.next()


def _texts(block: QTextBlock, *, up: bool = False) -> Iterator[str]:
    return (each.text() for each in _blocks(block, up=up))
