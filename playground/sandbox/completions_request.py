"""The legacy Completions dialect, inward: each prompt of a request body becomes a Turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playground.sandbox import tokens
from playground.sandbox.chat_request import CHOICES, stop_words, stream_options
from playground.sandbox.errors import ApiError, invalid_type, missing
from playground.sandbox.fields import Fields, Json
from playground.sandbox.tokens import Pieces
from playground.sandbox.turn import Directions, Turn

DEFAULT_LIMIT = 16
MOST_LOGPROBS = 5
PROMPTS = 2048

KNOWN = frozenset(
    {
        "best_of",
        "echo",
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "max_tokens",
        "model",
        "n",
        "presence_penalty",
        "prompt",
        "seed",
        "stop",
        "stream",
        "stream_options",
        "suffix",
        "temperature",
        "top_p",
        "user",
    }
)


@dataclass(frozen=True, slots=True)
class CompletionTurn:
    """What a request asks for, once for each of its prompts."""

    turns: tuple[Turn, ...]
    prompts: tuple[Pieces, ...]
    input_tokens: int
    limit: int
    choices: int = 1
    """For each prompt."""
    candidates: int = 1
    """Written for each prompt, of which the best are sent: `best_of`."""
    echo: bool = False
    logprobs: int | None = None
    include_usage: bool = False


def read(body: Json, *, lenient: bool) -> CompletionTurn:
    """Raises ApiError. `lenient` takes fields that OpenAI does not know."""
    fields = Fields(body, None if lenient else KNOWN)
    model = fields.required_text("model")
    prompts = _prompts(fields.require("prompt"))
    stream = fields.flag("stream")
    options = stream_options(fields, stream)
    for name, low, high in (("temperature", 0, 2), ("top_p", 0, 1)):
        fields.number(name, low, high)
    for name in ("frequency_penalty", "presence_penalty"):
        fields.number(name, -2, 2)
    fields.integer("seed", -(2**63), 2**63 - 1)
    fields.object("logit_bias")
    fields.text("user")
    suffix = tokens.count(fields.text("suffix") or "")
    choices = fields.integer("n", 1, CHOICES) or 1
    limit = fields.integer("max_tokens", 0)
    directions = Directions.read(fields)
    stop = stop_words(fields)
    turns = [
        Turn(
            dialect="completions",
            model=model,
            stream=stream,
            prompt="".join(prompt),
            message_number=1,
            input_tokens=len(prompt) + suffix,
            tool_choice="none",
            stop=stop,
            directions=directions,
        )
        for prompt in prompts
    ]
    return CompletionTurn(
        turns=tuple(turns),
        prompts=prompts,
        input_tokens=sum(turn.input_tokens for turn in turns),
        limit=DEFAULT_LIMIT if limit is None else limit,
        choices=choices,
        candidates=_candidates(fields, choices, stream),
        echo=fields.flag("echo"),
        logprobs=fields.integer("logprobs", 0, MOST_LOGPROBS),
        include_usage=options.flag("include_usage"),
    )


def _candidates(fields: Fields, choices: int, stream: bool) -> int:
    best_of = fields.integer("best_of", 1, 20)
    if best_of is None:
        return choices
    if best_of < choices:
        raise ApiError(
            400,
            f"You requested that the server return more choices than it will generate (HINT: "
            f"'n' ({choices}) must not be greater than 'best_of' ({best_of})).",
            param="best_of",
            code="invalid_value",
        )
    if stream and best_of > choices:
        raise ApiError(
            400,
            "Cannot stream results with 'best_of' greater than 'n'.",
            param="best_of",
            code="invalid_value",
        )
    return best_of


def _prompts(given: Any) -> tuple[Pieces, ...]:
    """A text, a list of texts, one list of tokens or a list of such lists."""
    if given == []:
        raise missing("prompt")
    rows = given if isinstance(given, list) and not _is_tokens(given) else [given]
    if len(rows) > PROMPTS:
        raise ApiError(
            400,
            f"Invalid 'prompt': array too long. Expected an array with maximum length {PROMPTS}, "
            f"but got an array with length {len(rows)} instead.",
            param="prompt",
            code="array_above_max_length",
        )
    return tuple(_pieces(row) for row in rows)


def _pieces(row: Any) -> Pieces:
    if isinstance(row, str):
        return tokens.split(row)
    if row and _is_tokens(row):
        # There is no vocabulary here: a token is shown by its number.
        return tuple(f"<|{token}|>" for token in row)
    raise invalid_type(
        "prompt", "a string, an array of strings, an array of tokens or an array of these", row
    )


def _is_tokens(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(token, int) and not isinstance(token, bool) for token in value
    )
