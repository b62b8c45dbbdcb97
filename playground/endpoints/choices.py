"""Answers that come as choices: what Chat Completions and the older Completions have in common.

Choices are told apart by index, else by their place. The answer is over when every choice that was
seen has a finish_reason, or at `[DONE]` when at least one has: alone that marker is no proof,
gateways append it to streams that broke. A choice that was cut short says how the answer ended,
else the first one does. An unknown finish_reason is an end like any other, and shown as it is.

The last valid usage wins, wherever it stands. Errors are read in every shape, and never take away
what came with them or before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.core.items import Item, Message, Reasoning, ToolCall
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
    """A string that arrives in pieces and must be plain: joined whenever a sixteenth of it is new,
    so that the work stays linear."""

    parts: list[str] = field(default_factory=list)
    size: int = 0
    joined: int = 0

    def add(self, piece: str) -> bool:
        """Whether it is time to join."""
        self.parts.append(piece)
        self.size += len(piece)
        return self.size - self.joined > self.joined // 16


@dataclass(slots=True)
class Choice:
    """One of the answers that were asked for at once, while it comes."""

    number: int
    message: Message | None = None
    reasoning: Reasoning | None = None
    logprobs: list[dict[str, Any]] = field(default_factory=list)
    """Those of the message, which may come before it."""
    sound: dict[str, Pieces] = field(default_factory=dict)
    """`data` and `transcript` of a spoken answer."""
    reason: str = ""
    """Its finish_reason."""

    made: int = 0
    """Tool calls that have begun."""
    open: list[ToolCall] = field(default_factory=list)
    """Those of them that nobody declared over."""
    last: ToolCall | None = None
    by_index: dict[int, ToolCall] = field(default_factory=dict)
    by_id: dict[str, ToolCall] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)
    """Keys of calls whose arguments came in one piece that looks like all of them."""


@dataclass(slots=True)
class Choices:
    """The choices of one answer of the server."""

    by_index: dict[int, Choice] = field(default_factory=dict)
    unfinished: int = 0
    rank: tuple[bool, bool] | None = None
    """(cut short, the first choice): whose finish_reason is shown."""


Read = Callable[[Transcript, Choice, Data], None]
"""Takes what one choice of a chunk, or of a whole answer, adds to it."""
Close = Callable[[Transcript, Choice, bool], None]
"""Closes what a dialect has open in a choice; True: it came whole."""


def reducer(read: Read, close: Close) -> Reducer:
    """The reducer of a dialect that answers in choices."""

    def reduce(transcript: Transcript, kind: str, data: Any) -> None:
        if kind == "[DONE]":
            _over(transcript, close)
            return
        if isinstance(data, list) and data:  # Gemini's OpenAI layer wraps errors in a list
            data = data[0]
        if not isinstance(data, dict):
            return
        groq = data.get("x_groq")
        if not isinstance(groq, dict):
            groq = NOTHING
        _facts(transcript, data, groq)
        rows = data.get("choices")
        if isinstance(rows, list) and rows:
            choices: Choices | None = transcript.scratch.get("choices")
            if choices is None:
                choices = transcript.scratch["choices"] = Choices()
            for place, row in enumerate(rows):
                if isinstance(row, dict):
                    choice = _choice(transcript, choices, row, place)
                    read(transcript, choice, row)
                    reason = row.get("finish_reason")
                    if reason and isinstance(reason, str):
                        _finish(transcript, choices, choice, reason, row)
                        close(transcript, choice, choice.reason in WHOLE)
        if data.get("error") or kind == "error" or data.get("object") == "error":
            fail(transcript, data)
        elif groq.get("error"):
            fail(transcript, groq)

    return reduce


def opened(transcript: Transcript, choice: Choice) -> Message:
    """The message of a choice, which begins with the first thing that it says."""
    if choice.message is None:
        if choice.reasoning is not None:
            transcript.close(choice.reasoning)
        key = f"{transcript.leg}:{choice.number}:message"
        choice.message = Message(key=key, choice=choice.number, logprobs=choice.logprobs)
        transcript.open(choice.message)
    return choice.message
