"""Every hostile source, by every way of holding it that there is, as root and as somebody.

Where a machine has nothing that holds them they have to be refused, each, with a sentence.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.jail.hostile import CASES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is held on Linux only")

HERE = Path(__file__).parent
SOMEBODY = 54321
PATIENCE = 300
PLANTED = "sk-planted-0123456789"


@dataclass(frozen=True)
class Grounds:
    """What came of all cases, for one user and one way."""

    told: dict[str, Any]
    outside: Path
    mode: int
    reached: bool


def as_user(user: int) -> list[str]:
    """How to begin a command as that user; skips where it cannot be done."""
    if os.geteuid():
        pytest.skip("only root can be somebody else")
    command = [sys.executable, str(HERE / "somebody.py"), str(user), sys.executable]
    tried = subprocess.run([*command, "-c", ""], capture_output=True, timeout=PATIENCE, check=False)
    if tried.returncode:
        pytest.skip("no Python that another user could run")
    return command


GROUNDS = {
    "as we are": ("namespaces,filters", None),
    "as we are, filters": ("filters", 0 if os.geteuid() == 0 else None),
    "as somebody": ("namespaces,filters", SOMEBODY),
    "as somebody, filters": ("filters", SOMEBODY),
    "bubblewrap": ("bubblewrap", SOMEBODY if os.geteuid() == 0 else None),
}


@pytest.fixture(
    scope="module",
    params=[pytest.param(one, marks=pytest.mark.slow) if "," in one else one for one in GROUNDS],
)
def grounds(request: pytest.FixtureRequest) -> Iterator[Grounds]:
    ways, user = GROUNDS[request.param]
    if ways == "bubblewrap" and shutil.which("bwrap") is None:
        pytest.skip("bubblewrap is not installed")
    command = [sys.executable] if user is None else as_user(user)
    with tempfile.TemporaryDirectory(prefix="jail-ground-") as top:
        # Nothing but the jail shall be in the way of whoever it is.
        Path(top).chmod(0o755)
        yield fought(Path(top), command, ways)


def fought(top: Path, command: list[str], ways: str) -> Grounds:
    outside, within = top / "outside", top / "within"
    for folder in (outside, within):
        folder.mkdir()
        folder.chmod(0o777)
    secret = outside / "id_ed25519"
    secret.write_text(PLANTED)
    secret.chmod(0o666)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        told = {"OUTSIDE": str(outside), "SECRET": str(secret), "PORT": listener.getsockname()[1]}
        done = subprocess.run(
            [*command, "-B", str(HERE / "hostile.py"), ways, str(within), json.dumps(told)],
            capture_output=True,
            text=True,
            env={**os.environ, "OPENAI_API_KEY": PLANTED},
            timeout=PATIENCE,
            check=False,
        )
        try:
            listener.accept()[0].close()
            reached = True
        except BlockingIOError:
            reached = False
    assert done.returncode == 0, done.stderr
    return Grounds(json.loads(done.stdout), outside, secret.stat().st_mode & 0o777, reached)


@pytest.mark.parametrize("name", CASES)
def test_it_is_stopped(grounds: Grounds, name: str) -> None:
    told, case = grounds.told, CASES[name]
    if name not in told["rows"]:
        assert case.slow
        pytest.skip("the same by this way")
    row = told["rows"][name]
    if not told["way"]:
        assert row == {"refused": told["words"]}
        assert len(told["words"]) > 20
        return
    if case.limits.processes > 1 and not told["several"]:
        assert "more than one process" in row["refused"]
        return
    assert row["ended"] in case.ended, row
    assert case.status is None or row["status"] == case.status, row
    said = row["stdout"] + row["stderr"]
    assert case.says in said
    assert "through" not in row["stdout"]
    assert PLANTED not in said
    assert len(row["stdout"]) <= case.limits.output
    assert len(row["stderr"]) <= case.limits.output
    assert set(told["layers"]) <= set(row["layers"])
    assert row["words"].startswith("It ")


def test_nothing_is_left(grounds: Grounds) -> None:
    assert grounds.told["processes"] == []
    assert grounds.told["folders"] == []
    assert [path.name for path in grounds.outside.iterdir()] == ["id_ed25519"]
    assert (grounds.outside / "id_ed25519").read_text() == PLANTED
    assert grounds.mode == 0o666
    assert not Path("/tmp/jail-written").exists()


def test_nobody_got_out(grounds: Grounds) -> None:
    assert not grounds.reached


def test_who_it_runs_as_is_said(grounds: Grounds) -> None:
    words, layers = grounds.told["words"], grounds.told["layers"]
    assert ("nobody else" in words) == ("unused user" in layers)
    assert ("runs as you" in words) == (bool(layers) and "unused user" not in layers)
