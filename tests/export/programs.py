"""Exported programs, run: many in one process where a process takes long to begin."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.processes import PATIENCE, environment

needs_curl = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("bash")), reason="curl or bash is not installed"
)

RUNNER = """
import contextlib, functools, io, json, pathlib, runpy, ssl, sys, time

time.sleep = lambda seconds: None
# Reading the certificates, which loopback has no use for, takes longer than all the rest.
ssl.create_default_context = functools.cache(ssl.create_default_context)
done = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    printed, error = io.StringIO(), None
    with contextlib.redirect_stdout(printed):
        try:
            runpy.run_path(str(path), run_name="__main__")
        except (Exception, SystemExit) as raised:
            error = f"{type(raised).__name__}: {raised}"
    done[path.stem] = [printed.getvalue(), error]
print(json.dumps(done))
"""

Printed = dict[str, tuple[str, str | None]]
"""(what was printed, what it ended with) of each program."""


def ran_python(programs: Mapping[str, str], folder: Path, **env: str) -> Printed:
    """Python programs in one process, one after another, warnings being errors."""
    _write(programs, folder, ".py")
    command = [sys.executable, "-W", "error", "-c", RUNNER, str(folder)]
    done = subprocess.run(
        command,
        capture_output=True,
        cwd=folder,
        env=environment(**env),
        timeout=2 * PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return {name: (out, error) for name, (out, error) in json.loads(done.stdout).items()}


def ran_shell(programs: Mapping[str, str], folder: Path, **env: str) -> Printed:
    """Programs for a shell, in a process each."""
    _write(programs, folder, ".sh")
    found: Printed = {}
    for name in programs:
        done = subprocess.run(
            ["bash", f"{name}.sh"],
            capture_output=True,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder), **env},
            timeout=PATIENCE,
            check=False,
        )
        error = f"{done.returncode}: {done.stderr.decode()}"
        found[name] = done.stdout.decode(), None if error == "0: " else error
    return found


def _write(programs: Mapping[str, str], folder: Path, suffix: str) -> None:
    folder.mkdir(exist_ok=True)
    for name, code in programs.items():
        (folder / f"{name}{suffix}").write_bytes(code.encode())
