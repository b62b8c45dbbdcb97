"""Picks: what a text offers to a schema, told by its looks alone."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from functools import cached_property

from playground.sandbox import quantities

SHOWN = 200
"""Characters of the whole text, where nothing better is found in it."""

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september",
          "october", "november", "december")  # fmt: skip
COLOURS = ("red", "blue", "green", "yellow", "black", "white", "orange", "purple", "pink", "brown",
           "grey", "gray")  # fmt: skip
LANGUAGES = {
    "English": "en", "German": "de", "French": "fr", "Spanish": "es", "Portuguese": "pt",
    "Italian": "it", "Dutch": "nl", "Swedish": "sv", "Polish": "pl", "Turkish": "tr",
    "Arabic": "ar", "Chinese": "zh", "Japanese": "ja", "Hindi": "hi",
}  # fmt: skip


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
_TIME = r"\b\d{1,2}:\d{2}(?::\d{2})?\b"
_URI = r"https?://[A-Za-z0-9./?=&_%#-]+"
_CODE = r"\b(?=[A-Z/-]*\d)[A-Z\d]+(?:[-/][A-Z\d]+)+\b"
"""A number as invoices have them."""
_MONTH = rf"(?i:(?P<month>{'|'.join(MONTHS)}))"
_SPOKEN_DATE = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?{_MONTH},? (?P<year>\d{{4}})\b"
    rf"|\b{_MONTH.replace('month', 'month2')} (?P<day2>\d{{1,2}})(?:st|nd|rd|th)?,? "
    r"(?P<year2>\d{4})\b"
)

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

_CAPITAL = r"[A-ZÀ-Þ][\w'’-]*(?: [A-ZÀ-Þ][\w'’-]*)*"
_FIRM = r"(?:AB|AG|GmbH|Inc|Ltd|LLC|SA|BV|University|Institute|Hospital|Company)"

_LOOKS = {
    # what a property is called, and what its value then looks like
    r"date|issued|day|when": _DATE,
    r"\btime|start|begin|\bend": _TIME,
    r"e?mail": _EMAIL,
    r"url|link": _URI,
    r"phone|\btel|mobile": r"\+\d[\d ]{6,}\d",
    r"number|\bid\b|\bcode|reference|\bno\b": _CODE,
    r"colou?r": rf"\b(?i:{'|'.join(COLOURS)})\b",
    r"symbol|ticker": r"\b[A-Z]{2,5}\b",
}
_HINTS = {
    # likewise, of what is told by the words around it
    r"organi[sz]ation|company|employer|seller|vendor": (
        rf"\b{_CAPITAL} {_FIRM}\b|(?<=\bfrom ){_CAPITAL}|(?<=\bby ){_CAPITAL}"
    ),
    r"place|location|venue|room|where|address": (
        rf"(?:(?<=\bin the )|(?<=\bat the )|(?<=\bin ))(?:{_CAPITAL})"
    ),
    r"city|town": rf"(?:(?<=\bin )|(?<=\bfor )|(?<=\bof ))(?:{_CAPITAL})",
    r"\brole|job|position|profession": (
        rf"(?<=[a-z], )[a-z][a-z ]+?(?= at {_CAPITAL})|(?<= is )[a-z][a-z ]+?(?= at {_CAPITAL})"
    ),
    r"label|caption": r"(?:(?<=\bfor the )|(?<=\bfor )(?!the )|(?<=\bcalled )|(?<=\bto ))[a-z]+",
    r"quote|excerpt": r"^.+$",
    r"heading|headline|chapter": r"^\w[^,.:;!?\n]*",
    r"title|subject|summary": (r"^\w[\w'’ -]*?(?=\s(?:with|on|at|for|of|in|from)\s|[,.:;!?]|$)"),
}
_ORDER = re.compile(
    r"^(?:Add|Classify|Create|Extract|Find|List|Make|Moderate|Put|Read|Translate|Write)\b[^:.\n]*:\s"
)
"""What a text wants done with the rest of it."""

_NUMBER = re.compile(r"(?<![\w.])(?<!\w-)-?\d{1,15}(?:\.\d{1,9})?(?!\w)")
_QUOTED = re.compile(r"\"([^\"]+)\"|“([^”]+)”|(?<!\w)'([^']+)'(?!\w)|`([^`]+)`")
_NAME = re.compile(
    rf"(?:^|(?<=[.!?]\s)){_CAPITAL} [A-Z][\w'’-]*(?= (?:is|was|has|works|lives|\w+ed)\b)"
    r"|(?<![.!?]\s)(?<!^)\b[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*"
)
_NO_NAMES = ("I", "Celsius", "Fahrenheit")
_TAKEN = re.compile("|".join((_EMAIL, _URI, _DATE, _TIME, _CODE)))
"""What is neither a name nor a number, whatever is in it."""


class Picks:
    def __init__(self, text: str, thing: str = "") -> None:
        """`thing` is what the text is about, where somebody knows."""
        self._text = _SPOKEN_DATE.sub(_iso, _ORDER.sub("", text.strip()))
        self.thing = thing
        self._told: dict[str, list[str]] = {}
        self._free = _free(self._text)
        self.numbers = [_number(word) for word in _NUMBER.findall(self._free)]
        self.quoted = ["".join(groups) for groups in _QUOTED.findall(text)]
        self.names = [found[0] for found in named(self._text)]
        """Words with a capital that do not begin a sentence."""

    @cached_property
    def _units(self) -> set[str]:
        return {row.unit for row in quantities.measures(self._free)}

    @property
    def text(self) -> str:
        """With its dates as a machine writes them."""
        return self._text

    def mentions(self, word: str) -> bool:
        said = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", self._text, re.I) is not None
        return said or word.lower() in self._units

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
        yield from self.telling(name)
        if self.thing:
            yield self.thing
        yield from self.quoted
        yield from self.names
        if words:
            yield from re.findall(r"[^\s,;]+", self._text)
        text = self._text
        shortened = text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
        yield shortened or name.replace("_", " ") or "sandbox"

    def telling(self, name: str) -> list[str]:
        """What the text itself says the string `name` is."""
        if name not in self._told:
            self._told[name] = list(self._telling(name)) if name else []
        return self._told[name]

    def _telling(self, name: str) -> Iterator[str]:
        spoken = name.replace("_", " ").lower()
        yield from self._looking(_LOOKS, spoken)
        yield from self._quantities(spoken)
        if found := re.search(rf"^{_spoken(name)}: *([^,;\n]+)", self._text, re.I | re.M):
            yield found[1].strip()
        value = r"(\"[^\"]+\"|[^\s,;]*[^\s,;.!?](?:(?-i: [A-ZÀ-Þ][\w'’-]*))*)"
        labelled = rf"\b{_spoken(name)}\b\s*(?:is|=|:)\s*{value}"
        if found := re.search(labelled, self._text, re.I):
            yield found[1].strip('"')
        elif found := re.search(rf"\b(?i:{_spoken(name)}) ({_CAPITAL})", self._text):
            yield found[1]
        if "language" in name.lower():
            yield from (tag for word, tag in LANGUAGES.items() if self.mentions(word))
        if "title" in spoken:
            yield from self.quoted
        for text in self._looking(_HINTS, spoken):
            yield text[0].upper() + text[1:] if "title" in spoken else text

    def _quantities(self, spoken: str) -> Iterator[str]:
        """Sums, and what is converted into what."""
        if re.search(r"expression|formula", spoken):
            yield from quantities.sums(self._free)
        if "unit" in spoken and re.search(r"from|source", spoken):
            first = quantities.given(self._free)
            yield from [first.unit] if first else []
        elif "unit" in spoken and re.search(r"\bto\b|target", spoken):
            unit = quantities.wanted(self._free)
            yield from [unit] if unit else []

    def _looking(self, hints: dict[str, str], spoken: str) -> Iterator[str]:
        for hint, look in hints.items():
            if re.search(hint, spoken):
                found = (one[0].strip() for one in re.finditer(look, self._text))
                yield from (text for text in found if text not in _NO_NAMES)

    def numbers_for(self, name: str) -> Iterator[float]:
        """The number that stands at the name, then all of them in order."""
        yield from self.telling_numbers(name)
        yield from self.numbers

    def telling_numbers(self, name: str) -> Iterator[float]:
        """What the text itself says the number `name` is."""
        if not name:
            return
        first = re.split(r"[_ ]", name)[0]
        for label in (_spoken(name), *((re.escape(first),) if len(first) > 3 else ())):
            labelled = rf"\b{label}\b\s*(?:is|=|:|of)?\s*({_NUMBER.pattern})"
            if found := re.search(labelled, self._text, re.I):
                yield _number(found[1])
        if name == "value" and (given := quantities.given(self._free)) and given.number is not None:
            yield given.number
        if found := re.search(rf"({_NUMBER.pattern}) {_spoken(name)}\b", self._free, re.I):
            yield _number(found[1])
        elif name == "days" and self.mentions("week"):
            yield 7
        if "minutes" in name or "duration" in name:
            if found := re.search(r"(\d+) ?min", self._text):
                yield int(found[1])
            elif found := re.search(r"\b(\d+|an?|one|two|three) hours?\b", self._text):
                words = {"two": 2, "three": 3}
                yield 60 * (int(found[1]) if found[1].isdecimal() else words.get(found[1], 1))
        if "price" in name or "cost" in name:
            priced = re.findall(rf"(?:\bat|\bfor|@) ({_NUMBER.pattern})", self._text)
            yield from map(_number, priced)


def named(text: str) -> list[re.Match[str]]:
    """The words with a capital that do not begin a sentence, where they stand."""
    return [
        found
        for found in _NAME.finditer(_free(text))
        if found[0] not in _NO_NAMES and text[found.start() - 1 : found.start()] != "°"
    ]


def _free(text: str) -> str:
    """As long as it was, with blanks for what is neither a name nor a number."""
    return _TAKEN.sub(lambda found: " " * len(found[0]), text)


def _iso(found: re.Match[str]) -> str:
    """A spoken date as a machine writes it; as it is where there is no such day."""
    day, year = found["day"] or found["day2"], found["year"] or found["year2"]
    month = MONTHS.index((found["month"] or found["month2"]).lower()) + 1
    text = f"{year}-{month:02}-{int(day):02}"
    return text if _is_date(text) else found[0]


def _number(word: str) -> float:
    return float(word) if "." in word else int(word)


def _spoken(name: str) -> str:
    """A property's name as people write it: with a blank or an underscore."""
    return "[ _]".join(map(re.escape, re.split(r"[_ ]", name)))
