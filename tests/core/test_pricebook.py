"""The user's own prices: which one holds, and what is wrong with a table."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.pricebook import ANY, OwnPrice, PriceBook, read
from playground.core.problem import Failure
from playground.core.profile import Profile

DAY = date(2026, 11, 20)
MINE = Profile(id="mine", name="Mine", base_url="https://api.example.com/v1")


def row(price: str, **given: Any) -> dict[str, Any]:
    usual = {"server": ANY, "model": "gpt-5", "from": "2026-01-01", "output": "0"}
    return {**usual, "input": price, **given}


def table(*rows: dict[str, Any]) -> PriceBook:
    return read(json.dumps({"version": 1, "prices": rows}, indent=2))


def found(
    book: PriceBook,
    profile: Profile = MINE,
    model: str = "gpt-5",
    tier: str | None = None,
    day: date = DAY,
    size: int = 100,
) -> str | None:
    price = book.find(profile, model, tier, day, size)
    return None if price is None else str(price.input)


def test_amounts_keep_every_digit_that_was_written() -> None:
    text = """{"prices": [{"server": "*", "model": "m", "from": "2026-01-01",
        "input": 0.1234567890123456789, "output": "1e-7", "cached": 3}]}"""
    (price,) = read(text).prices
    assert price.input == Decimal("0.1234567890123456789")
    assert (price.output, price.cached) == (Decimal("0.0000001"), Decimal(3))


@pytest.mark.parametrize(
    ("server", "profile", "holds"),
    [
        ("mine", MINE, True),
        ("https://api.example.com", MINE, True),
        ("https://api.example.com:443/other", MINE, True),
        ("http://api.example.com", MINE, False),
        ("other", MINE, False),
        (ANY, MINE, True),
        (ANY, Profile(id="x", name="", base_url="http://127.0.0.1:8000"), False),
        ("http://127.0.0.1:8000", Profile(id="x", name="", base_url="http://127.0.0.1:8000"), True),
        (ANY, Profile(id="sandbox", name=""), False),
        ("sandbox", Profile(id="sandbox", name=""), True),
        ("", Profile(id="x", name=""), False),
    ],
)
def test_a_price_is_of_a_profile_of_an_address_or_of_every_server_elsewhere(
    server: str, profile: Profile, holds: bool
) -> None:
    assert found(table(row("1", server=server)), profile) == ("1" if holds else None)


def test_the_price_is_the_one_of_the_day() -> None:
    book = table(row("2", **{"from": "2026-06-01"}), row("1"), row("3", **{"from": "2027-01-01"}))
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 5, 31), date(2026, 6, 1), DAY)
    assert [found(book, day=day) for day in days] == [None, "1", "1", "2", "2"]


def test_what_is_said_more_closely_wins() -> None:
    book = table(
        row("1", model="*"),
        row("2", model="gpt-*"),
        row("3", model="GPT-5"),
        row("4", server="https://api.example.com", model="*"),
        row("5", server="mine", model="*"),
        row("6", server="mine", model="*"),
    )
    other = Profile(id="other", name="", base_url="https://elsewhere.example")
    alike = Profile(id="alike", name="", base_url="https://api.example.com/v2")
    assert [found(book, other, model) for model in ("gpt-5", "gpt-5-mini", "o3")] == ["3", "2", "1"]
    assert found(book, alike) == "4" and found(book) == "6"


def test_tiers_and_long_contexts_have_rows_of_their_own() -> None:
    book = table(row("1"), row("2", above=1000), row("3", tier="flex"))
    assert [found(book, size=size) for size in (1000, 1001)] == ["1", "2"]
    tiers = ("default", "auto", "standard", "flex", "batch")
    assert [found(book, tier=tier) for tier in tiers] == ["1", "1", "1", "3", None]
    later = table(row("2", above=1000), row("1", **{"from": "2026-02-01"}))
    assert found(later, size=5000) == "1"  # since then it costs the same at any size


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("", 1, "expecting value"),
        ('{"prices": [\n  {]', 2, "expecting property name"),
        ("[]", 1, "dictionary"),
        ('{"version": 1,\n "prizes": []}', 2, "not permitted"),
        ('{\n"version": 2, "prices": []}', 2, "newer Playground"),
        ('{"version": "1"}', 1, "version"),
        ('{"prices": [NaN]}', 1, "NaN is no amount"),
        ('{"prices": [\n{"server": "*"}]}', 2, "required"),
        ("[" * 5000, 1, ""),
    ],
)
def test_a_table_that_cannot_be_read_says_where_and_why(text: str, line: int, why: str) -> None:
    with pytest.raises(Failure) as caught:
        read(text)
    problem = caught.value.problem
    assert problem.detail.startswith(f"Line {line}: ") and why in problem.detail
    assert "built-in prices are used" in problem.title and not problem.bug


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("input", '"much"', "decimal"),
        ("input", "-1", "greater than or equal to 0"),
        ("input", "true", "no amounts"),
        ("from", '"2026-13-01"', "date"),
        ("from", '"soon"', "date"),
        ("above", "-5", "greater than or equal to 0"),
        ("ouput", '"1"', "not permitted"),
        ("calls", '{"web_search_call": "x"}', "decimal"),
    ],
)
def test_a_row_that_is_wrong_is_named_by_its_line(name: str, value: str, why: str) -> None:
    good = {name: json.dumps(value) for name, value in row("1").items()}
    first = ", ".join(f'"{key}": {said}' for key, said in good.items())
    second = ",\n".join(f'"{key}": {said}' for key, said in {**good, name: value}.items())
    text = f'{{"prices": [\n{{{first}}},\n{{{second}}}\n]}}'
    with pytest.raises(Failure) as caught:
        read(text)
    at = text.rindex(f'"{name}": ') + len(f'"{name}": ')
    line = text.count("\n", 0, at) + 1
    assert caught.value.problem.detail.startswith(f"Line {line}: prices › 2 › {name}")
    assert why in caught.value.problem.detail


amounts = st.decimals(min_value=0, max_value=10**6, allow_nan=False, places=9)


@given(
    st.lists(
        st.builds(
            OwnPrice,
            server=st.text(min_size=1),
            model=st.text(),
            tier=st.sampled_from(["standard", "flex", "batch"]),
            since=st.dates(),
            above=st.integers(0, 10**7),
            input=amounts,
            output=amounts,
            cached=st.none() | amounts,
            calls=st.dictionaries(st.text(), amounts, max_size=2),
        ),
        max_size=4,
    )
)
def test_what_is_written_is_read_again(prices: list[OwnPrice]) -> None:
    book = PriceBook(prices=tuple(prices))
    text = book.written()
    assert read(text) == book and read(text).written() == text
