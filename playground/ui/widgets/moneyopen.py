"""Where a sum comes from, as rows of a pop-up: what it adds up, to the last digit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from playground.core.usage import Usage
from playground.engine.ledger import Group
from playground.store.ledger import Entry, Opened, Sums
from playground.ui import words
from playground.ui.widgets import moneywords as said
from playground.ui.widgets.details import Rows, cost_rows

SHOWN = 12
"""Parts of a sum; the rest is one."""
OUTLINE = "Runs in the trash count: they were paid for. Forgotten ones are gone."


def spent_rows(groups: Sequence[Group], named: Callable[[str], str]) -> tuple[str, Rows]:
    """(title, rows): what was spent, by model or server; what has no price by itself."""
    priced = [one for one in groups if one.sums.priced]
    rows: Rows = []
    for one in priced[:SHOWN]:
        runs = said.count(one.sums.priced, "run")
        usd = one.sums.usd or Decimal(0)
        rows.append((f"{said.name_of(named(one.key))}, {runs}", words.exact(usd)))
    rest = Sums.add(one.sums for one in priced[SHOWN:])
    if rest.priced and rest.usd is not None:
        rows.append((f"{len(priced) - SHOWN} others", words.exact(rest.usd)))
    whole = Sums.add(one.sums for one in groups)
    if whole.usd is not None:
        rows.append(("at least" if whole.unpriced else "total", words.exact(whole.usd)))
    for one in [one for one in groups if one.sums.unpriced][:SHOWN]:
        runs = said.count(one.sums.unpriced, "run")
        rows.append((f"  no price: {said.name_of(named(one.key))}", runs))
    free = whole.runs - whole.priced - whole.unpriced
    if free > 0:
        rows.append(("  nothing was used", said.count(free, "run")))
    rows.append((OUTLINE, ""))
    return "Spent", rows


def token_rows(sums: Sums) -> tuple[str, Rows]:
    rows = [
        ("input", words.number(sums.input)),
        ("  of it cached", words.number(sums.cached)),
        ("output", words.number(sums.output)),
        ("  of it reasoning", words.number(sums.reasoning)),
        ("total", words.number(sums.tokens)),
    ]
    if sums.estimated:
        of = f"{words.number(sums.estimated)} of {said.count(sums.runs, 'run')}"
        rows.append((f"≈ counted here in {of}, because the server did not", ""))
    return f"Tokens of {said.count(sums.runs, 'run')}", rows


def run_tokens(entry: Entry, opened: Opened) -> tuple[str, Rows]:
    """Of one run, with each of its requests where it has several."""
    title = "Tokens, counted here" if entry.estimated else "Tokens, as the server reported"
    if entry.input is None and entry.output is None:
        return "Tokens", [("reported", "nothing")]
    rows = [
        ("input", words.number(entry.input or 0)),
        ("  of it cached", words.number(entry.cached or 0)),
        ("output", words.number(entry.output or 0)),
        ("  of it reasoning", words.number(entry.reasoning or 0)),
        ("total", words.number((entry.input or 0) + (entry.output or 0))),
    ]
    if len(opened.requests) > 1:
        some = opened.requests[:SHOWN]
        rows += [(f"request {number}", words.usage(used)) for number, used in enumerate(some, 1)]
        if len(opened.requests) > SHOWN:
            rest = Usage.add(opened.requests[SHOWN:]) or Usage()
            rows.append((f"{len(opened.requests) - SHOWN} more", words.usage(rest)))
    return title, rows


def run_cost(opened: Opened) -> tuple[str, Rows]:
    """Of one run: its lines, as its footer shows them."""
    return cost_rows(opened.cost)
