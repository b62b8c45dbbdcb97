"""Spread: how numbers are spread (gaps, sizes, delays), in a memory that does not grow with them.

They are counted in buckets that are at most one per cent wide. What a bucket is read as is the mean
of what fell into it: where that is one number, or the same one many times, it is exact.
"""

from __future__ import annotations

_FINE = 7
"""Buckets of a power of two: 2 ** 7."""
_EXACT = 2 << _FINE
"""Each number below has a bucket of its own."""


class Spread:
    """Of whole numbers, none below 0."""

    __slots__ = ("_buckets", "count", "most", "total", "where")

    def __init__(self) -> None:
        self.count = 0
        self.total = 0
        self.most = 0
        self.where = -1
        """Whose the most is."""
        self._buckets: dict[int, list[int]] = {}
        """How many there are, their sum, and whose the last one is."""

    def add(self, value: int, number: int = -1) -> None:
        """Count one; `number` says whose it is."""
        self.count += 1
        self.total += value
        if value > self.most or self.count == 1:
            self.most, self.where = value, number
        key = value
        if value >= _EXACT:
            shift = value.bit_length() - _FINE - 1
            key = (shift << _FINE) + (value >> shift)
        bucket = self._buckets.get(key)
        if bucket is None:
            self._buckets[key] = [1, value, number]
        else:
            bucket[0] += 1
            bucket[1] += value
            bucket[2] = number

    def quantile(self, share: float) -> int:
        """The number below or at which this share of all lies; 0 when there are none."""
        return self._at(share)[0]

    def whose(self, share: float) -> int:
        """Whose a number of that size is; -1 when there are none."""
        return self._at(share)[1]

    @property
    def mean(self) -> float:
        return self.total / self.count if self.count else 0.0

    def _at(self, share: float) -> tuple[int, int]:
        if share >= 1:
            return self.most, self.where
        left = share * self.count
        for key in sorted(self._buckets):
            count, total, number = self._buckets[key]
            left -= count
            if left <= 0:
                return round(total / count), number
        return self.most, self.where
