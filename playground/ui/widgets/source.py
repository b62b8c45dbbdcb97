"""Source: text as a person may read it, line by line, with what each part of it is. No Qt.

`exact` spells out the bytes of an event; `pretty` indents JSON token by token, so numbers, doubled
names and whatever is wrong with it stay as they were sent. Both stop at a limit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from typing import Literal, NamedTuple

from playground.core.plain import visible

Part = Literal["name", "string", "number", "word", "mark", "control", "bad"]
Span = tuple[int, int, Part]
"""(start, length) in UTF-16 units, as Qt counts, and what stands there."""

LIMIT = 200_000
"""Characters shown unasked of something longer."""
PREVIEW = 40_000
"""Characters shown of something over the limit."""
ALL = 4_000_000
"""Characters shown at most, also when all is asked for."""
WIDE = 8_000
"""Longer lines are broken: a view lays out whole lines, and does so in the time of a frame."""
INDENT = "  "
DEEP = 64
"""Levels that are still indented further."""


class Source(NamedTuple):
    lines: list[str]
    spans: list[list[Span]]
    """For each line."""
    left_out: int
    """Characters or bytes that were not read."""

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


# JSON.

# A string that is not closed is one token too, or looking for its end again and again would take
# time by the square of its length.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|[^\s{}\[\],:"]+|\s+', re.DOTALL)
_ESCAPED = re.compile(
    r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|\\u([0-9a-fA-F]{4})|\\.",
    re.DOTALL,
)
_NUMBER = re.compile(r"-?(?:\d|Infinity|NaN)")
_SPELLED = re.compile("[\u2400-\u2421]|⟨U\\+[0-9A-F]{4,6}⟩")


def pretty(text: str, *, whole: bool = False) -> Source:
    """JSON, indented. What is not JSON comes out too, only not as well ordered."""
    end = _reach(len(text), whole)
    pen, depth, before = _Pen(), 0, ""
    for token, after in pairwise(chain(_tokens(text, end), ("",))):
        if token in ("}", "]") and before not in ("{", "["):
            depth = max(depth - 1, 0)
            pen.turn(INDENT * min(depth, DEEP))
        _write(pen, token, after)
        if token in ("{", "[") and after not in ("}", "]"):
            depth += 1
        if token == "," or (token in ("{", "[") and after not in ("}", "]")):
            pen.turn(INDENT * min(depth, DEEP))
        before = token
    return pen.source(len(text) - end)


def _tokens(text: str, end: int) -> Iterator[str]:
    for match in _TOKEN.finditer(text, 0, end):
        token = match.group()
        if not token.isspace():
            yield token


def _write(pen: _Pen, token: str, after: str) -> None:
    if token in "{}[],":
        pen.write(token)
    elif token == ":":
        pen.write(": ")
    elif token[0] == '"':
        part: Part = "name" if after == ":" else "string"
        pen.write(_readable(token), part if token[-1] == '"' else "bad")
    elif token in ("true", "false", "null"):
        pen.write(token, "word")
    elif _NUMBER.match(token):
        pen.write(token, "number")
    else:
        pen.write(visible(token), "bad")


def _readable(token: str) -> str:
    """A JSON string with the escapes of printable characters resolved, nothing hidden in it."""
    if "\\u" in token:
        token = _ESCAPED.sub(_resolve, token)
    return one_line(token)


def _resolve(match: re.Match[str]) -> str:
    high, low, code = match.groups()
    if high:
        return (bytes.fromhex(high) + bytes.fromhex(low)).decode("utf-16-be")
    if not code:
        return match.group()
    letter = chr(int(code, 16))
    return letter if letter.isprintable() and letter not in '"\\' else match.group()


# Bytes.

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|$)")
_ENDS = {"\n": "↵", "\r": "␍", "\r\n": "␍↵", "": ""}
_BAD = re.compile(r"(?:\\x[89a-f][0-9a-f])+")


def exact(raw: bytes, *, whole: bool = False) -> Source:
    """Bytes as text: line ends and controls get signs, bytes that are no UTF-8 their numbers."""
    end = _reach(len(raw), whole)
    cut = raw[:end]
    try:
        text, broken = cut.decode("utf-8"), False
    except UnicodeDecodeError:
        text, broken = cut.decode("utf-8", "backslashreplace"), True
    pen = _Pen()
    for match in _LINE.finditer(text):
        if not match.group():
            break
        line = visible(match[1]).replace("\t", "⇥\t")
        if broken:
            at = 0
            for bad in _BAD.finditer(line):
                pen.write(line[at : bad.start()])
                pen.write(bad.group(), "bad")
                at = bad.end()
            line = line[at:]
        pen.write(line)
        pen.write(_ENDS[match[2]], "mark")
        if match[2]:
            pen.turn("")
    return pen.source(len(raw) - end)


def listing(rows: Iterable[tuple[str, str]]) -> Source:
    """Names and values, one pair a line, as headers are written."""
    pen = _Pen()
    for number, (name, value) in enumerate(rows):
        if number:
            pen.turn("")
        pen.write(one_line(name), "name")
        pen.write(": ")
        pen.write(one_line(value))
    return pen.source(0)


def one_line(text: str) -> str:
    """The text with nothing hidden in it and its line ends and tabs shown as signs."""
    return visible(text).replace("\n", "↵").replace("\t", "⇥")


def _reach(length: int, whole: bool) -> int:
    """How much to read."""
    if length <= LIMIT:
        return length
    return min(length, ALL) if whole else PREVIEW


class _Pen:
    """Writes lines and remembers what is where."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._spans: list[list[Span]] = [[]]
        self._pieces = [""]
        self._at = 0

    def write(self, text: str, part: Part | None = None) -> None:
        while len(text) > WIDE:
            self.write(text[:WIDE], part)
            text = text[WIDE:]
        if not text:
            return
        if self._at + len(text) > WIDE:
            self.turn("")
        start = self._at
        self._at += units(text)
        self._pieces.append(text)
        if part is not None:
            self._spans[-1].append((start, self._at - start, part))
        if part != "mark" and not text.isascii():
            for sign in _SPELLED.finditer(text):
                self._spans[-1].append(
                    (start + units(text[: sign.start()]), units(sign.group()), "control")
                )

    def turn(self, indent: str) -> None:
        """Begin a line."""
        self._lines.append("".join(self._pieces))
        self._pieces = [indent]
        self._at = len(indent)
        self._spans.append([])

    def source(self, left_out: int) -> Source:
        self._lines.append("".join(self._pieces))
        if len(self._lines) > 1 and not self._lines[-1].strip():
            self._lines.pop()
            self._spans.pop()
        return Source(self._lines, self._spans, left_out)


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
