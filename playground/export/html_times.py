"""The time of a run: as lanes of bars, and as a sum of what it was spent on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from playground.core.items import HostedCall, Message, Reasoning, ToolCall
from playground.core.recording import BODY, WIRE, Event, Recording
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
"""What time is spent on. Where several go on at once, the first of them has it."""
LANES = 12
"""Lanes of tools; further calls share the last one."""
FINE = 2_000
"""Parts of the whole that can be told apart: bars that lie closer are one."""


@dataclass(frozen=True, slots=True)
class Bar:
    kind: Kind
    begin: int
    """Nanoseconds of the run."""
    end: int
    label: str


class Times:
    def __init__(self, recording: Recording, course: Course) -> None:
        self._course = course
        self._t = recording.times
        self.end = max(self._t, default=0)
        self._network: list[Bar] = []
        self._spans: list[Bar] = []
        """What was waited for, for the sum."""
        self._read(recording)

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
        """[[kind, words, microseconds]]: they add up to the whole."""
        spans = [*self._spans]
        for slot in self._course.slots:
            if isinstance(slot.item, ToolCall):
                spans += [bar for bar in self._acted(slot.item, "") if bar.kind != "failed"]
        total: Counter[Kind] = Counter()
        order: list[Kind] = list(SPENT)
        edges = sorted({0, self.end, *(t for bar in spans for t in (bar.begin, bar.end))})
        begins, ends = Counter[tuple[int, Kind]](), Counter[tuple[int, Kind]]()
        for bar in spans:
            begins[bar.begin, bar.kind] += 1
            ends[bar.end, bar.kind] += 1
        going: Counter[Kind] = Counter()
        for at, edge in enumerate(edges[:-1]):
            for kind in order:
                going[kind] += begins[edge, kind] - ends[edge, kind]
            first: Kind = next((kind for kind in order if going[kind] > 0), "ours")
            total[first] += edges[at + 1] - edge
        return [[kind, SPENT[kind], total[kind] // 1000] for kind in order if total[kind]]

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

    def _read(self, recording: Recording) -> None:
        """What our own facts and the first and last bytes of each answer say."""
        answering: tuple[int, int, int | None, int] | None = None
        """When the request left, when its answer began, when text first came, and the last."""
        retried: int | None = None
        paused: int | None = None
        grew = {number for slot in self._course.slots for g in slot.growths.values()
                for number in g.events}  # fmt: skip
        for number, (kind, t) in enumerate(zip(recording.kinds, self._t, strict=True)):
            if kind in WIRE:
                if answering is not None:
                    left, head, first, _ = answering
                    first = t if first is None and (number in grew or kind == BODY) else first
                    answering = left, head, first, t
                continue
            match kind:
                case "request":
                    self._answered(answering)
                    answering = None
                    if retried is not None:
                        self._network.append(Bar("retrying", retried, t, SPENT["retrying"]))
                        self._spans.append(self._network[-1])
                        retried = None
                    self._sent(recording[number])
                case "head" if self._network:
                    sent = self._network[-1]
                    answering = sent.begin, t, None, t
                    data, _ = recording[number].json()
                    status = data.get("status") if isinstance(data, dict) else None
                    bad = isinstance(status, int) and status >= 400
                    label = f"{sent.label}: {status}"
                    self._network[-1] = Bar("failed" if bad else "server", sent.begin, t, label)
                    self._spans.append(Bar("server", sent.begin, t, ""))
                case "connection" if self._network:
                    self._connected(recording[number])
                case "retry":
                    retried = t
                case "paused":
                    paused = t if paused is None else paused
                case "resumed" if paused is not None:
                    self._spans.append(Bar("you", paused, t, ""))
                    paused = None
                case "cut" | "timeout" | "failed":
                    self._broke(t, answering is None)
        self._answered(answering)
        if paused is not None:
            self._spans.append(Bar("you", paused, self.end, ""))

    def _sent(self, event: Event) -> None:
        again = f", attempt {event.attempt + 1}" if event.attempt else ""
        label = f"Request {event.leg + 1}{again}"
        self._network.append(Bar("server", event.t, event.t, label))

    def _connected(self, event: Event) -> None:
        """The milliseconds that were spent on it lie right behind the request."""
        data, _ = event.json()
        told = data if isinstance(data, dict) else {}
        counts = [told.get("tcp_ms"), told.get("tls_ms")]
        ms = sum(one for one in counts if isinstance(one, int | float) and 0 < one < 1e9)
        if ms:
            begin = self._network[-1].begin
            self._spans.append(Bar("connecting", begin, min(begin + int(ms * 1e6), event.t), ""))

    def _answered(self, answering: tuple[int, int, int | None, int] | None) -> None:
        if answering is None:
            return
        _, head, first, last = answering
        self._spans.append(Bar("first", head, last if first is None else first, ""))
        if first is not None:
            self._spans.append(Bar("writing", first, last, ""))

    def _broke(self, t: int, waiting: bool) -> None:
        if waiting and self._network and self._network[-1].begin == self._network[-1].end:
            sent = self._network[-1]
            self._network[-1] = Bar("failed", sent.begin, t, f"{sent.label}: no answer")
            self._spans.append(Bar("server", sent.begin, t, ""))
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
