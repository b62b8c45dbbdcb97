"""Where a schema comes from: an example, what is pasted or opened, samples of the data, an earlier
answer, or a description in words. What was written for one way stays when another is looked at.

Reading happens in a thread, one text at a time; what was overtaken by a newer text is dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.problem import Failure, Problem, from_exception
from playground.engine.describe import Described
from playground.schemas import given
from playground.schemas.given import Given
from playground.schemas.library import Example, examples
from playground.ui import theme
from playground.ui.widgets.dialogs import fit
from playground.ui.widgets.schemalibrary import (
    Cards,
    Preview,
    Reading,
    from_described,
    judged,
    looked,
)
from playground.ui.widgets.schemaways import Job, Paste, Samples, Words, button

Start = Callable[[Coroutine[Any, Any, Any], QObject], object]
"""Begins work that may take a while, on behalf of a widget."""

WAYS = ("Examples", "Paste or open", "Samples", "Earlier answer", "In words")
EXAMPLES, PASTE, SAMPLES, ANSWER, WORDS = range(len(WAYS))

NOTHING = {
    EXAMPLES: "Choose an example to see its schema.",
    PASTE: "Pydantic models, a JSON Schema, a request that has one in it, or a sample of the data:"
    " it is recognised as you paste it. Nothing of it is run.",
    SAMPLES: "One or several samples of the JSON that you want: the schema accepts all of them.",
    ANSWER: "Choose an answer: the schema accepts what it says.",
    WORDS: "Say what you need in your own words. The model lists the fields, the schema is made of"
    " that, and whatever keeps it from being strict is repaired.",
}
"""What is said where there is nothing yet."""


class SourcesDialog(QDialog):
    """Finds a schema. It asks nobody and runs nothing itself.

    Signals:
        chosen(schema, name, prompt): this one is wanted; the prompt is of an example, else empty.
        described(words): a model shall be asked; `show_described` or `show_failure` answers.
        run_wanted(source, model): this Pydantic source shall be run; `show_ran` or `show_failure`
            answers.
        stopped(): what was asked for by one of these two is not wanted any more.
    """

    chosen = Signal(object, str, str)
    described = Signal(str)
    run_wanted = Signal(str, str)
    stopped = Signal()

    def __init__(
        self,
        start: Start,
        *,
        answers: Sequence[tuple[str, str]] = (),
        model: str = "the model",
        means: str = "",
        parent: QWidget,
    ) -> None:
        """`answers`: titles and texts, the newest last; `model`: who is asked; `means`: what it
        means to run a source in a sandbox."""
        super().__init__(parent)
        self.setWindowTitle("Where the schema comes from")
        fit(self, parent, 880, 680)
        self._start = start
        self._answers = [(title, text) for title, text in reversed(answers)]
        self._examples: list[Example] = examples()
        self._readings = {way: Reading(words=NOTHING[way]) for way in NOTHING}
        self._jobs: dict[int, Job] = {}
        """What is still to be read, by way."""
        self._under: int | None = None
        """The way whose job is under way; None also when nobody wants what comes of it."""
        self._stale: set[int] = set()
        """Ways on which something else stands than what was read."""
        self._busy = False
        self._waiting: Literal["", "ask", "run"] = ""
        self._refused = Reading()
        """Of the source that is being run: why it cannot be read."""
        self._build(model, means)
        if not self._answers:
            self._readings[ANSWER] = Reading(words="No run of this session has an answer yet.")
        self.pick(EXAMPLES)
        self.library.setCurrentRow(0)

    def _build(self, model: str, means: str) -> None:
        outer = QVBoxLayout(self)
        theme.space(outer, 16, 16, 16, 12, gap=12)
        middle = QHBoxLayout()
        theme.space(middle, gap=16)
        outer.addLayout(middle, 1)
        self.ways = QListWidget(self)
        self.ways.addItems(WAYS)
        self.ways.setAccessibleName("Ways to a schema")
        self.ways.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.follow(self.ways, lambda look: self.ways.setFixedWidth(look.px(148)))
        middle.addWidget(self.ways)

        self.library = Cards("Examples", self)
        self.library.show_cards([(one.title, one.about) for one in self._examples])
        self.library.picked.connect(self._example_picked)
        self.paste = Paste(self)
        self.paste.touched.connect(lambda: self._touched(PASTE))
        self.paste.changed.connect(lambda: self._read(PASTE, self.paste.job()))
        self.paste.opened.connect(lambda paths: self._open(PASTE, paths))
        self.samples = Samples(self)
        self.samples.touched.connect(lambda: self._touched(SAMPLES))
        self.samples.changed.connect(lambda: self._read(SAMPLES, self.samples.job()))
        self.samples.opened.connect(lambda paths: self._open(SAMPLES, paths))
        self.earlier = Cards("Earlier answers", self)
        self.earlier.show_cards([(title, text[:200]) for title, text in self._answers])
        self.earlier.picked.connect(self._answer_picked)
        self.words = Words(model, self)
        self.words.asked.connect(self._ask)
        self.words.stopped.connect(self._stop)
        self.pages = QStackedWidget(self)
        for page in (self.library, self.paste, self.samples, self.earlier, self.words):
            self.pages.addWidget(page)
        for cards in (self.library, self.earlier):
            cards.taken.connect(self._use)
        self.preview = Preview(means, self)
        self.preview.run_wanted.connect(self._run)
        right = QVBoxLayout()
        theme.space(right, gap=12)
        right.addWidget(self.pages, 1)
        right.addWidget(self.preview, 1)
        middle.addLayout(right, 1)
        self.ways.currentRowChanged.connect(self._way_picked)

        buttons = QHBoxLayout()
        theme.space(buttons, gap=8)
        buttons.addStretch(1)
        cancel = button("Cancel", self, self.reject)
        self.use = button("Use this schema", self, self._use)
        self.use.setProperty("role", "primary")
        self.use.setDefault(True)
        buttons.addWidget(cancel)
        buttons.addWidget(self.use)
        outer.addLayout(buttons)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self._enter)

    @property
    def way(self) -> int:
        return self.pages.currentIndex()

    @property
    def reading(self) -> Reading:
        """What came of the way on screen."""
        return self._readings[self.way]

    def pick(self, way: int) -> None:
        """Show one of the WAYS, by its number."""
        self.ways.setCurrentRow(way)
        page = (
            self.library,
            self.paste.sheet,
            self.samples.sheets[0],
            self.earlier,
            self.words.text,
        )
        page[way].setFocus()

    # What the panel answers.

    def show_progress(self, said: str) -> None:
        """How far the model is that was asked."""
        if self._waiting == "ask":
            self.words.progress.setText(visible(said))

    def show_described(self, result: Described) -> None:
        if self._waiting == "ask":
            self._wait("")
            self._take(WORDS, from_described(*result))

    def show_ran(self, schema: Any) -> None:
        if self._waiting != "run":
            return
        self._wait("")
        title = schema.get("title") if isinstance(schema, dict) else None
        name = title if isinstance(title, str) and title else "Schema"
        note = "This is what it gave when it was run, in a sandbox."
        found, models = Given(schema, None, name, "pydantic", (note,)), self._refused.models
        self._read(PASTE, lambda: replace(judged(found), models=models, model=name))

    def show_failure(self, problem: Problem) -> None:
        """What was asked for cannot be had."""
        waiting = self._waiting
        self._wait("")
        if waiting == "ask":
            self._take(WORDS, Reading(problem=problem))
        elif waiting == "run":
            self._take(PASTE, replace(self._refused, problem=problem))

    # What the user does.

    def _way_picked(self, way: int) -> None:
        if way >= 0:
            self.pages.setCurrentIndex(way)
            self._draw()

    def _example_picked(self, row: int) -> None:
        if 0 <= row < len(self._examples):
            one = self._examples[row]
            found = Given(one.schema, None, one.name, "schema")
            self._read(
                EXAMPLES,
                lambda: replace(judged(found), about=one.about + ".", prompt=one.prompt),
            )

    def _answer_picked(self, row: int) -> None:
        if 0 <= row < len(self._answers):
            _, text = self._answers[row]
            self._read(ANSWER, lambda: looked(lambda: given.from_answer(text)))

    def _open(self, way: int, paths: Sequence[Path]) -> None:
        async def work() -> None:
            for path in paths if way == SAMPLES else paths[:1]:
                try:
                    text = await asyncio.to_thread(given.text_of, path)
                except Failure as failure:
                    self._touched(way)
                    self._take(way, Reading(problem=failure.problem))
                    return  # what stands there stays
                if way == SAMPLES:
                    self.samples.add(text)
                else:
                    self.paste.put(text, path.stem)

        self._start(work(), self)

    def _run(self, source: str) -> None:
        self._wait("run")
        self._refused = self._readings[PASTE]
        models = self._refused.models
        self._take(PASTE, Reading(words="It runs in a sandbox…", models=models))
        self.run_wanted.emit(source, self.paste.model)

    def _ask(self, said: str) -> None:
        self._wait("ask")
        self._take(WORDS, Reading(words="The schema comes when the model has answered."))
        self.described.emit(said)

    def _stop(self) -> None:
        """Whatever was asked of others is not wanted any more."""
        if not self._waiting:
            return
        if self._waiting == "ask":
            self._take(WORDS, Reading(words="Stopped."))
        else:
            self._take(PASTE, self._refused)
        self._wait("")
        self.stopped.emit()

    def _wait(self, what: Literal["", "ask", "run"]) -> None:
        if what and self._waiting:
            self._stop()
        self._waiting = what
        self.words.show_waiting(what == "ask")

    def _enter(self) -> None:
        if self.way == WORDS and self.focusWidget() is self.words.text:
            self.words.ask.click()
        else:
            self._use()

    def _use(self) -> None:
        reading = self.reading
        if reading.given is not None:
            found = reading.given
            self.chosen.emit(found.schema, found.name, reading.prompt)
            self.accept()

    # Reading.

    def _touched(self, way: int) -> None:
        """What was read there is not what stands there."""
        self._jobs.pop(way, None)
        self._stale.add(way)
        if self._under == way:
            self._under = None
        if way == PASTE and self._waiting == "run":
            self._stop()
        if way == self.way:
            self.use.setEnabled(False)

    def _read(self, way: int, job: Job | None) -> None:
        """Have something read; what is shown of the way stays until that is done."""
        self._touched(way)
        if job is None:
            self._take(way, Reading(words=NOTHING[way]))
            return
        self._jobs[way] = job
        if way == self.way:
            self.preview.show_busy("Reading…")
        if not self._busy:
            self._busy = True
            self._start(self._work(), self)

    async def _work(self) -> None:
        """Read what there is to read, what is on screen first, one after the other."""
        try:
            while self._jobs:
                way = self.way if self.way in self._jobs else next(iter(self._jobs))
                self._under = way
                try:
                    reading = await asyncio.to_thread(self._jobs.pop(way))
                except Exception as error:
                    self._under = None
                    self._take(way, Reading(problem=from_exception(error)))
                    raise
                wanted, self._under = self._under == way, None
                if wanted:
                    self._take(way, reading)
        finally:
            self._busy, self._under = False, None

    def _take(self, way: int, reading: Reading) -> None:
        self._readings[way] = reading
        self._stale.discard(way)
        if way == PASTE:
            self.paste.show_models(reading.models, reading.model)
        if way == self.way:
            self._draw()

    def _draw(self) -> None:
        reading = self.reading
        self.preview.show_reading(reading)
        if self._jobs.keys() & {self.way} or self._under == self.way:
            self.preview.show_busy("Reading…")
        self.use.setEnabled(reading.given is not None and self.way not in self._stale)

    def done(self, result: int) -> None:
        self._jobs.clear()
        self._stop()
        super().done(result)
