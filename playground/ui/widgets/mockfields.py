"""The fields of one mock rule: what has to hold, and what is answered. What cannot be read is said
in place, and what was there before stays."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from playground.core.plain import visible
from playground.tools.rules import Condition, ErrorReply, Reply
from playground.ui import theme
from playground.ui.widgets.fieldedit import Choice, JsonField, WordField
from playground.ui.widgets.mockdraft import (
    CONDITIONS,
    HINTS,
    REPLIES,
    SPOILED,
    ReplyText,
    condition,
    reply,
    reply_text,
    text_of,
)
from playground.ui.widgets.parts import tool_button

PLACED = ("equality", "regex", "schema")
"""Conditions that may be about a part of the arguments."""


class Wrong(QLabel):
    """Why something is not kept; nothing while it is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "caption")
        self.setProperty("token", "error")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.hide()

    def say(self, wrong: str) -> None:
        self.setText(visible(f"Not kept: {wrong}.") if wrong else "")
        self.setVisible(bool(wrong))


class ConditionFields(QWidget):
    """Signals:
    changed(): `condition` is another one.
    removed(): it is to go.
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, value: Condition, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.condition = value
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 4, gap=4)
        head = QHBoxLayout()
        theme.space(head, gap=4)
        self.by = choice("How it is matched", CONDITIONS, self)
        self.by.activated.connect(lambda _: self._by_picked())
        head.addWidget(self.by, 1)
        self.remove = tool_button("trash", "Remove the condition", self)
        self.remove.clicked.connect(self.removed)
        head.addWidget(self.remove)
        column.addLayout(head)
        self.at = WordField(self)
        self.at.setProperty("role", "number")
        self.at.setAccessibleName("Where in the arguments")
        self.at.setToolTip("A JSONPath such as $.city; empty: the arguments as a whole")
        self.at.setPlaceholderText("at $.… or all of it")
        self.at.edited.connect(self._edited)
        column.addWidget(self.at)
        self.text = JsonField(self)
        self.text.edited.connect(self._edited)
        column.addWidget(self.text)
        self.wrong = Wrong(self)
        column.addWidget(self.wrong)
        self.show_condition(value, fresh=True)

    def show_condition(self, value: Condition, *, fresh: bool = False) -> None:
        if not fresh and value == self.condition:
            return
        self.condition = value
        self.by.setCurrentIndex(self.by.findData(value.by))
        self.at.write(getattr(value, "at", ""))
        self.text.write(text_of(value))
        self.wrong.say("")
        self._dress()

    def settle(self) -> None:
        self.at.settle()
        self.text.settle()

    def _dress(self) -> None:
        by = str(self.by.currentData())
        self.at.setVisible(by in PLACED)
        self.text.setPlaceholderText(HINTS[by])
        self.text.setAccessibleName(f"{self.by.currentText()}: what is compared")

    def _by_picked(self) -> None:
        """What is there is kept where it can be meant so."""
        by = str(self.by.currentData())
        if condition(by, self.at.text(), self.text.toPlainText())[0] is None:
            self.text.write(HINTS[by])
        self._dress()
        self._edited()

    def _edited(self) -> None:
        by = str(self.by.currentData())
        made, wrong = condition(by, self.at.text(), self.text.toPlainText())
        self.at.setModified(False)
        self.wrong.say(wrong)
        if made is not None and made != self.condition:
            self.condition = made
            self.changed.emit()


class ReplyFields(QWidget):
    """Signals:
    changed(): `reply` is another one.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reply: Reply = ErrorReply(gives="error", message="")
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=4)
        head = QHBoxLayout()
        theme.space(head, gap=4)
        self.gives = choice("What it gives", REPLIES, self)
        self.gives.activated.connect(lambda _: self._gives_picked())
        head.addWidget(self.gives, 1)
        self._after = QLabel("after", self)
        self._after.setProperty("role", "caption")
        head.addWidget(self._after)
        self.latency = self._number("Milliseconds before the reply", "0")
        head.addWidget(self.latency)
        self._unit = QLabel("ms", self)
        self._unit.setProperty("role", "caption")
        head.addWidget(self._unit)
        column.addLayout(head)
        self.how = choice("How it is spoiled", SPOILED, self)
        self.how.activated.connect(lambda _: self._edited())
        column.addWidget(self.how)
        line = QHBoxLayout()
        theme.space(line, gap=4)
        self.megabytes = self._number("Megabytes of output", "2")
        line.addWidget(self.megabytes)
        self._size = QLabel("megabytes of text", self)
        self._size.setProperty("role", "caption")
        line.addWidget(self._size, 1)
        column.addLayout(line)
        self.text = JsonField(self)
        self.text.edited.connect(self._edited)
        column.addWidget(self.text)
        self.verbatim = QCheckBox("As it stands", self)
        self.verbatim.setAccessibleName("As it stands: nothing is filled in")
        self.verbatim.setToolTip("Without it, {{arguments.city}} becomes what the call has there")
        self.verbatim.clicked.connect(lambda _: self._edited())
        column.addWidget(self.verbatim)
        self.about = QLabel("Whoever called gives up in the end.", self)
        self.about.setProperty("role", "caption")
        column.addWidget(self.about)
        self.wrong = Wrong(self)
        column.addWidget(self.wrong)
        self._dress()

    def _number(self, name: str, hint: str) -> WordField:
        field = WordField(self)
        field.setProperty("role", "number")
        field.setAccessibleName(name)
        field.setToolTip(name)
        field.setPlaceholderText(hint)
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.edited.connect(self._edited)
        theme.follow(field, lambda look: field.setFixedWidth(look.px(64)))
        return field

    def show_reply(self, value: Reply, *, fresh: bool = False) -> None:
        if not fresh and value == self.reply:
            return
        self.reply = value
        told = reply_text(value)
        self.gives.setCurrentIndex(self.gives.findData(told.gives))
        self.latency.write(told.latency)
        self.how.setCurrentIndex(self.how.findData(told.how))
        self.megabytes.write(told.megabytes)
        self.text.write(told.text)
        self.verbatim.setChecked(told.verbatim)
        self.wrong.say("")
        self._dress()

    def settle(self) -> None:
        for field in (self.latency, self.megabytes, self.text):
            field.settle()

    @property
    def told(self) -> ReplyText:
        """What stands in the fields."""
        return ReplyText(
            str(self.gives.currentData()),
            self.text.toPlainText(),
            self.latency.text(),
            str(self.how.currentData()),
            self.megabytes.text(),
            self.verbatim.isChecked(),
        )

    def _dress(self) -> None:
        kind = str(self.gives.currentData())
        for one in (self._after, self.latency, self._unit):
            one.setVisible(kind != "timeout")
        self.how.setVisible(kind == "malformed")
        self.megabytes.setVisible(kind == "oversized")
        self._size.setVisible(kind == "oversized")
        self.text.setVisible(kind in ("result", "error", "malformed"))
        self.verbatim.setVisible(kind == "result")
        self.about.setVisible(kind == "timeout")
        names = {"error": "The message of the error", "malformed": "The result that is spoiled"}
        self.text.setAccessibleName(names.get(kind, "The result, as JSON"))
        hints = {"error": "There is no {{arguments.city}}.", "malformed": "what it would have been"}
        self.text.setPlaceholderText(hints.get(kind, '{"city": "{{arguments.city}}"}'))

    def _gives_picked(self) -> None:
        """What is there is kept where it can be meant so."""
        if reply(self.told)[0] is None:
            self.text.write("{}" if self.gives.currentData() == "result" else "")
        self._dress()
        self._edited()

    def _edited(self) -> None:
        made, wrong = reply(self.told)
        for field in (self.latency, self.megabytes):
            field.setModified(False)
        self.wrong.say(wrong)
        if made is not None and made != self.reply:
            self.reply = made
            self.changed.emit()


def choice(name: str, rows: tuple[tuple[str, str], ...], parent: QWidget) -> QComboBox:
    """A box of (value, words) that may be narrow."""
    box = Choice(parent)
    box.setAccessibleName(name)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(6)
    for value, words in rows:
        box.addItem(words, value)
    return box
