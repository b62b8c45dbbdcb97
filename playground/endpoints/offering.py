"""What a request offers of tools, and how it says which of them may be called.

Responses writes flat what Chat Completions puts in an object of its own, as with formats.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, assert_never

from playground.core.call import Call
from playground.core.tools import Tool

Row = dict[str, Any]

NOTHING: Row = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
"""The parameters of a function that takes none, as the strict subset wants them."""


def with_tools(call: Call, *, flat: bool) -> Call:
    """The call with its tools among its fields, behind those that the user wrote there.

    Of two with one name servers take neither: then the one that was written by hand stays.
    """
    if not call.tools:
        return call
    given = call.fields.get("tools")
    rows = list(given) if isinstance(given, list) else []
    theirs = {name for row in rows if (name := _named(row))}
    rows += [definition(tool, flat=flat) for tool in call.tools if tool.name not in theirs]
    return call.model_copy(update={"fields": {**call.fields, "tools": rows}})


def definition(tool: Tool, *, flat: bool) -> Row:
    """A tool as a model is told of it."""
    told: Row = {"name": tool.name}
    if tool.description:
        told["description"] = tool.description
    match tool.kind:
        case "hosted":
            return dict(tool.hosted)
        case "function":
            told["parameters"] = NOTHING if tool.parameters is None else tool.parameters
            if tool.strict is not None:
                told["strict"] = tool.strict
        case "custom":
            if tool.format:
                told["format"] = tool.format if flat else _nested(tool.format)
        case _:
            assert_never(tool.kind)
    return _of(tool.kind, told, flat=flat)


def forced(tool: Tool, *, flat: bool) -> Row:
    """The `tool_choice` by which just this one has to be called."""
    if tool.kind == "hosted":
        return {name: tool.hosted[name] for name in ("type", "server_label") if name in tool.hosted}
    return _of(tool.kind, {"name": tool.name}, flat=flat)


def allowed(
    tools: Iterable[Tool], mode: Literal["auto", "required"] = "auto", *, flat: bool
) -> Row:
    """The `tool_choice` by which only these may be called. The others stay in the request, so that
    what the server has of it in its cache still fits."""
    told: Row = {"mode": mode, "tools": [forced(tool, flat=flat) for tool in tools]}
    return _of("allowed_tools", told, flat=flat)


def _of(kind: str, told: Row, *, flat: bool) -> Row:
    return {"type": kind, **told} if flat else {"type": kind, kind: told}


def _nested(form: Row) -> Row:
    """The format of a custom tool as a chat writes it."""
    if form.get("type") != "grammar" or "grammar" in form:
        return form
    grammar = {name: value for name, value in form.items() if name != "type"}
    return {"type": "grammar", "grammar": grammar}


def _named(row: Any) -> str:
    """The name of a tool that somebody wrote, in either way; empty when it has none."""
    if not isinstance(row, dict):
        return ""
    inner = row.get(str(row.get("type")))
    name = (inner if isinstance(inner, dict) else row).get("name")
    return name if isinstance(name, str) else ""
