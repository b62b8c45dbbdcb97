"""The message of a whole chat completion, and its log probabilities."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from playground.sandbox.answer import Answer
from playground.sandbox.audio import KEPT, tone
from playground.sandbox.chat_deltas import BETWEEN, Name, as_object, reasoned
from playground.sandbox.chat_request import ChatTurn
from playground.sandbox.fields import Json
from playground.sandbox.logprobs import token_logprob
from playground.sandbox.manners import Manners
from playground.sandbox.parts import Call, Message, Reasoning, Refusal


def message_of(
    answer: Answer,
    asked: ChatTurn,
    manners: Manners,
    name: Name,
    now: Callable[[], float],
) -> tuple[Json, Json | None]:
    """What the deltas of a stream join to."""
    said: list[str] = []
    refused: list[str] = []
    thoughts = ""
    calls: list[Call] = []
    for part in answer.parts:
        match part:
            case Message(pieces=pieces):
                said += [BETWEEN, *pieces] if said else pieces
            case Refusal(pieces=pieces):
                refused += pieces
            case Reasoning(sections=sections, open=True):
                thoughts += "".join("".join(section) for section in sections)
            case Call():
                calls.append(part)
            case _:
                pass
    message: Json = {
        "role": "assistant",
        "content": "".join(said) if said else None,
        "refusal": "".join(refused) if refused else None,
        "annotations": [],
    }
    if thoughts:
        message.update(reasoned(thoughts, manners))
    if said and asked.audio:
        message["content"] = None
        message["audio"] = {
            "id": name("audio_", 0),
            "data": tone(asked.audio),
            "expires_at": int(now()) + KEPT,
            "transcript": "".join(said),
        }
    if calls and asked.functions:
        message["function_call"] = {
            "name": calls[0].name,
            "arguments": "".join(calls[0].pieces),
        }
    elif calls:
        message["tool_calls"] = [
            _call(call, manners, name("call_", count)) for count, call in enumerate(calls)
        ]
    for lacking in manners.lacks("message"):
        message.pop(lacking, None)
    if asked.top_logprobs is None or asked.audio or not (said or refused):
        return message, None
    top = asked.top_logprobs
    return message, {"content": _rows(said, top), "refusal": _rows(refused, top)}


def _rows(pieces: Iterable[str], top: int) -> list[Json] | None:
    return [token_logprob(piece, top) for piece in pieces] or None


def _call(call: Call, manners: Manners, call_id: str) -> Json:
    text = "".join(call.pieces)
    if call.kind == "custom":
        inner = {"name": call.name, "input": text}
    else:
        arguments = as_object(text) if manners.calls.arguments == "object" else text
        inner = {"name": call.name, "arguments": arguments}
    return {"id": call_id, "type": call.kind, call.kind: inner}
