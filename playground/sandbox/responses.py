"""The Responses dialect, outward: the response object and the events that build it up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import assert_never

from playground.sandbox.answer import Answer
from playground.sandbox.fields import Json
from playground.sandbox.play import Frame, encode
from playground.sandbox.responses_output import Pen
from playground.sandbox.turn import Turn

STEP = 16
"""Characters of which a padded delta has a multiple."""
_NOISE = "kF3x9QvT0aLw7RzB"

FAILURE = {
    "code": "server_error",
    "message": "The model produced an error. This failure is part of the script.",
}


@dataclass
class Writer:
    """Writes one answer. `shell` is the response as it stands before the answer: what the request
    set, and what it left to the server."""

    shell: Json
    answer: Answer
    turn: Turn
    identify: Callable[[str], str]
    """Makes an id that begins so."""
    now: Callable[[], float]
    tell: Callable[[Json], None] = lambda response: None
    """Hears of every new state of the response, before the event that says so."""
    obfuscates: bool = False
    """Deltas are padded, so that their lengths do not give the text away."""
    logprobs: int | None = None
    """Alternatives that are told of each token of a text; None when nothing is told."""

    def frames(self) -> Iterator[Frame]:
        for event in self.events():
            kind = event["type"]
            data = b"event: %b\ndata: %b\n\n" % (kind.encode(), encode(event))
            yield Frame(data, kind.endswith(".delta"))

    def response(self) -> Json:
        """The finished response, as it is answered when nobody asked for a stream."""
        *_, last = self.events()
        response: Json = last["response"]
        return response

    def events(self) -> Iterator[Json]:
        for number, event in enumerate(self._unnumbered()):
            kind, delta = event["type"], event.get("delta")
            if self.obfuscates and isinstance(delta, str):
                event["obfuscation"] = _NOISE[: STEP - len(delta) % STEP]
            yield {"type": kind, "sequence_number": number, **event}

    def _unnumbered(self) -> Iterator[Json]:
        started = {**self.shell, "status": "in_progress", "output": [], "usage": None}
        if self.shell["background"]:
            queued = {**started, "status": "queued"}
            yield self._state("created", queued)
            yield self._state("queued", queued)
        else:
            yield self._state("created", started)
        yield self._state("in_progress", started)
        output: list[Json] = []
        pen = Pen(self.identify, self.logprobs)
        for index, part in enumerate(self.answer.parts):
            last = index == len(self.answer.parts) - 1
            item = yield from pen.item(index, part, last=last)
            output.append(item)
        ended = self._ended(started, output)
        yield self._state(ended["status"], ended)

    def _state(self, stage: str, response: Json) -> Json:
        self.tell(response)
        return {"type": f"response.{stage}", "response": response}

    def _ended(self, started: Json, output: list[Json]) -> Json:
        response = {**started, "output": output, "usage": self._usage()}
        match self.answer.finish:
            case "stop" | "tool_calls":
                response["status"] = "completed"
                response["completed_at"] = int(self.now())
            case "length":
                response["status"] = "incomplete"
                response["incomplete_details"] = {"reason": "max_output_tokens"}
            case "content_filter" | "max_messages" | "steered" as reason:
                response["status"] = "incomplete"
                response["incomplete_details"] = {"reason": reason}
            case "failed":
                response["status"] = "failed"
                response["error"] = FAILURE
            case other:
                assert_never(other)
        return response

    def _usage(self) -> Json:
        answer = self.answer
        turn = self.turn
        return {
            "input_tokens": turn.input_tokens,
            "input_tokens_details": {
                "cached_tokens": turn.cached_tokens,
                "cache_write_tokens": 0,
            },
            "output_tokens": answer.output_tokens,
            "output_tokens_details": {"reasoning_tokens": answer.reasoning_tokens},
            "total_tokens": turn.input_tokens + answer.output_tokens,
        }
