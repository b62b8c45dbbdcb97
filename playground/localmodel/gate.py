"""Gate: the loopback port in front of llama.cpp, which refuses a foreign `Host`.

llama.cpp's server answers whatever name it is called by. A web page whose own name is made to
resolve to 127.0.0.1 ("DNS rebinding") could then talk to it as if to its own server. So llama.cpp
listens on a Unix socket, which no browser can reach, and the gate passes connections on to it.

Only the first request of a connection is read. That is enough: a browser never uses a connection
for two hosts, and for everybody else the key is the guard.
"""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from pathlib import Path
from socket import socket

import h11

from playground.core.profile import is_loopback

CHUNK = 65536


class Gate:
    def __init__(self, behind: Path) -> None:
        self._behind = behind
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def open(self, listener: socket) -> None:
        self._server = await asyncio.start_server(self._serve, sock=listener)

    async def close(self) -> None:
        """No further connections, and an end to those there are."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.current_task()
        assert connection is not None
        self._connections.add(connection)
        try:
            await self._pass(reader, writer)
        except ConnectionError:
            pass  # one of the two sides went away
        except asyncio.CancelledError:
            # Only `close` cancels. asyncio would report a connection's task that ends cancelled.
            pass
        finally:
            self._connections.discard(connection)
            writer.close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        read = b""
        judge = h11.Connection(h11.SERVER)
        while True:
            data = await reader.read(CHUNK)
            read += data
            try:
                judge.receive_data(data)
                event = judge.next_event()
            except h11.RemoteProtocolError as error:
                writer.write(refusal(error.error_status_hint, str(error), "bad_request"))
                return await writer.drain()
            if isinstance(event, h11.Request):
                break
            if event is not h11.NEED_DATA:
                return None  # closed before it asked for anything
        host = dict(event.headers).get(b"host", b"").decode("latin-1")
        if not is_loopback(f"http://{host}"):
            words = f"This server answers to the names of this computer only, not to '{host}'."
            writer.write(refusal(421, words, "misdirected_request"))
            return await writer.drain()
        there, here = await asyncio.open_unix_connection(str(self._behind))
        here.write(read)
        try:
            # Either end closes both: a client that leaves must stop the answer being generated.
            pumps = [asyncio.ensure_future(p) for p in (_pump(reader, here), _pump(there, writer))]
            try:
                await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in pumps:
                    pump.cancel()
                await asyncio.gather(*pumps, return_exceptions=True)
        finally:
            here.close()
        return None


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while data := await source.read(CHUNK):
        sink.write(data)
        await sink.drain()


def refusal(status: int, message: str, code: str) -> bytes:
    """A whole answer, its error in OpenAI's shape, after which the connection ends."""
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    body = json.dumps({"error": error}).encode()
    head = (
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + body
