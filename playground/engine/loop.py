"""The loop: what a run does about the calls in an answer, and when it goes no further.

The calls of one answer run in parallel; their results go on the recording, and so back to the
model, in the order of the calls, when the last of them is there. A run that ends because our side
goes no further says why; whoever wants more begins another one behind it, which answers the open
calls first.
"""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from playground.core.endpoint import Endpoint
from playground.core.items import HostedCall, Item, Message, ToolCall, ToolOutput
from playground.core.profile import Profile
from playground.core.session import Run, Session
from playground.core.tools import Asked, Mode, Result, Tool, canonical
from playground.engine.approval import (
    Approvals,
    Ask,
    Kind,
    Note,
    given,
    refuse,
    settle,
    wants_leave,
)
from playground.engine.budget import Stop
from playground.engine.debugger import Breakpoint, Debugger
from playground.engine.toolchecks import BREAKS, Check, wrong

ALIKE = 3
"""Steps in which a run may not make the same call: it would do so for ever."""

Limit = Literal["steps", "alike", "budget", "error"]
"""Too many requests; the same call over and over; no money left; a tool failed, and the call says
to stop then."""

Budget = Callable[[Run, Profile, bytes], Awaitable[Stop | None]]
"""Why a request with this body may not be sent to this server; None: it may."""

NOT_WHOLE = "It did not arrive whole."
REPEATED = "There was a call with this id before; each needs one of its own."
EDITED = "The result was put in the place of the tool's own by hand."
AS_IT_STANDS = "It was changed here, and the server has it as it was."


async def _any(run: Run, profile: Profile, body: bytes) -> Stop | None:
    return None


@dataclass(frozen=True, slots=True)
class Answering:
    """How the calls of a run are answered. As it is here nothing runs: each call is refused."""

    kinds: Mapping[Mode, Kind] = field(default_factory=dict)
    ask: Ask = refuse
    approvals: Approvals = field(default_factory=Approvals)
    debugger: Debugger | None = None
    budget: Budget = _any
    check: Check = wrong


@dataclass(frozen=True, slots=True)
class _Called:
    """A call that is to be answered."""

    item: Item
    asked: Asked
    note: Note
    before: str | None
    """The arguments with which the same tool was run last."""


class Loop:
    """Of one run."""

    def __init__(
        self,
        run: Run,
        answering: Answering,
        note: Note,
        endpoint: Endpoint,
    ) -> None:
        self._run = run
        self._answering = answering
        self.note = note
        self.endpoint = endpoint
        """How the answers are read; another one where the first request goes elsewhere."""
        self._steps: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        """In which steps each call was made, by name and arguments."""

    def end(self) -> None:
        """No further request will be sent, for whatever reason."""
        if self._answering.debugger is not None:
            self._answering.debugger.end()

    async def may_ask(self, profile: Profile, body: bytes) -> bool:
        """Whether a request may be sent; notes why not, with the arithmetic."""
        stop = await self._answering.budget(self._run, profile, body)
        if stop is not None:
            self._end("budget", stop.words, budget=stop.facts)
        return stop is None

    async def before_send(self, body: bytes) -> dict[str, Any] | None:
        """Another body for the next request; None: this one."""
        if (debugger := self._answering.debugger) is None:
            return None
        made: dict[str, Any] = json.loads(body)
        edited = await debugger.at(Breakpoint("before_send"), value=made, note=self.note)
        return None if edited == made else edited

    async def begin(self, history: Sequence[Item]) -> bool:
        """Have the calls answered that the conversation ends with. Whether the model is to be
        asked; notes why not."""
        last = last_said(history)
        calls: list[Item] = [item for item in last if isinstance(item, ToolCall)]
        return await self._answer(self._todo(calls if self._run.call.tools else [], last, history))

    async def go_on(self, history: Sequence[Item]) -> bool:
        """Have the calls of the last answer answered. Whether the model is to hear the results;
        notes why not, where it wanted to."""
        run, seen = self._run, self._run.transcript
        last = [item for item in seen.items if item.leg == seen.leg]
        calls = [call for call in seen.tool_calls if call.leg == seen.leg]
        if seen.terminal != "completed" or (calls and not run.call.tools):
            return False
        output = run.call.output
        if output.mode == "tool" and any(call.name == output.name for call in calls):
            return False  # that one is the answer
        todo = self._todo(calls, last, history)
        ours = [called.item for called in todo]
        if not todo or self.endpoint.waits(
            [item for item in seen.items if not any(item is one for one in ours)]
        ):
            return False  # there is nothing to answer, or more than can be answered
        if self._is_too_much([called.asked for called in todo]):
            return False
        return await self._answer(todo)

    def _todo(
        self, calls: Sequence[Item], last: Sequence[Item], history: Sequence[Item]
    ) -> list[_Called]:
        """What is to be answered, in its order: calls of functions, and what else the server has
        the client do."""
        asks = {id(item): asked for item, asked in self.endpoint.asked(last, self._run.call)}
        return [
            self._called(item, asks.get(id(item)), history)
            for item in last
            if id(item) in asks or any(item is call for call in calls)
        ]

    def _is_too_much(self, calls: Sequence[Asked]) -> bool:
        step, most = self._run.transcript.legs, self._run.call.steps
        if step >= most:
            allowed = "one step is" if most == 1 else f"{most} steps are"
            self._end("steps", f"The tool calls want a step {step + 1}; {allowed} allowed.")
            return True
        for call in calls:
            steps = self._steps[call.name, canonical(call.arguments)]
            steps.add(step)
            if len(steps) >= ALIKE:
                words = f"`{call.name}` was called with the same arguments in {ALIKE} steps."
                self._end("alike", f"{words} It would go on like that.")
                return True
        return False

    def _end(self, why: Limit, words: str, **more: Any) -> None:
        self.note("limited", {"why": why, "words": words, **more})

    async def _answer(self, todo: Sequence[_Called]) -> bool:
        """All at once, with results in the order of the calls. Whether to go on."""
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._one(called)) for called in todo]
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None
        failed: dict[str, None] = {}
        for called, task in zip(todo, tasks, strict=True):
            result = task.result()
            data = told(called.asked, result)
            if isinstance(called.item, HostedCall):
                data["wire"] = self.endpoint.reply(called.item, result)
            called.note("tool.result", data)
            if result.state == "failed":
                failed[f"`{called.asked.name}`"] = None
        if failed and self._run.call.errors == "stop":
            self._end("error", f"{' and '.join(failed)} failed, and no more was to be asked then.")
            return False
        return True

    def _called(self, item: Item, asked: Asked | None, history: Sequence[Item]) -> _Called:
        """`asked`: what the server asks for, where that is no function."""
        own = self._run.transcript.items
        # By identity: a call of an earlier run may look the same.
        place = next((at for at, one in enumerate(own) if one is item), None)
        if asked is None:
            assert isinstance(item, ToolCall)
            asked = self._function(item)
        if any(_id(one) == asked.call_id for one in own[: place or 0]):
            asked = replace(asked, wrong=(*asked.wrong, REPEATED))
        before = [
            one.approved if one.approved is not None else str(one.arguments)
            for one in (*history, *own)
            if isinstance(one, ToolCall)
            and isinstance(item, ToolCall)
            and one.name == item.name
            and one.started_at is not None
        ]
        noting = self._noting(item if place is not None else None)
        return _Called(item, asked, noting, before[-1] if before else None)

    def _function(self, call: ToolCall) -> Asked:
        errors: list[str] = []
        if call.cut or call.state == "arriving":
            errors.append(NOT_WHOLE)
        offered = [tool for tool in self._run.call.tools if tool.kind != "hosted"]
        tool = next((tool for tool in offered if tool.name == call.name), None)
        if tool is None:
            errors.append(_unknown(call.name, offered))
        return Asked(call.call_id, call.name, str(call.arguments), tool, call.leg, tuple(errors))

    def _noting(self, call: Item | None) -> Note:
        """Facts about one call, which say which it is where it stands in this run."""
        if call is None:
            return self.note
        item = call.key
        return lambda kind, data: self.note(kind, {**data, "item": item})

    async def _one(self, called: _Called) -> Result:
        how = self._answering
        asked = called.asked
        if how.debugger is not None:
            asked = await self._at_call(how.debugger, called)
        result = await settle(
            asked,
            approvals=how.approvals,
            ask=how.ask,
            kinds=how.kinds,
            note=called.note,
            session=self._run.session,
            before=called.before,
            check=how.check,
        )
        if how.debugger is not None:
            result = await _at_result(how.debugger, called, result)
        return result

    async def _at_call(self, debugger: Debugger, called: _Called) -> Asked:
        asked = called.asked
        errors = asked.wrong
        if asked.tool is not None and not errors:
            errors = await asyncio.to_thread(self._answering.check, asked.tool, given(asked))
        places = [Breakpoint("on_violation")] if errors else []
        arguments = await debugger.at(
            *places,
            Breakpoint("on_tool", asked.name),
            Breakpoint("on_call"),
            value=asked.arguments,
            note=called.note,
            call_id=asked.call_id,
            tool=asked.name,
        )
        if arguments != asked.arguments and isinstance(called.item, HostedCall):
            return replace(asked, wrong=(*asked.wrong, AS_IT_STANDS))
        return replace(asked, arguments=arguments)


async def _at_result(debugger: Debugger, called: _Called, result: Result) -> Result:
    places = [Breakpoint("on_error")] if result.state == "failed" else []
    if any(note.startswith(BREAKS) for note in result.notes):
        places.append(Breakpoint("on_violation"))
    made = await debugger.at(
        *places,
        Breakpoint("on_result"),
        value=result,
        note=called.note,
        call_id=called.asked.call_id,
        tool=called.asked.name,
    )
    if called.asked.tool is not None and wants_leave(called.asked.tool) and not result.ok:
        made = replace(made, state=result.state)  # leave is given where it is asked for, or nowhere
    return made if made == result else replace(made, notes=(*made.notes, EDITED))


def told(asked: Asked, result: Result) -> dict[str, Any]:
    """A result as a fact."""
    data: dict[str, Any] = {
        "call_id": asked.call_id,
        "output": result.output,
        "ok": result.ok,
        "state": result.state,
    }
    if result.ms is not None:
        data["ms"] = result.ms
    if result.notes:
        data["notes"] = list(result.notes)
    if result.facts:
        data["facts"] = result.facts
    return data


def last_said(history: Sequence[Item]) -> list[Item]:
    """What a conversation ends with: nobody has answered it or said anything since."""
    rows: list[Item] = []
    for item in reversed(history):
        if isinstance(item, ToolOutput) or (isinstance(item, HostedCall) and item.ours):
            break
        if isinstance(item, Message) and item.role != "assistant":
            break
        if not (isinstance(item, ToolCall) and item.choice):
            rows.append(item)
    return rows[::-1]


def _id(item: Item) -> str | None:
    """Of a call; None: it is none."""
    if isinstance(item, HostedCall) and item.ours:
        return None
    return item.call_id if isinstance(item, ToolCall | HostedCall) else None


def _unknown(name: str, offered: Sequence[Tool]) -> str:
    names = ", ".join(f"`{tool.name}`" for tool in offered)
    return f"There is no tool `{name}`. Those that there are: {names or 'none'}."


def calls_of(session: Session, run: Run) -> Iterator[tuple[str, str, Result]]:
    """What calls of the other runs of a session got, the oldest first: (name, arguments, result).
    What was denied or failed is no answer to give again."""
    for other in sorted(session.runs.values(), key=lambda one: (one.created, one.id)):
        if other is run:
            continue
        outputs = {
            item.call_id: item
            for item in other.transcript.items
            if isinstance(item, ToolOutput) and item.ok
        }
        for call in other.transcript.tool_calls:
            if (output := outputs.get(call.call_id)) is not None:
                arguments = call.approved if call.approved is not None else str(call.arguments)
                yield call.name, arguments, Result(output.output)
