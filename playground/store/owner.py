"""Owner: a process that runs things, known to others by a lock that ends with it.

The lock is the operating system's, so it is free as soon as the process is gone, however it went.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from playground.core.session import new_id

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


LEFT_OVER = 3600.0
"""Seconds after which a free lock file is swept away; a young one may be about to be taken."""


class Owner:
    """Holds `<folder>/<id>.lock` from now until `close`."""

    def __init__(self, folder: Path) -> None:
        self.id = new_id("own")
        self._folder = folder
        self._handle = os.open(self._path(self.id), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        if not _lock(self._handle):
            raise OSError(f"{self._path(self.id)} cannot be locked")
        self._sweep()

    def lives(self, owner: str) -> bool:
        """Whether the process of that id is still there."""
        return lives(self._folder, owner)

    def close(self) -> None:
        """Give the lock up. Only for when nothing of this process runs any more."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
            self._path(self.id).unlink(missing_ok=True)

    def _path(self, owner: str) -> Path:
        return self._folder / f"{owner}.lock"

    def _sweep(self) -> None:
        """Remove what killed processes left."""
        for path in self._folder.glob("*.lock"):
            try:
                old = time.time() - path.stat().st_mtime > LEFT_OVER
                if old and not lives(self._folder, path.stem):
                    path.unlink()
            except OSError:  # another process was faster
                continue


def lives(folder: Path, owner: str) -> bool:
    """Whether the process that took this id in `folder` is still there."""
    try:
        handle = os.open(folder / f"{owner}.lock", os.O_RDWR)
    except OSError:
        return False
    try:
        return not _lock(handle)
    finally:
        os.close(handle)
