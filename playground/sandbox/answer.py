"""Answer: what a scenario says to a turn, before any dialect has put it into its own form."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import cycle, islice
from typing import Literal, assert_never

from playground.sandbox import tokens
from playground.sandbox.almanac import almanac
from playground.sandbox.errors import ApiError
from playground.sandbox.fields import Json
from playground.sandbox.fill import UnfillableError, fill
from playground.sandbox.hosted_items import streamed
from playground.sandbox.scenario import (
    PLACEHOLDER,
    AlmanacPart,
    CallPart,
    ItemPart,
    LoadPart,
    ReasoningPart,
    RefusalPart,
    Scenario,
    TextPart,
)
from playground.sandbox.scenario import (
    Part as ScriptPart,
)
from playground.sandbox.tokens import Pieces
from playground.sandbox.turn import Tool, Turn

QUOTED = 2000
"""Characters of the prompt that an answer repeats."""

Finish = Literal["stop", "length", "tool_calls", "content_filter", "failed"]


@dataclass(frozen=True, slots=True)
class Reasoning:
    sections: tuple[Pieces, ...]
    open: bool = False
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Message:
    pieces: Pieces
    complete: bool = True
    phase: str | None = None
    annotations: tuple[Json, ...] = ()
    """`on` in each names the words it belongs to."""


@dataclass(frozen=True, slots=True)
class Refusal:
    pieces: Pieces
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Call:
    kind: Literal["function", "custom"]
    name: str
    pieces: Pieces
    """The arguments as JSON, or the plain input of a custom tool."""
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """What only the Responses dialect has: the call of a hosted tool, or a kind unknown here."""

    item: Json
    """As it is when finished, but for its ids."""
    sections: tuple[Pieces, ...] = ()
    """The texts in it that are streamed: code, arguments, commands."""
    events: tuple[Json, ...] = ()
    complete: bool = True


Part = Reasoning | Message | Refusal | Call | Item


@dataclass(frozen=True, slots=True)
class Answer:
    parts: tuple[Part, ...]
    finish: Finish
    output_tokens: int
    """Reasoning included."""
    reasoning_tokens: int


def compose(scenario: Scenario, turn: Turn) -> Answer:
    """Raises ApiError when a tool or the answer has a schema that cannot be filled."""
    parts = _parts(scenario, turn)
    if turn.stop:
        parts = [_stopped(part, turn.stop) for part in parts]
    limits = [limit for limit in (scenario.limit, turn.limit) if limit is not None]
    wanted = sum(map(_size, parts))
    finish: Finish = scenario.finish
    if limits and wanted > min(limits):
        parts = _limited(parts, min(limits))
        finish = "length"
    elif finish != "stop":
        parts[-1:] = [replace(part, complete=False) for part in parts[-1:]]
    elif any(isinstance(part, Call) for part in parts):
        finish = "tool_calls"
    return Answer(
        parts=tuple(parts),
        finish=finish,
        output_tokens=sum(map(_size, parts)),
        reasoning_tokens=sum(_size(part) for part in parts if isinstance(part, Reasoning)),
    )


def _parts(scenario: Scenario, turn: Turn) -> list[Part]:
    if scenario.follows_request:
        if calls := _calls(turn):
            return calls
        if turn.schema is not None:
            thoughts = [part for part in scenario.reply if isinstance(part, ReasoningPart)]
            text = json.dumps(_structured(turn), ensure_ascii=False)
            return [*_played(thoughts, turn), Message(tokens.split(text))]
    script = scenario.after_tools if turn.tool_outputs and scenario.after_tools else scenario.reply
    if turn.tool_choice == "none":
        script = [part for part in script if not isinstance(part, CallPart)]
    return _played(script, turn)


def _played(script: Iterable[ScriptPart], turn: Turn) -> list[Part]:
    """The parts of a script with the facts of this turn in their places."""

    def pieces(template: str) -> Pieces:
        return tokens.split(PLACEHOLDER.sub(lambda found: _FACTS[found[1]](turn), template))

    parts: list[Part] = []
    for part in script:
        match part:
            case TextPart(text=text, phase=phase, annotations=annotations):
                parts.append(Message(pieces(text), True, phase, tuple(annotations)))
            case ReasoningPart(reasoning=sections, open=is_open):
                parts.append(Reasoning(tuple(map(pieces, sections)), is_open))
            case RefusalPart(refusal=text):
                parts.append(Refusal(pieces(text)))
            case CallPart(call=name, arguments=arguments):
                text = json.dumps(arguments, ensure_ascii=False)
                parts.append(Call("function", name, tokens.split(text)))
            case ItemPart(item=item, events=events):
                if turn.dialect == "responses":
                    parts.append(Item(item, streamed(item), tuple(events)))
            case AlmanacPart(almanac_to=last):
                parts.append(Message(tokens.split(almanac(last))))
            case LoadPart(load=text, events=many):
                count = turn.directions.events or many
                parts.append(Message(tuple(islice(cycle(tokens.split(text)), count))))
            case other:
                assert_never(other)
    return parts


def _calls(turn: Turn) -> list[Part]:
    """The calls this turn leads to: the tool it forces, else the tools it names, else the first."""
    if not turn.tools or turn.tool_choice == "none":
        return []
    if turn.forced is not None:
        tools = [tool for tool in turn.tools if tool.name == turn.forced]
    elif turn.tool_choice == "auto" and turn.tool_outputs:
        return []
    else:
        tools = _named(turn) or [turn.tools[0]]
    if not turn.parallel:
        tools = tools[:1]
    return [Call(tool.kind, tool.name, tokens.split(_input(tool, tools, turn))) for tool in tools]


def _named(turn: Turn) -> list[Tool]:
    """The tools whose names stand in the message, in the order of their names there."""
    places = {
        tool.name: found.start() for tool in turn.tools if (found := _find(tool, turn.prompt))
    }
    return sorted(
        (tool for tool in turn.tools if tool.name in places), key=lambda tool: places[tool.name]
    )


def _find(tool: Tool, text: str) -> re.Match[str] | None:
    return re.search(rf"(?<![\w-]){re.escape(tool.name)}(?![\w-])", text)


def _input(tool: Tool, called: list[Tool], turn: Turn) -> str:
    if tool.kind == "custom":
        return turn.prompt
    try:
        value = fill({"type": "object", **tool.parameters}, _meant_for(tool, called, turn.prompt))
    except UnfillableError as error:
        raise _not_filled(f"function '{tool.name}'", "tools", error) from error
    return json.dumps(value, ensure_ascii=False)


def _meant_for(tool: Tool, called: list[Tool], text: str) -> str:
    """What a message says to one tool: without its name, which must not become an argument, and,
    when several are called, only what stands between its name and the next."""
    found = _find(tool, text)
    if found is None:
        return text
    if len(called) == 1:
        return text[: found.start()] + text[found.end() :]
    rest = text[found.end() :]
    ends = [other.start() for row in called if (other := _find(row, rest))]
    return rest[: min(ends, default=len(rest))]


def _structured(turn: Turn) -> object:
    try:
        return fill(turn.schema, "\n".join([turn.prompt, *turn.tool_outputs]))
    except UnfillableError as error:
        param = "text.format.schema" if turn.dialect == "responses" else "response_format"
        raise _not_filled("the response format", param, error) from error


def _not_filled(what: str, param: str, error: UnfillableError) -> ApiError:
    return ApiError(
        400,
        f"Invalid schema for {what}: {error}.",
        param=param,
        code="invalid_json_schema",
    )


def _stopped(part: Part, words: tuple[str, ...]) -> Part:
    """The part up to the first stop word."""
    if not isinstance(part, Message):
        return part
    text = "".join(part.pieces)
    ends = [text.find(word) for word in words if word and word in text]
    return replace(part, pieces=tokens.split(text[: min(ends)])) if ends else part


def _limited(parts: list[Part], limit: int) -> list[Part]:
    kept: list[Part] = []
    for part in parts:
        size = _size(part)
        if size > limit:
            kept.append(_shortened(part, limit))
            break
        kept.append(part)
        limit -= size
    return [part for part in kept if _size(part)]


def _shortened(part: Part, limit: int) -> Part:
    if not isinstance(part, Reasoning | Item):
        return replace(part, pieces=part.pieces[:limit], complete=False)
    sections: list[Pieces] = []
    for section in part.sections:
        if limit <= 0:
            break
        sections.append(section[:limit])
        limit -= len(section)
    return replace(part, sections=tuple(sections), complete=False)


def _size(part: Part) -> int:
    if isinstance(part, Reasoning | Item):
        return sum(map(len, part.sections))
    return len(part.pieces)


def _quote(text: str) -> str:
    """A Markdown quotation."""
    if len(text) > QUOTED:
        text = text[:QUOTED] + " …"
    text = text.strip().replace("\r\n", "\n").replace("\r", "\n") or "(no text)"
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


_FACTS: dict[str, Callable[[Turn], str]] = {
    "model": lambda turn: turn.model,
    "dialect": lambda turn: "Responses" if turn.dialect == "responses" else "Chat Completions",
    "instructions": lambda turn: turn.instructions.strip() or "none",
    "message_number": lambda turn: str(turn.message_number),
    "prompt": lambda turn: turn.prompt,
    "quote": lambda turn: _quote(turn.prompt),
    "words": lambda turn: str(len(turn.prompt.split())),
    "input_tokens": lambda turn: str(turn.input_tokens),
    "tools": lambda turn: ", ".join(tool.name for tool in turn.tools) or "none",
    "tool_outputs": lambda turn: _quote("\n\n".join(turn.tool_outputs)),
}
