"""The body of a request as a text that is changed by hand, and sent as a new run."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut, QTextCursor, QTextFormat
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QTextEdit, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.engine.resend import Read
from playground.ui import theme
from playground.ui.widgets.jsonedit import CodeEdit, JsonColours
from playground.ui.widgets.parts import row

Reading = Callable[[str], Read]


class BodyEdit(QWidget):
    """Nothing is sent before it is asked for, and what was written is lost by nothing.

    Signals:
        sent(dict): this body is to be sent.
        left(): back to what was sent; the text is kept.
    """

    sent = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading: Reading = lambda text: Read(None)
        self._first = ""
        """The text as it was sent."""
        self._good = ""
        self._read = Read(None)
        self.text = CodeEdit(self, grows=False)
        self.text.setAccessibleName("Body to send")
        self._colours = JsonColours(self.text)
        self.text.edited.connect(self._check)
        self.state = QLabel(self)
        self.state.setProperty("role", "caption")
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setWordWrap(True)
        self.undo = QPushButton("Start over", self)
        self.undo.setProperty("role", "quiet")
        self.undo.setToolTip("Back to the text as it was sent; Ctrl+Z brings yours back")
        self.undo.clicked.connect(self._start_over)
        self.cancel = QPushButton("Close", self)
        self.cancel.setProperty("role", "quiet")
        self.cancel.setToolTip("Back to what was sent; your text is kept while this run is shown")
        self.cancel.clicked.connect(self.left)
        self.send = QPushButton("Send as a new run", self)
        self.send.setProperty("role", "primary")
        self.send.setToolTip("Sends this as another version of the run (Ctrl+Enter)")
        self.send.clicked.connect(self._send)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.text, 1)
        line = row(self.state, self.undo, self.cancel, self.send)
        layout = line.layout()
        assert isinstance(layout, QHBoxLayout)
        layout.setStretchFactor(self.state, 1)
        column.addWidget(line)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self._send)
        self.setFocusProxy(self.text)
        theme.follow(self, lambda look: self._mark())

    @property
    def changed(self) -> bool:
        """Another text stands there than was sent."""
        return self.text.toPlainText() != self._first

    def open(self, first: str, draft: str, reading: Reading, good: str) -> None:
        """Begin with `draft`, of what was sent as `first`; `good` says what sending it will do."""
        self._first, self._reading, self._good = first, reading, good
        self.text.write(draft)
        self._check()

    def _check(self) -> None:
        self._read = self._reading(self.text.toPlainText())
        wrong = self._read.wrong
        self.state.setText(visible(wrong or self._good))
        self.state.setAccessibleName(wrong or self._good)
        token = "error" if wrong else ""
        if self.state.property("token") != token:
            self.state.setProperty("token", token)
            self.state.style().polish(self.state)
        self.undo.setVisible(self.changed)
        self._mark()

    def _mark(self) -> None:
        """Show in which line it is wrong."""
        marks: list[QTextEdit.ExtraSelection] = []
        if self._read.line:
            mark = QTextEdit.ExtraSelection()
            mark.cursor = self._line()
            mark.format.setBackground(theme.current().colour("error_soft"))
            mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            marks.append(mark)
        self.text.setExtraSelections(marks)

    def _line(self) -> QTextCursor:
        return QTextCursor(self.text.document().findBlockByNumber(self._read.line - 1))

    def _start_over(self) -> None:
        self.text.replace(self._first)
        self.text.settle()

    def _send(self) -> None:
        self.text.settle()
        if self._read.body is not None:
            self.sent.emit(self._read.body)
        elif self._read.line:
            self.text.setTextCursor(self._line())
            self.text.setFocus()
