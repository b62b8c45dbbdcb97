"""A table in prose. Its columns may widen while rows arrive, so cells are set by themselves."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QTextCharFormat, QTextLayout, QTextOption

from playground.core.blocks import Block, Spans, Table
from playground.core.blocks import Row as Cells
from playground.ui.widgets.proseink import (
    Composed,
    Ink,
    character_at,
    excerpt,
    format_range,
    link_at,
    lit_rects,
    paint_chips,
    paint_lit,
    rects,
    runs_right_to_left,
    set_lines,
    units,
)
from playground.ui.widgets.proserows import Lit, Selection, WideRow, common

_WIDEST = 44  # columns of text after which a cell wraps, where there are several


@dataclass(slots=True)
class _Cell:
    composed: Composed
    layout: QTextLayout
    start: int
    "of its text in the row's"
    width: float
    height: float

    def boxes(self, start: int, end: int) -> list[QRectF]:
        """Where what it has of a piece of the row's text stands."""
        length = units(self.composed.text)
        a, b = max(start - self.start, 0), min(end - self.start, length)
        if b < a or (a == b and start < end):
            return []
        return lit_rects(self.layout, a, b)


class TableRow(WideRow):
    """Every cell wraps at the same width, whatever its column's, and is never set again."""

    block: Table

    def __init__(self, block: Table, ink: Ink) -> None:
        super().__init__(block, ink)
        self._side, self._above = float(ink.look.px(10)), float(ink.look.px(6))
        self._laid_out_at = -1.0
        self._rows: list[list[_Cell]] = []  # the head first
        self._tops: list[float] = []
        self._columns: list[float] = []
        self._bottom = 0.0

    def update(self, block: Block) -> bool:
        if not isinstance(block, Table) or (block.head, block.aligns) != (
            self.block.head,
            self.block.aligns,
        ):
            return False
        same = common(self.block.rows, block.rows)
        self.block = block
        if self._laid_out_at >= 0:
            self._set_from(same)
        return True

    def lay_out(self, width: float) -> None:
        width = min(width, self.ink.code_measure)
        if width != self._laid_out_at:
            self._laid_out_at = self.width = width
            self._columns = [0.0] * len(self.block.head)
            self._rows.clear()
            self._tops.clear()
            self._bottom, self.length = 0.0, 0
            self._add(self.block.head, self.ink.bold())
            self._set_from(0)
        self.height = self._bottom + self.room_for_bar()
        self.scroll(0)

    def _set_from(self, number: int) -> None:
        """Set the rows of the table from this one on; the head is before the first."""
        if number + 1 < len(self._rows):
            self._bottom = self._tops[number + 1]
            self.length = self._rows[number + 1][0].start
            del self._rows[number + 1 :], self._tops[number + 1 :]
        for row in self.block.rows[number:]:
            self._add(row, self.ink.body)

    def _add(self, row: Cells, font: QFont) -> None:
        cells = []
        for column, spans in enumerate(row[: len(self._columns)]):
            cell = self._cell(spans, font)
            self._columns[column] = max(self._columns[column], cell.width)
            cells.append(cell)
        self._rows.append(cells)
        self._tops.append(self._bottom)
        self._bottom += max(cell.height for cell in cells) + 2 * self._above

    def _cell(self, spans: Spans, font: QFont) -> _Cell:
        ink = self.ink
        composed = ink.compose(spans, font)
        layout = QTextLayout(composed.text, font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(
            Qt.LayoutDirection.RightToLeft
            if runs_right_to_left(composed.text)
            else Qt.LayoutDirection.LeftToRight
        )
        layout.setTextOption(option)
        layout.setFormats(composed.formats)
        several = len(self._columns) > 1
        widest = min(self.width - 2 * self._side, ink.column * _WIDEST if several else ink.measure)
        width, height = set_lines(composed, layout, font, max(widest, ink.column * 8), ink.line)
        cell = _Cell(composed, layout, self.length, width, height)
        self.length += units(composed.text) + 1
        return cell

    @property
    def extent(self) -> float:
        return sum(self._columns) + 2 * self._side * len(self._columns)

    def paint(
        self,
        painter: QPainter,
        clip: QRectF,
        selected: QTextCharFormat,
        at: Selection,
        lit: Lit = (),
    ) -> None:
        look = self.ink.look
        painter.save()
        painter.setClipRect(QRectF(0, 0, self.width, self.height), Qt.ClipOperation.IntersectClip)
        right = min(self.extent, self.width)
        line = look.colour("border")
        first = max(bisect_right(self._tops, clip.top()) - 1, 0)
        for number in range(first, len(self._rows)):
            top = self._tops[number]
            if top > clip.bottom():
                break
            if number:
                painter.fillRect(QRectF(0, top, right, 1), line)
            for cell, x in self._placed(number):
                chosen = []
                if at is not None and at[0] < cell.start + units(cell.composed.text) + 1:
                    a, b = max(at[0] - cell.start, 0), at[1] - cell.start
                    if a < b:
                        chosen = [format_range(a, b - a, selected)]
                place = QPointF(x, top + self._above)
                if cell.composed.grounds:
                    painter.translate(place)
                    paint_chips(painter, cell.composed, look)
                    painter.translate(-place)
                for start, end in lit:
                    boxes = cell.boxes(start, end)
                    paint_lit(painter, [box.translated(place) for box in boxes], look)
                painter.setPen(look.colour("text"))
                cell.layout.draw(painter, place, chosen)
        self.paint_bar(painter)
        painter.restore()

    def _placed(self, number: int) -> list[tuple[_Cell, float]]:
        """The cells of a row and where their text begins."""
        placed = []
        x = -self.scrolled
        for column, cell in enumerate(self._rows[number]):
            spare = self._columns[column] - cell.width
            match self.block.aligns[column]:
                case "right":
                    shift = spare
                case "center":
                    shift = spare / 2
                case _:
                    shift = 0.0
            placed.append((cell, x + self._side + shift))
            x += self._columns[column] + 2 * self._side
        return placed

    def _hit(self, point: QPointF) -> tuple[_Cell, QPointF]:
        number = max(bisect_right(self._tops, point.y()) - 1, 0)
        placed = self._placed(number)
        cell, x = placed[0]
        for next_, left in placed[1:]:
            if point.x() >= left - self._side:
                cell, x = next_, left
        return cell, QPointF(point.x() - x, point.y() - self._tops[number] - self._above)

    def position(self, point: QPointF) -> int:
        cell, inside = self._hit(point)
        for number in range(cell.layout.lineCount()):
            line = cell.layout.lineAt(number)
            if inside.y() < line.y() + line.height() or number == cell.layout.lineCount() - 1:
                return cell.start + line.xToCursor(inside.x())
        return cell.start

    def character(self, point: QPointF) -> int | None:
        if not self._rows or not 0 <= point.x() < self.width:
            return None
        cell, inside = self._hit(point)
        found = character_at(cell.layout, inside)
        return None if found is None else cell.start + found

    def boxes(self, start: int, end: int) -> list[QRectF]:
        found = []
        for number, top in enumerate(self._tops):
            if self._rows[number][0].start > end:
                break
            last = self._rows[number][-1]
            if last.start + units(last.composed.text) >= start:
                for cell, x in self._placed(number):
                    boxes = cell.boxes(start, end)
                    found += [box.translated(x, top + self._above) for box in boxes]
        return found

    @property
    def shown(self) -> str:
        return "\n".join("\t".join(cell.composed.text for cell in cells) for cells in self._rows)

    @property
    def added(self) -> list[tuple[int, int]]:
        return [
            (cell.start + start, cell.start + end)
            for cells in self._rows
            for cell in cells
            for start, end in cell.composed.added
        ]

    def word(self, position: int) -> tuple[int, int]:
        for cells in self._rows:
            for cell in cells:
                if cell.start <= position <= cell.start + units(cell.composed.text):
                    return cell.start, cell.start + units(cell.composed.text)
        return position, position

    def link(self, point: QPointF) -> str:
        cell, inside = self._hit(point)
        return link_at(cell.composed, cell.layout, inside)

    def links(self) -> list[tuple[int, str]]:
        return [
            (cell.start + start, url)
            for cells in self._rows
            for cell in cells
            for start, _, url in cell.composed.links
        ]

    def link_rects(self, position: int) -> list[QRectF]:
        for number, top in enumerate(self._tops):
            for cell, x in self._placed(number):
                for start, end, _ in cell.composed.links:
                    if cell.start + start == position:
                        found = rects(cell.layout, start, end)
                        return [rect.translated(x, top + self._above) for rect in found]
        return []

    def end(self) -> QRectF:
        if not self._rows:
            return super().end()
        cell, x = self._placed(len(self._rows) - 1)[-1]
        return QRectF(x + cell.width, self._tops[-1] + self._above, 0, self.ink.line)

    def text(self, start: int, end: int) -> str:
        lines = []
        for cells in self._rows:
            pieces = [
                excerpt(cell.composed.text, max(start - cell.start, 0), end - cell.start)
                for cell in cells
                if cell.start < end and start <= cell.start + units(cell.composed.text)
            ]
            if pieces:
                lines.append("\t".join(pieces).replace("\u2028", " "))
        return "\n".join(lines)
