"""Filling: a call and what is said, with values in the places of their variables.

A session keeps the template; a run gets what was filled in, so that what is shown is what was sent.
A call without variables is no template: it, and what is said with it, goes out as it is written.
What would be run (where a tool is from, and its name) and headers are never filled in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeGuard

from playground.core.call import Call
from playground.core.items import Item, Message, Text
from playground.core.output import Output
from playground.core.tools import Tool
from playground.core.variables import fill, fill_in, given, has_places, names, names_in

Values = Mapping[str, Any]


def written(item: Item) -> Item:
    """A message that somebody has just written, whose text is to be filled in."""
    if isinstance(item, Message) and not item.template and has_places(str(item.text)):
        return replace(item, template=str(item.text))
    return item


def filled(
    call: Call, said: Sequence[Item] = (), known: Values | None = None
) -> tuple[Call, list[Item]]:
    """The call, and the messages that have a template, as they are sent. `known`: values of an
    earlier run, for variables that there are no more.

    The values that were used stay beside. Raises Failure that names a variable without a value.
    """
    if not call.variables:
        return call, [_settled(item) for item in said]
    values = {**(known or {}), **given(call.variables, call.values)}
    items = [_filled_message(item, values) for item in said]
    made = call.model_copy(
        update={
            "instructions": fill(call.instructions, values, "the developer message"),
            "fields": fill_in(call.fields, values, "the parameters"),
            "extra": fill_in(call.extra, values, "the extra fields"),
            "output": _filled_output(call.output, values),
            "tools": [filled_tool(tool, values) for tool in call.tools],
            "variables": [],
            # Each of them has a value: else one of the above would have said so.
            "values": {name: values[name] for name in variables_of(call, said)},
        }
    )
    return made, items


def filled_where_new(call: Call, said: Sequence[Item]) -> list[Item]:
    """What is said with a call that is not sent: what was just written is filled in, and what was
    said before keeps its words. Raises Failure."""
    if not call.variables:
        return [_settled(item) for item in said]
    values = given(call.variables, call.values)
    return [_filled_message(item, values) if _is_fresh(item) else item for item in said]


def variables_of(call: Call, said: Sequence[Item] = ()) -> list[str]:
    """The names that a call and what is said with it need, each once, in their order."""
    rows = names(call.instructions)
    for item in said:
        rows += names(item.template) if isinstance(item, Message) else []
    rows += names_in([call.fields, call.extra])
    for tool in call.tools:
        rows += names_of(tool)
    rows += [*names_in(call.output.json_schema), *names(call.output.description)]
    return list(dict.fromkeys(rows))


def names_of(tool: Tool) -> list[str]:
    """The variables that a definition needs, each once."""
    return names_in([tool.description, tool.parameters, tool.format, tool.hosted, tool.output])


def _filled_message(item: Item, values: Values) -> Item:
    if not isinstance(item, Message) or not item.template:
        return item
    text = fill(item.template, values, "the message")
    return _settled(replace(item, text=Text(text)))


def _settled(item: Item) -> Item:
    """Without a template that says the same as the text."""
    return replace(item, template="") if _is_fresh(item) else item


def _is_fresh(item: Item) -> TypeGuard[Message]:
    return isinstance(item, Message) and bool(item.template) and item.template == str(item.text)


def _filled_output(output: Output, values: Values) -> Output:
    """The form of the answer, by the schema that is sent; its source where that says the same."""
    schema = fill_in(output.json_schema, values, "the schema")
    about = fill(output.description, values, "the description of the schema")
    source = output.source if schema == output.json_schema else ""
    changed = {"json_schema": schema, "description": about, "source": source}
    return output.model_copy(update=changed)


def filled_tool(tool: Tool, values: Values) -> Tool:
    """The tool as a model is told of it. The values that were put in stay beside: the same
    definition with the same values is the same tool. Raises Failure for one that is missing."""
    at = f"the tool {tool.name}"
    return tool.model_copy(
        update={
            "description": fill(tool.description, values, f"{at} › description"),
            "parameters": fill_in(tool.parameters, values, f"{at} › parameters"),
            "output": fill_in(tool.output, values, f"{at} › output"),
            "format": fill_in(tool.format, values, f"{at} › format"),
            "hosted": fill_in(tool.hosted, values, at),
            "filled": {name: values[name] for name in names_of(tool)},
        }
    )
