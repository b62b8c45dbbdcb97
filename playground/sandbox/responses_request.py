"""The Responses dialect, inward: a request body becomes a Turn and the shell of its response."""

from __future__ import annotations

import json
from typing import Any

from playground.sandbox import parameters, tokens
from playground.sandbox.errors import ApiError, invalid_type, missing, unsupported
from playground.sandbox.fields import Fields, Json
from playground.sandbox.turn import (
    ANY_JSON,
    EFFORTS,
    VERBOSITIES,
    Directions,
    Heard,
    Tool,
    Turn,
    choose,
    plain_text,
    served_tier,
    tool_name,
)

SUMMARIES = ("auto", "concise", "detailed")
TIERS = ("auto", "default", "flex", "scale", "priority", "fast", "ultrafast")

_ROLES = ("user", "assistant", "system", "developer")
_SAID = ("input_text", "input_image", "input_file")
_ANSWERED = ("output_text", "refusal")
_OUTPUTS = {
    "function_call_output": "function_call",
    "custom_tool_call_output": "custom_tool_call",
}


def read(body: Json, response_id: str, created: int) -> tuple[Turn, Json]:
    """The turn, and the response before its answer. Raises ApiError."""
    fields = Fields(body, parameters.RESPONSES)
    model = fields.required_text("model")
    _refuse_what_needs_state(fields)
    heard = Heard()
    instructions = fields.raw("instructions")
    if isinstance(instructions, str):
        heard.say("developer", instructions)
    elif instructions is not None:
        _read_items(fields, "instructions", heard)
    given = fields.require("input")
    if isinstance(given, str):
        heard.say("user", given)
    elif isinstance(given, list) and given:
        _read_items(fields, "input", heard)
    elif given == []:
        raise missing("input")
    else:
        raise invalid_type("input", "a string or an array of objects", given)
    tools = _tools(fields)
    heard.tokens += tokens.count(json.dumps(body["tools"])) if body.get("tools") else 0
    form, schema = _format(fields, heard)
    choice = choose(fields, tools, nested=False)
    turn = Turn(
        dialect="responses",
        model=model,
        stream=fields.flag("stream"),
        prompt=heard.prompt,
        message_number=heard.message_number,
        instructions="\n\n".join(heard.instructions),
        input_tokens=heard.tokens,
        tools=choice.tools,
        tool_choice=choice.mode,
        forced=choice.forced,
        parallel=fields.flag("parallel_tool_calls", True),
        tool_outputs=tuple(heard.tool_outputs),
        schema=schema,
        limit=fields.integer("max_output_tokens", 1),
        directions=Directions.read(fields),
    )
    return turn, _shell(fields, turn, form, response_id, created)


def _shell(fields: Fields, turn: Turn, form: Json, response_id: str, created: int) -> Json:
    """Everything that a response repeats from its request."""
    temperature, top_p = fields.number("temperature", 0, 2), fields.number("top_p", 0, 1)
    reasoning, cache = fields.object("reasoning"), fields.object("prompt_cache_options")
    text = fields.object("text")
    return {
        "id": response_id,
        "object": "response",
        "created_at": created,
        "status": "queued",
        "background": False,
        "completed_at": None,
        "error": None,
        "incomplete_details": None,
        "instructions": fields.raw("instructions"),
        "max_output_tokens": turn.limit,
        "max_tool_calls": fields.integer("max_tool_calls", 1),
        "model": turn.model,
        "output": [],
        "parallel_tool_calls": turn.parallel,
        "previous_response_id": None,
        "prompt_cache_key": fields.text("prompt_cache_key"),
        "prompt_cache_options": {
            "mode": cache.choice("mode", ("implicit", "explicit")) or "implicit",
            "ttl": cache.choice("ttl", ("30m", "12h")) or "30m",
        }
        if fields.raw("prompt_cache_options") is not None
        else None,
        "reasoning": {
            "effort": reasoning.choice("effort", EFFORTS),
            "summary": reasoning.choice("summary", SUMMARIES),
        },
        "safety_identifier": fields.text("safety_identifier"),
        "service_tier": served_tier(fields.choice("service_tier", TIERS)),
        "store": fields.flag("store", True),
        "temperature": 1.0 if temperature is None else temperature,
        "text": {"format": form, "verbosity": text.choice("verbosity", VERBOSITIES) or "medium"},
        "tool_choice": fields.raw("tool_choice") or "auto",
        "tools": [_echoed(tool) for tool in fields.raw("tools") or []],
        "top_logprobs": 0,
        "top_p": 1.0 if top_p is None else top_p,
        "truncation": fields.choice("truncation", ("auto", "disabled")) or "disabled",
        "usage": None,
        "user": fields.text("user"),
        "metadata": fields.metadata(),
    }


def _refuse_what_needs_state(fields: Fields) -> None:
    if previous := fields.text("previous_response_id"):
        raise ApiError(
            400,
            f"Previous response with id '{previous}' not found.",
            param="previous_response_id",
            code="previous_response_not_found",
        )
    if (conversation := fields.raw("conversation")) is not None:
        name = conversation.get("id") if isinstance(conversation, dict) else conversation
        raise ApiError(404, f"Conversation with id '{name}' not found.", param="conversation")
    if fields.raw("prompt") is not None:
        raise unsupported("prompt", "The sandbox keeps no prompt templates: send 'input'.")
    if fields.flag("background"):
        raise unsupported("background", "The sandbox does not answer in the background.")
    if fields.integer("top_logprobs", 0, 20):
        raise unsupported("top_logprobs", "logprobs are not supported with this model.")


def _read_items(fields: Fields, name: str, heard: Heard) -> None:
    calls: dict[str, str] = {}
    answered: set[str] = set()
    thought: str | None = None
    for item in fields.objects(name):
        kind = item.text("type") or "message"
        if kind == "message":
            role = item.required_text("role")
            item.choice("role", _ROLES)
            if thought and role != "assistant":
                break
            allowed = _ANSWERED if role == "assistant" else _SAID
            heard.say(role, plain_text(item, "content", allowed))
        elif kind in _OUTPUTS:
            call_id = item.required_text("call_id")
            if calls.get(call_id) != _OUTPUTS[kind]:
                raise ApiError(
                    400,
                    f"No tool call found for {kind.replace('_', ' ').removesuffix(' output')} "
                    f"output with call_id {call_id}.",
                    param=name,
                )
            answered.add(call_id)
            heard.output(plain_text(item, "output", _SAID))
        elif kind == "item_reference":
            missing_id = item.required_text("id")
            raise ApiError(404, f"Item with id '{missing_id}' not found.", param=name)
        else:
            if kind in _OUTPUTS.values():
                calls[item.required_text("call_id")] = kind
                item.required_text("name")
            heard.tokens += tokens.count(json.dumps(item.body))
        thought = item.text("id") if kind == "reasoning" else None
    else:
        if thought is None:
            _refuse_unanswered(calls, answered, name)
            return
    raise ApiError(
        400,
        f"Item '{thought}' of type 'reasoning' was provided without its required following item.",
        param=name,
    )


def _refuse_unanswered(calls: dict[str, str], answered: set[str], name: str) -> None:
    for call_id in calls:
        if call_id not in answered:
            raise ApiError(400, f"No tool output found for function call {call_id}.", param=name)


def _tools(fields: Fields) -> tuple[Tool, ...]:
    tools = []
    for row in fields.objects("tools"):
        kind = row.required_text("type")
        if kind == "function":
            row.flag("strict")
            parameters = row.object("parameters").body
            tools.append(Tool("function", tool_name(row), parameters))
        elif kind == "custom":
            tools.append(Tool("custom", tool_name(row)))
    return tuple(tools)


def _echoed(tool: Json) -> Json:
    """A function without `strict` is made strict here, unlike in Chat Completions."""
    if tool.get("type") != "function":
        return tool
    strict = tool.get("strict")
    defaults = {"description": None, "parameters": None}
    return {**defaults, **tool, "strict": True if strict is None else strict}


def _format(fields: Fields, heard: Heard) -> tuple[Json, Any]:
    """`text.format` as it is echoed, and the schema to fill, if any."""
    form = fields.object("text").object("format")
    kind = form.choice("type", ("text", "json_object", "json_schema")) or "text"
    if kind == "json_object":
        if not heard.mentions_json:
            raise ApiError(
                400,
                "Response input messages must contain the word 'json' in some form to use "
                "'text.format' of type 'json_object'.",
                param="input",
            )
        return {"type": kind}, ANY_JSON
    if kind == "json_schema":
        schema = form.require("schema")
        echoed = {
            "type": kind,
            "name": tool_name(form),
            "description": form.text("description"),
            "schema": schema,
            "strict": form.flag("strict"),
        }
        return echoed, schema
    return {"type": "text"}, None
