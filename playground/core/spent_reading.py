"""Reads a recording once, in steps that end when their time is over, for what its time was spent
on and how evenly it streamed. A run that goes on is read on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playground.core.items import HostedCall, Item, Reasoning, Text, ToolCall, texts_of
from playground.core.pace import Pace
from playground.core.recording import Recording, parse
from playground.core.spent import Doing, Spent, Stretch, Sums
from playground.core.transcript import Phase, Reader, Reducer, Transcript
from playground.core.usage import Usage

PIECE = 32
"""Events between two looks at the clock."""

_DOING: dict[str, Doing] = {
    "reasoning": "reasoning",
    "writing": "writing",
    "calling": "arguments",
}


class Reading:
    """Of one recording, which may grow."""

    def __init__(
        self,
        recording: Recording,
        reduce: Reducer,
        clock: Callable[[], int] = time.perf_counter_ns,
        told: Callable[[Stretch], None] | None = None,
    ) -> None:
        self.recording = recording
        self.pace = Pace()
        self.drawn: dict[str, Any] = {}
        """What is known of how long things took to get on screen: the fact of that name."""
        self.drawn_at = -1
        """Which event that is."""
        self._clock = clock
        self._sums = Sums(told)
        self._metered = _Metered()
        self._reader = Reader(reduce, self._metered)
        self._texts: dict[str, tuple[Item, list[_Grown]]] = {}
        """Of each item, by its key."""

    @property
    def read(self) -> int:
        """Events read so far."""
        return self._reader.count

    @property
    def behind(self) -> bool:
        return self.read < len(self.recording)

    @property
    def usage(self) -> Usage | None:
        """Of what was read."""
        return self._metered.usage

    def step(self, budget: int) -> bool:
        """Read for about `budget` nanoseconds; True when nothing is left to do."""
        deadline = self._clock() + budget
        while self.behind:
            self._take(self.read, min(self.read + PIECE, len(self.recording)))
            if self._clock() >= deadline:
                break
        return not self.behind

    def look(self, now: int | None = None) -> Spent:
        """What was read; `now` as for `Sums.look`."""
        return self._sums.look(None if self.behind else now)

    def _take(self, begin: int, end: int) -> None:
        seen, read, pace, sums = self._metered, self._reader.take, self.pace.take, self._sums.take
        number = begin
        for event in self.recording[begin:end]:
            over = seen.terminal
            seen.token_of = seen.opened = None
            read((event,))
            token, characters = seen.token_of, 0
            if seen.changed:
                characters = sum(map(self._grown, seen.changed))
                seen.changed.clear()
            pace(number, event, token, characters)
            doing: Doing | None = token or seen.opened
            if seen.terminal is not None and (over is None or token is None):
                doing = "closing"
            sums(number, event, doing)
            if event.kind == "drawn":
                data, _ = parse(event.raw.decode("utf-8", "replace"))
                self.drawn, self.drawn_at = (data, number) if isinstance(data, dict) else ({}, -1)
            number += 1

    def _grown(self, item: Item) -> int:
        """How many characters an item has more than when it was looked at before."""
        rows = self._texts.get(item.key)
        if rows is None or rows[0] is not item:
            rows = self._texts[item.key] = (
                item,
                [_Grown(getattr(item, one)) for one in texts_of(item)],
            )
        return sum([row.look() for row in rows[1]])


class _Grown:
    """How far a text was seen."""

    __slots__ = ("_count", "_cursor", "_text", "_version")

    def __init__(self, text: Text) -> None:
        self._text = text
        self._cursor = self._count = self._version = 0

    def look(self) -> int:
        """Characters that are new in it."""
        text = self._text
        if text.version != self._version:
            self._version = text.version
            whole, self._cursor = text.after(0)
            more, self._count = max(len(whole) - self._count, 0), len(whole)
            return more
        piece, self._cursor = text.after(self._cursor)
        self._count += len(piece)
        return len(piece)


@dataclass(slots=True)
class _Metered(Transcript):
    """Says what each event brought."""

    token_of: Doing | None = None
    """Something of the answer came, of this sort."""
    opened: Doing | None = None
    """Something began of which nothing may be seen until it is over."""
    changed: list[Item] = field(default_factory=list)

    def token(self, phase: Phase) -> None:
        Transcript.token(self, phase)
        self.token_of = _DOING.get(phase)

    def grew(self, item: Item, phase: Phase) -> None:
        Transcript.grew(self, item, phase)
        self.token_of = "hosted" if isinstance(item, HostedCall) else _DOING.get(phase)
        self.changed.append(item)

    def open(self, item: Item) -> None:
        Transcript.open(self, item)
        if isinstance(item, Reasoning):
            self.opened = "reasoning"

    def touch(self, item: Item) -> None:
        Transcript.touch(self, item)
        match item:
            case HostedCall(ours=False):
                self.opened = "hosted"
                if self.token_of == "arguments":
                    self.token_of = "hosted"
            case ToolCall() if self.token_of == "hosted":
                self.token_of = "arguments"
            case _:
                pass
        self.changed.append(item)
