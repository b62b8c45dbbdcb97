"""Run a command as an ordinary user, from a process of root's: `somebody.py USER COMMAND …`.

The Python of a developer often lies in a folder that only root can enter. Such folders are replaced
by empty ones, in a mount namespace of our own, in which nothing but that Python is put back.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from playground.jail import namespaces
from playground.jail.system import call

BIND, RECURSIVE, PRIVATE = 4096, 16384, 1 << 18


def closed(path: Path) -> list[Path]:
    """The folders on the way to it that others cannot enter, the outermost first."""
    return [one for one in reversed(path.parents) if not one.stat().st_mode & 1]


def open_way(path: Path) -> None:
    call("unshare", namespaces.NEW_MOUNTS)
    call("mount", None, b"/\0", None, RECURSIVE | PRIVATE, None)
    place = os.open(path, os.O_PATH)
    call("mount", b"way\0", os.fsencode(closed(path)[0]) + b"\0", b"tmpfs\0", 0, b"mode=755\0")
    path.mkdir(parents=True)
    source = os.fsencode(f"/proc/self/fd/{place}") + b"\0"
    call("mount", source, os.fsencode(path) + b"\0", None, BIND | RECURSIVE, None)
    os.close(place)


def main() -> None:
    user = int(sys.argv[1])
    prefix = Path(sys.base_prefix).resolve()
    if closed(prefix):
        open_way(prefix)
    if user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    os.execv(sys.argv[2], sys.argv[2:])


if __name__ == "__main__":
    main()
