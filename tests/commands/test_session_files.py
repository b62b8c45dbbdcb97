"""Whole sessions go out of a home and into another on the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from playground.core.resources import resource

Command = Callable[..., "subprocess.CompletedProcess[str]"]

DEMO = resource("demos", "weather-desk.jsonl")


def test_a_session_comes_back_as_it_was_from_another_home(
    inside: Command, home: Path, tmp_path: Path
) -> None:
    session_id, run_id, *_ = inside("import", str(DEMO)).stdout.split()
    path = tmp_path / "a.playground.jsonl"
    assert inside("export", session_id, "--as", "session", "--out", str(path)).returncode == 0
    for named in (run_id, "last", "all"):
        done = inside("export", named, "--as", "session")
        assert (done.returncode, done.stdout.encode()) == (0, path.read_bytes())
    done = inside("import", str(path), PLAYGROUND_HOME=str(tmp_path / "other"))
    assert done.returncode == 0
    assert done.stdout.startswith(f"{session_id}  ")
    again = inside("export", "all", "--as", "session", PLAYGROUND_HOME=str(tmp_path / "other"))
    assert again.stdout.encode() == path.read_bytes()
    replayed = [
        json.loads(inside("replay", run_id, "--json", PLAYGROUND_HOME=str(where)).stdout)
        for where in (home, tmp_path / "other")
    ]
    assert replayed[0] == replayed[1]
    path.write_bytes(path.read_bytes()[:-9])
    broken = inside("import", str(path))
    assert broken.returncode == 1
    assert "The file ends in the middle of it" in broken.stderr
    assert inside("export", run_id, "--as", "session", "--leg", "1").returncode == 2
