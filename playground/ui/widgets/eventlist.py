"""The list of a run's events: one row each, painted only where it can be seen.

Rows are derived when they are painted, the rest is in the index, so a million events cost a frame
no more than twenty. What is new is pulled on the clock; a backlog, or a filter over a long
recording, is worked off in slices of a few milliseconds between frames.
"""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from playground.core.session import Run
from playground.ui import theme
from playground.ui.widgets.eventheader import Columns, Header
from playground.ui.widgets.eventindex import STALL_FACTOR, EventIndex, Query
from playground.ui.widgets.eventpaint import Row, RowPainter
from playground.ui.widgets.eventrow import Summary, summary
from playground.ui.widgets.source import one_line

GLANCE = 6_000_000
"""Nanoseconds for what is new in one tick of the clock."""
SLICE = 8_000_000
"""Nanoseconds of one slice of a backlog."""
_KEPT = 512
"""Summaries kept: a few screens of them."""


class EventList(QAbstractScrollArea):
    """The events of one run.

    Signals:
        picked(int): another event is the current one; -1: none is.
        changed(): rows came, the filter went on, or following began or ended.
    """

    picked = Signal(int)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.index: EventIndex | None = None
        self.current = -1
        """Number of the current event. It stays when a filter hides its row."""
        self.following = False
        """The newest rows are kept in view."""
        self.query = Query()
        self._placing = False
        self._return_to = False
        self._summaries: dict[int, Summary] = {}
        self._slices = QTimer(self)
        self._slices.setSingleShot(True)
        self._slices.timeout.connect(self._slice)
        self._columns = Columns()
        self._painter = RowPainter()
        self._header = Header(self._columns, self)
        self._header.dragged.connect(self.viewport().update)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Events")
        theme.themes.changed.connect(self.restyle)
        self.restyle()

    # What is shown.

    def show_run(self, run: Run | None) -> None:
        """Show a run: from its first event, or from the newest while it goes on."""
        self.index = None
        if run is not None:
            self.index = EventIndex(run.recording, run.transcript.misread)
            self.index.narrow(self.query)
        self.following = run is not None and run.running
        self._summaries.clear()
        self._slices.stop()
        self._place(0)
        self.pick(-1)
        self.advance()
        self.changed.emit()

    def narrow(self, query: Query) -> None:
        """Show only what the query lets through. The current event comes back into view."""
        self.query = query
        if self.index is not None:
            self.index.narrow(query)
            self._return_to = not self.following
            self._place(0)
            self._slice()

    def advance(self) -> None:
        """Look at what is new; called by the clock."""
        if self.index is not None and self.index.behind and not self._slices.isActive():
            self._work(GLANCE)

    @property
    def working(self) -> bool:
        """A backlog or a filter is being worked off."""
        return self._slices.isActive()

    @property
    def more_below(self) -> bool:
        """There are rows under the last one in view."""
        return self.verticalScrollBar().value() < self._bottom()

    def _slice(self) -> None:
        self._work(SLICE)

    def _work(self, budget: int) -> None:
        index = self.index
        if index is None:
            return
        done = index.step(budget)
        if not done:
            self._slices.start(0)
        self._place(self._bottom() if self.following else self.verticalScrollBar().value())
        if done and self._return_to:
            self._return_to = False
            if index.shows(self.current):
                self._reveal(index.row(self.current))
        self.viewport().update()
        self.changed.emit()

    # The current event.

    def pick(self, number: int) -> None:
        """Make an event the current one; -1 for none."""
        if number == self.current:
            return
        self.current = number
        row = self._row(number) if number >= 0 else None
        words = row.words() if row is not None else ""
        self.setAccessibleDescription(words)
        if words and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))
        self.viewport().update()
        self.picked.emit(number)

    def go_to(self, row: int) -> None:
        """Make a row the current one and show it. What is not the last ends following."""
        if self.index is None or not len(self.index):
            return
        row = min(max(row, 0), len(self.index) - 1)
        self._reveal(row)
        self._follow(row == len(self.index) - 1)
        self.pick(self.index.number(row))

    def jump_to_end(self) -> None:
        """Show the newest rows, and keep them in view."""
        self._place(self._bottom())
        self._follow(True)

    def copy(self) -> None:
        """Put the raw text of the current event on the clipboard."""
        if self.index is not None and self.current >= 0:
            raw = self.index.recording[self.current].raw
            QGuiApplication.clipboard().setText(raw.decode("utf-8", "replace"))

    def _row(self, number: int) -> Row | None:
        index = self.index
        if index is None or number >= index.read:
            return None
        event, name = index.recording[number], index.name(number)
        found = self._summaries.get(number)
        if found is None:
            if len(self._summaries) >= _KEPT:
                self._summaries.clear()
            found = self._summaries[number] = summary(event, name)
        return Row(
            event,
            number,
            index.gap(number),
            name,
            found.tone or index.tone(number),
            found,
            index.stalled(number),
            index.known(number),
            index.misread.get(number, ""),
        )

    # Where it is scrolled to.

    def _page(self) -> int:
        """Rows that fit."""
        return max(self.viewport().height() // self._painter.height, 1)

    def _bottom(self) -> int:
        """The first row in view when the last one is."""
        return max(0, len(self.index) - self._page()) if self.index is not None else 0

    def _place(self, row: int) -> None:
        """Fit the scroll bar to the rows and scroll there. That is not the user scrolling."""
        self._placing = True
        bar = self.verticalScrollBar()
        bar.setPageStep(self._page())
        bar.setRange(0, self._bottom())
        bar.setValue(row)
        self._placing = False

    def _reveal(self, row: int) -> None:
        top, page = self.verticalScrollBar().value(), self._page()
        if row < top:
            self._place(row)
        elif row >= top + page:
            self._place(row - page + 1)

    def _follow(self, on: bool) -> None:
        if on != self.following:
            self.following = on
            self.changed.emit()

    def _row_at(self, y: int) -> int:
        """The row at this height of the viewport, or -1."""
        row = self.verticalScrollBar().value() + y // self._painter.height
        return row if self.index is not None and 0 <= row < len(self.index) else -1

    def restyle(self) -> None:
        """The theme has changed."""
        self._painter.restyle()
        height = self._painter.height + 5
        self.setViewportMargins(0, height, 0, 0)
        self._lay_out()
        self.viewport().update()

    def _lay_out(self) -> None:
        view = self.viewport().geometry()
        height = self.viewportMargins().top()
        self._header.setGeometry(view.left(), view.top() - height, view.width(), height)
        self._place(self._bottom() if self.following else self.verticalScrollBar().value())

    # Qt.

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dirty = event.rect()
        painter.fillRect(dirty, theme.current().colour("surface"))
        index = self.index
        if index is None:
            return
        painter.setFont(self._painter.font)
        width, height = self.viewport().width(), self._painter.height
        self._columns.digits = len(str(index.read))
        cells = self._columns.cells(width, self._painter.unit)
        top = self.verticalScrollBar().value()
        if not len(index) and not index.behind:
            painter.setPen(theme.current().colour("faint"))
            words = "No event matches." if index.query.narrows else ""
            painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, words)
        first = top + max(dirty.top(), 0) // height
        last = min(top + min(dirty.bottom() // height, self._page() - 1), len(index) - 1)
        for place in range(first, last + 1):
            number = index.number(place)
            if (row := self._row(number)) is not None:
                self._painter.paint(
                    painter,
                    row,
                    (place - top) * height,
                    width,
                    cells,
                    current=number == self.current,
                    focused=self.hasFocus(),
                )

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        if not self._placing:
            self._follow(not self.more_below)
            self.changed.emit()
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
            return
        index = self.index
        if index is None or not len(index):
            super().keyPressEvent(event)
            return
        page = max(self._page() - 1, 1)
        here = index.row(self.current) if self.current >= 0 else -1
        shown = self.current >= 0 and index.shows(self.current)
        match event.key():
            case Qt.Key.Key_Down:
                self.go_to(here + 1 if shown else max(here, self._row_at(0)))
            case Qt.Key.Key_Up:
                self.go_to(here - 1 if here >= 0 else self._row_at(self.viewport().height() - 1))
            case Qt.Key.Key_PageDown:
                self.go_to(max(here, 0) + page)
            case Qt.Key.Key_PageUp:
                self.go_to(max(here, 0) - page)
            case Qt.Key.Key_Home:
                self.go_to(0)
            case Qt.Key.Key_End:
                self.go_to(len(index) - 1)
            case _:
                super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint().y())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.go_to(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint().y())
        if event.buttons() & Qt.MouseButton.LeftButton and row >= 0:
            self.go_to(row)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._explain(event.pos(), event.globalPos())
            return True
        return super().viewportEvent(event)

    def _explain(self, at: QPoint, where: QPoint) -> None:
        """A tip for what a cell cannot say, or not in full."""
        place = self._row_at(at.y())
        row = self._row(self.index.number(place)) if self.index and place >= 0 else None
        words = ""
        if row is not None:
            cells = self._columns.cells(self.viewport().width(), self._painter.unit)
            key = next((k for k, (x, w) in cells.items() if x <= at.x() < x + w), "")
            words = self._tip(row, key, cells)
        if words:
            area = QRect(0, at.y() - 2, self.viewport().width(), 4)
            text = f"<p style='white-space: pre-wrap'>{html.escape(words)}</p>"
            QToolTip.showText(where, text, self.viewport(), area)
        else:
            QToolTip.hideText()

    def _tip(self, row: Row, key: str, cells: dict[str, tuple[int, int]]) -> str:
        text = row.cells().get(key, "")
        match key:
            case "type" if row.wrong:
                return f"{text}\nThis event could not be read: {one_line(row.wrong)}"
            case "type" if not row.known:
                return f"{text}\nNot a type of event that this version knows. It is kept."
            case "type" if row.ours:
                return f"{text}\nNoted by Playground; the server did not send this."
            case "gap" if row.stalled:
                return (
                    f"A stall: silence for over 50 ms, and over {STALL_FACTOR} times the median"
                    " gap of this stream."
                )
            case "type" | "item" | "delta" if not self._painter.fits(text, cells[key][1]):
                return text
            case _:
                return ""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.advance()
