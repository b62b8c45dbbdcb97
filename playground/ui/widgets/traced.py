"""Plain text of which it is known who made each character: a click says which one it was, and some
of them can stand out.

What is shown may be written otherwise than what came, as JSON is that was indented.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTextEdit, QWidget

from playground.core.alignment import Alignment, aligned
from playground.ui import theme
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.proseink import character_at, excerpt, units

SHOW_EVENT = "Show the event of this"


class TracedText(PlainText):
    """Shows a field of an item.

    Signals:
        pointed(offset): a character of the field was clicked.
        inspected(offset): somebody asks what made it.
    """

    pointed = Signal(int)
    inspected = Signal(int)

    def __init__(
        self, text: str = "", parent: QWidget | None = None, *, field: str | None = None
    ) -> None:
        self.field = field
        """Its name; empty: the item as a whole, None: nothing of which it is known who made it."""
        self._source = ""
        self._alignment: Alignment | None = None
        self._lights: Sequence[tuple[int, int]] = ()
        self._pressed: QPoint | None = None
        super().__init__(text, parent)
        theme.themes.changed.connect(self._draw_lights)

    def say(self, text: str, source: str | None = None) -> None:
        """Show this text. `source`: what it was made from, where that is written otherwise."""
        before, self._source = self._source, text if source is None else source
        super().say(text)
        if before != self._source:
            self._alignment = None
            self._draw_lights()

    def light(self, spans: Sequence[tuple[int, int]]) -> None:
        """Let characters of the field stand out, from one offset to another; none: nothing does."""
        if spans or self._lights:
            self._lights = spans
            self._draw_lights()

    def lit_at(self) -> QRect | None:
        """Where the first character stands that stands out."""
        for one in self.extraSelections():
            cursor = QTextCursor(one.cursor)  # type: ignore[attr-defined]
            cursor.setPosition(cursor.selectionStart())
            return self.cursorRect(cursor).translated(self.viewport().pos())
        return None

    def here(self) -> int | None:
        """The offset of what is selected, or was clicked last."""
        cursor = self.textCursor()
        at = min(cursor.selectionStart(), max(self.document().characterCount() - 2, 0))
        return self._offset(at) if self._source else None

    def _aligned(self) -> Alignment:
        if self._alignment is None:
            self._alignment = aligned(self._source, self.toPlainText())
        return self._alignment

    def _offset(self, position: int) -> int:
        """Of a position in the document."""
        return self._aligned().to_source(len(excerpt(self.toPlainText(), 0, position)))

    def _draw_lights(self) -> None:
        if not self._lights:
            self.setExtraSelections([])
            return
        shown, made = self.toPlainText(), []
        for begin, end in self._lights:
            found = self._aligned().to_shown(begin, end)
            if found is None:
                continue
            first = units(shown[: found[0]])
            length = units(shown[found[0] : found[1]])
            made.append(marked(self, first, first + length, lit_form()))
        self.setExtraSelections(made)

    def _position(self, point: QPoint) -> int | None:
        """Of the character that a point of the viewport is on; None: it is on none."""
        block = self.cursorForPosition(point).block()
        corner = self.document().documentLayout().blockBoundingRect(block).topLeft()
        inside = QPointF(point) - corner + QPointF(0, self.verticalScrollBar().value())
        found = character_at(block.layout(), inside)
        return None if found is None else block.position() + found

    # Qt.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        self._pressed = event.position().toPoint() if plain else None
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        here = event.position().toPoint()
        if pressed is None or self.field is None or self.textCursor().hasSelection():
            return
        moved = (here - pressed).manhattanLength() >= QApplication.startDragDistance()
        if not moved and (position := self._position(here)) is not None:
            self.pointed.emit(self._offset(position))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.field is not None:
            keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
            offset = self.here()
            if not keyboard and not self.textCursor().hasSelection():
                position = self._position(self.viewport().mapFrom(self, event.pos()))
                offset = None if position is None else self._offset(position)
            menu.addSeparator()
            shown = menu.addAction(SHOW_EVENT, lambda: self.inspected.emit(offset))
            shown.setEnabled(offset is not None)
        menu.popup(event.globalPos())


def marked(
    view: QTextEdit | QPlainTextEdit, start: int, end: int, form: QTextCharFormat
) -> QTextEdit.ExtraSelection:
    """A look for what stands between two positions of a document."""
    cursor = QTextCursor(view.document())
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    made = QTextEdit.ExtraSelection()
    made.cursor, made.format = cursor, form  # type: ignore[attr-defined]
    return made


def lit_form() -> QTextCharFormat:
    """How what stands out looks in a document."""
    look, form = theme.current(), QTextCharFormat()
    form.setBackground(look.colour("soft"))
    form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
    form.setUnderlineColor(look.colour("accent"))
    return form
