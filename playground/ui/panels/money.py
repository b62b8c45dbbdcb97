"""The Money panel: what runs cost, added up, down to the arithmetic of each; and how fast they
were.

Everything is asked of the ledger on the database's thread, and only while somebody looks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import assert_never, cast

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from playground.engine.ledger import (
    By,
    Group,
    Span,
    failures,
    grouped,
    key_of,
    outcomes,
    series,
    span_of,
    total,
)
from playground.engine.ledger_csv import as_csv
from playground.engine.ledger_speed import Speed, speeds
from playground.store.ledger import Cell, Chosen, Entry, Key, Only
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets import moneyopen as opening
from playground.ui.widgets import moneywords as said
from playground.ui.widgets.details import Details, Rows
from playground.ui.widgets.moneyfields import (
    csv_heads,
    csv_row,
    group_fields,
    message_fields,
    run_fields,
)
from playground.ui.widgets.moneypage import STACKED, MoneyPage, table_note
from playground.ui.widgets.moneyrange import MoneyRange, View
from playground.ui.widgets.moneyspeedpage import MoneySpeed
from playground.ui.widgets.moneytable import Field, MoneyTable
from playground.ui.widgets.pages import Pages
from playground.ui.widgets.parts import Segments, copy, row

SPENDING, SPEED, EMPTY = range(3)
NOTHING = "Nothing has been run yet"
PROMISE = (
    "What runs cost is added up here, to the last digit: by day, model, server, session and run, "
    "each with the arithmetic that it comes from. A price that is not known is never nothing."
)
EACH = 500
"""Rows that are read at once for a file."""
MOST = 50
"""Views that one can go back to."""


class MoneyPanel(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.view = View()
        self.cells: list[Cell] = []
        """Of all servers and models; what is looked at is among them."""
        self._before: list[View] = []
        self.days = Span(date.today(), date.today())
        """The days that are shown."""
        self._bounds: Span | None = None
        """Those that were asked for; None: all."""
        self.series = series((), self.days, "model")
        self._group_cells: list[Cell] = []
        """What the rows of the table add up."""
        self._round = 0
        """What was asked before this one is not shown any more."""
        self._asking: asyncio.Future[object] | None = None
        self._stale = True
        self._titles: dict[str, str] = {}
        self._profiles: dict[str, str] = {}
        self._fields: dict[str, Sequence[Field]] = {
            "model": group_fields("model", self.model_name),
            "profile": group_fields("profile", self.profile_name),
            "session": group_fields("session", self._session_name),
            "day": group_fields("day", str),
            "run": run_fields(self.profile_name),
            "message": message_fields(),
        }
        column = QVBoxLayout(self)
        theme.space(column, 12, 10, 12, 10, gap=8)
        column.addWidget(self._head())
        self.range = MoneyRange(self)
        self.range.changed.connect(self.look_at)
        self.range.left.connect(self.go_back)
        column.addWidget(self.range)
        place = QWidget(self)
        self._pages = Pages(place)
        self.page = MoneyPage(place)
        self.speed = MoneySpeed(self.profile_name, place)
        for part in (self.page, self.speed, self._empty(place)):
            self._pages.addWidget(part)
        column.addWidget(place, 1)
        self._connect()

    def _head(self) -> QWidget:
        self.pages = Segments(("Spending", "Speed and success"), parent=self)
        self.pages.picked.connect(lambda _: self.refresh())
        self.prices, self.budgets, self.copy = (
            QPushButton(words_, self) for words_ in ("Prices…", "Budgets…", "Copy as CSV")
        )
        for button, tip in (
            (self.prices, "What models cost: your own prices before those that are built in"),
            (self.budgets, "What may be used in a run, a session, a day and a month"),
            (self.copy, "The table as it is sorted, with all digits"),
        ):
            button.setProperty("role", "quiet")
            button.setProperty("small", True)
            button.setToolTip(tip)
            button.setAccessibleName(button.text())
        self.prices.clicked.connect(partial(self.desk.wanted.emit, "prices"))
        self.budgets.clicked.connect(partial(self.desk.wanted.emit, "budgets"))
        self.copy.clicked.connect(self.copy_csv)
        return row(self.pages, 1, self.prices, self.budgets, self.copy, spacing=2)

    def _empty(self, parent: QWidget) -> QWidget:
        page = QWidget(parent)
        column = QVBoxLayout(page)
        theme.space(column, 80, 12, 80, 12, gap=8)
        column.addStretch(2)
        for text, role in ((NOTHING, "title"), (PROMISE, "muted")):
            label = QLabel(text, page)
            label.setProperty("role", role)
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        ask = QPushButton("Ask a model something", page)
        ask.setAccessibleName("Ask a model something")
        ask.clicked.connect(lambda: self.desk.wanted.emit("chat"))
        column.addWidget(ask, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(3)
        return page

    def _connect(self) -> None:
        page = self.page
        page.figured.connect(self._figured)
        page.stepped.connect(self._stepped)
        page.stacked.connect(self._show_series)
        page.series_picked.connect(self._series_picked)
        page.kind_picked.connect(lambda kind: self.look_at(replace(self.view, kind=kind)))
        page.table.opened.connect(self._opened)
        page.table.wanted.connect(self._read)
        page.table.sorted.connect(lambda field, down: self._sorted())
        self.speed.table.opened.connect(self._opened)
        self.desk.sessions_changed.connect(self._changed)

    # Names.

    def model_name(self, model: str) -> str:
        return model or "(no model)"

    def profile_name(self, profile_id: str) -> str:
        return self._profiles.get(profile_id) or profile_id or "(no server)"

    def _session_name(self, session_id: str) -> str:
        return self._titles.get(session_id) or "Untitled session"

    # What is looked at.

    @property
    def chosen(self) -> Chosen:
        view, (first, last) = self.view, self._bounds or (None, None)
        return Chosen(first, last, view.profile, view.model, view.session, view.only)

    def look_at(self, view: View, *, keep: bool = True) -> None:
        """Show something else; `keep`: one can come back from it."""
        if view.kind == "message" and not view.session:
            view = replace(view, kind="run")
        if keep and view != self.view:
            self._before = [*self._before[-MOST:], self.view]
        self.view = view
        self.refresh()

    def go_back(self) -> None:
        if self._before:
            self.look_at(self._before.pop(), keep=False)

    def _changed(self) -> None:
        """Runs have ended, or come and gone."""
        self._stale = True
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Ask for all of it again."""
        self._round += 1
        self._stale = False
        self._profiles = {one.id: one.name for one in self.desk.profiles()}
        self.range.show_view(self.view, back=bool(self._before))
        self.page.show_kind(self.view.kind, messages=bool(self.view.session))
        if self._asking is not None:
            self._asking.cancel()
        self._asking = self.desk.tasks.start(self._ask(self._round), self)

    async def _ask(self, mine: int) -> None:
        ledger, view = self.desk.ledger, self.view
        there = await ledger.days()
        today = Span(date.today(), date.today())
        whole = Span(*there) if there is not None else today
        days = view.custom if view.period == "custom" else span_of(view.period, today.last)
        first, last = days or (None, None)
        chosen = Chosen(first, last, session=view.session, only=view.only)
        cells = await ledger.cells(chosen)
        titles = await ledger.titles([view.session]) if view.session else {}
        if mine != self._round:
            return
        self.cells, self.days, self._bounds = cells, days or whole, days
        self._pages.setCurrentIndex(EMPTY if there is None else self.pages.index)
        self.range.setHidden(there is None)
        self.copy.setEnabled(there is not None)
        self._show_choices(titles.get(view.session, ""))
        if self.pages.index == SPEED:
            rows = await asyncio.to_thread(speeds, await ledger.took(self.chosen))
            if mine == self._round:
                self.speed.show_rows(rows)
            return
        shown = self.shown()
        self.page.show_sums(total(shown), outcomes(shown), failures(shown))
        self._show_series()
        await self._show_table(mine)

    def shown(self) -> list[Cell]:
        """What is looked at of all servers and models."""
        view = self.view
        return [
            cell
            for cell in self.cells
            if view.profile in (None, cell.profile) and view.model in (None, cell.model)
        ]

    def _show_choices(self, session: str) -> None:
        profiles = [(one.key, self.profile_name(one.key)) for one in grouped(self.cells, "profile")]
        models = [one.key for one in grouped(self.cells, "model")]
        self.range.show_choices(profiles, models, session)

    def _show_series(self) -> None:
        by = STACKED[self.page.by.index]
        self.series = series(self.shown(), self.days, by)
        self.page.show_series(self.series, self._named(by))

    def _named(self, by: By) -> Callable[[str], str]:
        return self.profile_name if by == "profile" else self.model_name

    async def _show_table(self, mine: int) -> None:
        kind, table, ledger = self.view.kind, self.page.table, self.desk.ledger
        fields = self._fields[kind]
        if kind in ("run", "message"):
            field, down = table.sort_as(fields, "created", down=kind == "run")
            ids = await ledger.order(self.chosen, cast(Key, field.key), down=down)
            if mine == self._round:
                table.model_.forget()
                table.show_ids(fields, ids)
                self.page.count.setText(table_note(len(ids), kind))
            return
        self._group_cells = self.shown()
        if kind == "session":
            cells = await ledger.cells(self.chosen, by_session=True)
            titles = await ledger.titles({cell.session for cell in cells})
            if mine != self._round:
                return
            self._group_cells, self._titles = cells, titles
        groups = grouped(self._group_cells, cast(By, kind))
        table.show_rows(fields, groups, "day" if kind == "day" else "cost")
        self.page.count.setText(table_note(len(groups), kind))

    def _sorted(self) -> None:
        """Another column: rows that are not all here are asked for in that order."""
        if self.page.table.model_.ids is not None:
            self._round += 1
            self.desk.tasks.start(self._show_table(self._round), self)

    def _read(self, ids: list[str]) -> None:
        async def work() -> None:
            self.page.table.model_.fill(await self.desk.ledger.entries(ids))

        self.desk.tasks.start(work(), self)

    # What is opened.

    def _figured(self, name: str) -> None:
        shown, view = self.shown(), self.view
        match name:
            case "spent":
                by = STACKED[self.page.by.index]
                rows = opening.spent_rows(grouped(shown, by), self._named(by))
                self._details(*rows, self.page.figures["spent"], replace(view, kind="run"))
            case "tokens":
                rows = opening.token_rows(total(shown))
                self._details(*rows, self.page.figures["tokens"], replace(view, kind="run"))
            case "failed":
                self.look_at(replace(view, kind="run", only="failed"))
            case "unpriced":
                self.look_at(replace(view, kind="run", only="unpriced"))
            case _:
                self.look_at(replace(view, kind="run"))

    def _details(
        self,
        title: str,
        rows: Rows,
        at: QWidget,
        runs: View | None = None,
        area: QRect | None = None,
    ) -> None:
        """`runs`: where what is added up can be seen."""
        lead = ("Show the runs", partial(self.look_at, runs)) if runs is not None else None
        Details(title, rows, self, lead=lead).show_over(at, area)

    def _stepped(self, at: int) -> None:
        kind = "run" if self.view.kind == "day" else self.view.kind
        days = self.series.bars[at].days
        self.look_at(replace(self.view, period="custom", custom=days, kind=kind))

    def _series_picked(self, key: str) -> None:
        if STACKED[self.page.by.index] == "profile":
            self.look_at(replace(self.view, profile=key))
        else:
            self.look_at(replace(self.view, model=key))

    def _opened(self, does: str, record: object, area: QRect) -> None:
        match record:
            case Group():
                self._open_group(does, record, area)
            case Entry():
                self._open_run(does, record, area)
            case Speed():
                self.pages.blockSignals(True)
                self.pages.pick(SPENDING)
                self.pages.blockSignals(False)
                only: Only = "failed" if does == "failed" else ""
                fresh = replace(self.view, profile=record.profile, model=record.model)
                self.look_at(replace(fresh, kind="run", only=only))

    def _open_group(self, does: str, group: Group, area: QRect) -> None:
        """The runs that a row adds up, or its sum."""
        by = cast(By, self.view.kind)
        runs = _narrowed(self.view, by, group.key)
        if does == "sum":
            cells = [cell for cell in self._group_cells if key_of(by)(cell) == group.key]
            inner: By = "profile" if by == "model" else "model"
            title, rows = opening.spent_rows(grouped(cells, inner), self._named(inner))
            self._details(title, rows, self.page.table.viewport(), runs, area)
        elif does in ("failed", "unpriced"):
            self.look_at(replace(runs, kind="run", only=cast(Only, does)))
        else:
            self.look_at(runs)

    def _open_run(self, does: str, entry: Entry, area: QRect) -> None:
        if does == "run":
            self.desk.open_session(entry.session, entry.id)
            self.desk.wanted.emit(entry.place)
            return

        async def work() -> None:
            found = await self.desk.ledger.opened(entry.id)
            rows = opening.run_cost(found) if does == "cost" else opening.run_tokens(entry, found)
            self._details(*rows, self.page.table.viewport(), None, area)

        self.desk.tasks.start(work(), self)

    # What is taken home.

    def copy_csv(self) -> None:
        table = self.speed.table if self.pages.index == SPEED else self.page.table
        self.desk.tasks.start(self._copy(table), self)

    async def _copy(self, table: MoneyTable) -> None:
        """The rows of a table in their order; those that are not here are read for it."""
        model, fields = table.model_, table.fields
        rows = list(model.rows)
        for at in range(0, len(model.ids or ()), EACH):
            some = (model.ids or ())[at : at + EACH]
            found = await self.desk.ledger.entries(some)
            rows += [found[one] for one in some if one in found]
        heads = csv_heads(fields, runs=model.ids is not None)
        copy(await asyncio.to_thread(lambda: as_csv(heads, (csv_row(fields, one) for one in rows))))
        self.page.count.setText(f"Copied {said.count(len(rows), 'row')}")

    # Qt.

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.page.arrange(event.size().width())


def _narrowed(view: View, by: By, key: str) -> View:
    """What is looked at in one row of a table."""
    match by:
        case "model":
            return replace(view, model=key, kind="run")
        case "profile":
            return replace(view, profile=key, kind="run")
        case "session":
            return replace(view, session=key, kind="message")
        case "day":
            day = date.fromisoformat(key)
            return replace(view, period="custom", custom=Span(day, day), kind="run")
        case _:
            assert_never(by)
