"""The Chat Completions dialect, outward: the completion object and its chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from playground.sandbox.answer import Answer
from playground.sandbox.chat_deltas import Delta, Deltas
from playground.sandbox.chat_message import message_of
from playground.sandbox.chat_request import ChatTurn
from playground.sandbox.chat_usage import usage_of
from playground.sandbox.errors import ApiError
from playground.sandbox.fields import Json
from playground.sandbox.manners import Manners, filled, merged
from playground.sandbox.play import Frame, encode

FINGERPRINT = "fp_sandbox"
DONE = b"data: [DONE]\n\n"

_FILLER = "Xk2vQ8mZr4TpLw7Ny1BsHd6Fj3GcUe9A" * 2
_STEP = 16
"""Chunks are filled up so that the letters of a delta and its filler are a multiple of this."""

FAILURE = ApiError(
    500,
    "The model produced an error. This failure is part of the script.",
    type="server_error",
    code="server_error",
)


@dataclass
class Writer:
    """Writes one answer, as often as the request has choices, in the manners of one server."""

    asked: ChatTurn
    answer: Answer
    identify: Callable[[str], str]
    """Makes an id that begins so."""
    now: Callable[[], float]
    manners: Manners

    def __post_init__(self) -> None:
        self.id = self.identify("chatcmpl-")
        self._created = int(self.now())
        self._names: dict[tuple[int, str, int], str] = {}
        self._continuous = self.manners.usage == "every chunk" or self.asked.continuous_usage

    def frames(self) -> Iterator[Frame]:
        for opening in self.manners.opening:
            yield _frame({**self._head, **filled(opening, self._facts)})
        tracks = [
            Deltas(self.answer, self.asked, self.manners, partial(self._name, index), self.now)
            for index in range(self.asked.choices)
        ]
        fills = self.asked.obfuscation and "obfuscation" not in self.manners.lacks("")
        told = 0
        for deltas in zip(*tracks, strict=True):
            told += deltas[0].tokens if deltas[0].paced else 0
            for index, delta in enumerate(deltas):
                chunk = self._chunk([self._choice(index, delta)], told)
                if fills:
                    chunk["obfuscation"] = _filler(delta)
                yield _frame(chunk, delta.paced)
        if self.answer.finish == "failed":
            yield from self._failed()
            return
        yield from self._finish(told)
        for closing in self.manners.closing:
            yield _frame(merged(self._head, filled(closing, self._facts)))
        yield from self._counted()
        if self.manners.done:
            yield Frame(DONE, False)

    def completion(self) -> Json:
        """The whole answer. Raises ApiError when the script fails: there is no other way to say so
        in this dialect."""
        if self.answer.finish == "failed":
            raise FAILURE
        choices = []
        for index in range(self.asked.choices):
            message, logprobs = message_of(
                self.answer, self.asked, self.manners, partial(self._name, index), self.now
            )
            choice = {
                "index": index,
                "message": merged(message, self.manners.message),
                "logprobs": logprobs,
                "finish_reason": self._finish_reason,
            }
            choices.append(self._mannered(choice))
        whole = {**self._head, "object": "chat.completion", "choices": choices}
        if self.manners.usage != "never":
            whole["usage"] = self._usage
        return {**whole, **filled(self.manners.ending, self._facts)}

    def _name(self, choice: int, prefix: str, count: int) -> str:
        """The id of the `count`th call or sound of a choice: one and the same in the stream and in
        what is stored of it."""
        place = (choice, prefix, count)
        if place not in self._names:
            self._names[place] = self.identify(prefix)
        return self._names[place]

    @cached_property
    def _head(self) -> Json:
        head = {
            "id": self.id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self.asked.turn.model,
            "service_tier": self.asked.service_tier,
            "system_fingerprint": FINGERPRINT,
        }
        for name in self.manners.lacks(""):
            head.pop(name, None)
        return merged(head, filled(self.manners.chunk, self._facts))

    @cached_property
    def _usage(self) -> Json:
        return usage_of(self.asked, self.answer, self.manners)

    @cached_property
    def _finish_reason(self) -> str:
        """OpenAI's word, or this server's own for it."""
        word: str = self.answer.finish
        if word == "tool_calls" and self.asked.functions:
            word = "function_call"
        return self.manners.finish.get(word, word)

    @property
    def _facts(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "model": self.asked.turn.model,
            "created": self._created,
            "finish": self._finish_reason,
            "usage": self._usage,
        }

    def _chunk(self, choices: list[Json], told: int) -> Json:
        chunk = {**self._head, "choices": choices}
        if self._continuous:
            output = told * self.asked.choices
            prompt = self._usage["prompt_tokens"]
            counts = {"completion_tokens": output, "total_tokens": prompt + output}
            chunk["usage"] = {**self._usage, **counts}
        elif self._tells_usage:
            chunk["usage"] = None
        return chunk

    @property
    def _tells_usage(self) -> bool:
        """Whether OpenAI would: its other chunks then have a null there."""
        return self.asked.include_usage and self.manners.usage in ("asked", "without choices")

    def _choice(self, index: int, delta: Delta, finish: str | None = None) -> Json:
        choice: Json = {
            "index": index,
            "delta": delta.body,
            "logprobs": delta.logprobs,
            "finish_reason": finish,
        }
        return self._mannered(choice)

    def _mannered(self, choice: Json) -> Json:
        for name in self._dropped:
            choice.pop(name, None)
        if not self.manners.choice:
            return choice
        facts = {**self._facts, "finish": choice.get("finish_reason")}
        return {**choice, **filled(self.manners.choice, facts)}

    @cached_property
    def _dropped(self) -> frozenset[str]:
        return self.manners.lacks("choice")

    def _finish(self, told: int) -> Iterator[Frame]:
        kind = self.manners.usage
        nothing = Delta({}, False)
        if kind == "before finish":
            chunk = self._chunk([self._choice(0, nothing)], told)
            yield _frame({**chunk, "usage": self._usage})
        for index in range(self.asked.choices):
            chunk = self._chunk([self._choice(index, nothing, self._finish_reason)], told)
            if kind == "with finish":
                chunk["usage"] = self._usage
            yield _frame({**chunk, **filled(self.manners.ending, self._facts)})
        if kind == "with choice" and self.asked.include_usage:
            yield _frame({**self._chunk([self._choice(0, nothing)], told), "usage": self._usage})

    def _counted(self) -> Iterator[Frame]:
        """The last chunk, with the usage of the whole request."""
        kind = self.manners.usage
        asked = self.asked.include_usage and kind in ("asked", "without choices", "every chunk")
        if not asked and kind != "always":
            return
        chunk = {**self._head, "choices": [], "usage": self._usage}
        if kind == "without choices":
            del chunk["choices"]
        yield _frame(chunk)

    def _failed(self) -> Iterator[Frame]:
        failed = self.manners.failed
        if failed is None:
            yield _frame(FAILURE.body)
            return
        event = f"event: {failed.event}\n".encode() if failed.event else b""
        yield Frame(event + _frame(filled(failed.data, self._facts)).data, False)
        if failed.done:
            yield Frame(DONE, False)


def _filler(delta: Delta) -> str:
    length = sum(len(value) for value in delta.body.values() if isinstance(value, str))
    return _FILLER[: _STEP - length % _STEP]


def _frame(chunk: Any, paced: bool = False) -> Frame:
    return Frame(b"data: %b\n\n" % encode(chunk), paced)
