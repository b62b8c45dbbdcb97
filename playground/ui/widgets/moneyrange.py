"""Which runs are looked at: days, server, model, session. What narrows can be taken away again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QWidget

from playground.engine.ledger import Period, Span
from playground.store.ledger import Only
from playground.ui import theme, words
from playground.ui.icons import icon
from playground.ui.widgets import moneywords as said
from playground.ui.widgets.fieldedit import Choice
from playground.ui.widgets.flow import Flow
from playground.ui.widgets.parts import Segments, row

PERIODS: dict[Period, str] = {
    "today": "Today",
    "week": "7 days",
    "days30": "30 days",
    "month": "This month",
    "all": "All",
    "custom": "Custom",
}
LAST = date(8999, 12, 31)
"""No day after this one can be asked for."""
LONGEST = 28
"""Characters of a name on a button."""
ONLY: dict[Only, str] = {"unpriced": "only without a price", "failed": "only failed"}


@dataclass(frozen=True)
class View:
    """What the panel shows."""

    period: Period = "days30"
    custom: Span | None = None
    profile: str | None = None
    model: str | None = None
    session: str = ""
    only: Only = ""
    kind: str = "model"
    """Which table."""


class MoneyRange(Flow):
    """Signals:
    changed(View): something else is to be looked at.
    left(): back to what was looked at before.
    """

    changed = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, gap=8)
        self.view = View()
        self.back = QPushButton("Back", self)
        self.back.setIcon(icon("chevron-left", "muted"))
        self.back.setProperty("role", "quiet")
        self.back.setProperty("small", True)
        self.back.setAccessibleName("Back")
        self.back.setToolTip("What was looked at before (Alt+Left)")
        self.back.setShortcut("Alt+Left")
        self.back.clicked.connect(self.left)
        self.periods = Segments(list(PERIODS.values()), small=True)
        self.periods.picked.connect(self._pick_period)
        self.begin, self.end = self._date("First day"), self._date("Last day")
        to = QLabel("to", self)
        to.setProperty("role", "muted")
        self._dates = row(self.begin, to, self.end, spacing=4)
        self.profiles = self._choice("Server", "All servers")
        self.models = self._choice("Model", "All models")
        self.profiles.activated.connect(lambda at: self._change(profile=self.profiles.itemData(at)))
        self.models.activated.connect(lambda at: self._change(model=self.models.itemData(at)))
        self.session = self._chip("Look at all sessions again", partial(self._change, session=""))
        self.only = self._chip("Look at all runs again", partial(self._change, only=""))
        for part in (
            self.back, self.periods, self._dates, self.profiles, self.models, self.session,
            self.only,
        ):  # fmt: skip
            self.add(part)
        self._show_parts()

    def _date(self, name: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setAccessibleName(name)
        line.setPlaceholderText("2026-11-21")
        line.setToolTip(f"{name}, as 2026-11-21. That day is included.")
        line.setProperty("role", "number")
        line.editingFinished.connect(self._date_typed)
        theme.follow(line, lambda look: line.setFixedWidth(look.px(108)))
        return line

    def _choice(self, name: str, all_: str) -> QComboBox:
        box = Choice(self)
        box.setAccessibleName(name)
        box.setToolTip(f"{name} of the runs")
        box.addItem(all_, None)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(12)
        return box

    def _chip(self, tip: str, undo: Callable[[], object]) -> QPushButton:
        chip = QPushButton(self)
        chip.setIcon(icon("close", "muted"))
        chip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        chip.setProperty("small", True)
        chip.setToolTip(tip)
        chip.clicked.connect(undo)
        return chip

    # What is looked at.

    def show_view(self, view: View, *, back: bool) -> None:
        """`back`: there is something to go back to."""
        self.view = view
        self.periods.blockSignals(True)
        self.periods.pick(list(PERIODS).index(view.period))
        self.periods.blockSignals(False)
        self.back.setVisible(back)
        if view.custom is not None:
            for line, day in zip((self.begin, self.end), view.custom, strict=True):
                line.setText(day.isoformat())
                _mark(line, wrong=False)
        self._show_parts()

    def show_choices(
        self, profiles: Sequence[tuple[str, str]], models: Sequence[str], session: str
    ) -> None:
        """What there is to choose from: (id, name) of servers, and models; and what the session is
        called."""
        _fill(self.profiles, profiles, self.view.profile)
        _fill(self.models, [(one, one) for one in models], self.view.model)
        title = said.name_of(session or "Untitled session")
        short = title if len(title) <= LONGEST else f"{title[: LONGEST - 1]}…"
        self.session.setText(f"session “{short}”".replace("&", "&&"))
        self.session.setAccessibleName(f"Session {title}: look at all again")
        self.session.setToolTip(words.tip(f"{title}. Click to look at all sessions again."))
        self._show_parts()

    def _show_parts(self) -> None:
        view = self.view
        self._dates.setVisible(view.period == "custom")
        self.session.setVisible(bool(view.session))
        self.only.setVisible(bool(view.only))
        if view.only:
            self.only.setText(ONLY[view.only])
            self.only.setAccessibleName(f"{ONLY[view.only]}: look at all again")
        self._place()

    def _change(self, **what: object) -> None:
        fresh = replace(self.view, **what)  # type: ignore[arg-type]
        if fresh != self.view:
            self.changed.emit(fresh)

    def _pick_period(self, at: int) -> None:
        period = list(PERIODS)[at]
        custom = self.view.custom
        if period == "custom" and custom is None:
            custom = Span(date.today(), date.today())
        self._change(period=period, custom=custom)
        if period == "custom":
            self.begin.setFocus()
            self.begin.selectAll()

    def _date_typed(self) -> None:
        """Look at these days once both are some."""
        days = []
        for line in (self.begin, self.end):
            try:
                day = date.fromisoformat(line.text().strip())
            except ValueError:
                day = None
            _mark(line, wrong=day is None or not date(1970, 1, 2) <= day <= LAST)
            if day is not None and date(1970, 1, 2) <= day <= LAST:
                days.append(day)
        if len(days) == 2:
            wrong = days[0] > days[1]
            _mark(self.end, wrong=wrong)
            if not wrong:
                self._change(period="custom", custom=Span(*days))


def _mark(line: QLineEdit, *, wrong: bool) -> None:
    if bool(line.property("wrong")) != wrong:
        line.setProperty("wrong", wrong)
        line.style().polish(line)
    line.setAccessibleDescription("This is no day that can be looked at." if wrong else "")


def _fill(box: QComboBox, rows: Sequence[tuple[str, str]], chosen: str | None) -> None:
    """What is chosen stays in the list, also where there is nothing of it."""
    box.blockSignals(True)
    while box.count() > 1:
        box.removeItem(1)
    there = dict(rows)
    if chosen is not None:
        there.setdefault(chosen, chosen)
    for key, name in there.items():
        box.addItem(said.name_of(name), key)
    box.setCurrentIndex(box.findData(chosen) if chosen is not None else 0)
    box.blockSignals(False)
