"""The Structured panel: a schema, the answer that is asked for by it, and what is wrong with both.

The prompt stays where it is: Run asks the same again, as another version, until the schema and the
answer are right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.items import Item, Message, Text
from playground.core.json_nodes import LEGAL
from playground.core.parts import Part
from playground.core.problem import Failure
from playground.core.session import Run, Session
from playground.endpoints import BY_ID
from playground.engine import describe, pydantic_run, takehome
from playground.engine.structured import State
from playground.engine.templating import known, said_again
from playground.export.request import Request
from playground.schemas.library import Example
from playground.schemas.source import spelled
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.pointing import Pointing
from playground.ui.turns import Turns
from playground.ui.widgets.answerpane import AnswerPane
from playground.ui.widgets.codeview import CodeView
from playground.ui.widgets.composer import Composer
from playground.ui.widgets.estimate import EstimateChip
from playground.ui.widgets.exports import ExportButton
from playground.ui.widgets.findings import Finding, Findings, Severity
from playground.ui.widgets.footerplace import FooterPlace
from playground.ui.widgets.pages import Pages
from playground.ui.widgets.parts import copy
from playground.ui.widgets.schemapane import SchemaPane
from playground.ui.widgets.schemasources import SourcesDialog
from playground.ui.widgets.sessionhead import SessionHead
from playground.ui.widgets.structuredexamples import StructuredExamples
from playground.ui.widgets.variablelight import VariableLight

PROMPT = "What the answer is made from: a text, a question, a picture. It stays, to be run again."
EMPTY, WORK, CODE = range(3)
_SEVERITY: dict[State, Severity] = {"none": "error", "invalid": "error"}


class StructuredPanel(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setProperty("role", "pane")
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 12, gap=0)
        column.addWidget(self._head())
        body = QWidget(self)
        self._pages = Pages(body)
        self.examples = StructuredExamples(self._run_example, self.open_sources, body)
        self._pages.addWidget(self.examples)
        self._pages.addWidget(self._work(body))
        self.code = CodeView(
            desk,
            self._said,
            body,
            instead=self._instead,
            programs={"Python": self._python, "JavaScript": self._javascript},
        )
        self._pages.addWidget(self.code)
        column.addWidget(body, 1)
        below = QVBoxLayout()
        theme.space(below, 16, 4, 16, 0, gap=4)
        self.turns = Turns(desk, self)
        self.pointing = Pointing(desk, self.answer)
        self.answer.inspected.connect(self._inspect)
        self.foot = FooterPlace(desk, self, [self.turns.negotiation])
        below.addWidget(self.foot)
        self.composer = Composer(desk.tasks.start, self, keeps=PROMPT)
        self.composer.put_beside(self.schema.attempts)
        self._light = VariableLight(desk, self.composer.draft)
        below.addWidget(self.composer)
        self.estimate = EstimateChip(desk, self._said, self.composer, instead=self._instead)
        self.composer.put_aside(self.estimate)
        column.addLayout(below)
        self._dialog: SourcesDialog | None = None
        self._session: Session | None = None
        self._showing = False
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(400)
        self._saving.timeout.connect(desk.keep)

        self.composer.ran.connect(self._send)
        self.composer.stopped.connect(self.stop)
        self.composer.changed.connect(self._drafted)
        self.composer.changed.connect(self.estimate.changed)
        self.schema.changed.connect(self._schema_changed)
        self.schema.changed.connect(lambda *_: self.estimate.changed())
        self.schema.sources_wanted.connect(self.open_sources)
        self.foot.asked.connect(lambda verb, run, item: self.turns.do(verb, run, item))
        self.answer.judged.connect(self._list_findings)
        self.findings.picked.connect(self._go_to)
        desk.session_shown.connect(self._show_session)
        desk.tree_changed.connect(lambda _: self._show_run())
        desk.settings_changed.connect(self._settings_changed)
        desk.wanted.connect(self._wanted)
        desk.clock.watch(self.advance)

    # Parts.

    def _head(self) -> SessionHead:
        head = SessionHead(self.desk, self)
        self.as_code = QToolButton(self)
        self.as_code.setText("Code")
        self.as_code.setProperty("role", "segment")
        self.as_code.setCheckable(True)
        self.as_code.setAccessibleName("The next request as code")
        self.as_code.setToolTip(
            "What would be sent now, and programs that parse the answer (Ctrl+Shift+E)"
        )
        self.as_code.toggled.connect(lambda _: self._turn_page())
        head.row.addWidget(self.as_code)
        self.export = ExportButton(self.desk, self)
        head.row.addWidget(self.export)
        return head

    def _work(self, parent: QWidget) -> QSplitter:
        self.schema = SchemaPane(self.desk.tasks, parent)
        self.answer = AnswerPane(self.desk, parent)
        problems = QWidget(parent)
        column = QVBoxLayout(problems)
        theme.space(column, 0, 0, 0, 0, gap=4)
        title = QLabel("PROBLEMS", problems)
        title.setProperty("role", "section")
        theme.follow(title, lambda look: title.setContentsMargins(*look.margins(12, 8, 8, 4)))
        column.addWidget(title)
        self.findings = Findings(problems)
        column.addWidget(self.findings, 1)
        splitter = QSplitter(Qt.Orientation.Horizontal, parent)
        splitter.setChildrenCollapsible(False)
        for view, share, least in (
            (self.schema, 10, 262),
            (self.answer, 9, 254),
            (problems, 6, 124),
        ):
            splitter.addWidget(view)
            splitter.setStretchFactor(splitter.indexOf(view), share)
            self._keep_wide(view, least)
        splitter.setSizes([1000, 900, 600])
        return splitter

    @staticmethod
    def _keep_wide(view: QWidget, least: int) -> None:
        theme.follow(view, lambda look: view.setMinimumWidth(look.px(least)))

    def commands(self) -> Sequence[tuple[str, str, str, Callable[[], object]]]:
        return (
            ("&Run", "Stop", "Esc", self.stop),
            ("&Run", "Regenerate", "Ctrl+R", self.regenerate),
            ("&Run", "Previous version", "Alt+Left", lambda: self.step(-1)),
            ("&Run", "Next version", "Alt+Right", lambda: self.step(1)),
            ("&View", "The next request as code", "Ctrl+Shift+E", self.as_code.toggle),
            *self.pointing.commands(),
            ("&Edit", "Copy the last answer", "Ctrl+Shift+C", self.copy_answer),
            ("&Edit", "A schema from elsewhere…", "Ctrl+Shift+O", self.open_sources),
            ("&Edit", "Repair the schema…", "", self.schema.offer_repair),
        )

    # What is on screen.

    def _show_session(self, session: Session) -> None:
        if not self.isVisible():
            return  # it will be shown when somebody looks
        self._settle()
        closed = bool(self.desk.closed)
        self.schema.setEnabled(not closed)
        self.as_code.setEnabled(not closed)
        if closed:
            self.as_code.setChecked(False)
        self._session = session
        self._settings_changed()
        self._show_prompt()
        self._show_run()

    def _settle(self) -> None:
        """What is being typed belongs to the session that was shown until now."""
        self.schema.settle()
        if self._saving.isActive():
            self._saving.stop()
            self.desk.keep()

    def _show_prompt(self) -> None:
        """What is written and was not sent yet; else what the run on screen was asked."""
        session = self.desk.session
        text, parts = session.draft, session.attached
        if not session.written and (run := self.shown) is not None:
            text, parts = self._asked(run)
        self._showing = True
        self.composer.attachments.show_parts(list(parts))
        self.composer.write(text)
        self._showing = False

    def _show_run(self) -> None:
        if not self.isVisible():
            return
        run = self.shown
        self.answer.show_run(run)
        self.foot.show_run(run)
        self._turn_page()
        self._show_running()
        self.code.changed()
        self._list_findings()

    def _asked(self, run: Run) -> tuple[str, list[Part]]:
        said = next((item for item in run.input if isinstance(item, Message)), None)
        if said is None:
            return "", []
        return said_again(said, self.desk.session.call), [dict(part) for part in said.parts]

    @property
    def shown(self) -> Run | None:
        """The last run of the branch that was asked for an answer in a form."""
        path = self.desk.session.path()
        return next((run for run in reversed(path) if run.call.output.asked), None)

    def _instead(self) -> Run | None:
        """Which run is asked again: the last one of the branch, when it is one of ours."""
        run = self.shown
        return run if run is not None and run.id == self.desk.session.leaf else None

    def _turn_page(self) -> None:
        if self.as_code.isChecked():
            page = CODE
        else:
            page = EMPTY if self._empty else WORK
        before = self._pages.currentWidget()
        held = before is not None and before.isAncestorOf(QApplication.focusWidget() or self)
        self._pages.setCurrentIndex(page)
        self.composer.setVisible(page != EMPTY)
        self.foot.setVisible(page == WORK and self.shown is not None)
        if held and before is not self._pages.currentWidget():
            self._focus()

    @property
    def _empty(self) -> bool:
        """Whether there is neither a schema nor an answer."""
        output = self.desk.session.call.output
        return output.json_schema is None and not output.source and self.shown is None

    def _settings_changed(self) -> None:
        if not self.isVisible() or self._session is not self.desk.session:
            return
        call = self.desk.session.call
        self._showing = True
        self.schema.show_values(known(call))
        self._showing = False
        if call.output != self.schema.output:
            self._showing = True
            self.schema.show_output(call.output, BY_ID[call.api])
            self._showing = False
        else:
            self.schema.way.offer(BY_ID[call.api])
        self.examples.show_server(self.desk.profile.name)
        self._turn_page()
        self._show_running()
        self._list_findings()

    def _schema_changed(self) -> None:
        """The schema was edited, or read: the next request has it."""
        session, output = self._session, self.schema.output
        if session is not None and output != session.call.output:
            before = session.call.output
            session.call = session.call.model_copy(update={"output": output})
            if not self._showing:
                text = (output.source, output.json_schema)
                self.desk.mark(session, schema=text != (before.source, before.json_schema))
                self._saving.start()
            self.desk.settings_changed.emit()
        self.code.changed()
        self._turn_page()
        self._show_running()
        self._list_findings()

    def _show_running(self) -> None:
        api = BY_ID[self.desk.session.call.api]
        refused = self.schema.refused
        if self.schema.output.mode not in api.modes:
            refused = f"{api.title} takes no schema"
        self.composer.say(
            running=self.current_run() is not None,
            text_only=api.title if api.text_only else "",
            enter_sends=self.desk.settings.enter_sends,
            closed=self.desk.closed,
            refused=refused,
        )

    def current_run(self) -> Run | None:
        """The run of this branch that is going on, if any."""
        path = self.desk.session.path()
        return next((run for run in reversed(path) if run.running and not run.replayed), None)

    def advance(self) -> None:
        if self.isVisible():
            self.answer.advance()
            self.foot.advance()
            if (self.current_run() is not None) != self.composer.running:
                self._show_running()

    def _list_findings(self) -> None:
        found = [*self._schema_findings(), *self._answer_findings()]
        attempt = self.answer.attempt
        fine = self.schema.examination.readable if attempt is None else attempt.state == "valid"
        nothing = "Nothing is wrong." if fine else ""
        self.findings.show_findings(found, nothing)

    def _schema_findings(self) -> list[Finding]:
        seen, rows = self.schema.examination, []
        if self.schema.output.mode == "json_object" and not self._says_json():
            words = "Nothing that is sent says the word JSON: many servers refuse that."
            rows.append(Finding("schema", "warning", words))
        if seen.waiting is not None:
            words = f"{seen.waiting.title} {seen.waiting.detail}"
            rows.append(Finding("schema", "warning", words))
        for problem in (seen.wrong, seen.unusable):
            if problem is not None:
                line, column = (problem.facts.get(name) for name in ("line", "column"))
                rows.append(
                    Finding(
                        "schema",
                        "error",
                        f"{problem.title} {problem.detail}".strip(),
                        line=int(line) if line else None,
                        column=int(column) if column else None,
                    )
                )
        if self.schema.is_strict:
            rows += [
                Finding(
                    "schema",
                    "warning",
                    one.message,
                    f"line {one.line} · {spelled(one.path)}" if one.line else spelled(one.path),
                    one.path,
                    one.line,
                    one.column,
                )
                for one in seen.violations
            ]
        return rows

    def _says_json(self) -> bool:
        """Whether the word is in the messages, which servers ask for in this mode."""
        session, before = self.desk.session, self._instead()
        history = session.history(before.parent if before is not None else session.leaf)
        said = [str(item.text) for item in history if isinstance(item, Message)]
        words = " ".join([session.call.instructions, self.composer.text, *said])
        return "json" in words.lower()

    def _answer_findings(self) -> list[Finding]:
        attempt = self.answer.attempt
        if attempt is None:
            return []
        rows = [
            Finding(
                "answer",
                "error",
                error.message,
                f"{spelled(error.path)}\nby {spelled(error.schema_path)}"
                if error.schema_path
                else spelled(error.path) * bool(error.path),
                error.path,
                schema_path=error.schema_path or None,
            )
            for error in attempt.errors
        ]
        if attempt.over and attempt.words and not rows:
            rows.append(Finding("answer", _SEVERITY.get(attempt.state, "warning"), attempt.words))
        told = {row.path for row in rows}
        rows += [
            Finding("answer", "warning", "It did not come.", spelled(path), path)
            for path in attempt.answer.missing
            if path not in told and attempt.state == "truncated"
        ]
        rows += [
            Finding("answer", "info", flaw.words, f"character {flaw.offset + 1}")
            for flaw in attempt.answer.flaws
            if flaw.kind in LEGAL and attempt.over
        ]
        return rows

    def _go_to(self, finding: Finding) -> None:
        self.as_code.setChecked(False)
        if finding.side == "answer":
            self.answer.reveal(finding.path)
        elif finding.line is not None:
            self.schema.go_to_line(finding.line, finding.column or 1)
        else:
            self.schema.go_to(finding.path)

    def _inspect(self) -> None:
        if (run := self.answer.run) is not None:
            self.turns.do("inspect", run)

    def _wanted(self, what: str) -> None:
        if what == "composer" and self.isVisibleTo(self.window()):
            self.composer.draft.setFocus()

    # What the user does.

    def _run_example(self, example: Example) -> None:
        self.schema.use(example.schema, example.name, "json_schema")
        self.composer.write(example.prompt)
        self._send(example.prompt, ())
        self.composer.run.setFocus()

    def _send(self, text: str, parts: Sequence[Part]) -> None:
        desk, session = self.desk, self.desk.session
        self.as_code.setChecked(False)
        instead = self._instead()
        if desk.begin(lambda: desk.workspace.ask(session, text, parts, instead=instead)) is None:
            return
        session.draft, session.attached = "", []

    def stop(self) -> None:
        if (run := self.current_run()) is not None:
            self.desk.workspace.stop(run)

    def regenerate(self) -> None:
        if (run := self.shown) is not None and self.current_run() is None:
            self.turns.do("regenerate", run)

    def step(self, by: int) -> None:
        """Show the version before or after the one on screen."""
        if (run := self.shown) is not None:
            self.turns.move(run, by)
            self._show_prompt()

    def copy_answer(self) -> None:
        if (attempt := self.answer.attempt) is not None:
            copy(attempt.answer.live.text)

    def _drafted(self) -> None:
        self.code.changed()
        if self.schema.output.mode == "json_object":
            self._list_findings()
        if self._showing or self._session is None:
            return
        session = self._session
        text, parts = self.composer.text, self.composer.attachments.parts
        run = self.shown
        if run is not None and (text, parts) == self._asked(run):
            text, parts = "", []
        session.draft = text
        if parts != session.attached:
            session.attached = parts
        self.desk.mark(session)
        self._saving.start()

    def _said(self) -> list[Item]:
        if self.composer.empty:
            return []
        parts = [dict(part) for part in self.composer.attachments.parts]
        return [Message(key="in:0", role="user", text=Text(self.composer.text), parts=parts)]

    def _python(self, request: Request) -> str:
        return takehome.python(request, self.schema.output)

    def _javascript(self, request: Request) -> str:
        return takehome.javascript(request, self.schema.output)

    # A schema from elsewhere.

    def open_sources(self) -> None:
        """Ask where a schema shall come from."""
        desk = self.desk
        model = desk.session.call.model or desk.profile.model or "the server's first model"
        answers = [
            (run.call.model or "an answer", run.transcript.text)
            for run in desk.session.path()
            if run.transcript.text
        ]

        async def work() -> None:
            held = await pydantic_run.holding()
            dialog = SourcesDialog(
                desk.tasks.start, answers=answers, model=model, means=held.words, parent=self
            )
            dialog.chosen.connect(self._chosen)
            dialog.run_wanted.connect(partial(self._run_source, dialog))
            dialog.described.connect(partial(self._describe, dialog))
            dialog.finished.connect(dialog.deleteLater)
            self._dialog = dialog
            dialog.open()

        desk.tasks.start(work(), self)

    def _chosen(self, schema: Any, name: str, prompt: str) -> None:
        mode = self.schema.output.mode
        self.schema.use(schema, name, "json_schema" if mode == "text" else mode)
        if prompt and self.composer.empty:
            self.composer.write(prompt)
        self.composer.draft.setFocus()

    def _run_source(self, dialog: SourcesDialog, source: str, model: str) -> None:
        """Run what somebody clicked on, where it can do no harm."""

        async def work() -> None:
            try:
                dialog.show_ran(await pydantic_run.schema_of(source, model))
            except Failure as failure:
                dialog.show_failure(failure.problem)

        task = self.desk.tasks.start(work(), dialog)
        dialog.stopped.connect(task.cancel)

    def _describe(self, dialog: SourcesDialog, words: str) -> None:
        """Have the current model write a schema, in a session of its own."""
        desk, now = self.desk, self.desk.session
        asked = describe.question(words, now.call, BY_ID[now.call.api].modes)
        session = desk.workspace.new_session(desk.profile, asked.call)
        session.title, session.named = f"Schema: {' '.join(words.split())[:60]}", True
        run = desk.workspace.ask(session, asked.text)

        async def work() -> None:
            try:
                await desk.workspace.go(run)
                dialog.show_described(describe.described(run.transcript))
            except Failure as failure:
                dialog.show_failure(failure.problem)

        task = desk.tasks.start(work(), dialog)
        dialog.stopped.connect(task.cancel)
        dialog.finished.connect(lambda _: task.cancel())
        desk.clock.wake()

    def showEvent(self, event: QShowEvent) -> None:
        """What was done elsewhere meanwhile."""
        super().showEvent(event)
        self._show_session(self.desk.session)
        self._focus()

    def _focus(self) -> None:
        """Where one begins."""
        (self.examples.buttons[0] if self.composer.isHidden() else self.composer.draft).setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._settle()
