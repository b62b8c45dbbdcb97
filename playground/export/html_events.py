"""The events of a run in columns, for the list of the replay and for what it says of one event."""

from __future__ import annotations

import re
from typing import Any

from playground.core.recording import BODY, REST, SSE, WIRE, Event, Recording, frame, payload, usual
from playground.core.transcript import Transcript
from playground.export.html_faces import shortened
from playground.export.html_states import differences

MOST = 48_000_000
"""Characters of raw events in one file: browsers have to open it."""
NAMED = 120
"""Characters of a type that are kept; a server may call its events anything."""
SAID = 160
"""Characters of what a row says of one of our own facts."""

_NAME = re.compile(rb"event: ([ -~]+)\n")
_CARRIED = ("tool_calls", "content", "reasoning_content", "reasoning", "refusal", "text")
_TONES = {"cut": "error", "timeout": "error", "failed": "error", "retry": "warn",
          "fallback": "warn", "stopped": "warn", "interrupted": "warn"}  # fmt: skip


def columns(recording: Recording, seen: Transcript, touched: list[int]) -> dict[str, Any]:
    """`t`: microseconds, each less the one before; `name`: places in `names`, which are [name,
    colour token, `` where the item says more]; `slot`; `size`: bytes; `raw`; and where there is
    something to say `chunks`, `tries` [leg, attempt], `words` and `flags`, by event."""
    names: dict[str, int] = {}
    tones: list[list[str]] = []
    name: list[int] = []
    raws: list[str] = []
    words: dict[int, str] = {}
    flags: dict[int, str] = {**seen.repaired, **seen.misread}
    tries: list[list[int]] = []
    left = MOST
    for number, event in enumerate(recording):
        called = name_of(event)
        if called not in names:
            names[called] = len(tones)
            tones.append([called, tone_of(event.kind, called)])
        name.append(names[called])
        text = _text(event, number, flags)
        if len(text) > left:
            text = f"{len(event.raw):,} bytes, left out: there are too many in this file"
        left -= len(text)
        raws.append(text)
        if event.kind not in WIRE and (said := says(event)):
            words[number] = said
        if not tries or tries[-1][1:] != [event.leg, event.attempt]:
            tries.append([number, event.leg, event.attempt])
    return {
        "names": tones,
        "name": name,
        "t": differences([t // 1000 for t in recording.times]),
        "slot": touched,
        "size": list(map(len, recording.raws)),
        "chunk": differences(list(recording.chunks)),
        "tries": tries,
        "words": words,
        "flags": flags,
        "raw": raws,
    }


def name_of(event: Event) -> str:
    """What an event is called: its type; of chunks, which have none, what they carry."""
    if event.kind not in (SSE, REST):
        return event.kind
    if (named := _NAME.match(event.raw)) is not None:
        return named[1].decode()[:NAMED]
    quick = usual(event.raw)
    if quick is None:
        name, _, text, _ = frame(event.raw)
        if name:
            return name[:NAMED]
        if text is None:
            return "comment"
        data, wrong = payload(text)
        if data is None:
            done = "[DONE]" if text.lstrip().startswith("[DONE]") else "comment"
            return "malformed" if wrong else done
    else:
        data = quick[1]
    return _typed(data)


def tone_of(kind: str, name: str) -> str:
    """The colour token of an event's mark; empty: that of the item which it changed."""
    if kind not in WIRE:
        return _TONES.get(kind, "ours")
    if name in ("error", "malformed") or name.endswith(".failed"):
        return "error"
    if name == "response.incomplete":
        return "warn"
    return "ok" if name in ("response.completed", "[DONE]", "chunk · finish") else ""


def says(event: Event) -> str:
    """One of our own facts in a few words."""
    said, _ = event.json()
    data: dict[str, Any] = said if isinstance(said, dict) else {}
    match event.kind:
        case "request":
            words = f"{data.get('method', '')} {data.get('url', '')}"
        case "head":
            words = f"{data.get('status', '')} {data.get('reason', '')}"
        case "connection":
            words = f"{data.get('host', '')} {data.get('http') or ''} {data.get('tls') or ''}"
        case "retry":
            words = f"in {data.get('after')} s: {data.get('why', '')}"
        case "cut" | "failed" | "timeout":
            problem = data.get("problem")
            words = str(problem.get("title", "")) if isinstance(problem, dict) else ""
        case "estimate":
            words = f"{data.get('input')} in, {data.get('output')} out, counted here"
        case "approval":
            words = f"{data.get('decision', '')} {data.get('reason', '')}"
        case "tool.asked":
            words = str(data.get("tool", ""))
        case "tool.started":
            words = str(data.get("mode", ""))
        case "tool.ended":
            words = str(data.get("state", ""))
        case "tool.result":
            words = str(data.get("output", ""))
        case "paused" | "resumed":
            words = str(data.get("place", "")).replace("_", " ")
        case "limited" | "routed" | "queued" | "reused" | "fallback":
            words = str(data.get("words", ""))
        case _:
            words = str(data.get("text", ""))
    return " ".join(words[: 4 * SAID].split())[:SAID]


def _typed(data: Any) -> str:
    if not isinstance(data, dict):
        return "unnamed"
    if isinstance(kind := data.get("type"), str) and kind:
        return kind[:NAMED]
    choices = data.get("choices")
    if not isinstance(choices, list):
        return "error" if data.get("error") else "unnamed"
    choice = choices[0] if choices and isinstance(choices[0], dict) else {}
    delta = choice.get("delta")
    delta = delta if isinstance(delta, dict) else choice
    for key in _CARRIED:
        if delta.get(key):
            return f"chunk · {key}"
    if choice.get("finish_reason"):
        return "chunk · finish"
    return f"chunk · {next((key for key in ('usage', 'role') if data.get(key)), 'empty')}"


def _text(event: Event, number: int, flags: dict[int, str]) -> str:
    """The bytes as text, without long base64."""
    try:
        text = event.raw.decode()
    except UnicodeDecodeError as error:
        text = event.raw.decode("utf-8", "replace")
        if event.kind != BODY:  # a body may be cut in the middle of a character
            flags.setdefault(number, f"It is not UTF-8: {error.reason} at byte {error.start}.")
    if event.masked:
        flags.setdefault(number, "A secret stood here and was overwritten.")
    return shortened(text)
