"""What a row of the event list says about an event besides its numbers. Derived when it is painted,
from one event alone, in bounded time. No Qt.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from playground.core.recording import BODY, WIRE, Event
from playground.core.usage import Usage
from playground.ui.widgets.eventkinds import CHUNK, LONG, Tone

_STEPS = ("place", "tool", "decision", "scope", "reason", "mode", "state", "by")
"""What says most of a step of ours with a call, in this order."""
SHOWN = 240
"""Characters of a delta that a row can show."""


class Summary(NamedTuple):
    item: str = ""
    """Which part of the answer it is about: the server's id of the item or call; in a chunk, which
    names none, the kind of item."""
    delta: str = ""
    """What it changed, in few words; the text itself for deltas."""
    tone: Tone | None = None
    """What it is about where the type does not say: an added item may be a tool call."""


_ITEM_TONES: dict[str, Tone] = {"message": "text", "reasoning": "reasoning"}
_CARRIED = {
    "content": "message",
    "reasoning_content": "reasoning",
    "reasoning": "reasoning",
    "refusal": "message",
}
"""What a chunk may carry, and what kind of item it belongs to."""
_FIELDS = ("delta", "text", "arguments", "code", "input", "refusal", "command", "output")


def summary(event: Event, name: str) -> Summary:
    if event.kind == BODY:
        return Summary(delta=event.raw[: 4 * SHOWN].decode("utf-8", "replace")[:SHOWN].strip())
    if len(event.raw) > LONG:
        return Summary(delta=_usage_near_the_end(event.raw))
    data, _ = event.json()
    if not isinstance(data, dict):
        return Summary()
    if event.kind not in WIRE:
        return _fact(event, data)
    if name.startswith(CHUNK) or isinstance(data.get("choices"), list):
        return _chunk(data)
    return _typed(name, data)


def _typed(name: str, data: dict[str, Any]) -> Summary:
    """An event of Responses."""
    if isinstance(response := data.get("response"), dict):
        return _response(response)
    if isinstance(item := data.get("item"), dict):
        kind = _text(item.get("type"))
        tone = _ITEM_TONES.get(kind, "tool" if "call" in kind or "mcp" in kind else None)
        words = " ".join(filter(None, (kind, _text(item.get("name")))))
        return Summary(_text(item.get("id")), words, tone)
    if name == "error" or "error" in data:
        return Summary(delta=_error(data))
    delta = ""
    if not name.endswith(".done"):  # it only repeats what came in pieces
        delta = next((text for field in _FIELDS if (text := _text(data.get(field)))), "")
    if not delta and isinstance(part := data.get("part"), dict):
        delta = _text(part.get("type"))
    return Summary(_text(data.get("item_id")), delta[:SHOWN])


def _response(response: dict[str, Any]) -> Summary:
    words = (
        _error(response.get("error"))
        or _text(_dict(response.get("incomplete_details")).get("reason"))
        or _usage(response.get("usage"))
        or _text(response.get("model"))
    )
    return Summary(_text(response.get("id")), words[:SHOWN])


def _chunk(data: dict[str, Any]) -> Summary:
    """A chunk of Chat Completions, or of the Completions before them."""
    choice = _first(data.get("choices"))
    delta = _dict(choice.get("delta"))
    place = _text(choice.get("index"))
    item = ""
    call = _first(delta.get("tool_calls"))
    if call:
        function = _dict(call.get("function"))
        words = _text(function.get("arguments")) or _text(function.get("name"))
        item = _text(call.get("id")) or f"call {_text(call.get('index')) or 0}"
    else:
        words = next((text for field in _CARRIED if (text := _text(delta.get(field)))), "")
        carried = next((_CARRIED[field] for field in _CARRIED if _text(delta.get(field))), "")
        if not words and (words := _text(choice.get("text"))):
            carried = "message"
        choices = f"choice {place}" if place not in ("", "0") else ""
        item = " · ".join(filter(None, (carried, choices)))
    words = words or _text(choice.get("finish_reason"))
    words = words or _usage(data.get("usage")) or _text(delta.get("role"))
    return Summary(item, words[:SHOWN])


def _fact(event: Event, data: dict[str, Any]) -> Summary:
    """One of our own."""
    item = ""
    match event.kind:
        case "request":
            words = f"{_text(data.get('method'))} {_text(data.get('url'))}"
            item = f"try {event.attempt + 1}" if event.attempt else ""
        case "head":
            words = f"{_text(data.get('status'))} {_text(data.get('reason'))}".strip()
            kind = next((v for k, v in pairs(data) if k.lower() == "content-type"), "")
            words += f" · {kind}" if kind else ""
        case "cut" | "failed" | "timeout":
            words = _error(data.get("problem"))
        case "retry":
            words = f"in {_text(data.get('after'))} s · {_text(data.get('why'))}"
        case "estimate":
            words = f"{_text(data.get('input'))} / {_text(data.get('output'))} estimated"
        case "connection":
            words = _connection(data)
        case "drawn":
            words = _drawn(data)
        case "starting" | "notice" | "said" | "tool.progress":
            words = _text(data.get("text"))
        case "queued":
            words = _text(data.get("words"))
            wait = data.get("seconds")
            words += f" · {wait:g} s" if isinstance(wait, int | float) and wait > 0 else ""
        case "routed":
            words, item = _text(data.get("words")), _text(data.get("rule"))
        case "limited" | "reused" | "fallback":
            words = _text(data.get("words"))
        case "tool.result":
            words = _text(data.get("output"))
        case "tool.asked" | "approval" | "tool.started" | "tool.ended" | "paused" | "resumed":
            words = _step(data)
        case _:
            words = json.dumps(data, ensure_ascii=False) if data else ""
    return Summary(item, words[:SHOWN])


def _connection(data: dict[str, Any]) -> str:
    """`api.openai.com:443 · new · TLSv1.3`, as far as it is known."""
    where = ":".join(filter(None, (_text(data.get("host")), _text(data.get("port")))))
    reused = data.get("reused")
    state = "was open" if reused is True else "new" if reused is False else ""
    return " · ".join(filter(None, (where, state, _text(data.get("tls")))))


def _step(data: dict[str, Any]) -> str:
    """`approve · once · edited`, `done · 355 ms`."""
    told = [_text(data.get(name)) for name in _STEPS]
    told.append("edited" if data.get("edited") is True or "arguments" in data else "")
    told.append(_ms(data.get("ms")))
    return " · ".join(filter(None, told))


def _drawn(data: dict[str, Any]) -> str:
    """`166 frames · half within 24 ms`, of how long after its arrival something was seen."""
    frames, half = _text(data.get("frames")), _ms(data.get("p50_ms"))
    return " · ".join(filter(None, (frames and f"{frames} frames", half and f"half within {half}")))


def _ms(value: Any) -> str:
    if not isinstance(value, int | float) or abs(value) > 1e12:
        return ""
    return f"{value:.0f} ms"


def pairs(data: dict[str, Any]) -> list[tuple[str, str]]:
    """The headers of a `request` or `head` fact, in the order they had on the wire."""
    rows = data.get("headers")
    if not isinstance(rows, list):
        return []
    return [(str(row[0]), str(row[1])) for row in rows if isinstance(row, list) and len(row) == 2]


def _usage_near_the_end(raw: bytes) -> str:
    """The tokens of a very long event, read without parsing all of it."""
    at = raw.rfind(b'"usage"')
    if at < 0:
        return ""
    rest = raw[at : at + 4096].decode("utf-8", "replace")
    start = rest.find("{")
    if start < 0:
        return ""
    try:
        value, _ = json.JSONDecoder().raw_decode(rest, start)
    except (ValueError, RecursionError):
        return ""
    return _usage(value)


def _usage(value: Any) -> str:
    """`812 / 96`: tokens in and out."""
    usage = Usage.read(value)
    return "" if usage is None else f"{usage.input} / {usage.output}"


def _error(value: Any) -> str:
    if isinstance(value, str):
        return value[:SHOWN]
    if not isinstance(value, dict):
        return ""
    inner = value.get("error")
    if isinstance(inner, dict | str):
        return _error(inner)
    words = " ".join(_text(value.get(field)) for field in ("title", "message", "detail"))
    return (words.strip() or _text(value.get("code")))[:SHOWN]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _first(value: Any) -> dict[str, Any]:
    return _dict(value[0]) if isinstance(value, list) and value else {}


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value[: 4 * SHOWN]
    if isinstance(value, int | float):
        try:
            return f"{value:g}" if isinstance(value, float) else str(value)
        except ValueError:  # over 4,300 digits
            return ""
    return ""
