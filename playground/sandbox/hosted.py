"""The tools of the Responses dialect that a server knows by itself: what comes of each.

Nothing is searched, drawn by a model or run here. What the answers say follows from the request.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import NamedTuple

from playground.sandbox.errors import invalid_value, missing
from playground.sandbox.fields import Fields, Json
from playground.sandbox.picture import LARGEST, SIDE, picture
from playground.sandbox.turn import Approval, Tool

REQUIRED: dict[str, tuple[str, ...]] = {
    "apply_patch": (),
    "code_interpreter": ("container",),
    "computer": (),
    "computer_use_preview": ("display_height", "display_width", "environment"),
    "file_search": ("vector_store_ids",),
    "image_generation": (),
    "local_shell": (),
    "mcp": ("server_label",),
    "shell": (),
    "web_search": (),
    "web_search_2025_08_26": (),
    "web_search_preview": (),
    "web_search_preview_2025_03_11": (),
}
"""The hosted tools, and what a request has to say of each."""

UNPLAYED = ("namespace", "programmatic_tool_calling", "tool_search")
"""Taken, and never called."""

_MCP_TOOL = {
    "name": "look_up",
    "description": "Looks something up (scripted by the sandbox).",
    "input_schema": {
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
        "additionalProperties": False,
    },
    "annotations": None,
}
_SIZE = re.compile(r"(\d{2,4})x(\d{2,4})")


class Use(NamedTuple):
    """What came of a tool."""

    items: list[tuple[Json, list[Json]]]
    """Each finished but for its ids, and the events that only it has."""
    says: str = ""
    """What the answer says of it; empty when the client has to act first."""
    cites: tuple[Json, ...] = ()


def read(row: Fields) -> Tool:
    """Raises ApiError."""
    kind = row.required_text("type")
    if kind not in REQUIRED:
        raise invalid_value(
            row.path("type"), kind, sorted(["function", "custom", *UNPLAYED, *REQUIRED])
        )
    for name in REQUIRED[kind]:
        row.require(name)
    name = kind
    if kind == "mcp":
        name = row.required_text("server_label")
        if not any(row.raw(place) for place in ("server_url", "connector_id", "tunnel_id")):
            raise missing(row.path("server_url"))
    return Tool("hosted", name, row.body)


def use(tool: Tool, text: str) -> Use:
    """Uses a hosted tool with what the message says to it. Raises ApiError."""
    kind = str(tool.parameters["type"])
    play = _PLAYS.get(kind) or _PLAYS["web_search"]
    return play(tool.parameters, " ".join(text.split()) or "nothing")


def approved(approval: Approval) -> Use:
    """What follows when the client allows a call, or does not."""
    request = Fields(approval.request)
    label, name = request.required_text("server_label"), request.required_text("name")
    if not approval.approve:
        return Use([], f"You declined `{name}` on `{label}`, so it was not called.")
    call = _mcp_call(label, name, request.text("arguments") or "{}")
    call["approval_request_id"] = request.required_text("id")
    return Use([(call, [])], f"You allowed `{name}` on `{label}`. It said: {call['output']}")


def _web_search(tool: Json, text: str) -> Use:
    pages = ["https://example.com/", "https://example.org/"]
    action = {
        "type": "search",
        "query": text,
        "queries": [text],
        "sources": [{"type": "url", "url": page} for page in pages],
    }
    says = (
        "The sandbox searches nothing; two pages that always exist stand in for results: "
        "Example Domain and Example Organisation."
    )
    cites = tuple(
        {"type": "url_citation", "on": name, "url": page, "title": name}
        for name, page in zip(("Example Domain", "Example Organisation"), pages, strict=True)
    )
    return Use([({"type": "web_search_call", "action": action}, [])], says, cites)


def _file_search(tool: Json, text: str) -> Use:
    result = {
        "file_id": "file-sandbox",
        "filename": "handbook.md",
        "score": 0.87,
        "attributes": {},
        "text": f"A page of the sandbox's only file. You looked for: {text}",
    }
    item = {"type": "file_search_call", "queries": [text], "results": [result]}
    says = "There is one file here, the handbook, and it says what you looked for."
    cite = {
        "type": "file_citation",
        "on": "the handbook",
        "file_id": "file-sandbox",
        "filename": "handbook.md",
    }
    return Use([(item, [])], says, (cite,))


def _code_interpreter(tool: Json, text: str) -> Use:
    count = len(text.split())
    item = {
        "type": "code_interpreter_call",
        "code": f"text = {text!r}\nprint(len(text.split()))\n",
        "container_id": tool["container"] if isinstance(tool["container"], str) else "cntr_sandbox",
        "outputs": [{"type": "logs", "logs": f"{count}\n"}],
    }
    return Use([(item, [])], f"Your message has {count} words, which the code above counts.")


def _image_generation(tool: Json, text: str) -> Use:
    found = _SIZE.fullmatch(str(tool.get("size") or ""))
    width, height = (min(LARGEST, int(side)) for side in found.groups()) if found else (1024, 1024)
    shown = {
        "background": "opaque",
        "output_format": "png",
        "quality": "low",
        "size": f"{width}x{height}",
    }
    item = {
        "type": "image_generation_call",
        "action": "generate",
        "revised_prompt": f"A mosaic about: {text}",
        "result": picture(text, width, height),
        **shown,
    }
    many = tool.get("partial_images")
    partial: list[Json] = [
        {
            "type": "response.image_generation_call.partial_image",
            "partial_image_index": index,
            "partial_image_b64": picture(text, width, height, side),
            **shown,
        }
        for index, side in enumerate((1, 2, 4)[: many if isinstance(many, int) else 0])
    ]
    says = f"Here is a mosaic of {SIDE} by {SIDE} fields, drawn from the words of your message."
    return Use([(item, partial)], says)


def _mcp(tool: Json, text: str) -> Use:
    label, name = str(tool["server_label"]), str(_MCP_TOOL["name"])
    listed = {"type": "mcp_list_tools", "server_label": label, "tools": [_MCP_TOOL]}
    arguments = json.dumps({"query": text}, ensure_ascii=False)
    if tool.get("require_approval", "always") != "never":
        wish = {
            "type": "mcp_approval_request",
            "server_label": label,
            "name": name,
            "arguments": arguments,
        }
        return Use([(listed, []), (wish, [])])
    call = _mcp_call(label, name, arguments)
    return Use([(listed, []), (call, [])], f"`{name}` on `{label}` said: {call['output']}")


def _mcp_call(label: str, name: str, arguments: str) -> Json:
    return {
        "type": "mcp_call",
        "server_label": label,
        "name": name,
        "arguments": arguments,
        "output": f"Nothing is known about {arguments}.",
        "error": None,
        "approval_request_id": None,
    }


def _computer(tool: Json, text: str) -> Use:
    item: Json = {"type": "computer_call", "pending_safety_checks": []}
    if tool["type"] == "computer":
        item["actions"] = [{"type": "screenshot"}]
    else:
        item["action"] = {"type": "screenshot"}
    return Use([(item, [])])


def _shell(tool: Json, text: str) -> Use:
    environment = tool.get("environment")
    contained = isinstance(environment, dict) and environment.get("type") != "local"
    action = {"commands": ["pwd", "ls -la"], "max_output_length": 4096, "timeout_ms": 10_000}
    item: Json = {"type": "shell_call", "action": action, "environment": {"type": "local"}}
    if not contained:
        return Use([(item, [])])
    item["environment"] = {"type": "container_reference", "container_id": "cntr_sandbox"}
    outputs = [
        {"stdout": stdout, "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}
        for stdout in ("/workspace\n", "total 0\n")
    ]
    output = {"type": "shell_call_output", "max_output_length": 4096, "output": outputs}
    return Use([(item, []), (output, [])], "The workspace is `/workspace`, and it is empty.")


def _apply_patch(tool: Json, text: str) -> Use:
    operation = {"type": "create_file", "path": "notes/message.md", "diff": f"+{text}\n"}
    return Use([({"type": "apply_patch_call", "operation": operation}, [])])


def _local_shell(tool: Json, text: str) -> Use:
    action = {"type": "exec", "command": ["ls", "-la"], "env": {}}
    return Use([({"type": "local_shell_call", "action": action}, [])])


_PLAYS: dict[str, Callable[[Json, str], Use]] = {
    "apply_patch": _apply_patch,
    "code_interpreter": _code_interpreter,
    "computer": _computer,
    "computer_use_preview": _computer,
    "file_search": _file_search,
    "image_generation": _image_generation,
    "local_shell": _local_shell,
    "mcp": _mcp,
    "shell": _shell,
    "web_search": _web_search,
}
