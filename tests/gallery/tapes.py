"""Recordings for the gallery: what a server might have said, with plausible times."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from playground.core.call import Call
from playground.core.items import Item, Message, Text
from playground.core.problem import Problem
from playground.core.recording import BODY, SSE, Event, fact
from playground.core.session import Run, new_id
from playground.core.usage import Cost, Line
from playground.endpoints import BY_ID

MS = 1_000_000
MODEL = "gpt-5.4-mini"


def pieces(text: str, size: int = 5) -> Iterator[str]:
    for at in range(0, len(text), size):
        yield text[at : at + size]


class Tape:
    """Writes the events of one run over Responses, one after another."""

    def __init__(self, model: str = MODEL) -> None:
        self.events: list[Event] = []
        self.model = model
        self.t = 0
        self._sequence = 0
        self._index = -1
        self._chunk = 0
        self._attempt = 0

    def wait(self, ms: float) -> Tape:
        self.t += int(ms * MS)
        self._chunk += 1
        return self

    def fact(self, kind: str, **data: Any) -> Tape:
        self.events.append(fact(self.t, kind, data, 0, self._attempt))
        return self

    def raw(self, raw: bytes, kind: str = BODY) -> Tape:
        self.events.append(Event(self.t, kind, raw, 0, self._attempt, self._chunk))
        return self

    def event(self, name: str, **data: Any) -> Tape:
        body = {"type": name, "sequence_number": self._sequence, **data}
        self._sequence += 1
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        return self.raw(f"event: {name}\ndata: {text}\n\n".encode(), SSE)

    # The way of a request.

    def request(self, prompt: str = "Hello", *, attempt: int = 0) -> Tape:
        self._attempt = attempt
        body = {"model": self.model, "input": [{"role": "user", "content": prompt}],
                "temperature": 0.2, "stream": True}  # fmt: skip
        return self.fact(
            "request",
            method="POST",
            url="https://api.openai.com/v1/responses",
            headers=[
                ["authorization", "Bearer ************************"],
                ["content-type", "application/json"],
                ["accept", "text/event-stream"],
                ["user-agent", "playground/0.1.0"],
            ],
            body=json.dumps(body, ensure_ascii=False),
        )

    def head(self, status: int = 200, reason: str = "OK", **more: str) -> Tape:
        rows = {"content-type": "text/event-stream; charset=utf-8",
                "x-request-id": "req_7d1f0c2e9b1a4c55", "openai-processing-ms": "182",
                "x-ratelimit-remaining-requests": "4999", **more}  # fmt: skip
        return self.fact(
            "head",
            status=status,
            reason=reason,
            version="HTTP/1.1",
            headers=[[name.replace("_", "-"), value] for name, value in rows.items()],
        )

    def begin(self, prompt: str = "Hello") -> Tape:
        """A request that was accepted, and an answer that has begun."""
        self.wait(2).request(prompt).wait(240).head().wait(3)
        return self.event("response.created", response=self._response("in_progress"))

    def _response(self, status: str, **more: Any) -> dict[str, Any]:
        return {"id": "resp_8f2c41d0", "object": "response", "status": status,
                "model": self.model, "output": [], **more}  # fmt: skip

    # What an answer is made of.

    def item(self, kind: str, /, **wire: Any) -> str:
        """Announce an item; its id."""
        self._index += 1
        name = f"{kind[:3]}_{self._index:02d}"
        item = {"id": name, "type": kind, **wire}
        self.wait(4).event("response.output_item.added", output_index=self._index, item=item)
        return name

    def _deltas(self, kind: str, name: str, text: str, every: float, **more: Any) -> Tape:
        for piece in pieces(text):
            self.wait(every).event(
                f"response.{kind}.delta",
                item_id=name,
                output_index=self._index,
                delta=piece,
                **more,
            )
        return self

    def _done(self, name: str, /, **wire: Any) -> Tape:
        item = {"id": name, **wire}
        return self.event("response.output_item.done", output_index=self._index, item=item)

    def reasoning(self, text: str, *, open_: bool = False) -> Tape:
        name = self.item("reasoning", summary=[])
        self._deltas("reasoning_summary_text", name, text, 38, summary_index=0)
        if open_:
            return self
        summary = [{"type": "summary_text", "text": text}]
        return self._done(name, type="reasoning", summary=summary)

    def text(self, text: str, *, open_: bool = False, every: float = 8) -> Tape:
        name = self.item("message", role="assistant", content=[])
        self._deltas("output_text", name, text, every, content_index=0)
        if open_:
            return self
        content = [{"type": "output_text", "text": text, "annotations": []}]
        return self._done(name, type="message", role="assistant", content=content)

    def refusal(self, text: str) -> Tape:
        name = self.item("message", role="assistant", content=[])
        self._deltas("refusal", name, text, 9, content_index=0)
        content = [{"type": "refusal", "refusal": text}]
        return self._done(name, type="message", role="assistant", content=content)

    def call(self, tool: str, arguments: str) -> Tape:
        name = self.item("function_call", call_id=f"call_{self._index}", name=tool, arguments="")
        self._deltas("function_call_arguments", name, arguments, 12)
        return self._done(
            name,
            type="function_call",
            call_id=f"call_{self._index}",
            name=tool,
            arguments=arguments,
            status="completed",
        )

    def unknown(self, kind: str, /, **wire: Any) -> Tape:
        return self._done(self.item(kind, **wire), type=kind, **wire)

    def hosted(self, ms: float, kind: str, /, **wire: Any) -> Tape:
        """A tool that the server ran itself, for so long."""
        name = self.item(kind)
        return self.wait(ms)._done(name, type=kind, **wire)

    # How it ends.

    def end(
        self,
        kind: str = "completed",
        given: int = 812,
        cached: int = 500,
        made: int = 240,
        thought: int = 0,
        **more: Any,
    ) -> Tape:
        usage = {
            "input_tokens": given, "input_tokens_details": {"cached_tokens": cached},
            "output_tokens": made, "output_tokens_details": {"reasoning_tokens": thought},
            "total_tokens": given + made,
        }  # fmt: skip
        response = self._response(kind, usage=usage, **more)
        return self.wait(2).event(f"response.{kind}", response=response).fact("eof").ended()

    def refused(self, status: int, reason: str, body: bytes, **headers: str) -> Tape:
        """An answer that is an error."""
        self.wait(2).request().wait(130)
        self.head(status, reason, **{"content-type": "application/json", **headers})
        return self.raw(body).fact("eof").ended()

    def broke(self, kind: str, problem: Problem) -> Tape:
        data = problem.model_dump(mode="json", exclude_defaults=True)
        return self.wait(20).fact(kind, problem=data).ended()

    def ended(self) -> Tape:
        return self.wait(1).fact("ended")


def said(text: str, role: str = "user") -> list[Item]:
    return [Message(key="in:0", role=role, text=Text(text))]


def run_of(
    tape: Tape | None,
    prompt: str,
    *,
    role: str = "user",
    seconds: float | None = None,
    priced: bool = True,
    profile: str = "openai",
) -> Run:
    """A run of a recording. With `seconds` it is still going on, and so old."""
    made = Run(
        id=new_id("run"),
        session="",
        parent=None,
        call=Call(model=tape.model if tape is not None else MODEL),
        profile=profile,
        input=said(prompt, role),
        reduce=BY_ID["responses"].reduce,
        owner="gallery" if seconds is not None else "",
    )
    if seconds is not None:
        made.t0 = time.monotonic_ns() - int(seconds * 1e9)
    if tape is not None:
        made.take(tape.events)
    if priced and (used := made.transcript.usage) is not None:
        made.cost = _cost(used.input - used.cached, used.cached, used.output)
    return made


def _cost(fresh: int, cached: int, made: int) -> Cost:
    rows = (("input", fresh, "0.75"), ("cached input", cached, "0.075"), ("output", made, "4.5"))
    lines = tuple(
        Line(
            what=what, tokens=count, per_million=Decimal(price), usd=Decimal(price) * count / 10**6
        )
        for what, count, price in rows
    )
    return Cost(
        basis="calculated",
        usd=sum((line.usd for line in lines), Decimal(0)),
        source="genai-prices, openai/gpt-5.4-mini",
        as_of="2026-11-01",
        lines=lines,
    )
