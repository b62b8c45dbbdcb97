"""What the next request will use and cost, in the row of the composer, while it is being written.

It is worked out in a worker, a moment after the last change. While nothing is written nothing is
estimated, and no timer runs.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from playground.core.budget import SCOPES, Budgets, Scope
from playground.core.items import Item, Message
from playground.core.plain import visible
from playground.core.problem import Failure, Problem
from playground.core.session import Run, Session
from playground.engine.budget import Spent
from playground.engine.cachelens import last_body
from playground.engine.estimate import Estimate, estimate
from playground.engine.preview import Preview, next_request
from playground.ui import theme, words
from playground.ui.desk import Desk
from playground.ui.icons import icon
from playground.ui.widgets.estimatedetails import EstimateDetails
from playground.ui.widgets.estimatewords import Line, Section, lines, many, refused

PAUSE = 350
"""Milliseconds from the last change until it is estimated."""
LONG = 2000
"""Characters of a field of what is attached from which it is not looked at: it is no words."""


Ask = tuple[Session, Sequence[Item]]
"""What would be said to a session."""


class Known(NamedTuple):
    """What is estimated, and what it was held against."""

    estimates: tuple[Estimate, ...]
    used: dict[Scope, Spent]
    budgets: Budgets


class EstimateChip(QToolButton):
    def __init__(
        self,
        desk: Desk,
        said: Callable[[], Sequence[Item]],
        parent: QWidget | None = None,
        *,
        instead: Callable[[], Run | None] = lambda: None,
        each: bool = False,
        asks: Callable[[], Sequence[Ask]] | None = None,
    ) -> None:
        """`said`: what the user would say with the next turn; `instead`: as another version of
        which run; `each`: it is one of several; `asks`: it is said to other sessions than the one
        on screen, to each what stands there."""
        super().__init__(parent)
        self.desk = desk
        self._aside = asks is not None
        self._asks = asks or (lambda: [(desk.session, said())])
        self._instead = instead
        self._each = each
        self.known: Known | None = None
        self.problem: Problem | None = None
        """Why there is no estimate."""
        self._line: Line | None = None
        self._working: asyncio.Future[Any] | None = None
        self._again = False
        self.setProperty("role", "chip")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(PAUSE)
        self._wait.timeout.connect(self.show_now)
        self.clicked.connect(self.open)
        desk.session_shown.connect(lambda _: self._other())
        desk.tree_changed.connect(lambda _: self._other())
        desk.settings_changed.connect(self.changed)
        desk.sessions_changed.connect(self.changed)  # a run has ended: its answer goes along
        theme.follow(self, lambda look: self._draw())
        self.hide()
        if parent is not None:
            parent.installEventFilter(self)

    @property
    def settled(self) -> bool:
        """What is shown is what is written; nothing is being worked out."""
        return not self._wait.isActive() and self._working is None

    def changed(self) -> None:
        """The next request is another one now."""
        if self._idle():
            self._wait.stop()
            self._show(None)
        else:
            self._wait.start()

    def _other(self) -> None:
        """Another conversation: what is shown says nothing of it."""
        self._show(None)
        self.changed()

    def _idle(self) -> bool:
        """Nothing would be sent."""
        row = self.parentWidget()
        if row is not None and not row.isVisible():  # nobody would see it; see `eventFilter`
            return True
        asks = [(session, said) for session, said in self._asks() if said]
        return bool(
            not asks
            or self.desk.closed
            or any(run.running for session, _ in asks for run in session.path())
            or any(
                isinstance(item, Message) and item.role != "user"
                for _, said in asks
                for item in said
            )
        )

    def show_now(self) -> None:
        """Make the request, and begin to work out what it will use."""
        self._wait.stop()
        if self._working is not None:
            self._again = True
            return
        if self._idle():
            self._show(None)
            return
        desk, session = self.desk, self.desk.session
        instead = self._instead()
        try:
            asked = [
                (
                    one,
                    next_request(
                        desk.workspace, one, [*map(_lean, said)], keyed=None, instead=instead
                    ),
                )
                for one, said in self._asks()
                if said
            ]
        except Failure as failure:
            self.known, self.problem = None, failure.problem
            self._show(refused(failure.problem))
            return

        async def work() -> None:
            try:
                known = await self._work(session, asked)
            finally:
                self._working = None
            if self._again:
                self._again = False
                self.show_now()
            elif session is desk.session and not self._idle():
                self.known, self.problem = known, None
                shown = lines(known.estimates, known.used, known.budgets)
                if self._each:
                    shown = shown._replace(long=f"{shown.long} each", told=f"Each: {shown.told}")
                self._show(shown)

        self._working = desk.tasks.start(work(), self)

    async def _work(self, session: Session, asked: Sequence[tuple[Session, Preview]]) -> Known:
        desk = self.desk
        befores = [await self._before(one) for one, _ in asked]
        budgets = desk.settings.budgets
        scopes = [one for one in SCOPES if one != "run" and budgets.of(one).is_set]
        used = await desk.purse.spent(scopes, session.id) if scopes else {}
        windows = [
            desk.window_of(preview.profile.id, one.call.model or preview.profile.model)
            for one, preview in asked
        ]

        def worked_out() -> tuple[Estimate, ...]:
            desk.price_file.look()
            rows = zip(asked, befores, windows, strict=True)
            return tuple(
                _estimated(desk, preview, before, window) for (_, preview), before, window in rows
            )

        return Known(await asyncio.to_thread(worked_out), used, budgets)

    async def _before(self, session: Session) -> Run | None:
        """The last run of the branch that sent anything."""
        instead = self._instead()
        leaf = session.leaf if instead is None else instead.parent
        for run in reversed(session.path(leaf) if leaf is not None else []):
            if not run.silent and run.transcript.legs:
                return await self.desk.workspace.events(run)
        return None

    # What is shown.

    def _show(self, shown: Line | None) -> None:
        if shown is None:
            self.known = self.problem = None
        self._line = shown
        self.setVisible(shown is not None)
        if shown is None:
            return
        token = "warn" if shown.warns else ""
        if self.property("token") != token:
            self.setProperty("token", token)
            self.style().polish(self)
        self.setToolTip(words.tip(f"{shown.told} A click shows the arithmetic."))
        self.setAccessibleName("Estimate of the next request")
        self.setAccessibleDescription(visible(f"{shown.long}. {shown.told}"))
        self._draw()
        self.updateGeometry()

    def _draw(self) -> None:
        """As much as there is room for."""
        shown = self._line
        if shown is None:
            return
        self.setIcon(icon("warning", "warn") if shown.warns else QIcon())
        wide = self._wide(shown.long)
        self.setText(shown.long if self.width() >= wide else shown.short)

    def _wide(self, text: str) -> int:
        px = theme.current().px
        mark = self.iconSize().width() + 6 if self._line is not None and self._line.warns else 0
        return self.fontMetrics().horizontalAdvance(text) + mark + px(12)

    def sizeHint(self) -> QSize:
        high = super().sizeHint().height()
        return QSize(self._wide(self._line.long) if self._line is not None else 0, high)

    def minimumSizeHint(self) -> QSize:
        high = super().sizeHint().height()
        return QSize(self._wide(self._line.short) if self._line is not None else 0, high)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Where it stands can be seen again."""
        if event.type() == QEvent.Type.Show and watched is self.parentWidget():
            self.changed()
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()

    # What it rests on.

    def open(self) -> EstimateDetails | None:
        """Show the arithmetic over this."""
        desk = self.desk
        if (problem := self.problem) is not None:
            said = (problem.title, problem.detail)
            shown = [Section("No estimate", [], tuple(filter(None, said)))]
            made = EstimateDetails(shown, (), self)
        elif (known := self.known) is not None:
            leads = [
                ("Cache", lambda: desk.wanted.emit("inspector:cache:next")),
                ("Prices…", lambda: desk.wanted.emit("prices")),
                ("Budgets…", lambda: desk.wanted.emit("budgets")),
            ]
            if self._aside:  # the lens is held over the session on screen
                del leads[0]
            shown = many(known.estimates, known.used, known.budgets)
            made = EstimateDetails(shown, leads, self)
        else:
            return None
        made.show_over(self)
        return made


def _estimated(desk: Desk, preview: Preview, before: Run | None, window: int | None) -> Estimate:
    """Of one request."""
    body: Any = json.loads(preview.address.body or b"{}")
    return estimate(
        body if isinstance(body, dict) else {},
        preview.profile,
        datetime.now(UTC),
        book=desk.price_file.book,
        previous=last_body(before) if before is not None else None,
        window=window,
    )


def _lean(item: Item) -> Item:
    """A message without what is attached to it: that is no words, and may be megabytes."""
    if not isinstance(item, Message) or not item.parts:
        return item
    return replace(item, parts=[_short(part) for part in item.parts])


def _short(value: Any) -> Any:
    match value:
        case dict():
            return {name: _short(one) for name, one in value.items()}
        case list():
            return [_short(one) for one in value]
        case str() if len(value) > LONG:
            return value[:LONG]
        case _:
            return value
