"""The type of an event, cheaply: its name, whether we know it, and the tone it is marked with.

Streams of Responses name their events. Chunks of the other dialects have no type, so they are named
by what they carry: `chunk · content`, `chunk · tool_calls`, `chunk · text`. Our own facts go by
their kind. No Qt.
"""

from __future__ import annotations

import re
from typing import Literal

from playground.core.recording import BODY, REST, SSE, Event, frame, payload

Tone = Literal["text", "reasoning", "tool", "ours", "ok", "warn", "error"]

LONG = 64 * 1024
"""Bytes; an event over this is not parsed for a row of a list."""
NAMED = 120
"""Characters of a type that are kept; a server may call its events anything."""

_STAGES = {
    "response": "created queued in_progress completed failed incomplete",
    "response.audio": "delta done transcript.delta transcript.done",
    "response.code_interpreter_call": "in_progress interpreting completed",
    "response.code_interpreter_call_code": "delta done",
    "response.compaction": "compacting",
    "response.content_part": "added done",
    "response.custom_tool_call_input": "delta done",
    "response.file_search_call": "in_progress searching completed",
    "response.function_call_arguments": "delta done",
    "response.image_generation_call": "in_progress generating partial_image completed",
    "response.mcp_call": "in_progress completed failed",
    "response.mcp_call_arguments": "delta done",
    "response.mcp_list_tools": "in_progress completed failed",
    "response.output_item": "added done",
    "response.output_text": "delta done annotation.added",
    "response.reasoning_summary_part": "added done",
    "response.reasoning_summary_text": "delta done",
    "response.reasoning_text": "delta done",
    "response.refusal": "delta done",
    "response.shell_call_command": "added delta done",
    "response.shell_call_output_content": "delta done",
    "response.web_search_call": "in_progress searching completed",
}
KNOWN = frozenset(
    ("error", *(f"{stem}.{end}" for stem, ends in _STAGES.items() for end in ends.split()))
)
"""Event types of the Responses API as of late 2026."""

CHUNK = "chunk · "
COMMENT = "comment"
DONE = "[DONE]"
BLANK = "no data"
UNNAMED = "unnamed"
OURS = "noted by Playground"
_TOOLS = ("_call", "mcp_", "tool_")
"""In the names of what belongs to tools."""
_OWN_NAMES = frozenset((COMMENT, DONE, BLANK, BODY, "keepalive", "ping"))

# What a chunk carries, the most telling first. A key's closing quote can follow its letters only
# outside of strings (inside, it is escaped), so these find keys and never text.
_CARRIES = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("tool_calls", rb'"tool_calls"\s*:\s*\[\s*\{|"function_call"\s*:\s*\{'),
        ("content", rb'"content"\s*:\s*(?:"[^"]|\[\s*\{)'),
        ("reasoning", rb'"reasoning(?:_content)?"\s*:\s*"[^"]'),
        ("refusal", rb'"refusal"\s*:\s*"[^"]'),
        ("text", rb'"text"\s*:\s*"[^"]'),
        ("finish", rb'"finish_reason"\s*:\s*"'),
        ("usage", rb'"usage"\s*:\s*\{'),
        ("role", rb'"role"\s*:\s*"'),
    )
)
_CHOICES = re.compile(rb'"choices"\s*:\s*\[')
_ERROR = re.compile(rb'^data:\s*\{\s*"error"\s*:\s*[{"]')
_FIRST_TYPE = re.compile(rb'^data:\s*\{\s*"type"\s*:\s*"([^"\\]+)"')
_ANY_TYPE = re.compile(rb'"type"\s*:\s*"([^"\\]+)"')


def name_of(event: Event) -> str:
    """What the list calls this event. Costs a few microseconds at most, whatever its length."""
    if event.kind not in (SSE, REST):
        return event.kind
    raw = event.raw
    if raw.startswith(b"data:"):
        if (found := _FIRST_TYPE.match(raw)) is not None:
            return _word(found[1])
        if _CHOICES.search(raw) is not None:
            return CHUNK + _carried(raw)
        if _ERROR.match(raw) is not None:
            return "error"
    if len(raw) > LONG:
        head = raw[:LONG]
        if head.startswith(b"event:"):
            return _word(head[6:].split(b"\n", 1)[0].strip())
        found = _ANY_TYPE.search(head)
        return UNNAMED if found is None else _word(found[1])
    return _by_fields(raw)


def _by_fields(raw: bytes) -> str:
    name, _, text, comment = frame(raw)
    if name:
        return name[:NAMED]
    if text is None:
        return COMMENT if comment or raw.lstrip().startswith(b":") else BLANK
    data, wrong = payload(text)
    if wrong:
        found = _ANY_TYPE.search(raw)
        return UNNAMED if found is None else _word(found[1])
    if data is None:
        return DONE if text.lstrip().startswith(DONE) else COMMENT
    if not isinstance(data, dict):
        return UNNAMED
    if isinstance(kind := data.get("type"), str) and kind:
        return kind[:NAMED]
    if isinstance(data.get("choices"), list):
        return CHUNK + _carried(raw)
    return "error" if data.get("error") else UNNAMED


def _carried(raw: bytes) -> str:
    for name, pattern in _CARRIES:
        if pattern.search(raw) is not None:
            return name
    return "empty"


def _word(raw: bytes) -> str:
    return raw[: 4 * NAMED].decode("utf-8", "replace")[:NAMED]


def is_known(kind: str, name: str) -> bool:
    """False for a type of event that no server we know of sends."""
    if kind not in (SSE, REST):
        return True
    return name in KNOWN or name in _OWN_NAMES or name.startswith(CHUNK)


def groups_of(kind: str, name: str) -> tuple[str, ...]:
    """Under which heads of a tree a type stands, the widest first."""
    if kind and kind not in (SSE, REST, BODY):
        return (OURS,)
    if name.startswith(CHUNK):
        return ("chunk",)
    parts = name.split(".")
    if parts[0] != "response" or len(parts) == 1:
        return ("others",)
    if len(parts) == 2:
        return ("response.*",)
    tool = any(mark in parts[1] for mark in _TOOLS)
    return ("tools" if tool else "response.*", f"{parts[1]}.*")


def tone_of(kind: str, name: str) -> Tone:
    """The tone of an event by its name alone."""
    if kind in (SSE, REST, BODY):
        return _server_tone(name)
    match kind:
        case "cut" | "timeout" | "failed":
            return "error"
        case "retry" | "fallback" | "stopped" | "interrupted":
            return "warn"
        case _:
            return "ours"


def _server_tone(name: str) -> Tone:
    if name in ("error", "response.failed") or name.endswith("_call.failed"):
        return "error"
    if name == "response.incomplete":
        return "warn"
    if name in ("response.completed", DONE, CHUNK + "finish"):
        return "ok"
    if "reasoning" in name:
        return "reasoning"
    if any(mark in name for mark in _TOOLS):
        return "tool"
    if name in (COMMENT, BLANK, CHUNK + "empty", "keepalive", "ping"):
        return "ours"
    return "text"
