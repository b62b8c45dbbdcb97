"""The columns of the tables of money: of sums, of runs, and of the messages of a session."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from playground.engine.ledger import By, Group
from playground.engine.ledger_csv import Value
from playground.store.ledger import FAILED, Entry
from playground.ui import words
from playground.ui.widgets import moneywords as said
from playground.ui.widgets.moneytable import Field

Named = Callable[[str], str]
"""What a server or a session is called, by its id."""

TITLES: dict[By, str] = {
    "model": "Model",
    "profile": "Server",
    "session": "Session",
    "day": "Day",
}
TRASHED = "(in the trash)"
RUNS = "Click for the runs that it adds up."


def group_fields(by: By, named: Named) -> Sequence[Field]:
    """Of rows that are Groups."""

    def name(row: Group) -> str:
        return said.day(date.fromisoformat(row.key)) if by == "day" else named(row.key)

    def number(key: str, title: str, tip: str, rank: int) -> Field:
        return Field(
            key,
            title,
            lambda row: words.tokens(getattr(row.sums, key)),
            lambda row: int(getattr(row.sums, key)),
            "narrow",
            76,
            tip,
            lambda row: f"{words.number(getattr(row.sums, key))} tokens. {RUNS}",
            rank=rank,
        )

    return (
        Field(
            by,
            TITLES[by],
            lambda row: said.name_of(name(row)),
            (lambda row: date.fromisoformat(row.key)) if by == "day" else name,
            "narrow",
            said=lambda row: f"{said.name_of(name(row))}. {RUNS}",
        ),
        Field(
            "runs",
            "Runs",
            lambda row: words.number(row.sums.runs),
            lambda row: row.sums.runs,
            "narrow",
            64,
        ),
        Field(
            "failed",
            "Failed",
            lambda row: words.number(row.failed) if row.failed else said.NOTHING,
            lambda row: row.failed,
            "failed",
            64,
            "Failed, timed out, or broke off. What somebody cancelled is not among them.",
            token=lambda row: "error" if row.failed else "faint",
            rank=2,
        ),
        number("input", "Input", "Tokens, the cached ones among them", 3),
        number("cached", "Cached", "Input tokens that the server had already", 4),
        number("output", "Output", "Tokens, those of reasoning among them", 3),
        number("reasoning", "Reasoning", "Output tokens that were thought and not said", 4),
        Field(
            "cost",
            "Cost",
            lambda row: said.spent(row.sums),
            lambda row: row.sums.usd,
            "sum",
            104,
            "≥: some of it has no price. It opens as the sum that it is.",
            lambda row: _spent_tip(row),
            lambda row: "warn" if row.sums.usd is None else "text",
        ),
        Field(
            "unpriced",
            "Unpriced",
            lambda row: words.number(row.sums.unpriced) if row.sums.unpriced else said.NOTHING,
            lambda row: row.sums.unpriced,
            "unpriced",
            76,
            "Runs that used something that has no price",
            token=lambda row: "warn" if row.sums.unpriced else "faint",
            rank=2,
        ),
    )


def _spent_tip(row: Group) -> str:
    sums = row.sums
    if sums.usd is None:
        return f"No price is known for {said.count(sums.unpriced, 'run')}."
    exact = words.exact(sums.usd)
    if sums.unpriced:
        runs = said.count(sums.unpriced, "run")
        return f"{exact}, and what {runs} used that has no price."
    return f"{exact} in {said.count(sums.runs, 'run')}."


def run_fields(named: Named) -> Sequence[Field]:
    """Of rows that are Entries."""
    return (
        _when(0),
        Field(
            "session",
            "Session",
            lambda row: said.name_of(row.title or "Untitled session"),
            lambda row: row.title,
            "run",
            said=lambda row: f"{said.name_of(row.title)}. Click to go to the run.",
        ),
        _model(1),
        Field(
            "profile",
            "Server",
            lambda row: said.name_of(named(row.profile)),
            lambda row: named(row.profile),
            "run",
            120,
            rank=5,
            left=True,
        ),
        _outcome(2),
        _tokens("input", "Input", 3),
        _tokens("output", "Output", 3),
        Field(
            "took",
            "Time",
            lambda row: said.milliseconds(row.took_ms),
            lambda row: row.took_ms,
            "run",
            76,
            "From the first request to the end",
            rank=4,
        ),
        _cost(),
    )


def message_fields() -> Sequence[Field]:
    """Of the turns of a session: a message, and all that came of it."""
    return (
        Field(
            "words",
            "Message",
            lambda row: said.name_of(row.words) if row.words else TRASHED,
            lambda row: row.words,
            "run",
            said=lambda row: f"{said.name_of(row.words)}. Click to go to it.",
            token=lambda row: "text" if row.words else "faint",
            sorts=False,
        ),
        _when(1),
        _model(2),
        _outcome(3),
        _tokens("input", "Input", 1),
        _tokens("cached", "Cached", 4),
        _tokens("output", "Output", 1),
        _tokens("reasoning", "Reasoning", 4),
        _cost(),
    )


def _when(rank: int) -> Field:
    return Field(
        "created",
        "When",
        lambda row: said.when(row.created),
        lambda row: _moment(row.created),
        "run",
        124,
        rank=rank,
        left=True,
    )


def _moment(unix: float) -> Value:
    try:
        return datetime.fromtimestamp(unix)
    except (ValueError, OverflowError, OSError):
        return unix


def _model(rank: int) -> Field:
    return Field(
        "model",
        "Model",
        lambda row: said.name_of(row.model),
        lambda row: row.model,
        "run",
        132,
        rank=rank,
        left=True,
    )


def _outcome(rank: int) -> Field:
    return Field(
        "outcome",
        "Ended",
        lambda row: said.ENDED.get(row.outcome, row.outcome),
        lambda row: row.outcome,
        "run",
        92,
        "How it ended",
        token=lambda row: "error" if row.outcome in FAILED else "muted",
        rank=rank,
        left=True,
    )


def _tokens(key: str, title: str, rank: int) -> Field:
    def text(row: Entry) -> str:
        value = getattr(row, key)
        return said.NOTHING if value is None else f"{_about(row)}{words.tokens(value)}"

    return Field(key, title, text, lambda row: getattr(row, key), "tokens", 72, "Tokens", rank=rank)


def _about(row: Entry) -> str:
    return "≈ " if row.estimated else ""


def _cost() -> Field:
    def tip(row: Entry) -> str:
        exact = words.exact(row.usd) if row.usd is not None else said.cost(row)
        if row.usd is None and not row.unpriced:
            exact = "No tokens were reported"
        return f"{exact}. Click for the arithmetic."

    return Field(
        "cost",
        "Cost",
        said.cost,
        lambda row: row.usd,
        "cost",
        96,
        "Opens as the arithmetic that it comes from",
        tip,
        lambda row: "warn" if row.unpriced else "text" if row.usd is not None else "faint",
    )


UNITS = {
    "cost": "Cost (USD)",
    "took": "Time (ms)",
    "unpriced": "Runs without a price",
    "first": "First token, median (ms)",
    "first95": "First token, p95 (ms)",
    "whole": "Total, median (ms)",
    "whole95": "Total, p95 (ms)",
    "rate": "Tokens a second, median",
}
"""What columns are called in a file, where nothing else says what they hold."""


def csv_heads(fields: Sequence[Field], *, runs: bool) -> list[str]:
    """`runs`: the rows are Entries, of which a file says more."""
    more = ["Price", "Run"] if runs else []
    return [UNITS.get(one.key, one.title) for one in fields if not one.painted] + more


def csv_row(fields: Sequence[Field], row: Any) -> list[Value]:
    cells = [one.value(row) for one in fields if not one.painted]
    if isinstance(row, Entry):
        known = "nothing used" if row.pico is None else "known"
        partly = "unknown" if row.pico is None else "known in part"
        cells += [partly if row.unpriced else known, row.id]
    return cells
