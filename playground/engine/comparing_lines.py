"""Lines: runs that are sent one after another, because their server answers one at a time.

A small server on this computer shares its processor and its memory among all that it is asked: its
columns would only measure each other. So do all runs of columns at one such server, whichever
session they are of.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from playground.core.problem import Failure
from playground.core.profile import LOCAL, SANDBOX, Profile, is_loopback
from playground.core.session import Run
from playground.engine.workspace import Workspace

WAITED = "It waited until another column had its answer: a local server is asked one by one."


def line_of(profile: Profile) -> str:
    """Which line the runs at a server stand in; empty: they need not wait for each other."""
    if profile.id == SANDBOX:
        return ""
    if profile.id == LOCAL:
        return LOCAL
    return profile.origin if is_loopback(profile.base_url) else ""


class Line:
    """Runs in the order in which they came; the first may go."""

    def __init__(self) -> None:
        self._turns: dict[str, asyncio.Event] = {}
        """By the ids of the runs."""

    def enter(self, run: Run) -> None:
        self._turns[run.id] = asyncio.Event()
        self._call()

    def leave(self, run: Run) -> None:
        self._turns.pop(run.id, None)
        self._call()

    async def wait(self, run: Run) -> None:
        """Until it is the first, which is noted on it when it was not so from the begin."""
        turn = self._turns[run.id]
        if turn.is_set():
            return
        began = time.monotonic()
        await turn.wait()
        run.note("queued", {"seconds": round(time.monotonic() - began, 3), "words": WAITED})

    def before(self, run: Run) -> int:
        """How many go first."""
        return list(self._turns).index(run.id) if run.id in self._turns else 0

    @property
    def empty(self) -> bool:
        return not self._turns

    def _call(self) -> None:
        for turn in self._turns.values():
            turn.set()
            break


class Lines:
    """Sends the runs of columns."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lines: dict[str, Line] = {}

    def send(self, run: Run, profile: Profile | None = None) -> Coroutine[Any, Any, None]:
        """Send a run that was hung into the tree, when it is its turn; with `profile` to that one.
        It stands in line from now on, in the order of these calls."""
        name = self._name(run, profile)
        if name:
            self._lines.setdefault(name, Line()).enter(run)
        return self._send(run, profile, name)

    def before(self, run: Run) -> int:
        """How many runs are sent before this one is."""
        return max((line.before(run) for line in self._lines.values()), default=0)

    async def _send(self, run: Run, profile: Profile | None, name: str) -> None:
        line = self._lines.get(name)
        if line is None:
            await self._workspace.go(run, profile)
            return
        try:
            await self._workspace.go(run, profile, line.wait)
        finally:
            line.leave(run)
            if line.empty:
                self._lines.pop(name, None)

    def _name(self, run: Run, profile: Profile | None) -> str:
        try:
            return line_of(profile or self._workspace.profile(run.profile))
        except Failure:
            return ""  # its profile is gone, which the run will say
