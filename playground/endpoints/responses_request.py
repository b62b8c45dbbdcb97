"""What goes to the Responses API: the body for a call at the end of a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playground.core.call import Call
from playground.core.endpoint import Kept, finish
from playground.core.items import (
    HostedCall,
    Item,
    Message,
    Reasoning,
    ToolCall,
    ToolOutput,
    Unknown,
)
from playground.core.profile import Quirks
from playground.endpoints.formats import with_format
from playground.endpoints.offering import with_tools
from playground.endpoints.responses_items import UNFINISHED, word

STATES = ("conversation", "previous_response_id")
"""Fields under which a server knows what came before; never both."""
ASKED = frozenset((
    "apply_patch_call", "computer_call", "local_shell_call", "shell_call", "tool_search_call",
))  # fmt: skip
"""Hosted calls whose output may be for the client to give. They name it by `call_id`."""


def body(
    call: Call, history: Sequence[Item], quirks: Quirks, kept: Kept | None = None
) -> dict[str, Any]:
    made: dict[str, Any] = {"model": call.model}
    after = 0
    if kept is not None and (kept.conversation or kept.response_id):
        after = kept.after
        if not any(name in call.fields for name in STATES):
            made.update(_continued(call, kept))
    made["input"] = _input(history, after)
    if call.instructions:
        made["instructions"] = call.instructions
    if call.stream:
        made["stream"] = True
    else:  # servers refuse options of a stream that there is not
        fields = {path: v for path, v in call.fields.items() if not path.startswith("stream_")}
        call = call.model_copy(update={"fields": fields})
    call = with_format(with_tools(call, flat=True), "text.format", flat=True)
    return finish(made, call, quirks)


def _continued(call: Call, kept: Kept) -> dict[str, str]:
    if kept.conversation and (call.state == "conversation" or not kept.response_id):
        return {"conversation": kept.conversation}
    return {"previous_response_id": kept.response_id}


def _input(history: Sequence[Item], after: int) -> list[dict[str, Any]]:
    """The items from `after` on; those before are only looked at."""
    custom = {
        item.call_id for item in history if isinstance(item, ToolCall) and item.type == "custom"
    }
    rows = (_row(item, custom) for item in accepted(history[after:]))
    return [row for row in rows if row is not None]


def accepted(items: Sequence[Item]) -> list[Item]:
    """Items that a server takes back: all that it wrote, but for what it would refuse.

    That is a call without its output, an item that never became whole, and reasoning without the
    item that it led to, as the server wrote it. Leave to make a call does not go with them either,
    when the server has not made it and the talk went on: it was given then, and not for later.
    """
    outputs, lapsed = _outputs(items), _lapsed(items)
    rows: list[Item] = []
    follows = False
    """Whether something of the model's comes right behind the item that is looked at."""
    for item in reversed(items):
        if isinstance(item, Reasoning):
            if follows:
                rows.append(item)
        elif _is_sent(item, outputs) and id(item) not in lapsed:
            rows.append(item)
            follows = _is_models(item)
    return rows[::-1]


def _lapsed(items: Sequence[Item]) -> set[int]:
    """Which (by `id`) gave leave to make a call that was not made before the user spoke again."""
    made: set[str] = set()
    found: set[int] = set()
    spoken = False
    for item in reversed(items):
        wire = item.wire or {}
        if isinstance(item, HostedCall) and item.type == "mcp_call":
            made.add(word(wire.get("approval_request_id")))
        elif isinstance(item, HostedCall) and item.type == "mcp_approval_response":
            if spoken and wire.get("approve") and item.call_id not in made:
                found.add(id(item))
        elif isinstance(item, Message):
            spoken = spoken or item.role == "user"
    return found


def waits(items: Sequence[Item]) -> bool:
    """Whether there is a call without the output that the client owes for it."""
    outputs = _outputs(items)
    return any(_asks(item) and _call_id(item) not in outputs for item in items)


def _is_sent(item: Item, outputs: set[str]) -> bool:
    if _asks(item) and _call_id(item) not in outputs:
        return False
    match item:
        case Message() | ToolCall():
            return item.choice == 0
        case ToolOutput():
            return True
        case HostedCall() | Unknown():
            return item.wire is not None and word(item.wire.get("status")) not in UNFINISHED
        case _:
            return False


def _asks(item: Item) -> bool:
    """Whether it is a call that the client has to answer; some searches are the server's."""
    if not isinstance(item, HostedCall | Unknown):
        return isinstance(item, ToolCall)
    wire = item.wire or {}
    return item.type in ASKED and "call_id" in wire and wire.get("execution") != "server"


def _outputs(items: Sequence[Item]) -> set[str]:
    """The ids of calls that were answered."""
    return {_call_id(item) for item in items if _is_output(item)} - {""}


def _is_output(item: Item) -> bool:
    return isinstance(item, ToolOutput) or (
        isinstance(item, HostedCall | Unknown) and item.type.endswith("_output")
    )


def _call_id(item: Item) -> str:
    if isinstance(item, ToolCall | ToolOutput):
        return item.call_id
    wire = item.wire or {}
    return word(wire.get("call_id")) or word(wire.get("id"))


def _is_models(item: Item) -> bool:
    """Whether the model wrote it, as far as reasoning that stands before it is concerned. What was
    cut off goes back as plain words, which no reasoning led to."""
    if isinstance(item, Message):
        return item.role == "assistant" and item.wire is not None
    return not _is_output(item) and item.wire is not None


def _row(item: Item, custom: set[str]) -> dict[str, Any] | None:
    """An item as input; None where there is nothing to say, as of another server's reasoning."""
    if item.wire is not None:
        return item.wire
    match item:
        case Message():
            return _message(item)
        case ToolCall(type="custom"):
            given = {"call_id": item.call_id, "name": item.name, "input": str(item.arguments)}
            return {"type": "custom_tool_call", **given}
        case ToolCall():
            arguments = str(item.arguments) or "{}"
            given = {"call_id": item.call_id, "name": item.name, "arguments": arguments}
            return {"type": "function_call", **given}
        case ToolOutput():
            kind = "custom_tool_call" if item.call_id in custom else "function_call"
            return {"type": f"{kind}_output", "call_id": item.call_id, "output": item.output}
        case _:
            return None


def _message(item: Message) -> dict[str, Any] | None:
    """A plain string wherever that says it all: every server takes it."""
    text = str(item.text)
    if item.role == "assistant":
        text = text or str(item.refusal) or word(item.audio.get("transcript"))
        phase = {"phase": item.phase} if item.phase else {}
        return {"role": item.role, "content": text, **phase} if text else None
    if item.parts:
        said = [{"type": "input_text", "text": text}] if text else []
        return {"role": item.role, "content": [*said, *item.parts]}
    return {"role": item.role, "content": text} if text else None
