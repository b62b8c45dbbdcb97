"""How a process of the jail is begun on Linux."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from playground.core.problem import Failure, Problem
from playground.jail.limits import Limits
from playground.jail.platform import Begun

WAYS = ("namespaces", "bubblewrap", "filters")
"""What holds a process, the better first: namespaces with filters behind them, where we may make
them; the same by a program that may, where we may not; Landlock and a filter of system calls alone.
"""

ROOT = Path(__file__).resolve().parent.parent.parent

BEGIN = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from playground.jail.launcher import main; main(*map(int, sys.argv[2:5]), *sys.argv[6:])"
)

DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/full")

INSIDE = 1000
"""What a user is called in a user namespace: the number tells nothing about anybody."""

LIBRARIES = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/usr/libexec"),
    *("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo"),
)
"""What programs and the modules of Python need that are in the system."""


def begin(
    source: str,
    name: str,
    limits: Limits,
    path: Sequence[str],
    *,
    way: str,
    layers: Sequence[str],
    within: Path | None,
) -> Begun:
    """Raises Failure when the system has no process or no folder for it."""
    with contextlib.ExitStack() as stack:
        try:
            folder = Path(tempfile.mkdtemp(prefix="playground-jail-", dir=within)).resolve()
            stack.callback(folder.rmdir)
            task = {
                "source": source,
                "name": name,
                "limits": asdict(limits),
                "path": list(path),
                "reads": _read(path),
                "devices": DEVICES,
                "environment": environment(folder),
                "inside": INSIDE,
                "folder": str(folder),
                "way": way,
                "layers": list(layers),
            }
            given = os.memfd_create("task")
            stack.callback(os.close, given)
            end, line = os.pipe()
            stack.callback(os.close, end)
            report, told = os.pipe()
            stack.callback(os.close, told)
            theirs = (given, end, told)
            # The folder is named so that whoever looks at the processes sees whose it is.
            rest = [str(ROOT), *map(str, theirs), str(folder)]
            inside = [*_python(os.path.realpath(sys.executable)), *rest]
            wrapper = _wrapper(path, folder, limits) if way == "bubblewrap" else []
            task["wrapper"] = [*wrapper, *inside] if wrapper else []
            with open(given, "wb", closefd=False) as file:
                file.write(json.dumps(task).encode())
            os.lseek(given, 0, os.SEEK_SET)
            try:
                process = subprocess.Popen(
                    [*_python(sys.executable), *rest],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    cwd="/",
                    env=environment(folder),
                    pass_fds=theirs,
                    start_new_session=True,
                    bufsize=0,
                )
            except BaseException:
                os.close(line)
                os.close(report)
                raise
        except OSError as error:
            title = "A process to run this in could not be started."
            raise Failure(Problem(title=title, detail=str(error), remedy="retry")) from error
        stack.pop_all()
        for handle in theirs:
            os.close(handle)
    return Begun(process, line, report, folder)


def environment(folder: Path) -> dict[str, str]:
    """All of it: nothing is inherited."""
    return {"HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8"}


def lacking() -> str:
    """Why nothing can be run here at all; empty when it may be tried."""
    if getattr(sys, "frozen", False):
        return "This is a packaged program, which has no Python to run it with."
    return ""


def remove(folder: Path) -> None:
    """With all that is in it, however deep and whatever its permissions. Nobody is in it now."""
    number = 0
    with contextlib.suppress(FileNotFoundError):
        while rows := list(os.scandir(folder)):
            for row in rows:
                if not row.is_dir(follow_symlinks=False):
                    Path(row.path).unlink()
                    continue
                # What is inside comes up here, so that no path grows long.
                Path(row.path).chmod(0o700)
                for inner in list(os.scandir(row.path)):
                    if inner.is_dir(follow_symlinks=False):
                        Path(inner.path).chmod(0o700)  # else it cannot be moved
                    Path(inner.path).rename(folder / f"{folder.name}-{(number := number + 1)}")
                Path(row.path).rmdir()
        folder.rmdir()


def _python(executable: str) -> list[str]:
    # -I: neither the environment nor the folder are looked at; -S: no site-packages, whose files
    # may run; -B: nothing is written beside the sources.
    return [executable, "-I", "-S", "-B", "-X", "utf8", "-c", BEGIN]


def _wrapper(path: Sequence[str], folder: Path, limits: Limits) -> list[str]:
    """bubblewrap, up to the command that it begins. Raises OSError where there is none."""
    found = shutil.which("bwrap")
    if found is None:
        raise FileNotFoundError("it is not installed")
    ours = [str(ROOT / "playground" / one) for one in ("__init__.py", "jail")]
    wanted = [*_read(path), os.path.realpath(sys.executable), *ours]
    bound = [one for read in wanted if Path(read).exists() for one in ("--ro-bind", read, read)]
    devices = [one for device in DEVICES for one in ("--dev-bind", device, device)]
    own = ["--bind" if limits.files else "--ro-bind", str(folder), str(folder)]
    inside = ["--uid", str(INSIDE), "--gid", str(INSIDE), "--chdir", str(folder)]
    apart = ["--unshare-all", "--die-with-parent", "--new-session"]
    return [found, *apart, *inside, *bound, *devices, *own, "--remount-ro", "/", "--"]


def _read(path: Sequence[str]) -> list[str]:
    """Folders and files that it may read, as they are written and as they are."""
    paths = sysconfig.get_paths()
    own = {paths["stdlib"], paths["platstdlib"]}
    if sys.base_prefix not in ("/", "/usr", "/usr/local"):
        own.add(sys.base_prefix)
    every = {*LIBRARIES, *own, *path}
    return sorted(every | {os.path.realpath(one) for one in every})
