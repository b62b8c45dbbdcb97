"""The schema of the next answer: as code or as a tree, how it is asked for, and its repair.

The text is the truth. The tree is drawn from it, and what is changed in the tree is written into
it, so that one undo serves both.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.endpoint import Endpoint
from playground.core.output import NAME, Mode, Output, named
from playground.core.problem import Problem
from playground.schemas.examination import Examination, examine, noted, repaired
from playground.schemas.repair import Repaired
from playground.schemas.source import Path, spelled, written
from playground.ui import theme
from playground.ui.tasks import Tasks
from playground.ui.widgets.differenceview import DifferenceView
from playground.ui.widgets.fieldedit import Choice, WordField
from playground.ui.widgets.findings import Severity
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.pages import Pages
from playground.ui.widgets.parts import Segments
from playground.ui.widgets.schemacode import Mark as CodeMark
from playground.ui.widgets.schemacode import SchemaCode
from playground.ui.widgets.schemaexport import SchemaExport
from playground.ui.widgets.schematree import SchemaTree
from playground.ui.widgets.ways import WayChoice

PAUSE = 150
"""Milliseconds after the last key until the text is read."""
SHORT = 50_000
"""Characters up to which a text is read at once; longer ones are read in a thread."""

CODE, TREE, REPAIR = range(3)


class SchemaPane(QWidget):
    """Edits an Output.

    Signals:
        changed(): the output is another one, and `examination` belongs to it.
        sources_wanted(): somebody wants a schema from elsewhere.
    """

    changed = Signal()
    sources_wanted = Signal()

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.output = Output()
        self.examination = Examination("")
        self._repaired: Repaired | None = None
        self._values: Mapping[str, Any] | None = None
        """What is put into its places when it is sent; None: nothing is."""
        self._given: str | None = None
        """What was put into the editor, which may spell it otherwise."""
        self._unread = False
        """The text has changed since it was examined."""
        self._reading = ""
        """The text that is being read in a thread."""
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=6)
        column.addLayout(self._head())
        column.addLayout(self._form())
        page = QWidget(self)
        self._pages = Pages(page)
        self.code = SchemaCode(page)
        self.code.setAccessibleName("Schema as code")
        self.tree = SchemaTree(page)
        self.difference = DifferenceView(page)
        for view in (self.code, self.tree, self.difference):
            self._pages.addWidget(view)
        line = QHBoxLayout()
        theme.space(line, 16, 0, 8, 0)
        line.addWidget(page)
        column.addLayout(line, 1)
        column.addLayout(self._foot())
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(PAUSE)
        self._wait.timeout.connect(self.read_now)
        self.code.edited.connect(self._edited)
        self.tree.edited.connect(self._edited_in_tree)
        self.difference.applied.connect(self._apply_repair)
        self.difference.cancelled.connect(self.leave_repair)
        self._draw()

    # Parts.

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, 16, 0, 4, 0, gap=2)
        title = QLabel("SCHEMA", self)
        title.setProperty("role", "section")
        row.addWidget(title)
        row.addStretch(1)
        self.views = Segments(("Code", "Tree"), small=True, parent=self)
        self.views.picked.connect(self._turn_page)
        row.addWidget(self.views)
        self.sources = QPushButton("From…", self)
        self.sources.setProperty("role", "quiet")
        self.sources.setProperty("small", True)
        self.sources.setAccessibleName("A schema from elsewhere")
        self.sources.setToolTip(
            "From an example, Pydantic, JSON, a sample, an answer, or in words (Ctrl+Shift+O)"
        )
        self.sources.clicked.connect(self.sources_wanted)
        row.addWidget(self.sources)
        self.export = SchemaExport(self._tasks, self._exported, self)
        row.addWidget(self.export)
        return row

    def _form(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, 16, 0, 8, 0, gap=6)
        self.way = WayChoice(self)
        self.way.activated.connect(lambda _: self._way_picked())
        row.addWidget(self.way)
        self.name = WordField(self)
        self.name.setProperty("role", "")
        self.name.setAccessibleName("Name of the schema")
        self.name.setToolTip("Name of the schema: letters, digits, _ and -, 64 at most")
        self.name.setPlaceholderText("name")
        self.name.edited.connect(self._renamed)
        row.addWidget(self.name, 1)
        self.attempts = Choice(self)
        """Stands where the answer is asked for: see StructuredPanel."""
        self.attempts.setAccessibleName("How often to ask")
        self.attempts.setToolTip(
            "How often to ask: when an answer does not hold, again with what was wrong.\n"
            "Each attempt is a request, and is kept."
        )
        for number, words in enumerate(("1 try", "2 tries", "3 tries", "4 tries")):
            self.attempts.addItem(words, number)
        self.attempts.activated.connect(
            lambda at: self._update(attempts=self.attempts.itemData(at))
        )
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, 16, 0, 8, 8, gap=6)
        self._mark = Mark("ok", "ok", self)
        row.addWidget(self._mark)
        self._words = QLabel(self)
        self._words.setProperty("role", "caption")
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        row.addWidget(self._words, 1)
        self.repair = QPushButton("Repair…", self)
        self.repair.setAccessibleName("Repair the schema")
        self.repair.setToolTip("See what would change, then apply it")
        self.repair.clicked.connect(self.offer_repair)
        row.addWidget(self.repair)
        return row

    # What is shown.

    def show_output(self, output: Output, endpoint: Endpoint) -> None:
        """Edit this one, of a call in this dialect."""
        self.output = output
        self.way.offer(endpoint)
        self.way.show_way(output)
        self.name.write(output.name)
        self.attempts.setCurrentIndex(max(self.attempts.findData(output.attempts), 0))
        text = output.source or ("" if output.json_schema is None else written(output.json_schema))
        if text != self._given and text != self.examination.text:
            self.leave_repair()
            self._given = text
            self.code.show_text(text)
            self.read_now()
        self._draw()

    def show_values(self, values: Mapping[str, Any] | None) -> None:
        """What is put into the places of variables; None: the session is no template."""
        if values != self._values:
            self._values = values
            if "{{" in self.code.text:
                self.read_now()

    @property
    def refused(self) -> str:
        """Why nothing can be asked for in this way; empty when something can."""
        output, seen = self.output, self.examination
        if self._unread:
            return "The schema is still being read"
        if output.mode in ("text", "json_object"):
            return ""
        if not seen.readable:
            return "The schema cannot be read" if seen.text.strip() else "There is no schema yet"
        if not NAME.fullmatch(output.name):
            return "The schema needs another name"
        return ""

    def use(self, schema: Any, name: str, mode: Mode | None = None) -> None:
        """Put another schema into the place of this one; that can be undone."""
        self.leave_repair()
        self.name.write(named(name))
        self._update(quiet=True, name=named(name), mode=mode or self.output.mode)
        self.way.show_way(self.output)
        self.code.apply(written(schema))
        self.code.go_to(1, 1)
        self.read_now()

    def go_to(self, path: Path) -> None:
        """Show what stands at a path of the schema."""
        self.leave_repair()
        if self.views.index == TREE:
            self.tree.select(path)
        elif (source := self.examination.source) is not None:
            spot = source.spot(path)
            self.code.go_to(spot.line, spot.column)
        if (view := self._pages.currentWidget()) is not None:
            view.setFocus()

    def go_to_line(self, line: int, column: int) -> None:
        """Show a place of the text."""
        self.leave_repair()
        self.views.pick(CODE)
        self.code.go_to(line, column)
        self.code.setFocus()

    def _turn_page(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        self._draw()

    # What is read.

    def _exported(self) -> tuple[Any, str] | None:
        seen = self.examination
        return (seen.schema, self.output.name) if seen.readable else None

    def settle(self) -> None:
        """What is being typed counts now."""
        if self._unread:
            self._wait.stop()
            self._take(examine(self.code.text, self._values))

    def _edited(self) -> None:
        self._unread = True
        self._wait.start()

    def read_now(self) -> None:
        """Read the text as it is; a long one in a thread, while this one stays the last."""
        self._wait.stop()
        self._unread = True
        text = self.code.text
        if len(text) <= SHORT:
            self._take(examine(text, self._values))
            return

        async def work() -> None:
            self._reading = text
            found = await asyncio.to_thread(examine, text, self._values)
            if self._reading is text and not self._wait.isActive():
                self._take(found)

        self._tasks.start(work(), self)

    def _take(self, found: Examination) -> None:
        self.examination, self._unread, self._reading = found, False, ""
        self._given = found.text
        schema = found.schema
        plain = schema is not None and written(schema) == found.text
        self._update(quiet=True, json_schema=schema, source="" if plain else found.text)
        self._draw()
        self.changed.emit()

    def _draw(self) -> None:
        self._draw_marks()
        if self.views.index == TREE:
            self._draw_tree()
        icon, token, words = self._verdict()
        words = " ".join(filter(None, (words, noted(self.examination))))
        at = self._pages.currentIndex()
        if at == REPAIR or (at == TREE and self.examination.wrong is not None):
            words = ""  # it is said above
        self._mark.draw(icon, token)
        self._mark.setVisible(bool(words))
        self._words.setText(words)
        self._words.setVisible(bool(words))
        repairable = self.examination.readable and bool(self.examination.violations)
        self.repair.setVisible(repairable and at != REPAIR)

    def _verdict(self) -> tuple[str, str, str]:
        seen, strict = self.examination, self.is_strict
        if seen.wrong is not None:
            return "error", "error", _said(seen.wrong)
        if seen.unusable is not None:
            return "error", "error", _said(seen.unusable)
        if seen.waiting is not None:
            return "warning", "warn", f"{seen.waiting.title} It is checked when it has one."
        if not seen.readable:
            return "info", "muted", ""
        count = len(seen.violations)
        if not count:
            return "ok", "ok", "Strict: nothing offends."
        words = f"{count} thing{'s' * (count > 1)} that strict servers refuse"
        if strict:
            return "warning", "warn", f"{words}."
        return "info", "muted", f"{words}; strict is off."

    @property
    def is_strict(self) -> bool:
        """Whether the server shall hold the answer to the schema."""
        return self.output.strict and self.output.mode in ("json_schema", "tool")

    def _draw_marks(self) -> None:
        seen = self.examination
        severity: Severity = "warning" if self.is_strict else "info"
        marks = [
            CodeMark(one.line, one.column or 1, None, severity, one.message)
            for one in seen.violations
            if one.line is not None
        ]
        if seen.wrong is not None and "line" in seen.wrong.facts:
            line, at = int(seen.wrong.facts["line"]), int(seen.wrong.facts.get("column", 1))
            marks.append(CodeMark(line, at, None, "error", _said(seen.wrong)))
        self.code.mark(marks)

    def _draw_tree(self) -> None:
        seen = self.examination
        wrong = _said(seen.wrong) if seen.wrong is not None else ""
        self.tree.show_schema(seen.schema if seen.readable else None, wrong)
        severity = "warning" if self.is_strict else "info"
        self.tree.mark({one.path: (severity, one.message) for one in seen.violations})

    # What is changed.

    def _update(self, *, quiet: bool = False, **values: Any) -> None:
        self.output = self.output.model_copy(update=values)
        if not quiet:
            self._draw()
            self.changed.emit()

    def _way_picked(self) -> None:
        mode, strict = self.way.way
        self._update(mode=mode, strict=strict)

    def _renamed(self) -> None:
        self._update(name=self.name.text().strip())
        wrong = not NAME.fullmatch(self.output.name)
        self.name.setProperty("wrong", wrong)
        self.name.style().polish(self.name)

    def _edited_in_tree(self, schema: Any, _words: str) -> None:
        self.code.apply(written(schema))
        self.read_now()

    # The repair.

    def offer_repair(self) -> None:
        """Show what a repair would change."""
        if not self.examination.readable:
            return
        made = self._repaired = repaired(self.examination, self._values)
        if made is None:
            self._words.setText("Not repaired: places of variables would be lost by that.")
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
            self.read_now()

    def leave_repair(self) -> None:
        """Show the schema again as it is."""
        if self._pages.currentIndex() == REPAIR:
            self._pages.setCurrentIndex(self.views.index)
            self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The undo of the text is that of the tree, which has changed the text."""
        undo = event.matches(QKeySequence.StandardKey.Undo)
        redo = event.matches(QKeySequence.StandardKey.Redo)
        if (undo or redo) and self._pages.currentIndex() == TREE:
            (self.code.undo if undo else self.code.redo)()
            self.read_now()
        else:
            super().keyPressEvent(event)


def _said(problem: Problem) -> str:
    return f"{problem.title} {problem.detail}".strip()
