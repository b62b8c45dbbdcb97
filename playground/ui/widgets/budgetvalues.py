"""Budgets in words: what somebody types into a field of one, and what is said of it. No Qt widgets.

Amounts are decimal from the first digit typed, and written with a dot, as price lists and the
settings file write them: in some places 1,250 is a thousand and in others hardly more than one.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from playground.core.budget import SCOPES, Budget, Budgets, Scope
from playground.core.session import Run
from playground.engine.budget import Spent
from playground.ui import words

LONGEST = 24
"""Characters of an amount; more of them are no amount of money."""
AMOUNT = re.compile(r"\$? *([0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
GROUPED = re.compile(r"[0-9]{1,3}(?:[ \u00a0\u202f_,][0-9]{3})+|[0-9]+")
"""A whole number, its thousands apart or not."""

TITLES: dict[Scope, str] = {
    "run": "A run",
    "session": "A session",
    "day": "A day",
    "month": "A month",
}


class Limit(NamedTuple):
    """One number of the budgets."""

    scope: Scope
    unit: str
    """`usd`, `tokens`, `requests` or `seconds`; the latter two only of a run."""


LIMITS: tuple[Limit, ...] = (
    *(Limit(scope, unit) for scope in SCOPES for unit in ("usd", "tokens")),
    Limit("run", "requests"),
    Limit("run", "seconds"),
)
UNITS = {"usd": "US dollars", "tokens": "Tokens", "requests": "Requests", "seconds": "Seconds"}


def amount(text: str) -> Decimal | None:
    """Dollars, None of nothing. Raises ValueError with a sentence."""
    text = text.strip()
    if not text:
        return None
    if len(text) > LONGEST:
        raise ValueError(f"That is longer than the {LONGEST} characters of any amount.")
    if text.startswith("-"):
        raise ValueError("An amount is 0 or more.")
    if "," in text:
        raise ValueError("Write the amount with a dot and without commas: 1250 or 0.25.")
    found = AMOUNT.fullmatch(text)
    if found is None:
        raise ValueError(f"“{text}” is no amount. Write it like 0.25.")
    return Decimal(found[1])


def whole(text: str) -> int | None:
    """A count, None of nothing. Raises ValueError with a sentence."""
    text = text.strip()
    if not text:
        return None
    if len(text) > LONGEST:
        raise ValueError(f"That is longer than the {LONGEST} characters of any count.")
    if text.startswith("-"):
        raise ValueError("A count is 0 or more.")
    if GROUPED.fullmatch(text) is None:
        raise ValueError(f"“{text}” is no whole number. Write it like 20000.")
    return int(re.sub(r"\D", "", text))


def read(limit: Limit, text: str) -> Decimal | int | None:
    """Raises ValueError with a sentence."""
    return amount(text) if limit.unit == "usd" else whole(text)


def value(budgets: Budgets, limit: Limit) -> Decimal | int | None:
    holder: Budget | Budgets = budgets
    if limit.unit in ("usd", "tokens"):
        holder = budgets.of(limit.scope)
    found: Decimal | int | None = getattr(holder, limit.unit)
    return found


def put(budgets: Budgets, limit: Limit, number: Decimal | int | None) -> Budgets:
    """Budgets with another number in one place."""
    if limit.unit not in ("usd", "tokens"):
        return budgets.model_copy(update={limit.unit: number})
    budget = budgets.of(limit.scope).model_copy(update={limit.unit: number})
    return budgets.model_copy(update={limit.scope: budget})


def typed(number: Decimal | int | None) -> str:
    """A number as `read` takes it back, every digit of it."""
    if isinstance(number, Decimal):
        return f"{number:f}"
    return "" if number is None else str(number)


def nothing(limit: Limit) -> str:
    """What a budget of 0 means."""
    return {
        "usd": "0: nothing is sent that costs anything. Servers on this computer are free.",
        "tokens": "0: nothing is sent at all.",
        "requests": "0: no run sends anything.",
        "seconds": "0: no run sends anything.",
    }[limit.unit]


def summary(budgets: Budgets) -> str:
    """`$0.20 a run · 120 s · $5 a day`; what is not set is left out."""
    rows: list[str] = []
    for limit in LIMITS:
        number = value(budgets, limit)
        if number is None:
            continue
        match limit.unit:
            case "usd":
                rows.append(f"{words.exact(Decimal(number))} {TITLES[limit.scope].lower()}")
            case "tokens":
                count = words.tokens(int(number))
                rows.append(f"{count} tokens {TITLES[limit.scope].lower()}")
            case "requests":
                rows.append(f"{number} request{'' if number == 1 else 's'}")
            case _:
                rows.append(f"{number} s")
    return " · ".join(rows)


def used(spent: Spent | None, budget: Budget) -> str:
    """What has been used of it so far, and how much of it that is."""
    if spent is None:
        return ""
    least = "at least " if spent.unknown else ""
    said = [f"{least}{words.money(spent.usd)}{_part(spent.usd, budget.usd)}"]
    said.append(f"{words.tokens(spent.tokens)} tokens{_part(spent.tokens, budget.tokens)}")
    if spent.unknown:
        answers = "one answer" if spent.unknown == 1 else f"{spent.unknown} answers"
        said.append(f"what {answers} cost is not known")
    return " · ".join(said)


def used_by(run: Run | None) -> str:
    """What the run that is looked into has used."""
    if run is None or not run.transcript.legs:
        return ""
    seen = run.transcript
    usd = run.cost.usd if run.cost is not None else None
    said = [
        words.money(usd) if usd is not None else "cost unknown",
        f"{words.tokens(seen.usage.total)} tokens" if seen.usage is not None else "",
        f"{seen.legs} request{'' if seen.legs == 1 else 's'}",
        words.seconds((seen.timing.end or 0) / 1e9) if seen.timing.end else "",
    ]
    return " · ".join(filter(None, said))


def _part(spent: Decimal | int, limit: Decimal | int | None) -> str:
    if not limit:
        return ""
    share = int(100 * spent / limit)
    return f" ({share} %)" if share < 100 else " (used up)"
