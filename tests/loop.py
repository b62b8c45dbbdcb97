"""One loop for all tests of the window: the one that Qt and asyncio share.

A coroutine test that uses the fixture `loop`, itself or through another fixture, runs in it, and
fails when it leaves a task behind. No test sleeps: it waits for a state, with a limit.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

LIMIT = 400
"""Seconds after which a test that still waits has failed."""
PATIENCE = 120
"""Seconds for one state to come about."""


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    import qasync

    from playground import desktop

    app = desktop.application()
    app.setQuitOnLastWindowClosed(False)  # it may have been made by somebody else
    running = qasync.QEventLoop(app)
    yield running
    running.close()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj) or "loop" not in pyfuncitem.fixturenames:
        return None
    loop: asyncio.AbstractEventLoop = pyfuncitem._request.getfixturevalue("loop")
    wanted = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in wanted}

    async def run() -> None:
        async with asyncio.timeout(LIMIT):
            await pyfuncitem.obj(**arguments)

    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(run())
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        assert not left, f"tasks left over: {left}"
    finally:
        asyncio.set_event_loop(None)
    return True


async def until(
    state: Callable[[], Any], seconds: float = PATIENCE, saying: Callable[[], object] | None = None
) -> None:
    """Wait for a state that nothing announces; `saying` tells how things stand when it does not
    come."""
    try:
        async with asyncio.timeout(seconds):
            while not state():  # noqa: ASYNC110
                await asyncio.sleep(0.005)
    except TimeoutError:
        said = f": {saying()}" if saying is not None else ""
        raise AssertionError(f"It did not come about in {seconds} s{said}") from None
