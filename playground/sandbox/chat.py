"""The Chat Completions dialect, outward: the completion object and its chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import assert_never

from playground.sandbox.answer import Answer, Call, Item, Message, Reasoning, Refusal
from playground.sandbox.errors import ApiError
from playground.sandbox.fields import Json
from playground.sandbox.play import Frame, encode

FINGERPRINT = "fp_sandbox"
DONE = b"data: [DONE]\n\n"

_FAILURE = ApiError(
    500,
    "The model produced an error. This failure is part of the script.",
    type="server_error",
    code="server_error",
)


@dataclass
class Writer:
    """Writes one answer, `choices` times over."""

    model: str
    answer: Answer
    input_tokens: int
    identify: Callable[[str], str]
    """Makes an id that begins so."""
    now: Callable[[], float]
    choices: int = 1
    include_usage: bool = False
    """A stream ends with a chunk that has the usage and no choice."""
    service_tier: str = "default"

    def frames(self) -> Iterator[Frame]:
        head: Json = {
            "id": self.identify("chatcmpl-"),
            "object": "chat.completion.chunk",
            "created": int(self.now()),
            "model": self.model,
            "service_tier": self.service_tier,
            "system_fingerprint": FINGERPRINT,
        }
        usage = {"usage": None} if self.include_usage else {}
        for delta, counts in self._deltas():
            for index in range(self.choices):
                choices = [_choice(index, delta, None)]
                yield Frame(_frame({**head, "choices": choices, **usage}), counts)
        if self.answer.finish == "failed":
            yield Frame(_frame(_FAILURE.body), False)
            return
        for index in range(self.choices):
            choices = [_choice(index, {}, self.answer.finish)]
            yield Frame(_frame({**head, "choices": choices, **usage}), False)
        if self.include_usage:
            yield Frame(_frame({**head, "choices": [], "usage": self._usage()}), False)
        yield Frame(DONE, False)

    def completion(self) -> Json:
        """The whole answer. Raises ApiError when the script fails: there is no other way to say so
        in this dialect."""
        if self.answer.finish == "failed":
            raise _FAILURE
        return {
            "id": self.identify("chatcmpl-"),
            "object": "chat.completion",
            "created": int(self.now()),
            "model": self.model,
            "choices": [
                {
                    "index": index,
                    "message": self._message(),
                    "logprobs": None,
                    "finish_reason": self.answer.finish,
                }
                for index in range(self.choices)
            ],
            "usage": self._usage(),
            "service_tier": self.service_tier,
            "system_fingerprint": FINGERPRINT,
        }

    def _message(self) -> Json:
        """The deltas of a stream, joined."""
        message: Json = {"role": "assistant", "content": None, "refusal": None, "annotations": []}
        calls: dict[int, Json] = {}
        for delta, _ in self._deltas():
            for name in ("content", "refusal", "reasoning_content"):
                if delta.get(name):
                    message[name] = (message.get(name) or "") + delta[name]
            for part in delta.get("tool_calls", ()):
                if (call := calls.get(part["index"])) is None:
                    kind = part["type"]
                    calls[part["index"]] = {
                        "id": part["id"],
                        "type": kind,
                        kind: dict(part[kind]),
                    }
                    continue
                kind = call["type"]
                for name, piece in part[kind].items():
                    call[kind][name] += piece
        if calls:
            message["tool_calls"] = list(calls.values())
        return message

    def _deltas(self) -> Iterator[tuple[Json, bool]]:
        """What each chunk adds, and whether it is a delta that waits for its time."""
        parts = self.answer.parts
        speaks = any(isinstance(part, Message) for part in parts)
        yield (
            {"role": "assistant", "content": "" if speaks else None, "refusal": None},
            False,
        )
        texts = 0
        calls = 0
        for part in parts:
            match part:
                case Message(pieces=pieces):
                    # One string here, where the Responses dialect has an item for each text.
                    if texts:
                        yield {"content": "\n\n"}, False
                    texts += 1
                    for piece in pieces:
                        yield {"content": piece}, True
                case Refusal(pieces=pieces):
                    for piece in pieces:
                        yield {"refusal": piece}, True
                case Reasoning(sections=sections, open=True):
                    for piece in chain.from_iterable(sections):
                        yield {"reasoning_content": piece}, True
                case Reasoning():
                    pass  # OpenAI only counts it in this dialect.
                case Call():
                    yield from self._call(calls, part)
                    calls += 1
                case Item():
                    pass  # This dialect has no such things.
                case other:
                    assert_never(other)

    def _call(self, index: int, part: Call) -> Iterator[tuple[Json, bool]]:
        text = "arguments" if part.kind == "function" else "input"
        opening = {
            "index": index,
            "id": self.identify("call_"),
            "type": part.kind,
            part.kind: {"name": part.name, text: ""},
        }
        yield {"tool_calls": [opening]}, False
        for piece in part.pieces:
            yield {"tool_calls": [{"index": index, part.kind: {text: piece}}]}, True

    def _usage(self) -> Json:
        answer = self.answer
        output = answer.output_tokens * self.choices
        return {
            "prompt_tokens": self.input_tokens,
            "completion_tokens": output,
            "total_tokens": self.input_tokens + output,
            "prompt_tokens_details": {
                "cached_tokens": 0,
                "cache_write_tokens": 0,
                "audio_tokens": 0,
            },
            "completion_tokens_details": {
                "reasoning_tokens": answer.reasoning_tokens * self.choices,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }


def _choice(index: int, delta: Json, finish: str | None) -> Json:
    return {"index": index, "delta": delta, "logprobs": None, "finish_reason": finish}


def _frame(chunk: Json) -> bytes:
    return b"data: %b\n\n" % encode(chunk)
