"""Colours for the lines of an editor that somebody looks at, given when they are about to be
painted.

Qt's own highlighter goes over every line when a text is set and whenever the theme changes: with
150,000 lines that takes seconds, of which nobody sees the most part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextDocument, QTextLayout

from playground.ui import theme
from playground.ui.widgets.schemabrackets import Kind, tokens

Piece = tuple[int, int, QTextCharFormat]
"""(start, length, how it looks), in UTF-16 units."""

TOKENS: dict[Kind, str] = {
    "name": "text_event",
    "keyword": "muted",
    "string": "text",
    "number": "reasoning",
    "word": "reasoning",
    "mark": "faint",
    "bad": "error",
}

_FEW = 200
"""Lines that are looked at one by one after a change; of more, all are coloured again."""


class Colours:
    """Gives the blocks of a document their formats when they are seen, and not before.

    A block is marked with the age of its colours in its user state.
    """

    def __init__(
        self, document: QTextDocument, pieces: Callable[[QTextBlock], Iterable[Piece]]
    ) -> None:
        self._document = document
        self._pieces = pieces
        self._age = 0
        document.contentsChange.connect(self._changed)

    def forget(self) -> None:
        """Whatever is seen from now on is coloured again."""
        self._age += 1

    def see(self, blocks: Sequence[QTextBlock]) -> None:
        """These are about to be painted."""
        fresh = [block for block in blocks if block.userState() != self._age]
        if not fresh:
            return
        for block in fresh:
            block.layout().setFormats([_range(*piece) for piece in self._pieces(block)])
            block.setUserState(self._age)
        start, last = fresh[0].position(), fresh[-1]
        self._document.markContentsDirty(start, last.position() + last.length() - start)

    def _changed(self, position: int, removed: int, added: int) -> None:
        """Lines that are new have no colours; those that were there before may have old ones."""
        block, end = self._document.findBlock(position), position + added
        for _ in range(_FEW):
            if not block.isValid() or block.position() > end:
                return
            block.setUserState(-1)
            block = block.next()
        self.forget()


class JsonInk:
    """How the parts of a line of JSON look in the theme of the moment."""

    def __init__(self, *, schema: bool) -> None:
        """`schema`: keywords look other than the names of properties."""
        self._schema = schema
        self.dry = False
        """No colours: what is shown are pieces that say nothing by themselves."""
        self._formats: dict[Kind, QTextCharFormat] = {}

    def dip(self, look: theme.Theme) -> None:
        """Use the colours of this theme."""
        self._formats = {kind: ink(look, token) for kind, token in TOKENS.items()}

    def __call__(self, block: QTextBlock) -> list[Piece]:
        if self.dry:
            return []
        return [
            (start, length, self._formats[kind])
            for start, length, kind in tokens(block.text(), schema=self._schema)
        ]


def ink(look: theme.Theme, token: str) -> QTextCharFormat:
    made = QTextCharFormat()
    made.setForeground(look.colour(token))
    return made


def _range(start: int, length: int, form: QTextCharFormat) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, length, form  # type: ignore[attr-defined]
    return made
