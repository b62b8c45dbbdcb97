"""Plain text that grows at its end: read-only, selectable, and what a frame costs is what came.

A line of a hundred thousand characters would be laid out anew for each that is added, and an answer
in JSON often is one: long lines are broken, and whole again when they are copied.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QMouseEvent,
    QResizeEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QApplication, QFrame, QPlainTextEdit, QTextEdit, QWidget

from playground.core.plain import visible
from playground.ui import theme
from playground.ui.widgets.proseink import character_at
from playground.ui.widgets.source import units
from playground.ui.widgets.traced import lit_form, marked

WIDE = 2_000
"""Characters of a line before it is broken."""
_BROKEN = 1
"""State of a block that is a line only on the screen."""


class _Stretch(NamedTuple):
    offset: int
    """Of its first character in the text as it was given."""
    position: int
    """Of the same in the document."""
    text: str


class GrowingText(QPlainTextEdit):
    """Text in monospace that follows its end while the user is there.

    Signals:
        pointed(offset): a character was clicked; it is that one of the text that was given.
    """

    pointed = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.following = True
        self._placing = False
        self._column = 0  # characters of the last line
        self._length = 0  # of all that was given
        self._held = ""  # a carriage return, of which a line feed may follow
        self._stretches: list[_Stretch] = []
        self._lights: Sequence[tuple[int, int]] = ()
        self._pressed: QPoint | None = None
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "source")
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.follow(self, lambda look: self.setFont(look.mono))

    @property
    def end(self) -> int:
        """The position behind the last character, in UTF-16 units as everywhere in Qt."""
        return self.document().characterCount() - 1

    def begin(self, *, following: bool) -> None:
        """Empty it for another text; `following`: its end is what matters."""
        self._placing = True
        self.clear()
        self._placing = False
        self.following = following
        self._column = self._length = 0
        self._held = ""
        self._stretches.clear()
        self._lights = ()

    def grow(self, text: str, form: QTextCharFormat | None = None) -> None:
        """Add text at the end. What cannot be seen in it is spelled out."""
        if not text:
            return
        self._placing = True
        bar = self.verticalScrollBar()
        top = bar.value()
        mine = self.textCursor()  # of the user: it stays where it is
        anchor, position = mine.anchor(), mine.position()
        pen = self._pen()
        pen.beginEditBlock()
        for at in range(0, len(text), WIDE):
            self._take(pen, text[at : at + WIDE], form or QTextCharFormat())
        pen.endEditBlock()
        if position != self.textCursor().position() or anchor != self.textCursor().anchor():
            mine.setPosition(anchor)
            mine.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(mine)
        bar.setValue(top)
        self._placing = False
        self._keep_up()

    def finish(self) -> None:
        """Nothing more will come."""
        if self._held:
            pen = self._pen()
            self._write(pen, visible(self._held), pen.charFormat())
            self._held = ""

    def position(self, offset: int) -> int:
        """Where a character of the text that was given stands in the document."""
        at = bisect_right(self._stretches, offset, key=lambda one: one.offset) - 1
        if at < 0:
            return 0
        stretch = self._stretches[at]
        found = stretch.position + units(visible(stretch.text[: offset - stretch.offset]))
        block = self.document().findBlock(stretch.position)
        while block.isValid() and block.position() + block.length() <= found:
            found += block.userState() == _BROKEN
            block = block.next()
        return min(found, self.end)

    def offset(self, position: int) -> int:
        """The character of the text that was given which stands at a position: the other way."""
        at = max(bisect_right(self._stretches, position, key=lambda one: one.position) - 1, 0)
        if not self._stretches:
            return 0
        stretch = self._stretches[at]
        inside = range(stretch.offset, stretch.offset + max(len(stretch.text), 1))
        return stretch.offset + max(bisect_right(inside, position, key=self.position) - 1, 0)

    def light(self, spans: Sequence[tuple[int, int]]) -> None:
        """Let characters of the text that was given stand out, from one offset to another."""
        if spans or self._lights:
            self._lights = spans
            self.draw_lights()

    def bring_lit(self) -> None:
        """Scroll to what stands out, if that is not in view."""
        if not self._lights:
            return
        at = self.position(self._lights[0][0])
        cursor = QTextCursor(self.document())
        cursor.setPosition(at)
        if not self.viewport().rect().intersects(self.cursorRect(cursor)):
            block = self.document().findBlock(at)
            line = block.layout().lineForTextPosition(at - block.position()).lineNumber()
            bar = self.verticalScrollBar()
            bar.setValue(block.firstLineNumber() + max(line, 0) - bar.pageStep() // 3)

    def draw_lights(self) -> None:
        self.setExtraSelections(self.lit())

    def lit(self) -> list[QTextEdit.ExtraSelection]:
        """What stands out."""
        return [
            marked(self, self.position(begin), self.position(end), lit_form())
            for begin, end in self._lights
        ]

    def _pen(self) -> QTextCursor:
        pen = QTextCursor(self.document())
        pen.movePosition(QTextCursor.MoveOperation.End)
        return pen

    def _take(self, pen: QTextCursor, text: str, form: QTextCharFormat) -> None:
        text = self._held + text
        self._length -= len(self._held)
        self._held = "\r" if text.endswith("\r") else ""
        self._stretches.append(_Stretch(self._length, self.end, text))
        self._length += len(text)
        for number, line in enumerate(visible(text.removesuffix("\r")).split("\n")):
            if number:
                pen.insertBlock()
                self._column = 0
            self._write(pen, line, form)

    def _write(self, pen: QTextCursor, line: str, form: QTextCharFormat) -> None:
        while line:
            if self._column == WIDE:
                pen.block().setUserState(_BROKEN)
                pen.insertBlock()
                self._column = 0
            room = WIDE - self._column
            pen.insertText(line[:room], form)
            self._column += len(line[:room])
            line = line[room:]

    def _keep_up(self) -> None:
        if self.following:
            self._placing = True
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
            self._placing = False

    def _scrolled(self) -> None:
        if not self._placing:
            bar = self.verticalScrollBar()
            self.following = bar.value() == bar.maximum()

    def _character(self, point: QPoint) -> int | None:
        """The position of the character that a point of the viewport is on; None: on none."""
        block = self.cursorForPosition(point).block()
        corner = self.blockBoundingGeometry(block).translated(self.contentOffset()).topLeft()
        found = character_at(block.layout(), QPointF(point) - corner)
        return None if found is None else block.position() + found

    def mousePressEvent(self, event: QMouseEvent) -> None:
        plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        self._pressed = event.position().toPoint() if plain else None
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        here = event.position().toPoint()
        if pressed is None or self.textCursor().hasSelection():
            return
        moved = (here - pressed).manhattanLength() >= QApplication.startDragDistance()
        if not moved and (position := self._character(here)) is not None:
            self.pointed.emit(self.offset(position))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._placing = True
        super().resizeEvent(event)
        self._placing = False
        self._keep_up()

    def createMimeDataFromSelection(self) -> QMimeData:
        """Lines that were broken here are one again."""
        cursor = self.textCursor()
        first, last = cursor.selectionStart(), cursor.selectionEnd()
        pieces: list[str] = []
        block: QTextBlock = self.document().findBlock(first)
        while block.isValid() and block.position() <= last:
            at = block.position()
            pieces.append(_slice(block.text(), max(first - at, 0), last - at))
            if at + block.length() <= last and block.userState() != _BROKEN:
                pieces.append("\n")
            block = block.next()
        made = QMimeData()
        made.setText("".join(pieces))
        return made


def _slice(line: str, start: int, end: int) -> str:
    """From one position to another, in UTF-16 units."""
    if len(line) == units(line):
        return line[start:end]
    return line.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le", "replace")
