"""What this machine has to hold a process with; most tests of one need that there is something."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.jail.means import Means, tried


@pytest.fixture
def means() -> Means:
    found = tried()
    if not found.way:
        pytest.skip(f"refused here: {found.words}")
    return found


@pytest.fixture
def ground() -> Iterator[Path]:
    """A folder that everybody can enter. What pytest gives only its user can, on purpose."""
    with tempfile.TemporaryDirectory(prefix="jail-ground-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
