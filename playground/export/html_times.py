"""The time of a run: as lanes of bars, and as a sum of what it was spent on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from playground.core import spent
from playground.core.items import HostedCall, Message, Reasoning, ToolCall
from playground.core.recording import Event
from playground.core.session import Run
from playground.core.spent_reading import Reading
from playground.export.html_states import Course, Slot

Kind = Literal[
    "you", "tool", "connecting", "server", "first", "writing", "retrying", "reasoning", "arriving",
    "failed", "ours",
]  # fmt: skip

SPENT: dict[Kind, str] = {
    "tool": "Tools",
    "you": "Waiting for you",
    "connecting": "Connecting",
    "server": "Until headers",
    "first": "Until first token",
    "writing": "Receiving",
    "retrying": "Waiting to retry",
    "ours": "Playground itself",
}
"""What time is spent on."""
_SPENT: dict[spent.Kind, Kind] = {
    "ours": "ours",
    "starting": "ours",
    "connect": "connecting",
    "server": "server",
    "first": "first",
    "reasoning": "writing",
    "writing": "writing",
    "arguments": "writing",
    "hosted": "writing",
    "closing": "writing",
    "tools": "tool",
    "human": "you",
    "waiting": "retrying",
}
"""The same, as a page tells it: in fewer kinds."""
LANES = 12
"""Lanes of tools; further calls share the last one."""
FINE = 2_000
"""Parts of the whole that can be told apart: bars that lie closer are one."""

STEP = 50_000_000
"""Nanoseconds of reading after which somebody may want no more of it."""


@dataclass(frozen=True, slots=True)
class Bar:
    kind: Kind
    begin: int
    """Nanoseconds of the run."""
    end: int
    label: str


class Times:
    def __init__(self, run: Run, course: Course) -> None:
        self._run = run
        self._course = course
        self._t = run.recording.times
        self.end = max(self._t, default=0)
        self._network: list[Bar] = []
        self._read()
        self._reading = Reading(run.recording, run.reduce)

    def read(self) -> Iterator[int]:
        """Look where the time went; now and then how many events were read."""
        while not self._reading.step(STEP):
            yield self._reading.read

    def lanes(self) -> list[dict[str, Any]]:
        """[{name, bars: [[kind, begin, end, label]]}], in microseconds."""
        lanes = [("network", self._network)]
        named: dict[str, list[Bar]] = {"reasoning": [], "text": []}
        tools: list[tuple[str, list[Bar]]] = []
        person: list[Bar] = []
        for slot in self._course.slots:
            begin, end = self._grew(slot)
            match slot.item:
                case Reasoning(choice=0):
                    named["reasoning"].append(Bar("reasoning", begin, end, "Reasoning"))
                case Message(role="assistant", choice=0):
                    named["text"].append(Bar("writing", begin, end, "Text"))
                case ToolCall() as call:
                    name = str(slot.faces[-1][1]["name"])
                    bars = [Bar("arriving", begin, end, f"{name}: arguments")]
                    bars += self._acted(call, name)
                    person += [bar for bar in bars if bar.kind == "you"]
                    _hang(tools, name, [bar for bar in bars if bar.kind != "you"])
                case HostedCall(ours=False) as hosted:
                    last = end if hosted.t1 is None else max(hosted.t1, end)
                    name = str(slot.faces[-1][1]["name"])
                    _hang(tools, name, [Bar("tool", begin, last, name)])
        lanes += [*named.items(), *tools, ("you", person)]
        return [
            {"name": name, "bars": [_row(bar) for bar in self._merged(bars)]}
            for name, bars in lanes
            if bars
        ]

    def spent(self) -> list[list[Any]]:
        """[[kind, words, microseconds]] of what was read: they add up to the whole."""
        total: Counter[Kind] = Counter()
        for part in self._reading.look().parts:
            total[_SPENT[part.kind]] += part.ns
        return [[kind, SPENT[kind], total[kind] // 1000] for kind in SPENT if total[kind]]

    def _grew(self, slot: Slot) -> tuple[int, int]:
        """From the first of an item's text to the last: servers may open them long before, and
        close all of them together."""
        if events := [number for growth in slot.growths.values() for number in growth.events]:
            return self._t[min(events)], self._t[max(events)]
        return slot.item.t0, slot.item.t0 if slot.item.t1 is None else slot.item.t1

    def _acted(self, call: ToolCall, name: str) -> Iterator[Bar]:
        """What was done about a call."""
        asked, began, over = call.asked_at, call.started_at, call.ended_at
        if asked is not None:
            until = began if began is not None else over if over is not None else self.end
            yield Bar("you", asked, max(until, asked), f"{name}: approval")
        if began is not None:
            kind: Kind = "you" if call.mode == "human" else "tool"
            yield Bar(kind, began, max(over or self.end, began), name)

    def _read(self) -> None:
        """What our own facts say of requests."""
        recording = self._run.recording
        retried: int | None = None
        waits = SPENT["retrying"]
        answered = False
        for number, (kind, t) in enumerate(zip(recording.kinds, self._t, strict=True)):
            match kind:
                case "request":
                    answered = False
                    if retried is not None:
                        self._network.append(Bar("retrying", retried, t, waits))
                        retried = None
                    self._sent(recording[number])
                case "head" if self._network:
                    answered = True
                    self._headed(recording[number])
                case "reused":
                    answered = False
                    self._network.append(Bar("server", t, t, "Recorded answer, nothing sent"))
                case "retry":
                    retried, waits = t, SPENT["retrying"]
                case "queued":
                    retried, waits = t if retried is None else retried, "Waiting for a place"
                case "cut" | "timeout" | "failed":
                    self._broke(t, not answered)
                case _:
                    pass

    def _sent(self, event: Event) -> None:
        again = f", attempt {event.attempt + 1}" if event.attempt else ""
        label = f"Request {event.leg + 1}{again}"
        self._network.append(Bar("server", event.t, event.t, label))

    def _headed(self, event: Event) -> None:
        """An answer begins."""
        sent = self._network[-1]
        data, _ = event.json()
        status = data.get("status") if isinstance(data, dict) else None
        kind: Kind = "failed" if isinstance(status, int) and status >= 400 else "server"
        self._network[-1] = Bar(kind, sent.begin, event.t, f"{sent.label}: {status}")

    def _broke(self, t: int, waiting: bool) -> None:
        if waiting and self._network and self._network[-1].begin == self._network[-1].end:
            sent = self._network[-1]
            self._network[-1] = Bar("failed", sent.begin, t, f"{sent.label}: no answer")
        else:
            self._network.append(Bar("failed", t, t, "The connection broke"))

    def _merged(self, bars: list[Bar]) -> list[Bar]:
        """Without those too close to the one before, of the same kind, to be told apart."""
        close = self.end // FINE
        rows: list[Bar] = []
        for bar in sorted(bars, key=lambda bar: (bar.begin, bar.end)):
            last = rows[-1] if rows else None
            few = len(bars) <= FINE
            if last is None or few or bar.kind != last.kind or bar.begin - last.end > close:
                rows.append(bar)
            else:
                rows[-1] = Bar(last.kind, last.begin, max(last.end, bar.end), "several")
        return rows


def _hang(lanes: list[tuple[str, list[Bar]]], name: str, bars: list[Bar]) -> None:
    """Into the lane of its tool, or into another of the same name while that is busy."""
    if not bars:
        return
    same = [lane for lane in lanes if lane[0] == name]
    free = [lane for _, lane in same if lane[-1].end <= bars[0].begin]
    if free:
        free[0].extend(bars)
    elif len(lanes) < LANES:
        lanes.append((name, bars))
    else:
        lanes[-1][1].extend(bars)


def _row(bar: Bar) -> list[Any]:
    return [bar.kind, bar.begin // 1000, bar.end // 1000, bar.label]
