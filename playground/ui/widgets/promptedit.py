"""The editor of a prompt: its messages, the variables that they need, and the way to make a version
of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.prompts import Content, Role, Said
from playground.core.variables import Variable, renamed
from playground.engine.prompting_places import findings
from playground.ui import theme
from playground.ui.widgets.parts import leave
from playground.ui.widgets.promptmessage import MessageEdit
from playground.ui.widgets.variableform import VariablesForm

PAUSE = 150
"""Milliseconds after a key before variables are looked for."""
TOLD = 8
"""Findings that are told at most."""


class PromptEdit(QWidget):
    """Signals:
    changed(): messages, variables or the note are other ones.
    saved(): a version is to be made of it.
    discarded(): what has changed since the last version is to go.
    took(str, callable): something was taken away: what, and how to bring it back.
    """

    changed = Signal()
    saved = Signal()
    discarded = Signal()
    took = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.messages: list[MessageEdit] = []
        self._filling = False
        outer = QVBoxLayout(self)
        theme.space(outer, 0, 0, 0, 0, gap=0)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setAccessibleName("Prompt")
        self.area = area
        page = QWidget(area)
        area.setWidget(page)
        column = QVBoxLayout(page)
        theme.space(column, 12, 4, 12, 8, gap=8)
        self._rows = QVBoxLayout()
        theme.space(self._rows, 0, 0, 0, 0, gap=8)
        column.addLayout(self._rows)
        column.addLayout(self._adding(page))
        self.found = QLabel(page)
        self.found.setProperty("role", "state")
        self.found.setProperty("token", "warn")
        self.found.setTextFormat(Qt.TextFormat.PlainText)
        self.found.setWordWrap(True)
        self.found.setAccessibleName("What is badly written")
        column.addWidget(self.found)
        head = QLabel("VARIABLES", page)
        head.setProperty("role", "section")
        column.addWidget(head)
        column.addLayout(self._undeclared(page))
        self.variables: list[Variable] = []
        self.form = VariablesForm(page, valued=False)
        self.form.changed.connect(lambda changes: self._declare(changes["variables"]))
        self.form.renamed.connect(self._rename)
        self.form.removed.connect(self._forget)
        column.addWidget(self.form)
        column.addStretch(1)
        outer.addWidget(area, 1)
        outer.addLayout(self._foot())
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.setInterval(PAUSE)
        self._looking.timeout.connect(self.look)

    def _undeclared(self, page: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, gap=8)
        self.told = QLabel(page)
        self.told.setProperty("role", "caption")
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setWordWrap(True)
        row.addWidget(self.told, 1)
        self.declare = QPushButton("Declare", page)
        self.declare.setAccessibleName("Declare the variables that are not")
        self.declare.setToolTip("Give them a type, a default and a word of help")
        self.declare.clicked.connect(self._declare_all)
        row.addWidget(self.declare, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _adding(self, page: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, gap=4)
        roles: tuple[Role, ...] = ("developer", "user", "assistant")
        for role in roles:
            button = QPushButton(f"+ {role}", page)
            button.setProperty("role", "quiet")
            button.setProperty("small", True)
            button.setAccessibleName(f"Add a {role} message")
            button.clicked.connect(lambda _=False, role=role: self.add(role))
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        theme.space(row, 12, 6, 12, 0, gap=8)
        self.note = QLineEdit(self)
        self.note.setPlaceholderText("What changed?")
        self.note.setAccessibleName("Note about this version")
        self.note.textEdited.connect(lambda _: self._changed())
        self.note.returnPressed.connect(self.saved)
        self.discard = QPushButton("Discard", self)
        self.discard.setProperty("role", "quiet")
        self.discard.setAccessibleName("Discard the unsaved changes")
        self.discard.clicked.connect(self.discarded)
        self.save = QPushButton("Save version", self)
        self.save.setAccessibleName("Save version")
        self.save.setToolTip("Make a new version of what stands here (Ctrl+S)")
        self.save.clicked.connect(self.saved)
        row.addWidget(self.note, 1)
        row.addWidget(self.discard)
        row.addWidget(self.save)
        return row

    # What stands there.

    @property
    def content(self) -> Content:
        return Content(
            messages=tuple(one.said for one in self.messages),
            variables=tuple(self.variables),
        )

    @property
    def undeclared(self) -> list[str]:
        """Names that the messages need and that nobody has said anything of."""
        there = {one.name for one in self.variables}
        return [name for name in self.content.names if name not in there]

    def settle(self) -> None:
        """Take what is being typed into a field."""
        self.form.settle()

    def write(self, content: Content, note: str = "") -> None:
        """Show this; nobody is told."""
        self._filling = True
        while len(self.messages) > len(content.messages):
            leave(self.messages.pop())
        for place, said in enumerate(content.messages):
            if place == len(self.messages):
                self._insert(place, said)
            else:
                self.messages[place].write(said)
        self.note.setText(note)
        self.variables = [one.model_copy(deep=True) for one in content.variables]
        self._filling = False
        self.look(fresh=True)

    def show_state(self, *, unsaved: bool) -> None:
        """Whether there is anything to make a version of."""
        self.save.setEnabled(unsaved)
        self.discard.setEnabled(unsaved)

    def look(self, *, fresh: bool = False) -> None:
        """Look for variables in what stands there now. `fresh`: nothing that was typed stays."""
        self._looking.stop()
        content, undeclared = self.content, self.undeclared
        declared = {one.name for one in self.variables}
        self.form.show_variables(
            self.variables, unused=declared.difference(content.names), fresh=fresh
        )
        names = ", ".join(visible(name) for name in undeclared)
        nothing = "" if declared else "Two braces around a name make one: {{city}}."
        self.told.setText(f"Not declared, so any text: {names}" if names else nothing)
        self.told.setVisible(bool(self.told.text()))
        self.declare.setVisible(bool(names))
        for place, one in enumerate(self.messages):
            one.number(place, len(self.messages))
            one.text.declare(declared)
        self.found.setText(_said(content.messages))
        self.found.setVisible(bool(self.found.text()))

    # What people do.

    def add(self, role: Role) -> None:
        self._insert(len(self.messages), Said(role=role, text=""))
        self.look()
        self._changed()
        self.messages[-1].text.setFocus()
        QTimer.singleShot(0, self, lambda: self.area.ensureWidgetVisible(self.messages[-1]))

    def _insert(self, place: int, said: Said) -> None:
        made = MessageEdit(said, self)
        made.changed.connect(self._changed)
        made.moved.connect(lambda by, made=made: self._move(made, by))
        made.removed.connect(lambda made=made: self._remove(made))
        self.messages.insert(place, made)
        self._rows.insertWidget(place, made)
        made.show()

    def _move(self, one: MessageEdit, by: int) -> None:
        place = self.messages.index(one) + by
        if 0 <= place < len(self.messages):
            focus = self.window().focusWidget()
            self.messages.remove(one)
            self.messages.insert(place, one)
            self._rows.removeWidget(one)
            self._rows.insertWidget(place, one)
            if focus is not None and one.isAncestorOf(focus):
                (focus if focus.isEnabled() else one.text).setFocus()
            self.look()
            self._changed()
            self.area.ensureWidgetVisible(one)

    def _remove(self, one: MessageEdit) -> None:
        place, said = self.messages.index(one), one.said
        self.messages.remove(one)
        after = self.messages[min(place, len(self.messages) - 1)].text if self.messages else None
        (after or self.note).setFocus()
        leave(one)
        self.look()
        self._changed()
        if said.text:
            self.took.emit(f"Removed message {place + 1}.", self._back(place, said))

    def _back(self, place: int, said: Said) -> Callable[[], None]:
        def back() -> None:
            self._insert(min(place, len(self.messages)), said)
            self.look()
            self._changed()

        return back

    def _declare(self, variables: Sequence[Variable]) -> None:
        self.variables = list(variables)
        self.look()
        self._changed()

    def _declare_all(self) -> None:
        names = self.undeclared
        self._declare([*self.variables, *(Variable(name=name) for name in names)])
        if names:
            self.form.rows[names[0]].declare()

    def _rename(self, old: str, new: str) -> None:
        """A variable has another name: so have its places."""
        for one in self.messages:
            one.rewrite(renamed(one.said.text, old, new))
        self._declare(
            [
                one.model_copy(update={"name": new}) if one.name == old else one
                for one in self.variables
            ]
        )

    def _forget(self, name: str) -> None:
        self._declare([one for one in self.variables if one.name != name])

    def _changed(self) -> None:
        if not self._filling:
            self._looking.start()
            self.changed.emit()


def _said(messages: Sequence[Said]) -> str:
    rows = [f"Message {one.message + 1}: {visible(one.words)}" for one in findings(messages)]
    more = len(rows) - TOLD
    return "\n".join([*rows[:TOLD], *([f"… and {more:,} more."] if more > 0 else [])])
