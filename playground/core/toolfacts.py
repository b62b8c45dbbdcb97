"""What our own facts say of calls: how each was approved, run and answered. Folded by the Reader.

Facts name a call by its `call_id`. That need not be its own (servers repeat ids), so they have the
key of its `item` beside it, where the call stands in this transcript: an answer to a call of the
run before has none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playground.core.items import CallState, ToolCall, ToolOutput

if TYPE_CHECKING:
    from playground.core.transcript import Transcript

OVER: tuple[CallState, ...] = ("done", "failed", "denied")
"""A call in one of these has its answer."""

Data = dict[str, Any]


def take(transcript: Transcript, kind: str, number: int, data: Data) -> bool:
    """Fold one fact, the `number`th event; whether it was one about tools."""
    match kind:
        case "tool.asked" | "approval" | "tool.started" | "tool.progress" | "tool.ended":
            transcript.phase = "calling"
            transcript.scratch["acting"] = True
            if (call := _called(transcript, data)) is not None:
                _told(call, kind, transcript.now, data)
                transcript.touch(call)
        case "tool.result":
            transcript.scratch["acting"] = True
            _result(transcript, number, data)
        case "paused":
            transcript.paused.append(str(data.get("place", "")))
        case "resumed":
            _resumed(transcript, data)
        case "limited":
            transcript.limit = str(data.get("why", ""))
            transcript.limited = str(data.get("words", ""))
        case _:
            return False
    return True


def settle(transcript: Transcript) -> None:
    """The run is over: nothing more will come of its calls."""
    transcript.paused.clear()
    for call in transcript.items:
        if not isinstance(call, ToolCall) or call.state in OVER:
            continue
        # Only a call that was received whole could ever be run.
        call.cut = call.cut or call.state == "arriving"
        if call.state == "running":
            call.state, call.ended_at = "failed", transcript.now
            call.notes.append("It was ended with the run, before it had a result.")
        elif call.state != "not run":
            call.state = "not run"
        else:
            continue
        transcript.touch(call)


def _told(call: ToolCall, kind: str, now: int, data: Data) -> None:
    match kind:
        case "tool.asked":
            call.state, call.asked_at = "asked", now
            call.tool = str(data.get("tool", ""))
        case "approval":
            if isinstance(edited := data.get("arguments"), str):
                call.approved = edited
        case "tool.started":
            call.state, call.started_at = "running", now
            call.mode = str(data.get("mode", ""))
        case "tool.progress":
            call.progress = str(data.get("text", ""))
        case _:
            call.state, call.ended_at = _state(data), now


def _result(transcript: Transcript, number: int, data: Data) -> None:
    """A call was answered; it says whether that went well."""
    state = _state(data)
    if (call := _called(transcript, data)) is not None:
        call.state = state
        if call.ended_at is None:
            call.ended_at = transcript.now
        if isinstance(notes := data.get("notes"), list):
            call.notes = [*call.notes, *map(str, notes)]
        transcript.touch(call)
    ms, facts = data.get("ms"), data.get("facts")
    output = ToolOutput(
        key=f"result:{number}",
        call_id=str(data.get("call_id", "")),
        output=str(data.get("output", "")),
        ok=state == "done",
        ms=ms if isinstance(ms, int | float) else None,
        facts=facts if isinstance(facts, dict) else {},
    )
    transcript.open(output)
    transcript.close(output)


def _resumed(transcript: Transcript, data: Data) -> None:
    if (place := str(data.get("place", ""))) in transcript.paused:
        transcript.paused.remove(place)
    if isinstance(edited := data.get("arguments"), str):
        call = _called(transcript, data)
        if call is not None:
            call.approved = edited
            transcript.touch(call)


def _state(data: Data) -> CallState:
    """Facts that say only `ok` are of those who answer without running anything."""
    for state in OVER:
        if data.get("state") == state:
            return state
    return "failed" if data.get("ok") is False else "done"


def _called(transcript: Transcript, data: Data) -> ToolCall | None:
    """The call that a fact is about. Without its item: the first of its id that has no answer."""
    if isinstance(key := data.get("item"), str):
        item = transcript.find(key)
        return item if isinstance(item, ToolCall) else None
    call_id = str(data.get("call_id", ""))
    calls = [call for call in transcript.tool_calls if call.call_id == call_id]
    return next((call for call in calls if call.state not in OVER), calls[-1] if calls else None)
