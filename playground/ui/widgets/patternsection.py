"""The patterns among the settings: who is asked by rule, who when a server fails, and for how long
a recorded answer stands for the same request."""

from __future__ import annotations

from functools import partial
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.patterns import Patterns, Rule, Target
from playground.ui import theme
from playground.ui.widgets.fieldedit import Choice
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.parts import leave
from playground.ui.widgets.patternrows import RuleRow, Servers, TargetRow
from playground.ui.widgets.patternwords import HOW, TIMES, duration, seconds_of, summary

SHOWN = 40
"""Rows of a list: a file of somebody else's may have any number."""
CUSTOM = -1
"""Stands for a time of one's own among those that are offered."""

R = TypeVar("R", bound=TargetRow)


class PatternSection(QWidget):
    """Closed until there is something in it.

    Signals:
        changed(dict): what of the call is another now: `patterns`.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._patterns = Patterns()
        self._servers: Servers = ()
        self.rules: list[RuleRow] = []
        self.choices: list[TargetRow] = []
        self.fallback: list[TargetRow] = []
        self._made = False
        body = self._body = QWidget(self)
        self._inside = QVBoxLayout(body)
        theme.space(self._inside, 0, 0, 0, 8, gap=0)
        self.fold = Fold(self, body, strong=True)
        theme.follow(self.fold, lambda look: self.fold.setFixedHeight(look.px(28)))
        self.fold.toggled.connect(self._opened)
        column = QVBoxLayout(self)
        theme.space(column, 0, 4, 0, 0, gap=0)
        column.addWidget(self.fold)
        column.addWidget(body)
        self.show_patterns(self._patterns, (), fresh=True)

    def _opened(self, opened: bool) -> None:
        if opened and not self._made:
            self._make()
            self._fill(fresh=True)

    def _make(self) -> None:
        """What is in it, when somebody looks for the first time."""
        self._made, body, inside = True, self._body, self._inside
        self._caption("Who is asked: the first rule decides whose sign the last message has.")
        self._rules = self._list()
        self.add_rule = self._adding("Add a rule", self._rule_added)
        self.picks = QCheckBox("Where no rule holds, a model picks", body)
        self.picks.setToolTip("A cheap model is asked once, by a request of its own")
        self.picks.clicked.connect(self._picks)
        inside.addWidget(self.picks)
        self.picker = TargetRow("the model that picks", body, listed=False)
        self.picker.changed.connect(self._edited)
        inside.addWidget(self.picker)
        self._among = self._caption("Among these:")
        self._choices = self._list()
        self.add_choice = self._adding("Add a choice", self._choice_added)

        self._caption("Asked in this order when a request fails at its server:", above=8)
        self._fallback = self._list()
        self.add_fallback = self._adding("Add a fallback", self._fallback_added)

        self._caption("For how long a recorded answer stands for the same request:", above=8)
        line = QHBoxLayout()
        theme.space(line, gap=4)
        self.reuse = Choice(body)
        self.reuse.setAccessibleName("Reuse recorded answers for")
        self.reuse.setToolTip("The same request is not sent again, and costs nothing")
        for seconds, words in TIMES:
            self.reuse.addItem(words, seconds)
        self.reuse.addItem("custom…", CUSTOM)
        self.reuse.activated.connect(lambda _: self._reuse_picked())
        line.addWidget(self.reuse, 1)
        self.custom = QLineEdit(body)
        self.custom.setAccessibleName("Reuse recorded answers for how long")
        self.custom.setPlaceholderText("15 min")
        self.custom.editingFinished.connect(self._typed)
        line.addWidget(self.custom, 1)
        inside.addLayout(line)
        self.why = self._caption("")
        self.why.setProperty("token", "error")

    # Parts.

    def _caption(self, text: str, above: float = 4) -> QLabel:
        made = QLabel(text, self)
        made.setProperty("role", "caption")
        made.setTextFormat(Qt.TextFormat.PlainText)
        made.setWordWrap(True)
        theme.follow(made, lambda look: made.setContentsMargins(*look.margins(0, above, 0, 4)))
        made.setVisible(bool(text))
        self._inside.addWidget(made)
        return made

    def _list(self) -> QVBoxLayout:
        made = QVBoxLayout()
        theme.space(made, gap=4)
        self._inside.addLayout(made)
        return made

    def _adding(self, text: str, slot: object) -> QPushButton:
        made = QPushButton(text, self)
        made.setProperty("role", "quiet")
        made.setAccessibleName(text)
        made.clicked.connect(slot)
        self._inside.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)
        return made

    # What is shown.

    def show_patterns(self, patterns: Patterns, servers: Servers, *, fresh: bool) -> None:
        """`servers`: the profiles that there are. `fresh`: it is another session."""
        self._patterns, self._servers = patterns, servers
        said = summary(patterns)
        self.fold.say("Patterns", said)
        self.fold.setAccessibleName(f"Patterns: {said}")
        if self._made:
            self._fill(fresh=fresh)
        if fresh:
            self.fold.setChecked(patterns.active)

    def _fill(self, *, fresh: bool) -> None:
        patterns, servers = self._patterns, self._servers
        for button, what, all_of_them in (
            (self.add_rule, "Add a rule", patterns.rules),
            (self.add_choice, "Add a choice", patterns.choices),
            (self.add_fallback, "Add a fallback", patterns.fallback),
        ):
            more = len(all_of_them) - SHOWN
            button.setText(f"{more} more are not shown" if more > 0 else what)
            button.setEnabled(more < 0)
        self._as_many(self.rules, self._rules, len(patterns.rules), self._rule_row)
        self._as_many(self.choices, self._choices, len(patterns.choices), self._choice_row)
        self._as_many(self.fallback, self._fallback, len(patterns.fallback), self._fallback_row)
        for row, rule in zip(self.rules, patterns.rules, strict=False):
            row.show_rule(rule, servers)
        for rows, targets in (
            (self.choices, patterns.choices),
            (self.fallback, patterns.fallback),
        ):
            for target_row, target in zip(rows, targets, strict=False):
                target_row.show_target(target, servers)
        picking = patterns.picker is not None
        self.picks.setChecked(picking)
        self.picker.show_target(patterns.picker or Target(), servers)
        for widget in (self.picker, self._among, self.add_choice, *self.choices):
            widget.setVisible(picking)
        if picking and not patterns.choices:
            self.picker.say("There is nothing to pick from yet.", wrong=False)
        self._show_reuse(fresh=fresh)

    def settle(self) -> None:
        """Take what is being typed: it belongs to the session that is shown, not to the next."""
        if self._made:
            self._edited()
            for line in self.findChildren(QLineEdit):
                line.setModified(False)

    def _show_reuse(self, *, fresh: bool) -> None:
        seconds = self._patterns.reuse
        at = next((at for at, (known, _) in enumerate(TIMES) if known == seconds), -1)
        own = at < 0 or (not fresh and self.reuse.currentData() == CUSTOM)
        self.reuse.setCurrentIndex(self.reuse.findData(CUSTOM) if own else at)
        self.custom.setVisible(own)
        if own and seconds and not self.custom.isModified():
            self.custom.setText(duration(seconds))
        if fresh:
            self.custom.setModified(False)
            self._say_reuse("")

    def _say_reuse(self, text: str) -> None:
        self.why.setText(text)
        self.why.setVisible(bool(text))

    def _as_many(self, rows: list[R], column: QVBoxLayout, count: int, make: object) -> None:
        count = min(count, SHOWN)
        while len(rows) > count:
            leave(rows.pop())
        while len(rows) < count:
            row = make(len(rows))  # type: ignore[operator]
            row.changed.connect(self._edited)
            column.addWidget(row)
            rows.append(row)
        for at, row in enumerate(rows):
            row.up.setEnabled(at > 0)

    def _rule_row(self, at: int) -> RuleRow:
        return self._joined(RuleRow(f"rule {at + 1}", self), "rules", at)

    def _choice_row(self, at: int) -> TargetRow:
        return self._joined(TargetRow(f"choice {at + 1}", self, about=True), "choices", at)

    def _fallback_row(self, at: int) -> TargetRow:
        return self._joined(TargetRow(f"fallback {at + 1}", self), "fallback", at)

    def _joined(self, row: R, name: str, at: int) -> R:
        row.moved.connect(partial(self._moved, name, at))
        row.removed.connect(partial(self._removed, name, at))
        return row

    # What the user does.

    def _tell(self, **changes: object) -> None:
        patterns = self._patterns.model_copy(update=changes)
        if patterns != self._patterns:
            self.changed.emit({"patterns": patterns})

    def _edited(self) -> None:
        had = self._patterns
        self._tell(
            rules=[*(row.rule() for row in self.rules), *had.rules[SHOWN:]],
            choices=[*(row.target() for row in self.choices), *had.choices[SHOWN:]],
            fallback=[*(row.target() for row in self.fallback), *had.fallback[SHOWN:]],
            picker=self.picker.target() if self.picks.isChecked() else None,
        )

    def _rule_added(self) -> None:
        self._tell(rules=[*self._patterns.rules, Rule()])
        self.rules[-1].value.setFocus()

    def _choice_added(self) -> None:
        self._tell(choices=[*self._patterns.choices, Target()])
        self.choices[-1].model.setFocus()

    def _fallback_added(self) -> None:
        self._tell(fallback=[*self._patterns.fallback, Target()])
        self.fallback[-1].model.setFocus()

    def _picks(self, on: bool) -> None:
        choices = self._patterns.choices or ([Target(), Target()] if on else [])
        self._tell(picker=Target() if on else None, choices=choices)

    def _moved(self, name: str, at: int) -> None:
        rows = list(getattr(self._patterns, name))
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
        self._tell(**{name: rows})

    def _removed(self, name: str, at: int) -> None:
        rows = list(getattr(self._patterns, name))
        del rows[at]
        self._tell(**{name: rows})

    def _reuse_picked(self) -> None:
        seconds = self.reuse.currentData()
        self.custom.setVisible(seconds == CUSTOM)
        self._say_reuse("")
        if seconds == CUSTOM:
            self.custom.setText(duration(self._patterns.reuse) if self._patterns.reuse else "")
            self.custom.setFocus()
            return
        self._tell(reuse=seconds)

    def _typed(self) -> None:
        seconds = seconds_of(self.custom.text())
        self._say_reuse(HOW if seconds is None else "")
        if seconds is not None:
            self.custom.setModified(False)
            self._tell(reuse=seconds)
