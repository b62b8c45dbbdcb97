"""Landlock: which files a process may touch at all, and no network where the kernel goes so far."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

from playground.jail.system import PR_SET_NO_NEW_PRIVS, call, prctl

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
TRUNCATE = 1 << 14

FILES = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 4: 0x7FFF, 5: 0xFFFF}
"""What each version of the interface knows to forbid of files; later ones, what the fifth does."""
OWN_FOLDER = 0x7FFF & ~(EXECUTE | 1 << 6 | 1 << 9 | 1 << 11)
"""All but running programs and making devices and sockets."""
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | 1 << 15
"""What makes sense for a file that is no folder; the kernel refuses a rule with more."""
NETWORK = 3
"""Listening and connecting, from the fourth version on."""
SCOPES = 3
"""Abstract sockets and signals, to nobody outside; from the sixth version on."""

_VERSION, _BENEATH = 1, 1


def version() -> int:
    """Of the kernel's interface; 0 when there is none."""
    try:
        return call("landlock_create_ruleset", None, 0, _VERSION)
    except OSError:
        return 0


def restrict(reads: Iterable[str], writes: Iterable[str], *, runs: bool) -> None:
    """This process and what comes of it, for good: `runs` says whether it may start programs.

    A path that is not there is left out. Raises OSError where there is no Landlock.
    """
    have = version()
    files = FILES[min(have, 5)] if have else 0
    rules = struct.pack("=QQQ", files, NETWORK, SCOPES)[: 24 if have > 5 else 16 if have > 3 else 8]
    ruleset = call("landlock_create_ruleset", rules, len(rules), 0)
    try:
        reading = READ_FILE | READ_DIR | (EXECUTE if runs else 0)
        for path in reads:
            _allow(ruleset, path, reading & files)
        for path in writes:
            _allow(ruleset, path, OWN_FOLDER & files)
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, what: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        kept = what if Path(path).is_dir() else what & OF_A_FILE
        rule = ctypes.create_string_buffer(struct.pack("=Qi", kept, place))
        call("landlock_add_rule", ruleset, _BENEATH, ctypes.addressof(rule), 0)
    finally:
        os.close(place)
