"""How a server differs from OpenAI, as a form: its ways, and the fields that it refuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.core.profile import Fields, Quirks
from playground.ui import theme
from playground.ui.widgets.parts import tool_button
from playground.ui.widgets.rows import Rows

STATES = (
    ("stateful", "keeps answers, unless store is off"),
    ("stateless", "keeps nothing: all is sent each time"),
    ("none", "has no Responses API"),
)
ROLES = (("system", "system"), ("developer", "developer"))
LIMITS = (
    ("", "as it is switched on"),
    ("max_completion_tokens", "max_completion_tokens"),
    ("max_tokens", "max_tokens"),
)
REASONING = (
    ("", "the name it came under"),
    ("reasoning_content", "reasoning_content"),
    ("reasoning", "reasoning"),
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One field that a server, or one of its models, does not take as OpenAI names it."""

    path: str
    to: str = ""
    """The name to send it under; empty: it is not sent."""
    model: str = ""
    """Empty: for all."""

    @property
    def words(self) -> str:
        said = f"{self.path} is sent as {self.to}" if self.to else f"{self.path} is not sent"
        return f"{self.model}: {said}" if self.model else said


def rules_of(quirks: Quirks) -> list[Rule]:
    """The rules for all models, then those of each."""
    rows: list[Rule] = []
    for model, fields in (("", quirks), *quirks.models.items()):
        rows += [Rule(path, model=model) for path in fields.drop]
        rows += [Rule(path, to, model) for path, to in fields.rename.items()]
    return rows


def fields_of(rules: Sequence[Rule], model: str) -> Fields:
    mine = [rule for rule in rules if rule.model == model]
    return Fields(
        drop=[rule.path for rule in mine if not rule.to],
        rename={rule.path: rule.to for rule in mine if rule.to},
    )


def summary(quirks: Quirks) -> str:
    """What is not as it is at OpenAI, in a line."""
    count = len(rules_of(quirks))
    return " · ".join(
        filter(
            None,
            (
                {"stateful": "keeps answers", "none": "no Responses API"}.get(quirks.state, ""),
                quirks.max_tokens,
                "" if quirks.stream_usage else "no usage in streams",
                "reasoning goes back" if quirks.send_reasoning else "",
                f"{count} field{'s' if count != 1 else ''}" if count else "",
            ),
        )
    )


class QuirksForm(QWidget):
    """Edits quirks.

    Signals:
        changed(): something was chosen, added or removed.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=8)
        rows = Rows(self)
        column.addWidget(rows)
        self.state = rows.choice("Responses", STATES)
        self.state.setToolTip("What the server keeps of an answer over the Responses API")
        self.system_role = rows.choice("Instructions as", ROLES)
        self.system_role.setToolTip("The role of the instructions in Chat Completions")
        self.max_tokens = rows.choice("Limit as", LIMITS, editable=True)
        self.max_tokens.setToolTip("The name of the limit of the answer in Chat Completions")
        self.stream_usage = rows.check("Usage", "asked for in every chat that is streamed")
        self.send_reasoning = rows.check("Reasoning", "goes back with the messages it led to")
        self.reasoning_name = rows.choice("Reasoning as", REASONING)
        self.send_reasoning.toggled.connect(self.reasoning_name.setEnabled)
        for box in (self.state, self.system_role, self.max_tokens, self.reasoning_name):
            box.currentTextChanged.connect(lambda _: self.changed.emit())
        for check in (self.stream_usage, self.send_reasoning):
            check.toggled.connect(lambda _: self.changed.emit())
        self.rules: list[Rule] = []
        self._list = QVBoxLayout()
        theme.space(self._list, 0, 0, 0, 0, gap=0)
        listed = QWidget(self)
        listed.setLayout(self._list)
        rows.add("Fields", listed)
        rows.add("", self._adding())

    def _adding(self) -> QWidget:
        """Where another rule is written."""
        row = QWidget(self)
        line = QHBoxLayout(row)
        theme.space(line, 0, 0, 0, 0, gap=6)
        self.path, self.to, self.model = (
            self._line(name, hint, tip, row)
            for name, hint, tip in (
                ("Name of a field", "field", "As in temperature or reasoning.effort"),
                ("Send it as", "sent as", "Empty: it is not sent"),
                ("For the model", "model", "Empty: for all of them"),
            )
        )
        for field, share in ((self.path, 3), (self.to, 2), (self.model, 2)):
            line.addWidget(field, share)
        self.add = QPushButton("Add", row)
        self.add.setAccessibleName("Add a rule for this field")
        self.add.setAutoDefault(False)
        self.add.clicked.connect(self._add)
        line.addWidget(self.add)
        return row

    def _line(self, name: str, hint: str, tip: str, parent: QWidget) -> QLineEdit:
        field = QLineEdit(parent)
        field.setToolTip(tip)
        field.setAccessibleName(name)
        field.setPlaceholderText(hint)
        field.returnPressed.connect(self._add)
        return field

    def show_quirks(self, quirks: Quirks) -> None:
        for box, value in (
            (self.state, quirks.state),
            (self.system_role, quirks.system_role),
            (self.max_tokens, quirks.max_tokens),
            (self.reasoning_name, quirks.reasoning_name),
        ):
            box.setCurrentIndex(box.findData(value))
            if box.currentIndex() < 0:  # a name that only this server has
                box.setCurrentText(value)
        self.stream_usage.setChecked(quirks.stream_usage)
        self.send_reasoning.setChecked(quirks.send_reasoning)
        self.reasoning_name.setEnabled(quirks.send_reasoning)
        for field in (self.path, self.to, self.model):
            field.clear()
        self._show_rules(rules_of(quirks))

    def quirks(self) -> Quirks:
        """As they stand in the form, a rule that was written but not added included."""
        rules = [*self.rules, *self._written()]
        own = fields_of(rules, "")
        models = dict.fromkeys(rule.model for rule in rules if rule.model)
        return Quirks(
            drop=own.drop,
            rename=own.rename,
            models={model: fields_of(rules, model) for model in models},
            system_role=self.system_role.currentData(),
            max_tokens=_chosen(self.max_tokens),
            stream_usage=self.stream_usage.isChecked(),
            state=self.state.currentData(),
            reasoning_name=self.reasoning_name.currentData(),
            send_reasoning=self.send_reasoning.isChecked(),
        )

    def _show_rules(self, rules: Sequence[Rule]) -> None:
        self.rules = list(rules)
        while (place := self._list.takeAt(0)) is not None:
            if (old := place.widget()) is not None:
                old.hide()
                old.deleteLater()
        for rule in self.rules:
            self._list.addWidget(self._rule(rule))
        if not self.rules:
            none = QLabel("All are sent as they are.", self)
            none.setProperty("role", "caption")
            theme.follow(none, lambda look: none.setMinimumHeight(look.px(28)))
            self._list.addWidget(none)

    def _rule(self, rule: Rule) -> QWidget:
        row = QWidget(self)
        line = QHBoxLayout(row)
        theme.space(line, 0, 0, 0, 0, gap=6)
        said = QLabel(visible(rule.words), row)
        said.setTextFormat(Qt.TextFormat.PlainText)
        said.setProperty("role", "number")
        said.setWordWrap(True)
        line.addWidget(said, 1)
        remove = tool_button("close", f"Remove: {visible(rule.words)}", row)
        remove.clicked.connect(lambda: self._remove(rule))
        line.addWidget(remove)
        return row

    def _written(self) -> list[Rule]:
        path = self.path.text().strip()
        return [Rule(path, self.to.text().strip(), self.model.text().strip())] if path else []

    def _add(self) -> None:
        for rule in self._written():
            others = [one for one in self.rules if (one.path, one.model) != (rule.path, rule.model)]
            self._show_rules([*others, rule])
            self.changed.emit()
        for field in (self.path, self.to, self.model):
            field.clear()
        self.path.setFocus()

    def _remove(self, rule: Rule) -> None:
        self._show_rules([one for one in self.rules if one != rule])
        self.changed.emit()


def _chosen(box: QComboBox) -> str:
    """The value of what is chosen, or what was typed."""
    at = box.findText(box.currentText())
    return str(box.itemData(at)) if at >= 0 else box.currentText().strip()
