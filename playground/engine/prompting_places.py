"""The places of variables in what somebody writes: which there are, and which were meant to be."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Literal, NamedTuple

from playground.core.prompts import Said
from playground.core.variables import LONGEST, places

Kind = Literal["declared", "undeclared", "escaped", "bad"]

_MEANT = re.compile(r"\{\{([^{}\n]{0,200})(\}\}|\}|$|(?=[{\n]))")
"""Two braces and what may have been meant to be a name, closed or not."""
_WORD = re.compile(r"\s*[\w.-]{1,200}\s*")

MOST = 500
"""Places of a text that are told apart."""


class Spot(NamedTuple):
    start: int
    end: int
    """In characters."""
    kind: Kind
    text: str
    """A name; of what is bad all of it."""
    why: str = ""
    """What is wrong with it, in a sentence."""


class Finding(NamedTuple):
    message: int
    """Which one, from 0."""
    start: int
    end: int
    words: str


def spots(text: str, declared: Collection[str]) -> list[Spot]:
    """What stands in two braces, in its order; at most `MOST`."""
    found: list[Spot] = []
    for one in places(text):
        kind: Kind = "escaped" if one.escaped else "declared"
        if kind == "declared" and one.name not in declared:
            kind = "undeclared"
        found.append(Spot(one.start, one.end, kind, one.name))
        if len(found) == MOST:
            break
    found += _bad(text, found)
    return sorted(found)[:MOST]


def findings(messages: Sequence[Said]) -> list[Finding]:
    """What is badly written in the messages of a prompt. It is sent as it is written."""
    return [
        Finding(number, one.start, one.end, one.why)
        for number, message in enumerate(messages)
        for one in spots(message.text, ())
        if one.kind == "bad"
    ]


def _bad(text: str, good: Sequence[Spot]) -> Iterator[Spot]:
    if "{{" not in text:
        return
    known = {one.start for one in good}
    end = good[-1].end if len(good) == MOST else len(text)
    for found in _MEANT.finditer(text, 0, end):
        start = found.start()
        if start in known or text[:start].endswith("\\"):
            continue
        inner, close = found[1], found[2]
        whole = found[0] if len(found[0]) <= 60 else f"{found[0][:59]}…"
        if close == "}}":
            why = f"is no variable: {_why(inner)}" if inner.strip() else "names no variable."
        elif _WORD.fullmatch(inner):
            why = "is not closed by two braces."
        else:  # braces of something else
            continue
        yield Spot(start, found.end(), "bad", found[0], f"{whole} {why}")


def _why(inner: str) -> str:
    name = inner.strip()
    if len(name) > LONGEST:
        return f"its name has more than {LONGEST} characters."
    if any(char.isspace() for char in name):
        return "a name has no blanks."
    if name[:1].isdigit():
        return "a name does not begin with a digit."
    return "a name has only letters, digits and _ . - between them."
