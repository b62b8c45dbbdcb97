"""Child: one of our own servers in its own process, announced by one line of JSON.

Works under any event loop: the process is a plain Popen, waited for in threads. The child ends
when its standard input closes, so it also ends when we are killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from playground.core.problem import Failure, Problem

GENTLE = 3.0
"""Seconds to end by itself before it is killed."""


class Child:
    def __init__(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> None:
        self._argv = list(argv)
        self._env = dict(env) if env is not None else None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    async def start(self, limit: float = 30.0) -> dict[str, Any]:
        """Start it and wait for its line. Raises Failure."""
        self._process = process = subprocess.Popen(
            self._argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._env,
        )
        stdout = process.stdout
        assert stdout is not None
        try:
            line = await asyncio.wait_for(asyncio.to_thread(stdout.readline), limit)
            found = json.loads(line)
        except (TimeoutError, ValueError) as error:
            await self.stop()
            raise Failure(
                Problem(title="A server of ours did not start.", detail=str(error), remedy="retry")
            ) from error
        assert isinstance(found, dict)
        return found

    async def stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        if process.poll() is None:
            process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, GENTLE)
        if process.poll() is None:
            process.kill()
            await asyncio.to_thread(process.wait)
        if process.stdout is not None:
            process.stdout.close()
