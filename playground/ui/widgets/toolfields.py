"""What a tool has that is called with text, or that the server has by itself: a format, options."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.ui import theme
from playground.ui.widgets.fieldedit import Choice
from playground.ui.widgets.jsonedit import CodeEdit, JsonColours
from playground.ui.widgets.rows import Rows
from playground.ui.widgets.toolhosted import KINDS, Options, example_of, remarks
from playground.ui.widgets.values import read_object, write_json

WIDE = 84
"""Pixels of the design for names of fields: the form is narrow."""
FORMATS = (
    ("text", "Any text"),
    ("lark", "A grammar by Lark"),
    ("regex", "A regular expression"),
)
EXAMPLES = {
    "lark": 'start: WORD (" " WORD)*\nWORD: /[a-z]+/\n',
    "regex": r"^[A-Z]{3}-\d{4}$",
}
_REFUSED = re.compile(r"\(\?<?[=!]")
_LAZY = re.compile(r"[*+?}]\?")


class CustomFields(QWidget):
    """The format of the text that a custom tool takes.

    Signals:
        changed(dict): another format, flat, as Tool.format has it.
    """

    changed = Signal(dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._format: dict[str, Any] = {}
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=6)
        rows = Rows(self, wide=WIDE)
        self.kind: QComboBox = rows.choice("Takes", FORMATS)
        self.kind.activated.connect(lambda _: self._picked())
        column.addWidget(rows)
        self.definition = CodeEdit(self, grows=False)
        self.definition.setAccessibleName("Definition of the format")
        self.definition.edited.connect(self._edited)
        theme.follow(self, lambda look: self.definition.setMinimumHeight(look.px(140)))
        column.addWidget(self.definition, 1)
        self.said = _caption(self)
        column.addWidget(self.said)
        self._rest = QWidget(self)
        column.addWidget(self._rest, 1)
        self.show_format({}, editable=True)

    def show_format(self, form: dict[str, Any], *, editable: bool) -> None:
        if form != self._format or self.definition.toPlainText() == "":
            self.definition.write(str(form.get("definition", "")))
        self._format = form
        kind = str(form.get("syntax", "text")) if form.get("type") == "grammar" else "text"
        self.kind.setCurrentIndex(max(self.kind.findData(kind), 0))
        self.kind.setEnabled(editable)
        self.definition.setReadOnly(not editable)
        self._draw()

    def settle(self) -> None:
        self.definition.settle()

    def _draw(self) -> None:
        grammar = self.kind.currentData() != "text"
        self.definition.setVisible(grammar)
        self._rest.setVisible(not grammar)
        words = grammar_remark(self.kind.currentData(), self.definition.toPlainText())
        self.said.setText(words)
        self.said.setVisible(bool(words))

    def _picked(self) -> None:
        kind = self.kind.currentData()
        if kind != "text" and not self.definition.toPlainText().strip():
            self.definition.write(EXAMPLES[kind])
        self._tell()

    def _edited(self) -> None:
        self._tell()

    def _tell(self) -> None:
        kind = self.kind.currentData()
        made: dict[str, Any] = {"type": "text"}
        if kind != "text":
            text = self.definition.toPlainText()
            made = {"type": "grammar", "syntax": kind, "definition": text}
        self._draw()
        if made != self._format:
            self._format = made
            self.changed.emit(made)


def grammar_remark(syntax: str, definition: str) -> str:
    """What servers have against a format, as far as that can be seen; empty: nothing."""
    if syntax == "text":
        return "The model writes any text, and it is not JSON."
    if not definition.strip():
        return "Servers want a definition."
    if _REFUSED.search(definition):
        return "Servers refuse patterns that look ahead or behind."
    if _LAZY.search(definition):
        return "Servers refuse quantifiers that take as little as they can."
    if syntax == "lark" and not re.search(r"^\??!?start\s*:", definition, re.MULTILINE):
        return "A grammar begins with a rule that is called start."
    return "The whole text that the model writes has to match."


class HostedFields(QWidget):
    """The type and the options of a tool that the server has.

    Signals:
        changed(dict): other options, as Tool.hosted has them.
    """

    changed = Signal(dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hosted: Options = {}
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=6)
        rows = Rows(self, wide=WIDE)
        self.kind = Choice(self)
        self.kind.setEditable(True)
        self.kind.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.kind.setCompleter(None)  # type: ignore[arg-type]
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.kind.setSizeAdjustPolicy(policy)
        self.kind.setMinimumContentsLength(8)
        for at, (kind, known) in enumerate(KINDS.items()):
            self.kind.addItem(kind)
            self.kind.setItemData(at, known.about, Qt.ItemDataRole.ToolTipRole)
        self.kind.activated.connect(lambda _: self._picked())
        line = self.kind.lineEdit()
        assert line is not None
        line.editingFinished.connect(self._picked)
        rows.add("Type", self.kind)
        column.addWidget(rows)
        self.about = _caption(self)
        column.addWidget(self.about)
        head = QHBoxLayout()
        theme.space(head, gap=8)
        title = QLabel("OPTIONS", self)
        title.setProperty("role", "section")
        head.addWidget(title)
        head.addStretch(1)
        self.example = QPushButton("Example", self)
        self.example.setProperty("role", "quiet")
        self.example.setAccessibleName("Put an example of the options there")
        self.example.setToolTip("Options of this type, with values to change")
        self.example.clicked.connect(self._exemplify)
        head.addWidget(self.example)
        column.addLayout(head)
        self.options = CodeEdit(self, grows=False)
        self.options.setAccessibleName("Options of the hosted tool, as JSON")
        self._colours = JsonColours(self.options)
        self.options.edited.connect(self._edited)
        theme.follow(self, lambda look: self.options.setMinimumHeight(look.px(140)))
        column.addWidget(self.options, 1)
        self.said = _caption(self)
        column.addWidget(self.said)

    def show_hosted(self, hosted: Options, *, editable: bool) -> None:
        if hosted != self._hosted:
            self._hosted = hosted
            self.options.write(write_json({k: v for k, v in hosted.items() if k != "type"}))
        self.kind.setCurrentText(str(hosted.get("type", "")))
        self.kind.setEnabled(editable)
        self.options.setReadOnly(not editable)
        self.example.setVisible(editable)
        self._draw("")

    def settle(self) -> None:
        self.options.settle()

    def _draw(self, wrong: str) -> None:
        known = KINDS.get(self.kind.currentText())
        self.about.setText(known.about if known is not None else "")
        self.about.setVisible(known is not None)
        words = [f"Not kept: {wrong}."] if wrong else remarks(self._hosted)
        self.said.setText(visible("\n".join(words)))
        self.said.setVisible(bool(words))
        self.said.setProperty("token", "error" if wrong else "")
        self.said.style().polish(self.said)

    def _picked(self) -> None:
        """Another type: its example, as the options of the other one mean nothing to it."""
        kind = self.kind.currentText().strip()
        if kind and kind != self._hosted.get("type"):
            self._tell(example_of(kind))

    def _exemplify(self) -> None:
        self._tell(example_of(self.kind.currentText().strip()))

    def _edited(self) -> None:
        options, wrong = read_object(self.options.toPlainText())
        if wrong:
            self._draw(wrong)
            return
        options.pop("type", None)  # stands above
        made = {"type": self.kind.currentText().strip(), **options}
        if made != self._hosted:
            self._hosted = made
            self.changed.emit(made)
        self._draw("")

    def _tell(self, hosted: Options) -> None:
        self.show_hosted(hosted, editable=True)
        self.changed.emit(hosted)


def _caption(parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setProperty("role", "caption")
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
