"""A Problem in the flow or on a page of its own: a sentence, the server's own words, the facts, and
one next action."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.problem import REMEDIES, Problem, Remedy
from playground.ui import theme, words
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.plaintext import PlainText

NARROW = 340
"""Pixels of the design below which facts and buttons stand under each other, and the state is not
told: whoever has so little room tells it beside."""
SHORT = 80
"""Characters up to which a fact stands in the line of facts."""


class ProblemBox(QFrame):
    """Shows one Problem.

    Signals:
        acted(): the action was chosen.
        retried(): the second thing was chosen: to ask for an answer anew that could be gone on
            with, or to go on where there is more room now.
    """

    acted = Signal()
    retried = Signal()

    def __init__(
        self,
        problem: Problem,
        parent: QWidget | None = None,
        *,
        state: str = "",
        until: float | None = None,
        token: str = "error",
        again: Remedy = "",
    ) -> None:
        """`state`: how that which it belongs to stands now, in a word. `until`: the Unix time up to
        which the server asks us to wait; the button that tries again counts down to it. `token`:
        `warn` where nothing failed, and only our side goes no further. `again`: the second thing
        that can be done."""
        super().__init__(parent)
        self._badge: QLabel | None = None
        self.setProperty("role", "problem")
        self.setProperty("token", token)
        self.setAccessibleName(problem.title)
        column = QVBoxLayout(self)
        theme.space(column, 12, 10, 12, 10, gap=8)
        head = QHBoxLayout()
        theme.space(head, gap=8)
        sign = "warning" if token == "warn" else "error"
        head.addWidget(Mark(sign, token, self), 0, Qt.AlignmentFlag.AlignTop)
        title = PlainText(problem.title, self)
        title.setProperty("role", "strong")
        title.setAccessibleName("What went wrong" if token == "error" else "Why it ended")
        policy = title.sizePolicy()  # as high as its row, which knows how wide it is
        policy.setVerticalPolicy(policy.Policy.Preferred)
        title.setSizePolicy(policy)
        head.addWidget(title, 1)
        if state:
            self._badge = badge = QLabel(state, self)
            badge.setProperty("role", "badge")
            badge.setProperty("token", token)
            head.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        if problem.detail and problem.detail != problem.title:
            detail = PlainText(problem.detail.strip(), self)
            detail.setProperty("role", "code")
            detail.setAccessibleName(
                "In the server's own words" if token == "error" else "The arithmetic"
            )
            column.addWidget(detail)
        self._foot = foot = QHBoxLayout()
        theme.space(foot, gap=8)
        if facts := " · ".join(_facts(problem)):
            line = QLabel(visible(facts), self)
            line.setProperty("role", "chip")
            line.setTextFormat(Qt.TextFormat.PlainText)
            line.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            line.setWordWrap(True)
            foot.addWidget(line, 1)
        else:
            foot.addStretch(1)
        if again:
            second = self._button(again, self.retried)
            foot.addWidget(second, 0, Qt.AlignmentFlag.AlignBottom)
        if problem.remedy:
            button = self._button(problem.remedy, self.acted)
            foot.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
            if problem.remedy == "wait" and until is not None:
                Countdown(button, until)
        if facts or problem.remedy or again:
            column.addLayout(foot)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < theme.current().px(NARROW)
        ways = QBoxLayout.Direction
        way = ways.TopToBottom if narrow else ways.LeftToRight
        if way != self._foot.direction():
            self._foot.setDirection(way)
            if self._badge is not None:
                self._badge.setHidden(narrow)

    def _button(self, remedy: Remedy, signal: SignalInstance) -> QPushButton:
        button = QPushButton(REMEDIES[remedy], self)
        button.setAccessibleName(REMEDIES[remedy])
        button.clicked.connect(signal)
        return button


class Countdown(QTimer):
    """Says on a button how long to wait before it is of use, while there is something to wait for.
    It can be pressed at any time."""

    def __init__(self, button: QPushButton, until: float) -> None:
        super().__init__(button)
        self._button, self._until = button, until
        self.setInterval(250)
        self.timeout.connect(self._say)
        self.start()
        self._say()
        button.setMinimumWidth(button.sizeHint().width())  # which does not change with the digits

    def _say(self) -> None:
        left = self._until - time.time()
        if left <= 0:
            self.stop()
        self._button.setText(f"Retry in {words.clock(left + 1)}" if left > 0 else REMEDIES["retry"])


def _facts(problem: Problem) -> list[str]:
    rows = (
        str(problem.status) if problem.status else "",
        problem.code or "",
        f"param {problem.param}" if problem.param else "",
        f"request {problem.request_id}" if problem.request_id else "",
        f"retry after {words.seconds(problem.retry_after)}" if problem.retry_after else "",
        *(f"{name} {value}" for name, value in problem.facts.items() if len(value) < SHORT),
    )
    return [row for row in rows if row]
