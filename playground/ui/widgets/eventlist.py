"""The list of a run's events: one row each, painted only where it can be seen.

Rows are derived when they are painted, the rest is in the index, so a million events cost a frame
no more than twenty. What is new is pulled on the clock; a backlog, a filter or a search over a long
recording is worked off in slices of a few milliseconds between frames.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QMenu, QToolTip, QWidget

from playground.core.session import Run
from playground.ui import theme
from playground.ui.widgets.eventheader import Columns, Header
from playground.ui.widgets.eventindex import EventIndex, Query
from playground.ui.widgets.eventkeys import COMMANDS
from playground.ui.widgets.eventkinds import CHUNK
from playground.ui.widgets.eventmenu import offer
from playground.ui.widgets.eventpaint import Row, RowPainter, State
from playground.ui.widgets.eventrow import Summary, summary
from playground.ui.widgets.eventtips import tip
from playground.ui.widgets.eventwalk import NONE, next_event

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
        changed(): rows came, the filter went on, following or the selection changed.
        wanted(str): something is to be done with the selection that takes more than the list
            knows: the id of a command.
        said(str): what there is to say to what was just asked for.
    """

    picked = Signal(int)
    changed = Signal()
    wanted = Signal(str)
    said = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.index: EventIndex | None = None
        self.began = 0.0
        """Unix seconds of the time 0 of what is shown."""
        self.current = -1
        """Number of the current event. It stays when a filter hides its row."""
        self.anchor = -1
        """Number of the event at the other end of the selection."""
        self.following = False
        """The newest rows are kept in view."""
        self.query = Query()
        self.sought: Query | None = None
        """What is looked for without narrowing what is shown."""
        self.item_of: Callable[[int], str] = lambda _: ""
        """The name of the item that an event is about, where the event does not say it."""
        self._pins: dict[str, list[int]] = {}
        """Of each run that was shown."""
        self._placing = False
        self._return_to = False
        self._pending = 0
        """Forwards or backwards: to the next match as soon as it is found."""
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
            self.index = EventIndex(
                run.recording,
                run.transcript.misread,
                repaired=run.transcript.repaired,
                pins=self._pins.setdefault(run.id, []),
            )
            self.index.narrow(self.query)
            self.index.find(self.sought)
            self.began = run.recording.began
        self.following = run is not None and run.running
        self._pending = 0
        self._summaries.clear()
        self._slices.stop()
        self._place(0)
        self.pick(-1)
        self.advance()
        self.changed.emit()

    def narrow(self, query: Query) -> None:
        """Show only what the query lets through. The current event comes back into view."""
        self.query, self.sought, self._pending = query, None, 0
        if self.index is not None:
            self.index.find(None)
            self.index.narrow(query)
            self.anchor = self.current
            self._return_to = not self.following
            self._place(0)
            self._slice()

    def seek(self, query: Query) -> None:
        """Look for what satisfies a query, among all that satisfies the rest of it."""
        wider = query.wider
        if wider != self.query:
            self.narrow(wider)
        self.sought, self._pending = (query if query.searches else None), 0
        if self.index is not None:
            self.index.find(self.sought)
            self._slice()

    def advance(self) -> None:
        """Look at what is new; called by the clock."""
        if self.index is not None and self.index.behind and not self._slices.isActive():
            self._work(GLANCE)

    @property
    def working(self) -> bool:
        """A backlog, a filter or a search is being worked off."""
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
        if self._pending:
            self._match(self._pending)
        self.viewport().update()
        self.changed.emit()

    # The current event and the selection.

    def pick(self, number: int, *, extend: bool = False) -> None:
        """Make an event the current one; -1 for none. `extend`: the selection reaches to it."""
        before = self.selection
        if not extend or self.anchor < 0:
            self.anchor = number
        if number != self.current:
            self.current = number
            row = self.row(number) if number >= 0 else None
            self._tell(row.words() if row is not None else "")
            self.picked.emit(number)
        if self.selection != before:
            first, last = self.selection
            if last > first:
                self.announce(f"{last - first + 1} events selected")
            self.changed.emit()
        self.viewport().update()

    def go_to(self, row: int, *, extend: bool = False) -> None:
        """Make a row the current one and show it. What is not the last ends following."""
        if self.index is None or not len(self.index):
            return
        row = min(max(row, 0), len(self.index) - 1)
        self._reveal(row)
        self._follow(row == len(self.index) - 1)
        self.pick(self.index.number(row), extend=extend)

    def jump_to_end(self) -> None:
        """Show the newest rows, and keep them in view."""
        self._place(self._bottom())
        self._follow(True)

    @property
    def selection(self) -> tuple[int, int]:
        """The first and the last row of it; the last before the first: nothing is selected."""
        index = self.index
        if index is None or self.current < 0 or not index.shows(self.current):
            return 0, -1
        here = index.row(self.current)
        there = index.row(self.anchor) if index.shows(self.anchor) else here
        return min(here, there), max(here, there)

    @property
    def selected(self) -> Sequence[int]:
        """The numbers of the events that are selected: the current one at least."""
        first, last = self.selection
        if self.index is None or self.current < 0:
            return ()
        return self.index.numbers(first, last) if last >= first else (self.current,)

    def select_all(self) -> None:
        if self.index is not None and len(self.index):
            self.anchor = self.index.number(0)
            self.pick(self.index.number(len(self.index) - 1), extend=True)

    def announce(self, words: str) -> None:
        """Say something to whoever listens rather than looks."""
        if words and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _tell(self, words: str) -> None:
        self.setAccessibleDescription(words)
        self.announce(words)

    def row(self, number: int) -> Row | None:
        """What is painted of an event."""
        index = self.index
        if index is None or number >= index.read:
            return None
        event, name = index.recording[number], index.name(number)
        found = self._summaries.get(number)
        if found is None:
            if len(self._summaries) >= _KEPT:
                self._summaries.clear()
            found = self._summaries[number] = summary(event, name)
        item = found.item
        if not item or name.startswith(CHUNK):
            item = self.item_of(number) or item
        return Row(
            event,
            number,
            index.gap(number),
            name,
            found.tone or index.tone(number),
            found,
            index.stalled(number),
            index.remarks(number),
            item,
            index.pinned(number),
        )

    # From place to place.

    def do(self, id_: str) -> None:
        """A command of COMMANDS."""
        match id_.partition("_"):
            case "next", _, what:
                self.to_next(what)
            case "previous", _, what:
                self.to_next(what, back=True)
            case "toggle", _, _:
                self.toggle_pin()
            case "select", _, _:
                self.select_all()
            case _:
                if self.current >= 0:
                    self.wanted.emit(id_)

    def to_next(self, what: str, *, back: bool = False) -> None:
        """Go to the next `stall`, `pin`, `flagged` event or `match`, round the end if need be."""
        if what == "match":
            self._match(-1 if back else 1)
        elif self.index is not None:
            self._arrive(next_event(self.index, what, self.current, back=back), what)

    def toggle_pin(self) -> None:
        """Pin what is selected; when all of it is pinned, let it go."""
        index = self.index
        if index is None or self.current < 0:
            return
        numbers = self.selected
        on = not all(index.pinned(number) for number in numbers)
        for number in numbers:
            index.pin(number, on)
        if self.query.pinned:
            self.narrow(self.query)
        self.announce("pinned" if on else "no longer pinned")
        self.viewport().update()
        self.changed.emit()

    def _match(self, way: int) -> None:
        """To the next match, or to the one before; as soon as it is found, if it is not yet."""
        index = self.index
        if index is None or (sieve := index.found) is None:
            return
        found = sieve.after(self.current) if way > 0 else sieve.before(self.current)
        if found is None and sieve.behind:
            self._pending = way
            return
        self._pending = 0
        if found is None and len(sieve):
            found = sieve.numbers[0 if way > 0 else -1]
        self._arrive(found, "match")

    def _arrive(self, number: int | None, what: str) -> None:
        if number is None:
            self.said.emit(NONE[what])
            self.announce(NONE[what])
        elif self.index is not None and self.index.shows(number):
            self.go_to(self.index.row(number))

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
        chosen, found = self.selection, index.found
        spans = found.query.found if found is not None else None
        for place in range(first, last + 1):
            number = index.number(place)
            if (row := self.row(number)) is not None:
                state = State(
                    number == self.current,
                    chosen[0] <= place <= chosen[1],
                    self.hasFocus(),
                    index.hits is not None and number in index.hits,
                    spans,
                )
                self._painter.paint(painter, row, (place - top) * height, width, cells, state)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        if not self._placing:
            self._follow(not self.more_below)
            self.changed.emit()
        self.viewport().update()

    def event(self, event: QEvent) -> bool:
        """Our keys are ours while the list has the focus, whatever else they stand for."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and pressed(event) in COMMANDS
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if (command := COMMANDS.get(pressed(event))) is not None:
            self.do(command.id)
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
                row = here + 1 if shown else max(here, self._row_at(0))
            case Qt.Key.Key_Up:
                row = here - 1 if here >= 0 else self._row_at(self.viewport().height() - 1)
            case Qt.Key.Key_PageDown:
                row = max(here, 0) + page
            case Qt.Key.Key_PageUp:
                row = max(here, 0) - page
            case Qt.Key.Key_Home:
                row = 0
            case Qt.Key.Key_End:
                row = len(index) - 1
            case _:
                super().keyPressEvent(event)
                return
        self.go_to(row, extend=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint().y())
        if row < 0 or self.index is None:
            return
        if event.button() == Qt.MouseButton.LeftButton:
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.go_to(row, extend=shift)
        elif event.button() == Qt.MouseButton.RightButton:
            first, last = self.selection
            if not first <= row <= last:
                self.go_to(row)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        row = self._row_at(event.position().toPoint().y())
        if event.buttons() & Qt.MouseButton.LeftButton and row >= 0:
            self.go_to(row, extend=True)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        where = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.index is not None:
            row = self.index.row(self.current) - self.verticalScrollBar().value() + 1
            where = self.viewport().mapToGlobal(QPoint(24, row * self._painter.height))
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    def menu(self) -> QMenu:
        """What can be done here, each with its keys."""
        menu = QMenu(self)
        offer(menu, self.index, self.selected, self.do)
        menu.addSeparator()
        menu.addMenu(self._header.menu(menu))
        return menu

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._explain(event.pos(), event.globalPos())
            return True
        return super().viewportEvent(event)

    def _explain(self, at: QPoint, where: QPoint) -> None:
        """A tip for what a cell cannot say, or not in full."""
        place = self._row_at(at.y())
        row = self.row(self.index.number(place)) if self.index and place >= 0 else None
        words = ""
        if row is not None:
            cells = self._columns.cells(self.viewport().width(), self._painter.unit)
            key = next((k for k, (x, w) in cells.items() if x <= at.x() < x + w), "")
            words = tip(row, key, self.began)
            if not words and key in ("type", "item", "delta"):
                text = row.cells()[key]
                words = "" if self._painter.fits(text, cells[key][1]) else text
        if words:
            area = QRect(0, at.y() - 2, self.viewport().width(), 4)
            text = f"<p style='white-space: pre-wrap'>{html.escape(words)}</p>"
            QToolTip.showText(where, text, self.viewport(), area)
        else:
            QToolTip.hideText()

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


def pressed(event: QKeyEvent) -> str:
    """The keys of an event as they are written: `Ctrl+Shift+C`."""
    combination = event.keyCombination()
    if event.modifiers() & Qt.KeyboardModifier.KeypadModifier:
        return ""
    return QKeySequence(combination).toString(QKeySequence.SequenceFormat.PortableText)
