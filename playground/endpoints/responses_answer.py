"""Answer: what must be remembered between the events of one leg, and who reads an event."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playground.core.transcript import Transcript
from playground.endpoints.responses_items import Data
from playground.endpoints.responses_parts import Parts
from playground.endpoints.responses_places import Places

ANSWER = "answer"
"""Where a transcript's scratch holds it."""


class Answer:
    __slots__ = ("audio", "floor", "last", "marks", "parts", "places", "request")

    def __init__(self) -> None:
        self.places = Places()
        self.parts = Parts()
        self.request = 0
        """The request of the run whose answer is being read."""
        self.last = self.floor = -1
        """The highest `sequence_number` so far, and the highest of the requests before."""
        self.marks: dict[tuple[str, int, int], int] = {}
        """Where annotations stand in a message, by its key, their part and their number."""
        self.audio: dict[str, list[str]] = {}
        """What was heard, in pieces, by the key of the message."""


Handler = Callable[[Transcript, Answer, Data], None]


def answer_of(transcript: Transcript) -> Answer:
    """The Answer of this leg, about to read what the last request brings.

    A further request for a response in the background goes on where the one before it broke off;
    its server may begin with events that are known already.
    """
    answer: Answer | None = transcript.scratch.get(ANSWER)
    if answer is not None and answer.request == transcript.requests:
        return answer
    if answer is not None and transcript.pending is not None:
        answer.floor = answer.last
    else:
        answer = transcript.scratch[ANSWER] = Answer()
        transcript.sequence = transcript.pending = None
    answer.request = transcript.requests
    return answer


def count(data: Data, name: str) -> int:
    """A number of an event, or 0: servers with one part of everything leave it out."""
    number: Any = data.get(name)
    return number if type(number) is int else 0
