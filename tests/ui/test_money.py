"""The Money panel: sums, what they add up, the arithmetic, and the run itself."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from playground.engine.ledger import REST, Group, Span, series
from playground.engine.ledger_speed import Speed, Times, speeds
from playground.store.ledger import Cell, Entry, Sums, Took
from playground.store.listing import PICO
from playground.ui import words
from playground.ui.panels.money import MoneyPanel
from playground.ui.widgets import moneyopen
from playground.ui.widgets.details import Details
from playground.ui.widgets.moneyfields import csv_heads, csv_row, group_fields, run_fields
from playground.ui.widgets.moneyink import INKS
from playground.ui.widgets.moneyplot import MoneyPlot
from playground.ui.widgets.moneyplots import inks_of, spent_plot, tokens_plot
from playground.ui.widgets.moneyrange import MoneyRange, View
from playground.ui.widgets.moneyspeed import TOO_FEW, speed_fields
from playground.ui.widgets.moneytable import WAITING, MoneyTable
from tests.driver import FAST, LEFT, Driver, prepare
from tests.loop import until
from tests.processes import Sandbox
from tests.window import Opening

TODAY = date(2026, 11, 21)
YESTERDAY = TODAY - timedelta(days=1)


def sums(usd: str | None = "1", runs: int = 1, unpriced: int = 0) -> Sums:
    pico = 0 if usd is None else int(Decimal(usd) * PICO)
    return Sums(
        runs, 100, 40, 30, 10, pico, 0 if usd is None else runs - unpriced, unpriced, 0
    )  # fmt: skip


def cell(day: date, model: str, one: Sums) -> Cell:
    return Cell(day, "p", model, "", "completed", one)


def entry(number: int = 0, **more: object) -> Entry:
    one = Entry(
        f"run_{number}", "ses_1", "A title", 1.8e9 + number, "p", "m", "completed", False,
        812, 500, 96, 64, False, 609 * 10**6, False, 400.0, 3100.0, "chat", "What is it?",
    )  # fmt: skip
    return one._replace(**more)  # type: ignore[arg-type]


# Plots.


def test_bars_say_their_parts_and_that_something_has_no_price(qtbot: QtBot) -> None:
    cells = [
        cell(YESTERDAY, "a", sums("0.30")),
        cell(YESTERDAY, "b", sums("0.1")),
        cell(TODAY, "a", sums(None, unpriced=1)),
    ]
    plot = spent_plot(series(cells, Span(YESTERDAY, TODAY), "model"), str)
    first, second = plot.columns
    assert first.parts == (3 * 10**11, 10**11)
    assert "20 Nov 2026: $0.4000 in 2 runs; a $0.3000; b $0.1000" in first.said
    assert (second.parts, second.least) == ((0, 0), True)
    assert "unknown" in second.said and "1 run without a price" in second.said
    assert [text for _, text in plot.lines] == ["$0.00", "$0.10", "$0.20", "$0.30", "$0.40"]


@pytest.mark.parametrize(
    ("one", "said"),
    [(sums(None, unpriced=1), "No price is known"), (sums("0"), "None of these runs cost")],
)
def test_where_there_is_no_amount_the_plot_says_why(one: Sums, said: str) -> None:
    plot = spent_plot(series([cell(TODAY, "a", one)], Span(TODAY, TODAY), "model"), str)
    assert plot.blank and plot.empty.startswith(said)
    assert plot.columns[0].leads == bool(one.unpriced)


def test_tokens_are_in_one_part_only() -> None:
    found = tokens_plot(series([cell(TODAY, "a", sums())], Span(TODAY, TODAY), "model"))
    assert found.columns[0].parts == (60, 40, 20, 10)
    assert "60 input; 40 cached input; 20 output; 10 reasoning" in found.columns[0].said


def test_series_are_told_apart_without_colours() -> None:
    assert len({ink.style for ink in INKS}) == len({ink.token for ink in INKS}) == len(INKS)
    cells = [cell(TODAY, f"m{number}", sums(str(number + 1))) for number in range(9)]
    found = series(cells, Span(TODAY, TODAY), "model")
    assert found.names[-1] == REST
    assert inks_of(found)[-1] == INKS[-1]


def test_a_plot_is_walked_by_keys_and_a_bar_is_picked(qtbot: QtBot) -> None:
    plot = MoneyPlot("Spent")
    qtbot.addWidget(plot)
    cells = [cell(YESTERDAY, "a", sums("0.3")), cell(TODAY, "a", sums("0.1"))]
    plot.show_plot(spent_plot(series(cells, Span(YESTERDAY, TODAY), "model"), str))
    plot.resize(400, 160)
    picked: list[int] = []
    plot.picked.connect(picked.append)
    for key in (Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Return):
        QTest.keyClick(plot, key)
    assert (plot.current, picked) == (0, [0])
    assert "20 Nov 2026" in plot.accessibleDescription()
    QTest.mouseClick(plot, LEFT, pos=plot.place(1).center().toPoint())
    assert picked == [0, 1]
    assert plot.at(plot.place(1).center().x()) == 1
    assert not plot.grab().isNull()


# Tables.


def column(table: MoneyTable, key: str) -> int:
    return next(at for at, field in enumerate(table.fields) if field.key == key)


def texts(table: MoneyTable, key: str) -> list[str]:
    rows = range(table.model_.rowCount())
    return [texts_at(table, number, key) for number in rows]


def shown(qtbot: QtBot, wide: int = 900) -> MoneyTable:
    table = MoneyTable("Sums")
    qtbot.addWidget(table)
    table.resize(wide, 300)
    return table


def test_rows_are_sorted_by_value_and_what_has_none_comes_last(qtbot: QtBot) -> None:
    table = shown(qtbot)
    rows = [
        Group("nine", sums("9")),
        Group("unknown", sums(None, unpriced=1)),
        Group("ten", sums("10.5", 3, 1)),
    ]
    table.show_rows(group_fields("model", str), rows, "cost")
    assert texts(table, "model") == ["ten", "nine", "unknown"]
    assert texts(table, "cost") == ["≥ $10.50", "$9.00", "unknown"]
    head = table.horizontalHeader()
    head.sectionClicked.emit(column(table, "cost"))
    assert texts(table, "model") == ["nine", "ten", "unknown"]
    assert table.model_.headerData(column(table, "cost"), Qt.Orientation.Horizontal) == "Cost ↑"
    head.sectionClicked.emit(column(table, "model"))
    assert texts(table, "model") == ["nine", "ten", "unknown"]


def test_only_the_rows_that_are_seen_are_asked_for(qtbot: QtBot) -> None:
    table = shown(qtbot)
    wanted: list[list[str]] = []
    table.wanted.connect(wanted.append)
    fields = run_fields(str)
    ids = [f"run_{number}" for number in range(100_000)]
    table.sort_as(fields, "created")
    table.show_ids(fields, ids)
    table.grab()
    assert table.model_.rowCount() == 100_000
    assert wanted and wanted[0][0] == "run_0" and len(wanted[0]) < 200
    assert texts_at(table, 0, "cost") == WAITING
    table.model_.fill({one: entry(number) for number, one in enumerate(wanted.pop())})
    table.grab()
    assert texts_at(table, 0, "cost") == "$0.000609"
    assert wanted == []
    table.scrollToBottom()
    table.grab()
    assert wanted[0][-1] == "run_99999" and len(wanted[0]) < 200


def texts_at(table: MoneyTable, number: int, key: str) -> str:
    return table.model_.cell(number, column(table, key))


def test_cells_open_by_key_and_tell_what_they_are(qtbot: QtBot) -> None:
    table = shown(qtbot)
    opened: list[tuple[str, object]] = []
    table.opened.connect(lambda does, row, _: opened.append((does, row.id)))
    fields = run_fields(str)
    rows = [entry(1), entry(2, pico=None, unpriced=True), entry(3, pico=None, input=None)]
    table.show_rows(fields, rows, "cost")
    assert texts(table, "cost") == ["$0.000609", "unknown", "–"]
    index = table.model_.index(0, column(table, "cost"))
    table.setCurrentIndex(index)
    QTest.keyClick(table, Qt.Key.Key_Return)
    table.setCurrentIndex(index.siblingAtColumn(column(table, "input")))
    QTest.keyClick(table, Qt.Key.Key_Space)
    assert opened == [("cost", "run_1"), ("tokens", "run_1")]
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Cost: $0.000609"


@pytest.mark.parametrize("wide", [320, 560, 900, 1600])
def test_columns_that_there_is_no_room_for_are_left_out(qtbot: QtBot, wide: int) -> None:
    table = shown(qtbot, wide)
    table.show_rows(run_fields(str), [entry()], "created")
    seen = [at for at in range(len(table.fields)) if not table.isColumnHidden(at)]
    assert {table.fields[at].key for at in seen} >= {"created", "session", "cost"}
    if wide > 320:
        assert sum(table.columnWidth(at) for at in seen) <= table.viewport().width()
    assert (len(seen) == len(table.fields)) == (wide == 1600)


def test_a_file_says_what_has_no_price_and_which_run_it_is() -> None:
    fields = run_fields(str)
    heads = csv_heads(fields, runs=True)
    rows = [
        dict(zip(heads, csv_row(fields, one), strict=True))
        for one in (entry(), entry(pico=None, unpriced=True), entry(unpriced=True))
    ]
    assert [row["Cost (USD)"] for row in rows] == [Decimal("0.000609"), None, Decimal("0.000609")]
    assert [row["Price"] for row in rows] == ["known", "unknown", "known in part"]
    assert rows[0]["Run"] == "run_0"
    speed = csv_heads(speed_fields(str), runs=False)
    assert len(set(speed)) == len(speed)


# Speed.


def test_too_few_answers_have_no_95th_percentile() -> None:
    fields = {field.key: field for field in speed_fields(str)}

    def said(count: int) -> str:
        rows = [Took("p", "m", "completed", 0, 9, 100.0, float(n)) for n in range(1, count + 1)]
        (row,) = speeds(rows)
        return fields["whole95"].text(row)

    assert (said(19), said(20)) == (TOO_FEW, "19 ms")
    nothing = Speed("p", "m", Counter(), Times([]), Times([]), Times([]))
    assert fields["whole95"].text(nothing) == "–"
    for key in ("first95", "whole95"):
        assert "nearest rank" in fields[key].tip


# What is looked at.


def test_days_are_typed_and_what_is_no_day_is_marked(qtbot: QtBot) -> None:
    head = MoneyRange()
    qtbot.addWidget(head)
    head.resize(800, 80)
    head.show()
    views: list[View] = []
    head.changed.connect(views.append)
    head.periods.pick(5)
    head.show_view(views.pop(), back=False)
    assert head.begin.isVisible() and not head.back.isVisible()
    for text, wrong in (("2026-02-30", True), ("nonsense", True), ("2026-11-01", False)):
        head.begin.setText(text)
        head.end.setText("2026-11-03")
        head.begin.editingFinished.emit()
        assert bool(head.begin.property("wrong")) == wrong
        assert len(views) == (not wrong)
    assert views.pop().custom == Span(date(2026, 11, 1), date(2026, 11, 3))
    head.end.setText("2026-10-03")
    head.end.editingFinished.emit()
    assert (bool(head.end.property("wrong")), views) == (True, [])


def test_what_narrows_can_be_taken_away_again(qtbot: QtBot) -> None:
    head = MoneyRange()
    qtbot.addWidget(head)
    head.show()
    views: list[View] = []
    head.changed.connect(views.append)
    head.show_view(View(session="ses_1", only="failed", model="gone"), back=True)
    head.show_choices([("p", "Here & there")], ["a", "b"], "<b>Long</b> " * 20)
    assert head.models.currentText() == "gone"
    assert len(head.session.text()) < 60
    head.models.activated.emit(0)
    head.session.click()
    head.only.click()
    assert [(view.model, view.session, view.only) for view in views] == [
        (None, "ses_1", "failed"),
        ("gone", "", "failed"),
        ("gone", "ses_1", ""),
    ]


def test_a_sum_opens_as_what_it_adds_up() -> None:
    rows = [
        Group("a", sums("0.1", 2)),
        Group("b", sums("0.25", 3, 1)),
        Group("c", sums(None, 1, 1)),
        Group("d", Sums(runs=2)),
    ]
    _, told = moneyopen.spent_rows(rows, str)
    assert told[:-1] == [
        ("a, 2 runs", "$0.1"),
        ("b, 2 runs", "$0.25"),
        ("at least", "$0.35"),
        ("  no price: b", "1 run"),
        ("  no price: c", "1 run"),
        ("  nothing was used", "2 runs"),
    ]


# The window.


@pytest.fixture
def priced(home: Path, sandbox: Sandbox) -> None:
    """A server whose models cost a dollar a million tokens in and two out."""
    prepare(home, sandbox.base_url)
    price = {"server": "here", "model": "*", "from": "2020-01-01", "input": "1", "output": "2"}
    (home / "prices.json").write_text(json.dumps({"version": 1, "prices": [price]}))


def rows_of(details: Details) -> list[str]:
    return [label.text() for label in details.findChildren(QLabel)]


def popup(panel: MoneyPanel) -> Details:
    found = [one for one in panel.findChildren(Details) if one.isVisible()]
    assert len(found) == 1
    return found[0]


@pytest.mark.usefixtures("priced")
async def test_a_sum_leads_to_the_arithmetic_and_to_the_run(opening: Opening) -> None:
    async with opening() as driver:
        driver.fields(**FAST)
        first = await driver.ask("How much is this?")
        second = await driver.ask("And this, which is longer than that?")
        await driver.idle()
        await asked_from_the_status_line(driver)
        panel = driver.window.panels["money"]
        assert isinstance(panel, MoneyPanel)
        table = panel.page.table
        await until(lambda: texts(table, "runs") == ["2"])
        costs = [run.cost.usd for run in (first, second) if run.cost and run.cost.usd]
        assert len(costs) == 2
        (group,) = table.model_.rows
        assert group.sums.usd == sum(costs, Decimal(0))

        driver.click(panel.page.figures["spent"])
        assert words.exact(sum(costs, Decimal(0))) in rows_of(popup(panel))
        driver.click(driver.button("Show the runs", popup(panel)))
        await until(lambda: len(table.model_.ids or ()) == 2)
        assert panel.view.kind == "run" and panel.range.back.isVisible()

        await pick(table, 0, "cost")
        await until(lambda: any(one.isVisible() for one in panel.findChildren(Details)))
        told = rows_of(popup(panel))
        assert any("× $2/M" in text for text in told)
        assert words.exact(costs[1]) in told
        popup(panel).close()

        panel.copy_csv()
        await until(lambda: "Copied 2 rows" in driver.seen())
        heads, *lines = csv.reader(io.StringIO(QApplication.clipboard().text(), newline=""))
        amounts = [Decimal(row[heads.index("Cost (USD)")]) for row in lines]
        assert amounts == costs[::-1]

        await pick(table, 1, "session")
        await until(lambda: driver.desk.run is first)
        assert driver.window.panel == "chat"
        await driver.idle()


async def pick(table: MoneyTable, number: int, key: str) -> None:
    index = table.model_.index(number, column(table, key))
    table.grab()  # what is seen is read
    await until(lambda: texts_at(table, number, key) != WAITING)
    QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(index).center())


async def asked_from_the_status_line(driver: Driver) -> None:
    assert driver.desktop.shell is not None
    status = driver.desktop.shell.status
    driver.click(status._session)
    (details,) = status.findChildren(Details)
    driver.click(driver.button("Open Money", details))
    await until(lambda: driver.window.panel == "money")


@pytest.mark.usefixtures("priced")
async def test_runs_that_end_are_added_while_somebody_looks(opening: Opening) -> None:
    async with opening() as driver:
        driver.desk.wanted.emit("money")
        panel = driver.window.panels["money"]
        assert isinstance(panel, MoneyPanel)
        await driver.shows("Nothing has been run yet")
        driver.button("Ask a model something").click()
        driver.fields(**FAST)
        await driver.ask("One.")
        await driver.idle()
        assert panel._stale and panel._round == 1  # nobody looked
        driver.desk.wanted.emit("money")
        await until(lambda: panel.page.figures["runs"].number == "1")
        driver.desk.go(driver.desk.workspace.ask(driver.desk.session, "Two."))
        await until(lambda: panel.page.figures["runs"].number == "2")
        panel.pages.pick(1)
        await until(lambda: bool(panel.speed.table.model_.rows))
        (row,) = panel.speed.table.model_.rows
        assert (row.runs, len(row.took)) == (2, 2)
        await driver.idle()
