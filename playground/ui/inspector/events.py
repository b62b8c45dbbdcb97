"""The Events page: the list of a run's events, and one of them in full."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from playground.core.recording import Recording
from playground.ui.inspector.looking import Looking
from playground.ui.inspector.page import Page, PageSpec
from playground.ui.widgets.eventdetail import EventDetail
from playground.ui.widgets.eventfilter import EventFilter
from playground.ui.widgets.eventindex import Query
from playground.ui.widgets.eventlist import EventList
from playground.ui.widgets.eventpaint import milliseconds
from playground.ui.widgets.parts import beside, label, row


class EventsPage(Page):
    def __init__(self, looking: Looking, parent: QWidget | None = None) -> None:
        super().__init__(looking, parent)
        self._shown: Recording | None = None
        self.list = EventList(self)
        self.detail = EventDetail(self)
        self.filter = EventFilter(lambda: self.list.index, self)
        self.beside = self.filter
        self._status = label("caption")
        self._end = QPushButton("Jump to end", self)
        self._end.setProperty("role", "quiet")
        self._end.setAccessibleName("Jump to the newest event and follow")
        self._lay_out()
        self.setFocusProxy(self.list)
        self.filter.wanted.connect(self._narrow)
        self.list.picked.connect(self._pick)
        self.list.changed.connect(self._say)
        self._end.clicked.connect(self.list.jump_to_end)
        looking.picked.connect(self._go_to)
        looking.shown.connect(self._let_go)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self.seek)

    def _lay_out(self) -> None:
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHorizontalStretch(1)
        self._status.setSizePolicy(policy)
        policy = self._end.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._end.setSizePolicy(policy)
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.list, 1)
        column.addWidget(row(self._status, self._end))
        both = beside(left, self.detail, shares=(5, 3))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(both)

    def advance(self) -> None:
        run = self.looking.run
        if run is None:
            return
        if run.recording is not self._shown:
            self._shown = run.recording
            self.list.show_run(run)
            self.looking.index = self.list.index
        self.list.advance()

    def _let_go(self) -> None:
        """Another run is looked into: what is shown of the one before must not stay."""
        self._shown = None
        if self.looking.run is None:
            self.list.show_run(None)

    def _narrow(self, query: Query) -> None:
        if not self.filter.fault:
            self.list.narrow(query)
        self._say()

    def _pick(self, number: int) -> None:
        index = self.list.index
        if index is None or number < 0:
            self.detail.clear()
        else:
            self.detail.show_event(
                number,
                index.recording[number],
                index.misread.get(number, ""),
                index.known(number),
            )
        self.looking.pick(number)

    def _go_to(self, number: int) -> None:
        """An event was picked somewhere else."""
        if number >= 0 and number != self.list.current:
            self.list.go_to(number)

    def _say(self) -> None:
        """The line under the list: how many there are, and what is remarkable."""
        index = self.list.index
        if index is None:
            return
        locale = QLocale()
        total = locale.toString(index.read)
        parts = [f"{total} events"]
        if index.query.narrows:
            parts = [f"{locale.toString(len(index))} of {total} events"]
        if self.list.working:
            parts.append(f"{int(100 * index.progress)} %")
        if (expression := self.filter.expression) is not None and expression.given_up:
            parts.append(f"{locale.toString(expression.given_up)} took too much work to search")
        if index.flagged:
            parts.append(f"{locale.toString(index.flagged)} flagged")
        if index.median:
            parts.append(f"median gap {milliseconds(index.median)} ms")
        if self.list.following:
            parts.append("following")
        fault = self.filter.fault
        self._status.setText(fault or " · ".join(parts))
        if self._status.property("token") != (token := "error" if fault else ""):
            self._status.setProperty("token", token)
            self._status.setProperty("role", "state" if fault else "caption")
            self._status.style().polish(self._status)
        self._end.setVisible(not self.list.following and self.list.more_below)

    def seek(self) -> None:
        """Put the cursor into the filter."""
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.text.selectAll()


EVENTS_PAGE = PageSpec("events", "Events", EventsPage)
