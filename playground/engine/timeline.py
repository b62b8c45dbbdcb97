"""Timeline: when each part of a run worked or waited, as lanes of bars. Pure, and no picture.

What the model did is read from the items, everything else from our facts on the recording, each
only once: a run is looked at anew while it goes on, and may have any number of events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from playground.core.items import HostedCall, Item, Message, Reasoning, ToolCall
from playground.core.recording import WIRE, parse
from playground.core.session import Run
from playground.engine.narration import values

Kind = Literal[
    "network",  # a request, until its answer begins
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

    def lasted(self, now: int) -> int:
        """Nanoseconds until its end, or until `now`."""
        return max((now if self.end is None else self.end) - self.begin, 0)


@dataclass(frozen=True, slots=True)
class Lane:
    """What went on in one place, one thing after another: bars do not overlap."""

    name: str
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Timeline:
    lanes: list[Lane]
    end_ns: int
    """Where it ends so far, in nanoseconds of the run."""


def timeline(run: Run, now: int | None = None) -> Timeline:
    """All of a run as it is. Whoever looks again and again keeps a `Course`."""
    return Course(run).look(now)


@dataclass(slots=True)
class _Called:
    """What became of one call. Its bars have neither label nor key yet."""

    call_id: str
    item: str = ""
    title: str = ""
    """As whoever asked for its approval was told; empty: nobody was."""
    bars: list[Bar] = field(default_factory=list)

    def begin(self, kind: Kind, t: int) -> None:
        self.end(t)
        self.bars.append(Bar(kind, t, None, ""))

    def end(self, t: int, kind: Kind | None = None) -> None:
        """Close the bar that is open, if one is; it may turn out to be of another kind."""
        if self.bars and (bar := self.bars[-1]).end is None:
            self.bars[-1] = replace(bar, end=t, kind=kind or bar.kind)

    def mark(self, kind: Kind, t: int) -> None:
        self.bars.append(Bar(kind, t, t, ""))


class Course:
    """Follows the facts of one run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._read = 0
        self._last = 0
        self._network: list[Bar] = []
        self._held: list[Bar] = []
        """Pauses that belong to no call."""
        self._calls: dict[str, _Called] = {}
        self._human: set[str] = set()
        """Calls that somebody here answers."""

    def look(self, now: int | None = None) -> Timeline:
        """The lanes as they are now (nanoseconds of the run; default: the last event)."""
        kinds = self.run.recording.kinds
        for number, kind in enumerate(kinds[self._read :], self._read):
            if kind not in WIRE:
                self._fact(number, kind)
        if len(kinds) > self._read:
            self._last = self.run.recording[len(kinds) - 1].t
        self._read = len(kinds)
        model = list(_model(self.run.transcript.items))
        lanes = [Lane("network", self._network[:]), Lane("model", model)]
        lanes += self._tools()
        lanes.append(Lane("you", self._person()))
        shown = [lane for lane in lanes if lane.bars]
        ends = (bar.begin if bar.end is None else bar.end for lane in shown for bar in lane.bars)
        end = max(self._last, *ends, 0)
        if self.run.running and now is not None:
            end = max(end, now)
        return Timeline(shown, end)

    # Facts.

    def _fact(self, number: int, kind: str) -> None:
        event = self.run.recording[number]
        found, _ = parse(event.raw.decode("utf-8", "replace"))
        data: dict[str, Any] = found if isinstance(found, dict) else {}
        t = event.t
        match kind:
            case "starting":
                self._network_ends(t)
                self._network.append(Bar("idle", t, None, str(data.get("text", ""))))
            case "request":
                self._network_ends(t)
                again = f", attempt {event.attempt + 1}" if event.attempt else ""
                self._network.append(Bar("network", t, None, f"Request {event.leg + 1}{again}"))
            case "head":
                status = data.get("status")
                words = f"{status} {data.get('reason', '')}".strip()
                failed = isinstance(status, int) and status >= 400
                self._network_ends(t, words, "failed" if failed else None)
            case "retry":
                self._network_ends(t)
                self._network.append(Bar("idle", t, None, "Trying again", str(data.get("why", ""))))
            case "cut" | "timeout" | "failed":
                self._trouble(t, kind, data)
            case "ended" | "stopped" | "interrupted":
                self._over(t)
            case "paused" | "resumed" if not data.get("call_id"):
                self._pause(t, kind, data)
            case _ if "call_id" in data:
                self._tool(t, kind, data)

    def _network_ends(self, t: int, detail: str = "", kind: Kind | None = None) -> None:
        if self._network and (bar := self._network[-1]).end is None:
            self._network[-1] = replace(
                bar, end=t, detail=detail or bar.detail, kind=kind or bar.kind
            )

    def _trouble(self, t: int, kind: str, data: dict[str, Any]) -> None:
        problem = data.get("problem")
        title = str(problem.get("title", "")) if isinstance(problem, dict) else ""
        if self._network and self._network[-1].end is None:
            self._network_ends(t, title, "failed")
        else:
            label = {"cut": "The connection broke", "timeout": "Timed out"}.get(kind, "Failed")
            self._network.append(Bar("failed", t, t, label, title))

    def _pause(self, t: int, kind: str, data: dict[str, Any]) -> None:
        if kind == "paused":
            words = "before a request" if data.get("place") == "before_send" else ""
            self._held.append(Bar("paused", t, None, "Paused", words))
        else:
            self._held = [_ended(bar, t) for bar in self._held]

    def _tool(self, t: int, kind: str, data: dict[str, Any]) -> None:
        key = data.get("item")
        item = key if isinstance(key, str) else ""
        call_id = str(data["call_id"])
        call = self._calls.setdefault(item or call_id, _Called(call_id, item))
        match kind:
            case "tool.asked":
                call.title = str(data.get("tool", ""))
                call.begin("waiting", t)
            case "approval" | "resumed":
                call.end(t)
            case "paused":
                call.begin("paused", t)
            case "tool.started":
                call.begin("running", t)
                if data.get("mode") == "human":
                    self._human.add(item or call_id)
            case "tool.ended":
                self._call_ended(call, t, str(data.get("state", "")))

    def _call_ended(self, call: _Called, t: int, state: str) -> None:
        ran = bool(call.bars) and call.bars[-1].end is None
        kind: Kind | None = None
        if state == "failed":
            kind = "failed"
        elif state == "denied":
            kind = "denied"
        if ran:
            call.end(t, kind)
        elif kind is not None:  # nothing was run: what it came to is still something to see
            call.mark(kind, t)

    def _over(self, t: int) -> None:
        self._network_ends(t)
        self._held = [_ended(bar, t) for bar in self._held]
        for call in self._calls.values():
            running = bool(call.bars) and call.bars[-1].kind == "running"
            call.end(t, "failed" if running else None)

    # Lanes.

    def _tools(self) -> list[Lane]:
        """A lane for each tool, and one more for each call beside another of the same tool."""
        found: dict[str, list[list[Bar]]] = {}
        for call in self._calls.values():
            if not call.bars:
                continue
            title, detail, key = self._about(call)
            bars = [replace(bar, label=title, detail=detail, key=key) for bar in call.bars]
            lanes = found.setdefault(title, [])
            free = next((lane for lane in lanes if _is_free(lane, bars[0].begin)), None)
            if free is None:
                lanes.append(bars)
            else:
                free += bars
        return [
            Lane(title if not number else f"{title} ({number + 1})", bars)
            for title, lanes in found.items()
            for number, bars in enumerate(lanes)
        ]

    def _about(self, call: _Called) -> tuple[str, str, str]:
        """(title of the tool, values of the arguments, key of the item)."""
        item = self._item(call)
        if item is None:
            return call.title or "a tool", "", ""
        offered = {tool.name: tool.title for tool in self.run.call.tools}
        title = call.title or item.tool or offered.get(item.name, item.name) or "a tool"
        given = str(item.arguments) if item.approved is None else item.approved
        return title, values(given), item.key

    def _item(self, call: _Called) -> ToolCall | None:
        found = self.run.transcript.find(call.item) if call.item else None
        if isinstance(found, ToolCall):
            return found
        # Of the run before, which this one answers first: nothing is said of where it stands here.
        rows = (*self.run.transcript.items, *self.run.input)
        calls = (one for one in rows if isinstance(one, ToolCall))
        return next((one for one in calls if one.call_id == call.call_id), None)

    def _person(self) -> list[Bar]:
        """When somebody here was waited for; what lies over each other is one."""
        bars = self._held[:]
        for name, call in self._calls.items():
            title, detail, key = self._about(call)
            human = name in self._human
            bars += [
                replace(bar, label=_asks(bar.kind, title), detail=detail, key=key)
                for bar in call.bars
                if bar.kind in ("waiting", "paused") or (human and bar.begin != bar.end)
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


def _asks(kind: Kind, title: str) -> str:
    match kind:
        case "waiting":
            return f"{title} is to be approved"
        case "paused":
            return f"Paused at {title}"
        case _:
            return f"{title} is to be answered"


def _is_free(lane: list[Bar], begin: int) -> bool:
    last = lane[-1]
    return last.end is not None and last.end <= begin


def _ended(bar: Bar, t: int) -> Bar:
    return bar if bar.end is not None else replace(bar, end=t)


def _model(items: Iterable[Item]) -> Iterator[Bar]:
    """One thing after another: a server that closes them all at the end did not make them at the
    same time."""
    held: Bar | None = None
    for item in items:
        bar = _made(item)
        if bar is None:
            continue
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
