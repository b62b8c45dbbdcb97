"""Chat Completions: what to send, and how to read what comes, from OpenAI and from everybody else.

Choices are told apart by index. A tool call belongs to the call with its index, else with its id,
else to the last open one; a new id on a used index begins a new call. Reasoning is read under
either of its names, never both. The last valid usage wins, wherever it stands. The stream is over
when a choice has a finish_reason; `[DONE]` alone is no proof, gateways append it to cut streams.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from playground.core.endpoint import Endpoint, Kept, Parameter, answered, finish
from playground.core.items import Item, Message, Reasoning, ToolCall, ToolOutput
from playground.core.problem import from_error
from playground.core.profile import Quirks
from playground.core.session import Call
from playground.core.transcript import Transcript
from playground.core.usage import Usage

VERSION = 1

CUT_SHORT = frozenset(("length", "max_tokens", "content_filter", "insufficient_system_resource"))

PARAMETERS = (
    Parameter("temperature", "number", "Randomness of the choice of words.", 1.0, 0, 2),
    Parameter("top_p", "number", "Consider only the most likely words up to this sum.", 1.0, 0, 1),
    Parameter(
        "max_completion_tokens", "integer", "Limit of the answer, reasoning included.", 2048, 1
    ),
    Parameter("max_tokens", "integer", "The same for servers that know only the old name.", 2048,
              1),
    Parameter("reasoning_effort", "choice", "How long a reasoning model may think.", "medium",
              None, None, ("none", "minimal", "low", "medium", "high", "xhigh", "max")),
    Parameter("verbosity", "choice", "How much the answer says.", "medium", None, None,
              ("low", "medium", "high")),
    Parameter("frequency_penalty", "number", "Avoid words that were used often.", 0.0, -2, 2),
    Parameter("presence_penalty", "number", "Avoid words that were used at all.", 0.0, -2, 2),
    Parameter("seed", "integer", "Ask for the same answer again, where a server can.", 1),
    Parameter("stop", "json", "Strings that end the answer.", ["\n\n"]),
    Parameter("store", "boolean", "Whether the server keeps the answer; off unless on.", False),
    Parameter("service_tier", "choice", "Which queue, at which price.", "auto", None, None,
              ("auto", "default", "flex", "priority")),
)  # fmt: skip


# What goes out.


def body(
    call: Call, history: Sequence[Item], quirks: Quirks, kept: Kept | None = None
) -> dict[str, Any]:
    messages: list[dict[str, Any]] = []
    if call.instructions:
        messages.append({"role": quirks.system_role, "content": call.instructions})
    messages += _messages(history, quirks)
    made: dict[str, Any] = {"model": call.model, "messages": messages}
    if call.stream:
        made["stream"] = True
        if quirks.stream_usage:
            made["stream_options"] = {"include_usage": True}
    return finish(made, call, quirks)


def _messages(history: Sequence[Item], quirks: Quirks) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for item in answered(history):
        match item:
            case Message() if item.text:
                role = item.role
                if role in ("system", "developer"):
                    role = quirks.system_role
                rows.append({"role": role, "content": str(item.text)})
            case ToolCall():
                call = {
                    "id": item.call_id,
                    "type": "function",
                    "function": {"name": item.name, "arguments": str(item.arguments)},
                }
                if not rows or rows[-1]["role"] != "assistant":
                    rows.append({"role": "assistant", "content": None})
                rows[-1].setdefault("tool_calls", []).append(call)
            case ToolOutput():
                rows.append({"role": "tool", "tool_call_id": item.call_id, "content": item.output})
            case _:
                pass  # reasoning and notices are not part of a chat
    return rows


# What comes in.

Data = Mapping[str, Any]
T = TypeVar("T", bound=Item)


def reduce(transcript: Transcript, kind: str, data: Any) -> None:
    if isinstance(data, list) and data:  # Gemini's OpenAI layer wraps errors in a list
        data = data[0]
    if kind == "[DONE]" or not isinstance(data, dict):
        return
    if data.get("error") or kind == "error" or data.get("object") == "error":
        _fail(transcript, data)
        return
    for name, field in (("id", "response_id"), ("model", "model"), ("service_tier",) * 2):
        if isinstance(value := data.get(name), str) and value:
            setattr(transcript, field, value)
    groq = data.get("x_groq")
    for holder in (data, groq if isinstance(groq, dict) else {}):
        if (usage := Usage.read(holder.get("usage"))) is not None:
            transcript.usages[transcript.leg] = usage
    choices = data.get("choices")
    if not isinstance(choices, list):
        return
    for place, choice in enumerate(choices):
        if isinstance(choice, dict):
            _choice(transcript, choice, place)


def _choice(transcript: Transcript, choice: Data, place: int) -> None:
    index = choice.get("index")
    if type(index) is not int:  # True is an int to Python
        index = place
    delta = choice.get("delta")
    if not isinstance(delta, dict):
        delta = choice.get("message")
    if isinstance(delta, dict):
        _delta(transcript, delta, index)
    reason = choice.get("finish_reason")
    if isinstance(reason, str) and reason:
        _finish(transcript, reason, index)


def _delta(transcript: Transcript, delta: Data, index: int) -> None:
    thought = delta.get("reasoning_content") or delta.get("reasoning")
    if isinstance(thought, str) and thought:
        reasoning = _item(transcript, Reasoning, "reasoning", index)
        reasoning.text.append(thought)
        transcript.token("reasoning")
        transcript.touch(reasoning)
    content = _content(delta.get("content"))
    if content:
        message = _item(transcript, Message, "message", index)
        message.text.append(content)
        transcript.token("writing")
        transcript.touch(message)
    refusal = delta.get("refusal")
    if isinstance(refusal, str) and refusal:
        message = _item(transcript, Message, "message", index)
        message.refusal.append(refusal)
        transcript.token("writing")
        transcript.touch(message)
    marks = delta.get("annotations")
    if isinstance(marks, list):
        message = _item(transcript, Message, "message", index)
        message.annotations += [mark for mark in marks if isinstance(mark, dict)]
        transcript.touch(message)
    calls = delta.get("tool_calls")
    if isinstance(calls, list):
        for part in calls:
            if isinstance(part, dict):
                _call(transcript, part, index)
    if isinstance(old := delta.get("function_call"), dict):
        _call(transcript, {"index": 0, "function": old}, index)


def _content(content: Any) -> str:
    """Text of a delta: a string, or a list of parts of which only text is readable here."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(
            part["text"]
            for part in content
            if isinstance(part, dict) and isinstance(part.get("text"), str)
        )
    return ""


def _item(transcript: Transcript, kind: type[T], name: str, index: int) -> T:
    key = f"{transcript.leg}:{index}:{name}"
    item = transcript.find(key)
    if isinstance(item, kind):
        return item
    if name == "message" and (thought := transcript.find(f"{transcript.leg}:{index}:reasoning")):
        transcript.close(thought)
    item = kind(key=key)
    transcript.open(item)
    return item


def _call(transcript: Transcript, part: Data, choice: int) -> None:
    function = part.get("function")
    function = function if isinstance(function, dict) else part.get("custom")
    function = function if isinstance(function, dict) else {}
    calls: list[ToolCall] = transcript.scratch.setdefault(f"calls:{choice}", [])
    by_index: dict[int, ToolCall] = transcript.scratch.setdefault(f"index:{choice}", {})
    call_id, index = part.get("id"), part.get("index")
    name = function.get("name")
    call: ToolCall | None = None
    if isinstance(index, int):
        call = by_index.get(index)
        if call is not None and call_id and call.call_id not in ("", call_id) and name:
            transcript.repair("Two tool calls had the same index; a new id began a new call.")
            call = None
    elif call_id:
        call = next((one for one in calls if one.call_id == call_id), None)
        transcript.repair("Tool calls came without an index; they were told apart by id.")
    elif calls and not (name and calls[-1].name and calls[-1].arguments):
        call = calls[-1]
        transcript.repair("A piece of a tool call had no index and no id; the last call took it.")
    if call is None:
        call = ToolCall(
            key=f"{transcript.leg}:{choice}:call:{len(calls)}",
            type="custom" if part.get("type") == "custom" else "function",
        )
        transcript.open(call)
        calls.append(call)
        if isinstance(index, int):
            by_index[index] = call
    if isinstance(call_id, str) and call_id:
        call.call_id = call_id
    if isinstance(name, str) and name and not call.name:
        call.name = name
    given = function.get("arguments", function.get("input"))
    if isinstance(given, dict):
        call.arguments.replace(json.dumps(given, ensure_ascii=False))
        transcript.repair("Tool arguments came as an object instead of text.")
    elif isinstance(given, str) and given:
        call.arguments.append(given)
    transcript.token("calling")
    transcript.touch(call)


def _finish(transcript: Transcript, reason: str, index: int) -> None:
    transcript.finish_reason = reason
    for number, call in enumerate(transcript.scratch.get(f"calls:{index}", ())):
        if not call.call_id:
            call.call_id = f"call_{transcript.leg}_{number}"
            transcript.repair("A tool call came without an id; one was made up.")
        if call.state == "arriving" and reason not in CUT_SHORT and reason != "error":
            call.state = "not run"
        transcript.close(call)
    for name in ("reasoning", "message"):
        if (item := transcript.find(f"{transcript.leg}:{index}:{name}")) is not None:
            transcript.close(item)
    if reason == "error":
        _fail(transcript, {"message": "The server ended the answer with finish_reason error."})
    elif transcript.terminal != "incomplete":
        transcript.terminal = "incomplete" if reason in CUT_SHORT else "completed"


def _fail(transcript: Transcript, data: Data) -> None:
    transcript.problem = from_error(data)
    transcript.terminal = "failed"
    transcript.finish_reason = transcript.problem.code


CHAT = Endpoint("chat", "Chat Completions", "/chat/completions", VERSION, body, reduce, PARAMETERS)
