"""The body of a request, as somebody else wrote it, as a call and a conversation of ours.

What our own requests have a place for goes there; everything else is kept as an extra field, so
that what is sent in the end says the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from playground.core.call import Call
from playground.core.items import Item, Message, Text, ToolCall
from playground.core.keyless import without_leave
from playground.core.output import Output
from playground.core.profile import Api, is_secret
from playground.core.tools import Tool
from playground.endpoints import BY_ID
from playground.endpoints.responses_items import fill, make, word
from playground.engine import foreign_chat

FIRST = ("developer", "system")
"""Roles of what stands before a conversation."""
ITEMS = frozenset(("function_call", "function_call_output", "reasoning", "item_reference",
                   "custom_tool_call", "custom_tool_call_output", "message"))  # fmt: skip
PARTS = frozenset(("input_text", "output_text", "input_image", "input_file"))

Body = dict[str, Any]


@dataclass(slots=True)
class Asked:
    """A request that was read, whole but for the server."""

    call: Call
    said: list[Item] = field(default_factory=list)
    title: str = ""
    api: Api | None = None
    """In which dialect it was written; None: both could say it."""
    server: str = ""
    """The base URL that it was for; empty: nobody says."""
    notices: list[str] = field(default_factory=list)
    """What was not taken over, in sentences."""


def api_of(body: Mapping[str, Any]) -> Api | None:
    """The dialect of a body; None: it is that of no request."""
    if isinstance(body.get("messages"), list):
        return "chat"
    if isinstance(body.get("input"), str | list) and not isinstance(body.get("output"), list):
        return "responses"
    hosted = isinstance(prompt := body.get("prompt"), dict) and "id" in prompt
    if hosted or (isinstance(body.get("instructions"), str) and "model" in body):
        return "responses"
    return "completions" if isinstance(body.get("prompt"), str) and "model" in body else None


def is_conversation(rows: Any) -> bool:
    """Whether a list may be the messages, or the items, of a conversation."""
    if not isinstance(rows, list) or not rows:
        return False
    objects = [row for row in rows if isinstance(row, dict)]
    told = (isinstance(row.get("role"), str) or word(row.get("type")) in ITEMS for row in objects)
    return len(objects) == len(rows) and all(told)


def conversation(rows: Sequence[Any]) -> Asked:
    """A conversation without a request around it. Raises ValueError."""
    said = _input(rows) if _is_responses(rows) else foreign_chat.items(rows)
    asked = Asked(Call(), said)
    _begin(asked)
    return asked


def request(body: Body, api: Api | None = None) -> Asked:
    """A whole request. Raises ValueError with a sentence for what is none."""
    api = api or api_of(body)
    if api is None:
        raise ValueError("It has neither messages nor an input: it asks nothing.")
    rest = dict(body)
    asked = Asked(Call(api=api), api=api)
    asked.call.model = word(rest.pop("model", "")) or ""
    asked.call.stream = rest.pop("stream", False) is True
    match api:
        case "chat":
            asked.said = foreign_chat.items(_list(rest.pop("messages", []), "messages"))
            asked.call.output = _format(rest, "response_format")
        case "responses":
            asked.call.instructions = _word(rest, "instructions")
            said = rest.pop("input", [])
            text = isinstance(said, str)
            asked.said = [_message("user", said)] if text else _input(_list(said, "input"))
            asked.call.output = _text_format(rest)
        case "completions":
            asked.said = [_message("user", _word(rest, "prompt"))]
    asked.call.tools = _tools(rest, asked.notices)
    if not asked.call.instructions:
        _begin(asked)
    _fields(rest, asked.call, asked.notices)
    return asked


def _begin(asked: Asked) -> None:
    """Make what stands before the conversation the developer message."""
    texts: list[str] = []
    while asked.said and isinstance(first := asked.said[0], Message) and first.role in FIRST:
        if first.parts:
            break
        texts.append(str(first.text))
        del asked.said[0]
    asked.call.instructions = "\n\n".join(texts)


def _is_responses(rows: Sequence[Any]) -> bool:
    """Whether something in a conversation is as only a response has it."""
    for row in rows:
        content = row.get("content")
        parts = content if isinstance(content, list) else []
        kinds = {word(part.get("type")) for part in parts if isinstance(part, dict)}
        if word(row.get("type")) in ITEMS or kinds & PARTS:
            return True
    return False


def _input(rows: Sequence[Any]) -> list[Item]:
    found: list[Item] = []
    objects = [row for row in rows if isinstance(row, dict)]
    outputs = {word(row.get("call_id")) for row in objects if "output" in row}
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            raise ValueError(f"Item {number + 1} of the input is no object.")
        kind = word(row.get("type")) or "message"
        if kind == "message" and row.get("role") != "assistant":
            if not word(row.get("role")):
                raise ValueError(f"Item {number + 1} of the input has neither a type nor a role.")
            text, parts = foreign_chat.content(row.get("content"))
            found.append(Message(role=word(row["role"]), text=Text(text), parts=parts))
            continue
        item = make(kind, row, "")
        fill(item, {"type": kind, **row}, whole=True)
        if isinstance(item, ToolCall) and item.call_id in outputs:
            item.state = "done"
        if kind == "message" and isinstance(row.get("content"), str):
            item.wire = None  # a shorthand: ours is the same
        found.append(item)
    return found


def _tools(rest: Body, notices: list[str]) -> list[Tool]:
    rows = rest.get("tools")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return []
    del rest["tools"]
    return [_tool(row, notices) for row in rows]


def _tool(row: Body, notices: list[str]) -> Tool:
    kind = word(row.get("type"))
    told = row.get(kind) if isinstance(row.get(kind), dict) else row
    assert isinstance(told, dict)
    name, about = word(told.get("name")), word(told.get("description"))
    strict = told.get("strict")
    if kind == "function" and name:
        parameters = told.get("parameters")
        flag = strict if isinstance(strict, bool) else None
        return Tool(name=name, description=about, parameters=parameters, strict=flag)
    if kind == "custom" and name:
        form = told.get("format")
        form = form if isinstance(form, dict) else {}
        if isinstance(grammar := form.get("grammar"), dict):
            form = {"type": "grammar", **grammar}
        return Tool(name=name, kind="custom", description=about, format=form)
    kept = without_leave(row)
    label = word(row.get("server_label")) or kind or "tool"
    if kept.names:
        notices.append(f"Of the tool {label} was left out: {', '.join(kept.names)}.")
    return Tool(name=label, kind="hosted", hosted=kept.value)


def _format(rest: Body, name: str) -> Output:
    """The form of the answer of a chat; what is not understood of it stays among the fields."""
    match rest.get(name):
        case {"type": "json_schema", "json_schema": dict(told)} if "schema" in told:
            del rest[name]
            return _output(told)
        case form:
            return _plain(rest, name, form)


def _text_format(rest: Body) -> Output:
    """The same of a response, where it is `text.format`."""
    text = rest.get("text")
    if not isinstance(text, dict):
        return Output()
    rest["text"] = inner = dict(text)
    match inner.get("format"):
        case {"type": "json_schema", "schema": _}:
            made = _output(inner.pop("format"))
        case form:
            made = _plain(inner, "format", form)
    if not inner:
        del rest["text"]
    return made


def _plain(rest: Body, name: str, form: Any) -> Output:
    if form == {"type": "text"}:
        del rest[name]
    elif form == {"type": "json_object"}:
        del rest[name]
        return Output(mode="json_object")
    return Output()


def _output(told: Mapping[str, Any]) -> Output:
    return Output(
        mode="json_schema",
        strict=told.get("strict") is True,
        name=word(told.get("name")) or "answer",
        description=word(told.get("description")),
        json_schema=told["schema"],
    )


def _fields(rest: Body, call: Call, notices: list[str]) -> None:
    """Put what is left where our own requests would have it."""
    known = {one.path for one in BY_ID[call.api].parameters}
    heads = {path.partition(".")[0] for path in known if "." in path}
    options = rest.get("stream_options")
    if call.api != "responses" and isinstance(options, dict) and options.get("include_usage"):
        # Our own requests ask for that anyhow.
        rest["stream_options"] = {n: one for n, one in options.items() if n != "include_usage"}
        if not rest["stream_options"]:
            del rest["stream_options"]
    for name, value in rest.items():
        inner = value if name in heads and isinstance(value, dict) else {}
        paths = {f"{name}.{below}": one for below, one in inner.items()}
        if paths and set(paths) <= known:
            call.fields |= paths
        elif name in known or name == "prompt_cache_key":
            call.fields[name] = value
        elif is_secret(name):
            notices.append(f"“{name}” was left out: no key is kept.")
        else:
            call.extra[name] = value


def _message(role: str, text: str) -> Message:
    return Message(role=role, text=Text(text))


def _word(rest: Body, name: str) -> str:
    """A text that is taken out; anything else stays."""
    return word(rest.pop(name)) if isinstance(rest.get(name), str) else ""


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError(f"“{name}” is no list.")
    return value
