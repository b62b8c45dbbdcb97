"""The form of an answer as a request says it: a format, or a tool that has to be called.

The two dialects differ in nesting: Responses writes flat what Chat Completions puts in an object of
its own.
"""

from __future__ import annotations

from typing import Any, Literal, assert_never

from playground.core.call import Call
from playground.core.output import Output

Nested = Literal["json_schema", "function"]


def with_format(call: Call, field: str, *, flat: bool) -> Call:
    """The call with what its output asks for among its fields; `field` is where a format goes.

    A field that the user has switched on is left as it is. Tools are kept: the one that has to be
    called comes last.
    """
    output = call.output
    fields = dict(call.fields)
    match output.mode:
        case "text":
            return call
        case "json_object":
            fields.setdefault(field, {"type": "json_object"})
        case "json_schema":
            fields.setdefault(field, _described(output, "json_schema", "schema", flat=flat))
        case "tool":
            given = fields.get("tools")
            tools = given if isinstance(given, list) else []
            fields["tools"] = [*tools, _described(output, "function", "parameters", flat=flat)]
            chosen = {"name": output.name}
            fields.setdefault(
                "tool_choice",
                {"type": "function", **(chosen if flat else {"function": chosen})},
            )
        case _:
            assert_never(output.mode)
    return call.model_copy(update={"fields": fields})


def _described(output: Output, kind: Nested, name: str, *, flat: bool) -> dict[str, Any]:
    """`name` is what the schema is called in it."""
    inner: dict[str, Any] = {"name": output.name}
    if output.description:
        inner["description"] = output.description
    inner[name] = output.json_schema
    inner["strict"] = output.strict
    return {"type": kind, **inner} if flat else {"type": kind, kind: inner}
