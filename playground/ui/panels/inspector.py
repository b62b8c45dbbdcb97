"""The inspector: everything that can be seen of one run, on pages beside each other.

It is shown one run at a time and pulls from it: `advance` on the clock, nothing else. What its
pages are is in `ui/inspector`; here is only which of them is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from playground.core.recording import Recording
from playground.core.session import Run
from playground.ui.desk import Desk
from playground.ui.inspector import PAGES
from playground.ui.inspector.events import EventsPage
from playground.ui.inspector.head import Head
from playground.ui.inspector.looking import SLICE, Looking
from playground.ui.inspector.page import Page
from playground.ui.widgets.palette import Entry
from playground.ui.widgets.parts import Segments, label
from playground.ui.widgets.stops import as_laid_out

NO_RUN = (
    "Every event of a run appears here as it arrives: when it came, what it changed, "
    "and its exact bytes."
)
NOTHING_SENT = "This message was added without running, so nothing was sent and nothing came."
NOTHING_YET = "The request is on its way. Every event appears here as it arrives."


class InspectorPanel(QWidget):
    def __init__(self, parent: QWidget | None = None, desk: Desk | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Inspector")
        self.looking = Looking(desk, self)
        self._shown: Recording | None = None
        """What the pages have; they get it when they can be seen."""
        self._made: dict[str, Page] = {}
        self._ordered: tuple[Page, bool] | None = None
        """What the keyboard goes through in order: a page, and whether it was empty."""
        self.tabs = Segments([spec.title for spec in PAGES], parent=self)
        self._head = Head(self.tabs, self)
        self._hint = label("muted")
        self._lay_out()
        self.setFocusProxy(self.events.list)
        self.tabs.picked.connect(self._turn)
        self.looking.wanted.connect(self.show_page)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._find)
        self.show_run(None)

    def _lay_out(self) -> None:
        self._pages = QStackedWidget(self)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._hint)
        self._stack.addWidget(self._pages)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addWidget(self._head)
        column.addWidget(self._stack, 1)
        self.page(PAGES[0].id)

    @property
    def tools(self) -> QHBoxLayout:
        """The row right of the filter, for the buttons of others."""
        return self._head.right

    # Pages.

    def entries(self) -> Iterator[Entry]:
        """What the palette finds here: the pages."""
        if (desk := self.looking.desk) is not None:
            for spec in PAGES:
                show = partial(desk.wanted.emit, f"inspector:{spec.id}")
                yield Entry("page", f"Inspector: {spec.title}", "page", show)

    def page(self, id_: str) -> Page:
        """The page of this id; made when it is first asked for."""
        if (made := self._made.get(id_)) is None:
            spec = next(one for one in PAGES if one.id == id_)
            made = self._made[id_] = spec.make(self.looking, self)
            self._pages.addWidget(made)
            if made.beside is not None:
                made.beside.hide()
                self._head.beside.addWidget(made.beside)
        return made

    @property
    def events(self) -> EventsPage:
        made = self.page("events")
        assert isinstance(made, EventsPage)
        return made

    @property
    def current(self) -> Page:
        return self.page(PAGES[self.tabs.index].id)

    def show_page(self, id_: str) -> None:
        """Turn to a page."""
        self.tabs.pick(next(n for n, one in enumerate(PAGES) if one.id == id_))

    def _turn(self, number: int) -> None:
        """The keyboard stays with the pages, and never goes to wherever it can be had next."""
        focus, page = QApplication.focusWidget(), self.current
        held = focus is not None and self._pages.isAncestorOf(focus)
        self._pages.setCurrentWidget(page)
        if held:
            wants, tab = page.focusProxy(), self.tabs.button(number)
            (tab if wants is None or not wants.isVisibleTo(page) else wants).setFocus()
        self._look()

    # What is shown.

    def show_run(self, run: Run | None) -> None:
        """Look into this run; the same run again changes nothing."""
        looking = self.looking
        if run is not None and run is looking.run and run.recording is self._shown:
            self.advance()
            return
        self._shown = None
        looking.show_run(run)
        self._begin()

    def point(self, run: Run, key: str, field: str, offset: int) -> None:
        """Look at the event that brought a character. Nothing happens while nobody can see it."""
        looking = self.looking
        if not self.isVisible():
            return
        if looking.run is None or run.id != looking.run.id:
            if looking.desk is None:
                return
            looking.desk.show_run(run)
        looking.point(key, field, offset)

    def follow(self, number: int) -> None:
        """Make an event the current one, if anybody can see that."""
        if self.isVisible():
            self.looking.pick(number, SLICE)

    def advance(self) -> None:
        """Look at what is new; called by the clock. Nothing happens while nobody can see it."""
        if self.isVisible() and self.looking.run is not None:
            self._begin()

    def _begin(self) -> None:
        """Give the run to the pages, once it can be seen."""
        run = self.looking.run
        if run is not None and self.isVisible():
            self._shown = run.recording
            self.events.advance()
        self._look()

    def _look(self) -> None:
        """Show what there is to show, and say why when there is nothing."""
        looking, current = self.looking, self.current
        run, index = looking.run, looking.index
        empty = run is None or index is None or not len(run.recording)
        for page in self._made.values():
            if page.beside is not None:
                page.beside.setVisible(page is current and not empty)
        if self._ordered != (current, empty):
            self._ordered = current, empty
            last = self.tabs.button(len(PAGES) - 1)
            as_laid_out(last, [*self._head.parts, current])
        if empty:
            promise = PAGES[self.tabs.index].promise or NO_RUN
            self._hint.setText(promise if run is None else _why_nothing(run))
            self._stack.setCurrentIndex(0)
            return
        self._stack.setCurrentIndex(1)
        if not isinstance(current, EventsPage):
            current.advance()
        if self.isVisible():
            looking.read_ahead()

    def _find(self) -> None:
        self.show_page("events")
        self.events.seek()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._head.show_right()
        self.advance()


def _why_nothing(run: Run) -> str:
    return NOTHING_SENT if run.silent else NOTHING_YET
