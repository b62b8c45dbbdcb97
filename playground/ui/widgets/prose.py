"""Prose: Markdown shown while it arrives. What is closed is laid out once and never touched again.

Everything is drawn by this one widget, so that a selection runs through the whole text and an
answer of 100,000 tokens costs no more widgets than a short one. Nothing in the text is obeyed: no
HTML is interpreted, no address is loaded or opened.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from html import escape

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QTextCharFormat,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QMenu,
    QScrollBar,
    QSizePolicy,
    QToolTip,
    QWidget,
)

from playground.core.blocks import Block, Code, Heading, Item, Paragraph, Rule, Table
from playground.core.markdown_stream import MarkdownStream
from playground.core.plain import visible
from playground.ui import theme
from playground.ui.widgets.codeblock import CodeRow, CopyButton
from playground.ui.widgets.highlight import Highlighter
from playground.ui.widgets.proseink import ink
from playground.ui.widgets.proserows import Row, RuleRow, TextRow, WideRow, gap, paint_marks
from playground.ui.widgets.prosetable import TableRow

Place = tuple[int, int]
"""A row and a position in its text."""


class Prose(QWidget):
    """Shows Markdown that is whole or still arriving.

    Signals:
        link_activated(url): the user wants to go there. Nothing was opened.
    """

    link_activated = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setAccessibleName("Text")
        self._highlighter = Highlighter(self)
        self._stream = MarkdownStream()
        self._rows: list[Row] = []
        self._tops: list[float] = []
        self._closed = 0  # rows whose block will not change any more
        self._buttons: dict[CodeRow, CopyButton] = {}
        self._bars: dict[Row, QScrollBar] = {}
        self._laid_out_for = 0.0
        self._height = 0
        self._caret = False
        self._anchor: Place = (0, 0)
        self._cursor: Place = (0, 0)
        self._selecting = False
        self._pressed_link = ""
        self._focused_link: Place | None = None
        theme.themes.changed.connect(self._restyle)

    def append(self, delta: str) -> None:
        """Add text that has arrived and show it."""
        self._stream.feed(delta)
        self._show_changes()

    def set_text(self, text: str) -> None:
        """Show this text instead. More may be appended."""
        self._clear()
        self._stream.feed(text)
        self._show_changes()

    def finish(self) -> None:
        """No more text will come."""
        self._stream.finish()
        self.caret = False
        self._show_changes()
        self.setAccessibleDescription(self.text()[:10_000])

    @property
    def caret(self) -> bool:
        """Whether a caret stands behind the last character, while text is arriving."""
        return self._caret

    @caret.setter
    def caret(self, shown: bool) -> None:
        if shown != self._caret:
            self._caret = shown
            self.update()

    def text(self) -> str:
        """All that is shown, as plain text."""
        return self._excerpt((0, 0), self._last_place())

    def selected_text(self) -> str:
        return self._excerpt(*sorted((self._anchor, self._cursor)))

    def select_all(self) -> None:
        self._select((0, 0), self._last_place())

    def clear_selection(self) -> None:
        self._select(self._cursor, self._cursor)

    # What is shown

    def _clear(self) -> None:
        self._stream = MarkdownStream()
        self._highlighter.clear()
        self._drop_rows(0)
        self._closed = 0
        self._anchor = self._cursor = (0, 0)
        self._focused_link = None

    def _show_changes(self) -> None:
        blocks = self._stream.blocks
        first = len(self._rows)
        for number in range(self._closed, len(blocks)):
            block = blocks[number]
            if number < len(self._rows):
                row = self._rows[number]
                if row.block == block:
                    continue
                if not row.update(block):
                    self._replace_row(number, block)
            else:
                self._rows.append(self._row(block))
                self._tops.append(0)
            first = min(first, number)
        if len(blocks) < len(self._rows):
            first = min(first, len(blocks))
            self._drop_rows(len(blocks))
        self._closed = self._stream.closed
        self._place_rows(first)

    def _row(self, block: Block) -> Row:
        match block:
            case Paragraph() | Heading():
                return TextRow(block, ink())
            case Code():
                row = CodeRow(block, ink(), self._highlighter)
                row.on_highlighted = lambda: self._repaint_row(row)
                self._buttons[row] = button = CopyButton(row, self)
                button.show()
                return row
            case Table():
                return TableRow(block, ink())
            case Rule():
                return RuleRow(block, ink())

    def _replace_row(self, number: int, block: Block) -> None:
        self._forget(self._rows[number])
        self._rows[number] = self._row(block)

    def _drop_rows(self, first: int) -> None:
        for row in self._rows[first:]:
            self._forget(row)
        del self._rows[first:], self._tops[first:]

    def _forget(self, row: Row) -> None:
        if isinstance(row, CodeRow) and row in self._buttons:
            self._buttons.pop(row).deleteLater()
        if row in self._bars:
            self._bars.pop(row).deleteLater()

    def _restyle(self) -> None:
        """The theme is another one: set everything anew."""
        blocks = list(self._stream.blocks)
        self._highlighter.clear()
        self._drop_rows(0)
        for block in blocks:
            self._rows.append(self._row(block))
            self._tops.append(0)
        self._place_rows(0)

    # Where it is

    def _place_rows(self, first: int, force: bool = False) -> None:
        """Lay out and place all rows from the first that has changed."""
        width = self._laid_out_for or float(self.width())
        self._laid_out_for = width
        for number in range(first, len(self._rows)):
            row = self._rows[number]
            before = self._rows[number - 1] if number else None
            row.lay_out(max(width - row.indent, 1))
            row.top = gap(before.block if before else None, row.block, row.ink)
            if before is not None:
                row.top += before.top + before.height
            self._tops[number] = row.top
            if isinstance(row, WideRow):
                self._place_tools(row)
        last = self._rows[-1] if self._rows else None
        height = round(last.top + last.height + 0.49) if last else round(ink().line)
        if height != self._height:
            self._height = height
            self.updateGeometry()
        top = self._tops[first] if first < len(self._tops) else 0
        self.update(QRect(0, int(top) - 1, self.width(), max(self.height(), height) - int(top) + 2))

    def _left(self, row: Row) -> float:
        """Where a row begins. What runs right to left has its lists on the right."""
        return 0 if row.right_to_left else row.indent

    def _box(self, row: Row) -> QRectF:
        return QRectF(self._left(row), row.top, row.width, row.height)

    def _place_tools(self, row: WideRow) -> None:
        """The copy button of code, and the scroll bar of what is too wide."""
        look = ink().look
        box = self._box(row)
        button = self._buttons.get(row) if isinstance(row, CodeRow) else None
        if button is not None:
            side, edge = look.px(24), look.px(4)
            button.setGeometry(
                round(box.right()) - side - edge, round(box.top()) + edge, side, side
            )
        hidden = round(row.extent) - round(row.width)
        bar = self._bars.get(row)
        if hidden <= 0:
            row.scrolled = 0
            if bar is not None:
                self._bars.pop(row).deleteLater()
            return
        if bar is None:
            bar = self._bars[row] = QScrollBar(Qt.Orientation.Horizontal, self)
            bar.setCursor(Qt.CursorShape.ArrowCursor)
            bar.setAccessibleName("Scroll sideways")
            bar.valueChanged.connect(lambda value: self._scrolled(row, value))
            bar.show()
        bar.setRange(0, hidden)
        bar.setPageStep(round(row.width))
        bar.setSingleStep(round(4 * ink().column))
        height = look.px(8)
        bar.setGeometry(
            QRect(
                round(box.left()) + look.px(4),
                round(box.bottom()) - height - 1,
                round(box.width()) - look.px(8),
                height,
            )
        )

    def _scrolled(self, row: WideRow, value: int) -> None:
        row.scrolled = float(value)
        self._repaint_row(row)

    def _repaint_row(self, row: Row) -> None:
        self.update(self._box(row).toAlignedRect().adjusted(-1, -1, 1, 1))

    def _row_at(self, y: float) -> int:
        """The row at a height, or the one above if it lies between two."""
        return max(bisect_right(self._tops, y) - 1, 0)

    def _place_at(self, point: QPointF) -> Place:
        if not self._rows:
            return 0, 0
        number = self._row_at(point.y())
        row = self._rows[number]
        if point.y() > row.top + row.height + gap(row.block, row.block, row.ink):
            return number, row.length
        return number, row.position(self._inside(row, point))

    def _inside(self, row: Row, point: QPointF) -> QPointF:
        return QPointF(point.x() - self._left(row), point.y() - row.top)

    def _last_place(self) -> Place:
        return (len(self._rows) - 1, self._rows[-1].length) if self._rows else (0, 0)

    def _link_at(self, point: QPointF) -> str:
        if not self._rows:
            return ""
        row = self._rows[self._row_at(point.y())]
        return row.link(self._inside(row, point))

    # Selection

    def _select(self, anchor: Place, cursor: Place) -> None:
        self._anchor, self._cursor = anchor, cursor
        self.update()

    def _selection(self, number: int) -> tuple[int, int] | None:
        """What is selected of a row."""
        (first, start), (last, end) = sorted((self._anchor, self._cursor))
        if not first <= number <= last or (first, start) == (last, end):
            return None
        return (
            start if number == first else 0,
            end if number == last else self._rows[number].length,
        )

    def _excerpt(self, start: Place, end: Place) -> str:
        pieces: list[str] = []
        for number in range(start[0], min(end[0] + 1, len(self._rows))):
            row = self._rows[number]
            first = start[1] if number == start[0] else 0
            last = end[1] if number == end[0] else row.length
            text = row.text(first, last)
            if number > start[0]:
                pieces.append(_between(self._rows[number - 1].block, row.block))
            pieces.append(_marked(row.block, text) if not first else text)
        return "".join(pieces)

    def copy(self) -> None:
        """Put what is selected on the clipboard."""
        text = self.selected_text()
        if text:
            QApplication.clipboard().setText(text)

    # Links by keyboard

    def _links(self) -> Iterator[tuple[Place, str]]:
        for number, row in enumerate(self._rows):
            for position, url in row.links():
                yield (number, position), url

    def focusNextPrevChild(self, forward: bool) -> bool:
        places = [place for place, _ in self._links()]
        if not forward:
            places.reverse()
        if self._focused_link in places:
            places = places[places.index(self._focused_link) + 1 :]
        elif self._focused_link is not None or not forward:
            places = []
        self._focused_link = places[0] if places else None
        self.update()
        if self._focused_link is None:
            return super().focusNextPrevChild(forward)
        row = self._rows[self._focused_link[0]]
        self._bring_into_view(QPointF(self._left(row), row.top + row.height / 2))
        return True

    def _bring_into_view(self, point: QPointF) -> None:
        area = self.parentWidget()
        while area is not None and not isinstance(area, QAbstractScrollArea):
            area = area.parentWidget()
        if area is None:
            return
        y = self.mapTo(area.viewport(), point.toPoint()).y()
        beyond = min(y, 0) or max(y - area.viewport().height(), 0)
        area.verticalScrollBar().setValue(area.verticalScrollBar().value() + beyond)

    # Qt

    def event(self, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.ToolTip:
                assert isinstance(event, QHelpEvent)
                url = self._link_at(QPointF(event.pos()))
                if url:
                    # As HTML, or an address could be taken for it.
                    QToolTip.showText(event.globalPos(), f"<p>{escape(visible(url))}</p>", self)
                else:
                    QToolTip.hideText()
                    event.ignore()
                return True
            case QEvent.Type.ShortcutOverride:
                assert isinstance(event, QKeyEvent)
                copies = event.matches(QKeySequence.StandardKey.Copy) and self.selected_text()
                if copies or event.matches(QKeySequence.StandardKey.SelectAll):
                    event.accept()
                    return True
        return super().event(event)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width != self._laid_out_for and width > 0:
            self._laid_out_for = float(width)
            self._place_rows(0)
        return self._height

    def sizeHint(self) -> QSize:
        width = round(ink().measure)
        return QSize(width, self._height or round(ink().line))

    def minimumSizeHint(self) -> QSize:
        return QSize(ink().look.px(120), round(ink().line))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.heightForWidth(self.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        clip = QRectF(event.rect())
        selected = QTextCharFormat()
        selected.setBackground(self.palette().brush(QPalette.ColorRole.Highlight))
        selected.setForeground(self.palette().brush(QPalette.ColorRole.HighlightedText))
        if self._rows:
            for number in range(self._row_at(clip.top()), len(self._rows)):
                row = self._rows[number]
                if row.top > clip.bottom():
                    break
                self._paint_row(painter, clip, number, selected)
        if self._caret:
            self._paint_caret(painter)

    def _paint_row(
        self, painter: QPainter, clip: QRectF, number: int, selected: QTextCharFormat
    ) -> None:
        row = self._rows[number]
        if row.block.within:
            painter.translate(0, row.top)
            before = self._rows[number - 1] if number else None
            paint_marks(painter, row, before)
            painter.translate(0, -row.top)
        left = self._left(row)
        painter.translate(left, row.top)
        row.paint(painter, clip.translated(-left, -row.top), selected, self._selection(number))
        if self._focused_link is not None and self._focused_link[0] == number and self.hasFocus():
            painter.setPen(QPen(row.ink.look.colour("accent"), 2))
            for rect in row.link_rects(self._focused_link[1]):
                painter.drawRoundedRect(rect.adjusted(-2, 0, 2, 0), 3, 3)
        if isinstance(row, CodeRow) and self._buttons[row].seen:
            self._paint_language(painter, row)
        painter.translate(-left, -row.top)

    def _paint_language(self, painter: QPainter, row: CodeRow) -> None:
        look = row.ink.look
        name = visible(row.block.language)[:40]
        painter.setFont(row.ink.body)
        wide = painter.fontMetrics().horizontalAdvance(name) + look.px(10) if name else 0
        right = self._buttons[row].width() + look.px(8)
        place = QRectF(row.width - right - wide - look.px(8), look.px(3), wide + right, look.px(24))
        painter.fillRect(place, look.colour("sunken"))
        painter.setPen(look.colour("faint"))
        painter.drawText(place.translated(look.px(8), 0), Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_caret(self, painter: QPainter) -> None:
        look = ink().look
        place = QRectF(0, 0, 0, ink().line)
        if self._rows:
            row = self._rows[-1]
            place = row.end().translated(self._left(row), row.top)
        height = look.px(15)
        top = place.center().y() - height / 2
        bar = QRectF(place.left() + look.px(2), top, look.px(2), height)
        painter.fillRect(bar, look.colour("accent"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        place = self._place_at(event.position())
        extend = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self._pressed_link = self._link_at(event.position())
        self._focused_link = None
        self._selecting = True
        self._select(self._anchor if extend else place, place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        if self._selecting:
            self._select(self._anchor, self._place_at(point))
            self._bring_into_view(point)
            return
        link = self._link_at(point)
        shape = Qt.CursorShape.PointingHandCursor if link else Qt.CursorShape.IBeamCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)
        self._near(point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._selecting = False
        link, self._pressed_link = self._pressed_link, ""
        if link and self._anchor == self._cursor and link == self._link_at(event.position()):
            self.link_activated.emit(link)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        number, position = self._place_at(event.position())
        if self._rows and event.button() == Qt.MouseButton.LeftButton:
            start, end = self._rows[number].word(position)
            self._select((number, start), (number, end))

    def leaveEvent(self, event: QEvent) -> None:
        self._near(None)

    def _near(self, point: QPointF | None) -> None:
        """Show the tools of the code under the pointer, and no others."""
        for row, button in self._buttons.items():
            near = point is not None and self._box(row).contains(point)
            near = near or (point is None and button.underMouse())
            if near != button.near:
                button.near = near
                button.update()
                self._repaint_row(row)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Sideways over what is too wide; everything else is for what scrolls the whole."""
        steps = event.angleDelta()
        sideways = steps.x() or (
            steps.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0
        )
        row = self._rows[self._row_at(event.position().y())] if self._rows else None
        bar = self._bars.get(row) if row is not None else None
        if bar is None or not sideways:
            event.ignore()
            return
        bar.setValue(bar.value() - round(sideways / 120 * 3 * bar.singleStep()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if event.matches(QKeySequence.StandardKey.Copy) and self.selected_text():
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._focused_link is not None:
            self.link_activated.emit(dict(self._links())[self._focused_link])
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._scroll_focused(key):
            pass
        else:
            super().keyPressEvent(event)

    def _scroll_focused(self, key: int) -> bool:
        for row, button in self._buttons.items():
            if button.hasFocus() and row in self._bars:
                bar = self._bars[row]
                step = bar.singleStep() if key == Qt.Key.Key_Right else -bar.singleStep()
                bar.setValue(bar.value() + step)
                return True
        return False

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() == Qt.FocusReason.TabFocusReason:
            self._focused_link = next((place for place, _ in self._links()), None)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._focused_link = None
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = menu.addAction("Copy", self.copy)
        copy.setEnabled(bool(self.selected_text()))
        link = self._link_at(QPointF(event.pos()))
        if link:
            menu.addAction(
                "Copy the link's address", lambda: QApplication.clipboard().setText(link)
            )
        menu.addAction("Select all", self.select_all)
        menu.popup(event.globalPos())


def _between(before: Block, block: Block) -> str:
    """What stands between the texts of two blocks when they are copied."""
    if isinstance(block, Paragraph) and block.continues:
        return "\n"
    listed = all(one.within and isinstance(one.within[-1], Item) for one in (before, block))
    return "\n" if listed else "\n\n"


def _marked(block: Block, text: str) -> str:
    """A block's text with the mark of its item before it."""
    if not block.within:
        return text
    item = block.within[-1]
    if not isinstance(item, Item):
        return text
    mark = "- " if item.number is None else f"{item.number}. "
    pad = "  " * (sum(isinstance(one, Item) for one in block.within) - 1)
    return pad + (mark if item.first else " " * len(mark)) + text.replace("\n", "\n" + pad + "  ")
