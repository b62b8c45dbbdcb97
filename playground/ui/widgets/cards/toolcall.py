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
from playground.ui.widgets.cards.deciding import DecidingCard
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.traced import TracedText

ARGUMENTS_SHOWN = 120
"""Characters of a call's arguments on its one line; the whole stands below."""
TOKENS = {"asked": "warn", "running": "accent", "done": "ok", "failed": "error", "denied": "warn"}
WORDS = {"asked": "waiting for you", "not run": "not run"}


class ToolCard(DecidingCard):
    """A call that the model made: its name and arguments on one line, all of it below. Opens when
    it fails, and holds what is to be decided about it."""

    def __init__(self, run: Run, item: ToolCall, kept: dict[str, Any] | None = None) -> None:
        super().__init__(run, item, kept)
        column = QVBoxLayout(self)
        look = theme.current()
        column.setContentsMargins(*frame(self))
        column.setSpacing(look.px(6))
        self._arguments = TracedText(parent=self, field="arguments")
        self.trace(self._arguments)
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
        name = _name(self.run, item)
        self._fold.say(visible(name), visible(self._line))
        self._fold.setAccessibleName(visible(f"Tool call {name}"))
        self._draw_body()
        said = WORDS.get(item.state, item.state)
        if self.run.replayed and item.state == "asked":
            said = "waited for approval"
        if item.state == "not run" and self.run.transcript.find(item.key) is not item:
            said = ""  # it was given to this run, which answers it
        if item.mode and item.mode != "real" and item.state in ("done", "failed"):
            said = f"{said} · {item.mode}"
        say_state(self._badge, said, TOKENS.get(item.state, ""))
        self._badge.setVisible(bool(said) and self._decision is None)
        began, ended = item.started_at, item.ended_at
        if began is not None and ended is not None:
            self._time.setText(words.seconds((ended - began) / 1e9))
        elif item.t1 is not None and item.asked_at is None:
            self._time.setText(words.seconds((item.t1 - item.t0) / 1e9))
        else:
            self._time.setText("")
        self._time.setVisible(bool(self._time.text()) and self._decision is None)
        told = [*item.notes]
        if item.approved is not None:
            told.insert(0, f"Run with other arguments than the model's: {item.approved}")
        if item.state == "running" and item.progress:
            told.append(item.progress)
        self._told.say("\n".join(told))
        self._told.setVisible(bool(told) and self._decision is None)

    def _yield(self, yields: bool) -> None:
        """The decision has a frame and a title of its own."""
        self._fold.setVisible(not yields)
        for label in (self._badge, self._time):
            label.setVisible(not yields and bool(label.text()))
        self._told.setVisible(not yields and bool(self._told.toPlainText()))
        self._arguments.setVisible(not yields and self._fold.isChecked())
        super()._yield(yields)

    def _draw_body(self) -> None:
        """Bring up to date what stands below the line, when it is open."""
        assert isinstance(self.item, ToolCall)
        if self._fold.isChecked():
            raw = str(self.item.arguments)
            self._arguments.say(pretty(raw), raw)

    def copied(self) -> str:
        assert isinstance(self.item, ToolCall)
        return str(self.item.arguments)


class OutputCard(Card):
    """What a tool gave back, or what the model was told in its place."""

    def __init__(self, run: Run, item: ToolOutput, kept: dict[str, Any] | None = None) -> None:
        super().__init__(run, item, kept)
        column = QVBoxLayout(self)
        frame(self)
        column.setContentsMargins(*theme.current().margins(12, 8, 12, 8))
        column.setSpacing(theme.current().px(6))
        self._about = QLabel(self)
        self._about.setProperty("role", "caption")
        self._about.setTextFormat(Qt.TextFormat.PlainText)
        self._about.setWordWrap(True)
        column.addWidget(self._about)
        self._text = TracedText(parent=self, field="")
        self.trace(self._text)
        self._text.setProperty("role", "code")
        self._text.setAccessibleName("Output of the tool")
        column.addWidget(self._text)

    def draw(self) -> None:
        assert isinstance(self.item, ToolOutput)
        call = self._call(self.item.call_id)
        self._about.setVisible(call is not None)
        if call is not None:
            name = _name(self.run, call)
            what = "Result of" if self.item.ok else "The model was told of"
            self._about.setText(visible(f"{what} {name}  {_line(_used(call))}"))
        self._text.say(self.item.output)

    def _call(self, call_id: str) -> ToolCall | None:
        """Of which it is the answer: the last one of that id which came before."""
        rows = [*self.run.input, *self.run.transcript.items]
        before = next((at for at, item in enumerate(rows) if item is self.item), len(rows))
        return next(
            (
                item
                for item in reversed(rows[:before])
                if isinstance(item, ToolCall) and item.call_id == call_id
            ),
            None,
        )

    def copied(self) -> str:
        assert isinstance(self.item, ToolOutput)
        return self.item.output


def _name(run: Run, call: ToolCall) -> str:
    """What was called, with its source where that is known."""
    offered = (tool.title for tool in run.call.tools if tool.name == call.name)
    return call.tool or next(offered, call.name) or "a tool"


def _used(call: ToolCall) -> str:
    """The arguments that it was run with."""
    return str(call.arguments) if call.approved is None else call.approved


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
