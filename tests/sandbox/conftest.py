"""A sandbox in the test's own event loop, and a raw socket to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from playground.core.resources import resource
from playground.sandbox.routes import Sandbox
from playground.sandbox.scenario import Scenario, load_all
from playground.sandbox.server import Server

LIMIT = 120.0
"""Seconds after which a test that waits for the sandbox has failed."""


class Raw:
    """An HTTP client that hides nothing."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> None:
        data = (
            body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        )
        lines = {"Host": "127.0.0.1", "Content_Length": str(len(data)), **headers}
        head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
        self.writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + data)

    async def head(self) -> tuple[int, dict[str, str]]:
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:] if line)
        return int(lines[0].split()[1]), {name.lower(): text for name, text in headers.items()}

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        status, headers = await self.head()
        if "content-length" in headers:
            return status, headers, await self.reader.readexactly(int(headers["content-length"]))
        return status, headers, b"".join([chunk async for chunk in self.chunks()])

    async def chunks(self) -> AsyncIterator[bytes]:
        while size := int(await self.reader.readline(), 16):
            yield await self.reader.readexactly(size)
            await self.reader.readexactly(2)
        await self.reader.readexactly(2)


class Running:
    def __init__(self, server: Server) -> None:
        self.base_url = server.base_url
        self.port = int(server.base_url.split(":")[2].split("/")[0])

    @asynccontextmanager
    async def raw(self) -> AsyncIterator[Raw]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield Raw(reader, writer)
        finally:
            writer.close()

    async def log(self) -> list[dict[str, Any]]:
        """What the sandbox was asked, once it has nothing more to do."""
        async with self.raw() as raw:
            raw.send("GET", f"/sandbox/log?settled={LIMIT:.0f}")
            _, _, body = await raw.answer()
        rows: list[dict[str, Any]] = json.loads(body)["data"]
        return rows


Serving = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture(scope="session")
def scenarios() -> dict[str, Scenario]:
    return load_all(resource("scenarios"))


@pytest.fixture
def serving(scenarios: dict[str, Scenario]) -> Serving:
    """`serving(only=…, **Sandbox's arguments)` is a running sandbox."""

    @asynccontextmanager
    async def start(**arguments: Any) -> AsyncIterator[Running]:
        more = arguments.pop("more", {})
        sandbox = Sandbox({**scenarios, **more}, **arguments)
        server = Server(sandbox.answer)
        await server.start("127.0.0.1", 0)
        try:
            yield Running(server)
        finally:
            await server.close()
            await sandbox.close()

    return start


@pytest.fixture
def run() -> Callable[[Coroutine[Any, Any, None]], None]:
    """Runs a coroutine to its end, and fails when something was left running."""

    def run(coroutine: Coroutine[Any, Any, None]) -> None:
        async def drive() -> None:
            async with asyncio.timeout(LIMIT * 2):
                await coroutine
            left = asyncio.all_tasks() - {asyncio.current_task()}
            if left:
                await asyncio.wait(left, timeout=LIMIT)
            assert not {task for task in left if not task.done()}

        asyncio.run(drive())

    return run
