"""Markdown: a conversation to read, with who said what, the reasoning, the tools and the price."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
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
from playground.core.parts import describe
from playground.core.session import Run
from playground.export.base import Exported, Exporter

Known = Message | Reasoning | ToolCall | ToolOutput | HostedCall | Notice | Unknown

LONGEST = 2000
"""Characters of one string among a server's own fields; pictures have millions."""


def write(exported: Exported) -> str:
    run = exported.run
    parts: list[str] = []
    if run.call.instructions:
        parts.append(f"## Developer\n\n{run.call.instructions.strip()}")
    parts += [_item(item) for item in (*exported.history, *run.items)]
    if (problem := run.transcript.problem) is not None:
        parts.append(f"> **{_line(problem.title)}** {_line(problem.detail)}".rstrip())
    if not run.silent:
        parts.append(f"---\n\n{_chips(run, exported.profile.name)}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _item(item: Item) -> str:
    assert isinstance(item, Known)
    match item:
        case Message():
            return _message(item)
        case Reasoning():
            thought = str(item.text or item.summary).strip()
            if not thought and not item.encrypted:
                return ""
            return _quote(f"**Reasoning**\n\n{thought or 'Kept by the server.'}")
        case ToolCall():
            return (
                f"### Tool call {_code(item.name)} ({item.state})\n\n"
                f"{_fence(_pretty(str(item.arguments)))}"
            )
        case ToolOutput():
            return f"### Tool output{'' if item.ok else ' (failed)'}\n\n{_fence(item.output)}"
        case Notice():
            return f"*{_line(item.text)}*"
        case HostedCall():
            status = f" ({_line(item.status)})" if item.status else ""
            said = _fence(str(item.code)) if item.code else _fields(item.wire)
            return f"### {_code(item.type)}{status}\n\n{said}"
        case Unknown():
            return f"### {_code(item.type)}\n\n{_fields(item.wire)}"
        case _:
            assert_never(item)


def _message(item: Message) -> str:
    spoken = item.audio.get("transcript")
    said = [str(item.text).strip() or (spoken.strip() if isinstance(spoken, str) else "")]
    if item.refusal:
        said.append(f"**Refused:** {str(item.refusal).strip()}")
    said.append("\n".join(map(_attached, item.parts)))
    links = dict.fromkeys(filter(None, map(_link, item.annotations)))
    said.append("\n".join(links))
    return "\n\n".join([f"## {item.role.capitalize()}", *filter(None, said)])


def _attached(part: dict[str, Any]) -> str:
    """What went with a message, by its name; where it lies, if that is elsewhere."""
    told = describe(part)
    where = f" {_code(told.url)}" if told.url and told.url != told.name else ""
    size = f", {len(told.data)} bytes" if told.data is not None else ""
    return f"- *{told.kind}{size}:* {_code(told.name)}{where}"


def _link(mark: Mapping[str, Any]) -> str:
    """A source on the web that an answer names."""
    inner = mark.get(str(mark.get("type")))  # a chat has the fields one level deeper
    fields = inner if isinstance(inner, dict) else mark
    url, title = fields.get("url"), fields.get("title")
    if not isinstance(url, str) or not re.fullmatch(r"https?://[^\s<>]+", url):
        return ""
    return f"- {_line(title)}: <{url}>" if isinstance(title, str) and title else f"- <{url}>"


def _fields(wire: dict[str, Any] | None) -> str:
    return _fence(json.dumps(_shortened(wire), ensure_ascii=False, indent=2), "json")


def _shortened(value: Any) -> Any:
    match value:
        case dict():
            return {name: _shortened(one) for name, one in value.items()}
        case list():
            return [_shortened(one) for one in value]
        case str() if len(value) > LONGEST:
            return f"{value[:80]}… ({len(value)} characters)"
        case _:
            return value


def _chips(run: Run, profile: str) -> str:
    """Model, server, tokens, cost, time and outcome on one line. Numbers are the C locale's."""
    seen = run.transcript
    chips = [_code(seen.model or run.call.model), _line(profile)]
    if (usage := seen.usage) is not None:
        about = "≈ " if usage.basis == "estimated" else ""
        cached = f" ({usage.cached} cached)" if usage.cached else ""
        reasoning = f" ({usage.reasoning} reasoning)" if usage.reasoning else ""
        chips.append(f"{about}{usage.input}{cached} in / {usage.output}{reasoning} out")
    if (cost := run.cost) is not None:
        if cost.usd is None:
            chips.append("cost unknown")
        else:
            source = ", ".join(filter(None, (cost.source, cost.as_of)))
            least = "at least " if cost.at_least else ""
            chips.append(f"{least}${cost.usd:f} {cost.basis} ({source})")
    start, end = seen.first.request, seen.timing.end
    if start is not None and end is not None:
        chips.append(f"{(end - start) / 1e9:.2f} s")
    chips.append(seen.outcome or "running")
    return " · ".join(filter(None, chips))


def _line(text: str) -> str:
    return " ".join(text.split())


def _quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _pretty(arguments: str) -> str:
    """JSON with line breaks; anything else as it is."""
    try:
        return json.dumps(json.loads(arguments), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return arguments


def _fence(text: str, language: str = "") -> str:
    """A code block that no run of backticks inside can end."""
    ticks = "`" * max(3, _ticks(text) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def _code(text: str) -> str:
    if not (text := _line(text)):
        return ""
    ticks = "`" * (_ticks(text) + 1)
    pad = " " if "`" in text else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _ticks(text: str) -> int:
    return max(map(len, re.findall("`+", text)), default=0)


EXPORT = Exporter("md", "Markdown", ".md", write)
