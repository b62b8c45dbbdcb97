"""A raw HTTP server on loopback whose every byte a test decides, and a wire to talk to it."""

from __future__ import annotations

import asyncio
import inspect
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from playground.core.profile import Address
from playground.core.recording import WIRE, Event
from playground.wire.http import Limits, Wire

CERTIFICATES = Path(__file__).parent / "certificates"
"""Made with openssl for these tests, good until 2126, trusted nowhere: `authority.pem` issued the
certificate in `localhost.pem`, whose key lies beside it."""

PATIENCE = 120
"""Seconds after which a test that still waits has failed."""


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run coroutine tests in a loop of their own, and fail if one leaves a task behind."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in wanted}

    async def run() -> None:
        async with asyncio.timeout(PATIENCE):
            await pyfuncitem.obj(**arguments)
        await quiet()
        if left := asyncio.all_tasks() - {asyncio.current_task()}:
            _, left = await asyncio.wait(left, timeout=PATIENCE)
        assert not left, f"tasks left over: {left}"

    asyncio.run(run())
    return True


async def quiet() -> None:
    """Wait until the loop has let go of all sockets, also of those that no script ever saw."""
    loop = asyncio.get_running_loop()
    sockets = loop._selector.get_map()  # type: ignore[attr-defined]
    async with asyncio.timeout(PATIENCE):
        while len(sockets) > 1:  # noqa: ASYNC110  one is the loop's own; nothing tells of the rest
            await asyncio.sleep(0.001)


class Link:
    """One request on one connection, seen from the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.line = b""
        self.headers: dict[str, str] = {}
        self.body = b""

    async def listen(self) -> bool:
        """Read a request; False when the client has gone."""
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return False
        self.line, *rows = head[:-4].split(b"\r\n")
        pairs = (row.decode("latin-1").partition(":") for row in rows)
        self.headers = {name.lower(): value.strip() for name, _, value in pairs}
        self.body = await self._reader.readexactly(int(self.headers.get("content-length", 0)))
        return True

    async def send(self, *data: bytes) -> None:
        for piece in data:
            self._writer.write(piece)
            await self._writer.drain()

    async def head(self, status: str = "200 OK", **headers: str) -> None:
        """The head of a chunked answer; an event stream unless `content_type` says otherwise."""
        headers = {"transfer_encoding": "chunked", "content_type": "text/event-stream"} | headers
        rows = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items() if value]
        await self.send("\r\n".join([f"HTTP/1.1 {status}", *rows, "", ""]).encode())

    async def chunk(self, *data: bytes) -> None:
        await self.send(*(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in data if piece))

    async def end(self) -> None:
        await self.send(b"0\r\n\r\n")

    async def stream(self, *data: bytes) -> None:
        """A whole event stream, a chunk a piece."""
        await self.head()
        await self.chunk(*data)
        await self.end()

    async def answer(self, status: str, body: bytes, **headers: str) -> None:
        """A whole answer of known length."""
        framing = {"transfer_encoding": "", "content_length": str(len(body))}
        await self.head(status, **{"content_type": "application/json"} | headers | framing)
        await self.send(body)

    async def gone(self) -> None:
        """Returns when the client has closed its side."""
        try:
            while await self._reader.read(65536):
                pass
        except ConnectionError:
            pass

    def reset(self) -> None:
        """Close with RST, as a crash does."""
        linger = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, linger
        )
        self._writer.transport.abort()


class Loopback:
    """`url`, and the requests that came, in order."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Link] = []
        self.failures: list[BaseException] = []


@asynccontextmanager
async def loopback(
    script: Callable[[Link], Awaitable[None]], certificate: str = ""
) -> AsyncIterator[Loopback]:
    """Serve one script for each request; the connection stays open when it sent a whole answer."""
    server = Loopback()

    async def connected(connection: socket.socket) -> None:
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            transport, _ = await loop.connect_accepted_socket(
                lambda: protocol, connection, ssl=context
            )
        except (OSError, asyncio.CancelledError):  # TLS came to nothing
            connection.close()
            return
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            link = Link(reader, writer)
            while await link.listen():
                server.requests.append(link)
                await script(link)
                if writer.is_closing() or link.headers.get("x-test-last"):
                    break
                link = Link(reader, writer)
        except ConnectionError:
            pass
        except asyncio.CancelledError:  # the test is over; an orderly end of TLS would take long
            transport.abort()
        except BaseException as error:
            server.failures.append(error)
        finally:
            writer.close()

    def accept() -> None:
        # Not `sock_accept`: a task that is cancelled while it returns loses the connection.
        connection, _ = listener.accept()
        connection.setblocking(False)
        running.append(loop.create_task(connected(connection)))

    loop = asyncio.get_running_loop()
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATES / certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        host = "https://localhost" if certificate else "http://127.0.0.1"
        server.url = f"{host}:{listener.getsockname()[1]}/v1/chat"
        running: list[asyncio.Task[None]] = []
        loop.add_reader(listener, accept)
        try:
            yield server
        finally:
            loop.remove_reader(listener)
            await asyncio.sleep(0)  # a task that was cancelled before it began would not clean up
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
    assert not server.failures, server.failures


class Talk:
    """A wire for one test, with waits between attempts that are noted and not waited for."""

    def __init__(self) -> None:
        self.naps: list[float] = []
        self.now = 1_000_000_000.0
        self.wire = Wire(sleep=self._sleep, now=lambda: self.now, chance=lambda: 0.0)
        self.secrets: tuple[bytes, ...] = ()

    async def _sleep(self, seconds: float) -> None:
        self.naps.append(seconds)

    def address(self, url: str, *headers: tuple[str, str], body: bytes = b"{}") -> Address:
        accept = ("Accept", "text/event-stream, application/json")
        return Address("POST", url, (accept, *headers), body, self.secrets)

    async def __call__(
        self, url: str, *headers: tuple[str, str], body: bytes = b"{}", **limits: float
    ) -> Heard:
        address = self.address(url, *headers, body=body)
        exchange = self.wire.exchange(address, Limits(**limits), leg=0, t0=0)  # type: ignore[arg-type]
        return Heard([event async for batch in exchange for event in batch])


class Heard:
    """What an exchange reported."""

    def __init__(self, events: list[Event]) -> None:
        self.events = events

    @property
    def kinds(self) -> list[str]:
        """With repeated kinds of the body folded into one, and without the connection: it depends
        on what went before."""
        kinds = [event.kind for event in self.events if event.kind != "connection"]
        return [
            kind
            for number, kind in enumerate(kinds)
            if kind not in WIRE or number == 0 or kinds[number - 1] != kind
        ]

    @property
    def wire(self) -> list[Event]:
        return [event for event in self.events if event.kind in WIRE]

    @property
    def body(self) -> bytes:
        return b"".join(event.raw for event in self.wire)

    def fact(self, kind: str, number: int = 0) -> dict[str, Any]:
        found = [event for event in self.events if event.kind == kind]
        value: dict[str, Any] = json.loads(found[number].raw)
        return value

    def problem(self) -> dict[str, Any]:
        """Of the last thing that went wrong."""
        last = [row for row in self.events if row.kind in ("cut", "timeout", "failed")][-1]
        value: dict[str, Any] = json.loads(last.raw)["problem"]
        return value


@pytest.fixture
def serve() -> Any:
    return loopback


@pytest.fixture
def certificates() -> Path:
    return CERTIFICATES


@pytest.fixture
def talk() -> Iterator[Talk]:
    one = Talk()
    yield one
    asyncio.run(one.wire.close())


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
