"""Routing: who is asked in the place of the session's own server and model, by rules.

Pure but for regular expressions, which run with a limit in time: they may be anybody's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING

from playground.core.call import Call
from playground.core.items import Item, Message
from playground.core.patterns import Patterns, Rule, Target

if TYPE_CHECKING:
    import regex

LIMIT = 0.2
"""Seconds for one search by a regular expression."""
ALLOWANCE = 1.0
"""Seconds for all of them together, before one run."""
AT_ONCE = 0.03
"""The same where somebody waits for every letter: of what is only looked at."""
NOTES = 3
"""Rules that were passed over which are told of one by one."""
LONGEST = 20_000
"""Characters of a pattern."""
READ = 4_000
"""Characters of a message that the model that picks has to read."""
QUOTED = 60
"""Characters of a value, or of an answer, that are told of."""

INSTRUCTIONS = (
    "You choose which model answers a request. Say the number of your choice and nothing else."
)

_DEMANDED = re.compile(r"\{(\d+)")


@dataclass(frozen=True, slots=True)
class Fit:
    """Who is to be asked, and why."""

    target: Target
    rule: str
    """`rule 2`, or `picker`."""
    why: str
    """As the second half of a sentence."""


def settled(patterns: Patterns, profile: str) -> Patterns:
    """The same with the session's own server by its name: what comes of a run may go on elsewhere,
    and "the session's" would be another one then."""

    def named(target: Target) -> Target:
        return target if target.profile else target.model_copy(update={"profile": profile})

    return patterns.model_copy(
        update={
            "rules": [
                one.model_copy(update={"target": named(one.target)}) for one in patterns.rules
            ],
            "picker": named(patterns.picker) if patterns.picker is not None else None,
            "choices": [named(one) for one in patterns.choices],
            "fallback": [named(one) for one in patterns.fallback],
        }
    )


# Rules.


def wrong(rule: Rule) -> str:
    """Why a rule can never hold, as a sentence; empty: it can."""
    match rule.sign:
        case "contains":
            return "" if rule.value.strip() else "It says no words to look for."
        case "matches":
            return _wrong_pattern(rule.value)
        case "longer" | "shorter":
            if _number(rule.value) is None:
                return "It needs a whole number of characters."
        case _:
            pass
    return ""


def fitting(
    patterns: Patterns, call: Call, history: Sequence[Item], allowance: float = ALLOWANCE
) -> tuple[Fit | None, list[str]]:
    """(the first rule that holds of what is said at the end of a conversation, what could not be
    looked at and why). `allowance`: seconds for all regular expressions together."""
    said = last_words(history)
    notes: list[str] = []
    for number, rule in enumerate(patterns.rules, 1):
        if why := wrong(rule):
            notes.append(f"Rule {number} was passed over. {why}")
            continue
        limit, begin = min(LIMIT, allowance), perf_counter()
        try:
            found = _holds(rule, said, call, history, limit)
        except TimeoutError:
            took = f"took over {limit:.2g} s" if limit > 0 else "had no time left after the others"
            notes.append(f"Rule {number} was passed over: its pattern {took}.")
            continue
        finally:
            allowance = max(allowance - (perf_counter() - begin), 0.0)
        if found:
            return Fit(rule.target, f"rule {number}", f"{found} (rule {number})"), _few(notes)
    return None, _few(notes)


def _few(notes: list[str]) -> list[str]:
    """A session of somebody else's may have any number of rules."""
    more = len(notes) - NOTES
    return [*notes[:NOTES], f"{more} more were passed over."] if more > 1 else notes


def last_words(history: Sequence[Item]) -> str:
    """What the user said last."""
    for item in reversed(history):
        if isinstance(item, Message) and item.role == "user":
            return str(item.text)
    return ""


def _holds(rule: Rule, said: str, call: Call, history: Sequence[Item], limit: float) -> str:
    """What makes a rule hold, in words; empty: it does not. Raises TimeoutError after so many
    seconds."""
    match rule.sign:
        case "always":
            return "that is always so"
        case "contains":
            found = rule.value.casefold() in said.casefold()
            return f"the message contains “{short(rule.value)}”" if found else ""
        case "matches":
            if limit <= 0:
                raise TimeoutError
            # `concurrent` lets other threads go on meanwhile.
            found = _compiled(rule.value).search(said, timeout=limit, concurrent=True) is not None
            return f"the message matches {short(rule.value)}" if found else ""
        case "longer":
            most = _number(rule.value) or 0
            return f"the message has more than {most} characters" if len(said) > most else ""
        case "shorter":
            least = _number(rule.value) or 0
            return f"the message has fewer than {least} characters" if len(said) < least else ""
        case "tools":
            return "tools are offered" if call.tools or call.fields.get("tools") else ""
        case "schema":
            return "the answer is asked for in a form" if call.output.asked else ""
        case "attachments":
            there = any(isinstance(item, Message) and item.parts for item in history)
            return "something is attached" if there else ""


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\s*[0-9]{1,9}\s*", text) else None


@lru_cache(maxsize=256)
def _wrong_pattern(pattern: str) -> str:
    if not pattern:
        return "It has no pattern."
    if len(pattern) > LONGEST:
        return f"A pattern has at most {LONGEST} characters."
    repetitions = 1
    for digits in _DEMANDED.findall(pattern):  # `regex` writes out what must occur
        repetitions *= max(1, int(digits[:9]))
        if repetitions > LONGEST:
            return f"The pattern repeats something more than {LONGEST} times."
    import regex  # slow to import, and most rules have no pattern

    try:
        _compiled(pattern)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        return f"The pattern cannot be read: {error}."
    return ""


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> regex.Pattern[str]:
    import regex

    return regex.compile(pattern)


# A model that picks.


def question(choices: Sequence[tuple[str, str]], history: Sequence[Item]) -> str:
    """What the model that picks is asked: (who, what that is good for) of each choice, and what the
    user said."""
    rows = [
        f"{number}. {who}" + (f": {about}" if about else "")
        for number, (who, about) in enumerate(choices, 1)
    ]
    said = cut(last_words(history))
    listed = "\n".join(rows)
    return f"Choices:\n{listed}\n\nRequest:\n{said}\n\nWhich choice? Say its number only."


def cut(text: str) -> str:
    """Its beginning and its end, where it is longer than anybody reads here."""
    return text if len(text) <= READ else f"{text[: READ // 2]}\n…\n{text[-READ // 2 :]}"


def picked(answer: str, choices: Sequence[Target]) -> Target | None:
    """The one that was picked: by its number, or by its name where only one is named; None: what
    was said is none of them."""
    numbers = set(re.findall(r"(?<![\w.-])[0-9]{1,4}(?![\w-]|\.[0-9])", answer))
    if len(numbers) == 1 and 1 <= (number := int(numbers.pop())) <= len(choices):
        return choices[number - 1]
    named = [one for one in choices if one.model and one.model.casefold() in answer.casefold()]
    # The longest: the name of one may begin that of another.
    named.sort(key=lambda one: len(one.model), reverse=True)
    if named and all(one.model.casefold() in named[0].model.casefold() for one in named[1:]):
        return named[0]
    return None


def short(text: str) -> str:
    """A text on a line, as much of it as is told of."""
    line = " ".join(text[: 4 * QUOTED].split())
    return line if len(line) <= QUOTED else line[: QUOTED - 1].rstrip() + "…"
