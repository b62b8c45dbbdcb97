"""Calls of tools that wait for whoever sits here: the window's side of an approval.

The engine asks and awaits; cards show what is asked and hand the decision back. Nothing here runs
anything.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import assert_never

from PySide6.QtCore import QObject, Signal

from playground.core.items import HostedCall, ToolCall
from playground.core.session import Run
from playground.core.tools import Answer, Approve, Asked, Decision, Reject, Result, Tool
from playground.engine.approval import Request


@dataclass(slots=True, eq=False)
class Waiting:
    """A call that somebody has to decide about, or to answer by hand."""

    run: Run
    request: Request
    answers: bool = False
    """It was approved; what is wanted is its result."""
    began: int = 0
    """When, in nanoseconds of the run."""
    over: asyncio.Future[Decision] = field(repr=False, kw_only=True)

    @property
    def call_id(self) -> str:
        return self.request.asked.call_id


class Approving(QObject):
    """All that wait.

    Signals:
        changed(): another call waits, or one does no longer.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.waiting: list[Waiting] = []
        """The oldest first."""

    async def ask(self, run: Run, request: Request) -> Decision:
        """Show a call and wait until somebody has decided; see `engine.approval.Ask`."""
        return await self._wait(run, request)

    async def answer(self, run: Run, tool: Tool, asked: Asked, arguments: str) -> Result:
        """Have a call answered by hand; see `tools.human.Ask`."""
        decision = await self._wait(run, Request(asked, tool, arguments), answers=True)
        match decision:
            case Answer(result):
                return result
            case Reject(reason):
                return Result(f"Nobody answered. {reason}".strip(), "denied")
            case Approve(text):
                return Result(text)
            case _:
                assert_never(decision)

    async def _wait(self, run: Run, request: Request, *, answers: bool = False) -> Decision:
        over: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        one = Waiting(run, request, answers, run.now(), over=over)
        self.waiting.append(one)
        self.changed.emit()
        try:
            return await over
        finally:
            self.waiting.remove(one)
            self.changed.emit()

    def find(self, run: Run, call: ToolCall | HostedCall) -> Waiting | None:
        """What waits of a call that stands in a run, or in what that was given. The call may be
        answered by the run behind it, which does that first."""
        for one in self.waiting:
            if one.call_id != call.call_id or run.id not in (one.run.id, one.run.parent):
                continue
            made = next(
                (
                    item
                    for item in one.run.transcript.items
                    if isinstance(item, ToolCall | HostedCall)
                    and item.call_id == one.call_id
                    and item.state in ("asked", "running")
                ),
                None,
            )
            if made is call or made is None:
                return one
        return None

    def decide(self, one: Waiting, decision: Decision) -> None:
        if not one.over.done():
            one.over.set_result(decision)
