"""The gate: who is let through to the Unix socket, and that nothing is lost on the way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from socket import create_server
from typing import Any

import pytest

from playground.localmodel.gate import Gate

LIMIT = 120


class Behind:
    """A server on a Unix socket that answers every request head with "seen N" and its length."""

    def __init__(self) -> None:
        self.heads: list[bytes] = []
        self.left = asyncio.Event()
        self.close_after = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(b"seen %d;" % len(self.heads))
                if self.close_after:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            self.left.set()
        finally:
            writer.close()


@asynccontextmanager
async def gated(tmp_path: Path) -> AsyncIterator[tuple[Behind, int]]:
    behind = Behind()
    path = tmp_path / "s.sock"
    server = await asyncio.start_unix_server(behind.serve, str(path))
    gate = Gate(path)
    listener = create_server(("127.0.0.1", 0))
    await gate.open(listener)
    try:
        yield behind, listener.getsockname()[1]
    finally:
        await gate.close()
        server.close()


def played(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(LIMIT):
            await scene()

    asyncio.run(run())


async def ask(port: int, request: bytes) -> bytes:
    """All that comes back until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


def head(host: str) -> bytes:
    return f"GET /v1/models HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8080", "localhost:1", "LocalHost", "[::1]:99"]
)
def test_this_computer_by_its_names(host: str, tmp_path: Path) -> None:
    async def scene() -> None:
        async with gated(tmp_path) as (behind, port):
            behind.close_after = True
            assert await ask(port, head(host)) == b"seen 1;"
            assert behind.heads == [head(host)]  # as it was sent, byte for byte

    played(scene)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "192.168.1.1", "0.0.0.0", "[x"],
)
def test_a_foreign_host_is_refused(host: str, tmp_path: Path) -> None:
    async def scene() -> None:
        async with gated(tmp_path) as (behind, port):
            answer = await ask(port, head(host))
            start, _, body = answer.partition(b"\r\n\r\n")
            assert start.startswith(b"HTTP/1.1 421 Misdirected Request\r\n")
            assert json.loads(body)["error"]["code"] == "misdirected_request"
            assert host in json.loads(body)["error"]["message"]
            assert behind.heads == []

    played(scene)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"400"),  # no host at all
        (b"GET / HTTP/1.0\r\n\r\n", b"421"),  # which 1.0 allows, and we do not
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", b"400"),
        (b"\x16\x03\x01 hello\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100_000, b"431"),
    ],
)
def test_what_is_no_request_is_refused(request_: bytes, status: bytes, tmp_path: Path) -> None:
    async def scene() -> None:
        async with gated(tmp_path) as (behind, port):
            answer = await ask(port, request_)
            assert answer.startswith(b"HTTP/1.1 " + status)
            assert behind.heads == []

    played(scene)


def test_a_head_in_pieces_and_further_requests(tmp_path: Path) -> None:
    async def scene() -> None:
        async with gated(tmp_path) as (behind, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for byte in head("localhost"):
                writer.write(bytes([byte]))
                await writer.drain()
            assert await reader.readuntil(b";") == b"seen 1;"
            writer.write(head("localhost"))
            assert await reader.readuntil(b";") == b"seen 2;"
            writer.close()
            await behind.left.wait()
            assert behind.heads == [head("localhost")] * 2

    played(scene)


def test_a_client_that_leaves_is_gone_behind_the_gate_too(tmp_path: Path) -> None:
    """Else llama.cpp would go on writing an answer that nobody reads."""

    async def scene() -> None:
        async with gated(tmp_path) as (behind, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head("localhost"))
            await reader.readuntil(b";")
            writer.close()
            await behind.left.wait()

    played(scene)


def test_closing_the_gate_ends_its_connections(tmp_path: Path) -> None:
    async def scene() -> None:
        async with gated(tmp_path) as (_, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head("localhost"))
            await reader.readuntil(b";")
        assert await reader.read() == b""
        writer.close()
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", port)

    played(scene)


def test_a_client_that_says_nothing_is_no_trouble(tmp_path: Path) -> None:
    async def scene() -> None:
        async with gated(tmp_path) as (behind, port):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            behind.close_after = True
            assert await ask(port, head("localhost")) == b"seen 1;"

    played(scene)
