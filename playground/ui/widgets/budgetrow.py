"""The budgets in one line among the settings, and the way to them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from playground.core.budget import Budgets
from playground.ui import theme
from playground.ui.widgets.budgetvalues import summary

NONE = "No budget: nothing is held back."


class BudgetRow(QWidget):
    """Signals:
    edit_wanted(): somebody wants to change them.
    """

    edit_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        theme.space(row, 0, 0, 0, 0, gap=8)
        self.words = QLabel(self)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        row.addWidget(self.words, 1)
        self.edit = QPushButton("Edit", self)
        self.edit.setAccessibleName("Edit the budgets")
        self.edit.setToolTip("What a run, a session, a day and a month may use")
        self.edit.clicked.connect(self.edit_wanted)
        row.addWidget(self.edit, 0, Qt.AlignmentFlag.AlignTop)
        self.show_budgets(Budgets())

    def show_budgets(self, budgets: Budgets) -> None:
        said = summary(budgets)
        role = "number" if said else "caption"
        if self.words.property("role") != role:
            self.words.setProperty("role", role)
            self.words.style().polish(self.words)
        self.words.setText(said or NONE)
