"""Column: where rows of known or guessed height stand, one under the other. No Qt.

A row that changes moves only those below it, and they are counted when somebody asks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate


class Column:
    def __init__(self, top: int = 0, extents: Iterable[int] = ()) -> None:
        """`top`: where the first row begins; `extents`: the height of each, the gap below
        included."""
        self._extents = list(extents)
        self._tops = [top]
        """Where each row begins, as far as is known, and at last where the column ends."""

    def __len__(self) -> int:
        return len(self._extents)

    def change(self, number: int, extent: int) -> None:
        """A row has another height."""
        if self._extents[number] != extent:
            self._extents[number] = extent
            del self._tops[number + 1 :]

    def top(self, number: int) -> int:
        """Where a row begins; of the number after the last, where the column ends."""
        return self._known()[number]

    @property
    def end(self) -> int:
        return self._known()[-1]

    def at(self, y: int) -> int:
        """The row at a height; the first one for what is above, the last for what is below."""
        return min(max(bisect_right(self._known(), y) - 1, 0), max(len(self) - 1, 0))

    def _known(self) -> list[int]:
        tops = self._tops
        if len(tops) <= len(self._extents):
            missing = self._extents[len(tops) - 1 :]
            tops.extend(list(accumulate(missing, initial=tops[-1]))[1:])
        return tops
