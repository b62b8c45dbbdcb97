"""Recordings to step through: those of servers and of strangers that the tests have, and made ones.

What is made is as wild as a server may be: texts that are corrected, items that change their kind,
halves of surrogate pairs, several answers at once, several requests, bodies that are no streams.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from playground.core.items import texts_of
from playground.core.recording import Event, fact
from playground.core.snapshot import snapshot
from playground.core.transcript import Reader, Reducer, Transcript
from playground.endpoints import BY_ID
from tests.endpoints.responses_streams import ITEMS
from tests.endpoints.test_responses_replay import RECORDED, recorded, streams
from tests.hostile.corpus import CASES
from tests.hostile.reading import read

Json = dict[str, Any]

SHARE = 4
"""Of the hostile answers every fourth is enough."""

# Recordings that the tests have.


def golden() -> Iterator[tuple[str, Reducer, list[Event]]]:
    """(name, how to read it, its events)."""
    responses = BY_ID["responses"].reduce
    for name, events in streams().items():
        yield name, responses, events
    for path in sorted(RECORDED.glob("*.sse")):
        yield path.name, responses, recorded(path.name, 11)
    for case in CASES[::SHARE]:
        size = 0 if len(case.body) > 20_000 else 97
        yield str(case), BY_ID[case.api].reduce, read(case, size).events


# Made ones.

WORDS = st.sampled_from(["a", "Hello ", "wörld", "\n\n", "{", '{"a": 1}', "😀", "", "x" * 40])
HALVES = st.sampled_from(["\ud83d", "\ude00", "a\ud83d", "\ude00b"])
PIECES = st.one_of(WORDS, WORDS, WORDS, HALVES)
FEW = st.integers(0, 2)
MAYBE = st.sampled_from([True, True, False])
KINDS = st.sampled_from(
    ["message", "message", "reasoning", "function_call", "custom_tool_call", "shell_call", "gizmo"]
)
WHOLES = st.lists(PIECES, min_size=1, max_size=4).map("".join)


NAMES = [
    *["output_text.delta"] * 3, "output_text.done", "refusal.delta", "reasoning_text.delta",
    "reasoning_summary_text.delta", "reasoning_summary_part.added", "reasoning_summary_text.done",
    "function_call_arguments.delta", "function_call_arguments.done",
    "custom_tool_call_input.delta", "content_part.added", "content_part.done",
    "shell_call_command.added", "shell_call_command.delta", "shell_call_output_content.delta",
    "output_item.added", "output_item.added", "output_item.done", "audio.transcript.delta",
    "audio.delta", "completed", "incomplete", "failed",
]  # fmt: skip


@st.composite
def _responses(draw: st.DrawFn) -> Json:
    """One event of the Responses API."""
    number, kind = draw(FEW), draw(KINDS)
    where: Json = {"item_id": f"it_{number}"} if draw(MAYBE) else {}
    if draw(MAYBE):
        where["output_index"] = number

    def wire() -> Json:
        made: Json = {"type": kind, **({"id": f"it_{number}"} if draw(MAYBE) else {})}
        made |= ITEMS.get(kind, {}) if draw(MAYBE) else {}
        if draw(MAYBE):
            text = draw(WHOLES)
            made |= {
                "message": {"content": [{"type": "output_text", "text": text}]},
                "reasoning": {"summary": [{"type": "summary_text", "text": text}]},
                "function_call": {"arguments": text, "name": "f", "call_id": f"c{number}"},
                "custom_tool_call": {"input": text, "name": "g", "call_id": f"c{number}"},
                "shell_call": {"action": {"commands": [text, "ls"]}, "call_id": f"c{number}"},
            }.get(kind, {"text": text})
        return made

    part = draw(FEW)
    name = draw(st.sampled_from(NAMES))
    said: Json = {"type": f"response.{name}", **where}
    at = {"content_index": part, "summary_index": part, "command_index": part}
    if name.startswith("output_item"):
        return said | {"item": wire()}
    if name in ("completed", "incomplete", "failed"):
        output = [wire() for _ in range(draw(FEW))]
        return said | {"response": {"id": "r", "status": name, "output": output}}
    if name.startswith("content_part"):
        return said | at | {"part": {"type": "output_text", "text": draw(WHOLES)}}
    if name.startswith("shell_call_output"):
        return said | at | {"delta": {"stdout": draw(PIECES), "stderr": draw(PIECES)}}
    if name.endswith("delta"):
        logprobs = [{"token": "a", "logprob": -1.0}] if draw(MAYBE) else []
        return said | at | {"delta": draw(PIECES), "logprobs": logprobs}
    text = draw(WHOLES)
    return said | at | {"text": text, "arguments": text, "command": text}


@st.composite
def _chat(draw: st.DrawFn) -> Json:
    """One chunk of Chat Completions; several choices may be in it."""
    choices = []
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        arguments: Any = draw(st.one_of(PIECES, st.just({"a": 1})))
        function = {"name": draw(st.sampled_from(["f", "g", ""])), "arguments": arguments}
        call = {"index": draw(FEW), "id": draw(st.sampled_from(["", "c1", "c2"]))}
        delta = draw(
            st.sampled_from(
                [
                    {"content": draw(PIECES)},
                    {"content": draw(PIECES), "role": "assistant"},
                    {"reasoning_content": draw(PIECES)},
                    {"reasoning_details": [{"type": "reasoning.text", "text": draw(PIECES)}]},
                    {"refusal": draw(PIECES)},
                    {"audio": {"transcript": draw(PIECES), "data": "aGk="}},
                    {"tool_calls": [{**call, "function": function}]},
                    {"function_call": function, "extra_content": {"a": {"b": [1]}}},
                ]
            )
        )
        choices.append(
            {
                "index": draw(FEW),
                "delta": delta,
                "logprobs": {"content": [{"token": "a"}]} if draw(MAYBE) else None,
                "finish_reason": draw(st.sampled_from([None, None, None, "stop", "tool_calls"])),
            }
        )
    return {"object": "chat.completion.chunk", "id": "c", "choices": choices}


@st.composite
def _completions(draw: st.DrawFn) -> Json:
    """One chunk of the older Completions."""
    reason = draw(st.sampled_from([None, None, None, "stop", "length"]))
    choice = {"index": draw(FEW), "text": draw(PIECES), "finish_reason": reason}
    return {"object": "text_completion", "choices": [choice]}


CHUNKS: Mapping[str, st.SearchStrategy[Json]] = {
    "responses": _responses(),
    "chat": _chat(),
    "completions": _completions(),
}
OURS: st.SearchStrategy[tuple[str, Json]] = st.sampled_from(
    [
        ("said", {"text": "No, again."}),
        ("tool.asked", {"call_id": "c1", "tool": "f"}),
        ("tool.started", {"call_id": "c1"}),
        ("tool.result", {"call_id": "c1", "output": "4", "notes": ["so"]}),
        ("notice", {"text": "Mind."}),
        ("estimate", {"input": 1, "output": 2}),
        ("cut", {}),
        ("retry", {"after": 1}),
    ]
)
JUNK = st.sampled_from([b"data: {\n\n", b": here\n\n", b"data: [DONE]\n\n", b"data: \xff\n\n"])


@st.composite
def made(draw: st.DrawFn) -> tuple[Reducer, list[Event]]:
    """(how to read it, the events of a run of one to three requests)."""
    api = draw(st.sampled_from(sorted(CHUNKS)))
    events: list[Event] = []

    def add(kind: str, data: Json | bytes, leg: int, attempt: int = 0) -> None:
        t = len(events) * 1_000
        if isinstance(data, bytes):
            events.append(Event(t, kind, data, leg, attempt, len(events)))
        else:
            events.append(fact(t, kind, data, leg, attempt))

    for leg in range(draw(st.integers(1, 3))):
        attempt = int(draw(st.sampled_from([False, False, True])))
        add("request", {}, leg, attempt)
        add("head", {"status": 200, "headers": []}, leg)
        chunks = draw(st.lists(CHUNKS[api], max_size=14))
        if draw(st.sampled_from([True, True, True, False])):
            for chunk in chunks:
                add("sse", b"data: " + json.dumps(chunk).encode() + b"\n\n", leg)
                if draw(st.integers(0, 12)) == 0:
                    add("sse", draw(JUNK), leg)
        elif chunks:
            body = json.dumps(_whole(chunks[0])).encode()
            for at in range(0, len(body), 50):
                add("body", body[at : at + 50], leg)
        add(draw(st.sampled_from(["eof", "eof", "cut"])), {}, leg)
        for kind, data in draw(st.lists(OURS, max_size=3)):
            add(kind, data, leg)
    if draw(MAYBE):
        add("ended", {}, 0)
    return BY_ID[api].reduce, events


def _whole(chunk: Json) -> Json:
    """An answer that is not streamed, of what a chunk says."""
    if "choices" not in chunk:
        return chunk.get("response") or {"object": "response", "output": [chunk.get("item") or {}]}
    rows = [{**row, "message": row.get("delta")} for row in chunk["choices"]]
    return {**chunk, "choices": [{k: v for k, v in row.items() if k != "delta"} for row in rows]}


# What is there to compare.


def shown(transcript: Transcript) -> str:
    """All that a transcript says, but for `rev`, which counts batches too."""
    rows = snapshot(transcript)
    rows.pop("rev", None)
    rows["items"] = [{**item, "rev": 0} for item in rows.get("items", ())]
    held = [item.t1 is None and [str(getattr(item, one)) for one in texts_of(item)]
            for item in transcript.items]  # fmt: skip
    return json.dumps([rows, held, transcript.number, sorted(transcript.scratch)], default=str)


def texts(transcript: Transcript) -> dict[tuple[str, str], str]:
    """All that grows, by key and field."""
    return {
        (item.key, name): str(getattr(item, name))
        for item in transcript.items
        if transcript.find(item.key) is item
        for name in texts_of(item)
    }


def states(events: list[Event], reduce: Reducer) -> Iterator[Transcript]:
    """The one transcript, after each event."""
    reader = Reader(reduce)
    for event in events:
        reader.take((event,))
        yield reader.transcript
