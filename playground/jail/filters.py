"""A filter of system calls (seccomp): what no payload needs, and what reaches other processes.

It lists what is refused, with EPERM, so that a library which merely asks goes on. It is the second
wall where namespaces are the first; where there are none it is the first, and then refuses more.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

from playground.jail.system import (
    COLUMN,
    PR_SET_NO_NEW_PRIVS,
    PR_SET_SECCOMP,
    number,
    prctl,
)

ALWAYS = (
    # A network, and the ring that opens sockets behind a filter's back.
    *("socket", "io_uring_setup", "io_uring_enter", "io_uring_register"),
    # Other processes: their memory, their signals, their share of the processor.
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease"),
    *("pidfd_open", "pidfd_getfd", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo"),
    *("kcmp", "migrate_pages", "move_pages", "setpriority", "ioprio_set", "tkill"),
    *("sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler"),
    # Memory that no limit counts, and what outlives a process.
    *("memfd_create", "memfd_secret", "shmget", "msgget", "semget", "mq_open"),
    *("add_key", "request_key", "keyctl"),
    # Another view of the file system, and ways around the one there is.
    *("mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "mount_setattr"),
    *("open_tree", "open_tree_attr", "move_mount", "fsopen", "fsconfig", "fsmount", "fspick"),
    *("name_to_handle_at", "open_by_handle_at", "quotactl", "quotactl_fd"),
    # The kernel and the machine.
    *("bpf", "perf_event_open", "userfaultfd", "personality", "syslog", "acct"),
    *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load"),
    *("reboot", "swapon", "swapoff", "iopl", "ioperm", "sethostname", "setdomainname"),
    *("settimeofday", "clock_settime", "clock_adjtime", "adjtimex"),
)

OWNED = (
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat"),
    *("utime", "utimes", "futimesat", "utimensat", "inotify_add_watch", "file_setattr"),
    *("setxattr", "lsetxattr", "fsetxattr", "setxattrat"),
    *("removexattr", "lremovexattr", "fremovexattr", "removexattrat"),
)
"""What an owner may do to a file without opening it, which Landlock does not know about. Refused
where the user's own files are still in view."""

FORKS = ("fork", "vfork")

CLONE_THREAD = 0x10000
CLONE_NEW = 0x7E020080
"""Every kind of namespace."""

MACHINES = (0xC000003E, 0xC00000B7)
"""How a filter is told which machine's numbers a call is made with; as COLUMN."""
FOREIGN = 0x40000000
"""From here on the numbers of x86-64 are those of another convention."""

F_SETOWN, F_SETOWN_EX, FIOSETOWN, SIOCSPGRP = 8, 15, 0x8901, 0x8902

ALLOW, KILL, DENY, ABSENT = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
"""What becomes of a call: made; the process is ended; EPERM; ENOSYS."""

_LOAD, _EQUAL, _AT_LEAST, _ANY_OF, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16
"""Where they are in the kernel's description of a call."""


class Step(NamedTuple):
    """One instruction: what to do, how many to skip when it is so and when not, its operand."""

    code: int
    so: int
    not_so: int
    operand: int


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("steps", ctypes.c_char_p)]


def program(*, processes: int, files_in_view: bool, me: int) -> list[Step]:
    """The filter for the process `me`, which may have `processes`."""
    assert COLUMN is not None
    steps = [Step(_LOAD, 0, 0, _MACHINE), Step(_EQUAL, 1, 0, MACHINES[COLUMN])]
    steps += [Step(_RETURN, 0, 0, KILL), Step(_LOAD, 0, 0, _NUMBER)]
    if COLUMN == 0:
        steps += [Step(_AT_LEAST, 0, 1, FOREIGN), Step(_RETURN, 0, 0, DENY)]
    refused = list(ALWAYS)
    if files_in_view:
        refused += OWNED
    if processes == 1:
        refused += FORKS
    for name in refused:
        steps += _whenever(name, DENY)
    # What a thread shares lies behind a pointer there, which no filter can follow; the C library
    # falls back on `clone`.
    steps += _whenever("clone3", ABSENT)
    if processes == 1:
        steps += _unless("clone", 0, _ANY_OF, CLONE_THREAD)
        steps += _unless("kill", 0, _EQUAL, me)
        steps += _unless("tgkill", 0, _EQUAL, me)
        steps += _unless("prlimit64", 0, _EQUAL, 0, me)
    steps += _when("clone", 0, _ANY_OF, CLONE_NEW)
    # Signals about a file can be sent to anybody.
    steps += _when("fcntl", 1, _EQUAL, F_SETOWN, F_SETOWN_EX)
    steps += _when("ioctl", 1, _EQUAL, FIOSETOWN, SIOCSPGRP)
    return [*steps, Step(_RETURN, 0, 0, ALLOW)]


def restrict(*, processes: int, files_in_view: bool) -> None:
    """This process and what comes of it, for good. Raises OSError where filters are not had."""
    if COLUMN is None:
        raise OSError(38, "the numbers of this machine's system calls are not known")
    steps = program(processes=processes, files_in_view=files_in_view, me=os.getpid())
    packed = b"".join(struct.pack("=HBBI", *step) for step in steps)
    handed = _Program(len(steps), packed)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_SECCOMP, 2, ctypes.addressof(handed))


def _whenever(name: str, what: int) -> Iterator[Step]:
    found = number(name)
    if found is not None:
        yield Step(_EQUAL, 0, 1, found)
        yield Step(_RETURN, 0, 0, what)


def _when(name: str, argument: int, test: int, *values: int) -> Iterator[Step]:
    """Refused when the argument is one of the values."""
    found = number(name)
    assert found is not None
    body = [Step(_LOAD, 0, 0, _ARGUMENTS + 8 * argument)]
    for value in values:
        body += [Step(test, 0, 1, value), Step(_RETURN, 0, 0, DENY)]
    body.append(Step(_LOAD, 0, 0, _NUMBER))
    yield Step(_EQUAL, 0, len(body), found)
    yield from body


def _unless(name: str, argument: int, test: int, *values: int) -> Iterator[Step]:
    """Refused when the argument is none of the values."""
    found = number(name)
    assert found is not None
    body = [Step(_LOAD, 0, 0, _ARGUMENTS + 8 * argument)]
    for left, value in zip(range(len(values), 0, -1), values, strict=True):
        body.append(Step(test, left, 0, value))
    body += [Step(_RETURN, 0, 0, DENY), Step(_LOAD, 0, 0, _NUMBER)]
    yield Step(_EQUAL, 0, len(body), found)
    yield from body
