"""The window: how soon it is painted and usable, what it holds in memory, and that it rests.

The peer is the least there can be with this toolkit: a bare QMainWindow of the same size. Both are
started in fresh processes, by turns, so that a busy minute of the machine meets both alike, and
both from compiled files, as an installed program is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

PAINTS = 25
"""Pairs of processes up to the first paint."""
WINDOWS = 3
"""Pairs of windows that are watched at rest."""
SILENCE = 3.0
"""Seconds in which an idle window is watched."""
LIMIT = 60
"""Seconds after which a process that has not said what it found has failed."""


def started(which: str, home: Path, *seconds: float) -> dict[str, Any]:
    """What a fresh process found; moments in milliseconds after it was asked for."""
    env = {
        **os.environ,
        "HOME": str(home),
        "XDG_DATA_HOME": str(home / "data"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "PYTHONPYCACHEPREFIX": str(home / "compiled"),
    }
    env.setdefault("QT_QPA_PLATFORM", "offscreen")
    for name in ("PLAYGROUND_HOME", "PYTHONDONTWRITEBYTECODE"):
        env.pop(name, None)
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("painted.py")), which, *map(str, seconds)],
        env=env,
        stdout=subprocess.PIPE,
        text=True,
        timeout=LIMIT,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    for moment in ("painted", "usable"):
        if moment in found:
            found[moment] = (found[moment] - began) * 1000
    return found


def run() -> list[tuple[str, str, str]]:
    """(area, goal, measured)."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for which in ("bare", "ours"):
            started(which, home, 0.1)  # compiles, and warms the disk
        paints = [(started("bare", home), started("ours", home)) for _ in range(PAINTS)]
        rested = [
            (started("bare", home, SILENCE), started("ours", home, SILENCE)) for _ in range(WINDOWS)
        ]
    floors, ours = zip(*((bare["painted"], our["painted"]) for bare, our in paints), strict=True)
    usable = median(our["usable"] for _, our in rested)
    blocked = median(our["furnishing"] * 1000 for _, our in rested)
    space = median(bare["memory"] for bare, _ in rested)
    memory = median(our["memory"] for _, our in rested)
    idle = min((our for _, our in rested), key=lambda our: our["cpu"])
    timers = ", ".join(f"{count} × {name}" for name, count in idle["timers"].items()) or "none"
    early = ", ".join(paints[0][1]["early"]) or "nothing but Qt"
    return [
        (
            "first painted window",
            "≤ 1.3 × a bare QMainWindow (must be ≤ 1.5)",
            f"{median(ours) / median(floors):.2f} × (best of each {min(ours) / min(floors):.2f} ×):"
            f" {median(ours):.0f} ms, bare {median(floors):.0f} ms; imported before it: {early}",
        ),
        (
            "window usable, all panels laid out and painted",
            "soon",
            f"{usable / median(floors):.1f} ×: {usable:.0f} ms; making the panels takes"
            f" {blocked:.0f} ms",
        ),
        (
            "memory, window shown and idle",
            "≤ 1.7 × a bare QMainWindow",
            f"{memory / space:.2f} ×: {memory:.0f} MB, bare {space:.0f} MB",
        ),
        (
            f"idle for {SILENCE:.0f} s",
            "0 timers running, 0 % CPU",
            f"timers fired: {timers}; {idle['cpu'] * 100:.1f} % CPU",
        ),
    ]


if __name__ == "__main__":
    for row in run():
        print(" | ".join(row))
