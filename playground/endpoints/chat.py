"""Chat Completions: what to send. How to read what comes is in `chat_reading`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from playground.core.call import Call
from playground.core.endpoint import Endpoint, Kept, answered, finish
from playground.core.items import Item, Message, Reasoning, ToolCall, ToolOutput
from playground.core.profile import Quirks
from playground.endpoints.chat_parameters import PARAMETERS
from playground.endpoints.chat_reading import reduce as reduce
from playground.endpoints.formats import with_format
from playground.endpoints.offering import with_tools
from playground.endpoints.streaming import with_stream

VERSION = 2

LIMITS = ("max_completion_tokens", "max_tokens")
"""Names of the limit of the answer."""

FILE = ("filename", "file_data", "file_id", "file_url")
"""What a file may say of itself. A chat has no `file_url`: its server shall say so."""

Row = dict[str, Any]


def body(call: Call, history: Sequence[Item], quirks: Quirks, kept: Kept | None = None) -> Row:
    messages: list[Row] = []
    if call.instructions:
        messages.append({"role": quirks.system_role, "content": call.instructions})
    messages += _messages(history, quirks)
    made: Row = {"model": call.model, "messages": messages}
    if quirks.max_tokens:
        call = _limited(call, quirks.max_tokens)
    call = with_format(with_tools(call, flat=False), "response_format", flat=False)
    return finish(made, with_stream(made, call, quirks), quirks)


def _limited(call: Call, name: str) -> Call:
    """The limit of the answer under the only name that the server knows."""
    given = [call.fields[one] for one in (name, *LIMITS) if one in call.fields]
    if not given:
        return call
    others = {one: value for one, value in call.fields.items() if one not in LIMITS}
    return call.model_copy(update={"fields": {**others, name: given[0]}})


def _messages(history: Sequence[Item], quirks: Quirks) -> list[Row]:
    rows: list[Row] = []
    thoughts: list[Reasoning] = []
    for item in answered(history):
        match item:
            case Reasoning():
                thoughts.append(item)
            case Message(role="assistant") if _says(item):
                row = _with_thoughts(_answer(item, quirks), thoughts, quirks)
                if rows and "tool_calls" in rows[-1]:  # nothing may stand before their outputs
                    _add(rows[-1], row)
                else:
                    rows.append(row)
                thoughts = []
            case Message() if _says(item):
                role = quirks.system_role if item.role in ("system", "developer") else item.role
                rows.append({"role": role, "content": _content(item)})
                thoughts = []
            case ToolCall():
                if not rows or rows[-1]["role"] != "assistant":
                    rows.append({"role": "assistant", "content": None})
                _with_thoughts(rows[-1], thoughts, quirks)
                rows[-1].setdefault("tool_calls", []).append(_call(item, quirks))
                thoughts = []
            case ToolOutput():
                rows.append({"role": "tool", "tool_call_id": item.call_id, "content": item.output})
            case _:
                pass  # notices, and what only the other API knows, are not part of a chat
    return rows


def _add(row: Row, more: Row) -> None:
    """What the model said after its calls, in the message that holds them."""
    said = [one for one in (row.get("content"), more.get("content")) if one]
    row |= {**more, "content": "\n\n".join(said) or None}


def _says(message: Message) -> bool:
    return bool(message.text or message.refusal or message.parts or message.audio)


def _answer(message: Message, quirks: Quirks) -> Row:
    row: Row = {"role": "assistant", "content": str(message.text) or None}
    if isinstance(spoken := message.audio.get("id"), str):
        row["audio"] = {"id": spoken}
    elif not message.text:
        row["content"] = message.audio.get("transcript") or None
    if message.refusal:
        row["refusal"] = str(message.refusal)
    if message.extra and quirks.send_reasoning:
        row["extra_content"] = message.extra
    return row


def _content(message: Message) -> str | list[Row]:
    """Plain text where there is nothing else: some servers refuse a list."""
    text = str(message.text)
    if not message.parts:
        return text
    parts = [_part(part) for part in message.parts]
    return [{"type": "text", "text": text}, *parts] if text else parts


def _part(part: Mapping[str, Any]) -> Row:
    """A part of a message as a chat writes it; of a kind that a chat lacks, as it is."""
    match part:
        case {"type": "input_text", "text": text}:
            return {"type": "text", "text": text}
        case {"type": "input_image", "image_url": str(url)} if url:
            return {"type": "image_url", "image_url": {"url": url, **_some(part, "detail")}}
        case {"type": "input_image" | "input_file"}:
            return {"type": "file", "file": _some(part, *FILE)}
        case _:
            return dict(part)


def _some(part: Mapping[str, Any], *names: str) -> Row:
    return {name: part[name] for name in names if part.get(name)}


def _call(item: ToolCall, quirks: Quirks) -> Row:
    arguments = str(item.arguments)
    row: Row = {"id": item.call_id, "type": item.type}
    if item.type == "custom":
        row["custom"] = {"name": item.name, "input": arguments}
    else:
        # Without arguments some send nothing at all, which most servers cannot read as JSON.
        row["function"] = {"name": item.name, "arguments": arguments or "{}"}
    if item.extra and quirks.send_reasoning:
        row["extra_content"] = item.extra
    return row


def _with_thoughts(row: Row, thoughts: Sequence[Reasoning], quirks: Quirks) -> Row:
    """The message with the reasoning that led to it, where the server wants it back."""
    if quirks.send_reasoning:
        for thought in thoughts:
            name = quirks.reasoning_name or thought.name
            if name and thought.text:
                row[name] = row.get(name, "") + str(thought.text)
            if thought.details:
                row["reasoning_details"] = row.get("reasoning_details", []) + _whole(thought)
    return row


def _whole(thought: Reasoning) -> list[Row]:
    """The details, each in one piece: a signature is refused when its text comes back in several.

    Pieces of one detail have the same type and index.
    """
    wholes: list[Row] = []
    pieces: dict[tuple[Any, int], dict[str, list[str]]] = {}
    places: dict[tuple[Any, int], Row] = {}
    for detail in thought.details:
        kind, index = detail.get("type"), detail.get("index")
        if not isinstance(kind, str) or type(index) is not int:
            wholes.append(detail)
            continue
        key = kind, index
        if key not in places:
            places[key] = {}
            pieces[key] = {}
            wholes.append(places[key])
        for name, value in detail.items():
            if name in ("text", "summary", "data") and isinstance(value, str):
                pieces[key].setdefault(name, []).append(value)
                value = ""
            if value is not None or name not in places[key]:
                places[key][name] = value
    for key, named in pieces.items():
        places[key].update({name: "".join(parts) for name, parts in named.items()})
    return wholes


CHAT = Endpoint(
    "chat",
    "Chat Completions",
    "/chat/completions",
    VERSION,
    body,
    reduce,
    PARAMETERS,
    turns="messages",
)
