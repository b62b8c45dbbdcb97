"""Streams of real servers and of our own, whole and cut short anywhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from playground.core.items import (
    Unknown,
)
from playground.core.recording import SSE, Event, fact
from playground.core.snapshot import restore, snapshot
from playground.core.transcript import Reader, replay
from playground.endpoints.responses import reduce
from playground.wire.body import Body
from playground.wire.tape import Tape
from tests.endpoints.responses_streams import (
    ITEMS,
    Json,
    added,
    done,
    event,
    final,
    item,
    numbered,
    shown,
)

RECORDED = Path(__file__).with_name("recordings")


def recorded(name: str, size: int = 0) -> list[Event]:
    """A recording of a real server, as the wire would bring it in chunks of `size` bytes."""
    raw = (RECORDED / name).read_bytes()
    events = [fact(0, "request"), fact(1, "head", {"status": 200, "headers": []})]
    wire = Body(Tape(events.extend, leg=0, t0=0, secrets=()), 200, "text/event-stream", "")
    for number, at in enumerate(range(0, len(raw), size or len(raw))):
        wire.feed(raw[at : at + (size or len(raw))], number, number)
    wire.end()
    return [*events, fact(98, "eof"), fact(99, "ended")]


@pytest.mark.parametrize(
    ("name", "text", "calls"),
    [
        ("llamacpp_text.sse", "Hello, hello, hello!", []),
        ("llamacpp_cut.sse", "A count to one hundred", []),
        ("llamacpp_tool.sse", "", [("weather", '{\n    "city": "Paris"\n  }')]),
    ],
)
def test_what_llama_cpp_sends(name: str, text: str, calls: list[tuple[str, str]]) -> None:
    """Its events have no numbers, and name neither output nor content index."""
    seen = replay(recorded(name), reduce)
    assert (seen.outcome, seen.text) == ("completed", text)
    assert [(call.name, str(call.arguments)) for call in seen.tool_calls] == calls
    assert (seen.model, seen.sequence, seen.repairs) == ("smollm2-135m-instruct", None, [])
    assert seen.usage is not None and seen.usage.output > 0
    assert len(seen.items) == 1
    assert seen.items[0].wire is not None


def everything() -> list[Json]:
    """A long answer in good order."""
    rows: list[Json] = [event("created", response={"id": "resp_1", "model": "m"})]
    output = []
    for index, kind in enumerate(ITEMS):
        wire = item(kind, f"it_{index}")
        at = {"item_id": wire["id"], "output_index": index}
        bare = {name: wire[name] for name in ("type", "id", "call_id", "name") if name in wire}
        rows.append(added({**bare, "status": "in_progress"}, index))
        if kind == "message":
            rows.append(event("output_text.delta", **at, content_index=0, delta="Hi"))
        if kind == "reasoning":
            rows.append(event("reasoning_summary_text.delta", **at, summary_index=0, delta="Hm."))
        if kind == "function_call":
            rows.append(event("function_call_arguments.delta", **at, delta="{}"))
        rows.append(done(wire, index))
        output.append(wire)
    usage = {"input_tokens": 9, "output_tokens": 9}
    return numbered(*rows, final(output=output, usage=usage))


def streams() -> dict[str, list[Event]]:
    wire = [fact(0, "request"), fact(1, "head", {"status": 200, "headers": []})]
    for number, row in enumerate(everything()):
        wire.append(Event(number, SSE, f"data: {json.dumps(row)}\n\n".encode()))
    made = {"everything": [*wire, fact(98, "eof"), fact(99, "ended")]}
    for name in ("llamacpp_text.sse", "llamacpp_tool.sse"):
        made[name] = recorded(name, 7)
    return made


@pytest.mark.parametrize("name", streams())
def test_any_prefix_is_a_valid_transcript_and_a_replay_says_the_same(name: str) -> None:
    events = streams()[name]
    live = Reader(reduce)
    whole = replay(events, reduce).text
    for count, one in enumerate(events, 1):
        live.take([one])
        seen = live.transcript
        assert len({row.key for row in seen.items}) == len(seen.items)
        assert whole.startswith(seen.text)
        assert shown(replay(events[:count], reduce)) == shown(seen)
        assert shown(restore(snapshot(seen))) == shown(seen)
        if seen.outcome is None:
            cut = replay([*events[:count], fact(99, "ended")], reduce)
            over = seen.terminal == "completed"
            assert cut.outcome == ("completed" if over else "truncated")


def test_the_whole_answer() -> None:
    seen = replay(streams()["everything"], reduce)
    assert seen.outcome == "completed" and seen.repairs == [] and seen.malformed == 0
    assert [one.wire["type"] for one in seen.items if one.wire] == list(ITEMS)
    assert not any(isinstance(one, Unknown) for one in seen.items)
    assert seen.sequence == len(everything()) - 1
