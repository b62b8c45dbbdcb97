"""Timeline: when each part of a run worked or waited, as lanes of bars. Pure, and no picture.

What the model did is read from the items, everything else from our facts on the recording, each
only once: a run is looked at anew while it goes on, and may have any number of events.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from playground.core.items import HostedCall, Item, Message, Reasoning, ToolCall
from playground.core.recording import WIRE
from playground.core.session import Run
from playground.engine.narration_calls import values
from playground.engine.timeline_bars import Bar, Kind, Lane, Timeline
from playground.engine.timeline_facts import Called, Facts

PIECE = 4_096
"""Events between two looks at the clock."""


def timeline(run: Run, now: int | None = None, *, full: bool = False) -> Timeline:
    """All of a run as it is. Whoever looks again and again keeps a `Course`."""
    course = Course(run, full=full)
    course.step()
    return course.look(now)


class Course:
    """Follows one run."""

    def __init__(
        self, run: Run, *, full: bool = False, clock: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        """`full`: a lane for each thing there is, not only for the network, the model, the tools
        and whoever sits there."""
        self.run = run
        self.full = full
        self.read = 0
        """Events read so far; the recording may be ahead."""
        self._clock = clock
        self._facts = Facts()

    @property
    def behind(self) -> bool:
        return self.read < len(self.run.recording)

    def step(self, budget: int | None = None) -> bool:
        """Read what is new, for about `budget` nanoseconds; True when nothing is left to do."""
        recording = self.run.recording
        deadline = None if budget is None else self._clock() + budget
        while self.behind:
            end = min(self.read + PIECE, len(recording))
            for number, kind in enumerate(recording.kinds[self.read : end], self.read):
                if kind not in WIRE:
                    self._facts.take(number, recording[number])
            self.read = end
            if deadline is not None and self._clock() >= deadline:
                break
        return not self.behind

    def look(self, now: int | None = None) -> Timeline:
        """The lanes of what was read, now (nanoseconds of the run; default: the last event)."""
        facts = self._facts
        lanes = self._full() if self.full else self._summary()
        shown = list(_distinct(lane for lane in lanes if lane.bars))
        last = self.run.recording.times[self.read - 1] if self.read else 0
        ends = (bar.begin if bar.end is None else bar.end for lane in shown for bar in lane.bars)
        end = max(last, *ends, 0)
        if self.run.running and now is not None:
            end = max(end, now)
        return Timeline(shown, end, facts.marks[:])

    # Lanes.

    def _summary(self) -> Iterator[Lane]:
        """Few lanes: what they have in common is in the same one."""
        yield Lane("network", _in_order(self._facts.requests, self._facts.broken))
        yield Lane("model", self._model())
        yield from self._tools({})
        yield Lane("you", self._person())

    def _full(self) -> Iterator[Lane]:
        facts = self._facts
        model = self._model()
        sent = [bar for bar in facts.requests if bar.kind != "idle"]
        waited = [bar for bar in facts.requests if bar.kind == "idle"]
        yield Lane("request", sent)
        answers = facts.answers or self._unannounced()
        yield Lane("network", _in_order(answers, facts.broken), traffic=True)
        yield Lane("reasoning", [bar for bar in model if bar.kind == "reasoning"])
        yield Lane("text", [bar for bar in model if bar.kind == "writing"])
        for name in dict.fromkeys(bar.label for bar in model if bar.kind == "hosted"):
            yield Lane(name, [bar for bar in model if bar.kind == "hosted" and bar.label == name])
        yield from self._tools({bar.key: bar for bar in model if bar.kind == "arguments"})
        yield Lane("approval", self._person())
        yield Lane("our steps", _in_order(waited, facts.steps))

    def _model(self) -> list[Bar]:
        """What the model did. An item that nobody closed is open until the run is over; its bar
        ends with the answer that it came in."""
        answers, bars = self._facts.answers, list(_model(self.run.transcript.items))
        for at, bar in enumerate(bars):
            begun = [one.end for one in answers if bar.end is None or one.begin <= bar.end]
            if begun and (last := begun[-1]) is not None and (bar.end is None or bar.end > last):
                bars[at] = replace(bar, end=max(last, bar.begin))
        return bars

    def _unannounced(self) -> list[Bar]:
        """What came without a head: a stream that was imported has none."""
        recording = self.run.recording
        kinds = enumerate(recording.kinds[: self.read])
        first = next((number for number, kind in kinds if kind in WIRE), None)
        if first is None:
            return []
        end = None if self.run.running else recording.times[self.read - 1]
        return [Bar("receiving", recording.times[first], end, "Answer")]

    def _tools(self, made: dict[str, Bar]) -> Iterator[Lane]:
        """A lane for each tool, and one more for each call beside another of the same tool.

        `made`: the arguments as the model wrote them, by the key of their call.
        """
        told = [(call, self._about(call)) for call in self._facts.calls.values()]
        keys = {key for _, (_, _, key) in told}
        alone = (Called(key, key) for key in made if key not in keys)
        told += [(call, self._about(call)) for call in alone]
        rows: list[tuple[str, list[Bar]]] = []
        for call, (title, detail, key) in told:
            bars = [replace(bar, label=title, detail=detail, key=key) for bar in call.bars]
            if (written := made.get(key)) is not None:
                words = f"{title}: arguments"
                bars.insert(0, _within(replace(written, label=words, detail=detail), bars))
            if bars:
                rows.append((title, bars))
        lanes: dict[str, list[list[Bar]]] = {}
        for title, bars in sorted(rows, key=lambda one: one[1][0].begin):
            beside = lanes.setdefault(title, [])
            free = next((lane for lane in beside if _is_free(lane, bars[0].begin)), None)
            if free is None:
                beside.append(bars)
            else:
                free += bars
        for title, beside in lanes.items():
            for bars in beside:
                yield Lane(title, bars)

    def _about(self, call: Called) -> tuple[str, str, str]:
        """(title of the tool, values of the arguments, key of the item)."""
        item = self._item(call)
        if item is None:
            return call.title or "a tool", "", ""
        offered = {tool.name: tool.title for tool in self.run.call.tools}
        title = call.title or item.tool or offered.get(item.name, item.name) or "a tool"
        given = str(item.arguments) if item.approved is None else item.approved
        return title, values(given), item.key

    def _item(self, call: Called) -> ToolCall | None:
        found = self.run.transcript.find(call.item) if call.item else None
        if isinstance(found, ToolCall):
            return found
        # Of the run before, which this one answers first: nothing is said of where it stands here.
        rows = (*self.run.transcript.items, *self.run.input)
        calls = (one for one in rows if isinstance(one, ToolCall))
        return next((one for one in calls if one.call_id == call.call_id), None)

    def _person(self) -> list[Bar]:
        """When somebody here was waited for; what lies over each other is one."""
        bars = self._facts.held[:]
        for call in self._facts.calls.values():
            title, detail, key = self._about(call)
            bars += [
                replace(bar, label=_asks(bar.kind, title), detail=detail, key=key)
                for bar in call.bars
                if bar.kind in ("waiting", "paused") or (call.human and bar.begin != bar.end)
            ]
        merged: list[Bar] = []
        for bar in sorted(bars, key=lambda one: one.begin):
            last = merged[-1] if merged else None
            if last is None or (last.end is not None and last.end <= bar.begin):
                merged.append(replace(bar, kind="person"))
            else:
                end = None if last.end is None or bar.end is None else max(last.end, bar.end)
                merged[-1] = replace(last, end=end, detail="and more at the same time")
        return merged


def _distinct(lanes: Iterable[Lane]) -> Iterator[Lane]:
    """Lanes are known by their names, and a tool may be called anything."""
    seen: set[str] = set()
    for lane in lanes:
        name, number = lane.name, 1
        while name in seen:
            number += 1
            name = f"{lane.name} ({number})"
        seen.add(name)
        yield lane if name == lane.name else replace(lane, name=name)


def _asks(kind: Kind, title: str) -> str:
    match kind:
        case "waiting":
            return f"{title} is to be approved"
        case "paused":
            return f"Paused at {title}"
        case _:
            return f"{title} is to be answered"


def _in_order(*rows: list[Bar]) -> list[Bar]:
    return sorted((bar for bars in rows for bar in bars), key=lambda bar: bar.begin)


def _is_free(lane: list[Bar], begin: int) -> bool:
    last = lane[-1]
    return last.end is not None and last.end <= begin


def _within(bar: Bar, after: list[Bar]) -> Bar:
    """A bar that is over when the next one begins."""
    if after and (bar.end is None or bar.end > after[0].begin):
        return replace(bar, end=max(after[0].begin, bar.begin))
    return bar


def _model(items: Iterable[Item]) -> Iterator[Bar]:
    """One thing after another: a server that closes them all at the end did not make them at the
    same time."""
    held: Bar | None = None
    bars = (bar for item in items if (bar := _made(item)) is not None)
    for bar in sorted(bars, key=lambda one: one.begin):
        if held is not None:
            cut = held.end is None or held.end > bar.begin
            yield replace(held, end=max(bar.begin, held.begin)) if cut else held
        held = bar
    if held is not None:
        yield held


def _made(item: Item) -> Bar | None:
    """What the model did about an item; None: it is not of its making."""
    match item:
        case Reasoning(choice=0):
            return Bar("reasoning", item.t0, item.t1, "Reasoning", key=item.key)
        case Message(role="assistant", choice=0):
            return Bar("writing", item.t0, item.t1, "Writing", key=item.key)
        case ToolCall(choice=0):
            return Bar("arguments", item.t0, item.t1, "Arguments", item.name, item.key)
        case HostedCall(ours=False):
            return Bar("hosted", item.t0, item.t1, item.type.replace("_", " "), key=item.key)
        case _:
            return None
