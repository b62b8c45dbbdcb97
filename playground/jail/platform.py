"""What a system has to offer so that a process can be locked up on it, and which one this is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from playground.jail.limits import Limits


@dataclass(frozen=True, slots=True)
class Begun:
    """A process that is there, and our ends of what leads to it."""

    process: subprocess.Popen[bytes]
    """Ours, not the payload's: it ends when all of that is gone."""
    line: int
    """Handle of a pipe. All ends when it is closed."""
    report: int
    """Handle of a pipe: lines of JSON, see `watch.Report`. It closes when all is gone."""
    folder: Path
    """Its own, to be removed when it has ended."""


class Platform(Protocol):
    @property
    def WAYS(self) -> tuple[str, ...]:  # noqa: N802
        """Of holding it, the best first."""

    def lacking(self) -> str:
        """Why nothing can be run at all; empty when it may be tried."""

    def begin(
        self,
        source: str,
        name: str,
        limits: Limits,
        path: Sequence[str],
        *,
        way: str,
        layers: Sequence[str],
        within: Path | None,
    ) -> Begun:
        """Raises Failure when there is no process or no folder to be had."""

    def remove(self, folder: Path) -> None:
        """With all that is in it, however deep and whatever its permissions."""


def system() -> Platform | None:
    """This one; None where nothing is known to hold a process."""
    if sys.platform != "linux":
        return None
    from playground.jail import linux

    return linux
