"""Estimate: what a request will use and cost, said before it is sent, with what that rests on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from playground.core.pricebook import STANDARD, PriceBook
from playground.core.profile import Profile
from playground.core.usage import Cost, Usage
from playground.counting import listed, prices, tokens
from playground.engine.accounting import read_of
from playground.engine.cachelens import compare
from playground.engine.limit import FIELDS

Fits = Literal["yes", "tight", "no", "unknown"]
"""Whether a request fits what the model can read; tight: not with the longest answer."""

WORST: tuple[Fits, ...] = ("no", "tight", "unknown", "yes")
PARTS = frozenset((
    "input_image", "input_file", "input_audio", "image_url", "file", "video_url", "input_video",
))  # fmt: skip
"""Types of what is attached: only its server knows how many tokens it is."""


@dataclass(frozen=True, slots=True)
class Estimate:
    model: str
    input: int
    """Tokens of the words that are sent."""
    exact: bool
    """Those words are counted with the model's own vocabulary; else ≈."""
    cached: int | None
    """Of those, how many the server should have in its cache; None: that is not known."""
    output: int | None
    """The longest answer that was allowed, in tokens; None: no limit was set."""
    window: int | None
    """Tokens that the model can read and write together; None: that is not known."""
    fits: Fits
    least: Cost
    """For the input alone, with what should be cached; unknown where it has no price."""
    most: Cost | None
    """With the longest answer and nothing cached; None: there is no such bound."""
    free: bool
    """Nothing that comes of it can cost anything."""
    basis: tuple[str, ...]
    """What all this rests on, in sentences."""


def together(every: Sequence[Estimate]) -> Estimate:
    """What several requests that are sent at once will use, as one."""
    mosts = [one.least if one.free else one.most for one in every]
    bounds = [most for most in mosts if most is not None]
    outputs = [one.output for one in every if one.output is not None]
    fits = {one.fits for one in every}
    return Estimate(
        model=", ".join(dict.fromkeys(one.model for one in every)),
        input=sum(one.input for one in every),
        exact=all(one.exact for one in every),
        cached=None,
        output=sum(outputs) if len(outputs) == len(every) else None,
        window=None,
        fits=next(one for one in WORST if one in fits),
        least=Cost.add(one.least for one in every) or Cost(),
        most=Cost.add(bounds) if len(bounds) == len(every) else None,
        free=all(one.free for one in every),
        basis=(),
    )


def estimate(
    body: Mapping[str, Any],
    profile: Profile,
    when: datetime,
    *,
    book: PriceBook | None = None,
    previous: Mapping[str, Any] | None = None,
    window: int | None = None,
) -> Estimate:
    """What a request will use and cost at a moment. `previous`: the body that was sent before it
    in its session, where that is known; `window`: what the server's list of models says.

    It may take a second: see `estimated`.
    """
    named = body.get("model")
    model = named if isinstance(named, str) else ""
    counted = tokens.estimate(read_of(body), model)
    basis = [_counted(counted, model)]
    cached: int | None = None
    if previous is not None:
        lens = compare(previous, body, profile, lambda text: tokens.estimate(text, model))
        cached = None if lens.predicted is None else min(lens.predicted, counted.tokens)
        basis.append(lens.why)
    open_ended = list(_open_ended(body))
    basis += open_ended
    output = _longest(body)
    if window is None:
        window = listed.window(profile.base_url, model)
        if window is not None:
            basis.append(f"The list of prices says that {model} reads {window} tokens.")
    tiers = _tiers(body, basis)
    plain = Usage(input=counted.tokens, cached=cached or 0, basis="estimated")
    least = _bound(
        [prices.price(profile, model, plain, when, service_tier=one, book=book) for one in tiers],
        dearest=False,
    )
    some = Usage(input=max(counted.tokens, 1), output=1, basis="estimated")
    dear = _bound(
        [prices.price(profile, model, some, when, service_tier=one, book=book) for one in tiers],
        dearest=True,
    )
    most: Cost | None = None
    if output is None:
        basis.append("No limit of the answer was set, so there is no upper bound.")
    elif not open_ended:
        whole = Usage(input=counted.tokens, output=output, basis="estimated")
        written = whole.model_copy(update={"cache_write": counted.tokens})
        costs = [
            prices.price(profile, model, usage, when, service_tier=one, book=book)
            for usage in (whole, written)
            for one in tiers
        ]
        most = _bound(costs, dearest=True)
    return Estimate(
        model=model,
        input=counted.tokens,
        exact=counted.exact,
        cached=cached,
        output=output,
        window=window,
        fits=_fits(counted.tokens, output, window, bool(open_ended)),
        least=least,
        most=most,
        free=dear.usd == 0 and (not open_ended or dear.source == prices.HERE),
        basis=tuple(basis),
    )


async def estimated(
    body: Mapping[str, Any],
    profile: Profile,
    when: datetime,
    *,
    book: PriceBook | None = None,
    previous: Mapping[str, Any] | None = None,
    window: int | None = None,
) -> Estimate:
    """The same in a thread."""
    return await asyncio.to_thread(
        lambda: estimate(body, profile, when, book=book, previous=previous, window=window)
    )


def _counted(counted: tokens.Estimate, model: str) -> str:
    if counted.exact:
        how = f"The words are counted with the vocabulary of {model}"
    else:
        how = f"The vocabulary of {model or 'the model'} is not known: the count is close"
    return f"{how}; the few tokens around each message are not in it."


def _open_ended(body: Mapping[str, Any]) -> Iterator[str]:
    """What of a request is used and cannot be counted here."""
    if _has_parts(body):
        yield "What is attached is not counted: only the server knows how many tokens it is."
    if body.get("previous_response_id") or body.get("conversation"):
        yield "The conversation that the server keeps is read and paid for as well."
    tools = body.get("tools")
    rows = [tool for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []
    if any(tool.get("type") not in ("function", "custom", None) for tool in rows):
        yield "Tools that the server runs itself may be charged by the call, and read more."
    if body.get("web_search_options") is not None:
        yield "The search of the web is charged as well."


def _has_parts(value: Any) -> bool:
    match value:
        case dict():
            kind = value.get("type")  # of a schema it may be a list
            found = isinstance(kind, str) and kind in PARTS
            return found or any(map(_has_parts, value.values()))
        case list():
            return any(map(_has_parts, value))
        case _:
            return False


def _longest(body: Mapping[str, Any]) -> int | None:
    """The limits of all answers together."""
    limits = [size for name in FIELDS if (size := _count(body.get(name))) is not None]
    return max(limits) * (_count(body.get("n")) or 1) if limits else None


def _count(value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if whole else None


def _tiers(body: Mapping[str, Any], basis: list[str]) -> list[str | None]:
    """The service tiers that the request may be priced at."""
    tier = body.get("service_tier")
    if not isinstance(tier, str) or tier in STANDARD:
        if tier != "default":
            basis.append("The standard price is taken; a project may have another service tier.")
        return [None]
    if tier in ("priority", "fast"):
        basis.append(f"A server that has no room for {tier} answers at the standard price.")
        return [tier, None]
    return [tier]


def _bound(costs: list[Cost], *, dearest: bool) -> Cost:
    """The lowest or highest of several costs; unknown when one of them is."""
    for cost in costs:
        if cost.usd is None:
            return cost
    return (max if dearest else min)(costs, key=lambda cost: cost.usd or Decimal(0))


def _fits(given: int, output: int | None, window: int | None, more: bool) -> Fits:
    if window is None:
        return "unknown"
    if given > window:
        return "no"
    if more:
        return "unknown"
    return "tight" if given + (output or 0) > window else "yes"
