"""An estimate in words: a line for the composer, and the arithmetic behind it. No Qt widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from playground.core.budget import SCOPES, Budgets, Scope
from playground.core.problem import Problem
from playground.core.usage import Cost
from playground.engine.budget import Spent
from playground.engine.estimate import Estimate, together
from playground.ui import words
from playground.ui.widgets.budgetvalues import TITLES
from playground.ui.widgets.details import Rows, arithmetic


class Line(NamedTuple):
    """What stands in the composer."""

    long: str
    short: str
    """Where there is no room for the whole."""
    warns: bool
    told: str
    """The same as a sentence."""


class Section(NamedTuple):
    head: str
    rows: Rows = []
    sentences: tuple[str, ...] = ()


Used = Mapping[Scope, Spent]


def line(one: Estimate, used: Used, budgets: Budgets) -> Line:
    tokens = f"{_about(one)}{words.tokens(one.input)} tok"
    over = passed(one, used, budgets)
    warning = {"no": "too long", "tight": "may be too long"}.get(one.fits, "")
    if not warning and over:
        warning = "over budget"
    return Line(
        long=" · ".join(filter(None, (f"est. {tokens}", cost_range(one), warning))),
        short=warning or tokens,
        warns=bool(warning),
        told=" ".join(
            (f"About {words.number(one.input)} tokens,", f"{cost_range(one)}.", fit(one))
        ),
    )


def lines(every: Sequence[Estimate], used: Used, budgets: Budgets) -> Line:
    """The same of several requests that are sent at once."""
    if len(every) == 1:
        return line(every[0], used, budgets)
    whole = together(every)
    tokens = f"{_about(whole)}{words.tokens(whole.input)} tok"
    warning = {"no": "too long", "tight": "may be too long"}.get(whole.fits, "")
    if not warning and all_passed(every, used, budgets):
        warning = "over budget"
    said = (f"est. {tokens} in {len(every)} requests", cost_range(whole), warning)
    told = [f"About {words.number(whole.input)} tokens in {len(every)} requests,"]
    told.append(f"{cost_range(whole)}.")
    told += [f"{one.model}: {fit(one)}" for one in every if one.fits in ("no", "tight")]
    return Line(" · ".join(filter(None, said)), warning or tokens, bool(warning), " ".join(told))


def refused(problem: Problem) -> Line:
    """Why there is no estimate: what would be sent cannot be."""
    return Line("no estimate", "no estimate", True, f"{problem.title} {problem.detail}".strip())


def cost_range(one: Estimate) -> str:
    """`$0.0003–$0.0042`, `≥ $0.0003`, `$0`, `cost unknown`: never $0 for an unknown price."""
    if one.free:
        return "$0"
    least = one.least.usd
    if least is None:
        return "cost unknown"
    most = one.most.usd if one.most is not None and not one.most.at_least else None
    if most is None or one.least.at_least:
        return f"≥ {words.money(least)}"
    return words.money(least) if most == least else f"{words.money(least)}–{words.money(most)}"


def fit(one: Estimate) -> str:
    """Whether it fits what the model can read, in a sentence."""
    if one.window is None:
        return "How much the model can read is not known."
    window = words.number(one.window)
    match one.fits:
        case "no":
            return f"That is more than the {window} tokens that the model can read."
        case "tight":
            return f"With the longest answer that is more than the {window} tokens of the model."
        case "unknown":
            return f"The model has {window} tokens; how many of them this takes is not known."
        case _:
            return f"It fits the {window} tokens of the model."


def sections(one: Estimate, used: Used, budgets: Budgets) -> list[Section]:
    """All that the line rests on."""
    known = "the model’s own vocabulary" if one.exact else "≈ with a vocabulary like its own"
    rows: Rows = [("input tokens", words.number(one.input)), ("counted with", known)]
    if one.cached is not None:
        rows.append(("should be in the cache", words.number(one.cached)))
    longest = "no limit was set" if one.output is None else words.number(one.output)
    rows.append(("longest answer", longest))
    made = [Section("Tokens of the next request", rows)]
    if one.window is not None:
        left = one.window - one.input
        rest: Rows = [("the model reads and writes", words.number(one.window))]
        rest.append(("left for the answer", words.number(max(left, 0))))
        made.append(Section("Room", rest, (fit(one),)))
    else:
        made.append(Section("Room", sentences=(fit(one),)))
    made.append(_cost("Least", one.least, "with what should be cached, without the answer"))
    if one.most is not None:
        most = _cost("Most", one.most, "with the longest answer, and nothing cached")
        if most.rows and one.most.source == one.least.source:  # it is said above
            most = most._replace(rows=[row for row in most.rows if row[0] != "price"])
        made.append(most)
    elif not one.free:
        made.append(Section("Most", sentences=("There is no upper bound.",)))
    if remains := _left(one, used, budgets, passed(one, used, budgets)):
        made.append(Section("Left of the budgets", remains))
    made.append(Section("What this rests on", sentences=one.basis))
    return made


def many(every: Sequence[Estimate], used: Used, budgets: Budgets) -> list[Section]:
    """All that the line of several requests rests on."""
    if len(every) == 1:
        return sections(every[0], used, budgets)
    whole = together(every)
    rows = [
        (name, f"{_about(one)}{words.number(one.input)} · {cost_range(one)}")
        for name, one in (*((one.model, one) for one in every), ("together", whole))
    ]
    made = [Section("Input tokens and cost of the next requests", rows)]
    for one in every:
        made.append(_cost(f"{one.model} · least", one.least, "without the answer"))
        if one.most is not None and not one.free:
            made.append(_cost(f"{one.model} · most", one.most, "with the longest answer"))
        made[-1] = made[-1]._replace(sentences=(*made[-1].sentences, fit(one)))
    if remains := _left(whole, used, budgets, all_passed(every, used, budgets)):
        made.append(Section("Left of the budgets", remains))
    sentences = dict.fromkeys(sentence for one in every for sentence in one.basis)
    made.append(Section("What this rests on", sentences=tuple(sentences)))
    return made


def _cost(name: str, cost: Cost, what: str) -> Section:
    if cost.usd is None:
        return Section(f"{name}: cost unknown", sentences=(f"{cost.source.rstrip('.')}.",))
    rows = arithmetic(cost)
    dated = f", {cost.as_of}" if cost.as_of not in cost.source else ""
    rows.append(("price", f"{cost.source}{dated}"))
    return Section(f"{name}: {what}", rows)


def _left(one: Estimate, used: Used, budgets: Budgets, warnings: Sequence[str]) -> Rows:
    """What is left of each budget before this is sent, and which of them would not hold."""
    rows: Rows = []
    for scope in SCOPES:
        budget, spent = budgets.of(scope), used.get(scope, Spent())
        said: list[str] = []
        if budget.usd is not None:
            left = max(budget.usd - spent.usd, Decimal(0))
            at_most = "at most " if spent.unknown else ""
            said.append(f"{at_most}{words.exact(left)} of {words.exact(budget.usd)}")
        if budget.tokens is not None:
            rest = max(budget.tokens - spent.tokens, 0)
            said.append(f"{words.number(rest)} of {words.number(budget.tokens)} tokens")
        if said:
            rows.append((TITLES[scope].lower(), " · ".join(said)))
    for warned in warnings:
        rows.append((f"It would not be sent: it passes the budget of {warned}.", ""))
    return rows


def _about(one: Estimate) -> str:
    return "" if one.exact else "≈ "


def all_passed(every: Sequence[Estimate], used: Used, budgets: Budgets) -> list[str]:
    """Budgets that would hold one of several requests back: each is a run of its own, and all of
    them are of one session and one day."""
    alone = (name for one in every for name in passed(one, used, budgets, ("run",)))
    return [
        *dict.fromkeys(alone),
        *passed(together(every), used, budgets, [one for one in SCOPES if one != "run"]),
    ]


def passed(
    one: Estimate, used: Used, budgets: Budgets, scopes: Sequence[Scope] = SCOPES
) -> list[str]:
    """Budgets that would hold this request back."""
    found: list[str] = []
    for scope in scopes:
        budget, spent = budgets.of(scope), used.get(scope, Spent())
        tokens = budget.tokens is not None and (
            spent.tokens + one.input > budget.tokens or spent.tokens >= budget.tokens
        )
        money = budget.usd is not None and not one.free
        if money and budget.usd is not None:
            least = one.least.usd
            money = least is None or spent.usd + least > budget.usd or spent.usd >= budget.usd
        if tokens or money:
            found.append(TITLES[scope].lower())
    return found
