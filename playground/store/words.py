"""Words: what of a session can be searched, how a search is put, and what is shown of a hit.

Words are found by their beginning, whatever their case and accents. Scripts that are written
without spaces are indexed character by character, so any part of a Chinese, Japanese, Korean or
Thai text is found. What the index cannot find (the middle of a word, a sign, an emoji) is looked
for in the text itself, which takes some forty times as long.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from playground.core.items import Item, Message, Reasoning, ToolCall, ToolOutput

NEWEST = 2000
"""Hits that are looked at, and"""
SHOWN = 60
"""sessions that are found. A search that has more says too little to need the rest."""
AROUND = 60
"""Characters of an excerpt before its first match; as many and half as much again after it."""
TERMS = 12
FAR = 100_000
"""Characters of a text in which its excerpt is looked for."""

SEPARATOR = "\u200b"  # no letter: the index ends a word there; invisible, should it ever show
_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3100-\u312f"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff]+"
)
_BLANKS = dict.fromkeys(map(ord, "\t\n\r\v\f\u2028\u2029\x85"), " ")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b]")


def clean(text: str) -> str:
    """The text without halves of surrogate pairs, which no database takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def searchable(text: str) -> str:
    """The text as it is indexed."""
    text = _CONTROL.sub("", text)
    if text.isascii():
        return text
    return _SPACELESS.sub(_spread, clean(text))


def _spread(found: re.Match[str]) -> str:
    return SEPARATOR + SEPARATOR.join(found[0]) + SEPARATOR


def readable(text: str) -> str:
    """The text of `searchable` as it was."""
    return text.replace(SEPARATOR, "")


def said(items: Iterable[Item]) -> str:
    """All words of a conversation's items."""
    parts: list[str] = []
    for item in items:
        match item:
            case Message():
                parts += [str(item.text), str(item.refusal)]
            case Reasoning():
                parts += [str(item.text), str(item.summary)]
            case ToolCall():
                parts += [item.name, str(item.arguments)]
            case ToolOutput():
                parts.append(item.output)
            case _:
                pass
    return "\n".join(filter(None, parts))


def query(search: str) -> str:
    """What a person typed in the words of FTS5: all terms, each by its beginning; empty when there
    is nothing in it that the index knows."""
    terms = [term for term in searchable(search).split() if any(map(str.isalnum, term))]
    quoted = (term.replace('"', " ").strip(SEPARATOR) for term in terms[:TERMS])
    return " ".join(f'"{term}"*' for term in quoted)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a text that was searched for."""

    text: str
    marks: tuple[tuple[int, int], ...]
    """Where the terms stand in it: (start, end)."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a search found a session."""

    excerpt: Excerpt
    run: str = ""
    """The run that says it; empty: the session's title or its developer message does."""


Found = tuple[str, int, str | None]
"""(session, message, run)"""


def find(
    connection: sqlite3.Connection,
    search: str,
    *,
    among: str,
    values: Sequence[Any] = (),
    limit: int,
) -> dict[str, Hit]:
    """Sessions that have all terms of a search in one message, and the newest such message of
    each, newest first. Only those for which the condition `among` on `session` holds."""
    hits: list[Found] = []
    limit = min(limit, SHOWN)
    if expression := query(search):
        hits = _sessions(
            connection.execute(
                f"""
                SELECT message.session, message.id, message.run FROM words
                JOIN message ON message.id = words.rowid
                JOIN session ON session.id = message.session
                WHERE words MATCH ? AND {among}
                ORDER BY words.rowid DESC LIMIT ?
                """,
                (expression, *values, NEWEST),
            ),
            limit,
        )
    if not hits and (patterns := [_pattern(term) for term in search.split()[:TERMS]]):
        every = " AND ".join(["message.text LIKE ? ESCAPE '\\'"] * len(patterns))
        hits = _sessions(
            connection.execute(
                f"""
                SELECT message.session, message.id, message.run FROM message
                JOIN session ON session.id = message.session
                WHERE {every} AND {among}
                ORDER BY message.id DESC LIMIT ?
                """,
                (*patterns, *values, NEWEST),
            ),
            limit,
        )
    found = {}
    for session, message, run in hits:
        (text,) = connection.execute("SELECT text FROM message WHERE id = ?", (message,)).fetchone()
        found[session] = Hit(excerpt(readable(text), search), run or "")
    return found


def _sessions(rows: Iterable[Found], limit: int) -> list[Found]:
    """The first row of each session, or a later one that belongs to a run where that does not: a
    title often only says what was asked. Reads no further than it must."""
    seen: dict[str, Found] = {}
    for row in rows:
        if row[0] not in seen:
            seen[row[0]] = row
            if len(seen) == limit:
                break
        elif seen[row[0]][2] is None and row[2] is not None:
            seen[row[0]] = row
    return list(seen.values())


def _pattern(term: str) -> str:
    return "%" + re.sub(r"([\\%_])", r"\\\1", searchable(term).strip(SEPARATOR)) + "%"


def excerpt(text: str, search: str) -> Excerpt:
    """The surroundings of the first match, on one line."""
    text = text[:FAR]
    for plain, patterns in ((text, _patterns(search)), (_folded(text), _patterns(_folded(search)))):
        for pattern in patterns:
            if (first := pattern.search(plain)) is not None:
                return _around(text, plain, first.start(), pattern)
    return _around(text, text, 0, None)


def marks(text: str, search: str) -> tuple[tuple[int, int], ...]:
    """Where the terms of a search stand in a text: (start, end)."""
    for plain, patterns in ((text, _patterns(search)), (_folded(text), _patterns(_folded(search)))):
        for pattern in patterns:
            if found := tuple(one.span() for one in pattern.finditer(plain)):
                return found
    return ()


def _around(text: str, plain: str, at: int, pattern: re.Pattern[str] | None) -> Excerpt:
    begin = max(at - AROUND, 0)
    end = min(begin + AROUND * 5 // 2, len(text))
    before, after = "…" if begin else "", "…" if end < len(text) else ""
    shift = len(before) - begin
    found = pattern.finditer(plain, begin, end) if pattern is not None else ()
    return Excerpt(
        before + text[begin:end].translate(_BLANKS) + after,
        tuple((one.start() + shift, one.end() + shift) for one in found),
    )


@lru_cache(8)
def _patterns(search: str) -> tuple[re.Pattern[str], ...]:
    """Any of the terms at the beginning of a word; or else, anywhere."""
    terms = sorted(search.split()[:TERMS], key=len, reverse=True)
    either = "|".join(map(re.escape, terms))
    return (re.compile(rf"\b(?:{either})", re.I), re.compile(either, re.I)) if terms else ()


def _folded(text: str) -> str:
    """Without accents, each character still in its place."""
    return text if text.isascii() else "".join(map(_bare, text))


@lru_cache(4096)
def _bare(character: str) -> str:
    return unicodedata.normalize("NFD", character)[0]
