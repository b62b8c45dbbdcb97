"""The Responses dialect, outward: the response object and the events that build it up."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import assert_never

from playground.sandbox import hosted_items
from playground.sandbox.annotations import located
from playground.sandbox.answer import Answer, Call, Item, Message, Part, Reasoning, Refusal
from playground.sandbox.fields import Json
from playground.sandbox.logprobs import token_logprob
from playground.sandbox.play import Frame, encode
from playground.sandbox.seal import sealed
from playground.sandbox.turn import Turn

Writing = Generator[Json, None, Json]
"""Events of one item; returns the finished item."""

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
    _number: int = field(default=-1, init=False)
    _call_id: str = field(default="", init=False)
    """Of the last call, which an output that is written here too belongs to."""

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
        started = {**self.shell, "status": "in_progress", "output": [], "usage": None}
        if self.shell["background"]:
            queued = {**started, "status": "queued"}
            yield self._state("response.created", queued)
            yield self._state("response.queued", queued)
        else:
            yield self._state("response.created", started)
        yield self._state("response.in_progress", started)
        output: list[Json] = []
        for index, part in enumerate(self.answer.parts):
            last = index == len(self.answer.parts) - 1
            item = yield from self._item(index, part, last)
            output.append(item)
        yield self._end(started, output)

    def _event(self, kind: str, **fields: object) -> Json:
        self._number += 1
        return {"type": kind, "sequence_number": self._number, **fields}

    def _state(self, kind: str, response: Json) -> Json:
        self.tell(response)
        return self._event(kind, response=response)

    def _delta(self, kind: str, delta: str, **fields: object) -> Json:
        if self.obfuscates:
            fields["obfuscation"] = _NOISE[: STEP - len(delta) % STEP]
        return self._event(kind, delta=delta, **fields)

    def _end(self, started: Json, output: list[Json]) -> Json:
        response = {**started, "output": output, "usage": self._usage()}
        match self.answer.finish:
            case "stop" | "tool_calls":
                response["status"] = "completed"
                response["completed_at"] = int(self.now())
            case "length":
                response["status"] = "incomplete"
                response["incomplete_details"] = {"reason": "max_output_tokens"}
            case "content_filter":
                response["status"] = "incomplete"
                response["incomplete_details"] = {"reason": "content_filter"}
            case "failed":
                response["status"] = "failed"
                response["error"] = FAILURE
            case other:
                assert_never(other)
        return self._state(f"response.{response['status']}", response)

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

    def _item(self, index: int, part: Part, last: bool) -> Writing:
        match part:
            case Message():
                phase = part.phase or ("final_answer" if last else "commentary")
                return self._message(index, part, phase)
            case Refusal():
                return self._message(index, part, "final_answer")
            case Reasoning():
                return (
                    self._open_reasoning(index, part) if part.open else self._summary(index, part)
                )
            case Call():
                return self._call(index, part)
            case Item():
                return self._hosted(index, part)
            case other:
                assert_never(other)

    def _opened(self, index: int, item: Json) -> Json:
        return self._event("response.output_item.added", output_index=index, item=item)

    def _closed(self, index: int, item: Json) -> Json:
        return self._event("response.output_item.done", output_index=index, item=item)

    def _message(self, index: int, part: Message | Refusal, phase: str) -> Writing:
        item: Json = {
            "id": self.identify("msg_"),
            "type": "message",
            "status": "in_progress",
            "role": "assistant",
            "phase": phase,
            "content": [],
        }
        is_text = isinstance(part, Message)
        content: Json = {"type": "refusal", "refusal": ""}
        if is_text:
            content = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        place: Json = {"item_id": item["id"], "output_index": index, "content_index": 0}
        yield self._opened(index, item)
        yield self._event("response.content_part.added", **place, part=content)
        text = "".join(part.pieces)
        if isinstance(part, Message):
            content = yield from self._text(place, part, {**content, "text": text})
        else:
            for piece in part.pieces:
                yield self._delta("response.refusal.delta", piece, **place)
            content = {**content, "refusal": text}
            yield self._event("response.refusal.done", **place, refusal=text)
        yield self._event("response.content_part.done", **place, part=content)
        item = {**item, "status": _status(part), "content": [content]}
        yield self._closed(index, item)
        return item

    def _text(self, place: Json, part: Message, content: Json) -> Writing:
        """The events of a text; returns its finished part."""
        logprobs: list[Json] = []
        for piece in part.pieces:
            told = []
            if self.logprobs is not None:
                logprobs.append(token_logprob(piece, self.logprobs))
                told = [_plain(logprobs[-1])]
            yield self._delta("response.output_text.delta", piece, **place, logprobs=told)
        annotations = list(located(part.annotations, content["text"]))
        for number, annotation in enumerate(annotations):
            yield self._event(
                "response.output_text.annotation.added",
                **place,
                annotation_index=number,
                annotation=annotation,
            )
        told = [_plain(row) for row in logprobs]
        yield self._event("response.output_text.done", **place, logprobs=told, text=content["text"])
        return {**content, "annotations": annotations, "logprobs": logprobs}

    def _summary(self, index: int, part: Reasoning) -> Writing:
        item: Json = {"id": self.identify("rs_"), "type": "reasoning", "summary": []}
        yield self._opened(index, item)
        summary = []
        for number, pieces in enumerate(part.sections):
            where = {"item_id": item["id"], "output_index": index, "summary_index": number}
            section = {"type": "summary_text", "text": ""}
            yield self._event("response.reasoning_summary_part.added", **where, part=section)
            for piece in pieces:
                yield self._delta("response.reasoning_summary_text.delta", piece, **where)
            text = "".join(pieces)
            section = {**section, "text": text}
            yield self._event("response.reasoning_summary_text.done", **where, text=text)
            yield self._event("response.reasoning_summary_part.done", **where, part=section)
            summary.append(section)
        told = sealed(f"reasoning of {item['id']}")
        item = {**item, "summary": summary, "encrypted_content": told}
        yield self._closed(index, item)
        return item

    def _open_reasoning(self, index: int, part: Reasoning) -> Writing:
        item: Json = {
            "id": self.identify("rs_"),
            "type": "reasoning",
            "summary": [],
            "content": [],
            "status": "in_progress",
        }
        yield self._opened(index, item)
        where = {"item_id": item["id"], "output_index": index, "content_index": 0}
        content = {"type": "reasoning_text", "text": ""}
        yield self._event("response.content_part.added", **where, part=content)
        pieces = list(chain.from_iterable(part.sections))
        for piece in pieces:
            yield self._delta("response.reasoning_text.delta", piece, **where)
        text = "".join(pieces)
        content = {**content, "text": text}
        yield self._event("response.reasoning_text.done", **where, text=text)
        yield self._event("response.content_part.done", **where, part=content)
        item = {**item, "content": [content], "status": _status(part)}
        yield self._closed(index, item)
        return item

    def _call(self, index: int, part: Call) -> Writing:
        item: Json = {"call_id": self.identify("call_"), "name": part.name}
        if part.kind == "function":
            name, field_name = "response.function_call_arguments", "arguments"
            item |= {"id": self.identify("fc_"), "type": "function_call", "status": "in_progress"}
        else:
            name, field_name = "response.custom_tool_call_input", "input"
            item |= {"id": self.identify("ctc_"), "type": "custom_tool_call"}
        item[field_name] = ""
        place = {"item_id": item["id"], "output_index": index}
        yield self._opened(index, item)
        for piece in part.pieces:
            yield self._delta(f"{name}.delta", piece, **place)
        text = "".join(part.pieces)
        yield self._event(f"{name}.done", **place, **{field_name: text})
        item = {**item, field_name: text}
        if "status" in item:
            item["status"] = _status(part)
        yield self._closed(index, item)
        return item

    def _hosted(self, index: int, part: Item) -> Writing:
        kind = hosted_items.kind_of(part.item)
        item: Json = {"id": self.identify(kind.prefix), **part.item}
        if kind.call:
            if not item["type"].endswith("_output"):
                self._call_id = self.identify("call_")
            item.setdefault("call_id", self._call_id)
        item = hosted_items.finished(item, part.sections, complete=part.complete)
        yield self._opened(index, hosted_items.opened(item))
        for event in hosted_items.progress(item, part.sections, part.events):
            name = event.pop("type")
            yield self._event(name, output_index=index, **event)
        yield self._closed(index, item)
        return item


def _status(part: Part) -> str:
    return "completed" if part.complete else "incomplete"


def _plain(logprob: Json) -> Json:
    """As events have it: without the bytes."""
    rows = [_plain(row) for row in logprob.get("top_logprobs", ())]
    plain = {"token": logprob["token"], "logprob": logprob["logprob"]}
    return {**plain, "top_logprobs": rows} if "top_logprobs" in logprob else plain
