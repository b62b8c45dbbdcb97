"""The workshop of the Tools panel: the tools that there are, what the model is told of one, a call
of it by hand, and the rules that answer in its place."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from playground.core.problem import Failure
from playground.core.tools import Kind, Mode, Tool
from playground.endpoints.offering import definition
from playground.engine.filling import Values, filled_tool
from playground.engine.templating import known
from playground.engine.toolbox import MINE
from playground.schemas.validation import errors
from playground.tools.mcp_values import McpSpec
from playground.tools.rules import RuleFile
from playground.ui import theme
from playground.ui.desk import Desk
from playground.ui.widgets.grants import GrantsDialog
from playground.ui.widgets.mcpdialog import McpDialog
from playground.ui.widgets.mockrules import MockRules
from playground.ui.widgets.parts import Segments
from playground.ui.widgets.toolbench import ToolBench
from playground.ui.widgets.tooldefinition import ToolDefinition
from playground.ui.widgets.toollist import ToolList
from playground.ui.widgets.toolsection import offering

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


class Workshop(QSplitter):
    """Shows the box of tools; `look` brings it up to date."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.desk = desk
        self.rev = -1
        """Of the box, when it was last looked at."""
        self.list = ToolList(self)
        self.bench = ToolBench(desk, self)
        self.definition = ToolDefinition(desk.tasks, self._requested, self)
        self.definition.changed.connect(self._redefine)
        self.rules = MockRules(desk.tasks, _offences, self)
        self.rules.changed.connect(self._rules_changed)
        self.rules.set_picked.connect(self._set_picked)
        self.rules.opened.connect(self._open_rules)
        self.rules.saved.connect(self._save_rules)
        middle = QWidget(self)
        column = QVBoxLayout(middle)
        theme.space(column, 0, 4, 0, 0, gap=0)
        line = QHBoxLayout()
        theme.space(line, 12, 0, 8, 0)
        words = ("Definition", "Run by hand", "Mock rules")
        self.sides = Segments(words, small=True, parent=middle)
        self.sides.setAccessibleName("What is shown of the tool")
        line.addWidget(self.sides)
        line.addStretch(1)
        column.addLayout(line)
        page = QWidget(middle)
        sides = QStackedLayout(page)
        for side in (self.definition, self.bench, self.rules):
            sides.addWidget(side)
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
        self.setChildrenCollapsible(False)
        for view, share in ((self.list, 4), (middle, 6)):
            self.addWidget(view)
            self.setStretchFactor(self.indexOf(view), share)
        self.setSizes([400, 600])

    def look(self) -> None:
        """The box, or what is offered of it, may be another one."""
        box = self.desk.toolbox
        self.rev = box.rev
        self.list.show_tools(
            box.sources.values(), self.desk.session.call.tools, box.settings.modes, box.states
        )
        self._pick(self.list.tool)

    def _offer(self, tool: Tool, on: bool) -> None:
        """Tell the model of a tool, or no longer; of two of one name only of this one."""
        session = self.desk.session
        tools = [one for one in session.call.tools if one.name != tool.name]
        if on:
            tools.append(self.desk.toolbox.tool(tool.id) or tool)
        session.call = session.call.model_copy(update=offering(session.call, tools))
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
        async def work() -> None:
            try:
                source = await self.desk.toolbox.open_python(Path(path))
            except Failure as failure:
                wrong = failure.problem
                told = {"title": f"{Path(path).name}: {wrong.title}", "remedy": ""}
                self.desk.report(wrong.model_copy(update=told))
                return
            self._reoffer({tool.id for tool in source.tools})
            self.look()

        self.desk.tasks.start(work(), self)

    def _remove(self, source_id: str) -> None:
        async def work() -> None:
            await self.desk.toolbox.remove(source_id)
            self.look()

        self.desk.tasks.start(work(), self)

    # Definitions.

    def _pick(self, tool: Tool | None) -> None:
        found = (self.desk.toolbox.tool(tool.id) or tool) if tool is not None else None
        values = known(self.desk.session.call)
        self.bench.show_tool(None if found is None else _sent(found, values))
        self.definition.show_tool(found)
        self.definition.show_values(values)
        box = self.desk.toolbox
        self.rules.show_rules(box.rules, box.settings.rule_set, box.tools, found, box.rules_wrong)

    def _requested(self, tool: Tool) -> Any:
        """What stands of a tool in the next request."""
        return definition(tool, flat=self.desk.session.call.api == "responses")

    def _new(self, kind: Kind) -> None:
        box, number = self.desk.toolbox, 1
        names = {tool.name for tool in box.tools}
        while (name := f"new_tool_{number}" if number > 1 else "new_tool") in names:
            number += 1
        box.define(Tool(name=name, kind=kind, **STARTS[kind]))
        self.look()
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
        self.look()
        self.list.select(made.id)

    def _undefine(self, tool: Tool) -> None:
        self.desk.toolbox.undefine(tool.name)
        self.look()
        self.desk.done.emit(f"Removed {tool.title}.", lambda: self._redefine(tool, tool))

    # MCP servers.

    def describe_server(self, spec: McpSpec | None) -> McpDialog:
        """Ask how a server is to be had. Keeping that starts nothing."""
        box, start = self.desk.toolbox, self.desk.tasks.start
        dialog = McpDialog(spec, self, environ=box.names)
        testing: list[asyncio.Future[Any]] = []

        async def save(made: McpSpec) -> None:
            await box.describe_server(made)
            self.look()

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
                self.look()

        self.desk.tasks.start(work(), self)
        self.look()

    # Mock rules.

    def _rules_changed(self, rules: RuleFile) -> None:
        self.desk.tasks.start(self.desk.toolbox.keep_rules(rules), self)

    def _set_picked(self, name: str) -> None:
        self.desk.toolbox.use_rules(name)
        self.look()

    def _open_rules(self, path: str) -> None:
        async def work() -> None:
            await self.desk.toolbox.open_rules(Path(path))
            self.look()

        self.desk.tasks.start(work(), self)

    def _save_rules(self, path: str) -> None:
        self.desk.tasks.start(self.desk.toolbox.save_rules(Path(path)), self)

    # Approvals.

    def show_grants(self) -> GrantsDialog:
        """What need not be asked about again, to be revoked."""
        desk, dialog = self.desk, GrantsDialog(self)
        titles = {one.id: one.title for one in desk.workspace.open.values()}

        def show() -> None:
            dialog.grants.show_grants(
                desk.approvals.grants,
                session=desk.session.id,
                titles=titles,
                tools=desk.toolbox.tools,
            )

        def revoke(grant: Any) -> None:
            desk.approvals.revoke(grant)
            show()

        dialog.revoked.connect(revoke)
        dialog.finished.connect(dialog.deleteLater)
        show()
        dialog.open()
        return dialog


def _sent(tool: Tool, values: Values | None) -> Tool:
    """The tool as this session tells a model of it; as it stands there where that cannot be yet."""
    try:
        return tool if values is None else filled_tool(tool, values)
    except Failure:
        return tool


def _offences(schema: Any, value: Any) -> list[str]:
    return [str(one) for one in errors(value, schema)]
