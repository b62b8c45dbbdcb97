"""The deltas of a chat completion: what each chunk adds to the message."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple, assert_never

from playground.sandbox.answer import Answer
from playground.sandbox.audio import KEPT, tone
from playground.sandbox.chat_request import ChatTurn
from playground.sandbox.fields import Json
from playground.sandbox.logprobs import token_logprob
from playground.sandbox.manners import Manners
from playground.sandbox.parts import Call, Item, Message, Reasoning, Refusal

BETWEEN = "\n\n"
"""One string here, where the Responses dialect has an item for each text."""


Name = Callable[[str, int], str]
"""The id with this beginning of one of several things in one choice; asked again, the same."""


class Delta(NamedTuple):
    body: Json
    paced: bool
    """Waits for its time, and counts as a token or more."""
    logprobs: Json | None = None
    tokens: int = 1


@dataclass(frozen=True, slots=True)
class Deltas:
    answer: Answer
    asked: ChatTurn
    manners: Manners
    name: Name
    now: Callable[[], float]

    def __iter__(self) -> Iterator[Delta]:
        yield Delta(self._opening(), False)
        texts = calls = 0
        for part in self.answer.parts:
            match part:
                case Message(pieces=pieces):
                    yield from self._said(pieces, texts)
                    texts += 1
                case Refusal(pieces=pieces):
                    for piece in pieces:
                        yield Delta({"refusal": piece}, True, self._logprobs("refusal", piece))
                case Reasoning(sections=sections, open=True):
                    for piece in chain.from_iterable(sections):
                        yield Delta(reasoned(piece, self.manners), True)
                case Reasoning():
                    pass  # OpenAI only counts it in this dialect.
                case Call() if self.asked.functions:
                    yield from self._function(part)
                case Call():
                    yield from self._call(calls, part)
                    calls += 1
                case Item():
                    pass  # This dialect has no such things.
                case other:
                    assert_never(other)
        if texts and self.asked.audio:
            yield Delta({"audio": {"data": tone(self.asked.audio)}}, False)
            yield Delta({"audio": {"expires_at": int(self.now()) + KEPT}}, False)

    def _opening(self) -> Json:
        speaks = any(isinstance(part, Message) for part in self.answer.parts)
        text = "" if speaks and not self.asked.audio else None
        opening: Json = {"role": "assistant", "content": text, "refusal": None}
        for name in self.manners.lacks("message"):
            opening.pop(name, None)
        return opening

    def _said(self, pieces: tuple[str, ...], texts: int) -> Iterator[Delta]:
        heard = self.asked.audio is not None
        if heard and not texts:
            yield Delta({"audio": {"id": self.name("audio_", 0)}}, False)
        if texts:
            yield Delta(_text(BETWEEN, heard), False, self._logprobs("content", BETWEEN))
        for piece in pieces:
            yield Delta(_text(piece, heard), True, self._logprobs("content", piece))

    def _logprobs(self, owner: str, piece: str) -> Json | None:
        top = self.asked.top_logprobs
        if top is None or self.asked.audio is not None:
            return None
        return {"content": None, "refusal": None, owner: [token_logprob(piece, top)]}

    def _function(self, part: Call) -> Iterator[Delta]:
        yield Delta({"function_call": {"name": part.name, "arguments": ""}}, False)
        for piece in part.pieces:
            yield Delta({"function_call": {"arguments": piece}}, True)

    def _call(self, count: int, part: Call) -> Iterator[Delta]:
        style = self.manners.calls
        text = "arguments" if part.kind == "function" else "input"
        name = part.name
        made: Json = {"name": "" if style.name == "last" else name, text: ""}
        opening: Json = {**self._index(count), "id": "", "type": part.kind, part.kind: made}
        call_id = self.name("call_", count)
        if style.id == "never":
            del opening["id"]
        else:
            opening["id"] = call_id
        if not style.type:
            del opening["type"]
        if style.whole:
            whole = "".join(part.pieces)
            made["name"] = name
            made[text] = as_object(whole) if style.arguments == "object" else whole
            yield Delta({"tool_calls": [opening]}, True, tokens=len(part.pieces))
            return
        yield Delta({"tool_calls": [opening]}, False)
        again: Json = {"id": call_id} if style.id == "every" else {}
        named = {"every": {"name": name}, "empty later": {"name": ""}}.get(style.name, {})
        for piece in part.pieces:
            inner = {**named, text: piece}
            row = {**self._index(count), **again, part.kind: inner}
            yield Delta({"tool_calls": [row]}, True)
        if style.name == "last":
            row = {**self._index(count), **again, part.kind: {"name": name, text: ""}}
            yield Delta({"tool_calls": [row]}, False)

    def _index(self, count: int) -> Json:
        match self.manners.calls.index:
            case "counted":
                return {"index": count}
            case "zero":
                return {"index": 0}
            case "none":
                return {}
            case other:
                assert_never(other)


def _text(piece: str, heard: bool) -> Json:
    return {"audio": {"transcript": piece}} if heard else {"content": piece}


def reasoned(text: str, manners: Manners) -> Json:
    """Reasoning that is shown, under the names this server has for it."""
    fields: Json = {}
    for name in manners.reasoning:
        if name == "reasoning_details":
            fields[name] = [
                {"type": "reasoning.text", "text": text, "format": "unknown", "index": 0}
            ]
        else:
            fields[name] = text
    return fields


def as_object(arguments: str) -> Any:
    """What a server sends that forgets to write the arguments as text; the text itself where a
    limit has cut it."""
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments
