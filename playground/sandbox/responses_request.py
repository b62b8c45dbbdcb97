"""The Responses dialect, inward: a request body becomes a Turn and the shell of its response."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from playground.sandbox import hosted, parameters, strict
from playground.sandbox.errors import ApiError, invalid_type, invalid_value, unsupported
from playground.sandbox.fields import Fields, Json
from playground.sandbox.memory import Kept, Memory
from playground.sandbox.responses_items import Listener, given, kept
from playground.sandbox.turn import (
    ANY_JSON,
    Directions,
    Heard,
    Tool,
    Turn,
    choose,
    tool_name,
)

INCLUDE = (
    "code_interpreter_call.outputs",
    "computer_call_output.output.image_url",
    "file_search_call.results",
    "message.input_image.image_url",
    "message.output_text.logprobs",
    "reasoning.encrypted_content",
    "web_search_call.action.sources",
    "web_search_call.results",
)
LOGPROBS = "message.output_text.logprobs"


@dataclass(frozen=True, slots=True)
class Asked:
    """A turn, and what only this dialect knows."""

    turn: Turn
    fields: Fields
    tools: list[Json]
    """As the response repeats them."""
    form: Json
    """`text.format`, likewise."""
    recalled: tuple[Json, ...]
    """Items that the server had kept."""
    brought: tuple[Json, ...]
    """Items of this request, as the server keeps them."""
    conversation: str | None
    said: tuple[int, ...]
    """Input tokens up to the end of each thing that was said, from the first on."""
    store: bool
    background: bool
    obfuscates: bool
    logprobs: int | None
    """Alternatives of each token; None when the request does not include them."""


def shortened(asked: Asked, context: int | None) -> Asked:
    """With `truncation: auto`, what was said first is left out until the rest fits into the
    context, or only the last is left."""
    total = asked.turn.input_tokens
    if context is None or total <= context or asked.fields.raw("truncation") != "auto":
        return asked
    rests = [total - before for before in asked.said[:-1]]
    left = next((rest for rest in rests if rest <= context), rests[-1] if rests else total)
    return replace(asked, turn=replace(asked.turn, input_tokens=left, cached_tokens=0))


def read(body: Json, memory: Memory, known: Collection[str] = parameters.RESPONSES) -> Asked:
    """Raises ApiError. `known` are the fields that this path takes."""
    fields = Fields(body, known)
    model = fields.required_text("model")
    if fields.raw("prompt") is not None:
        raise unsupported("prompt", "The sandbox keeps no prompt templates: send 'input'.")
    store, background = fields.flag("store", True), fields.flag("background")
    if background and not store:
        raise ApiError(
            400,
            "Background mode requires 'store' to be true.",
            param="background",
            code="invalid_value",
        )
    conversation = _conversation(fields)
    recalled = _recalled(fields, conversation, memory)
    heard = Heard()
    tools, echoed = _tools(fields)
    if echoed:
        heard.hear(json.dumps(body["tools"]))
    listener = Listener(heard, memory)
    instructions = fields.raw("instructions")
    if isinstance(instructions, str):
        heard.say("developer", instructions)
    elif instructions is not None:
        Listener(heard, memory).listen(given(fields, "instructions"), "instructions")
    listener.recall(recalled)
    rows = given(fields, "input") if fields.raw("input") is not None or not recalled else []
    brought = listener.listen(rows, "input")
    form, schema = _format(fields, heard)
    choice = choose(fields, tools, nested=False)
    include = _include(fields)
    turn = Turn(
        dialect="responses",
        model=model,
        stream=fields.flag("stream"),
        prompt=heard.prompt,
        previous=heard.previous,
        answered=heard.answered,
        message_number=heard.message_number,
        instructions="\n\n".join(heard.instructions),
        input_tokens=heard.tokens,
        cached_tokens=memory.cache.reuse(model, heard.marks),
        tools=choice.tools,
        tool_choice=choice.mode,
        forced=choice.forced,
        parallel=fields.flag("parallel_tool_calls", True),
        tool_outputs=tuple(heard.tool_outputs),
        approvals=tuple(heard.approvals),
        hosted_limit=fields.integer("max_tool_calls", 1),
        include=include,
        compacts=listener.trigger or _is_over_threshold(fields, heard.tokens),
        schema=schema,
        limit=fields.integer("max_output_tokens", 1),
        directions=Directions.read(fields),
    )
    return Asked(
        turn=turn,
        fields=fields,
        tools=echoed,
        form=form,
        recalled=recalled,
        brought=tuple(kept(item, memory.identify) for item in brought),
        conversation=conversation,
        said=tuple(tokens for _, tokens in heard.marks),
        store=store,
        background=background,
        obfuscates=fields.object("stream_options").flag("include_obfuscation", True),
        logprobs=(fields.integer("top_logprobs", 0, 20) or 0) if LOGPROBS in include else None,
    )


def _conversation(fields: Fields) -> str | None:
    value = fields.raw("conversation")
    if isinstance(value, dict):
        return fields.object("conversation").required_text("id")
    if value is not None and not isinstance(value, str):
        raise invalid_type("conversation", "a string or an object", value)
    return value


def _recalled(fields: Fields, conversation: str | None, memory: Memory) -> tuple[Json, ...]:
    """What was said before, from the last compaction on."""
    previous = fields.text("previous_response_id")
    if previous and conversation:
        raise ApiError(
            400,
            "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. Ensure you "
            "are only providing one of them.",
            param="previous_response_id",
            code="mutually_exclusive_parameters",
        )
    items: tuple[Json, ...] = ()
    if previous:
        items = _finished(memory.previous(previous)).history
    elif conversation:
        items = tuple(memory.conversation(conversation).items.values())
    compacted = [n for n, item in enumerate(items) if item["type"] == "compaction"]
    return items[compacted[-1] :] if compacted else items


def _finished(previous: Kept) -> Kept:
    response = previous.response
    if response["status"] in ("queued", "in_progress"):
        raise ApiError(
            400,
            f"Previous response with id '{response['id']}' is still {response['status']}.",
            param="previous_response_id",
        )
    return previous


def _is_over_threshold(fields: Fields, input_tokens: int) -> bool:
    limits = []
    for row in fields.objects("context_management"):
        row.choice("type", ("compaction",))
        limits.append(row.integer("compact_threshold", 1))
    return any(limit is not None and input_tokens > limit for limit in limits)


def _include(fields: Fields) -> frozenset[str]:
    values = fields.raw("include") or []
    if not isinstance(values, list):
        raise invalid_type("include", "an array of strings", values)
    for index, value in enumerate(values):
        if value not in INCLUDE:
            raise invalid_value(f"include[{index}]", value, INCLUDE)
    return frozenset(values)


def _tools(fields: Fields) -> tuple[tuple[Tool, ...], list[Json]]:
    """Those that may be called, and all of them as the response repeats them."""
    tools = []
    echoed = []
    for row in fields.objects("tools"):
        shown = row.body
        kind = row.required_text("type")
        if kind == "function":
            shown = _function(row)
            about = row.text("description") or ""
            tools.append(Tool("function", shown["name"], shown["parameters"] or {}, about))
        elif kind == "custom":
            tools.append(Tool("custom", tool_name(row)))
        elif kind not in hosted.UNPLAYED:
            tools.append(hosted.read(row))
        echoed.append(shown)
    return tuple(tools), echoed


def _function(row: Fields) -> Json:
    """A function whose `strict` was left out is made strict where that is possible, unlike in Chat
    Completions."""
    name = tool_name(row)
    wanted = row.flag("strict", True)
    schema = row.object("parameters").body if row.raw("parameters") is not None else None
    if row.raw("strict") is None and schema is not None:
        normalised = strict.normalised(schema)
        wanted = not strict.offences(normalised)
        schema = normalised if wanted else schema
    elif wanted and schema is not None:
        strict.require(schema, f"function '{name}'", row.path("parameters"))
    return {"description": None, **row.body, "parameters": schema, "strict": wanted}


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
        name = tool_name(form)
        is_strict = form.flag("strict")
        if is_strict:
            strict.require(schema, f"response_format '{name}'", "text.format.schema")
        echoed = {
            "type": kind,
            "name": name,
            "description": form.text("description"),
            "schema": schema,
            "strict": is_strict,
        }
        return echoed, schema
    return {"type": "text"}, None
