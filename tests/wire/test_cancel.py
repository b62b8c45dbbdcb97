"""Stopping closes the socket at once, wherever the exchange is; the server sees it."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
from typing import Any

import pytest

from playground.core.recording import SSE
from playground.wire.http import Exchange, Limits, Wire
from tests.processes import PATIENCE

HELLO = b"data: hello\n\n"


class Stalling:
    """A server that goes so far and then says nothing more; `left` is set when we went away."""

    def __init__(self, until: str) -> None:
        self.until = until
        self.reached = asyncio.Event()
        self.left = asyncio.Event()

    async def __call__(self, link: Any) -> None:
        if self.until != "request":
            await link.head()
        if self.until == "stream":
            await link.chunk(HELLO)
        self.reached.set()
        await link.gone()
        self.left.set()


class Listener:
    """Takes what an exchange reports; `heard` is set when the kind it waits for has come."""

    def __init__(self, kind: str = "") -> None:
        self.kind = kind
        self.kinds: list[str] = []
        self.heard = asyncio.Event()

    async def listen(self, exchange: Exchange) -> None:
        async for batch in exchange:
            self.kinds += [event.kind for event in batch]
            if self.kind in self.kinds:
                self.heard.set()


@pytest.mark.parametrize("until", ["request", "head", "stream"])
async def test_cancelling_the_task(serve: Any, talk: Any, until: str) -> None:
    script = Stalling(until)
    async with serve(script) as server:
        exchange = talk.wire.exchange(talk.address(server.url), Limits(), leg=0, t0=0)
        task = asyncio.create_task(Listener().listen(exchange))
        await script.reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await script.left.wait()


@pytest.mark.parametrize("until", ["request", "head", "stream"])
async def test_closing_the_exchange(serve: Any, talk: Any, until: str) -> None:
    script = Stalling(until)
    async with serve(script) as server:
        exchange = talk.wire.exchange(talk.address(server.url), Limits(), leg=0, t0=0)
        await script.reached.wait()
        await exchange.aclose()
        await script.left.wait()
        with pytest.raises(StopAsyncIteration):
            await anext(exchange)


async def test_letting_go_of_the_exchange(serve: Any, talk: Any) -> None:
    script = Stalling("stream")
    async with serve(script) as server:
        async for batch in talk.wire.exchange(talk.address(server.url), Limits(), leg=0, t0=0):
            if batch[-1].kind == SSE:
                break
        gc.collect()
        await script.left.wait()


async def test_while_waiting_for_the_next_attempt(serve: Any, talk: Any) -> None:
    async def script(link: Any) -> None:
        await link.answer("503 Unavailable", b"")

    ended = threading.Event()

    async def sleep(seconds: float) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    wire = Wire(sleep=sleep)
    listener = Listener("retry")
    async with serve(script) as server:
        exchange = wire.exchange(talk.address(server.url), Limits(), leg=0, t0=0)
        task = asyncio.create_task(listener.listen(exchange))
        await listener.heard.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(ended.wait, 10)
        assert len(server.requests) == 1
    assert listener.kinds[-1] == "retry"
    await wire.close()


async def test_while_connecting(talk: Any) -> None:
    # Accepts nothing: the handshake of TLS is never answered.
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        exchange = talk.wire.exchange(talk.address(url), Limits(), leg=0, t0=0)
        connection, _ = await asyncio.to_thread(listener.accept)
        with connection:
            await exchange.aclose()
            connection.settimeout(PATIENCE)
            while await asyncio.to_thread(connection.recv, 65536):
                pass


async def test_before_it_has_begun(serve: Any, talk: Any) -> None:
    async with serve(Stalling("request")) as server:
        exchange = talk.wire.exchange(talk.address(server.url), Limits(), leg=0, t0=0)
        await exchange.aclose()
        await exchange.aclose()


async def test_closing_the_wire_ends_everything(serve: Any, talk: Any) -> None:
    script = Stalling("stream")
    wire, before = Wire(), set(threading.enumerate())
    listener = Listener()
    async with serve(script) as server:
        exchange = wire.exchange(talk.address(server.url), Limits(), leg=0, t0=0)
        task = asyncio.create_task(listener.listen(exchange))
        await script.reached.wait()
        await wire.close()
        await script.left.wait()
        await task
    assert "wire" not in [thread.name for thread in set(threading.enumerate()) - before]
    assert {"failed", "cut", "eof"}.isdisjoint(listener.kinds)
    with pytest.raises(RuntimeError, match="closed"):
        wire.exchange(talk.address(server.url), Limits(), leg=0, t0=0)
    await wire.close()


async def test_closing_a_wire_that_was_never_used() -> None:
    await Wire().close()


async def test_a_name_server_that_does_not_answer(
    talk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answer = threading.Event(), threading.Event()

    def look_up(*_: object) -> list[object]:
        asked.set()
        answer.wait(PATIENCE)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    wire = Wire()
    exchange = wire.exchange(talk.address("http://server.test/"), Limits(), leg=0, t0=0)
    await asyncio.to_thread(asked.wait, PATIENCE)
    await exchange.aclose()
    await wire.close()
    assert all(thread.daemon for thread in threading.enumerate() if "look up" in thread.name)
    answer.set()
