"""The Tools panel: what a model may call, who answers, and the loop in which it does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSplitter,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from playground.core.items import Item, Message, Text
from playground.core.parts import Part
from playground.core.problem import Failure
from playground.core.session import Run, Session
from playground.core.tools import Kind, Mode, Tool
from playground.endpoints import BY_ID
from playground.endpoints.offering import definition
from playground.engine import takehome_loop
from playground.engine.debugger import Pause, rewound
from playground.engine.toolbox import MINE
from playground.export.request import Request
from playground.tools.mcp_values import McpSpec
from playground.tools.rules import RuleSet
from playground.ui import theme
from playground.ui.clock import SLOW
from playground.ui.deciding import Deciding
from playground.ui.desk import Desk
from playground.ui.turns import Turns
from playground.ui.widgets.codeview import CodeView
from playground.ui.widgets.composer import Composer
from playground.ui.widgets.debugbar import DebugBar, Spot
from playground.ui.widgets.exports import ExportButton
from playground.ui.widgets.looptimeline import LoopTimeline
from playground.ui.widgets.mcpdialog import McpDialog
from playground.ui.widgets.parts import Segments
from playground.ui.widgets.pauseedit import PauseEdit
from playground.ui.widgets.sessionhead import SessionHead
from playground.ui.widgets.toolbench import ToolBench
from playground.ui.widgets.tooldefinition import ToolDefinition
from playground.ui.widgets.toollist import ToolList
from playground.ui.widgets.transcript import TranscriptView

LOOP, TOOLS, CODE = range(3)
STARTS: Mapping[Kind, Mapping[str, Any]] = {
    "function": {
        "description": "What it does, and when it is to be called.",
        "parameters": {
            "type": "object",
            "properties": {"text": {"type": "string"}},
            "required": ["text"],
            "additionalProperties": False,
        },
    },
    "custom": {"description": "What it does with the text.", "format": {"type": "text"}},
    "hosted": {"hosted": {"type": "web_search"}},
}
"""What a new tool begins with."""


class ToolsPanel(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setProperty("role", "pane")
        column = QVBoxLayout(self)
        theme.space(column, 0, 0, 0, 12, gap=0)
        column.addWidget(self._head())
        body = QWidget(self)
        self._pages = QStackedLayout(body)
        self.turns = Turns(desk, self)
        self.view = TranscriptView(body)
        self.view.deciding = Deciding(desk)
        self.view.extras.append(self.turns.negotiation)
        self.view.asked.connect(self.turns.do)
        self.turns.begun.connect(self.view.jump_to_end)
        self._pages.addWidget(self._looping(body))
        self._pages.addWidget(self._workshop(body))
        self.code = CodeView(
            desk,
            self._said,
            body,
            programs={"Python": self._python, "JavaScript": self._javascript},
        )
        self._pages.addWidget(self.code)
        column.addWidget(body, 1)
        below = QVBoxLayout()
        theme.space(below, 16, 4, 16, 0)
        self.composer = Composer(desk.tasks.start, self)
        below.addWidget(self.composer)
        column.addLayout(below)
        self._session: Session | None = None
        self._rev = -1
        self._ticks = 0
        self._saving = QTimer(self)
        self._saving.setSingleShot(True)
        self._saving.setInterval(400)
        self._saving.timeout.connect(desk.keep)

        self.composer.ran.connect(self._send)
        self.composer.added.connect(self._insert)
        self.composer.stopped.connect(self.stop)
        self.composer.changed.connect(self._drafted)
        desk.session_shown.connect(self._show_session)
        desk.tree_changed.connect(lambda _: self._tree_changed())
        desk.settings_changed.connect(self._settings_changed)
        desk.wanted.connect(self._wanted)
        desk.approving.changed.connect(self._waiting_changed)
        desk.clock.watch(self.advance)
        desk.tasks.start(self._load(), self)

    # Parts.

    def _head(self) -> SessionHead:
        head = SessionHead(self.desk, self)
        self.pages = Segments(("Loop", "Tools"), parent=self)
        self.pages.setAccessibleName("What the panel shows")
        self.pages.picked.connect(lambda _: self._turn_page())
        head.row.insertWidget(0, self.pages)
        self.as_code = QToolButton(self)
        self.as_code.setText("Code")
        self.as_code.setProperty("role", "segment")
        self.as_code.setCheckable(True)
        self.as_code.setAccessibleName("The next request as code")
        self.as_code.setToolTip("What would be sent now (Ctrl+Shift+E)")
        self.as_code.toggled.connect(lambda _: self._turn_page())
        head.row.addWidget(self.as_code)
        self.export = ExportButton(self.desk, self)
        head.row.addWidget(self.export)
        return head

    def _looping(self, parent: QWidget) -> QWidget:
        """The conversation, the debugger over it, and the lanes of the run below."""
        page = QWidget(parent)
        column = QVBoxLayout(page)
        theme.space(column, 0, 0, 0, 0, gap=4)
        line = QVBoxLayout()
        theme.space(line, 16, 2, 16, 2, gap=4)
        self.debug = DebugBar(self.desk.debugger, page)
        self.debug.stopped.connect(self.stop)
        self.debug.edit_wanted.connect(self._edit_pause)
        self.debug.rewound.connect(self._rewind)
        self.debug.forked.connect(self._fork)
        line.addWidget(self.debug)
        column.addLayout(line)
        self._parts = QSplitter(Qt.Orientation.Vertical, page)
        self._parts.setChildrenCollapsible(False)
        self._parts.addWidget(self.view)
        below = QWidget(page)
        line = QVBoxLayout(below)
        theme.space(line, 16, 0, 8, 4)
        self.lanes = LoopTimeline(below)
        line.addWidget(self.lanes)
        self._below = below
        self._parts.addWidget(below)
        self._parts.setStretchFactor(0, 1)
        self._parts.setStretchFactor(1, 0)
        column.addWidget(self._parts, 1)
        self._pause: PauseEdit | None = None
        self._pausing = QVBoxLayout()
        theme.space(self._pausing, 16, 0, 16, 0)
        column.addLayout(self._pausing)
        return page

    def _workshop(self, parent: QWidget) -> QSplitter:
        self.list = ToolList(parent)
        self.bench = ToolBench(self.desk, parent)
        self.definition = ToolDefinition(self.desk.tasks, self._requested, parent)
        self.definition.changed.connect(self._redefine)
        middle = QWidget(parent)
        column = QVBoxLayout(middle)
        theme.space(column, 0, 4, 0, 0, gap=0)
        line = QHBoxLayout()
        theme.space(line, 12, 0, 8, 0)
        self.sides = Segments(("Definition", "Run by hand"), small=True, parent=middle)
        self.sides.setAccessibleName("What is shown of the tool")
        line.addWidget(self.sides)
        line.addStretch(1)
        column.addLayout(line)
        page = QWidget(middle)
        sides = QStackedLayout(page)
        sides.addWidget(self.definition)
        sides.addWidget(self.bench)
        self.sides.picked.connect(sides.setCurrentIndex)
        column.addWidget(page, 1)
        self.list.offered.connect(self._offer)
        self.list.mode_picked.connect(self._mode_picked)
        self.list.picked.connect(self._pick)
        self.list.new_wanted.connect(self._new)
        self.list.undefined.connect(self._undefine)
        self.list.server_wanted.connect(lambda: self.describe_server(None))
        self.list.started.connect(lambda server: self._at_server(server, "start"))
        self.list.stopped.connect(lambda server: self._at_server(server, "stop"))
        self.list.tested.connect(self._test_server)
        self.list.opened.connect(self._open)
        self.list.removed.connect(self._remove)
        splitter = QSplitter(Qt.Orientation.Horizontal, parent)
        splitter.setChildrenCollapsible(False)
        for view, share in ((self.list, 4), (middle, 6)):
            splitter.addWidget(view)
            splitter.setStretchFactor(splitter.indexOf(view), share)
        splitter.setSizes([400, 600])
        return splitter

    def commands(self) -> Sequence[tuple[str, str, str, Callable[[], object]]]:
        return (
            ("&Run", "Stop", "Esc", self.stop),
            ("&Run", "Regenerate", "Ctrl+R", self.regenerate),
            ("&View", "The next request as code", "Ctrl+Shift+E", self.as_code.toggle),
        )

    async def _load(self) -> None:
        await self.desk.toolbox.ready()
        self._show_tools()

    # What is on screen.

    def _show_session(self, session: Session) -> None:
        if not self.isVisible():
            return
        self._settle()
        self._session = session
        self.view.show_session(session)
        self.composer.attachments.show_parts(session.attached)
        self.composer.write(session.draft)
        self._saving.stop()
        self._settings_changed()
        self._show_loop()

    def _settle(self) -> None:
        if self._saving.isActive():
            self._saving.stop()
            self.desk.keep()

    @property
    def looped(self) -> Run | None:
        """The run whose loop is shown: the last one of the branch that was sent."""
        path = self.desk.session.path()
        return next((run for run in reversed(path) if not run.silent), None)

    def _show_loop(self) -> None:
        run = self.looped
        self.debug.show_run(run)
        self.debug.offer(self.desk.session.call.tools)
        self.lanes.show_run(run)
        self._below.setVisible(run is not None and bool(run.call.tools))

    def _tree_changed(self) -> None:
        if self.isVisible():
            self.view.refresh()
            self._show_loop()
            self._show_running()
            self.code.changed()

    def _settings_changed(self) -> None:
        if self.isVisible():
            self._show_tools()
            self._show_running()
            self.debug.offer(self.desk.session.call.tools)
            self.code.changed()

    def _show_tools(self) -> None:
        box = self.desk.toolbox
        self._rev = box.rev
        self.list.show_tools(
            box.sources.values(), self.desk.session.call.tools, box.settings.modes, box.states
        )
        self._pick(self.list.tool)

    def _turn_page(self) -> None:
        page = CODE if self.as_code.isChecked() else self.pages.index
        self._pages.setCurrentIndex(page)
        if page == TOOLS:  # before the composer goes, and gives the focus to whatever comes next
            self.list.setFocus()
        self.composer.setVisible(page != TOOLS)

    def _show_running(self) -> None:
        api = BY_ID[self.desk.session.call.api]
        self.composer.say(
            running=self.current_run() is not None,
            text_only=api.title if api.text_only else "",
            enter_sends=self.desk.settings.enter_sends,
        )

    def current_run(self) -> Run | None:
        """The run of this branch that is going on, if any."""
        return next((run for run in reversed(self.desk.session.path()) if run.running), None)

    def advance(self) -> None:
        if not self.isVisible():
            return
        self.view.advance()
        self.debug.advance()
        if self._pause is not None and self._pause.pause not in self.desk.debugger.paused:
            self._leave_pause()
        self._ticks += 1
        if self._ticks % SLOW == 0 or self.current_run() is None:
            self.lanes.advance()
        if self.desk.toolbox.rev != self._rev:
            self._show_tools()
        if (self.current_run() is not None) != self.composer.running:
            self._show_running()

    # Definitions.

    def _pick(self, tool: Tool | None) -> None:
        found = (self.desk.toolbox.tool(tool.id) or tool) if tool is not None else None
        self.bench.show_tool(found)
        self.definition.show_tool(found)

    def _requested(self, tool: Tool) -> Any:
        """What stands of a tool in the next request."""
        return definition(tool, flat=self.desk.session.call.api == "responses")

    def _new(self, kind: Kind) -> None:
        box, number = self.desk.toolbox, 1
        names = {tool.name for tool in box.tools}
        while (name := f"new_tool_{number}" if number > 1 else "new_tool") in names:
            number += 1
        box.define(Tool(name=name, kind=kind, **STARTS[kind]))
        self._show_tools()
        self.sides.pick(0)
        self.list.select(f"{MINE}/{name}")

    def _redefine(self, tool: Tool, before: Tool) -> None:
        """Another definition, perhaps under another name; also where it is offered."""
        box, session = self.desk.toolbox, self.desk.session
        if tool.name != before.name:
            box.undefine(before.name)
        box.define(tool)
        made = box.tool(f"{MINE}/{tool.name}") or tool
        tools = [made if one.id == before.id else one for one in session.call.tools]
        if tools != session.call.tools:
            session.call = session.call.model_copy(update={"tools": tools})
            self.desk.changed()
        self._show_tools()
        self.list.select(made.id)

    def _undefine(self, tool: Tool) -> None:
        self.desk.toolbox.undefine(tool.name)
        self._show_tools()
        self.desk.done.emit(f"Removed {tool.title}.", lambda: self._redefine(tool, tool))

    # MCP servers.

    def describe_server(self, spec: McpSpec | None) -> McpDialog:
        """Ask how a server is to be had. Keeping that starts nothing."""
        box, start = self.desk.toolbox, self.desk.tasks.start
        dialog = McpDialog(spec, self, environ=box.names)
        testing: list[asyncio.Future[Any]] = []

        async def save(made: McpSpec) -> None:
            await box.describe_server(made)
            self._show_tools()

        async def test(made: McpSpec) -> None:
            dialog.show_trial(await box.test(made, dialog.show_progress))

        def stop() -> None:
            for task in testing:
                task.cancel()

        dialog.saved.connect(lambda made: start(save(made), self))
        dialog.test_wanted.connect(lambda made: testing.append(start(test(made), dialog)))
        dialog.stop_wanted.connect(stop)
        dialog.finished.connect(lambda _: stop())
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _test_server(self, server_id: str) -> None:
        """Show how it is described, and try it."""
        spec = next((one for one in self.desk.toolbox.specs if one.id == server_id), None)
        if spec is not None:
            self.describe_server(spec)

    def _at_server(self, server_id: str, what: Literal["start", "stop"]) -> None:
        box = self.desk.toolbox

        async def work() -> None:
            try:
                await (box.start(server_id) if what == "start" else box.stop(server_id))
            finally:
                self._show_tools()

        self.desk.tasks.start(work(), self)
        self._show_tools()

    # The debugger.

    def _edit_pause(self, pause: Pause) -> None:
        """Change what the run goes on with."""
        self._leave_pause()
        self._pause = edit = PauseEdit(pause, self)
        edit.left.connect(self._leave_pause)
        self._pausing.addWidget(edit)
        edit.show()
        edit.setFocus()

    def _leave_pause(self) -> None:
        if self._pause is not None:
            self._pause.hide()
            self._pause.deleteLater()
            self._pause = None

    def _rewind(self, spot: Spot | None) -> None:
        """Show what the model was told until then; None: the conversation as it is."""
        session, run = self.desk.session, self.looped
        if spot is None or run is None:
            self.view.show_session(session)
            return
        then = Session(f"{session.id}@{spot.leg}", profile=session.profile)
        items = rewound(run, spot.leg, called=spot.called)
        then.add(
            Run(
                id=f"{run.id}@{spot.leg}",
                session=then.id,
                parent=None,
                call=run.call,
                profile=run.profile,
                input=[*session.history(run.parent), *items],
                reduce=run.reduce,
            )
        )
        self.view.show_session(then)

    def _fork(self, spot: Spot) -> None:
        """Go another way from there: a sibling run."""
        if (run := self.looped) is not None:
            desk = self.desk
            desk.go(desk.workspace.fork(desk.session, run, spot.leg, called=spot.called))
            self.view.show_session(desk.session)
            self.view.jump_to_end()

    def _waiting_changed(self) -> None:
        if self.isVisible():
            self.desk.clock.look()

    def _wanted(self, what: str) -> None:
        if what == "composer" and self.isVisibleTo(self.window()):
            self.composer.draft.setFocus()

    # What the user does.

    def _offer(self, tool: Tool, on: bool) -> None:
        """Tell the model of a tool, or no longer; of two of one name only of this one."""
        session = self.desk.session
        tools = [one for one in session.call.tools if one.name != tool.name]
        if on:
            tools.append(self.desk.toolbox.tool(tool.id) or tool)
        session.call = session.call.model_copy(update={"tools": tools})
        self.desk.changed()

    def _reoffer(self, tool_ids: Collection[str]) -> None:
        """Offer what is offered of these as it is defined now."""
        session, box = self.desk.session, self.desk.toolbox
        made = [
            (box.tool(tool.id) or tool) if tool.id in tool_ids else tool
            for tool in session.call.tools
        ]
        if made != session.call.tools:
            session.call = session.call.model_copy(update={"tools": made})
            self.desk.changed()

    def _mode_picked(self, tool_id: str, mode: Mode) -> None:
        session = self.desk.session
        self.desk.toolbox.use_mode(tool_id, mode)
        tools = [
            one.model_copy(update={"mode": mode}) if one.id == tool_id else one
            for one in session.call.tools
        ]
        session.call = session.call.model_copy(update={"tools": tools})
        self.desk.changed()

    def _open(self, path: str) -> None:
        from pathlib import Path

        async def work() -> None:
            try:
                source = await self.desk.toolbox.open_python(Path(path))
            except Failure as failure:
                wrong = failure.problem
                told = {"title": f"{Path(path).name}: {wrong.title}", "remedy": ""}
                self.desk.report(wrong.model_copy(update=told))
                return
            self._reoffer({tool.id for tool in source.tools})
            self._show_tools()

        self.desk.tasks.start(work(), self)

    def _remove(self, source_id: str) -> None:
        async def work() -> None:
            await self.desk.toolbox.remove(source_id)
            self._show_tools()

        self.desk.tasks.start(work(), self)

    def _send(self, text: str, parts: Sequence[Part] = ()) -> None:
        desk = self.desk
        self.as_code.setChecked(False)
        self.pages.pick(LOOP)
        desk.go(desk.workspace.ask(desk.session, text, parts))
        self.view.jump_to_end()

    def _insert(self, role: str, text: str, parts: Sequence[Part]) -> None:
        self.desk.go(self.desk.workspace.insert(self.desk.session, role, text, parts))
        self.view.jump_to_end()

    def stop(self) -> None:
        if (run := self.current_run()) is not None:
            self.desk.workspace.stop(run)

    def regenerate(self) -> None:
        if (path := self.desk.session.path()) and self.current_run() is None:
            self.turns.do("regenerate", path[-1])

    def _said(self) -> list[Item]:
        if self.composer.empty:
            return []
        role, text = self.composer.role.currentText(), Text(self.composer.text)
        parts = [dict(part) for part in self.composer.attachments.parts]
        return [Message(key="in:0", role=role, text=text, parts=parts)]

    def _python(self, request: Request) -> str:
        return takehome_loop.python(request, *self._loop())

    def _javascript(self, request: Request) -> str:
        return takehome_loop.javascript(request, *self._loop())

    def _loop(self) -> tuple[Sequence[Tool], int, Mapping[str, str], RuleSet | None]:
        """The tools of the next request, its steps, the source of Python tools, the mock rules."""
        call, box = self.desk.session.call, self.desk.toolbox
        return call.tools, call.steps, box.texts(call.tools), box.mock.rules

    def _drafted(self) -> None:
        self.code.changed()
        if (session := self._session) is None:
            return
        session.draft = self.composer.text
        attached = self.composer.attachments.parts
        if attached != session.attached:
            session.attached = attached
        self.desk.mark(session)
        self._saving.start()

    def showEvent(self, event: QShowEvent) -> None:
        """What was done elsewhere meanwhile."""
        super().showEvent(event)
        self._show_session(self.desk.session)
        self.composer.draft.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._settle()
