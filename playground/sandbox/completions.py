"""The legacy Completions dialect, outward: the text completion, whole and in chunks.

Both have the same shape. A script's messages are the text; what a base model cannot do, such as
calling a tool, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from playground.sandbox.answer import Answer
from playground.sandbox.chat import DONE, FAILURE, FINGERPRINT
from playground.sandbox.completions_request import CompletionTurn
from playground.sandbox.fields import Json
from playground.sandbox.logprobs import likelihoods
from playground.sandbox.manners import Manners
from playground.sandbox.parts import Message, Refusal
from playground.sandbox.play import Frame, encode
from playground.sandbox.tokens import Pieces


@dataclass(frozen=True, slots=True)
class _Choice:
    index: int
    prompt: Pieces
    """What is repeated before the text; empty without `echo`."""
    pieces: Pieces
    finish: str


@dataclass
class TextWriter:
    asked: CompletionTurn
    answers: Sequence[Answer]
    """One for each prompt."""
    identify: Callable[[str], str]
    now: Callable[[], float]
    manners: Manners
    _choices: list[_Choice] = field(init=False)

    def __post_init__(self) -> None:
        self._choices = [
            self._choice(place * self.asked.choices + copy, place)
            for place in range(len(self.answers))
            for copy in range(self.asked.choices)
        ]
        self._head: Json = {
            "id": self.identify("cmpl-"),
            "object": "text_completion",
            "created": int(self.now()),
            "model": self.asked.turns[0].model,
            "system_fingerprint": FINGERPRINT,
        }

    def frames(self) -> Iterator[Frame]:
        offsets = [0] * len(self._choices)
        for choice in self._choices:
            if choice.prompt:
                yield self._chunk(choice, choice.prompt, offsets, paced=False)
        for row in zip_longest(*(choice.pieces for choice in self._choices)):
            for choice, piece in zip(self._choices, row, strict=True):
                if piece is not None:
                    yield self._chunk(choice, (piece,), offsets, paced=True)
        if self._failed:
            yield _frame(FAILURE.body)
            return
        for choice in self._choices:
            last: Json = {"text": "", "index": choice.index, "logprobs": None}
            last["finish_reason"] = choice.finish
            yield _frame({**self._head, "choices": [last], **self._no_usage})
        if self.asked.include_usage:
            yield _frame({**self._head, "choices": [], "usage": self._usage()})
        yield Frame(DONE, False)

    def completion(self) -> Json:
        """Raises ApiError when the script fails."""
        if self._failed:
            raise FAILURE
        rows = [
            {
                "text": "".join(choice.prompt + choice.pieces),
                "index": choice.index,
                "logprobs": self._logprobs(choice.prompt + choice.pieces, 0, choice),
                "finish_reason": choice.finish,
            }
            for choice in self._choices
        ]
        return {**self._head, "choices": rows, "usage": self._usage()}

    @property
    def _failed(self) -> bool:
        return any(answer.finish == "failed" for answer in self.answers)

    @property
    def _no_usage(self) -> Json:
        return {"usage": None} if self.asked.include_usage else {}

    def _choice(self, index: int, place: int) -> _Choice:
        answer = self.answers[place]
        said = tuple(
            piece
            for part in answer.parts
            if isinstance(part, Message | Refusal)
            for piece in part.pieces
        )
        limit = self.asked.limit
        finish: str = "length" if len(said) > limit else answer.finish
        return _Choice(
            index,
            self.asked.prompts[place] if self.asked.echo else (),
            said[:limit],
            self.manners.finish.get(finish, finish),
        )

    def _chunk(self, choice: _Choice, pieces: Pieces, offsets: list[int], *, paced: bool) -> Frame:
        text = "".join(pieces)
        row = {
            "text": text,
            "index": choice.index,
            "logprobs": self._logprobs(pieces, offsets[choice.index], choice),
            "finish_reason": None,
        }
        offsets[choice.index] += len(text)
        return _frame({**self._head, "choices": [row], **self._no_usage}, paced)

    def _logprobs(self, pieces: Pieces, offset: int, choice: _Choice) -> Json | None:
        """Parallel lists. The first token of an echoed prompt has no probability: nothing stands
        before it."""
        top = self.asked.logprobs
        if top is None:
            return None
        logs: list[float | None] = []
        tops: list[dict[str, float] | None] = []
        offsets: list[int] = []
        for piece in pieces:
            rows = likelihoods(piece, max(1, top))
            first = bool(choice.prompt) and offset == 0
            logs.append(None if first else round(rows[0][1], 6))
            tops.append(None if first else {word: round(log, 6) for word, log in rows[:top]})
            offsets.append(offset)
            offset += len(piece)
        return {
            "tokens": list(pieces),
            "token_logprobs": logs,
            "top_logprobs": tops if top else None,
            "text_offset": offsets,
        }

    def _usage(self) -> Json:
        written = sum(len(choice.pieces) for choice in self._choices)
        output = written // self.asked.choices * self.asked.candidates
        return {
            "prompt_tokens": self.asked.input_tokens,
            "completion_tokens": output,
            "total_tokens": self.asked.input_tokens + output,
        }


def _frame(chunk: Json, paced: bool = False) -> Frame:
    return Frame(b"data: %b\n\n" % encode(chunk), paced)
