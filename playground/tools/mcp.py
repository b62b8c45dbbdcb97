"""MCP servers as sources of tools: processes over stdio, and streamable HTTP.

    server = McpServer(spec, values, environment=os.environ)
    await server.start()
    result = await server.call(server.tools()[0], asked, "{}", print)
    await server.close()

A server is started by `start` and by nothing else: not by being described, imported or wanted. It
lives in a thread with a loop of its own (`mcp_life`), because a loop that is shared with Qt can
start no processes; all of the below is awaited in the caller's loop, whichever that is.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping

from pydantic import SecretStr

from playground.core.problem import Failure, Problem
from playground.core.tools import Asked, Result, Tool
from playground.tools.mcp_life import Life
from playground.tools.mcp_thread import LoopThread, Teller
from playground.tools.mcp_values import Listed, McpSpec, State, Status, Trial, arguments_of
from playground.tools.shellpath import LoginShell


class McpServer:
    def __init__(
        self,
        spec: McpSpec,
        values: Mapping[str, SecretStr] | None = None,
        *,
        environment: Mapping[str, str],
        shell: LoginShell | None = None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """
        values: by name, of the environment variables or headers that the spec names.
        environment: ours, of which a server sees only what tells no secret.
        shell: whose PATH counts; several servers may share one, so that it is asked once.
        changed: is called in the loop of the last `start` when `status` is another one.
        """
        self.spec = spec
        self.id = spec.id
        self._tell = changed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: LoopThread | None = None
        self._values = {name: value.get_secret_value() for name, value in (values or {}).items()}
        self._environment = dict(environment)
        self._shell = shell or LoginShell(environment)
        self._life = self._fresh()

    # How things stand.

    @property
    def status(self) -> Status:
        return self._life.status

    @property
    def state(self) -> State:
        return self.status.state

    @property
    def stderr(self) -> str:
        """The last lines of its diagnostics, of this life or the last one."""
        return "\n".join(tuple(self._life.diagnostics))

    @property
    def noise(self) -> tuple[str, ...]:
        """Lines on its standard output that are no messages, the last ones."""
        return tuple(self._life.noise)

    def tools(self) -> list[Tool]:
        """As it last told them; none before it is started. See also `mcp_values.touches`."""
        return list(self.status.offer.tools)

    def resources(self) -> list[Listed]:
        return list(self.status.offer.resources)

    def prompts(self) -> list[Listed]:
        return list(self.status.offer.prompts)

    # What can be done.

    async def start(self, progress: Callable[[str], None] = lambda words: None) -> None:
        """Until it is ready; nothing when it is. Raises Failure.

        progress: is told what is being done, and what a server that is being started complains of.
        """
        self._loop = asyncio.get_running_loop()
        if self._thread is None:
            self._thread, self._life = LoopThread(f"mcp: {self.spec.name}"), self._fresh()
        await self._thread.run(self._life.start(Teller(progress)))

    async def refresh(self) -> None:
        """Ask anew what it offers, of one that does not say so by itself. Raises Failure."""
        await self._running().run(self._life.refresh())

    async def call(
        self, tool: Tool, asked: Asked, arguments: str, progress: Callable[[str], None]
    ) -> Result:
        """Raises Failure when the server is not there; one that crashed is started again first.

        Cancelling it tells the server, and does not wait for it; what it still answers is dropped.
        """
        thread = self._running()
        try:
            given = arguments_of(arguments)
        except ValueError as error:
            return Result(str(error), "failed")
        name = tool.origin.get("tool", tool.name)
        return await thread.run(self._life.call(name, given, Teller(progress)))

    async def test_start(self, progress: Callable[[str], None] = lambda words: None) -> Trial:
        """Start it, and say what came of that; one that did not run is stopped again."""
        running = self.state == "ready"
        try:
            await self.start(progress)
            return self._trial(True, self.status.words)
        except Failure as failure:
            words = f"{failure.problem.title} {failure.problem.detail}".strip()
            return self._trial(False, words)
        finally:
            if not running:
                await self.close()

    async def close(self) -> None:
        """Stop it, whatever it is at: its processes end with it. It may be started again."""
        thread, self._thread = self._thread, None
        if thread is not None:
            # Shielded: who loses patience must leave no process behind.
            await asyncio.shield(asyncio.ensure_future(_ended(thread, self._life)))

    def _fresh(self) -> Life:
        return Life(self.spec, self._values, self._environment, self._shell, self._changed)

    def _running(self) -> LoopThread:
        if self._thread is None:
            title = f"The MCP server {self.spec.name} is not started."
            raise Failure(Problem(title=title, remedy="retry"))
        return self._thread

    def _trial(self, ok: bool, words: str) -> Trial:
        return Trial(ok, words, self.status, self.stderr, self.noise)

    def _changed(self) -> None:
        """In its thread."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # nobody is there any more
                self._loop.call_soon_threadsafe(self._tell)


async def _ended(thread: LoopThread, life: Life) -> None:
    try:
        await thread.run(life.stop())
    finally:
        await thread.stop()
