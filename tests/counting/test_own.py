"""The arithmetic of the user's own prices, and that they are looked up first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from playground.core.pricebook import ANY, OwnPrice, PriceBook
from playground.core.profile import Profile
from playground.core.usage import Cost, Usage
from playground.counting.listed import version, window
from playground.counting.own import calculated
from playground.counting.prices import price

WHEN = datetime(2026, 11, 20, tzinfo=UTC)
OPENAI = Profile(id="openai", name="", base_url="https://api.openai.com/v1")


def own(**given: Any) -> OwnPrice:
    usual = {"server": ANY, "model": "*", "from": date(2026, 10, 1), "input": 2, "output": 10}
    return OwnPrice.model_validate({**usual, **given})


def usage(sound: tuple[int, int] = (0, 0), pictures: tuple[int, int] = (0, 0)) -> Usage:
    read = Usage.read({
        "input_tokens": 1000,
        "output_tokens": 100,
        "input_tokens_details": {
            "cached_tokens": 300,
            "cache_write_tokens": 200,
            "audio_tokens": sound[0],
            "image_tokens": pictures[0],
        },
        "output_tokens_details": {
            "reasoning_tokens": 40,
            "audio_tokens": sound[1],
            "image_tokens": pictures[1],
        },
    })  # fmt: skip
    assert read is not None
    return read


@pytest.mark.parametrize(
    ("more", "usd"),
    [
        ({}, "0.003"),  # 1000·2 + 100·10
        ({"cached": "0.2"}, "0.00246"),  # 700·2 + 300·.2 + 1000
        ({"cached": 0}, "0.0024"),  # 700·2 + 1000
        ({"cache_write": "2.5"}, "0.0031"),  # 800·2 + 200·2.5 + 1000
        ({"reasoning": 5}, "0.0028"),  # 2000 + 60·10 + 40·5
        ({"request": "0.005"}, "0.008"),
        ({"input": 0, "output": 0}, "0"),
        ({"calls": {"web_search_call": 10}}, "0.033"),  # 3000 + 3·10000
        ({"calls": {"web_search_call": "0"}}, "0.003"),
    ],
)
def test_each_price_is_taken_for_its_own_part(more: Mapping[str, Any], usd: str) -> None:
    calls = {"web_search_call": 3} if "calls" in more else {}
    made = calculated(own(**more), usage(), calls)
    assert (made.basis, made.usd, made.missing) == ("calculated", Decimal(usd), ())
    assert made.source == "your own price, in force from 2026-10-01"
    assert made.as_of == "2026-10-01"
    assert sum((line.usd for line in made.lines), Decimal(0)) == made.usd


def test_sound_and_pictures_are_text_where_nothing_else_is_said() -> None:
    seen = usage(sound=(100, 20), pictures=(50, 10))
    assert calculated(own(), seen, {}).usd == Decimal("0.003")
    made = calculated(
        own(audio_input=20, audio_output=40, image_input=6, image_output=30), seen, {}
    )
    # 850·2 + 100·20 + 50·6 + 70·10 + 20·40 + 10·30 = 1700 + 2000 + 300 + 700 + 800 + 300
    assert made.usd == Decimal("0.0058")


def test_tokens_of_two_kinds_at_once_are_unknown() -> None:
    made = calculated(own(cached=1, audio_input=20), usage(sound=(600, 0)), {})
    assert (made.basis, made.usd) == ("unknown", None) and "two kinds" in made.source


def test_hosted_calls_without_a_price_make_the_amount_a_least_one() -> None:
    made = calculated(own(), usage(), {"web_search_call": 1, "mcp_call": 0})
    assert made.at_least and made.missing == ("web_search_call",)
    assert made.source.endswith("; at least, without web_search_call")


def cost(*rows: OwnPrice, profile: Profile = OPENAI, tier: str | None = None, **raw: Any) -> Cost:
    counts = Usage(input=1000, output=100, raw=raw)
    book = PriceBook(prices=rows)
    return price(profile, "gpt-5-mini", counts, WHEN, service_tier=tier, book=book)


def test_own_prices_come_before_the_list_and_behind_the_server() -> None:
    assert cost(own()).usd == Decimal("0.003")
    assert cost(own(), cost=0.5).basis == "reported"
    listed_price = cost(own(**{"from": "2026-11-21"}))
    assert listed_price.usd == Decimal("0.00045") and "genai-prices" in listed_price.source
    assert cost(own(model="gpt-4*")).usd == Decimal("0.00045")


def test_a_tier_that_is_not_in_the_table_has_the_price_of_the_list() -> None:
    assert cost(own(), tier="flex").usd == Decimal("0.000225")
    assert cost(own(), own(tier="flex", input=1), tier="flex").usd == Decimal("0.002")


def test_a_server_on_this_computer_costs_something_when_it_is_named() -> None:
    here = Profile(id="gateway", name="", base_url="http://127.0.0.1:4000")
    assert cost(own(), profile=here).usd == 0
    assert cost(own(server="gateway"), profile=here).usd == Decimal("0.003")
    assert cost(own(server="http://127.0.0.1:4000"), profile=here).usd == Decimal("0.003")


def test_a_server_without_a_listed_price_gets_one() -> None:
    gateway = Profile(id="g", name="", base_url="https://gateway.example/v1")
    assert cost(profile=gateway).basis == "unknown"
    assert cost(own(), profile=gateway).usd == Decimal("0.003")


def test_counts_that_cannot_be_are_unknown_at_any_price() -> None:
    counts = Usage(input=1, cached=2)
    made = price(OPENAI, "gpt-5", counts, WHEN, book=PriceBook(prices=(own(),)))
    assert made.basis == "unknown" and "more parts" in made.source


def test_the_window_of_a_model_is_known_or_not() -> None:
    assert window(OPENAI.base_url, "gpt-5") == 400_000
    assert window(OPENAI.base_url, "gpt-99") is None
    assert window("https://gateway.example", "gpt-5") is None
    assert version().startswith("genai-prices 0.2.3 of 2026-")
