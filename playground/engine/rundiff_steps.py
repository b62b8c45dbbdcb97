"""A recording as steps that can be laid beside those of another: text that grows is one step,
however it was cut into deltas; everything else is a step of its own. Read in slices.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from playground.core.items import HostedCall, Item, Message, Reasoning, ToolCall, texts_of
from playground.core.provenance import Traced
from playground.core.recording import WIRE, Event, Recording
from playground.core.transcript import Reader, Reducer, Transcript
from playground.engine.rundiff_carried import NOISE, Carried, carried

PIECE = 64
"""Events between two looks at the clock."""

Tone = Literal["text", "reasoning", "tool", "ours", "other"]


class Part(NamedTuple):
    """A text of an answer, the same in every run: `message` or `call get_weather`."""

    name: str
    place: int
    """Which of that name, from 0."""


class Brought(NamedTuple):
    """What one event added to a text."""

    number: int
    part: Part
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    begin: int
    """The first event."""
    end: int
    """The event after the last."""
    key: str
    """By what it is aligned: `message`, `response.completed`, `tool.result get_weather`."""
    told: str = ""
    """What it says, as far as two runs can be compared in it; of text see `texts`."""
    tone: Tone = "other"
    brought: tuple[Brought, ...] = ()
    starts: tuple[tuple[Part, int], ...] = ()
    """The texts that grow here, and how long each was before."""

    @property
    def texts(self) -> dict[Part, str]:
        pieces: dict[Part, list[str]] = {part: [] for part, _ in self.starts}
        for one in self.brought:
            pieces[one.part].append(one.text)
        return {part: "".join(found) for part, found in pieces.items()}


@dataclass(slots=True)
class _Grown:
    """How far a text of an item was seen."""

    part: Part
    cursor: int = 0
    version: int = 0


@dataclass(slots=True)
class _Stretch:
    """Events of which nothing was anything but text."""

    begin: int = 0
    end: int = 0
    brought: list[Brought] = field(default_factory=list)


class Steps:
    """Of one recording, which may grow."""

    def __init__(
        self,
        recording: Recording,
        reduce: Reducer,
        clock: Callable[[], int] = time.perf_counter_ns,
    ) -> None:
        self.recording = recording
        self.pieces: dict[Part, list[str]] = {}
        """Each text as it came."""
        self._clock = clock
        self._inner = reduce
        self._seen = Traced()
        self._reader = Reader(self._reduce, self._seen)
        self._heard: tuple[str, Any] | None = None
        self._grown: dict[tuple[str, str], tuple[Item, _Grown]] = {}
        self._names: dict[str, int] = {}
        self._sizes: dict[Part, int] = {}
        """Of the texts as far as they stand in `_steps`."""
        self._steps: list[Step] = []
        self._stretch = _Stretch()

    @property
    def read(self) -> int:
        return self._reader.count

    @property
    def behind(self) -> bool:
        return self.read < len(self.recording)

    def step(self, budget: int) -> bool:
        """Read on for about `budget` nanoseconds; True when nothing is left to do."""
        deadline = self._clock() + budget
        while self.behind:
            self._reader.take(self._events(self.read, self.read + PIECE))
            if self._clock() >= deadline:
                break
        return not self.behind

    def look(self) -> list[Step]:
        """The steps of what was read. They tile it: each begins where the one before ended."""
        return [*self._steps, *_cut(self._stretch, dict(self._sizes))]

    def texts(self) -> dict[Part, str]:
        return {part: "".join(pieces) for part, pieces in self.pieces.items()}

    def _reduce(self, transcript: Transcript, kind: str, data: Any) -> None:
        self._heard = kind, data
        self._inner(transcript, kind, data)

    def _events(self, begin: int, end: int) -> Iterator[Event]:
        """For the reader: who asks for the next one has done with the last."""
        seen = self._seen
        for number, event in enumerate(self.recording[begin:end], begin):
            self._heard = None
            yield event
            self._take(number, event)
            seen.touched.clear()

    def _take(self, number: int, event: Event) -> None:
        brought: list[Brought] = []
        replaced = ""
        for item in self._seen.touched:
            for name in texts_of(item):
                replaced += self._grow(number, item, name, brought)
        if brought:
            self._extend(number, brought)
            return
        said = self._said(number, event)
        stretch = self._stretch
        if said.key in NOISE and stretch.brought:
            stretch.end = number + 1
            return
        self._flush()
        if replaced:
            said = said._replace(told=f"{said.told} {replaced}")
        last = self._steps[-1] if self._steps else None
        if last is not None and not last.brought and (last.key, last.told) == said[:2]:
            self._steps[-1] = Step(last.begin, number + 1, last.key, last.told, last.tone)
        else:
            tone = "ours" if event.kind not in WIRE else said.tone
            self._steps.append(Step(number, number + 1, said.key, said.told, tone))

    def _said(self, number: int, event: Event) -> Carried:
        if (wrong := self._seen.misread.get(number)) is not None and self._heard is None:
            return Carried("malformed", wrong)
        return carried(event, self._heard, self._tool)

    def _tool(self, call_id: str) -> str:
        """The name of the tool that was called."""
        calls = (item for item in self._seen.items if isinstance(item, ToolCall))
        return next((call.name for call in calls if call.call_id == call_id), "")

    def _grow(self, number: int, item: Item, name: str, brought: list[Brought]) -> str:
        """See what came to a text; what it says now where it was replaced."""
        text = getattr(item, name)
        place = item.key, name
        found = self._grown.get(place)
        if found is None or found[0] is not item:
            if not text.pieces:
                return ""
            found = self._grown[place] = item, _Grown(self._part(_name(item, name)))
        grown = found[1]
        pieces = self.pieces[grown.part]
        if text.version != grown.version:
            grown.version, grown.cursor = text.version, len(text.pieces)
            whole, had = str(text), "".join(pieces)
            if not whole.startswith(had):
                return whole
            more = whole[len(had) :]
        else:
            more, grown.cursor = text.after(grown.cursor)
        if more:
            pieces.append(more)
            brought.append(Brought(number, grown.part, more))
        return ""

    def _part(self, name: str) -> Part:
        place = self._names.get(name, 0)
        self._names[name] = place + 1
        part = Part(name, place)
        self.pieces[part] = []
        return part

    def _extend(self, number: int, brought: Sequence[Brought]) -> None:
        stretch = self._stretch
        if not stretch.brought:
            stretch.begin = number
        stretch.end = number + 1
        stretch.brought += brought

    def _flush(self) -> None:
        if self._stretch.brought:
            self._steps += _cut(self._stretch, self._sizes)
            self._stretch = _Stretch()


def _name(item: Item, name: str) -> str:
    place = getattr(item, "choice", 0)
    choice = f" · choice {place}" if place else ""
    match item:
        case Message() if name == "refusal":
            return f"refusal{choice}"
        case Message(role=role):
            return f"{'message' if role == 'assistant' else role}{choice}"
        case Reasoning():
            return f"reasoning{choice}"
        case ToolCall():
            return f"call {item.name}{choice}"
        case HostedCall():
            return item.type
        case _:
            return type(item).__name__.lower()


def tone_of(name: str) -> Tone:
    """Of a text, by its name."""
    if name.startswith("reasoning"):
        return "reasoning"
    return "text" if name.startswith(("message", "refusal", "user")) else "tool"


def _cut(stretch: _Stretch, sizes: dict[Part, int]) -> Iterator[Step]:
    """One step for each text; texts that grow by turns are one. `sizes` grow with them."""
    last: dict[Part, int] = {one.part: one.number for one in stretch.brought}
    group: list[Brought] = []
    begin, until = stretch.begin, -1
    for one in stretch.brought:
        if group and one.number > until:
            yield _step(begin, one.number, group, sizes)
            begin, group = one.number, []
        group.append(one)
        until = max(until, last[one.part])
    if group:
        yield _step(begin, stretch.end, group, sizes)


def _step(begin: int, end: int, group: Sequence[Brought], sizes: dict[Part, int]) -> Step:
    parts = sorted({one.part for one in group})
    starts = tuple((part, sizes.get(part, 0)) for part in parts)
    for one in group:
        sizes[one.part] = sizes.get(one.part, 0) + len(one.text)
    key = " + ".join(dict.fromkeys(part.name for part in parts))
    return Step(begin, end, key, "", tone_of(key), tuple(group), starts)
