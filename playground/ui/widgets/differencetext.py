"""A difference of two texts as lines: what came, what went, and some of what is around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QTextBlock, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from playground.core.plain import visible
from playground.schemas.difference import Line
from playground.ui import theme
from playground.ui.widgets.schemacolours import Colours, Piece, ink
from playground.ui.widgets.schemapage import folded
from playground.ui.words import number

AROUND = 3
"""Lines shown before and after what has changed."""
SHOWN = 2_000
"""Lines shown unasked."""
WIDE = 2_000
"""Characters of a line that are shown."""

GROUNDS = {"-": "error", "+": "ok"}


def shortened(lines: Sequence[Line], around: int = AROUND) -> tuple[list[str], int]:
    """The lines with their signs, and how many are left out. Stretches that stay the same are one
    line, which begins with `…`, but for what is around a change."""
    rows: list[str] = []
    left_out = 0
    at = 0
    for same, group in groupby(lines, lambda line: line.kind == " "):
        stretch = [_row(line) for line in group]
        before = around if at else 0
        after = around if at + len(stretch) < len(lines) else 0
        at += len(stretch)
        gone = len(stretch) - before - after
        if same and gone > 1:
            kept = stretch[:before], stretch[len(stretch) - after :]
            stretch = [*kept[0], folded(gone), *kept[1]]
            left_out += gone
        rows += stretch
    return rows, left_out


def whole(lines: Iterable[Line]) -> list[str]:
    return [_row(line) for line in lines]


def _row(line: Line) -> str:
    text = visible(line.text)
    if len(text) > WIDE:
        text = f"{text[:WIDE]} … {number(len(text) - WIDE)} more characters"
    return f"{line.kind} {text}"


class LinesText(QPlainTextEdit):
    """Lines that are looked at, in colours that depend on each line alone; only those that can be
    seen cost anything."""

    def __init__(
        self,
        name: str,
        pieces: Callable[[QTextBlock, theme.Theme], Iterable[Piece]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "source")
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        option = self.document().defaultTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self.document().setDefaultTextOption(option)
        self.document().setDocumentMargin(0)
        self._colours = Colours(self.document(), lambda block: pieces(block, theme.current()))
        theme.follow(self, self._restyle)

    def show_lines(self, lines: Iterable[str]) -> None:
        self.setPlainText("\n".join(lines))

    def ground(self, block: QTextBlock) -> str | None:
        """The token of the colour behind a line."""
        return None

    def _restyle(self, look: theme.Theme) -> None:
        self.setFont(look.mono)  # without ligatures
        self._colours.forget()
        self.viewport().update()

    def _rows(self) -> Iterator[tuple[QTextBlock, float, float]]:
        """The lines that can be seen: where they begin, and how high they are."""
        block, top = self.firstVisibleBlock(), self.contentOffset().y()
        while block.isValid() and top <= self.viewport().height():
            height = self.blockBoundingRect(block).height()
            yield block, top, height
            top += height
            block = block.next()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._colours.see([block for block, _, _ in self._rows()])
        look = theme.current()
        painter = QPainter(self.viewport())
        for block, top, height in self._rows():
            if (token := self.ground(block)) is not None:
                band = QRectF(0, top, self.viewport().width(), height)
                painter.fillRect(band, look.colour(token))
        painter.end()
        super().paintEvent(event)


class DifferenceText(LinesText):
    """Lines with their signs, as `shortened` and `whole` make them."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(name, _signed, parent)

    def ground(self, block: QTextBlock) -> str | None:
        token = GROUNDS.get(block.text()[:1])
        return None if token is None else f"{token}_soft"


def _signed(block: QTextBlock, look: theme.Theme) -> list[Piece]:
    sign, length = block.text()[:1], block.length() - 1
    if sign in GROUNDS:
        strong = ink(look, GROUNDS[sign])
        strong.setFontWeight(700)
        return [(0, 1, strong), (1, length - 1, ink(look, "text"))]
    return [(0, length, ink(look, "faint" if sign == "…" else "muted"))]
