"""Asks for the values that a prompt needs at once: those of messages that are put in as said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.core.variables import Variable
from playground.ui import theme
from playground.ui.widgets.rows import Rows
from playground.ui.widgets.values import clipped
from playground.ui.widgets.variabledeclaration import WORDS
from playground.ui.widgets.variablevalue import ValueEdit


class PromptValues(QDialog):
    def __init__(
        self,
        variables: Sequence[Variable],
        go: Callable[[dict[str, Any]], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Values for this prompt")
        self._variables, self._go = variables, go
        column = QVBoxLayout(self)
        theme.space(column, 16, 12, 16, 12, gap=8)
        head = QLabel(
            "Messages of this prompt are put in as said already, so they need these values now.",
            self,
        )
        head.setWordWrap(True)
        column.addWidget(head)
        rows = Rows(self)
        self.fields: list[ValueEdit] = []
        for one in variables:
            field = ValueEdit(one, f"Value of {visible(one.name)}", rows)
            field.hint(visible(clipped(one.help)) or WORDS[one.type])
            field.describe(one.help)
            self.fields.append(field)
            rows.add(visible(one.name), field)
        column.addWidget(rows)
        self.said = QLabel(self)
        self.said.setProperty("role", "caption")
        self.said.setProperty("token", "error")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        self.said.hide()
        column.addWidget(self.said)
        buttons = QDialogButtonBox(self)
        use = buttons.addButton("Use", QDialogButtonBox.ButtonRole.AcceptRole)
        use.setProperty("role", "primary")
        use.setShortcut("Ctrl+Return")  # Enter ends a text, as in any form
        use.setToolTip("Ctrl+Enter")
        use.style().polish(use)  # the box has had its looks already
        buttons.addButton("Cancel", QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        theme.follow(self, lambda look: self.setMinimumWidth(look.px(420)))

    def accept(self) -> None:
        found: dict[str, Any] = {}
        for one, field in zip(self._variables, self.fields, strict=True):
            field.settle()
            if field.wrong or not (field.given or one.type == "text"):
                self.said.setText(visible(field.wrong or f"{one.name} needs a value."))
                self.said.show()
                field.setFocus()
                return
            found[one.name] = field.value if field.given else ""
        super().accept()
        self._go(found)
