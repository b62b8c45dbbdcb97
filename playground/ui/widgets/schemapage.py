"""Lines of code as they are looked at: colours, numbers, folds, marks, and which brackets belong
together. Whatever is drawn is found out for the lines that can be seen, when they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QToolTip, QWidget

from playground.ui import theme
from playground.ui.widgets.schemabrackets import OPENING, brackets, closing, opening, tokens
from playground.ui.widgets.schemacolours import Colours, JsonInk
from playground.ui.widgets.schemafolds import Folds
from playground.ui.widgets.schemagutter import ICONS, Gutter
from playground.ui.widgets.schemakeys import beside
from playground.ui.widgets.schemamarks import Mark, Marks, Severity, words
from playground.ui.widgets.schemanotice import Notice
from playground.ui.widgets.source import units
from playground.ui.words import number, tip

NEAR = 1_000
"""Lines in which the other bracket of a pair is looked for at each step of the cursor."""
WIDE = 20_000
"""Characters of a line in which it is looked for."""

Row = tuple[QTextBlock, float, float]
"""A line that can be seen, where it begins and how high it is, in pixels of the viewport."""


class Page(QPlainTextEdit):
    def __init__(self, parent: QWidget | None, *, schema: bool) -> None:
        super().__init__(parent)
        self._schema = schema
        self._marks = Marks()
        self._lines = 1
        self._pair: list[tuple[QTextBlock, int]] = []
        """The brackets at the cursor and where they stand in their lines, in UTF-16 units."""
        self.setProperty("role", "entry")
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        option = self.document().defaultTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)  # code, whatever its strings hold
        self.document().setDefaultTextOption(option)
        self.document().setDocumentMargin(0)
        self._ink = JsonInk(schema=schema)
        self._colours = Colours(self.document(), self._ink)
        self.folds = Folds(self)
        self.gutter = Gutter(self)
        self.notice = Notice(self)
        self.notice.changed.connect(self._place)
        self.blockCountChanged.connect(lambda _: self._place())
        self.updateRequest.connect(self._scrolled)
        self.cursorPositionChanged.connect(self._moved)
        self.textChanged.connect(self._moved)
        self.document().contentsChange.connect(self._changed)
        theme.follow(self, self._restyle)

    def mark(self, marks: Iterable[Mark]) -> None:
        """Mark these places and no others."""
        self._marks = Marks(marks)
        self._redraw()

    def severity(self, line: int) -> Severity | None:
        """The worst that is wrong with a line, from 1."""
        return self._marks.severity(line)

    def told(self, line: int) -> str:
        """What is wrong with a line, for a tooltip; empty when nothing is."""
        said = words(self._marks.on(line))
        return tip(said) if said else ""

    def toggle(self, block: QTextBlock) -> None:
        """Fold what this line opens, or unfold it."""
        self.folds.toggle(block)
        self._redraw()

    def fold(self) -> None:
        self.folds.fold(self.textCursor().block())
        self.ensureCursorVisible()
        self._redraw()

    def unfold(self) -> None:
        self.folds.unfold(self.textCursor().block())
        self._redraw()

    def rows(self) -> Iterator[Row]:
        """The lines that can be seen."""
        block, top = self.firstVisibleBlock(), self.contentOffset().y()
        while block.isValid() and top <= self.viewport().height():
            height = self.blockBoundingRect(block).height() if block.isVisible() else 0.0
            if height:
                yield block, top, height
            top += height
            below = block.blockNumber() + self.folds.hidden(block) + 1
            block = self.document().findBlockByNumber(below)

    def _moved(self) -> None:
        self._pair = self._matching()
        self._redraw()

    def _matching(self) -> list[tuple[QTextBlock, int]]:
        """The bracket before or after the cursor, and the one it belongs to."""
        block = self.textCursor().block()
        if block.length() > WIDE:
            return []
        text = block.text()
        at = len(beside(self.textCursor())[0])
        for here, sign in brackets(text):
            if here not in (at - 1, at):
                continue
            if sign in OPENING:
                found, step = closing(_texts(block, 1), here), 1
            else:
                found, step = opening(_texts(block, -1), here), -1
            if found is None:
                continue
            other = self.document().findBlockByNumber(block.blockNumber() + step * found[0])
            place = units(other.text()[: found[1]])
            return [(block, units(text[:here])), (other, place)]
        return []

    def _changed(self, position: int, removed: int, added: int) -> None:
        """Marks stay with their lines."""
        lines = self.blockCount()
        if lines != self._lines:
            block = self.document().findBlock(position)
            above = block.blockNumber() + (position > block.position())
            self._marks.moved(above, lines - self._lines)
            self._lines = lines

    def _redraw(self) -> None:
        self.viewport().update()
        self.gutter.update()

    def _scrolled(self, rect: QRect, by: int) -> None:
        if by:
            self.gutter.scroll(0, by)
        else:
            self.gutter.update(0, rect.y(), self.gutter.width(), rect.height())

    def _place(self) -> None:
        """Gutter and notice around the text."""
        inner = self.contentsRect()
        look = theme.current()
        wide = 0 if self.gutter.isHidden() else self.gutter.wide
        bar = self.verticalScrollBar()
        room = inner.width() - (bar.sizeHint().width() if bar.isVisible() else 0)
        high = 0 if self.notice.isHidden() else self.notice.heightForWidth(room)
        self.setViewportMargins(wide + look.px(2) if wide else 0, high, 0, 0)
        self.notice.setGeometry(inner.x(), inner.y(), room, high)
        self.gutter.setGeometry(inner.x(), inner.y() + high, wide, inner.height() - high)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._colours.see([block for block, _, _ in self.rows()])
        rows = list(self.rows())  # what has other colours now is laid out anew
        look = theme.current()
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        here = self.textCursor().block()
        for block, top, height in rows:
            if block == here and not self.isReadOnly() and self.document().characterCount() > 1:
                band = QRectF(0, top, self.viewport().width(), height)
                painter.fillRect(band, look.colour("surface"))
            for where, at in self._pair:
                if where == block:
                    painter.setPen(look.colour("accent"))
                    for strip in self._strips(block, top, at, 1):
                        painter.drawRoundedRect(strip.adjusted(-0.5, 0.5, 0.5, -0.5), 2, 2)
        painter.end()
        super().paintEvent(event)
        painter.begin(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for block, top, height in rows:
            for mark in self._marks.on(block.blockNumber() + 1):
                painter.setPen(look.colour(ICONS[mark.severity][1]))
                start, length = self._span(block, mark)
                for strip in self._strips(block, top, start, length):
                    _wave(painter, strip, look)
            if count := self.folds.hidden(block):
                self._chip(painter, block, top, height, count)
        painter.end()

    def _chip(
        self, painter: QPainter, block: QTextBlock, top: float, height: float, count: int
    ) -> None:
        """So many lines are folded under this one."""
        look = theme.current()
        painter.setPen(look.colour("muted"))
        painter.setFont(look.mono)
        line = block.layout().lineAt(block.layout().lineCount() - 1)
        left = line.x() + line.naturalTextWidth() + self.contentOffset().x() + look.px(8)
        place = QRectF(left, top + line.y(), self.viewport().width() - left, line.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, folded(count))

    def _span(self, block: QTextBlock, mark: Mark) -> tuple[int, int]:
        """(start, length) of a mark in its line, in UTF-16 units."""
        text = block.text()
        start = units(text[: mark.column - 1])
        if mark.length is not None:
            return start, max(units(text[mark.column - 1 : mark.column - 1 + mark.length]), 1)
        for token in tokens(text, schema=self._schema):
            if token.start <= start < token.start + token.length:
                return token.start, token.length
        return start, 1

    def _strips(self, block: QTextBlock, top: float, start: int, length: int) -> list[QRectF]:
        """Where these characters of a line are on screen; wrapped, they are in several places."""
        layout, x = block.layout(), self.contentOffset().x()
        found = []
        for number_ in range(layout.lineCount()):
            line = layout.lineAt(number_)
            first = max(start, line.textStart())
            last = min(start + length, line.textStart() + line.textLength())
            if first < last:
                left, right = _x(line.cursorToX(first)), _x(line.cursorToX(last))
                place = QRectF(x + left, top + line.y(), max(right - left, 1), line.height())
                found.append(place)
        if not found and layout.lineCount():  # behind the end of the line
            line = layout.lineAt(layout.lineCount() - 1)
            left = x + line.x() + line.naturalTextWidth()
            wide = self.fontMetrics().horizontalAdvance("0")
            found.append(QRectF(left, top + line.y(), wide, line.height()))
        return found

    def _restyle(self, look: theme.Theme) -> None:
        self.setFont(look.mono)  # without ligatures
        self._ink.dip(look)
        self._colours.forget()
        self._place()

    # Events

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._told_at(event.pos()), self.viewport())
            return True
        return super().viewportEvent(event)

    def _told_at(self, at: QPoint) -> str:
        for block, top, height in self.rows():
            if top <= at.y() < top + height:
                found = [
                    mark
                    for mark in self._marks.on(block.blockNumber() + 1)
                    if any(
                        strip.contains(QPointF(at))
                        for strip in self._strips(block, top, *self._span(block, mark))
                    )
                ]
                said = words(found)
                return tip(said) if said else ""
        return ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The words behind a folded line open it."""
        for block, top, height in self.rows():
            if top <= event.position().y() < top + height and self.folds.hidden(block):
                line = block.layout().lineAt(block.layout().lineCount() - 1)
                end = line.x() + line.naturalTextWidth() + self.contentOffset().x()
                if event.position().x() > end and event.position().y() >= top + line.y():
                    self.toggle(block)
                    return
        super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()


def folded(count: int) -> str:
    return f"… {number(count)} line{'' if count == 1 else 's'}"


def _texts(block: QTextBlock, step: int) -> Iterator[str]:
    def going() -> Iterator[str]:
        here = block
        while here.isValid():
            yield here.text()
            here = here.next() if step > 0 else here.previous()

    return islice(going(), NEAR)


def _x(place: object) -> float:
    """PySide gives the position of the cursor along with its x."""
    return float(place[0] if isinstance(place, tuple) else place)  # type: ignore[arg-type]


def _wave(painter: QPainter, strip: QRectF, look: theme.Theme) -> None:
    """A squiggle under a piece of text."""
    step = look.px(2)
    low, high = strip.bottom() - 0.5, strip.bottom() - 0.5 - step
    points: list[QPointF] = []
    x = strip.left()
    while x < strip.right() + step:
        points.append(QPointF(min(x, strip.right()), low if len(points) % 2 else high))
        x += step
    painter.drawPolyline(points)
