"""What somebody said, as plain text and tables: without marks, without code, and of JSON what it
says, also while it arrives."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from playground.core import blocks
from playground.core.markdown_stream import MarkdownStream
from playground.core.partial_json import Live
from playground.core.recording import parse
from playground.engine.narration_parts import FEW, LONG, READ, Part, Table, clean, flat
from playground.engine.narration_values import COLUMNS, ROWS, laid, told

_JSON = re.compile(r'\s*(?:\{\s*(?:["}]|\Z)|\[\s*(?:[\[{"\]]|\Z))')
"""How JSON begins that is more than a number or a word."""
_FENCE = re.compile(r"\s*```\w*\s*\n(?P<text>.*?)(?:\n```\s*)?\Z", re.DOTALL)


@lru_cache(maxsize=64)
def spoken(markdown: str) -> tuple[Part, ...]:
    """As much of it as an audience reads."""
    text = markdown.strip()
    fenced = _FENCE.fullmatch(text)
    if _JSON.match(inner := fenced["text"] if fenced else text):
        return _written(inner)
    stream = MarkdownStream()
    stream.feed(text[: 2 * LONG])
    stream.finish()
    return tuple(_shortened(_joined(_pieces(stream.blocks))))


def cleaned(parts: Iterable[Part]) -> tuple[Part, ...]:
    """The same without what nobody should see."""
    return tuple(
        clean(part, told)
        if isinstance(part, str)
        else Table(
            tuple(tuple(clean(cell, told) for cell in row) for row in part.rows),
            part.headed,
            part.more,
        )
        for part in parts
    )


def _written(text: str) -> tuple[Part, ...]:
    """An answer in a form, as far as it is there."""
    if len(text) <= READ:
        value, wrong = parse(text)
        if wrong:
            value = _arriving(text)
        if value not in (None, {}, []):
            return laid(value)
    return ("…",)


def _arriving(text: str) -> Any:
    live = Live()
    live.feed(text)
    return live.value()


def _joined(pieces: Iterable[Part]) -> Iterator[Part]:
    """What is not a table in one text."""
    said = ""
    for piece in pieces:
        if isinstance(piece, str):
            said += piece
            continue
        if said.strip():
            yield said.strip()
        yield piece
        said = ""
    if said.strip():
        yield said.strip()


def _shortened(parts: Iterable[Part]) -> Iterator[Part]:
    room = LONG
    for part in parts:
        size = len(part) if isinstance(part, str) else len(flat([part]))
        if isinstance(part, str) and size > room:
            yield part[:room].rstrip() + " …"
            return
        yield part
        room -= size
        if room <= 0:
            return


def _pieces(rows: Sequence[blocks.Block]) -> Iterator[Part]:
    for block in rows:
        match block:
            case blocks.Paragraph() | blocks.Heading():
                mark = ""
                if block.within and isinstance(last := block.within[-1], blocks.Item):
                    mark = "" if not last.first else f"{last.number}. " if last.number else "• "
                yield ("\n" if block.within else "\n\n") + mark
                yield "".join(span.text for span in block.spans)
            case blocks.Table():
                head = _cells(block.head)
                body = tuple(_cells(row) for row in block.rows[:ROWS])
                yield Table((head, *body), headed=True, more=max(len(block.rows) - ROWS, 0))
            case blocks.Code():
                yield "\n\n(code)"
            case blocks.Rule():
                pass


def _cells(row: blocks.Row) -> tuple[str, ...]:
    return tuple("".join(span.text for span in cell) for cell in row[: COLUMNS + FEW])
