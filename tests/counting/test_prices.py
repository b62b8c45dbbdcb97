"""Reported, calculated with a dated price, or unknown; never zero for want of a price."""

from __future__ import annotations

import socket
import sys
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.core.profile import Profile
from playground.core.usage import Cost, Usage
from playground.counting.listed import RELEASED
from playground.counting.prices import price

WHEN = datetime(2026, 11, 20, tzinfo=UTC)
OPENAI = "https://api.openai.com/v1"


SERVER = Profile(id="p", name="P", base_url=OPENAI)
AUDIO = {
    "prompt_tokens": 100,
    "completion_tokens": 100,
    "prompt_tokens_details": {"audio_tokens": 30, "cached_tokens": 0},
    "completion_tokens_details": {"audio_tokens": 80},
}


def read(data: Any) -> Usage:
    usage = Usage.read(data)
    assert usage is not None
    return usage


def cost(
    model: str = "gpt-5-mini",
    base_url: str = OPENAI,
    when: datetime = WHEN,
    tier: str | None = None,
    **usage: Any,
) -> Cost:
    profile = Profile(id="p", name="P", base_url=base_url)
    return price(profile, model, Usage(**usage), when, service_tier=tier)


def rows(made: Cost) -> list[tuple[str, int, str, str]]:
    return [
        (line.what, line.tokens, str(line.per_million), f"{line.usd.normalize():f}")
        for line in made.lines
    ]


def test_a_calculated_cost_shows_its_arithmetic_source_and_date() -> None:
    made = cost(input=1000, cached=200, output=100, reasoning=40)
    assert made.basis == "calculated"
    assert made.usd == Decimal("0.000405")
    assert made.source == f"genai-prices {version('genai-prices')}"
    assert made.as_of == RELEASED[version("genai-prices")]
    assert rows(made) == [
        ("input", 800, "0.25", "0.0002"),
        ("cached input", 200, "0.025", "0.000005"),
        ("output", 100, "2", "0.0002"),
    ]


def test_the_installed_prices_have_their_date() -> None:
    assert version("genai-prices") in RELEASED, "say when this version was released"


def test_past_the_long_context_step_every_token_costs_more() -> None:
    below = cost("gpt-6-sol", input=272_000, cache_write=1000, output=10)
    above = cost("gpt-6-sol", input=272_001, cache_write=1000, output=10)
    assert [line.per_million for line in below.lines] == [Decimal(2), Decimal("2.5"), Decimal(10)]
    assert [line.per_million for line in above.lines] == [Decimal(4), Decimal(5), Decimal(15)]


def test_cached_input_without_a_price_of_its_own_costs_what_input_costs() -> None:
    made = cost("gpt-4-turbo", input=1000, cached=400, output=0)
    assert [line.per_million for line in made.lines] == [Decimal(10), Decimal(10)]
    assert made.usd == Decimal("0.01")


def test_a_fee_for_the_request_is_a_row_of_its_own() -> None:
    made = cost("sonar", "https://api.perplexity.ai", input=1000, output=100)
    assert made.lines[-1].what == "per request"
    assert made.lines[-1].usd > 0


def test_audio_has_its_own_price_where_the_model_has_one() -> None:
    made = price(SERVER, "gpt-audio-mini", read(AUDIO), WHEN)
    assert rows(made) == [
        ("input", 70, "0.6", "0.000042"),
        ("output", 20, "2.4", "0.000048"),
        ("audio input", 30, "10", "0.0003"),
        ("audio output", 80, "20", "0.0016"),
    ]
    assert not made.missing and not made.at_least


def test_a_part_without_a_price_makes_the_amount_a_least_one() -> None:
    made = price(SERVER, "gpt-5.5", read(AUDIO), WHEN)
    assert made.missing == ("audio input", "audio output")
    assert made.at_least and made.usd is not None
    assert made.source.endswith("; at least, without audio input, audio output")
    assert [line.what for line in made.lines] == ["input", "output"]


def test_hosted_tools_are_charged_by_the_call_or_make_the_amount_a_least_one() -> None:
    usage = Usage(input=100, output=10)
    calls = {"web_search_call": 3, "mcp_call": 2}
    made = price(SERVER, "gpt-5.5", usage, WHEN, calls=calls)
    bare = price(SERVER, "gpt-5.5", usage, WHEN)
    assert made.usd is not None and bare.usd is not None
    assert made.usd - bare.usd == Decimal("0.03")
    assert made.lines[-1].what == "web searches" and made.lines[-1].tokens == 3
    assert not made.missing
    sandboxed = price(SERVER, "gpt-5.5", usage, WHEN, calls={"code_interpreter_call": 1})
    assert sandboxed.missing == ("code interpreter calls",)
    assert sandboxed.usd == bare.usd and sandboxed.at_least


def test_reasoning_with_its_own_price_is_taken_out_of_the_output() -> None:
    made = cost("sonar-deep-research", "https://api.perplexity.ai", output=100, reasoning=40)
    assert rows(made)[:2] == [("reasoning", 40, "3", "0.00012"), ("output", 60, "8", "0.00048")]


@given(
    st.sampled_from(["gpt-5-mini", "gpt-6-sol", "gpt-4-turbo", "gpt-5.4", "o3"]),
    st.integers(0, 400_000),
    st.integers(0, 400_000),
    st.integers(0, 400_000),
    st.integers(0, 100_000),
)
def test_the_rows_add_up_to_the_total(
    model: str, fresh: int, cached: int, write: int, output: int
) -> None:
    made = cost(model, input=fresh + cached + write, cached=cached, cache_write=write,
                output=output)  # fmt: skip
    assert made.basis == "calculated"
    assert sum((line.usd for line in made.lines), Decimal(0)) == made.usd
    assert all(line.per_million is not None for line in made.lines)


@pytest.mark.parametrize(("tier", "usd"), [
    (None, "0.00045"), ("default", "0.00045"), ("auto", "0.00045"), ("on_demand", "0.00045"),
    ("flex", "0.000225"), ("priority", "0.00081"), ("fast", "0.00081"), ("batch", "0.000225"),
])  # fmt: skip
def test_service_tiers_have_their_prices(tier: str | None, usd: str) -> None:
    assert cost(tier=tier, input=1000, output=100).usd == Decimal(usd)


def test_a_tier_without_a_known_price_is_unknown() -> None:
    before = datetime(2026, 9, 1, tzinfo=UTC)  # the flex price is known since October
    for made in (
        cost(tier="flex", when=before, input=1000),
        cost("gpt-4-turbo", tier="flex", input=1000),
    ):
        assert (made.basis, made.usd) == ("unknown", None)
        assert "flex" in made.source


@pytest.mark.parametrize(
    ("model", "base_url", "usage", "why"),
    [
        ("gpt-99", OPENAI, {"input": 1}, "no price for gpt-99 at OpenAI"),
        ("gpt-5", "https://gateway.example/v1", {"input": 1}, "no prices for this server"),
        ("gpt-5", "http://192.168.1.2:11434/v1", {"input": 1}, "no prices for this server"),
        ("gpt-5", "http://127.0.0.1.evil.example", {"input": 1}, "no prices for this server"),
        ("", OPENAI, {"input": 1}, "no price"),
        ("whisper-1", OPENAI, {"input": 1}, "no input price"),
        ("text-embedding-3-small", OPENAI, {"input": 1, "output": 1}, "no output price"),
        ("gpt-5", OPENAI, {"input": 1, "cached": 2}, "more parts than the whole"),
        ("gpt-5", OPENAI, {"input": 1, "output": 1, "reasoning": 2}, "more parts than the whole"),
    ],
)
def test_unknown_stays_unknown_and_says_why(
    model: str, base_url: str, usage: dict[str, int], why: str
) -> None:
    made = cost(model, base_url, **usage)
    assert (made.basis, made.usd, made.lines) == ("unknown", None, ())
    assert why in made.source


@pytest.mark.parametrize(
    ("profile_id", "base_url"),
    [
        ("local", ""),
        ("sandbox", ""),
        ("local", "http://127.0.0.1:5000/v1"),
        ("ollama", "http://127.0.0.1:11434/v1"),
        ("x", "http://localhost:8000"),
        ("x", "http://[::1]:8000"),
    ],
)
def test_a_server_on_this_computer_costs_nothing_and_says_why(
    profile_id: str, base_url: str
) -> None:
    profile = Profile(id=profile_id, name="", base_url=base_url)
    made = price(profile, "any", Usage(input=5, output=5), WHEN)
    assert (made.basis, made.usd) == ("calculated", 0)
    assert made.source == "runs on this computer"


@pytest.mark.parametrize("base_url", ["https://openrouter.ai/api/v1", "http://127.0.0.1:4000"])
def test_what_the_server_reports_comes_first(base_url: str) -> None:
    made = cost("m", base_url, input=1, raw={"cost": 0.000015})
    assert (made.basis, made.usd, made.as_of) == ("reported", Decimal("0.000015"), "2026-11-20")


@pytest.mark.parametrize("given", [None, True, "free", -1, float("nan"), float("inf"), {"a": 1}])
def test_a_reported_cost_that_is_no_amount_is_not_one(given: Any) -> None:
    assert cost(input=1000, output=100, raw={"cost": given}).basis == "calculated"


def test_a_price_on_estimated_tokens_says_so() -> None:
    assert cost(input=1000, basis="estimated").source.endswith("on estimated tokens")


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("a price was looked up on the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert cost(input=1).basis == "calculated"


def test_without_the_package_the_price_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "genai_prices", None)
    made = cost(input=1)
    assert (made.basis, made.usd) == ("unknown", None)
    assert "not installed" in made.source
