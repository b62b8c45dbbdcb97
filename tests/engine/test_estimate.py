"""What a request will use and cost, said before it is sent."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from playground.core.pricebook import OwnPrice, PriceBook
from playground.core.profile import Profile
from playground.engine.estimate import Estimate, estimate, estimated
from playground.engine.preview import next_request
from tests.engine.conftest import Opening
from tests.engine.test_preview import saying

WHEN = datetime(2026, 11, 20, tzinfo=UTC)
OPENAI = Profile(id="o", name="", base_url="https://api.openai.com/v1")
HUNDRED = " ".join(["hello"] * 100)
"""A hundred tokens of the vocabulary of gpt-5."""


def made(text: str = HUNDRED, /, *, profile: Profile = OPENAI, **more: Any) -> Estimate:
    known = {name: more.pop(name) for name in ("book", "previous", "window") if name in more}
    body = {"model": "gpt-5", "input": [{"role": "user", "content": text}], **more}
    return estimate(body, profile, WHEN, **known)


def has(seen: Estimate, words: str) -> bool:
    return any(words in one for one in seen.basis)


def test_the_words_are_counted_exactly_where_the_vocabulary_is_known() -> None:
    seen = made()
    assert (seen.input, seen.exact) == (100, True) and has(seen, "vocabulary of gpt-5")
    other = made(model="somebody-else")
    assert not other.exact and has(other, "is not known") and abs(other.input - 100) < 10


def test_the_least_is_the_input_and_the_most_has_the_longest_answer() -> None:
    seen = made(max_output_tokens=1000)
    assert seen.least.usd == Decimal("0.000125")  # 100·1.25
    assert seen.most is not None and seen.most.usd == Decimal("0.010125")  # 125 + 1000·10
    assert "on estimated tokens" in seen.least.source
    twice = made(max_completion_tokens=1000, n=2)
    assert twice.most is not None and twice.most.usd == Decimal("0.020125")


def test_without_a_limit_there_is_no_upper_bound() -> None:
    seen = made()
    assert seen.output is None and seen.most is None and has(seen, "no upper bound")


def test_writing_to_the_cache_is_in_the_most() -> None:
    seen = made(model="gpt-6-sol", max_output_tokens=0)
    assert seen.least.usd == Decimal("0.0002") and seen.most is not None
    assert seen.most.usd == Decimal("0.00025")


def test_what_should_be_cached_makes_the_least_smaller() -> None:
    text = " ".join(["hello"] * 1100)
    before = {"model": "gpt-5", "input": [{"role": "user", "content": text}]}
    seen = made(text, previous=before)
    assert (seen.input, seen.cached) == (1100, 1024) and has(seen, "steps of 128")
    # 76·1.25 + 1024·.125 = 95 + 128
    assert seen.least.usd == Decimal("0.000223")
    gateway = Profile(id="g", name="", base_url="https://gateway.example")
    assert made(text, profile=gateway, previous=before).cached is None


@pytest.mark.parametrize(
    ("tier", "least", "most"),
    [
        (None, "0.000125", "0.010125"),
        ("default", "0.000125", "0.010125"),
        ("auto", "0.000125", "0.010125"),
        ("flex", "0.0000625", "0.0050625"),
        ("priority", "0.000125", "0.02025"),
    ],
)
def test_the_service_tier_bounds_the_cost(tier: str | None, least: str, most: str) -> None:
    more: dict[str, Any] = {"service_tier": tier} if tier else {}
    seen = made(max_output_tokens=1000, **more)
    assert seen.least.usd == Decimal(least)
    assert seen.most is not None and seen.most.usd == Decimal(most)


def test_without_a_price_both_are_unknown_and_say_why() -> None:
    seen = made(model="gpt-99", max_output_tokens=5)
    assert seen.least.usd is None and "no price for gpt-99" in seen.least.source
    assert seen.most is not None and seen.most.usd is None
    assert made(service_tier="scale").least.usd is None


def test_the_users_own_price_is_taken() -> None:
    row = OwnPrice(
        server="*", model="gpt-99", since=date(2026, 1, 1), input=Decimal(3), output=Decimal(0)
    )
    seen = made(model="gpt-99", book=PriceBook(prices=(row,)))
    assert seen.least.usd == 3 * Decimal(seen.input) / 1_000_000
    assert "your own price" in seen.least.source


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "attached"),
        ({"previous_response_id": "r"}, "keeps"),
        ({"tools": [{"type": "web_search"}]}, "by the call"),
        ({"web_search_options": {}}, "search of the web"),
    ],
)
def test_what_cannot_be_counted_leaves_no_upper_bound(more: dict[str, Any], words: str) -> None:
    seen = made(max_output_tokens=10, **more)
    assert has(seen, words) and seen.most is None and seen.least.usd is not None
    assert seen.fits == "unknown"
    function = made(max_output_tokens=10, tools=[{"type": "function", "name": "f"}])
    assert function.most is not None


@pytest.mark.parametrize(
    ("window", "limit", "fits"),
    [(99, None, "no"), (100, None, "yes"), (150, 50, "yes"), (149, 50, "tight")],
)
def test_whether_it_fits(window: int, limit: int | None, fits: str) -> None:
    more: dict[str, Any] = {} if limit is None else {"max_output_tokens": limit}
    assert made(window=window, **more).fits == fits


def test_the_window_is_the_servers_word_else_the_lists_else_unknown() -> None:
    assert made(window=123).window == 123
    seen = made()
    assert (seen.window, seen.fits) == (400_000, "yes") and has(seen, "reads 400000 tokens")
    assert (made(model="gpt-99").window, made(model="gpt-99").fits) == (None, "unknown")


async def test_the_next_request_of_a_session_is_estimated(opening: Opening) -> None:
    async with opening() as bench:
        session = bench.session(model="gpt-5", max_output_tokens=10)
        shown = next_request(bench.workspace, session, saying(HUNDRED), keyed=False)
        seen = await estimated(json.loads(shown.address.body), shown.profile, WHEN)
        assert (seen.model, seen.input, seen.exact) == ("gpt-5", 100, True)
        assert seen.least.usd == 0 and seen.least.source == "runs on this computer"
        assert seen.most is not None and seen.most.usd == 0


def test_the_type_of_a_schema_may_be_a_list() -> None:
    schema = {"type": "object", "properties": {"name": {"type": ["string", "null"]}}}
    seen = made(text={"format": {"type": "json_schema", "name": "a", "schema": schema}})
    assert seen.input > 0
    assert not has(seen, "attached")
