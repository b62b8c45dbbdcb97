"""The rate limits of the server, in the status line: what is left, and when it is full again.

The countdown runs only while a limit is nearly used up; else nothing ticks, and the moments stand
in the pop-up.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QLocale, QTime, QTimer
from PySide6.QtWidgets import QToolButton, QWidget

from playground.core import rates
from playground.core.plain import visible
from playground.core.rates import Rate
from playground.core.session import Run
from playground.ui import words
from playground.ui.widgets.details import Details


class RateChip(QToolButton):
    """`120 of 30,000,000 tokens left · resets in 42 s`; hidden where a server tells no limits."""

    def __init__(self, parent: QWidget, now: Callable[[], float] = time.time) -> None:
        super().__init__(parent)
        self._now = now
        self._rates: tuple[Rate, ...] = ()
        self._came = 0.0
        """Wall-clock seconds when the headers came."""
        self._drawn: object = None
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self._draw)
        self.setProperty("role", "chip")
        self.setToolTip("Limits of the server, as its last answer told them")
        self.clicked.connect(self._open)
        self.hide()

    def show_run(self, run: Run | None) -> None:
        """The limits that came with the last answer to a run."""
        seen = run.transcript if run is not None else None
        if seen is not None and seen.leg in seen.reused:
            seen = None  # nobody was asked: what was left then says nothing of now
        headers = seen.headers if seen is not None else {}
        key = (run.id if run is not None else "", tuple(headers.items()))
        if key == self._drawn:
            return
        self._drawn = key
        head = seen.timing.head if seen is not None else None
        self._came = (run.recording.began if run is not None else 0.0) + (head or 0) / 1e9
        self._rates = rates.read(headers, self._came)
        self._draw()

    def _left(self, rate: Rate) -> float | None:
        """Seconds until a limit is full again; None when that was not told."""
        return None if rate.reset is None else self._came + rate.reset - self._now()

    def _draw(self) -> None:
        low = [rate for rate in self._rates if rate.low and (self._left(rate) or 0) > 0]
        shown = min(low or self._rates, key=_part, default=None)
        self.setVisible(shown is not None)
        if shown is None:
            self._timer.stop()
            return
        text = _words(shown)
        if low and (left := self._left(shown)) is not None:
            text += f" · resets in {words.seconds(max(float(round(left)), 1.0))}"
            self._timer.start()
        else:
            self._timer.stop()
        token = "warn" if low else ""
        if self.property("token") != token:
            self.setProperty("token", token)
            self.style().polish(self)
        self.setText(visible(text))
        self.setAccessibleName(f"Rate limit: {self.text()}")

    def _open(self) -> None:
        rows: list[tuple[str, str]] = []
        for rate in self._rates:
            rows.append((visible(rate.name or "limit"), _words(rate)))
            if rate.reset is not None:
                moment = datetime.fromtimestamp(self._came + rate.reset)
                clock = QTime(moment.hour, moment.minute, moment.second)
                at = QLocale().toString(clock, QLocale().timeFormat(QLocale.FormatType.LongFormat))
                rows.append(
                    ("  full again", f"{at} ({words.seconds(rate.reset)} after the answer)")
                )
        Details("Rate limits", rows, self).show_over(self)


def _part(rate: Rate) -> float:
    """How much of a limit is left, from 0 to 1."""
    return 1.0 if rate.remaining is None else rate.remaining / (rate.limit or rate.remaining or 1)


def _words(rate: Rate) -> str:
    name = f" {rate.name}" if rate.name else ""
    if rate.remaining is None:
        return f"limit {words.number(rate.limit or 0)}{name}"
    if rate.limit is None:
        return f"{words.number(rate.remaining)}{name} left"
    return f"{words.number(rate.remaining)} of {words.number(rate.limit)}{name} left"
