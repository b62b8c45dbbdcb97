"""The two ways to an MCP server, as the streams that the package `mcp` speaks over.

Neither lets in a message of more than MESSAGE bytes, and both take in their stride what is no
message. Imported only when a server is started: the package costs a second.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import anyio
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client
from mcp.shared.message import SessionMessage
from mcp_types import (
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCResponse,
    jsonrpc_message_adapter,
)

from playground.tools.mcp_process import MESSAGE, Long, ServerProcess

FLOOD = 8 * MESSAGE
"""Bytes that a process may write between two answers."""

CONNECT = 30.0
"""Seconds to reach a server over HTTP. How long it may think is not the transport's business."""

SESSION = "mcp-session-id"

TOO_LONG = "its answer has {:,} bytes, and none of more than {:,} is read"
UNREADABLE = "its answer cannot be read"

_HEAD = re.compile(rb'\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15})\s*,')
_TAIL = re.compile(
    rb'[}\]]\s*,\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15})\s*'
    rb'(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*\Z'
)


class Flood(Exception):  # noqa: N818  said in full by its words
    """A process that writes and writes, and answers nothing."""


class _Stream:
    async def aclose(self) -> None:
        """What is at the other end is closed by whoever opened it."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        await self.aclose()


class Stdout(_Stream):
    """The messages that a process writes. A line that is none goes to `noise`."""

    def __init__(self, process: ServerProcess, noise: Callable[[str], None]) -> None:
        self._process = process
        self._noise = noise
        self._unanswered = 0

    async def receive(self) -> SessionMessage | Exception:
        while (line := await self._process.line()) is not None:
            self._unanswered += line.size if isinstance(line, Long) else len(line)
            message = self._read(line)
            if message is not None and isinstance(message.message, JSONRPCResponse | JSONRPCError):
                self._unanswered = 0
            if self._unanswered > FLOOD:
                raise Flood(f"it wrote {self._unanswered:,} bytes without an answer")
            if message is not None:
                return message
        raise anyio.EndOfStream

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> SessionMessage | Exception:
        try:
            return await self.receive()
        except anyio.EndOfStream:
            raise StopAsyncIteration from None

    def _read(self, line: bytes | Long) -> SessionMessage | None:
        if isinstance(line, Long):
            head, tail, why = line.head, line.tail, TOO_LONG.format(line.size, MESSAGE)
        else:
            try:
                return SessionMessage(_message(line))
            except (ValueError, RecursionError):
                head, tail, why = line, line, UNREADABLE
        if head.strip():
            self._noise(head[:200].decode("utf-8", "replace"))
        return unread(head, tail, why)


class Stdin(_Stream):
    """The messages that it is told."""

    def __init__(self, process: ServerProcess) -> None:
        self._process = process

    async def send(self, item: SessionMessage, /) -> None:
        line = item.message.model_dump_json(by_alias=True, exclude_unset=True).encode()
        if not self._process.write(line):
            raise anyio.ClosedResourceError


def _message(line: bytes) -> JSONRPCMessage:
    """Raises ValueError or RecursionError for what is no message."""
    if b"\\ud" in line or b"\\uD" in line:
        # Halves of characters, whole ones mostly. Only this reader minds those that are not.
        return jsonrpc_message_adapter.validate_json(line, by_name=False)
    # Four times as fast, while the whole program waits.
    return jsonrpc_message_adapter.validate_python(json.loads(line.decode()), by_name=False)


def unread(head: bytes, tail: bytes, why: str) -> SessionMessage | None:
    """For whoever waits for an answer that came and cannot be read; None where nobody can tell.

    The id stands at the beginning or at the end, with all servers that we know.
    """
    found = _HEAD.match(head) or _TAIL.search(tail)
    if found is None:
        return None
    error = ErrorData(code=PARSE_ERROR, message=why)
    return SessionMessage(JSONRPCError(jsonrpc="2.0", id=int(found[1]), error=error))


@asynccontextmanager
async def stdio(
    process: ServerProcess, noise: Callable[[str], None]
) -> AsyncIterator[tuple[Stdout, Stdin]]:
    """Over the pipes of a process, which ends with it."""
    try:
        yield Stdout(process, noise), Stdin(process)
    finally:
        await process.end()


@asynccontextmanager
async def http(
    url: str, headers: Mapping[str, str], refused: Callable[[int], None]
) -> AsyncIterator[Any]:
    """Over streamable HTTP. `refused` is told the status of an answer that is an error."""

    async def look(response: Any) -> None:
        asked = response.request
        if asked.method != "POST" or response.status_code < 400:
            response.aread = lambda: _bounded(response)
            return
        refused(response.status_code)
        body = await _bounded(response)
        if SESSION in asked.headers and (
            response.status_code == 404
            or (response.status_code == 400 and b"session" in body.lower())
        ):
            # The way in which MCP says that a session is over, and the one of many servers. The
            # package hears it only where nothing else is said.
            response.status_code, body = 404, b""
        response.aread = lambda: _read(body)

    # WORKAROUND: the client's own library is asked for by no name of its own, as `mcp` may change
    # it again; how large a body may be it has no setting for.
    client: Any = create_mcp_http_client(headers=dict(headers))
    client.timeout = (CONNECT, None, CONNECT, CONNECT)
    client.event_hooks = {"request": [], "response": [look]}
    async with (
        client,
        streamable_http_client(url, http_client=client, max_sse_event_size=MESSAGE) as streams,
    ):
        yield streams


async def _read(body: bytes) -> bytes:
    return body


async def _bounded(response: Any) -> bytes:
    """The body of an answer; one that is too long is replaced by an error that says so."""
    data = bytearray()
    async for piece in response.aiter_bytes():
        data += piece
        if len(data) > MESSAGE:
            asked = json.loads(response.request.content or b"{}")
            error = {"code": PARSE_ERROR, "message": TOO_LONG.format(len(data), MESSAGE)}
            return json.dumps({"jsonrpc": "2.0", "id": asked.get("id"), "error": error}).encode()
    return bytes(data)
