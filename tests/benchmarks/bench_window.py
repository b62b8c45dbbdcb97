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

TURNS = 5
SILENCE = 3.0
"""Seconds in which an idle window is watched."""
LIMIT = 60
"""Seconds after which a process that has not said what it found has failed."""


def started(which: str, home: Path, silence: float = 0.1) -> dict[str, Any]:
    """What a fresh process found; moments in seconds after it was asked for."""
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
        [sys.executable, str(Path(__file__).with_name("painted.py")), which, str(silence)],
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
        started("bare", home)  # compiles, and warms the disk
        idle = started("ours", home, SILENCE)
        turns = [(started("bare", home), started("ours", home)) for _ in range(TURNS)]
    floor = median(bare["painted"] for bare, _ in turns)
    painted = median(ours["painted"] for _, ours in turns)
    pairs = sorted(ours["painted"] / bare["painted"] for bare, ours in turns)
    usable = median(ours["usable"] for _, ours in turns)
    blocked = median(ours["furnishing"] * 1000 for _, ours in turns)
    space = median(bare["memory"] for bare, _ in turns)
    memory = median(ours["memory"] for _, ours in turns)
    timers = ", ".join(f"{count} × {name}" for name, count in idle["timers"].items()) or "none"
    return [
        (
            "first painted window",
            "≤ 1.3 × a bare QMainWindow (must be ≤ 1.5)",
            f"{painted / floor:.2f} × (pairs {pairs[0]:.2f}–{pairs[-1]:.2f}): {painted:.0f} ms, "
            f"bare {floor:.0f} ms; before it: {', '.join(idle['early']) or 'nothing but Qt'}",
        ),
        (
            "window usable, all panels laid out and painted",
            "soon",
            f"{usable / floor:.2f} ×: {usable:.0f} ms; making the panels takes {blocked:.0f} ms",
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
