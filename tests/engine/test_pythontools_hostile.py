"""Every hostile tool, as root and as somebody: stopped within its limits, and nothing is left."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.engine.hostile_tools import CASES, PATIENT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="it is held on Linux only"),
]

HERE = Path(__file__).parent
SOMEBODY = 54321
PATIENCE = 500
PLANTED = "sk-planted-0123456789"


@dataclass(frozen=True)
class Grounds:
    """What came of all cases, for one user."""

    told: dict[str, Any]
    outside: Path
    reached: bool


def as_user(user: int) -> list[str]:
    """How to begin a command as that user; skips where it cannot be done."""
    if os.geteuid():
        pytest.skip("only root can be somebody else")
    script = HERE.parent / "jail" / "somebody.py"
    command = [sys.executable, str(script), str(user), sys.executable]
    tried = subprocess.run([*command, "-c", ""], capture_output=True, timeout=PATIENCE, check=False)
    if tried.returncode:
        pytest.skip("no Python that another user could run")
    return command


GROUNDS = {"as we are": ("namespaces", None), "as somebody": ("filters", SOMEBODY)}


@pytest.fixture(scope="module", params=GROUNDS)
def grounds(request: pytest.FixtureRequest) -> Iterator[Grounds]:
    ways, user = GROUNDS[request.param]
    command = [sys.executable] if user is None else as_user(user)
    # Nothing but the jail shall be in the way of whoever it is, and pytest's own folder would be.
    with tempfile.TemporaryDirectory(prefix="playground-grounds-") as top:
        Path(top).chmod(0o755)
        yield came(command, ways, Path(top))


def came(command: list[str], ways: str, top: Path) -> Grounds:
    outside, folder = top / "outside", top / "folder"
    for one in (outside, folder):
        one.mkdir()
        one.chmod(0o777)
    secret = outside / "id_ed25519"
    secret.write_text(PLANTED)
    secret.chmod(0o666)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        told = {"OUTSIDE": str(outside), "SECRET": str(secret), "PORT": listener.getsockname()[1]}
        done = subprocess.run(
            [*command, "-B", str(HERE / "hostile_tools.py"), ways, str(folder), json.dumps(told)],
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
    return Grounds(json.loads(done.stdout), outside, reached)


@pytest.mark.parametrize("name", CASES)
def test_it_is_stopped(grounds: Grounds, name: str) -> None:
    told, case = grounds.told, CASES[name]
    row = told["rows"][name]
    if not told["way"]:
        assert row == {"refused": told["words"]}
        return
    assert (row["state"], row["facts"]["ended"]) == (case.state, case.ended), row
    assert case.says in row["output"]
    assert "through" not in row["output"]
    assert PLANTED not in json.dumps(row)
    assert len(row["output"]) <= PATIENT.output + 100
    assert len(row["facts"].get("printed", "")) <= PATIENT.output
    assert row["lines"] <= 200


def test_nothing_is_left(grounds: Grounds) -> None:
    assert grounds.told["processes"] == []
    assert grounds.told["folders"] == []
    assert [path.name for path in grounds.outside.iterdir()] == ["id_ed25519"]
    assert (grounds.outside / "id_ed25519").read_text() == PLANTED
    assert not Path("/tmp/tool-written").exists()


def test_nobody_got_out(grounds: Grounds) -> None:
    assert not grounds.reached
