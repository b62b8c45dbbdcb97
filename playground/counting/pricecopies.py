"""Copies: the listed price of a model, as prices of one's own to begin with."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from playground.core.pricebook import OwnPrice
from playground.counting import listed

if TYPE_CHECKING:
    from genai_prices.types import TieredPrices

FIELDS = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached": "cache_read_mtok",
    "cache_write": "cache_write_mtok",
    "reasoning": "output_reasoning_mtok",
    "audio_input": "input_audio_mtok",
    "audio_output": "output_audio_mtok",
    "image_input": "input_image_mtok",
    "image_output": "output_image_mtok",
}
"""Our names for the prices of a million tokens, and those of the list."""
CALLS = {
    "web_search_call": "web_searches_kcount",
    "file_search_call": "storage_searches_kcount",
    "code_interpreter_call": "code_executions_kcount",
}
"""The same of a thousand calls."""


def copies(server: str, base_url: str, model: str, when: datetime) -> list[OwnPrice]:
    """The standard price of a model at an address, one for each size of input from which another
    one holds; `server`: whom the copies are for. None where the list has no such price, or charges
    in a way that a copy could not."""
    rates = listed.standard(base_url, model, when)
    if rates is None or rates.input_mtok is None or rates.output_mtok is None:
        return []
    known = {ours: getattr(rates, theirs) for ours, theirs in FIELDS.items()}
    steps = {0}
    for one in known.values():
        if one is not None and not isinstance(one, Decimal):
            steps.update(tier.start for tier in one.tiers)
    thousand = getattr(rates, "requests_kcount", None)
    rows: list[OwnPrice] = []
    for above in sorted(steps):
        found = {ours: at(one, above) for ours, one in known.items()}
        rows.append(
            OwnPrice.model_validate(
                {
                    **{ours: rate for ours, rate in found.items() if rate is not None},
                    "server": server,
                    "model": model,
                    "from": when.astimezone(UTC).date(),
                    "above": above,
                    "request": thousand / 1000 if isinstance(thousand, Decimal) else Decimal(0),
                    "calls": {
                        kind: price
                        for kind, theirs in CALLS.items()
                        if isinstance(price := getattr(rates, theirs, None), Decimal)
                    },
                }
            )
        )
    return rows


def at(given: Decimal | TieredPrices | None, above: int) -> Decimal | None:
    """Dollars a million for input that is longer than this."""
    if given is None or isinstance(given, Decimal):
        return given
    steps = [tier.price for tier in given.tiers if above >= tier.start]
    found: Decimal = steps[-1] if steps else given.base
    return found
