"""What a run cost: reported by the server, calculated from a dated price, or unknown.

In this order: what the server says itself, the user's own prices, nothing for a server on this
computer, and the list that is built in. The first look into that list takes 220 ms, so callers do
it in a worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from playground.core.pricebook import PriceBook
from playground.core.profile import OURS, Profile, is_loopback
from playground.core.usage import Cost, Usage
from playground.counting import listed, own

HERE = "runs on this computer"


def price(
    profile: Profile,
    model: str,
    usage: Usage,
    when: datetime,
    *,
    service_tier: str | None = None,
    calls: Mapping[str, int] | None = None,
    book: PriceBook | None = None,
) -> Cost:
    """The cost of one answer by `model` (as the server names it) at the moment `when`, with the
    hosted tools it called (their kind of item → how often).

    What the server itself reports comes first, then the user's own prices (`book`). A server on
    this computer costs nothing, whoever started it: a gateway at a loopback address that charges
    must report so itself, or have a price in the book. `service_tier` is the one that the server
    says it used. `when` is aware of its time zone.
    """
    reported = _reported(usage)
    if reported is not None:
        return Cost(
            basis="reported",
            usd=reported,
            source="the server",
            as_of=when.date().isoformat(),
        )
    day = when.astimezone(UTC).date()
    row = None if book is None else book.find(profile, model, service_tier, day, usage.input)
    whole = usage.cached + usage.cache_write <= usage.input and usage.reasoning <= usage.output
    if row is not None and whole:
        return own.calculated(row, usage, calls or {})
    if profile.id in OURS or is_loopback(profile.base_url):
        return Cost(basis="calculated", usd=Decimal(0), source=HERE)
    if not whole:
        return Cost(source="The server counts more parts than the whole has tokens.")
    return listed.calculated(profile.base_url, model, usage, when, service_tier, calls or {})


MOST = 10_000
"""US dollars that a server may tell of for one answer; of more it cannot mean dollars."""


def _reported(usage: Usage) -> Decimal | None:
    """US dollars under `usage.cost`, as OpenRouter writes it."""
    cost = usage.raw.get("cost")
    if isinstance(cost, bool) or not isinstance(cost, int | float):
        return None
    usd = Decimal(str(cost))
    return usd if usd.is_finite() and 0 <= usd <= MOST else None
