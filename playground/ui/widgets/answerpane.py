"""The structured answer of a run: as a tree, a table or as it came, how it came out, and ways to
take it along."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path as File
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.alignment import aligned
from playground.core.json_nodes import Node
from playground.core.plain import visible
from playground.core.problem import Failure, Problem
from playground.core.provenance import Span
from playground.core.session import Run
from playground.engine.structured import Attempt, State, Structured, retold
from playground.export.answers import as_csv, as_json, as_jsonl
from playground.schemas.answer import Answer
from playground.schemas.source import Path, spelled
from playground.ui import theme
from playground.ui.clock import SLOW
from playground.ui.desk import Desk
from playground.ui.widgets.answerlight import AnswerLight
from playground.ui.widgets.answertable import AnswerTable
from playground.ui.widgets.answertext import AnswerText
from playground.ui.widgets.answertree import AnswerDetail, AnswerTree
from playground.ui.widgets.cards.base import Siblings
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.pages import Pages
from playground.ui.widgets.parts import Segments, copy, name_tool
from playground.ui.widgets.plaintext import PlainText

if TYPE_CHECKING:
    from playground.ui.inspector.looking import Light

LONG = 100_000
"""Characters from which an answer is judged in a thread."""
RETOLD = 4_000
"""Events up to which a finished recording is read again, for the times in it."""
TREE, TABLE, TEXT = range(3)

STATES: dict[State, tuple[str, str, str]] = {
    "waiting": ("clock", "muted", "Waiting for the answer"),
    "commentary": ("assistant", "muted", "Words before the answer"),
    "streaming": ("clock", "accent", "Arriving"),
    "valid": ("ok", "ok", "Valid"),
    "invalid": ("error", "error", "Invalid"),
    "unchecked": ("warning", "warn", "Not checked"),
    "refused": ("warning", "warn", "Refused"),
    "truncated": ("warning", "warn", "Truncated"),
    "none": ("error", "error", "No answer"),
}
"""Icon, token and word for each state."""

FORMATS: tuple[tuple[str, str, Callable[[object], str]], ...] = (
    ("JSON", ".json", as_json),
    ("JSON Lines", ".jsonl", as_jsonl),
    ("CSV", ".csv", as_csv),
)


class AnswerPane(QWidget):
    """Shows one run.

    Signals:
        judged(): what is known of the answer has changed.
        pointed(run, key, field, offset): a character of the answer was clicked; see `Desk.pointed`.
        inspected(): the inspector shall be there for what is pointed at next.
    """

    judged = Signal()
    pointed = Signal(object, str, str, int)
    inspected = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.run: Run | None = None
        self.structured: Structured | None = None
        self._shown: Attempt | None = None
        self._answer: Answer | None = None
        self._drawn: object = None
        self._picked: int | None = None
        """Which attempt somebody wants to see; None: the last one."""
        self._judging: list[Answer] = []
        self._light: Light | None = None
        self._clicked: Span | None = None
        """A character that nothing was heard of since."""
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=4)
        column.addLayout(self._head())
        column.addLayout(self._state_line())
        self._said = PlainText("", self)
        self._said.setAccessibleName("What was said beside the answer")
        line = QHBoxLayout()
        theme.space(line, 12, 0, 12, 4)
        line.addWidget(self._said)
        column.addLayout(line)
        page = QWidget(self)
        self._pages = Pages(page)
        self.tree, self.table, self.text = AnswerTree(page), AnswerTable(page), AnswerText(page)
        self._views: tuple[AnswerTree | AnswerTable | AnswerText, ...]
        self._views = self.tree, self.table, self.text
        self._in_view: list[Answer | None] = [None, None, None]
        """What each of them shows."""
        self._ticks = 0
        for view in self._views:
            self._pages.addWidget(view)
        column.addWidget(page, 1)
        self.detail = AnswerDetail(self)
        self.tree.picked.connect(self.detail.show_field)
        self.tree.picked.connect(lambda field: self._point(field.node if field else None))
        self.tree.inspected.connect(lambda field: self._inspect(field.node))
        self.table.pointed.connect(self._point)
        self.text.pointed.connect(self._point_at)
        self.detail.pointed.connect(self._point_inside)
        column.addWidget(self.detail)
        self.show_run(None)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, 12, 0, 4, 0, gap=2)
        title = QLabel("ANSWER", self)
        title.setProperty("role", "section")
        row.addWidget(title)
        row.addStretch(1)
        self.views = Segments(("Tree", "Table", "Text"), small=True, parent=self)
        self.views.picked.connect(self._turn_page)
        row.addWidget(self.views)
        self.save = QToolButton(self)
        name_tool(self.save, "export", "Copy or save the answer")
        menu = QMenu(self.save)
        for title_, _, write in FORMATS:
            menu.addAction(f"Copy as {title_}").triggered.connect(
                lambda _=False, write=write: self._copy(write)
            )
        menu.addSeparator()
        for title_, suffix, write in FORMATS:
            menu.addAction(f"Save as {title_}…").triggered.connect(
                lambda _=False, t=title_, s=suffix, write=write: self._save(t, s, write)
            )
        self.save.setMenu(menu)
        self.save.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(self.save)
        return row

    def _state_line(self) -> QHBoxLayout:
        self._line = QHBoxLayout()
        theme.space(self._line, 12, 0, 4, 0, gap=6)
        self._mark = Mark("clock", "muted", self)
        place = QVBoxLayout()  # beside the first of several lines
        theme.space(place, 0, 4, 0, 0)
        place.addWidget(self._mark)
        place.addStretch(1)
        self._line.addLayout(place)
        self._state = QLabel(self)
        self._state.setProperty("role", "state")
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        self._state.setWordWrap(True)
        self._state.setAlignment(Qt.AlignmentFlag.AlignTop)
        theme.follow(
            self._state, lambda look: self._state.setContentsMargins(*look.margins(0, 4, 0, 4))
        )
        self._line.addWidget(self._state, 1)
        self._attempts: Siblings | None = None
        return self._line

    # What is shown.

    def show_run(self, run: Run | None) -> None:
        """Show a run; None: nothing was asked yet."""
        if run is not self.run:
            self._picked = None
            self._drawn = None
            self.structured = self._read(run)
        self.run = run
        self.advance()

    def _read(self, run: Run | None) -> Structured | None:
        if run is None:
            return None
        over = run.transcript.outcome is not None
        if over and run.loaded and len(run.recording) <= RETOLD:
            return retold(run, LONG)
        return Structured(run.call.output, LONG)

    def advance(self) -> None:
        """Look at what is new; called by the clock."""
        run, seen = self.run, self.structured
        if run is None or seen is None:
            self._draw_nothing()
            return
        if seen.seen is None or seen.seen is run.transcript:
            seen.look(run.transcript)
        for attempt in seen.attempts:
            if attempt.judging:
                self._judge(seen, attempt)
        self._show_attempt(seen)
        self._look()

    def _look(self) -> None:
        """Bring the view in sight up to date; the others wait until they are."""
        index = self._pages.currentIndex()
        view = self._views[index]
        if self._in_view[index] is not self._answer:
            self._in_view[index] = self._answer
            view.show_answer(self._answer)
            if self._light is not None:
                self._draw_light()
        if index != TABLE or self._ticks % SLOW == 0 or (self._shown and self._shown.over):
            view.advance()
        self._ticks += 1
        self.detail.advance()
        if self._light is not None and self._answer is not None and not self._answer.ended:
            self._draw_light()

    def _show_attempt(self, seen: Structured) -> None:
        number = len(seen.attempts) - 1 if self._picked is None else self._picked
        attempt = seen.attempts[number]
        # Where nothing came and nothing will, no field is waited for.
        answer = attempt.answer if attempt.answer.ended or not attempt.over else None
        if attempt is not self._shown or answer is not self._answer:
            self._shown, self._answer = attempt, answer
            self.detail.show_field(None)
        key = (attempt.state, attempt.words, len(attempt.errors), len(seen.attempts), number,
               len(attempt.refusal), sum(len(one.text) for one in attempt.commentary))  # fmt: skip
        if key == self._drawn:
            return
        self._drawn = key
        self._draw_state(attempt)
        self._draw_attempts(number, len(seen.attempts))
        self.judged.emit()

    def _draw_nothing(self) -> None:
        self._shown = self._answer = None
        self._draw_attempts(0, 0)
        self._mark.hide()
        self._say("What comes back stands here, field by field.", "")
        self._said.hide()
        self.save.setEnabled(False)
        self._look()
        self.detail.show_field(None)

    def _draw_state(self, attempt: Attempt) -> None:
        icon, token, word = STATES[attempt.state]
        if attempt.state == "invalid":
            count = len(attempt.errors)
            word = f"Invalid: {count} problem{'s' * (count != 1)}"
        elif attempt.state == "truncated" and attempt.answer.missing:
            word = f"{attempt.words or word} {_missing(attempt.answer.missing)}"
        elif attempt.words:
            word = f"{word}: {attempt.words}"
        self._mark.show()
        self._mark.draw(icon, token)
        self._say(visible(word), token)
        said = [str(one.text) for one in attempt.commentary] + [attempt.refusal]
        text = "\n\n".join(filter(None, said))
        self._said.say(text)
        self._said.setVisible(bool(text))
        self.save.setEnabled(attempt.answer.live.root is not None)

    def _say(self, words: str, token: str) -> None:
        self._state.setText(words)
        if self._state.property("token") != token:
            self._state.setProperty("token", token)
            self._state.style().polish(self._state)

    def _draw_attempts(self, at: int, count: int) -> None:
        if self._attempts is not None:
            self._line.removeWidget(self._attempts)
            self._attempts.hide()
            self._attempts.deleteLater()
            self._attempts = None
        if count > 1:
            self._attempts = Siblings(at, count, self, noun="attempt", keys=("", ""))
            self._attempts.moved.connect(lambda step: self._pick_attempt(at + step, count))
            self._line.addWidget(self._attempts)

    def _pick_attempt(self, number: int, count: int) -> None:
        if 0 <= number < count:
            self._picked = None if number == count - 1 else number
            self.advance()

    def _judge(self, seen: Structured, attempt: Attempt) -> None:
        """A long answer is judged where waiting hurts nobody."""
        if attempt.answer in self._judging:
            return
        self._judging.append(attempt.answer)

        async def work() -> None:
            seen.settle(attempt, await asyncio.to_thread(attempt.answer.judge))
            self._judging.remove(attempt.answer)
            if seen is self.structured:
                self.advance()

        self._desk.tasks.start(work(), self)

    # What the inspector looks at.

    def light(self, light: Light | None) -> None:
        """Let what an event made stand out, and bring it into view unless it was clicked here."""
        before, self._light = self._light, light
        if light is not None or before is not None:
            self._draw_light(bring=True)

    def _draw_light(self, *, bring: bool = False) -> None:
        if self.run is None or self._shown is None:
            return
        made = AnswerLight(self.run, self._shown, self._light)
        if self._clicked is not None and made.covers(self._clicked):
            self._clicked, bring = None, False
        nodes = made.nodes
        self.tree.light(nodes)
        self.table.light(nodes)
        self.text.light(made.spans)
        if bring and self.isVisible():
            self._views[self._pages.currentIndex()].bring_lit()

    def show_event(self) -> None:
        """Ask for the event of the current value."""
        index = self._pages.currentIndex()
        root = self._answer.live.root if self._answer is not None else None
        if index == TEXT:
            self.inspected.emit()
            self._point_at(self.text.offset(self.text.textCursor().selectionStart()))
        elif index == TABLE:
            self._inspect(self.table.node_at(self.table.currentIndex()) or root)
        else:
            current = self.tree.current
            self._inspect(current.node if current is not None else root)

    def _inspect(self, node: Node | None) -> None:
        self.inspected.emit()
        self._point(node)

    def _point(self, node: Node | None) -> None:
        """Somebody is at a value."""
        if node is not None:
            self._point_at(node.start)

    def _point_inside(self, node: Node, offset: int) -> None:
        """Somebody clicked a character of a string."""
        if self._answer is not None:
            raw = self._answer.live.text[node.start : node.end]
            self._point_at(node.start + aligned(raw, node.text).to_source(offset))

    def _point_at(self, offset: int) -> None:
        run, attempt = self.run, self._shown
        if run is not None and attempt is not None and attempt.item is not None:
            made = AnswerLight(run, attempt, None)
            self._clicked = Span(made.key, made.field, offset, offset + 1)
            self.pointed.emit(run, made.key, made.field, offset)

    @property
    def attempt(self) -> Attempt | None:
        """The one on screen."""
        return self._shown

    def reveal(self, path: Path) -> None:
        """Show the field at a path."""
        self.views.pick(TREE)
        self._look()
        self.tree.reveal(path)
        self.tree.setFocus()

    def _turn_page(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        self.detail.show_field(self.tree.current if index == TREE else None)
        self.advance()

    # Taking it along.

    def _copy(self, write: Callable[[object], str]) -> None:
        if (text := self._written(write)) is not None:
            copy(text)

    def _save(self, title: str, suffix: str, write: Callable[[object], str]) -> None:
        run, text = self.run, self._written(write)
        if run is None or text is None:
            return
        dialog = QFileDialog(self, f"Save as {title}", f"{run.call.output.name}{suffix}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix.removeprefix("."))
        dialog.fileSelected.connect(lambda path: self.write(text, File(path)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _written(self, write: Callable[[object], str]) -> str | None:
        if self._shown is None:
            return None
        try:
            return write(self._shown.answer.value)
        except Failure as failure:
            self._desk.report(failure.problem)
            return None

    def write(self, text: str, path: File) -> None:
        """Write a file; what goes wrong is reported."""
        try:
            path.write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            title, detail = f"{path} cannot be written.", error.strerror or str(error)
            self._desk.report(Problem(title=title, detail=detail))


def _missing(paths: Sequence[Path]) -> str:
    names = [spelled(path).removeprefix("$.") for path in paths]
    few = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
    return f"Missing: {few}."
