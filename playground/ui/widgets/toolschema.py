"""One schema of a tool, of its arguments or of its result: as code or as a tree, and its repair.

The text is the truth; what is changed in the tree is written into it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.core.problem import Problem
from playground.schemas.examination import Examination, examine, noted, repaired
from playground.schemas.outline_parts import same
from playground.schemas.repair import Repaired
from playground.schemas.source import spelled, written
from playground.ui import theme
from playground.ui.tasks import Tasks
from playground.ui.widgets.differenceview import DifferenceView
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.pages import Pages
from playground.ui.widgets.schemacode import Mark as CodeMark
from playground.ui.widgets.schemacode import SchemaCode
from playground.ui.widgets.schematree import SchemaTree

PAUSE = 150
"""Milliseconds after the last key until the text is read."""
SHORT = 50_000
"""Characters up to which a text is read at once; longer ones are read in a thread."""
CODE, TREE, REPAIR = range(3)


class ToolSchema(QWidget):
    """Edits a schema, or shows one.

    Signals:
        changed(schema): another one that can be read; None: there is none.
    """

    changed = Signal(object)

    def __init__(
        self,
        tasks: Tasks,
        name: str,
        nothing: str,
        parent: QWidget | None = None,
        *,
        sent: bool = True,
    ) -> None:
        """name: what it is the schema of. nothing: what it means that there is none. sent: it goes
        to servers, which may refuse it."""
        super().__init__(parent)
        self._tasks = tasks
        self._nothing = nothing
        self._sent = sent
        self.schema: Any = None
        """The last one that could be read."""
        self.examination = Examination("")
        self._values: Mapping[str, Any] | None = None
        """What is put into its places when it is sent; None: nothing is."""
        self._strict = False
        self._editable = True
        self._view = CODE
        self._repaired: Repaired | None = None
        self._unread = False
        """The text has changed since it was examined."""
        self._reading = ""
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=4)
        page = QWidget(self)
        self._pages = Pages(page)
        self.code = SchemaCode(page)
        self.code.setAccessibleName(f"{name} as code")
        self.tree = SchemaTree(page)
        self.difference = DifferenceView(page)
        for view in (self.code, self.tree, self.difference):
            self._pages.addWidget(view)
        column.addWidget(page, 1)
        column.addLayout(self._foot(name))
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(PAUSE)
        self._wait.timeout.connect(self._read)
        self.code.edited.connect(self._edited)
        self.tree.edited.connect(self._edited_in_tree)
        self.difference.applied.connect(self._apply_repair)
        self.difference.cancelled.connect(self.leave_repair)
        theme.follow(self, lambda look: page.setMinimumHeight(look.px(140)))
        self._draw()

    def _foot(self, name: str) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, 0, 0, 0, 0, gap=6)
        self._mark = Mark("ok", "ok", self)
        row.addWidget(self._mark)
        self.said = QLabel(self)
        self.said.setProperty("role", "caption")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        row.addWidget(self.said, 1)
        self.repair = QPushButton("Repair…", self)
        self.repair.setAccessibleName(f"Repair: {name}")
        self.repair.setToolTip("See what would change, then apply it")
        self.repair.clicked.connect(self.offer_repair)
        row.addWidget(self.repair)
        return row

    # What is shown.

    def show_schema(
        self, schema: Any, *, strict: bool, editable: bool, fresh: bool = False
    ) -> None:
        """Show this one; None: there is none. strict: a server is to hold calls to it. Unless it is
        `fresh`, what is being typed stays while the last that could be read is still this one."""
        self._strict = strict
        if editable != self._editable:
            self._editable = editable
            self.code.setReadOnly(not editable or self.code.held)
            if not editable:
                self.turn(CODE)
        if fresh or not same(schema, self.schema):
            self.leave_repair()
            self.code.show_text("" if schema is None else written(schema))
            self.code.setReadOnly(not editable or self.code.held)
            self._wait.stop()
            self._read(quiet=True)
        self.schema = schema
        self._draw()

    def show_values(self, values: Mapping[str, Any] | None) -> None:
        """What is put into the places of variables; None: the session is no template."""
        if values != self._values:
            self._values = values
            if "{{" in self.code.text:
                self._wait.stop()
                self._read()

    def turn(self, view: int) -> None:
        """Show it as CODE or as TREE."""
        self._view = view
        self._pages.setCurrentIndex(view)
        self._draw()

    def settle(self) -> None:
        """What is being typed counts now."""
        if self._unread:
            self._wait.stop()
            self._take(examine(self.code.text, self._values))

    # What is read.

    def _edited(self) -> None:
        self._unread = True
        self._wait.start()

    def _read(self, *, quiet: bool = False) -> None:
        """Read the text as it is; a long one in a thread, while this one stays the last."""
        text = self.code.text
        if len(text) <= SHORT:
            self._take(examine(text, self._values), quiet=quiet)
            return

        async def work() -> None:
            self._reading = text
            found = await asyncio.to_thread(examine, text, self._values)
            if self._reading is text and not self._wait.isActive():
                self._take(found, quiet=quiet)

        self._tasks.start(work(), self)

    def _take(self, found: Examination, *, quiet: bool = False) -> None:
        if not self._sent:
            found = found._replace(violations=())
        self.examination, self._unread, self._reading = found, False, ""
        readable = found.readable or not found.text.strip()
        before = self.schema
        if readable:
            self.schema = found.schema
        self._draw()
        if readable and not quiet and not same(before, self.schema):
            self.changed.emit(self.schema)

    # How it looks.

    def _draw(self) -> None:
        seen = self.examination
        severity = "warning" if self._strict else "info"
        if self._view == TREE:
            wrong = _said(seen.wrong) if seen.wrong is not None else ""
            empty = {"type": "object", "properties": {}} if not seen.text.strip() else None
            self.tree.show_schema(seen.schema if seen.readable else empty, wrong)
            self.tree.mark({one.path: (severity, one.message) for one in seen.violations})
        self._draw_marks()
        icon, token, words = self._verdict()
        words = " ".join(filter(None, (words, noted(seen))))
        at = self._pages.currentIndex()
        if at == REPAIR or (at == TREE and seen.wrong is not None):
            words = ""  # it is said above
        self._mark.draw(icon, token)
        self._mark.setVisible(bool(words))
        self.said.setText(visible(words))
        self.said.setVisible(bool(words))
        repairable = self._editable and seen.readable and bool(seen.violations)
        self.repair.setVisible(repairable and at != REPAIR)

    def _verdict(self) -> tuple[str, str, str]:
        seen = self.examination
        problem = seen.wrong or seen.unusable
        if problem is not None:
            return "error", "error", _said(problem)
        if seen.waiting is not None:
            return "warning", "warn", f"{seen.waiting.title} It is checked when it has one."
        if not seen.readable:
            return "info", "muted", self._nothing
        count = len(seen.violations)
        if not self._sent:
            return "ok", "ok", "Results are checked by it here; it is not sent."
        if not count:
            return "ok", "ok", "Strict: nothing offends."
        words = f"{count} thing{'s' * (count > 1)} that strict servers refuse"
        if self._strict:
            return "warning", "warn", f"{words}."
        return "info", "muted", f"{words}; strict is off."

    def _draw_marks(self) -> None:
        seen = self.examination
        marks = [
            CodeMark(
                one.line, one.column or 1, None, "warning" if self._strict else "info", one.message
            )
            for one in seen.violations
            if one.line is not None
        ]
        if seen.wrong is not None and "line" in seen.wrong.facts:
            line, at = int(seen.wrong.facts["line"]), int(seen.wrong.facts.get("column", 1))
            marks.append(CodeMark(line, at, None, "error", _said(seen.wrong)))
        self.code.mark(marks)

    # What is changed.

    def _edited_in_tree(self, schema: Any, _words: str) -> None:
        self.code.apply(written(schema))
        self._wait.stop()
        self._read()

    def offer_repair(self) -> None:
        """Show what a repair would change."""
        if not self.examination.readable:
            return
        made = self._repaired = repaired(self.examination, self._values)
        if made is None:
            self.said.setText("Not repaired: places of variables would be lost by that.")
            return
        repairs = [(spelled(one.path), one.words) for one in made.repairs]
        left = [f"{spelled(one.path)}: {one.message}" for one in made.left]
        before = written(self.examination.schema)
        self.difference.show_repair(before, written(made.schema), repairs, left)
        self._pages.setCurrentIndex(REPAIR)
        self._draw()
        self.difference.setFocus()

    def _apply_repair(self) -> None:
        made, self._repaired = self._repaired, None
        self.leave_repair()
        if made is not None:
            self.code.apply(written(made.schema))
            self._wait.stop()
            self._read()

    def leave_repair(self) -> None:
        """Show the schema again as it is."""
        if self._pages.currentIndex() == REPAIR:
            self.turn(self._view)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The undo of the text is that of the tree, which has changed the text."""
        undo = event.matches(QKeySequence.StandardKey.Undo)
        redo = event.matches(QKeySequence.StandardKey.Redo)
        if (undo or redo) and self._pages.currentIndex() == TREE and self._editable:
            (self.code.undo if undo else self.code.redo)()
            self._wait.stop()
            self._read()
        else:
            super().keyPressEvent(event)


def _said(problem: Problem) -> str:
    return f"{problem.title} {problem.detail}".strip()
