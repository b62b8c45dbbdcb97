"""How fast an answer came, as a picture: tokens a second over time.

The tokens are those that the server reported, spread over time as the characters came. Where it
reported none, events are counted in their place, and the picture says so.
"""

from __future__ import annotations

from typing import NamedTuple

from playground.core.pace import Moment, Pace
from playground.core.spent import Doing, Kind, Spent
from playground.core.usage import Usage
from playground.ui import words
from playground.ui.widgets.columnpaint import Column, Line, Picture
from playground.ui.widgets.spentwords import SAID
from playground.ui.widgets.timescale import SECOND, TimeScale, stamp

TITLE = "Tokens a second"
EVENTS = "Events a second"
APART = 90
"""Pixels between two marks of the axis, at least."""
WIDTH = 5
"""Pixels of a column, at least."""
EACH = 4
"""Gaps that fit into a column: with fewer it would be noise."""
_ORDER: tuple[Doing, ...] = ("reasoning", "writing", "arguments", "hosted", "closing")
GENERATING: tuple[Kind, ...] = ("reasoning", "writing", "arguments")


class Shown(NamedTuple):
    """How many tokens there are of what could be seen."""

    tokens: float
    reported: bool
    """By the server, or counted here as it does; else they are events."""


def shown(pace: Pace, usage: Usage | None) -> Shown:
    if usage is None or not usage.output or not pace.total:
        return Shown(pace.tokens, False)
    hidden = 0 if pace.characters.get("reasoning") else usage.reasoning
    return Shown(max(usage.output - hidden, 1), True)


def average(pace: Pace, usage: Usage | None, spent: Spent) -> float | None:
    """Tokens (or events) a second while the model was seen to generate."""
    ns = _busy(pace, spent)
    return shown(pace, usage).tokens / ns * SECOND if ns else None


def _busy(pace: Pace, spent: Spent) -> int:
    """Nanoseconds in which there was something to see of what the model did."""
    kinds = [kind for kind in GENERATING if kind in pace.characters]
    return sum(part.ns for part in spent.parts if part.kind in kinds)


def none_reported(going: bool) -> str:
    return "no tokens reported yet" if going else "no tokens reported"


def rate_picture(
    pace: Pace,
    usage: Usage | None,
    spent: Spent,
    wide: int,
    *,
    going: bool = False,
    moment: float | None = None,
) -> Picture:
    """`wide`: pixels there are; `going`: there may be more; `moment`: what is looked at, in
    nanoseconds of the run."""
    tokens, reported = shown(pace, usage)
    title = TITLE if reported else EVENTS
    whole = pace.moments.span
    if whole is None:
        return Picture(title, empty="Nothing of an answer")
    span = whole[1] - whole[0]
    least = max(span * WIDTH / max(wide, 1), EACH * pace.gaps.quantile(0.75))
    moments = pace.moments.look(round(least))
    begin, end = moments[0].begin, moments[-1].end
    scale = tokens / pace.total if reported else 1.0
    columns = [_column(one, begin, end - begin, scale, reported) for one in moments]
    axis = TimeScale(float(end), float(begin), float(end - begin), 0.0, float(max(wide, 1)))
    ticks = [
        ((t - begin) / (end - begin), text) for t, text in axis.ticks(APART) if begin <= t <= end
    ]
    lines = []
    if moment is not None and begin <= moment <= end:
        lines = [Line((moment - begin) / (end - begin), "", "accent")]
    mean = average(pace, usage, spent)
    top = max(column.high for column in columns)
    note = f"{_rate(mean)} on average" if mean is not None else ""
    if not reported:
        note = " · ".join(filter(None, (none_reported(going), note)))
    return Picture(title, note, columns, lines, ticks, _rate(top))


def _column(one: Moment, begin: int, span: int, scale: float, reported: bool) -> Column:
    seconds = (one.end - one.begin) / SECOND
    amount = one.total * scale if reported else one.events
    if reported:
        parts = tuple(
            (_token(doing), one.characters[doing] * scale / seconds)
            for doing in _ORDER
            if one.characters.get(doing)
        )
    else:
        parts = ((_token(next(iter(one.characters), "writing")), one.events / seconds),)
    what = "tokens" if reported else "events"
    titles = ", ".join(SAID[doing].title.lower() for doing in _ORDER if doing in one.characters)
    at = stamp(one.begin, one.end - one.begin)
    said = f"{_rate(amount / seconds)} {what} a second from {at} on"
    return Column(
        (one.begin - begin) / span,
        (one.end - begin) / span,
        parts if amount else (),
        f"{said}: {titles}" if titles else said,
        one.number,
    )


def _token(doing: Doing) -> str:
    return SAID[doing].frame or SAID[doing].ground


def _rate(value: float) -> str:
    return words.number(value, 0 if value >= 9.95 or value == 0 else 1)
