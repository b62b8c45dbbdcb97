"""Node with a package from its registry, for tests marked `external`."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

needs_node = pytest.mark.skipif(
    not (shutil.which("node") and shutil.which("npm")), reason="Node is not installed"
)


def installed(package: str, folder: Path) -> Path:
    """A folder outside the checkout in which a package can be imported."""
    (folder / "package.json").write_text('{"type": "module", "private": true}')
    ran(folder, "npm", "install", "--silent", "--no-audit", "--no-fund", package)
    return folder


def ran(folder: Path, *command: str) -> str:
    """What a program prints; an assertion with all of it when it fails."""
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return done.stdout
