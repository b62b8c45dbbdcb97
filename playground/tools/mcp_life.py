"""An MCP server over its lives: found, started, lost, started again. Runs in a thread of its own.

What goes wrong with a call is a Result; that the server is not there, and cannot be, a Failure.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shlex
import shutil
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playground.core.problem import Failure, Problem, Remedy
from playground.core.recording import mask
from playground.core.tools import Result
from playground.tools.mcp_process import INHERITED, TAIL, ServerProcess, how, started
from playground.tools.mcp_values import (
    Ended,
    Forgotten,
    McpSpec,
    Offer,
    Refused,
    Status,
    result_of,
)
from playground.tools.shellpath import LoginShell

if TYPE_CHECKING:
    from playground.tools.mcp_session import Session

log = logging.getLogger("tools")

START = 180.0
"""Seconds to be ready; what a package runner fetches first is part of it."""
COMPLAINTS = 20
"""Lines of diagnostics that stand beside a call that failed."""
NOISE = 20
"""Lines that are no messages, of which are kept so many."""


class Life:
    """All but `status`, `diagnostics` and `noise` belongs to the loop in which it runs."""

    def __init__(
        self,
        spec: McpSpec,
        values: Mapping[str, str],
        environment: Mapping[str, str],
        shell: LoginShell,
        changed: Callable[[], None],
    ) -> None:
        self.status = Status()
        self.diagnostics: deque[str] = deque(maxlen=TAIL)
        self.noise: deque[str] = deque(maxlen=NOISE)
        self._spec = spec
        self._values = values
        self._environment = environment
        self._shell = shell
        self._changed = changed
        self._secrets = [value.encode() for value in values.values()]
        self._lock = asyncio.Lock()
        self._session: Session | None = None
        self._opening: asyncio.Task[Session] | None = None
        self._process: ServerProcess | None = None
        self._refused = 0
        self._starting: Callable[[str], None] | None = None

    async def start(self, progress: Callable[[str], None]) -> None:
        """Until it is ready; nothing when it is. Raises Failure."""
        async with self._lock:
            if self._session is not None:
                return
            self._show(Status("starting", "It is being started.", offer=self.status.offer))
            self._starting = progress
            self._opening = asyncio.create_task(self._open(progress))
            try:
                self._session = await self._opening
                if not self._session.alive:  # nobody was listening when it said that it ended
                    self._session = None
                    raise self._failure("could not be kept.", Ended())
            except Failure as failure:
                self._show(replace(self.status, state="crashed", words=failure.problem.title))
                raise
            except asyncio.CancelledError as error:
                self._show(Status(words="It was stopped while it was being started."))
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise
                raise self._failure("was stopped.", self.status.words) from error
            finally:
                self._starting = None
            offer = self._session.offer
            self._show(replace(self.status, state="ready", words=_ready(offer), offer=offer))

    async def stop(self) -> None:
        """Whatever it is at."""
        if self._opening is not None:
            self._opening.cancel()
        async with self._lock:
            session, self._session = self._session, None
            if session is not None:
                await session.close()
            self._show(Status(words="It was stopped.", command=self.status.command))

    async def refresh(self) -> None:
        """Ask anew what it offers. Raises Failure."""
        session = self._ready()
        try:
            await session.refresh()
        except Exception as error:  # see _open
            raise self._failure("did not say what it offers.", error) from error
        self._offers(session.offer)

    async def call(
        self, tool: str, arguments: dict[str, Any], progress: Callable[[str], None]
    ) -> Result:
        result: Result | None = None
        for _ in range(2):
            # Where it was started again by somebody else, the call got no further than its door.
            with contextlib.suppress(Forgotten):
                result = await self._call(tool, arguments, progress)
                break
        if result is None:
            result = self._failed("The server forgets its sessions as soon as they are begun.")
        return replace(
            result, output=self._safe(result.output), notes=tuple(map(self._safe, result.notes))
        )

    async def _call(
        self, tool: str, arguments: dict[str, Any], progress: Callable[[str], None]
    ) -> Result:
        notes: tuple[str, ...] = ()
        if self.status.state == "crashed":
            notes = (f"The server was started again. {self.status.words}",)
        if self.status.state in ("crashed", "starting"):
            await self.start(progress)
        session = self._ready()
        self._refused = 0
        try:
            async with asyncio.timeout(self._spec.seconds):
                raw = await session.call(tool, arguments, lambda words: progress(self._safe(words)))
        except TimeoutError:
            return self._failed(f"{tool} did not answer within {self._spec.seconds:g} s.")
        except Refused as refusal:
            status = f" ({_http(self._refused)})" if self._refused else ""
            words = f"The call of {tool} failed: {str(refusal).rstrip('.')}{status}."
            return replace(self._failed(words), facts={"code": refusal.code})
        except Forgotten:
            await session.close()
            self._lost(session, None)
            raise
        except Ended:
            what = self.status.words if self._session is not session else "It no longer listens."
            return self._failed(f"The server of {tool} did not answer. {what}")
        result = result_of(raw)
        return replace(result, notes=(*notes, *result.notes))

    def _ready(self) -> Session:
        if self._session is None:
            raise Failure(Problem(title=f"{self._spec.name} is not started.", remedy="retry"))
        return self._session

    async def _open(self, progress: Callable[[str], None]) -> Session:
        self.diagnostics.clear()
        self.noise.clear()
        self._process = None
        self._refused = 0
        try:
            # Optional, and slow: it costs a second, in this thread.
            from playground.tools.mcp_session import Session
        except ImportError as error:
            words = "The package `mcp` is not installed: it comes with playground[mcp]."
            raise self._failure("cannot be spoken to.", words, remedy="update") from error
        if missing := [name for name in self._spec.secrets if name not in self._values]:
            words = f"Values are needed for: {', '.join(missing)}."
            raise self._failure("cannot be started.", words, remedy="add_key")
        session: Session
        try:
            async with asyncio.timeout(START):
                transport = await self._transport(progress)
                progress(f"Starting {self.status.command}")
                session = Session(
                    self._spec,
                    transport,
                    changed=self._offers,
                    ended=lambda why: self._lost(session, why),
                )
                await session.open()
        except Failure:
            raise
        except TimeoutError as error:
            raise self._failure(f"was not ready within {START:g} s.", "") from error
        except Exception as error:
            # Whatever a foreign program makes a foreign package raise: it is not there.
            could = "reached" if self._spec.transport == "http" else "started"
            raise self._failure(f"could not be {could}.", error) from error
        return session

    async def _transport(self, progress: Callable[[str], None]) -> AbstractAsyncContextManager[Any]:
        if self._spec.transport == "http":
            from playground.tools.mcp_transport import http

            parts = urlsplit(self._spec.url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise self._failure(
                    "has no address.", f"This is none: {self._spec.url or '(empty)'}"
                )
            self._show(replace(self.status, command=self._spec.url))
            headers = {name: self._values[name] for name in self._spec.headers}
            return http(self._spec.url, headers, self._was_refused)
        progress("Asking the shell for its PATH")
        path = await self._shell.path()
        self._show(replace(self.status, path=self._shell.words))
        home = Path(self._environment.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111
        folder = home / self._spec.cwd.replace("~", str(home), 1) if self._spec.cwd else home
        argv = [self._found(self._spec.command, folder, path), *self._spec.args]
        self._show(replace(self.status, command=shlex.join(argv)))
        return self._stdio(argv, folder, path)

    def _found(self, command: str, folder: Path, path: str) -> str:
        """The program that is meant, as a path."""
        if os.path.dirname(command):  # noqa: PTH120  "./x" has a place, and Path forgets that
            command = str(folder / command)
        found = shutil.which(command, path=path) if command else None
        if found is None:
            words = f"There is no program {command!r} in {path}. {self._shell.words}"
            raise self._failure("could not be started.", words, remedy="edit_profile")
        return found

    @asynccontextmanager
    async def _stdio(self, argv: list[str], folder: Path, path: str) -> AsyncIterator[Any]:
        from playground.tools.mcp_transport import stdio

        names = (*INHERITED, *(key for key in self._environment if key.startswith("LC_")))
        seen = {key: self._environment[key] for key in names if key in self._environment}
        seen |= {"PATH": path} | {name: self._values[name] for name in self._spec.env}
        self._process = await started(argv, seen, folder, self._complained)
        async with stdio(self._process, self._noised) as streams:
            yield streams

    # What a session tells.

    def _offers(self, offer: Offer) -> None:
        self._show(replace(self.status, offer=offer, words=_ready(offer)))

    def _lost(self, session: Session, why: BaseException | None) -> None:
        if self._session is session:
            self._session = None
            self._show(replace(self.status, state="crashed", words=f"It {self._end(why)}."))

    def _complained(self, line: str) -> None:
        line = self._safe(line)
        self.diagnostics.append(line)
        log.debug("%s: %s", self._spec.name, line)
        if self._starting is not None and line:
            self._starting(line)

    def _noised(self, line: str) -> None:
        self.noise.append(self._safe(line))

    def _was_refused(self, status: int) -> None:
        self._refused = status

    # Words.

    def _show(self, status: Status) -> None:
        self.status = status
        self._changed()

    def _end(self, why: BaseException | None) -> str:
        """How it ended, behind a subject."""
        words = self._safe(_words(why)) if why is not None else ""
        process = self._process
        if process is None:
            return f"was lost: {words or 'the connection was closed'}"
        if words:
            return f"was ended: {words}"
        if process.made_to or process.status is None:
            return "closed its output"
        return how(process.status)

    def _failed(self, words: str) -> Result:
        last = list(self.diagnostics)[-COMPLAINTS:]
        facts = {"stderr": "\n".join(last)} if last else {}
        return Result(words, "failed", facts=facts)

    def _failure(
        self, what: str, detail: BaseException | str, *, remedy: Remedy = "retry"
    ) -> Failure:
        """`what` stands behind the server's name."""
        if isinstance(detail, BaseException):
            detail = f"It {self._end(None)}." if isinstance(detail, Ended) else _words(detail)
        if self._refused:
            detail = f"{_http(self._refused)}. {detail}"
            remedy = "add_key" if self._refused in (401, 403) else remedy
        facts = {name: "\n".join(lines) for name, lines in
                 (("stderr", self.diagnostics), ("stdout", self.noise)) if lines}  # fmt: skip
        if self.status.command:
            facts["command"] = self.status.command
        return Failure(
            Problem(title=f"The MCP server {self._spec.name} {what}", detail=self._safe(detail),
                    remedy=remedy, facts=facts)
        )  # fmt: skip

    def _safe(self, text: str) -> str:
        """Without the values that it was handed, should it tell them."""
        if not self._secrets:
            return text
        return mask(text.encode("utf-8", "surrogatepass"), self._secrets)[0].decode(
            "utf-8", "surrogatepass"
        )


def _ready(offer: Offer) -> str:
    """What there is, as a sentence."""
    counted = [
        f"{len(rows)} {name}{'' if len(rows) == 1 else 's'}"
        for name, rows in (
            ("tool", offer.tools),
            ("resource", offer.resources),
            ("prompt", offer.prompts),
        )
        if rows
    ]
    about = f"{offer.server or 'It'} is ready: {', '.join(counted) or 'it offers nothing'}"
    return f"{about} (MCP {offer.protocol})."


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _http(status: int) -> str:
    with contextlib.suppress(ValueError):
        return f"HTTP {status} {HTTPStatus(status).phrase}"
    return f"HTTP {status}"
