"""Messages of a chat, as somebody else wrote them, as items of ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playground.core.items import Item, Message, Reasoning, Text, ToolCall, ToolOutput
from playground.core.parts import Part
from playground.endpoints.responses_items import word, written

FILE = ("filename", "file_data", "file_id", "file_url")
BETWEEN = "\n\n"
"""Between two texts of one message."""


def items(messages: Sequence[Any]) -> list[Item]:
    """The items of `messages`. Raises ValueError, with the place, for what is no message."""
    found: list[Item] = []
    answered = {
        word(row.get("tool_call_id"))
        for row in messages
        if isinstance(row, dict) and row.get("role") == "tool"
    }
    for number, row in enumerate(messages):
        if not isinstance(row, dict) or not word(row.get("role")):
            raise ValueError(f"Message {number + 1} is no object with a role.")
        match row["role"]:
            case "assistant":
                found += _answer(row, answered)
            case "tool":
                call_id = word(row.get("tool_call_id"))
                found.append(ToolOutput(call_id=call_id, output=written(row.get("content"))))
            case role:
                text, parts = content(row.get("content"))
                found.append(Message(role=role, text=Text(text), parts=parts))
    return found


def content(value: Any) -> tuple[str, list[Part]]:
    """(the text, what else is in it) of the content of a message, in the ways of either dialect."""
    if not isinstance(value, list):
        return written(value), []
    texts: list[str] = []
    parts: list[Part] = []
    for one in value:
        match one:
            case str():
                texts.append(word(one))
            case {"type": "text" | "input_text" | "output_text", "text": str(text)}:
                texts.append(word(text))
            case {"type": "image_url", "image_url": {"url": str(url), **rest}}:
                detail = rest.get("detail")
                detailed = {"detail": detail} if isinstance(detail, str) else {}
                parts.append({"type": "input_image", "image_url": url, **detailed})
            case {"type": "image_url", "image_url": str(url)}:
                parts.append({"type": "input_image", "image_url": url})
            case {"type": "file", "file": dict(file)}:
                known = {name: file[name] for name in FILE if name in file}
                parts.append({"type": "input_file", **known})
            case dict():
                parts.append(one)
            case _:
                raise ValueError("A part of a message is neither text nor an object.")
    return BETWEEN.join(texts), parts


def _answer(row: dict[str, Any], answered: set[str]) -> list[Item]:
    found: list[Item] = []
    for name in ("reasoning_content", "reasoning"):
        if thought := word(row.get(name)):
            found.append(Reasoning(text=Text(thought), name=name))
            break
    text, parts = content(row.get("content"))
    refusal = word(row.get("refusal"))
    if text or parts or refusal:
        found.append(Message(text=Text(text), parts=parts, refusal=Text(refusal)))
    calls = row.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        match call:
            case {"id": str(call_id), "function": {"name": str(name), **rest}}:
                made = ToolCall(call_id=call_id, name=name)
                made.arguments = Text(written(rest.get("arguments")))
            case {"id": str(call_id), "custom": {"name": str(name), **rest}}:
                made = ToolCall(call_id=call_id, name=name, type="custom")
                made.arguments = Text(written(rest.get("input")))
            case _:
                raise ValueError("A call of a tool has no id, or no name.")
        made.state = "done" if call_id in answered else "not run"
        found.append(made)
    return found
