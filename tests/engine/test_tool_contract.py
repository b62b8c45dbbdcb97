"""What holds for whoever answers calls: rules, an earlier run, a person, a Python file, an MCP
server. Each is called as a run calls it, through the one place where calls are approved."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from playground.core.tools import Approve, Asked, Mode, Reject, Result, Tool
from playground.engine.approval import Approvals, Kind, Request, settle
from playground.engine.pythontools import PythonTools
from playground.engine.pythontools_read import read
from playground.jail.means import tried
from playground.tools.human import Human
from playground.tools.mcp import McpServer
from playground.tools.mcp_values import McpSpec
from playground.tools.mock import Mock
from playground.tools.replay import Replay, recorded
from playground.tools.rules import RuleSet
from playground.tools.shellpath import LoginShell

SOURCE = '''
import time

def say(text: str) -> str:
    """Say it again."""
    if text == "fail":
        raise ValueError("No.")
    if text == "long":
        return "x" * 3_000_000
    if text == "wait":
        time.sleep(600)
    return text
'''
SERVER = '''
import time
from mcp.server.mcpserver import MCPServer

server = MCPServer("contract")

@server.tool()
def say(text: str) -> str:
    """Say it again."""
    if text == "fail":
        raise ValueError("No.")
    if text == "long":
        return "x" * 3_000_000
    if text == "wait":
        time.sleep(600)
    return text

server.run()
'''
RULES = {
    "name": "contract",
    "rules": [
        {"tool": "say", "when": [{"by": "fields", "fields": {"text": "fail"}}],
         "then": {"gives": "error", "message": "No."}},
        {"tool": "say", "when": [{"by": "fields", "fields": {"text": "long"}}],
         "then": {"gives": "oversized", "megabytes": 3}},
        {"tool": "say", "when": [{"by": "fields", "fields": {"text": "wait"}}],
         "then": {"gives": "timeout"}},
        {"tool": "say", "then": {"gives": "result", "value": "{{arguments.text}}"}},
    ],
}  # fmt: skip
SAY = Tool(
    source="contract",
    name="say",
    parameters={
        "type": "object",
        "properties": {"text": {"type": "string"}},
        "required": ["text"],
        "additionalProperties": False,
    },
)


@dataclass(frozen=True)
class Answerer:
    tool: Tool
    kind: Kind


class NoShell(LoginShell):
    async def path(self) -> str:
        return os.environ["PATH"]


async def _typed(tool: Tool, asked: Asked, arguments: str) -> Result:
    """A person who does what the tools do."""
    text = json.loads(arguments)["text"]
    if text == "wait":
        await asyncio.sleep(600)
    if text == "fail":
        return Result("No.", "failed")
    return Result("x" * 3_000_000 if text == "long" else text)


@asynccontextmanager
async def _mock(folder: Path) -> AsyncIterator[Answerer]:
    yield Answerer(SAY, Mock(RuleSet.model_validate(RULES), seconds=3600))


@asynccontextmanager
async def _human(folder: Path) -> AsyncIterator[Answerer]:
    yield Answerer(SAY.model_copy(update={"mode": "human"}), Human(_typed))


@asynccontextmanager
async def _replay(folder: Path) -> AsyncIterator[Answerer]:
    calls = [
        ("say", '{"text": "Hi"}', Result("Hi")),
        ("say", '{"text": "fail"}', Result("No.", "failed")),
        ("say", '{"text": "long"}', Result("x" * 3_000_000)),
    ]
    yield Answerer(SAY.model_copy(update={"mode": "replay"}), Replay(recorded(calls)))


@asynccontextmanager
async def _python(folder: Path) -> AsyncIterator[Answerer]:
    means = await asyncio.to_thread(tried)
    if not means.way:
        pytest.skip(f"refused here: {means.words}")
    # Not pytest's own folder: that of root is closed to those who run in the jail.
    with tempfile.TemporaryDirectory() as there:
        file = Path(there) / "contract.py"
        file.write_text(SOURCE)
        kind = PythonTools(means=means)
        try:
            yield Answerer(read(file).tools[0], kind)
        finally:
            await kind.close()


@asynccontextmanager
async def _mcp(folder: Path) -> AsyncIterator[Answerer]:
    script = folder / "server.py"
    script.write_text(SERVER)
    spec = McpSpec(
        id="contract", name="contract", command=sys.executable, args=(str(script),), seconds=3600
    )
    server = McpServer(spec, environment=os.environ, shell=NoShell({}))
    await server.start()
    try:
        yield Answerer(server.tools()[0], server)
    finally:
        await server.close()


SOURCES: dict[str, Callable[[Path], Any]] = {
    "mock": _mock,
    "human": _human,
    "replay": _replay,
    "python": _python,
    "mcp": _mcp,
}


async def approved(request: Request) -> Approve:
    return Approve(request.arguments)


async def denied(request: Request) -> Reject:
    return Reject("Not today.")


class Calls:
    """A kind that counts how often it was called."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.count = 0

    async def call(
        self, tool: Tool, asked: Asked, arguments: str, progress: Callable[[str], None]
    ) -> Result:
        self.count += 1
        return await self.kind.call(tool, asked, arguments, progress)


async def result(
    one: Answerer, arguments: str, *, kind: Kind | None = None, ask: Any = approved
) -> tuple[Result, list[str]]:
    """The result, and the facts that were put on the recording."""
    kinds: dict[Mode, Kind] = {one.tool.mode: kind or one.kind}
    facts: list[str] = []
    asked = Asked("call_1", one.tool.name, arguments, one.tool)
    made = await settle(
        asked,
        approvals=Approvals(),
        ask=ask,
        kinds=kinds,
        note=lambda name, _: facts.append(name),
    )
    return made, facts


@pytest.mark.parametrize("source", SOURCES)
async def test_whoever_answers_keeps_to_the_same(source: str, tmp_path: Path) -> None:
    async with SOURCES[source](tmp_path) as one:
        # A result comes back as it is, and how it came about is on the recording.
        made, facts = await result(one, '{"text": "Hi"}')
        said = json.loads(made.output)["result"] if made.output[:1] == "{" else made.output
        assert (said, made.state) == ("Hi", "done")
        assert facts[0] == "tool.asked"
        assert facts[-2:] == ["tool.started", "tool.ended"]
        # What a tool does wrong is a result, with words for the model.
        made, _ = await result(one, '{"text": "fail"}')
        assert made.state == "failed" and made.output
        # What is much too long is cut, and that is said.
        made, _ = await result(one, '{"text": "long"}')
        assert len(made.output.encode()) < 1_200_000
        assert made.state == "failed" or made.notes or "ut" in made.output[-200:]
        # Arguments against the schema reach nobody.
        counted = Calls(one.kind)
        made, facts = await result(one, '{"text": 5}', kind=counted)
        assert (made.state, counted.count) == ("failed", 0) and "tool.started" not in facts
        # Nor does what is refused.
        if source != "human":  # where answering is as good as approving
            made, facts = await result(one, '{"text": "Hi"}', kind=counted, ask=denied)
            assert (made.state, counted.count) == ("denied", 0) and "tool.started" not in facts
        # Cancelling ends a call that would go on for ever, and the next one is answered.
        if source != "replay":
            task = asyncio.ensure_future(result(one, '{"text": "wait"}', kind=counted))
            while not counted.count:  # noqa: ASYNC110  nothing tells of it
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        if source == "mcp":
            return  # its one thread is still busy with what nobody waits for
        made, _ = await result(one, '{"text": "Hi"}' if source != "replay" else '{"text": "fail"}')
        assert made.output
