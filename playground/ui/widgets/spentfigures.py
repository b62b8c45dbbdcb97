"""The figures of a run's time as rows: what it was spent on, its gaps, what came in one piece, and
where it stood still."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from playground.core.pace import STALLS, Pace, Stall
from playground.core.recording import Recording
from playground.core.spent import Part
from playground.core.spread import Spread
from playground.core.usage import Usage
from playground.ui import words
from playground.ui.widgets.figures import Cell, Figure
from playground.ui.widgets.rateplot import none_reported, shown
from playground.ui.widgets.spentwords import MS, SAID, share, times, took

SHOWN = 200
"""Stalls, at most."""
RULE = "over 50 ms, and over ten times the median gap"
ON = " frames. It is meanwhile, and no part of the sum."
SILENT = "The stream said nothing until this event."
UNSEEN = "It is measured while a run goes on in a window that can be seen."


def spent_rows(name: str, total: int, parts: Iterable[Part]) -> list[Figure]:
    """What one bar says; its parts in their order."""
    rows = [
        Figure(
            name,
            (Cell(took(total)), Cell("100 %")),
            f"{name}: every moment of it is in one of the rows below.",
            heading=True,
        )
    ]
    for part in parts:
        said = SAID[part.kind]
        rows.append(
            Figure(
                said.title,
                (Cell(took(part.ns), part.number), Cell(share(part.ns, total), part.number)),
                f"{said.about} It happened {times(part.times)}.",
                colours=(said.ground, said.frame),
            )
        )
    return rows


def pace_rows(
    pace: Pace,
    usage: Usage | None,
    drawn: Mapping[str, Any],
    number: int = -1,
    *,
    going: bool = False,
) -> list[Figure]:
    """`drawn`: the fact of that name, and `number`, which event it is; `going`: there may be
    more."""
    rows = [
        Figure("", (Cell("median"), Cell("95 %"), Cell("longest")), heading=True),
        _gaps(pace.gaps),
    ]
    if drawn.get("frames"):
        names = ("p50_ms", "p95_ms", "max_ms")
        cells = tuple(Cell(_ms(_float(drawn, name) * MS), number) for name in names)
        frames = words.number(_float(drawn, "frames"))
        rows.append(Figure("Drawn after", cells, f"Of the oldest event in each of {frames}{ON}"))
    else:
        rows.append(Figure("Drawn after: not measured", (), UNSEEN))
    return [*rows, *_pieces(pace, usage, going=going)]


def _gaps(gaps: Spread) -> Figure:
    about = "Between neighbouring events of a stream. 0 is what came in one piece."
    if not gaps.count:
        return Figure("Gap: no two events of a stream", (), about)
    shares = (0.5, 0.95, 1.0)
    cells = tuple(Cell(_ms(gaps.quantile(one)), gaps.whose(one)) for one in shares)
    return Figure("Gap", cells, about)


def _pieces(pace: Pace, usage: Usage | None, *, going: bool) -> list[Figure]:
    """Chunks, events and tokens: how many, and how large."""
    chunks, tokens = pace.chunks, shown(pace, usage)
    inside: tuple[Cell, ...] = ()
    if chunks.count:
        median = Cell(_count(chunks.quantile(0.5)), chunks.whose(0.5))
        inside = Cell(""), median, Cell(_count(chunks.most), chunks.where)
    rows = [
        Figure("", (Cell("count"), Cell("median"), Cell("largest")), heading=True),
        Figure(
            "Network chunks",
            (Cell(_count(chunks.count)), *_sizes(pace.heaps)),
            "Bytes of the events that each completed.",
        ),
        Figure("Events", (Cell(_count(pace.sizes.count)), *_sizes(pace.sizes)), "Bytes of each."),
        Figure("Events in a chunk", inside, "What arrived in one piece, and so has one time."),
    ]
    if not tokens.reported:
        said = none_reported(going).capitalize()
        return [*rows, Figure(said, (), "Only events can be counted.")]
    how = "reported" if usage is None or usage.basis == "reported" else "estimated here"
    each = words.number(tokens.tokens / pace.tokens, 1)
    characters = words.number(pace.total / pace.tokens, 1)
    most = f"on average {characters} characters, at most {_count(pace.most)}"
    return [
        *rows,
        Figure("Tokens", (Cell(_count(tokens.tokens)),), f"Of what was seen to come, {how}."),
        Figure(
            "Tokens in an event",
            (Cell(each, pace.where),),
            f"On average, of {_count(pace.tokens)} events that brought any: {most}.",
        ),
    ]


def stall_rows(stalls: list[Stall], recording: Recording) -> list[Figure]:
    """The longest first."""
    count = f"{_count(STALLS)} or more" if len(stalls) >= STALLS else _count(len(stalls))
    if not stalls:
        return [Figure("Stalls", (), RULE, heading=True), Figure(f"None {RULE}")]
    rows = [Figure(f"Stalls: {count}", (Cell("at"), Cell("silent for")), RULE, heading=True)]
    for stall in stalls[:SHOWN]:
        at, number = recording.times[stall.number], stall.number
        cells = Cell(took(at), number), Cell(took(stall.gap), number)
        rows.append(Figure(f"before event {_count(number)}", cells, SILENT))
    if len(stalls) > SHOWN:
        rows.append(Figure(f"and {_count(len(stalls) - SHOWN)} shorter ones"))
    return rows


def _sizes(sizes: Spread) -> tuple[Cell, ...]:
    if not sizes.count:
        return ()
    return (
        Cell(f"{_count(sizes.quantile(0.5))} B", sizes.whose(0.5)),
        Cell(f"{_count(sizes.most)} B", sizes.where),
    )


def _count(value: float) -> str:
    return words.number(value)


def _ms(ns: float) -> str:
    """As `took`, but of gaps: those of a local server are microseconds."""
    return f"{words.number(ns / MS, 2)} ms" if 0 < ns < MS else took(ns)


def _float(data: Mapping[str, Any], name: str) -> float:
    value = data.get(name)
    return float(value) if isinstance(value, int | float) and 0 <= value < 1e12 else 0.0
