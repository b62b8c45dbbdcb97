"""What an event says that can be compared between two runs: not its ids, times and counters, and
not the text that it brings, which is compared as text.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from playground.core.recording import WIRE, Event, parse
from playground.core.usage import Usage

QUIET = "keep-alive"
NOISE = frozenset((QUIET, "ping", "keepalive"))
"""What may stand anywhere and means nothing."""

_OWN = frozenset(
    ("id", "item_id", "response_id", "call_id", "sequence_number", "created", "created_at",
     "completed_at", "obfuscation", "system_fingerprint", "item", "ms", "ready_ms", "facts",
     "after", "headers", "t", "number")
)  # fmt: skip
"""Fields that differ from run to run and say nothing."""
_TEXT = frozenset(
    ("delta", "text", "arguments", "code", "refusal", "part", "response", "choices", "logprobs",
     "type", "object", "output_index", "content_index", "summary_index", "annotation_index")
)  # fmt: skip
"""What is compared elsewhere, or stands in the name of the event."""
_IDS = frozenset(("id", "call_id", "tool_call_id", "encrypted_content"))
DEEPEST = 60
"""Levels of a request that are looked into."""


class Carried(NamedTuple):
    key: str
    told: str = ""
    tone: Literal["tool", "other"] = "other"


def carried(event: Event, heard: tuple[str, Any] | None, tool: Callable[[str], str]) -> Carried:
    """`heard`: the name and the data that the event had for the reducer, if it had any; `tool`:
    the name of the tool of a call, by its id."""
    if event.kind not in WIRE:
        return _fact(event, tool)
    if heard is None:
        return Carried("body" if event.kind == "body" else QUIET)
    name, data = heard
    if not isinstance(data, dict):
        return Carried(name or "unnamed")
    if data.get("delta") == "":
        return Carried(QUIET)
    if isinstance(choices := data.get("choices"), list):
        return _chunk(data, choices)
    if isinstance(item := data.get("item"), dict):
        about = " ".join(str(item[one]) for one in ("type", "name") if item.get(one))
        told = _json({"status": item.get("status")} if item.get("status") else {})
        tool_like = "call" in about or "mcp" in about
        return Carried(f"{name} {about}".strip(), told, "tool" if tool_like else "other")
    if isinstance(response := data.get("response"), dict):
        return Carried(name, _json(_response(response)))
    tone: Literal["tool", "other"] = "tool" if "_call" in name or "mcp" in name else "other"
    return Carried(name or "unnamed", _json(_plain(data)), tone)


def _response(response: dict[str, Any]) -> dict[str, Any]:
    error, why = response.get("error"), response.get("incomplete_details")
    rows = {
        "model": response.get("model"),
        "status": response.get("status"),
        "error": error.get("message") if isinstance(error, dict) else error,
        "reason": why.get("reason") if isinstance(why, dict) else None,
        "tokens": _tokens(response.get("usage")),
    }
    return {name: value for name, value in rows.items() if value is not None}


def _tokens(usage: Any) -> str | None:
    used = Usage.read(usage)
    return None if used is None else f"{used.input} in / {used.output} out"


def _chunk(data: dict[str, Any], choices: list[Any]) -> Carried:
    first = choices[0] if choices and isinstance(choices[0], dict) else {}
    if (reason := first.get("finish_reason")) is not None:
        return Carried("chunk · finish", str(reason))
    if (tokens := _tokens(data.get("usage"))) is not None:
        return Carried("chunk · usage", tokens)
    delta = first.get("delta")
    if isinstance(delta, dict) and any(delta.values()):
        names = sorted(name for name, value in delta.items() if value)
        return Carried(
            f"chunk · {', '.join(names)}", "", "tool" if "tool_calls" in names else "other"
        )
    return Carried(QUIET)


def _fact(event: Event, tool: Callable[[str], str]) -> Carried:
    found, _ = parse(event.raw.decode("utf-8", "replace"))
    data: dict[str, Any] = found if isinstance(found, dict) else {}
    match event.kind:
        case "request" | "reused":  # which differ in nothing that was asked
            return Carried("request", _request(data))
        case "head":
            return Carried("head", f"{data.get('status')} {data.get('reason') or ''}".strip())
        case "connection" | "drawn":  # how fast it was, which is no difference of what came
            return Carried(event.kind)
        case "cut" | "failed" | "timeout":
            problem = data.get("problem")
            return Carried(event.kind, str(problem.get("title", "")) if problem else "")
    name = tool(str(data.get("call_id", ""))) if "call_id" in data else ""
    return Carried(f"{event.kind} {name}".strip(), _json(_plain(data)))


def _request(data: dict[str, Any]) -> str:
    body, _ = parse(str(data.get("body") or ""))
    body = _without_ids(body) if isinstance(body, dict) else data.get("body")
    return _json({"to": [data.get("method"), data.get("url")], "body": body})


def _without_ids(value: Any, depth: int = DEEPEST) -> Any:
    """The ids of what was said before are others each time it is said."""
    match value:
        case dict() if depth:
            kept = {name: one for name, one in value.items() if name not in _IDS}
            return {name: _without_ids(one, depth - 1) for name, one in kept.items()}
        case list() if depth:
            return [_without_ids(one, depth - 1) for one in value]
        case _:
            return value


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in data.items() if name not in _OWN and name not in _TEXT
    } | ({"text": data["text"]} if "text" in data and "item_id" not in data else {})


def _json(value: Any) -> str:
    if not value:
        return ""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
