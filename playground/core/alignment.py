"""Alignment: which character of a source a character on the screen was drawn from.

Problem: Markdown and indented JSON are drawn from what arrived, and what draws them forgets where
each character came from. Choice: read both side by side. What is the same is matched; where they
differ, the source has markup or an escape, or the drawing white space or an ornament; and where
that does not explain it, they are followed to where they meet again, which is looked for nearby.
"""

from __future__ import annotations

import html
import re
from array import array
from bisect import bisect_right

from playground.core.plain import visible

ALIKE = 8
"""Characters that have to be the same for two texts to have met again."""
FAR = 200
"""Characters of a source in which that is looked for."""
NEAR = 16
"""The same of what was drawn: what a drawing adds is short."""

_LEAD = re.compile(
    r"(?:[ \t]{0,40}(?:>|\||#{1,6}(?=[ \t])|(?:[-*+]|\d{1,9}[.)]|\[[ xX]\])(?=[ \t]))){0,20}"
    r"[ \t]{0,40}"
)
"""What may stand before the text of a line: marks of quotes, items, tasks, headings, tables."""
_HIDDEN_LINE = re.compile(
    r"(?:(?:`{3,}+|~{3,}+)[^\n`]*+"
    r"|[:| \t]*+-[-:| \t]*+|=++[ \t]*+|[*_ \t]{3,}+)(?:\n|\Z)"
)
"""Fences, what stands below the head of a table or a title, rules."""
_MARKUP = re.compile(
    r"\]\((?:[^()\s\\]|\\.|\([^()\s]*\))*"  # where a link goes
    r"(?:\s+(?:\"[^\"\n]*\"|'[^'\n]*'))?\s*\)"
    r"|[*_~`\[\]!|\\<>]+?"
    r"|[ \t]*#+[ \t]*(?=\n|\Z)"
)
_CODED = re.compile(
    r"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\[bfnrt])"
    r"|\\(.)|(&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{2,31});)"
)
_AND = re.compile(r"(?:amp|AMP|#38|#[xX]26);")
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class Alignment:
    """A map between the characters of a source and of what was drawn from it.

    Stretches that are the same in both, in order. An escape or an entity is one with what it
    stands for: all its characters map to the first of that.
    """

    def __init__(self) -> None:
        self._from = array("q")  # where each stretch begins in the source
        self._at = array("q")  # where it begins in what was drawn
        self._sizes = array("q")
        self._lengths = array("q")

    def _add(self, begin: int, at: int, size: int, length: int) -> None:
        """A stretch; it goes on the last where it can."""
        if (
            self._from
            and size == length
            and self._sizes[-1] == self._lengths[-1]
            and self._from[-1] + self._sizes[-1] == begin
            and self._at[-1] + self._lengths[-1] == at
        ):
            self._sizes[-1] += size
            self._lengths[-1] += length
            return
        self._from.append(begin)
        self._at.append(at)
        self._sizes.append(size)
        self._lengths.append(length)

    def to_source(self, offset: int) -> int:
        """The character that was drawn here; of what the drawing added, the one that follows."""
        place = bisect_right(self._at, offset) - 1
        if place >= 0 and (inside := offset - self._at[place]) < self._lengths[place]:
            even = self._sizes[place] == self._lengths[place]
            return self._from[place] + (inside if even else 0)
        if place + 1 < len(self._from):
            return self._from[place + 1]
        return max(self._from[-1] + self._sizes[-1] - 1, 0) if self._from else 0

    def to_shown(self, begin: int, end: int) -> tuple[int, int] | None:
        """`shown[begin:end]` is what was drawn of `source[begin:end]`; None: nothing was."""
        first = max(bisect_right(self._from, begin) - 1, 0)
        while first < len(self._from) and self._from[first] + self._sizes[first] <= begin:
            first += 1
        last = bisect_right(self._from, end - 1) - 1
        if begin >= end or last < first:
            return None
        low, high = self._at[first], self._at[last] + self._lengths[last]
        if self._sizes[first] == self._lengths[first]:
            low += max(begin - self._from[first], 0)
        if self._sizes[last] == self._lengths[last]:
            high = min(high, self._at[last] + end - self._from[last])
        return low, high


def aligned(source: str, shown: str) -> Alignment:
    """How the characters of a Markdown text, or of a JSON text, stand to those drawn from it.

    Skips markup and white space, decodes escapes and entities, knows how `plain.visible` spells.
    Where the texts part for another reason it goes on where they meet again. Linear.
    """
    made = Alignment()
    shown = shown.replace("\u2028", "\n")  # how Qt ends a line inside a paragraph
    here = there = line = 0
    while here < len(source) and there < len(shown):
        if here >= line:
            here, there = _line(source, here, shown, there)
            line = source.find("\n", here) + 1 or len(source)
        if same := _same(source, here, shown, there, line):
            made._add(here, there, same, same)
            here, there = here + same, there + same
        elif here < len(source) and there < len(shown):
            size, length, drawn = _differs(source, here, shown, there)
            if drawn:
                made._add(here, there, size, length)
            here, there = here + size, there + length
    return made


def _line(source: str, here: int, shown: str, there: int) -> tuple[int, int]:
    """Behind the marks at the beginning of a line, but for those that were drawn as they are; also
    behind lines of which nothing is drawn."""
    while here < len(source) and source[here] != "\n":
        text = there
        while shown[text : text + 1] == "\n":
            text += 1
        lead = _LEAD.match(source, here)
        marks = lead.group() if lead is not None else ""
        cut = next(cut for cut in range(len(marks) + 1) if shown.startswith(marks[cut:], text))
        hidden = _HIDDEN_LINE.match(source, here + cut) if cut == len(marks) else None
        if hidden is None or shown.startswith(hidden.group().rstrip(), text):
            return here + cut, text
        here = hidden.end()
    return here, there


def _same(source: str, here: int, shown: str, there: int, stop: int) -> int:
    """How many characters are the same from there on, up to an offset of the source."""
    count, step, growing = 0, 16, True
    limit = min(stop - here, len(shown) - there)
    while step:
        step = min(step, limit - count)
        begin = there + count
        if step and source.startswith(shown[begin : begin + step], here + count):
            count += step
            step = step * 2 if growing else step // 2
        else:
            growing, step = False, step // 2
    return count


def _differs(source: str, here: int, shown: str, there: int) -> tuple[int, int, bool]:
    """(characters of the source, of what was drawn, whether these were drawn from those) of what
    stands where both differ."""
    sign, drawn = source[here], shown[there]
    if (coded := _CODED.match(source, here)) and (meant := _meant(coded)):
        for spelled in (meant, visible(meant)):
            if shown.startswith(spelled, there):
                return len(coded.group()), len(spelled), True
    if source[here - 1 : here] == "&" and (rest := _AND.match(source, here)):
        return len(rest.group()), 0, False  # the `&` was taken for the one that was drawn
    if (spelled := visible(sign)) != sign and shown.startswith(spelled, there):
        return 1, len(spelled), True
    markup = _MARKUP.match(source, here)
    size = len(markup.group()) if markup else 0
    if drawn.isspace() and not sign.isspace():
        after = here + size
        while size and after < here + FAR and (more := _MARKUP.match(source, after)):
            after = more.end()
        if not (size and source[after : after + 1].isspace()):
            return 0, 1, False
        return after - here, 0, False
    if sign.isspace():
        return 1, 0, False
    if size:
        return size, 0, False
    return (*_met(source, here, shown, there), False)


def _meant(coded: re.Match[str]) -> str:
    """What an escape or an entity stands for."""
    said, escaped, entity = coded.groups()
    if escaped is not None:
        return str(escaped)
    if entity is not None:
        return html.unescape(entity)
    if said[1] != "u":
        return _SHORT[said[1]]
    units = b"".join(bytes.fromhex(one) for one in said.split("\\u")[1:])
    return units.decode("utf-16-be", "replace")


def _met(source: str, here: int, shown: str, there: int) -> tuple[int, int]:
    """How far to go in each to where they are the same again."""
    for alike, far in ((ALIKE, FAR), (3, FAR // 4)):
        least, best = FAR + NEAR, (0, 0)
        for length in range(NEAR):
            probe = shown[there + length : there + length + alike]
            if length >= least or (length and len(probe) < alike):
                break
            found = source.find(probe, here, here + far) - here
            if 0 <= found < least - length:
                least, best = found + length, (found, length)
        if any(best):
            return best
    return ALIKE, ALIKE
