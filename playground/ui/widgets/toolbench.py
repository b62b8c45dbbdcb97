"""Run by hand: a tool is called without a model, from a form made of its schema."""

from __future__ import annotations

import asyncio
import json

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from playground.core.plain import visible
from playground.core.tools import Result, Tool
from playground.engine.approval import touches
from playground.engine.byhand import called
from playground.ui import theme, words
from playground.ui.desk import Desk
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.parts import copy, copy_button
from playground.ui.widgets.plaintext import PlainText
from playground.ui.widgets.schemaform import SchemaForm

STATES = {"done": ("ok", "ok"), "failed": ("error", "error"), "denied": ("warning", "warn")}
"""Icon and token of how a call ended."""


class ToolBench(QScrollArea):
    """Calls the tool that is shown, as it is answered now: by rules, for real."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.tool: Tool | None = None
        self.result = ""
        """What the last call gave."""
        self._task: asyncio.Future[None] | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Run by hand")
        page = QWidget(self)
        column = QVBoxLayout(page)
        theme.space(column, 12, 8, 12, 12, gap=8)
        self._about = QLabel(page)
        self._about.setProperty("role", "caption")
        self._about.setTextFormat(Qt.TextFormat.PlainText)
        self._about.setWordWrap(True)
        column.addWidget(self._about)
        self.form = SchemaForm(page)
        column.addWidget(self.form)
        self.input = QPlainTextEdit(page)
        self.input.setAccessibleName("Input of the tool")
        self.input.setTabChangesFocus(True)
        theme.follow(self.input, lambda look: self.input.setFixedHeight(look.px(96)))
        column.addWidget(self.input)
        row = QHBoxLayout()
        theme.space(row, gap=8)
        self.run = QPushButton("Call it", page)
        self.run.setProperty("role", "primary")
        self.run.setAccessibleName("Call the tool")
        self.run.clicked.connect(self._pressed)
        row.addWidget(self.run)
        self._mark = Mark("ok", "ok", page)
        row.addWidget(self._mark)
        self._state = QLabel(page)
        self._state.setProperty("role", "state")
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(self._state, 1)
        self._copy = copy_button("Copy the result", page)
        self._copy.clicked.connect(lambda: copy(self.result))
        row.addWidget(self._copy)
        column.addLayout(row)
        self._notes = PlainText("", page)
        self._notes.setProperty("role", "muted")
        self._notes.setAccessibleName("What is to be known of the result")
        column.addWidget(self._notes)
        self._output = PlainText("", page)
        self._output.setProperty("role", "code")
        self._output.setAccessibleName("Result of the tool")
        column.addWidget(self._output)
        column.addStretch(1)
        self.setWidget(page)
        self.show_tool(None)

    def show_tool(self, tool: Tool | None) -> None:
        """Offer to call this one; what was typed stays while it is the same."""
        if tool is not None and self.tool is not None and tool.id == self.tool.id:
            fresh = tool.parameters != self.tool.parameters
        else:
            fresh = True
        self.tool = tool
        can = tool is not None and tool.kind != "hosted"
        self._about.setText(
            visible(touches(tool))
            if tool is not None and can
            else "A hosted tool is run by the server."
            if tool is not None
            else "Pick a tool to call it without a model."
        )
        self.form.setVisible(can and tool is not None and tool.kind == "function")
        self.input.setVisible(can and tool is not None and tool.kind == "custom")
        self.run.setVisible(can)
        if fresh:
            self._leave()
            if tool is not None:
                self.form.show_schema(tool.parameters)
            self.input.clear()
            self._clear()

    def _clear(self) -> None:
        self.result = ""
        for widget in (self._mark, self._copy, self._notes, self._output):
            widget.hide()
        self._state.setText("")

    def _pressed(self) -> None:
        if self._task is not None:
            self._stop()
        elif self.tool is not None:
            self._call(self.tool)

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _leave(self) -> None:
        """What runs is ended, and nobody looks at it any more."""
        self._stop()
        self._task = None
        self.run.setText("Call it")

    def _call(self, tool: Tool) -> None:
        self.form.settle()
        self.form.insist()
        arguments = self.form.text if tool.kind == "function" else self.input.toPlainText()
        box = self._desk.toolbox
        self._clear()
        self._state.setText("Running")
        self.run.setText("Stop")

        async def work() -> None:
            self._show(await called(tool, arguments, box.kinds, self._tell))

        self._task = task = self._desk.tasks.start(work(), self)
        task.add_done_callback(self._ended)  # also when it is stopped before it began

    def _ended(self, task: asyncio.Future[None]) -> None:
        if task is not self._task or not isValid(self):
            return
        self._task = None
        self.run.setText("Call it")
        if task.cancelled():
            self._state.setText("Stopped")
        elif task.exception() is not None:  # which is reported
            self._state.setText("")

    def _tell(self, text: str) -> None:
        self._state.setText(visible(text))

    def _show(self, result: Result) -> None:
        icon, token = STATES[result.state]
        self._mark.draw(icon, token)
        self._mark.show()
        took = "" if result.ms is None else f" · {words.seconds(result.ms / 1000)}"
        self._state.setText(f"{result.state}{took}")
        self.result = result.output
        self._output.say(_pretty(result.output))
        self._output.setVisible(bool(result.output))
        self._copy.setVisible(bool(result.output))
        printed = result.facts.get("printed")
        notes = [*result.notes, *([f"It printed: {printed}"] if printed else [])]
        self._notes.say("\n".join(notes))
        self._notes.setVisible(bool(notes))


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text
