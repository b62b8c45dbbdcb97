"""The cache lens in words and rows: what of a request was in the one before it. No Qt widgets."""

from __future__ import annotations

from playground.engine.cachelens_steps import Row, State, Step
from playground.ui import words
from playground.ui.widgets.figures import Cell, Figure

SIGNS: dict[State, tuple[str, str, str]] = {
    "alike": ("alike", "ok_soft", "ok"),
    "differs": ("differs", "warn_soft", "warn"),
    "new": ("new", "sunken", "border"),
}
"""A word for each state, and the ground and frame of its sign."""
TOLD: dict[State, str] = {
    "alike": "It is as it was in the request before: a server may have it in its cache.",
    "differs": "Here the two are not the same any more. Whatever follows is read anew.",
    "new": "The request before did not have it there.",
}
FIRST = "Nothing was sent before this in its conversation, so there is nothing that a cache has."


def piece_rows(step: Step) -> list[Figure]:
    """All that is read, piece by piece in its order."""
    about = "" if step.exact else "≈ "
    head = Figure(
        "What is read, in its order",
        (Cell("before"), Cell("tokens")),
        "A cache holds beginnings: only what stands before the first difference can be in it.",
        heading=True,
    )
    first = step.lens is None
    return [head, *(_piece(row, about, first=first) for row in step.rows)]


def _piece(row: Row, about: str, *, first: bool) -> Figure:
    said, ground, frame = SIGNS[row.state]
    return Figure(
        f"{row.name}: {row.words}" if row.words else row.name,
        (Cell("" if first else said), Cell(f"{about}{words.number(row.tokens)}")),
        f"{row.place}. {FIRST if first else TOLD[row.state]}",
        colours=(ground, frame),
    )


def sums(step: Step) -> list[tuple[str, str]]:
    """Names and numbers: what should have been found, and what was."""
    lens = step.lens
    about = "" if step.exact else "≈ "
    rows = [("all that is read", f"{about}{words.number(step.tokens)} tokens")]
    if lens is None:
        return rows
    known = "" if lens.exact else "≈ "
    rows.append(("alike", f"{known}{words.number(lens.tokens)} tokens"))
    if lens.predicted is not None:
        rows.append(("should be in the cache", f"{known}{words.number(lens.predicted)} tokens"))
    else:
        rows.append(("should be in the cache", "not known"))
    reported = "not known yet" if lens.reported is None else f"{words.number(lens.reported)} tokens"
    rows.append(("the server found", reported))
    if step.pause is not None:
        rows.append(("time between the two", words.seconds(max(step.pause, 0))))
    return rows


def verdict(step: Step) -> tuple[str, str]:
    """(what came of it in a sentence, the token of its colour)."""
    lens = step.lens
    if lens is None:
        return FIRST, "muted"
    if lens.reported is None or lens.missed is None:
        return lens.why, "muted"
    if lens.missed > 0:
        missed = words.number(lens.missed)
        return f"{missed} tokens that should have been found were not. {lens.why}", "warn"
    if lens.predicted:
        return f"What should have been found was. {lens.why}", "ok"
    return lens.why, "muted"


def sides(step: Step) -> str:
    """Where two requests differ first, both of them: what they share, then each."""
    one = step.difference
    if one is None:
        return ""
    lines = [f"  {line}" for line in f"…{one.shared}".split("\n")] if one.shared else []
    lines += [f"− {line}" for line in (one.before or "(nothing)").split("\n")]
    lines += [f"+ {line}" for line in (one.after or "(nothing)").split("\n")]
    return "\n".join(lines)
