"""Where the characters of prose came from: from one that is drawn to one of the Markdown, and back.

Nothing is kept for it: a block knows where its source begins, and only blocks that somebody asks
about are laid beside theirs. Positions count UTF-16 units of a row's text, offsets characters of
the Markdown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from playground.core.alignment import aligned
from playground.core.markdown_stream import MarkdownStream
from playground.ui.widgets.codeblock import CodeRow
from playground.ui.widgets.proseflow import Place
from playground.ui.widgets.proseink import excerpt, units
from playground.ui.widgets.proserows import Row

Pieces = dict[int, list[tuple[int, int]]]
"""By row: from one position to another."""


class Lit:
    """What stands out of a text that may still grow."""

    def __init__(self) -> None:
        self.spans: Sequence[tuple[int, int]] = ()
        """From one offset to another."""
        self.pieces: Pieces = {}
        """The same, as it is drawn."""
        self._length = 0
        """So much of the text was there when that was found."""

    def say(self, spans: Sequence[tuple[int, int]]) -> None:
        self.spans, self.pieces, self._length = spans, {}, 0

    def settled(self, rows: Sequence[Row], closed: int) -> bool:
        """Whether more of the text changes nothing about it: it is all there, in rows that are
        closed or only grow at their end."""
        there = all(
            number < closed or (number < len(rows) and isinstance(rows[number], CodeRow))
            for number in self.pieces
        )
        return there and self._length >= max((end for _, end in self.spans), default=0)

    def find(self, origins: Origins) -> None:
        """Look where it is drawn."""
        self.pieces, self._length = {}, origins.length
        for span in self.spans:
            for number, pieces in origins.pieces(*span).items():
                self.pieces.setdefault(number, []).extend(pieces)


class Drawn:
    """What a row has drawn of its source, without what was added to it."""

    def __init__(self, row: Row) -> None:
        self._added = row.added
        shown, pieces, at = row.shown, [], 0
        for start, end in self._added:
            pieces.append(excerpt(shown, at, start))
            at = end
        self.text = "".join(pieces) + (excerpt(shown, at, row.length) if pieces else shown)

    def index(self, position: int) -> int:
        """Of a position in the row, the character of the text; of what was added, the next one."""
        gone = sum(min(end, position) - start for start, end in self._added if start < position)
        return len(excerpt(self.text, 0, position - gone))

    def position(self, index: int) -> int:
        """The other way."""
        at = units(self.text[:index])
        for start, end in self._added:
            if start <= at:
                at += end - start
        return at


class Origins:
    """Of the rows of a text, as they are now."""

    def __init__(self, rows: Sequence[Row], stream: MarkdownStream, text: str) -> None:
        self._rows = rows
        self._stream = stream
        self._text = text
        self.length = len(text)

    def offset(self, place: Place) -> int:
        """The character from which the one at a place was drawn; of what nobody wrote, the one
        that follows."""
        number, position = place
        begin, end = self._bounds(number)
        drawn = Drawn(self._rows[number])
        found = aligned(self._text[begin:end], drawn.text).to_source(drawn.index(position))
        return begin + found

    def pieces(self, begin: int, end: int) -> Pieces:
        """What was drawn of `text[begin:end]`; where that is nothing but markup, a piece of no
        length where it stands."""
        found: Pieces = {}
        if not self._rows or begin >= self.length:
            return found  # it has not come yet: a run that is shown again is shorter
        for number in self._between(begin, end):
            if (piece := self._piece(number, begin, end)) is not None:
                found[number] = [piece]
        if not found and begin < end:
            number = next(self._between(begin, end))
            here = self._piece(number, begin, self._bounds(number)[1])
            at = here[0] if here is not None else units(self._rows[number].shown)
            found[number] = [(at, at)]
        return found

    def _between(self, begin: int, end: int) -> Iterator[int]:
        """The rows that have something of `text[begin:end]`."""
        rows = range(len(self._rows))
        first = bisect_right(rows, begin, key=self._stream.origin) - 1
        last = bisect_left(rows, end, key=self._stream.origin) - 1
        yield from range(max(first, 0), max(last, first, 0) + 1)

    def _piece(self, number: int, begin: int, end: int) -> tuple[int, int] | None:
        row, (low, high) = self._rows[number], self._bounds(number)
        if begin <= low and high <= end:  # all of it, whatever came from where
            return (0, row.length) if row.length else None
        drawn = Drawn(row)
        alignment = aligned(self._text[low:high], drawn.text)
        found = alignment.to_shown(max(begin, low) - low, min(end, high) - low)
        if found is None:
            return None
        first = drawn.position(found[0])
        if not drawn.text[slice(*found)].strip("\n\t\u2028"):
            return first, first  # the end of a line or a cell has no place of its own
        return first, drawn.position(found[1] - 1) + units(drawn.text[found[1] - 1])

    def _bounds(self, number: int) -> tuple[int, int]:
        """Where the source of a row begins and ends."""
        last = number + 1 == len(self._rows)
        end = len(self._text) if last else self._stream.origin(number + 1)
        return self._stream.origin(number), end
