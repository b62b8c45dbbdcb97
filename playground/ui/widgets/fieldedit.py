"""Editors of single values: numbers, words, choices, JSON. All let the wheel pass by: whoever
scrolls over a form must not change what is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QScrollArea,
    QStyle,
    QStyleOptionComboBox,
    QToolButton,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from playground.core.endpoint import Parameter
from playground.core.plain import visible
from playground.ui import theme, words
from playground.ui.widgets import values
from playground.ui.widgets.dialogs import fit
from playground.ui.widgets.jsonedit import CodeEdit, JsonColours
from playground.ui.widgets.parts import tool_button

Reading = Callable[[str], values.Read]


class Choice(QComboBox):
    """A list that only a key or a click changes."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class TightChoice(Choice):
    """One that says as much of what was picked as there is room for, and all of it in its tip. Its
    list is as wide as what it offers, within reason."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentTextChanged.connect(lambda _: self._tell())

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        option.currentText = option.fontMetrics.elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, self._room(option)
        )

    def showPopup(self) -> None:
        view = self.view()
        wide = view.sizeHintForColumn(0) + view.verticalScrollBar().sizeHint().width()
        view.setMinimumWidth(min(wide, theme.current().px(480)))
        super().showPopup()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def _tell(self) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        cut = option.currentText != self.currentText()
        self.setToolTip(words.tip(self.currentText()) if cut else "")

    def _room(self, option: QStyleOptionComboBox) -> int:
        control, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        return int(self.style().subControlRect(control, option, part, self).width())


class WordField(QLineEdit):
    """Words.

    Signals:
        edited(): the user has put something there.
    """

    edited = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "value")
        self.editingFinished.connect(self.edited)

    def write(self, text: str) -> None:
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)
        self.setModified(False)

    def settle(self) -> None:
        if self.isModified():
            self.edited.emit()


class NumberField(WordField):
    """A number. Up and Down move it by a step, within what it may be."""

    def __init__(self, parameter: Parameter, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parameter = parameter
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    @property
    def _step(self) -> float:
        low, high = self._parameter.low, self._parameter.high
        narrow = low is not None and high is not None and high - low <= 10
        return 0.1 if self._parameter.kind == "number" and narrow else 1

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._move(1 if event.key() == Qt.Key.Key_Up else -1)
        else:
            super().keyPressEvent(event)

    def _move(self, by: int) -> None:
        value, wrong = values.read(self._parameter, self.text())
        if wrong:
            return
        moved = round(value + by * self._step, 6)
        if self._parameter.low is not None:
            moved = max(moved, self._parameter.low)
        if self._parameter.high is not None:
            moved = min(moved, self._parameter.high)
        whole = self._parameter.kind == "integer"
        self.setText(values.write("number", int(moved) if whole else float(moved)))
        self.edited.emit()


class ChoiceField(Choice):
    """One of several words or, where that is allowed, any other.

    Signals:
        edited(): the user has picked or typed something.
    """

    edited = Signal()

    def __init__(
        self, choices: Sequence[str], parent: QWidget | None = None, *, free: bool
    ) -> None:
        super().__init__(parent)
        self.setProperty("role", "value")
        self.addItems(list(choices))
        self.setEditable(free)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        if (line := self.lineEdit()) is not None:
            line.setAlignment(Qt.AlignmentFlag.AlignRight)
            # It would turn the beginning of a word of one's own into the whole of a known one.
            self.setCompleter(None)  # type: ignore[arg-type]
            line.editingFinished.connect(self.edited)
        self.activated.connect(lambda _: self.edited.emit())
        self._written = self.currentText()

    def text(self) -> str:
        return self.currentText()

    def write(self, text: str) -> None:
        self._written = text
        if not self.isEditable() and self.findText(text) < 0:
            self.addItem(text)  # a session says something that is none of them
        self.setCurrentText(text)

    def settle(self) -> None:
        if self.currentText() != self._written:
            self.edited.emit()


class JsonField(CodeEdit):
    """JSON of any size, in as many lines as it needs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = JsonColours(self)

    def text(self) -> str:
        return self.toPlainText()

    def enlarge(self, title: str, read: Reading = values.read_json) -> LargeEditor:
        """Open it in a window of its own, which stays until it is closed."""
        for child in self.findChildren(LargeEditor):
            child.raise_()
            child.activateWindow()
            return child
        editor = LargeEditor(title, self, read)
        editor.show()
        return editor


Field = WordField | ChoiceField | JsonField


def field_of(parameter: Parameter, parent: QWidget) -> Field:
    """The editor for the values of a parameter."""
    match parameter.kind:
        case "integer" | "number":
            return NumberField(parameter, parent)
        case "boolean":
            return ChoiceField(("true", "false"), parent, free=False)
        case "choice":
            return ChoiceField(parameter.choices, parent, free=True)
        case "json":
            return JsonField(parent)
        case "text":
            return WordField(parent)


class LargeEditor(QDialog):
    """The same JSON with more room. What is typed here stands there at once, and the reverse."""

    def __init__(self, title: str, small: JsonField, read: Reading) -> None:
        super().__init__(small)
        self._read = read
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._small = small
        column = QVBoxLayout(self)
        theme.space(column, 16, 16, 16, 12, gap=8)
        self.text = CodeEdit(self, grows=False)
        self.text.setAccessibleName(title)
        self._colours = JsonColours(self.text)
        column.addWidget(self.text, 1)
        self.said = QLabel(self)
        self.said.setProperty("role", "caption")
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        self.said.setWordWrap(True)
        theme.follow(self.said, lambda look: self.said.setMinimumHeight(look.px(20)))
        column.addWidget(self.said)
        fit(self, small, 720, 560)
        self.text.write(small.text())
        self.text.textChanged.connect(self._typed)
        self.text.edited.connect(self._say)
        small.textChanged.connect(self._followed)
        small.edited.connect(self._say)
        self._say()
        self.text.setFocus()

    def _typed(self) -> None:
        self._small.replace(self.text.toPlainText())

    def _followed(self) -> None:
        self.text.replace(self._small.toPlainText())

    def _say(self) -> None:
        _, wrong = self._read(self.text.toPlainText())
        self.said.setText(visible(f"Not sent: {wrong}.") if wrong else "This can be sent.")
        self.said.setProperty("token", "error" if wrong else "")
        self.said.style().polish(self.said)


def enlarging(small: JsonField, name: str, read: Reading = values.read_json) -> QToolButton:
    """A button that opens the editor of what has this name in a window of its own."""
    button = tool_button("enlarge", f"Edit {name} in a window of its own", small.parentWidget())
    button.clicked.connect(lambda: small.enlarge(f"{name} · JSON", read))
    return button


class KeyboardHint(QObject):
    """Shows the tooltip of a widget also to those who get there by keyboard."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        reasons = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if isinstance(event, QFocusEvent) and event.gotFocus() and event.reason() in reasons:
            below = self._widget.mapToGlobal(QPoint(0, self._widget.height()))
            QToolTip.showText(below, self._widget.toolTip(), self._widget)
        return False


def into_view(widget: QWidget) -> None:
    """Scroll to a widget, also to one that has only just been shown."""
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QScrollArea):
        parent = parent.parentWidget()
    if parent is not None:
        # What has only just been shown has no place yet.
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        parent.ensureWidgetVisible(widget, 0, theme.current().px(12))


def tip_of(text: str) -> str:
    """Lines for a tooltip, none of them taken for HTML."""
    return words.tip(text).replace("\n", "<br>")
