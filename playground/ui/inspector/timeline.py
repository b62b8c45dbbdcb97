"""The Timeline page: when each part of a run worked or waited, and what came when."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from playground.core.recording import Recording
from playground.ui import words
from playground.ui.inspector.looking import Looking
from playground.ui.inspector.page import Page, PageSpec
from playground.ui.widgets import timelinewords
from playground.ui.widgets.eventindex import STALL_FACTOR, STALL_NS
from playground.ui.widgets.looptimeline import LoopTimeline
from playground.ui.widgets.parts import label, row
from playground.ui.widgets.timelinehand import NOTCH
from playground.ui.widgets.timescale import SECOND, stamp

CLICK = NOTCH**3
"""How much closer a click goes."""
HOW = "Wheel: closer · drag: along · Shift and drag: a stretch"


class TimelinePage(Page):
    def __init__(self, looking: Looking, parent: QWidget | None = None) -> None:
        super().__init__(looking, parent)
        self._shown: Recording | None = None
        self.lanes = LoopTimeline(self, full=True)
        self._status, self._how = label("caption"), label("caption")
        self._how.setText(HOW)
        self._all = _button("All", "Show all of the run (0)", self.lanes.show_all)
        self.beside = row(
            _button("−", "Less closely (-)", lambda: self.lanes.zoom(1 / CLICK)),
            _button("+", "More closely (+)", lambda: self.lanes.zoom(CLICK)),
            self._all,
            spacing=0,
        )
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHorizontalStretch(1)
        self._status.setSizePolicy(policy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.lanes, 1)
        column.addWidget(row(self._status, self._how))
        self.setFocusProxy(self.lanes)
        self.lanes.pointed.connect(looking.pick)
        self.lanes.hovered.connect(looking.hover)
        self.lanes.changed.connect(self._say)
        looking.picked.connect(self._go_to)
        looking.hovered.connect(self.lanes.hint)
        looking.shown.connect(self._let_go)

    def advance(self) -> None:
        run, index = self.looking.run, self.looking.index
        if run is None:
            return
        if index is not None:
            self.lanes.stall_ns = max(STALL_NS, STALL_FACTOR * index.median)
        if run.recording is not self._shown:
            self._shown = run.recording
            self.lanes.show_run(run)
            self.lanes.show_event(self.looking.number)
        else:
            self.lanes.advance()

    def _let_go(self) -> None:
        """Another run is looked into; it is shown when this page is."""
        self._shown = None
        if self.looking.run is None:
            self.lanes.show_run(None)

    def _go_to(self, number: int) -> None:
        if self._shown is not None:
            self.lanes.show_event(number)

    def _say(self) -> None:
        """The line under the lanes: what is in view, and what came."""
        lanes, scale = self.lanes, self.lanes.scale
        traffic = lanes.traffic
        if traffic is None or not lanes.timeline.lanes:
            self._status.clear()
            return
        whole = words.seconds(lanes.timeline.end_ns / SECOND)
        parts = [whole, timelinewords.came(traffic.whole)]
        if scale.zoomed:
            begin, end = (stamp(t, scale.shown / 100) for t in (scale.begin, scale.end))
            came = traffic.amount(scale.begin, scale.end)
            parts = [f"{begin} – {end} of {whole}", timelinewords.came(came)]
        elif count := len(traffic.stalls(lanes.stall_ns)):
            parts.append("1 stall" if count == 1 else f"{words.number(count)} stalls")
        if lanes.working:
            parts.append(f"{100 * traffic.read // len(traffic.recording)} % read")
        self._status.setText(" · ".join(parts))
        self._all.setEnabled(scale.zoomed)


def _button(text: str, name: str, slot: Callable[[], object]) -> QPushButton:
    made = QPushButton(text)
    made.setProperty("role", "quiet")
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.clicked.connect(lambda: slot())
    return made


TIMELINE_PAGE = PageSpec(
    "timeline",
    "Timeline",
    TimelinePage,
    "When a run waited, thought, wrote and called tools appears here, as lanes of bars.",
)
