"""A window in a fresh process, and what can be said of it: `painted.py bare|ours [seconds]`.

Prints JSON. With seconds, the window is watched for so long when it has come to rest; without, the
process ends at its first paint. Nothing is imported that the window would not import itself.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow

HEAVY = ("asyncio", "pydantic", "httpx", "qasync", "markdown_it", "sqlite3", "keyring")
"""What is worth naming when it was imported before the first paint."""
SETTLED = 1500
"""Milliseconds after which a window has done all that its start set going."""

found: dict[str, Any] = {}


class FirstPaint(QObject):
    """Notes when the first paint of a window has been handled."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and "painted" not in found:
            found["painted"] = 0.0
            QTimer.singleShot(0, self, self.note)
        return False

    def note(self) -> None:
        found["painted"] = time.monotonic()
        found["early"] = [name for name in HEAVY if name in sys.modules]
        if len(sys.argv) < 3:
            tell()
            os._exit(0)


class Timers(QObject):
    """Counts the timers that fire in a window at rest, and what it does meanwhile."""

    def __init__(self, seconds: float) -> None:
        super().__init__(QApplication.instance())
        self._fired: dict[str, int] = {}
        self._end = QTimer(self, singleShot=True, interval=int(seconds * 1000))
        self._end.timeout.connect(self.note)

    def begin(self) -> None:
        self._began, self._cpu = time.monotonic(), time.process_time()
        self.parent().installEventFilter(self)
        self._end.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Timer and watched is not self._end:
            name = watched.metaObject().className()
            self._fired[name] = self._fired.get(name, 0) + 1
        return False

    def note(self) -> None:
        found["cpu"] = (time.process_time() - self._cpu) / (time.monotonic() - self._began)
        self.parent().removeEventFilter(self)
        found["timers"] = self._fired
        found["memory"] = memory()
        for window in QApplication.topLevelWidgets():
            window.close()
        if sys.argv[1] == "bare":
            QApplication.quit()


def memory() -> float:
    """MB of real memory; where the system does not say, the most that it ever was."""
    try:
        with open("/proc/self/status", encoding="ascii") as file:  # noqa: PTH123
            rows = dict(line.split(":", 1) for line in file)
        return int(rows["VmRSS"].split()[0]) / 1024
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def tell() -> None:
    import json

    print(json.dumps(found), flush=True)


def bare(seconds: float) -> None:
    app = QApplication(["bare"])
    window = QMainWindow()
    window.resize(1440, 900)
    FirstPaint(window)
    window.show()
    timers = Timers(seconds)
    QTimer.singleShot(SETTLED, timers.begin)
    app.exec()


def ours(seconds: float) -> None:
    from playground.__main__ import main
    from playground.ui import window as shell

    class Window(shell.Window):
        def __init__(self) -> None:
            super().__init__()
            FirstPaint(self)

        def furnish(self, *args: Any) -> None:
            began = time.monotonic()
            super().furnish(*args)
            found["furnishing"] = time.monotonic() - began
            # Handled when all that furnishing asked for (layout, paint) has been done.
            QTimer.singleShot(0, self, self.usable)

        def usable(self) -> None:
            found["usable"] = time.monotonic()
            QTimer.singleShot(SETTLED, Timers(seconds).begin)

    shell.Window = Window  # type: ignore[misc]
    main([])


if __name__ == "__main__":
    {"bare": bare, "ours": ours}[sys.argv[1]](float((*sys.argv, "0")[2]))
    tell()
