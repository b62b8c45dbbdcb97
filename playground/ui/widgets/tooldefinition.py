"""The definition of the tool that is looked at: as a form, as the request has it, as Python."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.core.problem import Failure
from playground.core.tools import Tool
from playground.engine.filling import names_of
from playground.ui import theme
from playground.ui.tasks import Tasks
from playground.ui.widgets.codetext import CodeText
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.pages import Pages
from playground.ui.widgets.parts import Segments, copy, copy_button
from playground.ui.widgets.schemacode import Mark as CodeMark
from playground.ui.widgets.schemacode import SchemaCode
from playground.ui.widgets.toolform import ToolForm
from playground.ui.widgets.toolpython import Told, python_of
from playground.ui.widgets.toolreading import definition
from playground.ui.widgets.toolrows import locked

PAUSE = 150
"""Milliseconds after the last key until the text is read."""
FORM, JSON, PYTHON = range(3)
NOTHING = "Click a tool to see its definition: what the model is told of it."


class ToolDefinition(QWidget):
    """Shows a tool, and edits one that was defined here.

    Signals:
        changed(Tool, Tool): the tool as it is now, and as it was, perhaps under another name.
    """

    changed = Signal(object, object)

    def __init__(
        self, tasks: Tasks, requested: Callable[[Tool], Any], parent: QWidget | None = None
    ) -> None:
        """requested: what stands of a tool in the next request, as a JSON value."""
        super().__init__(parent)
        self._tasks = tasks
        self._requested = requested
        self.tool: Tool | None = None
        self._wrong = ""
        """Why the JSON is no definition."""
        self._line: tuple[int, int] | None = None
        self._told = Told("", "")
        column = QVBoxLayout(self)
        theme.space(column, 12, 12, 12, 12, gap=6)
        column.addLayout(self._head())
        self.why = self._caption("Why it cannot be changed")
        column.addWidget(self.why)
        self.filled = self._caption("What is filled in")
        column.addWidget(self.filled)
        self._values: Mapping[str, Any] | None = None
        page = QWidget(self)
        self._pages = Pages(page)
        self.form = ToolForm(tasks, page)
        self._pages.addWidget(self.form)
        self._pages.addWidget(self._make_json(page))
        self._pages.addWidget(self._make_python(page))
        column.addWidget(page, 1)
        self._page = page
        self.empty = self._caption("Nothing is shown")
        self.empty.setText(NOTHING)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.empty, 1)
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(PAUSE)
        self._wait.timeout.connect(self._read)
        self.form.changed.connect(self._take)
        self.json.edited.connect(self._edited)
        self.show_tool(None)

    # Parts.

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, 0, 0, 0, 0, gap=4)
        self.views = Segments(("Form", "JSON", "Python"), small=True, parent=self)
        self.views.picked.connect(self._turn)
        row.addWidget(self.views)
        row.addStretch(1)
        self._copy = copy_button("Copy what is shown", self)
        self._copy.clicked.connect(self._copied)
        row.addWidget(self._copy)
        return row

    def _caption(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setProperty("role", "caption")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setAccessibleName(name)
        return label

    def _make_json(self, parent: QWidget) -> QWidget:
        page = QWidget(parent)
        column = QVBoxLayout(page)
        theme.space(column, 0, 0, 0, 0, gap=4)
        self.json = SchemaCode(page, schema=False)
        self.json.setAccessibleName("The definition as the request has it")
        column.addWidget(self.json, 1)
        row = QHBoxLayout()
        theme.space(row, 0, 0, 0, 0, gap=6)
        self._mark = Mark("error", "error", page)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        self.said = self._caption("What is said of the text")
        row.addWidget(self.said, 1)
        column.addLayout(row)
        return page

    def _make_python(self, parent: QWidget) -> QWidget:
        page = QWidget(parent)
        column = QVBoxLayout(page)
        theme.space(column, 0, 0, 0, 0, gap=4)
        self.about = self._caption("Where it is from")
        column.addWidget(self.about)
        self.python = CodeText(page)
        self.python.setAccessibleName("The tool as Python")
        self.python.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self.python, 1)
        return page

    # What is shown.

    def show_tool(self, tool: Tool | None) -> None:
        """None: there is nothing to look at. What is being typed stays while it is the same tool;
        before another one is shown, it counts."""
        fresh = tool is None or self.tool is None or tool.id != self.tool.id
        if not fresh and tool == self.tool:
            return
        if fresh and tool is not None:
            self.settle()
        self.tool = tool
        self._page.setVisible(tool is not None)
        self.views.setVisible(tool is not None)
        self._copy.setVisible(tool is not None)
        self.empty.setVisible(tool is None)
        why = locked(tool) if tool is not None else ""
        self.why.setText(why)
        self.why.setVisible(bool(why))
        self._say_filled()
        if tool is not None:
            self.form.show_tool(tool, editable=not why, fresh=fresh)
            if fresh or not self._wrong:
                self._spell()
            self._draw_python()

    def show_values(self, values: Mapping[str, Any] | None) -> None:
        """What is put into the places of variables, in the session on screen; None: nothing."""
        self._values = values
        self.form.show_values(values)
        self._say_filled()

    def _say_filled(self) -> None:
        some = [] if self.tool is None or self._values is None else names_of(self.tool)
        told = ", ".join(f"{{{{{name}}}}}" for name in some)
        missing = [name for name in some if name not in (self._values or {})]
        words = f"This session fills in {told} when it is sent." if some else ""
        if missing:
            without = ", ".join(f"{{{{{name}}}}}" for name in missing)
            words = f"Not to be sent by this session yet: no value for {without}."
        self.filled.setText(visible(words))
        self.filled.setVisible(bool(words))
        token = "warn" if missing else ""
        if self.filled.property("token") != token:
            self.filled.setProperty("token", token)
            self.filled.style().polish(self.filled)

    @property
    def editable(self) -> bool:
        """Whether it was defined here."""
        return self.tool is not None and not locked(self.tool)

    def refresh(self) -> None:
        """The next request is in another dialect."""
        if self.tool is not None:
            self._spell()

    def settle(self) -> None:
        """What is being typed counts now."""
        self.form.settle()
        if self._wait.isActive():
            self._wait.stop()
            self._read()

    def _turn(self, index: int) -> None:
        self.settle()
        self._pages.setCurrentIndex(index)
        self._draw_python()

    # The request.

    def _spell(self) -> None:
        """Write the JSON anew."""
        assert self.tool is not None
        text = json.dumps(self._requested(self.tool), ensure_ascii=False, indent=2)
        self._wrong = ""
        if text != self.json.text:
            self.json.show_text(text)
        self.json.setReadOnly(not self.editable or self.json.held)
        self._wait.stop()
        self._say()

    def _edited(self) -> None:
        if self.editable:
            self._wait.start()

    def _read(self) -> None:
        if self.tool is None or not self.editable:
            return
        try:
            made = definition(self.json.text, self.tool)
        except Failure as failure:
            problem = failure.problem
            self._wrong = f"{problem.title} {problem.detail}".strip()
            facts = problem.facts
            self._line = int(facts.get("line", 1)), int(facts.get("column", 1))
        else:
            self._wrong = ""
            self._take(made, spell=False)
        self._say()

    def _say(self) -> None:
        marks = []
        if self._wrong and self._line is not None:
            marks = [CodeMark(*self._line, None, "error", self._wrong)]
        self.json.mark(marks)
        self._mark.setVisible(bool(self._wrong))
        words = f"Not kept: {self._wrong}" if self._wrong else ""
        self.said.setText(visible(words))
        self.said.setVisible(bool(words))

    def _take(self, tool: Tool, *, spell: bool = True) -> None:
        """The user has changed it."""
        before = self.tool
        if before is None or tool == before:
            return
        self.tool = tool
        if spell:
            self._spell()
        else:
            self.form.show_tool(tool, editable=True, fresh=False)
        self._draw_python()
        self._say_filled()
        self.changed.emit(tool, before)

    # Python.

    def _draw_python(self) -> None:
        """In a thread: there is a file to be read, or a large schema to be written."""
        tool = self.tool
        if tool is None or self._pages.currentIndex() != PYTHON:
            return

        async def work() -> None:
            told = await asyncio.to_thread(python_of, tool)
            if self.tool is tool:
                self._show_python(told)

        self._tasks.start(work(), self)

    def _show_python(self, told: Told) -> None:
        self._told = told
        self.about.setText(visible(told.about))
        self.about.setProperty("token", "error" if told.wrong else "")
        self.about.style().polish(self.about)
        lines = [visible(line) for line in told.text.rstrip("\n").split("\n")]
        self.python.show_code("python", lines)

    def _copied(self) -> None:
        python = self._pages.currentIndex() == PYTHON
        copy(self._told.text if python else self.json.text)
