"""One life of an MCP server, from its start to its end, spoken to with the package `mcp`.

The package carries messages and shakes hands. What a list or a result says is read here as it
came: so a list with one bad entry is a list, a result of a kind that it does not know is a result,
and the window does not stand still while a large one is checked. Imported only when a server is
started.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from typing import Any

import mcp_types as types
from mcp.client.session import ClientSession, IncomingMessage
from mcp.shared.dispatcher import CallOptions
from mcp.shared.exceptions import MCPError
from mcp.shared.jsonrpc_dispatcher import JSONRPCDispatcher
from mcp.shared.transport_context import TransportContext
from pydantic import ValidationError

from playground import __version__
from playground.tools.mcp_values import (
    TOOLS,
    Ended,
    Forgotten,
    Listed,
    McpSpec,
    Offer,
    Refused,
    listed,
    tools_of,
)

PAGES = 100
"""Pages of one list."""
LISTING = 30.0
"""Seconds that all lists together may take."""
LEAVING = 5.0
"""Seconds for a polite end."""

CLOSED = (types.CONNECTION_CLOSED, "Connection closed")
FORGOTTEN = (types.INVALID_REQUEST, "Session terminated")
"""What the package says when a connection ended, and when HTTP 404 says that a session did."""

CHANGES = (
    types.ToolListChangedNotification,
    types.ResourceListChangedNotification,
    types.PromptListChangedNotification,
)

BARE: dict[str, dict[str, Any]] = {
    "tools/call": {"content": []},
    "resources/list": {"resources": []},
    "prompts/list": {"prompts": []},
}
"""What the package is given to check instead. It needs the tools themselves, for headers."""

_answer: ContextVar[dict[str, Any]] = ContextVar("answer")
"""What came, as it came, for the task that asked."""

for _name in ("mcp", "client"):
    # They log with a traceback what servers do wrong. That is shown where it happened.
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class Session:
    """`open` it once, `close` it once; in between it can be asked, and may end by itself."""

    def __init__(
        self,
        spec: McpSpec,
        transport: AbstractAsyncContextManager[Any],
        *,
        changed: Callable[[Offer], None],
        ended: Callable[[BaseException | None], None],
    ) -> None:
        """
        changed: is told what it offers when that has changed.
        ended: is told when it ended by itself, and by what.
        """
        self._spec = spec
        self._transport = transport
        self._changed = changed
        self._ended = ended
        self._stale = asyncio.Event()
        self._client: ClientSession
        self._task: asyncio.Task[None]
        self.offer = Offer()

    async def open(self) -> None:
        """Raises what went wrong; then nothing of it is left."""
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._live(ready))
        try:
            await asyncio.wait((ready, self._task), return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self.close()
            raise
        if not ready.done():
            self._task.result()

    @property
    def alive(self) -> bool:
        return not self._task.done()

    async def close(self) -> None:
        """Within LEAVING seconds, and twice that for one that does not want to."""
        for _ in range(2):
            self._task.cancel()
            await asyncio.wait((self._task,), timeout=LEAVING)
            if self._task.done():
                break

    async def call(
        self, tool: str, arguments: dict[str, Any], tell: Callable[[str], None]
    ) -> dict[str, Any]:
        """The answer as it came. Cancelling it tells the server, which need not listen.

        Raises Refused when the server says no, Ended when it says nothing any more, Forgotten.
        """

        async def told(progress: float, total: float | None, message: str | None) -> None:
            tell(_progress(progress, total, message))

        params = types.CallToolRequestParams(name=tool, arguments=arguments)
        request = types.CallToolRequest(params=params)
        asked = self._client.send_request(request, types.CallToolResult, progress_callback=told)
        try:
            return await _asked(asked)
        except MCPError as error:
            if (error.code, error.message) == FORGOTTEN:
                raise Forgotten from error
            if (error.code, error.message) != CLOSED:
                raise Refused(error.code, error.message) from error
        # What it ended of is known when all of it has ended.
        await asyncio.wait((self._task,), timeout=2 * LEAVING)
        raise Ended

    async def refresh(self) -> None:
        """Ask anew what it offers."""
        async with asyncio.timeout(LISTING):
            self.offer = await self._list()

    async def _live(self, ready: asyncio.Future[None]) -> None:
        """All contexts are entered and left in this one task, as `anyio` wants it."""
        why: BaseException | None = None
        try:
            async with self._transport as (incoming, outgoing):
                dispatcher = _Dispatcher(incoming, outgoing)
                client = ClientSession(
                    dispatcher=dispatcher,
                    message_handler=self._heard,
                    client_info=types.Implementation(name="playground", version=__version__),
                )
                async with client as self._client:
                    await self._greet()
                    await self.refresh()
                    ready.set_result(None)
                    await self._keep(dispatcher)
        except Exception as error:
            why = _first(error)
        if ready.done():
            self._ended(why)
        elif isinstance(why, MCPError) and (why.code, why.message) == CLOSED:
            raise Ended from why
        elif why is not None:
            raise why

    async def _greet(self) -> None:
        """By the handshake that all servers know, and by the newer one where it is refused."""
        try:
            await self._client.initialize()
        except MCPError as refusal:
            try:
                await self._client.discover()
            except (MCPError, RuntimeError, ValidationError):
                raise refusal from None

    async def _keep(self, dispatcher: _Dispatcher) -> None:
        """Until the server ends; asks anew what it offers whenever that has changed."""
        over = asyncio.create_task(dispatcher.over.wait())
        try:
            while not over.done():
                stale = asyncio.create_task(self._stale.wait())
                try:
                    await asyncio.wait((over, stale), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    stale.cancel()
                if self._stale.is_set() and not over.done():
                    self._stale.clear()
                    # It does not answer, or no longer: the old list stands.
                    with contextlib.suppress(MCPError, TimeoutError):
                        await self.refresh()
                        self._changed(self.offer)
        finally:
            over.cancel()

    async def _heard(self, message: IncomingMessage) -> None:
        if isinstance(message, CHANGES):
            self._stale.set()

    async def _list(self) -> Offer:
        client = self._client
        has = client.server_capabilities or types.ServerCapabilities()
        rows = await self._rows("tools", client.list_tools) if has.tools is not None else []
        tools, notes = tools_of(rows, self._spec)
        found: list[tuple[Listed, ...]] = []
        for name, capability, ask in (
            ("resources", has.resources, client.list_resources),
            ("prompts", has.prompts, client.list_prompts),
        ):
            try:
                rows = await self._rows(name, ask) if capability is not None else []
            except MCPError as error:
                rows = []
                notes = (*notes, f"Its {name} are not known: {error}.")
            found.append(listed(rows))
        info = client.server_info
        return Offer(
            server=f"{info.name} {info.version}".strip() if info is not None else "",
            protocol=client.protocol_version or "",
            instructions=client.instructions or "",
            tools=tools,
            resources=found[0],
            prompts=found[1],
            notes=notes,
        )

    async def _rows(
        self, key: str, ask: Callable[..., Coroutine[Any, Any, object]]
    ) -> list[object]:
        """All pages of a list; those of a server that has no end to them are cut."""
        rows: list[object] = []
        cursor = None
        for _ in range(PAGES):
            page = await _asked(ask(params=types.PaginatedRequestParams(cursor=cursor)))
            found = page.get(key)
            rows += found if isinstance(found, list) else []
            cursor = page.get("nextCursor")
            if not isinstance(cursor, str) or not cursor or len(rows) > TOOLS:
                break
        return rows


class _Dispatcher(JSONRPCDispatcher[TransportContext]):
    """Keeps answers as they came for whoever asked, and says when there will be no more."""

    def __init__(self, *streams: Any) -> None:
        super().__init__(*streams)
        self.over = asyncio.Event()

    async def send_raw_request(
        self, method: str, params: Any, opts: CallOptions | None = None, **related: Any
    ) -> dict[str, Any]:
        answer = await super().send_raw_request(method, params, opts, **related)
        _answer.set(answer)
        return BARE.get(method, answer)

    async def run(self, *arguments: Any, **named: Any) -> None:
        try:
            await super().run(*arguments, **named)
        finally:
            self.over.set()


async def _asked(request: Coroutine[Any, Any, object]) -> dict[str, Any]:
    """The answer to a request as it came, also where the package does not like it."""
    with contextlib.suppress(ValidationError):
        await request
    return _answer.get()


def _first(error: BaseException) -> BaseException:
    """Of a group of errors the first one, which brought the others about."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _progress(done: float, of: float | None, words: str | None) -> str:
    """`3 of 10: reading`."""
    amount = f"{done:g} of {of:g}" if of else f"{done:g}"
    return f"{amount}: {words}" if words else amount
