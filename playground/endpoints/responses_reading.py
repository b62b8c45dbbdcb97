"""What comes from the Responses API: the fold of its events, and what is said of the response.

Order of truth, from best to worst: the final response's output, `output_item.done`, the `*.done`
events, joined deltas. Nothing but `type` is required of a server. Types that are not known change
nothing; kinds of items that are not known are kept.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from playground.core.items import ToolCall
from playground.core.problem import SHOWN, from_error
from playground.core.transcript import Transcript
from playground.core.usage import Usage
from playground.endpoints import responses_hosted, responses_texts
from playground.endpoints.responses_answer import ANSWER, Answer, Handler, answer_of
from playground.endpoints.responses_hosted import hear_out
from playground.endpoints.responses_items import Data, word

BODY = "body"
"""The kind of an answer that was not streamed."""
BAD = frozenset(("failed", "cancelled"))
OVER = BAD | {"completed", "incomplete"}
GOING = frozenset(("queued", "in_progress"))


def reduce(transcript: Transcript, kind: str, data: Any) -> None:
    if not isinstance(data, dict):
        if isinstance(data, list) and data and isinstance(data[0], dict) and data[0].get("error"):
            fail(transcript, answer_of(transcript), data[0])
        return
    answer = transcript.scratch.get(ANSWER)
    if answer is None or answer.request != transcript.requests:
        answer = answer_of(transcript)
    number = data.get("sequence_number")
    if number.__class__ is int:
        if number <= answer.floor:
            return
        if number > answer.last:
            answer.last = transcript.sequence = number
    handler = HANDLERS.get(kind)
    if handler is not None and ("error" not in data or _is_own(kind, data)):
        handler(transcript, answer, data)
    else:
        _otherwise(transcript, answer, data)


def _is_own(kind: str, data: Data) -> bool:
    """Whether an error in an event is a matter of its kind; gateways break off in the middle of
    any and write an error behind it."""
    return kind == BODY or not data["error"] or data.get("type") == kind


def _otherwise(transcript: Transcript, answer: Answer, data: Data) -> None:
    """An event whose name says nothing to us: its type may, or what is in it."""
    kind = word(data.get("type"))
    if kind in HANDLERS and kind != BODY:
        HANDLERS[kind](transcript, answer, data)
    elif data.get("object") == "response":
        body(transcript, answer, data)
    elif data.get("error") or data.get("object") == "error":
        fail(transcript, answer, data)


def facts(transcript: Transcript, response: Data) -> None:
    """What a response says of itself, at whatever stage."""
    transcript.response_id = word(response.get("id")) or transcript.response_id
    transcript.model = word(response.get("model")) or transcript.model
    transcript.service_tier = word(response.get("service_tier")) or transcript.service_tier
    if isinstance(stored := response.get("store"), bool):
        transcript.stored = stored
    conversation = response.get("conversation")
    if isinstance(conversation, dict):
        conversation = conversation.get("id")
    transcript.conversation = word(conversation) or transcript.conversation
    if (usage := Usage.read(response.get("usage"), response.get("tool_usage"))) is not None:
        transcript.usages[transcript.leg] = usage


def going(status: str) -> Handler:
    """The response is not over. In the background it goes on whether we listen or not."""

    def handle(transcript: Transcript, _: Answer, data: Data) -> None:
        response = data.get("response")
        if not isinstance(response, dict):
            return
        facts(transcript, response)
        background = response.get("background") is True or transcript.pending is not None
        if background and transcript.terminal is None:
            said = word(response.get("status"))
            transcript.pending = status or (said if said in GOING else "in_progress")

    return handle


def over(said: str) -> Handler:
    """The response is over. The event's name says how, unless the response says worse."""

    def handle(transcript: Transcript, answer: Answer, data: Data) -> None:
        response = data.get("response")
        response = response if isinstance(response, dict) else {}
        status = word(response.get("status"))
        worse = status in BAD or (status == "incomplete" and said == "completed")
        conclude(transcript, answer, response, status if worse else said)

    return handle


def body(transcript: Transcript, answer: Answer, data: Data) -> None:
    """An answer that was not streamed; also what a server says when it is asked for more."""
    if isinstance(inner := data.get("response"), dict):  # the last event, sent as a body
        data = inner
    status, output = word(data.get("status")), data.get("output")
    if status in GOING:
        going(status)(transcript, answer, {"response": data})
        transcript.finish_reason = status
        if isinstance(output, list):
            answer.places.conclude(transcript, output, whole=False)
    elif status in OVER or isinstance(output, list) or data.get("object") == "response":
        conclude(transcript, answer, data, status)
    elif any(data.get(name) for name in ("error", "message", "detail")):
        fail(transcript, answer, data)


def conclude(transcript: Transcript, answer: Answer, response: Data, status: str) -> None:
    facts(transcript, response)
    error = response.get("error")
    failed = status in BAD or (bool(error) and not status)
    received = {call.key for call in _calls(transcript) if call.state != "arriving"}
    if isinstance(output := response.get("output"), list):
        answer.places.conclude(transcript, output, whole=True)
    if failed or status == "incomplete":
        _withhold(transcript, received)
    if failed:
        error = error or {"message": f"The response was {status}.", "code": status}
        fail(transcript, answer, {"error": error})
        return
    hear_out(transcript, answer)
    transcript.pending = None
    if status == "incomplete":
        details = response.get("incomplete_details")
        reason = word(details.get("reason")) if isinstance(details, dict) else ""
        transcript.terminal, transcript.finish_reason = "incomplete", reason or "incomplete"
    else:
        transcript.terminal, transcript.finish_reason = "completed", "stop"


def _withhold(transcript: Transcript, received: Collection[str]) -> None:
    """An answer broke off in the middle: a call in it is whole when it says so itself, or was
    `received` before. Some servers give their calls no status, and half of one must never run."""
    for call in _calls(transcript):
        said = call.wire.get("status") if call.wire is not None else None
        if call.key not in received and said != "completed":
            call.state = "arriving"
            transcript.touch(call)


def _calls(transcript: Transcript) -> list[ToolCall]:
    return [item for item in transcript.items if isinstance(item, ToolCall)]


def fail(transcript: Transcript, answer: Answer, data: Data) -> None:
    hear_out(transcript, answer)
    problem = from_error(data)
    error = data.get("error")
    found = (error if isinstance(error, dict) else data).get("misalignment")
    if isinstance(found, dict):
        problem = problem.model_copy(update={"facts": _misalignment(found)})
    transcript.problem = problem
    transcript.terminal, transcript.pending = "failed", None
    transcript.finish_reason = problem.code


def _misalignment(found: Data) -> dict[str, str]:
    """Why a server stopped an answer that went astray, and what it would have said to it."""
    steer = found.get("steer")
    told = {
        "kind": found.get("error_type"),
        "explanation": found.get("detailed_explanation"),
        "review": found.get("review_target"),
        "steer": steer.get("message") if isinstance(steer, dict) else None,
    }
    return {name: said[:SHOWN] for name, value in told.items() if (said := word(value))}


HANDLERS: Mapping[str, Handler] = {
    BODY: body,
    "response.created": going(""),
    "response.queued": going("queued"),
    "response.in_progress": going("in_progress"),
    "response.completed": over("completed"),
    "response.incomplete": over("incomplete"),
    "response.failed": over("failed"),
    "response.cancelled": over("cancelled"),
    "error": fail,
    "response.error": fail,
    **responses_texts.HANDLERS,
    **responses_hosted.HANDLERS,
}
