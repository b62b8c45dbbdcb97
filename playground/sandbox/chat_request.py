"""The Chat Completions dialect, inward: a request body becomes a Turn."""

from __future__ import annotations

import json
from dataclasses import dataclass
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

TIERS = ("auto", "default", "flex", "scale", "priority", "fast")

_ROLES = ("system", "assistant", "user", "tool", "developer")
_SAID = ("text", "image_url", "input_audio", "file")
_ANSWERED = ("text", "refusal")


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """A turn, and what only this dialect knows."""

    turn: Turn
    choices: int
    include_usage: bool
    service_tier: str


def read(body: Json) -> ChatTurn:
    """Raises ApiError."""
    fields = Fields(body, parameters.CHAT)
    model = fields.required_text("model")
    _refuse_what_is_not_played(fields)
    heard = Heard()
    messages = fields.require("messages")
    if messages == []:
        raise missing("messages")
    if not isinstance(messages, list):
        raise invalid_type("messages", "an array of objects", messages)
    _read_messages(fields, heard)
    tools = _tools(fields)
    heard.tokens += tokens.count(json.dumps(body["tools"])) if body.get("tools") else 0
    choice = choose(fields, tools, nested=True)
    stream = fields.flag("stream")
    options = fields.object("stream_options")
    if fields.raw("stream_options") is not None and not stream:
        raise ApiError(
            400,
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param="stream_options",
        )
    _check_ranges(fields)
    turn = Turn(
        dialect="chat",
        model=model,
        stream=stream,
        prompt=heard.prompt,
        message_number=heard.message_number,
        instructions="\n\n".join(heard.instructions),
        input_tokens=heard.tokens,
        tools=choice.tools,
        tool_choice=choice.mode,
        forced=choice.forced,
        parallel=fields.flag("parallel_tool_calls", True),
        tool_outputs=tuple(heard.tool_outputs),
        schema=_schema(fields, heard),
        limit=_limit(fields),
        stop=_stop(fields),
        directions=Directions.read(fields),
    )
    return ChatTurn(
        turn=turn,
        choices=fields.integer("n", 1, 8) or 1,
        include_usage=options.flag("include_usage"),
        service_tier=served_tier(fields.choice("service_tier", TIERS)),
    )


def _refuse_what_is_not_played(fields: Fields) -> None:
    if fields.flag("logprobs") or fields.integer("top_logprobs", 0, 20):
        raise unsupported("logprobs", "logprobs are not supported with this model.")
    for name in ("functions", "function_call", "audio", "web_search_options"):
        if fields.raw(name) is not None:
            raise unsupported(
                name, f"Unsupported parameter: '{name}' is not supported with this model."
            )
    if "audio" in (fields.raw("modalities") or []):
        raise unsupported("modalities", "This model answers in text only.")


def _check_ranges(fields: Fields) -> None:
    """Parameters that a script has no use for, but that a client can get wrong."""
    fields.number("temperature", 0, 2)
    fields.number("top_p", 0, 1)
    fields.number("frequency_penalty", -2, 2)
    fields.number("presence_penalty", -2, 2)
    fields.choice("reasoning_effort", EFFORTS)
    fields.choice("verbosity", VERBOSITIES)
    fields.metadata()
    fields.flag("store")
    for name in ("user", "safety_identifier", "prompt_cache_key"):
        fields.text(name)


def _limit(fields: Fields) -> int | None:
    old = fields.integer("max_tokens", 1)
    new = fields.integer("max_completion_tokens", 1)
    if old is not None and new is not None:
        raise ApiError(
            400,
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            param="max_tokens",
            code="invalid_value",
        )
    return old if new is None else new


def _stop(fields: Fields) -> tuple[str, ...]:
    given = fields.raw("stop")
    words = [given] if isinstance(given, str) else given or []
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise invalid_type("stop", "a string or an array of strings", given)
    return tuple(words)


def _read_messages(fields: Fields, heard: Heard) -> None:
    waiting: set[str] = set()
    for message in fields.objects("messages"):
        role = message.required_text("role")
        message.choice("role", _ROLES)
        if role == "tool":
            call_id = message.required_text("tool_call_id")
            if call_id not in waiting:
                raise ApiError(
                    400,
                    "Invalid parameter: messages with role 'tool' must be a response to a "
                    "preceding message with 'tool_calls'.",
                    param=message.path("role"),
                )
            waiting.discard(call_id)
            heard.output(plain_text(message, "content", _SAID))
            continue
        _refuse_unanswered(waiting)
        allowed = _ANSWERED if role == "assistant" else _SAID
        calls = message.objects("tool_calls") if role == "assistant" else []
        if message.raw("content") is None and not calls and message.raw("refusal") is None:
            raise missing(message.path("content"))
        heard.say(role, plain_text(message, "content", allowed))
        for call in calls:
            waiting.add(call.required_text("id"))
            heard.tokens += tokens.count(json.dumps(call.body))
    _refuse_unanswered(waiting)


def _refuse_unanswered(waiting: set[str]) -> None:
    if waiting:
        raise ApiError(
            400,
            "An assistant message with 'tool_calls' must be followed by tool messages responding "
            "to each 'tool_call_id'. The following tool_call_ids did not have response messages: "
            f"{', '.join(sorted(waiting))}",
            param="messages",
        )


def _tools(fields: Fields) -> tuple[Tool, ...]:
    tools = []
    for row in fields.objects("tools"):
        kind = row.require("type")
        if kind == "function":
            function = row.object("function")
            function.flag("strict")
            parameters = function.object("parameters").body
            tools.append(Tool("function", tool_name(function), parameters))
        else:
            row.choice("type", ("function", "custom"))
            tools.append(Tool("custom", tool_name(row.object("custom"))))
    return tuple(tools)


def _schema(fields: Fields, heard: Heard) -> Any:
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
        tool_name(named)
        named.flag("strict")
        return named.require("schema")
    return None
