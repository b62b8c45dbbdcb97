"""What an editor can bear: text of any size, but no line without an end. No Qt.

A line is laid out as a whole with every key, so one of a megabyte would stop the window. JSON on
such a line is indented, token by token: numbers and doubled keys stay as they were written.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

LONGEST = 20_000
"""Characters of a line that can be edited."""
PIECE = 2_000
"""Characters of a line when a longer one is only shown, in pieces."""
SHOWN = 200_000
"""Characters of such a text that are shown."""

# What nobody sees, or what the text engine takes for something of its own. In a string of JSON an
# escape means the same; controls, which JSON does not permit there, stay and are refused by it.
_UNSEEN = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff0-\ufffc\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\U000e0000-\U000e00ff]"
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]+')


class Fit(NamedTuple):
    text: str
    """What can be edited; of a text that cannot be, what of it is shown."""
    longest: int
    """Characters of the longest line as it was given."""
    how: str
    """`as it is`, `indented`, or `held`: it cannot be edited."""


def plain(text: str) -> str:
    """The text with line ends of one kind, and what cannot be seen as escapes of JSON."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.removeprefix("\ufeff")
    if text.isascii() and "\x7f" not in text:
        return text
    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], text)


def longest_line(text: str) -> int:
    return max(map(len, text.split("\n")))


def fit(text: str) -> Fit:
    text = plain(text)
    longest = longest_line(text)
    if longest <= LONGEST:
        return Fit(text, longest, "as it is")
    if is_json(text):
        better = indented(text)
        if longest_line(better) <= LONGEST:
            return Fit(better, longest, "indented")
    return Fit(_pieces(text), longest, "held")


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def indented(text: str) -> str:
    """JSON with every value on a line of its own."""
    pieces, depth, before = [], 0, ""
    turns = ["\n"]
    for token in _TOKEN.findall(text):
        if token in ("}", "]"):
            depth -= 1
            if before not in ("{", "["):
                pieces.append(turns[depth])
        elif before in ("{", "[", ","):
            pieces.append(turns[depth])
        pieces.append(": " if token == ":" else token)
        if token in ("{", "["):
            depth += 1
            if depth == len(turns):
                turns.append("\n" + "  " * depth)
        before = token
    return "".join(pieces)


def _pieces(text: str) -> str:
    """As much as is shown, in lines that can be laid out."""
    return "\n".join(
        line[at : at + PIECE]
        for line in text[:SHOWN].split("\n")
        for at in range(0, max(len(line), 1), PIECE)
    )


def middle(old: str, new: str) -> tuple[int, int, int]:
    """What differs: from one character to another in the old text, and to which in the new one."""
    start = _same(old, new, min(len(old), len(new)))
    rest = min(len(old), len(new)) - start
    end = _same_end(old, new, rest)
    return start, len(old) - end, len(new) - end


def _same(old: str, new: str, most: int) -> int:
    """How many characters at the beginning are the same. Halving compares whole slices, which is
    a hundred times faster than going from one to the next."""
    low, high = 0, most
    while low < high:
        half = (low + high + 1) // 2
        if old[low:half] == new[low:half]:
            low = half
        else:
            high = half - 1
    return low


def _same_end(old: str, new: str, most: int) -> int:
    low, high = 0, most
    while low < high:
        half = (low + high + 1) // 2
        if old[len(old) - half : len(old) - low] == new[len(new) - half : len(new) - low]:
            low = half
        else:
            high = half - 1
    return low
