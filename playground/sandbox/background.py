"""Job: a response that is made whether or not anybody looks, and can be looked at from any event
on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable

from playground.sandbox.play import CutError, Frame, play
from playground.sandbox.scenario import Pace
from playground.sandbox.trouble import Fault

_logger = logging.getLogger("sandbox")


class Job:
    """Plays frames, each of them one event, into its memory."""

    def __init__(
        self,
        frames: Iterable[Frame],
        pace: Pace,
        fault: Fault | None,
        *,
        streams: bool,
        ended: Callable[[Job], None],
    ) -> None:
        """`streams` says that the request asked for events: only those can be looked at later."""
        self.streams = streams
        self.size = 0
        """Bytes of the events."""
        self._events: list[bytes] = []
        self._news = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(
            self._play(frames, pace.model_copy(update={"per_chunk": 1}), fault)
        )
        self._task.add_done_callback(lambda _: ended(self))
        self._task.add_done_callback(lambda _: self._tell())

    async def follow(self, after: int = -1) -> AsyncIterator[bytes]:
        """The events behind the one of that sequence number, until there will be no more."""
        number = after + 1
        while True:
            news = self._news
            for event in self._events[number:]:
                yield event
                number += 1
            if number < len(self._events):
                continue
            if self._task.done():
                return
            await news.wait()

    async def stop(self) -> None:
        """Ends it where it stands."""
        self._task.cancel()
        await asyncio.wait([self._task])

    # The sink of `play`

    def write(self, data: bytes) -> None:
        self._events.append(data)
        self.size += len(data)
        self._tell()

    async def drain(self) -> None:
        pass

    async def _play(self, frames: Iterable[Frame], pace: Pace, fault: Fault | None) -> None:
        try:
            await play(frames, self, pace, fault)
        except CutError:
            pass  # There is no connection to break: it ends here, and is found unfinished.
        except Exception:
            _logger.exception("in the background")

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()
