"""A price as it is being written: words in fields, and what of them cannot be used. No Qt widgets.

Amounts go from text to decimal numbers and back; none ever is a float.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pydantic import ValidationError

from playground.core.pricebook import ANY, OwnPrice
from playground.core.profile import OURS, Profile, is_loopback, origin
from playground.ui.widgets.budgetvalues import amount, typed, whole

Draft = Mapping[str, str]
"""What stands in the fields, by the names of OwnPrice."""


class Field(NamedTuple):
    name: str
    title: str
    hint: str = ""
    """What stands there while nothing is written."""
    tip: str = ""


WHO = (
    Field("server", "Server", "*", "A profile, an address, or * for every server but those here"),
    Field("model", "Model", "gpt-5*", "As the server names it; * and ? stand for anything"),
    Field("tier", "Service tier", "standard", "standard, batch, flex, priority …"),
    Field("since", "From", "2026-11-21", "The first day on which it holds, in UTC"),
    Field("above", "Above", "0", "It holds for requests with more input tokens than this"),
)
"""For what a price holds."""
USUAL = (
    Field("input", "Input", "needed", "Dollars a million tokens"),
    Field("cached", "Cached", "like input", "Input that the server had in its cache"),
    Field("cache_write", "Cache write", "like input", "Input that was put into the cache"),
    Field("output", "Output", "needed", "Dollars a million tokens"),
)
RARE = (
    Field("reasoning", "Reasoning", "like output"),
    Field("audio_input", "Audio input", "like input"),
    Field("audio_output", "Audio output", "like output"),
    Field("image_input", "Image input", "like input"),
    Field("image_output", "Image output", "like output"),
    Field("request", "Each request", "0", "Dollars, whatever is in it"),
)
"""Dollars a million tokens, where nothing else is said."""
CALLS = Field(
    "calls",
    "Hosted calls",
    "web_search_call 10",
    "For a thousand calls of a hosted tool: its kind and dollars, one a line",
)
AMOUNTS = tuple(field.name for field in (*USUAL, *RARE))
NEEDED = ("input", "output")
TIERS = ("standard", "batch", "flex", "priority")


def draft(price: OwnPrice) -> dict[str, str]:
    """A price as it would be typed."""
    rows = {name: typed(getattr(price, name)) for name in AMOUNTS}
    calls = "\n".join(f"{kind} {typed(usd)}" for kind, usd in price.calls.items())
    rows["request"] = typed(price.request) if price.request else ""
    return {
        "server": price.server,
        "model": price.model,
        "tier": price.tier,
        "since": price.since.isoformat(),
        "above": str(price.above) if price.above else "",
        **rows,
        "calls": calls,
    }


def read(written: Draft) -> tuple[OwnPrice | None, dict[str, str]]:
    """The price, None where it cannot be one; and what is wrong, by the names of fields."""
    wrong: dict[str, str] = {}
    data: dict[str, object] = {}
    text = {name: value.strip() for name, value in written.items()}
    for name in ("server", "model"):
        if not text.get(name):
            wrong[name] = "Say which server." if name == "server" else "Say which model."
        data[name] = text.get(name, "")
    data["tier"] = text.get("tier") or "standard"
    try:
        data["since"] = date.fromisoformat(text.get("since", ""))
    except ValueError:
        wrong["since"] = "Write the day as year-month-day: 2026-11-21."
    try:
        data["above"] = whole(text.get("above", "")) or 0
    except ValueError as error:
        wrong["above"] = str(error)
    for name in AMOUNTS:
        try:
            usd = amount(text.get(name, ""))
        except ValueError as error:
            wrong[name] = str(error)
            continue
        if usd is not None:
            data[name] = usd
        elif name in NEEDED:
            wrong[name] = "This price is needed; 0 where it costs nothing."
    try:
        data["calls"] = dict(_calls(written.get("calls", "").split("\n")))
    except ValueError as error:
        wrong["calls"] = str(error)
    if wrong:
        return None, wrong
    try:
        return OwnPrice.model_validate(data), {}
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return None, {str(first["loc"][0]) if first["loc"] else "server": f"{first['msg']}."}


def _calls(lines: Iterable[str]) -> Iterable[tuple[str, Decimal]]:
    for line in filter(None, map(str.strip, lines)):
        kind, _, rest = line.partition(" ")
        usd = amount(rest)
        if usd is None:
            raise ValueError(f"“{line}” has no price behind it.")
        yield kind, usd


def whose(server: str, profiles: Iterable[Profile]) -> str:
    """Which servers a price is for, in a sentence."""
    if server == ANY:
        return "For every server but those on this computer."
    known = next((one for one in profiles if one.id == server), None)
    if known is not None:
        here = known.id in OURS or is_loopback(known.base_url)
        free = " It runs on this computer: without a price it costs nothing." if here else ""
        return f"For the server {known.name}.{free}"
    if found := origin(server):
        return f"For every server at {found}."
    return f"There is no server “{server}”; such a price is never used." if server else ""
