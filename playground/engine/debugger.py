"""Debugger: stops a run where somebody wants to look, and lets it go on, perhaps with something
else in the place of what it had.

There is no stop in here: a run that stands at a breakpoint is stopped like any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from playground.core.items import (
    HostedCall,
    Item,
    Message,
    Notice,
    Reasoning,
    ToolCall,
    ToolOutput,
)
from playground.core.session import Run
from playground.engine.approval import Note
from playground.engine.history import bare, is_lost

Place = Literal["before_send", "on_call", "on_tool", "on_result", "on_error", "on_violation"]
"""Before a request; before a call is approved, of any tool or of a named one; at a result; at one
that failed; at arguments or a result that break their schema."""
By = Literal["step", "go"]

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Breakpoint:
    place: Place
    tool: str = ""
    """Of `on_tool`: its name."""


@dataclass(slots=True, eq=False)
class Pause:
    """Where a run stands."""

    at: Breakpoint
    value: Any
    """What it goes on with, to be replaced by whoever wants to: the body of the request; the
    arguments of a call, as text; a `Result`."""
    call_id: str = ""
    tool: str = ""
    """The name of the tool that was called."""
    over: asyncio.Future[By] = field(repr=False, kw_only=True)


class Debugger:
    """Of one run, or of one after the other."""

    def __init__(
        self,
        breakpoints: Iterable[Breakpoint] = (),
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`changed` is told when a run stands somewhere, or no longer does."""
        self.breakpoints = set(breakpoints)
        self.paused: list[Pause] = []
        """The oldest first: calls run in parallel, and each may stand somewhere."""
        self.stepping = False
        """Whether the next place is one to stop at, whatever it is."""
        self._changed = changed

    async def at(
        self, *places: Breakpoint, value: Value, note: Note, call_id: str = "", tool: str = ""
    ) -> Value:
        """Stand still if there is a breakpoint at one of the places where the run is now, the one
        that says most first. Gives what to go on with: `value`, or what was put in its place."""
        found = [one for one in places if one in self.breakpoints]
        if not (found or self.stepping) or not places:
            return value
        self.stepping = False
        over: asyncio.Future[By] = asyncio.get_running_loop().create_future()
        pause = Pause((found or list(places))[0], deepcopy(value), call_id, tool, over=over)
        data: dict[str, Any] = {"place": pause.at.place}
        if call_id:
            data["call_id"] = call_id
        note("paused", data)
        self.paused.append(pause)
        self._changed()
        try:
            by = await over
        except asyncio.CancelledError:
            if pause in self.paused:
                self.paused.remove(pause)
                self._changed()
            raise
        made: Value = pause.value
        data |= {"by": by, "edited": made != value}
        if made != value and isinstance(made, str):
            data["arguments"] = made
        note("resumed", data)
        return made

    def step(self, pause: Pause | None = None) -> None:
        """Go on from there (by default where the run has stood longest) to the next place."""
        wanted = pause or next(iter(self.paused), None)
        if wanted in self.paused:
            self.stepping = True
            self._resume([wanted], "step")

    def go(self) -> None:
        """Go on, from everywhere, to the next breakpoint."""
        self.stepping = False
        self._resume(list(self.paused), "go")

    def end(self) -> None:
        """A run is over: there is no next place."""
        self.stepping = False

    def _resume(self, pauses: Iterable[Pause], by: By) -> None:
        for pause in pauses:
            self.paused.remove(pause)
            if not pause.over.done():  # its run is being stopped in this very moment
                pause.over.set_result(by)
        self._changed()


def rewound(run: Run, leg: int, *, called: bool = False) -> list[Item]:
    """The input of a sibling of `run` that begins where the run was before its request `leg`: what
    it was asked, and all that was said, called and answered until then.

    With `called` also what the model said to that request, but for the results: a run that begins
    with calls that nobody has answered has them answered first.
    """
    rows = [
        item
        for item in run.transcript.items
        if item.leg < leg or (called and item.leg == leg and not _is_ours(item))
    ]
    rows = [item for item in rows if not isinstance(item, Notice)]
    if called:
        rows = [_unanswered(item) if item.leg == leg else item for item in rows]
    if is_lost(run):
        rows = [bare(item) for item in rows if not isinstance(item, Reasoning)]
    return [
        replace(item, key=f"in:{number}", rev=0, leg=0)
        for number, item in enumerate([*run.input, *rows])
    ]


def _unanswered(item: Item) -> Item:
    """A call as it was when it had just been made."""
    if isinstance(item, HostedCall):
        return replace(item, state="")
    if not isinstance(item, ToolCall) or item.state == "arriving":
        return item
    return replace(
        item,
        state="not run",
        mode="",
        approved=None,
        asked_at=None,
        started_at=None,
        ended_at=None,
        progress="",
        notes=[],
    )


def _is_ours(item: Item) -> bool:
    """Whether our side put it in, behind the answer of its leg."""
    match item:
        case ToolOutput():
            return item.wire is None
        case HostedCall():
            return item.ours
        case Message():
            return item.role != "assistant"
        case _:
            return False
