"""Usage and cost: reported by the server, calculated from a price, or unknown. Never guessed."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Usage(BaseModel):
    """Tokens of one answer, or of several added up. Cached ⊆ input, reasoning ⊆ output."""

    model_config = ConfigDict(frozen=True)

    input: int = 0
    cached: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0
    basis: Literal["reported", "estimated"] = "reported"
    raw: dict[str, Any] = Field(default_factory=dict)
    """What the server wrote, every counter of it."""

    @property
    def total(self) -> int:
        return self.input + self.output

    @staticmethod
    def read(data: Any) -> Usage | None:
        """The usage object of any dialect; None when it is not one."""
        if not isinstance(data, dict):
            return None
        given = _count(data, "input_tokens", "prompt_tokens")
        made = _count(data, "output_tokens", "completion_tokens")
        if given is None and made is None:
            return None
        inputs = data.get("input_tokens_details") or data.get("prompt_tokens_details")
        outputs = data.get("output_tokens_details") or data.get("completion_tokens_details")
        cached = _count(inputs, "cached_tokens")
        if cached is None:  # DeepSeek counts hits beside the total
            cached = _count(data, "prompt_cache_hit_tokens") or 0
        return Usage(
            input=given or 0,
            cached=cached,
            cache_write=_count(inputs, "cache_write_tokens") or 0,
            output=made or 0,
            reasoning=_count(outputs, "reasoning_tokens") or 0,
            raw=data,
        )

    @staticmethod
    def add(parts: Iterable[Usage]) -> Usage | None:
        """The sum; None of nothing. One estimated part makes the sum an estimate."""
        rows = list(parts)
        if len(rows) < 2:
            return rows[0] if rows else None
        return Usage(
            input=sum(row.input for row in rows),
            cached=sum(row.cached for row in rows),
            cache_write=sum(row.cache_write for row in rows),
            output=sum(row.output for row in rows),
            reasoning=sum(row.reasoning for row in rows),
            basis="estimated" if any(row.basis == "estimated" for row in rows) else "reported",
        )


def _count(data: Any, *names: str) -> int | None:
    if isinstance(data, dict):
        for name in names:
            value = data.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
                try:
                    return int(value)
                except (OverflowError, ValueError):  # Infinity and NaN are JSON to Python
                    continue
    return None


class Line(BaseModel):
    """One row of the arithmetic: 812 input tokens at $0.25 a million."""

    model_config = ConfigDict(frozen=True)

    what: str
    tokens: int
    per_million: Decimal | None
    usd: Decimal


class Cost(BaseModel):
    """What a run cost, and how we know."""

    model_config = ConfigDict(frozen=True)

    basis: Literal["reported", "calculated", "unknown"] = "unknown"
    usd: Decimal | None = None
    """None when unknown; never 0 for a model without a price."""
    source: str = ""
    """Where the price is from, or why there is none."""
    as_of: str = ""
    """The date of the price, ISO 8601."""
    lines: tuple[Line, ...] = ()
