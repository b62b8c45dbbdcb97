"""Withholding: a call without leave to do anything, for whatever goes into a file or comes out of
one.

A session that came out of a file offers no tool before somebody offers it. What it would offer is
put aside (`Call.withheld`), so that nothing is lost: offering is one click, and writing the session
into a file again says the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from playground.core.call import Call, Withheld
from playground.core.keyless import without_keys, without_leave, without_secrets
from playground.core.tools import Tool

ABOUT_TOOLS = ("tools", "tool_choice", "parallel_tool_calls", "max_tool_calls", "functions",
               "function_call")  # fmt: skip
"""Request fields that offer tools, or that servers refuse where none is offered."""
OFFERS = ("tools", "functions")

Fields = dict[str, Any]


def harmless(call: Call) -> Call:
    """All that is set, with what was withheld in its place: without a secret, without leave to call
    anything, and with tools that run nowhere. The same of what is harmless already."""
    aside = call.withheld
    here = {tool.id for tool in call.tools}
    tools = [*call.tools, *(tool for tool in aside.tools if tool.id not in here)]
    changed = {
        "headers": without_keys(call.headers).value,
        "tools": [_told(tool) for tool in tools],
        "fields": without_secrets(_fields(call.fields, aside.fields)).value,
        "extra": without_secrets(_fields(call.extra, aside.extra)).value,
        "body": call.body if call.body is None else _keyless(call.body),
        "withheld": Withheld(),
    }
    return call.model_copy(update=changed)


def withholding(call: Call) -> Call:
    """As a session has it that came out of a file: harmless, and offering nothing."""
    made = harmless(call)
    if not made.tools and not any(name in where for where in _both(made) for name in OFFERS):
        return made
    aside = Withheld(
        tools=made.tools,
        fields={name: value for name, value in made.fields.items() if name in ABOUT_TOOLS},
        extra={name: value for name, value in made.extra.items() if name in ABOUT_TOOLS},
    )
    changed = {"tools": [], "withheld": aside}
    for name, fields in zip(("fields", "extra"), _both(made), strict=True):
        changed[name] = {key: one for key, one in fields.items() if key not in ABOUT_TOOLS}
    return made.model_copy(update=changed)


def offering(call: Call, known: Mapping[str, Tool]) -> Call:
    """With what was withheld in its place. `known`: the tools that there are here, by their ids:
    one that is told of in the same words is offered as it is here, any other runs nowhere."""
    made = harmless(call)
    here = {tool.id: tool for tool in call.tools}
    tools = [here.get(tool.id) or _here(tool, known.get(tool.id)) for tool in made.tools]
    return made.model_copy(update={"headers": call.headers, "tools": tools})


def names(call: Call) -> list[str]:
    """What is withheld, as it is called."""
    aside = call.withheld
    listed = [tool.name for tool in aside.tools]
    for fields in (aside.fields, aside.extra):
        for name in OFFERS:
            rows = fields.get(name)
            listed += [_name(row) for row in rows] if isinstance(rows, list) else []
    return listed


def _both(call: Call) -> tuple[Fields, Fields]:
    return call.fields, call.extra


def _name(row: Any) -> str:
    if not isinstance(row, dict):
        return "a tool"
    inner = row.get("function")
    found = row.get("name") or (inner.get("name") if isinstance(inner, dict) else None)
    return str(found or row.get("server_label") or row.get("type") or "a tool")


def _told(tool: Tool) -> Tool:
    """What a model is told of a tool, and nothing of where it is run."""
    mode = "mock" if tool.mode == "real" else tool.mode
    hosted = without_leave(tool.hosted).value
    return tool.model_copy(update={"mode": mode, "origin": {}, "hosted": hosted})


def _here(tool: Tool, ours: Tool | None) -> Tool:
    if ours is None or _told(ours).digest != _told(tool).digest:
        return tool
    return ours


def _fields(fields: Fields, aside: Fields) -> Fields:
    """Those that tell of tools come last, so that putting them aside and back changes nothing."""
    plain = {name: value for name, value in fields.items() if name not in ABOUT_TOOLS}
    both = {**aside, **fields}
    return plain | _without_leave({name: both[name] for name in ABOUT_TOOLS if name in both})


def _keyless(body: Fields) -> Fields:
    made: Fields = without_secrets(_without_leave(body)).value
    return made


def _without_leave(fields: Fields) -> Fields:
    tools = fields.get("tools")
    if not isinstance(tools, list):
        return fields
    rows = [without_leave(one).value if isinstance(one, dict) else one for one in tools]
    return {**fields, "tools": rows}
