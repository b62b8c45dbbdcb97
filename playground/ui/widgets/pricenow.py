"""The price that would be used now for a model, and where it is from. May take a second: it is for
a worker."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from playground.core.pricebook import PriceBook
from playground.core.profile import Profile
from playground.core.usage import Cost, Usage
from playground.counting import prices
from playground.counting.listed import version
from playground.counting.pricecopies import copies
from playground.ui import words

PROBE = Usage(input=1000, cached=250, cache_write=250, output=100)
"""What is priced to see the prices; small, so that it is below every step."""


class Now(NamedTuple):
    model: str
    server: str
    words: str
    """`$0.25 input · $0.025 cached input · $2 output`; empty where it is unknown or nothing."""
    why: str
    """Where it is from, or why it is unknown, in a sentence."""
    can_copy: bool
    """The list that is built in has a price to begin with."""
    listed: str
    """Which list is built in."""


def look(profile: Profile, model: str, book: PriceBook, when: datetime) -> Now:
    if not model:
        why_not = "No model is chosen: the server’s first answers."
        return Now("", profile.name, "", why_not, False, version())
    cost = prices.price(profile, model, PROBE, when, book=book)
    can_copy = bool(copies(profile.id, profile.base_url, model, when))
    return Now(model, profile.name, said(cost), why(cost), can_copy, version())


def why(cost: Cost) -> str:
    """Where a price is from, or why there is none, in a sentence."""
    source = cost.source.rstrip(".")
    if cost.usd is None:
        return f"{source}."
    if source == prices.HERE:
        return "It runs on this computer, and has no price of its own."
    dated = "" if cost.as_of in source else f", as of {cost.as_of}"
    return f"By {source}{dated}."


def said(cost: Cost) -> str:
    """The prices by which an amount was worked out, each once."""
    rows: list[str] = []
    for line in cost.lines:
        if line.per_million is not None:
            rows.append(f"{words.exact(line.per_million)} {line.what}")
        elif not line.tokens:
            rows.append(f"{words.exact(line.usd)} {line.what}")
    if not rows and cost.usd == 0:
        return "$0"
    return " · ".join(rows)
