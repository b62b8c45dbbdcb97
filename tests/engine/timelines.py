"""Runs with tools, written event by event for tests of their timeline."""

from __future__ import annotations

import json
from typing import Any

from playground.core.call import Call
from playground.core.items import Message, Text
from playground.core.recording import Event, fact
from playground.core.session import Run
from playground.core.tools import Tool
from playground.endpoints import BY_ID
from playground.engine.timeline_bars import Lane, Timeline
from tests.endpoints.chat_streams import chunk

MS = 1_000_000
WEATHER = Tool(source="demo", name="get_weather", mode="mock")
STOCKS = Tool(source="demo", name="get_stock_price", mode="human")


class Tape:
    """Writes what happened in a run over Chat Completions; each event 10 ms after the last."""

    def __init__(self, *, running: bool = True) -> None:
        said = Message(key="in:0", role="user", text=Text("What is the weather?"))
        call = Call(api="chat", model="m", tools=[WEATHER, STOCKS])
        owner = "me" if running else ""
        self.run = Run("run_1", "ses_1", None, call, "p", [said], BY_ID["chat"].reduce, owner=owner)
        self.t = 0
        self.leg = -1

    def fact(self, kind: str, **data: Any) -> Tape:
        self.t += 10 * MS
        self.run.take([fact(self.t, kind, data, leg=max(self.leg, 0))])
        return self

    def ask(self, status: int = 200, reason: str = "OK") -> Tape:
        self.leg += 1
        self.fact("request")
        return self.fact("head", status=status, reason=reason, headers=[])

    def say(self, *rows: dict[str, Any]) -> Tape:
        for row in rows:
            self.t += 10 * MS
            raw = b"data: " + json.dumps(row).encode() + b"\n\n"
            self.run.take([Event(self.t, "sse", raw, self.leg)])
        return self

    def call(self, name: str, number: int = 0, **arguments: Any) -> Tape:
        piece = {"index": number, "id": f"call_{self.leg}{number}", "type": "function"}
        made = {"name": name, "arguments": json.dumps(arguments)}
        return self.say(chunk(tool_calls=[{**piece, "function": made}]))

    def called(self) -> Tape:
        return self.say(chunk("tool_calls")).fact("eof")

    def tool(self, kind: str, number: int = 0, **data: Any) -> Tape:
        """A fact about a call of this leg, as the loop notes it."""
        call = [one for one in self.run.transcript.tool_calls if one.leg == self.leg][number]
        return self.fact(kind, call_id=call.call_id, item=call.key, **data)

    def answer(self, text: str) -> Tape:
        return self.say(chunk(content=text), chunk("stop")).fact("eof").fact("ended")


def approved(tape: Tape, number: int = 0) -> Tape:
    tape.tool("tool.asked", number, tool="demo › get_weather")
    tape.tool("approval", number, decision="approve", scope="once", asked=True)
    return tape.tool("tool.started", number, mode="mock")


def lane(found: Timeline, name: str) -> Lane:
    return next(one for one in found.lanes if one.name == name)


def spans(found: Timeline, name: str) -> list[tuple[str, int, int | None]]:
    """(kind, begin, end) of each bar, in milliseconds."""
    return [
        (bar.kind, bar.begin // MS, None if bar.end is None else bar.end // MS)
        for bar in lane(found, name).bars
    ]


def whole() -> Tape:
    """Two calls beside each other, both held and approved, and an answer."""
    tape = Tape().ask().call("get_weather", city="Oslo").call("get_weather", 1, city="Rome")
    tape.called().tool("paused", place="on_call").tool("resumed", place="on_call", by="go")
    approved(approved(tape), 1)
    tape.tool("tool.ended", 1, state="done").tool("tool.ended", state="done")
    tape.tool("tool.result", output="12 °C", ok=True, state="done")
    tape.tool("tool.result", 1, output="20 °C", ok=True, state="done")
    return tape.ask().answer("Cold, and warm.")
