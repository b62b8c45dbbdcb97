"""The longest stall of the window while a server streams: what a person at the mouse would feel.

The real window with chat and inspector, the real wire, the recorder writing to disk, and the
sandbox in a process of its own.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from functools import partial

from stage import FRAME, Beats, Heart, opened, played, until


@dataclass(frozen=True)
class Load:
    per_second: int
    seconds: int
    frames: int
    """How many frames the longest stall may take."""
    per_chunk: int = 1

    @property
    def events(self) -> int:
        return self.per_second * self.seconds


LOADS = (Load(1_000, 20, 1), Load(10_000, 5, 2, per_chunk=10), Load(50_000, 3, 3, per_chunk=50))


async def stream(load: Load, home: str) -> tuple[Beats, float, str]:
    """Stream it into a fresh window: the beats, events a second, and what is amiss."""
    async with opened(home) as stage:
        pace = {"per_second": load.per_second, "per_chunk": load.per_chunk}
        began = time.perf_counter()
        with Heart() as beats:
            run = stage.send("As fast as you can", "load", events=load.events, **pace)
            await until(lambda: not run.running)
            took = time.perf_counter() - began
            await stage.over(run)
            await until(lambda: not stage.desk.clock.ticking)
        index = stage.events.index
        counts = {
            "deltas": sum(b"output_text.delta" in event.raw for event in run.recording),
            "listed": index.read if index is not None else 0,
            "stored": len(await stage.app.sessions.recording(run.id)),
        }
        total = len(run.recording)
        complete = counts == {"deltas": load.events, "listed": total, "stored": total}
        amiss = "" if complete and run.transcript.outcome == "completed" else f"{counts} of {total}"
    return beats, load.events / took, amiss


def row(load: Load) -> tuple[str, str, str]:
    beats, reached, amiss = played(partial(stream, load))
    return (
        f"longest stall, {load.per_second:,} events/s for {load.seconds} s",
        f"≤ {load.frames * FRAME:.0f} ms ({load.frames} frames), nothing dropped",
        f"{beats}; {amiss or 'nothing'} dropped at {reached:,.0f}/s",
    )


def run() -> list[tuple[str, str, str]]:
    """(area, goal, measured)."""
    return [row(load) for load in LOADS]


if __name__ == "__main__":
    for load in [LOADS[int(number)] for number in sys.argv[1:]] or LOADS:
        print(" | ".join(row(load)), flush=True)
