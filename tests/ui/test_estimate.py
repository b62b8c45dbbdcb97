"""What the next request will cost: the line in the composer, what is behind it, when it comes."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel

from playground.core.budget import Budgets
from playground.core.pricebook import PriceBook
from playground.core.problem import Problem
from playground.core.profile import Profile
from playground.core.variables import Variable
from playground.engine.budget import Spent
from playground.engine.estimate import Estimate, estimate
from playground.ui.panels.compare import ComparePanel
from playground.ui.widgets.estimatewords import (
    all_passed,
    line,
    lines,
    many,
    passed,
    refused,
    sections,
)
from tests.driver import Driver, prepare
from tests.loop import until
from tests.window import Opening

WHEN = datetime(2026, 11, 20, 12, tzinfo=UTC)
OPENAI = Profile(id="o", name="", base_url="https://api.openai.com/v1")
GATEWAY = Profile(id="g", name="", base_url="https://gateway.example/v1")
HERE = Profile(id="h", name="", base_url="http://127.0.0.1:1/v1")
THOUSAND = " ".join(["hello"] * 1000)
FREE = Budgets()


def guess(
    profile: Profile = OPENAI, window: int | None = None, book: PriceBook | None = None, **body: Any
) -> Estimate:
    body = {"model": "gpt-5", "input": THOUSAND, **body}
    return estimate(body, profile, WHEN, window=window, book=book)


# The line.


@pytest.mark.parametrize(
    ("one", "long", "short"),
    [
        (guess(max_output_tokens=100), "est. 1000 tok · $0.0013–$0.0023", "1000 tok"),
        (guess(), "est. 1000 tok · ≥ $0.0013", "1000 tok"),
        (guess(max_output_tokens=0), "est. 1000 tok · $0.0013", "1000 tok"),
        (guess(model="gpt-5.4-mini"), "est. ≈ 1000 tok · ≥ $0.000750", "≈ 1000 tok"),
        (guess(GATEWAY), "est. 1000 tok · cost unknown", "1000 tok"),
        (guess(model="gpt-99"), "est. ≈ 1000 tok · cost unknown", "≈ 1000 tok"),
        (guess(HERE, max_output_tokens=5), "est. 1000 tok · $0", "1000 tok"),
        (guess(window=900), "est. 1000 tok · ≥ $0.0013 · too long", "too long"),
        (
            guess(window=1050, max_output_tokens=100),
            "est. 1000 tok · $0.0013–$0.0023 · may be too long",
            "may be too long",
        ),
    ],
)
def test_the_line_in_the_composer(one: Estimate, long: str, short: str) -> None:
    made = line(one, {}, FREE)
    assert (made.long, made.short, made.warns) == (long, short, "too long" in long)


def test_several_requests_stand_in_one_line() -> None:
    bound = guess(max_output_tokens=100)
    other = guess(model="gpt-5.4-mini", max_output_tokens=100)
    free = guess(HERE, model="local")
    assert lines([bound], {}, FREE) == line(bound, {}, FREE)
    assert lines([bound, bound], {}, FREE).long == ("est. 2000 tok in 2 requests · $0.0025–$0.0045")
    assert lines([bound, free], {}, FREE).long.endswith("in 2 requests · $0.0013–$0.0023")
    assert lines([bound, guess()], {}, FREE).long.endswith("· ≥ $0.0025")
    assert lines([bound, guess(GATEWAY)], {}, FREE).long.endswith("· ≥ $0.0013")
    assert lines([free, free], {}, FREE).long.endswith("· $0")
    long = lines([bound, guess(window=900)], {}, FREE)
    assert long.warns and long.short == "too long" and "gpt-5: That is more than" in long.told
    # Each is a run of its own; all of them are of one day.
    run, day = [Budgets.model_validate({scope: {"usd": "0.002"}}) for scope in ("run", "day")]
    assert all_passed([bound, bound], {}, run) == []
    assert all_passed([bound, bound], {}, day) == ["a day"]
    assert lines([bound, bound], {}, day).long.endswith("· over budget")
    made = many([bound, other], {}, day)
    assert made[0].rows[0] == ("gpt-5", "1000 · $0.0013–$0.0023")
    assert made[0].rows[-1] == ("together", "≈ 2000 · $0.0020–$0.0035")
    assert ("input", "1000 × $0.75/M = $0.00075") in made[3].rows


def test_a_price_that_is_not_known_is_never_nothing() -> None:
    for one in (guess(GATEWAY), guess(model="gpt-99"), guess(service_tier="batch", model="gpt-99")):
        assert "$" not in line(one, {}, FREE).long
        assert all("$0" not in value for part in sections(one, {}, FREE) for _, value in part.rows)


def test_what_cannot_be_sent_says_so_in_its_place() -> None:
    made = refused(Problem(title="The variable city has no value.", detail="Give it one."))
    assert made.warns and "city has no value" in made.told


# Budgets.


@pytest.mark.parametrize(
    ("budgets", "spent", "over"),
    [
        ({"run": {"usd": "0.00125"}}, Spent(), False),
        ({"run": {"usd": "0.001249"}}, Spent(), True),
        ({"day": {"usd": "1"}}, Spent(Decimal("0.99874")), False),
        ({"day": {"usd": "1"}}, Spent(Decimal("0.999")), True),
        ({"day": {"tokens": 1999}}, Spent(tokens=1000), True),
        ({"day": {"tokens": 2000}}, Spent(tokens=1000), False),
    ],
)
def test_it_warns_of_what_a_budget_would_hold_back(
    budgets: dict[str, Any], spent: Spent, over: bool
) -> None:
    held = Budgets.model_validate(budgets)
    assert bool(passed(guess(), {"day": spent}, held)) is over
    assert ("over budget" in line(guess(), {"day": spent}, held).long) is over


def test_a_budget_of_money_holds_back_what_has_no_price_and_not_what_is_free() -> None:
    held = Budgets.model_validate({"month": {"usd": "100"}})
    assert passed(guess(GATEWAY), {}, held) == ["a month"]
    assert passed(guess(HERE), {}, Budgets.model_validate({"month": {"usd": 0}})) == []


# What is behind it.


def test_the_arithmetic_can_be_added_up() -> None:
    used = {"session": Spent(Decimal("0.3"), 40, 1)}
    held = Budgets.model_validate({"session": {"usd": "1", "tokens": 50_000}})
    made = {part.head: part for part in sections(guess(max_output_tokens=100), used, held)}
    assert dict(made["Tokens of the next request"].rows)["longest answer"] == "100"
    assert dict(made["Room"].rows)["left for the answer"] == "399000"
    least = made["Least: with what should be cached, without the answer"].rows
    assert least[:2] == [("input", "1000 × $1.25/M = $0.00125"), ("total", "$0.00125")]
    assert least[2][1].startswith("genai-prices") and least[2][1].endswith("2026-11-10")
    most = made["Most: with the longest answer, and nothing cached"].rows
    assert most == [
        ("input", "1000 × $1.25/M = $0.00125"),
        ("output", "100 × $10/M = $0.001"),
        ("total", "$0.00225"),
    ]
    assert made["Left of the budgets"].rows == [
        ("a session", "at most $0.7 of $1 · 49960 of 50000 tokens")
    ]
    assert any("vocabulary of gpt-5" in text for text in made["What this rests on"].sentences)


def test_why_a_cost_is_not_known_is_said_and_the_users_own_price_is_named() -> None:
    heads = [part.head for part in sections(guess(GATEWAY), {}, FREE)]
    assert "Least: cost unknown" in heads
    row = {"server": "g", "model": "*", "from": "2026-02-03", "input": "1", "output": "2"}
    book = PriceBook.model_validate({"prices": [row]})
    made = sections(guess(GATEWAY, book=book), {}, FREE)
    least = next(part for part in made if part.head.startswith("Least"))
    assert ("price", "your own price, in force from 2026-02-03 on estimated tokens") in least.rows


# The window.


async def settled(driver: Driver) -> None:
    chip = driver.chat.estimate
    await until(lambda: chip.settled)


async def test_it_comes_a_moment_after_typing_and_rests_when_nothing_is_typed(
    home: Path, opening: Opening
) -> None:
    prepare(home, "https://api.openai.com/v1", id="mine", model="gpt-5")
    async with opening() as driver:
        chip, draft = driver.chat.estimate, driver.chat.composer.draft
        assert not chip.isVisible() and not chip._wait.isActive()
        driver.fields(max_output_tokens=100)
        assert not chip._wait.isActive()  # nothing is typed

        driver.type("hello hello hello", draft)
        assert chip._wait.isActive()
        await driver.shows("est. 3 tok · $0.000004–$0.0010")
        await settled(driver)  # the draft was saved meanwhile
        made = chip.open()
        assert made is not None
        texts = [label.text() for label in made.findChildren(QLabel)]
        assert "3 × $1.25/M = $0.00000375" in texts
        made.close()

        # A setting is another one: so is the estimate.
        driver.fields(max_output_tokens=200)
        await driver.shows("$0.0020")
        # What is added and not sent costs nothing.
        driver.chat.composer.role.setCurrentText("developer")
        assert not chip.isVisible() and chip.settled
        driver.chat.composer.role.setCurrentText("user")
        await settled(driver)
        assert chip.isVisible()

        # What only looks like a template is one when it has variables: then a value is needed.
        session = driver.desk.session
        session.call = session.call.model_copy(update={"variables": [Variable(name="city")]})
        driver.type(" in {{city}}", draft)
        await driver.shows("no estimate")
        assert "city has no value" in chip.toolTip() and chip.known is None

        draft.clear()
        assert not chip.isVisible() and not chip._wait.isActive() and chip.settled
        await driver.idle()


async def test_columns_are_estimated_together(home: Path, opening: Opening) -> None:
    prepare(home, "https://api.openai.com/v1", id="mine", model="gpt-5")
    async with opening() as driver:
        driver.fields(max_output_tokens=100)
        driver.click(driver.chat.compare)
        panel = driver.window.panels["compare"]
        assert isinstance(panel, ComparePanel)
        panel.empty.buttons["here"].click()
        chip, other = panel.estimate, panel.columns[1].branch.column
        assert not chip.isVisible() and not chip._wait.isActive()
        panel.composer.draft.setFocus()
        driver.type("hello hello hello")
        await driver.shows("est. 6 tok in 2 requests · $0.000008–$0.0020")
        await until(lambda: chip.settled)
        other.call = other.call.model_copy(update={"model": "gpt-5-nano"})
        panel.columns[1].show_column()
        panel._keep()
        await until(lambda: chip.settled)
        made = chip.open()
        assert made is not None
        texts = [label.text() for label in made.findChildren(QLabel)]
        assert "3 × $0.05/M = $0.00000015" in texts and "together" in texts
        made.close()
        # A column that is asked by itself is asked what stands in its own field.
        other.synced = False
        panel._keep()
        await driver.shows("est. 3 tok · ")
        await until(lambda: chip.settled)
        panel.composer.draft.clear()
        assert not chip.isVisible() and not chip._wait.isActive()
        await driver.idle()
