"""The list of prices that is built in: genai-prices, as it was when it was released.

Nothing is ever fetched. What was used and has no price there is named, and makes the amount a least
one; where a price would have to be guessed, the whole amount is unknown. Importing the package
takes 220 ms, so that is done with the first look.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from playground.core.pricebook import STANDARD
from playground.core.usage import Cost, Line, Usage
from playground.counting.own import MILLION

if TYPE_CHECKING:
    from genai_prices.types import ModelInfo, ModelPrice, Provider, TieredPrices

RELEASED = {"0.2.3": "2026-11-10"}
"""When each version of the prices was published, ISO 8601: the package itself does not say."""

PARTS = (
    ("input", "audio", "audio input"),
    ("input", "image", "image input"),
    ("output", "audio", "audio output"),
    ("output", "image", "image output"),
)
"""Parts of the input and output that cost more than text."""

CALLS = {
    "web_search_call": ("web_searches", "web searches"),
    "file_search_call": ("storage_searches", "file searches"),
    "code_interpreter_call": ("code_executions", "code interpreter calls"),
    "image_generation_call": ("", "generated images"),
    "web_search_preview_call": ("", "web searches (preview)"),
    "web_search_options": ("", "web searches"),
}
"""Hosted tools that are charged by the call: how genai-prices counts them, and in words."""


def window(base_url: str, model: str) -> int | None:
    """Tokens that a model can read at once, as the list of prices has it."""
    try:
        from genai_prices.data_snapshot import get_snapshot
    except ImportError:
        return None
    prices = get_snapshot()
    try:
        provider = prices.find_provider(None, None, base_url)
        _, info = prices.find_provider_model(model, provider, None, None)
    except LookupError:
        return None
    return info.context_window if _whole_host(provider.api_pattern, base_url) else None


def standard(base_url: str, model: str, when: datetime) -> ModelPrice | None:
    """The standard prices of a model at an address, at a moment; None where there are none."""
    try:
        from genai_prices.data_snapshot import get_snapshot
    except ImportError:
        return None
    prices = get_snapshot()
    try:
        provider = prices.find_provider(None, None, base_url)
        _, info = prices.find_provider_model(model, provider, None, None)
    except LookupError:
        return None
    return info.get_prices(when) if _whole_host(provider.api_pattern, base_url) else None


def version() -> str:
    """Which list of prices is built in, and of when."""
    try:
        import genai_prices
    except ImportError:
        return "genai-prices is not installed: only your own prices are known"
    number = genai_prices.__version__
    return f"genai-prices {number} of {RELEASED.get(number, 'an unknown day')}"


def calculated(
    base_url: str,
    model: str,
    usage: Usage,
    when: datetime,
    tier: str | None,
    calls: Mapping[str, int],
) -> Cost:
    try:
        import genai_prices
        from genai_prices import types
        from genai_prices.data_snapshot import get_snapshot
    except ImportError:
        return Cost(source="The price list (genai-prices) is not installed.")
    version = genai_prices.__version__
    prices = get_snapshot()
    try:
        provider = prices.find_provider(None, None, base_url)
    except LookupError:
        provider = None
    if provider is None or not _whole_host(provider.api_pattern, base_url):
        return Cost(source=f"genai-prices {version} has no prices for this server.")
    try:
        provider, info = prices.find_provider_model(model, provider, None, None)
    except LookupError:
        return Cost(source=f"genai-prices {version} has no price for {model} at {provider.name}.")
    tier = None if tier in STANDARD else tier  # any other has prices of its own, or is unknown
    context = {"processing" if tier == "batch" else "service_tier": tier} if tier else None
    variants = _variants(provider, info, context, when)
    if tier and not variants:
        return Cost(source=f"genai-prices {version} has no {tier} price for {info.id}.")
    rates = info.get_prices(when, context)
    parts, called, missing = _apart(rates, usage, calls)
    lacking = _lacking(rates, usage)
    if not lacking and tier:
        lacking = _not_in_tier(info.get_prices(when), variants, usage, parts)
        lacking = lacking and f"{tier} {lacking}"
    if lacking:
        return Cost(source=f"genai-prices {version} has no {lacking} price for {info.id}.")
    counts = types.Usage(
        input_tokens=usage.input,
        cache_read_tokens=usage.cached,
        cache_write_tokens=usage.cache_write,
        output_tokens=usage.output,
        output_reasoning_tokens=usage.reasoning,
        **{f"{whole}_{name}_tokens": parts[whole, name] for whole, name in parts},
        **{unit: count for unit, (count, _) in called.items()},
    )
    try:
        usd = rates.calc_price(counts)["total_price"]
    except ValueError as error:  # this model's prices need counts that we do not have
        return Cost(source=f"genai-prices {version} cannot price these counts: {error}")
    without = f"; at least, without {', '.join(missing)}" if missing else ""
    estimated = " on estimated tokens" if usage.basis == "estimated" else ""
    special = _special(rates, tier, usage.input)
    return Cost(
        basis="calculated",
        usd=usd,
        source=f"genai-prices {version}{special}{estimated}{without}",
        as_of=RELEASED.get(version, ""),
        lines=_lines(rates, usage, parts, called, usd),
        missing=missing,
    )


Parts = dict[tuple[str, str], int]
"""Tokens that have a price of their own, by (whole, name)."""
Called = dict[str, tuple[int, str]]
"""(how often, in words) by the unit that is priced."""


def _apart(
    rates: ModelPrice, usage: Usage, calls: Mapping[str, int]
) -> tuple[Parts, Called, tuple[str, ...]]:
    """What has a price of its own, and what has none: that is counted as text, or not at all."""
    parts: Parts = {}
    called: Called = {}
    missing: list[str] = []
    for whole, name, words in PARTS:
        count = usage.part("input" if whole == "input" else "output", f"{name}_tokens")
        if count and getattr(rates, f"{whole}_{name}_mtok") is not None:
            parts[whole, name] = count
        elif count:
            missing.append(words)
    for kind, (unit, words) in CALLS.items():
        count = calls.get(kind, 0)
        if count and unit and _kcount(rates, unit) is not None:
            called[unit] = (count, words)
        elif count:
            missing.append(words)
    return parts, called, tuple(missing)


def _kcount(rates: ModelPrice, unit: str) -> Decimal | None:
    found = getattr(rates, f"{unit}_kcount")
    return found if isinstance(found, Decimal) else None


def _whole_host(pattern: str, base_url: str) -> bool:
    """A pattern ends where the name of the host may go on: api.openai.com.gateway.example."""
    found = re.match(pattern, base_url)
    if found is None or found[0][-1:] in (".", "/"):
        return found is not None
    return not re.match(r"[\w.-]", base_url[found.end() :])


def _variants(
    provider: Provider, info: ModelInfo, context: dict[str, str] | None, when: datetime
) -> list[ModelPrice]:
    """The prices of a service tier. A model that is listed under another provider (OpenAI's at
    Azure) has that provider's tiers, which say nothing here."""
    if context is None or not any(one is info for one in provider.models):
        return []
    return [
        variant.prices
        for variant in info.price_variants or ()
        if variant.when == context
        and (variant.constraint is None or variant.constraint.active(when))
    ]


def _not_in_tier(
    usual: ModelPrice, variants: Sequence[ModelPrice], usage: Usage, parts: Parts
) -> str:
    """What was used that has a standard price and none in the tier, which the arithmetic would
    take at the standard one; also a request past the size up to which the tier has one."""
    used = (
        ("input_mtok", usage.input, "input"),
        ("cache_read_mtok", usage.cached, "cached input"),
        ("cache_write_mtok", usage.cache_write, "cache write"),
        ("output_mtok", usage.output, "output"),
        *(
            (f"{whole}_{name}_mtok", parts[whole, name], words)
            for whole, name, words in PARTS
            if (whole, name) in parts
        ),
    )
    for key, count, words in used:
        standard = getattr(usual, key)
        if not count or standard is None:
            continue
        own = next((row for one in variants if (row := getattr(one, key)) is not None), None)
        if own is None:
            return words
        steps = [] if isinstance(standard, Decimal) else standard.tiers
        if isinstance(own, Decimal) and any(usage.input > step.start for step in steps):
            return "long-context"
    return ""


def _lacking(rates: ModelPrice, usage: Usage) -> str:
    """What was used but has no price here, which the arithmetic would take for free."""
    if usage.input and rates.input_mtok is None:
        return "input"
    if usage.output and rates.output_mtok is None:
        return "output"
    return ""


def _lines(
    rates: ModelPrice, usage: Usage, parts: Parts, called: Called, total: Decimal
) -> tuple[Line, ...]:
    """The arithmetic behind a total, row by row. The rows add up to it."""
    read, write = rates.cache_read_mtok, rates.cache_write_mtok
    thought = rates.output_reasoning_mtok
    apart = usage.reasoning if thought is not None else 0
    given = sum(count for (whole, _), count in parts.items() if whole == "input")
    made = sum(count for (whole, _), count in parts.items() if whole == "output")
    # Cached sound without a price of its own costs what sound costs, and is no text.
    cached = min(usage.cached, usage.input - given) if read is None else usage.cached
    room = usage.input - given - cached
    written = min(usage.cache_write, room) if write is None else usage.cache_write
    rows = (
        ("input", room - written, rates.input_mtok),
        ("cached input", cached, rates.input_mtok if read is None else read),
        ("cache write", written, rates.input_mtok if write is None else write),
        ("reasoning", apart, thought),
        ("output", usage.output - apart - made, rates.output_mtok),
        *(
            (words, parts[whole, name], getattr(rates, f"{whole}_{name}_mtok"))
            for whole, name, words in PARTS
            if (whole, name) in parts
        ),
    )
    lines: list[Line] = []
    for what, tokens, price in rows:
        rate = _rate(price, usage.input)
        if tokens > 0 and rate is not None:
            usd = rate * tokens / MILLION
            lines.append(Line(what=what, tokens=tokens, per_million=rate, usd=usd))
    for unit, (count, words) in called.items():
        if (thousand := _kcount(rates, unit)) is not None:
            usd = thousand * count / 1000
            lines.append(Line(what=words, tokens=count, per_million=None, usd=usd))
    rest = total - sum(line.usd for line in lines)
    if rest:  # a fee for the request itself
        lines.append(Line(what="per request", tokens=0, per_million=None, usd=rest))
    return tuple(lines)


def _special(rates: ModelPrice, tier: str | None, size: int) -> str:
    """Which of a model's prices these are, where it has several."""
    prices = (rates.input_mtok, rates.cache_read_mtok, rates.output_mtok)
    steps = [
        step.start
        for one in prices
        if one is not None and not isinstance(one, Decimal)
        for step in one.tiers
        if size > step.start
    ]
    words = f", {tier} prices" if tier else ""
    return f"{words}, for more than {max(steps)} input tokens" if steps else words


def _rate(given: Decimal | TieredPrices | None, size: int) -> Decimal | None:
    """Dollars a million at this size of input: past a step, the whole request costs more."""
    if given is None or isinstance(given, Decimal):
        return given
    steps = [tier.price for tier in given.tiers if size > tier.start]
    return steps[-1] if steps else given.base
