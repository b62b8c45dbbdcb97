"""Connection: HTTP/1.1 over one socket, on h11. It knows nothing of models or scripts."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from urllib.parse import unquote

import h11

BODY_LIMIT = 32 * 2**20
"""Bytes of a request body that are kept; more is read, dropped and refused."""
_HEAD_LIMIT = 64 * 2**10
_AHEAD_LIMIT = 2**20
"""Bytes that a client may send while it is being answered."""
_ABSOLUTE = re.compile(r"^https?://[^/]*", re.IGNORECASE)
"""What a proxy's client writes before the path."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    """Percent-decoded, without the query."""
    query: str
    headers: tuple[tuple[str, str], ...]
    """Names in lower case."""
    body: bytes
    too_large: bool = False
    """The body was over the limit and is not here."""

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)


class Reply:
    """What goes back for one request: either `send`, or `begin`, writes and `end`."""

    def __init__(self, connection: Connection, method: str, closes: bool) -> None:
        self._connection = connection
        self._bodiless = method == "HEAD"
        self._closes = closes
        self.status: int | None = None
        """None until the head was sent."""

    async def send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """A whole answer."""
        self.begin(status, {**headers, "content-length": str(len(body))})
        self.write(body)
        await self.end()

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """The head; without a content-length the body is sent in chunks."""
        head = {"date": formatdate(usegmt=True), "server": "playground-sandbox", **headers}
        if self._closes:
            head["connection"] = "close"
        self._connection.transmit(_head(status, list(head.items())))
        self.status = status

    def write(self, data: bytes) -> None:
        """One chunk, in one network write as long as the client keeps up."""
        if data and not self._bodiless:
            self._connection.transmit(h11.Data(data=data))

    async def drain(self) -> None:
        """Waits while the client does not keep up."""
        await self._connection.drain()

    async def end(self) -> None:
        self._connection.transmit(h11.EndOfMessage())
        await self.drain()

    def cut(self, *, reset: bool = False) -> None:
        """Closes the socket where the answer stands. What was written still goes out, unless it is
        a reset."""
        if reset:
            self._connection.reset()
        else:
            self._connection.close()


Handler = Callable[[Request, Reply], Awaitable[None]]
"""Answers one request. It is cancelled when the client leaves."""


class Connection(asyncio.Protocol):
    """One client. Its requests are answered one after the other, pipelined ones too.

    A client that closes its sending side is taken to have left: over a stalled stream there is no
    other way to notice it.
    """

    def __init__(self, handle: Handler, open_connections: set[Connection]) -> None:
        self._handle = handle
        self._open = open_connections
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD_LIMIT)
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._ahead = 0
        self._transport: asyncio.Transport
        self._task: asyncio.Task[None]

    def close(self) -> None:
        self._transport.close()

    def reset(self) -> None:
        """Closes the socket so that the other side sees an error, not an end."""
        linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        self._transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, linger
        )
        self._transport.abort()

    async def leave(self) -> None:
        """Ends whatever is under way, and the socket."""
        self._task.cancel()
        await asyncio.wait([self._task])

    def transmit(self, event: h11.Event) -> None:
        if data := self._http.send(event):
            self._transport.write(data)

    async def drain(self) -> None:
        if self._transport.is_closing():
            await asyncio.sleep(0)  # A write failed: `connection_lost` is due, and cancels us here.
        if not self._writable.is_set():
            await self._writable.wait()

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._open.add(self)
        self._task = asyncio.get_running_loop().create_task(self._serve())

    def data_received(self, data: bytes) -> None:
        self._http.receive_data(data)
        self._ahead += len(data)
        if self._ahead > _AHEAD_LIMIT and not self._awaits_request:
            self._transport.abort()
        self._arrived.set()

    def eof_received(self) -> bool:
        self._task.cancel()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.discard(self)
        self._task.cancel()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    @property
    def _awaits_request(self) -> bool:
        return self._http.their_state in (h11.IDLE, h11.SEND_BODY)

    async def _serve(self) -> None:
        try:
            while True:
                request = await self._request()
                if request is None:
                    break
                self._ahead = 0
                closes = self._http.their_state is not h11.DONE
                await self._handle(request, Reply(self, request.method, closes))
                if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                    break
                self._http.start_next_cycle()
        except h11.RemoteProtocolError as error:
            self._refuse(error)
        except asyncio.CancelledError:
            pass  # The client left, or the server ends: either way there is nobody to tell.
        finally:
            self._transport.close()

    async def _request(self) -> Request | None:
        """The next request; None when the client has said that there will be none."""
        head = await self._event()
        if not isinstance(head, h11.Request):
            return None
        headers = tuple(
            (name.decode("ascii"), value.decode("latin-1")) for name, value in head.headers
        )
        length = next((value for name, value in headers if name == "content-length"), "0")
        path, _, query = head.target.decode("latin-1").partition("?")
        chunks: list[bytes] = []
        size = 0
        if int(length) > BODY_LIMIT and self._http.they_are_waiting_for_100_continue:
            size = int(length)  # It asked first, so it need not send it at all.
        else:
            while isinstance(data := await self._event(), h11.Data):
                size += len(data.data)
                if size <= BODY_LIMIT:
                    chunks.append(bytes(data.data))
                else:
                    chunks.clear()
        return Request(
            method=head.method.decode("ascii"),
            path=unquote(_ABSOLUTE.sub("", path)),
            query=query,
            headers=headers,
            body=b"".join(chunks),
            too_large=size > BODY_LIMIT,
        )

    async def _event(self) -> h11.Event | type[h11.NEED_DATA] | type[h11.PAUSED]:
        """What comes next; never NEED_DATA, which it waits for."""
        while (event := self._http.next_event()) is h11.NEED_DATA:
            if self._http.they_are_waiting_for_100_continue:
                self.transmit(h11.InformationalResponse(status_code=100, headers=[]))
            self._arrived.clear()
            await self._arrived.wait()
        return event

    def _refuse(self, error: h11.RemoteProtocolError) -> None:
        """What came is not HTTP."""
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        body = f"{error}\n".encode()
        self.transmit(
            _head(
                error.error_status_hint,
                [
                    ("content-type", "text/plain; charset=utf-8"),
                    ("content-length", str(len(body))),
                    ("connection", "close"),
                ],
            )
        )
        self.transmit(h11.Data(data=body))
        self.transmit(h11.EndOfMessage())


def _head(status: int, headers: list[tuple[str, str]]) -> h11.Response:
    """With the words that belong to the status, if it has any."""
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:
        reason = ""
    return h11.Response(status_code=status, headers=headers, reason=reason.encode())
