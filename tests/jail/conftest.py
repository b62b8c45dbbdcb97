"""What this machine has to hold a process with; most tests of one need that there is something."""

from __future__ import annotations

import pytest

from playground.jail.means import Means, tried


@pytest.fixture
def means() -> Means:
    found = tried()
    if not found.way:
        pytest.skip(f"refused here: {found.words}")
    return found
