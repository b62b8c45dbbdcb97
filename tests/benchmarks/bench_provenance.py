"""Provenance and prefixes: from a character to its event and back, and from a state to the one
before it. The recordings are those of the sandbox.

The first click in an answer has to read its recording up to the character; what was read once is
only looked up. Times are of the processor, because the machine is shared.
"""

from __future__ import annotations

import gc
import random
import statistics
import time
from collections.abc import Callable

from playground.core.prefixes import Prefixes
from playground.core.provenance import Provenance
from playground.core.session import Run
from playground.endpoints import BY_ID
from tests.benchmarks.recorded import recorded

TOKENS = 10_000
COUNTS = (10_000, 100_000, 1_000_000)
CLICKS = 25
"""Into an answer that nobody has clicked into before; each reads it anew."""
TRIES = 200
FOREVER = 1 << 62


def run() -> list[tuple[str, str, str]]:
    """(area, goal, measured)."""
    rows = clicks(recorded(TOKENS))
    for count in COUNTS:
        rows += steps(recorded(count), count)
    return rows


def spent(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begin = time.thread_time_ns()
    work()
    return (time.thread_time_ns() - begin) / 1e6


def told(times: list[float]) -> str:
    return f"{statistics.median(times):.3g} ms (longest {max(times):.3g})"


def clicks(made: Run) -> list[tuple[str, str, str]]:
    (message,) = made.transcript.messages()
    size, reduce = len(message.text), BY_ID[made.call.api].reduce
    dice = random.Random(1)

    def first(offset: int) -> None:
        fresh = Provenance(made.recording, reduce)
        while (number := fresh.event(message.key, "text", offset)) is None:
            fresh.step(1_000_000)
        assert fresh.spans(number)

    whole = Provenance(made.recording, reduce)
    places = [*(dice.randrange(size) for _ in range(CLICKS)), size - 1]
    cold = [spent(lambda at=at: first(at)) for at in places]
    whole.step(FOREVER)
    found = []
    there = []
    for _ in range(TRIES):
        at = dice.randrange(size)
        there.append(spent(lambda at=at: found.append(whole.event(message.key, "text", at))))
    back = [spent(lambda number=number: whole.spans(number or 0)) for number in found]
    area = f"provenance, an answer of {TOKENS:,} tokens"
    return [
        (f"{area}: a character's event, first click", "≤ 50 ms", told(cold)),
        (f"{area}: the same, any later click", "≤ 50 ms", told(there)),
        (f"{area}: an event's characters", "≤ 50 ms", told(back)),
    ]


def steps(made: Run, count: int) -> list[tuple[str, str, str]]:
    """Stepping back from the end and from anywhere, in a recording that was read once."""
    gc.collect()
    gc.freeze()
    dice = random.Random(2)
    prefixes, size = Prefixes(made.recording, BY_ID[made.call.api].reduce), len(made.recording)
    once = spent(lambda: prefixes.reader(size))
    end = [spent(lambda at=at: prefixes.reader(size - at)) for at in range(1, TRIES + 1)]
    jumps, backs = [], []
    for _ in range(TRIES):
        at = dice.randrange(1, size)
        jumps.append(spent(lambda at=at: prefixes.reader(at)))
        backs.append(spent(lambda at=at: prefixes.reader(at - 1)))
    gc.unfreeze()
    area = f"prefixes, {count:,} events"
    return [
        (f"{area}: one event back from the end", "≤ 50 ms", f"{told(end)}; read once: {once:.0f}"),
        (f"{area}: to any event, and one back", "≤ 50 ms", f"{told(jumps)}, {told(backs)}"),
    ]


if __name__ == "__main__":
    for row in run():
        print(" | ".join(row))
