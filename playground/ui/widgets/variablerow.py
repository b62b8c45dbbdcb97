"""One variable: its name, its value, and how it is declared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.core.variables import Variable, spelled, standing
from playground.ui import theme, words
from playground.ui.widgets.cards.base import badge, say_state
from playground.ui.widgets.parts import Brief, leave, tool_button
from playground.ui.widgets.values import clipped
from playground.ui.widgets.variabledeclaration import WORDS, VariableDeclaration
from playground.ui.widgets.variablevalue import ValueEdit


class VariableRow(QWidget):
    """Signals:
    valued(given, value): another value is put in, or none of its own.
    changed(Variable), renamed(str), removed(): as of VariableDeclaration.
    """

    valued = Signal(bool, object)
    changed = Signal(object)
    renamed = Signal(str)
    removed = Signal()

    def __init__(
        self,
        one: Variable,
        refusal: Callable[[str], str],
        parent: QWidget | None = None,
        *,
        valued: bool = True,
    ) -> None:
        """`refusal`: why it cannot have a name. `valued`: it has a value beside its declaration."""
        super().__init__(parent)
        self.variable = one
        self._refusal, self._valued = refusal, valued
        self._values: Mapping[str, Any] = {}
        self.value: ValueEdit | None = None
        self.declaration: VariableDeclaration | None = None
        self._column = column = QVBoxLayout(self)
        theme.space(column, 0, 2, 0, 6, gap=2)
        head = QHBoxLayout()
        theme.space(head, gap=6)
        self.name = Brief("", "number", self, yields=True)
        head.addWidget(self.name)
        self.kind = QLabel(self)
        self.kind.setProperty("role", "caption")
        self.kind.setTextFormat(Qt.TextFormat.PlainText)
        head.addWidget(self.kind)
        head.addStretch(1)
        self.state = badge(self)
        self.state.setMinimumWidth(1)  # else the form would be as wide as a long default
        head.addWidget(self.state, 0, Qt.AlignmentFlag.AlignVCenter)
        self.edit = tool_button("edit", "", self)
        self.edit.setCheckable(True)
        self.edit.toggled.connect(self._turn)
        head.addWidget(self.edit)
        column.addLayout(head)
        self.help = self._caption()
        self._at = column.count()
        self.why = self._caption("error")
        self.empty = QPushButton("Use an empty text", self)
        self.empty.setProperty("role", "quiet")
        self.empty.setProperty("small", True)
        self.empty.clicked.connect(lambda: self.value.use_empty() if self.value else None)
        column.addWidget(self.empty, 0, Qt.AlignmentFlag.AlignLeft)

    def _caption(self, token: str = "") -> QLabel:
        label = QLabel(self)
        label.setProperty("role", "caption")
        label.setProperty("token", token)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setMinimumWidth(1)  # a word may be longer than any form is wide
        label.hide()
        self._column.addWidget(label)
        return label

    # What is shown.

    def show_variable(
        self, one: Variable, values: Mapping[str, Any], unused: str, *, fresh: bool
    ) -> None:
        """`unused`: what is said of it where nothing has a place for it. `fresh`: it is of another
        session, so nothing that was typed stays."""
        before, self.variable = self.variable, one
        changed = (before.type, before.choices, before.name) != (one.type, one.choices, one.name)
        if self._valued and (changed or fresh or self.value is None):
            self._make_value()
        self.name.setText(visible(one.name))
        self.name.setToolTip(words.tip(f"{{{{{one.name}}}}}"))
        self.kind.setText(WORDS[one.type] + (f" · {unused}" if unused else ""))
        self.edit.setToolTip(f"Declare {visible(one.name)}: type, default, name")
        self.edit.setAccessibleName(f"Declare the variable {visible(one.name)}")
        about = one.help if not self.edit.isChecked() else ""
        self.help.setText(visible(about))
        self.help.setVisible(bool(about))
        if self.declaration is not None:
            self.declaration.show_variable(one)
        self._show_value(values)

    def _make_value(self) -> None:
        if self.value is not None:
            leave(self.value)
        self.value = made = ValueEdit(
            self.variable, f"Value of {visible(self.variable.name)}", self
        )
        made.edited.connect(self._edited)
        self._column.insertWidget(self._at, made)
        QWidget.setTabOrder(made.editor, self.edit)

    def _show_value(self, values: Mapping[str, Any]) -> None:
        one, self._values = self.variable, values
        found = standing(one, values)
        if self.value is None:
            said = f"default {clipped(spelled(one.default))}" if one.default is not None else ""
            say_state(self.state, visible(said))
            self.state.setToolTip(words.tip(said))
            self.empty.hide()
            return
        default = standing(one, {})
        hint = f"default: {clipped(spelled(one.default))}" if default.state == "default" else ""
        self.value.hint(visible(hint) or "no value")
        self.value.describe(one.help)
        given = one.name in values
        self.value.show_value(given, values.get(one.name), found.why if given else "")
        why = self.value.wrong or found.why
        if self.value.wrong and not found.why and found.state != "missing":
            why += f" Used instead: {clipped(spelled(found.value))}."
        self.why.setText(visible(why))
        self.why.setVisible(bool(why))
        match found.state:
            case "missing":
                say_state(self.state, "no value", "warn")
            case "wrong":
                say_state(self.state, "no value", "error")
            case "given" if found.value == "" and isinstance(found.value, str):
                say_state(self.state, "empty text")
            case _:
                say_state(self.state, "")
        self.empty.setVisible(found.state == "missing" and one.type == "text" and not why)
        self.empty.setAccessibleName(f"Use an empty text for {visible(one.name)}")

    @property
    def needs(self) -> bool:
        """Whether there is no value to put in."""
        return bool(self.state.property("token")) and not self.state.isHidden()

    def settle(self) -> None:
        """Take what is being typed."""
        if self.value is not None:
            self.value.settle()
        if self.declaration is not None:
            self.declaration.settle()

    def reveal(self) -> None:
        """Put the focus where its value is."""
        (self.value or self.edit).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def declare(self) -> None:
        """Open its declaration, to be given a name."""
        self.edit.setChecked(True)
        if self.declaration is not None:
            self.declaration.name.setFocus(Qt.FocusReason.OtherFocusReason)
            self.declaration.name.selectAll()

    # What the user does.

    def _turn(self, on: bool) -> None:
        if on and self.declaration is None:
            self.declaration = made = VariableDeclaration(self.variable, self._refusal, self)
            made.changed.connect(self.changed)
            made.renamed.connect(self.renamed)
            made.removed.connect(self.removed)
            self._column.addWidget(made)
        if self.declaration is not None:
            if not on:
                self.declaration.settle()
            self.declaration.setVisible(on)
        self.help.setVisible(bool(self.variable.help) and not on)

    def _edited(self) -> None:
        assert self.value is not None
        if self.value.wrong:
            self._show_value(self._values)
        else:
            self.valued.emit(self.value.given, self.value.value)
