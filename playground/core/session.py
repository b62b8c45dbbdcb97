"""Run, Session: what was asked, what came of it, and where it hangs in the tree."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.core.call import Call
from playground.core.comparison import Comparison
from playground.core.items import Item, Message
from playground.core.lag import Lag
from playground.core.parts import Part
from playground.core.recording import Event, Recording, fact, mask
from playground.core.transcript import Reader, Reducer, Transcript
from playground.core.usage import Cost


def new_id(prefix: str) -> str:
    """A short id that sorts by time: `run_0mfr3k2v8q1x4t`."""
    return f"{prefix}_{_base32(time.time_ns() // 1_000_000, 9)}{_base32(_random(), 5)}"


def _random() -> int:
    return int.from_bytes(os.urandom(4), "big")


def _base32(number: int, width: int) -> str:
    digits = "0123456789abcdefghjkmnpqrstvwxyz"
    out = ""
    for _ in range(width):
        number, rest = divmod(number, 32)
        out = digits[rest] + out
    return out


@dataclass(slots=True)
class Run:
    """One turn: what the user added, and all that came of it.

    A run without any request is a message that was inserted or edited without running.
    """

    id: str
    session: str
    parent: str | None
    call: Call
    profile: str
    input: list[Item]
    reduce: Reducer
    created: float = field(default_factory=time.time)
    recording: Recording = field(default_factory=Recording)
    cost: Cost | None = None
    trashed: bool = False
    owner: str = ""
    """Which process runs it, while one does."""
    t0: int = field(default_factory=time.monotonic_ns)
    """Monotonic nanoseconds of t = 0; means nothing to another process."""
    reader: Reader = field(init=False)
    loaded: bool = True
    """False while only the snapshot has been read, not the recording."""
    anew: bool = False
    """Somebody asked for another answer: a recorded one does not stand for it."""
    lag: Lag | None = None
    """From arrival to the screen, while it runs and somebody looks."""

    def __post_init__(self) -> None:
        self.recording.began = self.recording.began or self.created
        self.reader = Reader(self.reduce)
        self.reader.take(self.recording)

    @property
    def transcript(self) -> Transcript:
        return self.reader.transcript

    @property
    def silent(self) -> bool:
        """Nothing was or will be sent: the run is only its input."""
        return not self.owner and self.transcript.outcome is None

    @property
    def running(self) -> bool:
        return bool(self.owner) and self.transcript.outcome is None

    @property
    def replayed(self) -> bool:
        """It is how another run of this id stood once; nothing of it is ever sent or written."""
        return False

    def now(self) -> int:
        return time.monotonic_ns() - self.t0

    def take(self, batch: Iterable[Event]) -> None:
        """The one way in: append to the truth, then fold it into the transcript."""
        events = list(batch)
        self.recording.append(events)
        self.reader.take(events)

    def note(
        self, kind: str, data: dict[str, Any] | None = None, secrets: Sequence[bytes] = ()
    ) -> None:
        """Put one of our own facts on the recording, now, with every secret overwritten."""
        event = fact(self.now(), kind, data, leg=max(self.transcript.legs - 1, 0))
        raw, masked = mask(event.raw, secrets)
        self.take([event._replace(raw=raw, masked=masked)])

    @property
    def answer(self) -> str:
        """What the model said; of a silent run, what it was made to say."""
        put_in = [one for one in self.input if isinstance(one, Message) and one.role == "assistant"]
        return self.transcript.text or (str(put_in[-1].text) if put_in and self.silent else "")

    @property
    def items(self) -> list[Item]:
        """What this run adds to the conversation."""
        return [*self.input, *self.transcript.items]


@dataclass(slots=True)
class Session:
    """A tree of runs, and what the next one will use."""

    id: str
    title: str = ""
    created: float = field(default_factory=time.time)
    changed: float = field(default_factory=time.time)
    profile: str = ""
    call: Call = field(default_factory=Call)
    """The settings of the next run."""
    draft: str = ""
    """Typed, not sent."""
    attached: list[Part] = field(default_factory=list)
    """What would go with the draft."""
    leaf: str | None = None
    """The last run of the branch on screen."""
    named: bool = False
    """The user gave the title; do not derive it from the first message."""
    trashed: bool = False
    folder: str = ""
    """Names with slashes between; see `prompts.folder_of`. Empty: in none."""
    tags: list[str] = field(default_factory=list)
    pinned: bool = False
    archived: bool = False
    """Out of the way, and found when it is searched for."""
    comparison: Comparison = field(default_factory=Comparison)
    runs: dict[str, Run] = field(default_factory=dict)

    @property
    def written(self) -> bool:
        """Something stands in the draft, or is attached to it."""
        return bool(self.draft or self.attached)

    def add(self, run: Run) -> None:
        self.runs[run.id] = run
        self.leaf = run.id

    def children(self, parent: str | None) -> list[Run]:
        """Siblings in the order they were made, without those in the trash."""
        return self.families().get(parent, [])

    def families(self) -> dict[str | None, list[Run]]:
        """All siblings, by what they hang on."""
        found: dict[str | None, list[Run]] = {}
        for run in sorted(self.runs.values(), key=lambda run: (run.created, run.id)):
            if not run.trashed:
                found.setdefault(run.parent, []).append(run)
        return found

    def path(self, leaf: str | None = None) -> list[Run]:
        """The branch that ends at `leaf` (default: the one on screen), root first."""
        rows: list[Run] = []
        at = leaf or self.leaf
        while at is not None and (run := self.runs.get(at)) is not None:
            rows.append(run)
            at = run.parent
        return rows[::-1]

    def deepest(self, run: Run) -> Run:
        """Follow the newest child down from `run`: the branch a person expects to see."""
        families = self.families()
        while below := families.get(run.id):
            run = below[-1]
        return run

    def history(self, parent: str | None) -> list[Item]:
        """The conversation up to and including run `parent`."""
        if parent is None:
            return []
        return [item for run in self.path(parent) for item in run.items]


def title_of(items: Sequence[Item]) -> str:
    """A title from the first thing that was said."""
    for item in items:
        if isinstance(item, Message) and (words := str(item.text).split()):
            title = " ".join(words)
            return title if len(title) <= 60 else title[:59].rstrip() + "…"
    return ""
