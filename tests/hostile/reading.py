"""What an answer becomes on its way from bytes to a transcript, as in the wire and in a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from playground.core.items import ToolCall
from playground.core.problem import Problem
from playground.core.recording import WIRE, Event, fact
from playground.core.snapshot import snapshot
from playground.core.transcript import Reader, Transcript
from playground.endpoints import BY_ID
from playground.wire.body import Body
from playground.wire.tape import Tape
from tests.hostile.case import Case

BROKEN = Problem(title="It broke.", remedy="retry").model_dump(mode="json")


@dataclass(frozen=True, slots=True)
class Read:
    events: list[Event]
    transcript: Transcript
    calls: list[tuple[str, str]]
    """The tool calls that a loop would run before the run is declared over."""
    end: str
    """How the connection ended: `eof`, `cut`, `timeout`."""

    @property
    def body(self) -> bytes:
        return b"".join(event.raw for event in self.events if event.kind in WIRE)

    @property
    def blocks(self) -> list[tuple[str, bytes]]:
        """Events of the wire; a body that is no stream is one thing, however it was cut."""
        rows = [(event.kind, event.raw) for event in self.events if event.kind in WIRE]
        if {kind for kind, _ in rows} == {"body"}:
            return [("body", self.body)]
        return rows

    @property
    def shown(self) -> str:
        """All that the transcript says, but for numbers of pieces of a body."""
        shown = snapshot(self.transcript)
        if self.blocks[:1] == [("body", self.body)]:
            for name in ("events", "misread", "repaired", "rev"):
                shown.pop(name, None)
            shown["items"] = [{**item, "rev": 0} for item in shown.get("items", ())]
        return json.dumps(shown, default=str)  # NaN is not equal to itself


def read(case: Case, size: int) -> Read:
    """The case in chunks of `size` bytes; 0: in one. Times are all the same."""
    taken: list[Event] = []
    put: Callable[[Event], None] = taken.append
    headers = [["Content-Type", case.content_type], ["Content-Encoding", case.encoding]]
    tape = Tape(taken.extend, leg=0, t0=0, secrets=())
    body = Body(tape, case.status, case.content_type, case.encoding)
    put(fact(0, "request"))
    put(fact(0, "head", {"status": case.status, "headers": headers}))
    size = size or len(case.body) or 1
    for number, at in enumerate(range(0, len(case.body), size)):
        body.feed(case.body[at : at + size], 0, number)
    body.end()
    end = "cut" if body.damage and case.end == "eof" else case.end
    put(fact(0, end, {} if end == "eof" else {"problem": BROKEN}))
    reader = Reader(BY_ID[case.api].reduce)
    reader.take(taken)
    calls = [
        (item.name, str(item.arguments))
        for item in reader.transcript.items
        if isinstance(item, ToolCall) and item.state != "arriving"
    ]
    last = fact(0, "ended")
    put(last)
    reader.take([last])
    return Read(taken, reader.transcript, calls, end)
