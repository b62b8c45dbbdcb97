"""Structured output as it streams: does a delta cost at 100 KB what it costs at 1 KB?

A delta is four characters, about a token. The peers read everything there is again after each one:
json.loads, which gives nothing before the end, and pydantic's reader, which takes what is cut.
Times are of the processor, because the machine is shared.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from pydantic_core import from_json

from playground.core.partial_json import Live

DELTA = 4  # characters
SHORT, LONG = 1_000, 100_000
DELTAS = 25_000
"""Fed in one go, in as many documents as it takes."""
REPEATS = 7
SAMPLES = 25
"""Deltas after which the peers are asked."""


def record(number: int) -> dict[str, object]:
    return {
        "id": number,
        "name": f"Person {number}",
        "score": number * 1.25,
        "active": number % 3 == 0,
        "tags": ["new", "étranger", None],
        "address": {"street": f"{number} Long Street", "notes": "First line\nand “another”"},
    }


def records(size: int, *, ascii_only: bool) -> str:
    rows: list[object] = []
    while len(text := json.dumps({"people": rows}, ensure_ascii=ascii_only)) < size:
        rows += [record(len(rows) + more) for more in range(max(1, (size - len(text)) // 400))]
    return text


TEXTS: dict[str, Callable[[int], str]] = {
    "records": lambda size: records(size, ascii_only=False),
    "records, indented": lambda size: json.dumps(
        json.loads(records(size // 2, ascii_only=True)), indent=2
    ),
    "one string": lambda size: json.dumps({"text": "A sentence of a few words. " * (size // 27)}),
    "nothing but structure": lambda size: "[" + "[],{}," * (size // 6) + "[]]",
}


def cuts(text: str) -> Iterator[str]:
    return (text[at : at + DELTA] for at in range(0, len(text), DELTA))


def ours(text: str, *, followed: bool = False) -> float:
    """Microseconds a delta; `followed`: asked after each one what it changed."""
    deltas = list(cuts(text))
    documents = -(-DELTAS // len(deltas))
    times = []
    for _ in range(REPEATS):
        begin = time.thread_time()
        for _ in range(documents):
            live, rev = Live(), 0
            for delta in deltas:
                live.feed(delta)
                if followed:
                    live.since(rev)
                    rev = live.rev
            live.end()
        times.append((time.thread_time() - begin) / (documents * len(deltas)))
        assert live.root is not None and live.root.state == "complete"
    return min(times) * 1e6


def peer(text: str, read: Callable[[str], object]) -> float:
    """Microseconds a delta, over deltas at even distances."""
    begin = time.thread_time()
    for sample in range(1, SAMPLES + 1):
        with suppress(ValueError, RecursionError):
            read(text[: len(text) * sample // SAMPLES - 1])
    return (time.thread_time() - begin) / SAMPLES * 1e6


def run() -> list[tuple[str, str, str]]:
    """(area, goal, measured) for each kind of text."""
    rows = []
    for name, made in TEXTS.items():
        long = made(LONG)
        short_cost, long_cost = ours(made(SHORT)), ours(long)
        loads = peer(long, json.loads)
        partial = peer(long, lambda text: from_json(text, allow_partial="trailing-strings"))
        rows.append(
            (
                f"live structured output, 100 KB, {name}",
                "a delta ≤ 1.3 × one at 1 KB",
                f"{long_cost / short_cost:.2f} × ({long_cost:.2f} µs, followed"
                f" {ours(long, followed=True):.2f}); from the beginning each time:"
                f" json.loads {loads:,.0f} µs, pydantic {partial:,.0f} µs",
            )
        )
    return rows


if __name__ == "__main__":
    for row in run():
        print(" | ".join(row))
