"""Tool calls of a chat, put together from their pieces.

A piece belongs to the call with its index, else to the one with its id, else to the last one. It
begins another call when it

- has an index, or no index and an id, that was not there before;
- has the index of a call whose id is another one, and a name: some servers count nothing, and some
  make up a new id for each piece, but those repeat no name;
- has no id, but a name, when arguments have come for the last one: another name, or the same one
  when both pieces of arguments look complete.

The first id and the first name of a call are its own; late, repeated and empty ones change nothing.
Whatever had to be assumed is listed among the transcript's repairs.
"""

from __future__ import annotations

import json
from typing import Any

from playground.core.items import ToolCall
from playground.core.transcript import Transcript
from playground.endpoints.choices import NOTHING, Choice, Data

NEW_ID = "Two tool calls had the same index; a new id began a new call."
NEW_NAME = "Two tool calls had the same index and no id; a name began a new call."
OTHER_ID = "The id of a tool call changed while it came; the first one was kept."
BY_ID = "Tool calls came without an index; they were told apart by id."
BY_NAME = "Tool calls came without an index and an id; a name began each of them."
TO_LAST = "A piece of a tool call had no index and no id; the last call took it."
MADE_UP = "A tool call came without an id; one was made up."
SAME_ID = "Two tool calls had the same id; another one was made up."
AN_OBJECT = "Tool arguments came as an object instead of text."


def take_call(transcript: Transcript, choice: Choice, part: Data, place: int | None = None) -> None:
    """Take one piece. In a message that came whole, calls have a place instead of an index."""
    function = part.get("function") or part.get("custom")
    if not isinstance(function, dict):
        function = NOTHING
    index = part.get("index")
    if type(index) is not int:
        index = place
    call_id = _text(part.get("id"))
    name = _text(function.get("name"))
    given = function.get("arguments", function.get("input"))
    call = _belongs(transcript, choice, index, call_id, name, given)
    if call is None:
        call = _begin(transcript, choice, part, index)
    choice.last = call
    if call_id and not call.call_id:
        call.call_id = call_id
        choice.by_id.setdefault(call_id, call)
    if name and not call.name:
        call.name = name
    if given:
        _argue(transcript, choice, call, given)
    if isinstance(extra := part.get("extra_content"), dict):
        call.extra.update(extra)
    transcript.grew(call, "calling")


def settle_calls(transcript: Transcript, choice: Choice) -> None:
    """The choice is over. Only what came whole may ever be run."""
    first = choice.calls - len(choice.open)
    # Some servers count their calls anew in each answer.
    earlier = {call.call_id for call in transcript.tool_calls if call.leg != transcript.leg}
    for number, call in enumerate(choice.open, first):
        taken = call.call_id in earlier or choice.by_id.get(call.call_id) is not call
        if not call.call_id or taken:
            transcript.repair(SAME_ID if call.call_id else MADE_UP)
            beside = f"{choice.number}_" if choice.number else ""
            call.call_id = f"call_{transcript.leg}_{beside}{number}"
        if choice.whole:
            call.state = "not run"
        transcript.close(call)
    choice.open.clear()


def _belongs(
    transcript: Transcript, choice: Choice, index: int | None, call_id: str, name: str, given: Any
) -> ToolCall | None:
    """The call that a piece is of; None when it begins one."""
    if index is not None:
        call = choice.by_index.get(index)
        if call is None:
            return None
        if call_id and call.call_id and call_id != call.call_id:
            transcript.repair(NEW_ID if name else OTHER_ID)
            return None if name else call
        if not call_id and _again(choice, call, name, given):
            transcript.repair(NEW_NAME)
            return None
        return call
    last = choice.last
    if call_id:
        transcript.repair(BY_ID)
        if (call := choice.by_id.get(call_id)) is not None:
            return call
        return last if last is not None and not last.call_id and not name else None
    if last is None or _again(choice, last, name, given):
        transcript.repair(BY_NAME)
        return None
    transcript.repair(TO_LAST)
    return last


def _again(choice: Choice, call: ToolCall, name: str, given: Any) -> bool:
    """Whether a name that comes without an id begins another call than this one."""
    if not name or not call.name or not call.arguments:
        return False
    return name != call.name or (call.key in choice.complete and _looks_complete(given))


def _begin(transcript: Transcript, choice: Choice, part: Data, index: int | None) -> ToolCall:
    if choice.reasoning is not None and choice.reasoning.t1 is None:
        transcript.close(choice.reasoning)
    call = ToolCall(
        key=f"{transcript.leg}:{choice.number}:call:{choice.calls}",
        type="custom" if part.get("type") == "custom" or part.get("custom") else "function",
        choice=choice.number,
    )
    transcript.open(call)
    choice.calls += 1
    choice.open.append(call)
    if index is not None:
        choice.by_index[index] = call
    return call


def _argue(transcript: Transcript, choice: Choice, call: ToolCall, given: Any) -> None:
    if not call.arguments and _looks_complete(given):
        choice.complete.add(call.key)
    if isinstance(given, str):
        call.arguments.append(given)
    elif isinstance(given, dict | list):
        call.arguments.replace(json.dumps(given, ensure_ascii=False))
        transcript.repair(AN_OBJECT)


def _looks_complete(given: Any) -> bool:
    if isinstance(given, str):
        text = given.strip()
        return text.startswith("{") and text.endswith("}")
    return isinstance(given, dict)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
