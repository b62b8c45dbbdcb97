"""What the replay shows of an item beside the text that grows in it: a few words, no markup.

A face is a dict of JSON values: `kind`, `name`, `badge` [words, colour token], `time`, `notes`
[sentence], `boxes` [[label, text, `json` | `text`]]. What says nothing is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from playground.core.items import (
    HostedCall,
    Item,
    Message,
    Notice,
    Reasoning,
    ToolCall,
    ToolOutput,
    Unknown,
)
from playground.core.parts import describe, size_of

Face = dict[str, Any]
Known = Message | Reasoning | ToolCall | ToolOutput | HostedCall | Notice | Unknown

LONG = 1_024
"""Characters from which on a stretch of base64 is only counted."""
LINKS = 50
"""Sources of one message that are named."""

# Only where a stretch begins: else each of its characters would be tried as a beginning.
_ONE = "[A-Za-z0-9+/_-]"
_BASE64 = re.compile(f"(?<!{_ONE})({_ONE}{{16}}){_ONE}{{{LONG},}}={{0,2}}")
_BADGES = {
    "arriving": ("arriving", "muted"),
    "not run": ("not run", "muted"),
    "asked": ("waiting for approval", "warn"),
    "running": ("running", "accent"),
    "done": ("done", "ok"),
    "failed": ("failed", "error"),
    "denied": ("denied", "warn"),
}


@dataclass(slots=True)
class Names:
    """What calls are called by people."""

    titles: Mapping[str, str]
    """Of the tools that were offered, by the names that a model knows."""
    calls: dict[str, str] = field(default_factory=dict)
    """By the id of the call: the last one of each."""

    def call(self, item: ToolCall) -> str:
        return item.tool or self.titles.get(item.name, item.name) or "a tool"


def face(item: Item, names: Names, decision: str = "") -> Face:
    """`decision`: what somebody here said to a call."""
    assert isinstance(item, Known)
    match item:
        case Message():
            shown = _message(item)
        case Reasoning():
            shown = _reasoning(item)
        case ToolCall():
            shown = _call(item, names, decision)
        case ToolOutput():
            said = "Result" if item.ok else "The model was told"
            if name := names.calls.get(item.call_id):
                said = f"Result of {name}" if item.ok else f"The model was told of {name}"
            boxes = [["", shortened(item.output), "json"]]
            shown = {"kind": "output", "name": said, "boxes": boxes}
            if item.ms is not None:
                shown["time"] = seconds(item.ms / 1e3)
        case HostedCall():
            shown = _hosted(item, decision)
        case Notice():
            shown = {"kind": "notice", "name": "", "notes": [item.text]}
        case Unknown():
            boxes = [["Item", fields(item.wire), "json"]]
            shown = {"kind": "unknown", "name": item.type or "unknown", "boxes": boxes}
        case _:
            assert_never(item)
    return {name: value for name, value in shown.items() if value or name in ("kind", "name")}


def shortened(text: str) -> str:
    """The text without long base64, of which the length is said."""
    if len(text) < LONG:
        return text
    return _BASE64.sub(lambda it: f"{it[1]}… ({len(it[0]):,} characters left out)", text)


def seconds(value: float) -> str:
    """412 ms, 3.1 s, 2 min 5 s."""
    if value < 0.9995:
        return f"{value * 1e3:.0f} ms"
    if value < 59.95:
        return f"{value:.1f} s"
    minutes, left = divmod(round(value), 60)
    return f"{minutes} min {left} s"


def fields(wire: Mapping[str, Any] | None) -> str:
    """What a server wrote of an item, as JSON."""
    try:
        return shortened(json.dumps(wire, ensure_ascii=False, indent=2))
    except (RecursionError, ValueError):
        return "It is nested too deeply to be shown."


def _message(item: Message) -> Face:
    name = item.role.capitalize()
    if item.choice:
        name += f" · choice {item.choice + 1}"
    if item.phase == "commentary":
        name += " · commentary"
    spoken = item.audio.get("transcript")
    heard = isinstance(spoken, str) and spoken and not item.text
    return {
        "kind": "user" if item.role != "assistant" else "message",
        "name": name,
        "notes": [*map(_attached, item.parts), *_sources(item.annotations)],
        "boxes": [["Spoken", spoken, "text"]] if heard else [],
    }


def _attached(part: dict[str, Any]) -> str:
    told, size = describe(part, decode=False), size_of(part)
    measured = f", {size:,} bytes" if size is not None else ""
    where = f" {told.url}" if told.url and told.url != told.name else ""
    return shortened(f"{told.kind.capitalize()}: {told.name}{where}{measured}")


def _sources(annotations: list[dict[str, Any]]) -> list[str]:
    """What an answer names as its sources, as plain text: nothing here can be followed."""
    found: dict[str, None] = {}
    for mark in annotations[:LINKS]:
        inner = mark.get(str(mark.get("type")))  # a chat has the fields one level deeper
        told = inner if isinstance(inner, dict) else mark
        title, url = told.get("title") or told.get("filename"), told.get("url")
        if words := " ".join(one for one in (title, url) if isinstance(one, str) and one):
            found[f"Source: {words}"] = None
    more = len(annotations) - LINKS
    return [*found, *([f"and {more:,} more"] if more > 0 else [])]


def _reasoning(item: Reasoning) -> Face:
    silent = item.encrypted and not (item.text or item.summary)
    return {
        "kind": "reasoning",
        "name": "Reasoning",
        "time": "" if item.t1 is None else seconds((item.t1 - item.t0) / 1e9),
        "notes": ["The server keeps it to itself, encrypted."] if silent else [],
    }


def _call(item: ToolCall, names: Names, decision: str) -> Face:
    words, token = _BADGES[item.state]
    if item.mode and item.mode != "real" and item.state in ("done", "failed"):
        words += f" · {item.mode}"
    notes = [decision] if decision else []
    if item.cut:
        notes.append("It did not arrive whole and was not run.")
    notes += item.notes
    if item.state == "running" and item.progress:
        notes.append(item.progress)
    ran = item.started_at is not None and item.ended_at is not None
    edited = "" if item.approved is None else shortened(item.approved)
    return {
        "kind": "call",
        "name": names.call(item),
        "badge": [words, token],
        "time": seconds(((item.ended_at or 0) - (item.started_at or 0)) / 1e9) if ran else "",
        "notes": list(map(shortened, notes)),
        "boxes": [["Run with other arguments than the model's", edited, "json"]] if edited else [],
    }


def _hosted(item: HostedCall, decision: str) -> Face:
    words, token = item.status.replace("_", " "), "muted"
    if item.state:
        words, token = _BADGES[item.state]
    elif item.status in ("completed", "failed"):
        token = "ok" if item.status == "completed" else "error"
    return {
        "kind": "hosted",
        "name": item.type.replace("_", " ") or "hosted call",
        "badge": [words, token] if words else [],
        "notes": [decision] if decision else [],
        "boxes": [["Item", fields(item.wire), "json"]] if item.wire else [],
    }
