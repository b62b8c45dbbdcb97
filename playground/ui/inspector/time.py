"""The Time page: where the time of a run went, and how evenly it streamed.

A recording is read once, in slices between frames; a run that goes on is read on.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from playground.core.pace import STALL_FACTOR, STALL_NS
from playground.core.recording import Recording
from playground.core.spent_reading import Reading
from playground.endpoints import BY_ID
from playground.ui.inspector.looking import SLICE, Looking
from playground.ui.inspector.page import Page, PageSpec
from playground.ui.widgets import spentfigures as figures
from playground.ui.widgets.columnplot import ColumnPlot
from playground.ui.widgets.figures import Figures
from playground.ui.widgets.gapplot import gap_picture
from playground.ui.widgets.parts import label
from playground.ui.widgets.rateplot import rate_picture
from playground.ui.widgets.spentbar import Place, SpentBar

EACH = 16
"""Slices of a backlog between two looks at what was read."""


class TimePage(Page):
    def __init__(self, looking: Looking, parent: QWidget | None = None) -> None:
        super().__init__(looking, parent)
        self.reading: Reading | None = None
        self._of: Recording | None = None
        self._slices = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._read_on)
        self.bar = SpentBar(self)
        self.legend = Figures("What the time was spent on", self)
        self.rates = ColumnPlot("Tokens a second over time", self)
        self.gaps = ColumnPlot("Gaps between events by their length", self)
        self.pace = Figures("Gaps, chunks, events, tokens and stalls", self)
        self.beside = self._status = label("caption")
        self._lay_out()
        self.setFocusProxy(self.bar)
        for part in (self.bar, self.legend, self.rates, self.gaps, self.pace):
            part.picked.connect(looking.pick)
        self.bar.pointed.connect(self._show_legend)
        self.legend.pointed.connect(self._point)
        looking.picked.connect(lambda _: self._show_rates())
        looking.shown.connect(self._let_go)

    def _lay_out(self) -> None:
        spent, plots = QWidget(self), QWidget(self)
        column = QVBoxLayout(spent)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.bar)
        column.addWidget(self.legend, 1)
        column = QVBoxLayout(plots)
        column.setContentsMargins(4, 0, 4, 0)
        column.setSpacing(6)
        column.addWidget(self.rates, 1)
        column.addWidget(self.gaps, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setChildrenCollapsible(False)
        for at, (part, share) in enumerate(((spent, 9), (plots, 8), (self.pace, 7))):
            splitter.addWidget(part)
            splitter.setStretchFactor(at, share)
        splitter.setSizes([900, 800, 700])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)

    # What is read.

    @property
    def working(self) -> bool:
        """There is more to read than has been."""
        return self.reading is not None and self.reading.behind

    def advance(self) -> None:
        run = self.looking.run
        if run is None:
            return
        if run.recording is not self._of:
            self._of = run.recording
            self.reading = Reading(run.recording, BY_ID[run.call.api].reduce)
            self.bar.current = None
        elif self._timer.isActive() or not (self.working or run.running):
            return
        self._read_on()

    def _read_on(self) -> None:
        """A slice more; shown now and then, and when all is read."""
        reading = self.reading
        if reading is None or not self.isVisible():
            return
        self._slices += 1
        if reading.step(SLICE):
            self._show()
            return
        if self._slices % EACH == 1:
            self._show()
        self._timer.start(0)

    def _let_go(self) -> None:
        """Another run is looked into; it is read when this page is seen."""
        self._of = self.reading = None
        self._timer.stop()

    # What is shown.

    def _show(self) -> None:
        run, reading = self.looking.run, self.reading
        if run is None or reading is None:
            return
        self.bar.show_spent(reading.look(run.now() if run.running else None))
        self._show_legend()
        self._show_rates()
        index, pace = self.looking.index, reading.pace
        median = index.median if index is not None and index.median else None
        typical = pace.gaps.quantile(0.5) if median is None else median
        self.gaps.show_picture(gap_picture(pace, max(STALL_NS, STALL_FACTOR * typical)))
        drawn = reading.drawn
        if not drawn and run.lag is not None:
            drawn = run.lag.facts()
        self.pace.show_rows(
            [
                *figures.pace_rows(pace, reading.usage, drawn, reading.drawn_at, going=run.running),
                *figures.stall_rows(pace.stalls(median), run.recording),
            ]
        )
        read, total = reading.read, len(reading.recording)
        self._status.setText(f"{100 * read // total} % read" if read < total else "")

    def _show_legend(self) -> None:
        name, total, parts = self.bar.row
        self.legend.show_rows(figures.spent_rows(name, total, parts))
        place = self.bar.current
        self.legend.show_current(place.at + 1 if place is not None else -1)

    def _show_rates(self) -> None:
        """With a line where the current event is."""
        reading, number = self.reading, self.looking.number
        if reading is None:
            return
        moment = None
        if 0 <= number < len(reading.recording):
            moment = float(reading.recording.times[number])
        wide = round(self.rates.area.width())
        picture = rate_picture(
            reading.pace,
            reading.usage,
            self.bar.spent,
            wide,
            going=self.looking.run is not None and self.looking.run.running,
            moment=moment,
        )
        self.rates.show_picture(picture)

    def _point(self, row: int) -> None:
        """A row of the list is the current one: so is the part of the bar that it tells of."""
        bar = self.bar.current.row if self.bar.current is not None else 0
        place = Place(bar, row - 1)
        if row > 0 and place != self.bar.current:
            self.bar.go_to(place)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.advance()


TIME_PAGE = PageSpec(
    "time",
    "Time",
    TimePage,
    "Where the time of a run went, and how evenly its answer came, appears here.",
)
