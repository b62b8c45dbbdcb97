"""The PATH as the user's own shell has it.

A program that was started from a menu has the PATH of the session, not the one that a terminal
shows: what a version manager adds to it in a profile is missing, `npx` and `uvx` with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path

LIMIT = 10.0
"""Seconds that a shell may take over its profile."""

_TELL = """/bin/sh -c 'printf %s "$PATH" > "$0"' """
"""Written to a file, so that whatever profiles print is nobody's business. Any shell reads this."""


class LoginShell:
    """Asked once; needs an event loop that can start processes, so not Qt's."""

    def __init__(self, environment: Mapping[str, str], limit: float = LIMIT) -> None:
        self._environment = environment
        self._limit = limit
        self._path: str | None = None
        self.words = ""
        """Where the PATH is from, as a sentence; empty until it was asked for."""

    async def path(self) -> str:
        """The shell's PATH, and what only our own has behind it; our own when there is no asking.

        `words` says which of them it is.
        """
        if self._path is None:
            own = self._environment.get("PATH") or os.defpath
            try:
                self._path = _joined(await self._ask(), own)
                self.words = f"The PATH is that of {self._shell}."
            except (OSError, ValueError) as error:
                self._path = own
                self.words = f"The PATH is our own: {self._shell or 'no shell'} did not tell its: "
                self.words += f"{error or type(error).__name__}."
        return self._path

    @property
    def _shell(self) -> str:
        if shell := self._environment.get("SHELL"):
            return shell
        if os.name != "posix":
            return ""
        import pwd  # not on every system

        with contextlib.suppress(KeyError):
            return pwd.getpwuid(os.getuid()).pw_shell
        return ""

    async def _ask(self) -> str:
        if not self._shell:
            raise ValueError("there is none")
        with tempfile.TemporaryDirectory(prefix="playground-") as folder:
            told = Path(folder, "path")
            shell = await asyncio.create_subprocess_exec(
                self._shell,
                *_options(self._shell),
                _TELL + shlex.quote(str(told)),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env=dict(self._environment),
                start_new_session=True,
            )
            try:
                async with asyncio.timeout(self._limit):
                    await shell.wait()
            except TimeoutError:
                raise ValueError(f"it took longer than {self._limit:g} s") from None
            finally:
                with contextlib.suppress(OSError):
                    os.killpg(shell.pid, signal.SIGKILL)
                await shell.wait()
            if not told.exists():
                raise ValueError(f"it ended with status {shell.returncode}")
            path = told.read_text(encoding="utf-8", errors="surrogateescape").strip()
        if not path:
            raise ValueError("it has none")
        return path


def _options(shell: str) -> tuple[str, ...]:
    """As in a terminal: most version managers live in what only an interactive shell reads."""
    if Path(shell).name in ("csh", "tcsh"):  # take -l only when it is alone
        return ("-c",)
    return ("-i", "-l", "-c")


def _joined(first: str, then: str) -> str:
    """One PATH of two; every folder is in it once."""
    return os.pathsep.join(dict.fromkeys(filter(None, [*first.split(os.pathsep),
                                                       *then.split(os.pathsep)])))  # fmt: skip
