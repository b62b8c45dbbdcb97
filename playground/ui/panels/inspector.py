"""The inspector: every event of a run when it came, what was sent, and what answered.

It is shown one run at a time and pulls from it: `advance` on the clock, nothing else.
"""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from playground.core.recording import Recording
from playground.core.session import Run
from playground.ui.desk import Desk
from playground.ui.widgets.eventdetail import EventDetail
from playground.ui.widgets.eventfilter import EventFilter
from playground.ui.widgets.eventindex import Query
from playground.ui.widgets.eventlist import EventList
from playground.ui.widgets.eventpaint import milliseconds
from playground.ui.widgets.exchange import exchanges
from playground.ui.widgets.exchangeview import RequestPage, ResponsePage
from playground.ui.widgets.looptimeline import LoopTimeline
from playground.ui.widgets.parts import Segments, beside, label, row
from playground.ui.window import DockSpec

EVENTS, TIMELINE, REQUEST, RESPONSE = range(4)

NO_RUN = (
    "Every event of a run appears here as it arrives: when it came, what it changed, "
    "and its exact bytes."
)
NOTHING_SENT = "This message was added without running, so nothing was sent and nothing came."
NOTHING_YET = "The request is on its way. Every event appears here as it arrives."


class InspectorPanel(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Inspector")
        self._run: Run | None = None
        self._shown: Recording | None = None
        """What the views have; they get it when they can be seen."""
        self.events = EventList(self)
        self.detail = EventDetail(self)
        self.request = RequestPage(self)
        self.response = ResponsePage(self)
        self.filter = EventFilter(lambda: self.events.index, self)
        self.lanes = LoopTimeline(self)
        self.tabs = Segments(("Events", "Timeline", "Request", "Response"), parent=self)
        self._right = row(spacing=4)
        self._status = label("caption")
        self._end = QPushButton("Jump to end", self)
        self._end.setProperty("role", "quiet")
        self._end.setAccessibleName("Jump to the newest event and follow")
        self._hint = label("muted")
        self._lay_out()
        self.setFocusProxy(self.events)

        self.tabs.picked.connect(self._turn)
        self.filter.wanted.connect(self._narrow)
        self.events.picked.connect(self._pick)
        self.events.changed.connect(self._say)
        self._end.clicked.connect(self.events.jump_to_end)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._find)
        self.show_run(None)

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
        column.addWidget(self.events, 1)
        column.addWidget(row(self._status, self._end))
        both = beside(left, self.detail, shares=(5, 3))
        self._pages = QStackedWidget(self)
        for page in (both, self.lanes, self.request, self.response):
            self._pages.addWidget(page)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setWordWrap(True)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._hint)
        self._stack.addWidget(self._pages)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addWidget(row(self.tabs, 1, self.filter, self._right))
        column.addWidget(self._stack, 1)

    @property
    def tools(self) -> QHBoxLayout:
        """The row right of the filter, for the buttons of others."""
        layout = self._right.layout()
        assert isinstance(layout, QHBoxLayout)
        return layout

    # What is shown.

    def show_run(self, run: Run | None) -> None:
        """Look into this run; the same run again changes nothing."""
        if run is not None and run is self._run and run.recording is self._shown:
            self.advance()
            return
        self._run = run
        self._shown = None
        self._begin()

    def advance(self) -> None:
        """Look at what is new; called by the clock. Nothing happens while nobody can see it."""
        if not self.isVisible() or self._run is None:
            return
        self._begin()
        self.events.advance()
        self._look()

    def _begin(self) -> None:
        """Give the run to the views, once it can be seen."""
        run = self._run
        if run is None:
            self.events.show_run(None)
        elif self.isVisible() and run.recording is not self._shown:
            self._shown = run.recording
            self.events.show_run(run)
        self._look()

    def _look(self) -> None:
        """Show what there is to show, and say why when there is nothing."""
        run, index = self._run, self.events.index
        if run is None or index is None or not len(run.recording):
            self._hint.setText(NO_RUN if run is None else _why_nothing(run))
            self._stack.setCurrentIndex(0)
            self.filter.hide()
            return
        self._stack.setCurrentIndex(1)
        self.filter.setVisible(self.tabs.index == EVENTS)
        if self.tabs.index == TIMELINE:
            if self.lanes.run is not run:
                self.lanes.show_run(run)
            self.lanes.advance()
        elif self.tabs.index != EVENTS:
            page = self.request if self.tabs.index == REQUEST else self.response
            page.show_exchanges(run.recording, run.transcript, exchanges(index))

    def _turn(self, page: int) -> None:
        self._pages.setCurrentIndex(page)
        self._look()

    # Events.

    def _narrow(self, query: Query) -> None:
        if not self.filter.fault:
            self.events.narrow(query)
        self._say()

    def _pick(self, number: int) -> None:
        index = self.events.index
        if index is None or number < 0:
            self.detail.clear()
            return
        self.detail.show_event(
            number,
            index.recording[number],
            index.misread.get(number, ""),
            index.known(number),
        )

    def _say(self) -> None:
        """The line under the list: how many there are, and what is remarkable."""
        index = self.events.index
        if index is None:
            return
        locale = QLocale()
        total = locale.toString(index.read)
        parts = [f"{total} events"]
        if index.query.narrows:
            parts = [f"{locale.toString(len(index))} of {total} events"]
        if self.events.working:
            parts.append(f"{int(100 * index.progress)} %")
        if (expression := self.filter.expression) is not None and expression.given_up:
            parts.append(f"{locale.toString(expression.given_up)} took too much work to search")
        if index.flagged:
            parts.append(f"{locale.toString(index.flagged)} flagged")
        if index.median:
            parts.append(f"median gap {milliseconds(index.median)} ms")
        if self.events.following:
            parts.append("following")
        fault = self.filter.fault
        self._status.setText(fault or " · ".join(parts))
        if self._status.property("token") != (token := "error" if fault else ""):
            self._status.setProperty("token", token)
            self._status.setProperty("role", "state" if fault else "caption")
            self._status.style().polish(self._status)
        self._end.setVisible(not self.events.following and self.events.more_below)

    def _find(self) -> None:
        self.tabs.pick(EVENTS)
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.text.selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._right.setVisible(self.tools.count() > 0)
        self.advance()


def _why_nothing(run: Run) -> str:
    return NOTHING_SENT if run.silent else NOTHING_YET


def _make(desk: Desk) -> InspectorPanel:
    panel = InspectorPanel()
    desk.run_shown.connect(panel.show_run)
    desk.clock.watch(panel.advance, slow=True)
    panel.show_run(desk.run)
    return panel


INSPECTOR_DOCK = DockSpec(
    "inspector", "Inspector", _make, Qt.DockWidgetArea.BottomDockWidgetArea, "F12", 300
)
