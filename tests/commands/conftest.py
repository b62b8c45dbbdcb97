"""The command line, in this process or in one of its own where importing Qt raises."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from playground.__main__ import main
from tests.processes import environment, playground

Command = Callable[..., "subprocess.CompletedProcess[str]"]
"""`command(*arguments, stdin="", **variables)`, to its end."""


@pytest.fixture(scope="session")
def without_qt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages that raise when they are imported."""
    folder = tmp_path_factory.mktemp("no-qt")
    for name in ("PySide6", "shiboken6", "qasync"):
        (folder / f"{name}.py").write_text(f"raise ImportError('{name} is not for this')\n")
    return folder


@pytest.fixture
def process(without_qt: Path, home: Path) -> Command:
    """`playground …` as everybody starts it."""

    def process(
        *arguments: str, stdin: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        variables = {"PYTHONPATH": str(without_qt), "PLAYGROUND_HOME": str(home), **variables}
        return playground(*arguments, stdin=stdin, env=environment(**variables))

    return process


@pytest.fixture
def inside(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """`playground …` without the second that a process takes to start."""

    def inside(
        *arguments: str, stdin: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        capsys.readouterr()
        with monkeypatch.context() as changed:
            for name, value in {"PLAYGROUND_HOME": str(home), **variables}.items():
                changed.setenv(name, value)
            changed.setattr(sys, "stdin", io.StringIO(stdin))
            try:
                status = main(arguments)
            except SystemExit as end:  # what argparse does not understand
                status = int(end.code or 0)
        printed = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, status, printed.out, printed.err)

    return inside
