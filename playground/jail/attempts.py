"""What is tried against the jail, from inside. A script: it is run in there, never imported here.

It is told on standard input what to try itself on, and prints which attempts got through, as JSON:
{"through": ["network", …]}. What it needs to work and does not find, it raises.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHILDREN = 64
"""Forks that are tried; each waits for a pipe that closes when we end."""

HANDLES = 64


def network(told: dict[str, Any]) -> bool:
    with socket.socket() as connection:
        connection.connect(("127.0.0.1", told["port"]))
    return True


def reading(told: dict[str, Any]) -> bool:
    paths = (told["planted"], f"/proc/{told['pid']}/environ", "/etc/passwd")
    return any(map(readable, paths))


def readable(path: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(Path(path).read_bytes())
    return False


def writing(told: dict[str, Any]) -> bool:
    """A new file, the file that is there, its permissions: whichever succeeds."""
    planted = Path(told["planted"])
    elsewhere = Path("/tmp") / f"{planted.parent.name}-elsewhere"
    acts: tuple[Callable[[], object], ...] = (
        lambda: planted.with_name("new").write_text("new"),
        lambda: planted.write_text("changed"),
        lambda: planted.chmod(0o600),
        elsewhere.mkdir,
        lambda: planted.unlink(),
    )
    through = sum(map(succeeds, acts)) > 0
    succeeds(elsewhere.rmdir)
    return through


def succeeds(act: Callable[[], object]) -> bool:
    try:
        act()
    except OSError:
        return False
    return True


def processes(told: dict[str, Any]) -> bool:
    """Whether it can have as many as it likes."""
    waits, never = os.pipe()
    for _ in range(CHILDREN):
        if not os.fork():
            os.close(never)
            os.read(waits, 1)
            os._exit(0)
    return True


def signals(told: dict[str, Any]) -> bool:
    """To the process that tries us; small numbers may be our own in here."""
    if told["pid"] <= 16:
        return False
    os.kill(told["pid"], 0)
    return True


def root(told: dict[str, Any]) -> bool:
    return os.geteuid() == 0


def secrets(told: dict[str, Any]) -> bool:
    return not set(os.environ) <= set(told["environment"])


def handles(told: dict[str, Any]) -> bool:
    return any(succeeds(functools.partial(os.fstat, one)) for one in range(3, HANDLES))


def memory(told: dict[str, Any]) -> bool:
    try:
        bytearray(2 * told["memory"])
    except MemoryError:
        return False
    return True


ATTEMPTS = (network, reading, writing, signals, root, secrets, handles, memory, processes)


def main() -> None:
    told = json.load(sys.stdin)
    with tempfile.TemporaryFile() as own:
        own.write(b"its own folder takes what it writes")
    through = []
    for attempt in ATTEMPTS:
        with contextlib.suppress(OSError):
            if attempt(told):
                through.append(attempt.__name__)
    sys.stdout.write(json.dumps({"through": through}))


if __name__ == "__main__":
    main()
