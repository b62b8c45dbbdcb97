"""The editor of one mock rule, or of what a tool answers when none of its rules holds."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.tools.rules import ByFields, Condition, Reply, Rule
from playground.ui import theme
from playground.ui.widgets.fieldedit import WordField
from playground.ui.widgets.mockfields import ConditionFields, ReplyFields, Wrong


class RuleEditor(QWidget):
    """Signals:
    changed(Rule | Reply): what is there is another one now.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: Rule | Reply | None = None
        column = QVBoxLayout(self)
        theme.space(column, 0, 4, 4, 8, gap=6)
        self._column = column
        self.tool = self._words("The tool that it is for", "name of the tool")
        self.tool.setToolTip("The name by which a model calls the tool")
        self.about = self._words("A note about the rule", "a note for people")
        self.wrong = Wrong(self)
        column.addWidget(self.wrong)
        head = QHBoxLayout()
        theme.space(head, 0, 0, 0, 0, gap=8)
        self._when = _section("WHEN", self)
        head.addWidget(self._when)
        head.addStretch(1)
        self.add = QPushButton("Add condition", self)
        self.add.setProperty("role", "quiet")
        self.add.setAccessibleName("Add a condition")
        self.add.setToolTip("All conditions of a rule must hold")
        self.add.clicked.connect(self.add_condition)
        head.addWidget(self.add)
        column.addLayout(head)
        self.always = QLabel("Always: it has no conditions.", self)
        self.always.setProperty("role", "caption")
        column.addWidget(self.always)
        self._box = QVBoxLayout()
        theme.space(self._box, 0, 0, 0, 0, gap=4)
        column.addLayout(self._box)
        self.conditions: list[ConditionFields] = []
        column.addWidget(_section("THEN IT GIVES", self))
        self.reply = ReplyFields(self)
        self.reply.changed.connect(self._edited)
        column.addWidget(self.reply)
        column.addStretch(1)

    def _words(self, name: str, hint: str) -> WordField:
        field = WordField(self)
        field.setProperty("role", "")
        field.setAccessibleName(name)
        field.setPlaceholderText(hint)
        field.edited.connect(self._edited)
        self._column.addWidget(field)
        return field

    def show_rule(self, shown: Rule | Reply, *, fresh: bool, named: bool) -> None:
        """fresh: it is another one than before, so nothing that was typed stays. named: whose it is
        can be changed."""
        is_rule = isinstance(shown, Rule)
        self.tool.setVisible(is_rule and named)
        if not fresh and shown == self._shown:
            return
        self._shown = shown
        for one in (self.about, self._when, self.add):
            one.setVisible(is_rule)
        if isinstance(shown, Rule):
            self.tool.write(shown.tool)
            self.about.write(shown.about)
            self._show_conditions(shown.when, fresh=fresh)
            self.reply.show_reply(shown.then, fresh=fresh)
        else:
            self._show_conditions((), fresh=True)
            self.reply.show_reply(shown, fresh=fresh)
        self.wrong.say("")
        self.always.setVisible(is_rule and not self.conditions)

    def settle(self) -> None:
        """What is being typed counts now."""
        if self._shown is not None:
            self.tool.settle()
            self.about.settle()
            for one in self.conditions:
                one.settle()
            self.reply.settle()

    def _show_conditions(self, when: tuple[Condition, ...], *, fresh: bool) -> None:
        if not fresh and len(when) == len(self.conditions):
            for fields, one in zip(self.conditions, when, strict=True):
                fields.show_condition(one)
            return
        for fields in self.conditions:
            fields.hide()
            fields.deleteLater()
        self.conditions = []
        for one in when:
            self._append(one)

    def _append(self, one: Condition) -> ConditionFields:
        fields = ConditionFields(one, self)
        fields.changed.connect(self._edited)
        fields.removed.connect(lambda: self._drop(fields))
        self._box.addWidget(fields)
        self.conditions.append(fields)
        return fields

    def add_condition(self) -> None:
        """One more, to be changed."""
        fields = self._append(ByFields(by="fields", fields={"name": "value"}))
        fields.text.setFocus()
        fields.text.selectAll()
        self._edited()

    def _drop(self, fields: ConditionFields) -> None:
        self.conditions.remove(fields)
        fields.hide()
        fields.deleteLater()
        self.add.setFocus()
        self._edited()

    def _edited(self) -> None:
        self.always.setVisible(isinstance(self._shown, Rule) and not self.conditions)
        reply = self.reply.reply
        made: Rule | Reply = reply
        if isinstance(self._shown, Rule):
            tool = self.tool.text().strip()
            for field in (self.tool, self.about):
                field.setModified(False)
            self.wrong.say("" if tool else "a rule is for a tool, by its name")
            made = Rule(
                tool=tool or self._shown.tool,
                about=self.about.text().strip(),
                when=tuple(one.condition for one in self.conditions),
                then=reply,
            )
        if made != self._shown:
            self._shown = made
            self.changed.emit(made)


def _section(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setProperty("role", "section")
    return label
