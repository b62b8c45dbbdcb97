"""The kind `mock`: rules answer, the same every time; nothing is run.

A tool for which there is no rule gets something plausible by the schema of its result.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from math import inf
from typing import Any, assert_never

from playground.core.plain import whole
from playground.core.recording import parse
from playground.core.tools import Asked, Result, ResultState, Tool
from playground.tools.jsonpath import PathError
from playground.tools.mock_sample import sample
from playground.tools.mock_template import Filling, TooLongError
from playground.tools.rules import (
    ErrorReply,
    MalformedReply,
    OversizedReply,
    Reply,
    ResultReply,
    RuleSet,
    Spoiling,
    TimeoutReply,
)
from playground.tools.rules_match import Chosen, Errors, Given, chosen

MB = 1 << 20
SECONDS = 60.0
LARGEST = MB

HTML = """<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title></head>
<body><h1>502 Bad Gateway</h1><hr>TOOL</body></html>
"""
STRAY = b"\xff\xfe\x80"
"""Bytes that are UTF-8 nowhere."""
LINE = "This line is here to be too much. "

Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class _Said:
    """What a reply comes to, before it is cut."""

    output: str
    state: ResultState = "done"
    notes: list[str] = field(default_factory=list)
    size: int | None = None
    """Bytes of all of it, where `output` is only the beginning."""


class Mock:
    """
    rules: the set that is in use; another may be put in its place at any time.
    errors: what checks a value by a schema; without it no rule by schema holds.
    seconds: after which a tool that does not answer is given up.
    largest: bytes of output that are kept.
    """

    id = "mock"

    def __init__(
        self,
        rules: RuleSet | None = None,
        *,
        errors: Errors | None = None,
        seconds: float = SECONDS,
        largest: int = LARGEST,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.rules = rules
        self._errors = errors
        self._seconds = seconds
        self._largest = largest
        self._sleep = sleep

    async def call(
        self, tool: Tool, asked: Asked, arguments: str, progress: Callable[[str], None]
    ) -> Result:
        rules, given = self.rules, _given(tool, arguments)
        choice = Chosen(None, None, ())
        if rules is not None:
            # In a thread: expressions and paths of strangers may take up to their limits.
            choice = await asyncio.to_thread(chosen, rules, tool.name, given, self._errors)
        seconds = _seconds(choice.reply)
        await self._sleep(min(seconds, self._seconds))
        if seconds > self._seconds:
            words = f"The tool did not answer within {self._seconds:g} s."
            said = _Said(words, "failed")
        else:
            names = {"tool": tool.name, "call_id": asked.call_id}
            said = self._said(tool, choice.reply, Filling(given.value, names, self._largest))
        self._cut(said)
        notes = (*choice.notes, *said.notes)
        return Result(said.output, said.state, notes, {"mock": _facts(rules, choice)})

    async def close(self) -> None:
        pass

    def _said(self, tool: Tool, reply: Reply | None, filling: Filling) -> _Said:
        try:
            said = self._replied(tool, reply, filling)
        except (TooLongError, PathError, RecursionError) as error:
            words = "It is nested too deeply" if isinstance(error, RecursionError) else str(error)
            return _Said(f"The tool failed: {words.rstrip('.')}.", "failed")
        said.notes += [f"The call has no {{{{{name}}}}}." for name in filling.missing]
        return said

    def _replied(self, tool: Tool, reply: Reply | None, filling: Filling) -> _Said:
        match reply:
            case None:
                return _unruled(tool, filling)
            case ResultReply():
                return _Said(_text(reply.value if reply.verbatim else filling.fill(reply.value)))
            case ErrorReply():
                return _Said(filling.joined(reply.message), "failed")
            case MalformedReply(value=None):
                return _spoiled(tool, reply.how, _unruled(tool, filling).output)
            case MalformedReply():
                return _spoiled(tool, reply.how, _text(filling.fill(reply.value)))
            case OversizedReply():
                size = int(reply.megabytes * MB)
                made = min(size, self._largest)  # no more than will be kept
                return _Said((LINE * (made // len(LINE) + 1))[:made], size=size)
            case TimeoutReply():
                raise AssertionError("it never replies")
            case _:
                assert_never(reply)

    def _cut(self, said: _Said) -> None:
        """To what is kept; the model is told, too."""
        said.output = whole(said.output)
        data = said.output.encode()
        size = len(data) if said.size is None else said.size
        if size <= self._largest:
            return
        kept = data[: self._largest].decode("utf-8", "ignore")
        words = f"The tool gave {_size(size)}, of which {_size(self._largest)} are kept."
        said.output, said.state = f"{kept}\n\n{words}", "failed"
        said.notes.append(words)


def _given(tool: Tool, arguments: str) -> Given:
    if tool.kind == "custom":
        return Given(arguments, arguments)
    value, wrong = parse(arguments)
    return Given(arguments, value, wrong)


def _seconds(reply: Reply | None) -> float:
    """Before the reply."""
    if reply is None:
        return 0.0
    return inf if isinstance(reply, TimeoutReply) else reply.latency_ms / 1000


def _facts(rules: RuleSet | None, choice: Chosen) -> dict[str, Any]:
    """Who answered: the set, the number of the rule, none for a default, and the kind of reply."""
    return {
        "set": rules.name if rules is not None else None,
        "rule": choice.rule + 1 if choice.rule is not None else None,
        "gives": choice.reply.gives if choice.reply is not None else None,
    }


def _unruled(tool: Tool, filling: Filling) -> _Said:
    if tool.output is None:
        words = "No rule answers this call, and nothing is known of the tool's results."
        return _Said('{"ok": true}', notes=[words])
    words = "No rule answers this call: this was made by the schema of the tool's results."
    return _Said(_text(sample(tool.output, filling.arguments)), notes=[words])


def _spoiled(tool: Tool, how: Spoiling, text: str) -> _Said:
    match how:
        case "cut":
            cut = text[: max(1, len(text) * 2 // 3)]
            words = f"it ends after {len(cut):,} of {len(text):,} characters"
            return _Said(cut, notes=[f"Malformed by a rule: {words}."])
        case "bytes":
            data = text.encode("utf-8", "replace")
            middle = len(data) // 2
            data = data[:middle] + STRAY + data[middle:]
            words = "bytes in it are no UTF-8, and were replaced"
            return _Said(data.decode("utf-8", "replace"), notes=[f"Malformed by a rule: {words}."])
        case "html":
            page = HTML.replace("TOOL", tool.name)
            return _Said(page, notes=["Malformed by a rule: a page of HTML in its place."])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _size(size: int) -> str:
    megabytes = f"{size / MB:,.1f}".removesuffix(".0")
    return f"{megabytes} MB" if size >= MB / 10 else f"{size:,} bytes"
