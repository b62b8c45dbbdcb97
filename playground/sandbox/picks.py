"""Picks: what a text offers to a schema, told by its looks alone."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator

SHOWN = 200
"""Characters of the whole text, where nothing better is found in it."""


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_ipv4(text: str) -> bool:
    return all(int(part) < 256 and str(int(part)) == part for part in text.split("."))


_NEVER = r"(?!)"
_EMAIL = r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}"
_DATE = r"\b\d{4}-\d{2}-\d{2}\b"
_URI = r"https?://[A-Za-z0-9./?=&_%#-]+"

FORMATS: dict[str, tuple[str, Callable[[str], bool], str]] = {
    # format: how it looks in a text, what else must hold, the plain value
    "date": (_DATE, _is_date, "2026-01-31"),
    "date-time": (_NEVER, bool, "2026-01-31T12:00:00Z"),
    "time": (_NEVER, bool, "12:00:00Z"),
    "duration": (_NEVER, bool, "PT1H"),
    "email": (_EMAIL, bool, "someone@example.com"),
    "hostname": (_NEVER, bool, "example.com"),
    "ipv4": (r"\b(?:\d{1,3}\.){3}\d{1,3}\b", _is_ipv4, "192.0.2.1"),
    "ipv6": (_NEVER, bool, "2001:db8::1"),
    "uri": (_URI, bool, "https://example.com/"),
    "uuid": (
        r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
        bool,
        "00000000-0000-4000-8000-000000000000",
    ),
}

_HINTS = {
    # a property so named takes what looks like this
    "expression": r"[\d(][\d\s.()+*/^-]*[+*/^-][\d\s.()+*/^-]*[\d)]",
    "date": _DATE,
    "email": _EMAIL,
    "url": _URI,
}

_NUMBER = re.compile(r"(?<![\w.])(?<!\w-)-?\d{1,15}(?:\.\d{1,9})?(?!\w)")
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|(?<!\w)'([^']+)'(?!\w)|`([^`]+)`")
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*")


class Picks:
    def __init__(self, text: str) -> None:
        self._text = text.strip()
        self.numbers = [_number(word) for word in _NUMBER.findall(text)]
        self.quoted = ["".join(groups) for groups in _QUOTED.findall(text)]
        self.names = [name for name in _NAME.findall(self._text) if name != "I"]
        """Words with a capital that do not begin a sentence."""

    def mentions(self, word: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", self._text, re.I) is not None

    def denies(self, name: str) -> bool:
        return re.search(rf"\b(?:no|not|false) {_spoken(name)}", self._text, re.I) is not None

    def strings(self, name: str, form: str | None, *, words: bool) -> Iterator[str]:
        """Candidates for the string `name` of the format `form`, the most telling first. `words`
        asks for every single word of the text too."""
        if form:
            look, holds, plain = FORMATS[form]
            yield from (found for found in re.findall(look, self._text) if holds(found))
            yield plain
            return
        if name:
            value = r"(\"[^\"]+\"|[^\s,;]*[^\s,;.!?](?:(?-i: [A-ZÀ-Þ][\w'’-]*))*)"
            labelled = rf"\b{_spoken(name)}\b\s*(?:is|=|:)\s*{value}"
            if found := re.search(labelled, self._text, re.I):
                yield found[1].strip('"')
        for hint, look in _HINTS.items():
            if hint in name.lower():
                yield from (match.strip() for match in re.findall(look, self._text))
        yield from self.quoted
        yield from self.names
        if words:
            yield from re.findall(r"[^\s,;]+", self._text)
        text = self._text
        shortened = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
        yield shortened or name.replace("_", " ") or "sandbox"

    def numbers_for(self, name: str) -> Iterator[float]:
        """The number that stands behind the name, then all of them in order."""
        labelled = rf"\b{_spoken(name)}\b\s*(?:is|=|:)?\s*({_NUMBER.pattern})"
        if name and (found := re.search(labelled, self._text, re.I)):
            yield _number(found[1])
        yield from self.numbers


def _number(word: str) -> float:
    return float(word) if "." in word else int(word)


def _spoken(name: str) -> str:
    """A property's name as people write it: with a blank or an underscore."""
    return "[ _]".join(map(re.escape, re.split(r"[_ ]", name)))
