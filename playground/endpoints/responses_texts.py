"""The events of messages, of reasoning, and of calls of the user's own functions."""

from __future__ import annotations

from collections.abc import Mapping

from playground.core.items import Message, Text, ToolCall
from playground.core.transcript import Phase, Transcript
from playground.endpoints.responses_answer import Answer, Handler, count
from playground.endpoints.responses_items import CALLS, Data, rows, word, written
from playground.endpoints.responses_places import index

PARAGRAPH = "\n\n"
"""Between the sections of a summary."""


def added(transcript: Transcript, answer: Answer, data: Data) -> None:
    wire = data.get("item")
    if not isinstance(wire, dict):
        return
    answer.places.announce(transcript, wire, data)
    kind = word(wire.get("type"))
    if kind in CALLS:
        transcript.token("calling")
    elif kind == "reasoning":
        transcript.phase = "reasoning"


def item_done(transcript: Transcript, answer: Answer, data: Data) -> None:
    if isinstance(wire := data.get("item"), dict):
        answer.places.settle(transcript, wire, index(data))


def delta(kind: str, name: str, phase: Phase) -> Handler:
    """A piece of the text `name` of an item."""

    def handle(transcript: Transcript, answer: Answer, data: Data) -> None:
        item = answer.places.locate(transcript, data, kind)
        piece = data.get("delta")
        if isinstance(piece, str) and piece:
            text: Text = getattr(item, name)
            text.append(piece)
            transcript.grew(item, phase)
        else:
            transcript.touch(item)

    return handle


def text_delta(transcript: Transcript, answer: Answer, data: Data) -> None:
    """The same for what most events are, and how likely the words were."""
    item = answer.places.locate(transcript, data, "message")
    assert isinstance(item, Message)
    if data.get("logprobs"):
        item.logprobs += rows([data], "logprobs")
    piece = data.get("delta")
    if isinstance(piece, str) and piece:
        item.text.append(piece)
        transcript.grew(item, "writing")
    else:
        transcript.touch(item)


def done(
    kind: str, name: str, source: str, at: str = "content_index", between: str = ""
) -> Handler:
    """What all deltas of a part should have said together."""

    def handle(transcript: Transcript, answer: Answer, data: Data) -> None:
        item = answer.places.locate(transcript, data, kind)
        answer.parts.end(item, name, count(data, at), word(data.get(source)), between)
        if isinstance(item, Message) and answer.parts.alone(item, "text"):
            item.annotations = rows([data], "annotations") or item.annotations
            item.logprobs = rows([data], "logprobs") or item.logprobs
        transcript.touch(item)

    return handle


text_done = done("message", "text", "text")
refusal_done = done("message", "refusal", "refusal")
thought_done = done("reasoning", "text", "text")
summary_done = done("reasoning", "summary", "text", "summary_index", PARAGRAPH)

_PARTS: Mapping[str, tuple[str, str, Handler]] = {
    "refusal": ("message", "refusal", refusal_done),
    "reasoning_text": ("reasoning", "text", thought_done),
}
_TEXT = ("message", "text", text_done)
"""By type of a content part: the kind of its item, which of its texts it is, and who reads it when
it is done."""


def part_added(transcript: Transcript, answer: Answer, data: Data) -> None:
    if isinstance(part := data.get("part"), dict):
        kind, name, _ = _PARTS.get(word(part.get("type")), _TEXT)
        item = answer.places.locate(transcript, data, kind)
        answer.parts.begin(item, name)
        transcript.touch(item)


def part_done(transcript: Transcript, answer: Answer, data: Data) -> None:
    if isinstance(part := data.get("part"), dict):
        *_, handle = _PARTS.get(word(part.get("type")), _TEXT)
        handle(transcript, answer, {**data, **part})


def summary_added(transcript: Transcript, answer: Answer, data: Data) -> None:
    item = answer.places.locate(transcript, data, "reasoning")
    answer.parts.begin(item, "summary", PARAGRAPH)
    transcript.touch(item)


def summary_part_done(transcript: Transcript, answer: Answer, data: Data) -> None:
    if isinstance(part := data.get("part"), dict):
        summary_done(transcript, answer, {**data, **part})


def annotation(transcript: Transcript, answer: Answer, data: Data) -> None:
    mark = data.get("annotation")
    item = answer.places.locate(transcript, data, "message")
    if isinstance(item, Message) and isinstance(mark, dict):
        at = len(item.annotations)
        if "annotation_index" in data:  # some servers send the same one again
            place = (item.key, count(data, "content_index"), count(data, "annotation_index"))
            at = answer.marks.setdefault(place, at)
        item.annotations[at : at + 1] = [mark]
        transcript.touch(item)


def call_done(kind: str, source: str) -> Handler:
    """All arguments of a call are there: from now on it could be run."""

    def handle(transcript: Transcript, answer: Answer, data: Data) -> None:
        item = answer.places.locate(transcript, data, kind)
        if isinstance(item, ToolCall):
            if given := written(data.get(source)):
                item.arguments.replace(given)
            item.name = word(data.get("name")) or item.name
            item.state = "not run"
            transcript.touch(item)

    return handle


HANDLERS: Mapping[str, Handler] = {
    "response.output_item.added": added,
    "response.output_item.done": item_done,
    "response.content_part.added": part_added,
    "response.content_part.done": part_done,
    "response.output_text.delta": text_delta,
    "response.output_text.done": text_done,
    "response.output_text.annotation.added": annotation,
    "response.refusal.delta": delta("message", "refusal", "writing"),
    "response.refusal.done": refusal_done,
    "response.reasoning_text.delta": delta("reasoning", "text", "reasoning"),
    "response.reasoning_text.done": thought_done,
    "response.reasoning_summary_part.added": summary_added,
    "response.reasoning_summary_part.done": summary_part_done,
    "response.reasoning_summary_text.delta": delta("reasoning", "summary", "reasoning"),
    "response.reasoning_summary_text.done": summary_done,
    "response.function_call_arguments.delta": delta("function_call", "arguments", "calling"),
    "response.function_call_arguments.done": call_done("function_call", "arguments"),
    "response.custom_tool_call_input.delta": delta("custom_tool_call", "arguments", "calling"),
    "response.custom_tool_call_input.done": call_done("custom_tool_call", "input"),
}
