"""The composer: where a message is written. Grows from 3 to 12 lines; loses nothing typed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.parts import Part
from playground.ui import theme
from playground.ui.icons import icon
from playground.ui.widgets.attachments import Attachments, Start

ROLES = ("user", "assistant", "developer", "system")
LEAST, MOST = 3, 12
RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Draft(QPlainTextEdit):
    """The text being written.

    Signals:
        sent(): Enter or Ctrl+Enter.
        added(): Ctrl+Shift+Enter, the message without a run.
        pasted(str): a text, which stands in it now.
    """

    sent = Signal()
    added = Signal()
    pasted = Signal(str)

    def __init__(self, attachments: Attachments, parent: QWidget | None = None) -> None:
        """What is pasted or dropped and is no text goes to `attachments`."""
        super().__init__(parent)
        self._attachments = attachments
        self.enter_sends = True
        self.least = LEAST
        """Lines that it has at least."""
        self.composing = False
        """An input method is in the middle of a word."""
        self.setProperty("role", "draft")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setAccessibleName("Message")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(
            lambda _: self.updateGeometry()
        )

    def sizeHint(self) -> QSize:
        lines = int(self.document().size().height())  # QPlainTextEdit counts in lines
        lines = min(max(lines, self.least), MOST if self.least == LEAST else LEAST)
        return QSize(400, lines * self.fontMetrics().lineSpacing() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.least * self.fontMetrics().lineSpacing() + 4)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return self._attachments.accepts(source) or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if self._attachments.accepts(source):
            self._attachments.receive(source)
        else:
            super().insertFromMimeData(source)
            self.pasted.emit(source.text())

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in RETURN or self.composing:
            super().keyPressEvent(event)
            return
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if control and shift:
            self.added.emit()
        elif control or shift != self.enter_sends:
            self.sent.emit()
        else:
            self.insertPlainText("\n")
            self.ensureCursorVisible()


class RolePicker(QComboBox):
    """As wide as what it says, so that its arrow stands beside that."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "quiet")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.currentTextChanged.connect(lambda _: self.updateGeometry())

    def sizeHint(self) -> QSize:
        px = theme.current().px
        return QSize(
            self.fontMetrics().horizontalAdvance(self.currentText()) + px(8 + 30) + 2,
            super().sizeHint().height(),
        )

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def showPopup(self) -> None:
        view = self.view()
        view.setMinimumWidth(view.sizeHintForColumn(0) + theme.current().px(32))
        super().showPopup()


class Composer(QFrame):
    """Draft, role and the Run button, which is Stop while a run is going.

    Signals:
        ran(text, parts): send this, with what is attached.
        added(role, text, parts): keep this without sending anything.
        stopped(): end the run.
        changed(): the draft is another one.
    """

    ran = Signal(str, list)
    added = Signal(str, str, list)
    stopped = Signal()
    changed = Signal()

    def __init__(self, start: Start, parent: QWidget | None = None, *, keeps: str = "") -> None:
        """`start` begins the reading of files that are attached. `keeps`: what is sent stays to be
        sent again, and is the user's; this is what stands there before anything is written."""
        super().__init__(parent)
        self.setProperty("role", "composer")
        self.keeps = keeps
        self.may_be_empty = False
        """It runs also when nothing is written."""
        self.verb = "Run"
        """What its button says."""
        self._running = False
        self._refused = self._closed = ""
        self._beside: QWidget | None = None
        column = QVBoxLayout(self)
        theme.space(column, 0, 10, 0, 8, gap=8)
        self.attachments = Attachments(start, self)
        line = QHBoxLayout()
        theme.space(line, 12, 0, 12, 0)
        line.addWidget(self.attachments)
        column.addLayout(line)
        self.draft = Draft(self.attachments, self)
        line = QHBoxLayout()
        theme.space(line, 12, 0, 4, 0)
        line.addWidget(self.draft)
        column.addLayout(line)
        row = QHBoxLayout()
        # What a quiet control says stands under the text, whose edge is its own left padding.
        theme.space(row, 3, 0, 8, 0, gap=8)
        self.role = RolePicker(self)
        self.role.addItems(ROLES)
        self.role.setAccessibleName("Role of the message")
        self.role.setToolTip("Whose message this is. Others than the user's are added, not sent.")
        self.role.setVisible(not keeps)
        row.addWidget(self.role)
        self.attach = QToolButton(self)
        self.attach.setProperty("role", "quiet")
        self.attach.setIcon(icon("attach", "muted"))
        self.attach.setToolTip("Attach images or files; they can also be pasted or dropped")
        self.attach.setAccessibleName("Attach")
        menu = QMenu(self.attach)
        menu.addAction("Images or files…", self.attachments.pick)
        menu.addAction("By address or file id…", self.attachments.ask_for_url)
        self.attach.setMenu(menu)
        self.attach.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        row.addWidget(self.attach)
        row.addStretch(1)
        self.add = QPushButton("Add without running", self)
        self.add.setProperty("role", "quiet")
        self.add.setToolTip("Add the message, send nothing (Ctrl+Shift+Enter)")
        self.add.setAccessibleName("Add the message without running")
        row.addWidget(self.add)
        self.run = QPushButton("Run", self)
        self.run.setProperty("role", "primary")
        self.run.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the icon stands behind
        theme.follow(self.run, lambda look: self.run.setMinimumWidth(look.px(84)))
        row.addWidget(self.run)
        column.addLayout(row)
        self._row = row
        self.draft.sent.connect(self._send)
        self.draft.added.connect(self._add)
        self.draft.textChanged.connect(self._draft_changed)
        self.attachments.changed.connect(self._draft_changed)
        self.attachments.emptied.connect(self.draft.setFocus)
        self.add.clicked.connect(self._add)
        self.run.clicked.connect(self._pressed)
        self.role.currentTextChanged.connect(lambda _: self._show())
        self._show()

    @property
    def text(self) -> str:
        return self.draft.toPlainText()

    @property
    def empty(self) -> bool:
        return self.attachments.empty and not self.text.strip()

    @property
    def running(self) -> bool:
        """Whether Run is Stop."""
        return self._running

    def put_beside(self, control: QWidget) -> None:
        """Something else to be chosen before it runs."""
        self._beside = control
        self._row.insertWidget(self._row.indexOf(self.add), control)

    def put_aside(self, control: QWidget) -> None:
        """Something to be seen before it runs."""
        self._row.insertWidget(self._row.indexOf(self.add), control)

    def write(self, text: str) -> None:
        """Put this into the draft, in place of what is there."""
        if text != self.text:
            self.draft.setPlainText(text)
            self.draft.moveCursor(self.draft.textCursor().MoveOperation.End)

    def bring_back(self, text: str, parts: Sequence[Part], role: str = "user") -> None:
        """What was sent could not be: it is there again."""
        self.attachments.show_parts(parts)
        self.role.setCurrentText(role)
        self.write(text)

    def say(
        self,
        *,
        running: bool,
        text_only: str = "",
        enter_sends: bool = True,
        refused: str = "",
        closed: str = "",
    ) -> None:
        """Whether a run is going; the name of the API when it takes nothing but text; why nothing
        can be sent, whatever is written; why nothing can be written."""
        self.draft.enter_sends = enter_sends
        self._running, self._refused, self._closed = running, refused or closed, closed
        why = f"{text_only} takes text only. Remove what is attached, or choose another API."
        self.attachments.refuse(why if text_only else "")
        self._show()

    @property
    def _blocked(self) -> str:
        """Why what stands here cannot be sent, if so."""
        if self.attachments.reading:
            return "The attachments are still being read"
        if self.attachments.refused:
            return "This API takes text only"
        missing = self.empty and not self.may_be_empty
        return self._refused or ("Write something first" if missing else "")

    def _show(self) -> None:
        user = self.role.currentText() == "user"
        empty = self.empty
        why = self._blocked if user else ""
        if self._running:
            name, tip, glyph = "Stop", "Stop the run (Esc)", "stop"
        else:
            name, tip, glyph = self.verb, why or f"{self.verb} (Ctrl+Enter)", "send"
        self.run.setText(name)
        self.run.setIcon(icon(glyph, "on_accent"))
        self.run.setToolTip(tip)
        self.run.setAccessibleName(name)
        self.run.setAccessibleDescription(tip)
        # Never disabled while it has the focus: the keyboard would fall out of the composer.
        self.run.setEnabled(self._running or not why or self.run.hasFocus())
        self.run.setVisible(user or self._running)
        # An action only where there is something to act on; the one action of the other roles.
        self.add.setVisible(not self.keeps and (not empty or not user))
        self.add.setEnabled(not empty)
        self._promote(self.add, not user and not self._running)
        if self._draw_closed():
            return
        keys = "Enter" if self.draft.enter_sends else "Ctrl+Enter"
        self.draft.setPlaceholderText(
            self.keeps or f"Ask something. {keys} runs, Ctrl+Shift+Enter adds without running."
            if user
            else f"A message of the {self.role.currentText()}, added without running"
        )

    def _draw_closed(self) -> bool:
        """Say why nothing can be written, in no more room than that takes; whether that is so."""
        closed = bool(self._closed)
        self.draft.setEnabled(not closed)
        self.draft.setAccessibleDescription(self._closed)
        if self._beside is not None:
            self._beside.setVisible(not closed)
        self.role.setVisible(not closed and not self.keeps)
        self.attach.setVisible(not closed)
        if closed:
            self.run.hide()
            self.add.hide()
            self.draft.setPlaceholderText(self._closed)
            self.draft.setToolTip(self._closed)
        elif self.draft.toolTip():
            self.draft.setToolTip("")
        least = 1 if closed else LEAST
        if least != self.draft.least:
            self.draft.least = least
            self.draft.updateGeometry()
        return closed

    @staticmethod
    def _promote(button: QPushButton, primary: bool) -> None:
        role = "primary" if primary else "quiet"
        if button.property("role") != role:
            button.setProperty("role", role)
            button.style().polish(button)

    def _draft_changed(self) -> None:
        self._show()
        self.changed.emit()

    def _pressed(self) -> None:
        if self._running:
            self.stopped.emit()
        else:
            self._send()

    def _send(self) -> None:
        if self.role.currentText() != "user":
            self._add()
        elif self._running or self._blocked:
            pass
        elif self.keeps:
            self.ran.emit(self.text, self.attachments.parts)
        else:
            text, parts = self.text, self.attachments.take()
            self.draft.clear()
            self.ran.emit(text, parts)

    def _add(self) -> None:
        if not self.keeps and not self.empty and not self.attachments.reading:
            role, text, parts = self.role.currentText(), self.text, self.attachments.take()
            self.draft.clear()
            self.role.setCurrentIndex(0)
            self.added.emit(role, text, parts)
