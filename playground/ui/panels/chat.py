"""The Chat panel: a conversation over either dialect, as a tree whose branches are all kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.items import Item, Message, Text
from playground.core.parts import Part
from playground.core.plain import visible
from playground.core.profile import LOCAL, Profile
from playground.core.session import Run, Session
from playground.endpoints import BY_ID
from playground.export import EXPORTERS
from playground.ui import theme
from playground.ui.deciding import Deciding
from playground.ui.desk import Desk
from playground.ui.editing import Editing
from playground.ui.pointing import Pointing
from playground.ui.turns import Turns
from playground.ui.widgets.codeview import CodeView
from playground.ui.widgets.composer import Composer
from playground.ui.widgets.estimate import EstimateChip
from playground.ui.widgets.examples import Examples
from playground.ui.widgets.exports import ExportButton
from playground.ui.widgets.fold import Fold
from playground.ui.widgets.outline import OutlinePage
from playground.ui.widgets.parts import copy
from playground.ui.widgets.sessionhead import SessionHead
from playground.ui.widgets.transcript import TranscriptView
from playground.ui.widgets.variablechip import VariableChip
from playground.ui.widgets.variablelight import VariableLight
from playground.ui.widgets.withheld import WithheldNotice
from playground.ui.window import PanelSpec

BESIDE = "Chat Completions beside Responses"


class ChatPanel(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setProperty("role", "pane")
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 12, gap=0)
        self.head = self._header()
        column.addWidget(self.head)
        column.addWidget(self._developer())
        column.addWidget(WithheldNotice(desk, self))
        self._edge = QFrame(self)
        self._edge.setProperty("role", "edge")
        column.addWidget(self._edge)
        body = QWidget(self)
        self._pages = QStackedLayout(body)
        self.view = TranscriptView(body)
        self.turns = Turns(desk, self)
        self.view.extras.append(self.turns.negotiation)
        self.view.deciding = Deciding(desk)
        self.pointing = Pointing(desk, self.view)
        self.examples = Examples(self._run_example, body)
        self._offers()
        self._pages.addWidget(self.examples)
        self._pages.addWidget(self.view)
        self.code = CodeView(desk, self._said, body)
        self._pages.addWidget(self.code)
        self.outline = OutlinePage(desk, body)
        self.outline.asked.connect(self._ask_of_outline)
        self._pages.addWidget(self.outline)
        column.addWidget(body, 1)
        self._below = QVBoxLayout()
        theme.space(self._below, 16, 4, 16, 0)
        self.composer = Composer(desk.tasks.start, self)
        self._below.addWidget(self.composer)
        self.estimate = EstimateChip(desk, self._said, self.composer)
        self.composer.put_aside(self.estimate)
        column.addLayout(self._below)
        self.editing = Editing(desk, self.composer, self._below, self.view.jump_to_end)
        editors = (self.instructions, self.composer.draft)
        self._lights = [VariableLight(desk, one) for one in editors]
        self._session = desk.session
        """Whose draft stands in the field."""
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(400)
        self._saving.timeout.connect(desk.keep)

        self.composer.ran.connect(self._send)
        self.composer.draft.pasted.connect(desk.pasted)
        self.composer.added.connect(self._insert)
        self.composer.stopped.connect(self.stop)
        self.composer.changed.connect(self._drafted)
        for changed in (self.code.changed, self.estimate.changed):
            self.composer.changed.connect(changed)
            self.composer.role.currentTextChanged.connect(lambda _, changed=changed: changed())
        self.turns.edited.connect(self.editing.open)
        self.turns.begun.connect(self.view.jump_to_end)
        self.view.asked.connect(self.turns.do)
        self.view.verticalScrollBar().valueChanged.connect(lambda _: self._draw_edge())
        desk.session_shown.connect(self._show_session)
        desk.tree_changed.connect(lambda _: self._tree_changed())
        desk.settings_changed.connect(self._settings_changed)
        desk.wanted.connect(self._wanted)
        desk.clock.watch(self.advance)
        self._show_session(desk.session)

    # Parts.

    def _header(self) -> SessionHead:
        head = SessionHead(self.desk, self)
        self.title, self.model = head.title, head.model
        self.compare = QToolButton(self)
        self.compare.setText("Compare")
        self.compare.setProperty("role", "segment")
        self.compare.setAccessibleName("Compare")
        self.compare.setToolTip("Ask the same in columns, of other servers, models and settings")
        self.compare.clicked.connect(lambda: self.desk.wanted.emit("compare"))
        head.row.addWidget(self.compare)
        self.as_code = QToolButton(self)
        self.as_code.setText("Code")
        self.as_code.setProperty("role", "segment")
        self.as_code.setCheckable(True)
        self.as_code.setAccessibleName("The next request as code")
        self.as_code.setToolTip("What would be sent now, as JSON or as a program (Ctrl+Shift+E)")
        self.as_code.toggled.connect(lambda _: self._turn_page())
        self.as_outline = QToolButton(self)
        self.as_outline.setText("Outline")
        self.as_outline.setProperty("role", "segment")
        self.as_outline.setCheckable(True)
        self.as_outline.setAccessibleName("Outline of the session")
        self.as_outline.setToolTip("All turns and branches of this session (Ctrl+Shift+B)")
        for one, other in ((self.as_code, self.as_outline), (self.as_outline, self.as_code)):
            one.toggled.connect(lambda on, other=other: other.setChecked(False) if on else None)
        self.as_outline.toggled.connect(lambda _: self._turn_page())
        head.row.addWidget(self.as_outline)
        head.row.addWidget(self.as_code)
        self.export = ExportButton(self.desk, self)
        head.row.addWidget(self.export)
        return head

    def commands(self) -> Sequence[tuple[str, str, str, Callable[[], object]]]:
        return (
            ("&Run", "Stop", "Esc", self.stop),
            ("&Run", "Regenerate", "Ctrl+R", self.regenerate),
            ("&Run", "Previous version", "Alt+Left", lambda: self.step(-1)),
            ("&Run", "Next version", "Alt+Right", lambda: self.step(1)),
            ("&View", "Outline of the session", "Ctrl+Shift+B", self.as_outline.toggle),
            ("&View", "The next request as code", "Ctrl+Shift+E", self.as_code.toggle),
            ("&Run", "Compare in columns", "", self.compare.click),
            ("&Run", BESIDE, "", self._compare_apis),
            *self.pointing.commands(),
            ("&Edit", "Copy the last answer", "Ctrl+Shift+C", self.copy_answer),
            ("&Edit", "Copy the request as cURL", "Ctrl+Shift+K", self.copy_curl),
        )

    def _compare_apis(self) -> None:
        """The last turn over the other API as well, beside the one that there is."""
        self.desk.wanted.emit("compare")
        self.desk.wanted.emit("compare:beside")

    def copy_curl(self) -> None:
        self.export.copy(next(one for one in EXPORTERS if one.id == "curl"))

    def _developer(self) -> QWidget:
        box = QWidget(self)
        column = QVBoxLayout(box)
        theme.space(column, 16, 0, 16, 8, gap=4)
        self.instructions = QPlainTextEdit(box)
        self.instructions.setAccessibleName("Developer message")
        self.instructions.setPlaceholderText(
            "How the model should behave. Empty: no developer message is sent."
        )
        theme.follow(
            self.instructions, lambda look: self.instructions.setMaximumHeight(look.px(76))
        )
        theme.follow(
            self.instructions, lambda look: self.instructions.setMinimumHeight(look.px(48))
        )
        self.instructions.setTabChangesFocus(True)
        self.instructions.textChanged.connect(self._instructed)
        self._developer_fold = Fold(box, self.instructions)
        row = QHBoxLayout()
        theme.space(row, gap=12)
        row.addWidget(self._developer_fold, 1)
        self.variables = VariableChip(self.desk, box)
        row.addWidget(self.variables)
        column.addLayout(row)
        column.addWidget(self.instructions)
        return box

    def _offers(self) -> None:
        row = self.examples.more
        row.addStretch(1)
        for text, what in (("Add a key…", "key"), ("Choose another server…", "servers")):
            button = QPushButton(text, self.examples)
            button.setAccessibleName(text)
            button.clicked.connect(lambda _, what=what: self.desk.wanted.emit(what))
            row.addWidget(button)
        row.addStretch(1)

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002
        """Cards come and go, and the order is only wanted now."""
        self.view.order_stops()
        return super().focusNextPrevChild(next)

    # What is on screen.

    def _show_session(self, session: Session) -> None:
        self.editing.close()
        if self._saving.isActive():
            self._saving.stop()
            self.desk.keep()
        self._session = session
        closed = bool(self.desk.closed)
        self.instructions.setReadOnly(closed)
        self.as_code.setEnabled(not closed)
        if closed:
            self.as_code.setChecked(False)
        self._turn_page()
        self.view.show_session(session)
        # First: writing the draft takes what is attached down as well.
        self.composer.attachments.show_parts(session.attached)
        self.composer.write(session.draft)
        self._saving.stop()
        self.instructions.blockSignals(True)
        self.instructions.setPlainText(session.call.instructions)
        self.instructions.blockSignals(False)
        self._developer_fold.setChecked(bool(session.call.instructions))
        self._settings_changed()
        self._draw_edge()

    def showEvent(self, event: QShowEvent) -> None:
        """What was written in another panel meanwhile."""
        super().showEvent(event)
        session = self._session
        if session is self.desk.session and session.draft != self.composer.text:
            self.composer.attachments.show_parts(session.attached)
            self.composer.write(session.draft)

    def _tree_changed(self) -> None:
        self._turn_page()
        self._draw_edge()
        self.view.refresh()
        self.head.show_title()
        self._show_running()

    def _turn_page(self) -> None:
        """The conversation, or what an empty one offers; or what would be sent next."""
        page = 1 if self.desk.session.path() else 0
        page = 3 if self.as_outline.isChecked() else 2 if self.as_code.isChecked() else page
        self._pages.setCurrentIndex(page)
        self._draw_edge()

    def _ask_of_outline(self, verb: str, run: Run) -> None:
        self.turns.do(verb, run)
        if verb == "show":
            self.as_outline.setChecked(False)
            self.view.reveal(run)
            self.view.setFocus()

    def show_code(self, on: bool) -> None:
        """Show the next request in the place of the conversation, or that again."""
        self.as_code.setChecked(on)

    def _said(self) -> list[Item]:
        """What the draft adds to the conversation when it is sent."""
        if self.composer.empty:
            return []
        role, text = self.composer.role.currentText(), Text(self.composer.text)
        parts = [dict(part) for part in self.composer.attachments.parts]
        return [Message(key="in:0", role=role, text=text, parts=parts)]

    def _draw_edge(self) -> None:
        """A line under the head while something has been scrolled below it."""
        below = self._pages.currentIndex() == 1 and self.view.verticalScrollBar().value() > 0
        if self._edge.property("on") != below:
            self._edge.setProperty("on", below)
            self._edge.style().polish(self._edge)

    def _settings_changed(self) -> None:
        desk = self.desk
        profile = desk.profile
        said = " ".join(desk.session.call.instructions.split())
        self._developer_fold.say("Developer message", visible(said) or "none is sent")
        self._developer_fold.setAccessibleName("Developer message")
        self.examples.where.setText(f"Runs on {profile.name}{self._why(profile)}")
        self._show_running()

    def _why(self, profile: Profile) -> str:
        """What a newcomer should know of the server that was chosen for them."""
        if profile.id == LOCAL:
            return ": fluent, not reliable. No key and no network needed."
        if self.desk.keys.from_environment(profile.key_env) is not None:
            return f", with the key found in {profile.key_env}."
        return "."

    def _show_running(self) -> None:
        running = self.current_run() is not None
        api = BY_ID[self.desk.session.call.api]
        self.composer.say(
            running=running,
            text_only=api.title if api.text_only else "",
            enter_sends=self.desk.settings.enter_sends,
            closed=self.desk.closed,
        )

    def _wanted(self, what: str) -> None:
        if what == "composer" and self.isVisibleTo(self.window()):
            self.composer.draft.setFocus()

    def current_run(self) -> Run | None:
        """The run of this branch that is going on, if any."""
        path = self.desk.session.path()
        return next((run for run in reversed(path) if run.running and not run.replayed), None)

    def advance(self) -> None:
        self.view.advance()
        if (self.current_run() is not None) != self.composer.running:
            self._show_running()

    # What the user does.

    def _run_example(self, row: dict[str, Any]) -> None:
        self._send(row["prompt"])

    def _send(self, text: str, parts: Sequence[Part] = ()) -> None:
        desk = self.desk
        self.show_code(False)
        self.as_outline.setChecked(False)
        self.view.jump_to_end()
        if desk.begin(lambda: desk.workspace.ask(desk.session, text, parts)) is None:
            self.composer.bring_back(text, parts)
        self.view.jump_to_end()

    def _insert(self, role: str, text: str, parts: Sequence[Part]) -> None:
        desk = self.desk
        if desk.begin(lambda: desk.workspace.insert(desk.session, role, text, parts)) is None:
            self.composer.bring_back(text, parts, role)
        self.view.jump_to_end()

    def stop(self) -> None:
        """What goes on; where nothing does, the outline."""
        if (run := self.current_run()) is not None:
            self.desk.workspace.stop(run)
        elif self.as_outline.isChecked() and not self.outline.step_back():
            self.as_outline.setChecked(False)
            self.desk.wanted.emit("composer")

    def regenerate(self) -> None:
        """Ask the last turn again, as a sibling."""
        if (path := self.desk.session.path()) and self.current_run() is None:
            self.turns.do("regenerate", path[-1])

    def step(self, by: int) -> None:
        """Show the previous or next version of the last turn that has several."""
        session = self.desk.session
        for run in reversed(session.path()):
            if len(session.children(run.parent)) > 1:
                self.turns.move(run, by)
                return

    def copy_answer(self) -> None:
        for run in reversed(self.desk.session.path()):
            if run.answer:
                copy(run.answer)
                return

    def _instructed(self) -> None:
        self.desk.session.call = self.desk.session.call.model_copy(
            update={"instructions": self.instructions.toPlainText()}
        )
        self.desk.mark(self.desk.session)
        self._saving.start()
        self._settings_changed()
        self.code.changed()

    def _drafted(self) -> None:
        self._session.draft = self.composer.text
        attached = self.composer.attachments.parts
        if attached != self._session.attached:  # else it is the same, and known to be written
            self._session.attached = attached
        self.desk.mark(self._session)
        self.desk.drafted.emit()
        self._saving.start()


CHAT_PANEL = PanelSpec("chat", "Chat", ChatPanel)
