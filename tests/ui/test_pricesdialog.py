"""The user's own prices: what is typed, what is wrong with it, what is written; nothing is lost."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QLineEdit

from playground.core.pricebook import OwnPrice, PriceBook
from playground.core.pricebook import read as read_book
from playground.core.profile import Profile
from playground.core.usage import Usage
from playground.counting.pricecopies import copies
from playground.counting.prices import price as priced
from playground.ui.widgets.pricedraft import draft, read, whose
from playground.ui.widgets.pricenow import look
from playground.ui.widgets.pricesdialog import MEANWHILE, PricesDialog
from playground.ui.widgets.pricetable import Entry, PriceModel
from tests.driver import Driver, prepare
from tests.loop import until
from tests.window import Opening

WHEN = datetime(2026, 11, 20, 12, tzinfo=UTC)
OPENAI = Profile(id="openai", name="OpenAI", base_url="https://api.openai.com/v1")
ROW = {"server": "here", "model": "sandbox", "tier": "standard", "since": "2026-01-01",
       "input": "0.25", "output": "2"}  # fmt: skip
PRICE = OwnPrice.model_validate(
    {"server": "*", "model": "gpt-5*", "tier": "flex", "from": "2026-02-03", "above": 272_000,
     "input": "0.1234567890123456789", "cached": "1E-7", "cache_write": 3, "output": "0",
     "reasoning": "7", "request": "0.0005", "calls": {"web_search_call": "10.5"}}
)  # fmt: skip


# What is typed.


def test_a_price_is_the_same_after_it_was_typed() -> None:
    assert read(draft(PRICE)) == (PRICE, {})


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("server", "", "which server"),
        ("model", "  ", "which model"),
        ("since", "yesterday", "year-month-day"),
        ("since", "2026-02-30", "year-month-day"),
        ("above", "-1", "0 or more"),
        ("above", "1.5", "no whole number"),
        ("input", "", "needed"),
        ("input", "0,25", "with a dot"),
        ("output", "1e3", "no amount"),
        ("cached", "NaN", "no amount"),
        ("request", "-2", "0 or more"),
        ("calls", "web_search_call", "no price behind it"),
        ("calls", "web_search_call ten", "no amount"),
    ],
)
def test_what_cannot_be_used_is_told_at_its_field(field: str, text: str, words: str) -> None:
    price, wrong = read({**ROW, field: text})
    assert price is None and list(wrong) == [field] and words in wrong[field]


def test_every_amount_is_decimal_from_the_first_digit() -> None:
    price, _ = read({**ROW, "input": "0.1", "cached": "0.2"})
    assert price is not None and price.cached is not None
    assert price.input + price.cached == Decimal("0.3")
    assert price.since == date(2026, 1, 1)


def test_it_is_said_whom_a_price_is_for() -> None:
    here = Profile(id="vllm", name="My vLLM", base_url="http://127.0.0.1:8000")
    assert whose("*", ()) == "For every server but those on this computer."
    assert whose("openai", (OPENAI,)) == "For the server OpenAI."
    assert "costs nothing" in whose("vllm", (here,))
    assert whose("https://a.example/v1", ()) == "For every server at https://a.example:443."
    assert "never used" in whose("opnai", (OPENAI,))


# Copies of the list.


@pytest.mark.parametrize("size", [1000, 272_000, 272_001, 400_000])
def test_a_copy_of_the_listed_price_gives_the_same_amounts(size: int) -> None:
    book = PriceBook(prices=tuple(copies("openai", OPENAI.base_url, "gpt-5.4", WHEN)))
    used = Usage(input=size, cached=512, output=100)
    own = priced(OPENAI, "gpt-5.4", used, WHEN, book=book)
    listed = priced(OPENAI, "gpt-5.4", used, WHEN)
    assert own.usd == listed.usd and own.usd is not None
    assert "your own" in own.source and "genai-prices" in listed.source
    long = size > 272_000
    assert ("more than 272000 input tokens" in own.source) is long
    assert ("more than 272000 input tokens" in listed.source) is long


@pytest.mark.parametrize(
    ("url", "model"),
    [
        ("https://api.openai.com.gateway.example/v1", "gpt-5"),
        ("https://gateway.example/v1", "gpt-5"),
        ("https://api.openai.com/v1", "gpt-99"),
        ("", "gpt-5"),
    ],
)
def test_where_the_list_has_no_price_there_is_no_copy(url: str, model: str) -> None:
    assert copies("x", url, model, WHEN) == []


# What would be used now.


def test_the_price_that_is_used_is_said_with_where_it_is_from() -> None:
    now = look(OPENAI, "gpt-5", PriceBook(), WHEN)
    assert "$1.25 input" in now.words and "$10 output" in now.words and now.can_copy
    assert now.why.startswith("By genai-prices") and now.why.endswith("as of 2026-11-10.")
    mine = PRICE.model_copy(update={"tier": "standard", "above": 0})
    now = look(OPENAI, "gpt-5", PriceBook(prices=(mine,)), WHEN)
    assert now.why == "By your own price, in force from 2026-02-03."
    unknown = look(OPENAI, "gpt-99", PriceBook(), WHEN)
    assert unknown.words == "" and "no price for gpt-99" in unknown.why and not unknown.can_copy
    here = Profile(id="x", name="", base_url="http://127.0.0.1:1")
    assert look(here, "m", PriceBook(), WHEN).words == "$0"
    assert look(OPENAI, "", PriceBook(), WHEN).words == ""


# The table.


def test_a_row_says_whether_it_is_used_now_or_not_saved() -> None:
    model = PriceModel()
    model.show_rows([Entry(PRICE), Entry(PRICE, draft=ROW), Entry(None, ROW)], PRICE)
    assert [model.sign(row) for row in model.rows] == ["→", "•", "•"]
    texts = [model.cell(model.rows[0], column) for column in range(1, 10)]
    assert texts == [
        "*", "gpt-5*", "flex", "2026-02-03", "272000",
        "$0.1234567890123456789", "$0.0000001", "$3", "$0",
    ]  # fmt: skip
    assert model.cell(model.rows[2], 6) == "0.25"


# The window.


async def dialog(driver: Driver) -> PricesDialog:
    driver.desk.wanted.emit("prices")
    await driver.idle()
    found = driver.dialog()
    assert isinstance(found, PricesDialog)
    return found


def write(one: PricesDialog, **texts: str) -> None:
    for name, text in texts.items():
        field = one.form.fields[name]
        if isinstance(field, QComboBox):
            field.setEditText(text)
        else:
            assert isinstance(field, QLineEdit)
            field.setText(text)


async def test_prices_are_added_changed_removed_and_brought_back(
    home: Path, opening: Opening
) -> None:
    prepare(home, "http://127.0.0.1:9/v1")
    async with opening() as driver:
        file = home / "prices.json"

        def kept() -> list[OwnPrice]:
            return list(read_book(file.read_text()).prices) if file.exists() else []

        one = await dialog(driver)
        assert one.empty.isVisible() and not one.table.isVisible()
        driver.click(one.add)
        assert one.form.draft["server"] == "here" and not one.save.isEnabled()
        write(one, input="0,5", output="2")
        assert not one.save.isEnabled() and "dot" in one.form.about.text()
        write(one, input="0.5")
        driver.click(one.save)
        await until(lambda: [str(row.input) for row in kept()] == ["0.5"])
        await driver.idle()
        assert "$0.5 input" in one.now.toPlainText() and "your own" in one.why.toPlainText()

        # What is not saved is not lost by a click beside it, nor by the first click on Close.
        driver.click(one.twice)
        write(one, since="2026-12-01", input="0.6")
        one.table.go_to(0)
        assert one.form.draft["input"] == "0.5"
        one.table.go_to(1)
        assert one.form.draft["input"] == "0.6"
        one.reject()
        assert one.isVisible() and "not saved" in one.said.toPlainText()
        driver.click(one.save)
        await until(lambda: len(kept()) == 2)
        await driver.idle()

        # Somebody else writes the file: what they wrote stays, and what is typed here too.
        write(one, input="0.7")
        file.write_text(PriceBook(prices=(PRICE,)).written())
        driver.click(one.save)
        await until(lambda: one.said.toPlainText() == MEANWHILE)
        assert kept() == [PRICE] and [row.price for row in one._entries] == [PRICE, None]
        assert one.form.draft["input"] == "0.7"
        driver.click(one.save)
        await until(lambda: len(kept()) == 2)
        await driver.idle()

        one.table.go_to(0)
        driver.click(one.remove)
        await until(lambda: [str(row.input) for row in kept()] == ["0.7"])
        await driver.idle()
        driver.click(driver.button("Undo", one))
        await until(lambda: len(kept()) == 2 and kept()[0] == PRICE)
        await driver.idle()
        one.reject()


async def test_a_broken_table_is_told_of_with_its_line_and_never_written_over(
    home: Path, opening: Opening
) -> None:
    prepare(home, "http://127.0.0.1:9/v1")
    broken = '{"version": 1,\n "prices": [\n  {"server": "*", "input": oops}]}'
    (home / "prices.json").write_text(broken)
    async with opening() as driver:
        one = await dialog(driver)
        assert "Line 3" in driver.seen(one) and (home / "prices.json").read_text() == broken
        driver.click(one.add)
        write(one, input="0", output="0")
        driver.click(one.save)
        await until(lambda: "Saved" in one.said.toPlainText())
        aside = list(home.glob("prices.broken-*.json"))
        assert [path.read_text() for path in aside] == [broken]
        assert "Line 3" not in driver.seen(one)
        one.reject()
