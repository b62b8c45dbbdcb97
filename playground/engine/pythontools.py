"""Functions of a user's Python file, called: each in a process of the jail, with its limits.

A process lives for one call, or for the session where `origin["process"]` says "session": then what
the file keeps in memory stays from call to call, and calls of one file take turns.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playground.core.plain import terminal, whole
from playground.core.problem import Failure, Problem
from playground.core.tools import Asked, Result, Tool
from playground.engine.pythontools_process import LIMITS, Answered, Serving
from playground.engine.pythontools_read import text_of
from playground.jail.limits import MB, Limits
from playground.jail.means import Means, tried

PARALLEL = 16
"""Calls that run at once; further ones wait."""

LINES = 200
"""Lines that are told while a call runs; all that is printed is in the result's facts."""
LINE = 500
"""Characters of such a line."""
SHOWN = 64_000
"""Characters of what was printed that are kept: half from the start, half from the end."""
TOLD = 20_000
"""Characters that a failed call tells the model."""

LACKS: Mapping[str, str] = {
    "network": "Tools have no network here.",
    "processes": "Tools cannot start other programs here.",
    "files": "Tools see no files here but their own, empty folder.",
    "room": "Its own folder has room for {files:,.3g} MB.",
    "memory": "A tool may have {memory:,.0f} MB of memory.",
}
"""What the jail does not have, as `toolserver.py` names it."""


@dataclass(slots=True)
class _Kept:
    """The process of a file that lives for the session."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    serving: Serving | None = None
    digest: str = ""
    begun: int = 0


class PythonTools:
    """For tools whose origin is {"python": PATH, "function": NAME}.

    With "sha256" in it the file has to be the one that was read; with "process": "session" its
    process lives until `close`. means: what holds it; None: what was found by trying. path: folders
    that a tool may read and import from, beside what is installed. within: where the folders of its
    processes are made.
    """

    id = "python"

    def __init__(
        self,
        *,
        limits: Limits = LIMITS,
        means: Means | None = None,
        path: Sequence[str] = (),
        within: Path | None = None,
    ) -> None:
        self.limits = limits
        self._means = means
        self._path = tuple(path)
        self._within = within
        self._threads = ThreadPoolExecutor(PARALLEL, thread_name_prefix="python tool")
        self._live: set[Serving] = set()
        self._kept: dict[str, _Kept] = {}

    async def call(
        self, tool: Tool, asked: Asked, arguments: str, progress: Callable[[str], None]
    ) -> Result:
        """Raises Failure when the file is not there or not the one that was read, and where
        nothing holds its process: then nothing was run. Cancelling ends the process first."""
        path, function = tool.origin.get("python", ""), tool.origin.get("function", tool.name)
        if not path:
            raise Failure(Problem(title=f"`{tool.name}` has no Python file that it could run."))
        digest = tool.origin.get("sha256", "")
        question = {"call": function, "arguments": arguments, "most": self.limits.output}
        if tool.origin.get("process") != "session":
            file = await asyncio.to_thread(_read, Path(path), digest)
            answered = await self._asked(await self._serving(file), question, progress, last=True)
            return result(answered, self.limits)
        kept = self._kept.setdefault(path, _Kept())
        async with kept.turn:
            file = await asyncio.to_thread(_read, Path(path), digest)
            anew = await self._ready(kept, file)
            assert kept.serving is not None
            answered = await self._asked(kept.serving, question, progress, last=False)
            note = "Its process was started anew: what it had kept is gone."
            return result(answered, self.limits, *([note] if anew else []))

    async def close(self) -> None:
        """Ends all that runs and waits until it is gone; the calls come back as stopped."""
        for serving in self._live:
            serving.kill()
        await asyncio.to_thread(self._threads.shutdown)
        idle, self._live = self._live, set()
        for serving in idle:
            await asyncio.to_thread(serving.end)

    async def _serving(self, file: _File) -> Serving:
        means = await asyncio.to_thread(tried) if self._means is None else self._means
        return Serving(
            file.text,
            file.name,
            limits=self.limits,
            means=means,
            path=self._path,
            within=self._within,
        )

    async def _ready(self, kept: _Kept, file: _File) -> bool:
        """Sees that there is a process; whether it had to be started again."""
        if kept.serving is not None:
            if kept.digest == file.digest and not kept.serving.spent:
                return False
            await self._gone(kept.serving)
        kept.serving, kept.digest = await self._serving(file), file.digest
        kept.begun += 1
        return kept.begun > 1

    async def _asked(
        self,
        serving: Serving,
        question: Mapping[str, Any],
        progress: Callable[[str], None],
        *,
        last: bool,
    ) -> Answered:
        lines = _Lines(asyncio.get_running_loop(), progress)

        def work() -> Answered:
            try:
                return serving.ask(question, lines.hear)
            finally:
                if last:
                    serving.end()

        self._live.add(serving)
        asking = asyncio.get_running_loop().run_in_executor(self._threads, work)
        try:
            answered = await asyncio.shield(asking)
        except asyncio.CancelledError:
            serving.kill()
            # It is gone when this has ended, and not before.
            with contextlib.suppress(Failure):
                await asking
            last = True
            raise
        finally:
            if last:
                self._live.discard(serving)
        lines.end()
        return answered

    async def _gone(self, serving: Serving) -> None:
        self._live.discard(serving)
        with contextlib.suppress(Failure):
            await asyncio.to_thread(serving.end)


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    text: str
    digest: str


def _read(path: Path, wanted: str) -> _File:
    text = text_of(path)
    digest = hashlib.sha256(text.encode()).hexdigest()
    if wanted and digest != wanted:
        raise Failure(
            Problem(
                title=f"`{path.name}` has changed since its tools were read. Nothing was run.",
                detail="Read it again, and look at what has changed.",
                facts={"path": str(path)},
            )
        )
    return _File(path.name, text, digest)


class _Lines:
    """What is printed, told line by line in the loop: one call of it at a time, however fast."""

    def __init__(self, loop: asyncio.AbstractEventLoop, tell: Callable[[str], None]) -> None:
        self._loop = loop
        self._tell = tell
        self._left = LINES
        self._lock = threading.Lock()
        self._waiting = bytearray()
        self._rest = b""

    def hear(self, data: bytes) -> None:
        """In the thread that reads."""
        with self._lock:
            first = not self._waiting
            self._waiting += data
        if first and data:
            self._loop.call_soon_threadsafe(self._pass)

    def end(self) -> None:
        self._pass()
        if self._rest and self._left:
            self._line(self._rest)

    def _pass(self) -> None:
        with self._lock:
            data, self._waiting = bytes(self._waiting), bytearray()
        if not self._left:
            return
        *lines, self._rest = (self._rest + data).split(b"\n", self._left)
        for line in lines:
            self._line(line)
        # UTF-8 has four bytes for a character at the most.
        self._rest = self._rest[: 4 * LINE]

    def _line(self, line: bytes) -> None:
        self._left -= 1
        self._tell(terminal(line[: 4 * LINE].decode("utf-8", "replace"))[:LINE])


def result(answered: Answered, limits: Limits, *notes: str) -> Result:
    """What is told of a call, from an answer that need not be believed."""
    facts: dict[str, Any] = {"ended": answered.how}
    if answered.printed:
        facts["printed"] = _shown(whole(answered.printed.decode("utf-8", "replace")))
    answer, output = answered.answer, answered.answer.get("output")
    if answered.how != "answered" or not isinstance(output, str):
        words = answered.words or "It sent something that is no answer."
        return Result(f"The tool gave no result. {words}", "failed", notes, facts)
    if answer.get("ok") is not True:
        lacks = answer.get("lacks")
        sizes = {"files": limits.files / MB, "memory": limits.memory / MB}
        named = [one for one in LACKS if isinstance(lacks, list) and one in lacks]
        known = [LACKS[one].format_map(sizes) for one in named]
        if isinstance(trace := answer.get("trace"), str) and trace:
            facts["traceback"] = _shown(whole(trace))
        words = "\n".join([_shown(whole(output), TOLD), *known])
        return Result(words, "failed", (*notes, *known), facts)
    length = answer.get("length")
    length = length if isinstance(length, int) else len(output)
    if length <= len(output) <= limits.output:
        return Result(whole(output), "done", notes, facts)
    said = f"this is the start of {max(length, len(output)):,} characters"
    start = whole(output[: limits.output])
    return Result(
        f"{start}\n[Cut: {said}.]", "done", (*notes, f"The result was cut: {said}."), facts
    )


def _shown(text: str, most: int = SHOWN) -> str:
    if len(text) <= most:
        return text
    return f"{text[: most // 2]}\n…\n{text[-most // 2 :]}"
