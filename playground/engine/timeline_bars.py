"""What a timeline is made of: bars in lanes, and marks over all of them. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

Kind = Literal[
    "network",  # a request, until its answer begins
    "receiving",  # an answer, while its body arrives
    "idle",  # a server is started, or tried again
    "reasoning",
    "writing",
    "arguments",  # of a call, as they arrive
    "hosted",  # a tool of the server's own
    "waiting",  # for an approval
    "running",
    "paused",  # at a breakpoint
    "failed",
    "denied",
    "person",  # somebody here is waited for
    "step",  # of ours, at once
]


@dataclass(frozen=True, slots=True)
class Bar:
    """Something that took its time."""

    kind: Kind
    begin: int
    """Nanoseconds of the run."""
    end: int | None
    """None: it goes on."""
    label: str
    detail: str = ""
    """What tells it from others of its label: the values of arguments, the status of an answer."""
    key: str = ""
    """Of the item that it is about; empty: of none."""
    event: int = -1
    """The number of the fact that began it; -1: it was none of ours that did."""

    def lasted(self, now: int) -> int:
        """Nanoseconds until its end, or until `now`."""
        return max((now if self.end is None else self.end) - self.begin, 0)

    def ended(self, t: int) -> Bar:
        """The same, over by now."""
        return self if self.end is not None else replace(self, end=t)


@dataclass(frozen=True, slots=True)
class Lane:
    """What went on in one place, one thing after another: bars do not overlap."""

    name: str
    bars: list[Bar]
    traffic: bool = False
    """What came over the network is to be seen in it."""


class Mark(NamedTuple):
    """A moment that whoever looks for trouble looks for."""

    kind: Literal["retry", "failed", "stopped"]
    t: int
    """Nanoseconds of the run."""
    label: str
    event: int
    """The number of the fact that says so."""


@dataclass(frozen=True, slots=True)
class Timeline:
    lanes: list[Lane]
    end_ns: int
    """Where it ends so far, in nanoseconds of the run."""
    marks: list[Mark] = field(default_factory=list)
    """In order."""
