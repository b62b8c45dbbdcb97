"""How long a server may be silent, and the clock that watches it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Literal

Which = Literal["connect", "first_token", "idle"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. There is no limit on the whole: an answer may take as long as it arrives."""

    connect: float = 10
    """Name, connection, TLS and proxy."""
    first_token: float = 600
    """From the request to the first data; comments and blank lines do not count."""
    idle: float = 300
    """Between any two bytes after that."""
    retries: int = 2


class Watch:
    """Ends the block it encloses with TimeoutError when the limit of its phase is over.

    Hearing something costs nothing but a look at the clock: the timer finds out when it fires.
    """

    which: Which

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._scope = asyncio.timeout(None)
        self._timer: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Watch:
        self._loop = asyncio.get_running_loop()
        await self._scope.__aenter__()
        self.begin("connect")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        await self._scope.__aexit__(kind, error, trace)

    @property
    def expired(self) -> bool:
        return self._scope.expired()

    @property
    def limit(self) -> float:
        """Seconds of the present phase."""
        match self.which:
            case "connect":
                return self._limits.connect
            case "first_token":
                return self._limits.first_token
            case "idle":
                return self._limits.idle

    def begin(self, which: Which) -> None:
        self.which = which
        if self._timer is not None:
            self._timer.cancel()
        self._heard = self._loop.time()
        self._timer = self._loop.call_at(self._heard + self.limit, self._check)

    def heard(self, *, spoken: bool) -> None:
        """Bytes came; `spoken` once data was among them."""
        if self.which == "idle":
            self._heard = self._loop.time()
        elif spoken:
            self.begin("idle")

    def _check(self) -> None:
        now, due = self._loop.time(), self._heard + self.limit
        if now >= due:
            self._scope.reschedule(now)
        else:
            self._timer = self._loop.call_at(due, self._check)
