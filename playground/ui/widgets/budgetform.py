"""Budgets as a form: what a run, a session, a day and a month may use, and what they have used."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from playground.core.budget import SCOPES, Budgets, Scope
from playground.core.plain import visible
from playground.ui import theme
from playground.ui.widgets.budgetvalues import (
    LIMITS,
    TITLES,
    UNITS,
    Limit,
    nothing,
    put,
    read,
    typed,
    value,
)

WIDE = {"usd": 104, "tokens": 104, "requests": 80, "seconds": 80}
"""Pixels of the design, of a field."""


class BudgetField(QLineEdit):
    """One number; what cannot be one is marked, and told of in its description.

    Signals:
        told(str): what there is to say of what stands here: what is wrong, or what 0 means.
        edited(): another number stands here, or none.
    """

    told = Signal(str)
    edited = Signal()

    def __init__(self, limit: Limit, parent: QWidget) -> None:
        super().__init__(parent)
        self.limit = limit
        self.number: Decimal | int | None = None
        """What was read last."""
        self.wrong = ""
        self.setProperty("role", "entry")
        self.setPlaceholderText("any")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setAccessibleName(f"{UNITS[limit.unit]} of {TITLES[limit.scope].lower()}")
        theme.follow(self, lambda look: self.setFixedWidth(look.px(WIDE[limit.unit])))
        self.textEdited.connect(lambda _: self._look())
        self.editingFinished.connect(self.settle)

    def show_number(self, number: Decimal | int | None) -> None:
        self.number = number
        self.setText(typed(number))
        self._look()

    def settle(self) -> None:
        """Take what stands here for the number, if it is one."""
        self._look()
        if self.wrong:
            return
        number = read(self.limit, self.text())
        if number != self.number:
            self.number = number
            self.edited.emit()

    def _look(self) -> None:
        number: Decimal | int | None = None
        try:
            number, self.wrong = read(self.limit, self.text()), ""
        except ValueError as error:
            self.wrong = str(error)
        if self.property("wrong") != bool(self.wrong):
            self.setProperty("wrong", bool(self.wrong))
            self.style().polish(self)
        said = self.wrong or (nothing(self.limit) if number == 0 else "")
        self.setToolTip(visible(said))
        self.setAccessibleDescription(visible(said))
        self.told.emit(said)


class BudgetForm(QWidget):
    """Signals:
    changed(Budgets): a number is another one.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._budgets = Budgets()
        self.fields: dict[Limit, BudgetField] = {}
        self._used: dict[Scope, QLabel] = {}
        self._said: dict[Scope, QLabel] = {}
        grid = QGridLayout(self)
        theme.space(grid, 0, 0, 0, 0)
        theme.follow(grid, lambda look: grid.setHorizontalSpacing(look.px(8)))
        theme.follow(grid, lambda look: grid.setVerticalSpacing(look.px(2)))
        for column, name in enumerate(UNITS.values(), 1):
            head = self._label("caption")
            head.setText(name)
            head.setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(head, 0, column)
        grid.setColumnStretch(5, 1)
        for number, scope in enumerate(SCOPES):
            self._row(grid, 1 + 4 * number, scope)

    def _row(self, grid: QGridLayout, at: int, scope: Scope) -> None:
        name = self._label("plain")
        name.setText(TITLES[scope])
        theme.follow(name, lambda look: name.setMinimumWidth(look.px(76)))
        grid.addWidget(name, at, 0)
        units = list(UNITS)
        for limit in LIMITS:
            if limit.scope != scope:
                continue
            field = BudgetField(limit, self)
            field.told.connect(lambda _, scope=scope: self._tell(scope))
            field.edited.connect(lambda field=field: self._edited(field))
            self.fields[limit] = field
            grid.addWidget(field, at, 1 + units.index(limit.unit))
        self._said[scope] = said = self._label("caption")
        self._used[scope] = used = self._label("caption")
        said.setProperty("token", "error")
        used.setAccessibleName(f"Used: {TITLES[scope].lower()}")
        for row, line in ((at + 1, said), (at + 2, used)):
            line.setWordWrap(True)
            line.hide()
            grid.addWidget(line, row, 1, 1, 5)
        theme.follow(grid, lambda look: grid.setRowMinimumHeight(at + 3, look.px(8)))

    def _label(self, role: str) -> QLabel:
        made = QLabel(self)
        made.setProperty("role", role)
        made.setTextFormat(Qt.TextFormat.PlainText)
        return made

    # What is shown.

    def show_budgets(self, budgets: Budgets) -> None:
        self._budgets = budgets
        for limit, field in self.fields.items():
            field.show_number(value(budgets, limit))

    def show_used(self, rows: Mapping[Scope, str]) -> None:
        """What has been used, in words."""
        for scope, text in rows.items():
            self._used[scope].setText(visible(text))
            self._used[scope].setVisible(bool(text))

    @property
    def wrong(self) -> BudgetField | None:
        """The first where something stands that is no number."""
        return next((field for field in self.fields.values() if field.wrong), None)

    def settle(self) -> None:
        """Take what is still being typed."""
        for field in self.fields.values():
            field.settle()

    def _tell(self, scope: Scope) -> None:
        rows = [field for limit, field in self.fields.items() if limit.scope == scope]
        wrong = [field.wrong for field in rows if field.wrong]
        zero = [field.toolTip() for field in rows if field.toolTip() and not field.wrong]
        label = self._said[scope]
        token = "error" if wrong else ""
        if label.property("token") != token:
            label.setProperty("token", token)
            label.style().polish(label)
        label.setText(visible(" ".join(dict.fromkeys(wrong or zero))))
        label.setVisible(bool(label.text()))

    def _edited(self, field: BudgetField) -> None:
        self._budgets = put(self._budgets, field.limit, field.number)
        self.changed.emit(self._budgets)
