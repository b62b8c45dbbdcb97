"""Prose: Markdown shown while it arrives. What is closed is laid out once and never touched again.

Everything is drawn by this one widget, so that a selection runs through the whole text and an
answer of 100,000 tokens costs no more widgets than a short one. Nothing in the text is obeyed: no
HTML is interpreted, no address is loaded or opened.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    QSizePolicy,
    QToolTip,
    QWidget,
)

from playground.core.markdown_stream import Mark, MarkdownStream
from playground.core.plain import visible
from playground.ui import theme
from playground.ui.widgets.codeblock import CodeRow, CopyButton
from playground.ui.widgets.highlight import Highlighter
from playground.ui.widgets.proseflow import WHOLE, Flow, Place
from playground.ui.widgets.proseink import ink
from playground.ui.widgets.proselight import Lit, Origins
from playground.ui.widgets.proserows import Row, WideRow
from playground.ui.widgets.traced import SHOW_EVENT

DESCRIBED = 10_000
"""Characters of a text that a screen reader is told at once."""
MARKED = 1_000
"""Characters that are read again, at most, when a text is cut somewhere."""

_STEP = 4  # columns that a key scrolls sideways; three times as many for a notch of the wheel


class Prose(QWidget):
    """Shows Markdown that is whole or still arriving.

    Signals:
        link_activated(url): the user wants to go there. Nothing was opened.
        pointed(offset): a character of the field was clicked.
        inspected(offset): somebody asks what made it.
    """

    link_activated = Signal(str)
    pointed = Signal(int)
    inspected = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setAccessibleName("Text")
        self.field: str | None = None
        """The name of what is shown; None where nobody knows who made its characters."""
        self.lead = 0
        """Characters at the beginning that are not of it."""
        self._stream = MarkdownStream()
        self._fed: list[str] = []
        self._finished = False
        self.goes_back = False
        """It may be `cut`: how it stood is remembered every `MARKED` characters."""
        self._marks: list[tuple[int, Mark]] = []
        self._lit = Lit()
        self._highlighter = Highlighter(self)
        self._flow = Flow(self._highlighter, self._repaint)
        self._height = 0
        self._caret = False
        self._anchor: Place = (0, 0)
        self._cursor: Place = (0, 0)
        self._clicked: Place | None = None
        self._selecting = False
        self._pressed_link = ""
        self._dragged: WideRow | None = None  # by its scroll bar
        self._dragged_from = 0.0
        self._stop: Place | None = None  # where the keyboard is
        self._button = CopyButton(self)
        self._button.left.connect(self._go_on)
        self._button.pushed.connect(self._push)
        theme.themes.changed.connect(self._restyle)

    def append(self, delta: str) -> None:
        """Add text that has arrived and show it, with a caret until the text is finished."""
        if self._finished:  # servers have been seen to go on after the end
            self.set_text("".join(self._fed))
        self._fed.append(delta)
        self._stream.feed(delta)
        self.caret = True
        self._show()
        if self.goes_back:
            self._mark()

    def _mark(self) -> None:
        length = sum(map(len, self._fed))
        if length >= (self._marks[-1][0] if self._marks else 0) + MARKED:
            self._fed = ["".join(self._fed)]
            self._marks.append((length, self._stream.mark()))

    @property
    def fed(self) -> str:
        """The Markdown that was given."""
        return "".join(self._fed)

    def cut(self, length: int) -> None:
        """Take back all but the first `length` characters; more may be appended. What was closed
        long before stays as it is."""
        text = self.fed[:length]
        while self._marks and self._marks[-1][0] > length:
            self._marks.pop()
        if not self._marks:
            self.set_text(text)
            return
        at, mark = self._marks[-1]
        self._finished = False
        self._fed = [text]
        self._lit.say(self._lit.spans)  # it has to be looked for anew
        self._stream.back(mark)
        self._stream.feed(text[at:])
        self._flow.reopen(mark.closed)
        self._leave()
        self._anchor = self._cursor = (0, 0)
        self._clicked = None
        self._show()

    def set_text(self, text: str) -> None:
        """Show this text instead. More may be appended."""
        self._finished = False
        self._fed = [text]
        self._lit.say(self._lit.spans)  # it has to be looked for anew
        self._marks = []
        self._stream = MarkdownStream()
        self._stream.feed(text)
        self._flow.clear()
        self._leave()
        self._anchor = self._cursor = (0, 0)
        self._clicked = None
        self._show()

    def finish(self) -> None:
        """No more text will come."""
        self._finished = True
        self._stream.finish()
        self.caret = False
        self._show()
        self.setAccessibleDescription(self._flow.beginning(DESCRIBED))

    @property
    def caret(self) -> bool:
        """Whether a caret stands behind the last character, while text is arriving."""
        return self._caret

    @caret.setter
    def caret(self, shown: bool) -> None:
        if shown != self._caret:
            self._caret = shown
            self.update()

    @property
    def token(self) -> str:
        """The colour of the text, as the theme calls it."""
        return self._flow.token

    @token.setter
    def token(self, token: str) -> None:
        if token != self._flow.token:
            self._flow.tint(token)
            self.update()

    def text(self) -> str:
        """All that is shown, as plain text."""
        return self._flow.excerpt((0, 0), self._flow.last())

    def selected_text(self) -> str:
        return self._flow.excerpt(*self._selection())

    def select_all(self) -> None:
        self._select((0, 0), self._flow.last())

    def clear_selection(self) -> None:
        self._select(self._cursor, self._cursor)

    def copy(self) -> None:
        """Put what is selected on the clipboard."""
        text = self.selected_text()
        if text:
            QApplication.clipboard().setText(text)

    # Where it came from

    def light(self, spans: Sequence[tuple[int, int]]) -> None:
        """Let characters of the field stand out, from one offset to another; none: nothing does."""
        if spans or self._lit.spans:
            self._lit.say([(begin + self.lead, end + self.lead) for begin, end in spans])
            self._find_lit()
            self.update()

    def lit_at(self) -> QRect | None:
        """Where the first character stands that stands out."""
        for number, pieces in self._lit.pieces.items():
            if number < len(self._flow.rows):
                for box in self._flow.boxes(number, *pieces[0])[:1]:
                    return box.toAlignedRect()
        return None

    def here(self) -> int | None:
        """The offset of what is selected, or was clicked last."""
        place = self._clicked if self._anchor == self._cursor else self._selection()[0]
        return self._offset(place)

    def _offset(self, place: Place | None) -> int | None:
        """Of a place in the field; None: what is there is not of it."""
        if place is None or place[0] >= len(self._flow.rows):
            return None
        offset = self._origins().offset(place) - self.lead
        return offset if offset >= 0 else None

    def _origins(self) -> Origins:
        self._fed = ["".join(self._fed)]
        return Origins(self._flow.rows, self._stream, self._fed[0])

    def _find_lit(self) -> None:
        if not self._lit.settled(self._flow.rows, self._stream.closed):
            self._lit.find(self._origins())

    # Showing

    def _show(self) -> None:
        self._flow.width = self._flow.width or float(self.width())
        top = self._flow.show(self._stream.blocks, self._stream.closed)
        if self._lit.spans:
            self._find_lit()
        self._measure()
        below = max(self.height(), self._height) - int(top) + 2
        self.update(QRect(0, int(top) - 1, self.width(), below))

    def _measure(self) -> None:
        height = round(self._flow.height + 0.49)
        if height != self._height:
            self._height = height
            self.updateGeometry()
        if self._button.row is not None and not self._flow.has(self._button.row):
            self._leave()
        if self._stop is not None and self._stop[0] >= len(self._flow.rows):
            self._leave()

    def _restyle(self) -> None:
        """The theme is another one: set everything anew."""
        self._leave()
        self._flow.clear()
        self._show()
        self.update()

    def _repaint(self, row: Row) -> None:
        self.update(self._flow.box(row).toAlignedRect().adjusted(-1, -1, 1, 1))

    def _selection(self) -> tuple[Place, Place]:
        return min(self._anchor, self._cursor), max(self._anchor, self._cursor)

    def _select(self, anchor: Place, cursor: Place) -> None:
        self._anchor, self._cursor = anchor, cursor
        self.update()

    # The copy button and the keyboard

    def _serve(self, row: CodeRow | None) -> None:
        """Put the copy button where it is wanted, or away."""
        if row is not self._button.row and self._button.row is not None:
            self._repaint(self._button.row)
        if row is None:
            self._leave()
        else:
            self._button.serve(row, self._flow.box(row))
            self._repaint(row)

    def _leave(self) -> None:
        focused = self._button.hasFocus()
        self._stop = None
        self._button.row = None
        self._button.hide()
        if focused:
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_on(self, forward: bool) -> bool:
        """From one link or block of code to the next; False if there is none."""
        stops = [place for place, _ in self._flow.stops()]
        if not forward:
            stops.reverse()
        if self._stop is not None:
            stops = stops[stops.index(self._stop) + 1 :] if self._stop in stops else []
        elif not forward:
            stops = []
        if not stops:
            self._leave()
            return super().focusNextPrevChild(forward)
        self._stop_at(stops[0])
        return True

    def _stop_at(self, stop: Place | None) -> None:
        if stop is None:
            return
        row = self._flow.rows[stop[0]]
        self._stop = stop
        if stop[1] == WHOLE and isinstance(row, CodeRow):
            self._serve(row)
            self._button.setFocus(Qt.FocusReason.TabFocusReason)
        elif not self.hasFocus():
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._bring_into_view(QPointF(0, row.top + min(row.height, ink().line) / 2))
        self.update()

    def _push(self, steps: int) -> None:
        row = self._button.row
        if row is not None and row.scroll(steps * _STEP * ink().column):
            self._repaint(row)

    def _bring_into_view(self, point: QPointF) -> None:
        area = self.parentWidget()
        while area is not None and not isinstance(area, QAbstractScrollArea):
            area = area.parentWidget()
        if area is not None:
            y = self.mapTo(area.viewport(), point.toPoint()).y()
            beyond = min(y, 0) or max(y - area.viewport().height(), 0)
            area.verticalScrollBar().setValue(area.verticalScrollBar().value() + beyond)

    # Qt

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width > 0 and width != self._flow.width:
            self._flow.fit(float(width))
            self._measure()
        return self._height

    def sizeHint(self) -> QSize:
        return QSize(round(ink().measure), self._height or round(ink().line))

    def minimumSizeHint(self) -> QSize:
        return QSize(ink().look.px(120), round(ink().line))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.heightForWidth(self.width())
        if self._button.row is not None:
            self._serve(self._button.row)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        selected = QTextCharFormat()
        selected.setBackground(self.palette().brush(QPalette.ColorRole.Highlight))
        selected.setForeground(self.palette().brush(QPalette.ColorRole.HighlightedText))
        clip, lit = QRectF(event.rect()), self._lit.pieces
        self._flow.paint(painter, clip, self._selection(), selected, lit)
        if self._button.row is not None:
            self._paint_language(painter, self._button.row)
        if self._stop is not None and self.hasFocus():
            self._paint_stop(painter, *self._stop)
        if self._caret:
            look, end = ink().look, self._flow.end()
            bar = QRectF(0, 0, look.px(2), look.px(15))
            bar.moveCenter(QPointF(end.left() + look.px(3), end.center().y()))
            painter.fillRect(bar, look.colour("accent"))

    def _paint_language(self, painter: QPainter, row: CodeRow) -> None:
        look = row.ink.look
        name = visible(row.block.language)[:40]
        painter.setFont(row.ink.body)
        place = QRectF(self._button.geometry())
        place.setLeft(place.left() - look.px(14) - painter.fontMetrics().horizontalAdvance(name))
        painter.fillRect(place, look.colour("sunken"))
        painter.setPen(look.colour("faint"))
        painter.drawText(place.translated(look.px(8), 0), Qt.AlignmentFlag.AlignVCenter, name)

    def _paint_stop(self, painter: QPainter, number: int, position: int) -> None:
        row = self._flow.rows[number]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(row.ink.look.colour("accent"), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for rect in row.link_rects(position):
            rect.translate(self._flow.left(row), row.top)
            painter.drawRoundedRect(rect.adjusted(-3, -1, 3, 1), 4, 4)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        point = event.position()
        self._dragged = self._flow.bar(point)
        if self._dragged is not None:
            self._dragged_from = point.x()
            return
        place = self._flow.place(point)
        extend = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self._pressed_link = self._flow.link(point)
        self._stop = None
        self._selecting = True
        self._select(self._anchor if extend else place, place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position()
        row = self._dragged
        if row is not None:
            row.scroll((point.x() - self._dragged_from) * row.extent / max(row.bar().width(), 1))
            self._dragged_from = point.x()
            self._repaint(row)
        elif self._selecting:
            self._select(self._anchor, self._flow.place(point))
            self._bring_into_view(point)
        else:
            self._hover(point)

    def _hover(self, point: QPointF) -> None:
        shape = Qt.CursorShape.IBeamCursor
        if self._flow.link(point):
            shape = Qt.CursorShape.PointingHandCursor
        elif self._flow.bar(point):
            shape = Qt.CursorShape.ArrowCursor
        if self.cursor().shape() != shape:
            self.setCursor(shape)
        code = self._flow.code(point)
        if code is not self._button.row and not (code is None and self._button.hasFocus()):
            self._serve(code)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        clicked = self._selecting and self._anchor == self._cursor
        self._selecting = False
        self._dragged = None
        link, self._pressed_link = self._pressed_link, ""
        if link and self._anchor == self._cursor and link == self._flow.link(event.position()):
            self.link_activated.emit(link)
        elif clicked and not link and self.field is not None and not event.modifiers():
            self._clicked = self._flow.character(event.position())
            if (offset := self._offset(self._clicked)) is not None:
                self.pointed.emit(offset)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._flow.rows and event.button() == Qt.MouseButton.LeftButton:
            number, position = self._flow.place(event.position())
            start, end = self._flow.rows[number].word(position)
            self._select((number, start), (number, end))

    def leaveEvent(self, event: QEvent) -> None:
        if not self._button.hasFocus() and self._button.row is not None:
            self._serve(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Sideways over what is too wide; everything else is for what scrolls the whole."""
        turned = event.angleDelta()
        sideways = turned.x()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            sideways = sideways or turned.y()
        row = self._flow.rows[self._flow.at(event.position().y())] if self._flow.rows else None
        by = -sideways / 120 * 3 * _STEP * ink().column
        if abs(sideways) >= abs(turned.y()) and isinstance(row, WideRow) and row.scroll(by):
            self._repaint(row)
        else:
            event.ignore()

    def event(self, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.ToolTip:
                assert isinstance(event, QHelpEvent)
                url = self._flow.link(QPointF(event.pos()))
                if url:
                    # As HTML, because Qt guesses, and an address could be taken for it.
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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self.selected_text():
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._stop is not None:
            self.link_activated.emit(dict(self._flow.stops())[self._stop])
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        return self._go_on(forward)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        reason = event.reason()
        if reason == Qt.FocusReason.TabFocusReason:
            self._stop_at(next((place for place, _ in self._flow.stops()), None))
        elif reason == Qt.FocusReason.BacktabFocusReason:
            stops = [place for place, _ in self._flow.stops()]
            self._stop_at(stops[-1] if stops else None)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self._button.hasFocus():
            self._stop = None
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy", self.copy).setEnabled(bool(self.selected_text()))
        link = self._flow.link(QPointF(event.pos()))
        if link:
            clipboard = QApplication.clipboard()
            menu.addAction("Copy the link's address", lambda: clipboard.setText(link))
        menu.addAction("Select all", self.select_all)
        if self.field is not None:
            keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
            if keyboard or self.selected_text():
                offset = self.here()
            else:
                offset = self._offset(self._flow.character(QPointF(event.pos())))
            menu.addSeparator()
            action = menu.addAction(SHOW_EVENT, lambda: self.inspected.emit(offset))
            action.setEnabled(offset is not None)
        menu.popup(event.globalPos())
