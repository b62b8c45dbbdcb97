"""The Responses dialect, outward: the response object and the events that build it up."""

from __future__ import annotations

import base64
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import assert_never

from playground.sandbox import hosted_items
from playground.sandbox.answer import Answer, Call, Item, Message, Part, Reasoning, Refusal
from playground.sandbox.fields import Json
from playground.sandbox.play import Frame, encode

Writing = Generator[Json, None, Json]
"""Events of one item; returns the finished item."""

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
    input_tokens: int
    identify: Callable[[str], str]
    """Makes an id that begins so."""
    now: Callable[[], float]
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
        yield self._event("response.created", response=started)
        yield self._event("response.in_progress", response=started)
        output: list[Json] = []
        for index, part in enumerate(self.answer.parts):
            last = index == len(self.answer.parts) - 1
            item = yield from self._item(index, part, last)
            output.append(item)
        yield self._end(started, output)

    def _event(self, kind: str, **fields: object) -> Json:
        self._number += 1
        return {"type": kind, "sequence_number": self._number, **fields}

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
        return self._event(f"response.{response['status']}", response=response)

    def _usage(self) -> Json:
        answer = self.answer
        return {
            "input_tokens": self.input_tokens,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": answer.output_tokens,
            "output_tokens_details": {"reasoning_tokens": answer.reasoning_tokens},
            "total_tokens": self.input_tokens + answer.output_tokens,
        }

    def _item(self, index: int, part: Part, last: bool) -> Writing:
        match part:
            case Message():
                return self._message(index, part, "final_answer" if last else "commentary")
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
        content: Json
        logprobs: Json
        if isinstance(part, Message):
            name, field_name, logprobs = "response.output_text", "text", {"logprobs": []}
            content = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        else:
            name, field_name, logprobs = "response.refusal", "refusal", {}
            content = {"type": "refusal", "refusal": ""}
        place: Json = {"item_id": item["id"], "output_index": index, "content_index": 0}
        where = {**place, **logprobs}
        yield self._opened(index, item)
        yield self._event("response.content_part.added", **place, part=content)
        for piece in part.pieces:
            yield self._event(f"{name}.delta", **where, delta=piece)
        content = {**content, field_name: "".join(part.pieces)}
        yield self._event(f"{name}.done", **where, **{field_name: content[field_name]})
        yield self._event("response.content_part.done", **place, part=content)
        item = {**item, "status": _status(part), "content": [content]}
        yield self._closed(index, item)
        return item

    def _summary(self, index: int, part: Reasoning) -> Writing:
        item: Json = {"id": self.identify("rs_"), "type": "reasoning", "summary": []}
        yield self._opened(index, item)
        summary = []
        for number, pieces in enumerate(part.sections):
            where = {"item_id": item["id"], "output_index": index, "summary_index": number}
            section = {"type": "summary_text", "text": ""}
            yield self._event("response.reasoning_summary_part.added", **where, part=section)
            for piece in pieces:
                yield self._event("response.reasoning_summary_text.delta", **where, delta=piece)
            text = "".join(pieces)
            section = {**section, "text": text}
            yield self._event("response.reasoning_summary_text.done", **where, text=text)
            yield self._event("response.reasoning_summary_part.done", **where, part=section)
            summary.append(section)
        item = {**item, "summary": summary, "encrypted_content": _sealed(item["id"])}
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
            yield self._event("response.reasoning_text.delta", **where, delta=piece)
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
            yield self._event(f"{name}.delta", **place, delta=piece)
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


def _sealed(item_id: str) -> str:
    """Stands for the encrypted reasoning that a client without stored state sends back."""
    return base64.b64encode(f"sandbox reasoning of {item_id}".encode()).decode()
