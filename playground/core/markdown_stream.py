"""Markdown as it arrives: text in, blocks out, and what is closed never changes again.

Problem: an answer of 100,000 tokens must cost as much a frame at its end as at its beginning, also
inside one code block, one list or one paragraph; and how the network cut the text must not show.
Goals: the parser's own reading of every construct, no second grammar; linear as a whole.
Choice: only the *tail*, the source of the last block, is parsed again. As soon as another block
begins, the one before is closed and its source dropped; in its place stands a *scaffold*, one line
for each list item and quote that is still open, so that the parser finds itself in the same place.
Lines of code and rows of a table are taken out of the tail in the same way.

What is divided follows rules that look at the text alone:

- A paragraph is divided after the first line end past `LONG` characters that leaves no emphasis,
  code or link open (past twice as many: after any). Its parts are read each by itself.
- A line longer than `LONG` is broken after a sentence, past twice as many between words, past four
  times anywhere. Lines of code are never broken, rows of tables only past four times as many.
- A heading that would be divided is a paragraph.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from playground.core.blocks import (
    Block,
    Code,
    Grown,
    Heading,
    Item,
    Paragraph,
    Row,
    Rule,
    Span,
    Spans,
    Table,
    Within,
)
from playground.core.markdown import Leaf, Place, grammar, later
from playground.core.plain import whole

LONG = 1_500
"""Characters after which a paragraph, or a line of one, is divided."""

_TAIL = 500  # characters of whole lines that may wait in the tail
_PEEK = 512  # characters of a long line of code that decide whether it ends the code
_SLICE = 16_000  # characters that are taken in at once

_PAIR = re.compile("\r\n")
_HALVES = re.compile("[\r\ud800-\udbff]")
_LETTER = r"(?=[^\W\d_])"  # what follows a break must not look like the beginning of a block
_AFTER_SENTENCE = re.compile(rf"[.!?:;…][\"'”’»)\]]*[ \t]+{_LETTER}|[。！？；]{_LETTER}")
_BETWEEN_WORDS = re.compile(rf"[ \t]+{_LETTER}")
_ANYWHERE = re.compile(r"(?=[^\s=#>*+_~`|:\d-])")
_LIST_MARK = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])")
_QUOTE_MARK = re.compile(r"[ \t]*>")
_TASK_MARK = re.compile(r"\[([ xX])\]\s")


class MarkdownStream:
    """Takes text as it comes and keeps the blocks it amounts to so far."""

    def __init__(self) -> None:
        self.rev = 0
        "grows with everything that is fed"
        self._blocks: list[Block] = []
        self._begins: list[int] = []
        self._closed = 0
        self._fed: list[str] = []
        self._held = ""  # half of a line end or of a surrogate pair
        self._line = ""  # the line that has not ended
        self._begin = 0  # where in the text that line begins, its line ends as they are read
        self._pairs: list[int] = []  # where such a line end was a carriage return and a line feed
        self._solid = False  # that line is code, which is never broken
        self._tail = _Tail()
        self._finished = False

    def feed(self, delta: str) -> None:
        """Add text. It is not looked at before the blocks are asked for."""
        if self._finished:
            raise ValueError("Text after the end")
        if delta:
            self._fed.append(delta)
            self.rev += 1

    def finish(self) -> None:
        """No more text will come: every block is closed."""
        if not self._finished:
            self._finished = True
            self._fed.append("")
            self.rev += 1

    @property
    def blocks(self) -> Sequence[Block]:
        """All blocks, in a list that is the stream's own: it changes as text is fed."""
        self._advance()
        return self._blocks

    @property
    def closed(self) -> int:
        """How many of the leading blocks will never change again."""
        self._advance()
        return self._closed

    def origin(self, number: int) -> int:
        """Where in all that was fed the first line of a block begins."""
        self._advance()
        begin = self._begins[number]
        return begin + bisect_left(self._pairs, begin)

    def mark(self) -> Mark:
        """How it stands, to come `back` to. What is closed is not copied."""
        self._advance()
        return Mark(
            self._closed,
            len(self._pairs),
            self._held,
            self._line,
            self._begin,
            self._solid,
            self._tail.copy(),
        )

    def back(self, mark: Mark) -> None:
        """As if nothing had been fed since."""
        del self._blocks[mark.closed :], self._begins[mark.closed :], self._pairs[mark.pairs :]
        self._closed, self._held, self._line = mark.closed, mark.held, mark.line
        self._begin, self._solid = mark.begin, mark.solid
        self._tail = mark.tail.copy()
        self._finished = False
        self._fed = [""]  # what is open has to be read again
        self.rev += 1

    def _advance(self) -> None:
        if not self._fed:
            return
        text = self._held + "".join(self._fed)
        self._fed.clear()
        self._held = ""
        if not self._finished and text[-1:] and _HALVES.match(text[-1]):
            text, self._held = text[:-1], text[-1]
        text = self._lined(whole(text))
        del self._blocks[self._closed :], self._begins[self._closed :]
        for at in range(0, len(text), _SLICE):
            if at:
                self._settle()
            self._take(text[at : at + _SLICE])
        pieces = self._look()
        if len(self._tail.source) > _TAIL and not self._must_wait(pieces):
            del pieces[: self._settle()]
        self._add(pieces)
        if self._finished:
            self._closed = len(self._blocks)

    def _lined(self, text: str) -> str:
        """The text with all its line ends the same."""
        if "\r" not in text:
            return text
        here = self._begin + len(self._line)
        pairs = (match.start() for match in _PAIR.finditer(text))
        self._pairs += [here + at - count for count, at in enumerate(pairs)]
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def _add(self, pieces: Sequence[_Piece]) -> None:
        for piece in pieces:
            self._blocks.append(piece.block)
            self._begins.append(piece.begin)

    def _take(self, text: str) -> None:
        first, *others = text.split("\n")
        self._line += first
        self._break_line()
        for line in others:
            self._end_line(self._line + "\n", len(self._line) + 1)
            self._line, self._solid = line, False
            self._break_line()

    def _end_line(self, line: str, length: int) -> None:
        """Put a line to the tail, that took so many characters of the text."""
        self._tail.source += line
        self._tail.begins.append(self._begin)
        self._begin += length

    def _look(self) -> list[_Piece]:
        """The blocks of the tail, the line that has not ended included."""
        if not self._solid:
            return self._read(self._tail.source + self._line)
        pieces = self._read(self._tail.source + self._line[:_PEEK])
        last = pieces[-1]
        if isinstance(last.block, Code) and not last.block.closed:
            *lines, line = last.block.lines[last.block.lines.settled :]
            lines.append(line + self._line[_PEEK:])
            last.block = replace(last.block, lines=Grown(self._tail.lines, lines))
        return pieces

    def _break_line(self) -> None:
        """End the line early, as often as it is too long to be looked at as one."""
        while len(self._line) > LONG and not self._solid:
            cut = _cut(self._line)
            if cut is None:
                return
            pieces = self._read(self._tail.source + self._line[:cut])
            last = pieces[-1].block
            if isinstance(last, Code):
                self._solid = True
                return
            if isinstance(last, Table):
                cut = _cut(self._line, row=True)
                if cut is None:
                    return
            self._end_line(self._line[:cut].rstrip(" \t") + "\n", cut)
            self._line = self._line[cut:]
            if isinstance(last, Paragraph):
                self._divide(pieces)

    def _divide(self, pieces: Sequence[_Piece]) -> None:
        """Close everything; what follows continues the paragraph that is open."""
        lines = _lines(self._tail.source)
        leaf = pieces[-1].leaf
        after = replace(leaf, start=len(lines), within=later(leaf.within))
        scaffold = _scaffold(lines, _Piece(pieces[-1].block, after, inside=True))
        if scaffold is not None:
            self._close(pieces)
            place = Place(len(scaffold), after.within, inside=True)
            self._tail = _Tail("".join(scaffold), place, [self._begin] * len(scaffold))

    def _settle(self) -> int:
        """Close what the whole lines of the tail allow to be closed; how many blocks that is."""
        tail = self._tail
        pieces = self._read(tail.source)
        if not pieces:
            if not tail.source.strip():
                self._tail = _Tail()
            return 0
        last = pieces[-1]
        if not isinstance(last.block, Code) and tail.source.endswith("\n\n\n"):
            tail.source = tail.source.rstrip("\n") + "\n\n"
            del tail.begins[tail.source.count("\n") :]
        if len(pieces) == 1 and not isinstance(last.block, Code | Table):
            return 0
        lines = _lines(tail.source)
        scaffold = _scaffold(lines, last)
        if scaffold is None:
            return 0  # a nesting that cannot be rebuilt: the tail waits, at a cost
        self._close(pieces[:-1])
        source, begins = lines[last.leaf.start :], tail.begins[last.leaf.start :]
        rest = _Tail(place=Place(len(scaffold), last.leaf.within, last.inside))
        if len(pieces) == 1:
            rest.lines, rest.rows = tail.lines, tail.rows
        match last.block:
            case Code(lines=grown):
                rest.lines.extend(grown[grown.settled :])
            case Table(rows=rows):
                rest.rows.extend(rows[rows.settled :])
        taken = slice(last.head, last.head + last.body)
        del source[taken], begins[taken]
        rest.source = "".join(scaffold + source)
        rest.begins = [last.begin] * len(scaffold) + begins
        self._tail = rest
        return len(pieces) - 1

    def _must_wait(self, pieces: Sequence[_Piece]) -> bool:
        """Whether the tail holds one block, and nothing that could be taken out of it."""
        if len(pieces) != 1 or isinstance(pieces[0].block, Code | Table):
            return False
        return not self._tail.source.endswith("\n\n\n")

    def _close(self, pieces: Sequence[_Piece]) -> None:
        self._add(pieces)
        self._closed += len(pieces)

    def _read(self, source: str) -> list[_Piece]:
        """The blocks of a source that begins with the tail's."""
        place = self._tail.place
        leaves = grammar().leaves(source, place)
        pieces: list[_Piece] = []
        for leaf in leaves:
            first, last = leaf is leaves[0], leaf is leaves[-1]
            match leaf.kind:
                case "paragraph" | "heading":
                    pieces.extend(self._text(leaf, place.inside and leaf.start < place.lead))
                case "fence" | "code_block":
                    kept = self._tail.lines if first else []
                    pieces.append(_code(leaf, kept, growing=last and not self._finished))
                case "table":
                    pieces.append(_table(leaf, self._tail.rows if first else []))
                case "hr":
                    pieces.append(_Piece(Rule(leaf.within), leaf))
                case _:
                    text = (Span(leaf.content),) if leaf.content else ()
                    pieces.append(_Piece(Paragraph(text, leaf.within), leaf))
        begins = self._tail.begins
        for piece in pieces:
            at = piece.leaf.start
            piece.begin = begins[at] if at < len(begins) else self._begin
        return pieces

    def _text(self, leaf: Leaf, inside: bool) -> list[_Piece]:
        parts = _parts(leaf.content.split("\n")[inside:])
        if len(parts) == 1 and not inside:
            text = grammar().spans(leaf.content)
            if leaf.kind == "heading":
                return [_Piece(Heading(int(leaf.info), text, leaf.within), leaf)]
            return [_Piece(Paragraph(*_task(text, leaf.within)), leaf)]
        pieces: list[_Piece] = []
        start = leaf.start + inside
        for part in parts:
            text = grammar().spans("\n".join(part))
            if inside or pieces:
                within = later(leaf.within)
                block = Paragraph(text, within, continues=True)
                pieces.append(_Piece(block, replace(leaf, start=start, within=within), inside=True))
            else:
                pieces.append(_Piece(Paragraph(*_task(text, leaf.within)), leaf))
            start += len(part)
        return pieces


@dataclass(slots=True)
class _Tail:
    """The source that is still open, behind the scaffold."""

    source: str = ""
    place: Place = field(default_factory=Place)
    begins: list[int] = field(default_factory=list)
    "where in the text each line of the source begins"
    lines: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    "what was taken out of its first block, when that is code or a table"

    def copy(self) -> _Tail:
        return _Tail(self.source, self.place, self.begins[:], self.lines[:], self.rows[:])


@dataclass(frozen=True, slots=True)
class Mark:
    """How a stream stood; of use to that stream alone."""

    closed: int
    pairs: int
    held: str
    line: str
    begin: int
    solid: bool
    tail: _Tail


@dataclass(slots=True)
class _Piece:
    """A block and where to go on reading from it."""

    block: Block
    leaf: Leaf
    inside: bool = False
    head: int = 0
    body: int = 0
    "how many lines of the source open it, and how many are its elements"
    begin: int = 0
    "where in the text its first line begins"


def _lines(source: str) -> list[str]:
    return [line + "\n" for line in source.removesuffix("\n").split("\n")]


def _code(leaf: Leaf, kept: list[str], growing: bool) -> _Piece:
    """The piece for a fenced or indented block; `kept` are lines taken out of it before.

    The indented one's first line stays in the source even so, to open it.
    """
    fenced = leaf.kind == "fence"
    lines = leaf.content.removesuffix("\n").split("\n") if leaf.content else []
    closed = not growing or (fenced and leaf.end - leaf.start == len(lines) + 2)
    body = len(lines) if fenced else len(lines) - 1
    if kept and not fenced:
        del lines[0]
    language = leaf.info.strip().partition(" ")[0] if fenced else ""
    return _Piece(Code(language, Grown(kept, lines), closed, leaf.within), leaf, head=1, body=body)


def _table(leaf: Leaf, kept: list[Row]) -> _Piece:
    aligns, (head, *rows) = grammar().cells(leaf)
    return _Piece(Table(head, aligns, Grown(kept, rows), leaf.within), leaf, head=2, body=len(rows))


def _scaffold(lines: Sequence[str], piece: _Piece) -> list[str] | None:
    """One line for each line before the piece that opened an item or quote it is in.

    Each holds the marks as they were, and a heading, which nothing that follows can continue; or,
    if the piece lies inside a paragraph, a word of one. A piece that begins a further item of a
    list has such an item before it, because a list may begin only where a table does not.
    None if a line cannot be understood.
    """
    leaf = piece.leaf
    innermost = {
        level.line: depth
        for depth, level in enumerate(leaf.levels)
        if level.line < leaf.start or level.follows
    }
    scaffold: list[str] = []
    for number, depth in sorted(innermost.items()):
        line = lines[number]
        at = 0
        for level in leaf.levels[: depth + 1]:
            if level.quote or level.line == number:
                mark = (_QUOTE_MARK if level.quote else _LIST_MARK).match(line, at)
                if mark is None:
                    return None
                at = mark.end()
        content = line[at:].strip()
        gap = line[at : line.find(content, at)] if content else " "
        width = len((line[:at] + gap).expandtabs(4)) - len(line[:at].expandtabs(4))
        if width > 4:  # the content is indented code
            gap = " "
        scaffold.append(f"{line[:at]}{gap}#\n")
    if piece.inside:
        above = scaffold.pop().removesuffix("#\n") if scaffold else ""
        scaffold.append(f"{above}x\n")
    return scaffold


def _parts(lines: Sequence[str]) -> list[list[str]]:
    """The lines of a paragraph, divided where it gets too long."""
    parts: list[list[str]] = [[]]
    size = 0
    for line in lines:
        if size > 2 * LONG or (size > LONG and _even("\n".join(parts[-1]))):
            parts.append([])
            size = 0
        parts[-1].append(line)
        size += len(line)
    return parts


def _cut(line: str, row: bool = False) -> int | None:
    """Where to break a long line, depending on nothing that comes after; None: not yet."""
    cuts = [match.end() for match in _ANYWHERE.finditer(line, 4 * LONG)][:1]
    if not row:
        cuts += [match.end() for match in _BETWEEN_WORDS.finditer(line, 2 * LONG)][:1]
        sentences = (match.end() for match in _AFTER_SENTENCE.finditer(line, LONG))
        cuts += [next((cut for cut in sentences if _even(line[:cut])), len(line))]
    return min((cut for cut in cuts if cut < len(line)), default=None)


def _even(text: str) -> bool:
    """Whether the text seems to leave no code, emphasis or link open."""
    return (
        text.count("`") % 2 == 0
        and text.count("**") % 2 == 0
        and text.count("[") == text.count("]")
    )


def _task(spans: Spans, within: Within) -> tuple[Spans, Within]:
    """Turns the `[x]` that begins an item into the item's state."""
    item = within[-1] if within else None
    if not spans or not isinstance(item, Item) or not item.first or spans[0] != Span(spans[0].text):
        return spans, within
    mark = _TASK_MARK.match(spans[0].text)
    if mark is None:
        return spans, within
    rest = replace(spans[0], text=spans[0].text[mark.end() :])
    checked = replace(item, checked=mark[1] != " ")
    return (rest, *spans[1:]) if rest.text else spans[1:], (*within[:-1], checked)
