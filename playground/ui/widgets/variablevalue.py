"""An editor of one value, by the type of its variable: a value, nothing, or text that is none."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from playground.core.plain import visible
from playground.core.variables import Variable, spelled
from playground.ui import theme
from playground.ui.widgets.fieldedit import Choice, JsonField, WordField, enlarging
from playground.ui.widgets.jsonedit import MOST
from playground.ui.widgets.schemaformfields import TextField
from playground.ui.widgets.values import clipped, same

Editor = TextField | WordField | Choice | JsonField


class Words(TextField):
    """A text that is as high as it needs to be. A bar that came with less room would take some of
    that away, and so stay: it is there by the number of lines alone."""

    def _refit(self) -> None:
        super()._refit()
        many = self.document().size().height() > MOST  # which Qt counts in lines
        policy = Qt.ScrollBarPolicy
        wanted = policy.ScrollBarAsNeeded if many else policy.ScrollBarAlwaysOff
        # Only where it is another one: it makes the text narrower or wider, which comes back here.
        if self.verticalScrollBarPolicy() != wanted:
            self.setVerticalScrollBarPolicy(wanted)


class ValueEdit(QWidget):
    """Nothing in it means that there is no value; an empty text has to be asked for.

    Signals:
        edited(): the user has put another value there, nothing, or what is no value.
    """

    edited = Signal()

    def __init__(self, one: Variable, name: str, parent: QWidget | None = None) -> None:
        """`name` is what a screen reader calls it."""
        super().__init__(parent)
        self.variable = one
        self.given = False
        """Whether there is a value."""
        self.value: Any = None
        self.wrong = ""
        """Why what stands there is no value, as a sentence."""
        self._nothing = ""
        row = QHBoxLayout(self)
        theme.space(row, 0, 0, 0, 0, gap=4)
        self.editor = self._made(name)
        row.addWidget(self.editor, 1)
        if isinstance(self.editor, JsonField):
            row.addWidget(enlarging(self.editor, visible(one.name)))
        self.setFocusProxy(self.editor)

    def _made(self, name: str) -> Editor:
        one = self.variable
        made: Editor
        match one.type:
            case "boolean" | "choice":
                made = Choice(self)
                made.setSizeAdjustPolicy(
                    Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
                )
                made.setMinimumContentsLength(6)
                made.addItem("", None)
                for word in ("true", "false") if one.type == "boolean" else one.choices:
                    made.addItem(visible(word), word)
                made.activated.connect(lambda _: self._edited())
            case "json":
                made = JsonField(self)
                made.edited.connect(self._edited)
            case "text":
                made = Words(self)
                made.edited.connect(self._edited)
            case _:
                made = WordField(self)
                made.setProperty("role", "")
                made.edited.connect(self._edited)
        made.setAccessibleName(name)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, made.sizePolicy().verticalPolicy())
        return made

    # What is shown.

    def hint(self, nothing: str) -> None:
        """What stands there while there is no value."""
        self._nothing = nothing
        if isinstance(self.editor, Choice):
            self.editor.setItemText(0, nothing)
        else:
            self.editor.setPlaceholderText(nothing)

    def describe(self, said: str) -> None:
        self.editor.setAccessibleDescription(said)

    def show_value(self, given: bool, value: Any, wrong: str = "") -> None:
        """What is kept. What the user typed since stays, unless that is another. `wrong`: why it is
        none of this type."""
        if given != self.given or (given and not same(value, self.value)):
            self.given, self.value = given, value if given else None
            self._write(spelled(value) if given else "")
            self.mark(wrong)

    def use_empty(self) -> None:
        """The empty text is the value."""
        self.given, self.value = True, ""
        self.mark("")
        self.edited.emit()

    def mark(self, wrong: str) -> None:
        self.wrong = wrong
        if self.editor.property("wrong") != bool(wrong):
            self.editor.setProperty("wrong", bool(wrong))
            self.editor.style().polish(self.editor)

    def settle(self) -> None:
        """Take what is being typed."""
        if not isinstance(self.editor, Choice):
            self.editor.settle()

    @property
    def text(self) -> str:
        match self.editor:
            case Choice():
                return str(self.editor.currentData() or "")
            case WordField():
                return self.editor.text()
            case _:
                return self.editor.toPlainText()

    def _write(self, text: str) -> None:
        match self.editor:
            case Choice():
                at = self.editor.findData(text) if text else 0
                if at < 0:  # what is kept is none of them
                    self.editor.addItem(visible(clipped(text)), text)
                    at = self.editor.count() - 1
                self.editor.setCurrentIndex(at)
            case _:
                self.editor.write(text)

    # What the user does.

    def _edited(self) -> None:
        text = self.text
        before = (self.given, self.value, self.wrong)
        if (not text.strip() and self.variable.type != "text") or not text:
            self.given, self.value = False, None
            self.mark("")
        else:
            try:
                self.value = self.variable.read(self._told(text))
                self.given = True
                self.mark("")
            except ValueError as error:
                self.mark(_sentence(str(error), self.variable))
        if isinstance(self.editor, WordField):
            self.editor.setModified(False)
        after = (self.given, self.value, self.wrong)
        if not same(list(before), list(after)):
            self.edited.emit()

    def _told(self, text: str) -> str:
        """A number may be written as the system writes it."""
        point = QLocale().decimalPoint()
        comma = self.variable.type == "number" and point != "." and "." not in text
        return text.replace(point, ".") if comma else text


def _sentence(error: str, one: Variable) -> str:
    """The parser's words, with what they are about."""
    if error.startswith("The value of") or one.type != "json":
        return error
    return f"The value of {one.name} is no JSON: {error.partition(' (char ')[0]}."
