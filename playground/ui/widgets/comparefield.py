"""What is typed for one column of a comparison alone, and what goes with it."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextOption
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from playground.core.comparison import Column
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.attachments import Attachments
from playground.ui.widgets.composer import RETURN
from playground.ui.widgets.parts import tool_button

LINES = 6
"""How high the field grows; what is longer is scrolled."""


class Field(QPlainTextEdit):
    """As high as what stands in it. What is pasted or dropped and is no text is attached.

    Signals:
        sent(): Enter, or Ctrl+Enter, as in the composer.
    """

    sent = Signal()

    def __init__(self, desk: Desk, attachments: Attachments, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._attachments = desk, attachments
        self.setProperty("role", "draft")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setPlaceholderText("For this column alone")
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(lambda _: self._fit())
        theme.follow(self, lambda _: self._fit())

    def write(self, text: str) -> None:
        """Show this, of which nobody is told."""
        if self.toPlainText() != text:
            self.blockSignals(True)
            self.setPlainText(text)
            self.blockSignals(False)
            self._fit()

    def _fit(self) -> None:
        lines = min(max(int(self.document().size().height()), 1), LINES)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 4)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        modifiers = event.modifiers()
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in RETURN and (control or shift != self._desk.settings.enter_sends):
            self.sent.emit()
        else:
            super().keyPressEvent(event)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return self._attachments.accepts(source) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if self._attachments.accepts(source):
            self._attachments.receive(source)
        else:
            super().insertFromMimeData(source)


class OwnMessage(QWidget):
    """The field with its button, in its frame.

    Signals:
        changed(): something was written or attached.
        sent(): send it.
        pushed(): the button: send it, or stop what runs.
    """

    changed = Signal()
    sent = Signal()
    pushed = Signal()

    def __init__(self, desk: Desk, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._name = desk, name
        outer = QVBoxLayout(self)
        theme.space(outer, 8, 4, 8, 0)
        frame = QFrame(self)
        frame.setProperty("role", "composer")
        column = QVBoxLayout(frame)
        theme.space(column, 10, 6, 6, 6, gap=4)
        self.attachments = Attachments(desk.tasks.start, frame)
        self.attachments.changed.connect(self.changed)
        column.addWidget(self.attachments)
        line = QHBoxLayout()
        theme.space(line, gap=4)
        self.field = Field(desk, self.attachments, frame)
        self.field.setAccessibleName(f"Message for column {name} alone")
        self.field.textChanged.connect(self.changed)
        self.field.sent.connect(self.sent)
        line.addWidget(self.field, 1)
        self.send = tool_button("send", f"Run column {name} alone", frame)
        self.send.clicked.connect(self.pushed)
        line.addWidget(self.send, 0, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(line)
        outer.addWidget(frame)

    def show_column(self, column: Column, *, running: bool) -> None:
        """It stands there while the column is asked alone, or something is written in it."""
        self.field.write(column.draft)
        if self.attachments.parts != column.attached and not self.attachments.reading:
            self.attachments.show_parts(column.attached)
        written = bool(column.draft or column.attached or self.attachments.reading)
        there = not column.synced or written or self.field.hasFocus()
        self.setVisible(there and not self._desk.closed)
        self.send.setToolTip(f"{'Stop' if running else 'Run'} column {self._name}")
