"""The timeline over 100,000 and 1,000,000 events: reading it, and a frame while somebody goes
closer and along."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from playground.core.recording import Event

COUNTS = (100_000, 1_000_000)
FRAMES = 60
SIZE = (1400, 320)
MS = 1_000_000


def events(count: int) -> Iterator[Event]:
    """A million words a millisecond apart, four to a network chunk, in answers of 500 words with a
    request before each, and a stall in every tenth."""
    from playground.core.recording import SSE, Event, fact

    t = 0
    for at in range(count):
        leg, place = divmod(at, 500)
        t += MS if place != 250 or leg % 10 else 2_000 * MS
        if place == 0:
            yield fact(t, "request", {}, leg)
        elif place == 1:
            yield fact(t, "head", {"status": 200, "reason": "OK"}, leg)
        elif place == 499:
            yield fact(t, "eof", {}, leg)
        else:
            raw = b'event: response.output_text.delta\ndata: {"delta":" word%d"}\n\n' % (at % 977)
            yield Event(t, SSE, raw, leg, 0, place // 4)


class Spent(NamedTuple):
    """Milliseconds, and how many of them this thread worked: the rest it waited for a processor."""

    passed: float
    worked: float


def spent(work: Callable[[], object]) -> Spent:
    start, busy = time.perf_counter_ns(), time.thread_time_ns()
    work()
    return Spent(
        (time.perf_counter_ns() - start) / MS,
        (time.thread_time_ns() - busy) / MS,
    )


def measured(count: int) -> list[tuple[str, str, str]]:
    from PySide6.QtWidgets import QApplication

    from playground.core.call import Call
    from playground.core.session import Run
    from playground.ui.widgets.looptimeline import SLICE, LoopTimeline

    run = Run("r", "s", None, Call(), "p", [], lambda *_: None)
    run.recording.append(events(count))
    gc.collect()
    gc.freeze()
    lanes = LoopTimeline(full=True)
    lanes.resize(*SIZE)
    lanes.show()
    opened = [spent(lambda: lanes.show_run(run))]
    while lanes.working:
        opened.append(spent(QApplication.processEvents))
    assert lanes.traffic is not None and lanes.traffic.read == count
    middle = lanes.scale.left + lanes.scale.wide / 3

    def frame(change: Callable[[], object]) -> Spent:
        def painted() -> None:
            change()
            lanes.viewport().repaint()

        return spent(painted)

    frame(lambda: None)
    whole = [frame(lanes.look) for _ in range(FRAMES)]
    closer = [frame(lambda: lanes.zoom(1.25, middle)) for _ in range(FRAMES)]
    lanes.scale.show(0, lanes.scale.span / 20)
    along = [frame(lambda: lanes.go_along(lanes.scale.shown / 5)) for _ in range(FRAMES)]

    def elsewhere(at: int) -> None:
        lanes.show_event(lanes.event_near(lanes.scale.span * at / FRAMES))

    other = [frame(lambda at=at: elsewhere(at)) for at in range(FRAMES)]  # type: ignore[misc]
    lanes.close()
    gc.unfreeze()
    area = f"timeline, {count:,} events"

    def row(name: str, times: list[Spent]) -> tuple[str, str, str]:
        passed, worked = (statistics.median(column) for column in zip(*times, strict=True))
        most = max(times)
        return (
            f"{area}: {name}",
            "≤ 8 ms",
            f"{passed:.1f} ms, own work {worked:.1f}"
            f" (longest {most.passed:.1f}, {most.worked:.1f})",
        )

    return [
        (
            f"{area}: reading",
            f"in slices of {SLICE / MS:.0f} ms",
            f"{sum(one.passed for one in opened):.0f} ms, longest slice {max(opened).passed:.1f}"
            f" (own work {max(opened).worked:.1f})",
        ),
        row("frame of all of it", whole),
        row("frame while going closer", closer),
        row("frame while going along", along),
        row("frame with another event", other),
    ]


def run() -> list[tuple[str, str, str]]:
    """Rows of (area, goal, measured)."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from playground.ui import theme

    QApplication.instance() or QApplication([])
    theme.apply("light")
    return [row for count in COUNTS for row in measured(count)]


if __name__ == "__main__":
    for row in run():
        print(" | ".join(row))
