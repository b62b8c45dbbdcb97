"""Variables and their values as a form: of what a session sends, or of a prompt in the library."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from playground.core.variables import Variable, recast
from playground.engine.templating import another, refusal
from playground.ui import theme
from playground.ui.widgets.parts import leave
from playground.ui.widgets.variablerow import VariableRow


class VariablesForm(QWidget):
    """One row for each variable, in their order.

    Signals:
        changed(dict): what is another now: `variables`, `values`, or both.
        renamed(old, new): a variable shall have another name, and so shall its places. Whoever
            listens changes both, and shows what came of it.
        removed(name): it shall be none any more.
    """

    changed = Signal(object)
    renamed = Signal(str, str)
    removed = Signal(str)

    def __init__(self, parent: QWidget | None = None, *, valued: bool = True) -> None:
        """`valued`: with a value for each of them; else only their declarations."""
        super().__init__(parent)
        self._valued = valued
        self._variables: list[Variable] = []
        self._values: dict[str, Any] = {}
        self.rows: dict[str, VariableRow] = {}
        """By the names of their variables."""
        self._column = QVBoxLayout(self)
        theme.space(self._column, 0, 0, 0, 0, gap=0)

    def show_variables(
        self,
        variables: Sequence[Variable],
        values: Mapping[str, Any] | None = None,
        *,
        unused: Collection[str] = (),
        fresh: bool = False,
    ) -> None:
        """`unused`: names that have no place anywhere. `fresh`: nothing that was typed stays."""
        self._variables, self._values = list(variables), dict(values or {})
        known = {one.name: one for one in variables}
        for name in self.rows.keys() - known.keys():
            leave(self.rows.pop(name))
        for at, one in enumerate(known.values()):
            row = self.rows.get(one.name)
            if row is None:
                row = self.rows[one.name] = self._row(one)
            if self._column.indexOf(row) != at:
                self._column.insertWidget(at, row)
                row.show()  # at once: it may be about to get the focus
            said = "not used" if one.name in unused else ""
            row.show_variable(one, self._values, said, fresh=fresh)

    def _row(self, one: Variable) -> VariableRow:
        row = VariableRow(one, lambda wanted: self._refusal(row, wanted), self, valued=self._valued)
        row.valued.connect(lambda given, value: self._value(row.variable.name, given, value))
        row.changed.connect(self._declare)
        row.renamed.connect(lambda new: self._rename(row.variable.name, new))
        row.removed.connect(lambda: self.removed.emit(row.variable.name))
        return row

    def _refusal(self, row: VariableRow, wanted: str) -> str:
        return refusal(self._variables, row.variable.name, wanted)

    def settle(self) -> None:
        """Take what is being typed."""
        for row in list(self.rows.values()):
            row.settle()

    def reveal(self, name: str = "") -> None:
        """Put the focus on the value of this one; on the first that has none, where that is not
        said."""
        row = self.rows.get(name)
        if row is None:
            row = next((one for one in self.rows.values() if one.needs), None)
        if row is None:
            row = next(iter(self.rows.values()), None)
        if row is not None:
            row.reveal()

    def add(self) -> None:
        """One more, to be given a name."""
        name = another(self._variables)
        self.changed.emit({"variables": [*self._variables, Variable(name=name)]})
        if (row := self.rows.get(name)) is not None:
            row.declare()

    # What the user does.

    def _value(self, name: str, given: bool, value: Any) -> None:
        values = {key: one for key, one in self._values.items() if key != name}
        if given:
            values[name] = value
        self.changed.emit({"values": values})

    def _declare(self, made: Variable) -> None:
        changes: dict[str, Any] = {
            "variables": [made if one.name == made.name else one for one in self._variables]
        }
        value = self._values.get(made.name)
        if value is not None and (cast := recast(made, value)) is not None and cast != value:
            changes["values"] = {**self._values, made.name: cast}
        self.changed.emit(changes)

    def _rename(self, old: str, new: str) -> None:
        """The row goes with its variable, and stays as open as it is."""
        if old in self.rows:
            self.rows[new] = self.rows.pop(old)
        self.renamed.emit(old, new)
