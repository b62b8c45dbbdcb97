"""Repeating: the same turn many times, as siblings in the tree, to see how far answers differ."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from playground.core import items
from playground.core.call import Call
from playground.core.parts import Part
from playground.core.session import Run, Session
from playground.engine.workspace import Workspace

MOST = 100
"""Turns that are asked in one round."""


def asked(
    workspace: Workspace, session: Session, count: int, text: str, parts: Sequence[Part] = ()
) -> list[Run]:
    """So many turns at the end of the branch on screen that say the same, to be sent by `go`.
    Raises Failure, and then there is none, when a variable has no value."""
    first = workspace.ask(session, text, parts)
    first.call = _sent(first.call)
    return [first, *again(workspace, session, first, count - 1)]


def again(workspace: Workspace, session: Session, run: Run, count: int) -> list[Run]:
    """So many more of a turn, with what that one was sent with."""
    return [workspace.again(session, run, _sent(run.call)) for _ in range(count)]


def rounds(session: Session, run: Run | None) -> list[Run]:
    """All turns that were sent in the place of one and asked the same in the same way, that one
    among them, oldest first."""
    if run is None or run.silent:
        return []
    wanted, model = _question(run), run.call.model
    return [
        one
        for one in session.children(run.parent)
        if not one.silent
        and _question(one) == wanted
        # The server's first model has no name before the request is made.
        and (one.call.model == model or not one.call.model or not model)
    ]


async def go(
    workspace: Workspace,
    runs: Sequence[Run],
    at_once: int,
    *,
    begun: Callable[[Run], object] = lambda run: None,
    ended: Callable[[Run], object] = lambda run: None,
) -> None:
    """Send them in their order, at most so many at the same time; ends when all have. Each is told
    to `begun` when it is under way, also if it has to wait, and to `ended`. A run that is stopped
    while it waits gives its place to the next."""
    places = asyncio.Semaphore(max(at_once, 1))

    async def one(run: Run) -> None:
        held = False

        async def turn(_: Run) -> None:
            nonlocal held
            begun(run)
            await places.acquire()
            held = True

        try:
            await workspace.go(run, turn=turn)
        finally:
            if held:
                places.release()
            ended(run)

    await asyncio.gather(*(one(run) for run in runs), return_exceptions=True)


def _sent(call: Call) -> Call:
    """Each of them is asked anew: a recorded answer would agree with itself."""
    patterns = call.patterns.model_copy(update={"reuse": 0})
    return call.model_copy(update={"patterns": patterns})


def _question(run: Run) -> Any:
    """What makes it the same question: everything that is sent but the model, and to whom."""
    asked = run.call.model_dump(exclude={"model", "patterns", "values", "variables"})
    said = [{**items.dump(item), "template": ""} for item in run.input]
    return run.profile, asked, said
