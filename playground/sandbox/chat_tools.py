"""The tools and the answer's schema in a chat request, in the forms of today and of 2023."""

from __future__ import annotations

from typing import Any

from playground.sandbox import strict
from playground.sandbox.errors import ApiError
from playground.sandbox.fields import Fields
from playground.sandbox.turn import ANY_JSON, Choice, Heard, Tool, choose, tool_name


def read_tools(fields: Fields) -> tuple[tuple[Tool, ...], Choice]:
    if fields.raw("functions") is not None:
        functions = tuple(
            _function(row, row.path("parameters")) for row in fields.objects("functions")
        )
        return functions, _function_choice(fields, functions)
    tools = []
    for row in fields.objects("tools"):
        if row.require("type") == "function":
            row.require("function")
            function = row.object("function")
            tools.append(_function(function, function.path("parameters")))
        else:
            row.choice("type", ("function", "custom"))
            tools.append(Tool("custom", tool_name(row.object("custom"))))
    return tuple(tools), choose(fields, tuple(tools), nested=True)


def _function(function: Fields, param: str) -> Tool:
    name = tool_name(function)
    schema = function.object("parameters").body
    if function.flag("strict"):
        strict.require(schema, f"function '{name}'", param)
    return Tool("function", name, schema, function.text("description") or "")


def _function_choice(fields: Fields, functions: tuple[Tool, ...]) -> Choice:
    given = fields.raw("function_call")
    if given is None or isinstance(given, str):
        return Choice(fields.choice("function_call", ("none", "auto")) or "auto", None, functions)
    name = fields.object("function_call").required_text("name")
    if not any(function.name == name for function in functions):
        raise ApiError(
            400,
            f"Invalid value for 'function_call': no function named '{name}' was specified in the "
            "'functions' parameter.",
            param="function_call",
        )
    return Choice("required", name, functions)


def read_schema(fields: Fields, heard: Heard) -> Any:
    form = fields.object("response_format")
    kind = form.choice("type", ("text", "json_object", "json_schema"))
    if kind == "json_object":
        if not heard.mentions_json:
            raise ApiError(
                400,
                "'messages' must contain the word 'json' in some form, to use 'response_format' "
                "of type 'json_object'.",
                param="messages",
            )
        return ANY_JSON
    if kind == "json_schema":
        form.require("json_schema")
        named = form.object("json_schema")
        name = tool_name(named)
        schema = named.require("schema")
        if named.flag("strict"):
            strict.require(schema, f"response_format '{name}'", "response_format")
        return schema
    return None
