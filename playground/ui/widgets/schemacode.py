"""The editor of a schema as code: JSON with colours, folds and marks, at any size."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QWidget

from playground.ui.widgets import schemafit as fitting
from playground.ui.widgets.schemakeys import Typing
from playground.ui.widgets.schemamarks import Mark
from playground.ui.widgets.schemapage import Page
from playground.ui.widgets.source import units
from playground.ui.words import number

__all__ = ["Mark", "SchemaCode"]

_CONTROL = Qt.KeyboardModifier.ControlModifier
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_KEYPAD = Qt.KeyboardModifier.KeypadModifier
_MODIFIERS = (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr)


class SchemaCode(Page):
    """Text of JSON that a person edits.

    `text` may differ from what was given, though never in what it means: see `schemafit`. Places
    are places in `text`.

    Signals:
        edited(): the text is another one, whoever changed it; at each key, nothing waits.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None, *, schema: bool = True) -> None:
        """`schema`: its keywords look other than the names of its properties."""
        super().__init__(parent, schema=schema)
        self._held: str | None = None
        """The whole of a text that cannot be edited."""
        self._leaving = False
        """Escape was pressed: the next Tab goes on to another field."""
        self._typing = Typing(self)
        self.setAccessibleName("Schema" if schema else "JSON")
        self.setAccessibleDescription("Tab indents. Press Escape, then Tab to go on.")
        self.notice.cleared.connect(lambda: self.show_text(""))
        self.textChanged.connect(self._tell)

    # The text

    @property
    def text(self) -> str:
        if self._held is not None:
            return self._held
        return self.document().toRawText().replace("\u2029", "\n")

    @property
    def held(self) -> bool:
        """Whether the text can only be looked at: a line of it is too long."""
        return self._held is not None

    def show_text(self, text: str) -> None:
        """Put a text there in place of the other one; it cannot be undone."""
        self._put(fitting.fit(text), text)

    def apply(self, text: str) -> None:
        """Make the text this one by changing what differs, in one step that can be undone. Cursor
        and lines stay where they are."""
        made = fitting.fit(text)
        if self.held or made.how == "held":
            self._put(made, text)
            return
        old = self.text
        start, end, upto = fitting.middle(old, made.text)
        if start == end and start == upto:
            return
        top, bar = QTextCursor(self.firstVisibleBlock()), self.verticalScrollBar()
        below = bar.value() - top.block().firstLineNumber()
        cursor = QTextCursor(self.document())
        begin = units(old[:start])
        cursor.beginEditBlock()  # or it would become one with what was typed just before it
        cursor.setPosition(begin)
        cursor.setPosition(begin + units(old[start:end]), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(made.text[start:upto])
        cursor.endEditBlock()
        bar.setValue(top.block().firstLineNumber() + below)

    def _put(self, made: fitting.Fit, text: str) -> None:
        held = made.how == "held"
        self._held = fitting.plain(text) if held else None
        self.mark(())
        self.setReadOnly(held)
        self._ink.dry = held
        self.gutter.setHidden(held)  # lines that are cut have numbers of their own
        self.setPlainText(made.text)
        self._say(made)

    def _say(self, made: fitting.Fit) -> None:
        """Whatever happened to a text on its way in."""
        longest = number(made.longest)
        match made.how:
            case "held":
                self.notice.say(
                    f"A line has {longest} characters, too many to edit: "
                    f"{number(fitting.LONGEST)} is the most. The text is kept as it is.",
                    clear=True,
                )
            case "indented":
                self.notice.say(f"Indented: a line had {longest} characters.")
            case _:
                self.notice.leave()

    def _tell(self) -> None:
        if not self.held:
            self.notice.leave()
        self.edited.emit()

    # Places

    def mark(self, marks: Iterable[Mark]) -> None:
        """Mark these places and no others. What is only shown in part is not marked."""
        super().mark(() if self.held else marks)

    def go_to(self, line: int, column: int, length: int | None = None) -> None:
        """Put the cursor there, from 1 in characters, and select so many; open what hides it."""
        block = self.document().findBlockByNumber(min(max(line, 1), self.blockCount()) - 1)
        self.folds.reveal(block)
        text = block.text()
        start, end = column - 1, column - 1 + (length or 0)
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + units(text[: max(start, 0)]))
        place = block.position() + units(text[: max(end, 0)])
        cursor.setPosition(place, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        if not self.viewport().rect().contains(self.cursorRect()):
            self.centerCursor()

    # Events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in _MODIFIERS:
            self._leaving = event.key() == Qt.Key.Key_Escape
        if self._does(event):
            event.accept()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _does(self, event: QKeyEvent) -> bool:
        """Whether the key was one of ours."""
        held = event.modifiers() & ~_KEYPAD
        if held == _CONTROL | _SHIFT:
            if event.key() in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BraceLeft):
                self.fold()
                return True
            if event.key() in (Qt.Key.Key_BracketRight, Qt.Key.Key_BraceRight):
                self.unfold()
                return True
        if self.isReadOnly():
            return False
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not held & ~_SHIFT:
                return self._typing.line()
            case Qt.Key.Key_Tab if not held:
                return self._typing.indent()
            case Qt.Key.Key_Backtab if held == _SHIFT:
                return self._typing.dedent()
            case Qt.Key.Key_Backspace if not held:
                return self._typing.back()
        text = event.text()
        return len(text) == 1 and text in '{}[]"' and self._typing.sign(text)

    def event(self, event: QEvent) -> bool:
        # A shortcut of the window may take Escape; the editor sees it before that.
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride:
            self._leaving = self._leaving or event.key() == Qt.Key.Key_Escape
        return super().event(event)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002  Qt's name
        """Of Tab: only after Escape, and where nothing can be indented."""
        if not self._leaving and not self.isReadOnly():
            return False
        self._leaving = False
        return QWidget.focusNextPrevChild(self, next)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addSeparator()
        menu.addAction("Fold\tCtrl+Shift+[", self.fold)
        menu.addAction("Unfold\tCtrl+Shift+]", self.unfold)
        menu.popup(event.globalPos())

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText()

    def insertFromMimeData(self, source: QMimeData) -> None:
        if self.isReadOnly():
            return
        made, cursor = fitting.fit(source.text()), self.textCursor()
        everything = cursor.selectionEnd() - cursor.selectionStart()
        if made.how != "held":
            cursor.insertText(made.text)
            self.setTextCursor(cursor)
            self.ensureCursorVisible()
            self._say(made)
        elif everything == self.document().characterCount() - 1:
            self.show_text(source.text())
        else:
            self.notice.say(
                f"Nothing was pasted: a line of it has {number(made.longest)} characters, "
                f"and {number(fitting.LONGEST)} is the most that can be edited."
            )
