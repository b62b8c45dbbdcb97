"""How sums, days and outcomes are said in the Money panel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import assert_never

from PySide6.QtCore import QDate, QLocale

from playground.core.plain import visible
from playground.core.transcript import Outcome
from playground.engine.ledger import Span, Unit
from playground.store.ledger import Entry, Sums
from playground.store.listing import PICO
from playground.ui import words

UNKNOWN = "unknown"
NOTHING = "–"
"""Stands where nothing was used, or nothing is told."""

ENDED: Mapping[Outcome, str] = {
    "completed": "done",
    "incomplete": "truncated",
    "refused": "refused",
    "truncated": "interrupted by the server",
    "failed": "failed",
    "timed_out": "timed out",
    "limited": "stopped by a limit",
    "stopped": "cancelled",
    "interrupted": "interrupted",
}


def spent(sums: Sums) -> str:
    """$1.23; ≥ where something of it has no price; *unknown* where nothing of it has one."""
    if sums.usd is None:
        return UNKNOWN
    return f"≥ {words.money(sums.usd)}" if sums.unpriced else words.money(sums.usd)


def cost(entry: Entry) -> str:
    """The same of one run."""
    if entry.usd is None:
        return UNKNOWN if entry.unpriced else NOTHING
    return f"≥ {words.money(entry.usd)}" if entry.unpriced else words.money(entry.usd)


def dollars(pico: int, step: int) -> str:
    """An amount on an axis of such steps: as many digits as they have."""
    digits = len(f"{Decimal(step) / PICO:f}".partition(".")[2].rstrip("0"))
    text = f"{(Decimal(pico) / PICO):.{max(digits, 2 if digits else 0)}f}"
    return f"${text.replace('.', QLocale().decimalPoint())}"


def count(number: int, one: str, several: str = "") -> str:
    """1 run, 2 runs."""
    return f"{words.number(number)} {one if number == 1 else several or f'{one}s'}"


def name_of(text: str) -> str:
    """Other people's name on one line."""
    return " ".join(visible(text).split()) or NOTHING


def outcome_line(counts: Mapping[Outcome, int]) -> str:
    """2 failed, 1 cancelled; without what went well."""
    rows = [
        f"{words.number(number)} {ENDED[one]}"
        for one, number in counts.items()
        if one != "completed" and number
    ]
    return ", ".join(rows)


# Days.


def day(value: date, *, year: bool = True) -> str:
    shown = QDate(value.year, value.month, value.day)
    return QLocale().toString(shown, "d MMM yyyy" if year else "d MMM")


def days(span: Span) -> str:
    """10 Nov 2026, or 1 Nov to 10 Nov 2026."""
    first, last = span
    if first == last:
        return day(first)
    return f"{day(first, year=first.year != last.year)} to {day(last)}"


def step(span: Span, unit: Unit) -> str:
    """What a bar stands for, as its axis says it."""
    first = QDate(span.first.year, span.first.month, span.first.day)
    match unit:
        case "day":
            return QLocale().toString(first, "d MMM")
        case "month":
            return QLocale().toString(first, "MMM yyyy")
        case "year":
            return QLocale().toString(first, "yyyy")
        case _:
            assert_never(unit)


def when(unix: float) -> str:
    """A moment that has a place in the calendar; others are told by the number they are."""
    try:
        return words.moment(datetime.fromtimestamp(unix).timestamp())
    except (ValueError, OverflowError, OSError):
        return f"{unix:g}"


def milliseconds(value: float | None) -> str:
    return NOTHING if value is None else words.seconds(value / 1000)
