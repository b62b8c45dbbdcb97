"""A call that the model made of one of our tools, and what the tool gave back."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout

from playground.core.items import ToolCall, ToolOutput
from playground.core.plain import visible
from playground.core.session import Run
from playground.ui import theme, words
from playground.ui.hosted.pieces import pretty
from playground.ui.widgets.cards.base import Card, badge, frame, say_state
from playground.ui.widgets.plaintext import PlainText

ARGUMENTS_SHOWN = 120
"""Characters of a call's arguments on its one line; the whole stands below."""
TOKENS = {"done": "ok", "failed": "error", "denied": "warn"}


class ToolCard(Card):
    """A call that the model made: its name and arguments on one line, all of it below."""

    def __init__(self, run: Run, item: ToolCall, kept: dict[str, Any] | None = None) -> None:
        super().__init__(run, item, kept)
        column = QVBoxLayout(self)
        look = theme.current()
        column.setContentsMargins(*frame(self))
        column.setSpacing(look.px(6))
        self._arguments = PlainText(parent=self)
        self._arguments.setProperty("role", "code")
        self._arguments.setAccessibleName("Arguments")
        row = QHBoxLayout()
        row.setSpacing(look.px(8))
        self._fold = self.fold(
            self._arguments, draw=self._draw_body, token="tool", strong=True, mono=True
        )
        self._line = ""
        row.addWidget(self._fold, 1)
        self._badge = badge(self)
        row.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self._time = QLabel(self)
        self._time.setProperty("role", "chip")
        row.addWidget(self._time)
        column.addLayout(row)
        column.addWidget(self._arguments)

    def draw(self) -> None:
        item = self.item
        assert isinstance(item, ToolCall)
        if self.over or len(self._line) <= ARGUMENTS_SHOWN:
            self._line = _line(str(item.arguments))
        self._fold.say(visible(item.name or "a tool"), visible(self._line))
        self._fold.setAccessibleName(visible(f"Tool call {item.name}"))
        self._draw_body()
        say_state(self._badge, item.state, TOKENS.get(item.state, ""))
        if item.t1 is not None:
            self._time.setText(words.seconds((item.t1 - item.t0) / 1e9))

    def _draw_body(self) -> None:
        """Bring up to date what stands below the line, when it is open."""
        assert isinstance(self.item, ToolCall)
        if self._fold.isChecked():
            self._arguments.say(pretty(str(self.item.arguments)))

    def copied(self) -> str:
        assert isinstance(self.item, ToolCall)
        return str(self.item.arguments)


class OutputCard(Card):
    """What a tool gave back."""

    def __init__(self, run: Run, item: ToolOutput, kept: dict[str, Any] | None = None) -> None:
        super().__init__(run, item, kept)
        column = QVBoxLayout(self)
        frame(self)
        column.setContentsMargins(*theme.current().margins(12, 8, 12, 8))
        self._text = PlainText(parent=self)
        self._text.setProperty("role", "code")
        self._text.setAccessibleName("Output of the tool")
        column.addWidget(self._text)

    def draw(self) -> None:
        assert isinstance(self.item, ToolOutput)
        self._text.say(self.item.output)

    def copied(self) -> str:
        assert isinstance(self.item, ToolOutput)
        return self.item.output


def _line(raw: str) -> str:
    """The arguments on one line: `city=Oslo, day=tomorrow` of a small flat object."""
    short = _short(raw) if len(raw) < 4 * ARGUMENTS_SHOWN else ""
    line = short or " ".join(raw[: 4 * ARGUMENTS_SHOWN].split())
    return line if len(line) <= ARGUMENTS_SHOWN else line[:ARGUMENTS_SHOWN] + "…"


def _short(raw: str) -> str:
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(data, dict) or not data:
        return ""
    line = ", ".join(f"{name}={value}" for name, value in data.items())
    return line if len(line) <= ARGUMENTS_SHOWN else ""
