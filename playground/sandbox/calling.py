"""Calling: which tools a message means, and which of its words are for each.

A message means the tools whose names stand in it. Where there is none it means those that fit what
it says, clause by clause: by the words of their names and descriptions, and by what they have to be
told. Where none fits it means the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from playground.sandbox.arguments import arguments, looks, told
from playground.sandbox.leaves import UnfillableError
from playground.sandbox.picks import named
from playground.sandbox.queries import WRITTEN
from playground.sandbox.turn import Tool, Turn

MOST = 8
"""Calls that are made of one clause, or clauses that are calls; and lists that are looked at."""
READ = 4000
"""Characters in which clauses are looked for."""

_BETWEEN = re.compile(r"[.;!?\n](?=\s|$)|,(?=\s|$)(?! \d{4}\b)|\b(?:and|then|also|plus)\b")
"""Where a clause may end."""
_JOINED = re.compile(
    r"\s*(?:,?\s*(?:\b(?:and|or|then)\b|[&/])|,)\s*(?:(?:in|of|for|at|to)\s+)?(?:the\s+)?"
)
"""What is between two names of a list."""
_WORD = re.compile(r"[^\W_]+")
_EMPTY = set(
    _WORD.findall(
        "a about again all also an and any are as at be by call can do does for from get give has "
        "have how i in into is it its list look make many me much my no nothing now of on one or "
        "other our please right same shall show so such tell than that the their them then there "
        "these they this to tool use was we what when where which while who will with would you "
        "your every day days name number up"
    )
)
"""Words that tell no tool from another."""


class Meant(NamedTuple):
    tool: Tool
    text: str


def meant(turn: Turn) -> list[Meant]:
    """The calls that a turn makes, in their order. A tool that is forced is called once."""
    if not turn.tools or turn.tool_choice == "none":
        return []
    if turn.forced is not None:
        forced = [tool for tool in turn.tools if tool.name == turn.forced]
        return [Meant(tool, _without([tool], turn.prompt)) for tool in forced]
    if turn.tool_choice == "auto" and (turn.tool_outputs or turn.approvals):
        return []
    if named := _named(turn):
        calls = _addressed(named, turn.prompt)
    else:
        calls = _fitting(list(turn.tools), turn.prompt) or [Meant(turn.tools[0], turn.prompt)]
    every = [one for call in calls for one in _each(call)]
    return every if turn.parallel else every[:1]


# Tools by their names.


def _named(turn: Turn) -> list[Tool]:
    """The tools whose names stand in the message, in the order of their names there."""
    places = {
        tool.name: found.start() for tool in turn.tools if (found := _find(tool, turn.prompt))
    }
    return sorted(
        (tool for tool in turn.tools if tool.name in places), key=lambda tool: places[tool.name]
    )


def _find(tool: Tool, text: str) -> re.Match[str] | None:
    return next(_places(tool, text), None)


def _places(tool: Tool, text: str) -> Iterator[re.Match[str]]:
    name = re.escape(tool.name)
    if tool.kind == "hosted":
        name = name.replace("_", "[_ ]")  # People say "web search".
    return re.finditer(rf"(?<![\w-]){name}(?![\w-])", text)


def _addressed(tools: list[Tool], text: str) -> list[Meant]:
    """What is said to each: what stands behind its name, up to the next; but where all the names
    come first, what fits it of the rest."""
    rest = _without(tools, text)
    places = [(found.start(), found.end(), tool) for tool in tools for found in _places(tool, text)]
    places.sort(key=lambda place: place[0])
    calls: list[Meant] = []
    for (_, start, tool), (end, _, _) in pairwise([*places, (len(text), 0, tools[0])]):
        calls.append(Meant(tool, text[start:end]))
    again = {tool.name for tool in tools if sum(call.tool == tool for call in calls) > 1}
    calls = [call for call in calls if call.tool.name not in again or told(*call)]
    calls += [Meant(tool, rest) for tool in tools if all(call.tool != tool for call in calls)]
    if len(calls) == 1:
        return [Meant(calls[0].tool, rest)]
    needy = [call for call in calls if call.tool.kind == "function" and call.tool.parameters]
    if all(_says(call.text) for call in needy):
        return calls
    fitting = _fitting([call.tool for call in needy], rest)
    made = []
    for call in calls:
        own = [one for one in fitting if one.tool == call.tool]
        made += own or [call if _says(call.text) or call not in needy else Meant(call.tool, rest)]
    return made


def _without(tools: list[Tool], text: str) -> str:
    """A message without the names of tools, which must not become arguments."""
    for tool in tools:
        for found in reversed(list(_places(tool, text))):
            text = text[: found.start()] + text[found.end() :]
    return text


def _says(text: str) -> bool:
    return any(word.lower() not in _EMPTY for word in _WORD.findall(text))


# Tools by what they are for.


def _fitting(tools: list[Tool], text: str) -> list[Meant]:
    """A call for each clause that tells a tool what it has to know; what is said before and behind
    belongs to it. Without such a clause the tool that fits the whole, if one does."""
    calls: list[Meant] = []
    before = ""
    for clause in _clauses(text):
        tool = None
        if len(calls) < MOST:
            tool = _best([tool for tool in tools if told(tool, clause)], clause)
        if tool is not None:
            calls.append(Meant(tool, before + clause))
            before = ""
        elif calls:
            calls[-1] = Meant(calls[-1].tool, calls[-1].text + clause)
        else:
            before += clause
    if calls:
        return calls
    tool = _best(tools, text)
    return [] if tool is None else [Meant(tool, text)]


def _clauses(text: str) -> list[str]:
    """All of the text in pieces, of which each ends where one may. Names that are listed stay
    together, and so does a query."""
    whole = [(names[0].start(), names[-1].end()) for names in _lists(text)]
    whole += [found.span() for found in WRITTEN.finditer(text)]
    pieces, at = [], 0
    for found in _BETWEEN.finditer(text, 0, READ):
        if not any(start < found.start() < end for start, end in whole):
            pieces.append(text[at : found.end()])
            at = found.end()
    return [piece for piece in (*pieces, text[at:]) if piece]


def _best(tools: list[Tool], text: str) -> Tool | None:
    """The one that fits a text best, the first of equals; None when none does."""
    words = {_stem(word) for word in _WORD.findall(text)}
    marks = {tool.name: _fit(tool, words, text) for tool in tools}
    best = max(tools, key=lambda tool: marks[tool.name], default=None)
    return best if best is not None and marks[best.name] > 0 else None


def _fit(tool: Tool, words: set[str], text: str) -> int:
    """By the words of its name, of its parameters and of its description, and by their looks."""
    rules = tool.parameters.get("properties")
    rules = rules if isinstance(rules, dict) and tool.kind == "function" else {}
    spoken = []
    for name, rule in rules.items():
        spoken.append(name)
        if isinstance(rule, dict):
            values = rule.get("enum")
            spoken.append(str(rule.get("description") or ""))
            spoken += map(str, values if isinstance(values, list) else ())
    return (
        3 * len(words & _stems(tool.name))
        + 2 * len(words & _stems(" ".join(spoken)))
        + len(words & _stems(tool.description))
        + (looks(tool, text) if rules else 0)
    )


def _stems(text: str) -> set[str]:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return {_stem(word) for word in _WORD.findall(apart) if word.lower() not in _EMPTY}


def _stem(word: str) -> str:
    """The same for one and for many."""
    word = word.lower()
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


# The same for several.


def _each(call: Meant) -> list[Meant]:
    """A call for each name of a list, where the tool takes one of them: `in Oslo and Rome`."""
    if call.tool.kind != "function" or len(call.text) > READ:
        return [call]
    for names in _lists(call.text)[:MOST]:
        start, end = names[0].start(), names[-1].end()
        if _takes_one(call.tool, call.text, [name[0] for name in names]):
            return [
                Meant(call.tool, call.text[:start] + name[0] + call.text[end:])
                for name in names[:MOST]
            ]
    return [call]


def _lists(text: str) -> list[list[re.Match[str]]]:
    """The names that are listed in a text. Two that only a comma parts are one: `Oslo, Norway`."""
    found: list[list[re.Match[str]]] = []
    names = named(text)
    for last, name in pairwise(names):
        if _JOINED.fullmatch(text[last.end() : name.start()]) is None:
            continue
        if found and found[-1][-1] is last:
            found[-1].append(name)
        else:
            found.append([last, name])
    return [
        row for row in found if len(row) > 2 or text[row[0].end() : row[1].start()].strip() != ","
    ]


def _takes_one(tool: Tool, text: str, names: list[str]) -> bool:
    """Whether only one of the names becomes an argument."""
    try:
        values = set(_strings(arguments(tool, text)))
    except UnfillableError:
        return False  # which is told where the call is made
    return sum(name in values for name in names) == 1


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for one in value.values():
                yield from _strings(one)
        case list():
            for one in value:
                yield from _strings(one)
