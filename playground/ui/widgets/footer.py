"""What stands under an answer: how the run stands, what went wrong, and the chip line of numbers.

Every number opens: a click on it says where it comes from.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.core.items import Notice, Reasoning
from playground.core.plain import visible
from playground.core.problem import REMEDIES, Problem
from playground.core.session import Run
from playground.ui import theme, words
from playground.ui.widgets.cards import Card, CardButton, Siblings
from playground.ui.widgets.chips import ChipLine, Row
from playground.ui.widgets.details import Details, cost_of, times, tokens
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.problembox import ProblemBox

BROKE_OFF = frozenset(("truncated", "interrupted"))
"""Outcomes after which what had arrived can be gone on with, or asked for anew."""
CUT_SHORT = frozenset(("incomplete", "stopped"))
"""Outcomes that are no failure, after which the model can be asked to go on."""
CRASHED = Problem(
    title="Playground ended while this answer was arriving. What had arrived is kept.",
    remedy="retry",
)

ACTIONS = (
    ("copy", "Copy the answer", "copy"),
    ("regenerate", "Regenerate as another version (Ctrl+R)", "regenerate"),
    ("edit", "Edit the answer: makes another version, nothing is sent", "edit answer"),
    ("trash", "Delete this turn (can be undone)", "delete"),
)


class Footer(Card):
    """The end of a run: state, problem, numbers, and what can be done with it.

    `asked` says: "stop", "retry", "continue", "regenerate", "delete", "copy", "inspect",
    "remedy:<id>".
    """

    def __init__(self, run: Run, at: int, count: int, *, shared: bool) -> None:
        """`at` of `count` versions; `shared` when those are shown at the user's message already."""
        super().__init__(run, Notice(key=f"footer:{run.id}"))
        look = theme.current()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(look.px(4))
        self._top = QWidget(self)
        line = QHBoxLayout(self._top)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(look.px(8))
        self._mark = Mark("clock", "muted", self)
        line.addWidget(self._mark)
        self._state = QLabel(self)
        self._state.setProperty("role", "state")
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        line.addWidget(self._state)
        self._go_on = QPushButton(REMEDIES["continue"], self)
        self._go_on.setAccessibleName(REMEDIES["continue"])
        self._go_on.clicked.connect(lambda: self.asked.emit("continue", self.item))
        self._go_on.hide()
        line.addWidget(self._go_on)
        line.addStretch(1)
        self._column.addWidget(self._top)
        self._problem: ProblemBox | None = None
        self._drawn: object = None
        self._bottom = QWidget(self)
        line = QHBoxLayout(self._bottom)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(look.px(2))
        self._chips = ChipLine(self)
        self._chips.picked.connect(self._open)
        line.addWidget(self._chips, 1)
        if count > 1 and not shared:
            siblings = Siblings(at, count, self)
            siblings.moved.connect(
                lambda step: self.asked.emit("next" if step > 0 else "previous", self.item)
            )
            line.addWidget(siblings, 0, Qt.AlignmentFlag.AlignTop)
        self._buttons: list[CardButton] = []
        for name, tip, verb in ACTIONS:
            button = CardButton(name, tip, self)
            button.clicked.connect(lambda _, verb=verb: self.asked.emit(verb, self.item))
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
            self._buttons.append(button)
        self._column.addWidget(self._bottom)

    def advance(self) -> bool:
        run = self.run
        state = words.state(run)
        key = (
            run.transcript.rev,
            state,
            run.cost,
            int(words.waited(run)) if run.running else None,
        )
        if key == self._drawn:
            return False
        self._drawn = key
        before = self.sizeHint().height()
        self.draw()
        return before != self.sizeHint().height() or not run.running

    def draw(self) -> None:
        run, seen = self.run, self.run.transcript
        finished = seen.outcome is not None
        if finished and self._problem is None and (problem := problem_of(run)) is not None:
            state = words.state(run)
            box = ProblemBox(problem, self, state=_sentence(state.words) if state else "")
            box.acted.connect(lambda: self.asked.emit(f"remedy:{problem.remedy}", self.item))
            box.retried.connect(lambda: self.asked.emit("retry", self.item))
            self._problem = box
            self._column.insertWidget(1, box)
            box.show()  # now, so that the height of the card counts it
        self._draw_state()
        for button in self._buttons:
            button.setVisible(finished or run.silent)
        copy = self._buttons[0]
        copy.setVisible(not copy.isHidden() and bool(self.copied()))
        if finished:
            self._chips.show_chips(self._rows())
        self._bottom.setVisible(finished or run.silent)

    def _draw_state(self) -> None:
        """The line that says how the run stands; not where a card above says it already."""
        run, seen = self.run, self.run.transcript
        state = words.state(run)
        said = (
            state is None
            or seen.outcome == "completed"
            or self._problem is not None
            or (seen.phase == "reasoning" and run.running and _reasons(run))
        )
        self._top.setHidden(said)
        if said or state is None:
            return
        text = state.words
        if run.running and seen.timing.first_token is None and seen.phase != "retrying":
            text += f" {words.clock(words.waited(run))}"
        self._state.setText(visible(_sentence(text)))
        if self._state.property("token") != state.token:
            self._state.setProperty("token", state.token)
            self._state.style().polish(self._state)
        self._mark.draw(state.icon, state.token)
        self._go_on.setVisible(seen.outcome in CUT_SHORT and bool(seen.text))

    def _rows(self) -> list[Row]:
        run, seen = self.run, self.run.transcript
        waited, speed, used = words.first_token(run), words.speed(run), seen.usage
        return [
            ("model", seen.model or run.call.model, "Open this run in the inspector"),
            ("finish", seen.finish_reason or "", "How the server says it ended"),
            ("time", f"TTFT {words.seconds(waited)}" if waited is not None else "", "Times"),
            ("time", f"{words.number(speed, 0)} tok/s" if speed is not None else "", "Times"),
            ("tokens", words.usage(used) if used else "", "Where these tokens come from"),
            ("cost", words.cost(run.cost) if seen.legs else "", "How this was calculated"),
        ]

    def _open(self, kind: str, chip: QWidget) -> None:
        match kind:
            case "time":
                Details(*times(self.run), self).show_over(chip)
            case "tokens":
                Details(*tokens(self.run), self).show_over(chip)
            case "cost":
                Details(*cost_of(self.run), self).show_over(chip)
            case _:
                self.asked.emit("inspect", self.item)

    def copied(self) -> str:
        return self.run.answer or self.run.transcript.refusal or ""


def problem_of(run: Run) -> Problem | None:
    """What went wrong, with what is best done next: to go on with an answer that broke off, when
    there is something of it."""
    seen = run.transcript
    problem = seen.problem
    if problem is None and seen.outcome == "interrupted":
        problem = CRASHED
    if problem is not None and seen.outcome in BROKE_OFF and seen.text:
        return problem.model_copy(update={"remedy": "continue"})
    return problem


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _reasons(run: Run) -> bool:
    items = run.transcript.items
    return bool(items) and isinstance(items[-1], Reasoning)
