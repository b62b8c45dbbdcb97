"""The servers that we start ourselves: at most one of each, when it is first needed."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping

from playground.engine.child import Child
from playground.engine.serving import Progress

SANDBOX = ("sandbox", "--port", "0", "--until-eof")


def command(*words: str) -> list[str]:
    """This program again, as another process."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *words]
    return [sys.executable, "-m", "playground", *words]


def child(words: tuple[str, ...], more: Mapping[str, str], name: str) -> Child:
    """One of our commands as a server; `more` is added to its environment."""
    return Child(command(*words), {**os.environ, **more}, name=name)


class Sandbox:
    """The scripted server, started once and again when it has died."""

    def __init__(self) -> None:
        self._child: Child | None = None
        self._base_url = ""
        self._starting = asyncio.Lock()

    async def start(self, progress: Progress) -> str:
        """Its base URL. Raises Failure."""
        async with self._starting:
            if self._child is None or not self._child.alive:
                progress("starting the sandbox")
                self._child = child(SANDBOX, {}, "The sandbox")
                found = await self._child.start()
                self._base_url = str(found["base_url"])
            return self._base_url

    async def stop(self) -> None:
        if self._child is not None:
            await self._child.stop()
