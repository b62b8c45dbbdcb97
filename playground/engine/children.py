"""The servers that we start ourselves: at most one of each, when it is first needed."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass

from pydantic import SecretStr

from playground.engine.child import Child
from playground.engine.serving import Progress


@dataclass(frozen=True, slots=True)
class Running:
    base_url: str
    key: SecretStr | None = None


def command(*words: str) -> list[str]:
    """This program again, as another process."""
    if getattr(sys, "frozen", False):
        return [sys.executable, *words]
    return [sys.executable, "-m", "playground", *words]


class Children:
    def __init__(self) -> None:
        self._sandbox: Child | None = None
        self._sandbox_running: Running | None = None
        self._starting = asyncio.Lock()

    async def sandbox(self, progress: Progress) -> Running:
        """The scripted server. Raises Failure."""
        async with self._starting:
            if self._sandbox is not None and self._sandbox.alive and self._sandbox_running:
                return self._sandbox_running
            progress("starting the sandbox")
            self._sandbox = Child(command("sandbox", "--port", "0", "--until-eof"))
            found = await self._sandbox.start()
            self._sandbox_running = Running(str(found["base_url"]))
            return self._sandbox_running

    async def local(self, progress: Progress) -> Running:
        raise NotImplementedError

    async def stop(self) -> None:
        if self._sandbox is not None:
            await self._sandbox.stop()
