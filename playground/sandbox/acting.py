"""Acting: which tools an answer calls, and with what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from playground.sandbox import hosted, hosted_items, tokens
from playground.sandbox.errors import ApiError
from playground.sandbox.fields import Json
from playground.sandbox.fill import fill
from playground.sandbox.leaves import UnfillableError
from playground.sandbox.parts import Call, Item, Message, Part
from playground.sandbox.turn import Tool, Turn


def acts(turn: Turn) -> list[Part]:
    """What this turn does with tools; and an answer, when it leaves the client nothing to do."""
    uses = [hosted.approved(approval) for approval in turn.approvals]
    parts: list[Part] = []
    waits = False
    hosted_left = turn.hosted_limit
    tools = _chosen(turn)
    for tool in tools:
        text = _meant_for(tool, tools, turn.prompt)
        if tool.kind != "hosted":
            parts.append(Call(tool.kind, tool.name, tokens.split(_input(tool, text, turn))))
            waits = True
        elif hosted_left != 0:
            hosted_left = hosted_left and hosted_left - 1
            uses.append(hosted.use(tool, text))
            waits = waits or not uses[-1].says
    items = [shown(item, turn, events) for use in uses for item, events in use.items]
    says = "\n\n".join(use.says for use in uses)
    if says and not waits:
        cites = tuple(cite for use in uses for cite in use.cites)
        parts.append(Message(tokens.split(says), annotations=cites))
    return [*items, *parts]


def shown(item: Json, turn: Turn, events: Iterable[Json] = ()) -> Item:
    item = hosted_items.included(item, turn.include)
    return Item(item, hosted_items.streamed(item), tuple(events))


def _chosen(turn: Turn) -> list[Tool]:
    """The tool this turn is forced to call, else those that the message names, else the first."""
    if not turn.tools or turn.tool_choice == "none":
        return []
    if turn.forced is not None:
        tools = [tool for tool in turn.tools if tool.name == turn.forced]
    elif turn.tool_choice == "auto" and (turn.tool_outputs or turn.approvals):
        return []
    else:
        tools = _named(turn) or [turn.tools[0]]
    return tools if turn.parallel else tools[:1]


def _named(turn: Turn) -> list[Tool]:
    """The tools whose names stand in the message, in the order of their names there."""
    places = {
        tool.name: found.start() for tool in turn.tools if (found := _find(tool, turn.prompt))
    }
    return sorted(
        (tool for tool in turn.tools if tool.name in places), key=lambda tool: places[tool.name]
    )


def _find(tool: Tool, text: str) -> re.Match[str] | None:
    name = re.escape(tool.name)
    if tool.kind == "hosted":
        name = name.replace("_", "[_ ]")  # People say "web search".
    return re.search(rf"(?<![\w-]){name}(?![\w-])", text)


def _input(tool: Tool, text: str, turn: Turn) -> str:
    if tool.kind == "custom":
        return turn.prompt
    try:
        value = fill({"type": "object", **tool.parameters}, text)
    except UnfillableError as error:
        raise not_filled(f"function '{tool.name}'", "tools", error) from error
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


def not_filled(what: str, param: str, error: UnfillableError) -> ApiError:
    return ApiError(
        400,
        f"Invalid schema for {what}: {error}.",
        param=param,
        code="invalid_json_schema",
    )
