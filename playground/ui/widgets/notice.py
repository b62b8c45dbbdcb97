"""Inline notices: an icon, a sentence, one action. Nothing modal, and undo instead of "sure?"."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from playground.core.plain import visible
from playground.core.problem import REMEDIES, Problem
from playground.export.progress import Progress
from playground.ui import theme
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.parts import tool_button
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.progressnotice import ProgressNotice

log = logging.getLogger("ui")

UNDO_STAYS = 12_000
"""Milliseconds for which what was done can be undone by a click."""
MOST = 4
"""Notices at once: the panel needs its room, and the newest are about what is done now."""


class NoticeBar(QFrame):
    """One notice, with an action and a way to close it."""

    def __init__(
        self,
        text: str,
        detail: str = "",
        *,
        kind: str = "info",
        action: str = "",
        act: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "notice")
        self.setAccessibleName(text)
        self.remedy = ""
        """Of the problem that it tells of."""
        row = QHBoxLayout(self)
        theme.space(row, 12, 4, 4, 4, gap=8)
        token = {"info": "accent", "error": "error", "warning": "warn", "ok": "ok"}[kind]
        row.addWidget(Mark(kind, token, self))
        column = QVBoxLayout()
        theme.space(column, 0, 6, 0, 6, gap=2)
        for line, role in ((text, "plain"), (detail, "caption")):
            if line:
                label = PlainText(line, self)
                label.setProperty("role", role)
                label.setAccessibleName("Notice")
                column.addWidget(label)
        row.addLayout(column, 1)
        if action and act is not None:
            button = QPushButton(action, self)
            button.setAccessibleName(action)
            button.clicked.connect(self.leave)
            button.clicked.connect(lambda: act())
            row.addWidget(button)
        close = tool_button("close", "Dismiss", self)
        close.clicked.connect(self.leave)
        row.addWidget(close)

    def leave(self) -> None:
        self.hide()
        self.deleteLater()


class Notices:
    """The notices above the panel."""

    def __init__(self, layout: QVBoxLayout) -> None:
        self._layout = layout
        self._texts: dict[str, NoticeBar] = {}

    def problem(self, problem: Problem, act: Callable[[str], object]) -> None:
        """A Problem that belongs to no run; `act` is called with its remedy."""
        bar = NoticeBar(
            visible(problem.title),
            problem.detail,
            kind="error",
            action=REMEDIES[problem.remedy],
            act=lambda: act(problem.remedy),
        )
        bar.remedy = problem.remedy
        self._add(bar)

    def remedied(self, remedy: str) -> None:
        """What this would have helped against is over."""
        for bar in self._shown():
            if bar.remedy == remedy:
                bar.leave()

    def say(self, text: str, detail: str = "", kind: str = "info", **more: object) -> NoticeBar:
        bar = NoticeBar(text, detail, kind=kind, **more)  # type: ignore[arg-type]
        self._add(bar)
        return bar

    def undo(self, text: str, back: Callable[[], object]) -> None:
        """What was done, with a way back for a while."""
        bar = NoticeBar(text, action="Undo", act=back, kind="ok")
        self._add(bar)
        QTimer.singleShot(UNDO_STAYS, bar, bar.leave)

    def progress(self, text: str, progress: Progress) -> None:
        """Long work, as long as it goes on."""
        self._layout.addWidget(ProgressNotice(text, progress, self._layout.parentWidget()))

    def _add(self, bar: NoticeBar) -> None:
        """Show a notice in place of one that says the same."""
        if not isValid(self._layout):  # the window went while something failed
            log.info("Nobody was left to read: %s", bar.accessibleName())
            bar.deleteLater()
            return
        name = bar.accessibleName()
        if (old := self._texts.pop(name, None)) is not None and isValid(old):
            old.leave()
        for one in self._shown()[: -MOST + 1]:
            log.info("Had to make room: %s", one.accessibleName())
            one.leave()
        self._texts[name] = bar
        self._layout.addWidget(bar)
        bar.show()

    def _shown(self) -> list[NoticeBar]:
        """Oldest first."""
        return [one for one in self._texts.values() if isValid(one) and not one.isHidden()]
