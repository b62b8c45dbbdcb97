"""What somebody writes in the place of a tool: an error that the model is told, or a result."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from playground.core.tools import Answer, Result
from playground.ui import theme
from playground.ui.widgets.jsonedit import CodeEdit
from playground.ui.widgets.schemaform import SchemaForm
from playground.ui.widgets.schemaformrows import caption, quiet


class Reply(QWidget):
    """Signals:
    sent(Answer): this is what the model gets.
    left(): back to the call; what was written stays.
    """

    sent = Signal(object)
    left = Signal()

    def __init__(self, about: str, verb: str, parent: QWidget) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 0, gap=6)
        label = caption(self)
        label.setText(about)
        column.addWidget(label)
        self.entry = self._make_entry()
        column.addWidget(self.entry)
        self.send = QPushButton(verb, self)
        self.send.setProperty("role", "primary")
        self.send.setAutoDefault(False)
        self.send.setAccessibleName(verb)
        self.send.clicked.connect(self.submit)
        self.back = quiet("Back", self)
        self.back.clicked.connect(self.left)
        foot = QHBoxLayout()
        theme.space(foot, gap=6)
        foot.addWidget(self.send)
        foot.addWidget(self.back)
        foot.addStretch(1)
        column.addLayout(foot)
        self.setFocusProxy(self.entry)

    def submit(self) -> None:
        """Send what stands there, if that can be sent."""
        result = self._result()
        if result is not None:
            self.sent.emit(Answer(result))

    def _make_entry(self) -> QWidget:
        raise NotImplementedError

    def _result(self) -> Result | None:
        raise NotImplementedError


class ErrorReply(Reply):
    """A line for what the model is told."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__("The tool is not run. The model is told:", "Return this error", parent)
        self.line.textChanged.connect(lambda _: self._show())
        self.line.returnPressed.connect(self.submit)
        self._show()

    def _make_entry(self) -> QWidget:
        self.line = QLineEdit(self)
        self.line.setAccessibleName("What the model is told")
        self.line.setPlaceholderText("What went wrong, and what it may do about it")
        return self.line

    def _show(self) -> None:
        self.send.setEnabled(bool(self.line.text().strip()))

    def _result(self) -> Result | None:
        text = self.line.text()
        return Result(text, "failed") if text.strip() else None


class ResultReply(Reply):
    """A result by hand: text, or a form where the tool says what it gives."""

    def __init__(self, output: Any, parent: QWidget) -> None:
        """`output`: the schema of the result; None: anything."""
        self._output = output
        super().__init__(
            "The tool is not run. The model gets this as its result:", "Send this result", parent
        )

    def _make_entry(self) -> QWidget:
        self.form: SchemaForm | None = None
        self.text: CodeEdit | None = None
        if self._output is None:
            self.text = CodeEdit(self)
            self.text.setAccessibleName("Result")
            return self.text
        self.form = SchemaForm(self, name="Result")
        self.form.show_schema(self._output)
        self.form.edited.connect(self._show)
        self.form.turned.connect(self._show)
        return self.form

    def _show(self) -> None:
        assert self.form is not None
        self.form.insist()
        self.send.setEnabled(self.form.readable)

    def _result(self) -> Result | None:
        if self.form is None:
            assert self.text is not None
            return Result(self.text.toPlainText())
        self.form.settle()
        self._show()
        return Result(self.form.text) if self.form.readable else None
