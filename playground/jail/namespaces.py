"""Namespaces: a process tree, a network and a file system of its own.

The file system is a new one in memory, into which only what may be read is bound, read-only; what
lies anywhere else is not forbidden but absent.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from playground.jail.system import call

NEW_MOUNTS, NEW_GROUPS, NEW_NAMES, NEW_IPC = 0x20000, 0x2000000, 0x4000000, 0x8000000
NEW_USERS, NEW_PIDS, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000
ALL_BUT_USERS = NEW_MOUNTS | NEW_GROUPS | NEW_NAMES | NEW_IPC | NEW_PIDS | NEW_NETWORK

_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 2, 4, 4096, 16384, 1 << 18
_DETACH = 2
_HERE, _RECURSIVE = -100, 0x8000
_ATTR_READ_ONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4


def leave(inside: int | None) -> None:
    """Out of the namespaces we are in; children from now on are in a pid namespace of their own.

    inside: what we are called in a user namespace, which who is no administrator has to begin
    with; None: it does without. Raises OSError.
    """
    if inside is None:
        call("unshare", ALL_BUT_USERS)
        return
    user, group = os.geteuid(), os.getegid()
    call("unshare", NEW_USERS | ALL_BUT_USERS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{inside} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{inside} {group} 1")


def enter(
    folder: str,
    reads: Iterable[str],
    devices: Iterable[str],
    *,
    size: int,
    owner: tuple[int, int],
) -> None:
    """Into a file system of which only `reads` and `folder` are there, `folder` empty.

    size: bytes that `folder` takes; 0: it is read-only.
    """
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
    old = os.open("/", os.O_DIRECTORY | os.O_CLOEXEC)
    _mount("jail", folder, "tmpfs", _MS_NOSUID | _MS_NODEV, "size=1m,nr_inodes=4k,mode=755")
    for path in _apart(reads):
        _bind(path, folder + path, _ATTR_READ_ONLY | _ATTR_NOSUID | _ATTR_NODEV)
    for path in devices:
        # Not read-only: that would keep what is written from /dev/null.
        _bind(path, folder + path, _ATTR_NOSUID)
    Path(folder + folder).mkdir(parents=True, exist_ok=True)
    if size:
        user, group = owner
        given = f"size={size},nr_inodes=1k,mode=700,uid={user},gid={group}"
        _mount("files", folder + folder, "tmpfs", _MS_NOSUID | _MS_NODEV, given)
    os.chdir(folder)
    call("pivot_root", b".\0", b".\0")
    # The old root now lies over the new one, at the same place.
    os.fchdir(old)
    os.close(old)
    call("umount2", b".\0", _DETACH)
    os.chdir("/")
    _change("/", _ATTR_READ_ONLY, deep=False)


def _apart(paths: Iterable[str]) -> list[str]:
    """Those that are there, absolute and without those that lie in others."""
    kept: list[str] = []
    for path in sorted({os.path.normpath(path) for path in paths}):
        if Path(path).exists() and not any(path.startswith(f"{one}/") for one in kept):
            kept.append(path)
    return kept


def _bind(source: str, target: str, attributes: int) -> None:
    there = Path(source)
    if not there.exists():
        return
    place = Path(target)
    if there.is_dir():
        place.mkdir(parents=True, exist_ok=True)
    else:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    _mount(source, target, None, _MS_BIND | _MS_REC)
    _change(target, attributes, deep=True)


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, given: str | None = None
) -> None:
    call("mount", _text(source), _text(target), _text(kind), flags, _text(given))


def _change(target: str, attributes: int, *, deep: bool) -> None:
    wanted = attributes.to_bytes(8, "little") + bytes(24)
    call("mount_setattr", _HERE, _text(target), _RECURSIVE if deep else 0, wanted, len(wanted))


def _text(path: str | None) -> bytes | None:
    return None if path is None else os.fsencode(path) + b"\0"
