"""The longest stall of the window while four columns stream beside each other, each as fast as a
quick model: what a person at the mouse would feel, and whether each recording is whole.

The real window with the Compare panel and the inspector, the real wire, the recorder writing to
disk, and the sandbox in a process of its own.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any

from stage import FRAME, Beats, Heart, Stage, opened, played, until

from playground.core.session import Run

FRAMES = 2
"""How many the longest stall may take."""
PER_SECOND, SECONDS = 1_000, 15
EVENTS = PER_SECOND * SECONDS


def columns(stage: Stage, count: int) -> Any:
    """The panel, with so many columns of the sandbox, alternately over both APIs."""
    stage.window.show_panel("compare")
    panel: Any = stage.window.panels["compare"]
    stage.desk.session.call.model = "load"
    pace = {"events": EVENTS, "per_second": PER_SECOND}
    stage.desk.session.call.fields = {"sandbox": pace}
    panel.begin()
    while len(panel.columns) < count:
        panel.add()
    for one in panel.columns[1::2]:
        one.branch.column.call.api = "chat"
    return panel


async def stream(count: int, home: str) -> tuple[Beats, float, list[str]]:
    """Ask all columns: the beats, events a second of all together, and what is amiss."""
    async with opened(home) as stage:
        panel = columns(stage, count)
        await until(lambda: not stage.desk.tasks._running)
        panel.composer.write("As fast as you can")
        began = time.perf_counter()
        with Heart() as beats:
            panel.run_all()
            runs: list[Run] = [one.branch.last for one in panel.columns]
            await until(lambda: not any(run.running for run in runs))
            took = time.perf_counter() - began
            for run in runs:
                await stage.over(run)
            await until(lambda: not stage.desk.clock.ticking)
        amiss = [found for run in runs if (found := await wrong(stage, run))]
    return beats, count * EVENTS / took, amiss


async def wrong(stage: Stage, run: Run) -> str:
    """What of a run is not there; empty: nothing is missing."""
    delta = b"output_text.delta" if run.call.api == "responses" else b'"delta":{"content"'
    counts = {
        "deltas": sum(delta in event.raw for event in run.recording),
        "stored": len(await stage.app.sessions.recording(run.id)),
    }
    whole = counts == {"deltas": EVENTS, "stored": len(run.recording)}
    complete = whole and run.transcript.outcome == "completed"
    return "" if complete else f"{run.call.api}: {counts} of {len(run.recording)}"


def row(count: int) -> tuple[str, str, str]:
    beats, reached, amiss = played(partial(stream, count))
    return (
        f"longest stall, {count} columns at {PER_SECOND:,} events/s each",
        f"≤ {FRAMES * FRAME:.0f} ms ({FRAMES} frames), each recording whole",
        f"{beats}; {'; '.join(amiss) or 'nothing'} dropped at {reached:,.0f}/s",
    )


def run() -> list[tuple[str, str, str]]:
    """(area, goal, measured)."""
    return [row(4)]


if __name__ == "__main__":
    print(" | ".join(row(4)), flush=True)
