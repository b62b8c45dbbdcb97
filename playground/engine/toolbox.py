"""Toolbox: the tools that this program knows, where they are from, and who answers their calls.

A session has copies of definitions. What a copy says of where it is run counts for nothing here:
only a tool that stands in the box, with the same definition, is ever run for real.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import SecretStr, ValidationError

from playground.core.problem import Failure, Problem
from playground.core.resources import resource
from playground.core.tools import Asked, Mode, Result, Tool, ToolSettings
from playground.engine.approval import Kind
from playground.engine.filling import filled_tool
from playground.engine.pythontools import PythonTools
from playground.engine.pythontools_process import LIMITS
from playground.engine.pythontools_read import read as read_python
from playground.engine.pythontools_read import text_of
from playground.jail.limits import MB
from playground.tools import rules_file
from playground.tools.mcp import McpServer
from playground.tools.mcp_values import McpSpec, Status, Trial
from playground.tools.mock import Mock
from playground.tools.rules import RuleFile, RuleSet
from playground.tools.shellpath import LoginShell

DEMO = "demo"
MINE = "mine"

SourceKind = Literal["demo", "python", "mcp", "mine"]


@dataclass(slots=True)
class Source:
    """Where tools are from."""

    id: str
    title: str
    kind: SourceKind
    tools: list[Tool] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    """What is not offered, or not quite as it stands there."""
    wrong: Problem | None = None
    """Why it cannot be read."""


class Toolbox:
    def __init__(
        self,
        settings: ToolSettings,
        save: Callable[[], object] = lambda: None,
        *,
        limits: tuple[float, int] | None = None,
        environ: Mapping[str, str] | None = None,
        errors: Callable[[Any, Any], list[str]] | None = None,
    ) -> None:
        """`save` writes the settings, which this changes. `limits`: seconds and megabytes of a call
        of a Python tool. `environ`: where MCP servers get what they name. `errors`: what a schema
        has against a value, for mock rules by schema."""
        self.settings = settings
        self._save = save
        self.rev = 0
        """Raised whenever sources, tools or modes look different."""
        self.sources: dict[str, Source] = {}
        self.rules: RuleFile | None = None
        self.rules_wrong: Problem | None = None
        """Why the file of rules cannot be read."""
        held = LIMITS
        if limits is not None:
            seconds, memory = limits
            held = replace(LIMITS, seconds=seconds, cpu=math.ceil(seconds), memory=memory * MB)
        self.python = PythonTools(limits=held)
        self.mock = Mock(errors=errors)
        self.servers: dict[str, McpServer] = {}
        """Those that were started, or are about to be."""
        self._environ = dict(environ or {})
        self._shell: LoginShell | None = None
        self._reading = asyncio.Lock()

    @property
    def kinds(self) -> Mapping[Mode, Kind]:
        """Who answers calls from the box. People and recordings are no part of it."""
        return {"mock": Mocked(self), "real": Real(self)}

    async def ready(self) -> None:
        """Read what there is, the first time somebody wants it."""
        async with self._reading:
            if not self.sources:
                await self.load()

    # What is there.

    async def load(self) -> None:
        """Read all sources, without running anything. What cannot be read says so."""
        demo = await asyncio.to_thread(_python, resource("tools", "demo.py"), DEMO)
        self.sources = {}
        self.sources[DEMO] = self._named(demo)
        for file in self.settings.python:
            self.sources[file] = self._named(await asyncio.to_thread(_python, Path(file), file))
        for spec in self.specs:
            self._show_server(spec)
        self._show_mine()
        await self.load_rules()

    async def load_rules(self) -> None:
        """Read the mock rules again."""
        path = Path(self.settings.rules) if self.settings.rules else resource("tools", "mock.json")
        try:
            self.rules, self.rules_wrong = await asyncio.to_thread(rules_file.load, path), None
        except Failure as failure:
            self.rules, self.rules_wrong = None, failure.problem
        self.use_rules(self.settings.rule_set)

    async def open_rules(self, path: Path) -> None:
        """Answer mock calls by another file. Raises Failure, and keeps the one there is."""
        await asyncio.to_thread(rules_file.load, path)
        self.settings.rules, self.settings.rule_set = str(path.resolve()), ""
        await self.load_rules()

    async def keep_rules(self, rules: RuleFile) -> None:
        """Answer by these. They are written into the file they are from; those that come along
        stay as they are, and hold until the program ends. Raises Failure."""
        self.rules = rules
        self.use_rules(self.settings.rule_set)
        if self.settings.rules:
            await asyncio.to_thread(rules_file.save, Path(self.settings.rules), rules)

    async def save_rules(self, path: Path) -> None:
        """Write the rules into a file of their own, which they are from then on. Raises
        Failure."""
        if self.rules is not None:
            await asyncio.to_thread(rules_file.save, path, self.rules)
            self.settings.rules = str(path.resolve())
            self._changed()

    @property
    def tools(self) -> list[Tool]:
        """All of them, with the modes that were chosen."""
        return [self._as_chosen(tool) for source in self.sources.values() for tool in source.tools]

    def tool(self, tool_id: str) -> Tool | None:
        return next((tool for tool in self.tools if tool.id == tool_id), None)

    def _named(self, source: Source) -> Source:
        """The source under a title that no other has: tools are known by it."""
        others = {one.title for one in self.sources.values() if one.id != source.id}
        title, number = source.title, 2
        while title in others or title == MINE:
            title, number = f"{source.title} {number}", number + 1
        source.tools = [tool.model_copy(update={"source": title}) for tool in source.tools]
        source.title = title
        return source

    def texts(self, tools: Sequence[Tool]) -> dict[str, str]:
        """The source of those that are functions of a file that is known here, by its path."""
        files = {tool.origin.get("python", "") for tool in tools if self.tool(tool.id) is not None}
        made = {}
        for file in files - {""}:
            with contextlib.suppress(Failure):
                made[file] = text_of(Path(file))
        return made

    def _as_chosen(self, tool: Tool) -> Tool:
        mode = self.settings.modes.get(tool.id) or ("real" if tool.origin else "mock")
        return tool.model_copy(update={"mode": mode})

    # What is changed.

    async def open_python(self, path: Path) -> Source:
        """Offer the functions of a file. Raises Failure when it cannot be read."""
        file = str(path.resolve())
        source = await asyncio.to_thread(_python, Path(file), file)
        if source.wrong is not None:
            raise Failure(source.wrong)
        if file not in self.settings.python:
            self.settings.python.append(file)
        self.sources[file] = self._named(source)
        self._changed()
        return source

    async def remove(self, source_id: str) -> None:
        """Forget a file or a server, which is ended."""
        if (server := self.servers.pop(source_id, None)) is not None:
            await server.close()
        self.sources.pop(source_id, None)
        self.settings.python[:] = [one for one in self.settings.python if one != source_id]
        self.settings.servers[:] = [
            one for one in self.settings.servers if one.get("id") != source_id
        ]
        self._changed()

    # MCP servers.

    @property
    def specs(self) -> list[McpSpec]:
        """The servers that are described, without those that cannot be read."""
        made = []
        for row in self.settings.servers:
            with contextlib.suppress(ValidationError):
                made.append(McpSpec.model_validate(row))
        return made

    @property
    def states(self) -> dict[str, Status]:
        """How things stand with each server."""
        return {
            spec.id: self.servers[spec.id].status if spec.id in self.servers else Status()
            for spec in self.specs
        }

    @property
    def names(self) -> Collection[str]:
        """What there is in the environment, by name: what servers can be handed."""
        return self._environ.keys()

    async def describe_server(self, spec: McpSpec) -> None:
        """Keep a server, or another description of one, which is ended then. Nothing is started
        by that."""
        if (running := self.servers.pop(spec.id, None)) is not None:
            await running.close()
        rows = self.settings.servers
        at = next((n for n, one in enumerate(rows) if one.get("id") == spec.id), len(rows))
        rows[at : at + 1] = [spec.model_dump(mode="json")]
        self._show_server(spec)
        self._changed()

    async def start(self, server_id: str) -> None:
        """Start a server; only a person's click does. Raises Failure."""
        await self._server(server_id).start()
        self._server_changed(server_id)

    async def stop(self, server_id: str) -> None:
        await self._server(server_id).close()
        self._server_changed(server_id)

    async def test(
        self, spec: McpSpec, progress: Callable[[str], None] = lambda words: None
    ) -> Trial:
        """Start a server that is described like this, to see what comes of that; it is ended
        again. Raises nothing but for what is our own fault."""
        server = self._made(spec)
        try:
            return await server.test_start(progress)
        finally:
            await server.close()

    def _server(self, server_id: str) -> McpServer:
        if server_id not in self.servers:
            spec = next((one for one in self.specs if one.id == server_id), None)
            if spec is None:
                raise Failure(Problem(title="There is no such MCP server any more."))
            self.servers[server_id] = self._made(spec, lambda: self._server_changed(server_id))
        return self.servers[server_id]

    def _made(self, spec: McpSpec, changed: Callable[[], None] = lambda: None) -> McpServer:
        if self._shell is None:
            self._shell = LoginShell(self._environ)
        found = {name: self._environ.get(_variable(name, spec)) for name in spec.secrets}
        values = {name: SecretStr(value) for name, value in found.items() if value is not None}
        return McpServer(
            spec, values, environment=self._environ, shell=self._shell, changed=changed
        )

    def _show_server(self, spec: McpSpec) -> None:
        self.sources[spec.id] = self._named(Source(spec.id, spec.name, "mcp"))

    def _server_changed(self, server_id: str) -> None:
        """It told another list of its tools, or came or went. Its tools stay known, so that what
        is offered does not change when it ends."""
        server, source = self.servers.get(server_id), self.sources.get(server_id)
        if server is not None and source is not None:
            if tools := server.tools():
                source.tools = tools
                self._named(source)
            source.notes = server.status.offer.notes
        self.rev += 1

    def define(self, tool: Tool) -> None:
        """Keep a definition written by hand; one of the same name is replaced."""
        tool = tool.model_copy(update={"source": MINE, "origin": {}})
        self.settings.mine[:] = [one for one in self.settings.mine if one.name != tool.name]
        self.settings.mine.append(tool)
        self._show_mine()
        self._changed()

    def undefine(self, name: str) -> None:
        self.settings.mine[:] = [one for one in self.settings.mine if one.name != name]
        self._show_mine()
        self._changed()

    def use_mode(self, tool_id: str, mode: Mode) -> None:
        self.settings.modes[tool_id] = mode
        self._changed()

    def use_rules(self, name: str) -> None:
        """Answer mock calls by this set of rules; the first when there is none of that name."""
        sets: tuple[RuleSet, ...] = self.rules.sets if self.rules is not None else ()
        found = next((one for one in sets if one.name == name), sets[0] if sets else None)
        self.mock.rules = found
        self.settings.rule_set = found.name if found is not None else ""
        self._changed()

    def _show_mine(self) -> None:
        self.sources[MINE] = Source(MINE, "Mine", "mine", list(self.settings.mine))

    def _changed(self) -> None:
        self.rev += 1
        self._save()

    async def close(self) -> None:
        """End whatever runs."""
        await asyncio.gather(self.python.close(), *(one.close() for one in self.servers.values()))


class Mocked:
    """Answers by the rules of the box."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._box = toolbox

    async def call(
        self, tool: Tool, asked: Asked, arguments: str, progress: Callable[[str], None]
    ) -> Result:
        await self._box.ready()
        return await self._box.mock.call(tool, asked, arguments, progress)


class Real:
    """Runs a tool where it is at home, if it stands in the box as it was approved."""

    def __init__(self, toolbox: Toolbox) -> None:
        self._box = toolbox

    async def call(
        self, tool: Tool, asked: Asked, arguments: str, progress: Callable[[str], None]
    ) -> Result:
        await self._box.ready()
        known = self._box.tool(tool.id)
        if known is None or not is_same(known, tool):
            why = (
                "it is not among the tools that are known here"
                if known is None
                else "it is another one now than the one that was offered"
            )
            return Result(f"{tool.title} is not run: {why}.", "failed")
        if "python" in known.origin:
            return await self._box.python.call(known, asked, arguments, progress)
        if (server := self._box.servers.get(known.origin.get("mcp", ""))) is not None:
            return await server.call(known, asked, arguments, progress)
        if "mcp" in known.origin:
            return Result(f"{tool.title} is not run: its server is not started.", "failed")
        return Result(f"{tool.title} is only a definition: nothing runs it.", "failed")


def is_same(known: Tool, tool: Tool) -> bool:
    """Whether a tool that was offered is one of the box: as it stands there or, where that has
    variables, with the values put in that it was offered with. They are put in here once more: what
    a session says of them can make nothing else of it."""
    if known.digest == tool.digest:
        return True
    try:
        return filled_tool(known, tool.filled).digest == tool.digest
    except Failure:  # a value is missing
        return False


def _variable(name: str, spec: McpSpec) -> str:
    """The environment variable that holds a value: of a header one that a shell can have."""
    return name if spec.transport == "stdio" else re.sub(r"\W", "_", name.upper(), flags=re.A)


def _python(path: Path, source_id: str) -> Source:
    """The functions of a file as tools of a source."""
    title = "demo" if source_id == DEMO else path.stem
    try:
        found = read_python(path)
    except Failure as failure:
        return Source(source_id, title, "demo" if source_id == DEMO else "python",
                      wrong=failure.problem)  # fmt: skip
    kind: SourceKind = "demo" if source_id == DEMO else "python"
    return Source(source_id, title, kind, found.tools, found.notes)
