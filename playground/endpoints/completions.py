"""Legacy Completions: a text that goes on, for base models and local servers.

The prompt is the conversation as one text: what was said, each after a blank line. An answer that
repeats the prompt before it (`echo`) takes its place; one that begins with a blank goes on from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from playground.core.call import Call
from playground.core.endpoint import Endpoint, Kept, Parameter, answered, finish
from playground.core.items import Item, Message
from playground.core.profile import Quirks
from playground.core.transcript import Transcript
from playground.endpoints import chat_parameters as chat
from playground.endpoints.choices import Choice, Data, opened, reducer
from playground.endpoints.streaming import with_stream

VERSION = 1

PARAMETERS = (
    chat.TEMPERATURE,
    chat.TOP_P,
    Parameter("max_tokens", "integer", "Limit of the answer; many servers stop at 16.", 256, 1),
    Parameter("suffix", "text", "What comes after the text that is to be filled in.", "",
              refused="models that do not fill in"),
    Parameter("echo", "boolean", "Repeat the prompt before the answer.", True, group="Output"),
    chat.STOP,
    chat.N,
    Parameter("best_of", "integer",
              "Make more answers than are returned and choose; costs all of them.", 2, 1, 20,
              group="Output", refused="streams"),
    Parameter("logprobs", "integer", "Report how likely each token was, and this many others.",
              5, 0, 5, group="Output"),
    chat.FREQUENCY_PENALTY,
    chat.PRESENCE_PENALTY,
    chat.LOGIT_BIAS,
    chat.SEED,
    chat.USER,
    chat.OBFUSCATION,
)  # fmt: skip


def body(
    call: Call, history: Sequence[Item], quirks: Quirks, kept: Kept | None = None
) -> dict[str, Any]:
    made: dict[str, Any] = {"model": call.model, "prompt": _prompt(call.instructions, history)}
    return finish(made, with_stream(made, call, quirks), quirks)


def _prompt(instructions: str, history: Sequence[Item]) -> str:
    prompt = instructions
    for item in answered(history):
        if isinstance(item, Message) and (text := str(item.text)):
            answer = item.role == "assistant"
            if not prompt or (answer and text.startswith(prompt)):
                prompt = text
            elif answer and (text[0].isspace() or prompt[-1].isspace()):
                prompt += text
            else:
                prompt += f"\n\n{text}"
    return prompt


def _read(transcript: Transcript, choice: Choice, row: Data) -> None:
    if logprobs := row.get("logprobs"):
        _weigh(choice, logprobs)
    text = row.get("text")
    if text and isinstance(text, str):
        message = choice.message or opened(transcript, choice)
        message.text.append(text)
        transcript.token("writing")
    if choice.message is not None:
        transcript.touch(choice.message)


def _weigh(choice: Choice, logprobs: Any) -> None:
    """Columns become rows, as a chat has them."""
    if not isinstance(logprobs, dict):
        return
    columns = (logprobs.get(name) for name in ("tokens", "token_logprobs", "top_logprobs"))
    tokens, chances, others = (one if isinstance(one, list) else [] for one in columns)
    for token, chance, other in zip_longest(tokens, chances, others):
        if isinstance(token, str):
            top = other.items() if isinstance(other, dict) else ()
            rows = [{"token": word, "logprob": value} for word, value in top]
            choice.logprobs.append({"token": token, "logprob": chance, "top_logprobs": rows})


def _settle(transcript: Transcript, choice: Choice) -> None:
    """Nothing but text can be open, and that is closed."""


COMPLETIONS = Endpoint(
    "completions",
    "Completions",
    "/completions",
    VERSION,
    body,
    reducer(_read, _settle),
    PARAMETERS,
    proceed="",
    turns="prompt",
    modes=("text",),
    text_only=True,
)
