"""What the head of a replay and its list of facts say of a run, as text.

Numbers are the C locale's, times those of UTC: the same run makes the same file everywhere.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from playground.core.session import Run, title_of
from playground.core.usage import Cost, Usage
from playground.export.base import Exported
from playground.export.html_faces import seconds


def heading(exported: Exported) -> dict[str, str]:
    """`title`, `model`, `server`, `date`, `id`, `api`."""
    run = exported.run
    return {
        "title": title_of([*exported.history, *run.items]) or "A run",
        "model": run.transcript.model or run.call.model,
        "server": exported.profile.name or exported.profile.id,
        "date": f"{datetime.fromtimestamp(run.created, UTC):%Y-%m-%d %H:%M} UTC",
        "id": run.id,
        "api": {"responses": "Responses", "chat": "Chat Completions"}.get(
            run.call.api, "Completions"
        ),
    }


def used(usage: Usage) -> list[list[str]]:
    """Rows of tokens; those of nothing are left out."""
    about = "≈ " if usage.basis == "estimated" else ""
    rows = [["Input", f"{about}{usage.input:,}"]]
    if usage.cached:
        rows.append(["cached", f"{usage.cached:,}"])
    rows.append(["Output", f"{about}{usage.output:,}"])
    if usage.reasoning:
        rows.append(["reasoning", f"{usage.reasoning:,}"])
    if about:
        rows.append(["", "counted here: the server reported none"])
    return rows


def chip(usage: Usage) -> str:
    """812 in / 96 out."""
    about = "≈ " if usage.basis == "estimated" else ""
    return f"{about}{usage.input:,} in / {usage.output:,} out"


def priced(cost: Cost | None) -> dict[str, Any] | None:
    """`chip`, and `rows` of the arithmetic; None where nothing was used."""
    if cost is None:
        return None
    rows = []
    for line in cost.lines:
        rate = (
            "" if line.per_million is None else f"{line.tokens:,} × {_usd(line.per_million)} / 1M"
        )
        rows.append([line.what, rate or f"{line.tokens:,}", _usd(line.usd)])
    told = ", ".join(filter(None, (cost.source, cost.as_of)))
    if cost.usd is None:
        return {"chip": "cost unknown", "rows": rows, "told": told}
    least = "at least " if cost.at_least else ""
    if cost.missing:
        told += f"; without a price: {', '.join(cost.missing)}"
    return {"chip": f"{least}{_usd(cost.usd)} {cost.basis}", "rows": rows, "told": told}


def timed(run: Run, usage: Usage | None) -> list[list[str]]:
    """How long the whole took, how soon the first token came, and how fast the others."""
    seen = run.transcript
    rows = []
    start, end = seen.first.request, seen.timing.end
    if start is not None and end is not None:
        rows.append(["Whole run", seconds((end - start) / 1e9)])
    if start is not None and seen.first.first_token is not None:
        rows.append(["First token", seconds((seen.first.first_token - start) / 1e9)])
    first, last = seen.timing.first_token, seen.timing.last_token
    if usage is not None and usage.output > 1 and seen.legs == 1 and first is not None:
        span = ((last or first) - first) / 1e9
        if span > 0:
            rows.append(["Speed", f"{(usage.output - 1) / span:.1f} tokens/s"])
    if seen.legs > 1:
        rows.append(["Requests", str(seen.requests)])
    return rows


def identified(run: Run) -> list[list[str]]:
    """By which names the server knows it."""
    seen = run.transcript
    rows = [
        ["Response", seen.response_id],
        ["Request", seen.request_id],
        ["Tier", seen.service_tier],
    ]
    return [[name, value] for name, value in rows if name and value]


def _usd(amount: Decimal) -> str:
    return f"${amount:,f}"
