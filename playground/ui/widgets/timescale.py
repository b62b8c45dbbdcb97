"""Which stretch of a run's time lies between which pixels, and the marks of an axis over it. No Qt
beyond the locale of numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from playground.ui import words

MS, SECOND, MINUTE = 10**6, 10**9, 60 * 10**9
CLOSEST = 2 * MS
"""Nanoseconds that are still seen at the largest scale."""
MARGIN = 0.06
"""Of the view, that stays free beside what is brought into it."""
_STEPS = (
    *(one * 10**power for power in range(4, 11) for one in (1, 2, 5)),
    *(one * MINUTE for one in (1, 2, 5, 10, 30, 60, 120, 360, 720, 1440)),
)
"""Between marks of the axis, in nanoseconds."""
_ROOM = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
"""What the axis of a run that goes on reaches to, so that it need not change all the time."""


@dataclass(slots=True)
class TimeScale:
    """Times are nanoseconds of the run, places are pixels of the viewport."""

    span: float = MS
    """All there is, from 0 on."""
    begin: float = 0.0
    shown: float = MS
    """The stretch in view."""
    left: float = 0.0
    wide: float = 1.0
    """Where the view begins, and how wide it is."""

    @property
    def end(self) -> float:
        return self.begin + self.shown

    @property
    def right(self) -> float:
        return self.left + self.wide

    @property
    def per_pixel(self) -> float:
        return self.shown / self.wide

    @property
    def zoomed(self) -> bool:
        return self.shown < self.span

    def x(self, t: float) -> float:
        return self.left + (t - self.begin) / self.shown * self.wide

    def time(self, x: float) -> float:
        return self.begin + (x - self.left) / self.wide * self.shown

    def sees(self, t: float) -> bool:
        return self.begin <= t <= self.end

    # What is in view.

    def grow(self, span: float, *, follow: bool = False) -> None:
        """There is more, or less. Where all was in view it stays so; `follow`: so does the end."""
        whole, at_end = not self.zoomed, self.end >= self.span
        self.span = max(span, MS)
        if whole:
            self.begin, self.shown = 0.0, self.span
        elif follow and at_end:
            self.begin = self.span - self.shown
        self._fit()

    def show(self, begin: float, end: float) -> None:
        """Bring a stretch into view, and nothing else."""
        self.begin, self.shown = begin, end - begin
        if self.shown < (closest := min(CLOSEST, self.span)):
            self.begin, self.shown = begin - (closest - self.shown) / 2, closest
        self._fit()

    def show_all(self) -> None:
        self.begin, self.shown = 0.0, self.span

    def zoom(self, factor: float, x: float) -> None:
        """Change the scale; what is at `x` stays where it is."""
        t = self.time(x)
        self.shown = min(max(self.shown / factor, CLOSEST), self.span)
        self.begin = t - (x - self.left) / self.wide * self.shown
        self._fit()

    def move(self, by: float) -> None:
        """Go along by so many nanoseconds."""
        self.begin += by
        self._fit()

    def reveal(self, begin: float, end: float) -> None:
        """Bring a stretch into view at the same scale; its begin, where it is too long."""
        spare = self.shown * MARGIN
        if begin < self.begin or begin > self.end or (end > self.end and begin > self.begin):
            inside = end - begin < self.shown - 2 * spare and begin > self.begin
            self.begin = end + spare - self.shown if inside else begin - spare
            self._fit()

    def _fit(self) -> None:
        self.shown = min(self.shown, self.span)
        self.begin = min(max(self.begin, 0.0), self.span - self.shown)

    # The axis.

    def step(self, apart: float) -> int:
        """Nanoseconds between two marks that are at least so many pixels apart."""
        least = apart * self.per_pixel
        return next((one for one in _STEPS if one >= least), _STEPS[-1])

    def ticks(self, apart: float) -> Iterator[tuple[int, str]]:
        """(time, what stands there) of each mark in view."""
        step = self.step(apart)
        tick = max(math.ceil(self.begin / step), 0) * step
        while tick <= self.end:
            yield tick, stamp(tick, step)
            tick += step


def stamp(t: float, step: float) -> str:
    """A moment, as exactly as is needed to tell it from one `step` nanoseconds away."""
    if not t:
        return "0"
    if step >= SECOND:
        return words.seconds(t / SECOND)
    unit, name = (MS, "ms") if t < SECOND else (SECOND, "s")
    digits = max(math.ceil(math.log10(unit / step)), 0) if step < unit else 0
    return f"{words.number(t / unit, digits)} {name}"


def rounded(end: int) -> int:
    """A little more than `end`, in nanoseconds: there is room for what comes next."""
    power = 10 ** (len(str(end)) - 1)
    return next(int(one * power) for one in _ROOM if one * power >= end * 1.02 or one == _ROOM[-1])
