"""The declaration of a variable: its name, its type, and what goes with that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.core.variables import TYPES, Variable, recast, retyped, spelt
from playground.ui import theme
from playground.ui.widgets.fieldedit import Choice, WordField
from playground.ui.widgets.parts import leave
from playground.ui.widgets.rows import Rows
from playground.ui.widgets.schemaformfields import TextField
from playground.ui.widgets.variablevalue import ValueEdit

WIDE = 58
"""Pixels of the design for the names of the rows."""
WORDS = {
    "text": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
    "choice": "one of several",
    "json": "JSON",
}
"""What the types are called."""


class VariableDeclaration(QWidget):
    """Signals:
    changed(Variable): it is declared otherwise, under the same name.
    renamed(str): it shall have this name.
    removed(): it shall be none any more.
    """

    changed = Signal(object)
    renamed = Signal(str)
    removed = Signal()

    def __init__(
        self, one: Variable, refusal: Callable[[str], str], parent: QWidget | None = None
    ) -> None:
        """`refusal`: why it cannot have a name; empty: it can."""
        super().__init__(parent)
        self.variable = one
        self._refusal = refusal
        column = QVBoxLayout(self)
        theme.space(column, 0, 6, 0, 8, gap=4)
        self._rows = rows = Rows(self, wide=WIDE)
        self.name = WordField(rows)
        self.name.setProperty("role", "")
        self.name.setAccessibleName("Name of the variable")
        self.name.setToolTip("With it, its places are renamed in all that is sent next")
        self.name.edited.connect(self._renamed)
        rows.add("Name", self.name)
        self.kind = Choice(rows)
        self.kind.setAccessibleName("Type of the variable")
        for kind in TYPES:
            self.kind.addItem(WORDS[kind], kind)
        self.kind.activated.connect(lambda _: self._retyped())
        rows.add("Type", self.kind)
        self.choices = TextField(rows)
        self.choices.setAccessibleName("Choices, one a line")
        self.choices.setPlaceholderText("One a line (Shift+Enter)")
        self.choices.edited.connect(self._choices_edited)
        rows.add("Choices", self.choices)
        self._place = QWidget(rows)
        self._default_line = QHBoxLayout(self._place)
        theme.space(self._default_line, 0, 0, 0, 0)
        rows.add("Default", self._place)
        self.default = self._made_default()
        self.help = TextField(rows)
        self.help.setAccessibleName("Help")
        self.help.setPlaceholderText("What belongs there")
        self.help.edited.connect(lambda: self._tell(help=self.help.toPlainText()))
        rows.add("Help", self.help)
        column.addWidget(rows)
        self.why = QLabel(self)
        self.why.setProperty("role", "caption")
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.why.setWordWrap(True)
        self.why.hide()
        column.addWidget(self.why)
        line = QHBoxLayout()
        theme.space(line)
        line.addStretch(1)
        self.remove = QPushButton("Remove", self)
        self.remove.setProperty("role", "quiet")
        self.remove.clicked.connect(self.removed)
        line.addWidget(self.remove)
        column.addLayout(line)
        self.show_variable(one)

    def _made_default(self) -> ValueEdit:
        made = ValueEdit(self.variable, "Default", self._place)
        made.hint("none: a value is needed")
        made.edited.connect(self._default_edited)
        self._default_line.addWidget(made)
        return made

    # What is shown.

    def show_variable(self, one: Variable) -> None:
        """What is being typed stays, unless that is another."""
        before, self.variable = self.variable, one
        if one != before:
            self._say("")
        if not (self.name.hasFocus() and self.name.isModified()):
            self.name.write(one.name)
        self.kind.setCurrentIndex(self.kind.findData(one.type))
        self._rows.show_row(self.choices, one.type == "choice")
        lines = "\n".join(one.choices)
        if not self.choices.pending and lines != self.choices.toPlainText():
            self.choices.write(lines)
        if (before.type, before.choices, before.name) != (one.type, one.choices, one.name):
            leave(self.default)
            self.default = self._made_default()
        self.default.show_value(one.default is not None, one.default, _wrong(one))
        if not self.help.pending and one.help != self.help.toPlainText():
            self.help.write(one.help)
        self.remove.setAccessibleName(visible(f"Remove the variable {one.name}"))

    def settle(self) -> None:
        """Take what is being typed."""
        for field in (self.name, self.choices, self.default, self.help):
            field.settle()

    def _say(self, words: str, *, wrong: bool = True) -> None:
        self.why.setText(visible(words))
        self.why.setVisible(bool(words))
        self.why.setProperty("token", "error" if wrong else "")
        self.why.style().polish(self.why)

    # What the user does.

    def _renamed(self) -> None:
        name = spelt(self.name.text().strip())
        why = self._refusal(name)
        self.name.setProperty("wrong", bool(why))
        self.name.style().polish(self.name)
        self._say(why)
        if not why:
            self.name.setModified(False)
            if name != self.variable.name:
                self.renamed.emit(name)

    def _retyped(self) -> None:
        kind = self.kind.currentData()
        before = self.variable
        if kind == before.type:
            return
        made = retyped(before, kind)
        lost = before.default is not None and made.default is None
        self.show_variable(made)
        if lost:
            self._say("The default is none of this type, and was left out.", wrong=False)
        self.changed.emit(made)

    def _choices_edited(self) -> None:
        lines = [line.strip() for line in self.choices.toPlainText().split("\n")]
        self._tell(choices=list(dict.fromkeys(filter(None, lines))))

    def _default_edited(self) -> None:
        self._say(self.default.wrong)
        if not self.default.wrong:
            # JSON `null` is no default: without one a value has to be given.
            self._tell(default=self.default.value if self.default.given else None)

    def _tell(self, **values: Any) -> None:
        made = self.variable.model_copy(update=values)
        if "choices" in values and made.default is not None:
            made.default = recast(made, made.default)
        if made != self.variable:
            self.show_variable(made)
            self.changed.emit(made)


def _wrong(one: Variable) -> str:
    if one.default is None:
        return ""
    try:
        one.checked(one.default)
    except ValueError as error:
        return str(error)
    return ""
