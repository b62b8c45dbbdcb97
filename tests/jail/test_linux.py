"""Of a process on Linux: its folder goes, whatever is in it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it is about Linux")

from playground.jail import linux  # noqa: E402


def test_a_folder_is_removed_however_deep(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    here = Path.cwd()
    try:
        os.chdir(folder)
        for _ in range(400):  # longer than any path may be
            Path("d" * 20).mkdir()
            os.chdir("d" * 20)
        Path("file").write_text("x")
    finally:
        os.chdir(here)
    linux.remove(folder)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_removed_whatever_its_permissions(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    (folder / "closed" / "inner").mkdir(parents=True)
    (folder / "closed" / "file").write_text("x")
    (folder / "closed" / "file").chmod(0)
    (folder / "closed" / "inner").chmod(0)
    (folder / "closed").chmod(0)
    linux.remove(folder)
    assert list(tmp_path.iterdir()) == []


def test_what_its_links_lead_to_stays(tmp_path: Path) -> None:
    folder, other = tmp_path / "own", tmp_path / "other"
    folder.mkdir()
    other.mkdir(mode=0o750)
    (other / "kept").write_text("kept")
    (folder / "folder").symlink_to(other)
    (folder / "file").symlink_to(other / "kept")
    (folder / "nowhere").symlink_to("nowhere")
    linux.remove(folder)
    assert (other / "kept").read_text() == "kept"
    assert other.stat().st_mode & 0o777 == 0o750
    linux.remove(folder)  # it is gone already


def test_nothing_is_inherited(tmp_path: Path) -> None:
    assert linux.environment(tmp_path) == {
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path),
        "LANG": "C.UTF-8",
    }
