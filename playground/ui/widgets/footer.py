"""What stands under an answer: how the run stands, what went wrong, and the chip line of numbers.

Every number opens: a click on it says where it comes from.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal, SignalInstance
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.items import Notice
from playground.core.plain import visible
from playground.core.problem import REMEDIES, Problem, Remedy
from playground.core.session import Run
from playground.ui import words
from playground.ui.icons import mark
from playground.ui.widgets.cards import Card, Siblings, tool_button
from playground.ui.widgets.plaintext import PlainText

NAMED_BY_OUTCOME = frozenset(("truncated", "interrupted"))


class Details(QFrame):
    """A small pop-up: where a number comes from."""

    def __init__(self, title: str, rows: Sequence[tuple[str, str]], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        grid = QGridLayout(self)
        grid.setContentsMargins(14, 12, 14, 12)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(4)
        head = QLabel(title.upper(), self)
        head.setProperty("role", "section")
        grid.addWidget(head, 0, 0, 1, 2)
        for number, (name, value) in enumerate(rows, 1):
            left, right = QLabel(name, self), QLabel(visible(value), self)
            right.setProperty("role", "number")
            for label in (left, right):
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            right.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(left, number, 0)
            grid.addWidget(right, number, 1)

    def show_at(self, point: QPoint) -> None:
        self.adjustSize()
        self.move(point - QPoint(0, self.height() + 4))
        self.show()


class ProblemBox(QFrame):
    """A Problem: a sentence, the server's own words, the facts, and one next action.

    Signals:
        acted(): the action was chosen.
        retried(): an answer that could be continued is asked for anew instead.
    """

    acted = Signal()
    retried = Signal()

    def __init__(self, problem: Problem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "problem")
        self.setAccessibleName(problem.title)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(10)
        sign = QLabel(self)
        sign.setPixmap(mark("error", "error"))
        row.addWidget(sign)
        row.setAlignment(sign, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(4)
        title = PlainText(problem.title, self)
        title.setProperty("role", "strong")
        title.setAccessibleName("What went wrong")
        column.addWidget(title)
        if problem.detail and problem.detail != problem.title:
            detail = PlainText(problem.detail, self)
            detail.setProperty("role", "code")
            detail.setAccessibleName("In the server's own words")
            column.addWidget(detail)
        facts = [
            str(problem.status) if problem.status else "",
            problem.code or "",
            f"param {problem.param}" if problem.param else "",
            f"request {problem.request_id}" if problem.request_id else "",
            f"asks for {words.seconds(problem.retry_after)}" if problem.retry_after else "",
            *(f"{name} {value}" for name, value in problem.facts.items() if len(value) < 80),
        ]
        if any(facts):
            line = QLabel(visible(" · ".join(filter(None, facts))), self)
            line.setProperty("role", "chip")
            line.setTextFormat(Qt.TextFormat.PlainText)
            line.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            line.setWordWrap(True)
            column.addWidget(line)
        row.addLayout(column, 1)
        if problem.remedy:
            row.addWidget(self._button(problem.remedy, self.acted), 0, Qt.AlignmentFlag.AlignTop)
        if problem.remedy == "continue":  # what is there may be worth less than a fresh try
            row.addWidget(self._button("retry", self.retried), 0, Qt.AlignmentFlag.AlignTop)

    def _button(self, remedy: Remedy, signal: SignalInstance) -> QPushButton:
        button = QPushButton(REMEDIES[remedy], self)
        button.setAccessibleName(REMEDIES[remedy])
        button.clicked.connect(signal)
        return button


class Footer(Card):
    """The end of a run: state, problem, numbers, and what can be done with it.

    `asked` says: "stop", "retry", "continue", "regenerate", "delete", "copy", "inspect",
    "remedy:<id>".
    """

    def __init__(self, run: Run, at: int, count: int, *, shared: bool) -> None:
        """`at` of `count` versions; `shared` when those are shown at the user's message already."""
        super().__init__(run, Notice(key=f"footer:{run.id}"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 2, 0, 6)
        self._column.setSpacing(6)
        self._state = QLabel(self)
        self._state.setProperty("role", "state")
        self._state.setTextFormat(Qt.TextFormat.PlainText)
        self._mark = QLabel(self)
        self._line = QHBoxLayout()
        self._line.setSpacing(6)
        self._line.addWidget(self._mark)
        self._line.addWidget(self._state)
        self._line.addStretch(1)
        self._column.addLayout(self._line)
        self._problem: ProblemBox | None = None
        self._drawn: object = None
        self._bottom = QHBoxLayout()
        self._bottom.setSpacing(0)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(0)
        self._bottom.addLayout(self._chips, 1)
        self._column.addLayout(self._bottom)
        if count > 1 and not shared:
            siblings = Siblings(at, count, self)
            siblings.moved.connect(
                lambda step: self.asked.emit("next" if step > 0 else "previous", self.item)
            )
            self._bottom.addWidget(siblings)
        self._buttons: list[QToolButton] = []
        for name, tip, verb in (
            ("copy", "Copy the answer", "copy"),
            ("regenerate", "Regenerate as another version (Ctrl+R)", "regenerate"),
            ("edit", "Edit the answer: makes another version, nothing is sent", "edit answer"),
            ("trash", "Delete this turn (can be undone)", "delete"),
        ):
            button = tool_button(name, tip, self)
            button.clicked.connect(lambda _, verb=verb: self.asked.emit(verb, self.item))
            self._bottom.addWidget(button)
            self._buttons.append(button)

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
        state = words.state(run)
        finished = seen.outcome is not None
        if state is None or seen.outcome == "completed":
            self._mark.hide()
            self._state.hide()
        else:
            text = state.words
            if run.running and seen.timing.first_token is None and seen.phase != "retrying":
                text += f" {words.clock(words.waited(run))}"
            self._state.setText(visible(text[:1].upper() + text[1:]))
            self._state.setProperty("token", state.token)
            self._state.style().polish(self._state)
            self._mark.setPixmap(mark(state.icon, state.token))
            self._mark.show()
            self._state.show()
        if finished and seen.problem is not None and self._problem is None:
            self._problem = ProblemBox(_offer(run, seen.problem), self)
            remedy = _offer(run, seen.problem).remedy
            self._problem.acted.connect(lambda: self.asked.emit(f"remedy:{remedy}", self.item))
            self._problem.retried.connect(lambda: self.asked.emit("retry", self.item))
            self._column.insertWidget(1, self._problem)
            self._problem.show()  # now, so that the height of the card counts it
        for button in self._buttons:
            button.setVisible(finished or run.silent)
        copy = self._buttons[0]
        copy.setVisible(not copy.isHidden() and bool(self.copied()))
        if finished:
            self._draw_chips()

    def _draw_chips(self) -> None:
        while (row := self._chips.takeAt(0)) is not None:
            if (widget := row.widget()) is not None:
                widget.deleteLater()
        run, seen = self.run, self.run.transcript
        waited, speed, used = words.first_token(run), words.speed(run), seen.usage
        chips = [
            ("model", seen.model or run.call.model, "Open this run in the inspector"),
            ("finish", seen.finish_reason or "", "How the server says it ended"),
            ("time", f"TTFT {words.seconds(waited)}" if waited is not None else "", "Times"),
            ("time", f"{words.number(speed, 0)} tok/s" if speed is not None else "", "Times"),
            ("tokens", words.usage(used) if used else "", "Where these tokens come from"),
            ("cost", words.cost(run.cost) if seen.legs else "", "How this was calculated"),
        ]
        shown = [(kind, text, tip) for kind, text, tip in chips if text]
        for number, (kind, text, tip) in enumerate(shown):
            if number:
                dot = QLabel("·", self)
                dot.setProperty("role", "chip")
                self._chips.addWidget(dot)
            chip = QToolButton(self)
            chip.setText(visible(text))
            chip.setProperty("role", "chip")
            chip.setToolTip(tip)
            chip.setAccessibleName(f"{text}: {tip}")
            chip.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            chip.clicked.connect(lambda _, kind=kind, chip=chip: self._open(kind, chip))
            self._chips.addWidget(chip)
        self._chips.addStretch(1)

    def _open(self, kind: str, chip: QToolButton) -> None:
        if kind in ("model", "finish"):
            self.asked.emit("inspect", self.item)
            return
        title, rows = {"time": _times, "tokens": _tokens, "cost": _cost}[kind](self.run)
        Details(title, rows, self).show_at(chip.mapToGlobal(QPoint(0, 0)))

    def copied(self) -> str:
        return self.run.answer or self.run.transcript.refusal or ""


def _offer(run: Run, problem: Problem) -> Problem:
    """The next action for an answer that broke off is to go on, when there is something of it."""
    if run.transcript.outcome in NAMED_BY_OUTCOME and run.transcript.text:
        return problem.model_copy(update={"remedy": "continue"})
    return problem


def _times(run: Run) -> tuple[str, list[tuple[str, str]]]:
    timing = run.transcript.timing
    start = timing.request or 0
    rows = [
        (name, words.seconds((moment - start) / 1e9))
        for name, moment in (
            ("answer began (headers)", timing.head),
            ("first event", timing.first_event),
            ("first token", timing.first_token),
            ("last token", timing.last_token),
            ("end", timing.end),
        )
        if moment is not None
    ]
    if (speed := words.speed(run)) is not None:
        rows.append(("output tokens ÷ (last − first token)", f"{words.number(speed, 1)} tok/s"))
    return "After the request left", rows


def _tokens(run: Run) -> tuple[str, list[tuple[str, str]]]:
    used = run.transcript.usage
    if used is None:
        return "Tokens", [("reported", "nothing")]
    title = "Tokens, as the server reported" if used.basis == "reported" else "Tokens, counted here"
    rows = [
        ("input", words.number(used.input)),
        ("  of it cached", words.number(used.cached)),
        ("output", words.number(used.output)),
        ("  of it reasoning", words.number(used.reasoning)),
        ("total", words.number(used.total)),
    ]
    if used.basis == "estimated":
        rows.append(("the server sent no usage", "≈"))
    return title, rows


def _cost(run: Run) -> tuple[str, list[tuple[str, str]]]:
    cost = run.cost
    if cost is None or cost.usd is None:
        why = cost.source if cost is not None else "The server reported no tokens."
        return "Cost unknown", [(why, "")]
    rows = [
        (
            line.what,
            f"{words.number(line.tokens)} × ${line.per_million}/M = {words.money(line.usd)}"
            if line.per_million is not None
            else words.money(line.usd),
        )
        for line in cost.lines
    ]
    rows.append(("total", words.money(cost.usd)))
    rows.append(("price", cost.source))
    if cost.as_of:
        rows.append(("as of", cost.as_of))
    return f"Cost, {cost.basis}", rows
