"""The Cache page: what each request of a run, and the one about to be sent, has in common with the
request before it, and what its server made of that."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QStackedWidget, QVBoxLayout, QWidget

from playground.core.items import Message, Text
from playground.core.plain import visible
from playground.core.problem import Failure
from playground.core.profile import Profile
from playground.core.session import Run, Session
from playground.counting import tokens
from playground.engine.cachelens_steps import Count, Sent, Step, sent, step, steps
from playground.engine.preview import next_request
from playground.ui.inspector.looking import Looking
from playground.ui.inspector.page import Page, PageSpec
from playground.ui.widgets.fieldedit import Choice
from playground.ui.widgets.lensview import LensView
from playground.ui.widgets.parts import label

NEXT = "next"
"""Stands for the request that would be sent now."""
PAUSE = 350
"""Milliseconds from a change until it is looked at."""
NOTHING = "This run has sent no request whose body could be read."
COUNTING = "Counting…"
REFUSED = "The next request cannot be made: "


class CachePage(Page):
    def __init__(self, looking: Looking, parent: QWidget | None = None) -> None:
        super().__init__(looking, parent)
        self.view = LensView(self)
        self.steps: list[Step] = []
        """Of the run that is looked into."""
        self._made: object = None
        """Of which run, and how far it was, they are."""
        self._working: asyncio.Future[Any] | None = None
        self._again = False
        self.hint = label("muted")
        self.hint.setWordWrap(True)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.hint)
        self._pages.addWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self.choice = Choice(self)
        self.choice.setAccessibleName("Which request")
        self.choice.setToolTip("Which request is held against the one before it")
        self.choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.choice.activated.connect(lambda _: self._show())
        self.beside = self.choice
        self.setFocusProxy(self.view)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(PAUSE)
        self._wait.timeout.connect(self._show_next)
        looking.shown.connect(self._let_go)
        if (desk := looking.desk) is not None:
            desk.drafted.connect(self._changed)
            desk.settings_changed.connect(self._changed)
            desk.tree_changed.connect(lambda _: self._changed())
            desk.session_shown.connect(lambda _: self._changed())

    @property
    def settled(self) -> bool:
        return self._working is None and not self._wait.isActive()

    @property
    def _next(self) -> bool:
        return self.choice.currentData() == NEXT

    # What is looked at.

    def advance(self) -> None:
        run = self.looking.run
        if run is None:
            return
        seen = run.transcript
        key = (run.id, len(run.recording) > 0, seen.requests, len(seen.usages), seen.outcome)
        if key == self._made or self._working is not None:
            return
        self._made = key
        self._work(run)

    def go_to(self, place: str) -> None:
        """`next`: the request that would be sent now."""
        self._offer()
        at = self.choice.findData(place)
        if at >= 0:
            self.choice.setCurrentIndex(at)
            self._show()

    def _let_go(self) -> None:
        self._made = None
        self.steps = []

    def _changed(self) -> None:
        """The next request is another one."""
        if self._next and self.isVisible():
            self._wait.start()

    def _work(self, run: Run) -> None:
        self._say(COUNTING)
        desk = self.looking.desk
        profile = self._profile(run.profile)
        count = _counter(run.transcript.model or run.call.model)

        async def work() -> None:
            try:
                before = await self._before(run)
                made = await asyncio.to_thread(steps, run, before, profile, count)
            finally:
                self._working = None
            if self.looking.run is run:
                self.steps = made
                self._offer()
                self._show()
            self.advance()

        if desk is None:
            self.steps = steps(run, None, profile, count)
            self._offer()
            self._show()
        else:
            self._working = desk.tasks.start(work(), self)

    async def _before(self, run: Run) -> Sent | None:
        """What was sent last before a run, in its conversation."""
        desk = self.looking.desk
        if desk is None:
            return None
        session = desk.workspace.open.get(run.session, desk.session)
        return await self._last(session, run.parent) if run.parent else None

    async def _last(self, session: Session, leaf: str | None) -> Sent | None:
        """The last request of a branch that ends at a run."""
        desk = self.looking.desk
        assert desk is not None
        for run in reversed(session.path(leaf)) if leaf else ():
            if not run.silent and run.transcript.requests:
                await desk.workspace.events(run)
                if found := sent(run):
                    return found[-1]
        return None

    def _profile(self, profile_id: str) -> Profile:
        if self.looking.desk is not None:
            try:
                return self.looking.desk.workspace.profile(profile_id)
            except Failure:
                pass  # it was deleted since
        return Profile(id=profile_id, name="")

    # What is shown.

    def _offer(self) -> None:
        """The requests there are to choose from; the one that was chosen stays."""
        chosen = self.choice.currentData()
        self.choice.blockSignals(True)
        self.choice.clear()
        for number in range(len(self.steps)):
            self.choice.addItem(f"Request {number + 1}", number)
        desk = self.looking.desk
        if desk is not None and not desk.closed:
            self.choice.addItem("Next request", NEXT)
        last = len(self.steps) - 1
        at = self.choice.findData(chosen if chosen is not None else last)
        self.choice.setCurrentIndex(at if at >= 0 else max(last, 0))
        self.choice.blockSignals(False)
        self.choice.setEnabled(self.choice.count() > 1)

    def _show(self) -> None:
        if self._next:
            self._say(COUNTING)
            self._show_next()
            return
        number = self.choice.currentData()
        if isinstance(number, int) and number < len(self.steps):
            self._show_step(self.steps[number])
        else:
            self._say(NOTHING)

    def _show_step(self, shown: Step) -> None:
        self.view.show_step(shown)
        self._pages.setCurrentWidget(self.view)

    def _say(self, text: str) -> None:
        self.hint.setText(visible(text))
        self._pages.setCurrentWidget(self.hint)

    def _show_next(self) -> None:
        """The request that would be sent now."""
        self._wait.stop()
        desk = self.looking.desk
        if desk is None or not self.isVisible():
            return
        if self._working is not None:
            self._again = True
            return
        session = desk.session
        try:
            said = [_written(session)] if session.written else []
            preview = next_request(desk.workspace, session, said, keyed=None)
        except Failure as failure:
            self._say(f"{REFUSED}{failure.problem.title} {failure.problem.detail}")
            return

        async def work() -> None:
            try:
                before = await self._last(session, session.leaf)
                made = await asyncio.to_thread(_look, preview.address.body, preview.profile, before)
            finally:
                self._working = None
            if self._again:
                self._again = False
                self._show_next()
            elif self._next and session is desk.session:
                self._show_step(made)
            self.advance()

        self._working = desk.tasks.start(work(), self)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.advance()
        self._changed()


def _written(session: Session) -> Message:
    parts = [dict(part) for part in session.attached]
    return Message(key="in:0", role="user", text=Text(session.draft), parts=parts)


def _look(body: bytes, profile: Profile, before: Sent | None) -> Step:
    made: Any = json.loads(body or b"{}")
    made = made if isinstance(made, dict) else {}
    model = made.get("model")
    count = _counter(model if isinstance(model, str) else "")
    return step(made, profile, count, before=before, at=datetime.now(UTC).timestamp())


def _counter(model: str) -> Count:
    return lambda text: tokens.estimate(text, model)


CACHE_PAGE = PageSpec(
    "cache",
    "Cache",
    CachePage,
    "What a request has in common with the one before it, and what a cache made of that.",
)
