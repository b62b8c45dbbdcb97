"""What prose is made of on the screen: one row for each block, drawn by the widget that holds it.

Rows are not widgets: a thousand of them must cost no more than the few that can be seen, and a
selection must run through all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QFont,
    QPainter,
    QPen,
    QTextCharFormat,
    QTextLayout,
    QTextLine,
    QTextOption,
)

from playground.core.blocks import Block, Grown, Heading, Item, Paragraph, Quote, T
from playground.ui.widgets.proseink import (
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
    x_of,
)

Selection = tuple[int, int] | None
"""From one position to another, in UTF-16 units of a row's text; None when nothing is selected."""
Lit = Sequence[tuple[int, int]]
"""The pieces of a row's text that are lit, in the same units."""


class Row:
    """One block. Coordinates are its own: (0, 0) is the top left of what is inside its lists.

    Positions in its text count UTF-16 units.
    """

    selectable = True

    def __init__(self, block: Block, ink: Ink) -> None:
        self.block = block
        self.ink = ink
        self.top = 0.0
        "of the row, in the widget"
        self.height = 0.0
        self.width = 0.0
        self.length = 0
        "of its text"
        self.right_to_left = False
        self.indent = sum(_indent(one, ink) for one in block.within)

    def update(self, block: Block) -> bool:
        """Show a later state of the block; False if that takes another row."""
        return False

    def lay_out(self, width: float) -> None:
        """Find the height at a width."""
        raise NotImplementedError

    def paint(
        self,
        painter: QPainter,
        clip: QRectF,
        selected: QTextCharFormat,
        at: Selection,
        lit: Lit = (),
    ) -> None:
        raise NotImplementedError

    def position(self, point: QPointF) -> int:
        """In the text, nearest to the point."""
        return 0

    def character(self, point: QPointF) -> int | None:
        """The position of the character that the point is on; None: it is on none."""
        return None

    def boxes(self, start: int, end: int) -> list[QRectF]:
        """Where a piece of the text stands."""
        return []

    @property
    def shown(self) -> str:
        """The whole text, as it is drawn and as positions count it."""
        return ""

    @property
    def added(self) -> list[tuple[int, int]]:
        """The pieces of it that are not of the Markdown."""
        return []

    def word(self, position: int) -> tuple[int, int]:
        return position, position

    def link(self, point: QPointF) -> str:
        return ""

    def links(self) -> list[tuple[int, str]]:
        """Every link, by the position where it begins."""
        return []

    def link_rects(self, position: int) -> list[QRectF]:
        """Where the link that begins at a position stands."""
        return []

    def end(self) -> QRectF:
        """Where a caret behind the last character stands."""
        return QRectF(0, 0, 0, self.ink.line)

    def text(self, start: int, end: int) -> str:
        return ""


class WideRow(Row):
    """A block that may be wider than there is room, and then scrolls sideways."""

    def __init__(self, block: Block, ink: Ink) -> None:
        super().__init__(block, ink)
        self.scrolled = 0.0
        "pixels that are hidden at the left"

    @property
    def extent(self) -> float:
        """The width of all of it."""
        raise NotImplementedError

    @property
    def hidden(self) -> float:
        """How far it can be scrolled."""
        return max(round(self.extent) - round(self.width), 0)

    def scroll(self, by: float) -> bool:
        """Scroll sideways; False if it is at its end."""
        before = self.scrolled
        self.scrolled = min(max(before + by, 0.0), self.hidden)
        return self.scrolled != before

    def room_for_bar(self) -> float:
        """Height to add for a scroll bar, if there is one."""
        return self.ink.look.px(6) if self.hidden else 0

    def bar(self) -> QRectF:
        """Where the scroll bar is; nowhere if all can be seen."""
        if not self.hidden:
            return QRectF()
        edge, height = self.ink.look.px(4), self.ink.look.px(10)
        return QRectF(edge, self.height - height - 1, self.width - 2 * edge, height)

    def paint_bar(self, painter: QPainter) -> None:
        bar = self.bar()
        if bar.isEmpty():
            return
        share = self.width / self.extent
        left = bar.left() + self.scrolled / self.extent * bar.width()
        thick = self.ink.look.px(5)
        handle = QRectF(left, bar.center().y() - thick / 2, bar.width() * share, thick)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.ink.look.colour("muted"))
        painter.setOpacity(0.45)
        painter.drawRoundedRect(handle, thick / 2, thick / 2)
        painter.restore()


def common(before: Grown[T], after: Grown[T]) -> int:
    """How many elements at the beginning are the same in two states of one block."""
    number = min(before.settled, after.settled, len(before), len(after))
    while number < min(len(before), len(after)) and before[number] == after[number]:
        number += 1
    return number


def gap(before: Block | None, block: Block, ink: Ink) -> float:
    """The distance between two blocks."""
    if before is None or (isinstance(block, Paragraph) and block.continues):
        return 0
    size = 10
    if isinstance(block, Heading):
        size = 20 if block.level < 3 else 16
    elif isinstance(before, Heading):
        size = 8
    elif block.within and before.within and isinstance(block.within[-1], Item):
        size = 6
        if not isinstance(block, Paragraph) or not isinstance(before, Paragraph):
            size = 8
    return ink.look.px(size)


def _indent(one: Item | Quote, ink: Ink) -> float:
    if isinstance(one, Quote):
        return ink.look.px(14)
    digits = 0 if one.number is None else len(str(one.number))
    return ink.indent + max(digits - 2, 0) * ink.digit


def paint_marks(painter: QPainter, row: Row, before: Row | None) -> None:
    """Draw what surrounds a row: the bars of its quotes, the mark of its item.

    The painter's origin is the left of the widget at the row's top.
    """
    ink = row.ink
    left = 0.0
    edge = 0.0 if before is None else before.top + before.height - row.top
    for depth, one in enumerate(row.block.within):
        indent = _indent(one, ink)
        if isinstance(one, Quote):
            top = 0.0 if one.first else edge
            bar = QRectF(left + ink.look.px(2), top, ink.look.px(3), row.height - top)
            painter.fillRect(_mirrored(bar, row), ink.look.colour("border"))
        elif one.first:
            inner = depth > 0 and sum(isinstance(o, Item) for o in row.block.within[:depth])
            _paint_mark(painter, row, one, int(inner), left + indent)
        left += indent


def _mirrored(rect: QRectF, row: Row) -> QRectF:
    if row.right_to_left:
        rect.moveLeft(row.width + row.indent - rect.right())
    return rect


def _paint_mark(painter: QPainter, row: Row, item: Item, depth: int, right: float) -> None:
    ink = row.ink
    look = ink.look
    muted = look.colour("muted")
    middle = ink.line / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if item.checked is not None:
        side = look.px(13)
        box = QRectF(right - look.px(7) - side, middle - side / 2, side, side)
        box = _mirrored(box, row)
        painter.setPen(QPen(look.colour("accent" if item.checked else "muted"), 1.2 * look.scale))
        painter.setBrush(look.colour("accent") if item.checked else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, look.px(3), look.px(3))
        if item.checked:
            pen = QPen(look.colour("on_accent"), 1.6 * look.scale)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPolyline(
                [
                    box.topLeft() + QPointF(x * side, y * side)
                    for x, y in ((0.25, 0.52), (0.44, 0.7), (0.76, 0.32))
                ]
            )
    elif item.number is not None:
        painter.setFont(ink.body)
        painter.setPen(muted)
        place = _mirrored(QRectF(0, 0, right - look.px(7), ink.line), row)
        side_ = Qt.AlignmentFlag.AlignLeft if row.right_to_left else Qt.AlignmentFlag.AlignRight
        painter.drawText(place, side_ | Qt.AlignmentFlag.AlignVCenter, f"{item.number}.")
    else:
        size = look.px(5)
        dot = QRectF(right - look.px(10) - size / 2, middle - size / 2, size, size)
        dot = _mirrored(dot, row)
        painter.setPen(QPen(muted, look.scale))
        painter.setBrush(muted if depth != 1 else Qt.BrushStyle.NoBrush)
        if depth < 2:
            painter.drawEllipse(dot)
        else:
            painter.fillRect(dot.adjusted(0.5, 0.5, -0.5, -0.5), muted)
    painter.restore()


class RuleRow(Row):
    """A line across."""

    selectable = False

    def lay_out(self, width: float) -> None:
        self.width = min(width, self.ink.measure)
        self.height = self.ink.look.px(9)

    def paint(
        self,
        painter: QPainter,
        clip: QRectF,
        selected: QTextCharFormat,
        at: Selection,
        lit: Lit = (),
    ) -> None:
        line = QRectF(0, self.height // 2, self.width, 1)
        painter.fillRect(line, self.ink.look.colour("border"))


class TextRow(Row):
    """A paragraph or a heading."""

    block: Paragraph | Heading

    def __init__(self, block: Paragraph | Heading, ink: Ink) -> None:
        super().__init__(block, ink)
        self.token = "text"
        """Its colour, where it is not quoted."""
        self._laid_out_at = -1.0
        self._compose()

    def update(self, block: Block) -> bool:
        if not isinstance(block, Paragraph | Heading):
            return False
        self.block = block
        self.indent = sum(_indent(one, self.ink) for one in block.within)
        self._laid_out_at = -1.0
        self._compose()
        return True

    def _compose(self) -> None:
        ink, block = self.ink, self.block
        self._font: QFont = ink.body
        self._line = ink.line
        if isinstance(block, Heading):
            self._font = ink.heading(block.level)
            self._line = float(round(self._font.pixelSize() * 1.4))
        self._composed = ink.compose(block.spans, self._font)
        text = self._composed.text
        self.length = units(text)
        self.right_to_left = runs_right_to_left(text)
        self._layout = QTextLayout(text, self._font)
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        if self.right_to_left:
            option.setTextDirection(Qt.LayoutDirection.RightToLeft)
            option.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute)
        else:
            option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self._layout.setTextOption(option)
        self._layout.setFormats(self._composed.formats)
        self._quoted = any(isinstance(one, Quote) for one in block.within)

    def lay_out(self, width: float) -> None:
        width = max(min(width, self.ink.measure - self.indent), self.ink.column * 4)
        if width != self._laid_out_at:
            self._laid_out_at = self.width = width
            _, self.height = set_lines(self._composed, self._layout, self._font, width, self._line)

    def paint(
        self,
        painter: QPainter,
        clip: QRectF,
        selected: QTextCharFormat,
        at: Selection,
        lit: Lit = (),
    ) -> None:
        if self._composed.grounds:
            paint_chips(painter, self._composed, self.ink.look)
        for piece in lit:
            paint_lit(painter, self.boxes(*piece), self.ink.look)
        painter.setPen(self.ink.look.colour("muted" if self._quoted else self.token))
        chosen = [] if at is None else [format_range(at[0], at[1] - at[0], selected)]
        self._layout.draw(painter, QPointF(0, 0), chosen, clip)

    def _line_at(self, y: float) -> QTextLine | None:
        for number in range(self._layout.lineCount()):
            line = self._layout.lineAt(number)
            if y < line.y() + line.height():
                return line
        return self._layout.lineAt(number) if self._layout.lineCount() else None

    def position(self, point: QPointF) -> int:
        line = self._line_at(point.y())
        return 0 if line is None else line.xToCursor(point.x())

    def character(self, point: QPointF) -> int | None:
        return character_at(self._layout, point)

    def boxes(self, start: int, end: int) -> list[QRectF]:
        return lit_rects(self._layout, start, end)

    @property
    def shown(self) -> str:
        return self._composed.text

    @property
    def added(self) -> list[tuple[int, int]]:
        return self._composed.added

    def word(self, position: int) -> tuple[int, int]:
        layout = self._layout
        start = layout.previousCursorPosition(position + 1, QTextLayout.CursorMode.SkipWords)
        end = layout.nextCursorPosition(start, QTextLayout.CursorMode.SkipWords)
        word = excerpt(self._composed.text, start, end)
        return start, end - (units(word) - units(word.rstrip()))

    def link(self, point: QPointF) -> str:
        return link_at(self._composed, self._layout, point)

    def links(self) -> list[tuple[int, str]]:
        return [(start, url) for start, _, url in self._composed.links]

    def link_rects(self, position: int) -> list[QRectF]:
        for start, end, _ in self._composed.links:
            if start == position:
                return rects(self._layout, start, end)
        return []

    def end(self) -> QRectF:
        count = self._layout.lineCount()
        if not count:
            return QRectF(0, 0, 0, self._line)
        line = self._layout.lineAt(count - 1)
        return QRectF(x_of(line, self.length), line.y(), 0, line.height())

    def text(self, start: int, end: int) -> str:
        return excerpt(self._composed.text, start, end).replace("\u2028", "\n")
