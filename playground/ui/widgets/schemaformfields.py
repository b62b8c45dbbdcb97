"""Fields of a form for single values: words, numbers, choices, what is fixed, JSON for the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from playground.core.endpoint import Parameter
from playground.schemas.shapes import UNSET
from playground.ui import theme, words
from playground.ui.widgets import values
from playground.ui.widgets.fieldedit import (
    Choice,
    JsonField,
    KeyboardHint,
    NumberField,
    enlarging,
)
from playground.ui.widgets.jsonedit import CodeEdit
from playground.ui.widgets.schemaformkinds import Place, Wrong, hint_of, read_text, write_text


class Part(QWidget):
    """Whatever edits the value at one place.

    Signals:
        changed(settled): another value stands there; not settled: somebody is typing it.
    """

    changed = Signal(bool)
    wide = False
    """It needs the whole width of the form rather than the place beside its name."""

    @property
    def value(self) -> Any:
        """JSON, or UNSET where nothing stands that could be sent."""
        raise NotImplementedError

    @property
    def unread(self) -> list[Wrong]:
        """What was typed that is no value, and why."""
        return []

    def show_value(self, value: Any) -> None:
        """Show another value; what was typed stays where that is the same."""
        raise NotImplementedError

    def mark(self, wrongs: Sequence[Wrong]) -> list[str]:
        """Show at the fields inside what is wrong with them; what is left is about all of it."""
        return [one.message for one in wrongs]

    def describe(self, said: str) -> None:
        """What is to be known of the value, for tooltips and screen readers."""


class TextField(CodeEdit):
    """Words: one line, until there are more. Shift+Enter begins the second one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "")
        theme.follow(self, self._dress)

    def _dress(self, look: theme.Theme) -> None:
        self.setFont(look.font)
        self._refit()

    def _refit(self) -> None:
        super()._refit()
        if self.blockCount() == 1 and self.document().firstBlock().layout().lineCount() <= 1:
            self.setFixedHeight(theme.current().px(28))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # of whoever is around
        elif self.blockCount() > 1 or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.textCursor().insertBlock()
            self.ensureCursorVisible()
        else:
            self.settle()


class Typed(Part):
    """A field whose text is the value, or else says why it is none."""

    def __init__(
        self, field: TextField | NumberField | JsonField, name: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.field = field
        self._value: Any = UNSET
        self._wrong = ""
        self._writing = False
        field.setAccessibleName(name)
        KeyboardHint(field)
        self.row = QHBoxLayout(self)
        theme.space(self.row, 0, 0, 0, 0, gap=4)
        self.row.addWidget(field)
        self.setFocusProxy(field)
        field.textChanged.connect(self._typed)
        field.edited.connect(lambda: self.changed.emit(True))

    def _read(self, text: str) -> values.Read:
        raise NotImplementedError

    def _write(self, value: Any) -> str:
        raise NotImplementedError

    @property
    def text(self) -> str:
        return (
            self.field.text() if isinstance(self.field, NumberField) else self.field.toPlainText()
        )

    @property
    def value(self) -> Any:
        return self._value

    @property
    def unread(self) -> list[Wrong]:
        return [Wrong((), self._wrong)] if self._wrong not in ("", values.EMPTY) else []

    def show_value(self, value: Any) -> None:
        if value is self._value or (
            UNSET not in (value, self._value) and values.same(value, self._value)
        ):
            return
        self._value, self._wrong = value, ""
        self._writing = True
        self.field.write("" if value is UNSET else self._write(value))
        self._writing = False

    def _typed(self) -> None:
        if self._writing:
            return
        value, self._wrong = self._read(self.text)
        self._value = UNSET if self._wrong else value
        self.changed.emit(False)

    def mark(self, wrongs: Sequence[Wrong]) -> list[str]:
        say_wrong(self.field, bool(wrongs))
        return super().mark(wrongs)

    def describe(self, said: str) -> None:
        describe(self.field, said)


class TextPart(Typed):
    def __init__(self, place: Place, name: str, parent: QWidget) -> None:
        field = TextField(parent)
        super().__init__(field, name, parent)
        field.setPlaceholderText(hint_of(place))

    def _read(self, text: str) -> values.Read:
        return text, ""

    def _write(self, value: Any) -> str:
        return str(value)


class NumberPart(Typed):
    """A number, of which the validator says whether it is too large or too small."""

    def __init__(self, place: Place, name: str, parent: QWidget) -> None:
        kind: Literal["integer", "number"] = "integer" if place.kind == "integer" else "number"
        low, high = (_number(place.schema.get(name)) for name in ("minimum", "maximum"))
        field = NumberField(Parameter("", kind, "", None, low, high), parent)
        field.setProperty("role", "number")
        field.setAlignment(Qt.AlignmentFlag.AlignLeft)
        super().__init__(field, name, parent)
        field.setPlaceholderText(hint_of(place))
        theme.follow(field, lambda look: field.setMaximumWidth(look.px(240)))
        self.row.addStretch(1)
        self.row.setStretch(0, 100)
        self._free = Parameter("", kind, "")

    def _read(self, text: str) -> values.Read:
        return values.read(self._free, text) if text.strip() else (None, values.EMPTY)

    def _write(self, value: Any) -> str:
        return values.write("number", value)


class JsonPart(Typed):
    """JSON as text. Where a field of its own would do, it can be had back.

    Signals:
        eased(): the value fits the field that the schema means, and is wanted there.
    """

    eased = Signal()
    wide = True

    def __init__(self, name: str, parent: QWidget) -> None:
        field = JsonField(parent)
        super().__init__(field, name, parent)
        field.setPlaceholderText("JSON")
        self.ease = QPushButton("Use the field", self)
        self.ease.setProperty("role", "quiet")
        self.ease.setAccessibleName(f"Use the field for {name}")
        self.ease.clicked.connect(self.eased)
        self.ease.hide()
        top = Qt.AlignmentFlag.AlignTop
        self.row.addWidget(enlarging(field, name, read_text), 0, top)
        self.row.addWidget(self.ease, 0, top)

    def _read(self, text: str) -> values.Read:
        return read_text(text)

    def _write(self, value: Any) -> str:
        return write_text(value, short=True)


class BooleanPart(Part):
    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._value: Any = UNSET
        self.box = QCheckBox(self)
        self.box.setAccessibleName(name)
        KeyboardHint(self.box)
        row = QHBoxLayout(self)
        theme.space(row, 0, 0, 0, 0)
        row.addWidget(self.box)
        row.addStretch(1)
        self.setFocusProxy(self.box)
        self.box.clicked.connect(self._clicked)
        self._say()

    @property
    def value(self) -> Any:
        return self._value

    def show_value(self, value: Any) -> None:
        self._value = value
        self.box.setChecked(value is True)
        self._say()

    def _clicked(self, on: bool) -> None:
        self._value = on
        self._say()
        self.changed.emit(True)

    def _say(self) -> None:
        self.box.setText("true" if self.box.isChecked() else "false")

    def describe(self, said: str) -> None:
        describe(self.box, said)


class ChoicePart(Part):
    """One of several values. None of them is picked before somebody picks it."""

    def __init__(self, place: Place, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._values = [value for _, value in place.options]
        self.box = Choice(self)
        self.box.setAccessibleName(name)
        self.box.setPlaceholderText("Choose…")
        self.box.addItems([said for said, _ in place.options])
        self.box.setCurrentIndex(-1)
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.box.setMinimumContentsLength(6)
        self.box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.follow(self.box, lambda look: self.box.setMaximumWidth(look.px(240)))
        KeyboardHint(self.box)
        row = QHBoxLayout(self)
        theme.space(row, 0, 0, 0, 0)
        row.addWidget(self.box, 100)
        row.addStretch(1)
        self.setFocusProxy(self.box)
        self.box.activated.connect(lambda _: self.changed.emit(True))

    @property
    def value(self) -> Any:
        at = self.box.currentIndex()
        return self._values[at] if at >= 0 else UNSET

    def show_value(self, value: Any) -> None:
        rows = enumerate(self._values)
        found = [at for at, one in rows if value is not UNSET and values.same(one, value)]
        self.box.setCurrentIndex(found[0] if found else -1)

    def mark(self, wrongs: Sequence[Wrong]) -> list[str]:
        say_wrong(self.box, bool(wrongs))
        return super().mark(wrongs)

    def describe(self, said: str) -> None:
        describe(self.box, said)


class FixedPart(Part):
    """The only value that there is."""

    def __init__(self, place: Place, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._only = place.schema["const"]
        self._value: Any = UNSET
        self.label = QLabel(write_text(self._only, short=True), self)
        self.label.setProperty("role", "number")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self.label.setAccessibleName(f"{name}: always {self.label.text()}")
        theme.follow(self.label, lambda look: self.label.setMinimumHeight(look.px(28)))
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0)
        column.addWidget(self.label)

    @property
    def value(self) -> Any:
        return self._value

    def show_value(self, value: Any) -> None:
        self._value = value

    def describe(self, said: str) -> None:
        describe(self.label, said)


def describe(widget: QWidget, said: str) -> None:
    """Say what is to be known of a control, in its tooltip and to screen readers."""
    widget.setToolTip(words.tip(said) if said else "")
    widget.setAccessibleDescription(said)


def say_wrong(widget: QWidget, wrong: bool) -> None:
    """Frame a field as one whose value does not hold."""
    if bool(widget.property("wrong")) != wrong:
        widget.setProperty("wrong", wrong)
        widget.style().polish(widget)


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def alike(one: Any, other: Any) -> bool:
    """Whether both are written alike; UNSET is like nothing but itself."""
    return one is other or (one is not UNSET and other is not UNSET and values.same(one, other))
