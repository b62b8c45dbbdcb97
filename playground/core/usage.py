"""Usage and cost: reported by the server, calculated from a price, or unknown. Never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
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
    """What the server wrote for one answer; empty for a sum."""
    sums: dict[str, int] = Field(default_factory=dict)
    """The counters of a sum; empty for one answer."""

    @property
    def total(self) -> int:
        return self.input + self.output

    @property
    def counters(self) -> dict[str, int]:
        """Every counter that the server sent, by its path: `input_tokens_details.audio_tokens`.

        Read when somebody asks: some servers send their usage with every event.
        """
        return self.sums or dict(_counters(self.raw))

    def part(self, whole: Literal["input", "output"], name: str) -> int:
        """A part of the input or output under either dialect's name: `audio_tokens`."""
        counters = self.counters
        for spelled in _DETAILS[whole]:
            if (count := counters.get(f"{spelled}.{name}")) is not None:
                return count
        return 0

    @staticmethod
    def read(data: Any, tools: Any = None) -> Usage | None:
        """The usage object of any dialect; None when it is not one. `tools` is what hosted tools
        used (`tool_usage` of a response)."""
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
            raw=data if not isinstance(tools, dict) else {**data, "tool_usage": tools},
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
            sums=dict(sum((Counter(row.counters) for row in rows), Counter())),
        )


_DETAILS = {
    "input": ("input_tokens_details", "prompt_tokens_details"),
    "output": ("output_tokens_details", "completion_tokens_details"),
}
DEEPEST = 8
MOST = 10**12
"""Tokens that an answer can have used; a server that tells of more has not counted them. All that
a home holds can be added up."""
"""Objects in objects that are looked through for counters."""


def _counters(data: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, int]]:
    if not isinstance(data, dict) or depth > DEEPEST:
        return
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _counters(value, f"{path}{name}.", depth + 1)
        elif isinstance(value, int) and not isinstance(value, bool):
            yield f"{path}{name}", value


def _count(data: Any, *names: str) -> int | None:
    if isinstance(data, dict):
        for name in names:
            value = data.get(name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            if 0 <= value <= MOST:  # Infinity and NaN are JSON to Python
                return int(value)
    return None


class Line(BaseModel):
    """One row of the arithmetic: 812 input tokens at $0.25 a million."""

    model_config = ConfigDict(frozen=True)

    what: str
    tokens: int
    per_million: Decimal | None
    """None where the price is not one of tokens; `tokens` then counts calls, or is 0."""
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
    missing: tuple[str, ...] = ()
    """What was used and has no price here."""
    saved: Decimal | None = None
    """What recorded answers would have cost if they had been asked for again."""
    copied: bool = False
    """The run is a copy of one that is kept here too, which paid for it: no sum counts it twice."""

    @staticmethod
    def add(parts: Iterable[Cost]) -> Cost | None:
        """What several requests cost; None of nothing. What one of them has no price for makes the
        sum *at least*."""
        rows = list(parts)
        if len(rows) < 2:
            return rows[0] if rows else None
        known = [row for row in rows if row.usd is not None]
        unknown = [row.source for row in rows if row.usd is None]
        lines: dict[tuple[str, Decimal | None], Line] = {}
        for line in (line for row in known for line in row.lines):
            key = line.what, line.per_million
            if (old := lines.get(key)) is not None:
                sums = {"tokens": old.tokens + line.tokens, "usd": old.usd + line.usd}
                line = line.model_copy(update=sums)
            lines[key] = line
        if not known:
            return rows[-1]
        missing = [name for row in known for name in row.missing] + unknown
        # What was not asked for again has neither price nor source.
        asked = [row for row in known if row.saved is None] or known
        saved = [row.saved for row in known if row.saved is not None]
        return asked[-1].model_copy(
            update={
                "basis": "calculated"
                if any(row.basis == "calculated" for row in asked)
                else "reported",
                "usd": sum((row.usd for row in known if row.usd is not None), Decimal(0)),
                "lines": tuple(lines.values()),
                "missing": tuple(dict.fromkeys(missing)),
                "saved": sum(saved, Decimal(0)) if saved else None,
            }
        )

    @property
    def at_least(self) -> bool:
        """The amount is no total: something that has no price is not in it."""
        return self.usd is not None and bool(self.missing)
