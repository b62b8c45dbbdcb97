"""The usage of a chat completion: every counter that OpenAI has."""

from __future__ import annotations

from playground.sandbox.answer import Answer
from playground.sandbox.chat_messages import AUDIO_TOKENS, IMAGE_TOKENS
from playground.sandbox.chat_request import ChatTurn
from playground.sandbox.fields import Json
from playground.sandbox.manners import Manners, merged
from playground.sandbox.parts import Message
from playground.sandbox.tokens import Pieces


def usage_of(asked: ChatTurn, answer: Answer, manners: Manners) -> Json:
    choices = asked.choices
    said = [part.pieces for part in answer.parts if isinstance(part, Message)]
    spoken = sum(map(len, said)) * choices
    accepted = _matching(asked.prediction, tuple(piece for pieces in said for piece in pieces))
    rejected = len(asked.prediction) - accepted if asked.prediction else 0
    output = answer.output_tokens * choices + rejected
    turn, conversation = asked.turn, asked.conversation
    prompt_details = {
        "cached_tokens": turn.cached_tokens,
        "cache_write_tokens": 0,
        "audio_tokens": AUDIO_TOKENS * conversation.audios,
    }
    if conversation.images:
        prompt_details["image_tokens"] = IMAGE_TOKENS * conversation.images
    usage = {
        "prompt_tokens": turn.input_tokens,
        "completion_tokens": output,
        "total_tokens": turn.input_tokens + output,
        "prompt_tokens_details": prompt_details,
        "completion_tokens_details": {
            "reasoning_tokens": answer.reasoning_tokens * choices,
            "audio_tokens": spoken if asked.audio else 0,
            "accepted_prediction_tokens": accepted,
            "rejected_prediction_tokens": rejected,
        },
    }
    for name in manners.lacks("usage"):
        usage.pop(name, None)
    return merged(usage, manners.usage_fields)


def _matching(prediction: Pieces, said: Pieces) -> int:
    """Tokens of the prediction that came true, from its beginning and from its end."""
    most = min(len(prediction), len(said))
    head = 0
    while head < most and prediction[head] == said[head]:
        head += 1
    tail = 0
    while tail < most - head and prediction[-1 - tail] == said[-1 - tail]:
        tail += 1
    return head + tail
