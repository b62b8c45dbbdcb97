"""Rows of the patterns: a rule, and who is asked. What is wrong with one is said below it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from playground.core.patterns import Rule, Target
from playground.core.plain import visible
from playground.engine.routing import wrong
from playground.ui import theme
from playground.ui.widgets.cards import tool_button
from playground.ui.widgets.fieldedit import TightChoice
from playground.ui.widgets.patternwords import SIGNS

OWN = "the session’s server"
GONE = "There is no such server any more: it is passed over."

Servers = Sequence[tuple[str, str]]
"""(id, name) of the profiles that there are."""


class TargetRow(QFrame):
    """Who is asked: a server and a model; with `about` what that one is good for.

    Signals:
        changed(): another server, model or word.
        moved(): it shall stand one place higher.
        removed(): it shall go.
    """

    changed = Signal()
    moved = Signal()
    removed = Signal()

    def __init__(
        self, name: str, parent: QWidget, *, about: bool = False, listed: bool = True
    ) -> None:
        """`name` says what it is, to whoever cannot see it; `listed`: it is one of several."""
        super().__init__(parent)
        self.setAccessibleName(name)
        self.column = QVBoxLayout(self)
        theme.space(self.column, 0, 4, 0, 4, gap=4)
        self.server = _choice(f"Server of {name}", self)
        self.server.activated.connect(lambda _: self._picked())
        self.model = _line(f"Model of {name}", "the server’s model", self)
        self.model.editingFinished.connect(self.changed)
        line = QHBoxLayout()
        theme.space(line, gap=4)
        line.addWidget(self.server, 1)
        if listed:
            self.up = tool_button("chevron-up", f"Move {name} up", self)
            self.up.clicked.connect(self.moved)
            remove = tool_button("close", f"Remove {name}", self)
            remove.clicked.connect(self.removed)
            line.addWidget(self.up)
            line.addWidget(remove)
        self.column.addLayout(line)
        words = QHBoxLayout()
        theme.space(words, gap=4)
        words.addWidget(self.model, 1)
        self.about: QLineEdit | None = None
        if about:
            self.about = _line(f"What {name} is good for", "good for", self)
            self.about.editingFinished.connect(self.changed)
            words.addWidget(self.about, 1)
        self.column.addLayout(words)
        self.why = QLabel(self)
        self.why.setProperty("role", "caption")
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.why.setWordWrap(True)
        self.why.hide()
        self.column.addWidget(self.why)

    def show_target(self, target: Target, servers: Servers) -> None:
        known = dict(servers)
        self.server.clear()
        self.server.addItem(OWN, "")
        for profile_id, name in servers:
            self.server.addItem(visible(name), profile_id)
        if target.profile and target.profile not in known:
            self.server.addItem(f"gone: {visible(target.profile)}", target.profile)
        self.server.setCurrentIndex(self.server.findData(target.profile))
        _write(self.model, target.model)
        if self.about is not None:
            _write(self.about, target.about)
        gone = target.profile and target.profile not in known
        self.say(GONE if gone else "")

    def target(self) -> Target:
        about = self.about.text().strip() if self.about is not None else ""
        return Target(
            profile=self.server.currentData() or "", model=self.model.text().strip(), about=about
        )

    def say(self, text: str, *, wrong: bool = True) -> None:
        """What is wrong with it, or only missing yet."""
        self.why.setText(visible(text))
        self.why.setProperty("token", "error" if wrong else "")
        self.why.style().polish(self.why)
        self.why.setVisible(bool(text))

    def _picked(self) -> None:
        """A model of one server is seldom one of another."""
        self.model.clear()
        self.changed.emit()


class RuleRow(TargetRow):
    """A rule: what it looks at, and who is asked where that holds."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(name, parent)
        self.sign = _choice(f"What {name} looks at", self)
        for sign, words, _ in SIGNS:
            self.sign.addItem(words, sign)
        self.sign.activated.connect(lambda _: self.changed.emit())
        self.value = _line(f"Value of {name}", "", self)
        self.value.editingFinished.connect(self.changed)
        line = QHBoxLayout()
        theme.space(line, gap=4)
        line.addWidget(self.sign, 3)
        line.addWidget(self.value, 4)
        self.column.insertLayout(0, line)
        QWidget.setTabOrder(self.sign, self.value)
        QWidget.setTabOrder(self.value, self.server)

    def show_rule(self, rule: Rule, servers: Servers) -> None:
        self.show_target(rule.target, servers)
        self.sign.setCurrentIndex(self.sign.findData(rule.sign))
        hint = next(hint for sign, _, hint in SIGNS if sign == rule.sign)
        self.value.setPlaceholderText(hint)
        self.value.setVisible(bool(hint))
        _write(self.value, rule.value)
        if why := wrong(rule):
            # What nobody has typed yet is no mistake.
            self.say(
                f"Passed over. {why}" if rule.value else f"Needs {hint}.", wrong=bool(rule.value)
            )

    def rule(self) -> Rule:
        return Rule(sign=self.sign.currentData(), value=self.value.text(), target=self.target())


def _choice(name: str, parent: QWidget) -> TightChoice:
    made = TightChoice(parent)
    made.setAccessibleName(name)
    made.setSizeAdjustPolicy(TightChoice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(6)
    made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return made


def _line(name: str, hint: str, parent: QWidget) -> QLineEdit:
    made = QLineEdit(parent)
    made.setAccessibleName(name)
    made.setPlaceholderText(hint)
    made.setMaxLength(20_000)
    return made


def _write(line: QLineEdit, text: str) -> None:
    """What is being typed stays."""
    if line.text() != text and not (line.hasFocus() and line.isModified()):
        line.setText(text)
        line.setCursorPosition(0)
