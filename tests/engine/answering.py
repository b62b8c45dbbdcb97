"""What tests of the tool loop share: tools, who answers them, who is asked, scripted answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from playground.core.session import Run, Session
from playground.core.tools import Approve, Asked, Decision, Mode, Result, Tool
from playground.engine.approval import Ask, Kind, Request, approve
from playground.engine.loop import Answering
from tests.endpoints.chat_streams import DONE, chunk
from tests.engine.conftest import Bench
from tests.server import event, head

CITY = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


def tool(name: str, **more: Any) -> Tool:
    return Tool(**{"source": "here", "name": name, "parameters": CITY, "mode": "real", **more})


WEATHER = tool("get_weather")
TIME = tool("get_time")


class Hands:
    """Answers calls by functions of their names, and keeps what it was called with."""

    def __init__(self, **answers: Callable[[str], Awaitable[Result]]) -> None:
        self.answers = answers
        self.called: list[tuple[str, str]] = []

    async def call(
        self, tool: Tool, asked: Asked, arguments: str, progress: Callable[[str], None]
    ) -> Result:
        self.called.append((tool.name, arguments))
        progress(f"asked for {tool.name}")
        if (answer := self.answers.get(tool.name)) is not None:
            return await answer(arguments)
        return Result(f"{tool.name} of {arguments}")


class Desk:
    """Decides about calls, and keeps what it was asked."""

    def __init__(self, decide: Callable[[Request], Decision] | None = None) -> None:
        self.decide = decide or (lambda request: Approve(request.arguments))
        self.asked: list[Request] = []

    async def ask(self, request: Request) -> Decision:
        self.asked.append(request)
        return self.decide(request)


def answering(hands: Kind, ask: Ask = approve, **more: Any) -> Answering:
    kinds: Mapping[Mode, Kind] = {"real": hands}
    return Answering(kinds=kinds, ask=ask, **more)


def use(bench: Bench, how: Answering) -> None:
    bench.workspace.runner.answering = lambda run: how


def talk(bench: Bench, api: str, *tools: Tool, model: str = "sandbox", **more: Any) -> Session:
    """A session with tools; `more` are other things of its call."""
    fields = more.pop("fields", {})
    session = bench.session(api, model, **fields)
    session.call = session.call.model_copy(update={"tools": list(tools), **more})
    return session


def facts(run: Run, *kinds: str) -> list[tuple[str, dict[str, Any]]]:
    """Our own facts of these kinds, as they stand on the recording."""
    return [(one.kind, one.json()[0]) for one in run.recording.events if one.kind in kinds]


# Answers that a server gives word for word.


def chat_calls(*calls: tuple[str, str, str], whole: bool = True) -> list[bytes]:
    """A chat's answer that calls: (id, name, arguments)."""
    rows = [
        chunk(
            tool_calls=[
                {
                    "index": number,
                    "id": call_id,
                    "type": "function",
                    "function": {"name": name, "arguments": arguments},
                }
            ]
        )
        for number, (call_id, name, arguments) in enumerate(calls)
    ]
    ends = [chunk("tool_calls")] if whole else []
    return [head(), *map(_data, [*rows, *ends]), *([DONE] if whole else [])]


def chat_says(text: str) -> list[bytes]:
    return [head(), _data(chunk(content=text)), _data(chunk("stop")), DONE]


def _data(row: Any) -> bytes:
    return b"data: " + json.dumps(row).encode() + b"\n\n"


def responses_call(*calls: tuple[str, str, str], number: int = 0) -> list[bytes]:
    """The same of the Responses API; each with an id of its own as an item."""
    output = [
        {
            "type": "function_call",
            "id": f"fc_{number}_{place}",
            "call_id": call_id,
            "name": name,
            "arguments": arguments,
            "status": "completed",
        }
        for place, (call_id, name, arguments) in enumerate(calls)
    ]
    whole = {"id": f"resp_{number}", "status": "completed", "output": output, "store": True}
    return [head(), event("response.completed", response=whole)]


def responses_say(text: str, number: int = 1) -> list[bytes]:
    content = [{"type": "output_text", "text": text, "annotations": []}]
    row = {"type": "message", "id": f"msg_{number}", "role": "assistant", "content": content}
    whole = {"id": f"resp_{number}", "status": "completed", "output": [row], "store": True}
    return [head(), event("response.completed", response=whole)]


async def ended(tasks: Iterable[asyncio.Task[Any]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


def edited(decision: Approve, arguments: str) -> Approve:
    return replace(decision, arguments=arguments)
