"""The variables among the settings: what is put into the places of what is sent next, and what only
looks like a place."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.core.call import Call
from playground.core.plain import visible
from playground.engine.templating import declared, places, told, undeclared
from playground.ui import theme
from playground.ui.widgets.form import OVERHANG
from playground.ui.widgets.mark import Mark
from playground.ui.widgets.parts import tool_button
from playground.ui.widgets.variableform import VariablesForm

FEW = 3
"""Names that are spelled out in a sentence."""


def listed(some: list[str]) -> str:
    """`{{a}}, {{b}} and 4 more`."""
    rows = [f"{{{{{name}}}}}" for name in some[:FEW]]
    if len(some) > FEW:
        return f"{', '.join(rows)} and {len(some) - FEW} more"
    return " and ".join([", ".join(rows[:-1]), rows[-1]]) if len(rows) > 1 else rows[0]


def remark(call: Call, draft: str) -> str:
    """What comes of the places that are no variables, as sentences; empty: there are none."""
    some = undeclared(call, draft)
    if not some:
        return ""
    where = told(places(call, draft), some)
    stands, one = ("stand", "They are") if len(some) > 1 else ("stands", "It is")
    if not call.variables:
        return f"{listed(some)} {stands} in {where}. {one} sent as written: this is no template."
    return f"{listed(some)} {stands} in {where} without a variable: nothing can be sent."


class VariableSection(QWidget):
    """Hidden while there is neither a variable nor a place for one.

    Signals:
        changed(dict): what of the call is another now: `variables`, `values`.
        renamed(old, new), removed(name): as of VariablesForm.
    """

    changed = Signal(object)
    renamed = Signal(str, str)
    removed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._call = Call()
        self._draft = ""
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=2)
        head = QHBoxLayout()
        theme.space(head, 0, 8, 0, 2, gap=4)
        title = QLabel("VARIABLES", self)
        title.setProperty("role", "section")
        head.addWidget(title)
        head.addStretch(1)
        self.add = tool_button("plus", "Add a variable", self)
        head.addWidget(self.add)
        column.addLayout(head)
        self.offer = QWidget(self)
        inside = QVBoxLayout(self.offer)
        theme.space(inside, 0, 0, OVERHANG, 6, gap=4)
        line = QHBoxLayout()
        theme.space(line, gap=6)
        self._mark = Mark("info", "muted", self.offer)
        line.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        self.said = QLabel(self.offer)
        self.said.setProperty("role", "caption")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        line.addWidget(self.said, 1)
        inside.addLayout(line)
        self.make = QPushButton(self.offer)
        self.make.clicked.connect(self._declare)
        inside.addWidget(self.make, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.offer)
        self.form = VariablesForm(self)
        line = QHBoxLayout()
        theme.space(line, 0, 0, OVERHANG, 0)
        line.addWidget(self.form)
        column.addLayout(line)
        self.add.clicked.connect(self.form.add)
        self.form.changed.connect(self.changed)
        self.form.renamed.connect(self.renamed)
        self.form.removed.connect(self.removed)
        self.hide()

    def show_call(self, call: Call, draft: str, *, fresh: bool = False) -> None:
        """`draft`: what is being written and not sent. `fresh`: of another session."""
        self._call, self._draft = call, draft
        found = places(call, draft)
        some = undeclared(call, draft)
        words = remark(call, draft)
        self.said.setText(visible(words))
        self._mark.draw(*(("warning", "warn") if call.variables else ("info", "muted")))
        self.offer.setVisible(bool(words))
        self.make.setText("Make them variables" if len(some) > 1 else "Make it a variable")
        self.make.setAccessibleName(visible(f"Make {listed(some)} a variable") if some else "")
        unused = [one.name for one in call.variables if one.name not in found]
        self.form.show_variables(call.variables, call.values, unused=unused, fresh=fresh)
        self.setVisible(bool(words or call.variables))

    def settle(self) -> None:
        """Take what is being typed."""
        self.form.settle()

    def reveal(self) -> None:
        """Put the focus where something is missing."""
        if self.offer.isVisibleTo(self):
            self.make.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            self.form.reveal()

    def _declare(self) -> None:
        some = undeclared(self._call, self._draft)
        changes: dict[str, Any] = {"variables": declared(self._call, some)}
        self.changed.emit(changes)
        self.form.reveal()
