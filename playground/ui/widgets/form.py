"""Rows that are off until switched on: what is off is not sent, and the row says so."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from playground.core.endpoint import Parameter
from playground.core.plain import visible
from playground.ui import theme

OVERHANG = 9
"""Pixels of the design by which a field is wider than its text: border and padding."""


class ParameterRow(QWidget):
    """One request field: a switch, its name, and its value while it is on.

    Signals:
        changed(path, on, value): switched, or given another value that can be sent.
    """

    changed = Signal(str, bool, object)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=0)
        line = QWidget(self)
        theme.follow(line, lambda look: line.setFixedHeight(look.px(28)))
        row = QHBoxLayout(line)
        theme.space(row, 0, 0, 0, 0, gap=8)
        column.addWidget(line)
        self.switch = QCheckBox(parameter.path, self)
        self.switch.setToolTip(parameter.help)
        self.switch.setAccessibleDescription(parameter.help)
        row.addWidget(self.switch)
        row.addStretch(1)
        self.off = QLabel("not sent", self)
        self.off.setProperty("role", "caption")
        row.addWidget(self.off)
        theme.follow(
            self.off, lambda look: self.off.setContentsMargins(*look.margins(0, 0, OVERHANG, 0))
        )
        self.field = self._field()
        self.field.setAccessibleName(f"Value of {parameter.path}")
        self.field.setToolTip(parameter.help)
        wide = 72 if parameter.kind == "boolean" else 112
        theme.follow(self.field, lambda look: self.field.setFixedWidth(look.px(wide)))
        self.field.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row.addWidget(self.field)
        self.why = QLabel(self)
        self.why.setProperty("role", "caption")
        self.why.setProperty("token", "error")
        self.why.setTextFormat(Qt.TextFormat.PlainText)
        self.why.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.why.setWordWrap(True)
        theme.follow(
            self.why, lambda look: self.why.setContentsMargins(*look.margins(0, 0, OVERHANG, 4))
        )
        self.why.hide()
        column.addWidget(self.why)
        self.show_value(None)
        self.switch.toggled.connect(self._switched)

    def _field(self) -> QWidget:
        parameter = self.parameter
        if parameter.kind in ("choice", "boolean"):
            box = QComboBox(self)
            box.addItems(parameter.choices or ("true", "false"))
            # Servers know words that we do not.
            box.setEditable(parameter.kind == "choice")
            box.setProperty("role", "value")
            if (words := box.lineEdit()) is not None:
                words.setAlignment(Qt.AlignmentFlag.AlignRight)
            box.currentTextChanged.connect(lambda _: self._edited())
            return box
        line = QLineEdit(self)
        line.setAlignment(Qt.AlignmentFlag.AlignRight)
        line.setProperty("role", "value")
        line.editingFinished.connect(self._edited)
        return line

    @property
    def _text(self) -> str:
        if isinstance(self.field, QComboBox):
            return self.field.currentText()
        assert isinstance(self.field, QLineEdit)
        return self.field.text()

    def value(self) -> tuple[Any, str]:
        """(value, "") or (None, why it cannot be sent)."""
        text, parameter = self._text.strip(), self.parameter
        match parameter.kind:
            case "integer" | "number":
                number: float
                number, good = QLocale().toDouble(text)
                if not good:
                    number, good = QLocale.c().toDouble(text)
                if not good:
                    return None, f"{text!r} is not a number"
                if parameter.kind == "integer" and number != int(number):
                    return None, f"{text} is not a whole number"
                if parameter.low is not None and number < parameter.low:
                    return None, f"at least {parameter.low:g}"
                if parameter.high is not None and number > parameter.high:
                    return None, f"at most {parameter.high:g}"
                return (int(number) if parameter.kind == "integer" else number), ""
            case "boolean":
                return text == "true", ""
            case "json":
                try:
                    return json.loads(text), ""
                except ValueError as error:
                    return None, f"not JSON: {error}"
            case "choice" | "text":
                return text, "" if text else "empty"

    def show_value(self, value: Any) -> None:
        """What the session says; None: off."""
        on = value is not None
        self.switch.blockSignals(True)
        self.switch.setChecked(on)
        self.switch.blockSignals(False)
        self._write(self.parameter.start if value is None else value)
        self._show(on)

    def _write(self, value: Any) -> None:
        kind = self.parameter.kind
        if kind == "json" or isinstance(value, bool):
            text = json.dumps(value, ensure_ascii=False)
        elif isinstance(value, int | float):
            text = QLocale().toString(float(value), "g", 12)
        else:
            text = str(value)
        self.field.blockSignals(True)
        if isinstance(self.field, QComboBox):
            self.field.setCurrentText(text)
        elif isinstance(self.field, QLineEdit):
            self.field.setText(text)
        self.field.blockSignals(False)
        self._mark("")

    def _show(self, on: bool) -> None:
        self.off.setVisible(not on)
        self.field.setVisible(on)

    def _mark(self, wrong: str) -> None:
        self.field.setProperty("wrong", bool(wrong))
        self.field.setToolTip(wrong or self.parameter.help)
        self.why.setText(visible(f"Not sent: {wrong}."))
        self.why.setVisible(bool(wrong))
        self.field.style().polish(self.field)

    def _switched(self, on: bool) -> None:
        self._show(on)
        if on:
            self._edited()
            self.field.setFocus()
        else:
            self.changed.emit(self.parameter.path, False, None)

    def _edited(self) -> None:
        if not self.switch.isChecked():
            return
        value, wrong = self.value()
        self._mark(wrong)
        if not wrong:
            self.changed.emit(self.parameter.path, True, value)
