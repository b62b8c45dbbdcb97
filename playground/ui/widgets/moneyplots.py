"""Plots of what was used over time, as values: what was spent, and tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from playground.engine.ledger import REST, Bar, Series, Unit, scale
from playground.store.ledger import Sums
from playground.ui import words
from playground.ui.widgets import moneywords as said
from playground.ui.widgets.moneyink import INKS, Ink
from playground.ui.widgets.moneyplot import Column, Plot

NONE = "No runs in these days"
UNPRICED = "No price is known for what these runs used"
FREE = "None of these runs cost anything"
MORE = "Click to look into it."
OTHERS = "all others"


class Part(NamedTuple):
    """A kind of tokens."""

    name: str
    ink: Ink
    of: Callable[[Sums], int]


TOKENS = (
    Part("input", INKS[0], lambda sums: sums.input - min(sums.cached, sums.input)),
    Part("cached input", INKS[3], lambda sums: min(sums.cached, sums.input)),
    Part("output", INKS[1], lambda sums: sums.output - min(sums.reasoning, sums.output)),
    Part("reasoning", INKS[2], lambda sums: min(sums.reasoning, sums.output)),
)
"""None of which holds another."""


def inks_of(series: Series) -> tuple[Ink, ...]:
    pairs = zip(series.names, INKS, strict=False)
    return tuple(INKS[-1] if name == REST else ink for name, ink in pairs)


def spent_plot(series: Series, named: Callable[[str], str]) -> Plot:
    """`named`: what a series is called."""
    end, step = scale(max((bar.whole.pico for bar in series.bars), default=0))
    names = [OTHERS if name == REST else said.name_of(named(name)) for name in series.names]
    whole = Sums.add(bar.whole for bar in series.bars)
    columns = [
        Column(
            tuple(part.pico for part in bar.parts),
            _spent_said(bar, series.unit, names),
            said.step(bar.days, series.unit),
            bool(bar.whole.unpriced),
        )
        for bar in series.bars
    ]
    return Plot(
        f"Spent a {series.unit}",
        said.spent(whole) if whole.runs else "",
        inks_of(series),
        columns,
        tuple((value, said.dollars(value, step)) for value in range(0, end + 1, step)),
        end,
        UNPRICED if whole.unpriced else FREE if whole.runs else NONE,
    )


def _spent_said(bar: Bar, unit: Unit, names: list[str]) -> str:
    whole = bar.whole
    head = said.days(bar.days) if unit != "day" else said.day(bar.days.first)
    if not whole.runs:
        return f"{head}: no runs"
    rows = [
        f"{name} {said.spent(part)}"
        for name, part in zip(names, bar.parts, strict=True)
        if part.runs and (part.pico or part.unpriced)
    ]
    unknown = f"{said.count(whole.unpriced, 'run')} without a price" if whole.unpriced else ""
    parts = [f"{head}: {said.spent(whole)} in {said.count(whole.runs, 'run')}", *rows, unknown]
    return f"{'; '.join(filter(None, parts))}. {MORE}"


def tokens_plot(series: Series) -> Plot:
    end, step = scale(max((bar.whole.tokens for bar in series.bars), default=0))
    whole = Sums.add(bar.whole for bar in series.bars)
    columns = []
    for bar in series.bars:
        sums = bar.whole
        numbers = tuple(part.of(sums) for part in TOKENS)
        rows = [
            f"{words.number(number)} {part.name}"
            for part, number in zip(TOKENS, numbers, strict=True)
            if number
        ]
        text = f"{said.days(bar.days)}: {'; '.join(rows) if rows else 'no tokens'}"
        columns.append(
            Column(
                numbers,
                f"{text}. {MORE}" if sums.runs else text,
                said.step(bar.days, series.unit),
            )
        )
    return Plot(
        f"Tokens a {series.unit}",
        f"{words.tokens(whole.tokens)} in all" if whole.runs else "",
        tuple(part.ink for part in TOKENS),
        columns,
        tuple((value, words.tokens(value)) for value in range(0, end + 1, step)),
        end,
        NONE if not whole.runs else "No tokens were reported",
    )
