"""The status line: connection, waiting clock, and what session and day have used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from playground.core.session import Run
from playground.core.usage import Usage
from playground.ui import words
from playground.ui.desk import Desk
from playground.ui.widgets.details import Details
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.rates import RateChip


class StatusLine(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._today: tuple[Usage, Decimal, int] | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(8)
        self._mark = Mark("dot", "muted", self, size=12)
        self._state = QLabel(self)
        self._state.setProperty("role", "caption")
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(self._mark)
        row.addWidget(self._state)
        row.addStretch(1)
        self.rates = RateChip(self)
        row.addWidget(self.rates)
        self._session = self._button("Tokens and cost of this session")
        self._day = self._button("Tokens and cost of today, all sessions")
        row.addWidget(self._session)
        row.addWidget(self._day)
        self._session.clicked.connect(self._open_session)
        self._day.clicked.connect(self._open_day)
        desk.clock.watch(self.advance, slow=True)
        desk.session_shown.connect(lambda _: self.advance())
        desk.tree_changed.connect(lambda _: self.advance())
        desk.settings_changed.connect(self.advance)
        desk.sessions_changed.connect(self._count_day)
        self._count_day()
        self.advance()

    def _button(self, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("role", "chip")
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button

    def advance(self) -> None:
        path = self.desk.session.path()
        run = next((one for one in reversed(path) if one.running), path[-1] if path else None)
        token, text = "muted", "ready"
        if run is not None and (state := words.state(run)) is not None:
            token, text = state.token, state.words
            seen = run.transcript
            if run.running and seen.timing.first_token is None and seen.retry_at is None:
                text += f" {words.clock(words.waited(run))}"
            if state.words == "done":
                text = "replayed" if run.replayed else "connected"
        self._mark.draw("dot", token)
        self.rates.show_run(run if run is None or run.transcript.headers else _answered(path))
        going = {one for one in self.desk.workspace.running if run is None or one != run.id}
        beside = len(going & self.desk.session.runs.keys())
        for count, where in ((beside, "more running"), (len(going) - beside, "running elsewhere")):
            if count:
                text += f" · {count} {where}"
        self._state.setText(f"{self.desk.profile.name} · {text}")
        used, usd, unknown = self._session_sums()
        self._session.setText(_line("session", used, usd, unknown))

    def _session_sums(self) -> tuple[Usage | None, Decimal, int]:
        parts: list[Usage] = []
        usd, unknown = Decimal(0), 0
        for run in self.desk.session.runs.values():
            if (used := run.transcript.usage) is not None:
                parts.append(used)
                if run.cost is None or run.cost.usd is None:
                    unknown += 1
                else:
                    usd += run.cost.usd
                    unknown += run.cost.at_least
        return Usage.add(parts), usd, unknown

    def _count_day(self) -> None:
        async def work() -> None:
            sums = await self.desk.workspace.sessions.usage_by_day(date.today())
            used = Usage(
                input=sums.input,
                cached=sums.cached,
                output=sums.output,
                reasoning=sums.reasoning,
                basis="estimated" if sums.estimated else "reported",
            )
            self._today = used, sums.usd, sums.unknown
            self._day.setText(_line("today", *self._today))

        self.desk.tasks.start(work(), self)

    def _open_session(self) -> None:
        used, usd, unknown = self._session_sums()
        self._details("This session", used, usd, unknown, self._session)

    def _open_day(self) -> None:
        if self._today is not None:
            self._details("Today", *self._today, self._day)

    def _details(
        self, title: str, used: Usage | None, usd: Decimal, unknown: int, at: QToolButton
    ) -> None:
        used = used or Usage()
        rows = [
            ("input tokens", words.number(used.input)),
            ("  of them cached", words.number(used.cached)),
            ("output tokens", words.number(used.output)),
            ("  of them reasoning", words.number(used.reasoning)),
            ("cost of runs with a known price", words.money(usd)),
        ]
        if unknown:
            rows.append(("runs whose cost is not wholly known", words.number(unknown)))
        lead = "Open Money", lambda: self.desk.wanted.emit("money")
        Details(title, rows, self, lead=lead).show_over(at)


def _answered(path: Sequence[Run]) -> Run | None:
    """The last run of a branch that a server has answered."""
    return next((one for one in reversed(path) if one.transcript.headers), None)


def _line(name: str, used: Usage | None, usd: Decimal, unknown: int) -> str:
    """`session 12.4k tok · $0.031`; ≥ when the cost of some of it is unknown."""
    used = used or Usage()
    least = "≥ " if unknown else ""
    return f"{name} {words.tokens(used.total)} tok · {least}{words.money(usd)}"
