"""The items of a response, outward: each as the events that build it up, not yet numbered."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from itertools import chain
from typing import assert_never

from playground.sandbox import hosted_items
from playground.sandbox.annotations import located
from playground.sandbox.fields import Json
from playground.sandbox.logprobs import token_logprob
from playground.sandbox.parts import Call, Item, Message, Part, Reasoning, Refusal
from playground.sandbox.seal import sealed

Writing = Generator[Json, None, Json]
"""Events of one item; returns the finished item."""


@dataclass
class Pen:
    """Writes the items of one answer, one after the other."""

    identify: Callable[[str], str]
    """Makes an id that begins so."""
    logprobs: int | None = None
    """Alternatives that are told of each token of a text; None when nothing is told."""
    _call_id: str = field(default="", init=False)
    """Of the last call, which an output that is written here too belongs to."""

    def item(self, index: int, part: Part, *, last: bool) -> Writing:
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
        yield _opened(index, item)
        yield _event("response.content_part.added", **place, part=content)
        text = "".join(part.pieces)
        if isinstance(part, Message):
            content = yield from self._text(place, part, {**content, "text": text})
        else:
            for piece in part.pieces:
                yield _delta("response.refusal.delta", piece, **place)
            content = {**content, "refusal": text}
            yield _event("response.refusal.done", **place, refusal=text)
        yield _event("response.content_part.done", **place, part=content)
        item = {**item, "status": _status(part), "content": [content]}
        yield _closed(index, item)
        return item

    def _text(self, place: Json, part: Message, content: Json) -> Writing:
        """The events of a text; returns its finished part."""
        logprobs: list[Json] = []
        for piece in part.pieces:
            told = []
            if self.logprobs is not None:
                logprobs.append(token_logprob(piece, self.logprobs))
                told = [_plain(logprobs[-1])]
            yield _delta("response.output_text.delta", piece, **place, logprobs=told)
        annotations = list(located(part.annotations, content["text"]))
        for number, annotation in enumerate(annotations):
            yield _event(
                "response.output_text.annotation.added",
                **place,
                annotation_index=number,
                annotation=annotation,
            )
        told = [_plain(row) for row in logprobs]
        yield _event("response.output_text.done", **place, logprobs=told, text=content["text"])
        return {**content, "annotations": annotations, "logprobs": logprobs}

    def _summary(self, index: int, part: Reasoning) -> Writing:
        item: Json = {"id": self.identify("rs_"), "type": "reasoning", "summary": []}
        yield _opened(index, item)
        summary = []
        for number, pieces in enumerate(part.sections):
            where = {"item_id": item["id"], "output_index": index, "summary_index": number}
            section = {"type": "summary_text", "text": ""}
            yield _event("response.reasoning_summary_part.added", **where, part=section)
            for piece in pieces:
                yield _delta("response.reasoning_summary_text.delta", piece, **where)
            text = "".join(pieces)
            section = {**section, "text": text}
            yield _event("response.reasoning_summary_text.done", **where, text=text)
            yield _event("response.reasoning_summary_part.done", **where, part=section)
            summary.append(section)
        told = sealed(f"reasoning of {item['id']}")
        item = {**item, "summary": summary, "encrypted_content": told}
        yield _closed(index, item)
        return item

    def _open_reasoning(self, index: int, part: Reasoning) -> Writing:
        item: Json = {
            "id": self.identify("rs_"),
            "type": "reasoning",
            "summary": [],
            "content": [],
            "status": "in_progress",
        }
        yield _opened(index, item)
        where = {"item_id": item["id"], "output_index": index, "content_index": 0}
        content = {"type": "reasoning_text", "text": ""}
        yield _event("response.content_part.added", **where, part=content)
        pieces = list(chain.from_iterable(part.sections))
        for piece in pieces:
            yield _delta("response.reasoning_text.delta", piece, **where)
        text = "".join(pieces)
        content = {**content, "text": text}
        yield _event("response.reasoning_text.done", **where, text=text)
        yield _event("response.content_part.done", **where, part=content)
        item = {**item, "content": [content], "status": _status(part)}
        yield _closed(index, item)
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
        yield _opened(index, item)
        for piece in part.pieces:
            yield _delta(f"{name}.delta", piece, **place)
        text = "".join(part.pieces)
        yield _event(f"{name}.done", **place, **{field_name: text})
        item = {**item, field_name: text}
        if "status" in item:
            item["status"] = _status(part)
        yield _closed(index, item)
        return item

    def _hosted(self, index: int, part: Item) -> Writing:
        kind = hosted_items.kind_of(part.item)
        item: Json = {"id": self.identify(kind.prefix), **part.item}
        if kind.call:
            if not item["type"].endswith("_output"):
                self._call_id = self.identify("call_")
            item.setdefault("call_id", self._call_id)
        item = hosted_items.finished(item, part.sections, complete=part.complete)
        yield _opened(index, hosted_items.opened(item))
        for event in hosted_items.progress(item, part.sections, part.events):
            yield {"output_index": index, **event}
        yield _closed(index, item)
        return item


def _event(kind: str, **fields: object) -> Json:
    return {"type": kind, **fields}


def _delta(kind: str, delta: str, **fields: object) -> Json:
    return {"type": kind, "delta": delta, **fields}


def _opened(index: int, item: Json) -> Json:
    return _event("response.output_item.added", output_index=index, item=item)


def _closed(index: int, item: Json) -> Json:
    return _event("response.output_item.done", output_index=index, item=item)


def _status(part: Part) -> str:
    return "completed" if part.complete else "incomplete"


def _plain(logprob: Json) -> Json:
    """As events have it: without the bytes."""
    rows = [_plain(row) for row in logprob.get("top_logprobs", ())]
    plain = {"token": logprob["token"], "logprob": logprob["logprob"]}
    return {**plain, "top_logprobs": rows} if "top_logprobs" in logprob else plain
