"""The rows of a text one under the other: what is where, and what it says."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QTextCharFormat

from playground.core.blocks import Block, Code, Heading, Item, Paragraph, Rule, Table
from playground.ui.widgets.codeblock import CodeRow
from playground.ui.widgets.highlight import Highlighter
from playground.ui.widgets.proseink import ink
from playground.ui.widgets.proserows import (
    Lit,
    Row,
    RuleRow,
    TextRow,
    WideRow,
    gap,
    paint_marks,
)
from playground.ui.widgets.prosetable import TableRow

Place = tuple[int, int]
"""A row, and a position in its text."""

WHOLE = -1
"""The position of a stop that is a whole row."""


class Flow:
    """Keeps a row for each block. What lies above the first change is never visited."""

    def __init__(self, highlighter: Highlighter, repaint: Callable[[Row], None]) -> None:
        self.rows: list[Row] = []
        self.width = 0.0
        self.height = 0.0
        self.token = "text"
        """The colour of the text."""
        self._tops: list[float] = []
        self._closed = 0  # rows whose block will not change any more
        self._highlighter = highlighter
        self._repaint = repaint

    def clear(self) -> None:
        self._highlighter.clear()
        self.rows.clear()
        self._tops.clear()
        self._closed = 0

    def reopen(self, closed: int) -> None:
        """Of what was closed only so many rows are closed now."""
        self._closed = min(self._closed, closed)

    def show(self, blocks: Sequence[Block], closed: int) -> float:
        """Show these blocks, the first of them closed; from which height on that is a change."""
        first = len(self.rows)
        for number in range(self._closed, len(blocks)):
            block = blocks[number]
            if number == len(self.rows):
                self.rows.append(self._row(block))
                self._tops.append(0.0)
            elif self.rows[number].block == block:
                continue
            elif not self.rows[number].update(block):
                self.rows[number] = self._row(block)
            first = min(first, number)
        first = min(first, len(blocks))
        del self.rows[len(blocks) :], self._tops[len(blocks) :]
        self._closed = closed
        self._place(first)
        return self._tops[first] if first < len(self._tops) else self.height

    def fit(self, width: float) -> None:
        """Lay everything out for another width."""
        if width != self.width:
            self.width = width
            self._place(0)

    def tint(self, token: str) -> None:
        """Give the text another colour."""
        self.token = token
        for row in self.rows:
            if isinstance(row, TextRow):
                row.token = token

    def _row(self, block: Block) -> Row:
        match block:
            case Paragraph() | Heading():
                text = TextRow(block, ink())
                text.token = self.token
                return text
            case Code():
                row = CodeRow(block, ink(), self._highlighter)
                row.on_highlighted = lambda: self._repaint(row)
                return row
            case Table():
                return TableRow(block, ink())
            case Rule():
                return RuleRow(block, ink())

    def _place(self, first: int) -> None:
        for number in range(first, len(self.rows)):
            row = self.rows[number]
            before = self.rows[number - 1] if number else None
            row.lay_out(max(self.width - row.indent, 1))
            row.top = gap(before.block if before else None, row.block, row.ink)
            if before is not None:
                row.top += before.top + before.height
            self._tops[number] = row.top
        last = self.rows[-1] if self.rows else None
        self.height = last.top + last.height if last else ink().line

    # Where

    def left(self, row: Row) -> float:
        """Where a row begins. What runs right to left has its lists on the right."""
        return 0 if row.right_to_left else row.indent

    def box(self, row: Row) -> QRectF:
        return QRectF(self.left(row), row.top, row.width, row.height)

    def has(self, row: Row) -> bool:
        """Whether the row is still one of these."""
        return bool(self.rows) and self.rows[self.at(row.top)] is row

    def at(self, y: float) -> int:
        """The row at a height, or the one above if it lies between two."""
        return max(bisect_right(self._tops, y) - 1, 0)

    def inside(self, row: Row, point: QPointF) -> QPointF:
        """A point as the row sees it."""
        return QPointF(point.x() - self.left(row), point.y() - row.top)

    def code(self, point: QPointF) -> CodeRow | None:
        """The block of code that a point is in."""
        row = self.rows[self.at(point.y())] if self.rows else None
        return row if isinstance(row, CodeRow) and self.box(row).contains(point) else None

    def bar(self, point: QPointF) -> WideRow | None:
        """The row whose scroll bar a point is on."""
        row = self.rows[self.at(point.y())] if self.rows else None
        if isinstance(row, WideRow) and row.bar().contains(self.inside(row, point)):
            return row
        return None

    def place(self, point: QPointF) -> Place:
        """The position in the text that is nearest to a point."""
        if not self.rows:
            return 0, 0
        number = self.at(point.y())
        row = self.rows[number]
        if point.y() > row.top + row.height + ink().line / 2:
            return number, row.length
        return number, row.position(self.inside(row, point))

    def character(self, point: QPointF) -> Place | None:
        """The character that a point is on; None: it is on none."""
        if not self.rows:
            return None
        number = self.at(point.y())
        row = self.rows[number]
        found = row.character(self.inside(row, point))
        return None if found is None else (number, found)

    def boxes(self, number: int, start: int, end: int) -> list[QRectF]:
        """Where a piece of a row's text stands, in the widget."""
        row = self.rows[number]
        corner = QPointF(self.left(row), row.top)
        return [box.translated(corner) for box in row.boxes(start, end)]

    def last(self) -> Place:
        return (len(self.rows) - 1, self.rows[-1].length) if self.rows else (0, 0)

    def end(self) -> QRectF:
        """Where a caret behind the last character stands."""
        if not self.rows:
            return QRectF(0, 0, 0, ink().line)
        row = self.rows[-1]
        return row.end().translated(self.left(row), row.top)

    def link(self, point: QPointF) -> str:
        """The address that a point is on, or ""."""
        if not self.rows:
            return ""
        row = self.rows[self.at(point.y())]
        return row.link(self.inside(row, point))

    def stops(self) -> Iterator[tuple[Place, str]]:
        """What the keyboard stops at: links with their address, and whole blocks of code."""
        for number, row in enumerate(self.rows):
            if isinstance(row, CodeRow):
                yield (number, WHOLE), ""
            for position, url in row.links():
                yield (number, position), url

    # What

    def beginning(self, length: int) -> str:
        """The first characters of the plain text, without looking at the rest."""
        sizes = accumulate(row.length for row in self.rows)
        enough = next((n for n, size in enumerate(sizes) if size >= length), len(self.rows) - 1)
        end = (enough, self.rows[enough].length) if self.rows else (0, 0)
        return self.excerpt((0, 0), end)[:length]

    def excerpt(self, start: Place, end: Place) -> str:
        """The text between two places, as plain text."""
        pieces: list[str] = []
        for number in range(start[0], min(end[0] + 1, len(self.rows))):
            row = self.rows[number]
            first = start[1] if number == start[0] else 0
            last = end[1] if number == end[0] else row.length
            if number > start[0]:
                pieces.append(_between(self.rows[number - 1].block, row.block))
            text = row.text(first, last)
            pieces.append(text if first else _marked(row.block, text))
        return "".join(pieces)

    def paint(
        self,
        painter: QPainter,
        clip: QRectF,
        selection: tuple[Place, Place],
        selected: QTextCharFormat,
        lit: Mapping[int, Lit],
    ) -> None:
        """Draw the rows that the clip touches, what is selected of them in a format, and what is
        lit, by row."""
        for number in range(self.at(clip.top()), len(self.rows)):
            row = self.rows[number]
            if row.top > clip.bottom():
                break
            if row.block.within:
                painter.translate(0, row.top)
                paint_marks(painter, row, self.rows[number - 1] if number else None)
                painter.translate(0, -row.top)
            corner = QPointF(self.left(row), row.top)
            painter.translate(corner)
            part = self._part(number, *selection)
            row.paint(painter, clip.translated(-corner), selected, part, lit.get(number, ()))
            painter.translate(-corner)

    def _part(self, number: int, start: Place, end: Place) -> tuple[int, int] | None:
        """What a selection takes of a row."""
        if not start[0] <= number <= end[0] or start == end:
            return None
        return (
            start[1] if number == start[0] else 0,
            end[1] if number == end[0] else self.rows[number].length,
        )


def _between(before: Block, block: Block) -> str:
    """What stands between the texts of two blocks."""
    if isinstance(block, Paragraph) and block.continues:
        return "\n"
    listed = all(one.within and isinstance(one.within[-1], Item) for one in (before, block))
    return "\n" if listed else "\n\n"


def _marked(block: Block, text: str) -> str:
    """A block's text with the mark of its item before it."""
    item = block.within[-1] if block.within else None
    if not isinstance(item, Item):
        return text
    mark = "- " if item.number is None else f"{item.number}. "
    pad = "  " * (sum(isinstance(one, Item) for one in block.within) - 1)
    return pad + (mark if item.first else " " * len(mark)) + text.replace("\n", f"\n{pad}  ")
