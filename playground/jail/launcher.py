"""What runs first in a process of the jail: it shuts the doors, then runs the source it was given.

    supervisor ── first process of the namespaces ── payload
    supervisor ── bubblewrap ── its own first process ── payload
    supervisor ── payload                               without namespaces

The supervisor stays outside and waits. The one beside the payload watches it: by the clock, and by
a pipe that closes when we let go of it or die. When the first process of a pid namespace ends, the
kernel ends all the others in it before anybody hears of it.

It is begun by `linux.py`, with the standard library alone, as one thread. What it has to say goes
into a pipe, see `watch.Report`.
"""

from __future__ import annotations

import contextlib
import json
import linecache
import os
import resource
import signal
import sys
import traceback
import types
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from playground.jail import filters, landlock, namespaces
from playground.jail.system import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_DUMPABLE,
    PR_SET_NO_NEW_PRIVS,
    drop_capabilities,
    prctl,
)
from playground.jail.watch import Report, hush, watch

TASKS = 32
"""Threads and processes, at least: threads cannot be told from processes by this limit."""

NICE = 5
"""The window goes first."""

SOME = 1000
"""With fewer user ids than that a namespace has none to spare."""


def main(given: int, line: int, told: int, stood: str = "") -> None:
    """Returns in the payload's process alone, when its source has been run to its end.

    given: handle of the task, see `linux.py`; line: of the pipe that closes when all shall end;
    told: of the pipe for reports; stood: when bubblewrap began us, what stands already.
    """
    report = Report(told)
    with open(given, "rb", closefd=False) as file:
        task = json.load(file)
    try:
        if stood:
            layers, owner = stood.split(","), None
        else:
            layers, owner = _apart(task)
            _divide(task, line, report)
            if task["wrapper"]:
                os.lseek(given, 0, os.SEEK_SET)
                os.execv(task["wrapper"][0], [*task["wrapper"], ",".join(layers)])
        layers += _confine(task, owner)
        _check(task, layers)
    except OSError as error:
        report.tell(failed=str(error))
        os._exit(1)
    report.tell(confined=layers)
    os.closerange(3, 1 << 16)
    _play(task)


def _apart(task: Mapping[str, Any]) -> tuple[list[str], tuple[int, int] | None]:
    """Into the namespaces; also whom the payload is to be: (user, group), None for who we are."""
    owner = _unused() if os.geteuid() == 0 else None
    layers = ["unused user"] if owner else []
    if owner:
        os.chown(task["folder"], *owner)
    if task["way"] == "filters":
        return layers, owner
    if task["way"] == "bubblewrap":
        if owner:
            _become(owner)
        return [*layers, "bubblewrap"], None
    if os.geteuid() == 0:
        try:
            namespaces.leave(None)
            return [*layers, "namespaces"], owner
        except PermissionError:
            # Root without the powers of root, as in many containers: from here on like anybody.
            if owner:
                _become(owner)
                prctl(PR_SET_DUMPABLE, 1)  # else the maps of its user namespace are not its own
    namespaces.leave(task["inside"])
    return [*layers, "user namespace", "namespaces"], None


def _divide(task: Mapping[str, Any], line: int, report: Report) -> None:
    """Returns in the payload; the others end here."""
    alone = task["way"] != "namespaces"
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    if task["wrapper"]:
        prctl(PR_SET_CHILD_SUBREAPER, 1)  # so that it can be waited for when its own parent is gone
    if not alone and (first := os.fork()):
        hush()
        os.waitpid(first, 0)
        os._exit(0)
    payload = os.fork()
    if payload:
        hush()
        watch(payload, (line, wake), task["limits"], report, wrapped=bool(task["wrapper"]))
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()


def _confine(task: Mapping[str, Any], owner: tuple[int, int] | None) -> list[str]:
    """This process, for good. Layers that may be lacking are left out of the list."""
    limits, folder, alone = task["limits"], task["folder"], task["way"] == "filters"
    os.umask(0o022)  # what is made for it is made to be read by whom it becomes
    os.nice(NICE)
    with contextlib.suppress(OSError):
        # When memory runs out the system ends this first.
        Path("/proc/self/oom_score_adj").write_text("1000")
    if task["way"] == "namespaces":
        mine = owner or (os.geteuid(), os.getegid())
        namespaces.enter(folder, task["reads"], task["devices"], size=limits["files"], owner=mine)
    os.chdir(folder)
    os.umask(0o077)
    if owner:
        _become(owner)
    _limit(limits, counted=not alone or owner is not None)
    drop_capabilities()
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_DUMPABLE, 0)
    several = limits["processes"] > 1
    reads = [*task["reads"], *task["devices"], folder]
    writes = [os.devnull, *([folder] if limits["files"] else [])]
    return [
        *_tried("Landlock", task, lambda: landlock.restrict(reads, writes, runs=several)),
        *_tried(
            "system-call filter",
            task,
            lambda: filters.restrict(processes=limits["processes"], files_in_view=alone),
        ),
    ]


def _check(task: Mapping[str, Any], layers: list[str]) -> None:
    if lacking := [one for one in task["layers"] if one not in layers]:
        raise OSError(f"it is not there any more: {', '.join(lacking)}")
    try:
        # A module is read when it is first imported: Python itself has to be in there.
        Path(os.__file__).open("rb").close()
    except OSError:
        words = f"the Python in {sys.base_prefix} can be read by its owner alone"
        raise OSError(words) from None


def _tried(name: str, task: Mapping[str, Any], restrict: Callable[[], None]) -> list[str]:
    try:
        restrict()
    except OSError:
        if name in task["layers"]:
            raise
        return []
    return [name]


def _limit(limits: Mapping[str, Any], *, counted: bool) -> None:
    """counted: this user's processes are only those of the jail, so that a number means them."""
    most = {
        resource.RLIMIT_AS: limits["memory"],
        resource.RLIMIT_FSIZE: limits["files"],
        resource.RLIMIT_NOFILE: limits["handles"],
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if counted:
        most[resource.RLIMIT_NPROC] = max(TASKS, limits["processes"])
    for which, value in most.items():
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))
    if limits["cpu"] is not None:
        # The first is a signal that can be ignored, the second none.
        resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu"], limits["cpu"] + 1))


def _become(owner: tuple[int, int]) -> None:
    user, group = owner
    os.setgroups([])
    os.setresgid(group, group, group)
    os.setresuid(user, user, user)


def _unused() -> tuple[int, int] | None:
    """A user and a group that nobody is, from the upper half of the ids we may hand out."""
    import grp
    import pwd

    table = Path("/proc/self/uid_map").read_text().strip().split("\n")
    ranges = [tuple(map(int, row.split())) for row in table]
    first, _, length = max(ranges, key=lambda row: row[2])
    if length < SOME:
        return None
    length = min(length, (1 << 31) - 2 - first)
    while True:
        one = first + length - 2 - int.from_bytes(os.urandom(4), "little") % (length // 2)
        try:
            pwd.getpwuid(one)
        except KeyError:
            with contextlib.suppress(KeyError):
                grp.getgrgid(one)
                continue
            return one, one


def _play(task: Mapping[str, Any]) -> None:
    """Run the source as the main module, as Python itself would."""
    name, source = task["name"], task["source"]
    os.environ.clear()  # bubblewrap adds to what it was given
    os.environ.update(task["environment"])
    module = types.ModuleType("__main__")
    module.__dict__.update(__file__=name, __builtins__=__builtins__)
    sys.modules["__main__"] = module
    sys.argv[:] = [name]
    sys.path[:] = [*sys.path[1:], *task["path"]]
    for ours in [one for one in sys.modules if one.split(".")[0] == "playground"]:
        del sys.modules[ours]
    # Without a time of change an entry is never looked for on the disk.
    lines = [f"{line}\n" for line in source.split("\n")]
    linecache.cache[name] = (len(source), None, lines, name)
    try:
        exec(compile(source, name, "exec"), module.__dict__)
    except Exception as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        traceback.print_exception(type(error), error, trace)
        sys.exit(1)
