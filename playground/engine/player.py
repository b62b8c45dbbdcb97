"""Player: a recorded run shown again, forwards at any speed, and backwards.

It has no clock and no network: whoever plays says how much time has passed. What it shows is a run
with the id, the question and the settings of the recorded one, whose recording are the first so
many events of it. Forwards that run is given more; backwards another one stands in its place.
"""

from __future__ import annotations

import time
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import accumulate, chain, pairwise

from playground.core.items import HostedCall, ToolCall
from playground.core.prefixes import Prefixes
from playground.core.session import Run
from playground.core.transcript import Reader

LONG = 2_000_000_000
"""Nanoseconds that a wait takes at most, where long ones are skipped."""
SPEEDS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
PART = 64
"""Events that are read without a look at the clock."""
FAR = 1_024
"""Events that are more than a few steps."""


@dataclass(slots=True)
class Replayed(Run):
    """A run as it stood after some of its events."""

    at: int = 0
    """How old it was then, in nanoseconds of the run."""

    def __post_init__(self) -> None:
        """What was read comes with it."""

    @property
    def replayed(self) -> bool:
        return True

    def now(self) -> int:
        return self.at


class Player:
    """Of a run that is over, with its recording.

    Times are those of the replay, unless it says *of the run*: the same, but for long waits where
    those are skipped.
    """

    def __init__(self, run: Run, clock: Callable[[], int] = time.perf_counter_ns) -> None:
        """`clock` only measures how long reading takes."""
        self.source = run
        self.count = len(run.recording)
        self.speed = 1.0
        self.playing = False
        self._skips = True
        self._clock = clock
        self._prefixes = Prefixes(run.recording, run.reduce, clock)
        self._moments = array("q", accumulate(run.recording.times, max))
        """Of the run, for each event; never back, whatever somebody wrote into a file."""
        self._short = array("q", accumulate(_shortened(self._moments)))
        """The same where long waits are skipped."""
        self.passed = 0
        """Nanoseconds of the replay that have passed."""
        self._wanted: int | None = None
        self.run = self._standing(Reader(run.reduce))
        """As it stands."""

    # Where it stands.

    @property
    def position(self) -> int:
        """Events that are shown."""
        return self.run.reader.count

    @property
    def behind(self) -> bool:
        """It is on its way to another position: see `read`."""
        return self._wanted is not None

    @property
    def heading(self) -> int:
        """The position that it stands at, or is on its way to."""
        return self.position if self._wanted is None else self._wanted

    @property
    def over(self) -> bool:
        return self.heading == self.count

    @property
    def length(self) -> int:
        """Nanoseconds that the whole takes at speed 1."""
        return self._line[-1] if self.count else 0

    @property
    def at(self) -> int:
        """Nanoseconds of the run at which it stands."""
        shown = bisect_right(self._line, self.passed)
        if shown in (0, self.count):
            return self._moments[-1] if shown else min(self.passed, self.end)
        since = self.passed - self._line[shown - 1]
        return min(self._moments[shown - 1] + since, self._moments[shown])

    @property
    def end(self) -> int:
        """Nanoseconds of the run at its last event."""
        return self._moments[-1] if self.count else 0

    @property
    def skips(self) -> bool:
        """Waits of more than `LONG` are cut short."""
        return self._skips

    @skips.setter
    def skips(self, on: bool) -> None:
        if on != self._skips:
            shown = bisect_right(self._line, self.passed)
            since = self.passed - (self._line[shown - 1] if shown else 0)
            self._skips = on
            began = self._line[shown - 1] if shown else 0
            room = self._line[shown] - began if shown < self.count else 0
            self.passed = began + min(since, max(room - 1, 0))

    @property
    def _line(self) -> array[int]:
        """When each event comes."""
        return self._short if self._skips else self._moments

    def count_at(self, passed: int) -> int:
        """The events that have come by then."""
        return bisect_right(self._line, passed)

    def count_of(self, at: int) -> int:
        """The events that had come when the run was so many nanoseconds old."""
        return bisect_right(self._moments, at)

    def moment(self, count: int) -> int:
        """When the last of the first `count` events comes."""
        return self._line[count - 1] if count else 0

    @cached_property
    def stops(self) -> list[int]:
        """Positions at which something begins: an item, a request, what was done about a call."""
        times: set[int] = set()
        for item in self.source.transcript.items:
            times.add(item.t0)
            if isinstance(item, ToolCall):
                times |= {item.asked_at or 0, item.started_at or 0, item.ended_at or 0}
            elif isinstance(item, HostedCall):
                times.add(item.t1 or 0)
        found = {bisect_right(self._moments, one) for one in times if one}
        return sorted(one for one in {0, *self.requests, *found, self.count} if one <= self.count)

    @cached_property
    def requests(self) -> list[int]:
        """Positions at which a request has just left."""
        return list(_places(self.source.recording.kinds, "request"))

    # Moving. All of it takes effect in `read`.

    def play(self) -> None:
        """Go on from here; at the end from the beginning."""
        if self.over:
            self.seek(0)
        self.playing = self.count > 0

    def pause(self) -> None:
        self.playing = False

    def advance(self, elapsed: int) -> None:
        """So many nanoseconds have passed for whoever looks. Not while it is behind: a stream that
        is dense is shown as fast as it can be read."""
        if not self.playing or self.behind:
            return
        self.passed = min(self.passed + round(elapsed * self.speed), self.length)
        self._want(self.count_at(self.passed))
        if self.over:
            self.playing = False

    def step(self, by: int) -> None:
        """Stand still, so many events further or back."""
        self.seek(self.heading + by)

    def step_item(self, by: int) -> None:
        """Stand still where the next item begins, or the one before."""
        stops, here = self.stops, self.heading
        if by > 0:
            self.seek(next((one for one in stops if one > here), self.count))
        else:
            self.seek(next((one for one in reversed(stops) if one < here), 0))

    def seek(self, count: int) -> None:
        """Stand still behind the first `count` events."""
        self.playing = False
        count = min(max(count, 0), self.count)
        self.passed = self.moment(count)
        self._want(count)

    def seek_time(self, passed: int) -> None:
        """Stand still where so many nanoseconds have passed."""
        self.playing = False
        self.passed = min(max(passed, 0), self.length)
        self._want(self.count_at(self.passed))

    def _want(self, count: int) -> None:
        self._wanted = count if count != self.position else None
        self.run.at = self.at

    def read(self, budget: int) -> bool:
        """Go on to where it shall stand, for about `budget` nanoseconds; whether it is there."""
        wanted = self._wanted
        if wanted is None:
            return True
        if self._goes_on(wanted):
            there = self._forward(wanted, self._clock() + budget)
        else:
            there = self._turn(wanted, budget)
        if there:
            self._wanted = None
        self.run.at = self.at
        return there

    def _goes_on(self, wanted: int) -> bool:
        """Whether the run that stands there is given more. A long way leaves copies behind when it
        is read anew, from which there are short ways back."""
        here, nearest = self.position, self._prefixes.nearest(wanted)
        far = not self.playing and wanted - here > max(FAR, here - nearest)
        return nearest <= here <= wanted and not far

    def _forward(self, wanted: int, deadline: int) -> bool:
        recording = self.source.recording
        while (shown := self.position) < wanted:
            self.run.take(recording[shown : min(shown + PART, wanted)])
            if self._clock() >= deadline:
                break
        return self.position == wanted

    def _turn(self, wanted: int, budget: int) -> bool:
        """What was read cannot be taken back: another run stands in its place."""
        reader = self._prefixes.seek(wanted, budget)
        if reader is not None:
            self.run = self._standing(reader)
        return reader is not None

    def _standing(self, reader: Reader) -> Replayed:
        source = self.source
        given = {one.name: getattr(source, one.name) for one in fields(Run) if one.init}
        given["recording"] = source.recording.first(reader.count)
        made = Replayed(**given)
        made.owner = "replay"  # it goes on until its recording says that it is over
        made.reader = reader
        return made


def _shortened(moments: array[int]) -> Iterator[int]:
    """What passes before each event, where no wait is long."""
    return (min(after - before, LONG) for before, after in pairwise(chain((0,), moments)))


def _places(kinds: Iterable[str], kind: str) -> Iterator[int]:
    """Positions behind each event of a kind."""
    return (at for at, one in enumerate(kinds, 1) if one == kind)
