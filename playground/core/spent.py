"""Spent: where the time of a run went. Pure.

Every moment from the begin of a run to its end belongs to one kind, and to one leg: the parts add
up to the whole, to the nanosecond. What goes on at the same time is counted once: while a tool
runs, the time is that of tools, whoever else is waited for beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from playground.core.recording import WIRE, Event, parse

Kind = Literal[
    "ours",  # what this program did by itself: a request made, an answer taken care of
    "starting",  # a server of ours, before it can be asked
    "connect",  # a name looked up, a connection opened, encryption agreed on
    "server",  # the request is there, and nothing of an answer
    "first",  # its head has come, and no token
    "reasoning",
    "writing",
    "arguments",  # of calls
    "hosted",  # tools of the server's own, until the model goes on
    "closing",  # the answer is over, and the server has not closed it
    "tools",  # those that run here
    "human",  # an approval, a breakpoint, an answer by hand
    "waiting",  # for the next attempt, for a place at a server, for whoever picks who answers, or
    # for more of an answer in the background
]
Doing = Literal["reasoning", "writing", "arguments", "hosted", "closing"]
"""What the model is seen to do by an event of its answer."""

KINDS: tuple[Kind, ...] = (
    "ours", "starting", "connect", "server", "first", "reasoning", "writing", "arguments",
    "hosted", "closing", "tools", "human", "waiting",
)  # fmt: skip
"""In the order in which they come in a run."""

_LONGEST = 1e12
"""Milliseconds: nobody has waited longer, whatever a recording says."""


class Stretch(NamedTuple):
    """Time in which one kind went on, without a break."""

    kind: Kind
    leg: int
    begin: int
    """Nanoseconds of the run."""
    end: int
    number: int
    """The event that began it."""


class Part(NamedTuple):
    """All stretches of one kind."""

    kind: Kind
    ns: int
    number: int
    """The event that began the first of them."""
    times: int


@dataclass(frozen=True, slots=True)
class Leg:
    """A request with all attempts at it, and what was done about its answer, until the next."""

    begin: int
    end: int
    parts: tuple[Part, ...]
    """Each kind that took any time once, in the order of KINDS."""


@dataclass(frozen=True, slots=True)
class Spent:
    total_ns: int
    parts: tuple[Part, ...]
    legs: tuple[Leg, ...]

    def part(self, kind: Kind) -> Part | None:
        return next((one for one in self.parts if one.kind == kind), None)


class Sums:
    """Adds up the time of one run, event by event."""

    def __init__(self, told: Callable[[Stretch], None] | None = None) -> None:
        """`told` hears of each stretch of time, in order."""
        self._told = told
        self._legs: list[dict[Kind, list[int]]] = [{}]
        """By leg and kind: nanoseconds, the first event, how many stretches."""
        self._begins = [0]
        self._net: Kind = "ours"
        """What goes on between us and the server."""
        self._kind: Kind = "ours"
        self._since = 0
        self._number = 0
        self._now = 0
        self._over = False
        self._asked = False
        """A request was made."""
        self._request: tuple[int, int] | None = None
        """When it left and which event that was, while there is no answer."""
        self._connection: tuple[int, dict[str, Any]] | None = None
        self._tools: set[object] = set()
        self._people: set[object] = set()

    def take(self, number: int, event: Event, doing: Doing | None = None) -> None:
        """The next event; `doing`: what the model is seen to do by it, if anything."""
        if self._over:
            return
        if event.t > self._now:
            self._now = event.t
        if event.kind in WIRE:
            if doing == self._kind:
                return  # it goes on
            if doing is not None:
                self._net = doing
            elif self._net in ("ours", "server"):  # an answer without a head
                self._net = "first"
        else:
            self._fact(number, event)
        self._turn(number)

    def look(self, now: int | None = None) -> Spent:
        """As it is now (nanoseconds of the run; default: the last event)."""
        end = self._now if now is None or self._over else max(now, self._now)
        legs = [dict(leg) for leg in self._legs]
        if end > self._since and not self._over:
            _add(legs[-1], self._kind, end - self._since, self._number)
        ends = [*self._begins[1:], end]
        rows = [
            Leg(begin, until, _parts([leg]))
            for begin, until, leg in zip(self._begins, ends, legs, strict=True)
        ]
        return Spent(end, _parts(legs), tuple(rows))

    def _turn(self, number: int) -> None:
        """Something else may be going on from here."""
        kind: Kind = "tools" if self._tools else "human" if self._people else self._net
        if kind != self._kind:
            self._spend(self._now)
            self._kind, self._number = kind, number

    def _spend(self, until: int, kind: Kind | None = None, number: int | None = None) -> None:
        """Time has gone by, in which `kind` (what was going on, if not given) went on."""
        kind, number = kind or self._kind, self._number if number is None else number
        if until <= self._since:
            return
        _add(self._legs[-1], kind, until - self._since, number)
        if self._told is not None:
            self._told(Stretch(kind, len(self._legs) - 1, self._since, until, number))
        self._since = until

    def _fact(self, number: int, event: Event) -> None:
        found, _ = parse(event.raw.decode("utf-8", "replace"))
        data: dict[str, Any] = found if isinstance(found, dict) else {}
        match event.kind:
            case "starting":
                self._net = "starting"
            case "request" | "reused":
                self._requested(number, event)
            case "queued":
                self._net = "waiting"
            case "routed" | "fallback":
                self._net = "ours"
            case "connection":
                self._connection = number, data
            case "head":
                self._connected()
                self._net = "first"
            case "eof" | "cut" | "timeout" | "failed":
                self._connected()
                self._net = "ours"
            case "retry":
                self._net = "waiting"
            case "ended" | "stopped" | "interrupted":
                self._connected()
                self._spend(self._now)
                self._over = True
            case "paused":
                self._people.add((str(data.get("place")), _call(data)))
            case "resumed":
                self._people.discard((str(data.get("place")), _call(data)))
            case "tool.asked" | "approval" | "tool.started" | "tool.ended" | "tool.result":
                self._tool(event.kind, data)
            case _:
                pass

    def _requested(self, number: int, event: Event) -> None:
        if event.attempt == 0 and self._asked:
            self._spend(self._now)
            self._legs.append({})
            self._begins.append(self._now)
            self._number = number
        elif event.attempt and self._kind == "ours":  # nobody said for what, but it was waited
            self._spend(self._now, "waiting")
        self._asked = True
        self._request, self._connection = (self._now, number), None
        self._net = "server"

    def _connected(self) -> None:
        """What the time since the request was for, now that this is known."""
        request, connection = self._request, self._connection
        self._request = self._connection = None
        if request is None or connection is None or self._kind != "server":
            return
        left, number = request
        if self._since != left:
            return
        at, data = connection
        ready = min(left + _ns(data, "ready_ms"), self._now)
        self._spend(ready, "ours", number)
        self._spend(
            min(ready + _ns(data, "tcp_ms") + _ns(data, "tls_ms"), self._now), "connect", at
        )

    def _tool(self, kind: str, data: dict[str, Any]) -> None:
        call = _call(data)
        self._people.discard(call)
        match kind:
            case "tool.asked":
                self._people.add(call)
            case "tool.started":
                (self._people if data.get("mode") == "human" else self._tools).add(call)
            case "tool.ended" | "tool.result":
                self._tools.discard(call)


def _call(data: dict[str, Any]) -> str:
    item = data.get("item")
    return item if isinstance(item, str) else str(data.get("call_id", ""))


def _ns(data: dict[str, Any], name: str) -> int:
    value = data.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool) or value != value:
        return 0
    return round(min(max(value, 0), _LONGEST) * 1e6)


def _add(sums: dict[Kind, list[int]], kind: Kind, ns: int, number: int) -> None:
    have = sums.get(kind)
    sums[kind] = [ns, number, 1] if have is None else [have[0] + ns, have[1], have[2] + 1]


def _parts(legs: Iterable[dict[Kind, list[int]]]) -> tuple[Part, ...]:
    sums: dict[Kind, list[int]] = {}
    for leg in legs:
        for kind, (ns, number, count) in leg.items():
            have = sums.get(kind)
            sums[kind] = (
                [ns, number, count] if have is None else [have[0] + ns, have[1], have[2] + count]
            )
    return tuple(Part(kind, *sums[kind]) for kind in KINDS if kind in sums)
