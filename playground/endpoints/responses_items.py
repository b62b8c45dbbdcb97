"""Items of the Responses API: what each kind becomes, and what a whole one says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from playground.core.items import (
    HostedCall,
    Item,
    Message,
    Reasoning,
    Text,
    ToolCall,
    ToolOutput,
    Unknown,
)

Data = Mapping[str, Any]

CALLS: Mapping[str, str] = {"function_call": "function", "custom_tool_call": "custom"}
OUTPUTS = frozenset(("function_call_output", "custom_tool_call_output"))
HOSTED = frozenset((
    "additional_tools", "apply_patch_call", "apply_patch_call_output", "code_interpreter_call",
    "compaction", "computer_call", "computer_call_output", "file_search_call",
    "image_generation_call", "local_shell_call", "local_shell_call_output", "mcp_approval_request",
    "mcp_approval_response", "mcp_call", "mcp_list_tools", "program", "program_output",
    "shell_call", "shell_call_output", "tool_search_call", "tool_search_output", "web_search_call",
))  # fmt: skip
"""Calls of tools that are not the user's functions, and what comes of them."""
UNFINISHED = frozenset(("in_progress", "searching", "interpreting", "generating", "calling"))
"""Words for the status of an item that is not whole yet."""

CLASSES: Mapping[str, type[Item]] = {
    "message": Message,
    "reasoning": Reasoning,
    **dict.fromkeys(CALLS, ToolCall),
    **dict.fromkeys(OUTPUTS, ToolOutput),
    **dict.fromkeys(HOSTED, HostedCall),
}
"""All kinds that have a class of their own; any other is Unknown."""

_SAID = frozenset(("output_text", "text", "input_text"))
_THOUGHT = frozenset(("reasoning_text", "text"))
_SUMMED = frozenset(("summary_text", "text"))


def word(value: Any) -> str:
    """Text of the server's as valid Unicode; empty when it is no text."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else str(Text(value))


def make(kind: str, wire: Data, key: str) -> Item:
    """An item of which `wire` is all that is known, perhaps not much."""
    cls = CLASSES.get(kind, Unknown)
    if cls is Message:
        role, phase = word(wire.get("role")), word(wire.get("phase"))
        return Message(key=key, role=role or "assistant", phase=phase or None)
    if cls is ToolCall:
        call_id = word(wire.get("call_id")) or word(wire.get("id"))
        return ToolCall(key=key, call_id=call_id, name=word(wire.get("name")), type=CALLS[kind])
    if cls is HostedCall:
        return HostedCall(key=key, type=kind, status=word(wire.get("status")) or "in_progress")
    if cls is Unknown:
        return Unknown(key=key, type=kind)
    return cls(key=key)


def begin(item: Item, wire: dict[str, Any]) -> None:
    """Take from an item that is only announced what is worth showing before it is whole."""
    if isinstance(item, HostedCall | Unknown):
        item.wire = {**wire, "status": word(wire.get("status")) or "in_progress"}


def fill(item: Item, wire: dict[str, Any], *, whole: bool) -> None:
    """Believe what an item says of itself over all that was said of it before.

    `whole` is false while its server still works on it: then nothing of it is to be sent back.
    """
    match item:
        case Message():
            _fill_message(item, wire)
            keep = bool(wire.get("content")) or not (item.text or item.refusal)
        case Reasoning():
            believe(item.summary, joined(wire.get("summary"), _SUMMED, "\n\n"))
            believe(item.text, joined(wire.get("content"), _THOUGHT))
            keep = bool(wire.get("encrypted_content")) or not item.encrypted
            item.encrypted = item.encrypted or bool(wire.get("encrypted_content"))
        case ToolCall():
            item.name = word(wire.get("name")) or item.name
            item.call_id = (
                word(wire.get("call_id")) or item.call_id or word(wire.get("id")) or item.key
            )
            believe(item.arguments, written(wire.get("arguments", wire.get("input"))))
            keep = bool(wire.get("arguments") or wire.get("input")) or not item.arguments
            if whole and item.state == "arriving" and wire.get("status") != "incomplete":
                item.state = "not run"
        case ToolOutput():
            item.call_id = word(wire.get("call_id")) or word(wire.get("id"))
            item.output = written(wire.get("output"))
            item.ok = wire.get("status") != "failed"
            keep = True
        case HostedCall():
            item.status = word(wire.get("status")) or (
                "completed" if whole and item.status in UNFINISHED else item.status
            )
            believe(item.code, _code(item.type, wire))
            keep = True
        case _:
            keep = True
    if whole and keep:
        item.wire = wire
    elif not whole:
        begin(item, wire)


def believe(text: Text, whole: str | None) -> None:
    """Replace what was put together from deltas. Nothing is no correction of something."""
    if whole:
        text.replace(whole)


def _fill_message(item: Message, wire: Data) -> None:
    item.phase = word(wire.get("phase")) or item.phase
    content = wire.get("content")
    believe(item.text, joined(content, _SAID))
    parts = (
        [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    )
    believe(item.refusal, "".join(word(part.get("refusal")) for part in parts))
    if not item.text:  # of a spoken answer there are the words too
        believe(item.text, "".join(word(part.get("transcript")) for part in parts))
    item.annotations = rows(parts, "annotations") or item.annotations
    item.logprobs = rows(parts, "logprobs") or item.logprobs
    beside = [part for part in parts if word(part.get("type")) not in _SAID | {"refusal"}]
    item.parts = beside or item.parts


def joined(parts: Any, kinds: frozenset[str], between: str = "") -> str | None:
    """The text of the parts of these kinds; None when there is no such part."""
    if isinstance(parts, str):
        return word(parts)
    if not isinstance(parts, list):
        return None
    found = [
        word(part.get("text"))
        for part in parts
        if isinstance(part, dict) and word(part.get("type")) in kinds
    ]
    return between.join(found) if found else None


def rows(parts: list[Any], name: str) -> list[dict[str, Any]]:
    """The objects in the lists of this name of all parts."""
    return [
        row
        for part in parts
        if isinstance(part, dict) and isinstance(part.get(name), list)
        for row in part[name]
        if isinstance(row, dict)
    ]


def written(value: Any) -> str:
    """Arguments or an output as text, in whatever shape a server writes it."""
    if isinstance(value, str):
        return word(value)
    if value is None:
        return ""
    if isinstance(value, list) and (said := joined(value, _SAID)) is not None:
        return said
    return word(json.dumps(value, ensure_ascii=False))


def _code(kind: str, wire: Data) -> str:
    """What a hosted call runs, or what came of it, where that is text."""
    inner = wire.get("operation" if kind == "apply_patch_call" else "action")
    action: Data = inner if isinstance(inner, dict) else {}
    match kind:
        case "code_interpreter_call" | "program":
            return word(wire.get("code"))
        case "mcp_call" | "mcp_approval_request" | "tool_search_call":
            return written(wire.get("arguments"))
        case "apply_patch_call":
            return word(action.get("diff"))
        case "shell_call":
            return "\n".join(_words(action.get("commands")))
        case "local_shell_call":
            return " ".join(_words(action.get("command")))
        case "shell_call_output":
            outputs = wire.get("output")
            found = outputs if isinstance(outputs, list) else []
            return "".join(map(printed, found))
        case "local_shell_call_output" | "apply_patch_call_output":
            return word(wire.get("output"))
        case "program_output":
            return word(wire.get("result"))
        case _:
            return ""


def printed(output: Any) -> str:
    """What a command wrote, of `{stdout, stderr}`."""
    if not isinstance(output, dict):
        return word(output)
    return word(output.get("stdout")) + word(output.get("stderr"))


def _words(values: Any) -> list[str]:
    return [word(value) for value in values] if isinstance(values, list) else []
