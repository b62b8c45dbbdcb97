"""Markdown: a conversation to read, with who said what, the reasoning, the tools and the price."""

from __future__ import annotations

import json
import re
from typing import assert_never

from playground.core.items import (
    Item,
    Message,
    Notice,
    Reasoning,
    ToolCall,
    ToolOutput,
    Unknown,
)
from playground.core.session import Run
from playground.export.base import Exported, Exporter

Known = Message | Reasoning | ToolCall | ToolOutput | Notice | Unknown


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
            said = [str(item.text).strip()]
            if item.refusal:
                said.append(f"**Refused:** {str(item.refusal).strip()}")
            return "\n\n".join([f"## {item.role.capitalize()}", *filter(None, said)])
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
        case Unknown():
            whole = json.dumps(item.wire, ensure_ascii=False, indent=2)
            return f"### {_code(item.type)}\n\n{_fence(whole, 'json')}"
        case _:
            assert_never(item)


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
            chips.append(f"${cost.usd:f} {cost.basis} ({source})")
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
