"""The Responses API: what to send, and how to read what comes.

Order of truth, from best to worst: the final response's output, `output_item.done`, the `*.done`
events, joined deltas. Nothing but `type` is required of a server: items are found by id, else by
output index, else as the last open one of their kind.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from playground.core.endpoint import Endpoint, Kept, Parameter, answered, finish
from playground.core.items import (
    Item,
    Message,
    Notice,
    Reasoning,
    Text,
    ToolCall,
    ToolOutput,
    Unknown,
)
from playground.core.problem import from_error
from playground.core.profile import Quirks
from playground.core.session import Call
from playground.core.transcript import Transcript
from playground.core.usage import Usage

VERSION = 1

EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
LEVELS = ("low", "medium", "high")

PARAMETERS = (
    Parameter(
        "temperature",
        "number",
        "Randomness of the choice of words. Reasoning models refuse it.",
        1.0,
        0,
        2,
    ),
    Parameter("top_p", "number", "Consider only the most likely words up to this sum.", 1.0, 0, 1),
    Parameter(
        "max_output_tokens", "integer", "Limit of the answer, reasoning included.", 2048, 1, None
    ),
    Parameter(
        "reasoning.effort", "choice", "How long a reasoning model may think.", "medium", None, None,
        EFFORTS,
    ),
    Parameter(
        "reasoning.summary", "choice", "Ask for a summary of the reasoning.", "auto", None, None,
        ("auto", "concise", "detailed"),
    ),
    Parameter(
        "text.verbosity", "choice", "How much the answer says.", "medium", None, None, LEVELS
    ),
    Parameter("store", "boolean", "Whether the server keeps the answer; it does unless off.", True),
    Parameter(
        "service_tier", "choice", "Which queue, at which price.", "auto", None, None,
        ("auto", "default", "flex", "priority"),
    ),
    Parameter("truncation", "choice", "What to do when the conversation is too long.", "auto",
              None, None, ("auto", "disabled")),
    Parameter("top_logprobs", "integer", "Alternatives reported for each token.", 5, 0, 20),
)  # fmt: skip


# What goes out.


def body(
    call: Call, history: Sequence[Item], quirks: Quirks, kept: Kept | None = None
) -> dict[str, Any]:
    made: dict[str, Any] = {"model": call.model, "input": _input(history)}
    if call.instructions:
        made["instructions"] = call.instructions
    if call.stream:
        made["stream"] = True
    return finish(made, call, quirks)


def _input(history: Sequence[Item]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for item in answered(history):
        if item.wire is not None:
            rows.append(item.wire)
            continue
        match item:
            case Message() if item.text:
                rows.append({"role": item.role, "content": str(item.text)})
            case ToolCall(type="custom"):
                rows.append(
                    {
                        "type": "custom_tool_call",
                        "call_id": item.call_id,
                        "name": item.name,
                        "input": str(item.arguments),
                    }
                )
            case ToolCall():
                rows.append(
                    {
                        "type": "function_call",
                        "call_id": item.call_id,
                        "name": item.name,
                        "arguments": str(item.arguments),
                    }
                )
            case ToolOutput():
                rows.append(
                    {
                        "type": "function_call_output",
                        "call_id": item.call_id,
                        "output": item.output,
                    }
                )
            case Message() | Reasoning() | Notice() | Unknown() | Item():
                pass  # nothing that another server's reasoning or an empty message could say here
    return rows


# What comes in.

Data = Mapping[str, Any]


def reduce(transcript: Transcript, kind: str, data: Any) -> None:
    if isinstance(data, list) and data:  # some gateways wrap errors in a list
        data = data[0]
    if kind == "[DONE]" or not isinstance(data, dict):
        return
    if kind == "body" or data.get("object") == "response":
        _body(transcript, data)
    elif data.get("error") or data.get("object") == "error":
        _fail(transcript, data)
    elif (handler := HANDLERS.get(kind) or HANDLERS.get(str(data.get("type")))) is not None:
        handler(transcript, data)


def _body(transcript: Transcript, data: Data) -> None:
    if data.get("object") == "error" or (data.get("error") and not data.get("output")):
        _fail(transcript, data)
    elif data.get("object") == "response" or isinstance(data.get("output"), list):
        _final(transcript, {"response": data})


def _started(transcript: Transcript, data: Data) -> None:
    _facts(transcript, data.get("response"))


def _facts(transcript: Transcript, response: Any) -> None:
    if not isinstance(response, dict):
        return
    for name, field in (("id", "response_id"), ("model", "model"), ("service_tier",) * 2):
        if isinstance(value := response.get(name), str) and value:
            setattr(transcript, field, value)
    if (usage := Usage.read(response.get("usage"))) is not None:
        transcript.usages[transcript.leg] = usage


def _make(transcript: Transcript, wire: Data, key: str) -> Item:
    kind = wire.get("type")
    name = wire.get("name")
    call_id = wire.get("call_id") or wire.get("id") or ""
    match kind:
        case "message":
            return Message(
                key=key, role=str(wire.get("role") or "assistant"), phase=wire.get("phase")
            )
        case "reasoning":
            return Reasoning(key=key)
        case "function_call" | "custom_tool_call":
            type_ = "function" if kind == "function_call" else "custom"
            return ToolCall(key=key, call_id=str(call_id), name=str(name or ""), type=type_)
        case _:
            return Unknown(key=key, type=str(kind))


def _key(transcript: Transcript, data: Data, item_id: Any) -> str:
    index = data.get("output_index")
    return f"{transcript.leg}:{index if isinstance(index, int) else item_id}"


def _locate(transcript: Transcript, data: Data, wanted: type[Item], item_id: Any = None) -> Item:
    """The item that an event speaks of; opened now when the server never announced it."""
    item_id = item_id or data.get("item_id")
    ids: dict[str, Item] = transcript.scratch.setdefault("ids", {})
    found = ids.get(item_id) if isinstance(item_id, str) else None
    if found is None and isinstance(data.get("output_index"), int):
        found = transcript.find(_key(transcript, data, None))
    if found is None and item_id is None and data.get("output_index") is None:
        open_ones = [
            item
            for item in transcript.items
            if item.leg == transcript.leg and item.t1 is None and isinstance(item, wanted)
        ]
        found = open_ones[-1] if open_ones else None
        if found is not None:
            transcript.repair("Events without item_id or output_index went to the last open item.")
    if found is not None and isinstance(found, wanted):
        return found
    key = _key(transcript, data, item_id or f"?{len(transcript.items)}")
    if found is not None or transcript.find(key) is not None:
        key += f"+{len(transcript.items)}"
    item = wanted(key=key)
    transcript.open(item)
    if isinstance(item_id, str):
        ids[item_id] = item
    transcript.repair("A delta came for an item that was never announced.")
    return item


def _added(transcript: Transcript, data: Data) -> None:
    wire = data.get("item")
    if not isinstance(wire, dict):
        return
    item_id = wire.get("id")
    key = _key(transcript, data, item_id or f"?{len(transcript.items)}")
    if transcript.find(key) is not None:
        key += f"+{len(transcript.items)}"
        transcript.repair("An output_index was used twice.")
    item = _make(transcript, wire, key)
    transcript.open(item)
    if isinstance(item_id, str) and item_id:
        transcript.scratch.setdefault("ids", {})[item_id] = item
    if isinstance(item, ToolCall):
        transcript.token("calling")
    elif isinstance(item, Reasoning):
        transcript.phase = "reasoning"


def _item_done(transcript: Transcript, data: Data) -> None:
    wire = data.get("item")
    if isinstance(wire, dict):
        _settle(transcript, wire, data)


def _settle(transcript: Transcript, wire: dict[str, Any], data: Data) -> None:
    """Believe a whole item over everything that was said of it before."""
    item_id = wire.get("id")
    ids = transcript.scratch.setdefault("ids", {})
    item = ids.get(item_id) if isinstance(item_id, str) else None
    if item is None and isinstance(data.get("output_index"), int):
        item = transcript.find(_key(transcript, data, None))
    fresh = _make(transcript, wire, item.key if item is not None else "")
    if item is None:
        item = fresh
        item.key = _key(transcript, data, item_id or f"?{len(transcript.items)}")
        if transcript.find(item.key) is not None:
            item.key += f"+{len(transcript.items)}"
        transcript.open(item)
        if isinstance(item_id, str):
            ids[item_id] = item
    elif type(item) is not type(fresh):
        transcript.repair("An item changed its kind while it came.")
        transcript.swap(item, fresh)
        item = fresh
        if isinstance(item_id, str):
            ids[item_id] = item
    item.wire = wire
    match item:
        case Message():
            _settle_message(item, wire)
        case Reasoning():
            if (text := _joined(wire.get("summary"), "summary_text")) is not None:
                item.summary.replace(text)
            if (text := _joined(wire.get("content"), "reasoning_text")) is not None:
                item.text.replace(text)
            item.encrypted = bool(wire.get("encrypted_content"))
        case ToolCall():
            item.name = str(wire.get("name") or item.name)
            item.call_id = str(wire.get("call_id") or item.call_id or item_id or item.key)
            given = wire.get("arguments", wire.get("input"))
            if isinstance(given, dict):
                given = json.dumps(given, ensure_ascii=False)
                transcript.repair("Tool arguments came as an object instead of text.")
            if isinstance(given, str) and given:
                item.arguments.replace(given)
            if item.state == "arriving" and wire.get("status") != "incomplete":
                item.state = "not run"
        case _:
            pass
    transcript.close(item)


def _settle_message(item: Message, wire: Data) -> None:
    item.phase = wire.get("phase") or item.phase
    content = wire.get("content")
    if isinstance(content, str):
        item.text.replace(content)
        return
    text = _joined(content, "output_text", "text")
    refusal = _joined(content, "refusal")
    if text is not None:
        item.text.replace(text)
    if refusal is not None:
        item.refusal.replace(refusal)
    if isinstance(content, list):
        marks = [
            mark
            for part in content
            if isinstance(part, dict)
            for mark in part.get("annotations") or ()
            if isinstance(mark, dict)
        ]
        item.annotations = marks or item.annotations


def _joined(parts: Any, *kinds: str) -> str | None:
    """The text of the parts of these kinds; None when there is no such part to believe."""
    if not isinstance(parts, list):
        return None
    rows = [
        str(part.get("text") or part.get("refusal") or "")
        for part in parts
        if isinstance(part, dict) and part.get("type") in kinds
    ]
    if not rows:
        return None
    return "\n\n".join(rows) if "summary_text" in kinds else "".join(rows)


def _delta(wanted: type[Item], field: str, phase: str) -> Callable[[Transcript, Data], None]:
    def handle(transcript: Transcript, data: Data) -> None:
        delta = data.get("delta")
        item = _locate(transcript, data, wanted)
        text: Text = getattr(item, field)
        if isinstance(delta, str) and delta:
            text.append(delta)
            transcript.token(phase)  # type: ignore[arg-type]
        transcript.touch(item)

    return handle


def _done(wanted: type[Item], field: str, source: str) -> Callable[[Transcript, Data], None]:
    def handle(transcript: Transcript, data: Data) -> None:
        whole = data.get(source)
        item = _locate(transcript, data, wanted)
        if isinstance(whole, str) and not data.get("content_index") and not _many(item, field):
            text: Text = getattr(item, field)
            text.replace(whole)
        transcript.touch(item)

    return handle


def _many(item: Item, field: str) -> bool:
    """Several parts were joined in this text; only the whole item can correct it."""
    return field == "summary" and "\n\n" in str(getattr(item, field))


def _summary_part(transcript: Transcript, data: Data) -> None:
    item = _locate(transcript, data, Reasoning)
    if isinstance(item, Reasoning) and item.summary:
        item.summary.append("\n\n")
        transcript.touch(item)


def _annotation(transcript: Transcript, data: Data) -> None:
    item = _locate(transcript, data, Message)
    if isinstance(item, Message) and isinstance(mark := data.get("annotation"), dict):
        item.annotations.append(mark)
        transcript.touch(item)


def _call_done(transcript: Transcript, data: Data) -> None:
    item = _locate(transcript, data, ToolCall)
    if isinstance(item, ToolCall):
        given = data.get("arguments", data.get("input"))
        if isinstance(given, str):
            item.arguments.replace(given)
        if isinstance(name := data.get("name"), str) and name:
            item.name = name
        item.state = "not run"
        transcript.touch(item)


def _final(transcript: Transcript, data: Data) -> None:
    response = data.get("response")
    if not isinstance(response, dict):
        response = {}
    _facts(transcript, response)
    output = response.get("output")
    if isinstance(output, list):
        for index, wire in enumerate(output):
            if isinstance(wire, dict):
                _settle(transcript, wire, {"output_index": index})
    status = response.get("status")
    kind = data.get("type")
    if status == "failed" or kind == "response.failed" or status == "cancelled":
        error = response.get("error") or {"message": f"The response was {status}.", "code": status}
        transcript.problem = from_error(error)
        transcript.terminal = "failed"
        transcript.finish_reason = transcript.problem.code
    elif status == "incomplete" or kind == "response.incomplete":
        details = response.get("incomplete_details")
        reason = details.get("reason") if isinstance(details, dict) else None
        transcript.terminal = "incomplete"
        transcript.finish_reason = str(reason) if reason else "incomplete"
    elif status in ("queued", "in_progress"):
        transcript.finish_reason = status
    else:
        transcript.terminal = "completed"
        transcript.finish_reason = "stop"


def _fail(transcript: Transcript, data: Data) -> None:
    transcript.problem = from_error(data)
    transcript.terminal = "failed"
    transcript.finish_reason = transcript.problem.code


HANDLERS: Mapping[str, Callable[[Transcript, Data], None]] = {
    "response.created": _started,
    "response.queued": _started,
    "response.in_progress": _started,
    "response.output_item.added": _added,
    "response.output_item.done": _item_done,
    "response.output_text.delta": _delta(Message, "text", "writing"),
    "response.output_text.done": _done(Message, "text", "text"),
    "response.output_text.annotation.added": _annotation,
    "response.refusal.delta": _delta(Message, "refusal", "writing"),
    "response.refusal.done": _done(Message, "refusal", "refusal"),
    "response.reasoning_summary_part.added": _summary_part,
    "response.reasoning_summary_text.delta": _delta(Reasoning, "summary", "reasoning"),
    "response.reasoning_summary_text.done": _done(Reasoning, "summary", "text"),
    "response.reasoning_text.delta": _delta(Reasoning, "text", "reasoning"),
    "response.reasoning_text.done": _done(Reasoning, "text", "text"),
    "response.function_call_arguments.delta": _delta(ToolCall, "arguments", "calling"),
    "response.function_call_arguments.done": _call_done,
    "response.custom_tool_call_input.delta": _delta(ToolCall, "arguments", "calling"),
    "response.custom_tool_call_input.done": _call_done,
    "response.completed": _final,
    "response.incomplete": _final,
    "response.failed": _final,
    "response.cancelled": _final,
    "error": _fail,
    "response.error": _fail,
}

RESPONSES = Endpoint("responses", "Responses", "/responses", VERSION, body, reduce, PARAMETERS)
