"""What keys do in an editor of JSON: lines keep their indentation, brackets and quotes come in
pairs. Everything a key does is one step of undo.
"""

from __future__ import annotations

from PySide6.QtGui import QTextBlock, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit

from playground.ui.widgets.schemabrackets import CLOSING, OPENING, unclosed

INDENT = "  "
PAIRS = {"{": "}", "[": "]", '"': '"'}

_Move = QTextCursor.MoveOperation
_KEEP = QTextCursor.MoveMode.KeepAnchor


class Typing:
    """Of one editor. Each method says whether it has done something: else Qt does what it does."""

    def __init__(self, edit: QPlainTextEdit) -> None:
        self._edit = edit
        self._closers: list[QTextCursor] = []
        """Brackets and quotes that came by themselves, while the cursor is on their line: typing
        them goes over them."""

    def sign(self, text: str) -> bool:
        """One character was typed."""
        cursor = self._edit.textCursor()
        if cursor.hasSelection():
            return text in PAIRS and self._around(cursor, text)
        before, after = beside(cursor)
        inside = unclosed(before)
        if after.startswith(text):
            over = text == '"' and inside and not _escapes(before)
            if over or (text in CLOSING and self._came(cursor)):
                cursor.movePosition(_Move.NextCharacter)
                self._edit.setTextCursor(cursor)
                return True
        if inside or text not in PAIRS or (after and after[0] not in " \t,:]}"):
            return False
        if text == '"' and before[-1:] == '"':
            return False
        cursor.insertText(text + PAIRS[text])
        cursor.movePosition(_Move.PreviousCharacter)
        self._edit.setTextCursor(cursor)
        self._closers.append(QTextCursor(cursor))
        return True

    def line(self) -> bool:
        """Enter: as deep as the line before it, or deeper after what opens."""
        cursor = self._edit.textCursor()
        cursor.beginEditBlock()
        cursor.removeSelectedText()
        before, after = beside(cursor)
        indent = before[: len(before) - len(before.lstrip(" "))]
        inside, closes = unclosed(before), after.lstrip(" ")[:1]
        opened = "" if inside else before.rstrip(" ")[-1:]
        if opened and opened in OPENING:
            cursor.insertText(f"\n{indent}{INDENT}")
            if closes == PAIRS[opened]:
                place = cursor.position()
                _drop_spaces(cursor, after)
                cursor.insertText(f"\n{indent}")
                cursor.setPosition(place)
        else:
            _drop_spaces(cursor, after)
            shorter = bool(closes) and closes in CLOSING and not inside
            cursor.insertText("\n" + (indent[len(INDENT) :] if shorter else indent))
        cursor.endEditBlock()
        self._edit.setTextCursor(cursor)
        self._edit.ensureCursorVisible()
        return True

    def back(self) -> bool:
        """Backspace: between a pair both go, in an indentation one step of it."""
        cursor = self._edit.textCursor()
        if cursor.hasSelection():
            return False
        before, after = beside(cursor)
        pair = before[-1:]
        if pair in PAIRS and after.startswith(PAIRS[pair]) and self._came(cursor):
            cursor.movePosition(_Move.PreviousCharacter)
            cursor.movePosition(_Move.NextCharacter, _KEEP, 2)
        elif before and not before.strip(" ") and len(before) % len(INDENT) == 0:
            cursor.movePosition(_Move.PreviousCharacter, _KEEP, len(INDENT))
        else:
            return False
        cursor.removeSelectedText()
        self._edit.setTextCursor(cursor)
        return True

    def indent(self) -> bool:
        """Tab: to the next step, or all lines of the selection one step deeper."""
        cursor = self._edit.textCursor()
        blocks = _selected(cursor)
        if len(blocks) == 1 and not cursor.hasSelection():
            before, _ = beside(cursor)
            cursor.insertText(" " * (len(INDENT) - len(before) % len(INDENT)))
            return True
        cursor.beginEditBlock()
        for block in blocks:
            if block.length() > 1:
                QTextCursor(block).insertText(INDENT)
        cursor.endEditBlock()
        return True

    def dedent(self) -> bool:
        """Shift+Tab: all lines of the selection one step less deep."""
        cursor = self._edit.textCursor()
        cursor.beginEditBlock()
        for block in _selected(cursor):
            text = block.text()
            spaces = min(len(text) - len(text.lstrip(" ")), len(INDENT))
            if spaces:
                place = QTextCursor(block)
                place.movePosition(_Move.NextCharacter, _KEEP, spaces)
                place.removeSelectedText()
        cursor.endEditBlock()
        return True

    def _around(self, cursor: QTextCursor, text: str) -> bool:
        """Put a pair around the selection, which stays one."""
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        if self._edit.document().findBlock(start) != self._edit.document().findBlock(end):
            return False
        cursor.insertText(f"{text}{cursor.selectedText()}{PAIRS[text]}")
        cursor.setPosition(start + 1)
        cursor.setPosition(end + 1, _KEEP)
        self._edit.setTextCursor(cursor)
        return True

    def _came(self, cursor: QTextCursor) -> bool:
        """Whether what stands after the cursor came by itself."""
        self._closers = [one for one in self._closers if one.block() == cursor.block()]
        return any(one.position() == cursor.position() for one in self._closers)


def beside(cursor: QTextCursor) -> tuple[str, str]:
    """What stands on its line before and after the cursor."""
    wide = cursor.block().text().encode("utf-16-le", "surrogatepass")
    at = 2 * cursor.positionInBlock()
    return (
        wide[:at].decode("utf-16-le", "surrogatepass"),
        wide[at:].decode("utf-16-le", "surrogatepass"),
    )


def _escapes(before: str) -> bool:
    """Whether the next character is escaped by a backslash."""
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _drop_spaces(cursor: QTextCursor, after: str) -> None:
    """Take the spaces away that follow the cursor."""
    count = len(after) - len(after.lstrip(" "))
    if count:
        cursor.movePosition(_Move.NextCharacter, _KEEP, count)
        cursor.removeSelectedText()


def _selected(cursor: QTextCursor) -> list[QTextBlock]:
    """The lines of a selection; one that is only touched at its beginning is not in it."""
    document = cursor.document()
    block, last = (
        document.findBlock(cursor.selectionStart()),
        document.findBlock(cursor.selectionEnd()),
    )
    if block != last and last.position() == cursor.selectionEnd():
        last = last.previous()
    blocks = [block]
    while block != last:
        block = block.next()
        blocks.append(block)
    return blocks
