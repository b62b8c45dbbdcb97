"""The Chat Completions dialect, inward: a request body becomes a Turn."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from playground.sandbox import audio, parameters, tokens
from playground.sandbox.chat_messages import Conversation, read_messages
from playground.sandbox.chat_tools import read_schema, read_tools
from playground.sandbox.errors import ApiError, invalid_type, unsupported
from playground.sandbox.fields import Fields, Json
from playground.sandbox.manners import Manners
from playground.sandbox.tokens import Pieces
from playground.sandbox.turn import (
    EFFORTS,
    VERBOSITIES,
    Directions,
    Turn,
    plain_text,
    served_tier,
)

TIERS = ("auto", "default", "flex", "scale", "priority", "fast")
CHOICES = 128
STOP_WORDS = 4

_UNPLAYED = ("moderation", "web_search_options")
"""What no script has an answer to."""


@dataclass(frozen=True, slots=True)
class ChatTurn:
    """A turn, and what only this dialect knows."""

    turn: Turn
    conversation: Conversation = field(default_factory=Conversation)
    choices: int = 1
    include_usage: bool = False
    """A stream ends with a chunk that has the usage and no choice."""
    continuous_usage: bool = False
    """vLLM's own option: every chunk has the usage so far."""
    obfuscation: bool = True
    """Chunks are filled up to lengths that tell less about the words in them."""
    service_tier: str = "default"
    top_logprobs: int | None = None
    """Alternatives for each token; None for no log probabilities at all."""
    functions: bool = False
    """The request has `functions`, the form that came before `tools`."""
    audio: str | None = None
    """Format of the sound that was asked for beside the text."""
    prediction: Pieces = ()
    store: bool = False
    metadata: dict[str, str] = field(default_factory=dict)


def read(body: Json, manners: Manners) -> ChatTurn:
    """Raises ApiError."""
    fields = Fields(body, None if manners.lenient else parameters.CHAT)
    model = fields.required_text("model")
    for name in _UNPLAYED:
        if fields.raw(name) is not None:
            raise unsupported(
                name, f"Unsupported parameter: '{name}' is not supported with this model."
            )
    conversation = read_messages(fields, manners)
    heard = conversation.heard
    tools, choice = read_tools(fields)
    for name in ("tools", "functions"):
        heard.tokens += tokens.count(json.dumps(body[name])) if body.get(name) else 0
    stream = fields.flag("stream")
    options = stream_options(fields, stream)
    _check_ranges(fields)
    turn = Turn(
        dialect="chat",
        model=model,
        stream=stream,
        prompt=heard.prompt,
        previous=heard.previous,
        answered=heard.answered,
        message_number=heard.message_number,
        instructions="\n\n".join(heard.instructions),
        input_tokens=heard.tokens + conversation.media_tokens,
        tools=choice.tools,
        tool_choice=choice.mode,
        forced=choice.forced,
        parallel=fields.flag("parallel_tool_calls", True),
        tool_outputs=tuple(heard.tool_outputs),
        schema=read_schema(fields, heard),
        limit=_limit(fields),
        stop=stop_words(fields),
        directions=Directions.read(fields),
    )
    return ChatTurn(
        turn=turn,
        conversation=conversation,
        choices=fields.integer("n", 1, CHOICES) or 1,
        include_usage=options.flag("include_usage"),
        continuous_usage=options.flag("continuous_usage_stats"),
        obfuscation=options.flag("include_obfuscation", True),
        service_tier=served_tier(fields.choice("service_tier", TIERS)),
        top_logprobs=_logprobs(fields),
        functions=bool(fields.raw("functions")) and bool(tools),
        audio=_audio(fields, stream),
        prediction=_prediction(fields),
        store=fields.flag("store"),
        metadata=fields.metadata(),
    )


def stream_options(fields: Fields, stream: bool) -> Fields:
    if fields.raw("stream_options") is not None and not stream:
        raise ApiError(
            400,
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param="stream_options",
        )
    return fields.object("stream_options")


def stop_words(fields: Fields) -> tuple[str, ...]:
    given = fields.raw("stop")
    words = [given] if isinstance(given, str) else given or []
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise invalid_type("stop", "a string or an array of strings", given)
    if len(words) > STOP_WORDS:
        raise ApiError(
            400,
            f"Invalid 'stop': array too long. Expected an array with maximum length {STOP_WORDS}, "
            f"but got an array with length {len(words)} instead.",
            param="stop",
            code="array_above_max_length",
        )
    return tuple(words)


def _check_ranges(fields: Fields) -> None:
    """Parameters that a script has no use for, but that a client can get wrong."""
    fields.number("temperature", 0, 2)
    fields.number("top_p", 0, 1)
    fields.number("frequency_penalty", -2, 2)
    fields.number("presence_penalty", -2, 2)
    fields.integer("seed", -(2**63), 2**63 - 1)
    fields.object("logit_bias")
    fields.choice("reasoning_effort", EFFORTS)
    fields.choice("verbosity", VERBOSITIES)
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


def _logprobs(fields: Fields) -> int | None:
    wanted = fields.flag("logprobs")
    top = fields.integer("top_logprobs", 0, 20)
    if top is not None and not wanted:
        raise ApiError(
            400,
            "Invalid value for 'top_logprobs': it is only allowed when 'logprobs' is enabled.",
            param="top_logprobs",
        )
    return (top or 0) if wanted else None


def _audio(fields: Fields, stream: bool) -> str | None:
    modalities = fields.raw("modalities") or ["text"]
    if not isinstance(modalities, list) or not set(modalities) <= {"text", "audio"}:
        raise invalid_type("modalities", "an array of 'text' and 'audio'", modalities)
    if "audio" not in modalities:
        return None
    fields.require("audio")
    asked = fields.object("audio")
    asked.require("voice")
    asked.required_text("format")
    form = asked.choice("format", audio.FORMATS)
    if stream and form != "pcm16":
        raise unsupported(
            "audio.format",
            "Unsupported value: 'audio.format' does not support 'wav' when stream=true. Supported "
            "values are: 'pcm16'.",
        )
    return form


def _prediction(fields: Fields) -> Pieces:
    prediction = fields.object("prediction")
    prediction.choice("type", ("content",))
    return tokens.split(plain_text(prediction, "content", ("text",)))
