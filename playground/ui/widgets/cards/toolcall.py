"""A call that the model made of one of our tools, and what the tool gave back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from playground.core.items import ToolCall, ToolOutput
from playground.core.plain import visible
from playground.core.session import Run
from playground.ui import theme, words
from playground.ui.hosted.pieces import pretty
from playground.ui.widgets.cards.base import Card, badge, frame, say_state
from playground.ui.widgets.plaintext import PlainText

ARGUMENTS_SHOWN = 120
"""Characters of a call's arguments on its one line; the whole stands below."""
TOKENS = {"asked": "warn", "running": "accent", "done": "ok", "failed": "error", "denied": "warn"}
WORDS = {"asked": "waiting for you", "not run": "not run"}

Deciding = Callable[[Run, ToolCall, QWidget], QWidget | None]
"""What somebody decides with about a call that waits; None where nothing of it waits here."""


class ToolCard(Card):
    """A call that the model made: its name and arguments on one line, all of it below. Opens when
    it fails, and holds what is to be decided about it."""

    deciding: Deciding | None = None
    """Set by whoever knows of approvals."""

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
        self._decision: QWidget | None = None
        row.addWidget(self._fold, 1)
        self._badge = badge(self)
        row.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self._time = QLabel(self)
        self._time.setProperty("role", "chip")
        row.addWidget(self._time)
        column.addLayout(row)
        column.addWidget(self._arguments)
        self._told = PlainText(parent=self)
        self._told.setProperty("role", "muted")
        self._told.setAccessibleName("What is to be known of this call")
        self._told.hide()
        column.addWidget(self._told)
        self._column = column

    def draw(self) -> None:
        item = self.item
        assert isinstance(item, ToolCall)
        if self.over or len(self._line) <= ARGUMENTS_SHOWN:
            self._line = _line(str(item.arguments))
        name = item.tool or item.name or "a tool"
        self._fold.say(visible(name), visible(self._line))
        self._fold.setAccessibleName(visible(f"Tool call {name}"))
        self._draw_body()
        said = WORDS.get(item.state, item.state)
        if item.mode and item.mode != "real" and item.state in ("done", "failed"):
            said = f"{said} · {item.mode}"
        say_state(self._badge, said, TOKENS.get(item.state, ""))
        began, ended = item.started_at, item.ended_at
        if began is not None and ended is not None:
            self._time.setText(words.seconds((ended - began) / 1e9))
        elif item.t1 is not None and item.asked_at is None:
            self._time.setText(words.seconds((item.t1 - item.t0) / 1e9))
        else:
            self._time.setText("")
        told = [*item.notes]
        if item.approved is not None:
            told.insert(0, f"Run with other arguments than the model's: {item.approved}")
        if item.state == "running" and item.progress:
            told.append(item.progress)
        self._told.say("\n".join(told))
        self._told.setVisible(bool(told) and self._decision is None)
        self._decide(item)

    def advance(self) -> bool:
        if (tick := getattr(self._decision, "advance", None)) is not None:
            tick()
        return super().advance()

    def _decide(self, item: ToolCall) -> None:
        """Show what decides about the call, as long as it waits, in the place of the line."""
        waits = item.state in ("asked", "running") and self.deciding is not None
        found = self._decision
        if waits and found is None and self.deciding is not None:
            self._decision = found = self.deciding(self.run, item, self)
            if found is not None:
                self._column.addWidget(found)
                found.show()
                self._yield(True)
        elif not waits and found is not None:
            self._decision = None
            found.hide()
            found.deleteLater()
            self._yield(False)

    def _yield(self, yields: bool) -> None:
        """The decision has a frame and a title of its own."""
        for widget in (self._fold, self._badge, self._time, self._told):
            widget.setVisible(not yields)
        self._arguments.setVisible(not yields and self._fold.isChecked())
        if yields:
            self.setProperty("role", "")
            self._column.setContentsMargins(0, 0, 0, 0)
        else:
            self._column.setContentsMargins(*frame(self))
        self.style().polish(self)
        self.resized.emit()

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
