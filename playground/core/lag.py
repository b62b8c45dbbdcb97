"""Lag: how long what arrived took to get on screen, frame by frame. Only where somebody looked."""

from __future__ import annotations

from playground.core.spread import Spread


class Lag:
    """Of each frame the oldest event in it counts, from its arrival."""

    __slots__ = ("_spread",)

    def __init__(self) -> None:
        self._spread = Spread()

    def add(self, nanoseconds: int) -> None:
        """A frame was drawn."""
        self._spread.add(max(nanoseconds, 0))

    @property
    def frames(self) -> int:
        return self._spread.count

    @property
    def max_ns(self) -> int:
        return self._spread.most

    def quantile_ns(self, share: float) -> int:
        return self._spread.quantile(share)

    def facts(self) -> dict[str, float]:
        """As it stands on the recording, under `drawn`."""
        spread = self._spread
        return {
            "frames": spread.count,
            "p50_ms": _ms(spread.quantile(0.5)),
            "p95_ms": _ms(spread.quantile(0.95)),
            "max_ms": _ms(spread.most),
            "total_ms": _ms(spread.total),
        }


def _ms(nanoseconds: int) -> float:
    return round(nanoseconds / 1e6, 3)
