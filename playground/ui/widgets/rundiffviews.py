"""The ways of looking at two runs: their events, texts, values, requests and numbers. A view is
filled when it is seen."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from playground.core.session import Run
from playground.engine import rundiff, rundiff_numbers
from playground.engine.rundiff import Comparison
from playground.engine.rundiff_rows import Side
from playground.ui.widgets import rundifffigures as figures
from playground.ui.widgets.figures import Figures
from playground.ui.widgets.parts import beside, label
from playground.ui.widgets.rundiffevents import DiffList
from playground.ui.widgets.rundiffrows import texts_of, values_of
from playground.ui.widgets.rundiffsides import Sides

VIEWS = ("Events", "Text", "JSON", "Requests", "Numbers")
EVENTS, TEXT, JSON, REQUESTS, NUMBERS = range(len(VIEWS))
NO_JSON = "Neither answer is JSON, and no tool was called."
NO_TEXT = "Neither of the two says anything."
NO_REQUEST = "Neither of the two sent a request."
SLICE = 6_000_000
"""Nanoseconds of one slice of reading."""


class Views(QStackedWidget):
    """Signals:
    picked(int): an event of the run that is looked into shall be the current one.
    """

    picked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.comparison: Comparison | None = None
        self._sides: tuple[Run, Run] | None = None
        self._mine = "right"
        self._view = EVENTS
        self._number = -1
        self._stale: set[int] = set()
        """Views that show what was before."""
        self._numbers: rundiff_numbers.Numbers | None = None
        self.list = DiffList(self)
        self.text = Sides("Text of both runs", names=False, code=False, parent=self)
        self.json = Sides("JSON of both runs", names=True, code=True, parent=self)
        self.requests = Sides("Requests of both runs", names=True, code=True, parent=self)
        self.times = Figures("Times of both runs", self)
        self.counts = Figures("Tokens, cost and counts of both runs", self)
        self.list.picked.connect(self._picked_row)
        self.requests.picked.connect(self._picked_request)
        self.times.picked.connect(self.picked)
        for view in (self.list, self.text, self.json, self.requests):
            self.addWidget(view)
        self.addWidget(beside(self.times, self.counts, shares=(1, 1)))
        self.none = label("muted")
        self.none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.none.setWordWrap(True)
        self.addWidget(self.none)
        self._slices = QTimer(self)
        self._slices.setSingleShot(True)
        self._slices.timeout.connect(self._read_on)

    def clear(self) -> None:
        """Two others are compared."""
        self.comparison = self._sides = self._numbers = None
        self._stale.clear()
        self._slices.stop()
        self.list.current = -1

    def show_comparison(
        self, found: Comparison, sides: tuple[Run, Run], *, mine: str, number: int
    ) -> None:
        """`mine`: the side (`left` or `right`) of the run that is looked into; `number`: its
        current event."""
        self.comparison, self._sides, self._mine, self._number = found, sides, mine, number
        self._stale = set(range(len(VIEWS)))
        self.turn(self._view)

    def turn(self, view: int) -> None:
        """Show a view."""
        self._view = view
        found, sides = self.comparison, self._sides
        if found is None or sides is None:
            return
        if view in self._stale:
            self._stale.discard(view)
            self._fill(view, found, *sides)
        empty = self._why_empty(view)
        self.none.setText(empty)
        self.setCurrentIndex(self.indexOf(self.none) if empty else view)

    @property
    def working(self) -> bool:
        """Numbers are being read."""
        return self._slices.isActive()

    @property
    def margins(self) -> tuple[int, int]:
        """Pixels left and right of both sides."""
        match self._view:
            case 0:
                view, before, after = self.list.viewport(), 0, self.list.margin
            case 2 | 3:
                sides = self.json if self._view == JSON else self.requests
                view, before, after = sides.viewport(), sides.margin, 0
            case 1:
                view, before, after = self.text.viewport(), 0, 0
            case _:
                return 0, 0
        return before, after + max(self.width() - view.width(), 0)

    def _fill(self, view: int, found: Comparison, left: Run, right: Run) -> None:
        match view:
            case 0:
                recordings = left.recording, right.recording
                self.list.show_rows(found.rows, recordings, (found.texts, found.others))
                self.follow(self._number)
            case 1:
                self.text.show_rows(texts_of(left, right))
            case 2:
                self.json.show_rows(values_of(rundiff.answers(left, right)))
            case 3:
                self.requests.show_rows(values_of(rundiff.requests(left, right)))
            case _:
                self._numbers = self._numbers or rundiff_numbers.Numbers(left, right)
                self._read_on()

    def _why_empty(self, view: int) -> str:
        match view:
            case 1 if not self.text.rows:
                return NO_TEXT
            case 2 if not self.json.rows:
                return NO_JSON
            case 3 if not self.requests.rows:
                return NO_REQUEST
            case _:
                return ""

    def _read_on(self) -> None:
        """A slice more of the numbers, as far as somebody looks."""
        numbers, sides, mine = self._numbers, self._sides, self._mine
        if numbers is None or sides is None:
            return
        if not numbers.step(SLICE):
            self._slices.start(0)
        self.times.show_rows(
            [
                figures.heading("From the request on"),
                *figures.number_rows(numbers.times(), mine=mine),
                figures.heading("What the time went to"),
                *figures.phase_rows(numbers.phases(), mine=mine),
            ]
        )
        self.counts.show_rows(
            [
                figures.heading("Tokens and cost"),
                *figures.number_rows(rundiff_numbers.used(*sides), mine=mine),
                figures.heading("Counts"),
                *figures.number_rows(rundiff_numbers.counts(*sides), mine=mine),
            ]
        )

    # From place to place.

    def step_on(self, *, back: bool = False) -> None:
        """To the next difference of the view, or to the one before."""
        match self._view:
            case 0:
                self.list.to_difference(back=back)
            case 1:
                self.text.to_difference(back=back)
            case 2:
                self.json.to_difference(back=back)
            case 3:
                self.requests.to_difference(back=back)
            case _:
                pass

    def follow(self, number: int) -> None:
        """An event of the run that is looked into is the current one."""
        self._number = number
        if self.comparison is None or EVENTS in self._stale:
            return
        current = self.list.current
        side = None if current < 0 else self._side(current)
        if side is None or not side.begin <= number < side.end:
            self.list.mark(self.list.row_of(number, right=self._mine == "right"))

    def _side(self, at: int) -> Side | None:
        found = self.list.rows[at]
        return found.left if self._mine == "left" else found.right

    def _picked_row(self, at: int) -> None:
        side = self._side(at) if self.comparison is not None else None
        if side is not None and not side.begin <= self._number < side.end:
            self.picked.emit(side.begin)

    def _picked_request(self, at: int) -> None:
        left, right = self.requests.rows[at].events
        number = left if self._mine == "left" else right
        if number is not None:
            self.picked.emit(number)
