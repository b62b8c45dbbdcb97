"""Crossing: the one thread boundary on the path from the socket to the screen."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Crossing(Generic[T]):
    """Carries what a task in one thread produces to a consumer in another thread's loop.

    The first thing crosses at once; after that there is at most one hand-over a frame, so that
    the consumer's loop is woken 60 times a second and not 10,000. Nothing is ever dropped. Made
    in the consumer's thread.
    """

    def __init__(self, frame: float) -> None:
        self._frame = frame
        # The consumer's side.
        self._consumer = asyncio.get_running_loop()
        self._inbox: list[T] = []
        self._ended = False
        self._waiter: asyncio.Future[None] | None = None
        # The producer's side.
        self._producer: asyncio.Task[Any] | None = None
        self._pending: list[T] = []
        self._timer: asyncio.TimerHandle | None = None
        self._last = float("-inf")

    def put(self, things: Iterable[T]) -> None:
        """Called in the producing task."""
        self._pending += things
        if self._timer is None:
            if self._producer is None:
                self._producer = asyncio.current_task()
                assert self._producer is not None
            loop = self._producer.get_loop()
            # A due timer still waits for the next turn of the loop: what one chunk brought
            # crosses together.
            self._timer = loop.call_at(max(self._last + self._frame, loop.time()), self._hand_over)

    def finish(self) -> None:
        """The producing task is over. Called in its thread."""
        if self._timer is not None:
            self._timer.cancel()
        self._send(ended=True)

    async def take(self) -> list[T] | None:
        """All that has crossed since the last time, at least one thing; None at the end."""
        while not self._inbox:
            if self._ended:
                return None
            self._waiter = self._consumer.create_future()
            await self._waiter
        batch, self._inbox = self._inbox, []
        return batch

    def _hand_over(self) -> None:
        assert self._producer is not None
        self._timer = None
        self._last = self._producer.get_loop().time()
        self._send(ended=False)

    def _send(self, *, ended: bool) -> None:
        batch, self._pending = self._pending, []
        try:
            self._consumer.call_soon_threadsafe(self._arrive, batch, ended)
        except RuntimeError:  # the consumer's loop is closed: nobody will ever want the rest
            if self._producer is not None:
                self._producer.cancel()

    def _arrive(self, batch: list[T], ended: bool) -> None:
        self._inbox += batch
        self._ended = self._ended or ended
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
