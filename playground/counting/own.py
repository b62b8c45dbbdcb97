"""The arithmetic of a price that the user gave."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from playground.core.pricebook import STANDARD, OwnPrice
from playground.core.usage import Cost, Line, Usage

MILLION = Decimal(1_000_000)


def calculated(price: OwnPrice, usage: Usage, calls: Mapping[str, int]) -> Cost:
    """What an answer costs at this price. What it does not say is counted like text, or like what
    it is a part of; hosted calls that it does not name make the amount a least one."""
    since = price.since.isoformat()
    tier = "" if price.tier in STANDARD else f" for {price.tier}"
    above = f", with more than {price.above} input tokens" if price.above else ""
    source = f"your own price{tier}, in force from {since}{above}"
    parts = (
        ("audio input", "input", usage.part("input", "audio_tokens"), price.audio_input),
        ("image input", "input", usage.part("input", "image_tokens"), price.image_input),
        ("audio output", "output", usage.part("output", "audio_tokens"), price.audio_output),
        ("image output", "output", usage.part("output", "image_tokens"), price.image_output),
    )
    given = sum(count for _, whole, count, own in parts if whole == "input" and own is not None)
    made = sum(count for _, whole, count, own in parts if whole == "output" and own is not None)
    thought = usage.reasoning if price.reasoning is not None else 0
    fresh = usage.input - usage.cached - usage.cache_write - given
    if fresh < 0 or usage.output - thought - made < 0:
        return Cost(
            source=f"Some tokens are of two kinds that have prices of their own; {source}",
            as_of=since,
        )
    rows = (
        ("input", fresh, price.input),
        ("cached input", usage.cached, price.input if price.cached is None else price.cached),
        (
            "cache write",
            usage.cache_write,
            price.input if price.cache_write is None else price.cache_write,
        ),
        ("reasoning", thought, price.reasoning),
        ("output", usage.output - thought - made, price.output),
        *((words, count, own) for words, _, count, own in parts),
    )
    lines = [
        Line(what=what, tokens=count, per_million=rate, usd=rate * count / MILLION)
        for what, count, rate in rows
        if count and rate is not None
    ]
    lines += [
        Line(what=kind, tokens=count, per_million=None, usd=price.calls[kind] * count / 1000)
        for kind, count in calls.items()
        if count and kind in price.calls
    ]
    if price.request:
        lines.append(Line(what="per request", tokens=0, per_million=None, usd=price.request))
    missing = tuple(kind for kind, count in calls.items() if count and kind not in price.calls)
    without = f"; at least, without {', '.join(missing)}" if missing else ""
    estimated = " on estimated tokens" if usage.basis == "estimated" else ""
    return Cost(
        basis="calculated",
        usd=sum((line.usd for line in lines), Decimal(0)),
        source=f"{source}{estimated}{without}",
        as_of=since,
        lines=tuple(lines),
        missing=missing,
    )
