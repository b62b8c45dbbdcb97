"""What came of many answers to the same prompt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.session import Run
from playground.engine.agreement import Agreement, Number, Range, Repeated
from playground.engine.ledger_speed import ANSWERED
from playground.ui import theme, words
from playground.ui.widgets.moneywords import ENDED
from playground.ui.widgets.moneywords import count as count_of
from playground.ui.widgets.palette import HINT, EntryDelegate
from playground.ui.widgets.sharelist import Share, ShareList
from playground.ui.widgets.spreadstrip import SpreadStrip

ENOUGH = 90
"""Per cent from which answers are said to agree."""
EXPLAINED = (
    "Asks the same as often as you say, each time as another version of the same turn, and shows"
    " how far the answers agree, value by value where they are JSON, which tools were called in"
    " which order, and how time, tokens and cost are spread."
)
ENDED_AS = HINT + 1
"""How a run ended that is shown as it did."""
BEGINNING = 300
"""Characters of an answer that its row has."""
OTHERS = 6
"""Other values of a field that its tooltip names."""


class RepeatResult(QWidget):
    """Signals:
    wanted(str): the id of a run that somebody looks at.
    opened(str): the id of one to go on with.
    """

    wanted = Signal(str)
    opened = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: Repeated | None = None
        column = QVBoxLayout(self)
        theme.space(column, 0, 4, 8, 8, gap=6)
        self.head = self._label(column, "title")
        self.more = self._label(column, "caption")
        self._answers = self._label(column, "section", "ANSWERS")
        self.answers = self._list(column, "Answers, by how many say the same")
        self.answers.chosen.connect(lambda row: self._look(self._texts, row))
        self._documents = self._label(column, "section", "VALUES")
        self.fields = self._list(column, "Values of the answers, by their paths", most=12)
        self.fields.chosen.connect(self._look_at_field)
        self._calls = self._label(column, "section", "CALLS OF TOOLS")
        self.calls = self._list(column, "Tools in the order of their calls")
        self.calls.chosen.connect(lambda row: self._look(self._called, row))
        head = QHBoxLayout()
        theme.space(head, gap=8)
        self._spread = QLabel("SPREAD", self)
        self._spread.setProperty("role", "section")
        self._units = QLabel("least · middle · 95 of 100 at most · most", self)
        self._units.setProperty("role", "caption")
        head.addWidget(self._spread, 1)
        head.addWidget(self._units)
        column.addLayout(head)
        self._grid = QGridLayout()
        theme.space(self._grid, 0, 0, 0, 0)
        theme.follow(self._grid, lambda look: self._grid.setHorizontalSpacing(look.px(12)))
        theme.follow(self._grid, lambda look: self._grid.setVerticalSpacing(look.px(2)))
        self._grid.setColumnStretch(1, 1)
        column.addLayout(self._grid)
        self.strips: dict[str, tuple[QLabel, SpreadStrip, QLabel]] = {}
        for name in ("Time", "First token", "Output tokens", "Cost"):
            self._strip(name)
        self._each = self._label(column, "section", "EACH OF THEM")
        self.runs = QListWidget(self)
        self.runs.setAccessibleName("All runs")
        self.runs.setItemDelegate(EntryDelegate(self.runs))
        self.runs.setMouseTracking(True)
        self.runs.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.runs.setToolTip("Enter, or a double click: go on with it in the conversation")
        theme.follow(self.runs, lambda look: self.runs.setMinimumHeight(look.px(150)))
        self.runs.currentItemChanged.connect(lambda item, _: self.wanted.emit(_run_of(item)))
        self.runs.itemActivated.connect(lambda item: self.opened.emit(_run_of(item)))
        column.addWidget(self.runs, 1)
        column.addStretch(0)
        self.show_result((), None)

    def _label(self, column: QVBoxLayout, role: str, text: str = "") -> QLabel:
        label = QLabel(text, self)
        label.setProperty("role", role)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        if role == "section":
            theme.follow(label, lambda look: label.setContentsMargins(0, look.px(6), 0, 0))
        column.addWidget(label)
        return label

    def _list(self, column: QVBoxLayout, name: str, *, most: int = 6) -> ShareList:
        made = ShareList(name, self, most=most)
        column.addWidget(made)
        return made

    def _strip(self, name: str) -> None:
        row = self._grid.rowCount()
        title, strip, said = QLabel(name, self), SpreadStrip(name, self), QLabel(self)
        title.setProperty("role", "caption")
        said.setProperty("role", "number")
        for column, widget in enumerate((title, strip, said)):
            self._grid.addWidget(widget, row, column)
        self.strips[name] = title, strip, said

    # What is shown.

    def show_result(self, runs: Sequence[Run], found: Repeated | None) -> None:
        """`found` is of those of the runs that are over."""
        self._found = found
        if found is None or (not found.runs and not runs):
            self.head.setText("Same prompt, many times")
            self.more.setText(EXPLAINED)
        else:
            self._show_head(runs, found)
        some = found is not None and found.over > 0
        self.answers.show_shares(_shares(self._texts) if some else ())
        self.calls.show_shares(_shares(self._called, nothing="no tool") if some else ())
        self.fields.show_shares(_values(found) if found is not None else ())
        called = any(group.said for group in self._called.groups)
        for parts, shown in (
            ((self._answers, self.answers), some and self._texts.of > 0),
            ((self._documents, self.fields), bool(self.fields.count())),
            ((self._calls, self.calls), some and called),
            ((self._each, self.runs), bool(runs)),
        ):
            for part in parts:
                part.setVisible(shown)
        self._show_spread(runs, found)
        self._show_runs(runs)

    @property
    def _texts(self) -> Agreement:
        return self._found.alike if self._found is not None else Agreement(())

    @property
    def _called(self) -> Agreement:
        return self._found.called if self._found is not None else Agreement(())

    def _show_head(self, runs: Sequence[Run], found: Repeated) -> None:
        calls = self._called
        called = any(group.said for group in calls.groups)
        going = found.over < len(runs)
        texts = self._texts
        if texts.per_cent is not None and texts.most == 1:
            said = f"No two of {words.number(texts.of)} answers say the same"
        elif texts.per_cent is not None:
            said = f"{texts.per_cent} % agree: {texts.most} of {texts.of} answers say the same"
        elif called and calls.per_cent is not None:
            said = f"{calls.per_cent} % agree: {calls.most} of {calls.of} call the same tools"
        else:
            said = "Nothing to compare yet" if going or found.over < 2 else "Nothing to compare"
        self.head.setText(said)
        rows = []
        if going:
            rows.append(f"{found.over} of {len(runs)} are over")
        rows += [f"{words.number(count)} {ENDED[outcome]}" for outcome, count in found.outcomes]
        if left := found.over - found.answered:
            rows.append(f"{words.number(left)} not compared")
        exactly = found.texts.per_cent
        if exactly is not None:
            rows.append(f"{exactly} % word for word")
        if found.fields:
            same = sum(field.values.per_cent == 100 for field in found.fields)
            rows.append(f"{same} of {len(found.fields)} values are always the same")
        if called:
            rows.append(count_of(len(calls.groups), "sequence of tools", "sequences of tools"))
            rows.append(f"{len(found.arguments.groups)} with their arguments")
        self.more.setText(" · ".join(rows))

    def _show_spread(self, runs: Sequence[Run], found: Repeated | None) -> None:
        numbers: dict[str, Range[float] | None] = {}
        said: dict[str, str] = {}
        if found is not None:
            for name, spread in (("Time", found.took_ms), ("First token", found.first_token_ms)):
                numbers[name] = spread
                if spread is not None:
                    said[name] = _said(spread, lambda ms: words.seconds(ms / 1000))
            if found.output is not None:
                numbers["Output tokens"] = _floats(found.output)
                said["Output tokens"] = _said(found.output, words.tokens)
            if found.usd is not None:
                numbers["Cost"] = _floats(found.usd)
                said["Cost"] = _said(found.usd, words.money)
                if found.unpriced:
                    said["Cost"] += f" · {found.unpriced} unknown"
        dots = _dots(runs)
        for name, (title, strip, label) in self.strips.items():
            spread = numbers.get(name)
            for part in (title, strip, label):
                part.setVisible(spread is not None)
            if spread is not None:
                strip.show_numbers(dots[name], spread.median, spread.p95, said[name])
                label.setText(said[name])
        for label in (self._spread, self._units):
            label.setVisible(any(spread is not None for spread in numbers.values()))

    def _show_runs(self, runs: Sequence[Run]) -> None:
        chosen = _run_of(self.runs.currentItem())
        shown = [_run_of(self.runs.item(row)) for row in range(self.runs.count())]
        self.runs.blockSignals(True)
        if shown != [run.id for run in runs][: len(shown)]:  # else there are only more of them
            self.runs.clear()
            shown = []
        for run in runs[len(shown) :]:
            item = QListWidgetItem(self.runs)
            item.setData(Qt.ItemDataRole.UserRole, run.id)
            if run.id == chosen:
                self.runs.setCurrentItem(item)
        self.runs.blockSignals(False)
        self.show_states(runs)

    def show_states(self, runs: Sequence[Run]) -> None:
        """How each of them goes; those that are shown already."""
        for row, run in enumerate(runs[: self.runs.count()]):
            item = self.runs.item(row)
            if _run_of(item) != run.id:
                return
            known = run.transcript.outcome is not None and (run.transcript.outcome, run.cost)
            if known and known == item.data(ENDED_AS):  # reading its answer takes long
                continue
            said = f"{row + 1}. {_state(run)}"
            item.setData(ENDED_AS, known)
            if said != item.text() or known:
                facts = _facts(run)
                item.setText(said)
                item.setData(HINT, facts)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{said}, {facts}")

    # What somebody looks at.

    def _look(self, agreement: Agreement, row: int) -> None:
        if 0 <= row < len(agreement.groups):
            self.wanted.emit(agreement.groups[row].runs[0])

    def _look_at_field(self, row: int) -> None:
        """The first answer that says something else there; the first one where none does."""
        if self._found is not None and 0 <= row < len(self._found.fields):
            groups = self._found.fields[row].values.groups
            self.wanted.emit(groups[min(1, len(groups) - 1)].runs[0])


def _run_of(item: QListWidgetItem | None) -> str:
    return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""


def _shares(agreement: Agreement, nothing: str = "nothing") -> list[Share]:
    return [
        Share(group.said or nothing, len(group.runs), agreement.of, good=_good(agreement, number))
        for number, group in enumerate(agreement.groups)
    ]


def _values(found: Repeated) -> list[Share]:
    rows = []
    for field in found.fields:
        first, *rest = field.values.groups
        others = [f"{len(group.runs)} × {group.said}" for group in rest[:OTHERS]]
        if len(rest) > OTHERS:
            others.append(f"and {len(rest) - OTHERS} other values")
        said = first.said if not rest else f"{first.said}   ({len(rest)} other)"
        name = field.path or "the whole"
        good = _good(field.values, 0)
        rows.append(Share(said, len(first.runs), field.values.of, name, "\n".join(others), good))
    return rows


def _good(agreement: Agreement, number: int) -> bool:
    per_cent = agreement.per_cent
    return number == 0 and (per_cent is None or per_cent >= ENOUGH)


def _floats(spread: Range[int] | Range[Decimal]) -> Range[float]:
    rows = (spread.least, spread.median, spread.p95, spread.most)
    return Range(spread.count, *map(float, rows))


def _said(spread: Range[Number], say: Callable[[Number], str]) -> str:
    rows = (spread.least, spread.median, spread.p95, spread.most)
    return " · ".join(map(say, rows))


def _dots(runs: Sequence[Run]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in ("Time", "First token", "Output tokens",
                                                           "Cost")}  # fmt: skip
    for run in runs:
        seen = run.transcript
        if seen.outcome not in ANSWERED:
            continue
        begun = seen.first.request
        if begun is not None and seen.timing.end is not None:
            found["Time"].append((seen.timing.end - begun) / 1e6)
        if begun is not None and seen.first.first_token is not None:
            found["First token"].append((seen.first.first_token - begun) / 1e6)
        if seen.usage is not None:
            found["Output tokens"].append(float(seen.usage.output))
        if run.cost is not None and run.cost.usd is not None and not run.cost.at_least:
            found["Cost"].append(float(run.cost.usd))
    return found


def _state(run: Run) -> str:
    """How it goes or ended, and how its answer begins."""
    state = words.state(run)
    said = state.words if state is not None else "added"
    if run.transcript.outcome is None:
        return said
    answer = " ".join(visible(run.answer[:BEGINNING]).split())
    return f"{said}: {answer}" if answer else said


def _facts(run: Run) -> str:
    seen = run.transcript
    rows = []
    if (waited := words.first_token(run)) is not None:
        rows.append(f"first token {words.seconds(waited)}")
    if seen.first.request is not None and seen.timing.end is not None:
        rows.append(words.seconds((seen.timing.end - seen.first.request) / 1e9))
    if seen.usage is not None:
        rows.append(f"{words.tokens(seen.usage.output)} tok")
        rows.append(words.cost(run.cost))
    return " · ".join(rows)
