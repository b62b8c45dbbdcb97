"""The whole app for tests: a window on a home of its own, and a sandbox that it can talk to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import processes

if TYPE_CHECKING:
    from tests.driver import Driver

Opening = Callable[[], "AbstractAsyncContextManager[Driver]"]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[processes.Sandbox]:
    """A sandbox in a process of its own, for all tests that do not need one to themselves."""
    with processes.sandbox() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def opening(loop: asyncio.AbstractEventLoop, home: Path) -> Opening:
    """`opening()` is the window on this test's home, with whatever that home holds."""
    from tests import driver  # Qt, which most tests do without

    return lambda: driver.opened(home)
