"""Approval of one call: all that is known of it, and what may be decided.

It takes no focus when it appears, and Enter approves nothing: only a click, Space on a button, or
Ctrl+Enter from somebody who works in this very box. What is approved is what stands there, whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from playground.core.plain import visible
from playground.core.tools import Approve, Asked, Decision, Reject, Scope
from playground.engine.approval import wants_leave
from playground.schemas.difference import Line
from playground.ui import theme, words
from playground.ui.widgets.approvalparts import (
    ENTER,
    Approving,
    Arguments,
    Changes,
    Problems,
    brief,
    plain,
    section,
)
from playground.ui.widgets.approvalreply import ErrorReply, Reply, ResultReply
from playground.ui.widgets.cards.base import badge, say_state
from playground.ui.widgets.flow import Flow
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.jsonedit import CodeEdit
from playground.ui.widgets.parts import Brief
from playground.ui.widgets.schemaform import JSON, SchemaForm
from playground.ui.widgets.schemaformfields import alike
from playground.ui.widgets.schemaformkinds import read_text
from playground.ui.widgets.schemaformrows import leave, quiet


class ApprovalBox(QFrame):
    """Signals:
    decided(Decision): by whoever sits there; once.
    resized(): it may need another height.
    """

    decided = Signal(object)
    resized = Signal()

    def __init__(
        self,
        asked: Asked,
        parent: QWidget | None = None,
        *,
        arguments: str | None = None,
        touches: str = "",
        difference: Sequence[Line] = (),
        wrong: Sequence[str] = (),
        waited: Callable[[], float] | None = None,
    ) -> None:
        """`arguments`: with which it would be run, where those are not the model's own; `touches`:
        what a call may reach, in words; `difference`: from the last call of the same tool; `wrong`:
        what is wrong with the arguments, beside what the call says itself; `waited`: seconds."""
        super().__init__(parent)
        self.asked = asked
        tool = asked.tool
        self._given = asked.arguments if arguments is None else arguments
        self._changed_before = arguments is not None and arguments != asked.arguments
        self._json = tool is None or tool.kind != "custom"
        self._value: Any = None
        """What the arguments are as JSON; read when somebody edits them."""
        self._told = (*asked.wrong, *wrong)
        self._waited = waited
        self._over = False
        self.fold: Fold | None = None
        """The line that is left once it is decided."""
        self._reply: Reply | None = None
        self._replies: dict[type[Reply], Reply] = {}
        self.form: SchemaForm | None = None
        self.words: CodeEdit | None = None
        """The editor of what is no JSON."""
        self.runs = tool is not None and tool.mode != "human"
        """There is something to approve."""
        self.whole = tool is not None and wants_leave(tool)
        """There is nothing else to decide: a server does it as it stands, or not at all."""
        title = visible(tool.title if tool is not None else asked.name or "a tool without a name")
        self.setProperty("role", "tool")
        self.setProperty("waiting", True)
        self.setAccessibleName(f"Approval of {title}")

        column = QVBoxLayout(self)
        theme.space(column, 12, 8, 12, 10, gap=8)
        head = QHBoxLayout()
        theme.space(head, gap=8)
        self._head = head
        self.title = Brief(title, "call", self)
        self.brief = Brief(brief(self._given), "number", self, yields=True)
        self.changed = badge(self)
        self.state = badge(self)
        self.clock = QLabel(self)
        self.clock.setProperty("role", "chip")
        self.clock.setAccessibleName("Time that it has waited")
        head.addWidget(self.title)
        head.addWidget(self.brief, 1)
        for widget in (self.changed, self.state, self.clock):
            head.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        column.addLayout(head)
        say_state(self.changed, "")
        say_state(self.state, "waiting for you")

        self.body = QWidget(self)
        self._column = body = QVBoxLayout(self.body)
        theme.space(body, 0, 0, 0, 0, gap=8)
        column.addWidget(self.body)
        # The first stop of the keyboard: a window without focus gives it to that one.
        self.arguments = Arguments(self.body)
        if touches:
            body.addWidget(section("May touch", touches, self.body))
        body.addWidget(self.arguments)
        self.problems = Problems(self.body)
        body.addWidget(self.problems)
        if difference:
            body.addWidget(Changes(difference, self.body))

        self.foot = self._make_foot()
        column.addWidget(self.foot)
        self.advance()
        self._show()

    def _make_foot(self) -> QWidget:
        foot = QWidget(self)
        line = QHBoxLayout(foot)
        theme.space(line, 0, 0, 0, 0, gap=6)
        self.buttons = Flow(foot)
        self.approve = Approving("Approve", foot)
        self.approve.setProperty("role", "primary")
        self.approve.setToolTip("Run it with these arguments (Ctrl+Enter, from within this box)")
        self.session = Approving("For this session", foot)
        self.session.setToolTip("Run it, and do not ask about this tool again in this session")
        self.always = Approving("Always for this tool", foot)
        self.always.setToolTip("Run it, and do not ask again while the tool is defined like this")
        self.edit = plain("Edit", foot)
        self.error = plain("Return error…", foot)
        self.answer = plain("Answer by hand…", foot)
        self.reject = quiet("Reject", foot)
        for button in (self.approve, self.session, self.always, self.edit):
            shown = self.runs and not (self.whole and button is self.edit)
            button.setVisible(shown)
            if shown:
                self.buttons.add(button)
        if not self.runs:
            self.answer.setProperty("role", "primary")
        for button in (self.answer, self.error) if not self.runs else (self.error, self.answer):
            button.setVisible(not self.whole)
            if not self.whole:
                self.buttons.add(button)
        line.addWidget(self.buttons, 1)
        line.addWidget(self.reject, 0, Qt.AlignmentFlag.AlignTop)
        self.approve.clicked.connect(lambda: self._approve("once"))
        self.session.clicked.connect(lambda: self._approve("session"))
        self.always.clicked.connect(lambda: self._approve("always"))
        self.edit.clicked.connect(self._turn_editing)
        self.error.clicked.connect(lambda: self._write(ErrorReply))
        self.answer.clicked.connect(lambda: self._write(ResultReply))
        self.reject.clicked.connect(lambda: self._decide(Reject()))
        return foot

    # What stands there.

    @property
    def text(self) -> str:
        """The arguments that an approval would send: those of the call, to the letter, unless they
        were changed."""
        if self.form is not None:
            same = self.form.readable and alike(self.form.value, self._value)
            return self._given if same else self.form.text
        return self._given if self.words is None else self.words.toPlainText()

    @property
    def edited(self) -> bool:
        """The arguments are no longer those that the model gave."""
        return self._changed_before or self.text != self._given

    @property
    def wrong(self) -> list[str]:
        """What is wrong with the arguments as they stand there, in sentences."""
        if self.form is not None and self.text != self._given:
            return self.form.errors
        return [visible(one) for one in self._told]

    def advance(self) -> None:
        """Say how long it has waited."""
        shown = "" if self._waited is None else words.clock(self._waited())
        if not self._over and shown != self.clock.text():
            self.clock.setText(shown)
        self.clock.setVisible(bool(shown))

    def show_decided(self, said: str, token: str = "") -> None:
        """It is decided, by whoever: a line that can be opened. `token`: `ok`, `warn`, `error`."""
        self._over = True
        say_state(self.state, visible(said), token)
        if self.fold is not None:
            return
        inside = self._focused
        if self._reply is not None:
            self._reply.hide()
        self.arguments.show_text(self.text, is_json=self._json)
        self.arguments.show()
        for editor in (self.form, self.words):
            if editor is not None:
                editor.hide()
        self.problems.hide()
        self.foot.hide()
        self.title.hide()
        self.brief.hide()
        self.fold = Fold(self, self.body, token="tool", strong=True, mono=True)
        self.fold.say(self.title.text(), brief(self.text))
        self.fold.setAccessibleName(f"{self.title.text()}: {visible(said)}")
        self._head.insertWidget(0, self.fold, 1)
        self.fold.show()
        if inside:
            self.fold.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setProperty("waiting", False)
        self.style().polish(self)
        self.resized.emit()

    def _show(self) -> None:
        form, text = self.form, self.text
        self.arguments.show_text(text, is_json=self._json)
        # While the JSON is edited it stands there already, unless something hides in it.
        twice = form is not None and form.views.index == JSON and visible(text) == text
        self.arguments.setVisible(self.words is None and not twice)
        self.brief.setText(brief(text))
        say_state(self.changed, "edited" if self.edited else "", "warn")
        problems = self.wrong
        # What is wrong with what was changed stands where it was changed.
        self.problems.show_problems([] if form is not None and text != self._given else problems)
        good = not problems and (form is None or form.readable)
        for button in (self.approve, self.session, self.always):
            button.setEnabled(good and self.runs)
            button.setAccessibleDescription("" if good else "What is wrong has to be put right.")
        self.edit.setText("Edit" if form is None and self.words is None else "Discard changes")
        self.resized.emit()

    # What is decided.

    def _approve(self, scope: Scope) -> None:
        if self.form is not None:
            self.form.settle()
        self._show()
        if self.approve.isEnabled():
            self._decide(Approve(self.text, scope))

    def _decide(self, decision: Decision) -> None:
        if self._over:
            return
        self._over = True
        if self._focused:  # which would go on to what comes next: the Approve of another call
            self.arguments.show()
            self.arguments.setFocus(Qt.FocusReason.OtherFocusReason)
        self.foot.setEnabled(False)
        if self._reply is not None:
            self._reply.setEnabled(False)
        self.decided.emit(decision)

    @property
    def _focused(self) -> bool:
        focus = self.window().focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def _turn_editing(self) -> None:
        if self.form is not None or self.words is not None:
            for one in (self.form, self.words):
                if one is not None:
                    leave(one)
            self.form = self.words = None
            self._show()
            self.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        editor: QWidget = self._edit_json() if self._json else self._edit_words()
        self._column.insertWidget(self._column.indexOf(self.arguments) + 1, editor)
        QWidget.setTabOrder(self.arguments, editor)
        self._show()
        editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _edit_json(self) -> SchemaForm:
        self.form = form = SchemaForm(self.body)
        tool = self.asked.tool
        self._value = read_text(self._given)[0]
        form.show_text(None if tool is None else tool.parameters, self._given)
        form.edited.connect(self._show)
        form.turned.connect(self._show)
        form.setFocusProxy(form.json if form.views.index == JSON else form.form)
        return form

    def _edit_words(self) -> CodeEdit:
        self.words = edit = CodeEdit(self.body)
        edit.setAccessibleName("Arguments as text")
        edit.write(self._given)
        edit.edited.connect(self._show)
        return edit

    # What is written in the place of the tool.

    def _write(self, kind: type[ErrorReply] | type[ResultReply]) -> None:
        reply = self._replies.get(kind)
        if reply is None:
            tool = self.asked.tool
            if kind is ErrorReply:
                reply = ErrorReply(self)
            else:
                reply = ResultReply(None if tool is None else tool.output, self)
            reply.sent.connect(self._decide)
            reply.left.connect(self._unwrite)
            layout = self.layout()
            assert layout is not None
            layout.addWidget(reply)
            self._replies[kind] = reply
        self._reply = reply
        reply.show()
        reply.setFocus(Qt.FocusReason.OtherFocusReason)
        self.foot.hide()
        self.resized.emit()

    def _unwrite(self) -> None:
        if self._reply is None:
            return
        opener = self.error if isinstance(self._reply, ErrorReply) else self.answer
        self.foot.show()
        opener.setFocus(Qt.FocusReason.OtherFocusReason)
        self._reply.hide()
        self._reply = None
        self.resized.emit()

    # Keys.

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if _is_approval(event):  # nobody else's shortcut, while the focus is in here
                event.accept()
                return True
        elif event.type() is QEvent.Type.LayoutRequest:
            self.resized.emit()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_approval(event) and not self._over:
            if self._reply is not None:
                self._reply.submit()
            elif self.runs:
                self._approve("once")
        elif event.key() == Qt.Key.Key_Escape and self._reply is not None and not self._over:
            self._unwrite()
        elif event.key() not in ENTER:
            super().keyPressEvent(event)


def _is_approval(event: QKeyEvent) -> bool:
    control = Qt.KeyboardModifier.ControlModifier
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return event.key() in ENTER and held == control
