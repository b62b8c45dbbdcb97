"""Streams of the Responses API to read: what its events and items are called, and how they look."""

from __future__ import annotations

import json
from typing import Any

from playground.core.recording import Event, fact
from playground.core.snapshot import snapshot
from playground.core.transcript import Transcript, replay
from playground.endpoints.responses import reduce

Json = dict[str, Any]

EVENTS = (
    "error", "response.audio.delta", "response.audio.done", "response.audio.transcript.delta",
    "response.audio.transcript.done", "response.code_interpreter_call.completed",
    "response.code_interpreter_call.in_progress", "response.code_interpreter_call.interpreting",
    "response.code_interpreter_call_code.delta", "response.code_interpreter_call_code.done",
    "response.compaction.compacting", "response.completed", "response.content_part.added",
    "response.content_part.done", "response.created", "response.custom_tool_call_input.delta",
    "response.custom_tool_call_input.done", "response.failed",
    "response.file_search_call.completed", "response.file_search_call.in_progress",
    "response.file_search_call.searching", "response.function_call_arguments.delta",
    "response.function_call_arguments.done", "response.image_generation_call.completed",
    "response.image_generation_call.generating", "response.image_generation_call.in_progress",
    "response.image_generation_call.partial_image", "response.in_progress", "response.incomplete",
    "response.mcp_call.completed", "response.mcp_call.failed", "response.mcp_call.in_progress",
    "response.mcp_call_arguments.delta", "response.mcp_call_arguments.done",
    "response.mcp_list_tools.completed", "response.mcp_list_tools.failed",
    "response.mcp_list_tools.in_progress", "response.output_item.added",
    "response.output_item.done", "response.output_text.annotation.added",
    "response.output_text.delta", "response.output_text.done", "response.queued",
    "response.reasoning_summary_part.added", "response.reasoning_summary_part.done",
    "response.reasoning_summary_text.delta", "response.reasoning_summary_text.done",
    "response.reasoning_text.delta", "response.reasoning_text.done", "response.refusal.delta",
    "response.refusal.done", "response.shell_call_command.added",
    "response.shell_call_command.delta", "response.shell_call_command.done",
    "response.shell_call_output_content.delta", "response.shell_call_output_content.done",
    "response.web_search_call.completed", "response.web_search_call.in_progress",
    "response.web_search_call.searching",
)  # fmt: skip
"""All types of events there were at the end of 2026."""

ITEMS: dict[str, Json] = {
    "additional_tools": {"role": "developer", "tools": []},
    "apply_patch_call": {
        "call_id": "c", "operation": {"type": "update_file", "path": "a", "diff": "@@ -1 +1"},
        "status": "completed",
    },
    "apply_patch_call_output": {"call_id": "c", "status": "failed", "output": "no such file"},
    "code_interpreter_call": {
        "container_id": "cntr", "code": "print(1)", "outputs": None, "status": "completed",
    },
    "compaction": {"encrypted_content": "gAAA"},
    "computer_call": {
        "call_id": "c", "pending_safety_checks": [], "status": "completed",
        "actions": [{"type": "click", "x": 1, "y": 2, "button": "left"}],
    },
    "computer_call_output": {"call_id": "c", "status": "completed", "output": {"file_id": "f"}},
    "custom_tool_call": {"call_id": "c", "name": "sql", "input": "select 1"},
    "custom_tool_call_output": {"call_id": "c", "output": "1", "status": "completed"},
    "file_search_call": {"queries": ["q"], "results": None, "status": "completed"},
    "function_call": {"call_id": "c", "name": "f", "arguments": "{}", "status": "completed"},
    "function_call_output": {
        "call_id": "c", "output": [{"type": "input_text", "text": "4"}], "status": "completed",
    },
    "image_generation_call": {"result": "aW1n", "status": "completed"},
    "local_shell_call": {
        "call_id": "c", "action": {"type": "exec", "command": ["ls", "-l"], "env": {}},
        "status": "completed",
    },
    "local_shell_call_output": {"output": "total 0", "status": "completed"},
    "mcp_approval_request": {"arguments": "{}", "name": "f", "server_label": "s"},
    "mcp_approval_response": {"approval_request_id": "r", "approve": True},
    "mcp_call": {"arguments": "{}", "name": "f", "server_label": "s", "output": "1"},
    "mcp_list_tools": {"server_label": "s", "tools": []},
    "message": {
        "role": "assistant", "status": "completed",
        "content": [{"type": "output_text", "text": "Hi", "annotations": []}],
    },
    "program": {"call_id": "c", "code": "await f()", "fingerprint": "p"},
    "program_output": {"call_id": "c", "result": "done", "status": "completed"},
    "reasoning": {"summary": [{"type": "summary_text", "text": "Hm."}]},
    "shell_call": {
        "call_id": "c", "action": {"commands": ["ls", "pwd"]}, "status": "completed",
    },
    "shell_call_output": {
        "call_id": "c", "status": "completed",
        "output": [{"stdout": "a\n", "stderr": "b\n", "outcome": {"type": "exit", "exit_code": 0}}],
    },
    "tool_search_call": {"arguments": {"q": "x"}, "execution": "server", "status": "completed"},
    "tool_search_output": {"execution": "server", "tools": [], "status": "completed"},
    "web_search_call": {"action": {"type": "search", "query": "q"}, "status": "completed"},
}  # fmt: skip
"""All kinds of output items there were at the end of 2026, with what each has to have."""


def item(kind: str, item_id: str = "it_1", **more: Any) -> Json:
    return {"type": kind, "id": item_id, **ITEMS[kind], **more}


def event(name: str, **data: Any) -> Json:
    return {"type": f"response.{name}", **data}


def added(wire: Json, index: int = 0) -> Json:
    return event("output_item.added", output_index=index, item=wire)


def done(wire: Json, index: int = 0) -> Json:
    return event("output_item.done", output_index=index, item=wire)


def final(status: str = "completed", output: Any = None, **more: Any) -> Json:
    response = {"id": "resp_1", "status": status, "output": output, **more}
    return event(status, response=response)


def numbered(*rows: Json, start: int = 0) -> list[Json]:
    return [{**row, "sequence_number": number} for number, row in enumerate(rows, start)]


def blocks(rows: tuple[Json | bytes, ...], attempt: int = 0) -> list[Event]:
    """Events of a stream; bytes stand for themselves."""
    return [
        Event(
            number,
            "sse",
            row
            if isinstance(row, bytes)
            else f"event: {row.get('type', '')}\ndata: {json.dumps(row)}\n\n".encode(),
            attempt=attempt,
        )
        for number, row in enumerate(rows, 2)
    ]


def asked(*rows: Json | bytes, attempt: int = 0, end: str = "eof", **why: Any) -> list[Event]:
    """A request and what came of it, as a stream."""
    return [
        fact(0, "request", attempt=attempt),
        fact(1, "head", {"status": 200, "headers": []}, attempt=attempt),
        *blocks(rows, attempt),
        fact(98, end, why, attempt=attempt),
    ]


def polled(response: Json, attempt: int) -> list[Event]:
    """A request and what came of it, as a body."""
    return [
        fact(0, "request", attempt=attempt),
        fact(1, "head", {"status": 200, "headers": []}, attempt=attempt),
        Event(2, "body", json.dumps(response).encode(), attempt=attempt),
        fact(98, "eof", attempt=attempt),
    ]


def read(*rows: Json | bytes, end: str = "eof") -> Transcript:
    """The transcript of a run of one request."""
    return replay([*asked(*rows, end=end), fact(99, "ended")], reduce)


def shown(transcript: Transcript) -> dict[str, Any]:
    """All that it says; revisions also count how the events were handed over."""
    row = snapshot(transcript)
    row.pop("rev", None)
    row["items"] = [{**one, "rev": 0} for one in row.get("items", ())]
    return row
