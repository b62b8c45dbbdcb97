"""The longest stall of the window while a server streams: what a person at the mouse would feel.

The real window with chat and inspector, the real wire, the recorder writing to disk, and the
sandbox in a process of its own. A heartbeat on the window's loop beats every 2 ms; a stall is how
much too late a beat comes. Work is what the main thread itself computed in that time: the rest is
waiting for a processor that others use, or for the interpreter's lock.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from dataclasses import dataclass, field
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")

from PySide6.QtCore import QObject, Qt, QTimer

from playground import desktop
from playground.ui import theme

BEAT = 2
"""Milliseconds."""
LIMIT = 120.0
"""Seconds for one stream."""


@dataclass(frozen=True)
class Load:
    per_second: int
    seconds: int
    frames: int
    """Of 16.7 ms: the longest stall that is allowed."""
    per_chunk: int = 1

    @property
    def events(self) -> int:
        return self.per_second * self.seconds


LOADS = (Load(1_000, 20, 1), Load(10_000, 5, 2, per_chunk=10), Load(50_000, 3, 3, per_chunk=50))


@dataclass
class Beats:
    """Milliseconds that each beat came too late, and that the main thread worked meanwhile."""

    late: list[float] = field(default_factory=list)
    worked: list[float] = field(default_factory=list)


class Heart(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.beats = Beats()
        self._timer = QTimer(self, interval=BEAT, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._last, self._work = time.perf_counter(), time.thread_time()
        self._timer.start()

    def stop(self) -> Beats:
        self._timer.stop()
        return self.beats

    def _beat(self) -> None:
        now, work = time.perf_counter(), time.thread_time()
        self.beats.late.append((now - self._last) * 1000 - BEAT)
        self.beats.worked.append((work - self._work) * 1000)
        self._last, self._work = now, work


async def stream(load: Load, home: str, **extra: Any) -> tuple[Beats, dict[str, float]]:
    """Stream it into a fresh window; the beats, and what arrived."""
    opened = desktop.Desktop(home, "sandbox")
    opened.window.show()
    with desktop.undisturbed():
        await opened.furnish()
    assert opened.app is not None and opened.shell is not None
    desk, window = opened.shell.desk, opened.window
    await opened.app.serve(opened.app.profile("sandbox"), lambda _: None)
    asked = {"events": load.events, "per_second": load.per_second, "per_chunk": load.per_chunk}
    desk.session.call.model = "load"
    desk.session.call.fields = {"sandbox": {**asked, **extra}}
    await asyncio.sleep(0.5)
    heart = Heart()
    chat: Any = window.panels["chat"]
    began = time.perf_counter()
    heart.start()
    chat.composer.write("As fast as you can")
    chat.composer.run.click()
    run = desk.session.path()[-1]
    while run.running:
        if time.perf_counter() - began > LIMIT:
            raise TimeoutError(f"{len(run.recording)} events in {LIMIT} s")
        await asyncio.sleep(0.05)
    took = time.perf_counter() - began
    while desk.clock.ticking or run.id in desk.workspace.running:
        await asyncio.sleep(0.05)
    beats = heart.stop()
    deltas = sum(b"output_text.delta" in event.raw for event in run.recording)
    shown: Any = window.docks["inspector"].widget()
    arrived = {
        "outcome": run.transcript.outcome or "",
        "seconds": took,
        "deltas": deltas,
        "events": len(run.recording),
        "listed": shown.events.index.read,
        "stored": len(await opened.app.sessions.recording(run.id)),
    }
    await opened.close()
    return beats, arrived


def measure(load: Load) -> tuple[Beats, dict[str, Any]]:
    told: list[tuple[Beats, dict[str, float]]] = []
    with tempfile.TemporaryDirectory() as home:

        async def work() -> int:
            told.append(await stream(load, home))
            return 0

        desktop.run(work)
    return told[0]


def row(load: Load) -> tuple[str, str, str]:
    beats, arrived = measure(load)
    late, worked = sorted(beats.late), sorted(beats.worked)
    complete = (
        arrived["outcome"] == "completed"
        and arrived["deltas"] == load.events
        and arrived["listed"] == arrived["stored"] == arrived["events"]
    )
    return (
        f"longest stall, {load.per_second:,} events/s for {load.seconds} s",
        f"≤ {load.frames} frames ({load.frames * 1000 / 60:.0f} ms), nothing dropped",
        f"{late[-1]:.1f} ms, of it {worked[-1]:.1f} ms own work; p99 {late[-len(late) // 100]:.1f};"
        f" {sum(one > 1000 / 60 for one in late)} over a frame; "
        + (f"{'nothing' if complete else 'SOMETHING'} dropped, ")
        + f"{arrived['deltas'] / arrived['seconds']:,.0f}/s reached {arrived if not complete else ''}",
    )


def run() -> list[tuple[str, str, str]]:
    """(area, goal, measured)."""
    desktop.application()
    theme.apply("light")
    return [row(load) for load in LOADS]


if __name__ == "__main__":
    desktop.application()
    theme.apply("light")
    chosen = [LOADS[int(number)] for number in sys.argv[1:]] or LOADS
    for load in chosen:
        print(" | ".join(row(load)), flush=True)
