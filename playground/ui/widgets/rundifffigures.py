"""What is measured of two runs, as rows of figures: left, right, and how much more right has."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from playground.core.spent import Kind
from playground.engine.rundiff_numbers import Number, Unit
from playground.ui import words
from playground.ui.widgets.figures import Cell, Figure
from playground.ui.widgets.spentwords import SAID, took

NONE = "–"
"""Where there is no number."""


def heading(title: str) -> Figure:
    cells = (Cell("left"), Cell("right"), Cell("right − left"))
    return Figure(title, cells, heading=True)


def number_row(row: Number, *, mine: str, tip: str = "", title: str = "") -> Figure:
    """`mine`: the side (`left` or `right`) whose events can be gone to."""
    cells = (
        Cell(_said(row.left, row.unit), row.left_at if mine == "left" else -1),
        Cell(_said(row.right, row.unit), row.right_at if mine == "right" else -1),
        Cell(_more(row)),
    )
    about = "≈ " if row.about else ""
    return Figure(about + (title or row.name), cells, tip)


def number_rows(rows: Iterable[Number], *, mine: str) -> list[Figure]:
    return [number_row(row, mine=mine) for row in rows]


def phase_rows(rows: Iterable[tuple[Kind, Number]], *, mine: str) -> list[Figure]:
    """What each spent its time on."""
    made = []
    for kind, row in rows:
        said = SAID[kind]
        figure = number_row(row, mine=mine, tip=said.about, title=said.title)
        made.append(figure._replace(colours=(said.ground, said.frame)))
    return made


def _said(value: float | None, unit: Unit) -> str:
    if value is None:
        return NONE
    match unit:
        case "ns":
            return took(value)
        case "usd":
            return words.money(Decimal(repr(value)))
        case "tokens" | "count":
            return words.number(value)


def _more(row: Number) -> str:
    """`+12.4 ms (+3 %)`, `0`; by its sign and in per cent of the left one."""
    more = row.more
    if more is None:
        return NONE
    if not more:
        return "0"
    sign = "+" if more > 0 else "−"
    share = 100 * abs(more) / row.left if row.left else 0
    per_cent = f" ({sign}{words.number(share)} %)" if share >= 0.5 else ""
    return f"{sign}{_said(abs(more), row.unit)}{per_cent}"
