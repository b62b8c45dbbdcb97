"""Time-outs. The limits are tiny, and nothing here looks at a clock: only at what came of it."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from playground.core.recording import BODY, SSE
from playground.core.transcript import replay
from playground.endpoints import chat
from playground.wire.limits import Limits, Watch

HELLO = b'data: {"choices":[{"index":0,"delta":{"content":"hello"}}]}\n\n'
SOON = 0.05
LATER = 1.0
"""Where something else has to come first, on a slow machine too."""
NEVER = 3600.0


async def test_no_answer_at_all(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.gone()

    async with serve(script) as server:
        heard = await talk(server.url, first_token=SOON, retries=1)
        assert len(server.requests) == 2
    assert heard.kinds == ["request", "timeout", "retry", "request", "timeout"]
    fact = heard.fact("timeout")
    assert (fact["which"], fact["seconds"]) == ("first_token", SOON)
    assert fact["problem"]["remedy"] == "raise_limit"
    assert fact["problem"]["facts"]["limit"] == "0.05 s"


async def test_comments_are_no_answer(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.head()
        gone = asyncio.ensure_future(link.gone())
        while not gone.done():
            await link.chunk(b": keep-alive\n\n")
            await asyncio.wait([gone], timeout=0.001)

    async with serve(script) as server:
        heard = await talk(server.url, first_token=LATER, idle=NEVER)
    assert heard.kinds == ["request", "head", SSE, "timeout"]
    assert heard.fact("timeout")["which"] == "first_token"
    assert talk.naps == [], "the answer had begun"


async def test_silence_in_the_middle(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.head()
        await link.chunk(HELLO)
        await link.gone()

    async with serve(script) as server:
        heard = await talk(server.url, first_token=NEVER, idle=SOON)
    assert heard.kinds == ["request", "head", SSE, "timeout"]
    assert heard.fact("timeout")["which"] == "idle"
    assert replay(heard.events, chat.reduce).text == "hello"
    assert talk.naps == []


async def test_any_byte_breaks_the_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    now = loop.time()
    monkeypatch.setattr(loop, "time", lambda: now)

    async def passes(seconds: float) -> None:
        nonlocal now
        now += seconds
        for _ in range(5):  # turns of the loop, in which every timer that is due fires
            await asyncio.sleep(0)

    watch = Watch(Limits(connect=1, first_token=2, idle=3))
    with pytest.raises(TimeoutError):
        async with watch:
            await passes(0.9)
            watch.begin("first_token")
            await passes(1.9)
            watch.heard(spoken=False)
            watch.heard(spoken=True)
            for _ in range(5):
                await passes(2.9)
                watch.heard(spoken=True)
            assert not watch.expired
            await passes(3.1)
    assert watch.expired
    assert watch.which == "idle"


async def test_comments_do_not_extend_the_wait_for_the_first_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.get_running_loop()
    now = loop.time()
    monkeypatch.setattr(loop, "time", lambda: now)
    watch = Watch(Limits(first_token=2))
    with pytest.raises(TimeoutError):
        async with watch:
            watch.begin("first_token")
            now += 1.9
            watch.heard(spoken=False)
            now += 0.2
            await asyncio.Event().wait()
    assert watch.which == "first_token"


async def test_an_error_that_never_ends(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.head("400 Bad Request", content_type="application/json")
        await link.chunk(b'{"error": {"message": "no')
        await link.gone()

    async with serve(script) as server:
        heard = await talk(server.url, idle=SOON)
    assert heard.kinds == ["request", "head", BODY, "timeout"]


async def test_no_connection(talk: Any) -> None:
    # A queue for connections that nobody empties: what comes when it is full is never answered.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(8)]
        try:
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(address)
            heard = await talk(f"http://127.0.0.1:{address[1]}/", connect=SOON, retries=0)
        finally:
            for one in waiting:
                one.close()
    if heard.kinds == ["request", "failed"]:
        pytest.skip("this system refuses what it cannot queue")
    assert heard.kinds == ["request", "timeout"]
    assert heard.fact("timeout")["which"] == "connect"
    assert heard.problem()["remedy"] == "retry"
