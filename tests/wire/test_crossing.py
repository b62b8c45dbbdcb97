from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from playground.wire.crossing import Crossing
from playground.wire.thread import WireThread
from tests.processes import PATIENCE

LONG = 3600.0


async def nothing() -> None:
    pass


async def test_the_first_thing_crosses_at_once_and_the_rest_together() -> None:
    thread = WireThread()
    crossing: Crossing[int] = Crossing(LONG)
    crossed, more = threading.Event(), threading.Event()

    async def produce() -> None:
        crossing.put([0])
        await asyncio.to_thread(crossed.wait, PATIENCE)
        for number in range(1, 1000):
            crossing.put([number])
            await asyncio.sleep(0)
        more.set()
        await asyncio.Event().wait()

    cancel = thread.start(produce(), crossing.finish)
    assert await crossing.take() == [0]
    crossed.set()
    await asyncio.to_thread(more.wait, PATIENCE)
    # The frame is an hour long: nothing can cross before the end.
    taking = asyncio.ensure_future(crossing.take())
    await asyncio.sleep(0)
    assert not taking.done()
    cancel()
    assert await taking == list(range(1, 1000))
    assert await crossing.take() is None
    assert await crossing.take() is None
    await thread.stop(nothing)


async def test_what_one_turn_of_the_loop_brought_crosses_together() -> None:
    thread = WireThread()
    crossing: Crossing[int] = Crossing(LONG)

    async def produce() -> None:
        for number in range(100):
            crossing.put([number])
        await asyncio.Event().wait()

    thread.start(produce(), crossing.finish)
    assert await crossing.take() == list(range(100))
    await thread.stop(nothing)


async def test_a_slow_consumer_misses_nothing() -> None:
    thread = WireThread()
    crossing: Crossing[int] = Crossing(0)
    ended = threading.Event()

    async def produce() -> None:
        for number in range(5000):
            crossing.put([number])
            if number % 100 == 0:
                await asyncio.sleep(0)

    def finished() -> None:
        crossing.finish()
        ended.set()

    thread.start(produce(), finished)
    await asyncio.to_thread(ended.wait, PATIENCE)
    taken: list[int] = []
    while (batch := await crossing.take()) is not None:
        taken += batch
    assert taken == list(range(5000))
    await thread.stop(nothing)


def test_a_consumer_that_is_gone_ends_the_producer() -> None:
    ended = threading.Event()
    made: list[WireThread] = []

    async def consume() -> Callable[[], None]:
        thread = WireThread()
        made.append(thread)
        crossing: Crossing[int] = Crossing(0)
        gone = threading.Event()

        async def produce() -> None:
            try:
                await asyncio.to_thread(gone.wait, PATIENCE)
                crossing.put([1])
                await asyncio.Event().wait()
            finally:
                ended.set()

        thread.start(produce(), crossing.finish)
        return gone.set

    leave = asyncio.run(consume())
    leave()
    assert ended.wait(PATIENCE)
    asyncio.run(made[0].stop(nothing))
