"""Templating: what of a call, and of what is being written, waits for a variable; making a template
of it, and giving its variables other names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from playground.core.call import Call
from playground.core.items import Message
from playground.core.output import Output
from playground.core.tools import Tool
from playground.core.variables import (
    LONGEST,
    Standing,
    Variable,
    is_name,
    names,
    names_in,
    renamed,
    renamed_in,
    spelt,
    standing,
)
from playground.engine.filling import names_of

DRAFT = "the message"


def places(call: Call, draft: str = "") -> dict[str, tuple[str, ...]]:
    """Where each name stands that looks like a variable, in the order in which they come; whether
    it is one or not."""
    found: dict[str, list[str]] = {}

    def look(where: str, there: Iterable[str]) -> None:
        for name in there:
            if where not in (rows := found.setdefault(name, [])):
                rows.append(where)

    look("the developer message", names(call.instructions))
    look(DRAFT, names(draft))
    look("the parameters", names_in(call.fields))
    look("the extra fields", names_in(call.extra))
    for tool in call.tools:
        look(f"the tool {tool.name}", names_of(tool))
    look("the schema", [*names_in(call.output.json_schema), *names(call.output.description)])
    return {name: tuple(rows) for name, rows in found.items()}


def standings(call: Call) -> dict[str, Standing]:
    """How things are with each variable that is declared."""
    return {spelt(one.name): standing(one, call.values) for one in call.variables}


def known(call: Call) -> dict[str, Any] | None:
    """The values that can be put in; None: the call is no template, and is sent as written."""
    if not call.variables:
        return None
    rows = standings(call)
    return {name: one.value for name, one in rows.items() if one.state in ("given", "default")}


def undeclared(call: Call, draft: str = "") -> list[str]:
    """The names that are written and are no variables."""
    there = {spelt(one.name) for one in call.variables}
    return [name for name in places(call, draft) if name not in there]


def waiting(call: Call, draft: str = "") -> list[str]:
    """The names for which a request could not be made, because there is no value to put in."""
    have = known(call)
    return [] if have is None else [name for name in places(call, draft) if name not in have]


def declared(call: Call, wanted: Iterable[str]) -> list[Variable]:
    """The variables with these as well, as texts without a default."""
    there = {spelt(one.name) for one in call.variables}
    fresh = [Variable(name=name) for name in dict.fromkeys(wanted) if spelt(name) not in there]
    return [*call.variables, *fresh]


def another(variables: Iterable[Variable]) -> str:
    """A name that none of them has."""
    taken, number = {spelt(one.name) for one in variables}, 1
    while (name := f"variable_{number}") in taken:
        number += 1
    return name


def refusal(variables: Iterable[Variable], old: str, new: str) -> str:
    """Why a variable cannot have another name; empty: it can."""
    if not is_name(new):
        return (
            f"A name is a word as in programs, of {LONGEST} characters at most: letters, digits "
            "and _, with . and - between them."
        )
    if spelt(new) != spelt(old) and any(spelt(one.name) == spelt(new) for one in variables):
        return f"There is a variable {new} already."
    return ""


def renamed_call(call: Call, old: str, new: str) -> Call:
    """The call with a variable of another name, everywhere in it. Raises ValueError with a sentence
    that says why not."""
    if why := refusal(call.variables, old, new):
        raise ValueError(why)
    new = spelt(new)
    variables = [
        one.model_copy(update={"name": new}) if spelt(one.name) == spelt(old) else one
        for one in call.variables
    ]
    return call.model_copy(
        update={
            "variables": variables,
            "values": {_name(name, old, new): value for name, value in call.values.items()},
            "instructions": renamed(call.instructions, old, new),
            "fields": renamed_in(call.fields, old, new),
            "extra": renamed_in(call.extra, old, new),
            "tools": [renamed_tool(tool, old, new) for tool in call.tools],
            "output": _renamed_output(call.output, old, new),
        }
    )


def renamed_tool(tool: Tool, old: str, new: str) -> Tool:
    """A definition with places of another name."""
    told = {
        name: renamed_in(getattr(tool, name), old, new)
        for name in ("description", "parameters", "output", "format", "hosted")
    }
    return tool.model_copy(update=told)


def without(call: Call, name: str) -> dict[str, Any]:
    """What of the call is another without that variable; its places stay as they are written."""
    return {
        "variables": [one for one in call.variables if one.name != name],
        "values": {key: value for key, value in call.values.items() if key != name},
    }


def said_again(message: Message, call: Call) -> str:
    """What is to be changed of a message that was sent: its template, where the call is one; else
    what was sent."""
    return message.template if message.template and call.variables else str(message.text)


def told(rows: Mapping[str, tuple[str, ...]], some: Iterable[str]) -> str:
    """Where these names stand, as words: `the developer message and the schema`."""
    found = list(dict.fromkeys(where for name in some for where in rows.get(name, ())))
    *before, last = found or [""]
    return f"{', '.join(before)} and {last}" if before else last


def _name(name: str, old: str, new: str) -> str:
    return new if spelt(name) == spelt(old) else name


def _renamed_output(output: Output, old: str, new: str) -> Output:
    return output.model_copy(
        update={
            "json_schema": renamed_in(output.json_schema, old, new),
            "description": renamed(output.description, old, new),
            "source": renamed(output.source, old, new),
        }
    )
