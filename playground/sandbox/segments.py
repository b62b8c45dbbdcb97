"""Segments: the pieces of a text that the items of a list are about, told by their looks alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from playground.sandbox.fields import Json
from playground.sandbox.picks import LANGUAGES, Picks

MOST = 12
"""Items that are found in a text."""

_SIGNS = re.compile(r"[;!?\n]|\.(?=\s|$)|[,:](?=\s)|\b(?:then|but)\b")
_ROWS = re.compile(r"[;\n]|\.(?=\s|$)")
_NUMBERED = re.compile(r"(?<![\w.:-])\d+(?:\.\d+)? [a-z]")
_SPAN = re.compile(r"\d+(?:\.\d+)? ?(?:min|minutes?|h|hours?|days?|years?)\b")
_QUANTITY = re.compile(
    r"^[\d.]+ (?:(?:g|kg|ml|l|cl|spoons?|pieces?|cups?)(?: of)? )?(?P<thing>[^\d]+?)"
    r"(?=\s(?:at|for|with|each|@)\b|\s*[\d(]|$)"
)
_PLACE = re.compile(r"\b(?:from|to|in|near|into|through)(?: the)? $")
_HOUSE = re.compile(r"\b(?:at|of|by)(?: the)? $|\b(?:University|Institute|Company) $")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b(?!-)")


class Segment(NamedTuple):
    text: str
    thing: str
    """What it is about."""


def segments(text: str, branches: list[Json]) -> list[Segment]:
    """What a text says of the items of a list, each of which is one of `branches`."""
    rules = [rule for branch in branches for rule in branch["properties"].items()]
    words = [word for _, rule in rules for word in _words(rule)]
    kinds = {name: _kinds(rule) for name, rule in rules}
    if "language" in kinds and (found := languages(text)):
        return found
    if len(branches) > 1 and (found := mentions(text, words)):
        return found
    if {"person", "place"} <= set(words):
        return entities(text)
    if len(found := rows(text)) > 1:
        return found
    if len(found := mentions(text, words)) > 1:
        return found
    counted = (name for name, row in kinds.items() if row & {"number", "integer"})
    if any("minute" not in name for name in counted):
        return quantities(text)
    return clauses(text)


def _words(rule: Any) -> list[str]:
    if not isinstance(rule, dict):
        return []
    values = [rule["const"]] if "const" in rule else rule.get("enum") or []
    return [value for value in values if isinstance(value, str)]


def _kinds(rule: Any) -> set[str]:
    kinds = rule.get("type", []) if isinstance(rule, dict) else []
    return set(kinds if isinstance(kinds, list) else [kinds])


def clauses(text: str) -> list[Segment]:
    """What stands behind a colon, where there is one, in pieces."""
    listed = re.split(r":\s", text, maxsplit=1)[-1]
    parts = (part.strip() for part in _SIGNS.split(listed))
    return [Segment(part, part) for part in parts if re.search(r"\w\w", part)][:MOST]


def rows(text: str) -> list[Segment]:
    """What is parted by semicolons or lines, and has commas inside; named by what comes first."""
    parts = [part.strip() for part in _ROWS.split(text) if "," in part]
    return [Segment(part, re.split(r"[:,]", part)[0].strip()) for part in parts][:MOST]


def quantities(text: str) -> list[Segment]:
    """`3 boxes of paper at 24.90 each`."""
    found = []
    for part in re.split(r"[;:\n]|\.(?=\s|$)|,(?=\s)|\b(?:and|then|with|plus)\b", text):
        start = _NUMBERED.search(part)
        if start is None or _SPAN.match(part, start.start()):
            continue
        words = part[start.start() :].strip()
        named = _QUANTITY.match(words)
        found.append(Segment(words, named["thing"].strip() if named else words))
    return found[:MOST]


def mentions(text: str, words: Iterable[str]) -> list[Segment]:
    """The clauses that name one of the words; `one for …` means the word before."""
    words = list(words)
    found: list[Segment] = []
    last = ""
    for clause in _divided(text):
        named = [word for word in words if Picks(clause).mentions(word)]
        if named:
            last = named[0]
            found.append(Segment(clause, clause))
        elif last and re.match(r"one\b", clause):
            said = clause.replace("one", last, 1)
            found.append(Segment(said, said))
        elif found and re.search(r"\d", clause):
            joined = f"{found[-1].text}, {clause}"
            found[-1] = Segment(joined, joined)
    return found[:MOST]


def _divided(text: str) -> Iterator[str]:
    """Clauses, but for what `and` joins to the number before it."""
    for part in re.split(r"[;:!?\n]|\.(?=\s|$)|,(?=\s)|\bthen\b|\band\b(?! \d)|\bwith\b", text):
        if part.strip():
            yield part.strip()


def entities(text: str) -> list[Segment]:
    """Names and years, each with words for the kind of thing that it looks like."""
    picks = Picks(text)
    found: dict[str, tuple[int, str]] = {}
    for name in picks.names:
        at = text.find(name)
        before = text[: max(at, 0)]
        kind = "person"
        if _HOUSE.search(before):
            kind = "organisation"
        elif _PLACE.search(before):
            kind = "place"
        found.setdefault(name, (at, kind))
    for year in _YEAR.finditer(text):
        found.setdefault(year[0], (year.start(), "date"))
    ordered = sorted(found.items(), key=lambda row: row[1][0])
    return [Segment(f"{name} ({kind})", name) for name, (_, kind) in ordered][:MOST]


def languages(text: str) -> list[Segment]:
    """What a text has under the tags of languages; else the languages that it names."""
    tagged = re.findall(r"^([a-z]{2}(?:-[A-Z]{2})?): *(.+)$", text, re.M)
    if tagged:
        return [Segment(f"language: {tag}", words.strip()) for tag, words in tagged]
    quoted = Picks(text).quoted
    said = [word for word in LANGUAGES if re.search(rf"\b{word}\b", text)]
    said.sort(key=text.index)
    return [Segment(word, quoted[0] if quoted else word) for word in said]
