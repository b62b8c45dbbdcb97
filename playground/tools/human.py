"""The kind `human`: whoever sits there answers by typing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playground.core.tools import Asked, Result, Tool

Ask = Callable[[Tool, Asked, str], Awaitable[Result]]
"""Shows the call with its arguments, as they were approved, and waits for the answer. That may be
a failure too. It minds being cancelled: the question goes away then."""


class Human:
    id = "human"

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def call(
        self, tool: Tool, asked: Asked, arguments: str, progress: Callable[[str], None]
    ) -> Result:
        return await self._ask(tool, asked, arguments)

    async def close(self) -> None:
        pass
