"""What is shown below a sentence of a narration, and what is kept out of all of it: keys and JSON.

Whatever a narration says goes through `clean`, be it of a model, a tool, or a server.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from playground.core.plain import visible

LONG = 1_200
"""Characters of what was said that are told."""
SHORT = 80
"""Characters of one value."""
FEW = 5
"""Values of a list, or of an object, that are told."""
READ = 20_000
"""Characters of JSON that are read: what is longer is not for an audience."""

_SECRET = re.compile(r"(^|_)(api_?key|auth|authorization|credentials?|password|secret|token)(_|$)")
_KEYS = re.compile(
    r"\b(?:sk|pk|rk|hf|gsk|ghp|gho|xox[abp])[-_][\w-]{8,}|\bBearer\s+\S{8,}"
    r"|\b(?:AKIA|AIza|eyJ)[\w.-]{12,}|\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{32,}"
)
"""Keys by their usual beginnings, and whatever is as long and as mixed as one."""
_INSIDE = re.compile(r'\{\s*"|\[\s*[\[{"]')
"""How JSON begins in the middle of a text."""
_ABOUT = re.compile(r"\n\s*\n|\Z")
"""Where what is JSON no longer goes on, at the latest."""
_DECODER = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class Table:
    """Cells to be set below each other."""

    rows: tuple[tuple[str, ...], ...]
    headed: bool = False
    """The first row says what the columns are; else the first cell says what its row is."""
    more: int = 0
    """Rows that are left out."""


Part = str | Table
"""A text of one or more lines, or a table."""


def flat(parts: Iterable[Part]) -> str:
    """The same as text, a row a line."""
    return "\n\n".join(part if isinstance(part, str) else _lines(part) for part in parts)


def _lines(table: Table) -> str:
    between = " · " if table.headed else ": "
    rows = [between.join(filter(None, row)) for row in table.rows]
    return "\n".join([*rows, f"and {table.more} more"] if table.more else rows)


def clean(text: str, tell: Callable[[Any], str]) -> str:
    """A text that may be shown: nothing hidden in it, no keys, and no JSON, which `tell` says in
    words."""
    text = _unjsoned(text, tell)
    while _INSIDE.search(text):  # what is said of a value may look like JSON beside what follows
        text = _unjsoned(text, lambda _: "…")
    return hide(visible(text))


def hide(text: str) -> str:
    """The text with dots in the place of what looks like a key."""
    return _KEYS.sub("•••", text)


def _unjsoned(text: str, tell: Callable[[Any], str]) -> str:
    said, at = "", 0
    while (found := _INSIDE.search(text, at)) is not None:
        start = found.start()
        try:
            value, end = _DECODER.raw_decode(text, start)
            words = tell(value)
        except (ValueError, RecursionError):  # not whole, or none: what there is is not shown
            about = _ABOUT.search(text, start)
            end, words = about.start() if about is not None else len(text), "…"
        said, at = said + text[at:start] + words, end
    return said + text[at:]


def one_line(text: str, most: int = SHORT) -> str:
    """A value on a line, as much of it as is told."""
    line = hide(visible(" ".join(text[: 4 * most].split())))
    return line if len(line) <= most else line[:most].rstrip() + " …"


def words_of(name: str) -> list[str]:
    """`get_stockPrice` → get, stock, price."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", hide(visible(name)[:SHORT]))
    return [word.lower() for word in re.split(r"[\W_]+", apart) if word]


def is_secret(name: str) -> bool:
    """What is called so is not told."""
    return _SECRET.search("_".join(words_of(name))) is not None
