"""How a transcript came to be, in columns: what each event brought, so that a page can show how it
stood after any of them and knows nothing of reducers.

Characters are counted as browsers count them, in units of UTF-16.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playground.core.items import Item, Text, ToolCall, texts_of
from playground.core.provenance import Traced, common
from playground.core.recording import Event
from playground.core.session import Run
from playground.core.transcript import Outcome, Phase, Reader, Transcript
from playground.core.usage import Usage
from playground.export.html_faces import Face, Names, face

STRETCH = 1000
"""Events that are read at a time."""

_PHASES: dict[Phase, tuple[str, str]] = {
    "queued": ("not sent yet", "muted"),
    "starting": ("starting the server", "accent"),
    "connecting": ("connecting", "accent"),
    "waiting": ("waiting for the first token", "accent"),
    "retrying": ("waiting to try again", "warn"),
    "reasoning": ("reasoning", "reasoning"),
    "writing": ("writing", "accent"),
    "calling": ("calling tools", "tool"),
}
_OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "completed": ("done", "ok"),
    "incomplete": ("incomplete", "warn"),
    "refused": ("refused", "warn"),
    "truncated": ("interrupted by the server", "error"),
    "failed": ("failed", "error"),
    "timed_out": ("timed out", "error"),
    "limited": ("limited", "warn"),
    "stopped": ("stopped by hand", "muted"),
    "interrupted": ("interrupted", "error"),
}
_DECISIONS = {
    "approve": "Approved.",
    "answer": "Not run: answered by hand.",
    "reject": "Rejected.",
}


@dataclass(slots=True)
class Version:
    """A text from the event that replaced it with another one; the first is the text itself."""

    keep: int
    """Characters of the version before with which this one begins."""
    pieces: list[str] = field(default_factory=list)
    """What came after those."""
    events: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    """How long all of it was after the event of the same place."""

    def row(self) -> dict[str, Any]:
        """`at` and `to` are differences: each from the one before, the first from 0."""
        return {
            "keep": self.keep,
            "text": "".join(self.pieces),
            "at": differences(self.events),
            "to": differences(self.ends),
        }


class Growth:
    """One field of an item: all that it ever was."""

    def __init__(self) -> None:
        self.versions = [Version(0)]
        self._cursor = self._version = 0
        self._pieces: list[str] = []

    def look(self, text: Text, number: int) -> None:
        """The text as it is after an event."""
        if text.version == self._version:
            more, self._cursor = text.after(self._cursor)
            if more:
                self._pieces.append(more)
                self._add(more, number)
            return
        old, (new, self._cursor) = "".join(self._pieces), text.after(0)
        self._version, self._pieces = text.version, [new]
        same = common(old, new)
        if same < len(old):
            kept = units(new[:same])
            self.versions.append(Version(kept, events=[number], ends=[kept]))
        if same < len(new):
            self._add(new[same:], number)

    def _add(self, more: str, number: int) -> None:
        last = self.versions[-1]
        end = (last.ends[-1] if last.ends else 0) + units(more)
        last.pieces.append(more)
        if last.events and last.events[-1] == number:
            last.ends[-1] = end
        else:
            last.events.append(number)
            last.ends.append(end)

    @property
    def events(self) -> list[int]:
        """Those that changed the text, in order."""
        return [number for version in self.versions for number in version.events]


@dataclass(slots=True)
class Slot:
    """One item and what became of it."""

    item: Item
    born: int
    """The event that brought it."""
    gone: int | None = None
    """The event that put another item in its place."""
    decision: str = ""
    faces: list[tuple[int, Face]] = field(default_factory=list)
    """By the event from which on it looked so."""
    growths: dict[str, Growth] = field(default_factory=dict)

    def look(self, number: int, names: Names) -> None:
        item = self.item
        if isinstance(item, ToolCall) and item.call_id:
            names.calls[item.call_id] = names.call(item)
        for name in texts_of(item):
            text: Text = getattr(item, name)
            growth = self.growths.get(name)
            if growth is None:
                if not text and not text.version:
                    continue
                growth = self.growths[name] = Growth()
            growth.look(text, number)
        seen = face(item, names, self.decision)
        if not self.faces or self.faces[-1][1] != seen:
            self.faces.append((number, seen))

    def row(self) -> dict[str, Any]:
        row: dict[str, Any] = {"born": self.born, "faces": self.faces}
        if self.gone is not None:
            row["gone"] = self.gone
        if self.growths:
            row["texts"] = {
                name: [version.row() for version in growth.versions]
                for name, growth in self.growths.items()
            }
        return row


class Course:
    """The states of one run, all of them; there when its recording has been read."""

    def __init__(self, run: Run, names: Names) -> None:
        self.slots: list[Slot] = []
        """In the order in which they came."""
        self.orders: list[tuple[int, list[int]]] = []
        """Where items do not stand as they came: by the event from which on, the slots in order.
        Slots born after it follow."""
        self.states: list[tuple[int, list[str]]] = []
        """By the event from which on: words, their colour token, and of what went wrong the title
        and the detail."""
        self.usages: list[tuple[int, Usage]] = []
        """By the event from which on it was known."""
        self.touched: list[int] = []
        """For each event the slot of the first item that it changed; -1: none."""
        self._names = names
        self._places: dict[int, int] = {}
        """The number of a slot by the identity of its item."""
        self._transcript = Traced()
        self._listed = self._transcript.items
        self._known: tuple[object, ...] = ()
        self._used: tuple[int, object] = (0, None)
        self._run = run

    def read(self) -> Iterator[int]:
        """Read the recording; now and then how many events that were."""
        reader = Reader(self._run.reduce, self._transcript)
        for number, event in enumerate(self._run.recording):
            if number % STRETCH == 0:
                yield number
            reader.take((event,))
            self._items(number, event)
            self._state(number)
            self._usage(number)

    @property
    def transcript(self) -> Transcript:
        """As it stood at the end."""
        return self._transcript

    def standing(self) -> list[Slot]:
        """The items at the end, in order."""
        return [self.slots[self._places[id(item)]] for item in self._transcript.items]

    def _items(self, number: int, event: Event) -> None:
        transcript = self._transcript
        first = -1
        swapped = False
        for item in transcript.touched:
            place = self._places.get(id(item))
            if place is None:
                if not self._stands(item):
                    continue
                place = self._places[id(item)] = len(self.slots)
                self.slots.append(Slot(item, number))
            slot = self.slots[place]
            if slot.gone is None and not self._stands(item):
                slot.gone, swapped = number, True
            if event.kind == "approval":
                slot.decision = _decided(event)
            slot.look(number, self._names)
            first = place if first < 0 else first
        self.touched.append(first)
        if transcript.touched:
            transcript.touched.clear()
        if swapped or transcript.items is not self._listed:
            self._listed = transcript.items
            self.orders.append((number, [self._places[id(item)] for item in transcript.items]))

    def _stands(self, item: Item) -> bool:
        """Whether it is in the transcript: another may have taken its place, or only its key."""
        seen = self._transcript
        return seen.find(item.key) is item or any(one is item for one in seen.items)

    def _state(self, number: int) -> None:
        seen = self._transcript
        known = (
            seen.outcome, seen.phase, seen.progress, seen.problem, bool(seen.paused),
            seen.finish_reason,
        )  # fmt: skip
        if known != self._known:
            self._known = known
            words = standing(seen)
            if not self.states or self.states[-1][1] != words:
                self.states.append((number, words))

    def _usage(self, number: int) -> None:
        usages = self._transcript.usages
        last = (len(usages), usages.get(self._transcript.leg))
        if last != self._used:
            self._used = last
            if (usage := self._transcript.usage) is not None:
                self.usages.append((number, usage))


def standing(seen: Transcript) -> list[str]:
    """How a run stands: words, their colour token, title and detail of a problem."""
    if seen.outcome is None:
        words, token = _PHASES[seen.phase]
        if seen.phase == "queued" and seen.progress:
            words, token = seen.progress, "warn"
        if seen.paused:
            words, token = "paused", "warn"
    else:
        words, token = _OUTCOMES[seen.outcome]
        if seen.outcome == "incomplete" and seen.finish_reason:
            words += f": {seen.finish_reason}"
        if seen.outcome == "limited" and seen.limited:
            words = seen.limited.rstrip(".")
    problem = seen.problem
    return [words, token] if problem is None else [words, token, problem.title, problem.detail]


def units(text: str) -> int:
    """How long a text is to a browser."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def differences(numbers: list[int]) -> list[int]:
    """Each number less the one before it."""
    return [number - before for number, before in zip(numbers, [0, *numbers], strict=False)]


def _decided(event: Event) -> str:
    said, _ = event.json()
    data = said if isinstance(said, dict) else {}
    words = _DECISIONS.get(str(data.get("decision")), "")
    if data.get("asked") is False and words:
        words = "Approved without asking."
    reason = data.get("reason")
    return f"{words} {reason}" if isinstance(reason, str) and reason else words
