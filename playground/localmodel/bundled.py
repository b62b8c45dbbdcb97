"""LocalModel: the bundled model as a server that is there when it is first needed.

It knows what makes the model fit to be used. It does not know how a process is started: that is
handed in, so that the package stays beside the engine and not on top of it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import h11
from pydantic import SecretStr

from playground.core.problem import Failure, Problem
from playground.localmodel import probe, wheels
from playground.localmodel.llama import KEY_VARIABLE

LIMIT = 60.0
"""Seconds to be healthy."""

SLOWEST = 2.0
"""Tokens a second under which it is of no use to anybody."""

ARGUMENTS = ("model", "--port", "0", "--until-eof")
"""The command that is the child."""

T = TypeVar("T")

Progress = Callable[[str], None]
"""Told, in a few words, what is being waited for and since when; about once a second."""


class Process(Protocol):
    """A child that announces itself, not started yet."""

    @property
    def pid(self) -> int | None: ...

    @property
    def alive(self) -> bool: ...

    async def start(self, limit: float) -> Mapping[str, Any]:
        """Its announcement. Raises Failure."""
        ...

    async def died(self) -> str: ...

    async def stop(self) -> None: ...


Launch = Callable[[Mapping[str, str]], Process]
"""A process for ARGUMENTS, with these variables added to its environment."""


@dataclass(frozen=True, slots=True)
class Running:
    base_url: str
    key: SecretStr
    """Of this start only."""
    pid: int
    speed: float
    """Tokens a second, measured at the start."""


class LocalModel:
    def __init__(
        self,
        launch: Launch,
        unavailable: Callable[[], str | None] = wheels.unavailable,
        *,
        limit: float = LIMIT,
        slowest: float = SLOWEST,
    ) -> None:
        self.unavailable = unavailable
        """Why it cannot be had, in one sentence; None when it can. Cheap, and imports nothing."""
        self._launch = launch
        self._limit = limit
        self._slowest = slowest
        self._process: Process | None = None
        self._running: Running | None = None
        self._starting: asyncio.Task[Running] | None = None
        self._watchers: list[Progress] = []

    @property
    def running(self) -> Running | None:
        alive = self._process is not None and self._process.alive
        return self._running if alive else None

    async def start(self, progress: Progress) -> Running:
        """The running model, started when it is not. Raises Failure, which says why it is unfit.

        Callers at the same time share one start. It goes on when one of them gives up waiting.
        """
        if self.running is not None:
            return self.running
        if self._starting is None:
            self._starting = asyncio.ensure_future(self._start())
            self._starting.add_done_callback(self._started)
        self._watchers.append(progress)
        try:
            return await asyncio.shield(self._starting)
        finally:
            self._watchers.remove(progress)

    async def died(self) -> str:
        """Waits for the end of a model that was started. Says how it came; "" after `stop`."""
        assert self._process is not None, "it was never started"
        return await self._process.died()

    async def stop(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait({self._starting})
        if self._process is not None:
            await self._process.stop()
        self._running = None

    def _started(self, task: asyncio.Task[Running]) -> None:
        self._starting = None
        if not task.cancelled():
            task.exception()  # seen, even when nobody waits any longer

    async def _start(self) -> Running:
        reason = self.unavailable()
        if reason is not None:
            raise Failure(Problem(title=reason, remedy="switch_profile"))
        key = SecretStr(secrets.token_urlsafe(32))
        self._process = process = self._launch({KEY_VARIABLE: key.get_secret_value()})
        fit = False
        try:
            base_url, pid = await self._healthy(process)
            speed = await self._told("measuring its speed", self._speed(base_url, key))
            fit = True
        finally:
            if not fit:
                await process.stop()
        self._running = Running(base_url, key, pid, speed)
        return self._running

    async def _healthy(self, process: Process) -> tuple[str, int]:
        """Its base URL and process id, once it is up."""
        latest = asyncio.get_running_loop().time() + self._limit
        doing = "starting the bundled model"
        found = await self._told(doing, process.start(self._limit))
        base_url = str(found["base_url"])
        try:
            async with asyncio.timeout_at(latest):
                await self._told(doing, probe.healthy(base_url))
        except TimeoutError as error:
            raise _unfit(f"was not healthy within {self._limit:g} seconds.") from error
        assert process.pid is not None
        return base_url, process.pid

    async def _speed(self, base_url: str, key: SecretStr) -> float:
        # Twice what the slowest fit model needs for it: half of that may go into reading.
        limit = 2 * probe.SAMPLE / self._slowest
        try:
            async with asyncio.timeout(limit):
                speed = await probe.speed(base_url, key)
        except TimeoutError as error:
            raise _unfit(
                f"gives under {self._slowest:g} tokens a second on this computer."
            ) from error
        except (OSError, ValueError, h11.RemoteProtocolError) as error:
            raise _unfit("does not answer.", str(error)) from error
        if speed < self._slowest:
            raise _unfit(
                f"gives {speed:.1f} tokens a second on this computer, "
                f"under {self._slowest:g} are of no use."
            )
        return speed

    async def _told(self, doing: str, what: Coroutine[Any, Any, T]) -> T:
        """Wait, and tell the watchers what for and how long already."""
        task = asyncio.ensure_future(what)
        seconds = 0
        try:
            while not task.done():
                for watcher in self._watchers:
                    watcher(f"{doing}, {seconds} s" if seconds else doing)
                await asyncio.wait({task}, timeout=1)
                seconds += 1
        finally:
            task.cancel()
        return task.result()


def _unfit(what: str, detail: str = "") -> Failure:
    title = f"The bundled model {what}"
    return Failure(Problem(title=title, detail=detail, remedy="switch_profile"))
