"""Budgets: what is typed into a field, what is said of it, and what is kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from playground.core.budget import Budget, Budgets
from playground.engine.budget import Spent
from playground.ui.widgets.budgetform import BudgetForm
from playground.ui.widgets.budgetrow import NONE, BudgetRow
from playground.ui.widgets.budgetvalues import (
    LIMITS,
    Limit,
    amount,
    put,
    summary,
    typed,
    used,
    value,
    whole,
)

USD = Limit("run", "usd")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.25", "0.25"), ("$5", "5"), (" 1250 ", "1250"), (".5", "0.5"), ("3.", "3"), ("0", "0"),
        ("0.123456789012345678", "0.123456789012345678"),
    ],
)  # fmt: skip
def test_an_amount_keeps_every_digit(text: str, number: str) -> None:
    assert amount(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["1,250", "0,25", "-1", "1e3", "NaN", "Infinity", "five", "0.1.2", "٣", "9" * 40]
)
def test_what_is_no_amount_is_told_of(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        amount(text)


@pytest.mark.parametrize(
    ("text", "number"), [("20000", 20000), ("20,000", 20000), ("1 000 000", 1000000), ("", None)]
)
def test_a_count_may_have_its_thousands_apart(text: str, number: int | None) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("text", ["1.5", "20,00", "12k", "-1", "many", "1" * 40])
def test_what_is_no_count_is_told_of(text: str) -> None:
    with pytest.raises(ValueError, match=r"\.$"):
        whole(text)


def test_every_limit_is_put_where_it_is_read_from() -> None:
    budgets = Budgets()
    for number, limit in enumerate(LIMITS, 1):
        given = Decimal(number) / 8 if limit.unit == "usd" else number
        budgets = put(budgets, limit, given)
    assert [value(budgets, limit) for limit in LIMITS] == [
        Decimal(number) / 8 if limit.unit == "usd" else number
        for number, limit in enumerate(LIMITS, 1)
    ]
    assert Budgets.model_validate_json(budgets.model_dump_json()) == budgets


def test_all_of_them_in_a_line() -> None:
    assert summary(Budgets()) == ""
    made = Budgets.model_validate(
        {"run": {"usd": "0.20"}, "day": {"usd": 5}, "month": {"tokens": 2_000_000},
         "requests": 1, "seconds": 120}
    )  # fmt: skip
    assert summary(made) == "$0.2 a run · $5 a day · 2.0M tokens a month · 1 request · 120 s"


@pytest.mark.parametrize(
    ("spent", "budget", "said"),
    [
        (Spent(Decimal("0.05"), 900), {"usd": "0.20"}, "$0.0500 (25 %) · 900 tokens"),
        (Spent(Decimal("0.2"), 900), {"usd": "0.2"}, "$0.2000 (used up) · 900 tokens"),
        (Spent(Decimal(0), 900), {"usd": 0, "tokens": 1800}, "$0.00 · 900 tokens (50 %)"),
        (Spent(Decimal(1), 5, 2), {},
         "at least $1.00 · 5 tokens · what 2 answers cost is not known"),
    ],
)  # fmt: skip
def test_what_was_used_is_held_against_its_budget(
    spent: Spent, budget: dict[str, Any], said: str
) -> None:
    assert used(spent, Budget.model_validate(budget)) == said


def test_what_is_typed_is_kept_when_it_is_a_number_and_else_told_in_place(
    qtbot: QtBot,
) -> None:
    form = BudgetForm()
    qtbot.addWidget(form)
    form.show_budgets(Budgets())
    form.show()
    kept: list[Budgets] = []
    form.changed.connect(kept.append)
    field = form.fields[USD]
    QTest.keyClicks(field, "0,2")
    assert form.wrong and kept == [] and "dot" in form._said["run"].text()
    assert form._said["run"].isVisible() and field.property("wrong")
    field.settle()
    assert kept == []
    field.clear()
    QTest.keyClicks(field, "0")
    assert not form.wrong and "Servers on this computer are free" in form._said["run"].text()
    assert kept == []  # half a number is none yet
    field.settle()
    assert [one.run.usd for one in kept] == [Decimal(0)]
    field.clear()
    field.settle()
    assert kept[-1].run.usd is None and not form._said["run"].isVisible()


def test_a_form_shows_what_is_set_as_it_would_be_typed(qtbot: QtBot) -> None:
    form = BudgetForm()
    qtbot.addWidget(form)
    form.show_budgets(Budgets.model_validate({"run": {"usd": "1E+3"}, "seconds": 90}))
    assert form.fields[USD].text() == "1000"
    assert form.fields[Limit("run", "seconds")].text() == "90"
    assert typed(None) == ""


def test_the_line_among_the_settings(qtbot: QtBot) -> None:
    row = BudgetRow()
    qtbot.addWidget(row)
    assert row.words.text() == NONE
    row.show_budgets(Budgets.model_validate({"run": {"usd": "0.2"}}))
    assert row.words.text() == "$0.2 a run"
