"""Trying mock rules: which of them would answer a call with these arguments, and what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.core.tools import Asked, Result, Tool
from playground.tools.mock import Mock
from playground.tools.mock_sample import sample
from playground.tools.rules import RuleSet
from playground.ui import theme
from playground.ui.tasks import Tasks
from playground.ui.widgets.codetext import CodeText
from playground.ui.widgets.fieldedit import JsonField
from playground.ui.widgets.mockdraft import REPLIES
from playground.ui.widgets.source import pretty
from playground.ui.widgets.values import write_json

Errors = Callable[[Any, Any], Sequence[str]]
SECONDS = 60.0
"""After which a call is given up; nothing here waits for that."""
LARGEST = 20_000
"""Bytes of a result that are made: nobody reads more here."""


class MockTry(QWidget):
    """Signals:
    found(int | None): the rule that answered, by its place in the set.
    """

    found = Signal(object)

    def __init__(self, tasks: Tasks, errors: Errors, parent: QWidget | None = None) -> None:
        """errors: what a schema has against a value, in sentences."""
        super().__init__(parent)
        self._tasks = tasks
        self._errors = errors
        self._tool = Tool(name="")
        self._rules: RuleSet | None = None
        self._number = 0
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=4)
        self.arguments = JsonField(self)
        self.arguments.setAccessibleName("Arguments to try")
        column.addWidget(self.arguments)
        row = QHBoxLayout()
        theme.space(row, gap=8)
        self.said = QLabel(self)
        self.said.setProperty("role", "caption")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        row.addWidget(self.said, 1)
        self.go = QPushButton("Try", self)
        self.go.setAccessibleName("Try the rules with these arguments")
        self.go.setToolTip("Which rule would answer, and what. Nothing is called.")
        self.go.clicked.connect(self.start)
        row.addWidget(self.go, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        self.output = CodeText(self)
        self.output.setAccessibleName("What would be answered")
        self.output.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.follow(self.output, lambda look: self.output.setFixedHeight(look.px(96)))
        column.addWidget(self.output)
        self._clear()

    def show_rules(self, rules: RuleSet | None, tool: Tool) -> None:
        """The set that is tried, and the tool that would be called."""
        if tool.name != self._tool.name:
            given = "" if tool.kind == "custom" else write_json(sample(tool.parameters or {}))
            self.arguments.write("{}" if given == '"text"' else given)
        if (rules, tool) != (self._rules, self._tool):
            self._clear()
        self._rules, self._tool = rules, tool
        self.go.setEnabled(rules is not None and bool(tool.name))

    def _clear(self) -> None:
        self._number += 1  # what is still being tried is not shown any more
        self.said.setText("")
        self.output.hide()

    def start(self) -> None:
        """Try it, in a thread: patterns may take their time."""
        self.arguments.settle()
        rules, tool, text = self._rules, self._tool, self.arguments.toPlainText()
        if rules is None:
            return
        self._number += 1
        number = self._number

        async def work() -> None:
            mock = Mock(
                rules, errors=self._errors, seconds=SECONDS, largest=LARGEST, sleep=_at_once
            )
            asked = Asked("call_try", tool.name, text, tool)
            result = await mock.call(tool, asked, text, lambda _: None)
            if number == self._number:
                self._show(rules, result)

        self._tasks.start(work(), self)

    def _show(self, rules: RuleSet, result: Result) -> None:
        facts = result.facts["mock"]
        place = facts["rule"] - 1 if facts["rule"] is not None else None
        who = _who(rules, self._tool, place, facts["gives"])
        self.said.setText(visible("\n".join((who, *result.notes))))
        self.output.show_source(pretty(result.output))
        self.output.show()
        self.found.emit(place)


def _who(rules: RuleSet, tool: Tool, place: int | None, gives: str | None) -> str:
    if gives is None:
        return "No rule answers."
    reply = rules.rules[place].then if place is not None else rules.defaults[tool.name]
    who = f"Rule {place + 1} answers" if place is not None else "None of the rules; otherwise"
    after = getattr(reply, "latency_ms", 0)
    return f"{who}: {dict(REPLIES)[gives]}{f' after {after:,} ms' if after else ''}."


async def _at_once(seconds: float) -> None:
    """Nobody waits for a try."""
