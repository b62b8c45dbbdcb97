"""Acting: which tools an answer calls, and with what."""

from __future__ import annotations

import json
from collections.abc import Iterable

from playground.sandbox import hosted, hosted_items, tokens
from playground.sandbox.arguments import arguments
from playground.sandbox.calling import meant
from playground.sandbox.errors import ApiError
from playground.sandbox.fields import Json
from playground.sandbox.leaves import UnfillableError
from playground.sandbox.parts import Call, Item, Message, Part
from playground.sandbox.turn import Tool, Turn


def acts(turn: Turn) -> list[Part]:
    """What this turn does with tools; and an answer, when it leaves the client nothing to do."""
    uses = [hosted.approved(approval) for approval in turn.approvals]
    parts: list[Part] = []
    waits = False
    hosted_left = turn.hosted_limit
    for tool, text in meant(turn):
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


def _input(tool: Tool, text: str, turn: Turn) -> str:
    if tool.kind == "custom":
        return turn.prompt
    try:
        value = arguments(tool, text)
    except UnfillableError as error:
        raise not_filled(f"function '{tool.name}'", "tools", error) from error
    return json.dumps(value, ensure_ascii=False)


def not_filled(what: str, param: str, error: UnfillableError) -> ApiError:
    return ApiError(
        400,
        f"Invalid schema for {what}: {error}.",
        param=param,
        code="invalid_json_schema",
    )
