"""The Timeline page: when each part of a run worked or waited."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.ui.inspector.looking import Looking
from playground.ui.inspector.page import Page, PageSpec
from playground.ui.widgets.looptimeline import LoopTimeline


class TimelinePage(Page):
    def __init__(self, looking: Looking, parent: QWidget | None = None) -> None:
        super().__init__(looking, parent)
        self.lanes = LoopTimeline(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.lanes)
        self.setFocusProxy(self.lanes)

    def advance(self) -> None:
        run = self.looking.run
        if run is not None:
            if self.lanes.run is not run:
                self.lanes.show_run(run)
            self.lanes.advance()


TIMELINE_PAGE = PageSpec("timeline", "Timeline", TimelinePage)
