"""Answers that come as choices: what Chat Completions and the older Completions have in common.

Choices are told apart by index, else by their place. The answer is over when every choice that was
seen has a finish_reason, or at `[DONE]` when at least one has: alone that marker is no proof,
gateways append it to streams that broke. A choice that was cut short says how the answer ended,
else the first one does. An unknown finish_reason is an end like any other, and shown as it is.

The last valid usage wins, wherever it stands. Errors are read in every shape; what came before
them or with them stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.core.items import Message, Reasoning, ToolCall
from playground.core.problem import from_error
from playground.core.transcript import Reducer, Transcript
from playground.core.usage import Usage

CUT_SHORT = frozenset(
    ("length", "max_tokens", "model_length", "content_filter", "insufficient_system_resource")
)
"""In lower case."""

UNFINISHED = "One of several answers never said that it was over; the stream did."

Data = Mapping[str, Any]
NOTHING: Data = {}


@dataclass(slots=True)
class Pieces:
    """A string that comes in pieces."""

    parts: list[str] = field(default_factory=list)
    size: int = 0
    joined: int = 0

    def add(self, piece: str) -> bool:
        """Whether it is time to join: when a sixteenth is new, which keeps the work linear."""
        self.parts.append(piece)
        self.size += len(piece)
        ripe = self.size - self.joined > self.joined // 16
        if ripe:
            self.joined = self.size
        return ripe


@dataclass(slots=True)
class Choice:
    """One of the answers that were asked for at once, while it comes."""

    number: int
    reason: str = ""
    """Its finish_reason."""
    message: Message | None = None
    reasoning: Reasoning | None = None
    logprobs: list[dict[str, Any]] = field(default_factory=list)
    """Those of the message, which may come before it."""
    sound: dict[str, Pieces] = field(default_factory=dict)
    """`data` and `transcript` of a spoken answer."""
    calls: int = 0
    """How many tool calls have begun."""
    open: list[ToolCall] = field(default_factory=list)
    """Those that nobody has declared over."""
    last: ToolCall | None = None
    """The one that the last piece belonged to."""
    by_index: dict[int, ToolCall] = field(default_factory=dict)
    by_id: dict[str, ToolCall] = field(default_factory=dict)
    complete: set[str] = field(default_factory=set)
    """Keys of calls whose first piece of arguments looks like all of them."""

    @property
    def whole(self) -> bool:
        """It ended because the model was done."""
        return self.reason != "error" and self.reason.lower() not in CUT_SHORT


@dataclass(slots=True)
class Choices:
    """The choices of one answer."""

    by_index: dict[int, Choice] = field(default_factory=dict)
    unfinished: int = 0
    rank: tuple[bool, bool] = (False, False)
    """Of the finish_reason that is shown: (cut short, of the first choice)."""


Read = Callable[[Transcript, Choice, Data], None]
"""Takes what a chunk, or a whole answer, says in one of its choices."""
Settle = Callable[[Transcript, Choice], None]
"""Does what is to be done when a choice is over."""


def reducer(read: Read, settle: Settle) -> Reducer:
    """The reducer of a dialect that answers in choices."""

    def reduce(transcript: Transcript, kind: str, data: Any) -> None:
        if kind == "[DONE]":
            _declared_over(transcript)
            return
        if isinstance(data, list) and data:  # Gemini's OpenAI layer wraps errors in a list
            data = data[0]
        if not isinstance(data, dict):
            return
        # Not in functions of their own: this is read for each word of an answer.
        value = data.get("id")
        if value and isinstance(value, str):
            transcript.response_id = value
        value = data.get("model")
        if value and isinstance(value, str):
            transcript.model = value
        value = data.get("service_tier")
        if value and isinstance(value, str):
            transcript.service_tier = value
        if value := data.get("usage"):
            _count(transcript, value)
        groq = data.get("x_groq")
        if groq:
            groq = groq if isinstance(groq, dict) else NOTHING
            _count(transcript, groq.get("usage"))
        rows = data.get("choices")
        if isinstance(rows, list):
            choices = transcript.scratch.get("choices") or _choices(transcript)
            for place, row in enumerate(rows):
                if not isinstance(row, dict):
                    continue
                index = row.get("index")
                if type(index) is not int or index < 0:
                    index = place
                choice = choices.by_index.get(index) or _begin(transcript, choices, index)
                read(transcript, choice, row)
                reason = row.get("finish_reason")
                if reason and isinstance(reason, str):
                    _finish(transcript, choice, reason, row)
                    settle(transcript, choice)
        if (
            data.get("error")
            or kind == "error"
            or (not rows and "error" in (data.get("object"), data.get("type")))
        ):
            fail(transcript, data)
        elif groq and groq.get("error"):
            fail(transcript, groq)

    return reduce


def opened(transcript: Transcript, choice: Choice) -> Message:
    """The message of a choice; it begins with the first thing that is said."""
    if choice.message is None:
        if choice.reasoning is not None:
            transcript.close(choice.reasoning)
        key = f"{transcript.leg}:{choice.number}:message"
        choice.message = Message(key=key, choice=choice.number, logprobs=choice.logprobs)
        transcript.open(choice.message)
    return choice.message


def fail(transcript: Transcript, data: Data) -> None:
    """The server says that something went wrong, in whatever shape."""
    error = data.get("error")
    if not isinstance(error, dict):
        error = data
    problem = from_error(data, _status(error))
    made = error.get("failed_generation")  # Groq: what the model wrote and nobody could read
    if made and isinstance(made, str):
        problem = problem.model_copy(update={"facts": {"failed_generation": made}})
    transcript.problem = problem
    transcript.terminal = "failed"
    transcript.finish_reason = problem.code


def _status(error: Data) -> int | None:
    """The HTTP status that a gateway had from behind it, where its error says so."""
    for name in ("status_code", "code"):
        value = error.get(name)
        if isinstance(value, int) and 400 <= value < 600:
            return value
    return None


def _count(transcript: Transcript, data: Any) -> None:
    if data and (usage := Usage.read(data)) is not None:
        transcript.usages[transcript.leg] = usage


def _choices(transcript: Transcript) -> Choices:
    choices: Choices | None = transcript.scratch.get("choices")
    if choices is None:
        choices = transcript.scratch["choices"] = Choices()
    return choices


def _begin(transcript: Transcript, choices: Choices, index: int) -> Choice:
    choice = choices.by_index[index] = Choice(index)
    choices.unfinished += 1
    if transcript.terminal != "failed":
        transcript.terminal = None
    return choice


def _finish(transcript: Transcript, choice: Choice, reason: str, row: Data) -> None:
    choices = _choices(transcript)
    if not choice.reason:
        choices.unfinished -= 1
    choice.reason = reason
    _count(transcript, row.get("usage"))
    for item in (choice.reasoning, choice.message):
        if item is not None:
            transcript.close(item)
    if transcript.terminal == "failed":
        return
    if reason == "error":
        if not row.get("error"):
            row = {"message": "The server ended the answer with finish_reason error."}
        fail(transcript, row)
        return
    rank = (not choice.whole, not choice.number)
    if rank >= choices.rank:
        choices.rank = rank
        transcript.finish_reason = reason
    if not choices.unfinished:
        _end(transcript, choices)


def _declared_over(transcript: Transcript) -> None:
    choices = _choices(transcript)
    if transcript.terminal is None and len(choices.by_index) > choices.unfinished > 0:
        transcript.repair(UNFINISHED)
        _end(transcript, choices)


def _end(transcript: Transcript, choices: Choices) -> None:
    transcript.terminal = "incomplete" if choices.rank[0] else "completed"
