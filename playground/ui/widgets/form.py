"""Rows that are off until switched on: what is off is not sent, and the row says so."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.endpoint import Parameter
from playground.core.plain import visible
from playground.ui import theme
from playground.ui.widgets import values
from playground.ui.widgets.fieldedit import (
    Field,
    JsonField,
    KeyboardHint,
    enlarging,
    field_of,
    into_view,
    tip_of,
)

OVERHANG = 9
"""Pixels of the design by which a field is wider than its text: border and padding."""
LONG = 22
"""Characters of a name beside which there is no room for a value."""
WIDE = {"boolean": 72, "json": 24}
"""Pixels of the design that a value has beside its name; all others have 112."""


class Switch(QCheckBox):
    """A box beside the name of a field, which goes without its middle where there is no room."""

    def __init__(self, path: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._path = visible(path)
        self.setAccessibleName(path)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.follow(self, lambda _: self._fit())

    @property
    def _beside_text(self) -> int:
        """Pixels of the box and of the space after it."""
        style = self.style()
        return (
            style.pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth, None, self)
            + style.pixelMetric(QStyle.PixelMetric.PM_CheckBoxLabelSpacing, None, self)
            + theme.current().px(4)
        )

    def _fit(self) -> None:
        room = self.width() - self._beside_text
        shown = self.fontMetrics().elidedText(self._path, Qt.TextElideMode.ElideMiddle, room)
        self.setText(shown.replace("&", "&&"))

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self._path) + self._beside_text
        return QSize(width + 1, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.current().px(80), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


class ParameterRow(QWidget):
    """One request field: a switch, its name, and its value while it is on.

    What was given to the row stays on it, with the reason, also when it cannot be sent; the session
    keeps the last value that could.

    Signals:
        changed(path, on, value): switched, or given another value that can be sent.
    """

    changed = Signal(str, bool, object)

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameter = parameter
        self._given: tuple[bool, Any] = (False, None)
        """What the session has, as far as this row knows."""
        self._value = parameter.start
        """What stands in the field when the row is switched on."""
        self._field: Field | None = None
        self._why: QLabel | None = None
        self._refused: QLabel | None = None
        self._enlarge: QToolButton | None = None
        self._column = QVBoxLayout(self)
        theme.space(self._column, 0, 0, 0, 0, gap=0)
        path = parameter.path
        self.switch = Switch(path, self)
        KeyboardHint(self.switch)
        self.off = QLabel("not sent", self)
        self.off.setProperty("role", "caption")
        theme.follow(
            self.off, lambda look: self.off.setContentsMargins(*look.margins(0, 0, OVERHANG, 0))
        )
        self._head = self._line(self.switch)
        self._head.addStretch(1)
        self._head.addWidget(self.off)
        self.switch.toggled.connect(self._switched)
        self._show()

    def _line(self, *parts: QWidget) -> QHBoxLayout:
        line = QWidget(self)
        theme.follow(line, lambda look: line.setFixedHeight(look.px(28)))
        row = QHBoxLayout(line)
        theme.space(row, 0, 0, 0, 0, gap=8)
        for part in parts:
            row.addWidget(part)
        self._column.addWidget(line)
        return row

    # Parts that are made when they are needed: most rows are never switched on.

    @property
    def field(self) -> Field:
        """Where the value stands."""
        if self._field is None:
            self._field = self._make_field()
        return self._field

    def _make_field(self) -> Field:
        parameter, kind = self.parameter, self.parameter.kind
        field = field_of(parameter, self)
        field.setAccessibleName(f"Value of {parameter.path}")
        KeyboardHint(field)
        if kind in ("json", "text"):
            # A line of its own, as wide as the name above it and the values of the other rows.
            line = QHBoxLayout()
            theme.space(line, 0, 0, OVERHANG, 4)
            line.addWidget(field)
            self._column.insertLayout(self._column.count(), line)
            field.setProperty("role", "entry")
        else:
            field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            theme.follow(field, lambda look: field.setMinimumWidth(look.px(72)))
            most = WIDE.get(kind, 112)
            theme.follow(field, lambda look: field.setMaximumWidth(look.px(most)))
            self._beside.addWidget(field, 100)
        if isinstance(field, JsonField):
            self._enlarge = enlarging(field, visible(parameter.path))
            self._head.addWidget(self._enlarge)
        QWidget.setTabOrder(self.switch, field)
        if self._enlarge is not None:
            QWidget.setTabOrder(field, self._enlarge)
        field.edited.connect(self._edited)
        return field

    @property
    def _beside(self) -> QHBoxLayout:
        """The line for a short value: that of the name, when there is room."""
        if len(self.parameter.path) <= LONG:
            return self._head
        line = QHBoxLayout()
        theme.space(line, 0, 0, 0, 4)
        line.addStretch(1)
        self._column.insertLayout(1, line)
        return line

    def _caption(self, token: str = "") -> QLabel:
        label = QLabel(self)
        label.setProperty("role", "caption")
        label.setProperty("token", token)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        theme.follow(
            label, lambda look: label.setContentsMargins(*look.margins(22, 0, OVERHANG, 4))
        )
        label.hide()
        self._column.addWidget(label)
        return label

    @property
    def stops(self) -> list[QWidget]:
        """Where the keyboard stops in it, in their order."""
        return [one for one in (self.switch, self._field, self._enlarge) if one is not None]

    @property
    def why(self) -> QLabel:
        """Why what stands in the field cannot be sent."""
        if self._why is None:
            self._why = self._caption("error")
        return self._why

    # What is shown.

    def show_value(self, value: Any, *, on: bool = True) -> None:
        """What the session says. What the user has typed since stays, unless that is another."""
        if on != self._given[0] or (on and not values.same(value, self._given[1])):
            self._given = (on, value if on else None)
            self.reset()

    def reset(self) -> None:
        """Forget what was typed and show what the session says."""
        on, value = self._given
        self._value = value if on else self.parameter.start
        self.switch.blockSignals(True)
        self.switch.setChecked(on)
        self.switch.blockSignals(False)
        if on or self._field is not None:
            self._write()
        self._show()

    def settle(self) -> None:
        """Take what is being typed."""
        if self._field is not None and self.switch.isChecked():
            self._field.settle()

    def value(self) -> values.Read:
        """(value, "") or (None, why it cannot be sent)."""
        return values.read(self.parameter, self.field.text())

    def _write(self) -> None:
        field = self.field
        field.blockSignals(True)
        nothing = self._value is None and not self._given[0]
        field.write("" if nothing else values.write(self.parameter.kind, self._value))
        field.blockSignals(False)
        self._mark("")

    def _show(self) -> None:
        on, about = self.switch.isChecked(), values.about(self.parameter)
        self.off.setVisible(not on)
        self.switch.setToolTip(tip_of(f"{self.parameter.path}\n{about}"))
        self.switch.setAccessibleDescription(about if on else f"Not sent. {about}")
        if on or self._field is not None:
            self.field.setVisible(on)
        if self._enlarge is not None:
            self._enlarge.setVisible(on)
        if self.parameter.refused:
            if on and self._refused is None:
                self._refused = self._caption()
                self._refused.setText(visible(f"refused by {self.parameter.refused}"))
            if self._refused is not None:
                self._refused.setVisible(on)
        if not on and self._field is not None:
            self._mark("")

    def _mark(self, wrong: str) -> None:
        field = self.field
        about = values.about(self.parameter)
        said = f"Not sent: {wrong}."
        if wrong and self._given[0]:
            given = values.write(self.parameter.kind, self._given[1])
            said += f" Sent instead: {values.clipped(given)}."
        field.setToolTip(tip_of(said if wrong else about))
        field.setAccessibleDescription(said if wrong else about)
        bad = bool(wrong) and wrong != values.EMPTY
        if self._why is not None or wrong:
            self.why.setText(visible(said))
            self.why.setVisible(bool(wrong))
            _say(self.why, "token", "error" if bad else "")
        _say(field, "wrong", bad)
        if wrong and field.hasFocus():
            into_view(self.why)

    # What the user does.

    def _switched(self, on: bool) -> None:
        if on:
            self._write()
        self._show()
        if on:
            self._edited()
        elif self._given[0]:
            self._value = self._given[1]
            self._given = (False, None)
            self.changed.emit(self.parameter.path, False, None)

    def _edited(self) -> None:
        if not self.switch.isChecked():
            return
        value, wrong = self.value()
        self._mark(wrong)
        if not wrong and not self._is_given(value):
            self._given = (True, value)
            self.changed.emit(self.parameter.path, True, value)

    def _is_given(self, value: Any) -> bool:
        """The session has this already; as a number 1 is 1.0."""
        on, given = self._given
        if self.parameter.kind in ("integer", "number"):
            return on and bool(value == given) and not isinstance(given, bool)
        return on and values.same(value, given)


def _say(widget: QWidget, name: str, value: object) -> None:
    """Give a widget a property that the style sheet looks at."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().polish(widget)
