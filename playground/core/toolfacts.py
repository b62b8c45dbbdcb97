"""What our own facts say of calls: how each was approved, run and answered. Folded by the Reader.

Facts name a call by its `call_id`. That need not be its own (servers repeat ids), so they have the
key of its `item` beside it, where the call stands in this transcript: an answer to a call of the
run before has none. Of what a server has the client do beside functions there is the state only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playground.core.items import CallState, HostedCall, Item, ToolCall, ToolOutput

if TYPE_CHECKING:
    from playground.core.transcript import Transcript

OVER: tuple[CallState, ...] = ("done", "failed", "denied")
"""A call in one of these has its answer."""

Data = dict[str, Any]

_LONGEST = 1e12
"""Milliseconds: no call took longer, whatever a recording says."""


def take(transcript: Transcript, kind: str, number: int, data: Data) -> bool:
    """Fold one fact, the `number`th event; whether it was one about tools."""
    match kind:
        case "tool.asked" | "approval" | "tool.started" | "tool.progress" | "tool.ended":
            transcript.phase = "calling"
            transcript.scratch["acting"] = True
            if isinstance(call := _called(transcript, data), ToolCall):
                _told(call, kind, transcript.now, data)
                transcript.touch(call)
            elif isinstance(call, HostedCall) and kind in ("tool.asked", "tool.ended"):
                call.state = "asked" if kind == "tool.asked" else _state(data)
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
        if isinstance(call, HostedCall) and call.state == "asked":
            call.state = "not run"
            transcript.touch(call)
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
    call = _called(transcript, data)
    if isinstance(call, ToolCall):
        call.state = state
        if call.ended_at is None:
            call.ended_at = transcript.now
        if isinstance(notes := data.get("notes"), list):
            call.notes = [*call.notes, *map(str, notes)]
        transcript.touch(call)
    elif call is not None:
        call.state = state
        transcript.touch(call)
    output = _output(f"result:{number}", data)
    transcript.open(output)
    transcript.close(output)


def _output(key: str, data: Data) -> Item:
    """What goes back, as an item."""
    wire, state = data.get("wire"), _state(data)
    if isinstance(wire, dict):
        kind, status = str(wire.get("type", "")), "completed" if state == "done" else "failed"
        return HostedCall(key=key, type=kind, status=status, wire=wire, ours=True)
    ms, facts = data.get("ms"), data.get("facts")
    return ToolOutput(
        key=key,
        call_id=str(data.get("call_id", "")),
        output=str(data.get("output", "")),
        ok=state == "done",
        ms=ms if isinstance(ms, int | float) and 0 <= ms <= _LONGEST else None,
        facts=facts if isinstance(facts, dict) else {},
    )


def _resumed(transcript: Transcript, data: Data) -> None:
    if (place := str(data.get("place", ""))) in transcript.paused:
        transcript.paused.remove(place)
    call, edited = _called(transcript, data), data.get("arguments")
    if isinstance(call, ToolCall) and isinstance(edited, str):
        call.approved = edited
        transcript.touch(call)


def _state(data: Data) -> CallState:
    """Facts that say only `ok` are of those who answer without running anything."""
    for state in OVER:
        if data.get("state") == state:
            return state
    return "failed" if data.get("ok") is False else "done"


def _called(transcript: Transcript, data: Data) -> ToolCall | HostedCall | None:
    """The call that a fact is about. Without its item: the first of its id that has no answer."""
    if isinstance(key := data.get("item"), str):
        item = transcript.find(key)
        return item if isinstance(item, ToolCall | HostedCall) else None
    call_id = str(data.get("call_id", ""))
    calls = [call for call in transcript.tool_calls if call.call_id == call_id]
    return next((call for call in calls if call.state not in OVER), calls[-1] if calls else None)
