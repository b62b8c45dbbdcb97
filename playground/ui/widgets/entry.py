"""An entry of free text that stands for a value: what cannot be read is said below, in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.ui import theme
from playground.ui.widgets.fieldedit import JsonField, KeyboardHint, enlarging, into_view, tip_of
from playground.ui.widgets.form import OVERHANG
from playground.ui.widgets.jsonedit import CodeEdit
from playground.ui.widgets.values import Read, clipped, same


class Entry(QWidget):
    """A name, an editor, and why its text is no value. The last value that could be read is kept.

    Signals:
        changed(value): another value stands there.
    """

    changed = Signal(object)

    def __init__(
        self,
        name: str,
        help_: str,
        read: Callable[[str], Read],
        write: Callable[[Any], str],
        parent: QWidget,
        *,
        hint: str = "",
        json: bool = False,
    ) -> None:
        """`write` gives the text of a value, empty for none; `hint` stands in the empty editor."""
        super().__init__(parent)
        self._read, self._write = read, write
        self._about = help_
        self._given: Any = None
        aside = (0, 0, OVERHANG, 0)
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 4, gap=2)
        head = QHBoxLayout()
        theme.space(head, gap=8)
        label = QLabel(name, self)
        theme.follow(label, lambda look: label.setMinimumHeight(look.px(24)))
        head.addWidget(label)
        head.addStretch(1)
        self.off = QLabel("not sent", self)
        self.off.setProperty("role", "caption")
        theme.follow(self.off, lambda look: self.off.setContentsMargins(*look.margins(*aside)))
        head.addWidget(self.off)
        self.text = JsonField(self) if json else CodeEdit(self)
        if isinstance(self.text, JsonField):
            head.addWidget(enlarging(self.text, f"the {name.lower()}", read))
        column.addLayout(head)
        self.text.setAccessibleName(name)
        self.text.setPlaceholderText(hint)
        KeyboardHint(self.text)
        line = QHBoxLayout()
        theme.space(line, *aside)
        line.addWidget(self.text)
        column.addLayout(line)
        self.why = QLabel(self)
        self.why.setProperty("role", "caption")
        self.why.setProperty("token", "error")
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.why.setWordWrap(True)
        theme.follow(self.why, lambda look: self.why.setContentsMargins(*look.margins(*aside)))
        self.why.hide()
        column.addWidget(self.why)
        label.setBuddy(self.text)
        self.text.edited.connect(self._edited)
        self._mark("")

    def show_value(self, value: Any, *, fresh: bool = False) -> None:
        """What the session says. What the user has typed since stays, unless that is another."""
        if fresh or not same(value, self._given):
            self._given = value
            self.text.write(self._write(value))
            self._mark("")

    def settle(self) -> None:
        """Take what is being typed."""
        self.text.settle()

    def _mark(self, wrong: str) -> None:
        said = f"Not sent: {wrong}."
        if wrong and self._given:
            said += f" Sent instead: {clipped(self._write(self._given))}."
        self.why.setText(visible(said))
        self.why.setVisible(bool(wrong))
        self.off.setVisible(not self._given and not wrong)
        about = self._about
        self.text.setToolTip(tip_of(said if wrong else about))
        self.text.setAccessibleDescription(said if wrong else about)
        if self.text.property("wrong") != bool(wrong):
            self.text.setProperty("wrong", bool(wrong))
            self.text.style().polish(self.text)
        if wrong and self.text.hasFocus():
            into_view(self.why)

    def _edited(self) -> None:
        value, wrong = self._read(self.text.toPlainText())
        if not wrong and not same(value, self._given):
            self._given = value
            self.changed.emit(value)
        self._mark(wrong)
