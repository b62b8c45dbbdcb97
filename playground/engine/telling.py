"""Telling: a run told to an audience a sentence at a time, and which sentence that is.

A run that goes on is followed; one that is over is told from its beginning. A replay is told as far
as it stands: going from sentence to sentence moves it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

from playground.core.session import Run
from playground.engine.narration import Sentence, narrate
from playground.engine.player import Player


class Telling:
    """Of one run."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.rows: list[Sentence] = narrate(run)
        """What there is to tell so far."""
        self.following = run.running
        """Whatever happens next is told at once."""
        self.at = len(self.rows) - 1 if self.following else min(len(self.rows), 1) - 1
        """Which of them is told; -1 while there is none."""

    @property
    def count(self) -> int:
        """How many sentences there are, as far as is known."""
        return len(self.rows)

    @property
    def told(self) -> Sentence | None:
        return self.rows[self.at] if 0 <= self.at < len(self.rows) else None

    def look(self) -> None:
        """Look at what has happened."""
        rows = narrate(self._run)
        if self.following or self.at < 0:
            self.at = len(rows) - 1
        self.rows, self.at = rows, min(self.at, len(rows) - 1)

    def next(self) -> None:
        """The next sentence. Behind the last one of a run that goes on whatever comes is told."""
        self.go_to(self.at + 1)

    def back(self) -> None:
        self.go_to(self.at - 1)

    def first(self) -> None:
        self.go_to(0)

    def last(self) -> None:
        self.go_to(self.count - 1)

    def go_on(self) -> None:
        """What there is to do without a thought."""
        self.next()

    def go_to(self, at: int) -> None:
        """Another sentence, from 0; behind the last one the last."""
        last = len(self.rows) - 1
        self.at = min(max(at, 0), last)
        self.following = self._run.running and at >= last


@dataclass(frozen=True, slots=True)
class Stop:
    """A place of a recording at which there is something new to be told."""

    count: int
    """Events that have happened by then."""
    at: int
    """The sentence, from 0."""


class Retelling(Telling):
    """Of a replay, which goes on by itself as well."""

    def __init__(
        self, player: Player, seek: Callable[[int], None], toggle: Callable[[], None]
    ) -> None:
        """`seek` has the replay stand still behind so many events, `toggle` has it play or stand
        still."""
        self.player = player
        self._seek = seek
        self._toggle = toggle
        self.stops = stops(player)
        self._stop: Stop | None = None
        """Where somebody went, while it stands there."""
        super().__init__(player.run)
        self.look()

    @property
    def count(self) -> int:
        return max(len(self.rows), self.stops[-1].at + 1 if self.stops else 0)

    def look(self) -> None:
        player, stop = self.player, self._stop
        self.rows = narrate(player.run)
        if stop is not None and (player.playing or player.heading != stop.count):
            self._stop = stop = None
        self.at = len(self.rows) - 1
        if stop is not None:
            self.at = min(stop.at, self.at)
        self.following = stop is None

    def next(self) -> None:
        place = self._place()
        if place < len(self.stops):
            self._go(self.stops[place])
        else:
            self._seek(self.player.count)

    def back(self) -> None:
        """To the place before; from the middle of a sentence to the one before it."""
        here = self._stop
        if here is not None:
            before = self.stops[: self.stops.index(here)]
        else:
            reached = self.player.heading
            before = [one for one in self.stops if one.count < reached and one.at < self.at]
        self._go(before[-1] if before else self.stops[0])

    def first(self) -> None:
        self._go(self.stops[0])

    def last(self) -> None:
        self._seek(self.player.count)
        self._stop = None
        self.look()

    def go_on(self) -> None:
        self._stop = None
        self._toggle()
        self.look()

    def go_to(self, at: int) -> None:
        found = next((stop for stop in self.stops if stop.at == at), None)
        if found is not None:
            self._go(found)

    def _go(self, stop: Stop) -> None:
        self._seek(stop.count)
        self._stop = stop
        self.look()

    def _place(self) -> int:
        """Of the first stop that comes after where it stands."""
        if (here := self._stop) is not None:
            return self.stops.index(here) + 1
        return bisect_right([stop.count for stop in self.stops], self.player.heading)


def stops(player: Player) -> list[Stop]:
    """Where each sentence stands as it does in the end; and where somebody was waited for."""
    found: list[Stop] = []
    reached = 0
    for at, row in enumerate(narrate(player.source)):
        times = (row.began, row.stood) if row.kind == "waiting" else (row.stood,)
        for time in dict.fromkeys(times):
            reached = max(reached, player.count_of(time) if time else 0)
            stop = Stop(reached, at)
            if stop not in found[-1:]:
                found.append(stop)
    return found
