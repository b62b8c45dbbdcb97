"""A string that a regular expression matches, made from the expression; and looking for one in a
text, in bounded time and memory.

What is made covers what JSON Schema patterns are written with: literals, classes, groups,
alternatives, quantifiers, anchors. Look-around, back references and flags are not covered.
"""

from __future__ import annotations

import re
import string
from time import perf_counter

_LONGEST = 10_000
"""Characters that one quantifier may make, and parts of a pattern when what it repeats is written
out."""
_LIMIT = 0.2
"""Seconds for one search."""
_PATIENCE = 2.0
"""Seconds after which nothing longer is tried."""
_PART = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?:\?(?:P?<\w+>|<?[=!]|[:>]))?|\)|\{(\d+)(?:,\d*)?\}|.",
    re.DOTALL,
)

_CLASSES = {"d": string.digits, "w": string.ascii_lowercase + string.digits + "_", "s": " "}
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}
_PRINTABLE = "".join(map(chr, range(32, 127)))
_PREFERRED = string.ascii_lowercase + string.ascii_uppercase + string.digits + _PRINTABLE


def example(pattern: str, at_least: int = 0) -> str | None:
    """A short string in which `pattern` is found, if it can be made at least so long; or None."""
    if _parts(pattern) > _LONGEST:
        return None
    end = perf_counter() + _PATIENCE
    more, before, turns = 0, 0, 1
    try:
        while perf_counter() < end:
            made = _Generator(pattern, more)
            text = made.text()
            if len(text) >= at_least and _found(pattern, text):
                return text
            if made.spare or more > at_least:
                break
            # As many turns as it takes when they go on to make what the last ones made.
            growth = max((len(text) - before) // turns if more else 1, 1)
            turns = max((at_least - len(text)) // growth, 1) if more else 1
            more, before = more + turns, len(text)
    except (re.error, _UncoveredError, RecursionError, TimeoutError, ValueError):
        pass
    return None


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern is found in a text. What cannot be read, or takes too long, is not."""
    try:
        return _parts(pattern) <= _LONGEST and _found(pattern, text)
    except (_UncoveredError, RecursionError, TimeoutError):
        return False


def _found(pattern: str, text: str) -> bool:
    """Raises TimeoutError, and _UncoveredError where the pattern cannot be read."""
    import regex  # slow to import, and most schemas have no pattern

    try:
        return regex.search(pattern, text, timeout=_LIMIT) is not None
    except (regex.error, OverflowError, ValueError) as error:
        raise _UncoveredError from error


def _parts(pattern: str) -> int:
    """How long a pattern is when what it repeats is written out as often as it must occur, which is
    what `regex` does."""
    sizes, last = [0], 0
    for part in _PART.finditer(pattern):
        text = part[0]
        if part[1]:
            sizes[-1] += last * (int(part[1].lstrip("0")[:6] or 0) - 1)
        elif text.startswith("("):
            sizes.append(0)
        elif text == ")" and len(sizes) > 1:
            last = max(sizes.pop(), 1)
            sizes[-1] += last
        else:
            last = 1
            sizes[-1] += 1
    return max(sizes)


class _UncoveredError(Exception):
    """The pattern uses what is not covered here."""


class _Generator:
    def __init__(self, pattern: str, more: int) -> None:
        self._pattern = pattern
        self._at = 0
        self._more = more
        """Extra turns of the first quantifier that allows them."""

    @property
    def spare(self) -> bool:
        """Whether there were more extra turns than quantifiers that allow them."""
        return self._more > 0

    def text(self) -> str:
        text = self._alternatives()
        if self._at < len(self._pattern):
            raise _UncoveredError
        return text

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _take(self) -> str:
        char = self._peek()
        if not char:
            raise _UncoveredError
        self._at += 1
        return char

    def _alternatives(self) -> str:
        first = self._sequence()
        while self._peek() == "|":
            self._take()
            spent, self._more = self._more, 0
            self._sequence()
            self._more = spent
        return first

    def _sequence(self) -> str:
        made = []
        while self._peek() and self._peek() not in "|)":
            atom = self._atom()
            times = self._times()
            if len(atom) * times > _LONGEST:
                raise _UncoveredError
            made.append(atom * times)
        return "".join(made)

    def _times(self) -> int:
        """How often the atom before a quantifier stands."""
        low, high = 1, 1
        match self._peek():
            case "*":
                low, high = 0, -1
            case "+":
                low, high = 1, -1
            case "?":
                low, high = 0, 1
            case "{":
                counted = re.compile(r"\{(\d+)(,?)(\d*)\}").match(self._pattern, self._at)
                if not counted:
                    raise _UncoveredError
                self._at = counted.end() - 1
                low = int(counted[1])
                high = int(counted[3]) if counted[3] else -1 if counted[2] else low
            case _:
                return 1
        self._take()
        if self._peek() in ("?", "+"):
            self._take()
        extra = self._more if high < 0 else min(self._more, high - low)
        self._more -= extra
        return low + extra

    def _atom(self) -> str:
        match char := self._take():
            case "^" | "$":
                return ""
            case ".":
                return "x"
            case "(":
                return self._group()
            case "[":
                return self._set()
            case "\\":
                return self._escape()
            case "*" | "+" | "?":
                raise _UncoveredError
            case _:
                return char

    def _group(self) -> str:
        if self._peek() == "?":
            named = re.compile(r"\?(?::|P?<[A-Za-z_]\w*>)").match(self._pattern, self._at)
            if not named:
                raise _UncoveredError
            self._at = named.end()
        text = self._alternatives()
        if self._take() != ")":
            raise _UncoveredError
        return text

    def _escape(self) -> str:
        char = self._take()
        if char in "bB":
            return ""
        if char in _CLASSES:
            return _CLASSES[char][0]
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char in "xu":
            return self._code_point(char)
        if char in "DWS":
            return "-" if char == "W" else "a"
        if char.isalnum():
            raise _UncoveredError
        return char

    def _code_point(self, kind: str) -> str:
        digits = "".join(self._take() for _ in range(2 if kind == "x" else 4))
        try:
            return chr(int(digits, 16))
        except ValueError as error:
            raise _UncoveredError from error

    def _set(self) -> str:
        """One character of a class."""
        start = self._at - 1
        negated = self._peek() == "^"
        if negated:
            self._take()
        members: list[str] = []
        first = True
        while first or self._peek() != "]":
            first = False
            char = self._take()
            if char == "\\":
                escaped = self._pattern[self._at : self._at + 1]
                if escaped in _CLASSES:
                    self._take()
                    members.append(_CLASSES[escaped])
                    continue
                char = self._escape()
            if self._peek() == "-" and self._pattern[self._at + 1 : self._at + 2] not in ("]", ""):
                self._take()
                last = self._take()
                last = self._escape() if last == "\\" else last
                if ord(char) > ord(last):
                    raise _UncoveredError
            members.append(char)
        self._take()
        if not negated:
            return members[0][0]
        whole = re.compile(self._pattern[start : self._at])
        for candidate in _PREFERRED:
            if whole.match(candidate):
                return candidate
        raise _UncoveredError
