"""An owner is known to live exactly as long as its process does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from playground.store.owner import LEFT_OVER, Owner, lives

HOLD = """
import sys
from pathlib import Path
from playground.store.owner import Owner
owner = Owner(Path(sys.argv[1]))
print(owner.id, flush=True)
sys.stdin.read()
"""


def test_an_owner_lives_until_it_is_closed(tmp_path: Path) -> None:
    owner, other = Owner(tmp_path), Owner(tmp_path)
    assert owner.id != other.id
    assert other.lives(owner.id)
    assert owner.lives(owner.id)
    owner.close()
    owner.close()
    assert not other.lives(owner.id)
    other.close()
    assert list(tmp_path.iterdir()) == []


def test_an_owner_dies_with_its_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        owner = process.stdout.readline().decode().strip()
        assert lives(tmp_path, owner)
        process.kill()
        process.wait()
    assert (tmp_path / f"{owner}.lock").exists()
    assert not lives(tmp_path, owner)


def test_nobody_lives_who_never_did(tmp_path: Path) -> None:
    assert not lives(tmp_path, "own_nobody")


def test_old_locks_of_the_dead_are_swept_and_those_of_the_living_stay(tmp_path: Path) -> None:
    living = Owner(tmp_path)
    dead, young = tmp_path / "own_dead.lock", tmp_path / "own_young.lock"
    dead.touch()
    young.touch()
    past = young.stat().st_mtime - LEFT_OVER - 1
    for path in (dead, tmp_path / f"{living.id}.lock"):
        os.utime(path, (past, past))
    Owner(tmp_path).close()
    assert not dead.exists()
    assert young.exists()
    assert lives(tmp_path, living.id)
    living.close()


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_lock_files_are_closed_to_others(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        owner = Owner(tmp_path)
        assert (tmp_path / f"{owner.id}.lock").stat().st_mode & 0o777 == 0o600
        owner.close()
    finally:
        os.umask(before)
