"""Two runs beside each other: where they first part, and what differs in all that they say.

Nothing is read twice: what is new in a run that goes on is read on. Reading goes in steps that end
when their time is over; laying the steps beside each other takes n log n of their number, which is
that of texts and of events that are not text.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NamedTuple

from playground.core.items import ToolCall
from playground.core.recording import parse
from playground.core.session import Run
from playground.engine.rundiff_first import Divergence, first
from playground.engine.rundiff_rows import Row, Texts, rows
from playground.engine.rundiff_steps import Step, Steps
from playground.engine.rundiff_values import ValueRow, values
from playground.engine.sent_rows import ABSENT


@dataclass(frozen=True, slots=True)
class Look:
    """What was read of both, to be compared in whichever thread."""

    left: Sequence[Step]
    right: Sequence[Step]
    texts: Texts
    others: Texts

    @property
    def size(self) -> int:
        return len(self.left) + len(self.right)

    def compare(self) -> Comparison:
        found = rows(self.left, self.right, self.texts, self.others)
        return Comparison(found, first(found, self.texts, self.others), self.texts, self.others)


@dataclass(frozen=True, slots=True)
class Comparison:
    rows: Sequence[Row]
    """They tile both recordings as far as they were read."""
    first: Divergence | None
    """None: the two say the same."""
    texts: Texts
    others: Texts


class RunDiff:
    """Follows two runs."""

    def __init__(
        self, left: Run, right: Run, clock: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        self.left, self.right = left, right
        self._steps = (
            Steps(left.recording, left.reduce, clock),
            Steps(right.recording, right.reduce, clock),
        )

    @property
    def behind(self) -> bool:
        return any(one.behind for one in self._steps)

    @property
    def read(self) -> int:
        """Events read of both."""
        return sum(one.read for one in self._steps)

    @property
    def total(self) -> int:
        return sum(len(one.recording) for one in self._steps)

    def step(self, budget: int) -> bool:
        """Read on for about `budget` nanoseconds; True when nothing is left to do."""
        one, other = self._steps
        if one.behind:
            one.step(budget)
        else:
            other.step(budget)
        return not self.behind

    def look(self) -> Look:
        one, other = self._steps
        return Look(one.look(), other.look(), one.texts(), other.texts())


def compared(left: Run, right: Run) -> Comparison:
    """All at once."""
    made = RunDiff(left, right)
    while not made.step(10**9):
        pass
    return made.look().compare()


# What was sent and what came, as values.


class Section(NamedTuple):
    """Values of both runs that belong together."""

    title: str
    rows: Sequence[ValueRow]
    left: int | None = None
    """The event that has them, where one does."""
    right: int | None = None


def requests(left: Run, right: Run) -> list[Section]:
    """The body of each request beside that of the same number."""
    found = []
    pairs = zip_longest(_bodies(left), _bodies(right), fillvalue=(None, ABSENT))
    for place, ((number, body), (other, its)) in enumerate(pairs, 1):
        found.append(Section(f"Request {place}", values(body, its), number, other))
    return found


def _bodies(run: Run) -> list[tuple[int | None, Any]]:
    found: list[tuple[int | None, Any]] = []
    for number, kind in enumerate(run.recording.kinds):
        if kind in ("request", "reused"):
            data, _ = run.recording[number].json()
            text = str(data.get("body") or "") if isinstance(data, dict) else ""
            body, wrong = parse(text)
            found.append((number, text if wrong else body))
    return found


def answers(left: Run, right: Run) -> list[Section]:
    """The answers where they are JSON, and the arguments of calls, by name and order."""
    found = []
    one, other = (_structured(run) for run in (left, right))
    if one is not ABSENT or other is not ABSENT:
        found.append(Section("Answer", values(_or_text(left, one), _or_text(right, other))))
    calls, others = (_calls(run) for run in (left, right))
    for name, place in dict.fromkeys((*calls, *others)):
        given, its = calls.get((name, place), ABSENT), others.get((name, place), ABSENT)
        number = f" ({place + 1})" if place else ""
        found.append(Section(f"Call of {name}{number}", values(given, its)))
    return found


def _structured(run: Run) -> Any:
    """The answer as JSON, where it is an object or a list."""
    value, wrong = parse(run.answer)
    return value if not wrong and isinstance(value, dict | list) else ABSENT


def _or_text(run: Run, value: Any) -> Any:
    return run.answer or ABSENT if value is ABSENT else value


def _calls(run: Run) -> dict[tuple[str, int], Any]:
    """Arguments by name, and which call of that name it is; as text where they are no JSON."""
    found: dict[tuple[str, int], Any] = {}
    for item in run.transcript.items:
        if isinstance(item, ToolCall) and not item.choice:
            place = sum(name == item.name for name, _ in found)
            text = str(item.arguments)
            value, wrong = parse(text)
            found[item.name, place] = text if wrong or item.type == "custom" else value
    return found
