"""What stands under an answer: how the run stands, what went wrong, and the chip line of numbers.

Every number opens: a click on it says where it comes from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from playground.core.items import Notice, Reasoning
from playground.core.plain import visible
from playground.core.problem import REMEDIES, Problem, Remedy
from playground.core.session import Run
from playground.engine.budget import stopped
from playground.ui import theme, words
from playground.ui.widgets.cards.base import Card, CardButton, Siblings
from playground.ui.widgets.chips import ChipLine, Row
from playground.ui.widgets.details import Details, cost_of, times, tokens
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.parts import copy
from playground.ui.widgets.patternline import PatternLine
from playground.ui.widgets.problembox import ProblemBox

BROKE_OFF = frozenset(("truncated", "interrupted"))
"""Outcomes after which what had arrived can be gone on with, or asked for anew."""
CUT_SHORT = frozenset(("incomplete", "stopped"))
"""Outcomes that are no failure, after which the model can be asked to go on."""
CRASHED = Problem(
    title="Playground ended while this answer was arriving. What had arrived is kept.",
    remedy="retry",
)

LIMITED = frozenset(("max_output_tokens", "max_tokens", "length"))
"""Reasons of an answer that is not whole, against which a higher limit helps."""

Extra = Callable[[Run, QWidget], QWidget | None]
"""What somebody else has to offer at the end of a run, made when the run is over: given the run and
the parent of the widget, None where there is nothing."""

ACTIONS = (
    ("copy", "Copy the answer", "copy"),
    ("regenerate", "Regenerate as another version (Ctrl+R)", "regenerate"),
    ("edit", "Edit the answer: makes another version, nothing is sent", "edit answer"),
    ("play", "Replay this run as it was recorded: no network, no key (Ctrl+Shift+R)", "replay"),
    ("branch", "Fork into a new session, from here", "fork session"),
    ("trash", "Delete this turn (can be undone)", "delete"),
)

COMPARE = ("compare", "Compare with another version", "compare")
"""Where there is one."""
REPLAYED = ACTIONS[:1]
"""What can be done with a run in a replay."""

AS_WRITTEN = "Send the same body once more, as it was written by hand (Ctrl+R)"


class Footer(Card):
    """The end of a run: state, problem, numbers, and what can be done with it.

    `asked` says: "stop", "retry", "continue", "raise limit", "more", "regenerate", "delete",
    "replay", "compare", "fork session", "copy", "inspect", "delete stored", "remedy:<id>".
    """

    def __init__(
        self,
        run: Run,
        at: int,
        count: int,
        *,
        shared: bool,
        extras: Sequence[Extra] = (),
        actions: Sequence[tuple[str, str, str]] = ACTIONS,
        numbers: bool = True,
    ) -> None:
        """`at` of `count` versions; `shared` when those are shown at the user's message already.
        What `extras` make stands below what went wrong. `actions`: rows of (icon, tip, verb).
        Without `numbers` only the model is told: what the run took is said elsewhere."""
        super().__init__(run, Notice(key=f"footer:{run.id}"))
        self._extras = extras
        self._numbers = numbers
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
        self._go_on = self._action(REMEDIES["continue"], "continue", line)
        self._raise = self._action("Raise limit", "raise limit", line)
        self._raise.setToolTip("Ask again with twice the limit, as another version")
        self._more = self._action("5 more steps", "more", line)
        self._more.setToolTip("Go on behind this turn; calls that nobody answered come first")
        self._cancel = self._action("Cancel", "stop", line)
        line.addStretch(1)
        self._column.addWidget(self._top)
        self._problem: ProblemBox | None = None
        self._detours: PatternLine | None = None
        self._drawn: object = None
        self._begun = False
        self._shown: tuple[int, int] | None = (at, count) if count > 1 and not shared else None
        compare = [COMPARE] if count > 1 and len(actions) > len(REPLAYED) else []
        self._actions = (*actions[:-1], *compare, *actions[-1:])
        self._buttons: list[CardButton] = []
        self._replay: CardButton | None = None
        self._bottom: QWidget | None = None

    def _make_bottom(self) -> QWidget:
        """What is there when a run is over: numbers and actions."""
        bottom = QWidget(self)
        line = QHBoxLayout(bottom)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.current().px(2))
        self._chips = ChipLine(self)
        self._chips.picked.connect(self._open)
        line.addWidget(self._chips, 1)
        if self._shown is not None:
            siblings = Siblings(*self._shown, self)
            siblings.moved.connect(
                lambda step: self.asked.emit("next" if step > 0 else "previous", self.item)
            )
            line.addWidget(siblings, 0, Qt.AlignmentFlag.AlignTop)
        for name, tip, verb in self._actions:
            if verb == "regenerate" and self.run.call.body is not None:
                tip = AS_WRITTEN
            button = CardButton(name, tip, self)
            button.clicked.connect(lambda _, verb=verb: self.asked.emit(verb, self.item))
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
            self._buttons.append(button)
            if verb == "replay":
                self._replay = button
        self._column.addWidget(bottom)
        return bottom

    def _action(self, name: str, verb: str, line: QHBoxLayout) -> QPushButton:
        """A button beside the state, which is not there yet."""
        button = QPushButton(name, self)
        button.setAccessibleName(name)
        button.clicked.connect(lambda: self.asked.emit(verb, self.item))
        button.hide()
        line.addWidget(button)
        return button

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
        if seen.detours:
            if self._detours is None:
                self._detours = PatternLine(self)
                self._column.insertWidget(0, self._detours)
            self._detours.show_run(run)
        if self._bottom is None and not (finished or run.silent or self._begun):
            # The frame in which a run begins has enough to make; this is not seen before its end.
            self._begun = True
            self._draw_state()
            return
        bottom = self._bottom = self._bottom or self._make_bottom()
        if finished and self._problem is None and (problem := problem_of(run)) is not None:
            self._problem = self._box(problem)
            self._column.insertWidget(self._column.indexOf(self._top) + 1, self._problem)
            self._problem.show()  # now, so that the height of the card counts it
        if finished and self._extras:
            extras, self._extras = self._extras, ()
            at = self._column.indexOf(bottom)
            for widget in filter(None, (make(run, self) for make in extras)):
                self._column.insertWidget(at, widget)
                widget.show()
                at += 1
        self._draw_state()
        for button in self._buttons:
            button.setVisible(finished or run.silent)
        if self._buttons:
            copy = self._buttons[0]
            copy.setVisible(not copy.isHidden() and bool(self.copied()))
        if self._replay is not None:
            self._replay.setVisible(finished)
        if finished:
            self._chips.show_chips(self._rows())
        bottom.setVisible(finished or run.silent)

    def _box(self, problem: Problem) -> ProblemBox:
        run, state = self.run, words.state(self.run)
        until = None
        if problem.retry_after is not None:
            ended = (run.transcript.timing.end or 0) / 1e9
            until = run.recording.began + ended + problem.retry_after
        said = _sentence(state.words) if state else ""
        limited = run.transcript.outcome == "limited"
        again: Remedy = ""
        if limited and not run.replayed:  # with another budget, or another price
            again = "continue" if run.transcript.requests else "retry"
        elif problem.remedy == "continue":  # what is there may be worth less than a fresh try
            again = "retry"
        token = "warn" if limited else "error"
        box = ProblemBox(problem, self, state=said, until=until, token=token, again=again)
        box.acted.connect(lambda: self.asked.emit(f"remedy:{problem.remedy}", self.item))
        verb = "more" if again == "continue" else "retry"
        box.retried.connect(lambda: self.asked.emit(verb, self.item))
        return box

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
        waiting = run.running and seen.timing.first_token is None
        if waiting and seen.retry_at is None:
            text += f" {words.clock(words.waited(run))}"
        self._state.setText(visible(_sentence(text)))
        if self._state.property("token") != state.token:
            self._state.setProperty("token", state.token)
            self._state.style().polish(self._state)
        self._mark.draw(state.icon, state.token)
        self._go_on.setVisible(seen.outcome in CUT_SHORT and bool(seen.text))
        self._raise.setVisible(seen.outcome == "incomplete" and seen.finish_reason in LIMITED)
        self._more.setVisible(seen.outcome == "limited")
        if run.replayed:
            for button in (self._go_on, self._raise, self._more):
                button.hide()
            return
        queued = seen.phase == "queued" and bool(seen.progress)
        delayed = queued or seen.phase == "retrying" or seen.pending is not None
        self._cancel.setVisible(waiting and delayed)

    def _rows(self) -> list[Row]:
        run, seen = self.run, self.run.transcript
        waited, speed, used = words.first_token(run), words.speed(run), seen.usage
        model = ("model", seen.model or run.call.model, "Open this run in the inspector")
        if not self._numbers:
            return [model]
        return [
            model,
            ("stored", _kept(seen.stored), "Whether the server keeps this answer"),
            ("finish", seen.finish_reason or "", "How the server says it ended"),
            ("time", f"TTFT {words.seconds(waited)}" if waited is not None else "", "Times"),
            ("time", f"{words.number(speed, 0)} tok/s" if speed is not None else "", "Times"),
            ("tokens", words.usage(used) if used else "", "Where these tokens come from"),
            (
                "cost",
                words.cost(run.cost) if seen.legs or run.cost is not None else "",
                "How this was calculated",
            ),
        ]

    def _open(self, kind: str, chip: QWidget) -> None:
        match kind:
            case "time":
                Details(*times(self.run), self).show_over(chip)
            case "tokens":
                Details(*tokens(self.run), self).show_over(chip)
            case "cost":
                Details(*cost_of(self.run), self).show_over(chip)
            case "stored" if self.run.transcript.stored:
                self._open_stored(chip)
            case _:
                self.asked.emit("inspect", self.item)

    def _open_stored(self, chip: QWidget) -> None:
        """What can be done with an answer that its server keeps."""
        response_id = self.run.transcript.response_id or ""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Copy its id", lambda: copy(response_id))
        delete = menu.addAction("Delete the stored response")
        delete.triggered.connect(lambda: self.asked.emit("delete stored", self.item))
        menu.popup(chip.mapToGlobal(QPoint(0, chip.height())))

    def copied(self) -> str:
        return self.run.answer or self.run.transcript.refusal or ""


def problem_of(run: Run) -> Problem | None:
    """What went wrong, with what is best done next: to go on with an answer that broke off, when
    there is something of it."""
    seen = run.transcript
    problem = seen.problem or stopped(run)
    if problem is None and seen.outcome == "interrupted":
        problem = CRASHED
    if problem is not None and seen.outcome in BROKE_OFF and seen.text:
        return problem.model_copy(update={"remedy": "continue"})
    return problem


def _kept(stored: bool | None) -> str:
    if stored is None:
        return ""
    return "stored" if stored else "not stored"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _reasons(run: Run) -> bool:
    items = run.transcript.items
    return bool(items) and isinstance(items[-1], Reasoning)
