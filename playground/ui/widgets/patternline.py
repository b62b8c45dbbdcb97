"""What patterns did with a run, under its answer: where it went instead, who was asked when a
server failed, and that an answer is a recorded one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from playground.core.patterns import Detour
from playground.core.plain import visible
from playground.core.session import Run
from playground.engine.reuse import age
from playground.ui import theme, words
from playground.ui.widgets.cards.base import badge, say_state
from playground.ui.widgets.parts import leave

HEADS = {"routed": ("routed", ""), "fallback": ("fallback", "warn"), "reused": ("recorded", "ok")}
"""What the badge says, and its token."""


def head_of(detour: Detour, run: Run) -> tuple[str, str]:
    """(what the badge of a detour says, its token)."""
    text, token = HEADS[detour.kind]
    if detour.kind == "reused":
        old = run.recording.began + detour.t / 1e9 - detour.created
        text = f"recorded answer, {age(max(old, 0.0))}"
    return text, token


def words_of(detour: Detour, run: Run) -> str:
    if detour.kind != "reused":
        return detour.words
    saved = run.cost.saved if run.cost is not None else None
    return "Nothing was sent" + (f", which saved {words.money(saved)}." if saved else ".")


class PatternLine(QWidget):
    """One line for each detour; nothing where there was none."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        theme.space(self._column, 0, 0, 0, 0, gap=4)
        self._lines: list[tuple[QWidget, QLabel, QLabel]] = []
        self.hide()

    def show_run(self, run: Run) -> None:
        detours = run.transcript.detours
        while len(self._lines) > len(detours):
            leave(self._lines.pop()[0])
        while len(self._lines) < len(detours):
            self._lines.append(self._line())
        for (_, head, text), detour in zip(self._lines, detours, strict=True):
            say_state(head, *head_of(detour, run))
            text.setText(visible(words_of(detour, run)))
        self.setVisible(bool(detours))

    @property
    def text(self) -> str:
        """What stands there."""
        return "\n".join(f"{head.text()} {text.text()}" for _, head, text in self._lines)

    def _line(self) -> tuple[QWidget, QLabel, QLabel]:
        whole = QWidget(self)
        line = QHBoxLayout(whole)
        theme.space(line, 0, 0, 0, 0, gap=8)
        head, text = badge(whole), QLabel(whole)
        text.setProperty("role", "caption")
        text.setTextFormat(Qt.TextFormat.PlainText)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        text.setWordWrap(True)
        text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        line.addWidget(head, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(text, 1, Qt.AlignmentFlag.AlignTop)
        self._column.addWidget(whole)
        whole.show()
        return whole, head, text
